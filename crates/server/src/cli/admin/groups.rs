//! `coffer admin group`.

use clap::Subcommand;
use coffer_core::Result;
use coffer_server::catalog::access::{Group, Principal};
use serde_json::{Value, json};

use super::super::table::{Fit, Table, fields};
use super::{Office, Place, role_documents, shown_roles};

#[derive(Debug, Subcommand)]
pub(super) enum GroupCommand {
    /// Create a group
    Create {
        /// Name, unique in the domain
        name: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List the groups with their roles
    #[command(visible_alias = "ls")]
    List,
    /// Show a group with its members and roles
    Show {
        /// Group by name or id
        group: String,
    },
    /// Put a user into a group
    Add {
        /// Group by name or id
        group: String,
        /// User by name or id
        user: String,
    },
    /// Take a user out of a group
    Remove {
        /// Group by name or id
        group: String,
        /// User by name or id
        user: String,
    },
    /// Give a group a role in a project or in the whole domain
    Grant {
        /// Group by name or id
        group: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take a role back
    Revoke {
        /// Group by name or id
        group: String,
        #[command(flatten)]
        place: Place,
    },
    /// Delete a group; its members lose the roles they had by it
    Delete {
        /// Group by name or id
        group: String,
    },
}

impl GroupCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            GroupCommand::List | GroupCommand::Show { .. } => None,
            GroupCommand::Create { name, .. } => Some(("iam:groups:create", name)),
            GroupCommand::Add { group, .. } => Some(("iam:groups:addUser", group)),
            GroupCommand::Remove { group, .. } => Some(("iam:groups:removeUser", group)),
            GroupCommand::Grant { group, .. } => Some(("iam:roles:grant", group)),
            GroupCommand::Revoke { group, .. } => Some(("iam:roles:revoke", group)),
            GroupCommand::Delete { group } => Some(("iam:groups:delete", group)),
        }
    }
}

impl Office<'_> {
    pub(super) async fn group_command(&self, command: GroupCommand) -> Result<()> {
        match command {
            GroupCommand::Create { name, description } => {
                let made = self
                    .identity
                    .create_group(self.domain.id, &name, &description);
                let group = made.await?;
                let document = json!({ "group": self.group_document(&group).await? });
                self.output.answer(&document, || {
                    format!("Group `{name}` is created: {}\n", group.id)
                })
            }
            GroupCommand::List => self.list_groups().await,
            GroupCommand::Show { group } => {
                let group = self.group(&group).await?;
                let members = self.identity.members(&group).await?;
                let members: Vec<String> = members.into_iter().map(|user| user.name).collect();
                let roles = self.roles_of(&Principal::Group(group.id.clone())).await?;
                let document = json!({ "group": self.group_document(&group).await? });
                self.output.answer(&document, || {
                    fields(&[
                        ("Id", group.id.clone()),
                        ("Name", group.name.clone()),
                        ("Description", group.description.clone()),
                        ("Members", members.join(" ")),
                        ("Roles", shown_roles(&roles)),
                    ])
                })
            }
            GroupCommand::Add { group, user } => {
                let (group, user) = (self.group(&group).await?, self.user(&user).await?);
                self.identity.add_member(&group, user.id).await?;
                self.group_changed(&group, &format!("`{}` is in", user.name))
                    .await
            }
            GroupCommand::Remove { group, user } => {
                let (group, user) = (self.group(&group).await?, self.user(&user).await?);
                self.identity.remove_member(&group, user.id).await?;
                self.group_changed(&group, &format!("`{}` is no longer in", user.name))
                    .await
            }
            GroupCommand::Grant { group, place } => self.assign_group(&group, &place, true).await,
            GroupCommand::Revoke { group, place } => self.assign_group(&group, &place, false).await,
            GroupCommand::Delete { group } => {
                let group = self.group(&group).await?;
                self.identity.delete_group(&group).await?;
                let document = json!({ "id": group.id });
                self.output.answer(&document, || {
                    format!("Group `{}` is deleted.\n", group.name)
                })
            }
        }
    }

    async fn group_changed(&self, group: &Group, what: &str) -> Result<()> {
        let document = json!({ "group": self.group_document(group).await? });
        self.output
            .answer(&document, || format!("{what} group `{}`.\n", group.name))
    }

    async fn assign_group(&self, group: &str, place: &Place, give: bool) -> Result<()> {
        let group = self.group(group).await?;
        let principal = Principal::Group(group.id.clone());
        let (_, text) = self.assign(&principal, place, give).await?;
        let document = json!({ "group": self.group_document(&group).await? });
        self.output
            .answer(&document, || format!("Group `{}` {text}.\n", group.name))
    }

    async fn list_groups(&self) -> Result<()> {
        let mut document = Vec::new();
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("NAME", Fit::Shorten),
            ("MEMBERS", Fit::Keep),
            ("ROLES", Fit::Shorten),
            ("DESCRIPTION", Fit::Shorten),
        ]);
        for group in self.identity.groups(self.domain.id).await? {
            document.push(self.group_document(&group).await?);
            let members = self.identity.members(&group).await?.len().to_string();
            let roles = self.roles_of(&Principal::Group(group.id.clone())).await?;
            let roles = shown_roles(&roles);
            table.row([group.id, group.name, members, roles, group.description]);
        }
        self.output
            .answer(&document, || table.render(self.output.columns))
    }

    async fn group_document(&self, group: &Group) -> Result<Value> {
        let members = self.identity.members(group).await?;
        let members = members
            .into_iter()
            .map(|user| json!({ "id": user.id, "name": user.name }));
        let roles = self.roles_of(&Principal::Group(group.id.clone())).await?;
        Ok(json!({
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "members": members.collect::<Vec<_>>(),
            "roles": role_documents(roles),
        }))
    }
}
