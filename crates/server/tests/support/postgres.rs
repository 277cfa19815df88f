//! A PostgreSQL server for tests: in a folder of its own, on a Unix socket alone, as another user
//! than root. It ends with this process, however that ends.

use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A server.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    databases: AtomicU32,
    /// Open as long as this process lives; its end stops the server.
    _life: ChildStdin,
    _shell: Child,
}

/// Starts a server, waits for the end of its input, and stops the server again.
const SCRIPT: &str = r#"
"$1/initdb" -D "$2/data" --no-sync -A trust -E UTF8 --locale=C -U postgres >/dev/null || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 \
    >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$2"
"#;

/// The server of this process, started when it is first asked for.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    fn start() -> Server {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a temporary directory").keep();
        let as_root = is_root();
        let mut command = match as_root {
            true => {
                let owner = Command::new("chown").arg("postgres").arg(&folder).status();
                assert!(owner.expect("chown").success(), "the user postgres exists");
                let mut command = Command::new("setpriv");
                let user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
                command.args(user).arg("sh");
                command
            }
            false => Command::new("sh"),
        };
        let mut shell = command
            .args(["-c", SCRIPT, "sh"])
            .arg(&programs)
            .arg(&folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let life = shell.stdin.take().expect("it was asked for");
        let server = Server {
            folder,
            programs,
            databases: AtomicU32::new(0),
            _life: life,
            _shell: shell,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while !server.psql("SELECT 1").is_ok_and(|out| out.contains('1')) {
            let log = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "the server does not answer: {log}"
            );
            std::thread::yield_now();
        }
        server
    }

    /// Runs a statement in the database `postgres`; what it gave.
    pub fn psql(&self, sql: &str) -> Result<String, String> {
        let output = Command::new(self.programs.join("psql"))
            .args(["-h", &self.folder.display().to_string(), "-U", "postgres"])
            .args(["-d", "postgres", "-X", "-q", "-A", "-t", "-c", sql])
            .output()
            .map_err(|e| e.to_string())?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// An empty database; its URL.
    pub fn database(&self) -> String {
        self.database_like("ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    }

    /// An empty database made with these options; its URL.
    pub fn database_like(&self, options: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("coffer{number}");
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 {options}");
        self.psql(&sql).expect("a database");
        let host = self.folder.display();
        format!("postgres:///{name}?host={host}&user=postgres")
    }
}

/// Where Debian puts the server's programs: the newest version of those there.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((version, programs))
        })
        .collect();
    found.sort();
    let newest = found.pop();
    newest
        .expect("PostgreSQL's server is installed (Debian: postgresql; `cargo xtask test` does)")
        .1
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.starts_with(b"0\n")
}
