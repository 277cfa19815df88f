//! `coffer admin`: works on the catalog of a configuration, beside a running service or without.
//!
//! Whoever may read the configuration and write the data directory is the administrator; no
//! log-in is asked for, so that this is also the way back in.

mod groups;
mod keys;
mod projects;
mod roles;
mod users;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use coffer_core::ids::{ProjectId, UserId};
use coffer_core::{Error, Kind, Result};
use coffer_server::audit::{Beginning, Ended, Journal};
use coffer_server::catalog::Catalog;
use coffer_server::catalog::access::{Grant, Group, Principal};
use coffer_server::catalog::identity::{self as rows, Domain, Project, ScopeId, User};
use coffer_server::config::Config;
use coffer_server::door::Clock;
use coffer_server::http::ApiError;
use coffer_server::identity::{self, Identity, RoleInfo};
use serde_json::json;
use zeroize::Zeroizing;

use super::output::Output;
use super::{Context, block_on, secret};
use groups::GroupCommand;
use keys::AccessKeyCommand;
use projects::{DomainCommand, ProjectCommand};
use roles::RoleCommand;
use users::UserCommand;

/// Users, groups, roles, projects and access keys of a service
///
/// Works on the catalog that the configuration names, also while the service runs.
#[derive(Debug, Args)]
pub struct AdminArgs {
    /// Configuration file of the service
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        default_value = "/etc/coffer/coffer.toml"
    )]
    config: PathBuf,
    /// Domain by name or id [default: the service's first one]
    #[arg(long, global = true, value_name = "DOMAIN")]
    domain: Option<String>,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Make sure there is an administrator, and set its password
    ///
    /// The way back in for those who lost the password. Without --password-stdin a password is made
    /// and put into a file of the data directory.
    Bootstrap {
        /// Name of the administrator
        #[arg(long, default_value = "admin")]
        user: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Domains: create with an administrator, list, switch off, delete
    Domain {
        #[command(subcommand)]
        command: DomainCommand,
    },
    /// Projects: create, list, change, delete
    Project {
        #[command(subcommand)]
        command: ProjectCommand,
    },
    /// Users: create, list, change, set passwords, unlock, give roles, delete
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Groups: create, list, add and remove members, give roles, delete
    Group {
        #[command(subcommand)]
        command: GroupCommand,
    },
    /// Roles: list, show, create from a policy, change, delete
    Role {
        #[command(subcommand)]
        command: RoleCommand,
    },
    /// Access keys for signed requests: create, list, switch on and off, delete
    AccessKey {
        #[command(subcommand)]
        command: AccessKeyCommand,
    },
}

impl AdminCommand {
    /// The action of a command that changes something, and the name of what it changes.
    fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            AdminCommand::Bootstrap { .. } => None,
            AdminCommand::Domain { command } => command.change(),
            AdminCommand::Project { command } => command.change(),
            AdminCommand::User { command } => command.change(),
            AdminCommand::Group { command } => command.change(),
            AdminCommand::Role { command } => command.change(),
            AdminCommand::AccessKey { command } => command.change(),
        }
    }
}

/// Everything a command needs.
struct Office<'a> {
    identity: Identity,
    domain: Domain,
    output: &'a Output,
}

/// Runs `coffer admin`.
pub fn run(args: AdminArgs, context: &Context<'_>) -> Result<()> {
    let config = Config::load(&args.config)?;
    let output = &context.output;
    block_on(async {
        if let AdminCommand::Bootstrap {
            user,
            password_stdin,
        } = &args.command
        {
            return bootstrap(&config, output, user, *password_stdin).await;
        }
        let catalog = Catalog::open(&config.catalog_url()).await?;
        let done = async {
            let domain = args.domain.as_deref();
            let office = Office::open(&catalog, &config, domain, output).await?;
            office.run_recorded(&catalog, args.command).await
        };
        let done = done.await;
        catalog.close().await;
        done
    })
}

