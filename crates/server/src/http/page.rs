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

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Most records, at most [`LIMIT_MAX`].
    pub limit: u64,
    /// Records to leave out first.
    pub offset: u64,
    /// Id of the record to go on behind.
    pub marker: Option<String>,
}

impl Wanted {
    /// Reads `limit`, `offset` and `marker`.
    ///
    /// # Errors
    /// 400 for numbers out of range.
    pub fn read(params: &Params) -> Result<Wanted, ApiError> {
        let limit = params.number("limit", 0..=u64::MAX)?;
        Ok(Wanted {
            limit: limit.unwrap_or(LIMIT_MAX).min(LIMIT_MAX),
            offset: params.number("offset", 0..=u64::MAX)?.unwrap_or(0),
            marker: params.get("marker").map(str::to_owned),
        })
    }

    /// The rows to read: one more than the page holds, which says that there are more.
    pub fn rows(&self) -> crate::catalog::record::Page {
        crate::catalog::record::Page {
            limit: Some(self.limit.saturating_add(1)),
            offset: self.offset,
            marker: self.marker.clone(),
        }
    }

    /// Makes a page of records that begin where this one does; one more than it holds says that
    /// there are more. `address` is the list's own, for the link.
    pub fn cut<T>(
        &self,
        mut items: Vec<T>,
        id_of: impl Fn(&T) -> &str,
        params: &Params,
        address: &str,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
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
        Page { items, links }
    }
}

/// What is said of a marker that is not in the list.
pub fn no_marker() -> ApiError {
    ApiError::bad_request("The marker is not in the list.")
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
    let wanted = Wanted::read(params)?;
    let mut skip = usize::try_from(wanted.offset).unwrap_or(usize::MAX);
    if let Some(marker) = &wanted.marker {
        let at = items.iter().position(|item| id_of(item) == marker);
        skip = skip.saturating_add(at.ok_or_else(no_marker)? + 1);
    }
    let one_more = usize::try_from(wanted.limit)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let items = items.into_iter().skip(skip).take(one_more).collect();
    Ok(wanted.cut(items, id_of, params, address))
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
