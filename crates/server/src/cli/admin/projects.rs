//! `coffer admin domain`, `coffer admin project`.

use clap::Subcommand;
use coffer_core::{Error, Result};
use coffer_server::catalog::identity::{Domain, Project};
use coffer_server::identity::NewDomain;
use serde_json::{Value, json};

use super::super::table::{Fit, Table};
use super::{Office, yes_no};

#[derive(Debug, Subcommand)]
pub(super) enum DomainCommand {
    /// Create a domain with a project and an administrator, who sets another password at first
    Create {
        /// Name, unique
        name: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
        /// Name of its administrator
        #[arg(long, default_value = "admin")]
        administrator: String,
        /// Read the administrator's password from standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the domains
    #[command(visible_alias = "ls")]
    List,
    /// Let nobody log in to a domain
    Disable {
        /// Domain by name or id
        name: String,
    },
    /// Let its users log in to a domain again
    Enable {
        /// Domain by name or id
        name: String,
    },
    /// Delete a domain without projects, users and groups
    Delete {
        /// Domain by name or id
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
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
    /// Change a project
    Update {
        /// Project by name or id
        project: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
        /// Let users in again
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Let nobody in
        #[arg(long)]
        disable: bool,
    },
    /// Delete a project that holds nothing
    Delete {
        /// Project by name or id
        project: String,
    },
}

impl DomainCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            DomainCommand::List => None,
            DomainCommand::Create { name, .. } => Some(("iam:domains:create", name)),
            DomainCommand::Disable { name } | DomainCommand::Enable { name } => {
                Some(("iam:domains:update", name))
            }
            DomainCommand::Delete { name } => Some(("iam:domains:delete", name)),
        }
    }
}

impl ProjectCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            ProjectCommand::List => None,
            ProjectCommand::Create { name, .. } => Some(("iam:projects:create", name)),
            ProjectCommand::Update { project, .. } => Some(("iam:projects:update", project)),
            ProjectCommand::Delete { project } => Some(("iam:projects:delete", project)),
        }
    }
}

impl Office<'_> {
    pub(super) async fn domain_command(&self, command: DomainCommand) -> Result<()> {
        match command {
            DomainCommand::Create {
                name,
                description,
                administrator,
                password_stdin,
            } => {
                let password = self.new_password(&administrator, password_stdin)?;
                let new = NewDomain {
                    name,
                    description,
                    administrator: administrator.clone(),
                    password,
                };
                let domain = self.identity.create_domain(new).await?;
                let document = json!({ "domain": domain_document(&domain) });
                self.output.answer(&document, || {
                    format!(
                        "Domain `{}` is created: {}. Its administrator is `{administrator}`.\n",
                        domain.name, domain.id
                    )
                })
            }
            DomainCommand::List => {
                let domains = self.identity.domains().await?;
                let document: Vec<Value> = domains.iter().map(domain_document).collect();
                let mut table = Table::new(&[
                    ("ID", Fit::Keep),
                    ("NAME", Fit::Shorten),
                    ("ENABLED", Fit::Keep),
                    ("DESCRIPTION", Fit::Shorten),
                ]);
                for domain in domains {
                    let enabled = yes_no(domain.enabled);
                    let id = domain.id.to_string();
                    table.row([id, domain.name, enabled, domain.description]);
                }
                self.output
                    .answer(&document, || table.render(self.output.columns))
            }
            DomainCommand::Disable { name } => self.switch_domain(&name, false).await,
            DomainCommand::Enable { name } => self.switch_domain(&name, true).await,
            DomainCommand::Delete { name } => {
                let domain = self.identity.domain_named(&name).await?;
                self.identity.delete_domain(&domain).await?;
                let document = json!({ "id": domain.id });
                self.output.answer(&document, || {
                    format!("Domain `{}` is deleted.\n", domain.name)
                })
            }
        }
    }

    async fn switch_domain(&self, name: &str, enabled: bool) -> Result<()> {
        let mut domain = self.identity.domain_named(name).await?;
        domain.enabled = enabled;
        self.identity.update_domain(&domain).await?;
        let document = json!({ "domain": domain_document(&domain) });
        let state = if enabled { "enabled" } else { "disabled" };
        self.output.answer(&document, || {
            format!("Domain `{}` is {state}.\n", domain.name)
        })
    }

    pub(super) async fn project_command(&self, command: ProjectCommand) -> Result<()> {
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
            ProjectCommand::Update {
                project,
                name,
                description,
                enable,
                disable,
            } => {
                let mut project = self.project(&project).await?;
                if name.is_none() && description.is_none() && !enable && !disable {
                    return Err(Error::invalid("nothing to change is given"));
                }
                project.name = name.unwrap_or(project.name);
                project.description = description.unwrap_or(project.description);
                project.enabled = enable || (project.enabled && !disable);
                self.identity.update_project(&project).await?;
                let document = json!({ "project": project_document(&project) });
                self.output.answer(&document, || {
                    format!("Project `{}` is changed.\n", project.name)
                })
            }
            ProjectCommand::Delete { project } => {
                let project = self.project(&project).await?;
                self.identity.delete_project(&project).await?;
                let document = json!({ "id": project.id });
                self.output.answer(&document, || {
                    format!("Project `{}` is deleted.\n", project.name)
                })
            }
        }
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

fn domain_document(domain: &Domain) -> Value {
    json!({
        "id": domain.id,
        "name": domain.name,
        "description": domain.description,
        "enabled": domain.enabled,
    })
}
