//! What a backup or restore would read and write, in words.

use serde_json::Value;

use super::human;
use super::table::{Fit, Table, printable};

/// A backup's estimate.
pub fn backup(found: &Value, columns: Option<usize>, time: impl Fn(&str) -> String) -> String {
    let mut table = Table::new(&[
        ("DISK", Fit::Keep),
        ("SIZE", Fit::Right),
        ("CHANGED", Fit::Right),
        ("SINCE", Fit::Keep),
        ("WHY", Fit::Shorten),
    ]);
    for disk in list(&found["disks"]) {
        table.row([
            text(&disk["disk_id"]),
            size(&disk["size_bytes"]),
            size(&disk["changed_bytes"]),
            disk["since"].as_str().map(&time).unwrap_or_default(),
            text(&disk["reason"]),
        ]);
    }
    let mut out = table.render(columns);
    let room = &found["vault"];
    out += &match found["read_bytes"].as_u64() {
        Some(bytes) => format!("\nWould read {}.\n", human::size(bytes)),
        None => "\nHow much would be read is not known beforehand.\n".to_owned(),
    };
    if let Some(left) = room["remaining_bytes"].as_u64() {
        let fits = match room["fits"] == true {
            true => "it fits",
            false => "that may not do",
        };
        out += &format!("The vault has {} left: {fits}.\n", human::size(left));
    }
    out + &refusals(&found["refusals"])
}

/// A restore's estimate.
pub fn restore(target: &str, found: &Value, safety: bool) -> String {
    let mut out = String::new();
    for disk in list(&found["disks"]) {
        let Some(bytes) = disk["write_bytes"].as_u64() else {
            continue;
        };
        let reason = disk["reason"].as_str();
        let reason = reason.map(|why| format!("  ({})", printable(why)));
        out += &format!(
            "  disk {}: {}{} of {}{}\n",
            text(&disk["disk_id"]),
            most(&disk["exact"]),
            human::size(bytes),
            size(&disk["size_bytes"]),
            reason.unwrap_or_default()
        );
    }
    let first = match found["write_bytes"].as_u64() {
        Some(bytes) => format!(
            "Would write {}{} of {} to {target}.\n",
            most(&found["exact"]),
            human::size(bytes),
            size(&found["size_bytes"])
        ),
        None => format!("What would be written to {target} is not known.\n"),
    };
    if found["server"]["will_stop"] == true {
        out += &format!(
            "Server `{}` would be shut down.\n",
            text(&found["server"]["name"])
        );
    }
    if safety {
        out += &match found["safety"]["read_bytes"].as_u64() {
            Some(bytes) => format!("The safety backup would read {}.\n", human::size(bytes)),
            None => "How much the safety backup would read is not known.\n".to_owned(),
        };
        out += &refusals(&Value::Array(vec![found["safety"]["refusal"].clone()]));
    }
    first + &out + &refusals(&found["refusals"])
}

fn most(exact: &Value) -> &'static str {
    if *exact == false { "at most " } else { "" }
}

fn refusals(found: &Value) -> String {
    let line = |refusal: &Value| {
        let message = printable(refusal["message"].as_str()?);
        let code = text(&refusal["code"]);
        Some(format!("Would be refused: {message} ({code})\n"))
    };
    list(found).iter().filter_map(line).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    printable(value.as_str().unwrap_or_default())
}

fn size(value: &Value) -> String {
    value.as_u64().map(human::size).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_restore_is_told_in_one_line_and_its_doubts() {
        let mut found = json!({
            "write_bytes": 1 << 30, "size_bytes": 40_u64 << 30, "exact": true,
            "server": {"name": "web", "will_stop": true}, "refusals": [],
            "disks": [{"disk_id": "d", "write_bytes": 1 << 30, "size_bytes": 40_u64 << 30,
                "exact": true, "reason": null}],
        });
        let told = restore("server `web`", &found, false);
        assert!(
            told.starts_with("Would write 1.0 GiB of 40.0 GiB to server `web`."),
            "{told}"
        );
        assert!(told.contains("would be shut down"), "{told}");
        found["exact"] = json!(false);
        found["refusals"] = json!([{"code": "BackupService.2011", "message": "it is busy"}]);
        let told = restore("server `web`", &found, true);
        assert!(told.contains("Would write at most 1.0 GiB"), "{told}");
        assert!(
            told.contains("Would be refused: it is busy (BackupService.2011)"),
            "{told}"
        );
        assert!(told.contains("safety backup"), "{told}");
    }
}
