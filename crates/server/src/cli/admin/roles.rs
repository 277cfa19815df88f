//! `coffer admin role`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use coffer_core::access::{POLICY_BYTES_MAX, Policy};
use coffer_core::{Error, Result};
use coffer_server::api::access;
use coffer_server::identity::{RoleChanges, RoleInfo};
use serde_json::{Value, json};

use super::super::table::{Fit, Table};
use super::{Office, yes_no};

#[derive(Debug, Subcommand)]
pub(super) enum RoleCommand {
    /// List the predefined roles and the domain's own
    #[command(visible_alias = "ls")]
    List,
    /// Show a role with its policy
    Show {
        /// Role by name or id
        role: String,
    },
    /// Create a role from a policy
    ///
    /// The policy is JSON, as {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action":
    /// ["cbr:*:get*", "cbr:*:list*"]}]}. Denial beats permission.
    Create {
        /// Name, unique in the domain
        name: String,
        /// File with the policy; - for standard input
        #[arg(long, value_name = "FILE")]
        policy: PathBuf,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Change a role of the domain's own; whoever has it feels it at once
    Update {
        /// Role by name or id
        role: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// File with the new policy; - for standard input
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete a role of the domain's own that nobody has
    Delete {
        /// Role by name or id
        role: String,
    },
    /// List the actions that policies can name
    Actions,
}

impl RoleCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            RoleCommand::List | RoleCommand::Show { .. } | RoleCommand::Actions => None,
            RoleCommand::Create { name, .. } => Some(("iam:roles:create", name)),
            RoleCommand::Update { role, .. } => Some(("iam:roles:update", role)),
            RoleCommand::Delete { role } => Some(("iam:roles:delete", role)),
        }
    }
}

impl Office<'_> {
    pub(super) async fn role_command(&self, command: RoleCommand) -> Result<()> {
        match command {
            RoleCommand::List => {
                let roles = self.identity.roles(self.domain.id).await?;
                let document: Vec<Value> = roles.iter().map(role_document).collect();
                let mut table = Table::new(&[
                    ("ID", Fit::Keep),
                    ("NAME", Fit::Keep),
                    ("PREDEFINED", Fit::Keep),
                    ("DESCRIPTION", Fit::Shorten),
                ]);
                for role in roles {
                    let predefined = yes_no(role.domain_id.is_none());
                    table.row([role.id, role.name, predefined, role.description]);
                }
                self.output
                    .answer(&document, || table.render(self.output.columns))
            }
            RoleCommand::Show { role } => {
                let role = self.role(&role).await?;
                let document = json!({ "role": role_document(&role) });
                let policy = serde_json::to_string_pretty(&role.policy)
                    .map_err(|e| Error::internal("write a policy").caused_by(e))?;
                self.output.answer(&document, || {
                    format!("{}: {}\n{policy}\n", role.name, role.description)
                })
            }
            RoleCommand::Create {
                name,
                policy,
                description,
            } => {
                let policy = read_policy(&policy)?;
                let made = self
                    .identity
                    .create_role(self.domain.id, &name, &description, &policy);
                let role = made.await?;
                self.warn_of_idle(&role);
                let document = json!({ "role": role_document(&role) });
                self.output.answer(&document, || {
                    format!("Role `{name}` is created: {}\n", role.id)
                })
            }
            RoleCommand::Update {
                role,
                name,
                policy,
                description,
            } => {
                if name.is_none() && policy.is_none() && description.is_none() {
                    return Err(Error::invalid("nothing to change is given"));
                }
                let role = self.role(&role).await?;
                let changes = RoleChanges {
                    name,
                    description,
                    policy: policy.as_deref().map(read_policy).transpose()?,
                };
                let changed = self.identity.update_role(self.domain.id, &role.id, changes);
                let role = changed.await?;
                self.warn_of_idle(&role);
                let document = json!({ "role": role_document(&role) });
                self.output
                    .answer(&document, || format!("Role `{}` is changed.\n", role.name))
            }
            RoleCommand::Delete { role } => {
                let role = self.role(&role).await?;
                self.identity.delete_role(self.domain.id, &role.id).await?;
                let document = json!({ "id": role.id });
                self.output
                    .answer(&document, || format!("Role `{}` is deleted.\n", role.name))
            }
            RoleCommand::Actions => {
                let actions: Vec<&str> = access::actions().collect();
                let text = || actions.join("\n") + "\n";
                self.output.answer(&actions, text)
            }
        }
    }

    /// Tells of what is perhaps spelt wrongly.
    fn warn_of_idle(&self, role: &RoleInfo) {
        let rights = role.policy.rights().unwrap_or_default();
        for pattern in rights.allow.iter().chain(&rights.deny) {
            if !access::actions().any(|action| pattern.covers(action)) {
                self.output.note(&format!(
                    "`{pattern}` covers no action of this service; `coffer admin role actions` \
                     shows what there is."
                ));
            }
        }
    }
}

fn read_policy(path: &Path) -> Result<Policy> {
    let shown = path.display();
    let failed = |e| Error::invalid(format!("read policy from `{shown}`")).caused_by(e);
    // Blanks do not count for the policy's own limit.
    let limit = 16 * POLICY_BYTES_MAX as u64;
    let mut text = String::new();
    match path.as_os_str() == "-" {
        true => std::io::stdin()
            .lock()
            .take(limit)
            .read_to_string(&mut text),
        false => {
            std::fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
        }
    }
    .map_err(failed)?;
    serde_json::from_str(&text).map_err(|e| {
        Error::invalid(format!("`{shown}` holds no policy"))
            .caused_by(e)
            .hint(
                "A policy is {\"Version\": \"1.1\", \"Statement\": [{\"Effect\": \"Allow\", \
                 \"Action\": [\"cbr:*:get*\"]}]}.",
            )
    })
}

fn role_document(role: &RoleInfo) -> Value {
    json!({
        "id": role.id,
        "name": role.name,
        "predefined": role.domain_id.is_none(),
        "description": role.description,
        "policy": role.policy,
    })
}
