//! An image as Glance and IMS show it. Both have one document, IMS with fields of its own in it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::images::ImageView;

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The document.
pub(super) fn image(view: &ImageView) -> Value {
    let (image, backup) = (&view.image, &view.backup);
    let gib = |bytes: u64| bytes.div_ceil(1 << 30);
    let system = view.disks.iter().find(|disk| disk.system_disk);
    let id = image.id.to_string();
    let bits = match backup.details.0.architecture.as_deref() {
        Some("i686" | "i386" | "armv7l") => "32",
        _ => "64",
    };
    json!({
        "id": id,
        "name": image.name,
        "status": view.status(),
        "owner": image.project_id.to_string(),
        "visibility": "private",
        "protected": false,
        "min_disk": gib(system.map_or(backup.size_bytes, |disk| disk.size_bytes)),
        "min_ram": image.min_ram_mib,
        "max_ram": image.max_ram_mib.map(|most| most.to_string()),
        "size": null,
        "virtual_size": null,
        "checksum": null,
        "disk_format": "qcow2",
        "container_format": "bare",
        "architecture": backup.details.0.architecture,
        "__imagetype": "private",
        "__whole_image": "true",
        "__backup_id": backup.id.to_string(),
        "__originalimagename": "",
        "__data_origin": match image.of_server {
            true => format!("instance,{}", backup.resource_id),
            false => format!("server_backup,{}", backup.id),
        },
        "__image_size": backup.stored_bytes.to_string(),
        "__lazyloading": "true",
        "__description": image.description,
        "__os_type": "Other",
        "__os_version": "Other OS",
        "__os_bit": bits,
        "__platform": "Other",
        "__support_kvm": "true",
        "virtual_env_type": "FusionCompute",
        "tags": image.tags.0,
        "created_at": time(image.created_at),
        "updated_at": time(image.updated_at),
        "active_at": backup.protected_at.map(|made| time(made.max(image.created_at))),
        "file": format!("/v2/images/{id}/file"),
        "self": format!("/v2/images/{id}"),
        "schema": "/v2/schemas/image",
    })
}

/// The document of an image that another project shares.
pub(super) fn shared(view: &ImageView) -> Value {
    let mut image = image(view);
    image["visibility"] = json!("shared");
    image["__imagetype"] = json!("shared");
    image
}

/// The job that makes it.
pub(super) fn job(view: &ImageView) -> Value {
    let shown = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    let (image, backup) = (&view.image, &view.backup);
    let status = match view.status() {
        "queued" => "INIT",
        "saving" => "RUNNING",
        "active" => "SUCCESS",
        _ => "FAIL",
    };
    let ended = match status {
        "SUCCESS" => backup.protected_at.map(|made| made.max(image.created_at)),
        "FAIL" => Some(backup.updated_at),
        _ => None,
    };
    let failed = status == "FAIL";
    json!({
        "job_id": image.id.to_string(),
        "job_type": match image.of_server {
            true => "imsCreateWholeImageByInstanceJob",
            false => "imsCreateWholeImageByBackupJob",
        },
        "status": status,
        "begin_time": shown(image.created_at),
        "end_time": ended.map(shown).unwrap_or_default(),
        "error_code": failed.then_some("BackupService.6212"),
        "fail_reason": failed.then(|| match &backup.details.0.error {
            Some(error) => format!("the backup failed: {error}"),
            None => "the backup failed".to_owned(),
        }),
        "entities": {"image_id": image.id.to_string(), "image_name": image.name},
    })
}
