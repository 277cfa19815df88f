//! `coffer repo` from end to end, by running the program: no service, no database, no hypervisor.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

#[path = "cli_repo/nbd.rs"]
mod nbd;

const MIB: usize = 1 << 20;

/// A directory with a key, a repository `store` and a disk `a.raw` of 4 MiB, half of it data.
struct Place {
    directory: TempDir,
}

impl Place {
    fn empty() -> Place {
        let place = Place {
            directory: tempfile::tempdir().expect("a directory"),
        };
        place.ok("repo key new key");
        place
    }

    fn new() -> Place {
        let place = Place::empty();
        place.ok("repo init store --key-file key");
        place.write("a.raw", 0, &noise(1, 2 * MIB));
        place.resize("a.raw", 4 * MIB);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, offset: u64, bytes: &[u8]) {
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .create(true)
            .write(true)
            .truncate(false)
            .open(self.path(name))
            .expect("opened");
        file.seek(SeekFrom::Start(offset)).expect("sought");
        file.write_all(bytes).expect("written");
    }

    fn resize(&self, name: &str, len: usize) {
        let file = fs::OpenOptions::new()
            .write(true)
            .open(self.path(name))
            .expect("opened");
        file.set_len(len as u64).expect("resized");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Runs the program with words separated by blanks, in a bare environment.
    fn run(&self, words: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_coffer"))
            .args(words.split_whitespace())
            .current_dir(self.directory.path())
            .env_clear()
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .output()
            .expect("the program runs")
    }

    /// Runs a command that has to succeed and returns what it wrote.
    #[track_caller]
    fn ok(&self, words: &str) -> Vec<u8> {
        let output = self.run(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "coffer {words}: {error}");
        output.stdout
    }

    /// Runs a command that has to succeed and reads its document, which must be all it wrote.
    #[track_caller]
    fn json(&self, words: &str) -> Value {
        let stdout = self.ok(&format!("{words} --json --key-file key"));
        serde_json::from_slice(&stdout).unwrap_or_else(|e| panic!("coffer {words}: {e}"))
    }

    /// Runs a command that has to fail: with this exit code, a message and a hint that hold these
    /// texts, and nothing on standard output.
    #[track_caller]
    fn fails(&self, words: &str, code: i32, message: &str, hint: &str) {
        let output = self.run(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "coffer {words}: {stderr}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "",
            "coffer {words}"
        );
        assert!(stderr.starts_with("error: "), "coffer {words}: {stderr}");
        assert!(
            stderr.contains(message),
            "coffer {words}: `{message}` is not in: {stderr}"
        );
        assert!(!stderr.contains("panicked"), "coffer {words}: {stderr}");
        let (_, after) = stderr.split_once("hint: ").unwrap_or((&stderr, ""));
        assert!(
            after.contains(hint),
            "coffer {words}: `{hint}` is no hint of: {stderr}"
        );
        self.same_in_json(words, code, message);
    }

    /// The same failure as a document on standard error.
    #[track_caller]
    fn same_in_json(&self, words: &str, code: i32, message: &str) {
        let output = self.run(&format!("{words} --json"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "coffer {words} --json: {stderr}"
        );
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "",
            "coffer {words} --json"
        );
        let last = stderr.lines().last().unwrap_or_default();
        let document: Value = serde_json::from_str(last).unwrap_or_else(|e| panic!("{last}: {e}"));
        let error = &document["error"];
        assert_eq!(error["exit_code"], code, "{error}");
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains(message), "{text}");
    }

    /// Backs `a.raw` up as `vda` and returns the backup's document.
    #[track_caller]
    fn back_up(&self, more: &str) -> Value {
        let document = self.json(&format!("repo backup store --disk vda=a.raw {more}"));
        document["backup"].clone()
    }

    /// All objects of the repository below `folder`; not the unfinished ones of a killed writer.
    fn objects(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path("store").join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false if path.to_string_lossy().contains('#') => {}
                    false => found.push(path),
                }
            }
        }
        found.sort();
        found
    }
}

/// Bytes that do not compress, the same for the same seed.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn id(backup: &Value) -> &str {
    backup["id"].as_str().expect("an id")
}

