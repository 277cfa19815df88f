//! Servers, disks, vaults, backups and tasks as lists and events show them.
//!
//! Times are RFC 3339 in UTC, sizes bytes. What may be null is there nevertheless.

use coffer_core::cbr::ResourceType;
use coffer_core::units::GIB;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::look::{
    BackupLook, DiskLook, HeldLook, Restart, ServerLook, StepState, TaskLook, VaultLook,
};
use crate::catalog::backups::Backup as BackupRow;
use crate::catalog::vaults::Vault as VaultRow;
use crate::tasks::work::RestoreStep;
use coffer_engine::hypervisor::NicInfo;

/// Declares enumerations of the document whose values are texts in the structs below. The document
/// needs the words told apart: it does not see those that `serde` gets from a macro.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
        pub enum $name { $(#[doc = $text] #[serde(rename = $text)] #[schema(rename = $text)] $variant,)* }

        impl $name {
            /// The word in the API.
            #[allow(dead_code, clippy::allow_attributes, reason = "most are only documented")]
            pub(super) fn word(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
    )*};
}
pub(super) use words;

words! {
    /// Whether a server runs.
    ServerStatus { Active = "ACTIVE", Shutoff = "SHUTOFF", Paused = "PAUSED", Error = "ERROR", }
    /// What happens to a disk.
    DiskStatus { Available = "available", InUse = "in-use", BackingUp = "backing-up",
        Restoring = "restoring-backup", ErrorRestoring = "error_restoring", }
    /// State of a vault.
    VaultStatus { Available = "available", Lock = "lock", Frozen = "frozen", Deleting = "deleting",
        Error = "error", }
    /// State of a backup.
    BackupStatus { WaitingProtect = "waiting_protect", Protecting = "protecting",
        Available = "available", WaitingRestore = "waiting_restore", Restoring = "restoring",
        WaitingDelete = "waiting_delete", Deleting = "deleting", Error = "error", }
    /// State of a task.
    TaskStatus { Waiting = "waiting", Running = "running", Success = "success", Failed = "failed",
        Skipped = "skipped", Timeout = "timeout", }
    /// What a task does.
    TaskKind { Backup = "backup", Restore = "restore", Delete = "delete",
        VaultDelete = "vault_delete", RemoveResource = "remove_resource", Migrate = "migrate",
        CreateDisk = "create_disk", CreateServer = "create_server", Import = "import",
        Drill = "drill", }
    /// Steps of a restore.
    StepName { Stop = "stop", SafetyBackup = "safety_backup", Write = "write", Start = "start", }
    /// Where a step stands.
    StepStatus { Waiting = "waiting", Running = "running", Done = "done", Failed = "failed", }
    /// Where a task is.
    TaskPhase { Queued = "queued", Preparing = "preparing", Copying = "copying",
        Finishing = "finishing", Ended = "ended", }
    /// What a vault or a backup is about.
    ResourceKind { Server = "server", Disk = "disk", }
    /// Backups, or replicas of backups.
    ProtectKind { Backup = "backup", Replication = "replication", }
    /// How well the disks of a backup fit together.
    Consistency { Application = "application", Crash = "crash", Offline = "offline", }
    /// What Coffer does with a resource of a vault.
    HeldStatus { Available = "available", Protecting = "protecting", Restoring = "restoring",
        Removing = "removing", Error = "error", }
}

/// RFC 3339 in UTC, to the millisecond.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Bytes of so many GiB.
fn gib(number: u64) -> u64 {
    number.saturating_mul(GIB)
}

pub(super) fn kind(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Server => "server",
        _ => "disk",
    }
}

/// Nova's word for a power state.
pub(super) fn status(power: &str) -> &'static str {
    match power {
        "running" | "shutting_down" => "ACTIVE",
        "paused" => "PAUSED",
        "stopped" => "SHUTOFF",
        _ => "ERROR",
    }
}

/// A vault, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VaultRef {
    id: String,
    name: String,
    #[schema(value_type = ResourceKind)]
    r#type: String,
    #[schema(value_type = VaultStatus)]
    state: String,
    size_bytes: u64,
    used_bytes: u64,
}

/// A backup, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BackupRef {
    id: String,
    name: String,
    /// The server's backup that this disk's backup is inside.
    parent_id: Option<String>,
    #[schema(value_type = BackupStatus)]
    state: String,
    created_at: String,
}

/// A server, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServerRef {
    id: String,
    name: String,
    #[schema(value_type = ServerStatus)]
    status: &'static str,
}

