//! Error codes of the CBR service (CBR API: appendix, error codes).
//!
//! The reference never says which call answers which code; codes are assigned by their meaning.
//! Codes that the reference gives status 500 although the caller can mend the request are
//! answered with 400 or 409 here: a client may ask again after a 5xx, and would for ever.

use std::fmt;

use crate::error::{Error, Kind};

/// A code of the table below: the digits behind `BackupService.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $digits:literal, $status:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Code = Code($digits);)*

            /// The whole code: `BackupService.6105`.
            pub fn text(self) -> &'static str {
                // Written with four digits, unlike the number.
                if self == Code::NOTHING_TO_BACK_UP {
                    return "BackupService.0001";
                }
                match self.0 {
                    $($digits => concat!("BackupService.", $digits),)*
                    _ => "BackupService.9910",
                }
            }

            /// HTTP status that goes with the code.
            pub fn status(self) -> u16 {
                match self.0 { $($digits => $status,)* _ => 400 }
            }
        }
    };
}

codes! {
    /// Nothing is left to back up: all resources were skipped.
    NOTHING_TO_BACK_UP = 1, 400;
    /// The destination region takes no replicas.
    REGION_TAKES_NO_REPLICAS = 1005, 400;
    /// The destination project takes no replicas.
    PROJECT_TAKES_NO_REPLICAS = 1011, 400;
    /// The target disk is smaller than the backup.
    TARGET_TOO_SMALL = 2001, 400;
    /// The resource is being backed up: no restore.
    RESTORE_DURING_BACKUP = 2002, 400;
    /// No restore to another server.
    RESTORE_TO_OTHER_SERVER = 2003, 400;
    /// The backup's state allows no restore.
    BACKUP_STATE_FORBIDS_RESTORE = 2005, 400;
    /// The server is gone.
    SERVER_GONE = 2007, 400;
    /// The server's state allows no restore.
    SERVER_STATE_FORBIDS_RESTORE = 2008, 400;
    /// The disk's type allows no restore.
    DISK_TYPE_FORBIDS_RESTORE = 2009, 400;
    /// The resource is being restored already.
    RESTORE_RUNNING = 2010, 400;
    /// The disk's state allows no restore.
    DISK_STATE_FORBIDS_RESTORE = 2011, 400;
    /// Some of the disks cannot be restored.
    SOME_DISKS_NOT_RESTORABLE = 2012, 400;
    /// A data disk's backup was aimed at a system disk.
    DATA_TO_SYSTEM_DISK = 2013, 400;
    /// The processor architecture differs.
    ARCHITECTURE_DIFFERS = 2015, 400;
    /// No such migration from an older service.
    MIGRATION_NOT_FOUND = 4001, 404;
    /// No such policy.
    POLICY_NOT_FOUND = 6000, 404;
    /// The project has as many policies of the type as it may.
    POLICY_LIMIT = 6001, 400;
    /// The policy is not applied to the vault.
    POLICY_NOT_APPLIED = 6002, 404;
    /// The destination stays while the policy is applied.
    POLICY_DESTINATION_FIXED = 6003, 400;
    /// The vault has as many resources as it may.
    RESOURCE_LIMIT = 6100, 400;
    /// The vault's capacity is not allowed.
    CAPACITY_INVALID = 6101, 400;
    /// The resource's type does not fit the vault.
    TYPE_MISMATCH = 6102, 400;
    /// The resource belongs to another vault.
    IN_OTHER_VAULT = 6103, 400;
    /// A resource was named twice.
    DUPLICATE_RESOURCE = 6104, 400;
    /// No such vault.
    VAULT_NOT_FOUND = 6105, 404;
    /// A vault of this id is there already.
    VAULT_EXISTS = 6106, 400;
    /// The vault could not be expanded.
    EXPANSION_FAILED = 6107, 400;
    /// The resource cannot be associated.
    ASSOCIATION_FAILED = 6108, 400;
    /// No such order: there are no bills here.
    BILL_NOT_FOUND = 6109, 400;
    /// The vault cannot be changed like that.
    VAULT_UNCHANGEABLE = 6110, 400;
    /// The vault cannot be deleted.
    VAULT_UNDELETABLE = 6111, 400;
    /// The vault's state forbids the call.
    VAULT_STATE = 6112, 400;
    /// The vault's state forbids a backup.
    VAULT_STATE_FORBIDS_BACKUP = 6113, 400;
    /// The vault is used beyond its capacity.
    VAULT_FULL = 6114, 400;
    /// The backups of resources that leave the vault could not be deleted.
    REMOVAL_FAILED = 6115, 400;
    /// Protection type or resource type unknown.
    TYPE_UNKNOWN = 6116, 400;
    /// A policy is for backups or for replication.
    POLICY_TYPE_UNKNOWN = 6117, 400;
    /// The destination vault does not fit.
    DESTINATION_UNFIT = 6118, 400;
    /// The destination is not for replicas.
    DESTINATION_NOT_FOR_REPLICAS = 6119, 400;
    /// No such destination.
    DESTINATION_NOT_FOUND = 6120, 400;
    /// The vault could not be deleted.
    VAULT_DELETION_FAILED = 6121, 400;
    /// The vault is being expanded already.
    EXPANSION_RUNNING = 6123, 400;
    /// A vault of this type takes no backups.
    VAULT_TYPE_FORBIDS_BACKUP = 6124, 400;
    /// A backup of the resource runs already.
    BACKUP_RUNNING = 6125, 400;
    /// The policy does not fit the vault.
    POLICY_MISFIT = 6127, 400;
    /// A vault of this type is not replicated.
    VAULT_TYPE_FORBIDS_REPLICATION = 6128, 400;
    /// The destination vault has too little room.
    DESTINATION_FULL = 6129, 400;
    /// The vault could not be made.
    VAULT_CREATION_FAILED = 6132, 503;
    /// The project has as many vaults, or as much capacity, as it may.
    VAULT_LIMIT = 6133, 400;
    /// The resources are just being removed.
    RESOURCE_BEING_REMOVED = 6134, 400;
    /// The resource is not in the vault.
    NOT_IN_VAULT = 6135, 400;
    /// A shared disk would end up in several vaults.
    SHARED_DISK_IN_OTHER_VAULT = 6137, 400;
    /// Every vault that could take the resource is full.
    ALL_VAULTS_FULL = 6142, 400;
    /// No such backup.
    BACKUP_NOT_FOUND = 6200, 404;
    /// The backup cannot be deleted.
    BACKUP_UNDELETABLE = 6201, 400;
    /// The vault must be available for a restore.
    VAULT_STATE_FORBIDS_RESTORE = 6202, 400;
    /// The backup still runs.
    BACKUP_STILL_RUNNING = 6203, 400;
    /// An image was made of the backup, and goes first.
    BACKUP_HAS_IMAGE = 6204, 400;
    /// What the backup says of its server cannot be read in this state.
    METADATA_UNREADABLE = 6206, 400;
    /// No image can be made of a backup of this type.
    TYPE_FORBIDS_IMAGE = 6207, 400;
    /// No image can be made of the backup in its state.
    STATE_FORBIDS_IMAGE = 6208, 400;
    /// The backup lacks the system disk that an image needs.
    NO_SYSTEM_DISK_NO_IMAGE = 6209, 400;
    /// An image was made of the backup already.
    IMAGE_MADE_ALREADY = 6210, 400;
    /// The image could not be made.
    IMAGE_FAILED = 6212, 500;
    /// The resource's state forbids a backup.
    RESOURCE_STATE_FORBIDS_BACKUP = 6215, 400;
    /// The backup is in use.
    BACKUP_IN_USE = 6216, 400;
    /// No such restore point.
    CHECKPOINT_NOT_FOUND = 6217, 404;
    /// A locked vault's backups cannot be deleted by hand.
    VAULT_LOCKED = 6220, 400;
    /// No such resource.
    RESOURCE_NOT_FOUND = 6302, 404;
    /// No such task.
    TASK_NOT_FOUND = 6500, 404;
    /// Too many tags.
    TAG_LIMIT = 6600, 400;
    /// No tag of that key.
    TAG_NOT_FOUND = 6601, 404;
    /// Only whole backups of servers and disks can be shared.
    NOT_SHAREABLE = 6700, 400;
    /// The backup is shared with as many projects as it may.
    SHARE_LIMIT = 6701, 400;
    /// Only an available backup can be shared.
    SHARE_STATE = 6702, 400;
    /// It is shared with that project already.
    SHARED_ALREADY = 6703, 400;
    /// The recipient is no project.
    SHARE_PROJECT = 6704, 400;
    /// It is not shared with that project.
    MEMBER_NOT_FOUND = 6705, 404;
    /// What a share shall become is wrong.
    MEMBER_VALUE = 6706, 400;
    /// Sharing is not allowed.
    SHARING_FORBIDDEN = 6707, 400;
    /// The share's status cannot change like that.
    MEMBER_STATUS = 6708, 400;
    /// The recipient made an image of the shared backup.
    SHARED_IMAGE_EXISTS = 6710, 400;
    /// The vault's state forbids sharing.
    VAULT_STATE_FORBIDS_SHARING = 6712, 400;
    /// The accepting vault is of another type.
    SHARE_VAULT_TYPE = 6713, 400;
    /// A received backup cannot be shared on.
    SHARED_ON = 6714, 400;
    /// No such disk.
    DISK_NOT_FOUND = 7000, 404;
    /// The disk's state forbids a backup.
    DISK_STATE_FORBIDS_BACKUP = 7003, 400;
    /// The disk is left out of backups and restores.
    DISK_EXCLUDED = 7004, 400;
    /// The disk is in the vault already.
    DISK_IN_VAULT = 7006, 400;
    /// No such server.
    SERVER_NOT_FOUND = 7100, 404;
    /// The server's state forbids a backup.
    SERVER_STATE_FORBIDS_BACKUP = 7101, 400;
    /// Shared disks are not supported.
    SHARED_DISK = 7106, 400;
    /// The server has too many shared disks.
    SHARED_DISKS_TOO_MANY = 7107, 400;
    /// The server has no disks (or none that can be backed up).
    SERVER_WITHOUT_DISKS = 7108, 400;
    /// The server is in the vault already.
    SERVER_IN_VAULT = 7116, 400;
    /// The vault cannot be synchronised.
    NO_SYNCHRONISATION = 7300, 400;
    /// There is nothing to buy or to bill.
    NO_PRODUCT = 8400, 400;
    /// A parameter is wrong.
    PARAMETER = 9900, 400;
    /// Something went wrong that has no code of its own.
    UNKNOWN = 9910, 500;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A request that is refused, with the code the client sees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// What is wrong with what; lower case, no full stop.
    pub message: String,
    /// What the user can do, as a sentence.
    pub hint: Option<String>,
}

