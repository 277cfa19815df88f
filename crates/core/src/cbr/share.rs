//! Sharing of backups between projects (CBR API: backup sharing).

use std::fmt;

use super::{Code, Refusal, ResourceType};
use crate::state::BackupState;
use crate::units::GIB;

/// Most projects a backup is shared with.
pub const MEMBERS_MAX: usize = 10;

/// What a recipient made of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStatus {
    /// Nothing yet.
    Pending,
    /// It can be restored from.
    Accepted,
    /// It is not wanted.
    Rejected,
}

impl MemberStatus {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            MemberStatus::Pending => "pending",
            MemberStatus::Accepted => "accepted",
            MemberStatus::Rejected => "rejected",
        }
    }

    /// The status of a name.
    pub fn parse(text: &str) -> Option<MemberStatus> {
        use MemberStatus::{Accepted, Pending, Rejected};
        [Pending, Accepted, Rejected]
            .into_iter()
            .find(|status| status.name() == text)
    }
}

impl fmt::Display for MemberStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Refuses to share what cannot be shared.
pub fn check_shareable(is_part: bool, state: BackupState) -> Result<(), Refusal> {
    if is_part {
        return Err(Refusal::new(
            Code::NOT_SHAREABLE,
            "a disk of a server backup cannot be shared alone",
        )
        .hint("Share the server backup."));
    }
    match state {
        BackupState::Available => Ok(()),
        state => Err(Refusal::new(
            Code::SHARE_STATE,
            format!("the backup is {state}, only an available one can be shared"),
        )),
    }
}

/// Refuses more recipients than a backup may have.
pub fn check_count(have: usize, new: usize) -> Result<(), Refusal> {
    match have + new <= MEMBERS_MAX {
        true => Ok(()),
        false => Err(Refusal::new(
            Code::SHARE_LIMIT,
            format!("the backup would be shared with {} projects", have + new),
        )
        .hint(format!("It can be shared with {MEMBERS_MAX}."))),
    }
}

/// The vault that shall take a received backup.
#[derive(Debug, Clone, Copy)]
pub struct Accepting<'a> {
    /// What it takes.
    pub takes: ResourceType,
    /// `backup` or `replication`.
    pub protect_type: &'a str,
    /// Capacity in GiB.
    pub size_gib: u64,
    /// Bytes in it.
    pub used_bytes: u64,
}

/// Refuses a vault that cannot take a received backup of `of`, which takes `stored_bytes`.
pub fn check_accepting(
    vault: &Accepting<'_>,
    of: ResourceType,
    stored_bytes: u64,
) -> Result<(), Refusal> {
    if vault.takes != of || vault.protect_type != "backup" {
        return Err(Refusal::new(
            Code::SHARE_VAULT_TYPE,
            "the vault is of another type than the backup",
        )
        .hint("Choose a backup vault for the same kind of resource."));
    }
    let room = vault
        .size_gib
        .saturating_mul(GIB)
        .saturating_sub(vault.used_bytes);
    match room > stored_bytes {
        true => Ok(()),
        false => Err(Refusal::new(
            Code::DESTINATION_FULL,
            "the vault has less room than the backup takes",
        )
        .hint("Expand the vault, or choose another one.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in ["pending", "accepted", "rejected"] {
            assert_eq!(MemberStatus::parse(name).unwrap().name(), name);
        }
        assert_eq!(MemberStatus::parse("Accepted"), None);
    }

    #[test]
    fn what_can_be_shared_and_with_how_many() {
        let code = |r: Result<(), Refusal>| r.unwrap_err().code;
        assert!(check_shareable(false, BackupState::Available).is_ok());
        let part = check_shareable(true, BackupState::Available);
        assert_eq!(code(part), Code::NOT_SHAREABLE);
        let broken = check_shareable(false, BackupState::Error);
        assert_eq!(code(broken), Code::SHARE_STATE);
        assert!(check_count(7, 3).is_ok());
        assert_eq!(code(check_count(7, 4)), Code::SHARE_LIMIT);
    }

    #[test]
    fn the_accepting_vault_needs_type_and_room() {
        let vault = Accepting {
            takes: ResourceType::Server,
            protect_type: "backup",
            size_gib: 10,
            used_bytes: 9 * GIB,
        };
        let check = |vault: &Accepting<'_>, of, bytes| {
            check_accepting(vault, of, bytes).map_err(|r| r.code)
        };
        assert_eq!(check(&vault, ResourceType::Server, GIB - 1), Ok(()));
        assert_eq!(
            check(&vault, ResourceType::Server, GIB),
            Err(Code::DESTINATION_FULL)
        );
        assert_eq!(
            check(&vault, ResourceType::Disk, 1),
            Err(Code::SHARE_VAULT_TYPE)
        );
        let replicas = Accepting {
            protect_type: "replication",
            ..vault
        };
        assert_eq!(
            check(&replicas, ResourceType::Server, 1),
            Err(Code::SHARE_VAULT_TYPE)
        );
    }
}
