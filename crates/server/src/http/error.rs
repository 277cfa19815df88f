//! Errors as clients see them.
//!
//! A handler returns an [`ApiError`]: status, text and, in the CBR API, a code. The frame gives it
//! the form of the API family that the path belongs to, and does the same for what went wrong
//! before a handler was reached (no such route, body too large, a panic).

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use coffer_core::{Error, Kind};
use serde_json::json;

/// Families of APIs, by the form of their errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `{"error_code", "error_msg"}`.
    Cbr,
    /// `{"error": {"code", "message", "title"}}`.
    Keystone,
    /// `{"itemNotFound": {"code", "message"}}`; block storage has the same form.
    Nova,
}

impl Family {
    /// The family of a path.
    pub fn of(path: &str) -> Family {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        match (segments.next(), segments.next(), segments.next()) {
            (None | Some("v3.0"), ..) => Family::Keystone,
            (Some("v2.1" | "v2" | "v1" | "image"), ..) => Family::Nova,
            (Some("v3"), None, _) => Family::Keystone,
            (
                Some("v3"),
                Some(
                    "auth" | "projects" | "domains" | "users" | "groups" | "roles"
                    | "role_assignments",
                ),
                _,
            ) => Family::Keystone,
            (Some("v3"), _, Some("volumes" | "types" | "os-vendor-tags" | "snapshots")) => {
                Family::Nova
            }
            _ => Family::Cbr,
        }
    }

    /// The body of an error.
    pub fn body(self, error: &ApiError) -> serde_json::Value {
        let message = error.text();
        let code = error.status.as_u16();
        match self {
            Family::Cbr => json!({"error_code": error.code(), "error_msg": message}),
            Family::Keystone => {
                let title = error.status.canonical_reason().unwrap_or("Error");
                json!({"error": {"code": code, "message": message, "title": title}})
            }
            Family::Nova => json!({nova_name(error.status): {"code": code, "message": message}}),
        }
    }
}

fn nova_name(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 415 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 => "overLimit",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    }
}

/// An answer that is an error.
///
/// Text for people, without paths, SQL or other tenants' names. Made from [`coffer_core::Error`]
/// it keeps message and hint of what the user can mend, and hides the rest behind a request id.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Code of the CBR API, `BackupService.NNNN`, where one fits; else one by the status.
    pub code: Option<&'static str>,
    /// What happened.
    pub message: String,
    /// What to do, as a sentence.
    pub hint: Option<String>,
}

impl ApiError {
    /// An error with a text.
    pub fn new(status: StatusCode, message: impl Into<String>) -> ApiError {
        ApiError {
            status,
            code: None,
            message: message.into(),
            hint: None,
        }
    }

    /// 400, the request must be mended.
    pub fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401, one text for every reason.
    pub fn unauthorized() -> ApiError {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "The request you have made requires authentication.",
        )
    }

    /// 403.
    pub fn forbidden() -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "You are not authorized to perform the requested action.",
        )
    }

    /// 403 for who may not do an action of the policies.
    pub fn not_allowed(action: &str) -> ApiError {
        let mut error = ApiError::forbidden();
        error.hint = Some(format!(
            "It needs the action {action}, which none of your roles allows here."
        ));
        error
    }

    /// 404 for `what`: `The vault does not exist.`
    pub fn not_found(what: &str) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, format!("The {what} does not exist."))
    }

    /// Sets the code of the CBR API, such as `BackupService.6105`.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> ApiError {
        self.code = Some(code);
        self
    }

    /// Message and hint.
    pub fn text(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}. {hint}", self.message.trim_end_matches('.')),
            None => self.message.clone(),
        }
    }

    /// The code, or the general one for the status.
    pub fn code(&self) -> &'static str {
        self.code.unwrap_or(match self.status.as_u16() {
            401 => "BackupService.9998",
            400..=499 => "BackupService.9900",
            _ => "BackupService.9910",
        })
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> ApiError {
        let (status, show) = match error.kind {
            Kind::Invalid => (StatusCode::BAD_REQUEST, true),
            Kind::NotFound => (StatusCode::NOT_FOUND, true),
            Kind::Conflict => (StatusCode::CONFLICT, true),
            Kind::Cancelled => (StatusCode::CONFLICT, true),
            Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, false),
            Kind::Data | Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, false),
        };
        if show {
            let mut message = error.message;
            if let Some(first) = message.get(..1) {
                message = first.to_uppercase() + &message[1..];
            }
            return ApiError {
                status,
                code: None,
                message,
                hint: error.hint,
            };
        }
        tracing::error!(error = error.chain(), "request failed: {}", error.chain());
        let message = match error.kind {
            Kind::Unavailable => "A part of the service does not answer. Try again.",
            _ => "The service failed. Report this with the X-Request-Id of the answer.",
        };
        ApiError {
            status,
            code: None,
            message: message.to_owned(),
            hint: None,
        }
    }
}

impl IntoResponse for ApiError {
    /// An answer without a body; the frame writes it in the form of the path's family.
    fn into_response(self) -> axum::response::Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of an error answer in the family's form.
pub(crate) fn render(family: Family, error: &ApiError) -> Response<Body> {
    let mut response = Response::new(Body::from(family.body(error).to_string()));
    *response.status_mut() = error.status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    if error.status == StatusCode::PAYLOAD_TOO_LARGE {
        // The rest of the body is not read, so that the connection ends: whoever is not told sends
        // the next request into nothing.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_families() {
        let check = |path, family| assert_eq!(Family::of(path), family, "{path}");
        check("/", Family::Keystone);
        check("/v3", Family::Keystone);
        check("/v3/auth/tokens", Family::Keystone);
        check("/v3/projects", Family::Keystone);
        check("/v3/4229d7a45436489f8c3dc2b1d35d4987/vaults", Family::Cbr);
        check(
            "/v3/4229d7a45436489f8c3dc2b1d35d4987/volumes/detail",
            Family::Nova,
        );
        check(
            "/v2.1/4229d7a45436489f8c3dc2b1d35d4987/servers",
            Family::Nova,
        );
        check("/coffer/v1/users", Family::Cbr);
        check("/nothing", Family::Cbr);
    }

    #[test]
    fn bodies_have_the_forms_of_their_families() {
        let error = ApiError::not_found("vault").with_code("BackupService.6105");
        let check = |family: Family, text: &str| assert_eq!(family.body(&error).to_string(), text);
        check(
            Family::Cbr,
            r#"{"error_code":"BackupService.6105","error_msg":"The vault does not exist."}"#,
        );
        check(
            Family::Keystone,
            r#"{"error":{"code":404,"message":"The vault does not exist.","title":"Not Found"}}"#,
        );
        check(
            Family::Nova,
            r#"{"itemNotFound":{"code":404,"message":"The vault does not exist."}}"#,
        );
    }

    #[test]
    fn what_the_user_cannot_mend_stays_inside() {
        let inner = Error::internal("select * from users").caused_by(Error::data("/var/lib/x"));
        let error = ApiError::from(inner);
        assert_eq!(error.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.text().contains("select") && !error.text().contains("/var"));
        let error = ApiError::from(Error::invalid("name is empty").hint("Give one."));
        assert_eq!(error.text(), "Name is empty. Give one.");
    }
}
