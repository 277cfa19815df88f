//! Our own additions: administration of users, groups, projects, roles and access keys, and what
//! the console needs.
//!
//! Users, groups, roles and projects are of the caller's domain and need actions of `iam`, which
//! roles on the domain allow; everybody may change its own password and keep its own access keys.

mod access_keys;
mod act;
mod audit;
mod changes;
mod domains;
mod estimates;
mod export;
mod files;
mod grants;
pub(in crate::api) mod groups;
mod images;
mod import;
mod limits;
mod lists;
mod live;
mod nbd;
mod notifications;
mod objects;
mod overview;
mod projects;
mod quotas;
mod recovery;
mod report;
pub(in crate::api) mod roles;
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
        .routes(routes!(users::unlock))
        .routes(routes!(domains::list, domains::create))
        .routes(routes!(domains::change, domains::delete))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::show, roles::change, roles::delete))
        .routes(routes!(roles::actions))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::show, groups::change, groups::delete))
        .routes(routes!(groups::add, groups::remove))
        .routes(routes!(grants::grant, grants::revoke))
        .routes(routes!(grants::grant_group, grants::revoke_group))
        .routes(routes!(grants::grant_on_domain, grants::revoke_on_domain))
        .routes(routes!(
            grants::grant_group_on_domain,
            grants::revoke_group_on_domain
        ))
        .routes(routes!(grants::of_project))
        .routes(routes!(grants::of_domain))
        .routes(routes!(projects::create))
        .routes(routes!(projects::change, projects::delete))
        .routes(routes!(access_keys::list, access_keys::create))
        .routes(routes!(access_keys::delete))
        .routes(routes!(access_keys::list_of_user))
        .routes(routes!(access_keys::change, access_keys::delete_of_user))
        .routes(routes!(audit::list))
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
        .routes(routes!(act::lock))
        .routes(routes!(ways::restore))
        .routes(routes!(ways::go_back))
        .routes(routes!(nbd::read))
        .routes(routes!(changes::list))
        .routes(routes!(files::volumes))
        .routes(routes!(files::entries))
        .routes(routes!(files::entry))
        .routes(routes!(files::content))
        .routes(routes!(files::archive))
        .routes(routes!(files::search))
        .routes(routes!(files::differences))
        .routes(routes!(export::backup))
        .routes(routes!(export::backup_checksum))
        .routes(routes!(import::import))
        .routes(routes!(export::disk))
        .routes(routes!(export::disk_checksum))
        .routes(routes!(export::image_disk))
        .routes(routes!(export::image_disk_checksum))
        .routes(routes!(images::list, images::create))
        .routes(routes!(images::show, images::delete))
        .routes(routes!(ways::create_disk))
        .routes(routes!(ways::create_server))
        .routes(routes!(act::object))
        .routes(routes!(act::search))
        .routes(routes!(limits::hosts))
        .routes(routes!(limits::set_host, limits::reset_host))
        .routes(routes!(
            limits::vault,
            limits::set_vault,
            limits::reset_vault
        ))
        .routes(routes!(limits::priority))
        .routes(routes!(notifications::list, notifications::create))
        .routes(routes!(
            notifications::show,
            notifications::change,
            notifications::delete
        ))
        .routes(routes!(notifications::test))
        .routes(routes!(recovery::show, recovery::make, recovery::confirm))
        .routes(routes!(quotas::own))
        .routes(routes!(quotas::show, quotas::set))
        .routes(routes!(report::show))
        .routes(routes!(report::objective, report::set_objective))
        .routes(routes!(
            report::vault_objective,
            report::set_vault_objective
        ))
}

fn user_id(text: &str) -> Result<UserId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("user"))
}

fn project_id(text: &str) -> Result<ProjectId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("project"))
}
