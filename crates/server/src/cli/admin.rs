//! `coffer admin`: works on the catalog of a configuration, beside a running service or without.
//!
//! Whoever may read the configuration and write the data directory is the administrator; no
//! log-in is asked for, so that this is also the way back in.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use coffer_core::ids::{ProjectId, UserId};
use coffer_core::{Error, Result};
use coffer_server::catalog::Catalog;
use coffer_server::catalog::identity::{self as rows, Domain, Project, ScopeId, User};
use coffer_server::config::Config;
use coffer_server::door::Clock;
use coffer_server::identity::{self, Identity, NewUser, Role};
use jiff::Timestamp;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::output::Output;
use super::table::{Fit, Table, fields};
use super::{Context, block_on, secret};

/// Users, projects and access keys of a service
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
    /// Projects: create, list
    Project {
        #[command(subcommand)]
        command: ProjectCommand,
    },
    /// Users: create, list, set passwords, give roles
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Access keys for signed requests: create, list, delete
    AccessKey {
        #[command(subcommand)]
        command: AccessKeyCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ProjectCommand {
    /// Create a project
    Create {
        /// Name, unique in the domain
        name: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List the projects
    #[command(visible_alias = "ls")]
    List,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Create a user with a role in a project
    Create {
        /// Name, unique in the domain
        name: String,
        /// Project by name or id; it becomes the default of the user's log-ins
        #[arg(long)]
        project: Option<String>,
        /// Role in that project
        #[arg(long, default_value = "user")]
        role: RoleName,
        /// Who it is
        #[arg(long, default_value = "")]
        description: String,
        /// Read the password from standard input instead of asking
        #[arg(long, conflicts_with = "no_password")]
        password_stdin: bool,
        /// No password: the user only signs requests with access keys
        #[arg(long)]
        no_password: bool,
    },
    /// List the users with their roles
    #[command(visible_alias = "ls")]
    List,
    /// Set a user's password; ends all of the user's log-ins
    SetPassword {
        /// User by name or id
        user: String,
        /// Read the password from standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a user a role in a project
    Grant {
        /// User by name or id
        user: String,
        /// Project by name or id
        #[arg(long)]
        project: String,
        /// The role
        #[arg(long, default_value = "user")]
        role: RoleName,
    },
    /// Take a role back
    Revoke {
        /// User by name or id
        user: String,
        /// Project by name or id
        #[arg(long)]
        project: String,
        /// The role
        #[arg(long, default_value = "user")]
        role: RoleName,
    },
}

#[derive(Debug, Subcommand)]
enum AccessKeyCommand {
    /// Create an access key and show its secret, this once
    Create {
        /// User by name or id
        user: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List a user's access keys, without secrets
    #[command(visible_alias = "ls")]
    List {
        /// User by name or id
        user: String,
    },
    /// Delete an access key
    Delete {
        /// User by name or id
        user: String,
        /// The key's public part
        access: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// Everything in the project, users and projects of the domain included
    Admin,
    /// Everything that belongs to backups, servers and disks
    User,
    /// Reads only
    #[value(name = "readonly", alias = "reader")]
    Reader,
}

impl RoleName {
    fn role(self) -> Role {
        match self {
            RoleName::Admin => Role::Admin,
            RoleName::User => Role::User,
            RoleName::Reader => Role::Reader,
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
            let office = Office::open(&catalog, &config, output).await?;
            office.run(args.command).await
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
    async fn open(catalog: &Catalog, config: &Config, output: &'a Output) -> Result<Office<'a>> {
        let name = config.domain.as_str();
        let found = rows::domain_by_name(&mut *catalog.reader().await?, name).await?;
        let domain = found.ok_or_else(|| {
            Error::not_found(format!("the catalog has no domain `{name}` yet"))
                .hint("Run `coffer admin bootstrap`, or start the service once.")
        })?;
        let identity = Identity::open(catalog.clone(), Clock::new(), config)?;
        Ok(Office {
            identity,
            domain,
            output,
        })
    }

    async fn run(&self, command: AdminCommand) -> Result<()> {
        match command {
            AdminCommand::Bootstrap { .. } => Err(Error::internal("bootstrap comes before")),
            AdminCommand::Project { command } => self.project_command(command).await,
            AdminCommand::User { command } => self.user_command(command).await,
            AdminCommand::AccessKey { command } => self.access_key_command(command).await,
        }
    }

    async fn project_command(&self, command: ProjectCommand) -> Result<()> {
        match command {
            ProjectCommand::Create { name, description } => {
                let created = self
                    .identity
                    .create_project(self.domain.id, &name, &description);
                let project = created.await?;
                let document = json!({ "project": project_document(&project) });
                self.output.answer(&document, || {
                    format!("Project `{name}` is created: {}\n", project.id)
                })
            }
            ProjectCommand::List => {
                let projects = self.identity.projects(self.domain.id).await?;
                let document: Vec<Value> = projects.iter().map(project_document).collect();
                let mut table = Table::new(&[
                    ("ID", Fit::Keep),
                    ("NAME", Fit::Shorten),
                    ("ENABLED", Fit::Keep),
                    ("DESCRIPTION", Fit::Shorten),
                ]);
                for project in projects {
                    let enabled = yes_no(project.enabled);
                    let id = project.id.to_string();
                    table.row([id, project.name, enabled, project.description]);
                }
                self.output
                    .answer(&document, || table.render(self.output.columns))
            }
        }
    }

    async fn user_command(&self, command: UserCommand) -> Result<()> {
        match command {
            UserCommand::Create {
                name,
                project,
                role,
                description,
                password_stdin,
                no_password,
            } => {
                let project = match &project {
                    Some(wanted) => Some(self.project(wanted).await?),
                    None => None,
                };
                let password = match no_password {
                    true => None,
                    false => Some(self.new_password(&name, password_stdin)?),
                };
                let new = NewUser {
                    domain_id: self.domain.id,
                    name,
                    description,
                    password: password.as_ref().map(|password| password.to_string()),
                    default_project_id: project.as_ref().map(|project| project.id),
                };
                let user = self.identity.create_user(new).await?;
                if let Some(project) = &project {
                    let scope = ScopeId::Project(project.id);
                    self.identity.grant(user.id, role.role(), scope).await?;
                }
                let document = json!({ "user": self.user_document(&user).await? });
                self.output.answer(&document, || {
                    format!("User `{}` is created: {}\n", user.name, user.id)
                })
            }
            UserCommand::List => self.list_users().await,
            UserCommand::SetPassword {
                user,
                password_stdin,
            } => {
                let user = self.user(&user).await?;
                let password = self.new_password(&user.name, password_stdin)?;
                self.identity.set_password(user.id, &password).await?;
                let document = json!({ "user": self.user_document(&user).await? });
                self.output.answer(&document, || {
                    format!(
                        "The password of `{}` is set; its log-ins are ended.\n",
                        user.name
                    )
                })
            }
            UserCommand::Grant {
                user,
                project,
                role,
            } => {
                let (user, project) = (self.user(&user).await?, self.project(&project).await?);
                let scope = ScopeId::Project(project.id);
                self.identity.grant(user.id, role.role(), scope).await?;
                self.role_changed(&user, &project, role, "now has").await
            }
            UserCommand::Revoke {
                user,
                project,
                role,
            } => {
                let (user, project) = (self.user(&user).await?, self.project(&project).await?);
                let scope = ScopeId::Project(project.id);
                self.identity
                    .revoke_grant(user.id, role.role(), scope)
                    .await?;
                self.role_changed(&user, &project, role, "no longer has")
                    .await
            }
        }
    }

    async fn role_changed(
        &self,
        user: &User,
        project: &Project,
        role: RoleName,
        verb: &str,
    ) -> Result<()> {
        let document = json!({ "user": self.user_document(user).await? });
        let (user, project, role) = (&user.name, &project.name, role.role().name());
        self.output.answer(&document, || {
            format!("User `{user}` {verb} role `{role}` in project `{project}`.\n")
        })
    }

    async fn list_users(&self) -> Result<()> {
        let mut document = Vec::new();
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("NAME", Fit::Shorten),
            ("ENABLED", Fit::Keep),
            ("ROLES", Fit::Shorten),
            ("DESCRIPTION", Fit::Shorten),
        ]);
        for user in self.identity.users(self.domain.id).await? {
            let roles = self.roles(&user).await?;
            let roles: Vec<String> = roles
                .into_iter()
                .map(|(r, at)| format!("{r}@{at}"))
                .collect();
            document.push(self.user_document(&user).await?);
            let enabled = yes_no(user.enabled);
            let id = user.id.to_string();
            table.row([id, user.name, enabled, roles.join(" "), user.description]);
        }
        self.output
            .answer(&document, || table.render(self.output.columns))
    }

    async fn access_key_command(&self, command: AccessKeyCommand) -> Result<()> {
        match command {
            AccessKeyCommand::Create { user, description } => {
                let user = self.user(&user).await?;
                let key = self
                    .identity
                    .create_access_key(user.id, &description)
                    .await?;
                let document = json!({ "access_key": {
                    "access": key.access, "secret": key.secret, "user_id": user.id,
                }});
                self.output.answer(&document, || {
                    fields(&[
                        ("Access", key.access.clone()),
                        ("Secret", key.secret.clone()),
                    ])
                })?;
                self.output.note("The secret is not shown again.");
                Ok(())
            }
            AccessKeyCommand::List { user } => {
                let user = self.user(&user).await?;
                let mut document = Vec::new();
                let mut table = Table::new(&[
                    ("ACCESS", Fit::Keep),
                    ("ENABLED", Fit::Keep),
                    ("CREATED", Fit::Keep),
                    ("DESCRIPTION", Fit::Shorten),
                ]);
                for key in self.identity.access_keys(user.id).await? {
                    let created = Timestamp::from_millisecond(key.created_at)
                        .map_err(|e| Error::internal("read a key's time").caused_by(e))?;
                    document.push(json!({
                        "access": key.access, "enabled": key.enabled,
                        "created_at": created, "description": key.description,
                    }));
                    let created = self.output.time(created);
                    table.row([key.access, yes_no(key.enabled), created, key.description]);
                }
                self.output
                    .answer(&document, || table.render(self.output.columns))
            }
            AccessKeyCommand::Delete { user, access } => {
                let user = self.user(&user).await?;
                self.identity.delete_access_key(user.id, &access).await?;
                let document = json!({ "access": access });
                self.output
                    .answer(&document, || format!("Access key {access} is deleted.\n"))
            }
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

    /// Roles of a user with the project or domain they are good for.
    async fn roles(&self, user: &User) -> Result<Vec<(String, String)>> {
        let projects = self.identity.projects(self.domain.id).await?;
        let name = |id: ProjectId| {
            let project = projects.iter().find(|project| project.id == id);
            project.map_or(id.to_string(), |project| project.name.clone())
        };
        let grants = self.identity.grants(user.id).await?;
        let place = |scope| match scope {
            ScopeId::Project(id) => name(id),
            ScopeId::Domain(_) => "domain".to_string(),
            ScopeId::None => String::new(),
        };
        Ok(grants
            .into_iter()
            .map(|grant| (grant.role, place(grant.scope)))
            .collect())
    }

    async fn user_document(&self, user: &User) -> Result<Value> {
        let roles = self.roles(user).await?;
        let roles = roles
            .into_iter()
            .map(|(role, at)| json!({ "role": role, "on": at }));
        Ok(json!({
            "id": user.id,
            "name": user.name,
            "description": user.description,
            "enabled": user.enabled,
            "default_project_id": user.default_project_id,
            "roles": roles.collect::<Vec<_>>(),
        }))
    }
}

fn project_document(project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "enabled": project.enabled,
    })
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_string()
}