/// Something with an id and a name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

/// A server or disk, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResourceRef {
    pub(super) id: String,
    pub(super) name: String,
    #[schema(value_type = ResourceKind)]
    pub(super) r#type: &'static str,
}

/// A policy, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyRef {
    id: String,
    name: String,
    enabled: bool,
}

/// A tag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TagBody {
    key: String,
    value: String,
}

/// A server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Server {
    id: String,
    name: String,
    #[schema(value_type = ServerStatus)]
    status: &'static str,
    /// It is on its way down.
    shutting_down: bool,
    /// Name of its host in the configuration.
    host: String,
    vcpus: u64,
    memory_mib: u64,
    architecture: String,
    addresses: Vec<String>,
    created_at: String,
    updated_at: String,
    disk_count: u64,
    disk_bytes: u64,
    vault: Option<VaultRef>,
    /// Its newest backup that can be restored from.
    last_backup: Option<BackupRef>,
    backup_count: u64,
    /// What is done with it, or waits to be.
    task: Option<Task>,
    /// It may be stopped or restarted now.
    restart_allowed: bool,
    /// Why it may not.
    restart_reason: Option<String>,
    disks: Vec<Disk>,
}

impl From<ServerLook> for Server {
    fn from(look: ServerLook) -> Server {
        let s = look.server;
        let nics: Vec<NicInfo> = serde_json::from_value(s.nics.0).unwrap_or_default();
        let reason = match look.restart {
            Restart::Allowed => None,
            Restart::Refused(reason) => Some(reason),
        };
        Server {
            id: s.id.to_string(),
            status: status(&s.power),
            shutting_down: s.power == "shutting_down",
            name: s.name,
            host: s.hypervisor,
            vcpus: s.vcpus,
            memory_mib: s.memory_mib,
            architecture: s.architecture,
            addresses: nics.into_iter().flat_map(|nic| nic.addresses).collect(),
            created_at: time(s.created_at),
            updated_at: time(s.updated_at),
            disk_count: look.disks.len() as u64,
            disk_bytes: look.disks.iter().map(|d| d.disk.size_bytes).sum(),
            vault: look.vault.map(VaultRef::from),
            last_backup: look.last_backup.map(BackupRef::from),
            backup_count: look.backup_count,
            task: look.task.map(Task::from),
            restart_allowed: reason.is_none(),
            restart_reason: reason,
            disks: look.disks.into_iter().map(Disk::from).collect(),
        }
    }
}

/// A disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disk {
    id: String,
    name: String,
    size_bytes: u64,
    #[schema(value_type = DiskStatus)]
    status: &'static str,
    /// `qcow2`, `raw`.
    format: String,
    /// `virtio`, `scsi`, ...; empty where it is attached to nothing.
    bus: String,
    /// Name on the server (`vda`).
    device: String,
    /// Its server boots from it.
    system: bool,
    /// Several servers may write to it.
    shareable: bool,
    server: Option<ServerRef>,
    host: String,
    /// Why it cannot be backed up, if so.
    unsupported: Option<String>,
    encrypted: bool,
    /// The vault it is in, by itself or with its server.
    vault: Option<VaultRef>,
    /// Its newest backup that can be restored from, by itself or inside its server's.
    last_backup: Option<BackupRef>,
    task: Option<Task>,
    /// The vault of its server leaves it out.
    excluded: bool,
    created_at: String,
}

impl From<DiskLook> for Disk {
    fn from(look: DiskLook) -> Disk {
        let d = look.disk;
        Disk {
            id: d.id.to_string(),
            name: d.name,
            size_bytes: d.size_bytes,
            status: look.status,
            format: d.format,
            bus: d.bus,
            device: d.device,
            system: d.system,
            shareable: d.shareable,
            server: look.server.map(|s| ServerRef {
                id: s.id.to_string(),
                name: s.name,
                status: status(&s.power),
            }),
            host: d.hypervisor,
            unsupported: d.unsupported,
            // No driver has encrypted disks so far: they are refused as unsupported.
            encrypted: false,
            vault: look.vault.map(VaultRef::from),
            last_backup: look.last_backup.map(BackupRef::from),
            task: look.task.map(Task::from),
            excluded: look.excluded,
            created_at: time(d.created_at),
        }
    }
}

