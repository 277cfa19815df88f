//! Wire types and handlers: the only place that knows JSON shapes.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// All routes, with the API document that their annotations give.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}

/// The service's router: every API, inside the HTTP frame.
pub fn router(state: AppState) -> Router {
    let (router, _document) = routes().split_for_parts();
    router.with_state(state)
}
