//! Wire types and handlers: the only place that knows JSON shapes.
//!
//! Each API family has a module with `routes()`. Routes and document come from the same
//! annotation; a route whose `security` is empty is open, all others take a [`Caller`], which
//! answers 401 without one, and name in `x-action` what they do ([`access`]).
//!
//! [`Caller`]: crate::identity::Caller

pub mod access;
pub mod coffer;
pub mod compute;
pub mod discovery;
pub mod image;
pub mod jobs;
pub mod keystone;
pub mod openapi;
pub mod v3;
pub mod volume;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use crate::http::{ApiError, console, frame, metrics};
use crate::state::AppState;

/// All routes, with the API document that their annotations give.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(discovery::routes())
        .merge(keystone::routes())
        .merge(compute::routes())
        .merge(volume::routes())
        .merge(image::routes())
        .merge(v3::routes())
        .merge(coffer::routes())
        .merge(openapi::routes())
}

/// The service's router: every API, inside the HTTP frame.
pub fn router(state: AppState) -> Router {
    let (router, _document) = routes().split_for_parts();
    router
        .merge(console::routes())
        .merge(metrics::routes())
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "There is no such address."))
        .method_not_allowed_fallback(async || {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "This address does not take the method.",
            )
        })
        // The frame has read the body within its own limits already.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.clone(), console::front_door))
        .layer(from_fn_with_state(state.clone(), frame::frame))
        .with_state(state)
}
