//! The store fails during a backup: the task fails with a clear error and what to do, nothing is
//! half done, and it works again afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::model::noise;
use crate::program::{Declared, Program};
use crate::walk::Walk;

const MIB: usize = 1 << 20;
const ONE: [Declared<'static>; 1] = [("web", &[("vda", "raw")])];

/// A service whose store lies in `mnt/store`, with one good backup.
struct Place {
    /// Unmounted before the directory is removed.
    mounted: Option<Mounted>,
    program: Program,
    vault: String,
    store: PathBuf,
    first: Vec<u8>,
}

/// A file system of a few MiB in memory, for tests that root runs.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path) -> Mounted {
        std::fs::create_dir_all(at).expect("made");
        system(
            "mount",
            &["-t", "tmpfs", "-o", "size=12m", "coffer-test"],
            at,
        );
        Mounted(at.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn system(program: &str, arguments: &[&str], path: &Path) {
    let status = Command::new(program).args(arguments).arg(path).status();
    assert!(
        status.expect("it runs").success(),
        "{program} {arguments:?}"
    );
}

impl Place {
    async fn new(directory: tempfile::TempDir, mounted: Option<Mounted>) -> Place {
        let store = directory.path().join("mnt/store");
        let mut program = Program::with_store(directory, &ONE, &store);
        let first = noise(1, 3 * MIB);
        std::fs::write(program.path("web-vda.raw"), &first).expect("written");
        program.start().await;
        let vault = program.make_vault("v", &["web"]).await;
        program.back_up(&vault, "first").await;
        program.settle().await;
        assert_eq!(program.backup("first").await["status"], "available");
        Place {
            mounted,
            program,
            vault,
            store,
            first,
        }
    }

    fn remount(&self, options: &str) {
        let mounted = self.mounted.as_ref().expect("it has a file system");
        system("mount", &["-o", options], &mounted.0);
    }

    /// A backup that cannot be made: what its task says.
    async fn fails(&self, name: &str) -> String {
        self.program.back_up(&self.vault, name).await;
        self.program.settle().await;
        let task = self.program.last_task("backup").await;
        assert_eq!(task["status"], "failed", "{task}");
        assert_eq!(self.program.backup(name).await["status"], "error");
        let text = task["error_info"]["message"].as_str();
        text.expect("a message").to_owned()
    }

    /// Nothing is left of the backup that failed.
    async fn check_clean(&self) {
        let key = self.program.path("data/vaults.key");
        let walk = Walk::open(&self.store, &self.vault, &key).await;
        walk.check_clean().await;
        assert_eq!(walk.strays().await, Vec::<PathBuf>::new());
    }

    /// All is well again: the first backup is what it was, the failed one can be deleted and
    /// leaves nothing, and a new one is made.
    async fn works_again(&self, failed: &str) {
        let program = &self.program;
        let id = program.backup(failed).await["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        assert_eq!(program.delete(&format!("/backups/{id}")).await.status, 204);
        program.settle().await;
        let walk = Walk::open(&self.store, &self.vault, &program.path("data/vaults.key")).await;
        walk.check_clean().await;
        program.back_up(&self.vault, "again").await;
        program.settle().await;
        assert_eq!(program.backup("again").await["status"], "available");
        let walk = Walk::open(&self.store, &self.vault, &program.path("data/vaults.key")).await;
        walk.check_sound().await;
        let now = std::fs::read(program.path("web-vda.raw")).expect("read");
        for manifest in walk.backups().await {
            let expected = match manifest.facts.name.as_str() {
                "first" => &self.first,
                _ => &now,
            };
            assert!(walk.restore(&manifest).await[0] == *expected);
        }
        assert_eq!(walk.backups().await.len(), 2);
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("ck-")
        .tempdir()
        .expect("a directory")
}

/// The directory goes away, as an unmounted file system does, and comes back.
async fn removed() {
    let place = Place::new(directory(), None).await;
    let aside = place.store.with_extension("aside");
    std::fs::rename(&place.store, &aside).expect("moved");
    std::fs::create_dir(&place.store).expect("made");
    let said = place.fails("doomed").await;
    assert!(
        said.contains("does not hold the vault") && said.contains("mounted"),
        "{said}"
    );
    let written: Vec<_> = std::fs::read_dir(&place.store).expect("listed").collect();
    assert!(
        written.is_empty(),
        "nothing is written beside the store: {written:?}"
    );
    std::fs::remove_dir(&place.store).expect("removed");
    std::fs::rename(&aside, &place.store).expect("moved");
    place.works_again("doomed").await;
}

/// Files must not grow: a limit that needs no privilege.
async fn too_large() {
    let mut place = Place::new(directory(), None).await;
    assert!(place.program.terminate().success());
    let script = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" serve --config coffer.toml";
    let mut command = place.program.command(&[]);
    let mut limited = Command::new("sh");
    limited.args(["-c", script]).arg(command.get_program());
    limited.current_dir(command.get_current_dir().expect("it is set"));
    command = limited;
    place.program.start_as(command).await;
    std::fs::write(place.program.path("web-vda.raw"), noise(5, 12 * MIB)).expect("written");
    let said = place.fails("doomed").await;
    assert!(said.contains("in the store"), "{said}");
    place.check_clean().await;
    assert!(place.program.terminate().success());
    place.program.start().await;
    place.works_again("doomed").await;
}

/// The file system is full, and then larger.
async fn full() {
    let directory = directory();
    let mounted = Mounted::new(&directory.path().join("mnt"));
    let place = Place::new(directory, Some(mounted)).await;
    std::fs::write(place.program.path("web-vda.raw"), noise(6, 16 * MIB)).expect("written");
    let said = place.fails("doomed").await;
    assert!(said.contains("The store is full"), "{said}");
    place.check_clean().await;
    place.remount("remount,size=64m");
    place.works_again("doomed").await;
}

/// The file system takes no writes, and then does.
async fn read_only() {
    let directory = directory();
    let mounted = Mounted::new(&directory.path().join("mnt"));
    let place = Place::new(directory, Some(mounted)).await;
    place.remount("remount,ro");
    let said = place.fails("doomed").await;
    assert!(said.contains("The store refuses access"), "{said}");
    place.remount("remount,rw");
    place.works_again("doomed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_fails_the_task_and_nothing_else() {
    // Side by side: each waits a minute for a store that may come back.
    let mut all = vec![tokio::spawn(removed()), tokio::spawn(too_large())];
    if rustix::process::geteuid().is_root() {
        all.push(tokio::spawn(full()));
        all.push(tokio::spawn(read_only()));
    }
    for one in all {
        one.await.expect("it holds");
    }
}
