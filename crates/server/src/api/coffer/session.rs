//! Sessions of people in a browser: log in, who am I, log out.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::time;
use crate::http::frame::ClientAddress;
use crate::http::{ApiError, Json, cookie};
use crate::identity::sessions::{Credential, SessionInfo};
use crate::identity::{Caller, DomainRef, LoginError, Power, UserRef};
use crate::state::AppState;

/// A log-in.
#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    /// Name of the user.
    user: String,
    password: String,
    /// Name of the domain; the first one where absent.
    #[serde(default)]
    domain: Option<String>,
}

impl std::fmt::Debug for LogIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays out of logs.
        f.debug_struct("LogIn").finish_non_exhaustive()
    }
}

/// Who is logged in, and what for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    user: SessionUser,
    /// May administer users and projects.
    domain_admin: bool,
    /// What it may do in its domain, with users, roles and projects.
    domain_rights: Rights,
    /// Those in which the user has a role, by name.
    projects: Vec<SessionProject>,
    /// The one of them to begin with: the user's default project, or the first.
    home_project_id: Option<String>,
    /// Nothing else may be done before another password is set.
    must_change_password: bool,
    /// When the password stops to be good; none where passwords last.
    password_expires_at: Option<String>,
    region: String,
    /// Of the service.
    version: String,
    /// When it ends if nothing more is asked for.
    idle_expires_at: String,
    /// When it ends in any case.
    expires_at: String,
}

/// The user of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUser {
    id: String,
    name: String,
    domain_id: String,
    domain_name: String,
}

/// A project in which a user has a role.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionProject {
    id: String,
    name: String,
    /// Names of its roles there: `admin`, `user`, `readonly`, or others.
    roles: Vec<String>,
    /// What it may do there.
    rights: Rights,
}

/// What somebody may do: patterns of actions (`cbr:*:get*`), each part of which may have `*`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rights {
    /// Each may allow, by itself, what none denies.
    roles: Vec<Allowed>,
    /// Denied, whatever is allowed.
    deny: Vec<String>,
}

/// What one role allows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Allowed {
    /// Allowed,
    allow: Vec<String>,
    /// except these.
    except: Vec<String>,
}

impl From<&Power> for Rights {
    fn from(power: &Power) -> Rights {
        let text = |list: &[coffer_core::access::Pattern]| -> Vec<String> {
            list.iter()
                .map(|pattern| pattern.as_str().to_owned())
                .collect()
        };
        let predefined = power.roles.iter().filter_map(|role| {
            let rights = role.policy().rights().ok()?;
            Some(Allowed {
                allow: text(&rights.allow),
                except: text(&rights.deny),
            })
        });
        let mut roles: Vec<Allowed> = predefined.collect();
        if !power.rights.allow.is_empty() {
            roles.push(Allowed {
                allow: text(&power.rights.allow),
                except: Vec::new(),
            });
        }
        Rights {
            roles,
            deny: text(&power.rights.deny),
        }
    }
}

/// `{"sessions": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionsAnswer {
    sessions: Vec<OpenSession>,
}

/// A session that is good.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSession {
    id: String,
    /// It is the one of this request.
    current: bool,
    /// Where the log-in came from.
    address: String,
    /// What the browser says it is.
    agent: String,
    created_at: String,
    /// To the minute.
    last_seen_at: String,
    expires_at: String,
}

/// `{product, version, region, login}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceInfo {
    product: String,
    version: String,
    region: String,
    login: LoginInfo,
}

/// What a log-in asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginInfo {
    /// The name of a domain has to be asked for.
    domains: bool,
}

/// What the frame knows of how a request was authenticated.
pub(super) struct Proof {
    pub session: Option<SessionInfo>,
    pub credential: Option<Credential>,
    pub parts: Parts,
}

impl<S: Send + Sync> FromRequestParts<S> for Proof {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Proof, ApiError> {
        Ok(Proof {
            session: parts.extensions.get::<SessionInfo>().cloned(),
            credential: parts.extensions.get::<Credential>().cloned(),
            parts: parts.clone(),
        })
    }
}

type WithCookie<T> = (StatusCode, [(HeaderName, HeaderValue); 1], T);

/// Says what this service is, before a log-in.
#[utoipa::path(get, path = "/coffer/v1/info", tag = "console", operation_id = "service_info",
    security(()), responses((status = 200, body = ServiceInfo)))]
pub(super) async fn info(State(state): State<AppState>) -> Result<Json<ServiceInfo>, ApiError> {
    Ok(Json(ServiceInfo {
        product: "Coffer".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        region: state.config.region.to_string(),
        login: LoginInfo {
            domains: state.identity.several_domains().await?,
        },
    }))
}

/// Logs in: the answer sets the cookie of a session.
#[utoipa::path(post, path = "/coffer/v1/session", tag = "console", operation_id = "log_in",
    security(()), request_body = LogIn,
    extensions(("x-action" = json!("iam:sessions:create"))),
    responses((status = 201, body = Session, headers(("Set-Cookie" = String))),
        (status = 400), (status = 401), (status = 403)))]
