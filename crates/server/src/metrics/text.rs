//! Prometheus' text format.

use std::fmt::Write as _;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by upper bounds.
    Histogram,
}

/// A text that grows metric by metric.
#[derive(Debug, Default)]
pub struct Text {
    text: String,
    name: &'static str,
}

impl Text {
    /// Begins a metric; what follows are its values.
    pub fn begin(&mut self, name: &'static str, kind: Kind, help: &str) {
        self.name = name;
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(self.text, "# HELP {name} {help}");
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
    }

    /// A value of the metric.
    pub fn value(&mut self, labels: &[(&str, &str)], value: f64) {
        self.line("", labels, None, value);
    }

    /// A histogram of the metric: `counts` has one more than `bounds`, for what is beyond.
    pub fn histogram(&mut self, labels: &[(&str, &str)], bounds: &[f64], counts: &[u64], sum: f64) {
        let mut total = 0;
        let texts = bounds.iter().map(f64::to_string);
        for (bound, count) in texts.chain(["+Inf".to_owned()]).zip(counts) {
            total += count;
            self.line("_bucket", labels, Some(&bound), total as f64);
        }
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, total as f64);
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], le: Option<&str>, value: f64) {
        let _ = write!(self.text, "{}{suffix}", self.name);
        let bound = le.map(|le| ("le", le));
        let mut all = labels.iter().copied().chain(bound).peekable();
        if all.peek().is_some() {
            let texts: Vec<String> = all
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let _ = write!(self.text, "{{{}}}", texts.join(","));
        }
        let _ = writeln!(self.text, " {value}");
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_histograms_are_written() {
        let mut text = Text::default();
        text.begin("a_total", Kind::Counter, "Help.");
        text.value(&[], 3.0);
        text.value(&[("x", "q\"\\\n"), ("y", "z")], 0.5);
        text.begin("b", Kind::Histogram, "More.");
        text.histogram(&[("k", "v")], &[0.5, 1.0], &[1, 0, 2], 7.25);
        let expected = "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n\
            a_total{x=\"q\\\"\\\\\\n\",y=\"z\"} 0.5\n# HELP b More.\n# TYPE b histogram\n\
            b_bucket{k=\"v\",le=\"0.5\"} 1\nb_bucket{k=\"v\",le=\"1\"} 1\n\
            b_bucket{k=\"v\",le=\"+Inf\"} 3\nb_sum{k=\"v\"} 7.25\nb_count{k=\"v\"} 3\n";
        assert_eq!(text.finish(), expected);
    }
}
