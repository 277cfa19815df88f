//! `coffer password`.

use clap::Args;
use coffer_core::Result;
use serde_json::json;

use super::{Context, block_on, secret};

/// Set your own password; ends all of your log-ins
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Read the present password and then the new one from standard input, a line each
    #[arg(long)]
    password_stdin: bool,
}

/// Runs `coffer password`.
pub fn run(args: &PasswordArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let (old, new) = match args.password_stdin {
            true => (secret::from_stdin()?, secret::from_stdin()?),
            false => (
                secret::ask("Present password")?,
                secret::ask_new("New password")?,
            ),
        };
        let user = client.session().await.user.clone();
        client.set_own_password(&user.id, &old, &new).await?;
        let document = json!({ "user_id": user.id });
        context.output.answer(&document, || {
            format!(
                "The password of `{}` is set. Log in with it: `coffer login`.\n",
                user.name
            )
        })
    })
}
