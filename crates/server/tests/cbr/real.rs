//! Ways back on a real guest: QEMU's own record of changes, its own images.

use std::path::Path;
use std::sync::Arc;

use coffer_engine::testkit::{Boot, DiskSpec, Guest, GuestSpec, Image, Stack};
use serde_json::{Value, json};

use crate::create::content;
use crate::lab::{Lab, refused};
use crate::ways::{details, ended, estimate};

/// A libvirt host of the test's own, as the configuration names it.
pub fn host(stack: &Stack) -> String {
    let folder = stack.directory().join("coffer");
    std::fs::create_dir_all(folder.join("images")).unwrap();
    let (uri, folder) = (stack.uri(), folder.display());
    format!(
        "[[libvirt]]\nname = 'real'\nuri = '{uri}'\nimage_dirs = ['{folder}/images']\n\
         runtime_dir = '{folder}/run'\nscratch_dir = '{folder}/scratch'\n"
    )
}

/// A guest with its system disk and an empty data disk, as short to boot as can be.
pub fn guest(stack: &Arc<Stack>, name: &str) -> Guest {
    let blank = Image::Blank {
        size_bytes: 64 << 20,
    };
    let spec = GuestSpec {
        name: name.to_owned(),
        disks: vec![DiskSpec::qcow2(Image::System), DiskSpec::qcow2(blank)],
        boot: Boot::Kernel,
        on_reboot: "restart",
        agent: true,
    };
    Guest::define(stack, spec)
}

/// What the disks of a guest that is off hold.
fn held(guest: &Guest, folder: &Path) -> Vec<Vec<u8>> {
    let files = guest.copy_disks(folder);
    files.iter().map(|f| std::fs::read(f).unwrap()).collect()
}

fn same(what: &str, left: &[Vec<u8>], right: &[Vec<u8>]) {
    for (n, (a, b)) in left.iter().zip(right).enumerate() {
        let differ = a.chunks(512).zip(b.chunks(512)).filter(|(a, b)| a != b);
        assert!(
            a == b,
            "{what}: disk {n}: {} sectors differ",
            differ.count()
        );
    }
}

