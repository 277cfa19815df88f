//! From switches, variables and profiles to a logged-in client.
//!
//! Precedence: an explicit `--profile`, then `OS_AUTH_URL` and its companions, then the profile
//! last logged in to. The variables are those of the `openstack` command.

use std::time::Duration;

use coffer_core::{Error, Result};
use url::Url;
use zeroize::Zeroizing;

use super::profile::{self, Profile};
use super::{Context, Environment};
use crate::client::{Client, Credentials, Endpoint, Reference, Scope};

/// Longest time for one request: the service's own limit is as long.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// Domain of users and projects where none is named.
pub const DEFAULT_DOMAIN: &str = "Default";

/// Whom to reach and as whom.
pub enum Identity {
    /// From the `OS_*` variables.
    Variables(Box<Access>),
    /// From a profile of that name.
    Profile(String, Box<Profile>),
}

/// Everything a log-in needs.
pub struct Access {
    /// Where.
    pub endpoint: Endpoint,
    /// As whom.
    pub credentials: Credentials,
    /// What for.
    pub scope: Scope,
}

impl Context<'_> {
    /// Logs in.
    pub async fn client(&self) -> Result<Client> {
        let access = match self.identity()? {
            Identity::Variables(access) => *access,
            Identity::Profile(name, profile) => self.profile_access(&name, &profile)?,
        };
        Client::connect(access.endpoint, access.credentials, access.scope).await
    }

    /// Decides where log-in data come from.
    pub fn identity(&self) -> Result<Identity> {
        let chosen = self
            .profile
            .as_deref()
            .or(self.environment.get("COFFER_PROFILE"));
        if chosen.is_none() && self.environment.get("OS_AUTH_URL").is_some() {
            let access = access_from(self.environment, self.ca_file.as_deref())?;
            return Ok(Identity::Variables(Box::new(access)));
        }
        let no_log_in = |message: String| {
            Error::invalid(message)
                .hint("Run `coffer login URL`, or set OS_AUTH_URL and its companions.")
        };
        let mut profiles = profile::load(&profile::path(self.environment)?)?;
        let name = chosen.map(String::from).or(profiles.current);
        let name = name.ok_or_else(|| no_log_in("you are not logged in".to_string()))?;
        match profiles.profiles.remove(&name) {
            Some(profile) => Ok(Identity::Profile(name, Box::new(profile))),
            None => Err(no_log_in(format!("there is no profile `{name}`"))),
        }
    }

    fn profile_access(&self, name: &str, profile: &Profile) -> Result<Access> {
        let token = profile.token.clone().ok_or_else(|| {
            Error::invalid(format!("profile `{name}` is logged out")).hint("Run `coffer login`.")
        })?;
        let ca_file = self.ca_file.clone().or_else(|| profile.ca_file.clone());
        let region = self.environment.get("OS_REGION_NAME").map(String::from);
        Ok(Access {
            endpoint: Endpoint {
                auth_url: auth_url(&profile.auth_url)?,
                ca_file,
                region: region.or_else(|| profile.region.clone()),
                timeout: REQUEST_LIMIT,
            },
            credentials: Credentials::Token(Zeroizing::new(token)),
            scope: Scope {
                project: None,
                project_domain: Reference::Name(DEFAULT_DOMAIN.to_string()),
            },
        })
    }
}

