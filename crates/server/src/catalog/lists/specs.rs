//! What each list can be filtered and sorted by.

use coffer_core::ids::ProjectId;
use jiff::Timestamp;

use super::{Key, int, search_values, text};
use crate::catalog::record::{Column, Filter};

/// Sort keys of servers.
pub const SERVER_KEYS: &[Key] = &[
    text("name", "LOWER(t.name)"),
    text("id", "t.id"),
    text("status", "t.power"),
    text("host", "t.hypervisor"),
    text("architecture", "t.architecture"),
    int("vcpus", "t.vcpus"),
    int("memory_mib", "t.memory_mib"),
    int("created_at", "t.created_at"),
    int("updated_at", "t.updated_at"),
    int(
        "disk_count",
        "(SELECT COUNT(*) FROM disks d WHERE d.server_id = t.id AND d.vanished_at IS NULL)",
    ),
    int(
        "disk_bytes",
        "(SELECT CAST(COALESCE(SUM(d.size_bytes), 0) AS BIGINT) FROM disks d \
         WHERE d.server_id = t.id AND d.vanished_at IS NULL)",
    ),
    text(
        "vault",
        "COALESCE((SELECT LOWER(v.name) FROM vault_resources r JOIN vaults v \
         ON v.id = r.vault_id WHERE r.resource_id = t.id), '')",
    ),
    int("last_backup", LAST_BACKUP),
    int(
        "backup_count",
        "(SELECT COUNT(*) FROM backups b WHERE b.resource_id = t.id)",
    ),
];

/// When the newest usable backup of a server or disk was there; 0 for none.
const LAST_BACKUP: &str = "COALESCE((SELECT MAX(b.protected_at) FROM backups b \
    WHERE b.resource_id = t.id AND b.protected_at IS NOT NULL), 0)";

/// Sort keys of disks.
pub const DISK_KEYS: &[Key] = &[
    text("name", "LOWER(t.name)"),
    text("id", "t.id"),
    text("host", "t.hypervisor"),
    text("format", "t.format"),
    text("bus", "t.bus"),
    text("device", "t.device"),
    int("size_bytes", "t.size_bytes"),
    int("system", "t.system"),
    int("created_at", "t.created_at"),
    text(
        "server",
        "COALESCE((SELECT LOWER(s.name) FROM servers s WHERE s.id = t.server_id), '')",
    ),
    text(
        "vault",
        "COALESCE((SELECT LOWER(v.name) FROM vault_resources r JOIN vaults v \
         ON v.id = r.vault_id WHERE r.resource_id = t.id), \
         (SELECT LOWER(v.name) FROM vault_resources r JOIN vaults v \
         ON v.id = r.vault_id WHERE r.resource_id = t.server_id), '')",
    ),
    int("last_backup", LAST_BACKUP),
];

/// Sort keys of vaults.
pub const VAULT_KEYS: &[Key] = &[
    int("created_at", "t.created_at"),
    text("name", "LOWER(t.name)"),
    text("id", "t.id"),
    text("type", "t.object_type"),
    text("state", "t.state"),
    text("store", "t.store"),
    int("locked", "t.locked"),
    int("size_bytes", "t.size_gib"),
    int("used_bytes", "t.used_bytes"),
    int("updated_at", "t.updated_at"),
    int(
        "resource_count",
        "(SELECT COUNT(*) FROM vault_resources r WHERE r.vault_id = t.id)",
    ),
    int(
        "backup_count",
        "(SELECT COUNT(*) FROM backups b WHERE b.vault_id = t.id AND b.parent_id IS NULL)",
    ),
];

