//! Log-in, and what a token is good for.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;

use super::wire::{Auth, AuthRequest, NamedId, Token, TokenAnswer, TokenProject, TokenUser};
use crate::api::keystone::catalog;
use crate::http::frame::ClientAddress;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::{Caller, LoginError, Scope, TokenInfo};
use crate::state::AppState;

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

/// The same for every reason: nobody learns which users there are.
const REFUSED: &str =
    "The request you have made requires authentication: user, password, token or scope do not fit.";

/// Logs in with a password, or makes a token for another scope out of one.
#[utoipa::path(post, path = "/v3/auth/tokens", tag = "identity", security(()),
    request_body = AuthRequest,
    extensions(("x-action" = json!("iam:tokens:create"))),
    responses(
        (status = 201, body = TokenAnswer, headers(("X-Subject-Token" = String))),
        (status = 400), (status = 401)))]
pub(super) async fn log_in(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    ClientAddress(address): ClientAddress,
    params: Params,
    Json(request): Json<AuthRequest>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<TokenAnswer>), ApiError> {
    let Auth { identity, scope } = request.auth;
    let scope = Auth::scope(scope)
        .ok_or_else(|| ApiError::bad_request("`scope` must be an object or `unscoped`."))?;
    let method = |name: &str| identity.methods.iter().any(|method| method == name);
    let missing = |what: &str| ApiError::bad_request(format!("`auth.identity.{what}` is missing."));
    let result = if method("password") {
        let password = identity.password.ok_or_else(|| missing("password"))?;
        let (user, password) = password.user.split();
        if user.id.is_none() && (user.name.is_none() || user.domain == Default::default()) {
            let message = "`user` must have `id`, or `name` and `domain`.";
            return Err(ApiError::bad_request(message));
        }
        state
            .identity
            .log_in(&user, &password, &scope, address)
            .await
    } else if method("token") {
        let token = identity.token.ok_or_else(|| missing("token"))?;
        state.identity.rescope(&token.id, &scope).await
    } else {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "None of the methods is known: use `password` or `token`.",
        ));
    };
    let issued = result.map_err(|error| match error {
        LoginError::Refused => ApiError::new(StatusCode::UNAUTHORIZED, REFUSED),
        LoginError::Locked { seconds } => ApiError::new(
            StatusCode::UNAUTHORIZED,
            format!("Too many failed log-ins from this address. Try again in {seconds} s."),
        ),
        LoginError::Failed(error) => ApiError::from(error),
    })?;
    let answer = describe(&state, &base, issued.info, wants_catalog(&params)).await?;
    Ok((StatusCode::CREATED, [(SUBJECT, issued.token)], Json(answer)))
}

/// Shows a token that is good: the one in `X-Subject-Token`.
#[utoipa::path(get, path = "/v3/auth/tokens", tag = "identity", security(("token" = [])),
    params(("X-Subject-Token" = String, Header, description = "The token to show.")),
    extensions(("x-action" = json!("iam:tokens:get")), ("x-own" = json!(true))),
    responses((status = 200, body = TokenAnswer), (status = 401), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    params: Params,
    headers: HeaderMap,
    caller: Caller,
) -> Result<([(HeaderName, String); 1], Json<TokenAnswer>), ApiError> {
    let (token, info) = subject(&state, &headers, &caller, "iam:tokens:get").await?;
    let answer = describe(&state, &base, info, wants_catalog(&params)).await?;
    Ok(([(SUBJECT, token)], Json(answer)))
}

/// Says whether a token is good.
#[utoipa::path(head, path = "/v3/auth/tokens", tag = "identity", security(("token" = [])),
    params(("X-Subject-Token" = String, Header, description = "The token to check.")),
    extensions(("x-action" = json!("iam:tokens:get")), ("x-own" = json!(true))),
    responses((status = 200), (status = 401), (status = 404)))]
pub(super) async fn check(
    State(state): State<AppState>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<[(HeaderName, String); 1], ApiError> {
    let (token, _) = subject(&state, &headers, &caller, "iam:tokens:get").await?;
    Ok([(SUBJECT, token)])
}

/// Ends a token.
#[utoipa::path(delete, path = "/v3/auth/tokens", tag = "identity", security(("token" = [])),
    params(("X-Subject-Token" = String, Header, description = "The token to end.")),
    extensions(("x-action" = json!("iam:tokens:revoke")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 404)))]
pub(super) async fn revoke(
    State(state): State<AppState>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (token, _) = subject(&state, &headers, &caller, "iam:tokens:revoke").await?;
    state.identity.revoke(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token a request is about: one's own, or any of the domain for those who may do `action`.
async fn subject(
    state: &AppState,
    headers: &HeaderMap,
    caller: &Caller,
    action: &str,
) -> Result<(String, TokenInfo), ApiError> {
    let token = headers.get(SUBJECT).and_then(|value| value.to_str().ok());
    let token = token.ok_or_else(|| ApiError::bad_request("X-Subject-Token is missing."))?;
    let info = state.identity.token(token).await?;
    let info = info.filter(|info| {
        let same_domain = info.caller.user_domain_id == caller.user_domain_id;
        info.caller.user_id == caller.user_id || (same_domain && caller.may(action))
    });
    Ok((
        token.to_owned(),
        info.ok_or_else(|| ApiError::not_found("token"))?,
    ))
}

fn wants_catalog(params: &Params) -> bool {
    params.get("nocatalog").is_none()
}

async fn describe(
    state: &AppState,
    base: &str,
    info: TokenInfo,
    with_catalog: bool,
) -> Result<TokenAnswer, ApiError> {
    let catalog = match with_catalog {
        true => catalog::of(state, base, &info.caller).await?,
        false => None,
    };
    let caller = info.caller;
    let (project, domain) = match caller.scope {
        Scope::Project {
            id,
            name,
            domain_id,
            domain_name,
        } => {
            let domain = NamedId {
                id: domain_id.to_string(),
                name: domain_name,
            };
            (
                Some(TokenProject {
                    id: id.to_string(),
                    name,
                    domain,
                }),
                None,
            )
        }
        Scope::Domain { id, name } => (
            None,
            Some(NamedId {
                id: id.to_string(),
                name,
            }),
        ),
        Scope::None => (None, None),
    };
    let scoped = project.is_some() || domain.is_some();
    let roles = caller
        .role_names
        .into_iter()
        .map(|(id, name)| NamedId { id, name })
        .collect();
    Ok(TokenAnswer {
        token: Token {
            methods: info.methods,
            user: TokenUser {
                id: caller.user_id.to_string(),
                name: caller.user_name,
                domain: NamedId {
                    id: caller.user_domain_id.to_string(),
                    name: caller.user_domain_name,
                },
                password_expires_at: caller.password_expires_at.map(time),
            },
            audit_ids: vec![info.audit_id],
            issued_at: time(info.issued_at),
            expires_at: time(info.expires_at),
            project,
            domain,
            roles: scoped.then_some(roles),
            catalog,
        },
    })
}

/// `2026-11-23T14:10:18.000000Z`.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