impl From<VaultRow> for VaultRef {
    fn from(v: VaultRow) -> VaultRef {
        VaultRef {
            id: v.id.to_string(),
            name: v.name,
            r#type: v.object_type.name().to_owned(),
            state: v.state.to_string(),
            size_bytes: gib(v.size_gib),
            used_bytes: v.used_bytes,
        }
    }
}

impl From<BackupRow> for BackupRef {
    fn from(b: BackupRow) -> BackupRef {
        BackupRef {
            id: b.id.to_string(),
            name: b.name,
            parent_id: b.parent_id.map(|id| id.to_string()),
            state: b.state.to_string(),
            created_at: time(b.created_at),
        }
    }
}

/// A vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vault {
    id: String,
    name: String,
    description: Option<String>,
    #[schema(value_type = ResourceKind)]
    r#type: String,
    #[schema(value_type = ProtectKind)]
    protect_type: String,
    #[schema(value_type = VaultStatus)]
    state: String,
    /// Its backups are write-once-read-many.
    locked: bool,
    size_bytes: u64,
    /// What it takes in its store.
    used_bytes: u64,
    /// What its resources add up to.
    allocated_bytes: u64,
    threshold_percent: u64,
    auto_expand: bool,
    auto_bind: bool,
    /// Tags of the resources it takes by itself.
    bind_tags: Vec<TagBody>,
    tags: Vec<TagBody>,
    policy: Option<PolicyRef>,
    resource_count: u64,
    backup_count: u64,
    /// Name of the configured store that holds it.
    store: String,
    created_at: String,
    updated_at: String,
    /// What is in it; in the answer about one vault alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resources: Option<Vec<Held>>,
}

impl Vault {
    pub(super) fn with(mut self, held: Vec<HeldLook>) -> Vault {
        self.resources = Some(held.into_iter().map(Held::from).collect());
        self
    }
}

impl From<VaultLook> for Vault {
    fn from(look: VaultLook) -> Vault {
        let v = look.vault;
        let tags = |tags: Vec<crate::catalog::vaults::Tag>| {
            let body = |t: crate::catalog::vaults::Tag| TagBody {
                key: t.key,
                value: t.value,
            };
            tags.into_iter().map(body).collect()
        };
        Vault {
            id: v.id.to_string(),
            name: v.name,
            description: v.description,
            r#type: v.object_type.name().to_owned(),
            protect_type: v.protect_type,
            state: v.state.to_string(),
            locked: v.locked,
            size_bytes: gib(v.size_gib),
            used_bytes: v.used_bytes,
            allocated_bytes: gib(look.allocated_gib),
            threshold_percent: v.threshold,
            auto_expand: v.auto_expand,
            auto_bind: v.auto_bind,
            bind_tags: tags(v.bind_rules.0),
            tags: tags(v.tags.0),
            policy: look.policy.map(|policy| PolicyRef {
                id: policy.id.to_string(),
                name: policy.name,
                enabled: policy.enabled,
            }),
            resource_count: look.resource_count,
            backup_count: look.backup_count,
            store: v.store,
            created_at: time(v.created_at),
            updated_at: time(v.updated_at),
            resources: None,
        }
    }
}

/// A server or disk in a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    id: String,
    #[schema(value_type = ResourceKind)]
    r#type: &'static str,
    name: String,
    size_bytes: u64,
    #[schema(value_type = HeldStatus)]
    state: String,
    backup_count: u64,
    backup_bytes: u64,
    /// Ids of the server's disks that are left out.
    excluded_disks: Vec<String>,
}

