//! What climbs, tricks, or is broken.

use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use coffer_core::{Error, Kind};
use coffer_engine::files::{EntryKind, Session};

use super::images::{self, noise, text};
use super::{appliance, content, open, path, served};

#[tokio::test(flavor = "multi_thread")]
async fn links_are_shown_and_never_followed() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::unix_tree(&tree);
    std::os::unix::fs::symlink("/", tree.join("root")).unwrap();
    std::os::unix::fs::symlink("/proc/self/root", tree.join("magic")).unwrap();
    std::os::unix::fs::symlink("loop", tree.join("loop")).unwrap();
    let image = images::ext(place.path(), "ext4", &tree);
    let session = open(&[("vda", &image)]).await;
    for (link, target) in [
        ("/link-to-passwd", "/etc/passwd"),
        ("/docs/up", "../../../../../../etc/passwd"),
        ("/root", "/"),
        ("/loop", "loop"),
    ] {
        let entry = session.stat("vda", &path(link)).await.unwrap();
        assert_eq!(entry.kind, EntryKind::Link);
        assert_eq!(entry.target.as_deref(), Some(target.as_bytes()));
        let error = session.read("vda", &path(link), 0, 10).await.unwrap_err();
        assert_eq!(error.kind, Kind::Invalid, "{link}: {error}");
    }
    for through in [
        "/root/init",
        "/root/proc/self/environ",
        "/magic/init",
        "/link-to-folder/er/still/data.bin",
        "/loop/x",
    ] {
        let error = session
            .read("vda", &path(through), 0, 10)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Invalid, "{through}: {error}");
        assert!(error.message.contains("symbolic link"), "{error}");
        let error = session.list("vda", &path(through), b"", 10).await;
        assert_eq!(error.unwrap_err().kind, Kind::Invalid, "{through}");
    }
    // What is beside is not there: the volume is all there is.
    for missing in [
        "/init",
        "/proc",
        "/volumes",
        "/hello.txt/x",
        "/docs/nothing",
    ] {
        let error = session.stat("vda", &path(missing)).await.unwrap_err();
        assert_eq!(error.kind, Kind::NotFound, "{missing}");
    }
    let error = session.list("vda", &path("/hello.txt"), b"", 10).await;
    assert_eq!(error.unwrap_err().kind, Kind::Invalid);
    // It goes on after all that.
    let hello = content(&session, "vda", &path("/hello.txt")).await;
    assert_eq!(hello, b"hello\n");
}

