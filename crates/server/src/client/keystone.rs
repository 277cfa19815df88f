//! Log-in: Keystone v3 tokens and the catalog that comes with them.

use coffer_core::{Error, Kind, Result};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::transport::{Answer, Transport};
use super::{Credentials, Endpoint, Reference, Scope, failure};

/// A log-in in force.
pub struct Session {
    /// The token.
    pub token: Zeroizing<String>,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// Who logged in.
    pub user: Named,
    /// The project it is good for.
    pub project: Option<Named>,
    catalog: Vec<CatalogEntry>,
}

/// Something with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct CatalogEntry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    endpoints: Vec<CatalogEndpoint>,
}

#[derive(Debug, Clone, Deserialize)]
struct CatalogEndpoint {
    interface: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    region_id: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct TokenBody {
    expires_at: String,
    user: Named,
    #[serde(default)]
    project: Option<Named>,
    #[serde(default)]
    catalog: Vec<CatalogEntry>,
}

impl Session {
    /// Address of a service in the catalog.
    ///
    /// Without a region the catalog must offer the service in one region only.
    pub fn endpoint(&self, service: &str, region: Option<&str>) -> Result<String> {
        let entries = self.catalog.iter().filter(|entry| entry.kind == service);
        let offered: Vec<&CatalogEndpoint> = entries
            .flat_map(|entry| &entry.endpoints)
            .filter(|endpoint| endpoint.interface == "public")
            .collect();
        let regions = || -> String {
            let names = offered.iter().filter_map(|e| e.region());
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            names.dedup();
            names.join(", ")
        };
        let fits = |e: &&&CatalogEndpoint| region.is_none() || e.region() == region;
        let mut found = offered.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.url.clone()),
            (Some(_), Some(_)) => Err(Error::invalid(format!(
                "the service `{service}` is offered in several regions: {}",
                regions()
            ))
            .hint("Choose one with OS_REGION_NAME or `coffer login --region`.")),
            (None, _) if offered.is_empty() => Err(Error::invalid(format!(
                "the log-in offers no service `{service}`"
            ))
            .hint("Log in to a project: name it with --project or OS_PROJECT_NAME.")),
            (None, _) => Err(Error::invalid(format!(
                "the service `{service}` is not offered in region `{}`",
                region.unwrap_or_default()
            ))
            .hint(format!("There is: {}.", regions()))),
        }
    }

    /// The project's id, or an error that says how to choose one.
    pub fn project_id(&self) -> Result<&str> {
        let project = self.project.as_ref().map(|project| project.id.as_str());
        project.ok_or_else(|| {
            Error::invalid("the log-in is not for a project")
                .hint("Name the project with --project or OS_PROJECT_NAME.")
        })
    }

    fn new(answer: Answer, token: Option<&str>) -> Result<Session> {
        let token = answer
            .subject_token
            .or_else(|| token.map(|token| Zeroizing::new(token.to_string())))
            .ok_or_else(|| Error::data("the log-in's answer has no X-Subject-Token"))?;
        let body = answer.body.unwrap_or_default();
        let body = TokenBody::deserialize(&body["token"])
            .map_err(|e| Error::data("read the log-in's answer").caused_by(e))?;
        let expires_at = body.expires_at.parse().map_err(|e| {
            Error::data("read `expires_at` of the log-in's answer").caused_by(Box::new(e) as Box<_>)
        });
        let expires_at = expires_at.map_err(|e: Error| e)?;
        Ok(Session {
            token,
            expires_at,
            user: body.user,
            project: body.project,
            catalog: body.catalog,
        })
    }
}

impl CatalogEndpoint {
    fn region(&self) -> Option<&str> {
        self.region.as_deref().or(self.region_id.as_deref())
    }
}

/// Logs in once and returns the session, for `coffer login`.
pub async fn log_in(
    endpoint: &Endpoint,
    credentials: &Credentials,
    scope: &Scope,
) -> Result<Session> {
    password(&Transport::new(endpoint)?, endpoint, credentials, scope).await
}

/// Logs in with a password.
pub(super) async fn password(
    transport: &Transport,
    endpoint: &Endpoint,
    credentials: &Credentials,
    scope: &Scope,
) -> Result<Session> {
    let body = auth_body(credentials, scope);
    let url = tokens_url(&endpoint.auth_url)?;
    let answer = transport.exchange(Method::POST, url, None, None, Some(&body));
    let answer = answer
        .await
        .map_err(|error| match failure::status_of(&error) {
            Some(401) => Error::invalid("log in: user, password or project is wrong")
                .hint("Check user, password, project and their domains."),
            Some(404) => Error::invalid(format!(
                "log in: there is no log-in service at {}",
                endpoint.auth_url
            ))
            .hint("The address usually ends in /v3."),
            _ => error.context("log in"),
        })?;
    Session::new(answer, None)
}

