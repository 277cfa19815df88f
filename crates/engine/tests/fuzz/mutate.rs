//! Breaks bytes the way damage, malice and newer programs do, from a seed.

use coffer_engine::testkit::simulated::Rng;

/// Numbers at the borders of what fields hold.
const BORDERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 40,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// Changes `bytes` in one to four places.
pub fn mutate(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    for _ in 0..1 + rng.below(4) {
        let len = bytes.len() as u64;
        let at = rng.below(len + 1) as usize;
        match rng.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            1 if at < bytes.len() => bytes[at] = rng.next() as u8,
            // A number, of any width and either end first.
            2 | 3 => {
                let number = BORDERS[rng.below(BORDERS.len() as u64) as usize];
                let width = 1 << rng.below(4);
                let little = number.to_le_bytes();
                let mut field = little[..width].to_vec();
                if rng.below(2) == 0 {
                    field.reverse();
                }
                let end = (at + width).min(bytes.len());
                bytes[at..end].copy_from_slice(&field[..end - at]);
            }
            // A small number one up or down: lengths and counts that just do not fit.
            4 if at < bytes.len() => {
                let by = if rng.below(2) == 0 { 1 } else { 0xff };
                bytes[at] = bytes[at].wrapping_add(by);
            }
            5 => bytes.truncate(at),
            6 => {
                let from = rng.below(len + 1) as usize;
                let part = bytes[from.min(at)..from.max(at)].to_vec();
                bytes.splice(at..at, part.into_iter().take(200));
            }
            7 if !other.is_empty() => {
                let from = rng.below(other.len() as u64) as usize;
                let part = other[from..]
                    .iter()
                    .copied()
                    .take(1 + rng.below(64) as usize);
                let part: Vec<u8> = part.collect();
                let end = (at + part.len()).min(bytes.len());
                bytes.splice(at..end, part);
            }
            _ => {
                let end = (at + 1 + rng.below(16) as usize).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

/// Breaks a text that stays a text: pieces of it are doubled, dropped, exchanged and filled with
/// what parsers stumble over.
pub fn mutate_text(text: &str, rng: &mut Rng) -> String {
    const PIECES: [&str; 16] = [
        "",
        "<",
        ">",
        "&",
        "&#0;",
        "\u{0}",
        "\u{fffd}",
        "99999999999999999999",
        "-1",
        "{",
        "[",
        "\"",
        "]]>",
        "<!--",
        "null",
        "\u{202e}é",
    ];
    let mut parts: Vec<&str> = text
        .split_inclusive([' ', '>', ',', ':', '"', '\''])
        .collect();
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(parts.len() as u64) as usize;
        let other = rng.below(parts.len() as u64) as usize;
        match rng.below(5) {
            0 => drop(parts.remove(at)),
            1 => parts.insert(at, parts[other]),
            2 => parts.swap(at, other),
            3 => parts[at] = PIECES[rng.below(PIECES.len() as u64) as usize],
            _ => parts.truncate(at + 1),
        }
        if parts.is_empty() {
            parts.push("");
        }
    }
    parts.concat()
}
