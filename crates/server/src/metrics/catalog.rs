//! What the catalog knows at the moment.

use std::collections::BTreeMap;

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use coffer_core::units::GIB;

use super::{Kind, Text};
use crate::app::App;
use crate::app::protection::{age_seconds, kind_of};
use crate::catalog::figures;
use crate::catalog::{notify, vaults};

/// Names and values of what tells a figure from others.
type Labels = Vec<(&'static str, String)>;

/// What a project uses.
#[derive(Default)]
struct Usage {
    vaults: u64,
    size_bytes: u64,
    used_bytes: u64,
    resources: u64,
    missed: u64,
}

pub(super) async fn render(text: &mut Text, app: &App, names: bool) -> Result<()> {
    let now = app.now();
    let protection = app.protection(None).await?;
    let mut tx = app.catalog.snapshot().await?;
    let queue = figures::queue(&mut tx).await?;
    let vaults = vaults::all(&mut tx).await?;
    let backups = figures::backups_by_project(&mut tx).await?;
    let messages = figures::waiting_messages(&mut tx).await?;
    let over = notify::alerts(&mut tx, "threshold").await?;
    drop(tx);

    text.begin(
        "coffer_queue_tasks",
        Kind::Gauge,
        "Tasks that wait or run, by kind and state.",
    );
    for (kind, state, number) in &queue {
        text.value(&[("kind", kind), ("state", state)], *number as f64);
    }
    text.begin(
        "coffer_waiting_notifications",
        Kind::Gauge,
        "Messages to be sent or tried again.",
    );
    text.value(&[], messages as f64);

    let mut usage: BTreeMap<ProjectId, Usage> = BTreeMap::new();
    let mut each: Vec<(Labels, u64, u64, bool)> = Vec::new();
    for vault in &vaults {
        let of = usage.entry(vault.project_id).or_default();
        let size = vault.size_gib.saturating_mul(GIB);
        of.vaults += 1;
        of.size_bytes += size;
        of.used_bytes += vault.used_bytes;
        let id = vault.id.to_string();
        let passed = over.iter().any(|alert| alert.subject == id);
        let mut labels = vec![("vault", id), ("project", vault.project_id.to_string())];
        if names {
            labels.push(("name", vault.name.clone()));
        }
        each.push((labels, vault.used_bytes, size, passed));
    }
    text.begin(
        "coffer_vault_used_bytes",
        Kind::Gauge,
        "What a vault takes in its store.",
    );
    for (labels, used, ..) in &each {
        text.value(&borrowed(labels), *used as f64);
    }
    text.begin(
        "coffer_vault_size_bytes",
        Kind::Gauge,
        "Capacity of a vault.",
    );
    for (labels, _, size, _) in &each {
        text.value(&borrowed(labels), *size as f64);
    }
    text.begin(
        "coffer_vault_over_threshold",
        Kind::Gauge,
        "1 where a vault's use has passed its threshold.",
    );
    for (labels, .., passed) in &each {
        text.value(&borrowed(labels), f64::from(u8::from(*passed)));
    }

    let mut resources: Vec<(Labels, i64, Option<bool>)> = Vec::new();
    for p in &protection {
        let of = usage.entry(p.held.project_id).or_default();
        of.resources += 1;
        of.missed += u64::from(p.met == Some(false));
        let mut labels = vec![
            ("resource", p.held.resource_id.to_string()),
            ("type", kind_of(p.held.resource_type).to_owned()),
            ("vault", p.held.vault_id.to_string()),
            ("project", p.held.project_id.to_string()),
        ];
        if names {
            labels.push(("name", p.held.name.clone()));
        }
        resources.push((labels, age_seconds(&p.held, now), p.met));
    }
    text.begin(
        "coffer_resource_good_backup_age_seconds",
        Kind::Gauge,
        "Age of the newest good backup of a protected resource; where there is none, since it is protected.",
    );
    for (labels, age, _) in &resources {
        text.value(&borrowed(labels), *age as f64);
    }
    text.begin(
        "coffer_resource_objective_met",
        Kind::Gauge,
        "0 where a resource has been without a good backup for longer than is allowed.",
    );
    for (labels, _, met) in &resources {
        if let Some(met) = met {
            text.value(&borrowed(labels), f64::from(u8::from(*met)));
        }
    }

    type Figure = (&'static str, &'static str, fn(&Usage) -> u64);
    let figures: [Figure; 5] = [
        ("coffer_project_vaults", "Vaults of a project.", |u| {
            u.vaults
        }),
        (
            "coffer_project_size_bytes",
            "Capacity of a project's vaults.",
            |u| u.size_bytes,
        ),
        (
            "coffer_project_used_bytes",
            "What a project's vaults take.",
            |u| u.used_bytes,
        ),
        (
            "coffer_project_resources",
            "Protected resources of a project.",
            |u| u.resources,
        ),
        (
            "coffer_project_objectives_missed",
            "Resources of a project without a good backup for longer than is allowed.",
            |u| u.missed,
        ),
    ];
    for (name, help, figure) in figures {
        text.begin(name, Kind::Gauge, help);
        for (project, of) in &usage {
            text.value(&[("project", &project.to_string())], figure(of) as f64);
        }
    }
    text.begin(
        "coffer_project_backups",
        Kind::Gauge,
        "Backups of a project.",
    );
    for (project, number) in &backups {
        text.value(&[("project", project)], *number as f64);
    }
    Ok(())
}

fn borrowed<'a>(labels: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    labels
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}