impl Refusal {
    /// Refuses with `code`.
    pub fn new(code: Code, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// Refuses a parameter, named with its path: `vault.billing.size`.
    pub fn parameter(field: &str, problem: impl fmt::Display) -> Refusal {
        Refusal::new(Code::PARAMETER, format!("{field}: {problem}"))
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Refusal {
        self.hint = Some(hint.into());
        self
    }
}

/// A call or a task, as far as its error codes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Making a vault.
    CreateVault,
    /// Everything else with a vault.
    Vault,
    /// Expanding a vault.
    ExpandVault,
    /// Taking resources out of a vault, with their backups.
    RemoveResources,
    /// Deleting a vault.
    DeleteVault,
    /// Starting a backup, and the work itself.
    Backup,
    /// Looking at a restore point.
    Checkpoint,
    /// Looking at or renaming a backup.
    ShowBackup,
    /// Deleting a backup.
    DeleteBackup,
    /// Restoring.
    Restore,
    /// Looking at or cancelling a task.
    Task,
    /// Looking at what can be protected.
    Protectable,
    /// Everything with a policy.
    Policy,
    /// Everything with an image.
    Image,
}

impl Operation {
    /// The code for an error of `kind` that came up in this operation from below.
    pub fn code(self, kind: Kind) -> Code {
        use Operation as O;
        match (kind, self) {
            (Kind::Invalid, _) => Code::PARAMETER,
            (Kind::NotFound, O::CreateVault) => Code::RESOURCE_NOT_FOUND,
            (Kind::NotFound, O::Vault | O::ExpandVault | O::RemoveResources | O::DeleteVault) => {
                Code::VAULT_NOT_FOUND
            }
            (Kind::NotFound, O::Backup) => Code::RESOURCE_NOT_FOUND,
            (Kind::NotFound, O::Checkpoint) => Code::CHECKPOINT_NOT_FOUND,
            (Kind::NotFound, O::ShowBackup | O::DeleteBackup | O::Image) => Code::BACKUP_NOT_FOUND,
            (Kind::NotFound, O::Restore) => Code::SERVER_GONE,
            (Kind::NotFound, O::Task) => Code::TASK_NOT_FOUND,
            (Kind::NotFound, O::Protectable) => Code::RESOURCE_NOT_FOUND,
            (Kind::NotFound, O::Policy) => Code::POLICY_NOT_FOUND,
            (Kind::Conflict, O::CreateVault) => Code::VAULT_EXISTS,
            (Kind::Conflict, O::Vault | O::RemoveResources) => Code::VAULT_STATE,
            (Kind::Conflict, O::ExpandVault) => Code::EXPANSION_RUNNING,
            (Kind::Conflict, O::DeleteVault) => Code::VAULT_UNDELETABLE,
            (Kind::Conflict, O::Backup) => Code::RESOURCE_STATE_FORBIDS_BACKUP,
            (Kind::Conflict, O::Checkpoint | O::ShowBackup) => Code::BACKUP_STILL_RUNNING,
            (Kind::Conflict, O::DeleteBackup) => Code::BACKUP_IN_USE,
            (Kind::Conflict, O::Restore) => Code::SERVER_STATE_FORBIDS_RESTORE,
            (Kind::Conflict, O::Image) => Code::STATE_FORBIDS_IMAGE,
            (Kind::Conflict, O::Task | O::Protectable | O::Policy) => Code::PARAMETER,
            (Kind::Unavailable, O::CreateVault) => Code::VAULT_CREATION_FAILED,
            (Kind::Unavailable, O::ExpandVault) => Code::EXPANSION_FAILED,
            (Kind::Unavailable | Kind::Data, O::RemoveResources) => Code::REMOVAL_FAILED,
            (Kind::Unavailable | Kind::Data, O::DeleteVault) => Code::VAULT_DELETION_FAILED,
            (Kind::Unavailable | Kind::Data, O::Image) => Code::IMAGE_FAILED,
            (Kind::Unavailable | Kind::Data | Kind::Cancelled | Kind::Internal, _) => Code::UNKNOWN,
        }
    }

