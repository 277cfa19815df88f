//! Figures for Prometheus: what they say, and that a parser of the format reads them.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use crate::lab::Lab;

type Labels = BTreeMap<String, String>;

/// What a scrape gave: values by name and labels.
#[derive(Debug, Default)]
struct Scrape {
    kinds: BTreeMap<String, String>,
    values: Vec<(String, Labels, f64)>,
}

impl Scrape {
    /// Reads the text format strictly: a metric's lines are together, its type stands before them, no
    /// value is there twice, histograms add up.
    fn parse(text: &str) -> Scrape {
        let mut scrape = Scrape::default();
        let mut current = String::new();
        let mut seen = HashSet::new();
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a help text");
                assert!(
                    !help.is_empty() && !scrape.kinds.contains_key(name),
                    "{line}"
                );
                current = name.to_owned();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a type");
                assert_eq!(name, current, "{line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                if kind == "counter" {
                    assert!(name.ends_with("_total"), "{line}");
                }
                scrape.kinds.insert(name.to_owned(), kind.to_owned());
            } else {
                let (name, labels, value) = sample(line);
                let base = ["_bucket", "_sum", "_count"]
                    .iter()
                    .find_map(|suffix| name.strip_suffix(suffix))
                    .filter(|base| scrape.kinds.get(*base).is_some_and(|k| k == "histogram"));
                assert_eq!(base.unwrap_or(&name), current, "{line}");
                assert!(seen.insert((name.clone(), labels.clone())), "twice: {line}");
                scrape.values.push((name, labels, value));
            }
        }
        scrape.check_histograms();
        scrape
    }

    fn check_histograms(&self) {
        for (name, _) in self.kinds.iter().filter(|(_, kind)| *kind == "histogram") {
            let mut by: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
            for (of, labels, value) in &self.values {
                if *of == format!("{name}_bucket") {
                    let mut labels = labels.clone();
                    let bound = labels.remove("le").expect("a bound");
                    by.entry(labels)
                        .or_default()
                        .push((bound.parse().expect("a number"), *value));
                }
            }
            for (labels, buckets) in by {
                assert!(
                    buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1),
                    "{name} {labels:?}"
                );
                let last = buckets.last().expect("one at least");
                assert!(last.0.is_infinite());
                assert_eq!(self.of(&format!("{name}_count"), &labels), Some(last.1));
            }
        }
    }

    fn of(&self, name: &str, labels: &Labels) -> Option<f64> {
        let mut found = self
            .values
            .iter()
            .filter(|(n, l, _)| n == name && l == labels);
        found.next().map(|(.., value)| *value)
    }

    /// The value whose labels are, or hold, these.
    #[track_caller]
    fn get(&self, name: &str, wanted: &[(&str, &str)]) -> f64 {
        let fits = |labels: &Labels| {
            wanted
                .iter()
                .all(|(key, value)| labels.get(*key).is_some_and(|v| v == value))
        };
        let mut found = self
            .values
            .iter()
            .filter(|(n, labels, _)| n == name && fits(labels));
        found
            .next()
            .unwrap_or_else(|| panic!("no {name} {wanted:?}"))
            .2
    }
}

fn sample(line: &str) -> (String, Labels, f64) {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let end = line.find(|c| !legal(c)).expect("a value");
    let (name, mut rest) = line.split_at(end);
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (key, more) = rest.split_once("=\"").expect("a label");
            assert!(key.chars().all(legal), "{line}");
            let mut value = String::new();
            let mut chars = more.char_indices();
            let end = loop {
                match chars.next().expect("the label ends") {
                    (at, '"') => break at,
                    (_, '\\') => match chars.next().expect("an escaped character").1 {
                        'n' => value.push('\n'),
                        c @ ('"' | '\\') => value.push(c),
                        c => panic!("\\{c} in {line}"),
                    },
                    (_, c) => value.push(c),
                }
            };
            assert!(labels.insert(key.to_owned(), value).is_none(), "{line}");
            match more[end + 1..].strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    rest = more[end + 1..].strip_prefix('}').expect("the labels end");
                    break;
                }
            }
        }
    }
    let value = rest
        .strip_prefix(' ')
        .expect("a blank")
        .parse()
        .expect("a number");
    (name.to_owned(), labels, value)
}

