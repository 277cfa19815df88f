//! New disks from backups, on images.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use coffer_engine::hypervisor::Hypervisor;
use coffer_engine::hypervisor::image::{ImageDisk, ImageHypervisor, ImageServer};
use serde_json::{Value, json};

use crate::lab::{Lab, refused};
use crate::ways::ended;

/// A host of one server with one qcow2 image, and a folder for new ones.
pub struct Images {
    pub folder: tempfile::TempDir,
}

impl Images {
    pub fn new() -> Images {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("new")).unwrap();
        let raw = folder.path().join("old.raw");
        crate::host::write_pattern_to_new(&raw, 8 << 20);
        let made = Command::new("qemu-img")
            .args(["convert", "-f", "raw", "-O", "qcow2"])
            .arg(&raw)
            .arg(folder.path().join("old.qcow2"))
            .status();
        assert!(made.unwrap().success());
        Images { folder }
    }

    pub fn new_folder(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    pub async fn lab(&self) -> Lab {
        let folder = self.folder.path().to_owned();
        let make = move || {
            let server = ImageServer {
                id: "old".into(),
                name: "old".into(),
                disks: vec![ImageDisk {
                    name: "vda".into(),
                    path: folder.join("old.qcow2"),
                    format: "qcow2".into(),
                }],
                tags: vec![],
            };
            let run = folder.join("run");
            let driver = ImageHypervisor::new("images", vec![server], "make", &run).unwrap();
            Arc::new(driver.with_folder(Some(folder.join("new")))) as Arc<dyn Hypervisor>
        };
        Lab::beside(|_| {}, Some(Box::new(make))).await
    }

    /// Names in the folder of new images.
    pub fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.new_folder()).unwrap().flatten();
        entries
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

/// What a guest would read of a qcow2 image.
pub fn content(image: &Path) -> Vec<u8> {
    let raw = image.with_extension("look");
    let made = Command::new("qemu-img")
        .args(["convert", "-f", "qcow2", "-O", "raw"])
        .arg(image)
        .arg(&raw)
        .status();
    assert!(made.unwrap().success());
    let bytes = std::fs::read(&raw).unwrap();
    std::fs::remove_file(&raw).unwrap();
    bytes
}

