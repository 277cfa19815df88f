//! What no text of a request may have, looked for at one place, before anything is done with it.
//!
//! The character NUL ends a text for programs on hosts, and PostgreSQL keeps none of it: a name with
//! it would be one thing here and another there.

use axum::http::Uri;

use super::error::ApiError;
use crate::identity::signature::decode;

/// Refuses the character NUL in path, query and body; bodies are JSON here.
///
/// # Errors
/// 400, which says where it is.
pub(super) fn check(uri: &Uri, body: &[u8]) -> Result<(), ApiError> {
    let in_query = |query: &str| decode(query, false).contains(&0);
    let place = if decode(uri.path(), false).contains(&0) {
        "path"
    } else if uri.query().is_some_and(in_query) {
        "query"
    } else if is_in_json(body) {
        "body"
    } else {
        return Ok(());
    };
    let mut error =
        ApiError::bad_request(format!("The {place} has a text with the character NUL."));
    error.hint = Some("Leave the character out.".to_owned());
    Err(error)
}

/// True if some text of a JSON document has the character: as it is, or as `\u0000`. A backslash is in
/// texts alone, and what follows it is never one of its own.
fn is_in_json(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0 | b'\\')) {
        if rest[at] == 0 || rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn told(uri: &str, body: &str, place: Option<&str>) {
        let found = check(&uri.parse().unwrap(), body.as_bytes()).err();
        let expected = place.map(|place| format!("The {place} has a text with the character NUL."));
        assert_eq!(found.map(|error| error.message), expected, "{uri} {body}");
    }

    #[test]
    fn nul_is_found_wherever_it_is_and_nothing_else_is() {
        for (uri, body, place) in [
            ("/v3/p/vaults", "", None),
            ("/v3/p/vaults/a%00b", "{}", Some("path")),
            ("/v3/p/vaults/a%2500b", "{}", None),
            ("/v3/p/vaults?name=a%00", "", Some("query")),
            ("/v3/p/vaults?%00=a", "", Some("query")),
            ("/v3/p/vaults?name=a%2500%01%0", "", None),
            ("/x", "{\"a\": \"b\\u0000c\"}", Some("body")),
            ("/x", "{\"a\\u0000\": 1}", Some("body")),
            ("/x", "{\"a\": \"\0\"}", Some("body")),
            ("/x", "{\"a\": \"\\\\u0000\"}", None),
            ("/x", "{\"a\": \"\\\\\\u0000\"}", Some("body")),
            ("/x", "{\"a\": \"\\u00000\\n\\u0001\"}", Some("body")),
            ("/x", "{\"a\": \"\\u0001 u0000 \\\\\"}", None),
            ("/x", "{\"a\": \"\\", None),
            ("/x", "\\u000", None),
        ] {
            told(uri, body, place);
        }
    }
}
