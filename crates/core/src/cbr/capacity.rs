//! Capacity of vaults.
//!
//! A vault may be used beyond its capacity by the backup that fills it; the next backup is
//! refused then (CBR manual: vault details; API: 6114).

use super::{Code, Refusal};
use crate::units::{GIB, MIB};

/// Smallest capacity a vault can be made with, in GiB.
pub const CREATE_MIN_GIB: u64 = 10;
/// Smallest capacity it can be changed to, in GiB.
pub const UPDATE_MIN_GIB: u64 = 1;
/// Largest capacity, in GiB.
pub const MAX_GIB: u64 = 10_485_760;
/// Most resources in one vault.
pub const RESOURCES_MAX: usize = 256;

/// Bytes as whole GiB, rounded up: the size of disks and servers in the API.
pub fn gib_up(bytes: u64) -> u64 {
    bytes.div_ceil(GIB)
}

/// Bytes as whole MiB, rounded up: `billing.used` and `backup_size`.
pub fn mib_up(bytes: u64) -> u64 {
    bytes.div_ceil(MIB)
}

/// Refuses a backup into a vault that is used beyond its capacity.
pub fn check_room(used_bytes: u64, capacity_gib: u64) -> Result<(), Refusal> {
    if used_bytes <= capacity_gib.saturating_mul(GIB) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::VAULT_FULL,
        format!(
            "the vault holds {} MiB, more than its capacity of {capacity_gib} GiB",
            mib_up(used_bytes)
        ),
    )
    .hint("Expand the vault, or delete backups you no longer need."))
}

/// Refuses resources that add up to more than the vault's capacity.
pub fn check_allocation(allocated_gib: u64, capacity_gib: u64) -> Result<(), Refusal> {
    if allocated_gib <= capacity_gib {
        return Ok(());
    }
    Err(Refusal::new(
        Code::ASSOCIATION_FAILED,
        format!(
            "the resources add up to {allocated_gib} GiB, the vault's capacity is {capacity_gib} GiB"
        ),
    )
    .hint("Expand the vault, or associate fewer resources."))
}

/// Refuses to import what could not be associated with the vault beside what is: no backup of it could
/// be made there. What is in the vault already counts as `associated_gib` without the resource itself.
pub fn check_import(size_gib: u64, associated_gib: u64, capacity_gib: u64) -> Result<(), Refusal> {
    if associated_gib.saturating_add(size_gib) <= capacity_gib {
        return Ok(());
    }
    Err(Refusal::new(
        Code::VAULT_FULL,
        format!(
            "the archive is of {size_gib} GiB, {associated_gib} GiB are associated with the vault, and its \
             capacity is {capacity_gib} GiB"
        ),
    )
    .hint("Expand the vault, or import it into another one."))
}

/// Refuses a new capacity that is smaller than what lies in the vault.
pub fn check_shrink(used_bytes: u64, capacity_gib: u64) -> Result<(), Refusal> {
    if used_bytes <= capacity_gib.saturating_mul(GIB) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::CAPACITY_INVALID,
        format!(
            "vault.billing.size: {capacity_gib} GiB is less than the {} MiB in the vault",
            mib_up(used_bytes)
        ),
    ))
}

/// The capacity after a backup, where the vault expands by itself.
///
/// It becomes 1.25 times as large when it is used up, as often as it takes. `used_before` is what
/// the vault held before the backup: one that was full already stays as it is, as documented.
pub fn expanded(capacity_gib: u64, used_before: u64, used_after: u64) -> u64 {
    if used_before > capacity_gib.saturating_mul(GIB) {
        return capacity_gib;
    }
    let mut capacity = capacity_gib;
    while used_after >= capacity.saturating_mul(GIB) && capacity < MAX_GIB {
        capacity = (capacity * 5).div_ceil(4).min(MAX_GIB);
    }
    capacity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_may_be_full_but_not_fuller() {
        assert!(check_room(10 * GIB, 10).is_ok());
        assert_eq!(
            check_room(10 * GIB + 1, 10).unwrap_err().code,
            Code::VAULT_FULL
        );
    }

    #[test]
    fn an_import_fits_beside_what_is_associated() {
        assert!(check_import(4, 6, 10).is_ok());
        let refused = check_import(5, 6, 10).unwrap_err();
        assert_eq!(refused.code, Code::VAULT_FULL);
        assert!(check_import(u64::MAX, 1, 10).is_err());
    }

    #[test]
    fn expansion_is_by_a_quarter_until_it_fits() {
        assert_eq!(expanded(40, GIB, 39 * GIB), 40);
        assert_eq!(expanded(40, GIB, 40 * GIB), 50);
        assert_eq!(expanded(40, GIB, 60 * GIB), 63);
        assert_eq!(expanded(10, GIB, 10 * GIB), 13);
    }

    #[test]
    fn a_vault_that_was_full_before_does_not_expand() {
        assert_eq!(expanded(40, 41 * GIB, 60 * GIB), 40);
    }

    #[test]
    fn expansion_ends_at_the_limit() {
        assert_eq!(expanded(MAX_GIB, 0, u64::MAX), MAX_GIB);
    }

    #[test]
    fn sizes_round_up() {
        assert_eq!(gib_up(1), 1);
        assert_eq!(gib_up(0), 0);
        assert_eq!(mib_up(MIB + 1), 2);
    }
}
