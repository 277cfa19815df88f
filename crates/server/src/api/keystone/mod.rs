//! Keystone v3, as far as clients of the CBR API use it: log-in, tokens, projects, the catalog;
//! users, groups, roles and who has them.

pub mod catalog;
mod people;
mod projects;
mod roles;
mod tokens;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            tokens::log_in,
            tokens::show,
            tokens::check,
            tokens::revoke
        ))
        .routes(routes!(catalog::show))
        .routes(routes!(projects::own))
        .routes(routes!(projects::domains))
        .routes(routes!(projects::list))
        .routes(routes!(projects::show))
        .routes(routes!(people::users))
        .routes(routes!(people::show_user))
        .routes(routes!(people::groups_of_user))
        .routes(routes!(people::groups, people::create_group))
        .routes(routes!(
            people::show_group,
            people::change_group,
            people::delete_group
        ))
        .routes(routes!(people::members))
        .routes(routes!(people::add, people::is_member, people::remove))
        .routes(routes!(roles::list))
        .routes(routes!(roles::show))
        .routes(routes!(roles::assignments))
        .routes(routes!(roles::on_project_of_user))
        .routes(routes!(
            roles::check_project_user,
            roles::grant_project_user,
            roles::revoke_project_user
        ))
        .routes(routes!(roles::on_project_of_group))
        .routes(routes!(
            roles::check_project_group,
            roles::grant_project_group,
            roles::revoke_project_group
        ))
        .routes(routes!(roles::on_domain_of_user))
        .routes(routes!(
            roles::check_domain_user,
            roles::grant_domain_user,
            roles::revoke_domain_user
        ))
        .routes(routes!(roles::on_domain_of_group))
        .routes(routes!(
            roles::check_domain_group,
            roles::grant_domain_group,
            roles::revoke_domain_group
        ))
}
