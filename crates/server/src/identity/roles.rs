//! Roles: the predefined ones, and what the roles of a domain's own allow.
//!
//! The rights of predefined roles are part of the program, so that they grow with it; those of
//! other roles are policies in the catalog. `docs/permissions.md` is generated from both this and
//! the routes.

use std::sync::OnceLock;

use coffer_core::access::{Policy, Rights};
use coffer_core::ids::DomainId;
use coffer_core::{Error, Result};
use jiff::Timestamp;

use super::Identity;
use super::admin::{check_description, check_name, named};
use crate::catalog::access::{self as rows, Held, RoleRow};
use crate::door;

/// Most roles of one domain's own.
const ROLES_MAX: usize = 200;

/// A predefined role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything in its scope; on a domain its users, groups, roles and projects too.
    Admin,
    /// Everything in its project that belongs to backups, servers and disks.
    User,
    /// Reads in its project.
    Reader,
    /// As `User` (CBR FullAccess, PRM-02).
    CbrFull,
    /// As `User`, without making, changing or deleting policies (PRM-03).
    CbrBackupsAndVaults,
    /// As `Reader` (PRM-04).
    CbrReader,
}

/// What everybody with a role may look at.
const READS: &[&str] = &[
    "cbr:*:get*",
    "cbr:*:list*",
    "cbr:*:query*",
    "cbr:*:check*",
    "ecs:*:get*",
    "ecs:*:list*",
    "evs:*:get*",
    "evs:*:list*",
    "ims:*:get*",
    "ims:*:list*",
    "coffer:*:get*",
    "coffer:*:list*",
];
/// What those who work with backups may do.
const WORKS: &[&str] = &["cbr:*:*", "ecs:*:*", "evs:*:*", "ims:*:*", "coffer:*:*"];
/// Of these, what is left to administrators: files of the service's host, the audit trail, the keys
/// that open vaults without the service.
const RESERVED: &[&str] = &[
    "coffer:files:*",
    "coffer:audit:*",
    "coffer:recoveryKeys:export",
    "coffer:recoveryKeys:confirm",
];
const POLICIES: &[&str] = &[
    "cbr:policies:create",
    "cbr:policies:update",
    "cbr:policies:delete",
];

impl Role {
    /// All predefined roles.
    pub const ALL: [Role; 6] = [
        Role::Admin,
        Role::User,
        Role::Reader,
        Role::CbrFull,
        Role::CbrBackupsAndVaults,
        Role::CbrReader,
    ];

    /// Its name in API and catalog.
    pub fn name(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::User => "user",
            Role::Reader => "readonly",
            Role::CbrFull => "CBR FullAccess",
            Role::CbrBackupsAndVaults => "CBR BackupsAndVaultsFullAccess",
            Role::CbrReader => "CBR ReadOnlyAccess",
        }
    }

    /// The predefined role of a name; other names in use for the same: `administrator`,
    /// `te_admin`, `member`, `reader`, `read-only`.
    pub fn from_name(name: &str) -> Option<Role> {
        match name {
            "administrator" | "te_admin" => Some(Role::Admin),
            "member" => Some(Role::User),
            "reader" | "read-only" => Some(Role::Reader),
            _ => Role::ALL.into_iter().find(|role| role.name() == name),
        }
    }

    /// What it is for.
    pub fn description(self) -> &'static str {
        match self {
            Role::Admin => {
                "Everything in its project; on a domain users, groups, roles and projects too."
            }
            Role::User => "Everything that belongs to backups, servers and disks.",
            Role::Reader => "Looks at everything that belongs to backups, servers and disks.",
            Role::CbrFull => "All permissions for backups, vaults and policies.",
            Role::CbrBackupsAndVaults => {
                "All permissions for backups and vaults; policies are applied, not changed."
            }
            Role::CbrReader => "Looks at backups, vaults and policies.",
        }
    }

    /// Its policy, as one of a domain's own would be written.
    pub fn policy(self) -> Policy {
        let reserved = || RESERVED.to_vec();
        match self {
            Role::Admin => Policy::of(&["*:*:*"], &[]),
            Role::User | Role::CbrFull => Policy::of(WORKS, RESERVED),
            Role::CbrBackupsAndVaults => Policy::of(WORKS, &[&reserved(), POLICIES].concat()),
            Role::Reader | Role::CbrReader => Policy::of(READS, RESERVED),
        }
    }

    /// What it allows. Denials of a predefined role bound that role alone: whoever has another
    /// one too may do what that one allows.
    pub fn allows(self, action: &str) -> bool {
        static RIGHTS: OnceLock<Vec<Rights>> = OnceLock::new();
        let all = RIGHTS.get_or_init(|| {
            let rights = |role: Role| role.policy().rights();
            Role::ALL
                .into_iter()
                .map(|role| rights(role).expect("predefined policies are legal"))
                .collect()
        });
        let at = Role::ALL.iter().position(|role| *role == self);
        at.is_some_and(|at| all[at].allows(action))
    }
}

