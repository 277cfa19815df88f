//! Lists of images, and single ones.

use axum::extract::{Path, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{actor, wire};
use crate::app::Actor;
use crate::http::page::page;
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

/// Images.
#[utoipa::path(get, path = "/image/v2/images", tag = "image", security(("token" = [])),
    params(("limit" = Option<u32>, Query), ("marker" = Option<String>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("tag" = Option<String>, Query), ("sort_key" = Option<String>, Query),
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
    let images = find_all(&state, &actor, &params).await?;
    let page = page(images, id_of, &params, "/v2/images")?;
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
    let view = state.app.image(&actor, &image_id).await?;
    Ok(Json(wire::image(&view)))
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
    let images = find_all(&state, &actor, &params).await?;
    let page = page(images, id_of, &params, "/v2/cloudimages")?;
    Ok(Json(json!({"images": page.items})))
}

fn id_of(image: &Value) -> &str {
    image["id"].as_str().unwrap_or_default()
}

/// The images that a query asks for, in the order it asks for.
async fn find_all(
    state: &AppState,
    actor: &Actor,
    params: &Params,
) -> Result<Vec<Value>, ApiError> {
    let views = state.app.images(actor).await?;
    let mut images: Vec<Value> = views.iter().map(wire::image).collect();
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
    sort(&mut images, params)?;
    Ok(images)
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

/// Newest first where nothing is said. They come newest first; shown times are whole seconds, so
/// that what is equal in them keeps the true order.
fn sort(images: &mut [Value], params: &Params) -> Result<(), ApiError> {
    let key = params.get("sort_key").unwrap_or("created_at");
    if !SORT_KEYS.contains(&key) {
        let known = SORT_KEYS.join(", ");
        let text = format!("Parameter `sort_key` must be one of {known}.");
        return Err(ApiError::bad_request(text));
    }
    let descending = match params.get("sort_dir") {
        None => key == "created_at" || key == "updated_at",
        Some("desc") => true,
        Some("asc") => false,
        Some(_) => {
            let text = "Parameter `sort_dir` must be asc or desc.";
            return Err(ApiError::bad_request(text));
        }
    };
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
    Ok(())
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