impl From<HeldLook> for Held {
    fn from(look: HeldLook) -> Held {
        let r = look.resource;
        Held {
            id: r.resource_id.to_string(),
            r#type: kind(r.resource_type),
            name: r.name,
            size_bytes: gib(r.size_gib),
            state: r.state.to_string(),
            backup_count: look.backup_count,
            backup_bytes: look.backup_bytes,
            excluded_disks: look.excluded.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct Backup {
    id: String,
    name: String,
    description: Option<String>,
    #[schema(value_type = BackupStatus)]
    state: String,
    /// Percent.
    progress: u64,
    #[schema(value_type = ResourceKind)]
    r#type: &'static str,
    /// The server or disk.
    resource_id: String,
    resource_name: String,
    /// State of the server (`ACTIVE`, ...) or disk (`in-use`, `available`); null where it is gone.
    resource_status: Option<String>,
    /// It is of, or holds, a system disk.
    system_disk: bool,
    architecture: Option<String>,
    size_bytes: u64,
    read_bytes: u64,
    new_bytes: u64,
    stored_bytes: u64,
    incremental: bool,
    /// A policy made it.
    auto_trigger: bool,
    /// Why everything was read, if so.
    full_reason: Option<String>,
    #[schema(value_type = Option<Consistency>)]
    consistency: Option<String>,
    /// From freeze to thaw.
    frozen_ms: Option<u64>,
    /// The server may be restarted while the backup runs, once it is above 10 %.
    restart_allowed: bool,
    vault: Named,
    checkpoint_id: String,
    /// The time whose content it holds.
    instant: Option<String>,
    created_at: String,
    protected_at: Option<String>,
    expires_at: Option<String>,
    /// It cannot be deleted now: before it expires, or before `locked_until`.
    locked: bool,
    /// Until when it was locked by itself.
    locked_until: Option<String>,
    /// A restore from it may begin now.
    can_restore: bool,
    error: Option<String>,
    notes: Vec<String>,
    disks: Vec<BackupDisk>,
    task: Option<Task>,
}

/// A disk in a backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupDisk {
    /// Id of the disk's backup: what a restore's mapping names.
    id: String,
    disk_id: String,
    name: String,
    size_bytes: u64,
    system: bool,
    /// `bitmap` or `full_scan`; null until it is known.
    tracking: Option<String>,
    /// Why there was no bitmap, if so.
    fallback_reason: Option<String>,
    new_bytes: u64,
    read_bytes: u64,
    stored_bytes: u64,
}

impl From<&BackupRow> for BackupDisk {
    fn from(b: &BackupRow) -> BackupDisk {
        BackupDisk {
            id: b.id.to_string(),
            disk_id: b.resource_id.to_string(),
            name: b.resource_name.clone(),
            size_bytes: b.size_bytes,
            system: b.system_disk,
            tracking: b.details.0.tracking.clone(),
            fallback_reason: b.details.0.fallback_reason.clone(),
            new_bytes: b.new_bytes,
            read_bytes: b.read_bytes,
            stored_bytes: b.stored_bytes,
        }
    }
}

fn full_reason(b: &BackupRow, disks: &[BackupDisk]) -> Option<String> {
    if b.incremental || b.protected_at.is_none() {
        return None;
    }
    if b.wants_full {
        return Some("A full backup was asked for.".to_owned());
    }
    let mut reasons = disks.iter().filter_map(|d| d.fallback_reason.clone());
    reasons.next()
}

impl From<BackupLook> for Backup {
    fn from(look: BackupLook) -> Backup {
        let can_restore = look.can_restore();
        let disks: Vec<BackupDisk> = match look.backup.resource_type {
            ResourceType::Server => look.children.iter().map(BackupDisk::from).collect(),
            _ => vec![BackupDisk::from(&look.backup)],
        };
        let full_reason = full_reason(&look.backup, &disks);
        let b = look.backup;
        let details = b.details.0;
        Backup {
            id: b.id.to_string(),
            name: b.name,
            description: b.description,
            state: b.state.to_string(),
            progress: b.progress,
            r#type: kind(b.resource_type),
            resource_id: b.resource_id.to_string(),
            resource_name: b.resource_name,
            resource_status: look.resource_status.map(|text| match b.resource_type {
                ResourceType::Server => status(&text).to_owned(),
                _ => text,
            }),
            system_disk: b.system_disk,
            architecture: details.architecture,
            size_bytes: b.size_bytes,
            read_bytes: b.read_bytes,
            new_bytes: b.new_bytes,
            stored_bytes: b.stored_bytes,
            incremental: b.incremental,
            auto_trigger: b.auto_trigger,
            full_reason,
            consistency: details.consistency,
            frozen_ms: details.frozen_ms,
            restart_allowed: details.restart_allowed.unwrap_or(false),
            vault: Named {
                id: b.vault_id.to_string(),
                name: look
                    .vault
                    .as_ref()
                    .map(|v| v.name.clone())
                    .unwrap_or_default(),
            },
            checkpoint_id: b.checkpoint_id.to_string(),
            instant: details.instant,
            created_at: time(b.created_at),
            protected_at: b.protected_at.map(time),
            expires_at: b.expired_at.map(time),
            locked: look.locked,
            locked_until: b.locked_until.map(time),
            can_restore,
            error: details.error,
            notes: details.notes,
            disks,
            task: look.task.map(Task::from),
        }
    }
}

/// Why a task failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskError {
    /// `BackupService.NNNN`.
    code: String,
    message: String,
    /// What the user can do.
    hint: Option<String>,
}

/// A step of a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskStep {
    #[schema(value_type = StepName)]
    step: &'static str,
    #[schema(value_type = StepStatus)]
    state: &'static str,
}

