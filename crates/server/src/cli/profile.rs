//! Profiles: where `coffer login` keeps addresses and tokens.
//!
//! One TOML file, `coffer/config.toml` in the user's configuration directory, mode 0600. It holds
//! tokens, never passwords. It is replaced as a whole by renaming, so no reader sees half of it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use coffer_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::Environment;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// The profile last logged in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// By name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// One service and the log-in to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Log-in address.
    pub auth_url: String,
    /// User, for people.
    pub user: String,
    /// The user's domain, offered at the next log-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_domain: Option<String>,
    /// The project's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The project, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Region to choose from the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Certificates to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The token; none after `coffer logout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When the token runs out, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token stays out of logs.
        write!(f, "Profile({} at {})", self.user, self.auth_url)
    }
}

/// Path of the file, or an error that says what is missing.
pub fn path(environment: &Environment) -> Result<PathBuf> {
    let directory = environment.config_directory().ok_or_else(|| {
        Error::invalid("neither HOME nor XDG_CONFIG_HOME is set: there is no place for profiles")
    })?;
    Ok(directory.join("config.toml"))
}

/// Reads the file; empty where there is none.
pub fn load(path: &Path) -> Result<Profiles> {
    let shown = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Profiles::default()),
        Err(e) => return Err(Error::invalid(format!("read `{shown}`")).caused_by(e)),
    };
    toml::from_str(&text).map_err(|e| {
        // TOML's own message would quote the line, and with it perhaps the token.
        Error::invalid(format!("`{shown}` is damaged: {}", e.message()))
            .hint("Delete the file and log in again.")
    })
}

/// Writes the file, mode 0600 from the start.
pub fn save(path: &Path, profiles: &Profiles) -> Result<()> {
    let shown = path.display();
    let failed = |e: std::io::Error| Error::unavailable(format!("write `{shown}`")).caused_by(e);
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(failed)?;
    let text = toml::to_string(profiles)
        .map_err(|e| Error::internal(format!("write `{shown}`")).caused_by(e))?;
    let new = path.with_extension(format!("toml.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&new).and_then(|mut file| {
        // A file left by a crash may have had another mode.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    });
    written.map_err(|e| {
        let _ = fs::remove_file(&new);
        failed(e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_come_back_and_only_the_owner_reads_them() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a/coffer/config.toml");
        assert_eq!(load(&path).expect("no file"), Profiles::default());
        let profile = Profile {
            auth_url: "http://h/v3".to_string(),
            user: "me".to_string(),
            user_domain: None,
            project_id: Some("p".to_string()),
            project: None,
            region: None,
            ca_file: None,
            token: Some("secret-token".to_string()),
            expires_at: None,
        };
        assert!(!format!("{profile:?}").contains("secret"));
        let profiles = Profiles {
            current: Some("default".to_string()),
            profiles: BTreeMap::from([("default".to_string(), profile)]),
        };
        save(&path, &profiles).expect("saved");
        assert_eq!(load(&path).expect("loaded"), profiles);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_does_not_show_its_token() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        fs::write(&path, "[profiles.a]\ntoken = \"secret-token\n").expect("written");
        let error = load(&path).expect_err("damaged");
        assert!(!error.chain().contains("secret"), "{}", error.chain());
    }
}
