//! Roles, groups, grants, and where a caller stands.
//!
//! [`standing`] answers in one statement who a token, a session or an access key belongs to, what
//! it is for, and which roles hold there: it runs with each request.

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::failed;
use super::identity::{Domain, Project, ScopeId, parse};
use super::record::{self, Column, Filter, Stored, column, record, values};

record! {
    /// A role as it is stored.
    RoleRow in "access_roles" {
        /// Its id.
        id: String,
        /// Its domain; none for a predefined role.
        domain_id: Option<DomainId>,
        /// Its name, unique in the domain.
        name: String,
        /// What it is for.
        description: String,
        /// The policy as JSON; none for a predefined role.
        policy: Option<String>,
        /// When it was made.
        created_at: Timestamp,
        /// When it was changed.
        updated_at: Timestamp,
    }
}

record! {
    /// A group of users.
    Group in "user_groups" {
        /// Its id: 32 hexadecimal digits.
        id: String,
        /// Its domain.
        domain_id: DomainId,
        /// Its name, unique in the domain.
        name: String,
        /// What it is for.
        description: String,
        /// When it was made.
        created_at: Timestamp,
    }
}

/// Who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A user.
    User(UserId),
    /// A group, by its id.
    Group(String),
}

impl Principal {
    fn columns(&self) -> (&'static str, String) {
        match self {
            Principal::User(id) => ("user", id.to_string()),
            Principal::Group(id) => ("group", id.clone()),
        }
    }
}

/// A grant of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub principal: Principal,
    /// Which: id and
    pub role_id: String,
    /// name.
    pub role: String,
    /// Its policy; none for a predefined role.
    pub policy: Option<String>,
    /// On what.
    pub scope: ScopeId,
}

impl Grant {
    /// The role, as one that is held.
    pub fn held(&self) -> Held {
        Held {
            role_id: self.role_id.clone(),
            role: self.role.clone(),
            policy: self.policy.clone(),
            on_own_domain: matches!(self.scope, ScopeId::Domain(_)),
            in_scope: true,
        }
    }
}

/// The roles that a domain has: the predefined ones and its own, by name.
pub async fn roles(db: &mut AnyConnection, domain: DomainId) -> Result<Vec<RoleRow>> {
    let filter = Filter::new().with("(domain_id IS NULL OR domain_id = ?)", domain);
    record::list(db, &filter, &[("name", false)]).await
}

/// The role of an id or a name that a domain has. An id wins.
pub async fn role(
    db: &mut AnyConnection,
    domain: DomainId,
    wanted: &str,
) -> Result<Option<RoleRow>> {
    let filter = Filter::new()
        .with("(domain_id IS NULL OR domain_id = ?)", domain)
        .with_all(
            "(id = ? OR name = ?)",
            values![wanted.to_owned(), wanted.to_owned()],
        );
    let mut found: Vec<RoleRow> = record::list(db, &filter, &[("name", false)]).await?;
    let by_id = found.iter().position(|role| role.id == wanted);
    Ok(match by_id {
        Some(at) => Some(found.swap_remove(at)),
        None => found.pop(),
    })
}

/// Adds a role. `Conflict` where the domain has one of that name.
pub async fn insert_role(db: &mut AnyConnection, role: &RoleRow) -> Result<()> {
    record::insert(db, role).await
}

