//! Domains and projects in the catalog.

use coffer_core::Result;
use coffer_core::ids::{DomainId, ProjectId};
use sqlx::{AnyConnection, Row};

use super::failed;
use super::identity::{Domain, Project, domain, project};
use super::record::{self, values};

/// The domain of an id.
pub async fn domain_by_id(db: &mut AnyConnection, id: DomainId) -> Result<Option<Domain>> {
    let row = sqlx::query("SELECT * FROM domains WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read domain"))?;
    row.as_ref().map(domain).transpose()
}

/// The domain of a name.
pub async fn domain_by_name(db: &mut AnyConnection, name: &str) -> Result<Option<Domain>> {
    let row = sqlx::query("SELECT * FROM domains WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(failed("read domain"))?;
    row.as_ref().map(domain).transpose()
}

/// Adds a domain.
pub async fn insert_domain(db: &mut AnyConnection, new: &Domain, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO domains (id, name, description, enabled, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.id.to_string())
    .bind(&new.name)
    .bind(&new.description)
    .bind(i64::from(new.enabled))
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("add domain"))?;
    Ok(())
}

/// The project of an id.
pub async fn project_by_id(db: &mut AnyConnection, id: ProjectId) -> Result<Option<Project>> {
    let row = sqlx::query("SELECT * FROM projects WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read project"))?;
    row.as_ref().map(project).transpose()
}

/// The project of a name in a domain.
pub async fn project_by_name(
    db: &mut AnyConnection,
    domain_id: DomainId,
    name: &str,
) -> Result<Option<Project>> {
    let row = sqlx::query("SELECT * FROM projects WHERE domain_id = $1 AND name = $2")
        .bind(domain_id.to_string())
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(failed("read project"))?;
    row.as_ref().map(project).transpose()
}

/// All projects of a domain, by name.
pub async fn projects_of_domain(db: &mut AnyConnection, id: DomainId) -> Result<Vec<Project>> {
    let rows = sqlx::query("SELECT * FROM projects WHERE domain_id = $1 ORDER BY name")
        .bind(id.to_string())
        .fetch_all(db)
        .await
        .map_err(failed("list projects"))?;
    rows.iter().map(project).collect()
}

/// Adds a project. `Conflict` where the domain has one of that name.
pub async fn insert_project(db: &mut AnyConnection, new: &Project, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO projects (id, domain_id, name, description, enabled, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.id.to_string())
    .bind(new.domain_id.to_string())
    .bind(&new.name)
    .bind(&new.description)
    .bind(i64::from(new.enabled))
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("add project"))?;
    Ok(())
}

/// Stores a project's name, description and whether it is enabled.
pub async fn update_project(db: &mut AnyConnection, project: &Project) -> Result<()> {
    sqlx::query("UPDATE projects SET name = $1, description = $2, enabled = $3 WHERE id = $4")
        .bind(&project.name)
        .bind(&project.description)
        .bind(i64::from(project.enabled))
        .bind(project.id.to_string())
        .execute(db)
        .await
        .map_err(failed("change project"))?;
    Ok(())
}

/// True where there are several domains.
pub async fn several_domains(db: &mut AnyConnection) -> Result<bool> {
    let row = sqlx::query("SELECT COUNT(*) FROM domains")
        .fetch_one(db)
        .await
        .map_err(failed("count domains"))?;
    Ok(row.get::<i64, _>(0) > 1)
}

/// All domains, by name.
pub async fn domains(db: &mut AnyConnection) -> Result<Vec<Domain>> {
    let rows = sqlx::query("SELECT * FROM domains ORDER BY name")
        .fetch_all(db)
        .await
        .map_err(failed("list domains"))?;
    rows.iter().map(domain).collect()
}

/// Stores a domain's description and whether it is enabled.
pub async fn update_domain(db: &mut AnyConnection, domain: &Domain) -> Result<()> {
    record::execute(
        db,
        "UPDATE domains SET description = $2, enabled = $3 WHERE id = $1",
        values![domain.id, domain.description.clone(), domain.enabled],
    )
    .await?;
    Ok(())
}

/// What keeps a domain from being deleted: how many of what.
pub async fn contents_of_domain(
    db: &mut AnyConnection,
    id: DomainId,
) -> Result<Vec<(i64, &'static str)>> {
    let counts = [
        (
            "projects",
            "SELECT COUNT(*) FROM projects WHERE domain_id = $1",
        ),
        ("users", "SELECT COUNT(*) FROM users WHERE domain_id = $1"),
        (
            "groups",
            "SELECT COUNT(*) FROM user_groups WHERE domain_id = $1",
        ),
    ];
    count_all(db, &counts, &id.to_string()).await
}

/// Deletes a domain with its roles.
pub async fn delete_domain(db: &mut AnyConnection, id: DomainId) -> Result<()> {
    for statement in [
        "DELETE FROM access_grants WHERE scope_kind = 'domain' AND scope_id = $1",
        "DELETE FROM tokens WHERE scope_kind = 'domain' AND scope_id = $1",
        "DELETE FROM access_roles WHERE domain_id = $1",
        "DELETE FROM domains WHERE id = $1",
    ] {
        record::execute(db, statement, values![id]).await?;
    }
    Ok(())
}

/// What keeps a project from being deleted: how many of what.
pub async fn contents_of_project(
    db: &mut AnyConnection,
    id: ProjectId,
) -> Result<Vec<(i64, &'static str)>> {
    let counts = [
        (
            "vaults",
            "SELECT COUNT(*) FROM vaults WHERE project_id = $1",
        ),
        (
            "backups",
            "SELECT COUNT(*) FROM backups WHERE project_id = $1 AND parent_id IS NULL",
        ),
        (
            "policies",
            "SELECT COUNT(*) FROM policies WHERE project_id = $1",
        ),
        (
            "servers",
            "SELECT COUNT(*) FROM servers WHERE project_id = $1 AND vanished_at IS NULL",
        ),
        (
            "disks",
            "SELECT COUNT(*) FROM disks WHERE project_id = $1 AND vanished_at IS NULL",
        ),
        (
            "users whose default it is",
            "SELECT COUNT(*) FROM users WHERE default_project_id = $1",
        ),
    ];
    count_all(db, &counts, &id.to_string()).await
}

async fn count_all(
    db: &mut AnyConnection,
    counts: &[(&'static str, &'static str)],
    id: &str,
) -> Result<Vec<(i64, &'static str)>> {
    let mut found = Vec::new();
    for (what, sql) in counts {
        let count = record::number(db, sql, values![id.to_owned()]).await?;
        if count > 0 {
            found.push((count, *what));
        }
    }
    Ok(found)
}

/// Deletes a project with the roles on it, the tokens for it and its limits.
pub async fn delete_project(db: &mut AnyConnection, id: ProjectId) -> Result<()> {
    for statement in [
        "DELETE FROM access_grants WHERE scope_kind = 'project' AND scope_id = $1",
        "DELETE FROM tokens WHERE scope_kind = 'project' AND scope_id = $1",
        "DELETE FROM quotas WHERE project_id = $1",
        "DELETE FROM members WHERE dest_project_id = $1",
        "DELETE FROM projects WHERE id = $1",
    ] {
        record::execute(db, statement, values![id]).await?;
    }
    Ok(())
}