    /// Status for an error of `kind` that came up in this operation from below.
    pub fn status(self, kind: Kind) -> u16 {
        match kind {
            Kind::Unavailable => 503,
            Kind::Data | Kind::Internal => 500,
            Kind::Cancelled => 409,
            Kind::Invalid | Kind::NotFound | Kind::Conflict => self.code(kind).status(),
        }
    }
}

impl From<Refusal> for Error {
    /// For work that runs behind a task: the code is kept in front of the text.
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal.code.status() {
            404 => Kind::NotFound,
            _ if refusal.code == Code::PARAMETER => Kind::Invalid,
            _ => Kind::Conflict,
        };
        Error {
            hint: refusal.hint.clone(),
            ..Error::new(kind, refusal.message.clone()).caused_by(refusal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_four_digits() {
        assert_eq!(Code::NOTHING_TO_BACK_UP.to_string(), "BackupService.0001");
        assert_eq!(Code::VAULT_NOT_FOUND.to_string(), "BackupService.6105");
    }

    #[test]
    fn what_the_user_did_is_never_a_server_error() {
        use Operation as O;
        for operation in [
            O::CreateVault,
            O::Vault,
            O::ExpandVault,
            O::RemoveResources,
            O::DeleteVault,
            O::Backup,
            O::Checkpoint,
            O::ShowBackup,
            O::DeleteBackup,
            O::Restore,
            O::Task,
            O::Protectable,
            O::Policy,
            O::Image,
        ] {
            for kind in [Kind::Invalid, Kind::NotFound, Kind::Conflict] {
                assert!(operation.status(kind) < 500, "{operation:?} {kind:?}");
            }
        }
    }

    #[test]
    fn a_missing_thing_is_a_404() {
        assert_eq!(Operation::Vault.status(Kind::NotFound), 404);
        assert_eq!(Operation::ShowBackup.status(Kind::NotFound), 404);
        assert_eq!(Operation::Checkpoint.status(Kind::NotFound), 404);
        assert_eq!(Operation::Task.status(Kind::NotFound), 404);
    }
}