/// Sort keys of backups.
pub const BACKUP_KEYS: &[Key] = &[
    int("created_at", "t.created_at"),
    text("name", "LOWER(t.name)"),
    text("id", "t.id"),
    text("state", "t.state"),
    text("type", "t.resource_type"),
    text("resource_name", "LOWER(t.resource_name)"),
    int("size_bytes", "t.size_bytes"),
    int("read_bytes", "t.read_bytes"),
    int("new_bytes", "t.new_bytes"),
    int("stored_bytes", "t.stored_bytes"),
    int("incremental", "t.incremental"),
    int("auto_trigger", "t.auto_trigger"),
    int("protected_at", "COALESCE(t.protected_at, 0)"),
    // What never expires comes after everything that does.
    int("expires_at", "COALESCE(t.expired_at, 9223372036854775807)"),
    text(
        "vault",
        "COALESCE((SELECT LOWER(v.name) FROM vaults v WHERE v.id = t.vault_id), '')",
    ),
];

/// Sort keys of tasks.
pub const TASK_KEYS: &[Key] = &[
    int("created_at", "t.created_at"),
    text("id", "t.id"),
    text("kind", "t.kind"),
    text("state", "t.state"),
    text("resource_name", "LOWER(COALESCE(t.resource_name, ''))"),
    text("vault", "LOWER(t.vault_name)"),
    int("progress", "t.progress"),
    int("total_bytes", "t.total_bytes"),
    int("read_bytes", "t.read_bytes"),
    int("new_bytes", "t.new_bytes"),
    int("stored_bytes", "t.stored_bytes"),
    int("started_at", "COALESCE(t.started_at, 0)"),
    // What has not ended yet comes after everything that has.
    int("ended_at", "COALESCE(t.ended_at, 9223372036854775807)"),
];

/// Rows of a project.
fn of(project: ProjectId) -> Filter {
    Filter::new().eq("t.project_id", project)
}

/// Servers or disks of a project that are there.
pub fn there(project: ProjectId) -> Filter {
    of(project).and("t.vanished_at IS NULL")
}

/// Vaults or tasks of a project.
pub fn all(project: ProjectId) -> Filter {
    of(project)
}

/// Backups of a project, without the disks of servers' backups.
pub fn top_backups(project: ProjectId) -> Filter {
    of(project).and("t.parent_id IS NULL")
}

/// The disks inside servers' backups of a project.
pub fn parts_of_backups(project: ProjectId) -> Filter {
    of(project).and("t.parent_id IS NOT NULL")
}

/// Rows whose id begins with a text.
pub fn id_begins(filter: Filter, text: &str) -> Filter {
    // Ids are of hexadecimal digits in lower case, and looked up by a range of them.
    let text = text.to_ascii_lowercase();
    let is_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    if !text.chars().all(is_id) {
        return filter.and("1 = 0");
    }
    filter
        .when("t.id", " >= ", text.clone())
        .when("t.id", " < ", format!("{text}g"))
}

/// Rows whose name holds a text, or whose id begins with it.
pub fn named(filter: Filter, text: &str) -> Filter {
    filter.with_all(
        "(LOWER(t.name) LIKE ? ESCAPE '\\' OR t.id LIKE ? ESCAPE '\\')",
        search_values(text),
    )
}

/// Tasks whose resource's or vault's name holds a text, or whose id begins with it.
pub fn task_named(filter: Filter, text: &str) -> Filter {
    let mut values = search_values(text);
    values.insert(0, values[0].clone());
    filter.with_all(
        "(LOWER(t.resource_name) LIKE ? ESCAPE '\\' OR LOWER(t.vault_name) LIKE ? ESCAPE '\\' \
         OR t.id LIKE ? ESCAPE '\\')",
        values,
    )
}

/// Servers in one of these vaults.
pub fn servers_in(filter: Filter, vaults: &[String]) -> Filter {
    filter.among(
        "t.id IN (SELECT resource_id FROM vault_resources WHERE vault_id IN",
        vaults,
        ")",
    )
}

