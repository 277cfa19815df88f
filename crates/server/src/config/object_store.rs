//! How an object store is reached.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use coffer_core::{Error, Result};
use serde::Deserialize;
use url::Url;

/// Names in a credentials file, and what `object_store` calls them.
const CREDENTIALS: [(&str, &str); 3] = [
    ("aws_access_key_id", "aws_access_key_id"),
    ("aws_secret_access_key", "aws_secret_access_key"),
    ("aws_session_token", "aws_session_token"),
];

/// Where and as whom an S3 store is asked. What is absent comes from the environment
/// (`AWS_ACCESS_KEY_ID`, ...).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// The server, where it is not the cloud's own.
    #[serde(default)]
    pub endpoint: Option<Url>,
    /// The region that requests are signed for.
    #[serde(default)]
    pub region: Option<String>,
    /// File with `aws_access_key_id = ...` and `aws_secret_access_key = ...`, readable for its
    /// owner alone.
    #[serde(default)]
    pub credentials_file: Option<PathBuf>,
    /// The bucket stands in the host name, not in the path.
    #[serde(default)]
    pub virtual_hosted: bool,
}

impl S3Config {
    /// The same in the words of `object_store`. Reads the credentials file.
    ///
    /// # Errors
    /// `Invalid` for a file that is not there, open to others, or lacks a key.
    pub fn options(&self) -> Result<Vec<(String, String)>> {
        let mut options = Vec::new();
        let mut add = |name: &str, value: String| options.push((name.to_owned(), value));
        if let Some(endpoint) = &self.endpoint {
            add(
                "aws_endpoint",
                endpoint.as_str().trim_end_matches('/').to_owned(),
            );
            if endpoint.scheme() == "http" {
                add("aws_allow_http", "true".to_owned());
            }
        }
        if let Some(region) = &self.region {
            add("aws_region", region.clone());
        }
        add(
            "aws_virtual_hosted_style_request",
            self.virtual_hosted.to_string(),
        );
        if let Some(path) = &self.credentials_file {
            options.extend(credentials(path)?);
        }
        Ok(options)
    }
}

fn credentials(path: &PathBuf) -> Result<Vec<(String, String)>> {
    let bad = |what: &str| Error::invalid(format!("credentials file `{}` {what}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|e| bad("cannot be read").caused_by(e))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(bad("is open to other users").hint("chmod 0600 it."));
    }
    let text = std::fs::read_to_string(path).map_err(|e| bad("cannot be read").caused_by(e))?;
    // The form of the cloud's own tools: sections are allowed and not told apart.
    let found: Vec<(String, String)> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter_map(|(name, value)| {
            let known = CREDENTIALS.iter().find(|(known, _)| *known == name.trim());
            known.map(|(_, option)| ((*option).to_owned(), value.trim().to_owned()))
        })
        .collect();
    for (name, option) in &CREDENTIALS[..2] {
        if !found
            .iter()
            .any(|(had, value)| had == option && !value.is_empty())
        {
            return Err(bad(&format!("lacks `{name}`")));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, S3Config) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let config = S3Config {
            endpoint: Some("http://127.0.0.1:7480".parse().unwrap()),
            credentials_file: Some(path),
            ..S3Config::default()
        };
        (folder, config)
    }

    #[test]
    fn credentials_come_from_a_private_file() {
        let good = "[default]\naws_access_key_id = A\naws_secret_access_key=B=\n";
        let (_folder, config) = file(good, 0o600);
        let options = config.options().unwrap();
        let value = |name: &str| {
            let found = options.iter().find(|(had, _)| had == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(value("aws_secret_access_key"), Some("B="));
        assert_eq!(value("aws_endpoint"), Some("http://127.0.0.1:7480"));
        assert_eq!(value("aws_allow_http"), Some("true"));

        let (_folder, config) = file(good, 0o644);
        assert!(
            config
                .options()
                .unwrap_err()
                .message
                .contains("open to other")
        );
        let (_folder, config) = file("aws_access_key_id = A\n", 0o600);
        let error = config.options().unwrap_err();
        assert!(error.message.contains("lacks `aws_secret_access_key`"));
        assert!(!error.message.contains("= A"));
    }
}
