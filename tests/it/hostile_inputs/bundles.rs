//! Containers: cut, packed and listed in ways that no program does.

use super::{Hostile, INSPECT, LEAKS, REPORT, SCRUB, entries, hostile, zipped};

const CUT: &str = "is cut off or damaged";
const NO_ZIP: &str = "is not a zip archive";

fn find(bytes: &[u8], sign: &[u8]) -> Vec<usize> {
    (0..bytes.len().saturating_sub(sign.len())).filter(|at| bytes[*at..].starts_with(sign)).collect()
}

/// A field of the last record.
fn last_record(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = zipped(&entries());
    let at = bytes.len() - 22;
    change(&mut bytes[at..]);
    bytes
}

/// Sets a field in the central header of every entry, or the first one only, and in its local header where it has a place.
fn headers(central: usize, local: Option<usize>, value: &[u8], all: bool) -> Vec<u8> {
    let mut bytes = zipped(&entries());
    let most = if all { usize::MAX } else { 1 };
    // The second entry: the first is the manifest.
    for (sign, offset) in [(&b"PK\x01\x02"[..], Some(central)), (b"PK\x03\x04", local)] {
        for at in find(&bytes, sign).into_iter().skip(1).take(most) {
            if let Some(offset) = offset {
                bytes[at + offset..at + offset + value.len()].copy_from_slice(value);
            }
        }
    }
    bytes
}

fn named(name: &str) -> Vec<u8> {
    let mut all = entries();
    all.push((name.to_owned(), b"x".to_vec()));
    zipped(&all)
}

