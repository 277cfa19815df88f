//! Every file system, byte by byte.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use coffer_core::Kind;
use coffer_engine::files::{EntryKind, Search, Session, Side, archive, differences, search};
use futures::StreamExt;

use super::images::{self, run, text};
use super::{assert_same, content, everything, everything_here, open, path, writer};

/// What a file system's own top folder has besides.
fn without_lost_and_found(
    mut all: std::collections::BTreeMap<String, Vec<u8>>,
) -> std::collections::BTreeMap<String, Vec<u8>> {
    all.remove("/lost+found/");
    all
}

fn kinds(session: &Session) -> Vec<(String, String, Option<String>)> {
    let volumes = session.volumes().iter();
    volumes
        .map(|v| (v.id.clone(), v.kind.clone(), v.label.clone()))
        .collect()
}

fn named(id: &str, kind: &str, label: Option<&str>) -> (String, String, Option<String>) {
    (id.to_owned(), kind.to_owned(), label.map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
async fn extended_file_systems_and_btrfs_are_read_byte_by_byte() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::unix_tree(&tree);
    let expected = everything_here(&tree);
    let ext = ["ext2", "ext3", "ext4"].map(|kind| (kind, images::ext(place.path(), kind, &tree)));
    let btrfs = images::btrfs(place.path(), &tree);
    let mut disks: Vec<(&str, &Path)> = ext.iter().map(|(n, p)| (*n, p.as_path())).collect();
    disks.push(("btrfs", &btrfs));
    // Once for all, so that what is measured then is a start and not the preparation.
    super::appliance().prepare().await.expect("it is prepared");
    let begun = Instant::now();
    let session = open(&disks).await;
    let opened = begun.elapsed();
    let page = session.list("ext4", &path("/"), b"", 100).await.unwrap();
    println!(
        "first listing after {:.2?} ({opened:.2?} of it to open)",
        begun.elapsed()
    );
    assert!(page.entries.len() > 5);
    assert_eq!(
        kinds(&session),
        ["ext2", "ext3", "ext4", "btrfs"].map(|kind| named(kind, kind, Some("data")))
    );
    for (volume, _) in &disks {
        let found = everything(&session, volume, "/").await;
        assert_same(&without_lost_and_found(found), &expected);
    }
    // Rights and times go along.
    let entry = session.stat("ext4", &path("/hello.txt")).await.unwrap();
    let here = std::fs::metadata(tree.join("hello.txt")).unwrap();
    use std::os::unix::fs::MetadataExt;
    assert_eq!(entry.permissions, here.mode() & 0o7777);
    assert_eq!((entry.user, entry.group), (here.uid(), here.gid()));
    assert_eq!(entry.modified_seconds, here.mtime());
}

#[tokio::test(flavor = "multi_thread")]
async fn fat_is_read_byte_by_byte_behind_either_partition_table() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::tree(&tree);
    std::fs::write(tree.join("Übersicht.txt"), "Grüße").unwrap();
    let expected = everything_here(&tree);
    let small = images::fat(place.path(), "16", &tree);
    let large = images::fat(place.path(), "32", &tree);
    let ext = images::ext(place.path(), "ext4", &tree);
    let parts = [
        ("type=U, name=boot", large.as_path()),
        ("type=L, name=system", ext.as_path()),
    ];
    let gpt = images::partitioned(place.path().join("gpt.img"), "gpt", &parts);
    // The third one is logical, inside an extended one.
    let size = std::fs::metadata(&small).unwrap().len() / 512;
    let dos = images::sized(place.path().join("dos.img"), 80);
    let script = format!(
        "label: dos\\nunit: sectors\\nd1 : start=2048, size={size}, type=e\\n\
         d2 : start={}, type=5\\nd5 : start={}, size=20000, type=83\\n",
        4096 + size,
        8192 + size
    );
    let sfdisk = format!(
        "printf '{script}' | /usr/sbin/sfdisk -q --no-reread {}",
        text(&dos)
    );
    run("sh", &["-c", &sfdisk]);
    run(
        "dd",
        &[
            &format!("if={}", text(&small)),
            &format!("of={}", text(&dos)),
            "bs=1M",
            "seek=1",
            "conv=notrunc",
            "status=none",
        ],
    );
    let session = open(&[("sda", &gpt), ("sdb", &dos)]).await;
    let found = kinds(&session);
    assert_eq!(found[0], named("sda.1", "fat", Some("DATA")));
    assert_eq!(found[1], named("sda.2", "ext4", Some("data")));
    assert_eq!(found[2], named("sdb.1", "fat", Some("DATA")));
    assert_eq!(found.last().unwrap(), &named("sdb.5", "empty", None));
    let starts = session
        .volumes()
        .iter()
        .map(|v| (v.start_bytes, v.partition));
    let starts: Vec<_> = starts.take(1).collect();
    assert_eq!(starts, [(1 << 20, Some(1))]);
    for volume in ["sda.1", "sda.2", "sdb.1"] {
        let found = everything(&session, volume, "/").await;
        assert_same(&without_lost_and_found(found), &expected);
    }
    let error = session.list("sdb.5", &path("/"), b"", 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
    let error = session.list("sdc", &path("/"), b"", 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    assert!(error.hint.unwrap().contains("sda.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kernel_wrote_is_read_byte_by_byte() {
    let place = tempfile::tempdir().unwrap();
    let (tree, plain) = (place.path().join("tree"), place.path().join("plain"));
    images::unix_tree(&tree);
    images::tree(&plain);
    let folder = place.path();
    let xfs = images::sized(folder.join("xfs.img"), 320);
    run("mkfs.xfs", &["-q", "-L", "data", text(&xfs)]);
    let exfat = images::sized(folder.join("exfat.img"), 32);
    run("mkfs.exfat", &["-L", "data", text(&exfat)]);
    let ntfs = images::sized(folder.join("ntfs.img"), 32);
    run("mkfs.ntfs", &["-q", "-F", "-Q", "-L", "data", text(&ntfs)]);
    let ext = images::ext(folder, "ext4", &tree);
    // The group spans both, so that only together they are whole.
    let first = images::sized(folder.join("pv1.img"), 24);
    let second = images::sized(folder.join("pv2.img"), 24);
    let script = "
        mount -t xfs /dev/vda /mnt; cp -a /tree/. /mnt/; umount /mnt
        # Neither takes links, and the names of folders and files are those of `plain`.
        rm /tree/docs/up
        mount -t exfat /dev/vdb /mnt
        cp -r /tree/docs /tree/many /tree/nothing /tree/empty /tree/hello.txt /tree/large.bin /mnt/
        umount /mnt
        ntfs-3g /dev/vdc /mnt
        cp -r /tree/docs /tree/many /tree/nothing /tree/empty /tree/hello.txt /tree/large.bin /mnt/
        umount /mnt
        c='devices { obtain_device_list_from_udev=0 use_devicesfile=0
            external_device_info_source=\"none\" }
            activation { udev_sync=0 udev_rules=0 monitoring=0 }
            backup { backup=0 archive=0 }'
        lvm pvcreate -q --config \"$c\" /dev/vde /dev/vdf
        lvm vgcreate -q --config \"$c\" group /dev/vde /dev/vdf
        lvm lvcreate -q --config \"$c\" -y -Wn -Zn -n root -l 100%FREE group
        dd if=/dev/vdd of=/dev/mapper/group-root bs=1M conv=fsync";
    writer::write(
        folder,
        &tree,
        &[&xfs, &exfat, &ntfs, &ext, &first, &second],
        script,
    );

    let session = open(&[
        ("vda", &xfs),
        ("vdb", &exfat),
        ("vdc", &ntfs),
        ("vdd", &first),
        ("vde", &second),
    ])
    .await;
    assert_eq!(
        kinds(&session),
        [
            named("vda", "xfs", Some("data")),
            named("vdb", "exfat", None),
            named("vdc", "ntfs", None),
            named("vdd", "lvm", None),
            named("vde", "lvm", None),
            named("group/root", "ext4", Some("data")),
        ]
    );
    let expected = everything_here(&tree);
    assert_same(&everything(&session, "vda", "/").await, &expected);
    let found = everything(&session, "group/root", "/").await;
    assert_same(&without_lost_and_found(found), &expected);
    let expected = everything_here(&plain);
    assert_same(&everything(&session, "vdb", "/").await, &expected);
    assert_same(&everything(&session, "vdc", "/").await, &expected);
    let error = session.list("vdd", &path("/"), b"", 1).await.unwrap_err();
    assert!(error.hint.unwrap().contains("logical volumes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_leave_as_archives_and_are_searched_and_compared() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::unix_tree(&tree);
    let long = format!("docs/{}", "long name ".repeat(20));
    std::fs::write(tree.join(&long), b"long").unwrap();
    let before = images::ext(place.path(), "ext4", &tree);
    std::fs::write(tree.join("hello.txt"), b"hello again\n").unwrap();
    std::fs::remove_file(tree.join("many/f0007")).unwrap();
    std::fs::create_dir(tree.join("many/new")).unwrap();
    std::fs::write(tree.join("many/new/file"), b"new").unwrap();
    let after = images::ext(place.path(), "ext3", &tree);
    let older = [("vda", before.as_path())];
    let newer = [("vda", after.as_path())];
    let (old, new) = tokio::join!(open(&older), open(&newer));

    let new = Arc::new(new);
    for (top, strip) in [("/", 0), ("/docs", 1), ("/hello.txt", 1)] {
        let stream = archive(Arc::clone(&new), "vda", path(top)).await.unwrap();
        let pieces: Vec<_> = stream.collect().await;
        let bytes: Vec<u8> = pieces
            .into_iter()
            .flat_map(|p| p.expect("a piece"))
            .collect();
        let out = place.path().join(format!("out{}", top.replace('/', "-")));
        std::fs::create_dir(&out).unwrap();
        let tar = out.with_extension("tar");
        std::fs::write(&tar, bytes).unwrap();
        run("tar", &["-xf", text(&tar), "-C", text(&out)]);
        let there = tree.join(&top[1..]);
        if top == "/hello.txt" {
            assert_eq!(
                std::fs::read(out.join("hello.txt")).unwrap(),
                b"hello again\n"
            );
            continue;
        }
        let out = if strip == 1 { out.join(&top[1..]) } else { out };
        let found = without_lost_and_found(everything_here(&out));
        assert_same(&found, &everything_here(&there));
    }

    let mut wanted = Search {
        volume: "vda".to_owned(),
        path: path("/"),
        pattern: b"F00*".to_vec(),
        after: None,
        most: 30,
        looks: 1000,
    };
    let mut found = Vec::new();
    loop {
        let part = search(&new, &wanted).await.unwrap();
        assert!(part.unread.is_empty());
        found.extend(part.entries.into_iter().map(|(path, _)| path.to_string()));
        wanted.after = part.next;
        if wanted.after.is_none() {
            break;
        }
    }
    let expected = (0..100).filter(|i| *i != 7);
    let expected: Vec<String> = expected.map(|i| format!("/many/f{i:04}")).collect();
    assert_eq!(found, expected);
    wanted.pattern = b"again".to_vec();
    assert!(search(&new, &wanted).await.unwrap().entries.is_empty());

    let root = path("/");
    let side = |session| Side {
        session,
        volume: "vda",
        path: &root,
    };
    let (list, is_more) = differences(side(&old), side(&new), 100).await.unwrap();
    assert!(!is_more);
    let lines = list.iter().map(|d| {
        let is = |entry: &Option<_>| entry.is_some();
        (d.path.to_string(), is(&d.before), is(&d.after))
    });
    let lines: Vec<_> = lines.collect();
    let expected = [
        ("/hello.txt", true, true),
        ("/many/f0007", true, false),
        ("/many/new", false, true),
    ];
    assert_eq!(lines, expected.map(|(path, a, b)| (path.to_owned(), a, b)));
    let (list, is_more) = differences(side(&old), side(&new), 1).await.unwrap();
    assert_eq!((list.len(), is_more), (1, true));
    let (list, _) = differences(side(&new), side(&new), 1).await.unwrap();
    assert!(list.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_brought_in_and_the_disk_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::tree(&tree);
    let image = images::ext(place.path(), "ext4", &tree);
    // As after a power cut: the mount has to write before anything is read.
    let script = place.path().join("script");
    std::fs::write(&script, "feature needs_recovery\n").unwrap();
    run("debugfs", &["-w", "-f", text(&script), text(&image)]);
    let before = std::fs::read(&image).unwrap();
    let session = open(&[("vda", &image)]).await;
    let hello = content(&session, "vda", &path("/hello.txt")).await;
    assert_eq!(hello, b"hello\n");
    drop(session);
    assert!(
        std::fs::read(&image).unwrap() == before,
        "the disk was written to"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_of_entries_are_told() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::tree(&tree);
    let image = images::ext(place.path(), "ext4", &tree);
    let script = place.path().join("script");
    let commands = "mknod fifo p\nmknod disk b 8 0\nmknod null c 1 3\n";
    std::fs::write(&script, commands).unwrap();
    run("debugfs", &["-w", "-f", text(&script), text(&image)]);
    let session = open(&[("vda", &image)]).await;
    for (name, kind) in [
        ("/fifo", EntryKind::Fifo),
        ("/disk", EntryKind::Device),
        ("/null", EntryKind::Device),
        ("/docs", EntryKind::Folder),
    ] {
        assert_eq!(session.stat("vda", &path(name)).await.unwrap().kind, kind);
        let error = session.read("vda", &path(name), 0, 10).await.unwrap_err();
        assert_eq!(error.kind, Kind::Invalid, "{name}");
    }
    // They are no part of an archive, which is whole without them.
    let session = Arc::new(session);
    let stream = archive(session, "vda", path("/")).await.unwrap();
    let pieces: Vec<_> = stream.collect().await;
    let bytes: Vec<u8> = pieces
        .into_iter()
        .flat_map(|p| p.expect("a piece"))
        .collect();
    let tar = place.path().join("all.tar");
    std::fs::write(&tar, bytes).unwrap();
    let listed = Command::new("tar").arg("-tf").arg(&tar).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("hello.txt") && !listed.contains("fifo") && !listed.contains("null"));
}
