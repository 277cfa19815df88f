//! Requests, and how long they take.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use coffer_server::catalog::backups;
use coffer_server::door::Clock;
use coffer_server::identity::PASSWORD_FILE;
use coffer_server::serve::Service;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fill::Size;
use crate::{LIST_MAX, QUEUE_MAX, SEARCH_MAX, Verdicts};

/// Requests of a case.
const ROUNDS: usize = 100;

/// How long each of those who ask while a policy fires waits after an answer.
const ASK_PAUSE: Duration = Duration::from_millis(100);

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
    project: String,
}

impl Client {
    pub async fn log_in(service: &Service, directory: &Path) -> Client {
        let file = directory.join("data").join(PASSWORD_FILE);
        let password = std::fs::read_to_string(file).unwrap();
        let base = format!("http://{}", service.addresses()[0]);
        let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": "admin", "password": password.trim(), "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": "eu-de", "domain": {"name": "Default"}}}}});
        let http = reqwest::Client::new();
        let login = http.post(format!("{base}/v3/auth/tokens")).json(&body);
        let answer = login.send().await.unwrap();
        let token = answer.headers()["x-subject-token"]
            .to_str()
            .unwrap()
            .to_owned();
        let body: Value = answer.json().await.unwrap();
        Client {
            http,
            base,
            token,
            project: body["token"]["project"]["id"].as_str().unwrap().to_owned(),
        }
    }

    /// `{p}` in a path stands for the project.
    pub async fn get(&self, path: &str) -> (Duration, Value) {
        let url = format!("{}{}", self.base, path.replace("{p}", &self.project));
        let begun = Instant::now();
        let request = self.http.get(url).header("X-Auth-Token", &self.token);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap();
        let took = begun.elapsed();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        (took, body)
    }
}

/// Middle, 99th percentile and largest of some times.
fn summary(mut times: Vec<Duration>) -> (Duration, String) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share).div_ceil(100).max(1) - 1];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (middle, late, last) = (at(50), at(99), times[times.len() - 1]);
    let text = format!(
        "p50 {:.1}, p99 {:.1}, max {:.1} ms",
        ms(middle),
        ms(late),
        ms(last)
    );
    (late, text)
}

async fn case(client: &Client, verdicts: &mut Verdicts, what: &str, path: &str, most: Duration) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        times.push(client.get(path).await.0);
        // A case that is far too slow is told soon.
        if times.iter().sum::<Duration>() > most * 50 {
            break;
        }
    }
    let (late, text) = summary(times);
    let limit = format!("< {} ms", most.as_millis());
    verdicts.say(what, &text, &limit, late < most);
}