#[test]
fn what_is_backed_up_comes_back() {
    let place = Place::new();
    place.write("b.raw", 0, &noise(2, 100_001));
    let first = place.json("repo backup store --disk vda=a.raw --disk vdb=b.raw --name first");
    let first = &first["backup"];
    let disk = &first["disks"][0];
    assert_eq!(disk["size_bytes"], 4 * MIB);
    assert_eq!(disk["allocated_bytes"], 2 * MIB);
    assert_eq!(
        (disk["parent_id"].is_null(), &disk["system"]),
        (true, &Value::Bool(true))
    );

    let before = place.read("a.raw");
    place.write("a.raw", 3 * MIB as u64, &noise(3, 10));
    let second = place.json("repo backup store --disk vda=a.raw --disk vdb=b.raw --name second");
    let second = &second["backup"];
    assert_eq!(second["disks"][0]["parent_id"], first["id"]);
    // One chunk changed on one disk.
    assert_eq!(second["disks"][0]["new_bytes"], 64 * 1024);
    assert_eq!(second["disks"][1]["new_bytes"], 0);

    place.json("repo restore store latest --to-dir out");
    assert!(
        place.read("out/vda.raw") == place.read("a.raw"),
        "vda differs"
    );
    assert!(
        place.read("out/vdb.raw") == place.read("b.raw"),
        "vdb differs"
    );
    place.json("repo restore store first --disk vda --to old.raw");
    assert!(place.read("old.raw") == before, "the first backup differs");

    let listed = place.json("repo ls store");
    let names: Vec<&Value> = listed["backups"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(
        names.iter().map(|b| &b["name"]).collect::<Vec<_>>(),
        ["first", "second"]
    );
    assert_eq!(
        place.json("repo ls store second")["backup"]["id"],
        second["id"]
    );
    assert_eq!(place.json("repo verify store")["clean"], true);
    assert_eq!(place.objects("session").len(), 0, "sessions are left");
}

#[test]
fn only_the_changes_named_are_read() {
    let place = Place::new();
    place.back_up("--name first");
    place.write("a.raw", 65_530, &noise(4, 10));
    fs::write(place.path("changes"), "# two chunks\n65530 10\n").expect("written");
    let second = place.back_up("--parent latest --changed vda=changes");
    assert_eq!(second["disks"][0]["read_bytes"], 2 * 64 * 1024);
    assert_eq!(second["disks"][0]["change_tracking"]["kind"], "bitmap");
    place.json("repo restore store latest --to out.raw");
    assert!(
        place.read("out.raw") == place.read("a.raw"),
        "the second backup differs"
    );

    // What was added to the disk is read though no line names it.
    place.resize("a.raw", 4 * MIB + 5000);
    place.write("a.raw", 4 * MIB as u64 + 100, &noise(5, 100));
    fs::write(place.path("changes"), "").expect("written");
    place.back_up("--parent latest --changed vda=changes");
    place.json("repo restore store latest --to grown.raw");
    assert!(
        place.read("grown.raw") == place.read("a.raw"),
        "the grown disk differs"
    );
}

#[test]
fn a_full_backup_stands_alone() {
    let place = Place::new();
    let first = place.back_up("--name first");
    let full = place.back_up("--full --name full");
    assert_eq!(
        full["disks"][0]["new_bytes"],
        first["disks"][0]["new_bytes"]
    );
    assert!(full["disks"][0]["parent_id"].is_null());
    place.ok("repo delete store first --yes --key-file key");
    place.json("repo reclaim store");
    place.json("repo restore store full --to out.raw");
    assert!(
        place.read("out.raw") == place.read("a.raw"),
        "the full backup differs"
    );
}

#[test]
fn bytes_can_be_read_singly() {
    let place = Place::new();
    place.back_up("--name b");
    let image = place.read("a.raw");
    for (offset, length) in [
        (0, 1),
        (65_535, 2),
        (2 * MIB - 1, 2),
        (4 * MIB - 3, 3),
        (7, 0),
    ] {
        let words = format!("repo read store b --offset {offset} --length {length} --key-file key");
        assert!(
            place.ok(&words) == image[offset..offset + length],
            "{offset} {length}"
        );
    }
    assert!(place.ok("repo read store b --offset 3MiB --key-file key") == image[3 * MIB..]);
    place.json("repo read store b --disk vda --offset 64K --length 128K -o part");
    assert!(place.read("part") == image[64 * 1024..192 * 1024]);
    let end = "repo read store b --offset 4194300 --length 5 --key-file key";
    place.fails(end, 2, "ends at byte 4194304", "inside the disk");
    place.fails(
        "repo read store b -o part --key-file key",
        4,
        "`part` exists",
        "new file",
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    place.write("a.raw", 2 * MIB as u64, &noise(6, 2 * MIB));
    place.back_up("--name b");
    let mut child = Command::new(env!("CARGO_BIN_EXE_coffer"))
        .args("repo read store b --key-file key".split(' '))
        .current_dir(place.directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(place.objects("session").len(), 0, "the session is left");
}

#[test]
fn existing_targets_are_overwritten_only_when_asked() {
    let place = Place::new();
    place.back_up("--name b");
    let image = place.read("a.raw");
    place.write("target", 0, &noise(7, 4 * MIB + 10));
    let restore = "repo restore store b --to target --key-file key";
    place.fails(restore, 4, "exists", "--overwrite");
    place.fails(
        &format!("{restore} --overwrite"),
        2,
        "this overwrites `target`",
        "--yes",
    );
    assert!(
        place.read("target") == noise(7, 4 * MIB + 10),
        "it was written to"
    );
    place.ok(&format!("{restore} --overwrite --yes"));
    let target = place.read("target");
    assert!(target[..4 * MIB] == image[..], "it differs");
    assert!(
        target[4 * MIB..] == noise(7, 4 * MIB + 10)[4 * MIB..],
        "what lies beyond changed"
    );

    place.resize("target", MIB);
    let small = format!("{restore} --overwrite --yes");
    place.fails(
        &small,
        2,
        "the target has 1048576 bytes",
        "at least the disk's size",
    );
    fs::create_dir(place.path("out")).expect("made");
    place.write("out/vda.raw", 0, b"mine");
    let to_dir = "repo restore store b --to-dir out --key-file key";
    place.fails(to_dir, 4, "`out/vda.raw` exists", "another directory");
    assert_eq!(place.read("out/vda.raw"), b"mine");
    let nowhere = "repo restore store b --to missing/x --key-file key";
    place.fails(nowhere, 3, "missing/x", "");
}

#[test]
fn wrong_places_are_refused() {
    let place = Place::empty();
    fs::create_dir(place.path("foreign")).expect("made");
    place.write("foreign/photo.jpg", 0, b"not ours");
    place.write("file", 0, b"x");
    place.fails(
        "repo init foreign --key-file key",
        4,
        "not empty",
        "empty directory",
    );
    place.fails(
        "repo ls foreign --key-file key",
        3,
        "there is no vault",
        "not made by coffer",
    );
    place.fails(
        "repo ls missing --key-file key",
        3,
        "missing",
        "coffer repo init",
    );
    place.fails("repo ls file --key-file key", 2, "not a directory", "");
    place.fails(
        "repo ls ftp://host/x --key-file key",
        2,
        "unknown scheme",
        "s3://",
    );
    place.fails(
        "repo init memory: --key-file key",
        2,
        "is no store",
        "directory",
    );
    assert_eq!(place.read("foreign/photo.jpg"), b"not ours");
    place.ok("repo init store --key-file key");
    place.fails(
        "repo init store --key-file key",
        4,
        "there is a vault already",
        "",
    );
}

#[test]
fn wrong_keys_are_refused() {
    let place = Place::new();
    place.ok("repo key new other");
    place.write("short", 0, b"12345");
    place.write("words", 0, b"a passphrase\n");
    let ls = "repo ls store";
    place.fails(
        &format!("{ls} --key-file other"),
        2,
        "key file is not this vault's",
        "",
    );
    place.fails(
        &format!("{ls} --key-file short"),
        2,
        "5 bytes, not 32",
        "coffer repo key new",
    );
    place.fails(&format!("{ls} --key-file missing"), 2, "missing", "");
    place.fails(
        &format!("{ls} --passphrase-file words"),
        2,
        "no key slot",
        "key file",
    );
    place.fails(ls, 2, "no key was given", "--key-file");
    place.fails(
        "repo init new --key-file missing",
        2,
        "no key file",
        "coffer repo key new",
    );
    assert!(
        !place.path("new").exists(),
        "a directory was made for nothing"
    );
    place.fails("repo key new key", 4, "create key file `key`", "");

    let words = "repo key add store --key-file key --new-passphrase-file words";
    place.ok(words);
    place.ok(&format!("{ls} --passphrase-file words"));
    place.ok("repo key export store --key-file key recovery");
    place.ok(&format!("{ls} --key-file recovery"));
    let slots = place.ok("repo key list store --json");
    let slots: Value = serde_json::from_slice(&slots).expect("a document");
    // Every slot has two copies.
    assert_eq!(slots.as_array().map(Vec::len), Some(6), "{slots}");
    use std::os::unix::fs::PermissionsExt;
    for file in ["key", "recovery"] {
        let mode = fs::metadata(place.path(file))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn bad_backup_requests_are_refused_and_leave_nothing() {
    let place = Place::new();
    place.back_up("--name b");
    let objects = place.objects("").len();
    let backup = "repo backup store --key-file key";
    place.fails(
        &format!("{backup} --disk vda=missing.raw"),
        3,
        "missing.raw",
        "",
    );
    place.fails(&format!("{backup} --disk vda=."), 2, "disk `vda`", "");
    place.fails(
        &format!("{backup} --disk vda=a.raw --disk vda=key"),
        2,
        "named twice",
        "",
    );
    place.fails(
        &format!("{backup} --disk vda=a.raw --parent x"),
        3,
        "no backup `x`",
        "repo ls",
    );
    for (lines, message) in [
        ("0 65536\n12\n", "line 2: 1 fields instead of 2"),
        ("0 8\n\n8 many\n", "line 3: `many` is not a number of bytes"),
        (
            "4194304 1\n",
            "line 1: 1 bytes at 4194304 lie beyond the end",
        ),
    ] {
        fs::write(place.path("changes"), lines).expect("written");
        let words = format!("{backup} --disk vda=a.raw --parent b --changed vda=changes");
        place.fails(&words, 2, message, "offset length");
    }
    let words = format!("{backup} --disk vda=a.raw --parent b --changed vda=missing");
    place.fails(&words, 2, "extents file `missing`", "");
    let words = format!("{backup} --disk new=a.raw --parent b --changed new=changes");
    place.fails(&words, 2, "the parent has no disk `new`", "new");
    let words = format!("{backup} --disk vda=a.raw --parent b --changed vdb=changes");
    place.fails(&words, 2, "there is no --disk vdb", "");
    place.write("q.qcow2", 0, b"QFI\xfb rest of the image");
    place.fails(
        &format!("{backup} --disk vda=q.qcow2"),
        2,
        "is a qcow2 image",
        "qemu-nbd",
    );
    place.ok(&format!(
        "{backup} --disk vda=q.qcow2 --as-raw --server q --name q"
    ));
    place.ok("repo delete store q --yes --key-file key");
    place.json("repo reclaim store");
    // Deletion and reclaim are written into the log, and references are counted; the rest is as it
    // was.
    let others = ["store/log", "store/tally", "store/counts"].map(|folder| place.path(folder));
    let kept = |path: &&PathBuf| !others.iter().any(|folder| path.starts_with(folder));
    let now = place.objects("").iter().filter(kept).count();
    assert!(now < objects + 1, "{now} objects instead of {objects}");
    assert_eq!(place.objects("session").len(), 0, "sessions are left");
}

#[test]
fn usage_errors_are_documents_too() {
    let place = Place::empty();
    for words in [
        "repo backup store",
        "repo restore store b",
        "nonsense",
        "task list --limit x",
    ] {
        place.fails(words, 2, "", "");
    }
}

#[test]
fn backups_are_found_by_name_and_id() {
    let place = Place::new();
    let one = place.back_up("--name twin");
    place.back_up("--name twin");
    place.fails(
        "repo ls store twin --key-file key",
        2,
        "2 backups are named `twin`",
        id(&one),
    );
    place.fails(
        "repo ls store other --key-file key",
        3,
        "there is no backup `other`",
        "repo ls",
    );
    let unknown = "repo ls store 2b076f26-391f-40fa-bf71-a798940faccf --key-file key";
    place.fails(unknown, 3, "there is no backup", "");
    assert_eq!(
        place.json(&format!("repo ls store {}", id(&one)))["backup"]["id"],
        one["id"]
    );
    let disk = "repo restore store latest --disk vdz --to x --key-file key";
    place.fails(disk, 3, "no disk `vdz`", "vda");
}

#[test]
fn damage_is_found_named_and_never_returned() {
    let place = Place::new();
    place.back_up("--name good");
    let before = place.objects("pack");
    place.write("a.raw", 3 * MIB as u64, &noise(8, MIB));
    place.back_up("--name bad");
    let image = place.read("a.raw");
    let new: Vec<PathBuf> = place
        .objects("pack")
        .into_iter()
        .filter(|path| !before.contains(path))
        .collect();
    let pack = new.first().expect("a new pack");

    // Cut off, then with one bit turned.
    let whole = fs::read(pack).expect("a pack");
    let mut turned = whole.clone();
    turned[whole.len() / 2] ^= 1;
    for bytes in [&whole[..whole.len() / 2], &turned] {
        overwrite(pack, bytes);
        for verify in [
            "repo verify store --key-file key",
            "repo verify store --without-key",
        ] {
            let output = place.run(verify);
            let stdout = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(6), "{stdout}");
            let name = pack.file_name().expect("a name").to_string_lossy();
            assert!(stdout.contains(&*name), "{stdout}");
        }
        let report = place.run("repo verify store --key-file key --json");
        let report: Value = serde_json::from_slice(&report.stdout).expect("a document");
        assert_eq!(
            report["report"]["losses"][0]["backup_name"], "bad",
            "{report}"
        );
        place.fails(
            "repo restore store bad --to bad.raw --key-file key",
            6,
            "disk `vda`",
            "",
        );
        assert!(!place.path("bad.raw").exists(), "half a disk was left");
        let read = place.run("repo read store bad --key-file key");
        assert_eq!(read.status.code(), Some(6));
        assert!(
            image.starts_with(&read.stdout),
            "damaged bytes were returned"
        );
    }
    place.json("repo restore store good --to good.raw");
    overwrite(pack, &whole);
    assert_eq!(place.json("repo verify store")["clean"], true);
    fs::remove_file(pack).expect("removed");
    place.fails(
        "repo restore store bad --to bad.raw --key-file key",
        6,
        "disk `vda`",
        "",
    );
}

#[track_caller]
fn overwrite(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_damaged_manifest_hides_nothing_else() {
    let place = Place::new();
    let bad = place.back_up("--name bad");
    place.back_up("--name good");
    let object = place.path(&format!("store/backup/{}.0", id(&bad)));
    let mut bytes = fs::read(&object).expect("the manifest");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    overwrite(&object, &bytes);
    let output = place.run("repo ls store --json --key-file key");
    assert_eq!(output.status.code(), Some(6));
    let listed: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(listed["backups"][0]["name"], "good");
    assert_eq!(
        listed["unreadable"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    place.json("repo restore store good --to good.raw");
    place.fails(
        "repo ls store bad --key-file key",
        6,
        "1 backup cannot be read",
        "verify",
    );
    place.ok(&format!(
        "repo delete store {} --yes --key-file key",
        id(&bad)
    ));
    assert_eq!(
        place.json("repo ls store")["unreadable"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
}

#[test]
fn deletion_frees_what_nobody_else_needs() {
    let place = Place::new();
    place.back_up("--name first");
    place.write("a.raw", 0, &noise(9, MIB));
    place.back_up("--name second");
    let delete = "repo delete store first --key-file key";
    place.fails(delete, 2, "this deletes backup", "--yes");
    place.ok(&format!("{delete} --dry-run"));
    assert_eq!(
        place.json("repo ls store")["backups"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    place.ok(&format!("{delete} --yes"));
    place.fails(&format!("{delete} --yes"), 3, "there is no backup", "");
    place.json("repo restore store second --to second.raw");
    assert!(
        place.read("second.raw") == place.read("a.raw"),
        "the second backup differs"
    );

    place.ok("repo delete store second --yes --key-file key");
    let planned = place.json("repo reclaim store --dry-run");
    assert!(
        planned["report"]["packs_removed"].as_u64() > Some(0),
        "{planned}"
    );
    assert!(!place.objects("pack").is_empty(), "a dry run deleted packs");
    let done = place.json("repo reclaim store");
    assert_eq!(
        done["report"]["bytes_freed"],
        planned["report"]["bytes_freed"]
    );
    assert_eq!(place.objects("pack").len(), 0, "packs are left");
}

#[test]
fn a_full_store_is_told_and_leaves_the_others_alone() {
    let place = Place::empty();
    place.write("big.raw", 0, &noise(10, 16 * MIB));
    place.write("small.raw", 0, &noise(11, MIB));
    fs::create_dir(place.path("tiny")).expect("made");
    // A file system of 6 MiB, seen by this one process tree alone.
    let coffer = env!("CARGO_BIN_EXE_coffer");
    let script = format!(
        "mount -t tmpfs -o size=6m none tiny && {coffer} repo init tiny/s --key-file key -q \
         && {coffer} repo backup tiny/s --key-file key --disk vda=small.raw --name small -q \
         && {{ {coffer} repo backup tiny/s --key-file key --disk vdb=big.raw; echo exit $?; \
         {coffer} repo reclaim tiny/s --key-file key; \
         {coffer} repo restore tiny/s small --to out.raw --key-file key; \
         {coffer} repo verify tiny/s --key-file key; }}"
    );
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .current_dir(place.directory.path())
        .output()
        .expect("unshare (util-linux) runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stdout.contains("exit 5"), "{stdout}{stderr}");
    assert!(stderr.contains("The store is full"), "{stderr}");
    assert!(stdout.contains("all is well"), "{stdout}{stderr}");
    assert!(
        place.read("out.raw") == place.read("small.raw"),
        "the small backup differs"
    );
}

#[test]
fn a_session_left_by_a_crash_can_be_seen_and_ended() {
    let place = Place::new();
    place.back_up("--name first");
    place.write("big.raw", 0, &noise(12, 96 * MIB));
    let mut child = Command::new(env!("CARGO_BIN_EXE_coffer"))
        .args("repo backup store --key-file key --disk vdb=big.raw".split(' '))
        .current_dir(place.directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let begun = std::time::Instant::now();
    while place.objects("session").is_empty() {
        assert!(begun.elapsed().as_secs() < 60, "no session appeared");
        assert!(
            child.try_wait().expect("asked").is_none(),
            "it ended before it was killed"
        );
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    // Killed between its session and its end, or a moment later: both are legal.
    let sessions = place.json("repo sessions store");
    for session in sessions.as_array().expect("a list") {
        assert_eq!(
            (&session["role"], &session["state"]),
            (&"writes".into(), &"gone".into())
        );
        let id = session["id"].as_str().expect("an id");
        place.fails(
            &format!("repo sessions store --end {id} --key-file key"),
            2,
            "ends",
            "--yes",
        );
        place.ok(&format!(
            "repo sessions store --end {id} --yes --key-file key"
        ));
    }
    assert_eq!(place.objects("session").len(), 0);
    place.json("repo reclaim store");
    place.json("repo restore store first --to out.raw");
    assert!(
        place.read("out.raw") == place.read("a.raw"),
        "the first backup differs"
    );
    assert_eq!(place.json("repo verify store")["clean"], true);
}

#[test]
fn a_disk_that_changes_under_the_reader_is_refused() {
    let place = Place::new();
    place.write("busy.raw", 0, &noise(13, 64 * MIB));
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                place.write("busy.raw", 0, b"again");
            }
        });
        let words = "repo backup store --key-file key --disk vda=busy.raw --server busy";
        let output = place.run(words);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{stderr}");
        assert!(
            stderr.contains("was written to while it was read"),
            "{stderr}"
        );
    });
    assert_eq!(
        place.json("repo ls store")["backups"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
}

#[test]
fn an_interrupt_ends_cleanly() {
    let place = Place::new();
    place.write("big.raw", 0, &noise(14, 256 * MIB));
    let child = Command::new(env!("CARGO_BIN_EXE_coffer"))
        .args("repo backup store --key-file key --disk vdb=big.raw".split(' '))
        .current_dir(place.directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let begun = std::time::Instant::now();
    while place.objects("pack").is_empty() {
        assert!(begun.elapsed().as_secs() < 60, "no pack appeared");
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("signalled");
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{stderr}");
    assert!(stderr.contains("cancelled"), "{stderr}");
    assert_eq!(place.objects("session").len(), 0, "the session is left");
    assert_eq!(
        place.json("repo ls store")["backups"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
}

#[test]
fn help_and_version_need_nothing() {
    let place = Place::empty();
    for words in [
        "--help",
        "--version",
        "repo --help",
        "completion bash",
        "help",
    ] {
        let output = place.run(words);
        let expected = if words == "help" { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{words}");
    }
    fs::create_dir(place.path("man")).expect("made");
    place.ok("man man");
    assert!(place.read("man/coffer-repo-restore.1").starts_with(b"."));
    place.fails(
        "man missing",
        2,
        "write manual pages to `missing`",
        "existing directory",
    );
}
