//! Tags of servers and disks.

use std::collections::{BTreeMap, HashMap};

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Record, Stored, record, values};

record! {
    /// A tag of a server or disk.
    ResourceTag in "resource_tags" {
        /// The server or disk.
        resource_id: Uuid,
        /// `user` or `host`.
        source: String,
        /// The key.
        tag_key: String,
        /// The value; may be empty.
        tag_value: String,
    }
}

/// Set by the API.
pub const USER: &str = "user";
/// Said by the hypervisor.
pub const HOST: &str = "host";

/// Tags of several resources, by resource and key: of two with the same key the user's holds.
pub async fn of(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<String, String>>> {
    // `host` before `user`: the later one replaces the former.
    let order = [("source", false), ("tag_key", false)];
    let of = |part: &[Uuid]| Filter::new().any_of("resource_id", part);
    let rows = record::in_parts(conn, resources, &order, of).await?;
    Ok(by_resource(rows))
}

/// What the hypervisor says of several resources.
pub async fn of_host(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<String, String>>> {
    let of_host = || Filter::new().eq("source", HOST.to_owned());
    let of = |part: &[Uuid]| of_host().any_of("resource_id", part);
    Ok(by_resource(
        record::in_parts(conn, resources, &[], of).await?,
    ))
}

/// Tags by resource and key; of two with the same key the later one holds.
fn by_resource(rows: Vec<ResourceTag>) -> HashMap<Uuid, BTreeMap<String, String>> {
    let mut tags: HashMap<Uuid, BTreeMap<String, String>> = HashMap::new();
    for row in rows {
        let of = tags.entry(row.resource_id).or_default();
        of.insert(row.tag_key, row.tag_value);
    }
    tags
}

/// Writes what the hypervisor says of a resource.
pub async fn set_of_host(
    conn: &mut AnyConnection,
    resource: Uuid,
    tags: &BTreeMap<String, String>,
) -> Result<()> {
    remove_all(conn, resource, HOST).await?;
    for (key, value) in tags {
        let tag = ResourceTag {
            resource_id: resource,
            source: HOST.to_owned(),
            tag_key: key.clone(),
            tag_value: value.clone(),
        };
        record::insert(conn, &tag).await?;
    }
    Ok(())
}

/// Number of tags that were set for a resource by the API, those of `keys` left out.
pub async fn count_others(
    conn: &mut AnyConnection,
    resource: Uuid,
    keys: &[String],
) -> Result<u64> {
    let filter = Filter::new()
        .eq("resource_id", resource)
        .eq("source", USER.to_owned())
        .none_of("tag_key", keys);
    record::count::<ResourceTag>(conn, &filter).await
}

/// Sets a tag, over the one with the same key.
pub async fn set(conn: &mut AnyConnection, tag: &ResourceTag) -> Result<()> {
    remove(conn, tag.resource_id, &tag.source, &tag.tag_key).await?;
    record::insert(conn, tag).await
}

/// Removes a tag. False where there was none of that key.
pub async fn remove(
    conn: &mut AnyConnection,
    resource: Uuid,
    source: &str,
    key: &str,
) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM resource_tags WHERE resource_id = $1 AND source = $2 AND tag_key = $3",
        values![resource, source.to_owned(), key.to_owned()],
    )
    .await?;
    Ok(rows > 0)
}

/// Removes all tags that a resource has from one source.
pub async fn remove_all(conn: &mut AnyConnection, resource: Uuid, source: &str) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM resource_tags WHERE resource_id = $1 AND source = $2",
        values![resource, source.to_owned()],
    )
    .await?;
    Ok(())
}

/// What a vault may take by itself: the oldest `most` servers (or disks) of a project that are there
/// and in no vault. A disk of a protected server is protected with it. With `tags`, those that have
/// any of them.
pub async fn unprotected<T: Record>(
    conn: &mut AnyConnection,
    project: ProjectId,
    tags: &[(String, String)],
    most: u64,
) -> Result<Vec<T>> {
    let table = T::TABLE;
    let mut filter = Filter::new()
        .eq("project_id", project)
        .and("vanished_at IS NULL")
        .with_all(
            &format!(
                "NOT EXISTS (SELECT 1 FROM vault_resources r WHERE r.resource_id = {table}.id)"
            ),
            Vec::new(),
        );
    if table == "disks" {
        filter = filter.and(
            "NOT EXISTS (SELECT 1 FROM vault_resources r WHERE r.resource_id = disks.server_id)",
        );
    }
    if !tags.is_empty() {
        let any = vec!["(h.tag_key = ? AND h.tag_value = ?)"; tags.len()].join(" OR ");
        let stored = tags.iter().flat_map(|(key, value)| {
            [
                Stored::Text(Some(key.clone())),
                Stored::Text(Some(value.clone())),
            ]
        });
        // A host's tag is hidden by the user's of the same key.
        let clause = format!(
            "EXISTS (SELECT 1 FROM resource_tags h WHERE h.resource_id = {table}.id AND ({any}) \
             AND (h.source = 'user' OR NOT EXISTS (SELECT 1 FROM resource_tags u \
             WHERE u.resource_id = h.resource_id AND u.source = 'user' AND u.tag_key = h.tag_key)))"
        );
        filter = filter.with_all(&clause, stored.collect());
    }
    let page = record::Page {
        limit: Some(most),
        ..record::Page::default()
    };
    record::page(conn, &filter, &[("created_at", false)], &page).await
}
