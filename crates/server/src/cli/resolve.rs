//! Names wherever an id is: finding the one thing a text means.

use coffer_core::{Error, Result};

use crate::client::{
    Backup, Client, DISK_TYPE, Disk, Document, Image, Policy, Resource, SERVER_TYPE, Server, Vault,
};

/// Candidates named in an error before the rest is only counted.
const CANDIDATES_SHOWN: usize = 10;

/// Something that has an id and a name.
pub trait Nameable {
    /// What it is, for people: `server`.
    const WHAT: &'static str;
    /// Id, in full.
    fn id(&self) -> &str;
    /// Name; need not be the only one.
    fn name(&self) -> &str;
    /// What tells it from another of the same name.
    fn note(&self) -> String;
}

impl Nameable for Server {
    const WHAT: &'static str = "server";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        self.status.clone()
    }
}

impl Nameable for Disk {
    const WHAT: &'static str = "disk";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        match self.attachments.first() {
            Some(at) => format!(
                "{} GiB, {} of server {}",
                self.size, at.device, at.server_id
            ),
            None => format!("{} GiB, not attached", self.size),
        }
    }
}

impl Nameable for Image {
    const WHAT: &'static str = "image";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        format!("{}, of {}", self.status, self.server.name)
    }
}

impl Nameable for Policy {
    const WHAT: &'static str = "policy";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        format!("{} policy", self.operation_type)
    }
}

impl Nameable for Vault {
    const WHAT: &'static str = "vault";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        format!(
            "{} vault, {} GiB",
            self.billing.object_type, self.billing.size
        )
    }
}

impl Nameable for Backup {
    const WHAT: &'static str = "backup";
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn note(&self) -> String {
        format!(
            "{} of {}, {}",
            self.status, self.resource_name, self.created_at
        )
    }
}

/// The one item that `wanted` means: by id, else by name.
///
/// `NotFound` for none; `Invalid` with the candidates for several.
pub fn pick<T: Nameable>(wanted: &str, items: Vec<Document<T>>) -> Result<Document<T>> {
    let what = T::WHAT;
    let is_id = |item: &Document<T>| item.value.id().eq_ignore_ascii_case(wanted);
    let by_id = items.iter().position(is_id);
    if let Some(index) = by_id {
        let mut items = items;
        return Ok(items.swap_remove(index));
    }
    let similar = similar_to(wanted, items.iter().map(|item| item.value.name()));
    let mut named: Vec<Document<T>> = items
        .into_iter()
        .filter(|item| item.value.name() == wanted)
        .collect();
    match (named.pop(), named.len()) {
        (Some(one), 0) => Ok(one),
        (Some(last), others) => {
            named.push(last);
            let shown = named.iter().take(CANDIDATES_SHOWN);
            let lines = shown.map(|c| format!("\n  {}  {}", c.value.id(), c.value.note()));
            let lines: String = lines.collect();
            let more = named.len().saturating_sub(CANDIDATES_SHOWN);
            let more = if more > 0 {
                format!("\n  and {more} more")
            } else {
                String::new()
            };
            Err(
                Error::invalid(format!("{} {what}s are named `{wanted}`", others + 1))
                    .hint(format!("Use one of the ids:{lines}{more}")),
            )
        }
        (None, _) => {
            let hint = match similar {
                Some(name) => format!("Did you mean `{name}`?"),
                None => format!("`coffer {what} list` shows what there is."),
            };
            Err(Error::not_found(format!("there is no {what} `{wanted}`")).hint(hint))
        }
    }
}

/// The server that `wanted` means.
pub async fn server(client: &Client, wanted: &str) -> Result<Document<Server>> {
    pick(wanted, client.servers().await?)
}

/// The disk that `wanted` means.
pub async fn disk(client: &Client, wanted: &str) -> Result<Document<Disk>> {
    pick(wanted, client.disks().await?)
}

/// The vault that `wanted` means.
pub async fn vault(client: &Client, wanted: &str) -> Result<Document<Vault>> {
    pick(wanted, client.vaults().await?)
}

/// The image that `wanted` means.
pub async fn image(client: &Client, wanted: &str) -> Result<Document<Image>> {
    pick(wanted, client.images().await?)
}

/// The policy that `wanted` means.
pub async fn policy(client: &Client, wanted: &str) -> Result<Document<Policy>> {
    pick(wanted, client.policies().await?)
}

/// The backup that `wanted` means, with its disks. A disk inside a server's backup goes by id.
pub async fn backup(client: &Client, wanted: &str) -> Result<Document<Backup>> {
    if is_uuid(wanted) {
        let found = client.backup(wanted).await;
        return found.map_err(|e| e.hint("`coffer backup list` shows what there is."));
    }
    let listed = pick(wanted, client.backups(Default::default()).await?)?;
    // The list leaves the disks out.
    client.backup(&listed.value.id).await
}

/// Which kinds of resources a text may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ResourceKind {
    /// Servers
    Server,
    /// Disks
    Disk,
}

impl ResourceKind {
    /// The kind that a vault of this type protects.
    pub fn of_vault(object_type: &str) -> Option<ResourceKind> {
        match object_type {
            "server" => Some(ResourceKind::Server),
            "disk" => Some(ResourceKind::Disk),
            _ => None,
        }
    }
}

