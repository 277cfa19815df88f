//! Tables for terminals: as wide as they need, no wider than the screen.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// Columns are this far apart.
const GAP: usize = 2;
/// A column is never made narrower than this.
const NARROWEST: usize = 8;

/// How a column behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Written in full, whatever the screen: ids, states, times.
    Keep,
    /// Numbers: to the right, in full.
    Right,
    /// Shortened with `…` where the screen is too narrow: names, descriptions.
    Shorten,
}

/// Rows under a heading.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: &[(&'static str, Fit)]) -> Table {
        Table {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; as many cells as there are columns.
    pub fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        let cells: Vec<String> = cells.into_iter().map(|cell| printable(&cell)).collect();
        assert_eq!(cells.len(), self.columns.len(), "one cell for each column");
        self.rows.push(cells);
    }

    /// The table as text, at most `columns` wide where that can be had by shortening.
    pub fn render(&self, columns: Option<usize>) -> String {
        let widths = self.widths(columns);
        let mut text = String::new();
        let heading: Vec<String> = self.columns.iter().map(|c| c.0.to_string()).collect();
        for row in std::iter::once(&heading).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, (_, fit)), width) in row.iter().zip(&self.columns).zip(&widths) {
                let cell = shorten(cell, *width);
                let padding = " ".repeat(width - cell.width());
                let gap = " ".repeat(GAP);
                let _ = match fit {
                    Fit::Right => write!(line, "{padding}{cell}{gap}"),
                    Fit::Keep | Fit::Shorten => write!(line, "{cell}{padding}{gap}"),
                };
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn widths(&self, columns: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|c| c.0.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let Some(columns) = columns else {
            return widths;
        };
        let gaps = GAP * widths.len().saturating_sub(1);
        // The widest column gives way first, until everything fits or nothing can give way.
        while widths.iter().sum::<usize>() + gaps > columns {
            let widest = (0..widths.len())
                .filter(|&i| self.columns[i].1 == Fit::Shorten && widths[i] > NARROWEST)
                .max_by_key(|&i| widths[i]);
            match widest {
                Some(i) => widths[i] -= 1,
                None => break,
            }
        }
        widths
    }
}

/// Names and values below each other, for one thing.
pub fn fields<N: AsRef<str>>(pairs: &[(N, String)]) -> String {
    let width = pairs
        .iter()
        .map(|p| p.0.as_ref().width())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (name, value) in pairs {
        let name = name.as_ref();
        let padding = " ".repeat(width - name.width() + GAP);
        // Values of several lines stay in their column.
        let indent = format!("\n{}", " ".repeat(width + GAP));
        let value = value.trim_end().split('\n').map(printable);
        let value = value.collect::<Vec<_>>().join(&indent);
        let _ = writeln!(text, "{}", format!("{name}{padding}{value}").trim_end());
    }
    text
}

/// Replaces what would steer the terminal: names come from elsewhere.
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut short = String::new();
    for character in text.chars() {
        let wide = short.width() + character.to_string().width();
        if wide + 1 > width {
            break;
        }
        short.push(character);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("NAME", Fit::Shorten),
            ("SIZE", Fit::Right),
            ("DESCRIPTION", Fit::Shorten),
        ]);
        for (id, name, size, text) in [
            ("1", "web", "10 GiB", "front end of the shop"),
            ("22", "数据库", "1.5 TiB", ""),
        ] {
            table.row([id, name, size, text].map(String::from));
        }
        table
    }

    #[track_caller]
    fn check(columns: Option<usize>, expected: &str) {
        assert_eq!(table().render(columns), expected);
    }

    #[test]
    fn a_wide_screen_shows_everything() {
        let expected = "\
ID  NAME       SIZE  DESCRIPTION
1   web      10 GiB  front end of the shop
22  数据库  1.5 TiB
";
        check(None, expected);
        check(Some(80), expected);
    }

    #[test]
    fn the_widest_column_gives_way() {
        check(
            Some(35),
            "\
ID  NAME       SIZE  DESCRIPTION
1   web      10 GiB  front end of …
22  数据库  1.5 TiB
",
        );
    }

    #[test]
    fn ids_and_numbers_are_never_cut() {
        let text = table().render(Some(3));
        assert!(text.contains("1.5 TiB") && text.contains("22"), "{text}");
    }

    #[test]
    fn wide_characters_are_not_halved() {
        assert_eq!(shorten("数据库", 4), "数…");
        assert_eq!(shorten("数据库", 5), "数据…");
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        let mut table = Table::new(&[("NAME", Fit::Shorten)]);
        table.row(["a\x1b[2Jb\nc".to_string()]);
        assert_eq!(table.render(None), "NAME\na\u{fffd}[2Jb\u{fffd}c\n");
    }

    #[test]
    fn fields_line_up() {
        let text = fields(&[
            ("Id", "7".to_string()),
            ("Description", "first\nsecond".to_string()),
            ("Note", String::new()),
        ]);
        assert_eq!(
            text,
            "Id           7\nDescription  first\n             second\nNote\n"
        );
    }
}