impl From<(RestoreStep, StepState)> for TaskStep {
    fn from((step, state): (RestoreStep, StepState)) -> TaskStep {
        let state = match state {
            StepState::Waiting => StepStatus::Waiting,
            StepState::Running => StepStatus::Running,
            StepState::Done => StepStatus::Done,
            StepState::Failed => StepStatus::Failed,
        };
        TaskStep {
            step: step.name(),
            state: state.word(),
        }
    }
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub struct Task {
    id: String,
    /// The API's `operation_type`.
    #[schema(value_type = TaskKind)]
    kind: String,
    #[schema(value_type = TaskStatus)]
    state: String,
    resource: Option<ResourceRef>,
    vault: Option<Named>,
    backup: Option<Named>,
    checkpoint_id: Option<String>,
    /// Percent, 0 to 100.
    progress: u64,
    #[schema(value_type = TaskPhase)]
    phase: &'static str,
    total_bytes: u64,
    done_bytes: u64,
    read_bytes: u64,
    new_bytes: u64,
    stored_bytes: u64,
    /// Of the bytes gone through, since it was begun; null until some are.
    bytes_per_second: Option<u64>,
    seconds_left: Option<u64>,
    /// How often it was begun.
    attempt: u64,
    cancel_requested: bool,
    can_cancel: bool,
    /// It failed, and can be tried again.
    can_retry: bool,
    /// The steps of a restore, in their order; of other tasks none.
    steps: Vec<TaskStep>,
    /// The backup that a restore made of what it overwrites.
    safety_backup: Option<Named>,
    /// It is a restore that can be undone from its safety backup.
    can_go_back: bool,
    error: Option<TaskError>,
    created_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
}

impl From<TaskLook> for Task {
    fn from(look: TaskLook) -> Task {
        let (phase, can_cancel, can_retry) = (look.phase(), look.can_cancel(), look.can_retry());
        let (steps, can_go_back) = (look.steps(), look.can_go_back());
        let t = look.task;
        let until = t.ended_at.unwrap_or(t.updated_at);
        let seconds = t
            .started_at
            .map(|from| until.duration_since(from).as_secs_f64());
        let rate = seconds
            .filter(|s| *s > 0.0 && t.done_bytes > 0)
            .map(|s| t.done_bytes as f64 / s);
        let left = t.total_bytes.saturating_sub(t.done_bytes) as f64;
        let seconds_left = rate
            .filter(|rate| !t.state.is_final() && *rate > 0.0)
            .map(|rate| (left / rate).ceil() as u64);
        let error = (!t.error_code.is_empty() || !t.error_message.is_empty()).then(|| TaskError {
            code: t.error_code,
            message: t.error_message,
            hint: Some(t.error_hint).filter(|hint| !hint.is_empty()),
        });
        let resource = match (t.resource_id, t.resource_name) {
            (Some(id), Some(name)) => Some(ResourceRef {
                id: id.to_string(),
                name,
                r#type: match t.resource_type.as_deref() {
                    Some("OS::Nova::Server") => "server",
                    _ => "disk",
                },
            }),
            _ => None,
        };
        Task {
            id: t.id.to_string(),
            kind: t.kind,
            state: t.state.to_string(),
            resource,
            vault: Some(Named {
                id: t.vault_id.to_string(),
                name: t.vault_name,
            }),
            backup: t.backup_id.zip(look.backup_name).map(|(id, name)| Named {
                id: id.to_string(),
                name,
            }),
            checkpoint_id: t.checkpoint_id.map(|id| id.to_string()),
            progress: t.progress,
            phase,
            total_bytes: t.total_bytes,
            done_bytes: t.done_bytes,
            read_bytes: t.read_bytes,
            new_bytes: t.new_bytes,
            stored_bytes: t.stored_bytes,
            bytes_per_second: rate.map(|rate| rate as u64),
            seconds_left,
            attempt: t.attempt,
            cancel_requested: t.cancel,
            can_cancel,
            can_retry,
            steps: steps.into_iter().map(TaskStep::from).collect(),
            safety_backup: look.safety.map(|(id, name, _)| Named {
                id: id.to_string(),
                name,
            }),
            can_go_back,
            error,
            created_at: time(t.created_at),
            started_at: t.started_at.map(time),
            ended_at: t.ended_at.map(time),
        }
    }
}
