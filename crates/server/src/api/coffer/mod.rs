//! Our own additions: administration of users, projects, roles and access keys.
//!
//! Users and projects are for administrators of the domain (admin granted on the domain); everybody
//! may change its own password and keep its own access keys.

mod access_keys;
mod projects;
mod users;

use coffer_core::ids::{ProjectId, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::ApiError;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::change, users::delete))
        .routes(routes!(users::set_password))
        .routes(routes!(users::grant, users::revoke))
        .routes(routes!(projects::create))
        .routes(routes!(projects::change))
        .routes(routes!(access_keys::list, access_keys::create))
        .routes(routes!(access_keys::delete))
}

fn user_id(text: &str) -> Result<UserId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("user"))
}

fn project_id(text: &str) -> Result<ProjectId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("project"))
}
