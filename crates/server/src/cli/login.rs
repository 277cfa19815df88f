//! `coffer login`, `logout`, `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::connect::{Access, DEFAULT_DOMAIN, Identity, REQUEST_LIMIT, auth_url};
use super::profile::{self, Profile};
use super::table::fields;
use super::{Context, block_on, secret};
use crate::client::{self, Credentials, Endpoint, Reference, Scope};

/// Name of the profile where none is given.
const DEFAULT_PROFILE: &str = "default";

/// Log in to a service and remember the token
///
/// Keeps the address and a token (not the password) in $XDG_CONFIG_HOME/coffer/config.toml, readable
/// by you alone. Commands use it until the token runs out. Without a profile, commands read the
/// variables of the openstack client: OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME or
/// OS_PROJECT_ID, OS_USER_DOMAIN_NAME, OS_PROJECT_DOMAIN_NAME, OS_REGION_NAME, OS_CACERT.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Log-in address, such as https://backup.example.org:8776/v3 [default: of the profile, or OS_AUTH_URL]
    url: Option<String>,
    /// User name
    #[arg(long, short)]
    user: Option<String>,
    /// Domain of the user [default: Default]
    #[arg(long, value_name = "NAME")]
    user_domain: Option<String>,
    /// Project by name or id [default: the one with the region's name, or your only one]
    #[arg(long, short)]
    project: Option<String>,
    /// Domain of the project [default: the user's]
    #[arg(long, value_name = "NAME")]
    project_domain: Option<String>,
    /// Region, where the service offers several
    #[arg(long)]
    region: Option<String>,
    /// Read the password from standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
}

/// End a log-in and forget its token
#[derive(Debug, Args)]
pub struct LogoutArgs {}

/// Show which service and log-in commands use
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Show where log-in data come from, without secrets
    Show,
}

/// `coffer login`.
pub fn log_in(args: LoginArgs, context: &Context<'_>) -> Result<()> {
    let path = profile::path(context.environment)?;
    let mut profiles = profile::load(&path)?;
    let chosen = context.profile.clone().or_else(|| profiles.current.clone());
    let name = chosen.unwrap_or_else(|| DEFAULT_PROFILE.to_string());
    let before = profiles.profiles.get(&name).cloned();
    let access = access(&args, context, before.as_ref())?;

    let session = block_on(client::log_in(
        &access.endpoint,
        &access.credentials,
        &access.scope,
    ))?;
    let Credentials::Password { user_domain, .. } = &access.credentials else {
        return Err(Error::internal("a log-in without a password"));
    };
    let profile = Profile {
        auth_url: access.endpoint.auth_url.to_string(),
        user: session.user.name.clone(),
        user_domain: match user_domain {
            Reference::Name(name) if name != DEFAULT_DOMAIN => Some(name.clone()),
            _ => None,
        },
        project_id: session.project.as_ref().map(|project| project.id.clone()),
        project: session.project.as_ref().map(|project| project.name.clone()),
        region: access.endpoint.region,
        ca_file: access.endpoint.ca_file,
        token: Some(session.token.to_string()),
        expires_at: Some(session.expires_at.to_string()),
    };
    let document = document(&name, &profile);
    let text = match &profile.project {
        Some(project) => format!(
            "Logged in to project `{project}` as `{}` until {}.\n",
            profile.user,
            context.output.time(session.expires_at)
        ),
        None => format!(
            "Logged in as `{}`, to no project: most commands need --project.\n",
            profile.user
        ),
    };
    profiles.profiles.insert(name.clone(), profile);
    profiles.current = Some(name);
    profile::save(&path, &profiles)?;
    context.output.answer(&document, || text)
}

/// Puts the log-in together from switches, the profile as it was, and the variables.
fn access(args: &LoginArgs, context: &Context<'_>, before: Option<&Profile>) -> Result<Access> {
    let environment = context.environment;
    let variable = |name: &str| environment.get(name).map(String::from);
    let given = args
        .url
        .clone()
        .or_else(|| before.map(|profile| profile.auth_url.clone()));
    let url = given.or_else(|| variable("OS_AUTH_URL")).ok_or_else(|| {
        Error::invalid("no address to log in at")
            .hint("Name it: `coffer login https://backup.example.org:8776/v3`.")
    })?;
    let auth_url = auth_url(&url)?;
    // A profile for another service says nothing about this one.
    let before = before.filter(|profile| profile.auth_url == auth_url.as_str());

    let user = args
        .user
        .clone()
        .or_else(|| before.map(|profile| profile.user.clone()));
    let user = user
        .or_else(|| variable("OS_USERNAME"))
        .ok_or_else(|| Error::invalid("no user to log in as").hint("Name it with --user."))?;
    let kept = before.and_then(|profile| profile.user_domain.clone());
    let user_domain = args.user_domain.clone().or(kept);
    let user_domain = user_domain.or_else(|| variable("OS_USER_DOMAIN_NAME"));
    let user_domain = user_domain.unwrap_or_else(|| DEFAULT_DOMAIN.to_string());
    let password = password(args, context, &user)?;

    let kept = before
        .and_then(|profile| profile.project_id.clone())
        .map(Reference::Id);
    let project = args.project.clone().map(project_reference).or(kept);
    let project = project.or_else(|| variable("OS_PROJECT_NAME").map(Reference::Name));
    let project_domain = args.project_domain.clone();
    let project_domain = project_domain.or_else(|| variable("OS_PROJECT_DOMAIN_NAME"));
    let project_domain = project_domain.unwrap_or_else(|| user_domain.clone());

    let region = args
        .region
        .clone()
        .or_else(|| before.and_then(|p| p.region.clone()));
    let ca_file: Option<PathBuf> = context.ca_file.clone();
    let ca_file = ca_file.or_else(|| before.and_then(|profile| profile.ca_file.clone()));
    let ca_file = ca_file.or_else(|| variable("OS_CACERT").map(PathBuf::from));
    Ok(Access {
        endpoint: Endpoint {
            auth_url,
            ca_file,
            region: region.or_else(|| variable("OS_REGION_NAME")),
            timeout: REQUEST_LIMIT,
        },
        credentials: Credentials::Password {
            user: Reference::Name(user),
            user_domain: Reference::Name(user_domain),
            password,
        },
        scope: Scope {
            project,
            project_domain: Reference::Name(project_domain),
        },
    })
}

