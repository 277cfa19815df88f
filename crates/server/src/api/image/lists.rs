//! Lists of images, and single ones.

use axum::extract::{Path, State};
use coffer_core::cbr::share::MemberStatus;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{actor, wire};
use crate::app::Actor;
use crate::catalog::images as catalog;
use crate::http::page::{Page, Wanted, no_marker, page};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Fields that a query filters by, exactly.
const EXACT: &[&str] = &[
    "id",
    "name",
    "status",
    "owner",
    "visibility",
    "disk_format",
    "container_format",
    "virtual_env_type",
    "__imagetype",
    "__whole_image",
    "__os_type",
    "__os_bit",
    "__platform",
];
/// Fields that a list can be sorted by.
const SORT_KEYS: &[&str] = &[
    "created_at",
    "updated_at",
    "name",
    "status",
    "id",
    "min_disk",
    "min_ram",
    "disk_format",
    "container_format",
];

/// Those of them that the catalog sorts by, under the same names.
const COLUMNS: &[&str] = &["created_at", "updated_at", "name", "id"];

/// Images.
#[utoipa::path(get, path = "/image/v2/images", tag = "image", security(("token" = [])),
    params(("limit" = Option<u32>, Query), ("marker" = Option<String>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("tag" = Option<String>, Query),
        ("visibility" = Option<String>, Query, description = "`shared`: what others share with \
            the project, under its owners' ids."),
        ("member_status" = Option<String>, Query, description = "Of shared ones: `accepted` where \
            absent, `pending`, `rejected` or `all`."),
        ("sort_key" = Option<String>, Query),
        ("sort_dir" = Option<String>, Query)),
    extensions(("x-action" = json!("ims:images:list"))),
    responses((status = 200, description = "The images."), (status = 400), (status = 401)))]
pub(super) async fn list(
    State(state): State<AppState>,
    params: Params,
    caller: Caller,
    request: RequestId,
) -> Result<Json<Value>, ApiError> {
    let actor = actor(&caller, request)?;
    params.number("limit", 0..=1000)?;
    let page = find(&state, &actor, &params, "/v2/images").await?;
    let mut body =
        json!({"images": page.items, "schema": "/v2/schemas/images", "first": "/v2/images"});
    if let Some(links) = page.links {
        body["next"] = links[0]["href"].clone();
    }
    Ok(Json(body))
}

/// An image.
#[utoipa::path(get, path = "/image/v2/images/{image_id}", tag = "image",
    security(("token" = [])), params(("image_id" = String, Path)),
    extensions(("x-action" = json!("ims:images:get"))),
    responses((status = 200, description = "The image."), (status = 401), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(image_id): Path<String>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<Value>, ApiError> {
    let actor = actor(&caller, request)?;
    match state.app.image(&actor, &image_id).await {
        Ok(view) => Ok(Json(wire::image(&view))),
        Err(none) => match state.app.shared_image(&actor, &image_id).await {
            Ok(view) => Ok(Json(wire::shared(&view))),
            Err(_) => Err(none.into()),
        },
    }
}

/// Images, as IMS lists them.
#[utoipa::path(get, path = "/v2/cloudimages", tag = "image", security(("token" = [])),
    params(("limit" = Option<u32>, Query), ("marker" = Option<String>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("tag" = Option<String>, Query), ("__whole_image" = Option<String>, Query),
        ("__imagetype" = Option<String>, Query), ("created_at" = Option<String>, Query),
        ("sort_key" = Option<String>, Query), ("sort_dir" = Option<String>, Query)),
    extensions(("x-action" = json!("ims:images:list"))),
    responses((status = 200, description = "The images."), (status = 400), (status = 401)))]
pub(super) async fn cloud_images(
    State(state): State<AppState>,
    params: Params,
    caller: Caller,
    request: RequestId,
) -> Result<Json<Value>, ApiError> {
    let actor = actor(&caller, request)?;
    params.number("limit", 0..=1000)?;
    let page = find(&state, &actor, &params, "/v2/cloudimages").await?;
    Ok(Json(json!({"images": page.items})))
}

fn id_of(image: &Value) -> &str {
    image["id"].as_str().unwrap_or_default()
}

