//! The first administrator.
//!
//! With an empty catalog the service makes domain, project (named like the region) and
//! administrator itself. The password goes to a file for the service's user alone before the
//! catalog is committed: a crash between the two leaves a file that the next start replaces.

use std::path::PathBuf;

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};

use super::admin::{check_name, letters_and_digits};
use super::password::Passwords;
use super::roles::Role;
use super::seal::{Existing, write_private};
use crate::audit;
use crate::catalog::Catalog;
use crate::catalog::access::{self, Principal};
use crate::catalog::identity::{self as rows, Domain, Project, ScopeId, User};
use crate::config::Config;
use crate::door;

/// Name of the first administrator.
const ADMINISTRATOR: &str = "admin";
/// File in the data directory that holds the generated password.
pub const PASSWORD_FILE: &str = "admin-password";

/// What [`bootstrap`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrapped {
    /// The administrator's name.
    pub user: String,
    /// Its domain.
    pub domain: String,
    /// Its project.
    pub project: String,
    /// False where the administrator was there and got a new password.
    pub created: bool,
    /// File with the password, where it was generated.
    pub password_file: Option<PathBuf>,
}

/// Makes sure that the administrator `user` (`admin` if none) exists, with admin on the domain and
/// the first project, and sets its password: the one given, or a generated one put into a file of
/// the data directory.
///
/// Works beside a running service. The way back in for those who lost the password.
pub async fn bootstrap(
    config: &Config,
    user: Option<&str>,
    password: Option<&str>,
) -> Result<Bootstrapped> {
    crate::serve::prepare_data_dir(&config.data_dir)?;
    let catalog = Catalog::open(&config.catalog_url()).await?;
    let done = run(&catalog, config, user, password, false).await;
    catalog.close().await;
    done?.ok_or_else(|| Error::internal("make the first administrator"))
}

/// Like [`bootstrap`], only where there is no user at all.
pub(crate) async fn bootstrap_if_empty(
    catalog: &Catalog,
    config: &Config,
) -> Result<Option<Bootstrapped>> {
    let users = rows::count_users(&mut *catalog.reader().await?).await?;
    match users {
        0 => run(catalog, config, None, None, true).await,
        _ => Ok(None),
    }
}

async fn run(
    catalog: &Catalog,
    config: &Config,
    name: Option<&str>,
    password: Option<&str>,
    only_if_empty: bool,
) -> Result<Option<Bootstrapped>> {
    let name = name.unwrap_or(ADMINISTRATOR);
    check_name("user", name)?;
    if let Some(password) = password {
        config.passwords.check(name, password)?;
    }
    let generated = password.is_none().then(letters_and_digits::<24>);
    let password = password.or(generated.as_deref()).unwrap_or_default();
    let hash = Passwords::new().hash(password).await?;
    let now = door::now().as_millisecond();
    // A password that lies in a file is to be changed by whoever reads it, where that is wanted.
    let must_change = generated.is_some() && config.passwords.change_first;

    let mut tx = catalog.write().await?;
    let db = tx.connection();
    if only_if_empty && rows::count_users(db).await? > 0 {
        return Ok(None);
    }
    let domain = match rows::domain_by_name(db, config.domain.as_str()).await? {
        Some(domain) => domain,
        None => {
            let domain = Domain {
                id: DomainId(door::new_hex_id()),
                name: config.domain.to_string(),
                description: String::new(),
                enabled: true,
            };
            rows::insert_domain(db, &domain, now).await?;
            domain
        }
    };
    let project = match rows::project_by_name(db, domain.id, config.region.as_str()).await? {
        Some(project) => project,
        None => {
            let project = Project {
                id: ProjectId(door::new_hex_id()),
                domain_id: domain.id,
                name: config.region.to_string(),
                description: String::new(),
                enabled: true,
            };
            rows::insert_project(db, &project, now).await?;
            project
        }
    };
    let known = rows::user_by_name(db, domain.id, name).await?;
    let created = known.is_none();
    let user_id = match known {
        Some(mut user) => {
            user.enabled = true;
            rows::update_user(db, &user).await?;
            rows::set_password(db, user.id, &hash, must_change, now).await?;
            rows::unlock(db, user.id).await?;
            user.id
        }
        None => {
            let user = User {
                id: UserId(door::new_hex_id()),
                domain_id: domain.id,
                name: name.to_owned(),
                description: String::new(),
                enabled: true,
                password_hash: hash,
                default_project_id: Some(project.id),
                must_change,
                created_at: now,
            };
            rows::insert_user(db, &user).await?;
            user.id
        }
    };
    let role = access::role(db, domain.id, Role::Admin.name()).await?;
    let role = role.ok_or_else(|| Error::internal("find the predefined role admin"))?;
    let principal = Principal::User(user_id);
    for scope in [ScopeId::Domain(domain.id), ScopeId::Project(project.id)] {
        access::grant(db, &principal, &role.id, scope).await?;
    }
    let password_file = generated
        .as_ref()
        .map(|_| config.data_dir.join(PASSWORD_FILE));
    if let Some(path) = &password_file {
        write_private(path, format!("{password}\n").as_bytes(), Existing::Replace)?;
    }
    let done = audit::Done {
        at: door::now(),
        project: project.id,
        action: if created {
            "iam:users:create"
        } else {
            "iam:users:setPassword"
        },
        resource: ("user", user_id.to_string(), name.to_owned()),
        request_id: "",
        error: None,
        detail: serde_json::json!({"by": "coffer admin bootstrap, or the first start"}),
    };
    audit::system(&mut tx, done).await?;
    tx.commit().await?;
    Ok(Some(Bootstrapped {
        user: name.to_owned(),
        domain: domain.name,
        project: project.name,
        created,
        password_file,
    }))
}
