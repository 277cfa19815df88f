//! Paging by marker and limit, as Nova and Cinder do it.

use serde_json::{Value, json};

use super::error::ApiError;
use super::extract::Params;

/// Most records of a page.
pub const LIMIT_MAX: u64 = 1000;

/// A page, and the link to the next one.
pub struct Page<T> {
    /// The records.
    pub items: Vec<T>,
    /// `[{"rel": "next", "href"}]` where there are more.
    pub links: Option<Value>,
}

/// Cuts a page out of `items`: those behind `marker`, then without `offset`, at most `limit`.
/// `address` is the list's own, for the link.
///
/// # Errors
/// 400 for a marker that is not in the list, or numbers out of range.
pub fn page<T>(
    items: Vec<T>,
    id_of: impl Fn(&T) -> &str,
    params: &Params,
    address: &str,
) -> Result<Page<T>, ApiError> {
    let limit = params
        .number("limit", 0..=u64::MAX)?
        .unwrap_or(LIMIT_MAX)
        .min(LIMIT_MAX);
    let offset = params.number("offset", 0..=u64::MAX)?.unwrap_or(0);
    let mut skip = usize::try_from(offset).unwrap_or(usize::MAX);
    if let Some(marker) = params.get("marker") {
        let at = items.iter().position(|item| id_of(item) == marker);
        let at = at.ok_or_else(|| ApiError::bad_request("The marker is not in the list."))?;
        skip = skip.saturating_add(at + 1);
    }
    let mut rest = items.into_iter().skip(skip);
    let items: Vec<T> = rest.by_ref().take(limit as usize).collect();
    let more = rest.next().is_some();
    let links = items.last().filter(|_| more).map(|last| {
        let kept = params
            .pairs()
            .filter(|(key, _)| !matches!(*key, "marker" | "offset"));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("marker", id_of(last))
            .finish();
        json!([{"rel": "next", "href": format!("{address}?{query}")}])
    });
    Ok(Page { items, links })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str, next: Option<&str>) {
        let items = ["a", "b", "c", "d"].to_vec();
        let page = page(items, |item| item, &Params::parse(query), "http://h/x").unwrap();
        assert_eq!(page.items.concat(), expected);
        let link = page
            .links
            .map(|links| links[0]["href"].as_str().unwrap().to_owned());
        assert_eq!(link.as_deref(), next);
    }

    #[test]
    fn markers_and_limits_walk_the_list() {
        check("", "abcd", None);
        check(
            "limit=3&name=x",
            "abc",
            Some("http://h/x?limit=3&name=x&marker=c"),
        );
        check("limit=3&marker=c", "d", None);
        check("marker=d", "", None);
        check(
            "limit=2&offset=1",
            "bc",
            Some("http://h/x?limit=2&marker=c"),
        );
        check("limit=0", "", None);
    }

    #[test]
    fn unknown_markers_are_refused() {
        let result = page(vec!["a"], |item| item, &Params::parse("marker=x"), "");
        assert!(result.is_err());
    }
}
