//! From what the catalog says of a token, session or key to the caller it makes.

use coffer_core::Result;
use coffer_core::ids::UserId;
use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

use super::{Caller, DomainRef, Identity, LoginError, Power, Scope, ScopeRef, find_domain};
use crate::catalog::access::{self, Evidence, Held, Standing};
use crate::catalog::identity::{self as rows, ScopeId, User};

impl Identity {
    pub(super) async fn find_scope(
        &self,
        db: &mut AnyConnection,
        user: &User,
        scope: &ScopeRef,
    ) -> Result<ScopeId, LoginError> {
        match scope {
            ScopeRef::Unscoped => Ok(ScopeId::None),
            ScopeRef::Default => {
                let Some(id) = user.default_project_id else {
                    return Ok(ScopeId::None);
                };
                let usable = self
                    .caller_in(db, user.id, ScopeId::Project(id))
                    .await?
                    .is_some();
                Ok(if usable {
                    ScopeId::Project(id)
                } else {
                    ScopeId::None
                })
            }
            ScopeRef::Domain(domain) => match find_domain(db, domain).await? {
                Some(domain) => Ok(ScopeId::Domain(domain.id)),
                None => Err(LoginError::Refused),
            },
            ScopeRef::Project { id: Some(id), .. } => id
                .parse()
                .map(ScopeId::Project)
                .map_err(|_| LoginError::Refused),
            ScopeRef::Project {
                id: None,
                name,
                domain,
            } => {
                let domain_id = match domain {
                    DomainRef {
                        id: None,
                        name: None,
                    } => Some(user.domain_id),
                    named => find_domain(db, named).await?.map(|domain| domain.id),
                };
                let (Some(domain_id), Some(name)) = (domain_id, name) else {
                    return Err(LoginError::Refused);
                };
                match rows::project_by_name(db, domain_id, name).await? {
                    Some(project) => Ok(ScopeId::Project(project.id)),
                    None => Err(LoginError::Refused),
                }
            }
        }
    }

    /// The caller in a scope, as things are now; none where the user may not be there.
    pub(super) async fn caller_in(
        &self,
        db: &mut AnyConnection,
        user: UserId,
        scope: ScopeId,
    ) -> Result<Option<Caller>> {
        let standing = access::standing(db, &Evidence::User(user, scope)).await?;
        Ok(standing.and_then(|standing| self.caller(&standing)))
    }

    /// The caller that a standing makes; none where the user may not be there.
    ///
    /// Every user may be in its own domain, with the roles it has there (perhaps none): clients
    /// ask for such a token as a matter of course.
    pub(super) fn caller(&self, standing: &Standing) -> Option<Caller> {
        let in_scope = || standing.held.iter().any(|held| held.in_scope);
        let scope_domain = standing.scope_domain.as_ref().filter(|d| d.enabled);
        let scope = match (standing.scope, scope_domain) {
            (ScopeId::None, _) => Scope::None,
            (_, None) => return None,
            (ScopeId::Domain(id), Some(domain)) => {
                if id != standing.domain.id && !in_scope() {
                    return None;
                }
                Scope::Domain {
                    id,
                    name: domain.name.clone(),
                }
            }
            (ScopeId::Project(id), Some(domain)) => {
                let project = standing.project.as_ref().filter(|p| p.enabled)?;
                if !in_scope() {
                    return None;
                }
                Scope::Project {
                    id,
                    name: project.name.clone(),
                    domain_id: domain.id,
                    domain_name: domain.name.clone(),
                }
            }
        };
        self.caller_at(standing, scope)
    }

    /// As [`Identity::caller`]; where the user may not be in the scope it has none.
    pub(super) fn caller_or_nowhere(&self, standing: &Standing) -> Option<Caller> {
        self.caller(standing)
            .or_else(|| self.caller_at(standing, Scope::None))
    }

    fn caller_at(&self, standing: &Standing, scope: Scope) -> Option<Caller> {
        if !standing.enabled {
            return None;
        }
        let here = |held: &&Held| held.in_scope && scope != Scope::None;
        let mut role_names: Vec<(String, String)> = Vec::new();
        for held in standing.held.iter().filter(here) {
            let name = (held.role_id.clone(), held.role.clone());
            if !role_names.contains(&name) {
                role_names.push(name);
            }
        }
        Some(Caller {
            user_id: standing.user_id,
            user_name: standing.user_name.clone(),
            user_domain_id: standing.domain.id,
            user_domain_name: standing.domain.name.clone(),
            power: Power::of(standing.held.iter().filter(here)),
            domain_power: Power::of(standing.held.iter().filter(|held| held.on_own_domain)),
            of_service: standing.domain.name == self.inner.service_domain,
            must_change_password: standing.must_change
                || self.is_over(standing.password_changed_at),
            password_expires_at: self.password_expires_at(standing.password_changed_at),
            scope,
            role_names,
        })
    }

    /// When a password that was set at a time stops to be good; none where passwords last.
    fn password_expires_at(&self, changed_at: Timestamp) -> Option<Timestamp> {
        let days = i64::from(self.inner.rules.max_age_days);
        match days {
            0 => None,
            days => changed_at
                .checked_add(SignedDuration::from_hours(24 * days))
                .ok(),
        }
    }

    fn is_over(&self, changed_at: Timestamp) -> bool {
        let end = self.password_expires_at(changed_at);
        end.is_some_and(|end| end <= self.now())
    }
}
