-- Tags of servers and disks: what vaults take by themselves is chosen by them.
-- source: 'user' (set by the API) or 'host' (what the hypervisor says). Of both with the same key
-- the user's holds.
CREATE TABLE resource_tags (
    resource_id TEXT NOT NULL,
    source TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (resource_id, source, tag_key)
);
CREATE INDEX resource_tags_tag ON resource_tags (tag_key, tag_value);
