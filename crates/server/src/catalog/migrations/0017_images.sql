-- Whole-server images. An image is its backup, which stays as long as the image does. A backup has
-- one in each project: its owner's, and those of the projects that it is shared with.

-- tags: JSON list of texts. max_ram_mib: NULL where there is no limit. of_server: 1 where the
-- backup was made for the image.
CREATE TABLE images (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    min_ram_mib BIGINT NOT NULL,
    max_ram_mib BIGINT,
    of_server BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (backup_id, project_id),
    UNIQUE (project_id, name)
);

CREATE INDEX images_list ON images (project_id, created_at, id);
