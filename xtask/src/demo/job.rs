//! The demo's job: a vault, a full backup, an incremental one, a restore, and a restore with
//! nothing but the store and the key; through API and command line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::api::Api;
use super::stage::{self, Access, BUSY, Places, REGION, STOPPED};
use crate::json::Json;
use crate::records::{self, Expect};
use crate::shell::{self, Result, at};

/// One line of the table.
pub struct Row {
    pub step: String,
    pub by: &'static str,
    pub consistency: String,
    pub read_bytes: f64,
    pub new_bytes: f64,
    pub stored_bytes: f64,
    pub seconds: f64,
}

/// Everything the job's steps need.
pub struct Job<'a> {
    pub places: &'a Places,
    pub coffer: &'a Path,
    pub access: &'a Access,
    pub begun: Instant,
}

/// What the job did.
pub struct Done {
    pub rows: Vec<Row>,
    /// From the demo's start to the first available backup.
    pub first_backup_seconds: f64,
}

const VAULT: &str = "demo-servers";

impl Job<'_> {
    /// Runs all steps.
    pub fn run(&self) -> Result<Done> {
        let api = Api::log_in(&self.access.address, "admin", &self.access.password, REGION)?;
        let servers = self.cli(&["server", "list"])?;
        let id = |name: &str| {
            let mut all = servers.items("").iter();
            let server = all.find(|server| server.text("name") == name);
            server
                .ok_or_else(|| format!("the service lists no server {name}: {servers}"))?
                .need("id")
        };
        let (busy, stopped) = (id(BUSY)?, id(STOPPED)?);
        let mut rows = Vec::new();

        say("creating a vault through the API");
        let server = |id: &str| format!(r#"{{"id": "{id}", "type": "OS::Nova::Server"}}"#);
        let vault = api.post("/v3/{project}/vaults", &format!(
            r#"{{"vault": {{"name": "{VAULT}", "resources": [{}, {}], "billing": {{"size": 100,
               "object_type": "server", "protect_type": "backup",
               "consistent_level": "crash_consistent"}}}}}}"#,
            server(&busy), server(&stopped),
        ))?.need("vault.id")?;

        say(&format!(
            "full backup of {BUSY} (running, 3 disks) and {STOPPED} (stopped) through the API"
        ));
        let checkpoint = api
            .post(
                "/v3/{project}/checkpoints",
                &format!(
                    r#"{{"checkpoint": {{"vault_id": "{vault}", "parameters": {{"name": "demo-full",
               "incremental": true, "resource_details": [{}, {}]}}}}}}"#,
                    server(&busy),
                    server(&stopped),
                ),
            )?
            .need("checkpoint.id")?;
        let full = self.wait_backups(&api, &checkpoint, 2)?;
        let first_backup_seconds = self.begun.elapsed().as_secs_f64();
        for (name, backup) in &full {
            rows.push(self.backup_row(&api, format!("full backup of {name}"), "API", backup)?);
        }

        say(&format!(
            "incremental backup of {BUSY} through the command line"
        ));
        let made = self.cli(&["backup", "create", BUSY, "--name", "demo-incremental"])?;
        let incremental = made.need("backups.0.id")?;
        let step = format!("incremental backup of {BUSY}");
        rows.push(self.backup_row(&api, step, "CLI", &incremental)?);

        say(&format!(
            "restore of {BUSY} to its own disks through the command line"
        ));
        // What the guest said when it started before must not pass for its start afterwards.
        let serial = self.places.folder.join(format!("{BUSY}.serial"));
        at(&serial, std::fs::write(&serial, ""))?;
        let restored = self.cli(&["restore", &incremental, "--yes"])?;
        let task = restored.need("tasks.0.id")?;
        let mut row = self.task_row(&api, format!("restore of {BUSY}"), "CLI", &task)?;
        stage::wait_ready(self.places, BUSY)?;
        row.consistency = "started, its programs run".to_owned();
        rows.push(row);

        for (name, backup) in &full {
            rows.push(self.without_service(name, backup, &vault)?);
        }
        Ok(Done {
            rows,
            first_backup_seconds,
        })
    }

    /// Restores with the repository and the key alone, and compares.
    fn without_service(&self, name: &str, backup: &str, vault: &str) -> Result<Row> {
        say(&format!(
            "restore of {name} without the database, by `coffer repo restore`"
        ));
        let folder = self.places.folder.join(format!("restored-{name}"));
        let since = Instant::now();
        let mut restore = Command::new(self.coffer);
        restore.args(["--json", "--quiet", "repo", "restore"]);
        restore.arg(self.places.store().join(vault)).arg(backup);
        restore
            .arg("--to-dir")
            .arg(&folder)
            .arg("--key-file")
            .arg(self.places.key());
        let answer = Json::parse(&shell::output(&mut restore)?)?;
        let seconds = since.elapsed().as_secs_f64();
        let disks = answer.items("disks");
        let copies: Vec<PathBuf> = disks
            .iter()
            .map(|disk| Ok(PathBuf::from(disk.need("path")?)))
            .collect::<Result<_>>()?;
        let sum = |field: &str| disks.iter().map(|disk| disk.number(field)).sum::<f64>();
        Ok(Row {
            step: format!("{name} without the database"),
            by: "repo",
            consistency: self.compare(name, &copies)?,
            read_bytes: sum("report.read_bytes"),
            new_bytes: sum("report.written_bytes"),
            stored_bytes: 0.0,
            seconds,
        })
    }

    /// A stopped server's copies have to be its disks, byte for byte; a running one's one instant.
    fn compare(&self, name: &str, copies: &[PathBuf]) -> Result<String> {
        if name == BUSY {
            let report =
                records::check_records(copies, Expect::default()).map_err(|e| e.to_string())?;
            return match report.is_consistent() {
                true => Ok(format!("one instant, record {}", report.last[0])),
                false => Err(format!("{name}: {report}")),
            };
        }
        for (letter, copy) in ('a'..).zip(copies) {
            let disk = self
                .places
                .images()
                .join(format!("{name}-vd{letter}.qcow2"));
            shell::output(
                Command::new("qemu-img")
                    .args(["compare", "-U", "-f", "qcow2", "-F", "raw"])
                    .arg(disk)
                    .arg(copy),
            )?;
        }
        Ok("equal byte for byte".to_owned())
    }

    /// Waits until all backups of a checkpoint are available; returns server names and backup ids.
    fn wait_backups(
        &self,
        api: &Api,
        checkpoint: &str,
        count: usize,
    ) -> Result<Vec<(String, String)>> {
        let path = format!("/v3/{{project}}/backups?checkpoint_id={checkpoint}");
        shell::wait_for(
            "backups to become available",
            Duration::from_secs(300),
            || {
                stage::stop_if_wanted()?;
                let answer = api.get(&path)?;
                let backups = answer.items("backups");
                if let Some(bad) = backups
                    .iter()
                    .find(|backup| backup.text("status") == "error")
                {
                    return Err(format!("a backup failed: {bad}"));
                }
                let ready = backups
                    .iter()
                    .filter(|backup| backup.text("status") == "available");
                let ready: Vec<_> = ready
                    .map(|b| Ok((b.need("resource_name")?, b.need("id")?)))
                    .collect::<Result<_>>()?;
                Ok((ready.len() == count).then_some(ready))
            },
        )
    }

    /// What the service says of a backup.
    fn backup_row(&self, api: &Api, step: String, by: &'static str, backup: &str) -> Result<Row> {
        let logs = api.get("/v3/{project}/operation-logs?operation_type=backup&limit=50")?;
        let mut tasks = logs.items("operation_logs").iter();
        let task = tasks.find(|task| task.text("extra_info.backup.backup_id") == backup);
        let task = task
            .ok_or_else(|| format!("no task of backup {backup}"))?
            .need("id")?;
        let mut row = self.task_row(api, step, by, &task)?;
        let details = api.get(&format!("/coffer/v1/{{project}}/backups/{backup}/details"))?;
        row.consistency = details.text("backup.consistency").to_owned();
        Ok(row)
    }

    /// What the service says of a task.
    fn task_row(&self, api: &Api, step: String, by: &'static str, task: &str) -> Result<Row> {
        let task = api.get(&format!("/coffer/v1/{{project}}/tasks/{task}/progress"))?;
        let number = |name: &str| task.number(&format!("progress.{name}"));
        Ok(Row {
            step,
            by,
            consistency: String::new(),
            read_bytes: number("read_bytes"),
            new_bytes: number("new_bytes"),
            stored_bytes: number("stored_bytes"),
            seconds: number("elapsed_seconds"),
        })
    }

    /// Runs a client command and reads its document.
    pub fn cli(&self, arguments: &[&str]) -> Result<Json> {
        stage::stop_if_wanted()?;
        let mut command = Command::new(self.coffer);
        command.args(["--json", "--quiet"]).args(arguments);
        command
            .env("XDG_CONFIG_HOME", self.places.folder.join("config"))
            .env("OS_AUTH_URL", format!("http://{}/v3", self.access.address))
            .env("OS_USERNAME", "admin")
            .env("OS_PASSWORD", &self.access.password)
            .env("OS_PROJECT_NAME", REGION)
            .env("OS_USER_DOMAIN_NAME", "Default")
            .env("OS_PROJECT_DOMAIN_NAME", "Default")
            .env("OS_REGION_NAME", REGION);
        Json::parse(&shell::output(&mut command)?)
    }
}

pub fn say(what: &str) {
    println!("  {what}");
}

/// The table of what happened.
pub fn table(rows: &[Row]) -> String {
    let size = |bytes: f64| match bytes {
        0.0 => "-".to_owned(),
        bytes if bytes < 1024.0 * 1024.0 => format!("{:.1} KiB", bytes / 1024.0),
        bytes => format!("{:.1} MiB", bytes / 1024.0 / 1024.0),
    };
    let mut text = format!(
        "{:<34} {:<5} {:>10} {:>10} {:>10} {:>8}  {}\n",
        "STEP", "BY", "READ", "NEW", "STORED", "SECONDS", "CONSISTENCY"
    );
    for row in rows {
        text += &format!(
            "{:<34} {:<5} {:>10} {:>10} {:>10} {:>8.1}  {}\n",
            row.step,
            row.by,
            size(row.read_bytes),
            size(row.new_bytes),
            size(row.stored_bytes),
            row.seconds,
            row.consistency
        );
    }
    text
}