/// Asks what a token is good for.
pub(super) async fn look_up(
    transport: &Transport,
    endpoint: &Endpoint,
    token: &str,
) -> Result<Session> {
    let url = tokens_url(&endpoint.auth_url)?;
    let answer = transport.exchange(Method::GET, url, Some(token), Some(token), None);
    let answer = answer
        .await
        .map_err(|error| match failure::status_of(&error) {
            Some(401 | 404) => {
                Error::new(Kind::Invalid, "the log-in has run out").hint("Run `coffer login`.")
            }
            _ => error.context("look up the log-in"),
        })?;
    Session::new(answer, Some(token))
}

/// Ends a token. No error where it had ended already.
pub async fn revoke(endpoint: &Endpoint, token: &str) -> Result<()> {
    let transport = Transport::new(endpoint)?;
    let url = tokens_url(&endpoint.auth_url)?;
    let answer = transport.exchange(Method::DELETE, url, Some(token), Some(token), None);
    match answer.await {
        Err(error) if matches!(failure::status_of(&error), Some(401 | 404 | 405)) => Ok(()),
        Err(error) => Err(error.context("end the log-in")),
        Ok(_) => Ok(()),
    }
}

/// The address of the listener: the log-in's address without its version.
pub(super) fn root(auth_url: &Url) -> String {
    let text = auth_url.as_str().trim_end_matches('/');
    text.strip_suffix("/v3").unwrap_or(text).to_string()
}

fn tokens_url(auth_url: &Url) -> Result<Url> {
    Url::parse(&format!("{}/v3/auth/tokens", root(auth_url)))
        .map_err(|e| Error::invalid(format!("`{auth_url}` is no address")).caused_by(e))
}

fn auth_body(credentials: &Credentials, scope: &Scope) -> Value {
    let identity = match credentials {
        Credentials::Password {
            user,
            user_domain,
            password,
        } => {
            let mut user = with_domain(user, user_domain);
            user["password"] = json!(password.as_str());
            json!({ "methods": ["password"], "password": { "user": user } })
        }
        Credentials::Token(token) => {
            json!({ "methods": ["token"], "token": { "id": token.as_str() } })
        }
    };
    let mut auth = json!({ "identity": identity });
    if let Some(project) = &scope.project {
        auth["scope"] = json!({ "project": with_domain(project, &scope.project_domain) });
    }
    json!({ "auth": auth })
}

fn with_domain(reference: &Reference, domain: &Reference) -> Value {
    match reference {
        Reference::Id(id) => json!({ "id": id }),
        Reference::Name(name) => {
            let domain = match domain {
                Reference::Id(id) => json!({ "id": id }),
                Reference::Name(name) => json!({ "name": name }),
            };
            json!({ "name": name, "domain": domain })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(endpoints: &[(&str, &str)]) -> Session {
        let endpoints: Vec<Value> = endpoints
            .iter()
            .map(|(region, url)| json!({"interface": "public", "region": region, "url": url}))
            .collect();
        let body = json!({"token": {
            "expires_at": "2026-11-23T14:10:18.000000Z",
            "user": {"id": "u", "name": "me"},
            "catalog": [{"type": "cbr", "endpoints": endpoints}],
        }});
        let answer = Answer {
            subject_token: Some(Zeroizing::new("t".to_string())),
            body: Some(body),
        };
        Session::new(answer, None).expect("a session")
    }

    #[test]
    fn the_region_decides_where_there_are_several() {
        let session = session(&[("eu-de", "http://a/v3/p"), ("eu-nl", "http://b/v3/p")]);
        assert_eq!(
            session.endpoint("cbr", Some("eu-nl")).expect("url"),
            "http://b/v3/p"
        );
        let error = session.endpoint("cbr", None).expect_err("two regions");
        assert!(error.message.contains("eu-de, eu-nl"), "{}", error.message);
        let error = session.endpoint("cbr", Some("eu-ch")).expect_err("none");
        assert_eq!(error.hint.as_deref(), Some("There is: eu-de, eu-nl."));
        assert!(session.endpoint("dns", None).is_err());
        assert!(session.project_id().is_err());
    }

    #[test]
    fn the_log_in_s_address_may_lack_its_version() {
        for text in [
            "http://h:1",
            "http://h:1/",
            "http://h:1/v3",
            "http://h:1/v3/",
        ] {
            let url = tokens_url(&Url::parse(text).expect("a URL")).expect("a URL");
            assert_eq!(url.as_str(), "http://h:1/v3/auth/tokens", "{text}");
        }
    }

    #[test]
    fn ids_need_no_domain() {
        let credentials = Credentials::Password {
            user: Reference::Name("me".to_string()),
            user_domain: Reference::Name("Default".to_string()),
            password: Zeroizing::new("secret".to_string()),
        };
        let scope = Scope {
            project: Some(Reference::Id("p".to_string())),
            project_domain: Reference::Name("Default".to_string()),
        };
        assert_eq!(
            auth_body(&credentials, &scope),
            json!({"auth": {
                "identity": {"methods": ["password"], "password": {"user": {
                    "name": "me", "domain": {"name": "Default"}, "password": "secret"}}},
                "scope": {"project": {"id": "p"}},
            }})
        );
    }
}