async fn scrape(url: &str, token: Option<&str>) -> (u16, String) {
    let mut request = reqwest::Client::new().get(url);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_read_by_a_parser() {
    let files = tempfile::tempdir().unwrap();
    let token = files.path().join("token");
    std::fs::write(&token, "0123456789abcdef0123\n").unwrap();
    let config = format!(
        "[metrics]\nlisten = '127.0.0.1:0'\ntoken_file = '{}'\n",
        token.display()
    );
    let lab = Lab::configured(|host| host.add_server("we\"b\\", &[1]), &config).await;
    let vault = lab.server_vault("v", &["we\"b\\"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    lab.wait("/operation-logs?status=success", |b| b["count"] == 1)
        .await;

    // With the token alone where others may come; without one on the listener of its own.
    let url = format!("{}/metrics", lab.base);
    for wrong in [None, Some("x"), Some("0123456789abcdef0124")] {
        assert_eq!(scrape(&url, wrong).await.0, 401, "{wrong:?}");
    }
    let (status, text) = scrape(&url, Some("0123456789abcdef0123")).await;
    assert_eq!(status, 200, "{text}");
    assert!(!text.contains("we\\\"b"), "names are not asked for");
    let own = format!("http://{}/metrics", lab.metrics_address());
    let counted = |scrape: &Scrape| {
        let labels = [("kind", "backup"), ("result", "success")];
        scrape.get("coffer_task_duration_seconds_count", &labels) == 1.0
    };
    // The task is counted a moment after its end is written.
    let figures = loop {
        let (status, text) = scrape(&own, None).await;
        assert_eq!(status, 200, "{text}");
        let figures = Scrape::parse(&text);
        if text.contains("coffer_task_duration_seconds_count") && counted(&figures) {
            break figures;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let get = |name: &str, labels: &[(&str, &str)]| figures.get(name, labels);
    assert_eq!(
        get("coffer_backup_bytes_total", &[("what", "read")]),
        f64::from(1 << 20)
    );
    assert_eq!(
        get("coffer_backup_bytes_total", &[("what", "new")]),
        f64::from(1 << 19)
    );
    assert!(get("coffer_backup_bytes_total", &[("what", "stored")]) > 500_000.0);
    let of_vault = [("vault", vault.as_str()), ("project", lab.project.as_str())];
    assert_eq!(
        get("coffer_vault_size_bytes", &of_vault),
        100.0 * f64::from(1 << 30)
    );
    assert!(get("coffer_vault_used_bytes", &of_vault) > 500_000.0);
    assert_eq!(get("coffer_vault_over_threshold", &of_vault), 0.0);
    let age = get(
        "coffer_resource_good_backup_age_seconds",
        &[("type", "server")],
    );
    assert!((0.0..60.0).contains(&age), "{age}");
    let project = [("project", lab.project.as_str())];
    assert_eq!(get("coffer_project_backups", &project), 1.0);
    assert_eq!(get("coffer_project_resources", &project), 1.0);
    assert!(
        get(
            "coffer_store_request_duration_seconds_count",
            &[("operation", "write")]
        ) > 3.0
    );
    assert_eq!(
        get("coffer_store_errors_total", &[("operation", "write")]),
        0.0
    );
    let route = [
        ("method", "POST"),
        ("path", "/v3/{project_id}/checkpoints"),
        ("status", "200"),
    ];
    assert_eq!(
        get("coffer_http_request_duration_seconds_count", &route),
        1.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_there_where_they_are_asked_for_and_nothing_without_a_token() {
    let config = "[metrics]\nlisten = '127.0.0.1:0'\nnames = true\n";
    let lab = Lab::configured(|host| host.add_server("we\"b\\", &[1]), config).await;
    lab.server_vault("v", &["we\"b\\"]).await;
    assert_eq!(scrape(&format!("{}/metrics", lab.base), None).await.0, 404);
    let (_, text) = scrape(&format!("http://{}/metrics", lab.metrics_address()), None).await;
    let figures = Scrape::parse(&text);
    figures.get(
        "coffer_resource_good_backup_age_seconds",
        &[("name", "we\"b\\")],
    );
    figures.get("coffer_vault_used_bytes", &[("name", "v")]);
}
