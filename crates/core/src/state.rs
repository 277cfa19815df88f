//! States of vaults, checkpoints, backups, resources and tasks, with their named edges.
//!
//! Every change of a stored state asks `can_become` first and then writes `WHERE state = <from>`;
//! no row written means somebody else was first. The edges come from the CBR manual where it
//! spells them out (vaults, backups) and from the enumerations of its API elsewhere.

use std::fmt;

/// A text that names no state of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}")]
pub struct UnknownState {
    what: &'static str,
    text: String,
}

macro_rules! states {
    ($(#[$doc:meta])* $name:ident, $what:literal {
        $($(#[$vdoc:meta])* $variant:ident = $text:literal => [$($next:ident),*];)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All states, in the order of a normal life.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name in the API and in the catalog.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// Whether the edge from here to `next` exists.
            pub fn can_become(self, next: $name) -> bool {
                match self {
                    $($name::$variant => {
                        let edges: &[$name] = &[$($name::$next),*];
                        edges.contains(&next)
                    })*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownState;
            fn from_str(text: &str) -> Result<$name, UnknownState> {
                match text {
                    $($text => Ok($name::$variant),)*
                    _ => Err(UnknownState { what: $what, text: text.to_owned() }),
                }
            }
        }
    };
}

states! {
    /// A vault. It is `available` as soon as it is made: clients know no state before that.
    VaultState, "vault state" {
        /// Usable.
        Available = "available" => [Lock, Frozen, Deleting, Error];
        /// Its capacity is being expanded.
        Lock = "lock" => [Available, Frozen, Error];
        /// Its account is frozen.
        Frozen = "frozen" => [Available, Lock, Error];
        /// It and its backups are on their way out; then the row goes.
        Deleting = "deleting" => [Error];
        /// A task failed; it can be deleted.
        Error = "error" => [Available, Deleting];
    }
}

states! {
    /// A restore point.
    CheckpointState, "checkpoint state" {
        /// Its backups run.
        Protecting = "protecting" => [Available, Error, Deleting];
        /// All of its backups are there.
        Available = "available" => [Deleting];
        /// At least one of them failed.
        Error = "error" => [Deleting];
        /// Its last backup is being deleted.
        Deleting = "deleting" => [Deleted, ErrorDeleting];
        /// No backup is left.
        Deleted = "deleted" => [];
        /// Its last backup could not be deleted.
        ErrorDeleting = "error-deleting" => [Deleting];
    }
}

states! {
    /// A backup. The disk backups of a server's backup move together with it.
    BackupState, "backup state" {
        /// Queued. A cancelled one is cleaned away.
        WaitingProtect = "waiting_protect" => [Protecting, Error, Deleting];
        /// Being made. A cancelled one is cleaned away.
        Protecting = "protecting" => [Available, Error, Deleting];
        /// There, and not in use.
        Available = "available" => [WaitingRestore, WaitingDelete];
        /// A restore from it is queued.
        WaitingRestore = "waiting_restore" => [Restoring, Available];
        /// A restore from it runs; how that ends is told by the task alone.
        Restoring = "restoring" => [Available];
        /// Its deletion is queued.
        WaitingDelete = "waiting_delete" => [Deleting, Error];
        /// It is being deleted; then the row goes.
        Deleting = "deleting" => [Error];
        /// Making or deleting it failed. It becomes available only where its manifest turns out
        /// to have been committed (a lost acknowledgement).
        Error = "error" => [WaitingDelete, Available];
    }
}

states! {
    /// What Coffer does with a resource of a vault.
    ProtectState, "protection state" {
        /// Nothing.
        Available = "available" => [Protecting, Restoring, Removing, Error];
        /// It is being backed up.
        Protecting = "protecting" => [Available, Error];
        /// A backup is being written to it.
        Restoring = "restoring" => [Available, Error];
        /// It and its backups are leaving the vault; then the row goes.
        Removing = "removing" => [Error];
        /// The last thing done with it failed. Everything can be tried again.
        Error = "error" => [Available, Protecting, Restoring, Removing];
    }
}

states! {
    /// A task (API: operation log).
    TaskState, "task state" {
        /// Queued.
        Waiting = "waiting" => [Running, Failed, Skipped];
        /// A worker has it, or had it and will again.
        Running = "running" => [Success, Failed, Timeout, Skipped];
        /// Done.
        Success = "success" => [];
        /// Not done, also where it was cancelled.
        Failed = "failed" => [];
        /// There was nothing to do.
        Skipped = "skipped" => [];
        /// Given up after too long.
        Timeout = "timeout" => [];
    }
}

impl BackupState {
    /// True while a backup of the resource is queued or runs.
    pub fn is_being_made(self) -> bool {
        matches!(self, BackupState::WaitingProtect | BackupState::Protecting)
    }
}

impl TaskState {
    /// True once the task cannot change any more.
    pub fn is_final(self) -> bool {
        !matches!(self, TaskState::Waiting | TaskState::Running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn edges<S: Copy + fmt::Display>(all: &[S], can: impl Fn(S, S) -> bool) -> String {
        let mut text = String::new();
        for &from in all {
            let next: Vec<String> = all
                .iter()
                .filter(|&&to| can(from, to))
                .map(|to| to.to_string())
                .collect();
            writeln!(text, "{from} -> {}", next.join(" ")).expect("writing to a text");
        }
        text
    }

    #[test]
    fn backups_move_along_these_edges_alone() {
        assert_eq!(
            edges(BackupState::ALL, BackupState::can_become),
            "waiting_protect -> protecting deleting error\n\
             protecting -> available deleting error\n\
             available -> waiting_restore waiting_delete\n\
             waiting_restore -> available restoring\n\
             restoring -> available\n\
             waiting_delete -> deleting error\n\
             deleting -> error\n\
             error -> available waiting_delete\n"
        );
    }

    #[test]
    fn vaults_move_along_these_edges_alone() {
        assert_eq!(
            edges(VaultState::ALL, VaultState::can_become),
            "available -> lock frozen deleting error\n\
             lock -> available frozen error\n\
             frozen -> available lock error\n\
             deleting -> error\n\
             error -> available deleting\n"
        );
    }

    #[test]
    fn checkpoints_move_along_these_edges_alone() {
        assert_eq!(
            edges(CheckpointState::ALL, CheckpointState::can_become),
            "protecting -> available error deleting\n\
             available -> deleting\n\
             error -> deleting\n\
             deleting -> deleted error-deleting\n\
             deleted -> \n\
             error-deleting -> deleting\n"
        );
    }

    #[test]
    fn resources_move_along_these_edges_alone() {
        assert_eq!(
            edges(ProtectState::ALL, ProtectState::can_become),
            "available -> protecting restoring removing error\n\
             protecting -> available error\n\
             restoring -> available error\n\
             removing -> error\n\
             error -> available protecting restoring removing\n"
        );
    }

    #[test]
    fn tasks_move_along_these_edges_alone() {
        assert_eq!(
            edges(TaskState::ALL, TaskState::can_become),
            "waiting -> running failed skipped\n\
             running -> success failed skipped timeout\n\
             success -> \n\
             failed -> \n\
             skipped -> \n\
             timeout -> \n"
        );
    }

    #[test]
    fn names_are_read_back() {
        for &state in BackupState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        assert_eq!(
            "fine".parse::<TaskState>().unwrap_err().to_string(),
            "`fine` is not a task state"
        );
    }
}