/// Stores a role's name, description and policy.
pub async fn update_role(db: &mut AnyConnection, role: &RoleRow) -> Result<()> {
    record::execute(
        db,
        "UPDATE access_roles SET name = $2, description = $3, policy = $4, updated_at = $5 \
         WHERE id = $1 AND domain_id IS NOT NULL",
        values![
            role.id.clone(),
            role.name.clone(),
            role.description.clone(),
            role.policy.clone(),
            role.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a role of a domain's own.
pub async fn delete_role(db: &mut AnyConnection, id: &str) -> Result<()> {
    record::execute(
        db,
        "DELETE FROM access_roles WHERE id = $1 AND domain_id IS NOT NULL",
        values![id.to_owned()],
    )
    .await?;
    Ok(())
}

/// How many grants name a role.
pub async fn grants_of_role(db: &mut AnyConnection, id: &str) -> Result<i64> {
    record::number(
        db,
        "SELECT COUNT(*) FROM access_grants WHERE role_id = $1",
        values![id.to_owned()],
    )
    .await
}

/// The groups of a domain, by name.
pub async fn groups(db: &mut AnyConnection, domain: DomainId) -> Result<Vec<Group>> {
    let filter = Filter::new().eq("domain_id", domain);
    record::list(db, &filter, &[("name", false)]).await
}

/// The groups a user is a member of, by name.
pub async fn groups_of_user(db: &mut AnyConnection, user: UserId) -> Result<Vec<Group>> {
    let filter = Filter::new().with(
        "id IN (SELECT group_id FROM group_members WHERE user_id = ?)",
        user,
    );
    record::list(db, &filter, &[("name", false)]).await
}

/// The group of an id or name in a domain. An id wins.
pub async fn group(
    db: &mut AnyConnection,
    domain: DomainId,
    wanted: &str,
) -> Result<Option<Group>> {
    let filter = Filter::new().eq("domain_id", domain).with_all(
        "(id = ? OR name = ?)",
        values![wanted.to_owned(), wanted.to_owned()],
    );
    let mut found: Vec<Group> = record::list(db, &filter, &[("name", false)]).await?;
    let by_id = found.iter().position(|group| group.id == wanted);
    Ok(match by_id {
        Some(at) => Some(found.swap_remove(at)),
        None => found.pop(),
    })
}

/// Adds a group. `Conflict` where the domain has one of that name.
pub async fn insert_group(db: &mut AnyConnection, group: &Group) -> Result<()> {
    record::insert(db, group).await
}

/// Stores a group's name and description.
pub async fn update_group(db: &mut AnyConnection, group: &Group) -> Result<()> {
    record::execute(
        db,
        "UPDATE user_groups SET name = $2, description = $3 WHERE id = $1",
        values![
            group.id.clone(),
            group.name.clone(),
            group.description.clone()
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a group with its memberships and grants.
pub async fn delete_group(db: &mut AnyConnection, id: &str) -> Result<()> {
    for statement in [
        "DELETE FROM access_grants WHERE principal_id = $1 AND principal_kind = 'group'",
        "DELETE FROM group_members WHERE group_id = $1",
        "DELETE FROM user_groups WHERE id = $1",
    ] {
        record::execute(db, statement, values![id.to_owned()]).await?;
    }
    Ok(())
}

/// Ids of a group's members.
pub async fn members(db: &mut AnyConnection, group: &str) -> Result<Vec<UserId>> {
    let rows = sqlx::query(
        "SELECT m.user_id FROM group_members m JOIN users u ON u.id = m.user_id \
         WHERE m.group_id = $1 ORDER BY u.name",
    )
    .bind(group.to_owned())
    .fetch_all(db)
    .await
    .map_err(failed("list members"))?;
    rows.iter().map(|row| parse(row.get("user_id"))).collect()
}

/// Puts a user into a group; no error where it is there already.
pub async fn add_member(db: &mut AnyConnection, group: &str, user: UserId) -> Result<()> {
    record::execute(
        db,
        "INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        values![group.to_owned(), user],
    )
    .await?;
    Ok(())
}

/// Takes a user out of a group; false where it was not in it.
pub async fn remove_member(db: &mut AnyConnection, group: &str, user: UserId) -> Result<bool> {
    let rows = record::execute(
        db,
        "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2",
        values![group.to_owned(), user],
    )
    .await?;
    Ok(rows > 0)
}

/// Gives a role; no error where it is given already.
pub async fn grant(
    db: &mut AnyConnection,
    principal: &Principal,
    role_id: &str,
    scope: ScopeId,
) -> Result<()> {
    let ((kind, id), (scope_kind, scope_id)) = (principal.columns(), scope.columns());
    record::execute(
        db,
        "INSERT INTO access_grants (principal_id, principal_kind, role_id, scope_kind, scope_id) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        values![
            id,
            kind.to_owned(),
            role_id.to_owned(),
            scope_kind.to_owned(),
            scope_id
        ],
    )
    .await?;
    Ok(())
}

/// Takes a role back; false where it was not given.
pub async fn revoke(
    db: &mut AnyConnection,
    principal: &Principal,
    role_id: &str,
    scope: ScopeId,
) -> Result<bool> {
    let ((_, id), (scope_kind, scope_id)) = (principal.columns(), scope.columns());
    let rows = record::execute(
        db,
        "DELETE FROM access_grants WHERE principal_id = $1 AND role_id = $2 AND scope_kind = $3 \
         AND scope_id = $4",
        values![id, role_id.to_owned(), scope_kind.to_owned(), scope_id],
    )
    .await?;
    Ok(rows > 0)
}

const GRANTS: &str = "SELECT g.principal_id, g.principal_kind, g.role_id, g.scope_kind, \
    g.scope_id, r.name, r.policy FROM access_grants g JOIN access_roles r ON r.id = g.role_id";

async fn grants(
    db: &mut AnyConnection,
    condition: &'static str,
    values: Vec<Stored>,
) -> Result<Vec<Grant>> {
    let sql = format!("{GRANTS} WHERE {condition} ORDER BY g.scope_kind, g.scope_id, r.name");
    let query = values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), record::bind);
    let rows = query.fetch_all(db).await.map_err(failed("list grants"))?;
    rows.iter()
        .map(|row| {
            let id: String = row.get("principal_id");
            let principal = match row.get("principal_kind") {
                "user" => Principal::User(parse(&id)?),
                _ => Principal::Group(id),
            };
            Ok(Grant {
                principal,
                role_id: row.get("role_id"),
                role: row.get("name"),
                policy: row.get("policy"),
                scope: ScopeId::parse(row.get("scope_kind"), row.get("scope_id"))?,
            })
        })
        .collect()
}

/// The roles given to a user or group itself.
pub async fn grants_of(db: &mut AnyConnection, principal: &Principal) -> Result<Vec<Grant>> {
    grants(db, "g.principal_id = $1", values![principal.columns().1]).await
}

/// The roles that hold for a user: its own and those of its groups.
pub async fn grants_for(db: &mut AnyConnection, user: UserId) -> Result<Vec<Grant>> {
    grants(
        db,
        "g.principal_id IN (SELECT CAST($1 AS TEXT) UNION ALL SELECT m.group_id FROM group_members m \
         WHERE m.user_id = $2)",
        values![user, user],
    )
    .await
}

/// The roles given on a project or domain.
pub async fn grants_on(db: &mut AnyConnection, scope: ScopeId) -> Result<Vec<Grant>> {
    let (kind, id) = scope.columns();
    grants(
        db,
        "g.scope_kind = $1 AND g.scope_id = $2",
        values![kind.to_owned(), id],
    )
    .await
}

/// The roles given in a domain: on it and on its projects.
pub async fn grants_in(db: &mut AnyConnection, domain: DomainId) -> Result<Vec<Grant>> {
    grants(
        db,
        "(g.scope_kind = 'domain' AND g.scope_id = $1) OR (g.scope_kind = 'project' \
         AND g.scope_id IN (SELECT p.id FROM projects p WHERE p.domain_id = $2))",
        values![domain, domain],
    )
    .await
}

/// By what somebody shows who it is.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// A token's hash, good at this time.
    Token(String, Timestamp),
    /// A session's hash, good at the first time and used after the second; what it is for.
    Session(String, Timestamp, Timestamp, ScopeId),
    /// The public part of an access key; what it is for.
    AccessKey(String, ScopeId),
    /// A user whom somebody else vouches for; what it is for.
    User(UserId, ScopeId),
}

/// A role that holds for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The role's id,
    pub role_id: String,
    /// name
    pub role: String,
    /// and policy.
    pub policy: Option<String>,
    /// It was given on the user's own domain.
    pub on_own_domain: bool,
    /// It holds in what the evidence is for.
    pub in_scope: bool,
}

/// Where a caller stands: user, scope and roles as the catalog has them now.
pub struct Standing {
    /// The user's id,
    pub user_id: UserId,
    /// name,
    pub user_name: String,
    /// and whether it and its domain may be used.
    pub enabled: bool,
    /// It has to set another password first.
    pub must_change: bool,
    /// When its password was set.
    pub password_changed_at: Timestamp,
    /// The user's domain.
    pub domain: Domain,
    /// What the evidence is for.
    pub scope: ScopeId,
    /// The project it is for, where there is one.
    pub project: Option<Project>,
    /// The domain it is for, or its project's.
    pub scope_domain: Option<Domain>,
    /// The roles that matter, in scope or on the user's domain.
    pub held: Vec<Held>,
    row: AnyRow,
}

impl Standing {
    /// A column of the evidence's own row: of the token, the session or the access key.
    pub fn evidence<T: Column>(&self, name: &str) -> Result<T> {
        column(&self.row, name)
    }

    /// The whole row of the evidence.
    pub fn read<T: record::Record>(&self) -> Result<T> {
        T::read(&self.row)
    }
}

/// Every role of the user that holds in the scope or on its own domain comes as a row; without
/// any there is one row whose role is NULL.
const STANDING: &str = ", principals AS (
    SELECT user_id AS id FROM who
    UNION ALL SELECT m.group_id FROM group_members m JOIN who w ON w.user_id = m.user_id
), held AS (
    SELECT g.scope_kind AS on_kind, g.scope_id AS on_id, r.id AS role_id, r.name AS role_name,
        r.policy AS role_policy
    FROM principals q JOIN access_grants g ON g.principal_id = q.id
    JOIN access_roles r ON r.id = g.role_id
)
SELECT w.*, u.name AS u_name, u.enabled AS u_enabled, u.must_change AS u_must_change,
    u.password_changed_at AS u_password_changed_at, u.domain_id AS u_domain_id,
    ud.name AS ud_name, ud.description AS ud_description, ud.enabled AS ud_enabled,
    p.id AS p_id, p.domain_id AS p_domain_id, p.name AS p_name, p.description AS p_description,
    p.enabled AS p_enabled, sd.id AS sd_id, sd.name AS sd_name,
    sd.description AS sd_description, sd.enabled AS sd_enabled,
    h.on_kind, h.on_id, h.role_id, h.role_name, h.role_policy