/// What somebody may do in one place: predefined roles, and policies of the domain's own.
#[derive(Debug, Clone, Default)]
pub struct Power {
    /// The predefined roles.
    pub roles: Vec<Role>,
    /// What the other roles allow and deny. A denial there holds against everything.
    pub rights: Rights,
}

impl Power {
    /// The power of roles that are held.
    pub fn of<'a>(held: impl IntoIterator<Item = &'a Held>) -> Power {
        let mut power = Power::default();
        for held in held {
            match &held.policy {
                // Held on the project and on its domain it is one role.
                None => {
                    let role = Role::ALL.into_iter().find(|role| role.name() == held.role);
                    let new = role.filter(|role| !power.roles.contains(role));
                    power.roles.extend(new);
                }
                Some(policy) => match parse(policy) {
                    Ok(rights) => power.rights.add(&rights),
                    // Nothing is allowed by what cannot be read; a denial in it may be lost, so
                    // that nothing else is allowed either.
                    Err(error) => {
                        tracing::error!("policy of role {} cannot be read: {error}", held.role);
                        let nothing = Policy::of(&["*:*:*"], &["*:*:*"]).rights();
                        power.rights.add(&nothing.unwrap_or_default());
                    }
                },
            }
        }
        power
    }

    /// True if the action may be done.
    pub fn allows(&self, action: &str) -> bool {
        let denied = self.rights.deny.iter().any(|deny| deny.covers(action));
        let allowed = || self.rights.allow.iter().any(|allow| allow.covers(action));
        !denied && (self.roles.iter().any(|role| role.allows(action)) || allowed())
    }

    /// True where no role is held at all.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.rights == Rights::default()
    }
}

fn parse(policy: &str) -> Result<Rights> {
    let policy: Policy = serde_json::from_str(policy)
        .map_err(|e| Error::data("read the policy of a role").caused_by(e))?;
    policy.rights()
}

/// A role as it is shown.
#[derive(Debug, Clone)]
pub struct RoleInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain; none for a predefined role.
    pub domain_id: Option<DomainId>,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub policy: Policy,
    /// When it was made; none for a predefined role.
    pub created_at: Option<Timestamp>,
    /// When it was changed; none for a predefined role.
    pub updated_at: Option<Timestamp>,
}

impl RoleInfo {
    /// True if the role allows the action.
    pub fn allows(&self, action: &str) -> bool {
        match (self.domain_id, Role::from_name(&self.name)) {
            (None, Some(role)) => role.allows(action),
            _ => self
                .policy
                .rights()
                .is_ok_and(|rights| rights.allows(action)),
        }
    }

