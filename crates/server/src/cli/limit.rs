//! Switches that set limits of hosts and vaults, and how limits are shown.

use clap::Args;
use coffer_core::window::Window;
use serde_json::{Value, json};

use super::human;

/// New limits, or none.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("limits").required(true).multiple(true))]
pub struct LimitArgs {
    /// Bytes a second, such as `50MiB`; at least 1 KiB
    #[arg(long, value_name = "SIZE", group = "limits", value_parser = human::parse_size)]
    bandwidth: Option<u64>,
    /// Tasks at once
    #[arg(long, value_name = "NUMBER", group = "limits", value_parser = clap::value_parser!(u64).range(1..=1000))]
    tasks: Option<u64>,
    /// When automatic backups may begin, such as `mon-fri 22:00-06:00`; may be repeated
    #[arg(long = "window", value_name = "WINDOW", group = "limits")]
    windows: Vec<Window>,
    /// Zone of the windows, such as `Europe/Berlin` [default: UTC]
    #[arg(long, value_name = "ZONE", requires = "windows")]
    timezone: Option<String>,
    /// Remove the limits that were set here
    #[arg(long, group = "limits", conflicts_with_all = ["bandwidth", "tasks", "windows", "timezone"])]
    reset: bool,
}

impl LimitArgs {
    /// The body of the request; none to remove what was set.
    pub fn body(&self) -> Option<Value> {
        let windows: Vec<String> = self.windows.iter().map(Window::to_string).collect();
        let body = json!({ "limits": {
            "bytes_per_second": self.bandwidth,
            "tasks": self.tasks,
            "windows": windows,
            "zone": self.timezone,
        }});
        (!self.reset).then_some(body)
    }
}

/// The rate of a document `limits`, for people.
pub fn rate(limits: &Value) -> String {
    match limits["bytes_per_second"].as_u64() {
        Some(rate) => format!("{}/s", human::size(rate)),
        None => "no limit".to_owned(),
    }
}

/// The windows of a document `limits`, for people, with the zone where there is one.
pub fn windows(limits: &Value) -> String {
    let list = limits["windows"].as_array().into_iter().flatten();
    let list: Vec<&str> = list.filter_map(Value::as_str).collect();
    match (list.is_empty(), limits["zone"].as_str()) {
        (true, _) => "always".to_owned(),
        (false, Some(zone)) => format!("{} ({zone})", list.join("; ")),
        (false, None) => list.join("; "),
    }
}