FROM who w JOIN users u ON u.id = w.user_id JOIN domains ud ON ud.id = u.domain_id
LEFT JOIN projects p ON w.scope_kind = 'project' AND p.id = w.scope_id
LEFT JOIN domains sd ON (w.scope_kind = 'domain' AND sd.id = w.scope_id) OR sd.id = p.domain_id
LEFT JOIN held h ON (h.on_kind = 'domain' AND (h.on_id = u.domain_id OR h.on_id = sd.id))
    OR (h.on_kind = 'project' AND h.on_id = p.id)
ORDER BY h.role_name, h.on_kind";

/// Where the bearer of the evidence stands; none where the evidence is unknown or expired.
///
/// Whether user, domain and project are enabled is for the caller to judge.
pub async fn standing(db: &mut AnyConnection, evidence: &Evidence) -> Result<Option<Standing>> {
    const SCOPE: &str = "CAST($1 AS TEXT) AS scope_kind, CAST($2 AS TEXT) AS scope_id";
    let scoped = |scope: &ScopeId| {
        let (kind, id) = scope.columns();
        values![kind.to_owned(), id]
    };
    let (source, values) = match evidence {
        Evidence::Token(hash, now) => (
            "SELECT * FROM tokens WHERE hash = $1 AND expires_at > $2".to_owned(),
            values![hash.clone(), *now],
        ),
        Evidence::Session(hash, now, idle_since, scope) => {
            let mut values = scoped(scope);
            values.extend(values![hash.clone(), *now, *idle_since]);
            let source = format!(
                "SELECT s.*, {SCOPE} FROM sessions s WHERE hash = $3 AND expires_at > $4 \
                 AND last_seen_at > $5"
            );
            (source, values)
        }
        Evidence::AccessKey(access, scope) => {
            let mut values = scoped(scope);
            values.extend(values![access.clone()]);
            let source =
                format!("SELECT k.*, {SCOPE} FROM access_keys k WHERE access = $3 AND enabled = 1");
            (source, values)
        }
        Evidence::User(id, scope) => {
            let mut values = scoped(scope);
            values.extend(values![*id]);
            (
                format!("SELECT CAST($3 AS TEXT) AS user_id, {SCOPE}"),
                values,
            )
        }
    };
    let sql = format!("WITH who AS ({source}){STANDING}");
    let query = values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), record::bind);
    let mut rows = query.fetch_all(db).await.map_err(failed("read caller"))?;
    let held = rows.iter().map(held).collect::<Result<Vec<_>>>()?;
    let Some(row) = rows.pop() else {
        return Ok(None);
    };
    let domain_of = |prefix: &str, id: String| -> Result<Domain> {
        Ok(Domain {
            id: parse(&id)?,
            name: row.get(&*format!("{prefix}_name")),
            description: row.get(&*format!("{prefix}_description")),
            enabled: row.get::<i64, _>(&*format!("{prefix}_enabled")) != 0,
        })
    };
    let domain = domain_of("ud", row.get("u_domain_id"))?;
    let scope_domain: Option<String> = row.get("sd_id");
    let project = match row.get::<Option<String>, _>("p_id") {
        Some(id) => Some(Project {
            id: parse(&id)?,
            domain_id: parse(row.get("p_domain_id"))?,
            name: row.get("p_name"),
            description: row.get("p_description"),
            enabled: row.get::<i64, _>("p_enabled") != 0,
        }),
        None => None,
    };
    Ok(Some(Standing {
        user_id: parse(row.get("user_id"))?,
        user_name: row.get("u_name"),
        enabled: row.get::<i64, _>("u_enabled") != 0 && domain.enabled,
        must_change: row.get::<i64, _>("u_must_change") != 0,
        password_changed_at: column(&row, "u_password_changed_at")?,
        scope: ScopeId::parse(row.get("scope_kind"), row.get("scope_id"))?,
        scope_domain: scope_domain.map(|id| domain_of("sd", id)).transpose()?,
        held: held.into_iter().flatten().collect(),
        domain,
        project,
        row,
    }))
}