    fn read(row: RoleRow) -> Result<RoleInfo> {
        let (description, policy) = match (&row.policy, Role::from_name(&row.name)) {
            (Some(text), _) => {
                let policy = serde_json::from_str(text)
                    .map_err(|e| Error::data("read the policy of a role").caused_by(e))?;
                (row.description, policy)
            }
            (None, Some(role)) => (role.description().to_owned(), role.policy()),
            (None, None) => return Err(Error::internal("read a role: it has no policy")),
        };
        let own = row.domain_id.is_some();
        Ok(RoleInfo {
            id: row.id,
            name: row.name,
            domain_id: row.domain_id,
            description,
            policy,
            created_at: own.then_some(row.created_at),
            updated_at: own.then_some(row.updated_at),
        })
    }
}

/// What to change of a role; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct RoleChanges {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it allows.
    pub policy: Option<Policy>,
}

fn check_role(name: &str, description: &str, policy: &Policy) -> Result<String> {
    check_name("role", name)?;
    check_description(description)?;
    if Role::from_name(name).is_some() {
        return Err(
            Error::conflict(format!("`{name}` is a predefined role")).hint("Choose another name.")
        );
    }
    policy.rights()?;
    serde_json::to_string(policy).map_err(|e| Error::internal("write a policy").caused_by(e))
}

impl Identity {
    /// The roles of a domain: the predefined ones and its own, by name.
    pub async fn roles(&self, domain: DomainId) -> Result<Vec<RoleInfo>> {
        let mut db = self.inner.catalog.reader().await?;
        let found = rows::roles(&mut db, domain).await?;
        found.into_iter().map(RoleInfo::read).collect()
    }

    /// The role of an id or name in a domain; other names of the predefined ones are taken.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn role(&self, domain: DomainId, wanted: &str) -> Result<RoleInfo> {
        let mut db = self.inner.catalog.reader().await?;
        let mut found = rows::role(&mut db, domain, wanted).await?;
        if let (None, Some(role)) = (&found, Role::from_name(wanted)) {
            found = rows::role(&mut db, domain, role.name()).await?;
        }
        match found {
            Some(row) => RoleInfo::read(row),
            None => Err(Error::not_found("the role does not exist")),
        }
    }

    /// Makes a role of a domain's own.
    pub async fn create_role(
        &self,
        domain: DomainId,
        name: &str,
        description: &str,
        policy: &Policy,
    ) -> Result<RoleInfo> {
        let text = check_role(name, description, policy)?;
        let now = self.now();
        let row = RoleRow {
            id: hex::encode(door::new_hex_id()),
            domain_id: Some(domain),
            name: name.to_owned(),
            description: description.to_owned(),
            policy: Some(text),
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.inner.catalog.write().await?;
        let own = rows::roles(tx.connection(), domain).await?;
        if own.iter().filter(|role| role.domain_id.is_some()).count() >= ROLES_MAX {
            return Err(Error::conflict(format!(
                "a domain has at most {ROLES_MAX} roles of its own"
            ))
            .hint("Delete one that nobody has."));
        }
        let inserted = rows::insert_role(tx.connection(), &row).await;
        named(inserted, "role", name)?;
        tx.commit().await?;
        tracing::info!(role.id = row.id, "role {} added", row.id);
        RoleInfo::read(row)
    }

    /// Changes a role of a domain's own. Whoever has it feels it with the next request.
    ///
    /// # Errors
    /// `Conflict` for a predefined role.
    pub async fn update_role(
        &self,
        domain: DomainId,
        id: &str,
        changes: RoleChanges,
    ) -> Result<RoleInfo> {
        let mut tx = self.inner.catalog.write().await?;
        let mut row = own_role(&mut tx, domain, id).await?;
        let old = RoleInfo::read(row.clone())?;
        row.name = changes.name.unwrap_or(row.name);
        row.description = changes.description.unwrap_or(row.description);
        let policy = changes.policy.unwrap_or(old.policy);
        row.policy = Some(check_role(&row.name, &row.description, &policy)?);
        row.updated_at = self.now();
        let updated = rows::update_role(tx.connection(), &row).await;
        named(updated, "role", &row.name)?;
        tx.commit().await?;
        tracing::info!(role.id = row.id, "role {} changed", row.id);
        RoleInfo::read(row)
    }

    /// Deletes a role of a domain's own that nobody has.
    ///
    /// # Errors
    /// `Conflict` for a predefined role and for one that somebody has.
    pub async fn delete_role(&self, domain: DomainId, id: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        let row = own_role(&mut tx, domain, id).await?;
        let grants = rows::grants_of_role(tx.connection(), &row.id).await?;
        if grants > 0 {
            return Err(
                Error::conflict(format!("role `{}` is given {grants} times", row.name))
                    .hint("Take it back from all users and groups first."),
            );
        }
        rows::delete_role(tx.connection(), &row.id).await?;
        tx.commit().await?;
        tracing::info!(role.id = row.id, "role {} deleted", row.id);
        Ok(())
    }
}