/// A page of the images that a query asks for, in the order it asks for.
///
/// What the catalog keeps with an image is filtered and sorted there. The rest comes of its backup
/// and is looked at in all images of the project: its size and architecture.
async fn find(
    state: &AppState,
    actor: &Actor,
    params: &Params,
    address: &str,
) -> Result<Page<Value>, ApiError> {
    let wanted = catalog::Wanted {
        id: params.get("id").map(str::to_owned),
        name: params.get("name").map(str::to_owned),
        backup_id: params.get("__backup_id").map(str::to_owned),
        status: params.get("status").map(str::to_owned),
    };
    let (key, descending) = order(params)?;
    let shared = ["visibility", "__imagetype"].map(|key| params.get(key));
    if shared.contains(&Some("shared")) {
        let status = match params.get("member_status") {
            None => Some(MemberStatus::Accepted),
            Some("all") => None,
            Some(text) => Some(MemberStatus::parse(text).ok_or_else(|| {
                let text = "Parameter `member_status` must be accepted, pending, rejected or all.";
                ApiError::bad_request(text)
            })?),
        };
        let views = state.app.shared_images(actor, status).await?;
        let mut images: Vec<Value> = views.iter().map(wire::shared).collect();
        filter(&mut images, params)?;
        sort(&mut images, key, descending);
        return page(images, id_of, params, address);
    }
    let slow = ["__os_bit", "tag", "created_at", "updated_at"];
    let column = COLUMNS.iter().find(|column| **column == key);
    let Some(column) = column.filter(|_| slow.iter().all(|key| params.get(key).is_none())) else {
        let all = [("created_at", true)];
        let whole = Default::default();
        let views = state.app.images(actor, &wanted, &all, &whole).await?;
        let mut images: Vec<Value> = views.iter().map(wire::image).collect();
        filter(&mut images, params)?;
        sort(&mut images, key, descending);
        return page(images, id_of, params, address);
    };
    let part = Wanted::read(params)?;
    if let Some(marker) = &part.marker {
        let known = state.app.image(actor, marker).await;
        known.map_err(|_| no_marker())?;
    }
    let order = [(*column, descending)];
    let rows = part.rows();
    let views = state.app.images(actor, &wanted, &order, &rows).await?;
    let mut images: Vec<Value> = views.iter().map(wire::image).collect();
    // What is the same in all images: they all fit, or none does.
    filter(&mut images, params)?;
    Ok(part.cut(images, id_of, params, address))
}

/// Keeps the images that a query asks for.
fn filter(images: &mut Vec<Value>, params: &Params) -> Result<(), ApiError> {
    for key in EXACT {
        if let Some(wanted) = params.get(key) {
            images.retain(|image| image[*key] == wanted);
        }
    }
    for tag in params.all("tag") {
        let has = |tags: &Vec<Value>| tags.iter().any(|known| known == tag);
        images.retain(|image| image["tags"].as_array().is_some_and(has));
    }
    for key in ["created_at", "updated_at"] {
        if let Some(text) = params.get(key) {
            let fits = compared(text).ok_or_else(|| {
                let example = "gte:2026-01-31T12:00:00Z";
                ApiError::bad_request(format!(
                    "Parameter `{key}` must be a time as in `{example}`."
                ))
            })?;
            images.retain(|image| image[key].as_str().is_some_and(&fits));
        }
    }
    Ok(())
}

/// `operator:time`, as a question to the text of a time.
fn compared(text: &str) -> Option<impl Fn(&str) -> bool + use<>> {
    let (operator, time) = match text.split_once(':') {
        Some((word, rest)) if word.chars().all(|c| c.is_ascii_lowercase()) => (word, rest),
        _ => ("eq", text),
    };
    use std::cmp::Ordering::{Equal, Greater, Less};
    let orders: &[std::cmp::Ordering] = match operator {
        "gt" => &[Greater],
        "gte" => &[Greater, Equal],
        "lt" => &[Less],
        "lte" => &[Less, Equal],
        "eq" => &[Equal],
        "neq" => &[Less, Greater],
        _ => return None,
    };
    let wanted: Timestamp = time.parse().ok()?;
    Some(move |shown: &str| {
        let shown = shown.parse::<Timestamp>();
        shown.is_ok_and(|shown| orders.contains(&shown.cmp(&wanted)))
    })
}

/// What a query sorts by, and whether from the largest: newest first where nothing is said.
fn order(params: &Params) -> Result<(&str, bool), ApiError> {
    let key = params.get("sort_key").unwrap_or("created_at");
    if !SORT_KEYS.contains(&key) {
        let known = SORT_KEYS.join(", ");
        let text = format!("Parameter `sort_key` must be one of {known}.");
        return Err(ApiError::bad_request(text));
    }
    match params.get("sort_dir") {
        None => Ok((key, key == "created_at" || key == "updated_at")),
        Some("desc") => Ok((key, true)),
        Some("asc") => Ok((key, false)),
        Some(_) => {
            let text = "Parameter `sort_dir` must be asc or desc.";
            Err(ApiError::bad_request(text))
        }
    }
}

/// They come newest first; shown times are whole seconds, so that what is equal in them keeps the
/// true order.
fn sort(images: &mut [Value], key: &str, descending: bool) {
    if !descending {
        images.reverse();
    }
    images.sort_by(|a, b| {
        let order = match (a[key].as_u64(), b[key].as_u64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a[key].as_str().cmp(&b[key].as_str()),
        };
        if descending { order.reverse() } else { order }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_as_the_query_says() {
        let at = "2026-01-31T12:00:00Z";
        for (query, expected) in [
            ("2026-01-31T12:00:00Z", Some(true)),
            ("eq:2026-01-31T12:00:00Z", Some(true)),
            ("neq:2026-01-31T12:00:00Z", Some(false)),
            ("gt:2026-01-31T11:59:59Z", Some(true)),
            ("gte:2026-01-31T12:00:00Z", Some(true)),
            ("lt:2026-01-31T12:00:00Z", Some(false)),
            ("lte:2026-02-01T00:00:00Z", Some(true)),
            ("near:2026-02-01T00:00:00Z", None),
            ("gt:yesterday", None),
        ] {
            let found = compared(query).map(|fits| fits(at));
            assert_eq!(found, expected, "{query}");
        }
    }
}