/// Disks in one of these vaults, by themselves or with their server.
pub fn disks_in(filter: Filter, vaults: &[String]) -> Filter {
    filter.among(
        "EXISTS (SELECT 1 FROM vault_resources r WHERE \
         (r.resource_id = t.id OR r.resource_id = t.server_id) AND r.vault_id IN",
        vaults,
        ")",
    )
}

/// Servers that are in a vault, or not.
pub fn server_protected(filter: Filter, yes: bool) -> Filter {
    filter.and(match yes {
        true => "t.id IN (SELECT resource_id FROM vault_resources)",
        false => "t.id NOT IN (SELECT resource_id FROM vault_resources)",
    })
}

/// Disks that are in a vault, by themselves or with their server, or not. `excluded`: disks that
/// their server's vault leaves out.
pub fn disk_protected(filter: Filter, yes: bool, excluded: &[String]) -> Filter {
    match yes {
        true => filter.among(
            "(t.id IN (SELECT resource_id FROM vault_resources) OR \
             (COALESCE(t.server_id, '') IN (SELECT resource_id FROM vault_resources) AND \
             COALESCE(t.id IN",
            excluded,
            ", 1 = 0) = (1 = 0)))",
        ),
        false => filter.among(
            "NOT (t.id IN (SELECT resource_id FROM vault_resources) OR \
             (COALESCE(t.server_id, '') IN (SELECT resource_id FROM vault_resources) AND \
             COALESCE(t.id IN",
            excluded,
            ", 1 = 0) = (1 = 0)))",
        ),
    }
}

/// Vaults that hold one of these resources.
pub fn vaults_holding(filter: Filter, resources: &[String]) -> Filter {
    filter.among(
        "t.id IN (SELECT vault_id FROM vault_resources WHERE resource_id IN",
        resources,
        ")",
    )
}

/// Backups that hold one of these disks, by themselves or inside a server's backup.
pub fn backups_of_disks(filter: Filter, disks: &[String]) -> Filter {
    filter.among(
        "t.id IN (SELECT COALESCE(b.parent_id, b.id) FROM backups b WHERE b.resource_id IN",
        disks,
        ")",
    )
}

/// Backups that cannot be deleted at a time because they are locked by themselves or by their
/// vault, or the others.
pub fn backup_locked(filter: Filter, yes: bool, now: Timestamp) -> Filter {
    filter.with(
        match yes {
            true => {
                "(t.locked_until > ? OR (t.auto_trigger = 1 \
                 AND t.vault_id IN (SELECT v.id FROM vaults v WHERE v.locked = 1)))"
            }
            false => {
                "COALESCE(t.locked_until, 0) <= ? AND (t.auto_trigger = 0 \
                 OR t.vault_id NOT IN (SELECT v.id FROM vaults v WHERE v.locked = 1))"
            }
        },
        now,
    )
}

/// The backup of that id, or the one that holds it.
pub fn backup_holding(filter: Filter, id: &str) -> Filter {
    filter.with(
        "(t.id = ? OR t.id IN (SELECT parent_id FROM backups WHERE id = ?))",
        id.to_owned(),
    )
}

/// Disks that are attached (`in_use`), or are not (`free`), except those in `special`; and those in
/// `besides`.
pub fn disk_status(
    filter: Filter,
    in_use: bool,
    free: bool,
    special: &[String],
    besides: &[String],
) -> Filter {
    let plain = match (in_use, free) {
        (true, true) => "1 = 1",
        (true, false) => "t.server_id IS NOT NULL",
        (false, true) => "t.server_id IS NULL",
        (false, false) => "1 = 0",
    };
    let list = |ids: &[String]| match ids.is_empty() {
        true => "''".to_owned(),
        false => vec!["?"; ids.len()].join(", "),
    };
    let clause = format!(
        "(({plain} AND t.id NOT IN ({})) OR t.id IN ({}))",
        list(special),
        list(besides)
    );
    let values = special.iter().chain(besides).map(Column::store).collect();
    filter.with_all(&clause, values)
}
