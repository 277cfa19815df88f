//! `coffer admin user`.

use clap::Subcommand;
use coffer_core::Result;
use coffer_server::catalog::access::Principal;
use coffer_server::catalog::identity::{ScopeId, User};
use coffer_server::identity::NewUser;
use serde_json::{Value, json};

use super::super::table::{Fit, Table, fields};
use super::{Office, Place, role_documents, shown_roles, yes_no};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create a user with a role in a project
    Create {
        /// Name, unique in the domain
        name: String,
        /// Project by name or id; it becomes the default of the user's log-ins
        #[arg(long)]
        project: Option<String>,
        /// Role in that project, by name or id
        #[arg(long, default_value = "user")]
        role: String,
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
        /// The next log-in has to set another one
        #[arg(long)]
        must_change: bool,
    },
    /// Show a user with its roles and groups
    Show {
        /// User by name or id
        user: String,
    },
    /// Let a user log in again that was shut out by wrong passwords
    Unlock {
        /// User by name or id
        user: String,
    },
    /// Let a user in no more; ends all of its log-ins
    Disable {
        /// User by name or id
        user: String,
    },
    /// Let a user in again
    Enable {
        /// User by name or id
        user: String,
    },
    /// Delete a user with its access keys and roles
    Delete {
        /// User by name or id
        user: String,
    },
    /// Give a user a role in a project or in the whole domain
    Grant {
        /// User by name or id
        user: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take a role back
    Revoke {
        /// User by name or id
        user: String,
        #[command(flatten)]
        place: Place,
    },
}

impl UserCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            UserCommand::List | UserCommand::Show { .. } => None,
            UserCommand::Create { name, .. } => Some(("iam:users:create", name)),
            UserCommand::SetPassword { user, .. } => Some(("iam:users:setPassword", user)),
            UserCommand::Unlock { user } => Some(("iam:users:unlock", user)),
            UserCommand::Disable { user } | UserCommand::Enable { user } => {
                Some(("iam:users:update", user))
            }
            UserCommand::Delete { user } => Some(("iam:users:delete", user)),
            UserCommand::Grant { user, .. } => Some(("iam:roles:grant", user)),
            UserCommand::Revoke { user, .. } => Some(("iam:roles:revoke", user)),
        }
    }
}

impl Office<'_> {
    pub(super) async fn user_command(&self, command: UserCommand) -> Result<()> {
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
                    must_change: false,
                    default_project_id: project.as_ref().map(|project| project.id),
                };
                let role = self.role(&role).await?;
                let user = self.identity.create_user(new).await?;
                if let Some(project) = &project {
                    let principal = Principal::User(user.id);
                    let scope = ScopeId::Project(project.id);
                    self.identity.grant(&principal, &role, scope).await?;
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
                must_change,
            } => {
                let user = self.user(&user).await?;
                let password = self.new_password(&user.name, password_stdin)?;
                self.identity
                    .set_password(user.id, &password, must_change)
                    .await?;
                let document = json!({ "user": self.user_document(&user).await? });
                self.output.answer(&document, || {
                    format!(
                        "The password of `{}` is set; its log-ins are ended.\n",
                        user.name
                    )
                })
            }
            UserCommand::Show { user } => {
                let user = self.user(&user).await?;
                let roles = self.roles_of(&Principal::User(user.id)).await?;
                let groups = self.identity.groups_of(user.id).await?;
                let groups: Vec<String> = groups.into_iter().map(|group| group.name).collect();
                let locked = self.identity.lockouts(user.id).await?;
                let document = json!({ "user": self.user_document(&user).await? });
                self.output.answer(&document, || {
                    fields(&[
                        ("Id", user.id.to_string()),
                        ("Name", user.name.clone()),
                        ("Description", user.description.clone()),
                        ("Enabled", yes_no(user.enabled)),
                        ("Locked out", yes_no(locked > 0)),
                        ("Must change password", yes_no(user.must_change)),
                        ("Roles", shown_roles(&roles)),
                        ("Groups", groups.join(" ")),
                    ])
                })
            }
            UserCommand::Unlock { user } => {
                let user = self.user(&user).await?;
                let counted = self.identity.unlock(user.id).await?;
                let document = json!({ "user_id": user.id, "addresses": counted });
                self.output
                    .answer(&document, || format!("`{}` may log in again.\n", user.name))
            }
            UserCommand::Disable { user } => self.switch_user(&user, false).await,
            UserCommand::Enable { user } => self.switch_user(&user, true).await,
            UserCommand::Delete { user } => {
                let user = self.user(&user).await?;
                self.identity.delete_user(user.id).await?;
                let document = json!({ "id": user.id });
                self.output
                    .answer(&document, || format!("User `{}` is deleted.\n", user.name))
            }
            UserCommand::Grant { user, place } => self.assign_user(&user, &place, true).await,
            UserCommand::Revoke { user, place } => self.assign_user(&user, &place, false).await,
        }
    }

    async fn switch_user(&self, user: &str, enabled: bool) -> Result<()> {
        let mut user = self.user(user).await?;
        user.enabled = enabled;
        self.identity.update_user(&user).await?;
        let document = json!({ "user": self.user_document(&user).await? });
        let state = if enabled { "enabled" } else { "disabled" };
        self.output
            .answer(&document, || format!("User `{}` is {state}.\n", user.name))
    }

    async fn assign_user(&self, user: &str, place: &Place, give: bool) -> Result<()> {
        let user = self.user(user).await?;
        let (_, text) = self.assign(&Principal::User(user.id), place, give).await?;
        let document = json!({ "user": self.user_document(&user).await? });
        self.output
            .answer(&document, || format!("User `{}` {text}.\n", user.name))
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
            let roles = self.roles_of(&Principal::User(user.id)).await?;
            let roles = shown_roles(&roles);
            document.push(self.user_document(&user).await?);
            let enabled = yes_no(user.enabled);
            let id = user.id.to_string();
            table.row([id, user.name, enabled, roles, user.description]);
        }
        self.output
            .answer(&document, || table.render(self.output.columns))
    }

    async fn user_document(&self, user: &User) -> Result<Value> {
        let roles = self.roles_of(&Principal::User(user.id)).await?;
        let groups = self.identity.groups_of(user.id).await?;
        let groups: Vec<String> = groups.into_iter().map(|group| group.name).collect();
        Ok(json!({
            "id": user.id,
            "name": user.name,
            "description": user.description,
            "enabled": user.enabled,
            "default_project_id": user.default_project_id,
            "locked": self.identity.lockouts(user.id).await? > 0,
            "must_change_password": user.must_change,
            "roles": role_documents(roles),
            "groups": groups,
        }))
    }
}