fn held(row: &AnyRow) -> Result<Option<Held>> {
    let Some(role_id) = row.get::<Option<String>, _>("role_id") else {
        return Ok(None);
    };
    let on: String = row.get("on_id");
    let own: String = row.get("u_domain_id");
    let scope_domain: Option<String> = row.get("sd_id");
    let project: Option<String> = row.get("p_id");
    Ok(Some(Held {
        role_id,
        role: row.get("role_name"),
        policy: row.get("role_policy"),
        on_own_domain: on == own,
        in_scope: Some(&on) == scope_domain.as_ref() || Some(&on) == project.as_ref(),
    }))
}

/// The projects in which a user has a role, by name, each with the roles that hold there.
pub async fn memberships(
    db: &mut AnyConnection,
    user: UserId,
) -> Result<Vec<(Project, Vec<Held>)>> {
    let rows = sqlx::query(
        "SELECT p.id AS p_id, p.domain_id AS p_domain_id, p.name AS p_name, \
         p.description AS p_description, p.enabled AS p_enabled, r.id AS role_id, \
         r.name AS role_name, r.policy AS role_policy \
         FROM access_grants g JOIN access_roles r ON r.id = g.role_id \
         JOIN projects p ON (g.scope_kind = 'project' AND g.scope_id = p.id) \
           OR (g.scope_kind = 'domain' AND g.scope_id = p.domain_id) \
         WHERE g.principal_id IN (SELECT CAST($1 AS TEXT) UNION ALL SELECT m.group_id FROM group_members m \
           WHERE m.user_id = $2) ORDER BY p.name, p.id, r.name",
    )
    .bind(user.to_string())
    .bind(user.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list projects"))?;
    let mut list: Vec<(Project, Vec<Held>)> = Vec::new();
    for row in &rows {
        let id: ProjectId = parse(row.get("p_id"))?;
        if list.last().is_none_or(|(project, _)| project.id != id) {
            let project = Project {
                id,
                domain_id: parse(row.get("p_domain_id"))?,
                name: row.get("p_name"),
                description: row.get("p_description"),
                enabled: row.get::<i64, _>("p_enabled") != 0,
            };
            list.push((project, Vec::new()));
        }
        let held = Held {
            role_id: row.get("role_id"),
            role: row.get("role_name"),
            policy: row.get("role_policy"),
            on_own_domain: false,
            in_scope: true,
        };
        let (_, roles) = list
            .last_mut()
            .ok_or_else(|| Error::internal("list projects"))?;
        if !roles.contains(&held) {
            roles.push(held);
        }
    }
    Ok(list)
}
