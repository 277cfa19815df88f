//! What services answer when they refuse.

use coffer_core::{Error, Kind};
use serde_json::Value;

/// A refusal as the service put it. Found as the source of the error it became.
#[derive(Debug, Clone)]
pub struct ApiFailure {
    /// HTTP status; 0 for the failure of a task, which comes without.
    pub status: u16,
    /// CBR's code, `BackupService.6105`.
    pub code: Option<String>,
    /// The service's words.
    pub message: String,
    /// By which the operator finds the request in the log.
    pub request_id: Option<String>,
}

impl std::fmt::Display for ApiFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message.trim_end_matches('.'))?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiFailure {}

impl ApiFailure {
    /// Reads the three forms of error bodies: CBR's, Keystone's and Nova's.
    pub fn read(status: u16, body: &[u8], request_id: Option<String>) -> ApiFailure {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &Value| value.as_str().filter(|t| !t.is_empty()).map(String::from);
        let code = text(&body["error_code"]);
        let inner = || body.as_object()?.values().find_map(|v| text(&v["message"]));
        let message = text(&body["error_msg"])
            .or_else(|| text(&body["message"]))
            .or_else(inner)
            .unwrap_or_else(|| format!("the service answered with HTTP status {status}"));
        ApiFailure {
            status,
            code,
            message,
            request_id,
        }
    }

    /// The error this is for the command line, with what to do next.
    pub fn into_error(self) -> Error {
        let kind = self.kind();
        let error = Error::new(kind, self.to_string());
        let hint = match (self.status, kind) {
            (401, _) => Some("Run `coffer login`, or check the OS_* variables.".to_string()),
            (403, _) => Some("Ask an administrator for the role this needs.".to_string()),
            (_, Kind::Unavailable) => Some("Try again in a moment.".to_string()),
            (_, Kind::Internal) => self
                .request_id
                .as_ref()
                .map(|id| format!("Report this; the service's log has it under request `{id}`.")),
            _ => None,
        };
        let error = error.caused_by(self);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    fn kind(&self) -> Kind {
        // CBR answers 400 to much that is a wrong state rather than a wrong request.
        let number = self
            .code
            .as_deref()
            .and_then(|code| code.rsplit('.').next());
        match (self.status, number) {
            (0 | 400, Some(number)) if STATE_CODES.contains(&number) => Kind::Conflict,
            (status, _) => super::kind_of(status),
        }
    }
}

/// CBR's codes with HTTP status 400 that mean: wait, or change the state first.
const STATE_CODES: [&str; 22] = [
    "2002", "2005", "2008", "2010", "2011", "6103", "6110", "6111", "6112", "6113", "6114", "6123",
    "6125", "6129", "6130", "6134", "6201", "6202", "6203", "6204", "6215", "6216",
];

/// The HTTP status behind an error, where a service refused.
pub(super) fn status_of(error: &Error) -> Option<u16> {
    let source = error.source.as_ref()?;
    source
        .downcast_ref::<ApiFailure>()
        .map(|failure| failure.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, kind: Kind, text: &str) {
        let error = ApiFailure::read(status, body.as_bytes(), None).into_error();
        assert_eq!((error.kind, error.chain().as_str()), (kind, text));
        assert_eq!(status_of(&error), Some(status));
    }

    #[test]
    fn every_service_s_errors_are_understood() {
        check(
            404,
            r#"{"error_code":"BackupService.6105","error_msg":"The vault does not exist."}"#,
            Kind::NotFound,
            "The vault does not exist (BackupService.6105)",
        );
        check(
            401,
            r#"{"error":{"code":401,"message":"wrong password","title":"Unauthorized"}}"#,
            Kind::Invalid,
            "wrong password",
        );
        check(
            404,
            r#"{"itemNotFound":{"code":404,"message":"no such server"}}"#,
            Kind::NotFound,
            "no such server",
        );
        check(
            502,
            "<html>Bad Gateway</html>",
            Kind::Unavailable,
            "the service answered with HTTP status 502",
        );
        check(
            500,
            "",
            Kind::Internal,
            "the service answered with HTTP status 500",
        );
    }

    #[test]
    fn wrong_states_are_conflicts_though_cbr_says_400() {
        check(
            400,
            r#"{"error_code":"BackupService.6125","error_msg":"A backup runs."}"#,
            Kind::Conflict,
            "A backup runs (BackupService.6125)",
        );
        check(
            400,
            r#"{"error_code":"BackupService.6101","error_msg":"Bad size."}"#,
            Kind::Invalid,
            "Bad size (BackupService.6101)",
        );
    }
}
