//! Files that are given as exports and are none, or are too much of one.

use super::{Hostile, LEAKS, REPORT, SCRUB, hostile};

const NONE: &str = "none of the inputs can be used";

pub(super) fn inputs() -> Vec<Hostile> {
    let mut all = Vec::new();
    let deep = |open: &str| open.repeat(200_000).into_bytes();
    let formats: [(&str, &[u8]); 14] = [
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"),
        ("a photograph", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        ("a document", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("a program", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0"),
        ("a program of Linux", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0"),
        ("a database", b"SQLite format 3\0\x10\0\x01\x01\0@  \0\0\0\x02"),
        ("a gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
        ("a 7z", b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0\0\0\0\0"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0"),
        ("a torn workbook", b"PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml"),
        ("a web page", b"<!DOCTYPE html><html><title>Sign in</title></html>"),
        ("an event log", b"ElfFile\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ("a font", b"\0\x01\0\0\0\x0f\0\x80\0\x03\0pDSIG"),
        ("a dump", b"PAGEDU64\x0f\0\0\0\x61\x4a\0\0\0\xa0\x1a\0\0\0\0\0"),
    ];
    for (what, bytes) in formats {
        all.push(hostile(what, REPORT, "export", bytes, 4, NONE));
    }
    for (what, bytes, says) in [
        ("nothing", Vec::new(), "is empty"),
        ("blanks", b" \r\n".repeat(1000), "is empty"),
        ("a mark alone", b"\xef\xbb\xbf".to_vec(), "is empty"),
        ("a text", b"dear support, it does not work".to_vec(), "Passed over: export (a text)"),
        ("a deep list", deep("["), NONE),
        ("a deep object", deep("{\"a\":"), NONE),
        ("a number", b"1".to_vec(), NONE),
        ("an empty list", b"[]".to_vec(), NONE),
        ("a list of lists", b"[[],[]]".to_vec(), NONE),
        ("half an object", b"{\"a\":".to_vec(), NONE),
        ("a million numbers", format!("[{}1]", "1,".repeat(1_000_000)).into_bytes(), NONE),
        ("a million keys", format!("{{{}\"z\":1}}", "\"k\":1,".repeat(600_000)).into_bytes(), NONE),
        (
            "a million nodes",
            format!("[{}{{}}]", "{\"machineName\":\"W\",\"inCluster\":true},".repeat(30_000)).into_bytes(),
            NONE,
        ),
        ("a million commas", b",".repeat(1_000_000), NONE),
        (
            "a header and a million commas",
            [&b"Machine Name,Version\n"[..], &b",".repeat(1_000_000)].concat(),
            NONE,
        ),
        ("answers that are no TOML", b"[[answer]]\nquestion = \"LBL-001".to_vec(), NONE),
        (
            "answers without end",
            b"[[answer]]\nquestion=\"ZZZ-1\"\nvalue=\"x\"\n".repeat(40_000),
            "is larger than 1 MiB",
        ),
        ("deep answers", format!("[[answer]]\nquestion = {}", "[".repeat(100_000)).into_bytes(), NONE),
        ("output by hand of nobody", b"#clusterbrief by-hand 1 \n".to_vec(), NONE),
        ("output by hand of the future", b"#clusterbrief by-hand 99 WEB01\n".to_vec(), NONE),
        ("signs that turn the text around", "\u{202e}\u{2066}\u{200f}".repeat(1000).into_bytes(), NONE),
        (
            "random bytes",
            (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect(),
            NONE,
        ),
    ] {
        all.push(hostile(what, REPORT, "export", bytes, 4, says));
    }
    let words = |text: &str| text.repeat(20_000).into_bytes();
    for (what, bytes) in [
        ("a word for a secret", words("password ")),
        ("assignments", words("key=")),
        ("URLs", words("://u:p@h ")),
        ("quotes", words("\"'")),
        ("brackets", words("{[(<")),
        ("percent", words("%2525")),
        ("backslashes", words("\\")),
        ("entities", words("&amp;&#65;")),
        ("heads of keys", words("-----BEGIN PRIVATE KEY-----\n")),
        ("ends of keys", words("-----END PRIVATE KEY-----\n")),
        ("base64", words("QUJDREVG")),
        ("digits", words("0123456789abcdef")),
        ("tokens", words("eyJhbGciOi.")),
        ("connection strings", words("Server=a;Password=;")),
        ("names", words("a\\b@c.d ")),
        ("tags", words("<password>")),
    ] {
        all.push(hostile(format!("{what} without end"), SCRUB, "text.log", bytes, 0, "Wrote"));
    }
    for (what, bytes, code, says) in [
        ("a picture", formats[0].1.to_vec(), 4, "is not text"),
        ("an old workbook", formats[8].1.to_vec(), 4, "is a workbook or another archive"),
        ("a deep list", deep("["), 0, "Wrote"),
        ("nothing", Vec::new(), 0, "Wrote"),
        ("a million commas", b",".repeat(1_000_000), 0, "Wrote"),
        ("half of UTF-16", b"\xff\xfep\0a\0s".to_vec(), 0, "Wrote"),
    ] {
        all.push(hostile(what, SCRUB, "text", bytes, code, says));
    }
    for (what, bytes, code, says) in [
        ("nothing", Vec::new(), 0, "Found no secret in 1 file"),
        ("one letter", b"P".to_vec(), 0, "Found no secret"),
        ("a secret without end", b"password=Hunter2secret\n".repeat(20_000), 6, "Found 20000 secrets"),
        (
            "a secret in a line without end",
            [b"x".repeat(2 << 20), b" password=Hunter2secret ".to_vec(), b"x".repeat(2 << 20)].concat(),
            6,
            "Found 1 secret",
        ),
        ("zeros", vec![0; 1 << 20], 0, "Found no secret"),
    ] {
        all.push(hostile(what, LEAKS, "text", bytes, code, says));
    }
    all
}