/// Lists with filters and paging, and searches.
pub async fn lists(client: &Client, size: &Size, verdicts: &mut Verdicts) {
    let first = client.get("/v3/{p}/backups?limit=1").await.1;
    assert_eq!(first["count"], size.servers * size.backups_each, "{first}");
    let backup = &first["backups"][0];
    let text = |key: &str| backup[key].as_str().unwrap().to_owned();
    let (vault, resource, name) = (text("vault_id"), text("resource_id"), text("name"));
    let middle = size.servers * size.backups_each / 2;
    let deep = client
        .get(&format!("/v3/{{p}}/backups?limit=1&offset={middle}"))
        .await
        .1;
    let deep = deep["backups"][0]["id"].as_str().unwrap().to_owned();
    let next = client
        .get("/coffer/v1/{p}/backups?limit=1000&sort=name")
        .await
        .1;
    let next = next["next"].as_str().unwrap().to_owned();
    let lists = [
        ("v3 backups", "/v3/{p}/backups?limit=50".to_owned()),
        ("v3 backups, 1,000", "/v3/{p}/backups?limit=1000".to_owned()),
        (
            "v3 backups of a vault",
            format!("/v3/{{p}}/backups?limit=50&vault_id={vault}"),
        ),
        (
            "v3 backups of a resource",
            format!("/v3/{{p}}/backups?resource_id={resource}"),
        ),
        (
            "v3 backups of a name",
            format!("/v3/{{p}}/backups?name={name}"),
        ),
        (
            "v3 backups that failed",
            "/v3/{p}/backups?limit=50&status=error".to_owned(),
        ),
        (
            "v3 backups that are available",
            "/v3/{p}/backups?limit=50&status=available".to_owned(),
        ),
        (
            "v3 backups of a time",
            "/v3/{p}/backups?limit=50&end_time=2020-01-01T00:00:00Z".to_owned(),
        ),
        (
            "v3 backups by name",
            "/v3/{p}/backups?limit=50&sort=name:asc".to_owned(),
        ),
        (
            "v3 backups behind a marker",
            format!("/v3/{{p}}/backups?limit=50&marker={deep}"),
        ),
        (
            "v3 backups at an offset",
            format!("/v3/{{p}}/backups?limit=50&offset={middle}"),
        ),
        ("v3 one backup", format!("/v3/{{p}}/backups/{deep}")),
        ("v3 vaults", "/v3/{p}/vaults?limit=50".to_owned()),
        (
            "v3 vaults of a resource",
            format!("/v3/{{p}}/vaults?resource_ids={resource}"),
        ),
        ("v3 one vault", format!("/v3/{{p}}/vaults/{vault}")),
        ("v3 policies", "/v3/{p}/policies".to_owned()),
        ("v3 tasks", "/v3/{p}/operation-logs?limit=50".to_owned()),
        (
            "v3 tasks that failed",
            "/v3/{p}/operation-logs?limit=50&status=failed".to_owned(),
        ),
        (
            "v3 tasks of a vault",
            format!("/v3/{{p}}/operation-logs?limit=50&vault_id={vault}"),
        ),
        (
            "v3 servers to protect",
            "/v3/{p}/protectables/server/instances?limit=50".to_owned(),
        ),
        (
            "v3 disks to protect",
            "/v3/{p}/protectables/disk/instances?limit=50".to_owned(),
        ),
        ("volumes", "/v3/{p}/volumes/detail?limit=50".to_owned()),
        (
            "compute servers",
            "/v2.1/{p}/servers/detail?limit=50".to_owned(),
        ),
        (
            "compute servers of a name",
            "/v2.1/{p}/servers/detail?limit=50&name=web-00042".to_owned(),
        ),
        ("flavors", "/v2.1/{p}/flavors/detail".to_owned()),
        (
            "cloud servers",
            "/v1/{p}/cloudservers/detail?limit=50&offset=100".to_owned(),
        ),
        (
            "cloud volumes",
            "/v2/{p}/cloudvolumes/detail?limit=50&offset=20000".to_owned(),
        ),
        (
            "cloud volumes by name",
            "/v2/{p}/cloudvolumes/detail?limit=50&sort_key=name&sort_dir=asc".to_owned(),
        ),
        ("images", "/image/v2/images?limit=50".to_owned()),
        (
            "cloud images",
            "/v2/cloudimages?limit=50&sort_key=name".to_owned(),
        ),
        (
            "images that are whole",
            "/image/v2/images?limit=50&status=active".to_owned(),
        ),
        ("own images", "/coffer/v1/{p}/images?limit=50".to_owned()),
        ("v3 summary of vaults", "/v3/{p}/vaults/summary".to_owned()),
        (
            "v3 storage usage",
            "/v3/{p}/storage_usage?limit=50".to_owned(),
        ),
        ("v3 tags", "/v3/{p}/vault/tags".to_owned()),
        ("backups", "/coffer/v1/{p}/backups".to_owned()),
        (
            "backups that are locked",
            "/coffer/v1/{p}/backups?locked=true".to_owned(),
        ),
        (
            "backups that are not locked",
            "/coffer/v1/{p}/backups?locked=false".to_owned(),
        ),
        (
            "backups made by policies",
            "/coffer/v1/{p}/backups?auto_trigger=true".to_owned(),
        ),
        (
            "backups, newest first",
            "/coffer/v1/{p}/backups?sort=-created_at".to_owned(),
        ),
        (
            "backups by name, behind a marker",
            format!("/coffer/v1/{{p}}/backups?sort=name&marker={next}"),
        ),
        (
            "backups that failed",
            "/coffer/v1/{p}/backups?state=error".to_owned(),
        ),
        (
            "backups of a vault",
            format!("/coffer/v1/{{p}}/backups?vault_id={vault}"),
        ),
        ("servers", "/coffer/v1/{p}/servers".to_owned()),
        ("one server", format!("/coffer/v1/{{p}}/servers/{resource}")),
        ("disks", "/coffer/v1/{p}/disks".to_owned()),
        ("vaults", "/coffer/v1/{p}/vaults".to_owned()),
        ("tasks", "/coffer/v1/{p}/tasks?sort=-created_at".to_owned()),
        (
            "tasks that failed",
            "/coffer/v1/{p}/tasks?state=failed".to_owned(),
        ),
    ];
    for (what, path) in lists {
        case(client, verdicts, what, &path, LIST_MAX).await;
    }
    let searches = [
        ("search backups, some", "/coffer/v1/{p}/backups?q=f3a"),
        (
            "search backups, none",
            "/coffer/v1/{p}/backups?q=nothing-like-it",
        ),
        ("search backups, all", "/coffer/v1/{p}/backups?q=autobk"),
        ("search servers", "/coffer/v1/{p}/servers?q=0042"),
        ("search disks", "/coffer/v1/{p}/disks?q=0042"),
        ("search tasks", "/coffer/v1/{p}/tasks?q=web-00004"),
        ("search everything", "/coffer/v1/{p}/search?q=0042"),
        (
            "servers by the newest backup",
            "/coffer/v1/{p}/servers?sort=-last_backup",
        ),
        (
            "servers by the number of backups",
            "/coffer/v1/{p}/servers?sort=-backup_count",
        ),
        ("overview", "/coffer/v1/{p}/overview"),
    ];
    for (what, path) in searches {
        case(client, verdicts, what, path, SEARCH_MAX).await;
    }
}

