//! Keystone v3, as far as clients of the CBR API use it: log-in, tokens, projects, the catalog.

pub mod catalog;
mod projects;
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
}