/// Reads an address and checks that it is one we can ask.
pub fn auth_url(text: &str) -> Result<Url> {
    let wrong = || {
        Error::invalid(format!("`{text}` is no address of a log-in service"))
            .hint("Write it like https://backup.example.org:8776/v3.")
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let legal = matches!(url.scheme(), "http" | "https") && url.has_host();
    if legal && url.password().is_none() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// The log-in data of the `OS_*` variables.
fn access_from(environment: &Environment, ca_file: Option<&std::path::Path>) -> Result<Access> {
    let get = |name: &str| environment.get(name).map(String::from);
    let domain = |what: &str| {
        let id = get(&format!("OS_{what}_DOMAIN_ID")).or_else(|| get("OS_DOMAIN_ID"));
        let name = get(&format!("OS_{what}_DOMAIN_NAME")).or_else(|| get("OS_DOMAIN_NAME"));
        match (id, name) {
            (Some(id), _) => Reference::Id(id),
            (None, Some(name)) => Reference::Name(name),
            (None, None) => Reference::Name(DEFAULT_DOMAIN.to_string()),
        }
    };
    let missing = |name: &str| {
        Error::invalid(format!("OS_AUTH_URL is set, but {name} is not"))
            .hint("Set it, or unset OS_AUTH_URL to use the profile of `coffer login`.")
    };
    let credentials = match (get("OS_TOKEN"), get("OS_PASSWORD")) {
        (Some(token), _) => Credentials::Token(Zeroizing::new(token)),
        (None, Some(password)) => {
            let user = get("OS_USER_ID").map(Reference::Id);
            let user = user.or_else(|| get("OS_USERNAME").map(Reference::Name));
            Credentials::Password {
                user: user.ok_or_else(|| missing("OS_USERNAME"))?,
                user_domain: domain("USER"),
                password: Zeroizing::new(password),
            }
        }
        (None, None) => return Err(missing("OS_PASSWORD")),
    };
    let project = get("OS_PROJECT_ID").map(Reference::Id);
    let ca_file = ca_file.map(std::path::PathBuf::from);
    Ok(Access {
        endpoint: Endpoint {
            auth_url: auth_url(&get("OS_AUTH_URL").unwrap_or_default())?,
            ca_file: ca_file.or_else(|| get("OS_CACERT").map(Into::into)),
            region: get("OS_REGION_NAME"),
            timeout: REQUEST_LIMIT,
        },
        credentials,
        scope: Scope {
            project: project.or_else(|| get("OS_PROJECT_NAME").map(Reference::Name)),
            project_domain: domain("PROJECT"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(variables: &[(&str, &str)]) -> Result<Access> {
        let environment = Environment {
            variables: variables
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Environment::default()
        };
        access_from(&environment, None)
    }

    #[test]
    fn the_openstack_client_s_variables_are_enough() {
        let access = access(&[
            ("OS_AUTH_URL", "http://h:8776/v3"),
            ("OS_USERNAME", "me"),
            ("OS_PASSWORD", "secret"),
            ("OS_PROJECT_NAME", "eu-de"),
            ("OS_USER_DOMAIN_NAME", "D"),
            ("OS_REGION_NAME", "eu-de"),
        ])
        .expect("complete");
        let Credentials::Password {
            user, user_domain, ..
        } = access.credentials
        else {
            panic!("a password was given");
        };
        assert_eq!(user, Reference::Name("me".to_string()));
        assert_eq!(user_domain, Reference::Name("D".to_string()));
        assert_eq!(
            access.scope.project,
            Some(Reference::Name("eu-de".to_string()))
        );
        let default = Reference::Name(DEFAULT_DOMAIN.to_string());
        assert_eq!(access.scope.project_domain, default);
        assert_eq!(access.endpoint.region.as_deref(), Some("eu-de"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let url = ("OS_AUTH_URL", "http://h/v3");
        for (variables, expected) in [
            (vec![url], "OS_PASSWORD"),
            (vec![url, ("OS_PASSWORD", "p")], "OS_USERNAME"),
            (
                vec![("OS_AUTH_URL", "h:8776"), ("OS_TOKEN", "t")],
                "no address",
            ),
            (
                vec![("OS_AUTH_URL", "http://a:b@h/"), ("OS_TOKEN", "t")],
                "no address",
            ),
        ] {
            let error = access(&variables).err().expect("incomplete");
            assert!(error.message.contains(expected), "{}", error.message);
        }
    }
}
