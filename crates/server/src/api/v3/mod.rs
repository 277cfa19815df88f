//! The CBR v3 API: vaults, restore points, backups, tasks, protectable resources; and what
//! Coffer adds to it below `/coffer/v1`.

mod account;
mod agents;
mod backup;
mod body;
mod checkpoint;
mod elsewhere;
mod expiry;
mod extra;
mod member;
pub(crate) mod policy;
mod preview;
mod protectable;
mod tag;
mod task;
mod vault;

use coffer_core::cbr::Refusal;
use jiff::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Actor, AppError};
use crate::catalog::record::Page;
use crate::http::{ApiError, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

pub use vault::VaultBody;

/// All routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(vault::create, vault::list))
        .routes(routes!(vault::show, vault::update, vault::delete))
        .routes(routes!(vault::add_resources))
        .routes(routes!(vault::remove_resources))
        .routes(routes!(policy::create, policy::list))
        .routes(routes!(policy::show, policy::update, policy::delete))
        .routes(routes!(preview::stored))
        .routes(routes!(preview::unstored))
        .routes(routes!(policy::associate))
        .routes(routes!(policy::dissociate))
        .routes(routes!(tag::set, tag::list))
        .routes(routes!(tag::change))
        .routes(routes!(tag::delete))
        .routes(routes!(tag::of_project))
        .routes(routes!(tag::instances))
        .routes(routes!(checkpoint::create))
        .routes(routes!(checkpoint::show))
        .routes(routes!(backup::list))
        .routes(routes!(backup::show, backup::rename, backup::delete))
        .routes(routes!(backup::restore))
        .routes(routes!(member::create, member::list))
        .routes(routes!(member::show, member::update, member::delete))
        .routes(routes!(vault::migrate_resources))
        .routes(routes!(vault::set_resources))
        .routes(routes!(elsewhere::capabilities))
        .routes(routes!(elsewhere::replicate_backup))
        .routes(routes!(elsewhere::replicate_vault))
        .routes(routes!(elsewhere::sync_backups))
        .routes(routes!(elsewhere::sync_vault))
        .routes(routes!(elsewhere::summary))
        .routes(routes!(elsewhere::batch_update))
        .routes(routes!(elsewhere::storage_usage))
        .routes(routes!(elsewhere::external))
        .routes(routes!(elsewhere::features))
        .routes(routes!(elsewhere::feature))
        .routes(routes!(elsewhere::order_vault))
        .routes(routes!(elsewhere::charge_mode))
        .routes(routes!(elsewhere::change_order))
        .routes(routes!(elsewhere::update_order))
        .routes(routes!(account::of_domain))
        .routes(routes!(account::source))
        .routes(routes!(account::of_region))
        .routes(routes!(account::migrate, account::migration))
        .routes(routes!(agents::check))
        .routes(routes!(agents::list, agents::register))
        .routes(routes!(agents::show, agents::update, agents::remove))
        .routes(routes!(agents::add_path))
        .routes(routes!(agents::remove_path))
        .routes(routes!(
            agents::organization_policies,
            agents::create_organization_policy
        ))
        .routes(routes!(
            agents::show_organization_policy,
            agents::update_organization_policy,
            agents::delete_organization_policy
        ))
        .routes(routes!(agents::organization_policy_detail))
        .routes(routes!(expiry::metadata))
        .routes(routes!(expiry::move_expiry))
        .routes(routes!(task::list))
        .routes(routes!(task::show))
        .routes(routes!(protectable::list))
        .routes(routes!(protectable::show))
        .routes(routes!(extra::task_progress))
        .routes(routes!(extra::cancel_task))
        .routes(routes!(extra::backup_details))
        .routes(routes!(extra::restore_file))
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> ApiError {
        if let AppError::Failed(operation, cause) = &error
            && operation.status(cause.kind) >= 500
        {
            tracing::error!(error = %cause.chain(), "request failed: {}", cause.chain());
        }
        let status = axum::http::StatusCode::from_u16(error.status())
            .expect("the table of codes has legal statuses");
        let mut message = error.message();
        if let Some(first) = message.get(..1)
            && !message.contains(": ")
        {
            message = first.to_uppercase() + &message[1..];
        }
        ApiError {
            status,
            code: Some(error.code().text()),
            message,
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        AppError::from(refusal).into()
    }
}

fn reader(caller: &Caller, project: &str, request: &RequestId) -> Result<Actor, ApiError> {
    let project = caller.read(project)?;
    Ok(Actor {
        project,
        user: caller.user_id,
        request_id: request.0.clone(),
    })
}

fn writer(caller: &Caller, project: &str, request: &RequestId) -> Result<Actor, ApiError> {
    let project = caller.write(project)?;
    Ok(Actor {
        project,
        user: caller.user_id,
        request_id: request.0.clone(),
    })
}

/// A time as the API shows it: UTC with microseconds and no zone.
fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// A number that an `i64` of JSON can show.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// `limit`, `offset` and `marker`.
fn page(params: &Params, limit_max: u64) -> Result<(Page, u64), ApiError> {
    let limit = number(params, "limit", 1, limit_max)?.unwrap_or(limit_max);
    let offset = number(params, "offset", 0, i64::MAX as u64)?.unwrap_or(0);
    let marker = params.get("marker").map(str::to_owned);
    Ok((
        Page {
            limit: Some(limit),
            offset,
            marker,
        },
        limit,
    ))
}

fn number(params: &Params, key: &str, min: u64, max: u64) -> Result<Option<u64>, ApiError> {
    let Some(text) = params.get(key) else {
        return Ok(None);
    };
    match text.parse::<u64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(Some(number)),
        _ => Err(Refusal::parameter(
            key,
            format_args!("must be a whole number from {min} to {max}"),
        )
        .into()),
    }
}

fn flag(params: &Params, key: &str) -> Result<Option<bool>, ApiError> {
    match params.get(key).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Refusal::parameter(key, "must be true or false").into()),
    }
}

/// One of the values an enumeration has.
fn choice<T>(
    params: &Params,
    key: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    params
        .get(key)
        .map(|text| parse(text).ok_or_else(|| unknown(key, text)))
        .transpose()
}

fn unknown(key: &str, text: &str) -> ApiError {
    let shown: String = text.chars().take(64).collect();
    Refusal::parameter(key, format_args!("`{shown}` is not a known value")).into()
}

/// A time in a query: `2018-02-01T12:00:00Z`, also without zone.
fn time(params: &Params, key: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = params.get(key) else {
        return Ok(None);
    };
    let parsed = text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|z| z.timestamp())
    });
    match parsed {
        Some(at) => Ok(Some(at)),
        None => Err(Refusal::parameter(key, "must be a time such as 2018-02-01T12:00:00Z").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_microseconds_and_no_zone() {
        let at = Timestamp::from_millisecond(1_580_899_114_209).unwrap();
        assert_eq!(shown(at), "2020-02-05T10:38:34.209000");
    }

    #[test]
    fn times_in_queries_are_utc() {
        let read = |query: &str| time(&Params::parse(query), "t");
        assert_eq!(
            read("t=2018-02-01T12:00:00Z").unwrap(),
            read("t=2018-02-01T12:00:00").unwrap()
        );
        assert!(read("t=yesterday").unwrap_err().message.starts_with("t: "));
        assert_eq!(read("").unwrap(), None);
    }
}