/// What the service looks at by itself every minute.
pub async fn scans(service: &Service, clock: &Clock, verdicts: &mut Verdicts) {
    let catalog = service.state().catalog.clone();
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        let mut tx = catalog.snapshot().await.unwrap();
        let found = backups::expired(&mut tx, clock.now()).await.unwrap();
        assert!(found.is_empty());
        times.push(begun.elapsed());
    }
    let (late, text) = summary(times);
    verdicts.say(
        "scan for what has expired",
        &text,
        "< 100 ms",
        late < LIST_MAX,
    );
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        let mut tx = catalog.snapshot().await.unwrap();
        backups::failed(&mut tx, jiff::Timestamp::MIN)
            .await
            .unwrap();
        times.push(begun.elapsed());
    }
    let (late, text) = summary(times);
    verdicts.say("scan for what failed", &text, "< 500 ms", late < SEARCH_MAX);
}

/// The policy fires for all servers, while somebody goes on asking.
pub async fn fire(
    client: &Client,
    service: &Service,
    size: &Size,
    clock: &Clock,
    verdicts: &mut Verdicts,
) {
    let catalog = service.state().catalog.clone();
    let before = clock.now();
    let over = Arc::new(AtomicBool::new(false));
    let asking: Vec<_> = ["/v3/{p}/backups?limit=50", "/v3/{p}/vaults?limit=50"]
        .into_iter()
        .map(|path| {
            let (client, over) = (client.clone(), over.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    times.push(client.get(path).await.0);
                    tokio::time::sleep(ASK_PAUSE).await;
                }
                times
            })
        })
        .collect();
    // To the hour of the policy, and behind the minute over which runs are spread.
    let patterns: String = sqlx::query_scalar("SELECT patterns FROM policies ORDER BY id LIMIT 1")
        .fetch_one(catalog.read())
        .await
        .unwrap();
    let hour = patterns.split("BYHOUR=").nth(1).unwrap();
    let hour: i64 = hour.split(';').next().unwrap().parse().unwrap();
    let today = before.as_second().rem_euclid(24 * 3600);
    let rest = (hour * 3600 - today).rem_euclid(24 * 3600);
    clock.advance(SignedDuration::from_secs(rest + 61));
    let begun = Instant::now();
    let since = before.as_millisecond() + rest * 1000;
    let count = async |sql: &'static str| -> usize {
        let query = sqlx::query_scalar::<_, i64>(sql).bind(since);
        query.fetch_one(catalog.read()).await.unwrap() as usize
    };
    let queued = loop {
        // An index answers it: the service shall not suffer from who looks.
        let changed = count("SELECT COUNT(*) FROM tasks WHERE updated_at > $1").await;
        let is_late = begun.elapsed() > QUEUE_MAX * 6;
        if changed >= size.servers || is_late {
            let queued =
                count("SELECT COUNT(*) FROM tasks WHERE created_at > $1 AND kind = 'backup'").await;
            if queued >= size.servers || is_late {
                break queued;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let took = begun.elapsed();
    let figure = format!("{queued} queued in {:.2} s", took.as_secs_f64());
    let kept = took < QUEUE_MAX && queued >= size.servers;
    verdicts.say("a policy fires", &figure, "< 10 s", kept);
    // The workers go on with it; so do those who ask.
    tokio::time::sleep(Duration::from_secs(5)).await;
    over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for one in asking {
        times.extend(one.await.unwrap());
    }
    let (late, text) = summary(times);
    let limit = format!("< {} ms", LIST_MAX.as_millis());
    verdicts.say("lists meanwhile", &text, &limit, late < LIST_MAX);
}
