//! Domains and projects.

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use zeroize::Zeroizing;

use super::admin::{check_description, check_name, named};
use super::{Identity, Role};
use crate::catalog::access::{self, Principal};
use crate::catalog::identity::{self as rows, Domain, Project, ScopeId, User};
use crate::door;

/// A domain to be made.
pub struct NewDomain {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Name of its administrator.
    pub administrator: String,
    /// The administrator's first password.
    pub password: Zeroizing<String>,
}

impl Identity {
    /// Makes a project.
    pub async fn create_project(
        &self,
        domain_id: DomainId,
        name: &str,
        description: &str,
    ) -> Result<Project> {
        check_name("project", name)?;
        check_description(description)?;
        let project = Project {
            id: ProjectId(door::new_hex_id()),
            domain_id,
            name: name.to_owned(),
            description: description.to_owned(),
            enabled: true,
        };
        let mut tx = self.inner.catalog.write().await?;
        let now = self.now_ms();
        named(
            rows::insert_project(tx.connection(), &project, now).await,
            "project",
            name,
        )?;
        tx.commit().await?;
        tracing::info!(project.id = %project.id, "project {} added", project.id);
        Ok(project)
    }

    /// The projects of a domain, by name.
    pub async fn projects(&self, domain: DomainId) -> Result<Vec<Project>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::projects_of_domain(&mut db, domain).await
    }

    /// A project of a domain. `NotFound` in any other.
    pub async fn project(&self, domain: DomainId, id: ProjectId) -> Result<Project> {
        let mut db = self.inner.catalog.reader().await?;
        let project = rows::project_by_id(&mut db, id).await?;
        project
            .filter(|project| project.domain_id == domain)
            .ok_or_else(|| Error::not_found("the project does not exist"))
    }

    /// Stores a project's name, description and whether it is enabled.
    pub async fn update_project(&self, project: &Project) -> Result<()> {
        check_name("project", &project.name)?;
        check_description(&project.description)?;
        let mut tx = self.inner.catalog.write().await?;
        let updated = rows::update_project(tx.connection(), project).await;
        named(updated, "project", &project.name)?;
        tx.commit().await
    }

    /// Deletes a project that holds nothing. Roles on it and tokens for it go.
    ///
    /// # Errors
    /// `Conflict`, naming what depends on it.
    pub async fn delete_project(&self, project: &Project) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        let db = tx.connection();
        if self.is_first(db, project).await? {
            return Err(Error::conflict(format!(
                "project `{}` is the one that new servers enter",
                project.name
            ))
            .hint("It stays as long as the service has this region."));
        }
        let holds = rows::contents_of_project(db, project.id).await?;
        if !holds.is_empty() {
            let list: Vec<String> = holds
                .iter()
                .map(|(n, what)| format!("{n} {what}"))
                .collect();
            return Err(Error::conflict(format!(
                "project `{}` is not empty: {}",
                project.name,
                list.join(", ")
            ))
            .hint("Delete or move what is in it first."));
        }
        rows::delete_project(db, project.id).await?;
        tx.commit().await?;
        tracing::info!(project.id = %project.id, "project {} deleted", project.id);
        Ok(())
    }

    async fn is_first(&self, db: &mut sqlx::AnyConnection, project: &Project) -> Result<bool> {
        let domain = rows::domain_by_id(db, project.domain_id).await?;
        let first = domain.is_some_and(|domain| domain.name == self.inner.service_domain);
        Ok(first && project.name == self.inner.region)
    }

    /// All domains, by name.
    pub async fn domains(&self) -> Result<Vec<Domain>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::domains(&mut db).await
    }

    /// The domain of an id or name.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn domain_named(&self, wanted: &str) -> Result<Domain> {
        let all = self.domains().await?;
        let id = wanted.parse::<DomainId>().ok();
        let by_id = all.iter().find(|domain| Some(domain.id) == id);
        let found = by_id.or_else(|| all.iter().find(|domain| domain.name == wanted));
        found
            .cloned()
            .ok_or_else(|| Error::not_found("the domain does not exist"))
    }

    /// Makes a domain with a project named like the region and an administrator, who has to set
    /// another password at the first log-in.
    pub async fn create_domain(&self, new: NewDomain) -> Result<Domain> {
        check_name("domain", &new.name)?;
        check_name("administrator", &new.administrator)?;
        check_description(&new.description)?;
        self.inner.rules.check(&new.administrator, &new.password)?;
        let hash = self.inner.passwords.hash(&new.password).await?;
        let domain = Domain {
            id: DomainId(door::new_hex_id()),
            name: new.name,
            description: new.description,
            enabled: true,
        };
        let now = self.now_ms();
        let project = Project {
            id: ProjectId(door::new_hex_id()),
            domain_id: domain.id,
            name: self.inner.region.clone(),
            description: String::new(),
            enabled: true,
        };
        let user = User {
            id: UserId(door::new_hex_id()),
            domain_id: domain.id,
            name: new.administrator,
            description: String::new(),
            enabled: true,
            password_hash: hash,
            default_project_id: Some(project.id),
            must_change: true,
            created_at: now,
        };
        let mut tx = self.inner.catalog.write().await?;
        let db = tx.connection();
        let inserted = rows::insert_domain(db, &domain, now).await;
        named(inserted, "domain", &domain.name)?;
        rows::insert_project(db, &project, now).await?;
        rows::insert_user(db, &user).await?;
        let role = access::role(db, domain.id, Role::Admin.name()).await?;
        let role = role.ok_or_else(|| Error::internal("find the predefined role admin"))?;
        let principal = Principal::User(user.id);
        access::grant(db, &principal, &role.id, ScopeId::Domain(domain.id)).await?;
        tx.commit().await?;
        tracing::info!(domain.id = %domain.id, "domain {} added", domain.id);
        Ok(domain)
    }

    /// Stores a domain's description and whether it is enabled. Nobody logs in to a disabled one,
    /// and its tokens rest.
    ///
    /// # Errors
    /// `Conflict` for disabling the service's own domain.
    pub async fn update_domain(&self, domain: &Domain) -> Result<()> {
        check_description(&domain.description)?;
        if !domain.enabled && domain.name == self.inner.service_domain {
            return Err(Error::conflict("the service's own domain stays enabled"));
        }
        let mut tx = self.inner.catalog.write().await?;
        rows::update_domain(tx.connection(), domain).await?;
        tx.commit().await
    }

    /// Deletes a domain without projects, users and groups. Its roles go.
    ///
    /// # Errors
    /// `Conflict`, naming what depends on it.
    pub async fn delete_domain(&self, domain: &Domain) -> Result<()> {
        if domain.name == self.inner.service_domain {
            return Err(Error::conflict("the service's own domain stays"));
        }
        let mut tx = self.inner.catalog.write().await?;
        let db = tx.connection();
        let holds = rows::contents_of_domain(db, domain.id).await?;
        if !holds.is_empty() {
            let list: Vec<String> = holds
                .iter()
                .map(|(n, what)| format!("{n} {what}"))
                .collect();
            return Err(Error::conflict(format!(
                "domain `{}` is not empty: {}",
                domain.name,
                list.join(", ")
            ))
            .hint("Delete what is in it first."));
        }
        rows::delete_domain(db, domain.id).await?;
        tx.commit().await?;
        tracing::info!(domain.id = %domain.id, "domain {} deleted", domain.id);
        Ok(())
    }
}
