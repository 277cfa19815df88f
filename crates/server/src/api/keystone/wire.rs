//! Bodies of the identity API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{DomainRef, ScopeRef, UserRef};

/// `POST /v3/auth/tokens`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AuthRequest {
    /// Who asks, and for what.
    pub auth: Auth,
}

/// Who asks, and for what.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Auth {
    /// Who asks.
    pub identity: AuthIdentity,
    /// For what: a project, a domain, or the text `unscoped`.
    #[serde(default)]
    #[schema(value_type = Option<AuthScope>)]
    pub scope: Option<ScopeForm>,
}

/// How the user shows who it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AuthIdentity {
    /// `password` or `token`.
    pub methods: Vec<String>,
    /// For the method `password`.
    #[serde(default)]
    pub password: Option<AuthPassword>,
    /// For the method `token`.
    #[serde(default)]
    pub token: Option<AuthToken>,
}

/// For the method `password`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AuthPassword {
    /// The user.
    pub user: AuthUser,
}

/// A user and its password.
#[derive(Deserialize, ToSchema)]
pub struct AuthUser {
    /// Its id, or
    #[serde(default)]
    pub id: Option<String>,
    /// its name, and
    #[serde(default)]
    pub name: Option<String>,
    /// its domain.
    #[serde(default)]
    pub domain: Option<AuthDomain>,
    /// Its password.
    pub password: String,
}

impl std::fmt::Debug for AuthUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays out of logs.
        f.debug_struct("AuthUser")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish()
    }
}

/// For the method `token`.
#[derive(Deserialize, ToSchema)]
pub struct AuthToken {
    /// The token.
    pub id: String,
}

impl std::fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthToken")
    }
}

/// A domain by id or name.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct AuthDomain {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
}

/// The scope asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum ScopeForm {
    /// The text `unscoped`.
    Word(String),
    /// Project or domain.
    Scope(AuthScope),
}

/// Project or domain; the project wins.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct AuthScope {
    /// A project.
    #[serde(default)]
    pub project: Option<AuthProject>,
    /// A domain.
    #[serde(default)]
    pub domain: Option<AuthDomain>,
}

/// A project by id, or by name and domain.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AuthProject {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its domain; the user's where none is named.
    #[serde(default)]
    pub domain: Option<AuthDomain>,
}

impl From<AuthDomain> for DomainRef {
    fn from(wire: AuthDomain) -> DomainRef {
        DomainRef {
            id: wire.id,
            name: wire.name,
        }
    }
}

impl AuthUser {
    /// The user, and its password.
    pub fn split(self) -> (UserRef, String) {
        let domain = self.domain.unwrap_or_default().into();
        (
            UserRef {
                id: self.id,
                name: self.name,
                domain,
            },
            self.password,
        )
    }
}

impl Auth {
    /// What is asked for. None for a text that is not `unscoped`.
    pub fn scope(scope: Option<ScopeForm>) -> Option<ScopeRef> {
        match scope {
            None => Some(ScopeRef::Default),
            Some(ScopeForm::Word(word)) if word == "unscoped" => Some(ScopeRef::Unscoped),
            Some(ScopeForm::Word(_)) => None,
            Some(ScopeForm::Scope(AuthScope {
                project: Some(project),
                ..
            })) => Some(ScopeRef::Project {
                id: project.id,
                name: project.name,
                domain: project.domain.unwrap_or_default().into(),
            }),
            Some(ScopeForm::Scope(AuthScope {
                domain: Some(domain),
                ..
            })) => Some(ScopeRef::Domain(domain.into())),
            Some(ScopeForm::Scope(_)) => Some(ScopeRef::Default),
        }
    }
}

/// `{"token": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// The token.
    pub token: Token,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// How the user logged in.
    pub methods: Vec<String>,
    /// The user.
    pub user: TokenUser,
    /// Names the token in logs.
    pub audit_ids: Vec<String>,
    /// `2026-11-23T14:10:18.000000Z`.
    pub issued_at: String,
    /// `2026-11-23T14:10:18.000000Z`.
    pub expires_at: String,
    /// The project it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<TokenProject>,
    /// The domain it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub domain: Option<NamedId>,
    /// The user's roles there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub roles: Option<Vec<NamedId>>,
    /// The services.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catalog: Option<Vec<CatalogService>>,
}

/// An id and a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedId {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// The user of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenUser {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its domain.
    pub domain: NamedId,
    /// None where passwords last.
    pub password_expires_at: Option<String>,
}

/// The project of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenProject {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its domain.
    pub domain: NamedId,
}

/// `{"catalog": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogAnswer {
    /// The services.
    pub catalog: Vec<CatalogService>,
    /// Where this list is.
    pub links: Links,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogService {
    /// Id.
    pub id: String,
    /// Type, by which clients choose.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name.
    pub name: String,
    /// Where it is.
    pub endpoints: Vec<Endpoint>,
}

/// Where a service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Endpoint {
    /// Id.
    pub id: String,
    /// `public`.
    pub interface: String,
    /// The region.
    pub region: String,
    /// The same.
    pub region_id: String,
    /// The address.
    pub url: String,
}

/// Links of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    /// This page.
    #[serde(rename = "self")]
    pub this: String,
    /// The next page.
    pub next: Option<String>,
    /// The page before.
    pub previous: Option<String>,
}

/// `{"projects": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Projects {
    /// The projects.
    pub projects: Vec<Project>,
    /// Where this list is.
    pub links: Links,
}

/// `{"project": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectAnswer {
    /// The project.
    pub project: Project,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct Project {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its domain.
    pub domain_id: String,
    /// Its domain: projects are not nested.
    pub parent_id: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// Always false.
    pub is_domain: bool,
    /// What it is for.
    pub description: String,
    /// Where it is.
    #[schema(value_type = Object)]
    pub links: serde_json::Value,
}

/// `{"domains": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Domains {
    /// The domains.
    pub domains: Vec<Domain>,
    /// Where this list is.
    pub links: Links,
}

/// A domain.
#[derive(Debug, Serialize, ToSchema)]
pub struct Domain {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// Where it is.
    #[schema(value_type = Object)]
    pub links: serde_json::Value,
}
