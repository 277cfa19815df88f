//! `coffer admin access-key`.

use clap::Subcommand;
use coffer_core::{Error, Result};
use jiff::Timestamp;
use serde_json::json;

use super::super::table::{Fit, Table, fields};
use super::{Office, yes_no};

#[derive(Debug, Subcommand)]
pub(super) enum AccessKeyCommand {
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
    /// Refuse what is signed with an access key
    Disable {
        /// User by name or id
        user: String,
        /// The key's public part
        access: String,
    },
    /// Take what is signed with an access key again
    Enable {
        /// User by name or id
        user: String,
        /// The key's public part
        access: String,
    },
}

impl AccessKeyCommand {
    /// The action of a command that changes something, and the name of what it changes.
    pub(super) fn change(&self) -> Option<(&'static str, &str)> {
        match self {
            AccessKeyCommand::List { .. } => None,
            AccessKeyCommand::Create { user, .. } => Some(("iam:credentials:create", user)),
            AccessKeyCommand::Delete { access, .. } => Some(("iam:credentials:delete", access)),
            AccessKeyCommand::Disable { access, .. } | AccessKeyCommand::Enable { access, .. } => {
                Some(("iam:credentials:update", access))
            }
        }
    }
}

impl Office<'_> {
    pub(super) async fn access_key_command(&self, command: AccessKeyCommand) -> Result<()> {
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
                    ("LAST USED", Fit::Keep),
                    ("DESCRIPTION", Fit::Shorten),
                ]);
                for key in self.identity.access_keys(user.id).await? {
                    let created = Timestamp::from_millisecond(key.created_at)
                        .map_err(|e| Error::internal("read a key's time").caused_by(e))?;
                    let used = key.last_used_at.map(Timestamp::from_millisecond);
                    let used = used.transpose();
                    let used =
                        used.map_err(|e| Error::internal("read a key's time").caused_by(e))?;
                    document.push(json!({
                        "last_used_at": used,
                        "access": key.access, "enabled": key.enabled,
                        "created_at": created, "description": key.description,
                    }));
                    let created = self.output.time(created);
                    let used = used.map_or("never".to_string(), |at| self.output.time(at));
                    let enabled = yes_no(key.enabled);
                    table.row([key.access, enabled, created, used, key.description]);
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
            AccessKeyCommand::Disable { user, access } => {
                self.switch_key(&user, &access, false).await
            }
            AccessKeyCommand::Enable { user, access } => {
                self.switch_key(&user, &access, true).await
            }
        }
    }

    async fn switch_key(&self, user: &str, access: &str, on: bool) -> Result<()> {
        let user = self.user(user).await?;
        self.identity.enable_access_key(user.id, access, on).await?;
        let document = json!({ "access": access, "enabled": on });
        let state = if on { "enabled" } else { "disabled" };
        self.output
            .answer(&document, || format!("Access key {access} is {state}.\n"))
    }
}
