//! What lies on a volume, told by its first bytes.

/// So many bytes of a volume are looked at.
pub const HEAD_BYTES: usize = 72 << 10;

/// What a volume holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// `ext4`, `lvm`, `unknown`, ...
    pub kind: &'static str,
    /// Its label, where it is easily told.
    pub label: Vec<u8>,
}

fn at(head: &[u8], offset: usize, magic: &[u8]) -> bool {
    head.get(offset..offset + magic.len()) == Some(magic)
}

fn number(head: &[u8], offset: usize) -> u32 {
    let bytes = head.get(offset..offset + 4);
    bytes.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn label(head: &[u8], offset: usize, len: usize) -> Vec<u8> {
    let bytes = head.get(offset..offset + len).unwrap_or_default();
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    bytes[..end].trim_ascii_end().to_vec()
}

/// Looks at the first bytes of a volume, at most [`HEAD_BYTES`] of them.
pub fn detect(head: &[u8]) -> Found {
    let found = |kind, label| Found { kind, label };
    let named = |kind| found(kind, Vec::new());
    // Containers first: what they held before may still show inside them.
    let is_lvm = |sector: usize| {
        at(head, sector * 512, b"LABELONE") && at(head, sector * 512 + 24, b"LVM2 001")
    };
    if (0..4).any(is_lvm) {
        return named("lvm");
    }
    if at(head, 0, b"LUKS\xba\xbe") {
        return named("luks");
    }
    if at(head, 3, b"-FVE-FS-") {
        return named("bitlocker");
    }
    if at(head, 4096, b"\xfc\x4e\x2b\xa9") || at(head, 0, b"\xfc\x4e\x2b\xa9") {
        return named("raid");
    }
    if at(head, 0x10040, b"_BHRfS_M") {
        return found("btrfs", label(head, 0x1012b, 256));
    }
    if at(head, 0, b"XFSB") {
        return found("xfs", label(head, 108, 12));
    }
    if at(head, 0x438, b"\x53\xef") {
        let (compatible, incompatible) = (number(head, 0x45c), number(head, 0x460));
        let kind = match (compatible & 4 != 0, incompatible & 0x2c0 != 0) {
            (_, true) => "ext4",
            (true, false) => "ext3",
            (false, false) => "ext2",
        };
        return found(kind, label(head, 0x478, 16));
    }
    if at(head, 3, b"NTFS    ") {
        return named("ntfs");
    }
    if at(head, 3, b"EXFAT   ") {
        return named("exfat");
    }
    if at(head, 4086, b"SWAPSPACE2") {
        return found("swap", label(head, 1052, 16));
    }
    if is_fat(head) {
        let place = if at(head, 0x52, b"FAT32") { 71 } else { 43 };
        let label = label(head, place, 11);
        return found(
            "fat",
            if label == b"NO NAME" {
                Vec::new()
            } else {
                label
            },
        );
    }
    match head.iter().all(|byte| *byte == 0) {
        true => named("empty"),
        false => named("unknown"),
    }
}

/// FAT has no magic of its own: its boot sector must make sense.
fn is_fat(head: &[u8]) -> bool {
    let Some(boot) = head.get(..512) else {
        return false;
    };
    let sector = u16::from_le_bytes([boot[11], boot[12]]);
    let reserved = u16::from_le_bytes([boot[14], boot[15]]);
    boot[510..] == [0x55, 0xaa]
        && matches!(sector, 512 | 1024 | 2048 | 4096)
        && boot[13].is_power_of_two()
        && reserved > 0
        && matches!(boot[16], 1 | 2)
        && (boot[21] == 0xf0 || boot[21] >= 0xf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(marks: &[(usize, &[u8])], kind: &str, label: &str) {
        let mut head = vec![0; HEAD_BYTES];
        for (offset, bytes) in marks {
            head[*offset..*offset + bytes.len()].copy_from_slice(bytes);
        }
        let found = detect(&head);
        assert_eq!((found.kind, found.label), (kind, label.as_bytes().to_vec()));
    }

    #[test]
    fn each_kind_is_told_by_its_marks() {
        check(&[], "empty", "");
        check(&[(9, b"x")], "unknown", "");
        check(&[(0x438, b"\x53\xef"), (0x478, b"root")], "ext2", "root");
        check(&[(0x438, b"\x53\xef"), (0x45c, b"\x04")], "ext3", "");
        check(&[(0x438, b"\x53\xef"), (0x460, b"\x40")], "ext4", "");
        check(&[(0, b"XFSB"), (108, b"data")], "xfs", "data");
        check(&[(0x10040, b"_BHRfS_M"), (0x1012b, b"b")], "btrfs", "b");
        check(&[(3, b"NTFS    ")], "ntfs", "");
        check(&[(3, b"EXFAT   ")], "exfat", "");
        check(&[(512, b"LABELONE"), (536, b"LVM2 001")], "lvm", "");
        check(&[(0, b"LUKS\xba\xbe")], "luks", "");
        let boot: &[(usize, &[u8])] = &[
            (11, b"\x00\x02\x04\x01\x00\x02"),
            (21, b"\xf8"),
            (43, b"EFI        "),
            (510, b"\x55\xaa"),
        ];
        check(boot, "fat", "EFI");
    }

    #[test]
    fn a_volume_that_ends_too_soon_is_unknown() {
        for len in [0, 1, 511, 512, 1080, 4096, 65_600] {
            let kind = detect(&vec![0xee; len]).kind;
            assert_eq!(kind, if len == 0 { "empty" } else { "unknown" });
        }
    }
}
