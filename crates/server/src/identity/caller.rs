//! The caller of a request.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use coffer_core::ids::{DomainId, ProjectId, UserId};

use super::roles::{Power, Role, RoleInfo};
use crate::catalog::access::Principal;
use crate::catalog::identity::ScopeId;
use crate::http::ApiError;

/// What a token or a signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One project.
    Project {
        /// Its id.
        id: ProjectId,
        /// Its name.
        name: String,
        /// Its domain.
        domain_id: DomainId,
        /// Its domain's name.
        domain_name: String,
    },
    /// A domain.
    Domain {
        /// Its id.
        id: DomainId,
        /// Its name.
        name: String,
    },
    /// Nothing: only one's own projects may be listed.
    None,
}

/// What the frame found out about a request's caller.
#[derive(Debug, Clone)]
pub(crate) struct Authentication(pub(crate) Result<Caller, ApiError>);

/// Who made the request, and may do the action of its route. An extractor: a handler that takes
/// it answers 401 or 403 to everybody else.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user_id: UserId,
    /// The user's name.
    pub user_name: String,
    /// The user's domain.
    pub user_domain_id: DomainId,
    /// That domain's name.
    pub user_domain_name: String,
    /// What the request may be about.
    pub scope: Scope,
    /// What the user may do in that scope.
    pub power: Power,
    /// Id and name of every role in that scope.
    pub role_names: Vec<(String, String)>,
    /// What the user may do in its own domain, whatever the scope: its users and projects.
    pub domain_power: Power,
    /// The user's domain is the service's first one: its administrators make other domains.
    pub of_service: bool,
    /// The user has to set another password before anything else.
    pub must_change_password: bool,
    /// When the password stops to be good; none where passwords last.
    pub password_expires_at: Option<jiff::Timestamp>,
}

/// True if an action is about a domain as a whole: it is allowed by roles on the user's domain
/// alone, whatever the request is for.
pub fn is_of_domain(action: &str) -> bool {
    action.starts_with("iam:")
}

/// True if an action is about the service: it is left to the first domain.
pub fn is_of_service(action: &str) -> bool {
    action.starts_with("iam:domains:")
}

impl Caller {
    /// The project the caller's token is for.
    pub fn project_id(&self) -> Option<ProjectId> {
        match &self.scope {
            Scope::Project { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// True if the caller holds the predefined role in its scope.
    pub fn has(&self, role: Role) -> bool {
        self.power.roles.contains(&role)
    }

    /// True if the caller may do the action: in its scope; in its domain for what is about the
    /// domain, and where the request is for nothing in particular.
    pub fn may(&self, action: &str) -> bool {
        if is_of_domain(action) {
            let reaches = self.of_service || !is_of_service(action);
            return reaches && self.domain_power.allows(action);
        }
        match self.scope {
            Scope::Project { .. } | Scope::Domain { .. } => self.power.allows(action),
            Scope::None => self.domain_power.allows(action),
        }
    }

    /// True if the caller administers its domain: it holds admin there.
    pub fn is_domain_admin(&self) -> bool {
        self.domain_power.roles.contains(&Role::Admin)
    }

    /// Checks that the caller administers its domain, and gives that domain's id.
    ///
    /// # Errors
    /// 403.
    pub fn administer(&self) -> Result<DomainId, ApiError> {
        match self.is_domain_admin() {
            true => Ok(self.user_domain_id),
            false => Err(ApiError::forbidden()),
        }
    }

    /// For a route that is everybody's where it is about oneself: checks that it is about the
    /// caller, or that the caller may do the action to others.
    ///
    /// # Errors
    /// 403.
    pub fn self_or(&self, user: Option<UserId>, action: &str) -> Result<(), ApiError> {
        match user == Some(self.user_id) || self.may(action) {
            true => Ok(()),
            false => Err(ApiError::not_allowed(action)),
        }
    }

    /// Checks that the caller does not take the administration of its domain from itself.
    ///
    /// # Errors
    /// 409.
    pub fn keeps_its_branch(
        &self,
        principal: &Principal,
        scope: ScopeId,
        role: &RoleInfo,
    ) -> Result<(), ApiError> {
        let own = *principal == Principal::User(self.user_id);
        let here = scope == ScopeId::Domain(self.user_domain_id);
        match own && here && role.allows("iam:roles:grant") {
            false => Ok(()),
            true => Err(ApiError::new(
                StatusCode::CONFLICT,
                "Nobody can take the administration of the domain from itself.",
            )),
        }
    }

    /// Checks that the project of a path (`{project_id}`) is the caller's, and gives its id.
    /// Whether it may do the action of the route was checked before.
    ///
    /// # Errors
    /// 404 for a text that is no project id, 403 for a project that is not the caller's.
    pub fn read(&self, project_id: &str) -> Result<ProjectId, ApiError> {
        let id = project_id
            .parse::<ProjectId>()
            .map_err(|_| ApiError::not_found("project"))?;
        match self.project_id() == Some(id) && !self.power.is_empty() {
            true => Ok(id),
            false => Err(ApiError::forbidden()),
        }
    }

    /// Like [`Caller::read`], for what changes something.
    ///
    /// # Errors
    /// As [`Caller::read`].
    pub fn write(&self, project_id: &str) -> Result<ProjectId, ApiError> {
        self.read(project_id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// The frame has put the caller into the request's extensions, or why there is none.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, ApiError> {
        match parts.extensions.get::<Authentication>() {
            Some(Authentication(result)) => result.clone(),
            None => Err(ApiError::unauthorized()),
        }
    }
}
