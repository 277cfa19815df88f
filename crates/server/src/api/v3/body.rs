//! Bodies of requests: what does not fit is refused with the field's path.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use coffer_core::cbr::Refusal;
use serde::de::DeserializeOwned;

use crate::http::ApiError;

/// A JSON body. The frame has read it and seen to its size; its content type is not asked for,
/// because clients differ.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, ApiError> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::bad_request("The body could not be read."))?;
        Ok(Body(parse(&bytes)?))
    }
}

/// Parses a body; the refusal names the field.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let text = error.inner().to_string();
        // The place in the text helps nobody who sends it with a program.
        let text = text
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        match path.as_str() {
            "." | "" => Refusal::parameter("body", text),
            path => Refusal::parameter(path, text),
        }
    })?;
    match reader.end() {
        Ok(()) => Ok(value),
        Err(_) => Err(Refusal::parameter(
            "body",
            "there is more after the JSON document",
        )),
    }
}

/// Checks a number.
pub(super) fn range(field: &str, value: i64, min: u64, max: u64) -> Result<u64, Refusal> {
    match u64::try_from(value) {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Refusal::parameter(
            field,
            format_args!("must be a whole number from {min} to {max}"),
        )),
    }
}

/// Checks the length of a list.
pub(super) fn length(field: &str, len: usize, min: usize, max: usize) -> Result<(), Refusal> {
    match (min..=max).contains(&len) {
        true => Ok(()),
        false => Err(Refusal::parameter(
            field,
            format_args!("must have {min} to {max} entries"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(rename = "inner")]
        _inner: Vec<Inner>,
    }
    #[derive(Debug, Deserialize)]
    struct Inner {
        #[serde(rename = "size")]
        _size: i64,
    }

    #[test]
    fn the_refusal_names_the_field() {
        let check = |text: &str, expected: &str| {
            let refusal = parse::<Outer>(text.as_bytes()).unwrap_err();
            assert!(refusal.message.starts_with(expected), "{}", refusal.message);
        };
        check(r#"{"inner":[{"size":"x"}]}"#, "inner[0].size: invalid type");
        check(r#"{"inner":[{}]}"#, "inner[0]: missing field `size`");
        check(r#"{}"#, "body: missing field `inner`");
        check("", "body: ");
        check(r#"{"inner":[]} x"#, "body: there is more");
    }
}