pub(super) fn inputs() -> Vec<Hostile> {
    let whole = zipped(&entries());
    let mut all = Vec::new();
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("one letter", b"P"),
        ("half a sign", b"PK"),
        ("a text", b"hello, I am a bundle"),
        ("a gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
        ("a 7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("a RAR", b"Rar!\x1a\x07\x01\0"),
        ("a program", b"MZ\x90\0\x03\0\0\0"),
        ("zeros", &[0; 4096]),
        ("a split archive", b"PK\x07\x08PK\x03\x04"),
    ] {
        all.push(hostile(what, INSPECT, "case.zip", bytes, 4, NO_ZIP));
    }
    for kept in [
        4,
        5,
        29,
        30,
        31,
        45,
        60,
        100,
        500,
        whole.len() / 2,
        whole.len() - 23,
        whole.len() - 22,
        whole.len() - 21,
        whole.len() - 10,
        whole.len() - 1,
    ] {
        all.push(hostile(format!("cut at {kept}"), INSPECT, "case.zip", &whole[..kept], 4, CUT));
    }
    for kept in [30, whole.len() / 3, whole.len() - 2] {
        all.push(hostile(format!("cut at {kept}"), SCRUB, "case.zip", &whole[..kept], 4, CUT));
        all.push(hostile(format!("cut at {kept}"), LEAKS, "case.zip", &whole[..kept], 4, CUT));
        all.push(hostile(format!("cut at {kept}"), REPORT, "case.zip", &whole[..kept], 4, CUT));
    }
    let gap = {
        let mut bytes = whole.clone();
        let end = bytes.len() - 22;
        let directory = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap());
        bytes.splice(directory as usize..directory as usize, *b"password=Gap-Secret-77");
        let end = bytes.len() - 22;
        bytes[end + 16..end + 20].copy_from_slice(&(directory + 22).to_le_bytes());
        bytes
    };
    let commented = {
        let mut bytes = last_record(|record| record[20] = 26);
        bytes.extend_from_slice(b"password=Comment-Secret-77");
        bytes
    };
    let behind = [whole.clone(), b"password=Behind-Secret-77".to_vec()].concat();
    let found = "Found 1 secret";
    for (what, bytes) in [("a gap", gap), ("a comment", commented), ("bytes behind the end", behind)] {
        all.push(hostile(what, INSPECT, "case.zip", bytes.clone(), 3, "bytes that are in none of its files"));
        all.push(hostile(what, SCRUB, "case.zip", bytes.clone(), 4, "bytes that are in none of its files"));
        all.push(hostile(what, LEAKS, "case.zip", bytes.clone(), 6, found));
        all.push(hostile(what, REPORT, "case.zip", bytes, 0, "bytes that are in none of its files"));
    }
    let twice = |name: &str| {
        let mut all = entries();
        all.push((name.to_owned(), b"other".to_vec()));
        zipped(&all)
    };
    for (what, bytes, says) in [
        ("more entries than there are", last_record(|record| record[10] = 0xee), CUT),
        ("another disk", last_record(|record| record[4] = 1), CUT),
        ("a directory beyond the end", last_record(|record| record[18] = 0xff), CUT),
        ("a directory at the start", last_record(|record| record[16..20].fill(0)), CUT),
        ("a comment that is not there", last_record(|record| record[20] = 9), CUT),
        ("two names that differ in case", twice("LOGS/SS.LOG"), "two entries named"),
        (
            "an entry behind the file",
            headers(42, None, &[0xff, 0xff, 0xff, 0x7f], false),
            "says different things about its entries",
        ),
        ("entries that overlap", headers(42, None, &[0; 4], true), "has entries that overlap"),
        ("a local name of another length", headers(28, Some(26), &[9, 0], false), CUT),
    ] {
        all.push(hostile(what, INSPECT, "case.zip", bytes, 4, says));
    }
    for (what, central, local, value, says) in [
        ("bzip2", 10, Some(8), &[12, 0][..], "is compressed with Bzip2"),
        ("LZMA", 10, Some(8), &[14, 0], "is compressed with Lzma"),
        ("Zstandard", 10, Some(8), &[93, 0], "is compressed with Zstd"),
        ("AES", 8, Some(6), &[1, 0], "is encrypted"),
        ("a link", 38, None, &[0, 0, 0xff, 0xa1], "is a link or another special file"),
        ("a device", 38, None, &[0, 0, 0xff, 0x21], "is a link or another special file"),
        ("stored, though it is not", 10, Some(8), &[0, 0], "do not match"),
        ("another size", 24, Some(22), &[7, 0, 0, 0], "do not match"),
        ("a checksum of zero", 16, Some(14), &[0, 0, 0, 0], "All"),
    ] {
        let code = if what.starts_with("a checksum") { 0 } else { 3 };
        all.push(hostile(what, INSPECT, "case.zip", headers(central, local, value, false), code, says));
    }
    let long = "x".repeat(200);
    for name in [
        "../evil.txt",
        "/etc/passwd",
        "C:/evil.txt",
        "a\\b.txt",
        "logs/../../x",
        "logs//x",
        "logs/./x",
        "CON",
        "logs/NUL.log",
        "a:b",
        "logs/a|b",
        "logs/a?b",
        "trailing.",
        "trailing ",
        "a/b/c/d/e",
        &long,
        "logs/\u{202e}gol.exe",
        "logs/a\nb",
        "logs/a\u{1b}[31m",
        "ü",
    ] {
        all.push(hostile(
            format!("the name {name:?}"),
            INSPECT,
            "case.zip",
            named(name),
            3,
            "it was left out",
        ));
    }
    all.push(hostile(
        "an entry nobody lists",
        INSPECT,
        "case.zip",
        named("extra.txt"),
        3,
        "is not listed in the manifest",
    ));
    all.push(hostile(
        "an entry nobody lists",
        SCRUB,
        "case.zip",
        named("extra.txt"),
        4,
        "is not listed in the manifest",
    ));
    all.push(hostile(
        "an entry nobody lists",
        REPORT,
        "case.zip",
        named("extra.txt"),
        0,
        "is not listed in the manifest",
    ));
    let nested = |inner: &[u8]| zipped(&[("inner.zip".to_owned(), inner.to_vec())]);
    all.push(hostile("bundles in a zip", INSPECT, "case.zip", nested(&whole), 0, "case.zip/inner.zip"));
    all.push(hostile(
        "a torn zip in a zip",
        LEAKS,
        "case.zip",
        nested(&whole[..whole.len() / 2]),
        3,
        "Not searched: \"inner.zip\"",
    ));
    let deep = (0..6).fold(whole, |inner, _| nested(&inner));
    all.push(hostile("zips in zips in zips", LEAKS, "case.zip", deep, 3, "is an archive inside of 4 others"));
    all
}