async fn bootstrap(
    config: &Config,
    output: &Output,
    user: &str,
    password_stdin: bool,
) -> Result<()> {
    let password = match password_stdin {
        true => Some(secret::from_stdin()?),
        false => None,
    };
    let password = password.as_ref().map(|password| password.as_str());
    let done = identity::bootstrap(config, Some(user), password).await?;
    let document = json!({
        "user": done.user, "domain": done.domain, "project": done.project,
        "created": done.created, "password_file": done.password_file,
    });
    output.answer(&document, || {
        let what = if done.created {
            "created"
        } else {
            "given a new password"
        };
        let mut text = format!(
            "Administrator `{}` of domain `{}` is {what}.\n",
            done.user, done.domain
        );
        if let Some(file) = &done.password_file {
            text += &format!("Its password is in {}.\n", file.display());
        }
        text
    })
}

impl<'a> Office<'a> {
    async fn open(
        catalog: &Catalog,
        config: &Config,
        domain: Option<&str>,
        output: &'a Output,
    ) -> Result<Office<'a>> {
        let name = config.domain.as_str();
        let found = rows::domain_by_name(&mut *catalog.reader().await?, name).await?;
        let first = found.ok_or_else(|| {
            Error::not_found(format!("the catalog has no domain `{name}` yet"))
                .hint("Run `coffer admin bootstrap`, or start the service once.")
        })?;
        let identity = Identity::open(catalog.clone(), Clock::new(), config)?;
        let domain = match domain {
            Some(wanted) => identity.domain_named(wanted).await?,
            None => first,
        };
        Ok(Office {
            identity,
            domain,
            output,
        })
    }

    /// Runs a command; what changes something goes into the audit trail like a request.
    async fn run_recorded(&self, catalog: &Catalog, command: AdminCommand) -> Result<()> {
        let Some((action, name)) = command.change() else {
            return self.run(command).await;
        };
        let journal = Journal::begin(Beginning {
            at: Clock::new().now(),
            kind: "operation",
            action,
            credential: ("command", String::new()),
            address: String::new(),
            agent: "coffer admin".to_owned(),
            request_id: String::new(),
        });
        journal.domain(self.domain.id);
        journal.named(name);
        let done = journal.during(self.run(command)).await;
        let error = done
            .as_ref()
            .err()
            .map(|error| ApiError::bad_request(error.message.clone()));
        let ended = Ended {
            status: error.as_ref().map_or(0, |_| 400),
            error: error.as_ref(),
            answer: None,
        };
        journal.end(catalog, ended).await;
        done
    }

    async fn run(&self, command: AdminCommand) -> Result<()> {
        match command {
            AdminCommand::Bootstrap { .. } => Err(Error::internal("bootstrap comes before")),
            AdminCommand::Domain { command } => self.domain_command(command).await,
            AdminCommand::Group { command } => self.group_command(command).await,
            AdminCommand::Role { command } => self.role_command(command).await,
            AdminCommand::Project { command } => self.project_command(command).await,
            AdminCommand::User { command } => self.user_command(command).await,
            AdminCommand::AccessKey { command } => self.access_key_command(command).await,
        }
    }

    fn new_password(&self, name: &str, from_stdin: bool) -> Result<Zeroizing<String>> {
        match from_stdin {
            true => secret::from_stdin(),
            false => secret::ask_new(&format!("Password for `{name}`")),
        }
    }

    /// A user by id or name.
    async fn user(&self, wanted: &str) -> Result<User> {
        let users = self.identity.users(self.domain.id).await?;
        let id = wanted.parse::<UserId>().ok();
        // Names are unique in the domain; an id wins over a name that looks like it.
        let by_id = users.iter().find(|user| Some(user.id) == id);
        let found = by_id.or_else(|| users.iter().find(|user| user.name == wanted));
        found.cloned().ok_or_else(|| {
            Error::not_found(format!("there is no user `{wanted}`"))
                .hint("`coffer admin user list` shows what there is.")
        })
    }

    /// A project by id or name.
    async fn project(&self, wanted: &str) -> Result<Project> {
        let projects = self.identity.projects(self.domain.id).await?;
        let id = wanted.parse::<ProjectId>().ok();
        let by_id = projects.iter().find(|project| Some(project.id) == id);
        let found = by_id.or_else(|| projects.iter().find(|project| project.name == wanted));
        found.cloned().ok_or_else(|| {
            Error::not_found(format!("there is no project `{wanted}`"))
                .hint("`coffer admin project list` shows what there is.")
        })
    }

    /// A group by id or name.
    async fn group(&self, wanted: &str) -> Result<Group> {
        let found = self.identity.group(self.domain.id, wanted).await;
        found.map_err(|error| match error.kind {
            Kind::NotFound => Error::not_found(format!("there is no group `{wanted}`"))
                .hint("`coffer admin group list` shows what there is."),
            _ => error,
        })
    }

    /// A role by id or name.
    async fn role(&self, wanted: &str) -> Result<RoleInfo> {
        let found = self.identity.role(self.domain.id, wanted).await;
        found.map_err(|error| match error.kind {
            Kind::NotFound => Error::not_found(format!("there is no role `{wanted}`"))
                .hint("`coffer admin role list` shows what there is."),
            _ => error,
        })
    }

    /// What a role is given on.
    async fn place(&self, place: &Place) -> Result<(ScopeId, String)> {
        match &place.project {
            Some(wanted) => {
                let project = self.project(wanted).await?;
                let shown = format!("project `{}`", project.name);
                Ok((ScopeId::Project(project.id), shown))
            }
            None => {
                let shown = format!("domain `{}` and all its projects", self.domain.name);
                Ok((ScopeId::Domain(self.domain.id), shown))
            }
        }
    }

    /// Gives or takes a role; says what was done.
    async fn assign(
        &self,
        principal: &Principal,
        place: &Place,
        give: bool,
    ) -> Result<(RoleInfo, String)> {
        let role = self.role(&place.role).await?;
        let (scope, shown) = self.place(place).await?;
        match give {
            true => self.identity.grant(principal, &role, scope).await?,
            false => self.identity.revoke_grant(principal, &role, scope).await?,
        }
        let verb = if give { "now has" } else { "no longer has" };
        let text = format!("{verb} role `{}` in {shown}", role.name);
        Ok((role, text))
    }

    /// Roles with the project or domain they are good for.
    async fn roles_of(&self, principal: &Principal) -> Result<Vec<(String, String)>> {
        let projects = self.identity.projects(self.domain.id).await?;
        let name = |id: ProjectId| {
            let project = projects.iter().find(|project| project.id == id);
            project.map_or(id.to_string(), |project| project.name.clone())
        };
        let grants = self.identity.grants(principal).await?;
        let place = |grant: &Grant| match grant.scope {
            ScopeId::Project(id) => name(id),
            ScopeId::Domain(_) => "domain".to_string(),
            ScopeId::None => String::new(),
        };
        Ok(grants
            .into_iter()
            .map(|grant| (grant.role.clone(), place(&grant)))
            .collect())
    }
}

/// Which role, and where.
#[derive(Debug, Args)]
struct Place {
    /// Project by name or id; without it and with --on-domain, the whole domain
    #[arg(
        long,
        required_unless_present = "on_domain",
        conflicts_with = "on_domain"
    )]
    project: Option<String>,
    /// The domain: the role holds in all its projects, and for its users, groups and roles
    #[arg(long)]
    on_domain: bool,
    /// The role by name or id
    #[arg(long, default_value = "user")]
    role: String,
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_string()
}

/// `a@x b@y` of roles and their places.
fn shown_roles(roles: &[(String, String)]) -> String {
    let shown = roles.iter().map(|(role, at)| format!("{role}@{at}"));
    shown.collect::<Vec<_>>().join(" ")
}

fn role_documents(roles: Vec<(String, String)>) -> Vec<serde_json::Value> {
    let documents = roles.into_iter();
    documents
        .map(|(role, at)| json!({ "role": role, "on": at }))
        .collect()
}
