//! The caller of a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coffer_core::ids::{DomainId, ProjectId, UserId};

use crate::http::ApiError;

/// What a role allows. Built-in; later ones of the operator's own map to sets of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything in its scope, users and projects of the domain included.
    Admin,
    /// Everything in its project that belongs to backups, servers and disks.
    User,
    /// Reads in its project.
    Reader,
}

impl Role {
    /// All built-in roles.
    pub const ALL: [Role; 3] = [Role::Admin, Role::User, Role::Reader];

    /// Its name in API and catalog.
    pub fn name(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::User => "user",
            Role::Reader => "readonly",
        }
    }

    /// The role of a name; none for roles of the operator's own.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

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

/// Who made the request. An extractor: a handler that takes it answers 401 to everybody else.
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
    /// Roles in that scope.
    pub roles: Vec<Role>,
    /// Id and name of every role in that scope, the operator's own included.
    pub role_names: Vec<(String, String)>,
    /// True if the user holds admin on its own domain, whatever the scope: it may administer the
    /// domain's users and projects.
    pub domain_admin: bool,
}

impl Caller {
    /// The project the caller's token is for.
    pub fn project_id(&self) -> Option<ProjectId> {
        match &self.scope {
            Scope::Project { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// True if the caller holds the role in its scope.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Checks that the caller administers its domain, and gives that domain's id.
    ///
    /// # Errors
    /// 403.
    pub fn administer(&self) -> Result<DomainId, ApiError> {
        match self.domain_admin {
            true => Ok(self.user_domain_id),
            false => Err(ApiError::forbidden()),
        }
    }

    /// Checks that the caller may read in the project of a path (`{project_id}`), and gives its id.
    ///
    /// # Errors
    /// 404 for a text that is no project id, 403 for a project that is not the caller's.
    pub fn read(&self, project_id: &str) -> Result<ProjectId, ApiError> {
        let id = project_id
            .parse::<ProjectId>()
            .map_err(|_| ApiError::not_found("project"))?;
        match self.project_id() == Some(id) && !self.roles.is_empty() {
            true => Ok(id),
            false => Err(ApiError::forbidden()),
        }
    }

    /// Like [`Caller::read`], for what changes something: readers get 403.
    pub fn write(&self, project_id: &str) -> Result<ProjectId, ApiError> {
        let id = self.read(project_id)?;
        match self.has(Role::Admin) || self.has(Role::User) {
            true => Ok(id),
            false => Err(ApiError::forbidden()),
        }
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