pub(super) async fn log_in(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    proof: Proof,
    Json(body): Json<LogIn>,
) -> Result<WithCookie<Json<Session>>, ApiError> {
    cookie::check_origin(&state.config, &proof.parts)?;
    let domain = body
        .domain
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| state.config.domain.to_string());
    let user = UserRef {
        id: None,
        name: Some(body.user),
        domain: DomainRef {
            id: None,
            name: Some(domain),
        },
    };
    let agent = proof.parts.headers.get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
    let begun = state
        .identity
        .begin_session(&user, &body.password, address, agent)
        .await;
    let (secret, info) = begun.map_err(|error| match error {
        LoginError::Refused => ApiError::new(
            StatusCode::UNAUTHORIZED,
            "The name or the password does not fit.",
        ),
        LoginError::Locked { seconds } => ApiError::new(
            StatusCode::UNAUTHORIZED,
            format!("Too many failed log-ins from this address. Try again in {seconds} s."),
        ),
        LoginError::Failed(error) => ApiError::from(error),
    })?;
    let scope = crate::catalog::identity::ScopeId::None;
    let found = state.identity.session(&secret, scope, false).await?;
    let (caller, _) = found.ok_or_else(ApiError::unauthorized)?;
    let session = describe(&state, &caller, &info).await?;
    let cookie = cookie::give(&secret, &state.config, &proof.parts);
    let headers = [(header::SET_COOKIE, cookie)];
    Ok((StatusCode::CREATED, headers, Json(session)))
}

async fn describe(
    state: &AppState,
    caller: &Caller,
    info: &SessionInfo,
) -> Result<Session, ApiError> {
    let projects = state.identity.memberships(caller.user_id).await?;
    let home = state.identity.home_project(caller.user_id).await?;
    Ok(Session {
        home_project_id: home.map(|id| id.to_string()),
        user: SessionUser {
            id: caller.user_id.to_string(),
            name: caller.user_name.clone(),
            domain_id: caller.user_domain_id.to_string(),
            domain_name: caller.user_domain_name.clone(),
        },
        domain_admin: caller.is_domain_admin(),
        domain_rights: Rights::from(&caller.domain_power),
        projects: projects
            .into_iter()
            .map(|(project, membership)| SessionProject {
                id: project.id.to_string(),
                name: project.name,
                rights: Rights::from(&membership.power),
                roles: membership.roles,
            })
            .collect(),
        must_change_password: caller.must_change_password,
        password_expires_at: caller.password_expires_at.map(time),
        region: state.config.region.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        idle_expires_at: time(info.idle_expires_at),
        expires_at: time(info.expires_at),
    })
}

/// Who is logged in. By a token, the session lasts as long as the token.
#[utoipa::path(get, path = "/coffer/v1/session", tag = "console", operation_id = "show_session",
    security(("token" = []), ("session" = [])),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = Session), (status = 401)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    proof: Proof,
) -> Result<Json<Session>, ApiError> {
    let info = match (proof.session, proof.credential) {
        (Some(info), _) => info,
        (None, Some(Credential::Token(token))) => {
            let token = state.identity.token(&token).await?;
            let token = token.ok_or_else(ApiError::unauthorized)?;
            SessionInfo {
                id: token.audit_id,
                user: caller.user_id,
                address: String::new(),
                agent: String::new(),
                created_at: token.issued_at,
                last_seen_at: token.issued_at,
                idle_expires_at: token.expires_at,
                expires_at: token.expires_at,
            }
        }
        _ => return Err(ApiError::not_found("session")),
    };
    Ok(Json(describe(&state, &caller, &info).await?))
}

/// Logs out here: ends the session, or the token, that the request carries.
#[utoipa::path(delete, path = "/coffer/v1/session", tag = "console", operation_id = "log_out",
    security(("token" = []), ("session" = [])),
    extensions(("x-action" = json!("iam:sessions:delete")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 403)))]
pub(super) async fn log_out(
    State(state): State<AppState>,
    _caller: Caller,
    proof: Proof,
) -> Result<WithCookie<()>, ApiError> {
    match &proof.credential {
        Some(Credential::Session(secret)) => state.identity.end_session(secret).await?,
        Some(Credential::Token(token)) => state.identity.revoke(token).await?,
        Some(Credential::Signature(_)) | None => {}
    }
    let cookie = cookie::take(&state.config, &proof.parts);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)], ()))
}

/// The caller's sessions in browsers, newest first.
#[utoipa::path(get, path = "/coffer/v1/sessions", tag = "console", operation_id = "list_sessions",
    security(("token" = []), ("session" = [])),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = SessionsAnswer), (status = 401)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    proof: Proof,
) -> Result<Json<SessionsAnswer>, ApiError> {
    let current = proof.session.map(|session| session.id);
    let found = state.identity.sessions_of(caller.user_id).await?;
    let sessions = found.into_iter().map(|s| OpenSession {
        current: current.as_ref() == Some(&s.id),
        id: s.id,
        address: s.address,
        agent: s.agent,
        created_at: time(s.created_at),
        last_seen_at: time(s.last_seen_at),
        expires_at: time(s.expires_at),
    });
    Ok(Json(SessionsAnswer {
        sessions: sessions.collect(),
    }))
}

/// Logs out everywhere: ends all sessions and tokens of the caller.
#[utoipa::path(delete, path = "/coffer/v1/sessions", tag = "console",
    operation_id = "log_out_everywhere", security(("token" = []), ("session" = [])),
    extensions(("x-action" = json!("iam:sessions:delete")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 403)))]
pub(super) async fn end_all(
    State(state): State<AppState>,
    caller: Caller,
    proof: Proof,
) -> Result<WithCookie<()>, ApiError> {
    state.identity.end_all(caller.user_id).await?;
    let cookie = cookie::take(&state.config, &proof.parts);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)], ()))
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/coffer/v1/sessions/{session_id}", tag = "console",
    operation_id = "end_session", security(("token" = []), ("session" = [])),
    params(("session_id" = String, Path)),
    extensions(("x-action" = json!("iam:sessions:delete")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn end(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    state.identity.end_session_of(caller.user_id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
