//! Numbers that look random and are the same for the same seed.

/// A generator (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of `list`.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let index = self.below(list.len() as u64);
        list[usize::try_from(index).expect("shorter than the list")]
    }
}

/// The seed that `COFFER_SEED` asks for, else always the same.
#[expect(clippy::disallowed_methods, reason = "a seed to run a test again with")]
pub fn seed() -> u64 {
    let text = std::env::var("COFFER_SEED").unwrap_or_default();
    text.parse().unwrap_or(20_261_123)
}
