//! The checklist has each rule of the service once, names tests that exist, and gives a reason
//! where something is refused or missing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeSet;
use std::path::Path;

/// All files of a kind below a folder, as one text.
fn sources(path: &Path, kind: &str, text: &mut String) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, kind, text);
        } else if path.extension().is_some_and(|e| e == kind) {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_row_is_shown_by_a_test_or_has_a_reason() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut text = String::new();
    sources(crates, "rs", &mut text);
    // Tests of the console, and its journeys in a browser, have sentences for names.
    let mut journeys = String::new();
    for folder in ["journeys", "src"] {
        sources(&crates.join("../console").join(folder), "ts", &mut journeys);
    }
    let list = std::fs::read_to_string(crates.join("../docs/checklist.md")).unwrap();
    let (mut seen, mut missing) = (BTreeSet::new(), 0);
    for line in list
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| id"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, what, state, proof] = cells.as_slice() else {
            panic!("four cells: {line}");
        };
        assert!(seen.insert(*id), "{id} twice");
        assert!(!what.is_empty() && !proof.is_empty(), "{line}");
        match *state {
            "works" | "answered" => {
                let found = match proof.strip_prefix("journey: ") {
                    Some(title) => journeys.contains(title),
                    None => text.contains(&format!("fn {proof}(")),
                };
                assert!(found, "{id}: there is no test {proof}");
            }
            "refused" => assert!(proof.contains(' '), "{id}: a reason is a sentence"),
            "missing" => missing += 1,
            other => panic!("{id}: {other} is no state"),
        }
    }
    let ids = std::fs::read_to_string(crates.join("../docs/checklist-ids.txt")).unwrap();
    let ids: BTreeSet<&str> = ids.lines().filter(|l| !l.starts_with('#')).collect();
    let more: Vec<_> = seen.symmetric_difference(&ids).collect();
    assert!(more.is_empty(), "only in one of the two lists: {more:?}");
    println!("{} rules, {missing} of them missing", seen.len());
}
