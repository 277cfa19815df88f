//! Who is told what.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{time, words};
use crate::app::notify::SubscriptionChange;
use crate::catalog::notify as rows;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// What may be told.
    EventName { TaskFailed = "task_failed", VaultThreshold = "vault_threshold",
        ObjectiveMissed = "objective_missed", ObjectiveMet = "objective_met", }
    /// How it is told.
    ChannelKind { Webhook = "webhook", Email = "email", }
    /// What became of a message.
    DeliveryState { Waiting = "waiting", Delivered = "delivered", Failed = "failed", }
}

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    id: String,
    name: String,
    #[schema(value_type = ChannelKind)]
    kind: String,
    /// Address of a webhook.
    url: Option<String>,
    /// Addresses of mails.
    addresses: Option<Vec<String>>,
    /// Webhooks are signed with a secret; the secret itself is never shown.
    signed: bool,
    #[schema(value_type = Vec<EventName>)]
    events: Vec<String>,
    enabled: bool,
    created_at: String,
    updated_at: String,
}

/// `{"subscription": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionAnswer {
    subscription: Subscription,
}

/// `{"subscriptions": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionsAnswer {
    /// By name.
    subscriptions: Vec<Subscription>,
}

/// A subscription with what was told to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionDetail {
    subscription: Subscription,
    /// The newest 50, newest first.
    deliveries: Vec<Delivery>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    id: String,
    event: String,
    #[schema(value_type = DeliveryState)]
    state: String,
    subject: String,
    attempts: u64,
    /// Why the last try failed.
    error: Option<String>,
    /// When it is tried next.
    next_try_at: Option<String>,
    created_at: String,
    ended_at: Option<String>,
}

/// `{"subscription": {...}}` to make or change one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionRequest {
    subscription: SubscriptionBody,
}

/// What to set; what is absent stays, or is the default for a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionBody {
    /// 1 to 64 characters; needed for a new one.
    #[serde(default)]
    name: Option<String>,
    /// Where a webhook goes; a new one has either this or `addresses`.
    #[serde(default)]
    url: Option<String>,
    /// Where mails go, 1 to 20 addresses.
    #[serde(default)]
    addresses: Option<Vec<String>>,
    /// Signs webhooks, 16 to 256 characters; an empty one ends that.
    #[serde(default)]
    secret: Option<String>,
    /// All of them where absent for a new one.
    #[serde(default)]
    #[schema(value_type = Option<Vec<EventName>>)]
    events: Option<Vec<String>>,
    #[serde(default)]
    enabled: Option<bool>,
}

/// `{"delivery_id": "..."}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestAnswer {
    /// The message, as the subscription's deliveries show it.
    delivery_id: String,
}

impl From<rows::Subscription> for Subscription {
    fn from(s: rows::Subscription) -> Subscription {
        let mail = s.kind == "email";
        Subscription {
            id: s.id.to_string(),
            name: s.name,
            url: (!mail).then(|| s.target.clone()),
            addresses: mail.then(|| serde_json::from_str(&s.target).unwrap_or_default()),
            kind: s.kind,
            signed: !s.sealed_secret.is_empty(),
            events: s.events.0,
            enabled: s.enabled,
            created_at: time(s.created_at),
            updated_at: time(s.updated_at),
        }
    }
}

impl From<rows::Delivery> for Delivery {
    fn from(d: rows::Delivery) -> Delivery {
        let waits = d.state == "waiting";
        Delivery {
            id: d.id.to_string(),
            event: d.event,
            subject: d.payload.0["subject"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            attempts: d.attempt,
            error: Some(d.error).filter(|text| !text.is_empty()),
            next_try_at: waits.then(|| time(d.due_at)),
            created_at: time(d.created_at),
            ended_at: d.ended_at.map(time),
            state: d.state,
        }
    }
}

impl From<SubscriptionBody> for SubscriptionChange {
    fn from(body: SubscriptionBody) -> SubscriptionChange {
        SubscriptionChange {
            name: body.name,
            url: body.url,
            addresses: body.addresses,
            secret: body.secret,
            events: body.events,
            enabled: body.enabled,
        }
    }
}

/// Lists the subscriptions of a project.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/subscriptions", tag = "console",
    operation_id = "list_subscriptions", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("coffer:subscriptions:list"))),
    responses((status = 200, body = SubscriptionsAnswer), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<SubscriptionsAnswer>, ApiError> {
    let list = state.app.subscriptions(caller.read(&project)?).await?;
    let subscriptions = list.into_iter().map(Subscription::from).collect();
    Ok(Json(SubscriptionsAnswer { subscriptions }))
}

/// Makes a subscription.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/subscriptions", tag = "console",
    operation_id = "create_subscription", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = SubscriptionRequest,
    extensions(("x-action" = json!("coffer:subscriptions:create"))),
    responses((status = 201, body = SubscriptionAnswer), (status = 400), (status = 401),
        (status = 403)))]
pub(super) async fn create(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    Json(body): Json<SubscriptionRequest>,
) -> Result<(StatusCode, Json<SubscriptionAnswer>), ApiError> {
    let project = caller.write(&project)?;
    let made = state
        .app
        .create_subscription(project, body.subscription.into());
    let subscription = made.await?.into();
    Ok((
        StatusCode::CREATED,
        Json(SubscriptionAnswer { subscription }),
    ))
}

/// Shows a subscription, and what was told to it lately.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/subscriptions/{subscription_id}",
    tag = "console", operation_id = "show_subscription",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("subscription_id" = String, Path)),
    extensions(("x-action" = json!("coffer:subscriptions:get"))),
    responses((status = 200, body = SubscriptionDetail), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<SubscriptionDetail>, ApiError> {
    let found = state.app.subscription(caller.read(&project)?, &id).await?;
    Ok(Json(SubscriptionDetail {
        subscription: found.0.into(),
        deliveries: found.1.into_iter().map(Delivery::from).collect(),
    }))
}

/// Changes a subscription.
#[utoipa::path(patch, path = "/coffer/v1/{project_id}/subscriptions/{subscription_id}",
    tag = "console", operation_id = "change_subscription",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("subscription_id" = String, Path)),
    request_body = SubscriptionRequest,
    extensions(("x-action" = json!("coffer:subscriptions:update"))),
    responses((status = 200, body = SubscriptionAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<SubscriptionRequest>,
) -> Result<Json<SubscriptionAnswer>, ApiError> {
    let project = caller.write(&project)?;
    let change = body.subscription.into();
    let changed = state.app.change_subscription(project, &id, change).await?;
    Ok(Json(SubscriptionAnswer {
        subscription: changed.into(),
    }))
}

/// Removes a subscription.
#[utoipa::path(delete, path = "/coffer/v1/{project_id}/subscriptions/{subscription_id}",
    tag = "console", operation_id = "delete_subscription",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("subscription_id" = String, Path)),
    extensions(("x-action" = json!("coffer:subscriptions:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    state.app.delete_subscription(project, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a message to see whether it arrives.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/subscriptions/{subscription_id}/test",
    tag = "console", operation_id = "test_subscription",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("subscription_id" = String, Path)),
    extensions(("x-action" = json!("coffer:subscriptions:test"))),
    responses((status = 202, body = TestAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn test(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<(StatusCode, Json<TestAnswer>), ApiError> {
    let project = caller.write(&project)?;
    let sent = state.app.test_subscription(project, &id).await?;
    let delivery_id = sent.to_string();
    Ok((StatusCode::ACCEPTED, Json(TestAnswer { delivery_id })))
}
