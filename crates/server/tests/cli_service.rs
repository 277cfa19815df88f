//! Commands that talk to a service, by running both as programs.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A running service with one declared server, and an administrator's password.
struct Place {
    directory: TempDir,
    service: Child,
    url: String,
}

impl Place {
    fn start() -> Place {
        let directory = tempfile::tempdir().expect("a directory");
        let here = directory.path().display();
        let config = format!(
            "data_dir = \"{here}/data\"\nregion = \"eu-de\"\n[http]\nlisten = [\"127.0.0.1:0\"]\n\
             [log]\nformat = \"json\"\n[[store]]\nname = \"local\"\npath = \"{here}/store\"\n\
             [[images]]\nname = \"files\"\nimage_dir = \"{here}/new\"\n[[images.server]]\nname = \"web\"\n\
             [[images.server.disk]]\nname = \"vda\"\npath = \"{here}/vda.raw\"\n\
             [[images.server.disk]]\nname = \"vdb\"\npath = \"{here}/vdb.raw\"\n"
        );
        for (disk, byte) in [("vda.raw", 1), ("vdb.raw", 2)] {
            let content = vec![byte; 3 << 20];
            std::fs::write(directory.path().join(disk), content).expect("written");
        }
        std::fs::create_dir(directory.path().join("store")).expect("made");
        std::fs::create_dir(directory.path().join("new")).expect("made");
        std::fs::write(directory.path().join("coffer.toml"), config).expect("written");
        let mut service = Command::new(env!("CARGO_BIN_EXE_coffer"))
            .args(["serve", "--config", "coffer.toml"])
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut log = BufReader::new(service.stderr.take().expect("piped")).lines();
        let (mut url, mut has_asked) = (None, false);
        while url.is_none() || !has_asked {
            let line = log
                .next()
                .expect("the service listens before it ends")
                .expect("text");
            has_asked |= line.contains("the hypervisors were asked");
            if let Some((_, rest)) = line.split_once("listening on ") {
                let address = rest.split('"').next().expect("an address");
                url = Some(format!("http://{address}/v3"));
            }
        }
        // Somebody has to read on, or the service would block.
        std::thread::spawn(move || log.for_each(drop));
        Place {
            directory,
            service,
            url: url.expect("found"),
        }
    }

    fn password(&self) -> String {
        let path = self.directory.path().join("data/admin-password");
        std::fs::read_to_string(path)
            .expect("the first password")
            .trim()
            .to_string()
    }

    /// Runs the program with words, a few variables and a line on standard input.
    fn run(&self, words: &str, variables: &[(&str, &str)], line: &str) -> Output {
        let words = words.replace("URL", &self.url);
        let mut child = Command::new(env!("CARGO_BIN_EXE_coffer"))
            .args(words.split_whitespace())
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            .env("TZ", "UTC")
            .envs(variables.iter().copied().collect::<BTreeMap<_, _>>())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("piped");
        // A program that does not read is free not to.
        let _ = writeln!(stdin, "{line}");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }

    #[track_caller]
    fn json(&self, words: &str, variables: &[(&str, &str)], line: &str) -> Value {
        let output = self.run(&format!("{words} --json"), variables, line);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "coffer {words}: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("coffer {words}: {e}"))
    }

    #[track_caller]
    fn fails(&self, words: &str, variables: &[(&str, &str)], line: &str, code: i32, text: &str) {
        let output = self.run(words, variables, line);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "coffer {words}: {stderr}");
        assert!(
            stderr.contains(text),
            "coffer {words}: `{text}` is not in: {stderr}"
        );
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "",
            "coffer {words}"
        );
    }

    /// The variables of the openstack client for a user.
    fn variables<'a>(&'a self, user: &'a str, password: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("OS_AUTH_URL", self.url.as_str()),
            ("OS_USERNAME", user),
            ("OS_PASSWORD", password),
            ("OS_PROJECT_NAME", "eu-de"),
        ]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

