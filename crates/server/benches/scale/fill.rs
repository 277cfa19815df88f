//! Fills a catalog: vaults with the servers in them, policies, years of backups and tasks.

use std::fmt;

use coffer_server::catalog::Catalog;
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

/// How much there is.
#[derive(Debug, Clone)]
pub struct Size {
    pub hosts: usize,
    pub servers: usize,
    pub disks_each: usize,
    /// Vaults of the largest project; all servers are in them.
    pub vaults: usize,
    /// Backups of each server; with their disks as rows below them.
    pub backups_each: usize,
    /// Other projects.
    pub projects: usize,
    /// Vaults and policies of each of them.
    pub vaults_each: usize,
    /// Backups of each of them.
    pub project_backups: usize,
    /// Images of the largest project.
    pub images: usize,
}

impl Size {
    pub const FULL: Size = Size {
        hosts: 100,
        servers: 10_000,
        disks_each: 5,
        vaults: 500,
        backups_each: 10,
        projects: 30,
        vaults_each: 17,
        project_backups: 30_000,
        images: 1_000,
    };
    pub const QUICK: Size = Size {
        hosts: 10,
        servers: 500,
        disks_each: 5,
        vaults: 25,
        backups_each: 10,
        projects: 3,
        vaults_each: 5,
        project_backups: 2_000,
        images: 100,
    };
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_largest = self.servers * self.backups_each;
        let policies = self.vaults + self.projects * self.vaults_each;
        write!(
            f,
            "{} servers, {} disks, {} backups ({of_largest} of one project, with {} disks in \
             them), {policies} vaults and policies",
            self.servers,
            self.servers * self.disks_each,
            of_largest + self.projects * self.project_backups,
            of_largest * self.disks_each,
        )
    }
}