/// A backup of the server's only disk.
pub async fn backed_up(lab: &Lab) -> Value {
    let vault = lab.server_vault("v", &["old"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    lab.backup_of(&checkpoint).await
}

#[tokio::test]
async fn a_new_disk_holds_what_was_backed_up_and_may_be_larger() {
    let images = Images::new();
    let lab = images.lab().await;
    let backup = backed_up(&lab).await;
    let child = backup["children"][0]["id"].as_str().unwrap();
    let old = std::fs::read(images.folder.path().join("old.raw")).unwrap();

    let body = json!({"disk": {"backup_id": child, "name": "copy", "size_bytes": 12 << 20}});
    let made = lab.post("coffer:/disks", body.clone()).await;
    assert_eq!(made.status, 202, "{made:?}");
    let task = ended(&lab, &made.body["task"]).await;
    assert_eq!(task["state"], "success", "{task}");
    assert_eq!(images.left(), ["copy.qcow2"]);
    let bytes = content(&images.new_folder().join("copy.qcow2"));
    assert_eq!(bytes.len(), 12 << 20);
    assert!(bytes[..8 << 20] == old[..], "it holds what was backed up");
    assert!(bytes[8 << 20..].iter().all(|b| *b == 0));
    let disk = lab.volume(made.body["id"].as_str().unwrap()).await;
    // What boots a server becomes a data disk (NEW-04).
    assert_eq!(backup["children"][0]["extend_info"]["bootable"], true);
    assert_eq!(disk["bootable"], "false");
    assert_eq!(
        (&disk["name"], &disk["status"]),
        (&json!("copy"), &json!("available"))
    );

    // Names and sizes that do not do.
    let taken = lab.post("coffer:/disks", body).await;
    refused(&taken, 400, "9900");
    assert!(taken.text().contains("disk.name"), "{taken:?}");
    for (field, value) in [
        ("name", json!("a/b")),
        ("name", json!("")),
        ("host", json!("nowhere")),
    ] {
        let mut body = json!({"disk": {"backup_id": child, "name": "other"}});
        body["disk"][field] = value.clone();
        let answer = lab.post("coffer:/disks", body).await;
        refused(&answer, 400, "9900");
        assert!(
            answer.text().contains(&format!("disk.{field}")),
            "{value}: {answer:?}"
        );
    }
    let small = json!({"disk": {"backup_id": child, "name": "other", "size_bytes": 1 << 20}});
    let small = lab.post("coffer:/disks", small).await;
    assert_eq!(small.code(), "BackupService.2001", "{small:?}");
    let none = lab
        .post("coffer:/disks", json!({"disk": {"backup_id": "x"}}))
        .await;
    assert_eq!(none.status, 404, "{none:?}");
    // Servers are for other hosts.
    let id = backup["id"].as_str().unwrap();
    let server = json!({"server": {"backup_id": id, "name": "web"}});
    refused(&lab.post("coffer:/servers", server).await, 400, "9900");
    assert_eq!(images.left(), ["copy.qcow2"]);
}

#[tokio::test]
async fn clients_of_the_volume_api_make_disks_too() {
    let images = Images::new();
    let lab = images.lab().await;
    let backup = backed_up(&lab).await;
    let child = backup["children"][0]["id"].as_str().unwrap();
    let body = json!({"volume": {"backup_id": child, "name": "vol", "size": 1}});
    let made = lab.post("/volumes", body).await;
    assert_eq!(made.status, 202, "{made:?}");
    let volume = &made.body["volume"];
    assert_eq!(
        (&volume["status"], &volume["size"]),
        (&json!("creating"), &json!(1))
    );
    let path = format!("/volumes/{}", volume["id"].as_str().unwrap());
    let there = lab
        .wait(&path, |b| b["volume"]["status"] == "available")
        .await;
    assert_eq!(there["volume"]["size"], 1);
    assert_eq!(images.left(), ["vol.qcow2"]);

    let job = lab
        .root_post(
            "/v2/{project}/cloudvolumes",
            json!({"volume": {"backup_id": child,
        "name": "evs", "availability_zone": "x", "volume_type": "SSD", "count": 1}}),
        )
        .await;
    assert_eq!(job.status, 200, "{job:?}");
    let path = format!(
        "/v1/{{project}}/jobs/{}",
        job.body["job_id"].as_str().unwrap()
    );
    let job = lab.root_wait(&path, |b| b["status"] == "SUCCESS").await;
    assert_eq!(job["job_type"], "createVolume");
    let made = lab
        .volume(job["entities"]["volume_id"].as_str().unwrap())
        .await;
    assert_eq!(made["name"], "evs");
    for bad in [
        json!({"volume": {}}),
        json!({"volume": {"backup_id": child, "count": 2}}),
        json!({"volume": {"backup_id": child, "snapshot_id": "s"}}),
        json!({"volume": {"backup_id": child, "size": 0}}),
        json!({"volume": {"backup_id": child, "size": u64::MAX}}),
    ] {
        let answer = lab.post("/volumes", bad.clone()).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
    }
}

#[tokio::test]
async fn a_disk_is_there_whole_or_not_at_all() {
    let images = Images::new();
    let mut lab = images.lab().await;
    let backup = backed_up(&lab).await;
    let child = backup["children"][0]["id"].as_str().unwrap().to_owned();
    let old = std::fs::read(images.folder.path().join("old.raw")).unwrap();
    for (round, wait) in [0, 5, 20, 50, 90, 150].into_iter().enumerate() {
        let name = format!("d{round}");
        let body = json!({"disk": {"backup_id": child, "name": name}});
        let made = lab.post("coffer:/disks", body).await;
        assert_eq!(made.status, 202, "{made:?}");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let task = &made.body["task"];
        let image = images.new_folder().join(format!("{name}.qcow2"));
        if round % 2 == 0 {
            let path = format!("coffer:/tasks/{}/cancel", task["id"].as_str().unwrap());
            lab.post(&path, json!({})).await;
        } else {
            lab.kill().await;
            lab.start().await;
        }
        let task = ended(&lab, task).await;
        let there = task["state"] == "success";
        assert!(there || round % 2 == 0, "a kill ends nothing: {task}");
        assert_eq!(image.exists(), there, "{task}");
        let id = made.body["id"].as_str().unwrap();
        let answer = lab.get(&format!("/volumes/{id}")).await;
        assert_eq!(answer.status == 200, there, "{answer:?}");
        if there {
            assert!(content(&image) == old, "{name} holds what was backed up");
            std::fs::remove_file(&image).unwrap();
        }
        assert_eq!(
            images.left(),
            Vec::<String>::new(),
            "nothing half made is left"
        );
    }
}
