//! Progress of work that takes longer than a glance: a bar on a terminal, else a line now and then.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::human;
use super::output::Output;
use super::table::printable;

/// Work that is over by then is not worth a line.
const FIRST_LINE_AFTER: Duration = Duration::from_secs(2);
/// Between two lines about the same work.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The rate is that of about so long, so that it follows changes without jumping.
const RATE_SPAN: Duration = Duration::from_secs(5);

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Bytes done of bytes in all; zero in all while that is not known.
    Bytes {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Percent, where no bytes are known.
    Percent(u64),
}

/// All work shown at the same time.
pub struct Display {
    bars: Option<MultiProgress>,
    quiet: bool,
}

/// One piece of work.
pub struct Meter {
    label: String,
    bar: Option<ProgressBar>,
    quiet: bool,
    started: Instant,
    last_line: Option<Instant>,
    rate: Rate,
}

impl Display {
    /// Bars or lines, as `output` says.
    pub fn new(output: &Output) -> Display {
        let draw = || MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Display {
            bars: output.bars.then(draw),
            quiet: output.quiet,
        }
    }

    /// Begins to show a piece of work.
    pub fn meter(&self, label: &str) -> Meter {
        let label = printable(label);
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(0));
            bar.set_style(style("{prefix}  {spinner} {msg}"));
            bar.set_prefix(label.clone());
            bar
        });
        Meter {
            label,
            bar,
            quiet: self.quiet,
            started: Instant::now(),
            last_line: None,
            rate: Rate::default(),
        }
    }
}

impl Meter {
    /// Shows how far the work is; `step` says what is being done where no figure does.
    pub fn update(&mut self, position: Position, step: &str) {
        let elapsed = self.started.elapsed();
        if let Position::Bytes { done, .. } = position {
            self.rate.add(elapsed, done);
        }
        let text = describe(position, self.rate.per_second(), step);
        if let Some(bar) = &self.bar {
            let (done, total) = match position {
                Position::Bytes { done, total } => (done, total),
                Position::Percent(percent) => (percent, 100),
            };
            if total > 0 {
                bar.set_style(style("{prefix}  [{bar:24}] {msg}").progress_chars("=> "));
                bar.set_length(total);
                bar.set_position(done);
            }
            bar.set_message(text);
            bar.tick();
            return;
        }
        let due = match self.last_line {
            Some(last) => last.elapsed() >= LINE_EVERY,
            None => elapsed >= FIRST_LINE_AFTER,
        };
        if due && !self.quiet {
            self.last_line = Some(Instant::now());
            eprintln!("{}: {text}", self.label);
        }
    }

    /// Ends the showing.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are well-formed")
}

fn describe(position: Position, per_second: Option<f64>, step: &str) -> String {
    match position {
        Position::Bytes { total: 0, .. } | Position::Percent(0) => step.to_string(),
        Position::Percent(percent) => format!("{percent} %"),
        Position::Bytes { done, total } => {
            let percent = u128::from(done.min(total)) * 100 / u128::from(total);
            let (done_text, total_text) = (human::size(done), human::size(total));
            let mut text = format!("{percent} %, {done_text} of {total_text}");
            if let Some(rate) = per_second.filter(|rate| *rate >= 1.0) {
                #[expect(clippy::cast_possible_truncation, reason = "a rate is far below 2^63")]
                #[expect(clippy::cast_sign_loss, reason = "a rate is not negative")]
                let whole = rate as u64;
                text += &format!(", {}/s", human::size(whole));
                let left = total.saturating_sub(done);
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let seconds = (left as f64 / rate).min(1e9);
                if left > 0 {
                    let left = human::duration(Duration::from_secs_f64(seconds));
                    text += &format!(", {left} left");
                }
            }
            text
        }
    }
}

/// Bytes per second over the last while: a moving average that forgets with time.
#[derive(Debug, Default)]
struct Rate {
    last: Option<(Duration, u64)>,
    per_second: Option<f64>,
}

impl Rate {
    fn add(&mut self, at: Duration, done: u64) {
        let Some((before, before_done)) = self.last else {
            self.last = Some((at, done));
            return;
        };
        let span = at.saturating_sub(before).as_secs_f64();
        if span < 0.2 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let now = done.saturating_sub(before_done) as f64 / span;
        let weight = 1.0 - (-span / RATE_SPAN.as_secs_f64()).exp();
        self.per_second = Some(match self.per_second {
            None => now,
            Some(rate) => rate + weight * (now - rate),
        });
        self.last = Some((at, done));
    }

    fn per_second(&self) -> Option<f64> {
        self.per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_appear_as_they_become_known() {
        const GIB: u64 = 1 << 30;
        let half = Position::Bytes {
            done: GIB,
            total: 2 * GIB,
        };
        for (position, rate, expected) in [
            (Position::Bytes { done: 0, total: 0 }, None, "waiting"),
            (Position::Percent(0), None, "waiting"),
            (Position::Percent(42), None, "42 %"),
            (half, None, "50 %, 1.0 GiB of 2.0 GiB"),
            (half, Some(0.0), "50 %, 1.0 GiB of 2.0 GiB"),
            (
                half,
                Some(104_857_600.0),
                "50 %, 1.0 GiB of 2.0 GiB, 100 MiB/s, 10 s left",
            ),
            (
                Position::Bytes {
                    done: GIB,
                    total: GIB,
                },
                Some(1024.0),
                "100 %, 1.0 GiB of 1.0 GiB, 1.0 KiB/s",
            ),
        ] {
            assert_eq!(describe(position, rate, "waiting"), expected);
        }
    }

    #[test]
    fn the_rate_follows_what_happens() {
        let mut rate = Rate::default();
        for second in 0..60 {
            rate.add(Duration::from_secs(second), second * 1000);
        }
        assert_eq!(rate.per_second().map(f64::round), Some(1000.0));
        for second in 60..90 {
            rate.add(Duration::from_secs(second), 59_000);
        }
        assert!(rate.per_second().is_some_and(|rate| rate < 10.0));
    }
}
