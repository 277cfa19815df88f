//! Every decoder of bytes from elsewhere, fed with broken ones: stored objects, NBD on both sides, what
//! libvirt and qemu-img tell. None panics, none takes much memory, and what is understood is written
//! back as it was.
//!
//! The corpus is in `tests/corpus`: texts as they are, bytes as hexadecimal digits. It is renewed by
//! `COFFER_TEST_CORPUS=1`; `COFFER_TEST_FUZZ=n` tries each decoder n times as often. The same bytes are tried
//! in every run. What once did harm is in `tests/corpus/found` and is tried first.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod memory;
mod mutate;

use std::path::PathBuf;
use std::sync::Arc;

use coffer_core::access::Pattern;
use coffer_core::digest::Digest;
use coffer_core::extent::Extent;
use coffer_core::format::envelope::{Envelope, RAW_MAX};
use coffer_core::format::pack::{
    BlobEntry, BlobKind, PackIdentity, Trailer, encode_plain, encode_sealed, encode_trailer,
    join_directory,
};
use coffer_core::format::records::{
    Attempt, Attributes, Condemnation, LogEntry, Session, Verdict, Waits,
};
use coffer_core::format::vault::{KeySlot, VaultHeader, Wrap};
use coffer_core::format::{Codec, ObjectKind, Suite, checksum, name};
use coffer_core::ids::{PackId, VaultId};
use coffer_core::map::{Address, Body, ChunkRef, Node, NodeRef, Stored};
use coffer_core::schedule::rule::Rule;
use coffer_core::units::ChunkSize;
use coffer_core::window::Window;
use coffer_core::zone::Zone;
use coffer_engine::hypervisor::texts;
use coffer_engine::nbd::NbdClient;
use coffer_engine::nbd::server::{Figures, Served, serve_stream};
use coffer_engine::repository::crypto::object_id;
use coffer_engine::repository::{RecoveryKey, Store, read_log};
use coffer_engine::testkit::simulated::Rng;
use coffer_engine::testkit::{MemorySource, option};
use mutate::{mutate, mutate_text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

/// Most memory that decoding may take at once, beside a few times what it was given.
const MEMORY_MAX: usize = 1 << 20;

fn rounds(usual: u64) -> u64 {
    usual * option("COFFER_TEST_FUZZ").unwrap_or(1)
}

fn corpus(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(file)
}

/// Bytes of the corpus; `made` is what they are renewed with.
fn sample(file: &str, made: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let path = corpus(&format!("{file}.hex"));
    if option("COFFER_TEST_CORPUS").is_some() {
        let digits = hex::encode(made());
        let lines = digits.as_bytes().chunks(100);
        let lines: Vec<&str> = lines
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    from_hex(&std::fs::read_to_string(&path).unwrap())
}

fn from_hex(text: &str) -> Vec<u8> {
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

fn text(file: &str) -> String {
    std::fs::read_to_string(corpus(file)).unwrap()
}

/// What once did harm to a decoder: files that begin with its name.
fn found(what: &str) -> Vec<String> {
    let start = what.replace(' ', "-");
    let files = std::fs::read_dir(corpus("found")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let rest = name.and_then(|name| name.strip_prefix(&start));
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let ours = files.into_iter().filter(ours);
    ours.map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// Makes the checksum at the end right, so that what is behind it is reached.
fn fit_checksum(bytes: &mut [u8]) {
    if let Some(end) = bytes.len().checked_sub(8) {
        let sum = checksum(&bytes[..end]);
        bytes[end..].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Tries `decode` on the samples as they are, on what did harm before, and on broken samples. It says
/// whether it understood; the samples it must. `most` is the memory it may take, in bytes, beside
/// a few times what it is given.
fn fuzz_within(
    most: usize,
    what: &str,
    usual: u64,
    samples: &[Vec<u8>],
    decode: impl Fn(&[u8]) -> bool,
) {
    for sample in samples {
        assert!(decode(sample), "{what}: a sound sample is refused");
    }
    let tried = |bytes: &[u8]| {
        let (answer, peak) = memory::peak(|| decode(bytes));
        let limit = most + 8 * bytes.len();
        assert!(
            peak <= limit,
            "{what}: {peak} bytes of memory for {}",
            hex::encode(bytes)
        );
        (u64::from(answer), peak)
    };
    for bytes in found(what) {
        let mut bytes = from_hex(&bytes);
        tried(&bytes);
        fit_checksum(&mut bytes);
        tried(&bytes);
    }
    let mut rng = Rng::new(checksum(what.as_bytes()));
    let (mut understood, mut highest) = (0, 0);
    let rounds = rounds(usual);
    for _ in 0..rounds {
        let pick = |rng: &mut Rng| &samples[rng.below(samples.len() as u64) as usize];
        let mut bytes = pick(&mut rng).clone();
        let other = pick(&mut rng).clone();
        mutate(&mut bytes, &other, &mut rng);
        if rng.below(4) > 0 {
            fit_checksum(&mut bytes);
        }
        let (answer, peak) = tried(&bytes);
        understood += answer;
        highest = highest.max(peak);
    }
    println!("{what}: {rounds} broken, {understood} of them understood, {highest} bytes at most");
}

fn fuzz(what: &str, usual: u64, samples: &[Vec<u8>], decode: impl Fn(&[u8]) -> bool) {
    fuzz_within(MEMORY_MAX, what, usual, samples, decode);
}

/// The same for texts.
fn fuzz_text(what: &str, usual: u64, samples: &[String], decode: impl Fn(&str) -> bool) {
    for sample in samples {
        assert!(
            decode(sample),
            "{what}: a sound sample is refused: {sample}"
        );
    }
    let tried = |text: &str| {
        let (answer, peak) = memory::peak(|| decode(text));
        // Trees of texts take their share.
        assert!(
            peak <= MEMORY_MAX + 64 * text.len(),
            "{what}: {peak} bytes of memory for {text}"
        );
        u64::from(answer)
    };
    for text in found(what) {
        tried(&text);
    }
    let mut rng = Rng::new(checksum(what.as_bytes()));
    let mut understood = 0;
    let rounds = rounds(usual);
    for _ in 0..rounds {
        let pick = rng.below(samples.len() as u64) as usize;
        understood += tried(&mutate_text(&samples[pick], &mut rng));
    }
    println!("{what}: {rounds} broken, {understood} of them understood");
}

const SALT: [u8; 32] = [0x5a; 32];

fn identity() -> PackIdentity {
    PackIdentity {
        suite: Suite::Aes256Gcm,
        key_id: 1,
        salt: SALT,
        id: PackId([0xab; 16]),
        generation: 2,
    }
}

fn entries() -> Vec<BlobEntry> {
    let entry = |i: u32| BlobEntry {
        ordinal: i * 2,
        offset: 80 + i * 100,
        stored_len: 100,
        checksum: u64::from(i),
        kind: if i == 2 {
            BlobKind::Node
        } else {
            BlobKind::Chunk
        },
        codec: Codec::Zstd,
        raw_len: 65_536,
        digest: Digest([i as u8; 32]),
    };
    (0..3).map(entry).collect()
}

/// The directories of a pack, with the trailer: as it is stored, but for the seal.
fn directory() -> Vec<u8> {
    let mut bytes = encode_plain(&entries());
    bytes.extend(encode_sealed(&entries()));
    bytes.extend([7; 16]);
    let sum = checksum(&bytes);
    let len = 80 + 300 + bytes.len() + 96;
    bytes.extend(encode_trailer(&identity(), 3, 136, len as u32, sum));
    bytes
}

#[test]
fn packs() {
    let header = sample("pack-header", || identity().encode_header());
    fuzz(
        "pack header",
        30_000,
        &[header],
        |bytes| match PackIdentity::decode_header(bytes) {
            Ok(read) => {
                assert_eq!(read.encode_header(), bytes[..80]);
                true
            }
            Err(_) => false,
        },
    );
    let tail = sample("pack-directory", directory);
    fuzz("pack directory", 60_000, &[tail], |bytes| {
        // As long as it says to be, so that more than the length is looked at.
        let said = bytes.len().checked_sub(20).map(|at| &bytes[at..at + 4]);
        let said = said.map_or(0, |field| u32::from_le_bytes(field.try_into().unwrap()));
        let Ok(trailer) = Trailer::decode(bytes, u64::from(said)) else {
            return false;
        };
        let needed = trailer.directory_len() as usize;
        let Some(from) = (bytes.len() - 96).checked_sub(needed) else {
            return false;
        };
        let directory = &bytes[from..bytes.len() - 96];
        let Ok((plain, sealed)) = trailer.split_directory(directory) else {
            return false;
        };
        let opened = &sealed[..sealed.len() - 16];
        let Ok(entries) = join_directory(&plain, opened) else {
            return false;
        };
        assert_eq!(encode_plain(&entries), directory[..entries.len() * 20]);
        assert_eq!(encode_sealed(&entries), opened);
        true
    });
    // Also without a checksum over it: both parts alone.
    let plain = encode_sealed(&entries());
    fuzz("sealed directory", 20_000, &[plain], |bytes| {
        let trailer = directory();
        let trailer = Trailer::decode(&trailer, 80 + 300 + 196 + 96).unwrap();
        let whole = directory();
        let (plain, _) = trailer.split_directory(&whole[..196]).unwrap();
        match join_directory(&plain, bytes) {
            Ok(read) => {
                assert_eq!(encode_sealed(&read), bytes);
                true
            }
            Err(_) => false,
        }
    });
}

#[test]
fn headers_and_slots() {
    let header = sample("vault", || {
        let header = VaultHeader {
            suite: Suite::Aes256Gcm,
            chunk_size: ChunkSize::DEFAULT,
            key_id: 1,
            vault_id: VaultId(Uuid::from_u128(9)),
            pack_target: 32 << 20,
            pack_max: 64 << 20,
            created_ms: 1_790_000_000_000,
            key_check: [3; 16],
        };
        header.encode()
    });
    fuzz(
        "vault header",
        60_000,
        &[header],
        |bytes| match VaultHeader::decode(bytes) {
            Ok(read) => {
                assert_eq!(read.encode(), bytes);
                true
            }
            Err(_) => false,
        },
    );
    let slot = |wrap| {
        let slot = KeySlot {
            wrap,
            key_id: 1,
            vault_id: VaultId(Uuid::from_u128(9)),
            salt: SALT,
            created_ms: 1_790_000_000_000,
            wrapped: [4; 48],
        };
        slot.encode()
    };
    let passphrase = Wrap::Passphrase {
        memory_kib: 65_536,
        passes: 3,
        lanes: 1,
    };
    let slots = [
        sample("slot-key", || slot(Wrap::Key)),
        sample("slot-passphrase", || slot(passphrase)),
    ];
    fuzz("key slot", 60_000, &slots, |bytes| {
        match KeySlot::decode(bytes) {
            Ok(read) => {
                assert_eq!(read.encode(), bytes);
                true
            }
            Err(_) => false,
        }
    });
}

#[test]
fn envelopes_and_records() {
    let envelope = |kind, body: &[u8]| {
        let envelope = Envelope {
            kind,
            version: 1,
            suite: Suite::Tagged,
            codec: Codec::Raw,
            key_id: 1,
            salt: SALT,
            object_id: [6; 16],
            raw_len: body.len() as u32,
            body: body.to_vec(),
        };
        envelope.encode()
    };
    let samples = [
        sample("envelope-log", || {
            envelope(ObjectKind::Log, b"{\"previous\":\"\"}")
        }),
        sample("envelope-empty", || envelope(ObjectKind::Log, b"")),
    ];
    fuzz(
        "envelope",
        60_000,
        &samples,
        |bytes| match Envelope::decode(bytes, ObjectKind::Log, "log entry") {
            Ok(read) => {
                assert_eq!(read.encode(), bytes);
                true
            }
            Err(_) => false,
        },
    );

    // What is in them: an example of each record.
    let samples = include_str!("../../../core/src/format/records-v1.json");
    let samples: serde_json::Value = serde_json::from_str(samples).unwrap();
    fn stays<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq>(text: &str) -> bool {
        let Ok(read) = serde_json::from_str::<T>(text) else {
            return false;
        };
        let written = serde_json::to_string(&read).unwrap();
        assert!(
            serde_json::from_str::<T>(&written).unwrap() == read,
            "{text}"
        );
        true
    }
    let any = |text: &str| {
        [
            stays::<Attempt>(text),
            stays::<Session>(text),
            stays::<Condemnation>(text),
            stays::<Waits>(text),
            stays::<Verdict>(text),
            stays::<LogEntry>(text),
            stays::<Attributes>(text),
        ]
        .contains(&true)
    };
    let records = samples.as_object().unwrap().values();
    let records: Vec<String> = records.map(ToString::to_string).collect();
    fuzz_text("records", 12_000, &records, any);
}

/// A log entry is read without the key: what was forged has to pass nothing but its checksum.
#[test]
fn log_entries() {
    let runtime = runtime();
    let object = name::numbered(name::LOG, 0);
    let made = |codec| {
        let body = br#"{"previous":"","packs_removed":[],"backups_added":["11111111-1111-4111-8111-111111111111.0"]}"#;
        let mut stored = match codec {
            Codec::Raw => body.to_vec(),
            Codec::Zstd => zstd::bulk::compress(body, 1).unwrap(),
        };
        // The tag, which only the key can check.
        stored.extend([0; 16]);
        let envelope = Envelope {
            kind: ObjectKind::Log,
            version: 1,
            suite: Suite::Tagged,
            codec,
            key_id: 1,
            salt: SALT,
            object_id: object_id(&object),
            raw_len: body.len() as u32,
            body: stored,
        };
        envelope.encode()
    };
    let samples = [
        sample("log-raw", || made(Codec::Raw)),
        sample("log-zstd", || made(Codec::Zstd)),
    ];
    let read = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        runtime.block_on(async {
            let store = Store::open("memory:", "", true, &[]).unwrap();
            store.create(&object, bytes.into()).await.unwrap();
            read_log(&store).await.is_ok()
        })
    };
    // As long as the format lets a record be.
    fuzz_within(RAW_MAX as usize, "log entry", 10_000, &samples, read);
}

#[test]
fn map_nodes() {
    let address = |i: u32| Address {
        pack: PackId([i as u8 % 3; 16]),
        ordinal: i,
        slot: 0,
    };
    let digest = |i: u32| Digest([i as u8; 32]);
    let mut leaf = Node::empty(0, 5);
    let mut inner = Node::empty(2, 1);
    for i in [0, 1, 7, 40, 63] {
        let (address, digest) = (address(i), digest(i));
        if let Body::Leaf(entries) = &mut leaf.body {
            entries[i as usize] = Some(ChunkRef { address, digest });
        }
        if let Body::Inner(entries) = &mut inner.body {
            entries[i as usize] = Some(NodeRef {
                address,
                digest,
                allocated: u64::from(i) + 1,
            });
        }
    }
    // A difference pays only where most stays.
    let mut full = Node::empty(0, 5);
    if let Body::Leaf(entries) = &mut full.body {
        for (i, entry) in entries.iter_mut().enumerate() {
            let (address, digest) = (address(i as u32), digest(i as u32));
            *entry = Some(ChunkRef { address, digest });
        }
    }
    let mut changed = full.clone();
    if let Body::Leaf(entries) = &mut changed.body {
        entries[1] = None;
        entries[8] = entries[7];
    }
    let base = NodeRef {
        address: address(9),
        digest: digest(9),
        allocated: 5,
    };
    let samples = [
        sample("node-leaf", || leaf.encode_full()),
        sample("node-inner", || inner.encode_full()),
        sample("node-empty", || Node::empty(0, 0).encode_full()),
        sample("node-delta", || changed.encode_delta(&base, &full).unwrap()),
    ];
    fuzz("map node", 80_000, &samples, |bytes| {
        match Stored::decode(bytes) {
            Ok(Stored::Full(node)) => {
                // Tables may hold packs that nothing names: what is written again may be shorter.
                let again = Stored::decode(&node.encode_full());
                assert!(matches!(again, Ok(Stored::Full(again)) if again == node));
                true
            }
            Ok(Stored::Delta(overlay)) => {
                let applied = overlay.apply(&full);
                applied.is_ok_and(|node| node.level == full.level)
            }
            Err(_) => false,
        }
    });
}

#[test]
fn names() {
    let samples: Vec<String> = [
        "pack/ab/abababababababababababababababab.3",
        "backup/11111111-1111-4111-8111-111111111111.0",
        "session/0102030405060708090a0b0c",
        "condemn/00000000000000ff.waits",
        "condemn/00000000000000ff",
        "log/0000000000000010",
        "keys/12.b",
    ]
    .map(str::to_owned)
    .to_vec();
    fuzz_text("names", 100_000, &samples, |text| {
        let pack = name::parse_pack(text).map(|(id, n)| name::pack(id, n));
        let backup = name::parse_backup(text).map(|(id, n)| name::backup(id, n));
        let session = name::parse_session(text).map(name::session);
        let condemned = name::parse_numbered("condemn", text);
        let condemned = condemned.map(|n| name::numbered("condemn", n));
        let log = name::parse_numbered("log", text).map(|n| name::numbered("log", n));
        let beside = name::parse_beside_condemned(text).map(|_| text.to_owned());
        let slot = name::parse_key_slot(text).map(|_| text.to_owned());
        let read = [pack, backup, session, condemned, log, beside, slot];
        let read: Vec<String> = read.into_iter().flatten().collect();
        // One object has one name.
        assert!(read.iter().all(|name| name == text), "{text} is {read:?}");
        !read.is_empty()
    });
}

#[test]
fn what_libvirt_and_qemu_tell() {
    let domains = [text("domain-running.xml")];
    fuzz_text("domain XML", 8000, &domains, texts::domain);
    fuzz_text("volume XML", 10_000, &[text("volume.xml")], texts::volume);
    let checkpoints = [text("checkpoint.xml")];
    fuzz_text("checkpoint XML", 10_000, &checkpoints, texts::checkpoint);
    fuzz_text("backup XML", 10_000, &[text("backup.xml")], texts::backup);
    let hosts = [text("capabilities.xml")];
    fuzz_text("capabilities XML", 10_000, &hosts, texts::capabilities);
    let answers = [text("qemu-img-info.json")];
    fuzz_text("qemu-img", 20_000, &answers, |text| {
        texts::image_info(text.as_bytes())
    });
}

/// Trees so deep that whoever goes down into them by calling itself has no stack left.
#[test]
fn deep_trees_are_refused() {
    for depth in [1000, 100_000] {
        let open = "<devices>".repeat(depth);
        let xml = format!("<domain>{open}{}</domain>", "</devices>".repeat(depth));
        texts::domain(&xml);
        let json = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!texts::image_info(json.as_bytes()));
        assert!(serde_json::from_str::<Attempt>(&json).is_err());
    }
}

#[test]
fn image_headers() {
    let header = sample("qcow2-header", || {
        let mut header = b"QFI\xfb\0\0\0\x03".to_vec();
        header.extend(104_u64.to_be_bytes());
        header.extend(9_u32.to_be_bytes());
        header.extend(16_u32.to_be_bytes());
        header.extend((10_u64 << 30).to_be_bytes());
        header.resize(104, 0);
        header.extend(b"/srv/base");
        header
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image");
    fuzz("image header", 3000, &[header], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        texts::image_header(&path)
    });
}

/// What people and programs give: rules, zones, windows, actions, recovery keys.
#[test]
fn texts_of_callers() {
    let rules = [
        "FREQ=DAILY;INTERVAL=2;BYHOUR=6,18;BYMINUTE=00".to_owned(),
        "FREQ=WEEKLY;BYDAY=MO,SU;BYHOUR=14;BYMINUTE=30".to_owned(),
    ];
    fuzz_text("rule", 20_000, &rules, |text| Rule::parse(text).is_ok());
    let zones = ["UTC+08:00".to_owned(), "Europe/Berlin".to_owned()];
    fuzz_text("zone", 20_000, &zones, |text| Zone::parse(text).is_some());
    let windows = ["mon-fri 22:00-06:00".to_owned(), "12:00-13:00".to_owned()];
    fuzz_text("window", 20_000, &windows, |text| {
        text.parse::<Window>().is_ok()
    });
    let actions = ["cbr:vaults:create".to_owned(), "cbr:*:get*".to_owned()];
    fuzz_text("action", 20_000, &actions, |text| {
        text.parse::<Pattern>().is_ok()
    });
    let key = sample("recovery-key", || {
        let key = RecoveryKey::random().unwrap();
        let text = key.text(VaultId(Uuid::from_u128(9)), "kept");
        text.as_bytes().to_vec()
    });
    let keys = [String::from_utf8(key).unwrap()];
    fuzz_text("recovery key", 20_000, &keys, |text| {
        RecoveryKey::parse(text).is_ok_and(|key| key.is_some())
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

fn put(out: &mut Vec<u8>, fields: &[&[u8]]) {
    fields.iter().for_each(|field| out.extend_from_slice(field));
}

/// All that a client of the protocol sends: options, then requests.
fn client_says() -> Vec<u8> {
    let mut out = 3_u32.to_be_bytes().to_vec();
    let mut option = |number: u32, data: &[u8]| {
        put(
            &mut out,
            &[
                b"IHAVEOPT",
                &number.to_be_bytes(),
                &(data.len() as u32).to_be_bytes(),
                data,
            ],
        );
    };
    option(8, &[]);
    option(3, &[]);
    let mut contexts = Vec::new();
    put(&mut contexts, &[&[0, 0, 0, 4], b"disk", &[0, 0, 0, 1]]);
    put(&mut contexts, &[&[0, 0, 0, 15], b"base:allocation"]);
    option(10, &contexts);
    option(7, &[&[0, 0, 0, 4][..], b"disk", &[0, 1, 0, 3]].concat());
    let mut request = |kind: u16, cookie: u64, offset: u64, length: u32| {
        put(
            &mut out,
            &[
                &0x2560_9513_u32.to_be_bytes(),
                &[0, 0],
                &kind.to_be_bytes(),
                &cookie.to_be_bytes(),
                &offset.to_be_bytes(),
                &length.to_be_bytes(),
            ],
        );
    };
    request(0, 1, 0, 4096);
    request(7, 2, 0, 65_536);
    request(0, 3, 65_000, 600);
    request(3, 4, 0, 0);
    request(2, 5, 0, 0);
    out
}

#[test]
fn nbd_requests() {
    let runtime = runtime();
    let exports = Arc::new([Served {
        name: "disk".into(),
        description: "a disk".into(),
        source: Arc::new(MemorySource::new(vec![7; 65_600])),
    }]);
    let heard = std::cell::Cell::new(0);
    let serve = |bytes: &[u8]| {
        runtime.block_on(async {
            let (mut ours, theirs) = tokio::io::duplex(1 << 20);
            let (exports, figures) = (exports.clone(), Figures::default());
            let served = serve_stream(theirs, &*exports, &figures);
            let talk = async {
                // A client that sends all at once and then reads.
                let _ = ours.write_all(bytes).await;
                let _ = ours.shutdown().await;
                let mut answer = Vec::new();
                let _ = ours.read_to_end(&mut answer).await;
                answer
            };
            let ((), answer) = tokio::join!(served, talk);
            heard.set(answer.len());
            assert!(answer.starts_with(b"NBDMAGICIHAVEOPT"));
            assert_eq!(figures.connections(), 0);
            true
        })
    };
    fuzz(
        "NBD requests",
        3000,
        &[sample("nbd-client", client_says)],
        serve,
    );
}

/// What a server of the protocol sends to a client that asks for one context and reads once.
fn server_says() -> Vec<u8> {
    let mut out = b"NBDMAGICIHAVEOPT\0\x03".to_vec();
    let mut reply = |option: u32, kind: u32, data: &[u8]| {
        put(
            &mut out,
            &[
                &0x0003_e889_0455_65a9_u64.to_be_bytes(),
                &option.to_be_bytes(),
                &kind.to_be_bytes(),
                &(data.len() as u32).to_be_bytes(),
                data,
            ],
        );
    };
    reply(8, 1, &[]);
    reply(10, 4, &[&[0, 0, 0, 7][..], b"base:allocation"].concat());
    reply(10, 1, &[]);
    reply(
        7,
        3,
        &[&[0, 0][..], &(8_u64 << 20).to_be_bytes(), &[0, 0x45]].concat(),
    );
    reply(7, 3, &[0, 3, 0, 0, 0, 1, 0, 0, 16, 0, 2, 0, 0, 0]);
    reply(7, 1, &[]);
    let mut chunk = |flags: u16, kind: u16, cookie: u64, data: &[u8]| {
        put(
            &mut out,
            &[
                &0x668e_33ef_u32.to_be_bytes(),
                &flags.to_be_bytes(),
                &kind.to_be_bytes(),
                &cookie.to_be_bytes(),
                &(data.len() as u32).to_be_bytes(),
                data,
            ],
        );
    };
    let extent = [&[0, 0, 0, 7][..], &4096_u32.to_be_bytes(), &[0, 0, 0, 3]].concat();
    chunk(1, 5, 1, &extent);
    chunk(0, 1, 2, &[&512_u64.to_be_bytes()[..], &[9; 512]].concat());
    chunk(
        1,
        2,
        2,
        &[&1024_u64.to_be_bytes()[..], &512_u32.to_be_bytes()].concat(),
    );
    out
}

#[test]
fn nbd_replies() {
    let runtime = runtime();
    let talk = |bytes: &[u8]| {
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 20);
            let bytes = bytes.to_vec();
            let server = tokio::spawn(async move {
                let _ = theirs.write_all(&bytes).await;
                let _ = theirs.shutdown().await;
                let _ = theirs.read_to_end(&mut Vec::new()).await;
            });
            let contexts = ["base:allocation".to_owned()];
            let good = match NbdClient::start(ours, "disk", &contexts).await {
                Ok(client) => {
                    // Both are asked before the first answer is looked at.
                    let extent = |start, end| Extent { start, end };
                    let (status, read) = tokio::join!(
                        client.block_status(extent(0, 4096)),
                        client.read(extent(512, 1536))
                    );
                    if let Ok(bytes) = &read {
                        assert_eq!(bytes.len(), 1024);
                    }
                    status.is_ok() && read.is_ok()
                }
                Err(_) => false,
            };
            server.abort();
            let _ = server.await;
            good
        })
    };
    fuzz(
        "NBD replies",
        4000,
        &[sample("nbd-server", server_says)],
        talk,
    );
}