/// The servers and disks that texts mean, in their order, as requests name them.
///
/// Without `kind` a name may be a server's or a disk's, but not both.
pub async fn resources(
    client: &Client,
    wanted: &[String],
    kind: Option<ResourceKind>,
) -> Result<Vec<Resource>> {
    let servers = match kind {
        Some(ResourceKind::Disk) => Vec::new(),
        _ => client.servers().await?,
    };
    let disks = match kind {
        Some(ResourceKind::Server) => Vec::new(),
        _ => client.disks().await?,
    };
    let mut found: Vec<Resource> = Vec::new();
    for text in wanted {
        let resource = match kind {
            Some(ResourceKind::Server) => of_server(&pick(text, servers.clone())?.value),
            Some(ResourceKind::Disk) => of_disk(&pick(text, disks.clone())?.value),
            None => either(text, &servers, &disks)?,
        };
        if found.iter().any(|other| other.id == resource.id) {
            return Err(Error::invalid(format!("`{text}` is named twice")));
        }
        found.push(resource);
    }
    Ok(found)
}

fn either(
    wanted: &str,
    servers: &[Document<Server>],
    disks: &[Document<Disk>],
) -> Result<Resource> {
    let server = pick(wanted, servers.to_vec());
    let disk = pick(wanted, disks.to_vec());
    match (server, disk) {
        (Ok(server), Ok(disk)) => Err(Error::invalid(format!(
            "`{wanted}` is the name of a server and of a disk"
        ))
        .hint(format!(
            "Add --type, or use an id:\n  {}  server\n  {}  disk",
            server.value.id, disk.value.id
        ))),
        (Ok(server), Err(_)) => Ok(of_server(&server.value)),
        (Err(_), Ok(disk)) => Ok(of_disk(&disk.value)),
        (Err(server), Err(disk)) => {
            // Several of that name say more than none.
            let several = |e: &Error| e.kind == coffer_core::Kind::Invalid;
            let error = if several(&disk) && !several(&server) {
                disk
            } else {
                server
            };
            if several(&error) {
                return Err(error);
            }
            let hint = error.hint.unwrap_or_default();
            Err(Error::not_found(format!("there is no server or disk `{wanted}`")).hint(hint))
        }
    }
}

fn of_server(server: &Server) -> Resource {
    resource(&server.id, &server.name, SERVER_TYPE)
}

fn of_disk(disk: &Disk) -> Resource {
    resource(&disk.id, &disk.name, DISK_TYPE)
}

fn resource(id: &str, name: &str, kind: &str) -> Resource {
    Resource {
        id: id.to_string(),
        kind: kind.to_string(),
        name: name.to_string(),
        backup_count: None,
        protect_status: None,
    }
}

/// True for the form of ids in the API.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The name nearest to `wanted`, if near enough to be a slip of the finger.
fn similar_to<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let measured = names.map(|name| (distance(wanted, name), name));
    let near = measured.filter(|(distance, _)| *distance <= 1 + wanted.chars().count() / 5);
    near.min().map(|(_, name)| name.to_string())
}

/// Number of characters to insert, delete or replace (Levenshtein), letter case aside.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.to_lowercase().chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replace = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;
    use serde_json::json;

    fn servers() -> Vec<Document<Server>> {
        let raw = [
            ("0daac4c5-6707-4851-97ba-169e36266b66", "web"),
            ("d1603440-187d-4516-af25-121250c7cc97", "database"),
            ("3f3c3220-245c-4805-b811-758870015881", "web"),
            // A name that looks like another's id.
            (
                "94eba8b2-acc9-4d82-badc-127144cc5526",
                "d1603440-187d-4516-af25-121250c7cc97",
            ),
        ];
        let document = |(id, name)| {
            let raw = json!({ "id": id, "name": name, "status": "ACTIVE" });
            let value = serde_json::from_value(raw.clone()).expect("a server");
            Document { value, raw }
        };
        raw.map(document).into()
    }

    fn disks() -> Vec<Document<Disk>> {
        let raw = json!({ "id": "5", "name": "database", "status": "available", "size": 1 });
        let value = serde_json::from_value(raw.clone()).expect("a disk");
        vec![Document { value, raw }]
    }

    #[test]
    fn ids_win_over_names() {
        let found = pick("d1603440-187d-4516-af25-121250c7cc97", servers()).expect("one");
        assert_eq!(found.value.name, "database");
        let found = pick("database", servers()).expect("one");
        assert_eq!(found.value.id, "d1603440-187d-4516-af25-121250c7cc97");
    }

    #[test]
    fn several_of_a_name_are_listed() {
        let error = pick("web", servers()).expect_err("two");
        assert_eq!(
            (error.kind, error.message.as_str()),
            (Kind::Invalid, "2 servers are named `web`")
        );
        let hint = error.hint.expect("candidates");
        assert!(
            hint.contains("0daac4c5-") && hint.contains("3f3c3220-"),
            "{hint}"
        );
    }

    #[test]
    fn none_of_a_name_offers_the_nearest() {
        let error = pick("databse", servers()).expect_err("none");
        assert_eq!(error.kind, Kind::NotFound);
        assert_eq!(error.hint.as_deref(), Some("Did you mean `database`?"));
        let error = pick("mail", servers()).expect_err("none");
        assert_eq!(
            error.hint.as_deref(),
            Some("`coffer server list` shows what there is.")
        );
    }

    #[test]
    fn a_name_of_both_kinds_is_ambiguous() {
        let error = either("database", &servers(), &disks()).expect_err("both");
        assert_eq!(error.kind, Kind::Invalid);
        assert_eq!(
            either("5", &servers(), &disks()).expect("a disk").kind,
            DISK_TYPE
        );
        let error = either("web", &servers(), &disks()).expect_err("two servers");
        assert_eq!(error.kind, Kind::Invalid);
        let error = either("mail", &servers(), &disks()).expect_err("none");
        assert_eq!(error.message, "there is no server or disk `mail`");
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "ab", 2), ("kitten", "sitting", 3), ("Web", "web", 0)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
