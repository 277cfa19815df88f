//! `coffer repo nbd` against QEMU's and libnbd's own clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::{MIB, Place, noise};

/// The program as it serves; killed where a test ends early.
struct Server {
    child: Child,
    document: Value,
}

impl Server {
    /// Starts it and reads what it says before it serves.
    #[track_caller]
    fn start(place: &Place, words: &str) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_coffer"))
            .args(format!("repo nbd store {words} --key-file key --json").split_whitespace())
            .current_dir(place.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut text = String::new();
        for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
            let line = line.expect("text");
            text += &line;
            if line == "}" {
                break;
            }
        }
        let document = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        Server { child, document }
    }

    fn uri(&self, export: usize) -> &str {
        self.document["exports"][export]["uri"]
            .as_str()
            .expect("a URI")
    }

    fn end(mut self, signal: rustix::process::Signal) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("signalled");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a client in the place; panics with what it said where it fails.
#[track_caller]
fn client(place: &Place, program: &str, words: &[&str]) -> String {
    let output = run(place, program, words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(place: &Place, program: &str, words: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(words).current_dir(place.directory.path());
    command
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}"))
}

/// A backup that lies in the packs of three, of a disk that ends within a chunk.
fn backed_up() -> Place {
    let place = Place::new();
    place.write("a.raw", 4 * MIB as u64, &noise(2, 3 * 512));
    place.back_up("");
    for (seed, at) in [(3, 70_000), (4, 3 * MIB as u64)] {
        place.write("a.raw", at, &noise(seed, 100_000));
        place.back_up("");
    }
    place
}

#[test]
fn clients_read_what_was_backed_up() {
    let place = backed_up();
    let server = Server::start(&place, "latest --socket s");
    let uri = server.uri(0);
    assert_eq!(uri, "nbd+unix:///vda?socket=s");

    client(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", uri],
    );
    client(
        &place,
        "qemu-io",
        &["-r", "-f", "raw", "-c", "read -P 0 2M 900k", uri],
    );
    // The pattern is another one: so it is the client that compares.
    let other = run(
        &place,
        "qemu-io",
        &["-r", "-f", "raw", "-c", "read -P 1 2M 1k", uri],
    );
    assert!(!other.status.success());

    // Chunks of 64 KiB: what lies in them is told, and what does not.
    let map = client(
        &place,
        "qemu-img",
        &["map", "-f", "raw", "--output", "json", uri],
    );
    let map: Value = serde_json::from_str(&map).expect("a document");
    let told: Vec<_> = map
        .as_array()
        .expect("a list")
        .iter()
        .map(|part| {
            let number = |name: &str| part[name].as_u64().expect("a number");
            (
                number("start"),
                number("length"),
                part["data"] == true,
                part["zero"] == true,
            )
        })
        .collect();
    let mib = MIB as u64;
    let expected = [
        (0, 2 * mib, true, false),
        (2 * mib, mib, false, true),
        (3 * mib, 2 * 65536, true, false),
        (3 * mib + 2 * 65536, mib - 2 * 65536, false, true),
        (4 * mib, 3 * 512, true, false),
    ];
    assert_eq!(told, expected);

    let info = client(&place, "nbdinfo", &["--json", uri]);
    let info: Value = serde_json::from_str(&info).expect("a document");
    let export = &info["exports"][0];
    assert_eq!(export["export-size"], 4 * mib + 3 * 512);
    for (field, expected) in [
        ("is_read_only", true),
        ("can_multi_conn", true),
        ("can_trim", false),
    ] {
        assert_eq!(export[field], expected, "{field}: {export}");
    }
    let list = client(&place, "nbdinfo", &["--list", "nbd+unix:///?socket=s"]);
    assert!(
        list.contains("export=\"vda\"") && list.contains("base:allocation"),
        "{list}"
    );

    // Several readers with several connections each, at once.
    let copies: Vec<(String, Child)> = (0..3)
        .map(|i| {
            let name = format!("copy{i}.raw");
            let child = Command::new("nbdcopy")
                .args(["--connections=4", "--requests=16", uri, &name])
                .current_dir(place.directory.path())
                .spawn()
                .expect("it runs");
            (name, child)
        })
        .collect();
    for (name, mut child) in copies {
        assert!(child.wait().expect("it ends").success());
        assert!(place.read(&name) == place.read("a.raw"), "{name} differs");
    }
    assert_eq!(server.end(rustix::process::Signal::TERM), Some(0));
    assert!(!place.path("s").exists());
    assert_eq!(place.objects("session").len(), 0, "the session is left");
}

#[test]
fn a_backup_that_is_served_stays_until_the_end() {
    let place = backed_up();
    let server = Server::start(&place, "latest --disk vda --socket s");
    let id = server.document["backup_id"]
        .as_str()
        .expect("an id")
        .to_string();
    let deleted = place.json(&format!("repo delete store {id} --yes"));
    assert_eq!(deleted["held_by"].as_array().map(Vec::len), Some(1));
    place.json("repo reclaim store");
    client(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", server.uri(0)],
    );
    assert_eq!(server.end(rustix::process::Signal::INT), Some(0));
    place.json("repo reclaim store");
    place.fails(
        &format!("repo restore store {id} --to out.raw --key-file key"),
        3,
        "no backup",
        "",
    );
    assert_eq!(place.json("repo verify store")["clean"], true);
}

#[test]
fn after_a_kill_nothing_stands_in_the_way() {
    let place = backed_up();
    let server = Server::start(&place, "latest --socket s");
    assert_eq!(server.end(rustix::process::Signal::KILL), None);
    assert!(place.path("s").exists());
    let server = Server::start(&place, "latest --socket s");
    client(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", server.uri(0)],
    );
    // A second one does not take the socket away.
    place.fails(
        "repo nbd store latest --socket s --key-file key",
        4,
        "somebody listens",
        "free",
    );
    client(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", server.uri(0)],
    );
    server.end(rustix::process::Signal::TERM);
    // The killed one's session goes by itself.
    place.json("repo reclaim store");
    assert_eq!(place.objects("session").len(), 0, "a session is left");
}

#[test]
fn hostile_clients_hurt_nobody_else() {
    let place = backed_up();
    let server = Server::start(&place, "latest --socket s");
    let connect = || UnixStream::connect(place.path("s")).expect("connected");
    let mut open = Vec::new();
    for seed in 0..200 {
        let mut stream = connect();
        let mut greeting = [0; 18];
        // One beyond the limit is closed without a word.
        if stream.read_exact(&mut greeting).is_ok() {
            let mut bytes = noise(seed, 300);
            if seed % 2 == 0 {
                bytes[..4].copy_from_slice(&[0, 0, 0, 3]);
                bytes[4..12].copy_from_slice(b"IHAVEOPT");
            }
            // It may have hung up before it had all.
            let _ = stream.write_all(&bytes);
        }
        // Some stay and say nothing, as many as leave room for others.
        if seed % 10 == 0 {
            open.push(connect());
        }
    }
    client(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", server.uri(0)],
    );
    assert_eq!(server.end(rustix::process::Signal::TERM), Some(0));
}

#[test]
fn damage_is_an_error_at_its_place() {
    let place = backed_up();
    let server = Server::start(&place, "latest --socket s");
    let pack = place
        .objects("pack")
        .into_iter()
        .max_by_key(|path| std::fs::metadata(path).map_or(0, |meta| meta.len()));
    let pack = pack.expect("a pack");
    let mut bytes = std::fs::read(&pack).expect("a pack");
    bytes[1000] ^= 1;
    super::overwrite(&pack, &bytes);
    let uri = server.uri(0);
    let whole = run(
        &place,
        "qemu-img",
        &["compare", "-f", "raw", "-F", "raw", "a.raw", uri],
    );
    assert_ne!(whole.status.code(), Some(0));
    let said = String::from_utf8_lossy(&whole.stderr);
    assert!(
        said.contains("Input/output error") || said.contains("rror while reading"),
        "{said}"
    );
    // The rest can be read.
    client(
        &place,
        "qemu-io",
        &["-r", "-f", "raw", "-c", "read 3M 200k", uri],
    );
}

#[test]
fn bad_requests_to_serve_are_refused() {
    let place = backed_up();
    place.fails(
        "repo nbd store latest --socket no/s --key-file key",
        2,
        "make the socket",
        "directory",
    );
    place.fails(
        "repo nbd store latest --socket a.raw --key-file key",
        4,
        "is no socket",
        "free",
    );
    place.fails(
        "repo nbd store other --socket s --key-file key",
        3,
        "no backup `other`",
        "repo ls",
    );
    place.fails(
        "repo nbd store latest --disk vdx --socket s --key-file key",
        3,
        "no disk `vdx`",
        "vda",
    );
    assert_eq!(place.objects("session").len(), 0, "a session is left");
    assert!(!place.path("s").exists());
}