async fn restored(lab: &Lab, backup: &Value, server: &str, more: Value) -> Value {
    let id = backup["id"].as_str().unwrap();
    let mut body = json!({"server_id": server, "power_on": false});
    let object = body.as_object_mut().unwrap();
    object.extend(more.as_object().unwrap().clone());
    let path = format!("coffer:/backups/{id}/restore");
    let begun = lab.post(&path, json!({"restore": body})).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let task = ended(lab, &begun.body).await;
    assert_eq!(task["state"], "success", "{task}");
    task
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_guest_is_read_and_written_as_announced_and_the_restore_undone() {
    let stack = Arc::new(Stack::start());
    let guest = guest(&stack, "ways");
    guest.start_ready();
    let lab = Lab::configured(|_| {}, &host(&stack)).await;
    let vault = lab.server_vault("v", &["ways"]).await;
    let server = lab.id("server", "ways").await;
    let wanted = json!({"resources": [{"id": server, "type": "server"}]});
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let first = lab.backup_of(&checkpoint).await;

    // Running: 20 chunks and a bit of another one, counted by QEMU.
    guest.exec("dd if=/dev/urandom of=/dev/vdb bs=64k seek=3 count=20 oflag=direct && dd if=/dev/urandom of=/dev/vdb bs=4k seek=1000 count=1 oflag=direct");
    let announced = estimate(&lab, "backup", wanted.clone()).await;
    assert_eq!(
        announced["disks"][1]["changed_bytes"],
        21 << 16,
        "{announced}"
    );
    assert_eq!(announced["disks"][0]["reason"], Value::Null, "{announced}");
    let most = estimate(&lab, "restore", json!({"backup_id": first["id"]})).await;
    assert_eq!(most["exact"], false, "{most}");
    let checkpoint = lab.back_up(&vault, json!({"name": "second"})).await;
    let second = lab.backup_of(&checkpoint).await;
    let read = details(&lab, &second).await;
    assert_eq!(read["disks"][1]["read_bytes"], 21 << 16, "{read}");

    // Off: to the byte, over two backups and what was written since.
    guest.exec("dd if=/dev/urandom of=/dev/vdb bs=64k seek=100 count=5 oflag=direct");
    guest.stop();
    let then = held(&guest, &lab.directory.path().join("then"));
    let announced = estimate(&lab, "restore", json!({"backup_id": first["id"]})).await;
    assert_eq!(announced["exact"], true, "{announced}");
    // Of the data disk all that changed goes back to zero.
    assert_eq!(announced["disks"][1]["write_bytes"], 0, "{announced}");
    // Where a whole subtree is empty all of it is made zero, which costs nothing.
    let zero = announced["disks"][1]["zero_bytes"].as_u64();
    assert!(zero >= Some(26 << 16), "{announced}");
    let task = restored(&lab, &first, &server, json!({"safety_backup": true})).await;
    let old = held(&guest, &lab.directory.path().join("old"));
    assert!(
        old[1].iter().all(|b| *b == 0),
        "the disk was empty at first"
    );
    assert!(
        task["new_bytes"].as_u64() <= announced["write_bytes"].as_u64(),
        "{task}"
    );

    // The way back, and its size beforehand.
    let safety = json!({"backup_id": task["safety_backup"]["id"]});
    let announced = estimate(&lab, "restore", safety).await;
    assert_eq!(
        announced["disks"][1]["write_bytes"],
        26 << 16,
        "{announced}"
    );
    let path = format!("coffer:/tasks/{}/go-back", task["id"].as_str().unwrap());
    let back = lab.post(&path, json!({"power_on": false})).await;
    let back = ended(&lab, &back.body).await;
    assert_eq!(back["state"], "success", "{back}");
    assert_eq!(back["new_bytes"], announced["write_bytes"], "{back}");
    same(
        "gone back",
        &held(&guest, &lab.directory.path().join("back")),
        &then,
    );

    // And forth again, to the second one, without a safety backup: what is announced is done.
    let announced = estimate(&lab, "restore", json!({"backup_id": second["id"]})).await;
    let task = restored(&lab, &second, &server, json!({})).await;
    assert_eq!(
        task["new_bytes"], announced["write_bytes"],
        "{announced} {task}"
    );
    let as_second = held(&guest, &lab.directory.path().join("second"));

    // A server of its own from an image of the second backup, while the old one runs.
    let image = json!({"image": {"backup_id": second["id"], "name": "ways as it was"}});
    let image = lab.post("coffer:/images", image).await.body["image"].clone();
    let new = json!({"server": {"image_id": image["id"], "name": "ways-2"}});
    let made = lab.post("coffer:/servers", new).await;
    assert_eq!(made.status, 202, "{made:?}");
    guest.start_ready();
    let sum = guest.exec("dd if=/dev/vdb bs=64k skip=100 count=5 | tr -d '\\0' | wc -c");
    assert_eq!(sum.trim(), "0", "what came after the second backup is gone");
    let task = ended(&lab, &made.body["task"]).await;
    assert_eq!(task["state"], "success", "{task}");
    let twin = lab.id("server", "ways-2").await;
    assert_eq!(made.body["id"], json!(twin));
    let uuid = stack.virsh(&["domuuid", "ways-2"]);
    assert_ne!(uuid.trim(), guest.uuid());
    let body = json!({"server": {"backup_id": second["id"], "name": "ways-2"}});
    let answer = lab.post("coffer:/servers", body).await;
    refused(&answer, 400, "9900");
    let folder = stack.directory().join("coffer/images");
    let folder = folder.join(format!("ways-2-{}", uuid.split('-').next().unwrap()));
    let disk = content(&folder.join("vdb.qcow2"));
    assert!(disk == as_second[1], "as it was backed up");
    guest.power_off();
    stack.virsh(&["undefine", "ways-2", "--checkpoints-metadata"]);
}
