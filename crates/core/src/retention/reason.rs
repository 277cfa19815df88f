//! Verdicts as words: for programs a word, for people a sentence.

use std::fmt;

use super::{Delete, FAILED_MAX, Hold, Keep, Place, Verdict};

impl Verdict {
    /// One word for programs; the API shows it.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Keep(keep) => keep.word(),
            Verdict::Delete(delete) => delete.word(),
        }
    }
}

impl Keep {
    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Keep::Manual => "manual",
            Keep::Held(Hold::Lock) => "locked",
            Keep::Held(Hold::Image) => "image",
            Keep::Busy => "busy",
            Keep::Until(_) => "not_expired",
            Keep::Places(_) => "counted",
            Keep::Forever => "permanent",
            Keep::Last => "last_good",
            Keep::Record => "failed_recently",
            Keep::Paused => "policy_disabled",
        }
    }
}

impl Delete {
    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Delete::Expired(_) => "expired",
            Delete::ExpiredAsAsked(_) => "expired_as_asked",
            Delete::Surplus => "surplus",
            Delete::FailedSurplus => "failed_surplus",
            Delete::FailedLongAgo => "failed_long_ago",
        }
    }
}

impl fmt::Display for Delete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delete::Expired(at) => write!(f, "its retention time ended at {at:.0}"),
            Delete::ExpiredAsAsked(at) => {
                write!(f, "the time it was to be kept ended at {at:.0}")
            }
            Delete::Surplus => f.write_str("no retention rule of its policy keeps it any longer"),
            Delete::FailedSurplus => {
                write!(f, "it failed, and so did {FAILED_MAX} newer ones")
            }
            Delete::FailedLongAgo => f.write_str("it failed more than 30 days ago"),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Manual => f.write_str("it was made by hand"),
            Keep::Held(Hold::Lock) => f.write_str("it is locked"),
            Keep::Held(Hold::Image) => f.write_str("an image was made from it"),
            Keep::Busy => f.write_str("it is being worked on"),
            Keep::Until(at) => write!(f, "it is kept until {at:.0}"),
            Keep::Places(places) => {
                f.write_str("it is ")?;
                for (index, place) in places.iter().enumerate() {
                    let between = match index {
                        0 => "",
                        _ if index + 1 == places.len() => " and ",
                        _ => ", ",
                    };
                    write!(f, "{between}{place}")?;
                }
                Ok(())
            }
            Keep::Forever => f.write_str("its policy keeps backups for ever"),
            Keep::Last => f.write_str("it is the newest good backup of the resource"),
            Keep::Record => f.write_str("it failed, and is kept as a record"),
            Keep::Paused => f.write_str("its policy is disabled"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Newest(1) => f.write_str("the newest"),
            Place::Newest(rank) => write!(f, "number {rank} of the newest"),
            Place::Day(day) => write!(f, "the newest of {day}"),
            Place::Week(monday) => write!(f, "the newest of the week from {monday}"),
            Place::Month(day) => write!(f, "the newest of {}", day.strftime("%Y-%m")),
            Place::Year(day) => write!(f, "the newest of {}", day.strftime("%Y")),
        }
    }
}
