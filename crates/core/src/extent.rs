//! Half-open byte ranges of a disk.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A half-open byte range `start..end` of a disk. Invariant: `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Extent {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Extent {
    /// The range of `len` bytes from `start`.
    pub fn from_len(start: u64, len: u64) -> Extent {
        Extent {
            start,
            end: start.saturating_add(len),
        }
    }

    /// Length in bytes.
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// True if there is no byte in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The part that lies in `other` too, or none.
    pub fn intersect(self, other: Extent) -> Option<Extent> {
        let start = self.start.max(other.start);
        let end = self.end.min(other.end);
        (start < end).then_some(Extent { start, end })
    }
}

/// A set of bytes as disjoint extents that do not touch, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtentSet {
    ends: BTreeMap<u64, u64>,
}

impl ExtentSet {
    /// Adds all bytes of `extent`, merging with what it overlaps or touches.
    pub fn insert(&mut self, extent: Extent) {
        if extent.is_empty() {
            return;
        }
        let (mut start, mut end) = (extent.start, extent.end);
        while let Some((&s, &e)) = self.ends.range(..=end).next_back() {
            if e < start {
                break;
            }
            start = start.min(s);
            end = end.max(e);
            self.ends.remove(&s);
        }
        self.ends.insert(start, end);
    }

    /// The extents in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Extent> + '_ {
        self.ends.iter().map(|(&start, &end)| Extent { start, end })
    }

    /// The parts of the set inside `window`, in ascending order.
    pub fn within(&self, window: Extent) -> impl Iterator<Item = Extent> + '_ {
        let before = self.ends.range(..=window.start).next_back();
        let first = before.map_or(window.start, |(&start, _)| start);
        self.ends
            .range(first..)
            .take_while(move |&(&start, _)| start < window.end)
            .filter_map(move |(&start, &end)| Extent { start, end }.intersect(window))
    }

    /// Number of bytes in the set.
    pub fn total(&self) -> u64 {
        self.iter().map(Extent::len).sum()
    }

    /// True if the set holds no byte.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl FromIterator<Extent> for ExtentSet {
    fn from_iter<I: IntoIterator<Item = Extent>>(extents: I) -> ExtentSet {
        let mut set = ExtentSet::default();
        extents.into_iter().for_each(|extent| set.insert(extent));
        set
    }
}

impl fmt::Display for ExtentSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, extent) in self.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}..{}", extent.start, extent.end)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(writes: &[(u64, u64)]) -> ExtentSet {
        writes
            .iter()
            .map(|&(start, end)| Extent { start, end })
            .collect()
    }

    #[track_caller]
    fn check(writes: &[(u64, u64)], expected: &str) {
        assert_eq!(set(writes).to_string(), expected);
    }

    #[test]
    fn touching_extents_merge() {
        check(&[(0, 4), (4, 8)], "0..8");
        check(&[(4, 8), (0, 4)], "0..8");
    }

    #[test]
    fn gaps_stay_and_order_does_not_matter() {
        check(&[(8, 9), (0, 4)], "0..4 8..9");
    }

    #[test]
    fn one_can_swallow_many() {
        check(&[(0, 1), (3, 4), (6, 7), (2, 9)], "0..1 2..9");
        check(&[(5, 5)], "");
    }

    #[test]
    fn a_window_cuts_both_ends() {
        let cut: ExtentSet = set(&[(0, 4), (6, 8), (9, 20)])
            .within(Extent { start: 3, end: 10 })
            .collect();
        assert_eq!(cut.to_string(), "3..4 6..8 9..10");
    }
}
