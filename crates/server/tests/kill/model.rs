//! Disks that change like a guest's, and what each backup of them must restore to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use coffer_engine::testkit::wait_until;

use crate::program::{Declared, Program};

/// The servers of the tests: raw disks, and one image with bitmaps.
pub const SERVERS: [Declared<'static>; 2] = [
    ("web", &[("vda", "raw"), ("vdb", "raw"), ("vdc", "raw")]),
    ("shop", &[("vda", "qcow2"), ("vdb", "raw")]),
];
/// Bytes of each disk, in the order above; none a multiple of anything.
const SIZES: [&[u64]; 2] = [
    &[(5 << 20) + 512, 3 << 20, (1 << 20) - 4096],
    &[(4 << 20) + 65536, (2 << 20) + 512],
];

/// Contents of a server's disks.
pub type Disks = Vec<Vec<u8>>;

/// xorshift64*, seeded.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }
}

/// Bytes that do not compress.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        bytes.extend(rng.next().to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// What must be true of a backup.
pub struct Expected {
    /// Index of its server.
    pub server: usize,
    /// One of these is what it holds: more than one where a kill left open which.
    pub contents: Vec<Disks>,
}

/// The disks, and the backups by their names.
pub struct Model {
    pub rng: Rng,
    pub disks: [Disks; 2],
    pub backups: BTreeMap<String, Expected>,
    root: PathBuf,
    count: u32,
}

impl Model {
    /// Makes the images, empty.
    pub fn new(seed: u64, program: &Program) -> Model {
        let root = program.path("");
        for (index, (server, disks)) in SERVERS.iter().enumerate() {
            for ((disk, format), size) in disks.iter().zip(SIZES[index]) {
                let path = root.join(format!("{server}-{disk}.{format}"));
                match *format {
                    "raw" => {
                        let file = std::fs::File::create(&path).expect("made");
                        file.set_len(*size).expect("sized");
                    }
                    _ => run(Command::new("qemu-img")
                        .args(["create", "-q", "-f", format])
                        .arg(&path)
                        .arg(size.to_string())),
                }
            }
        }
        let empty = |sizes: &[u64]| sizes.iter().map(|size| vec![0; *size as usize]).collect();
        let mut model = Model {
            rng: Rng::new(seed),
            disks: SIZES.map(empty),
            backups: BTreeMap::new(),
            root,
            count: 0,
        };
        for _ in 0..3 {
            model.write_some(0);
            model.write_some(1);
        }
        model
    }

    /// A name for a backup that no other has.
    pub fn fresh_name(&mut self) -> String {
        self.count += 1;
        format!("b{:04}", self.count)
    }

    /// One of the backups, or of one server's backups.
    pub fn pick(&mut self) -> Option<String> {
        let at = self.rng.below(self.backups.len().max(1) as u64);
        self.backups.keys().nth(at as usize).cloned()
    }

    /// Writes to the disks of a server as a guest would, and to the model.
    pub fn write_some(&mut self, server: usize) {
        for disk in 0..self.disks[server].len() {
            let mut script = Vec::new();
            for _ in 0..self.rng.below(5) {
                let size = self.disks[server][disk].len() as u64;
                let len = (512 * (1 + self.rng.below(1600))).min(size);
                let start = self.rng.below((size - len) / 512 + 1) * 512;
                let range = start as usize..(start + len) as usize;
                let mut word = self.rng.next();
                let bytes = &mut self.disks[server][disk][range];
                // A file for `qemu-io` as well as for the model.
                match self.rng.below(4) {
                    0 => bytes.fill(0),
                    1 => bytes.fill(word as u8),
                    _ => bytes.iter_mut().for_each(|byte| {
                        word = word.wrapping_mul(6364136223846793005).wrapping_add(1);
                        *byte = (word >> 56) as u8;
                    }),
                }
                script.push((start, bytes.to_vec()));
            }
            self.apply(server, disk, &script);
        }
    }

    fn apply(&self, server: usize, disk: usize, writes: &[(u64, Vec<u8>)]) {
        let (path, format) = self.path(server, disk);
        if writes.is_empty() {
            return;
        }
        if format == "raw" {
            use std::os::unix::fs::FileExt;
            let file = std::fs::File::options().write(true).open(path);
            let file = file.expect("opened");
            for (start, bytes) in writes {
                file.write_all_at(bytes, *start).expect("written");
            }
            return;
        }
        let mut command = Command::new("qemu-io");
        command.args(["-f", format]);
        let mut pieces = Vec::new();
        for (start, bytes) in writes {
            let piece = tempfile::NamedTempFile::new_in(&self.root).expect("a file");
            std::fs::write(piece.path(), bytes).expect("written");
            command.arg("-c").arg(format!(
                "write -q -s {} {start} {}",
                piece.path().display(),
                bytes.len()
            ));
            pieces.push(piece);
        }
        command.arg(path);
        // A backup is done before its reader of the image has ended; until then QEMU keeps its
        // lock on it.
        wait_until("the image to be free, and written", 30, || {
            let output = command.output().expect("QEMU's tools are installed");
            let text = String::from_utf8_lossy(&output.stderr);
            let locked = text.contains("Failed to get \"write\" lock");
            assert!(output.status.success() || locked, "{command:?}: {text}");
            output.status.success()
        });
    }

    fn path(&self, server: usize, disk: usize) -> (PathBuf, &'static str) {
        let (name, disks) = SERVERS[server];
        let (disk, format) = disks[disk];
        (self.root.join(format!("{name}-{disk}.{format}")), format)
    }

    /// What the images of a server hold.
    pub fn read(&self, server: usize) -> Disks {
        let read = |disk| {
            let (path, format) = self.path(server, disk);
            if format == "raw" {
                return std::fs::read(path).expect("read");
            }
            let copy = tempfile::NamedTempFile::new_in(&self.root).expect("a file");
            run(Command::new("qemu-img")
                .args(["convert", "-f", format, "-O", "raw"])
                .arg(path)
                .arg(copy.path()));
            std::fs::read(copy.path()).expect("read")
        };
        (0..self.disks[server].len()).map(read).collect()
    }

    /// True if a file lies below the place of the test.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("QEMU's tools are installed");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
}