#[test]
fn a_log_in_is_kept_used_and_ended() {
    let place = Place::start();
    place.fails("server list", &[], "", 2, "you are not logged in");
    let login = "login URL --user admin --password-stdin";
    place.fails(
        login,
        &[],
        "wrong password",
        2,
        "user, password or project is wrong",
    );
    let password = place.password();
    let document = place.json(login, &[], &password);
    assert_eq!(
        (&document["project"], &document["logged_in"]),
        (&"eu-de".into(), &true.into())
    );
    let kept = std::fs::read_to_string(place.directory.path().join(".config/coffer/config.toml"));
    assert!(
        !kept.expect("a profile").contains(&password),
        "the password was kept"
    );

    assert_eq!(place.json("server list", &[], "")[0]["name"], "web");
    assert_eq!(
        place.json("disk list", &[], "").as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(place.json("config show", &[], "")["user"], "admin");
    place.fails("server show wob", &[], "", 3, "Did you mean `web`?");
    place.fails(
        "server list --profile other",
        &[],
        "",
        2,
        "there is no profile `other`",
    );

    place.json("logout", &[], "");
    place.fails("server list", &[], "", 2, "profile `default` is logged out");
}

#[test]
fn the_openstack_client_s_variables_will_do() {
    let place = Place::start();
    let password = place.password();
    let variables = place.variables("admin", &password);
    assert_eq!(place.json("server list", &variables, "")[0]["name"], "web");
    assert_eq!(
        place.json("config show", &variables, "")["source"],
        "environment"
    );
    place.fails(
        "disk list",
        &place.variables("admin", "wrong"),
        "",
        2,
        "is wrong",
    );
    place.fails("disk list", &variables[..2], "", 2, "OS_PASSWORD is not");
    let mut elsewhere = variables;
    elsewhere[0].1 = "http://127.0.0.1:1/v3";
    place.fails(
        "disk list",
        &elsewhere,
        "",
        5,
        "cannot connect to http://127.0.0.1:1",
    );
    let mut other_region = variables.to_vec();
    other_region.push(("OS_REGION_NAME", "mars"));
    place.fails(
        "disk list",
        &other_region,
        "",
        2,
        "not offered in region `mars`",
    );
}

#[test]
fn administration_works_beside_the_service() {
    let place = Place::start();
    let admin = |words: &str, line: &str| {
        place.json(&format!("admin --config coffer.toml {words}"), &[], line)
    };
    admin("project create second", "");
    let user = admin(
        "user create eve --project eu-de --role readonly --password-stdin",
        "a good password",
    );
    assert_eq!(user["user"]["roles"][0]["role"], "readonly");
    let names: Vec<Value> = admin("project list", "")
        .as_array()
        .expect("a list")
        .iter()
        .map(|project| project["name"].clone())
        .collect();
    assert_eq!(names, ["eu-de", "second"]);

    let eve = place.variables("eve", "a good password");
    assert_eq!(place.json("server list", &eve, "")[0]["name"], "web");
    admin("user set-password eve --password-stdin", "another password");
    place.fails("server list", &eve, "", 2, "is wrong");
    let eve = place.variables("eve", "another password");
    place.json("server list", &eve, "");
    admin("user revoke eve --project eu-de --role readonly", "");
    place.fails("server list", &eve, "", 2, "is wrong");

    let key = admin("access-key create eve", "");
    let access = key["access_key"]["access"].as_str().expect("a key");
    assert_eq!(key["access_key"]["secret"].as_str().map(str::len), Some(40));
    assert_eq!(
        admin("access-key list eve", "").as_array().map(Vec::len),
        Some(1)
    );
    admin(&format!("access-key delete eve {access}"), "");
    assert_eq!(
        admin("access-key list eve", "").as_array().map(Vec::len),
        Some(0)
    );

    let refused = "admin --config coffer.toml user create eve --password-stdin";
    place.fails(
        refused,
        &[],
        "a good password",
        4,
        "user `eve` exists already",
    );
    place.fails(refused, &[], "short", 2, "8");
    place.fails(
        "admin --config coffer.toml access-key list x",
        &[],
        "",
        3,
        "no user `x`",
    );
    place.fails(
        "admin --config missing.toml project list",
        &[],
        "",
        2,
        "missing.toml",
    );
    place.fails("serve --config coffer.toml", &[], "", 4, "");

    let line = "the way back in";
    let again = admin("bootstrap --password-stdin", line);
    assert_eq!(again["created"], false);
    place.json("server list", &place.variables("admin", line), "");
}

#[test]
fn the_main_job_by_command_line() {
    let place = Place::start();
    let password = place.password();
    let variables = place.variables("admin", &password);
    let run = |words: &str| place.json(words, &variables, "");
    let fails = |words: &str, code: i32, text: &str| place.fails(words, &variables, "", code, text);
    let disk = |name: &str| std::fs::read(place.directory.path().join(name)).expect("a disk");
    let overwrite = |name: &str, byte: u8| {
        std::fs::write(place.directory.path().join(name), vec![byte; 3 << 20]).expect("written");
    };

    fails(
        "backup create web",
        4,
        "coffer vault create NAME --type server",
    );
    fails(
        "backup create nothing",
        3,
        "there is no server or disk `nothing`",
    );
    fails("vault create small --size 1", 2, "from 10 to 10485760");
    run("vault create safe --size 100 --add web");
    fails(
        "vault create other --size 100 --add web",
        4,
        "BackupService.6103",
    );
    let made = run("backup create web --name first --description morning");
    assert_eq!(made["backups"][0]["status"], "available", "{made}");
    assert_eq!(made["tasks"][0]["status"], "success");
    let made_at = made["backups"][0]["created_at"].as_str().expect("a time");
    assert!(
        made_at.ends_with('Z'),
        "{made_at} does not say that it is UTC"
    );

    overwrite("vda.raw", 9);
    let second = run("backup create web --name second");
    assert_eq!(second["backups"][0]["incremental"], true);
    fails("backup show third", 3, "there is no backup `third`");
    assert_eq!(
        run("backup list --resource web").as_array().map(Vec::len),
        Some(2)
    );
    let shown = run("backup show second");
    assert_eq!(
        shown["details"]["read_bytes"],
        6 << 20,
        "raw images are read in full"
    );

    // Both disks go back; then one alone; then one to a file elsewhere is refused.
    fails("restore first", 2, "--yes");
    run("restore first --yes");
    assert!(disk("vda.raw") == vec![1; 3 << 20] && disk("vdb.raw") == vec![2; 3 << 20]);
    overwrite("vdb.raw", 7);
    run("restore second --disk system=web-vda --yes");
    assert!(disk("vda.raw") == vec![9; 3 << 20] && disk("vdb.raw") == vec![7; 3 << 20]);
    let child = shown["backup"]["children"][1]["id"]
        .as_str()
        .expect("a child")
        .to_string();
    run(&format!("restore {child} --yes"));
    assert!(disk("vdb.raw") == vec![2; 3 << 20]);
    fails(
        &format!("restore {child} --to-file x.raw"),
        2,
        "not an absolute path",
    );
    fails("restore first --disk vdz=web-vda --yes", 3, "no disk `vdz`");

    let tasks = run("task list --type restore");
    assert_eq!(tasks.as_array().map(Vec::len), Some(3));
    let task = tasks[0]["id"].as_str().expect("an id").to_string();
    assert_eq!(
        run(&format!("task show {task}"))["task"]["status"],
        "success"
    );
    assert_eq!(run(&format!("task wait {task}"))[0]["status"], "success");
    fails(&format!("task cancel {task}"), 2, "it has ended already");
    fails(
        "task show 2b076f26-391f-40fa-bf71-a798940faccf",
        3,
        "BackupService.6500",
    );

    // What would be done, and the way back from what was done.
    let would = run("backup create web --dry-run");
    assert_eq!(would["disks"].as_array().map(Vec::len), Some(2), "{would}");
    assert_eq!(would["disks"][0]["changed_bytes"], serde_json::Value::Null);
    let would = run("restore first --dry-run");
    assert_eq!(
        would["write_bytes"],
        6 << 20,
        "raw images are written in full: {would}"
    );
    overwrite("vda.raw", 5);
    let undone = run("restore first --safety-backup --keep-safety-backup 2 --yes");
    assert!(disk("vda.raw") == vec![1; 3 << 20]);
    let task_id = undone["tasks"][0]["id"]
        .as_str()
        .expect("an id")
        .to_string();
    fails(&format!("task go-back {task_id}"), 2, "--yes");
    run(&format!("task go-back {task_id} --yes"));
    assert!(disk("vda.raw") == vec![5; 3 << 20], "gone back");
    fails(
        &format!("task go-back {task} --yes"),
        2,
        "made no safety backup",
    );
    let map = run(&format!("task map {task_id}"));
    assert_eq!(map["disks"].as_array().map(Vec::len), Some(2), "{map}");
    assert_eq!(run("overview")["servers"]["protected"], 1);
    assert!(run("vault history safe --days 7")["points"].is_array());
    assert_eq!(run("session list"), serde_json::json!([]));
    fails("session end nothing", 3, "you have no session `nothing`");

    fails(
        "backup delete first",
        2,
        "this deletes backup `first` of web",
    );
    assert_eq!(run("backup delete first --dry-run")["dry_run"], true);
    run("backup delete first --yes");
    assert_eq!(run("backup list").as_array().map(Vec::len), Some(2));
    run("restore second --yes");
    assert_eq!(
        run("vault update safe --name safer --size 200")["vault"]["billing"]["size"],
        200
    );
    fails(
        "server start web",
        4,
        "cannot be started or stopped from here",
    );
    run("vault delete safer --yes");

    // Disks in different vaults: one name, whose numbers go on from vault to vault.
    run("vault create one --type disk --size 100 --add web-vda");
    run("vault create two --type disk --size 100 --add web-vdb");
    let pair = run("backup create web-vda web-vdb --type disk --name pair");
    let mut names: Vec<_> = (0..2).map(|n| &pair["backups"][n]["name"]).collect();
    names.sort_by_key(|name| name.to_string());
    assert_eq!(names, ["pair-0001", "pair-0002"], "{pair}");
    run("vault delete one --yes");
    run("vault delete two --yes");
    assert_eq!(run("vault list"), serde_json::json!([]));
    assert_eq!(run("backup list"), serde_json::json!([]));
}

#[test]
fn operation_by_command_line() {
    let place = Place::start();
    let password = place.password();
    let variables = place.variables("admin", &password);
    let run = |words: &str, line: &str| place.json(words, &variables, line);
    run("vault create v --size 100 --add web", "");

    let hosts = run("host limit files --bandwidth 100MiB --tasks 3", "");
    assert_eq!(hosts["hosts"][0]["limits"]["bytes_per_second"], 100 << 20);
    assert_eq!(run("host list", "")["hosts"][0]["tasks_in_force"], 3);
    let limits = run(
        "vault limit v --window 22:00-06:00 --timezone Europe/Berlin",
        "",
    );
    assert_eq!(limits["limits"]["windows"][0], "22:00-06:00");
    assert_eq!(run("vault limit v --reset", "")["open"], true);
    place.fails(
        "vault limit v --window x",
        &variables,
        "",
        2,
        "is no window",
    );
    place.fails("host limit none --reset", &variables, "", 3, "");

    let tags = run("server tag web env=prod tier=gold", "");
    assert_eq!(tags["tags"][1]["value"], "gold");
    assert_eq!(
        run("server tag web --remove env", "")["tags"][0]["key"],
        "tier"
    );
    assert_eq!(run("disk tag web-vda x=", "")["tags"][0]["value"], "");

    run("report objective --hours 24", "");
    assert_eq!(run("report", "")["resources"][0]["objective_hours"], 24);
    let csv = place.run("report --csv", &variables, "");
    let text = String::from_utf8_lossy(&csv.stdout).into_owned();
    assert!(
        text.starts_with("id,name,type,") && text.contains("\"web\""),
        "{text}"
    );

    let made =
        "notify create hook --url https://hooks.example.org/x --event task_failed --secret-stdin";
    let hook = run(made, "0123456789abcdef");
    assert_eq!(hook["subscription"]["signed"], true);
    assert_eq!(
        run("notify set hook --disable", "")["subscription"]["enabled"],
        false
    );
    assert_eq!(
        run("notify show hook", "")["deliveries"],
        serde_json::json!([])
    );
    run("notify delete hook --yes", "");
    assert_eq!(
        run("notify list", "")["subscriptions"],
        serde_json::json!([])
    );
    assert_eq!(run("quota show", "")["quotas"]["vaults"]["used"], 1);

    let key = run("vault recovery-key v --output key.txt", "");
    assert_eq!(key["text"], Value::Null);
    place.fails(
        "vault recovery-key v --output key.txt",
        &variables,
        "",
        2,
        "key.txt",
    );
    let kept = run("vault recovery-key v --confirm key.txt", "");
    assert_eq!(kept["fingerprint"], key["fingerprint"]);

    // What is wrong is told, with what can be done; here nothing but the clock may be doubtful.
    let findings = run("doctor --config coffer.toml", "");
    assert_ne!(findings["worst"], "wrong", "{findings}");
    let list = findings["findings"].as_array().expect("a list");
    let of = |subject: &str| list.iter().find(|f| f["subject"] == subject);
    assert_eq!(
        of("recovery keys").expect("looked at")["level"],
        "good",
        "{findings}"
    );
    let text = of("catalog").expect("looked at")["text"]
        .as_str()
        .expect("text");
    assert!(text.contains("a service works on it"), "{findings}");
    let broken = std::fs::read_to_string(place.directory.path().join("coffer.toml"))
        .expect("the configuration")
        .replace("/store\"", "/vda.raw\"");
    std::fs::write(place.directory.path().join("broken.toml"), broken).expect("written");
    let output = place.run("doctor --config broken.toml", &[], "");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("WRONG"),
        "{output:?}"
    );
}