fn password(args: &LoginArgs, context: &Context<'_>, user: &str) -> Result<Zeroizing<String>> {
    if args.password_stdin {
        return secret::from_stdin();
    }
    match context.environment.get("OS_PASSWORD") {
        Some(password) => Ok(Zeroizing::new(password.to_string())),
        None => secret::ask(&format!("Password of `{user}`")),
    }
}

/// Ids of projects are 32 hexadecimal digits; anything else is a name.
fn project_reference(text: String) -> Reference {
    match text.parse::<coffer_core::ids::ProjectId>() {
        Ok(_) => Reference::Id(text),
        Err(_) => Reference::Name(text),
    }
}

/// `coffer logout`.
pub fn log_out(_args: LogoutArgs, context: &Context<'_>) -> Result<()> {
    let path = profile::path(context.environment)?;
    let mut profiles = profile::load(&path)?;
    let name = context.profile.clone().or_else(|| profiles.current.clone());
    let found = name
        .as_ref()
        .and_then(|name| profiles.profiles.get_mut(name));
    let (Some(name), Some(profile)) = (&name, found) else {
        return Err(Error::not_found("there is no log-in to end"));
    };
    let token = profile.token.take().map(Zeroizing::new);
    profile.expires_at = None;
    let document = document(name, profile);
    let (user, url) = (profile.user.clone(), profile.auth_url.clone());
    let ca_file = context.ca_file.clone().or_else(|| profile.ca_file.clone());
    // The token is forgotten here even where the service cannot be told.
    profile::save(&path, &profiles)?;
    if let Some(token) = token {
        let endpoint = Endpoint {
            auth_url: auth_url(&url)?,
            ca_file,
            region: None,
            timeout: REQUEST_LIMIT,
        };
        if let Err(error) = block_on(client::revoke(&endpoint, &token)) {
            let error = error.chain();
            context
                .output
                .note(&format!("The service could not be told: {error}."));
        }
    }
    context
        .output
        .answer(&document, || format!("Logged out `{user}` from {url}.\n"))
}

/// `coffer config`.
pub fn config(args: ConfigArgs, context: &Context<'_>) -> Result<()> {
    let ConfigCommand::Show = args.command;
    let path = profile::path(context.environment)?;
    match context.identity()? {
        Identity::Profile(name, profile) => {
            let document = document(&name, &profile);
            let time = |text: &String| context.output.api_time(text);
            let expires = profile
                .expires_at
                .as_ref()
                .map_or("logged out".to_string(), time);
            let rows = [
                ("Profile", name),
                ("File", path.display().to_string()),
                ("Address", profile.auth_url.clone()),
                ("User", profile.user.clone()),
                ("Project", profile.project.clone().unwrap_or_default()),
                ("Region", profile.region.clone().unwrap_or_default()),
                ("Valid until", expires),
            ];
            context.output.answer(&document, || fields(&rows))
        }
        Identity::Variables(access) => {
            let text = |reference: &Reference| match reference {
                Reference::Name(text) | Reference::Id(text) => text.clone(),
            };
            let user = match &access.credentials {
                Credentials::Password { user, .. } => text(user),
                Credentials::Token(_) => "(by token)".to_string(),
            };
            let url = access.endpoint.auth_url.to_string();
            let project = access.scope.project.as_ref().map(text);
            let region = access.endpoint.region.clone();
            let document = json!({
                "source": "environment", "auth_url": url, "user": user,
                "project": project, "region": region,
            });
            let rows = [
                ("Source", "OS_* variables".to_string()),
                ("Address", url),
                ("User", user),
                ("Project", project.unwrap_or_default()),
                ("Region", region.unwrap_or_default()),
            ];
            context.output.answer(&document, || fields(&rows))
        }
    }
}

/// A profile without its secret.
fn document(name: &str, profile: &Profile) -> Value {
    json!({
        "source": "profile",
        "profile": name,
        "auth_url": profile.auth_url,
        "user": profile.user,
        "project": profile.project,
        "project_id": profile.project_id,
        "region": profile.region,
        "logged_in": profile.token.is_some(),
        "expires_at": profile.expires_at,
    })
}
