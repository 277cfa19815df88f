//! The checklist names tests that exist, and gives a reason where something is refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::HashSet;
use std::path::Path;

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
    for folder in ["journeys", "src"] {
        sources(&crates.join("../console").join(folder), "ts", &mut text);
    }
    let list = std::fs::read_to_string(crates.join("../docs/checklist.md")).unwrap();
    let mut seen = HashSet::new();
    for line in list
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| id"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, what, state, proof] = cells.as_slice() else {
            panic!("four cells: {line}");
        };
        assert!(seen.insert(id.to_owned()), "{id} twice");
        assert!(!what.is_empty() && !proof.is_empty(), "{line}");
        match *state {
            "works" | "answered" => {
                let name = match proof.contains(' ') {
                    true => format!("test('{proof}'"),
                    false => format!("fn {proof}("),
                };
                assert!(text.contains(&name), "{id}: there is no test {proof}");
            }
            "refused" => assert!(proof.contains(' '), "{id}: a reason is a sentence"),
            other => panic!("{id}: {other} is no state"),
        }
    }
    assert!(seen.len() > 50, "{}", seen.len());
}