async fn own_role(tx: &mut crate::catalog::Tx, domain: DomainId, id: &str) -> Result<RoleRow> {
    let row = rows::role(tx.connection(), domain, id).await?;
    let row = row.ok_or_else(|| Error::not_found("the role does not exist"))?;
    match row.domain_id {
        Some(_) => Ok(row),
        None => Err(
            Error::conflict(format!("`{}` is a predefined role", row.name))
                .hint("Make a role of your own with the policy that you need."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(role: &str, policy: Option<&Policy>) -> Held {
        Held {
            role_id: String::new(),
            role: role.to_owned(),
            policy: policy.map(|policy| serde_json::to_string(policy).unwrap()),
            on_own_domain: false,
            in_scope: true,
        }
    }

    #[test]
    fn predefined_roles_have_the_documented_rights() {
        let check = |role: Role, allowed: &[&str], refused: &[&str]| {
            for action in allowed {
                assert!(role.allows(action), "{role:?} {action}");
            }
            for action in refused {
                assert!(!role.allows(action), "{role:?} {action}");
            }
        };
        let reads = [
            "cbr:vaults:list",
            "cbr:vaults:getTags",
            "cbr:backups:queryReplicationCapability",
        ];
        let works = [
            "cbr:vaults:create",
            "cbr:backups:restore",
            "cbr:vaults:associatePolicy",
        ];
        let policies = [
            "cbr:policies:create",
            "cbr:policies:update",
            "cbr:policies:delete",
        ];
        let reserved = [
            "iam:users:create",
            "coffer:files:restore",
            "coffer:audit:list",
        ];
        for role in [Role::User, Role::CbrFull] {
            check(role, &[&reads[..], &works, &policies].concat(), &reserved);
        }
        check(
            Role::CbrBackupsAndVaults,
            &[&reads[..], &works, &["cbr:policies:get"]].concat(),
            &[&policies[..], &reserved].concat(),
        );
        for role in [Role::Reader, Role::CbrReader] {
            check(role, &reads, &[&works[..], &policies, &reserved].concat());
        }
        check(
            Role::Admin,
            &[&reads[..], &works, &policies, &reserved].concat(),
            &[],
        );
    }

    #[test]
    fn a_predefined_role_does_not_bound_another_but_a_denial_of_ones_own_does() {
        let both = Power::of([&held("user", None), &held("admin", None)]);
        assert!(both.allows("coffer:audit:list"));
        let denial = Policy::of(&["cbr:vaults:get"], &["cbr:*:delete"]);
        let bound = Power::of([&held("user", None), &held("no deletions", Some(&denial))]);
        assert!(bound.allows("cbr:vaults:create"));
        assert!(!bound.allows("cbr:vaults:delete"));
        assert!(Power::of([]).is_empty() && !bound.is_empty());
    }

    #[test]
    fn what_cannot_be_read_allows_nothing() {
        let mut broken = held("x", None);
        broken.policy = Some("{".to_owned());
        let power = Power::of([&held("admin", None), &broken]);
        assert!(!power.allows("cbr:vaults:list"));
    }
}
