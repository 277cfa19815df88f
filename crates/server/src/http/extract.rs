//! Extractors whose refusals are [`ApiError`]s.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A JSON body. The content type is not insisted on: clients differ, the body decides.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, ApiError> {
        let content_type = request.headers().get(axum::http::header::CONTENT_TYPE);
        let text = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or("application/json");
        if !text.to_ascii_lowercase().contains("json") {
            let message = "The body must be of type application/json.";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                let status = rejection.status();
                let message = match status {
                    StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.",
                    _ => "The body could not be read.",
                };
                ApiError::new(status, message)
            })?;
        serde_json::from_slice(&bytes)
            .map(Json)
            .map_err(|error| ApiError::bad_request(format!("The body does not fit: {error}.")))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters in the order sent, repeated ones kept. Unknown ones are ignored by never being
/// asked for.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Parses a query string.
    pub fn parse(query: &str) -> Params {
        Params(
            url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The first value of `key` that is not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut of_key = self
            .0
            .iter()
            .filter(|(name, value)| name == key && !value.is_empty());
        of_key.next().map(|(_, value)| value.as_str())
    }

    /// All values of `key` that are not empty.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let of_key = self
            .0
            .iter()
            .filter(move |(name, value)| name == key && !value.is_empty());
        of_key.map(|(_, value)| value.as_str())
    }

    /// All values of `key`, given repeatedly or with commas.
    pub fn list<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(key)
            .flat_map(|value| value.split(','))
            .filter(|value| !value.is_empty())
    }

    /// All parameters in the order sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A truth value in any of the usual spellings; 400 naming the key otherwise.
    pub fn truth(&self, key: &str) -> Result<Option<bool>, ApiError> {
        match self.get(key).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "yes") => Ok(Some(true)),
            Some("false" | "0" | "no") => Ok(Some(false)),
            Some(_) => Err(ApiError::bad_request(format!(
                "Parameter `{key}` must be true or false."
            ))),
        }
    }

    /// A whole number in `range`; 400 naming the key otherwise.
    pub fn number(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        match text.parse::<u64>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(ApiError::bad_request(format!(
                "Parameter `{key}` must be a whole number from {} to {}.",
                range.start(),
                range.end()
            ))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Params, ApiError> {
        Ok(Params::parse(parts.uri.query().unwrap_or_default()))
    }
}
