//! What commands write: documents or tables on standard output, everything else on standard error.

use std::io::{self, Write};

use coffer_core::{Error, Kind, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use super::environment::Environment;
use super::human;
use crate::client::ApiFailure;

/// How this run of the program writes.
#[derive(Debug, Clone)]
pub struct Output {
    /// One JSON document on standard output instead of text.
    pub json: bool,
    /// No progress and no notes.
    pub quiet: bool,
    /// Standard error is a terminal.
    pub bars: bool,
    /// Somebody sits at the terminal and can be asked.
    pub interactive: bool,
    /// Columns to fit tables to; none where the output is not a terminal.
    pub columns: Option<usize>,
    /// The user's time zone.
    pub zone: TimeZone,
}

impl Output {
    /// Says how to write, from the command line's switches and the terminals.
    pub fn new(environment: &Environment, json: bool, quiet: bool, utc: bool) -> Output {
        let columns = environment.stdout_terminal.then_some(environment.columns);
        Output {
            json,
            quiet,
            bars: environment.stderr_terminal && !quiet,
            interactive: environment.stdin_terminal && environment.stderr_terminal,
            columns: columns.flatten(),
            zone: if utc {
                TimeZone::UTC
            } else {
                TimeZone::system()
            },
        }
    }

    /// Writes the answer of a command: `document` with `--json`, else `text`.
    pub fn answer<D: Serialize>(&self, document: &D, text: impl FnOnce() -> String) -> Result<()> {
        let text = if self.json {
            let mut text = serde_json::to_string_pretty(document)
                .map_err(|e| Error::internal("write the answer as JSON").caused_by(e))?;
            text.push('\n');
            text
        } else {
            text()
        };
        write_stdout(text.as_bytes())
    }

    /// Tells the user something that is not the answer, unless `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            // Nobody to tell is no reason to fail.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// A moment in the user's zone.
    pub fn time(&self, at: Timestamp) -> String {
        human::time(at, &self.zone)
    }

    /// A time of an API's answer in the user's zone; what is not a time is shown as it is.
    pub fn api_time(&self, text: &str) -> String {
        human::parse_time(text).map_or_else(|_| text.to_string(), |at| self.time(at))
    }

    /// Writes an error to standard error: text with its hint, or an object with `--json`.
    pub fn error(&self, error: &Error) {
        let mut stderr = io::stderr();
        let _ = if self.json {
            writeln!(stderr, "{}", error_document(error))
        } else {
            let chain = super::table::printable(&error.chain());
            let hint = error.hint.as_ref().map(|hint| format!("\nhint: {hint}"));
            writeln!(stderr, "error: {chain}{}", hint.unwrap_or_default())
        };
    }
}

/// Writes bytes to standard output and flushes.
///
/// A reader that has gone away (`| head`) gives [`closed_pipe`]'s error.
pub fn write_stdout(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|e| Error::unavailable("write to standard output").caused_by(e))
}

/// True for the error of a reader that has gone away: it ends the program without a word.
pub fn closed_pipe(error: &Error) -> bool {
    let source = error.source.as_ref();
    let io = source.and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
}

/// The name of an error's kind in documents.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "invalid",
        Kind::NotFound => "not_found",
        Kind::Conflict => "conflict",
        Kind::Unavailable => "unavailable",
        Kind::Data => "data",
        Kind::Cancelled => "cancelled",
        Kind::Internal => "internal",
    }
}

fn error_document(error: &Error) -> Value {
    let source = error.source.as_ref();
    let api = source.and_then(|source| source.downcast_ref::<ApiFailure>());
    let mut document = json!({
        "kind": kind_name(error.kind),
        "exit_code": error.kind.exit_code(),
        "message": error.chain(),
        "hint": error.hint,
    });
    if let Some(api) = api {
        document["http_status"] = json!(Some(api.status).filter(|status| *status != 0));
        document["error_code"] = json!(api.code);
        document["request_id"] = json!(api.request_id);
    }
    json!({ "error": document })
}

/// Gives the times of an API's document their zone: the services write UTC without saying so.
pub fn with_zones(mut document: Value) -> Value {
    match &mut document {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let is_time =
                    name.ends_with("_at") || matches!(name.as_str(), "created" | "updated");
                let zoned = value.as_str().filter(|_| is_time).and_then(utc_text);
                *value = zoned.map_or_else(|| with_zones(value.take()), Value::String);
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = with_zones(item.take());
            }
        }
        _ => {}
    }
    document
}

fn utc_text(text: &str) -> Option<String> {
    human::parse_time(text).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_documents_say_their_zone() {
        let document = with_zones(json!({
            "created_at": "2020-02-05T10:38:34.209782",
            "expired_at": null,
            "name": "2020-02-05T10:38:34",
            "children": [{"updated_at": "2020-02-05T11:38:34+01:00"}],
        }));
        assert_eq!(
            document,
            json!({
                "created_at": "2020-02-05T10:38:34.209782Z",
                "expired_at": null,
                "name": "2020-02-05T10:38:34",
                "children": [{"updated_at": "2020-02-05T10:38:34Z"}],
            })
        );
    }

    #[test]
    fn error_documents_keep_the_service_s_code() {
        let failure = ApiFailure {
            status: 404,
            code: Some("BackupService.6105".to_string()),
            message: "The vault does not exist.".to_string(),
            request_id: None,
        };
        let error = failure
            .into_error()
            .context("show vault")
            .hint("Look again.");
        let document = error_document(&error);
        assert_eq!(document["error"]["kind"], "not_found");
        assert_eq!(document["error"]["exit_code"], 3);
        assert_eq!(document["error"]["error_code"], "BackupService.6105");
        assert_eq!(
            document["error"]["message"],
            "show vault: The vault does not exist (BackupService.6105)"
        );
    }
}
