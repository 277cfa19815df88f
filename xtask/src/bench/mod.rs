//! `cargo xtask bench`: backup and restore against restic and `qemu-img convert`, in the same run.
//!
//! Runs alternate, because a machine changes its pace, and start with cold caches. What counts is
//! the middle of the runs; processor seconds say more than wall time on a shared machine. Wall time
//! ends when everything is on the disk: some tools wait for that and some do not.

mod images;
mod measure;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::json::Json;
use crate::packages;
use crate::shell::{self, Result, at};
use measure::Cost;

/// What one way of doing a case cost.
struct Line {
    case: &'static str,
    tool: String,
    costs: Vec<Cost>,
    /// Bytes on disk afterwards (backups).
    stored_bytes: u64,
}

/// Runs all cases; `--quick` measures each once, else three times.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let rounds = match arguments {
        [] => 3,
        [one] if one == "--quick" => 1,
        [one, rest @ ..] if one == "scale" => return scale(rest),
        _ => return Err("usage: cargo xtask bench [scale] [--quick]".to_owned()),
    };
    packages::install(&[
        packages::BUILD,
        packages::GUEST,
        packages::BENCH,
        &["qemu-utils"],
    ])?;
    shell::run(shell::cargo().args([
        "build",
        "--release",
        "-p",
        "coffer-server",
        "--bin",
        "coffer",
    ]))?;
    let folder = shell::target().join("bench");
    at(&folder, std::fs::create_dir_all(&folder))?;
    let bench = Bench {
        coffer: shell::target().join("release/coffer"),
        work: folder.join("work"),
        rounds,
    };

    let mut lines = bench.full(&images::realistic(&folder)?)?;
    lines.extend(bench.incremental()?);
    lines.extend(bench.no_change()?);
    at(&bench.work, std::fs::remove_dir_all(&bench.work))?;
    print!("{}", table(&lines));
    record(&folder, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// The service over a large catalog; `--quick` takes a small one.
fn scale(arguments: &[String]) -> Result<ExitCode> {
    packages::install(&[packages::BUILD])?;
    let mut command = shell::cargo();
    command.args(["bench", "-p", "coffer-server", "--bench", "scale", "--"]);
    command.args(arguments);
    shell::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}

struct Bench {
    coffer: PathBuf,
    /// Everything in it is made anew for each measurement.
    work: PathBuf,
    rounds: usize,
}

impl Bench {
    fn log(&self) -> PathBuf {
        self.work.join("log")
    }

    fn fresh(&self, name: &str) -> Result<PathBuf> {
        at(&self.work, std::fs::create_dir_all(&self.work))?;
        let path = self.work.join(name);
        if path.is_dir() {
            at(&path, std::fs::remove_dir_all(&path))?;
        } else if path.exists() {
            at(&path, std::fs::remove_file(&path))?;
        }
        Ok(path)
    }

    /// A new repository and the file with its key.
    fn repository(&self, name: &str) -> Result<(PathBuf, PathBuf)> {
        let (repository, key) = (self.fresh(name)?, self.fresh(&format!("{name}.key"))?);
        at(&key, std::fs::write(&key, [0x5b; 32]))?;
        let mut init = self.repo("init", &repository, &key);
        shell::output(&mut init)?;
        Ok((repository, key))
    }

    /// `coffer repo VERB REPOSITORY --key-file KEY`.
    fn repo(&self, verb: &str, repository: &Path, key: &Path) -> Command {
        let mut command = Command::new(&self.coffer);
        command
            .args(["--json", "--quiet", "repo", verb])
            .arg(repository)
            .arg("--key-file")
            .arg(key);
        command
    }

    /// Backs up with Coffer; returns the cost and the backup's id.
    fn back_up(
        &self,
        place: &(PathBuf, PathBuf),
        image: &Path,
        since: Option<(&str, &Path)>,
    ) -> Result<(Cost, String)> {
        let mut command = self.repo("backup", &place.0, &place.1);
        command.arg("--disk").arg(pair("vda", image));
        if let Some((parent, changed)) = since {
            command
                .args(["--parent", parent])
                .arg("--changed")
                .arg(pair("vda", changed));
        }
        let cost = measure::run_cold(&mut command, &self.log())?;
        let said = at(&self.log(), std::fs::read_to_string(self.log()))?;
        // Notes go to the same file: the document is the line that is one.
        let document = said
            .lines()
            .find_map(|line| Json::parse(line).ok())
            .or_else(|| Json::parse(&said).ok());
        let document = document.ok_or_else(|| format!("no document in `{said}`"))?;
        let id = ["backup.id", "backup_id", "id"]
            .iter()
            .map(|path| document.text(path))
            .find(|id| !id.is_empty());
        Ok((
            cost,
            id.ok_or_else(|| format!("no backup id in {document}"))?
                .to_owned(),
        ))
    }

    fn restore(&self, place: &(PathBuf, PathBuf), id: &str, image: &Path) -> Result<Cost> {
        let to = self.fresh("restored.raw")?;
        let mut command = self.repo("restore", &place.0, &place.1);
        command.args([id, "--disk", "vda", "--to"]).arg(&to);
        let cost = measure::run_cold(&mut command, &self.log())?;
        compare(image, &to)?;
        Ok(cost)
    }

    /// Full backup and restore of the realistic image, by all tools in turn.
    fn full(&self, image: &Path) -> Result<Vec<Line>> {
        let restic = shell::output(Command::new("restic").arg("version"))?;
        let restic = restic
            .split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        let qemu = shell::output(Command::new("qemu-img").arg("--version"))?;
        let qemu = qemu
            .split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ");
        let names = [
            "coffer (zstd, AES-256-GCM)".to_owned(),
            format!("{restic} (--compression auto)"),
            format!("{qemu} convert qcow2"),
            format!("{qemu} convert qcow2 -c zstd"),
        ];
        let line = |case, tool: &String| Line {
            case,
            tool: tool.clone(),
            costs: Vec::new(),
            stored_bytes: 0,
        };
        let mut backups: Vec<Line> = names.iter().map(|name| line("full backup", name)).collect();
        let mut restores: Vec<Line> = names.iter().map(|name| line("restore", name)).collect();
        for round in 1..=self.rounds {
            println!(
                "bench: full backup and restore, round {round} of {}",
                self.rounds
            );

            let place = self.repository("repository")?;
            let (cost, id) = self.back_up(&place, image, None)?;
            backups[0].costs.push(cost);
            backups[0].stored_bytes = measure::stored_bytes(&place.0)?;
            restores[0].costs.push(self.restore(&place, &id, image)?);
            at(&place.0, std::fs::remove_dir_all(&place.0))?;

            let store = self.fresh("restic")?;
            let restic = |arguments: &[&str]| {
                let mut command = Command::new("restic");
                command
                    .args(arguments)
                    .arg("--repo")
                    .arg(&store)
                    .arg("--no-cache")
                    .arg("--quiet");
                command.env("RESTIC_PASSWORD", "bench");
                command
            };
            shell::output(&mut restic(&["init", "--repository-version", "2"]))?;
            let mut backup = restic(&["backup", "--compression", "auto"]);
            backups[1]
                .costs
                .push(measure::run_cold(backup.arg(image), &self.log())?);
            backups[1].stored_bytes = measure::stored_bytes(&store)?;
            let to = self.fresh("restored")?;
            // Debian 12's restic, 0.14, cannot restore sparsely.
            let mut restore = restic(&["restore", "latest"]);
            restore.arg("--target");
            restores[1]
                .costs
                .push(measure::run_cold(restore.arg(&to), &self.log())?);
            compare(image, &to.join(image.strip_prefix("/").unwrap_or(image)))?;
            at(&store, std::fs::remove_dir_all(&store))?;
            at(&to, std::fs::remove_dir_all(&to))?;

            for (index, options) in [(2, &[][..]), (3, &["-c", "-o", "compression_type=zstd"])] {
                let copy = self.fresh("copy.qcow2")?;
                let mut convert = Command::new("qemu-img");
                convert
                    .args(["convert", "-f", "raw", "-O", "qcow2"])
                    .args(options)
                    .arg(image)
                    .arg(&copy);
                backups[index]
                    .costs
                    .push(measure::run_cold(&mut convert, &self.log())?);
                backups[index].stored_bytes = measure::stored_bytes(&copy)?;
                let to = self.fresh("restored.raw")?;
                let mut convert = Command::new("qemu-img");
                convert
                    .args(["convert", "-f", "qcow2", "-O", "raw"])
                    .arg(&copy)
                    .arg(&to);
                restores[index]
                    .costs
                    .push(measure::run_cold(&mut convert, &self.log())?);
                compare(image, &to)?;
                self.fresh("copy.qcow2")?;
                self.fresh("restored.raw")?;
            }
        }
        backups.extend(restores);
        Ok(backups)
    }

    /// 41 MiB of scattered overwrites, known by their extents.
    fn incremental(&self) -> Result<Vec<Line>> {
        println!("bench: scattered overwrites");
        at(&self.work, std::fs::create_dir_all(&self.work))?;
        let image = images::scattered(&self.work)?;
        let place = self.repository("repository")?;
        let (_, parent) = self.back_up(&place, &image, None)?;
        let before = measure::stored_bytes(&place.0)?;
        let changed = images::overwrite(&image, &self.work)?;
        let (cost, id) = self.back_up(&place, &image, Some((&parent, &changed)))?;
        let stored_bytes = measure::stored_bytes(&place.0)? - before;
        self.restore(&place, &id, &image)?;
        at(&image, std::fs::remove_file(&image))?;
        let case = "incremental, 41 MiB scattered";
        Ok(vec![Line {
            case,
            tool: "coffer".to_owned(),
            costs: vec![cost],
            stored_bytes,
        }])
    }

    /// 1 TiB of which nothing has changed.
    fn no_change(&self) -> Result<Vec<Line>> {
        println!("bench: 1 TiB without a change");
        let image = images::sparse(&self.work)?;
        let place = self.repository("repository")?;
        let (first, parent) = self.back_up(&place, &image, None)?;
        let before = measure::stored_bytes(&place.0)?;
        let nothing = self.work.join("nothing.extents");
        at(&nothing, std::fs::write(&nothing, ""))?;
        let (cost, _) = self.back_up(&place, &image, Some((&parent, &nothing)))?;
        let stored_bytes = measure::stored_bytes(&place.0)? - before;
        let line = |case, cost, stored_bytes| Line {
            case,
            tool: "coffer".to_owned(),
            costs: vec![cost],
            stored_bytes,
        };
        Ok(vec![
            line("full, 1 TiB sparse with 64 MiB", first, before),
            line("no change, 1 TiB", cost, stored_bytes),
        ])
    }
}

fn pair(disk: &str, path: &Path) -> String {
    format!("{disk}={}", path.display())
}

/// Fails where two raw images differ.
fn compare(image: &Path, copy: &Path) -> Result<()> {
    let same = ["compare", "-f", "raw", "-F", "raw"];
    shell::output(Command::new("qemu-img").args(same).arg(image).arg(copy)).map(drop)
}

/// The middle value: one run that was disturbed does not move it.
fn middle(costs: &[Cost], value: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn table(lines: &[Line]) -> String {
    let mut text = format!(
        "\n{:<31} {:<40} {:>8} {:>8} {:>9} {:>12}\n",
        "CASE", "TOOL", "CPU s", "WALL s", "PEAK MiB", "STORED MiB"
    );
    for line in lines {
        let stored = match line.stored_bytes {
            0 => "-".to_owned(),
            bytes => format!("{:.2}", bytes as f64 / 1048576.0),
        };
        text += &format!(
            "{:<31} {:<40} {:>8.2} {:>8.2} {:>9.0} {:>12}\n",
            line.case,
            line.tool,
            middle(&line.costs, |cost| cost.cpu_seconds),
            middle(&line.costs, |cost| cost.wall_seconds),
            middle(&line.costs, |cost| cost.peak_mib),
            stored
        );
    }
    text
}

/// Writes `latest.json` and adds a line to `history.jsonl`.
fn record(folder: &Path, lines: &[Line]) -> Result<()> {
    let object = |members: Vec<(&str, Json)>| {
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
        )
    };
    let cases = lines.iter().map(|line| {
        object(vec![
            ("case", Json::Text(line.case.to_owned())),
            ("tool", Json::Text(line.tool.clone())),
            ("runs", Json::Number(line.costs.len() as f64)),
            (
                "cpu_seconds",
                Json::Number(middle(&line.costs, |cost| cost.cpu_seconds)),
            ),
            (
                "wall_seconds",
                Json::Number(middle(&line.costs, |cost| cost.wall_seconds)),
            ),
            (
                "peak_mib",
                Json::Number(middle(&line.costs, |cost| cost.peak_mib)),
            ),
            ("stored_bytes", Json::Number(line.stored_bytes as f64)),
        ])
    });
    let text = |command: &mut Command| {
        Json::Text(shell::output(command).unwrap_or_default().trim().to_owned())
    };
    let document = object(vec![
        (
            "time",
            text(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"])),
        ),
        (
            "commit",
            text(
                Command::new("git")
                    .args(["rev-parse", "HEAD"])
                    .current_dir(shell::root()),
            ),
        ),
        ("cases", Json::List(cases.collect())),
    ]);
    let latest = folder.join("latest.json");
    at(&latest, std::fs::write(&latest, format!("{document}\n")))?;
    let history = folder.join("history.jsonl");
    let mut file = at(
        &history,
        std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&history),
    )?;
    at(&history, writeln!(file, "{document}"))?;
    println!("written to {}", latest.display());
    Ok(())
}