#[test]
fn disks_are_made_extended_and_deleted() {
    let place = Place::start();
    let password = place.password();
    let admin = place.variables("admin", &password);
    let run = |words: &str| place.json(words, &admin, "");
    let fails = |words: &str, code: i32, text: &str| place.fails(words, &admin, "", code, text);
    let made = run("disk create --name spare --size 1GiB");
    assert_eq!(made["job"]["status"], "SUCCESS", "{made}");
    let shown = run("disk show spare");
    assert_eq!(shown["disk"]["id"], made["id"]);
    assert_eq!(shown["disk"]["size"], 1);
    fails("disk create --name other", 2, "an empty disk needs a size");
    fails("disk create --name other --size 1000", 2, "whole GiB");
    fails("disk create --name spare --size 1GiB", 4, "spare");

    let grown = run("disk extend spare 2GiB");
    assert_eq!(grown["job"]["job_type"], "extendVolume");
    assert_eq!(run("disk show spare")["disk"]["size"], 2);
    fails("disk extend spare 2GiB", 2, "must be more than");
    fails("disk extend spare 2000000", 2, "whole GiB");
    fails("disk attach spare web", 2, "cannot be changed from here");
    fails("disk attach web-vdb web", 4, "is attached");
    fails("disk detach spare", 4, "is not attached");
    fails("disk detach web-vdb", 2, "cannot be changed from here");
    fails("disk delete web-vdb --yes", 4, "is attached");
    fails("disk delete spare", 2, "this deletes disk `spare` (2 GiB)");
    assert_eq!(run("disk delete spare --dry-run")["dry_run"], true);
    assert_eq!(run("disk show spare")["disk"]["status"], "available");
    run("disk delete spare --yes");
    fails("disk show spare", 3, "spare");
    let begun = run("disk create --name later --size 1GiB --no-wait");
    assert!(begun["id"].is_string(), "{begun}");
}