/// Writes everything. The servers and disks are there already.
pub async fn fill(catalog: &Catalog, size: &Size, now: Timestamp) {
    let ms = now.as_millisecond();
    let hour = i64::from(jiff::tz::TimeZone::UTC.to_datetime(now).hour());
    // Not within the hour, which may end while this is being written.
    let (due, not_due) = ((hour + 3) % 24, (hour + 15) % 24);
    let run = async |sql: String| {
        let mut tx = catalog.write().await.unwrap();
        let sql = AssertSqlSafe(sql);
        sqlx::raw_sql(sql).execute(tx.connection()).await.unwrap();
        tx.commit().await.unwrap();
    };
    let first = "(SELECT id FROM projects ORDER BY created_at LIMIT 1)";
    let domain = "(SELECT id FROM domains LIMIT 1)";
    let user = "(SELECT id FROM users LIMIT 1)";
    let numbers = |end: usize| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end}) "
        )
    };

    // Vaults 0.. are the largest project's, the others follow.
    let all = size.vaults + size.projects * size.vaults_each;
    let project_of_vault = format!(
        "CASE WHEN i < {} THEN {first} ELSE printf('%032x', 1 + (i - {}) / {}) END",
        size.vaults, size.vaults, size.vaults_each
    );
    run(format!(
        "INSERT INTO projects (id, domain_id, name, description, enabled, created_at) {} \
         SELECT printf('%032x', i + 1), {domain}, 'project-' || i, '', 1, {ms} FROM n;\
         INSERT INTO vaults (id, project_id, user_id, store, name, object_type, protect_type, \
            consistent_level, size_gib, used_bytes, state, auto_bind, bind_rules, tags, \
            auto_expand, locked, smn_notify, threshold, created_at, updated_at) {} \
         SELECT printf('%08x-0000-4000-8000-000000000001', i), {project_of_vault}, {user}, 'main', \
            'vault-' || i, 'server', 'backup', 'crash_consistent', 100000, 1000000000, \
            'available', 0, '[]', '[]', 0, 0, 1, 80, {ms} - i * 1000, {ms} FROM n;\
         INSERT INTO policies (id, project_id, name, enabled, operation_type, definition, \
            trigger_id, patterns, zone, start_at, created_at, updated_at) {} \
         SELECT printf('%08x-0000-4000-8000-000000000002', i), {project_of_vault}, 'policy-' || i, 1, \
            'backup', '{{\"max_backups\":30}}', printf('%08x-0000-4000-8000-000000000003', i), \
            '[\"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=' || \
              CASE WHEN i = 0 THEN {due} ELSE {not_due} END || ';BYMINUTE=0\"]', \
            'UTC', {ms}, {ms} - i * 1000, {ms} FROM n;\
         INSERT INTO vault_policies (vault_id, operation_type, policy_id, handled_until, created_at) {} \
         SELECT printf('%08x-0000-4000-8000-000000000001', i), 'backup', \
            printf('%08x-0000-4000-8000-000000000002', CASE WHEN i < {} THEN 0 ELSE i END), \
            {ms}, {ms} FROM n;\
         UPDATE vaults SET backup_policy_id = (SELECT policy_id FROM vault_policies p \
            WHERE p.vault_id = vaults.id)",
        numbers(size.projects),
        numbers(all),
        numbers(all),
        numbers(all),
        size.vaults,
    ))
    .await;
    run(format!(
        "INSERT INTO vault_resources (vault_id, resource_id, resource_type, name, size_gib, \
            extra_info, state, position, created_at) \
         SELECT printf('%08x-0000-4000-8000-000000000001', (rowid - 1) % {}), id, \
            'OS::Nova::Server', name, {}, '{{}}', 'available', rowid, {ms} FROM servers",
        size.vaults, size.disks_each,
    ))
    .await;

    // Backups: of each server one a day, two of a hundred failed.
    let columns = "id, parent_id, checkpoint_id, vault_id, project_id, name, state, resource_id, \
        resource_name, resource_type, size_bytes, position, repository_id, wants_full, \
        incremental, auto_trigger, system_disk, progress, allocated_bytes, read_bytes, new_bytes, \
        stored_bytes, details, created_at, updated_at, protected_at";
    let figures = "0, 1, 1, 1, 100, 500000000, 30000000, 10000000, 5000000, \
        '{\"consistency\":\"application\",\"frozen_ms\":41,\"architecture\":\"x86_64\",\
          \"restart_allowed\":true,\"notes\":[],\"left_out\":[]}'";
    let day = 24 * 3600 * 1000_i64;
    run(format!(
        "INSERT INTO backups ({columns}) {} \
         SELECT printf('%08x-%04x-4000-8000-000000000004', s.position, n.i), NULL, \
            printf('%08x-%04x-4000-8000-000000000005', s.position % {}, n.i), s.vault_id, {first}, \
            printf('autobk_%04x-%04d', (s.position * 7919 + n.i) % 65536, s.position % 1000), \
            CASE WHEN (s.position + n.i) % 50 = 0 THEN 'error' ELSE 'available' END, \
            s.resource_id, s.name, 'OS::Nova::Server', {}, 0, \
            printf('%08x-%04x-4000-8000-000000000004', s.position, n.i), {figures}, \
            {ms} - n.i * {day} - s.position, {ms} - n.i * {day} - s.position, \
            CASE WHEN (s.position + n.i) % 50 = 0 THEN NULL \
              ELSE {ms} - n.i * {day} - s.position + 60000 END \
         FROM vault_resources s, n",
        numbers(size.backups_each),
        size.vaults,
        (size.disks_each as u64) << 30,
    ))
    .await;
    run(format!(
        "INSERT INTO backups ({columns}) \
         SELECT printf('%08x-%04x-4000-%04x-000000000006', s.position, \
              (b.created_at - {ms} + s.position) / -{day}, 32768 + d.position), \
            b.id, b.checkpoint_id, b.vault_id, b.project_id, b.name || '_' || d.name, b.state, \
            d.id, d.name, 'OS::Cinder::Volume', d.size_bytes, d.position, b.id, {figures}, \
            b.created_at, b.updated_at, b.protected_at \
         FROM backups b JOIN vault_resources s ON s.resource_id = b.resource_id \
         JOIN disks d ON d.server_id = b.resource_id WHERE b.parent_id IS NULL"
    ))
    .await;
    // The other projects: their servers are gone, their backups are kept.
    for project in 0..size.projects {
        run(format!(
            "INSERT INTO backups ({columns}) {} \
             SELECT printf('%08x-%04x-4000-8000-000000000007', n.i, {project}), NULL, \
                printf('%08x-%04x-4000-8000-000000000008', n.i / 10, {project}), \
                printf('%08x-0000-4000-8000-000000000001', {} + n.i % {}), \
                printf('%032x', {project} + 1), printf('autobk_%04x', n.i % 65536), 'available', \
                printf('%08x-%04x-4000-8000-000000000009', n.i % 300, {project}), \
                'old-' || n.i % 300, 'OS::Nova::Server', 10737418240, 0, \
                printf('%08x-%04x-4000-8000-000000000007', n.i, {project}), {figures}, \
                {ms} - n.i * 300000, {ms} - n.i * 300000, {ms} - n.i * 300000 + 60000 FROM n",
            numbers(size.project_backups),
            size.vaults + project * size.vaults_each,
            size.vaults_each,
        ))
        .await;
    }
    // Some are kept until a day, some are locked until one, some are images.
    run(format!(
        "UPDATE backups SET expired_at = {ms} + {day} WHERE auto_trigger = 1 AND parent_id IS NULL \
            AND substr(id, 8, 1) = '3';\
         UPDATE backups SET locked_until = {ms} + {day} WHERE parent_id IS NULL \
            AND substr(id, 7, 2) = '42';\
         INSERT INTO images (id, project_id, backup_id, name, description, tags, min_ram_mib, \
            of_server, created_at, updated_at) \
         SELECT substr(id, 1, 28) || '00000011', project_id, id, 'image-' || substr(id, 1, 13), '', \
            '[]', 0, 0, created_at, updated_at FROM backups WHERE project_id = {first} \
            AND parent_id IS NULL AND state = 'available' AND id > '0000' LIMIT {}",
        size.images,
    ))
    .await;
    // What was done: a task for each backup of the last days.
    run(format!(
        "INSERT INTO tasks (id, project_id, kind, state, vault_id, vault_name, checkpoint_id, \
            backup_id, resource_id, resource_name, resource_type, provider_id, payload, request_id, \
            host, lock_key, attempt, lease_owner, lease_until, cancel, progress, total_bytes, \
            done_bytes, read_bytes, new_bytes, stored_bytes, error_code, error_message, error_hint, \
            created_at, updated_at, started_at, ended_at) \
         SELECT substr(id, 1, 28) || '00000010', project_id, 'backup', \
            CASE WHEN state = 'error' THEN 'failed' ELSE 'success' END, vault_id, 'vault', \
            checkpoint_id, id, resource_id, resource_name, resource_type, \
            '0daac4c5-6707-4851-97ba-169e36266b66', \
            '{{\"kind\":\"backup\",\"extra\":{{}}}}', 'req-fill', 'host', 'server:' || resource_id, 1, '', 0, \
            0, 100, size_bytes, size_bytes, read_bytes, new_bytes, stored_bytes, \
            CASE WHEN state = 'error' THEN '0513' ELSE '' END, '', '', created_at, updated_at, \
            created_at, created_at + 60000 FROM backups WHERE parent_id IS NULL \
            AND project_id = {first}"
    ))
    .await;
}
