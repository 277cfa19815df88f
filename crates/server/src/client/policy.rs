//! Policies, and what they are going to do.

use coffer_core::Result;
use coffer_core::error::Context as _;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CBR, Client, Document, Service, encoded, unwrap, unwrap_list};

/// A policy, as far as it is looked at; the rest is in the document.
#[derive(Debug, Clone, Deserialize)]
pub struct Policy {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// It runs.
    pub enabled: bool,
    /// `backup` or `replication`.
    pub operation_type: String,
}

impl Client {
    /// All policies of the project.
    pub async fn policies(&self) -> Result<Vec<Document<Policy>>> {
        let answer = self.get(CBR, "/policies").await;
        unwrap_list(answer.context("list policies")?, "policies")
    }

    /// Makes a policy: `body` as the API takes it.
    pub async fn create_policy(&self, body: &Value) -> Result<Document<Policy>> {
        let answer = self.call(CBR, Method::POST, "/policies", Some(body)).await;
        unwrap(
            answer.context("create policy")?.unwrap_or_default(),
            "policy",
        )
    }

    /// Changes a policy: `body` as the API takes it.
    pub async fn update_policy(&self, id: &str, body: &Value) -> Result<Document<Policy>> {
        let path = format!("/policies/{}", encoded(id));
        let answer = self.call(CBR, Method::PUT, &path, Some(body)).await;
        unwrap(
            answer.context("change policy")?.unwrap_or_default(),
            "policy",
        )
    }

    /// Deletes a policy.
    pub async fn delete_policy(&self, id: &str) -> Result<()> {
        let path = format!("/policies/{}", encoded(id));
        let done = self.call(CBR, Method::DELETE, &path, None).await;
        done.map(drop).context("delete policy")
    }

    /// Applies a policy to a vault, or removes it: `action` is the last word of the path.
    pub async fn bind_policy(&self, action: &str, vault: &str, policy: &str) -> Result<()> {
        let path = format!("/vaults/{}/{action}", encoded(vault));
        let body = json!({ "policy_id": policy });
        let done = self.call(CBR, Method::POST, &path, Some(&body)).await;
        done.map(drop).context("change the policy of a vault")
    }

    /// Next runs, and what would go within `days`.
    pub async fn preview_policy(&self, id: &str, days: u64) -> Result<Value> {
        let path = format!("/policies/{}/preview?days={days}", encoded(id));
        let mut answer = self
            .get(Service::Coffer, &path)
            .await
            .context("preview policy")?;
        Ok(answer["preview"].take())
    }
}
