//! The one error type that crosses module borders.
//!
//! Kinds are chosen by what the reader does next, not by where the error arose. Modules keep
//! small enums of their own and map them here in one exhaustive `match`.

use std::fmt;

/// What the reader of an error can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong: mend it.
    Invalid,
    /// There is no such thing, or the caller may not see it; the answer is the same.
    NotFound,
    /// The state forbids it now: wait, or change the state first.
    Conflict,
    /// A store, host or database did not answer: try again.
    Unavailable,
    /// Stored data is wrong or the key does not fit: verify, use another backup.
    Data,
    /// The caller asked for an end before the work was done.
    Cancelled,
    /// Our fault: report it.
    Internal,
}

impl Kind {
    /// Process exit code of a command that ends with this kind of error.
    ///
    /// 0 is success and 1 is left to panics; 2 is what clap uses for wrong usage, which is
    /// `Invalid` too.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Invalid => 2,
            Kind::NotFound => 3,
            Kind::Conflict => 4,
            Kind::Unavailable => 5,
            Kind::Data => 6,
            Kind::Cancelled => 7,
            Kind::Internal => 70,
        }
    }
}

/// An error with the step that failed, what to do about it, and its cause.
///
/// The message is lower case without a full stop and says what happened to what; the hint is a
/// sentence. `Display` prints the message alone; [`Error::chain`] prints the causes too.
#[derive(Debug)]
pub struct Error {
    /// What the reader can do.
    pub kind: Kind,
    /// What happened to what.
    pub message: String,
    /// What the reader should do, as a sentence.
    pub hint: Option<String>,
    /// The cause, not repeated in `message`.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Shorthand for results with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Makes an error without hint or cause.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    /// The request is wrong.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(Kind::Invalid, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(Kind::NotFound, message)
    }

    /// The state forbids it now.
    pub fn conflict(message: impl Into<String>) -> Error {
        Error::new(Kind::Conflict, message)
    }

    /// Something outside did not answer.
    pub fn unavailable(message: impl Into<String>) -> Error {
        Error::new(Kind::Unavailable, message)
    }

    /// Stored data is wrong.
    pub fn data(message: impl Into<String>) -> Error {
        Error::new(Kind::Data, message)
    }

    /// The work was cancelled.
    pub fn cancelled(message: impl Into<String>) -> Error {
        Error::new(Kind::Cancelled, message)
    }

    /// Our fault.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(Kind::Internal, message)
    }

    /// Adds what the reader should do, as a sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.source = Some(source.into());
        self
    }

    /// Puts the step in front that was under way, in the present tense: `read manifest`.
    #[must_use]
    pub fn context(mut self, step: impl fmt::Display) -> Error {
        self.message = format!("{step}: {}", self.message);
        self
    }

    /// The message and all causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            let cause_text = cause.to_string();
            if !text.ends_with(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            next = cause.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

/// Adds the step that was under way to the error of a result.
pub trait Context<T> {
    /// Puts `step` in front of the error's message.
    fn context(self, step: impl fmt::Display) -> Result<T>;
    /// Like [`Context::context`], computed only when there is an error.
    fn with_context<D: fmt::Display>(self, step: impl FnOnce() -> D) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn context(self, step: impl fmt::Display) -> Result<T> {
        self.map_err(|e| e.context(step))
    }

    fn with_context<D: fmt::Display>(self, step: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|e| e.context(step()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_names_each_cause_once() {
        let inner = Error::unavailable("connection refused");
        let outer = Error::unavailable("read manifest")
            .caused_by(inner)
            .context("restore disk vda");
        assert_eq!(
            outer.chain(),
            "restore disk vda: read manifest: connection refused"
        );
    }
}