/// Looks at everything that a session shows, as far as it shows it. What cannot be read must say so in a
/// way that is not our fault.
async fn look_at_everything(session: &Session, deadline: Instant) -> Result<usize, Error> {
    let mut seen = 0;
    for volume in session.volumes().to_vec() {
        if !volume.is_readable {
            continue;
        }
        let mut folders = vec![path("/")];
        while let Some(folder) = folders.pop() {
            if seen > 400 || Instant::now() > deadline {
                return Ok(seen);
            }
            let page = match session.list(&volume.id, &folder, b"", 100).await {
                Ok(page) => page,
                Err(error) if session.end_reason().is_none() => {
                    assert_ne!(error.kind, Kind::Internal, "{error}");
                    continue;
                }
                Err(error) => return Err(error),
            };
            for entry in page.entries {
                seen += 1;
                let Ok(path) = folder.join(&entry.name) else {
                    continue;
                };
                match entry.kind {
                    EntryKind::Folder => folders.push(path),
                    EntryKind::File => {
                        let read = session.read(&volume.id, &path, 0, 1 << 20).await;
                        if let Err(error) = read {
                            assert_ne!(error.kind, Kind::Internal, "{error}");
                            if session.end_reason().is_some() {
                                return Err(error);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(seen)
}

fn overwrite(image: &Path, at: u64, bytes: &[u8]) {
    let file = std::fs::File::options().write(true).open(image).unwrap();
    file.write_all_at(bytes, at).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_disks_and_tables_are_clear_errors() {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::tree(&tree);
    let at = |name: &str| place.path().join(name);
    let garbage = at("garbage.img");
    std::fs::write(&garbage, noise(9, 4 << 20)).unwrap();
    let empty = images::sized(at("empty.img"), 8);
    let tiny = at("tiny.img");
    std::fs::write(&tiny, [0x55; 512]).unwrap();
    // A superblock, and nothing of what it says is there.
    let headless = images::ext(place.path(), "ext4", &tree);
    overwrite(&headless, 4096, &vec![0xff; 2 << 20]);
    // All it says is beyond the end.
    let short = images::ext(place.path(), "ext3", &tree);
    std::fs::File::options()
        .write(true)
        .open(&short)
        .unwrap()
        .set_len(2 << 20)
        .unwrap();
    let fat = images::fat(place.path(), "16", &tree);
    overwrite(&fat, 14, &[0xff, 0xff]);
    // A table of partitions that are longer than the disk, lie on each other and go round in a ring.
    let table = images::sized(at("table.img"), 8);
    let mut sector = vec![0_u8; 512];
    for (i, (kind, start, len)) in [
        (0x83_u8, 1_u32, u32::MAX),
        (0x83, 0, 5),
        (5, 1, 9),
        (5, 1, 9),
    ]
    .into_iter()
    .enumerate()
    {
        let entry = &mut sector[446 + 16 * i..][..16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&start.to_le_bytes());
        entry[12..].copy_from_slice(&len.to_le_bytes());
    }
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    overwrite(&table, 0, &sector);
    overwrite(&table, 512, &sector);
    // A GPT that says it has four milliards of entries.
    let tree_image = images::ext(place.path(), "ext2", &tree);
    let gpt = images::partitioned(at("gpt.img"), "gpt", &[("type=L", &tree_image)]);
    overwrite(&gpt, 512 + 80, &[0xff; 8]);
    let disks = [
        ("garbage", &*garbage),
        ("empty", &*empty),
        ("tiny", &*tiny),
        ("headless", &*headless),
        ("short", &*short),
        ("fat", &*fat),
        ("table", &*table),
        ("gpt", &*gpt),
    ];
    let session = open(&disks).await;
    let kinds: Vec<_> = session
        .volumes()
        .iter()
        .map(|v| (v.id.as_str(), v.kind.as_str()))
        .collect();
    for expected in [
        ("garbage", "unknown"),
        ("empty", "empty"),
        ("tiny", "unknown"),
        ("headless", "ext4"),
        ("short", "ext3"),
        ("fat", "fat"),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} in {kinds:?}");
    }
    for (volume, kind) in [
        ("garbage", Kind::Invalid),
        ("empty", Kind::Invalid),
        ("headless", Kind::Data),
        ("short", Kind::Data),
        ("fat", Kind::Data),
    ] {
        let error = session.list(volume, &path("/"), b"", 10).await.unwrap_err();
        assert_eq!(error.kind, kind, "{volume}: {error}");
        assert!(error.hint.is_some(), "{volume}: {error}");
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    look_at_everything(&session, deadline)
        .await
        .expect("nothing ended it");
    let none = appliance().open(Vec::new()).await.unwrap_err();
    assert_eq!(none.kind, Kind::Invalid);
    let many: Vec<(&str, &Path)> = vec![("x", empty.as_path()); 25];
    let many = appliance().open(served(&many)).await.unwrap_err();
    assert_eq!(many.kind, Kind::Invalid);
}

/// Metadata of each file system is overwritten here and there; whatever comes of it is an answer or an
/// error that names the disk, and the next session is as good as any.
#[tokio::test(flavor = "multi_thread")]
async fn mutated_images_do_no_harm() {
    let limit = coffer_engine::testkit::option("COFFER_TEST_SECONDS").unwrap_or(45);
    let deadline = Instant::now() + Duration::from_secs(limit);
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    images::tree(&tree);
    let folder = place.path();
    let xfs = images::sized(folder.join("xfs.img"), 320);
    images::run("mkfs.xfs", &["-q", text(&xfs)]);
    let ntfs = images::sized(folder.join("ntfs.img"), 16);
    images::run("mkfs.ntfs", &["-q", "-F", "-Q", text(&ntfs)]);
    images::run(
        "ntfscp",
        &[
            "-q",
            text(&ntfs),
            text(&tree.join("large.bin")),
            "large.bin",
        ],
    );
    let exfat = images::sized(folder.join("exfat.img"), 16);
    images::run("mkfs.exfat", &[text(&exfat)]);
    let originals = [
        ("ext4", images::ext(folder, "ext4", &tree)),
        ("btrfs", images::btrfs(folder, &tree)),
        ("fat", images::fat(folder, "32", &tree)),
        ("xfs", xfs),
        ("ntfs", ntfs),
        ("exfat", exfat),
    ];
    let seed = coffer_engine::testkit::option("COFFER_TEST_SEED").unwrap_or(1);
    let (mut rounds, mut ended, mut seen) = (0, 0, 0);
    while rounds < 2 || Instant::now() < deadline {
        let mut mutated = Vec::new();
        for (i, (name, original)) in originals.iter().enumerate() {
            let image = folder.join(format!("{name}.mutated"));
            images::run("cp", &["--sparse=always", text(original), text(&image)]);
            let dice = noise(seed * 1_000_003 + rounds * 64 + i as u64, 4096);
            for change in dice.chunks_exact(16).take(40) {
                // Where metadata lies: near the beginning, or where something is at all.
                let word = u64::from_le_bytes(change[..8].try_into().unwrap());
                let within = [128 << 10, 4 << 20, 14 << 20][change[8] as usize % 3];
                overwrite(
                    &image,
                    word % within,
                    &change[9..][..1 + change[15] as usize % 6],
                );
            }
            mutated.push((*name, image));
        }
        let disks: Vec<(&str, &Path)> = mutated.iter().map(|(n, p)| (*n, p.as_path())).collect();
        match appliance().open(served(&disks)).await {
            Ok(session) => match look_at_everything(&session, deadline).await {
                Ok(found) => seen += found,
                Err(error) => {
                    println!("round {rounds}: {}", error.chain());
                    ended += 1;
                }
            },
            Err(error) => {
                assert_ne!(error.kind, Kind::Internal, "{error}");
                ended += 1;
            }
        }
        rounds += 1;
    }
    println!("seed {seed}: {rounds} rounds of 6 images, {ended} ended the machine, {seen} entries");
    let good = open(&[("vda", &originals[0].1)]).await;
    let hello = content(&good, "vda", &path("/hello.txt")).await;
    assert_eq!(hello, b"hello\n");
}
