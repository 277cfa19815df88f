//! `/metrics`: for who has the token, or on a listener of its own.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::ApiError;
use crate::metrics::render;
use crate::state::AppState;

/// The route on the service's listeners: it is there where a token is configured.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(with_token))
}

/// The router of a listener of its own.
pub(crate) fn open_router(state: AppState) -> Router {
    let open = async |State(state): State<AppState>| show(&state).await;
    Router::new().route("/metrics", get(open)).with_state(state)
}

async fn with_token(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let Some(token) = &state.metrics_token else {
        return ApiError::new(StatusCode::NOT_FOUND, "There is no such address.").into_response();
    };
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let equal = |given: &[u8]| {
        aws_lc_rs::constant_time::verify_slices_are_equal(given, token.as_bytes()).is_ok()
    };
    match given.is_some_and(equal) {
        true => show(&state).await,
        false => ApiError::unauthorized().into_response(),
    }
}

async fn show(state: &AppState) -> Response {
    match render(&state.app, state.config.metrics.names).await {
        Ok(text) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}
