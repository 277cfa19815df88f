//! Our own additions: administration of users, projects, roles and access keys.
//!
//! Users and projects are for administrators of the domain (admin granted on the domain); everybody
//! may change its own password and keep its own access keys.

mod access_keys;
mod act;
mod estimates;
mod lists;
mod live;
mod objects;
mod overview;
mod projects;
mod session;
mod users;
pub(crate) mod watch;
mod ways;

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
        .routes(routes!(session::info))
        .routes(routes!(session::log_in, session::show, session::log_out))
        .routes(routes!(session::list, session::end_all))
        .routes(routes!(session::end))
        .routes(routes!(lists::servers))
        .routes(routes!(lists::server))
        .routes(routes!(lists::disks))
        .routes(routes!(lists::disk))
        .routes(routes!(lists::vaults))
        .routes(routes!(lists::vault))
        .routes(routes!(lists::backups))
        .routes(routes!(lists::backup))
        .routes(routes!(lists::tasks))
        .routes(routes!(lists::task))
        .routes(routes!(estimates::backup))
        .routes(routes!(estimates::restore))
        .routes(routes!(overview::overview))
        .routes(routes!(overview::history))
        .routes(routes!(live::events))
        .routes(routes!(live::map))
        .routes(routes!(act::power))
        .routes(routes!(act::retry))
        .routes(routes!(ways::restore))
        .routes(routes!(ways::go_back))
        .routes(routes!(ways::create_disk))
        .routes(routes!(ways::create_server))
        .routes(routes!(act::object))
        .routes(routes!(act::search))
}

fn user_id(text: &str) -> Result<UserId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("user"))
}

fn project_id(text: &str) -> Result<ProjectId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("project"))
}
