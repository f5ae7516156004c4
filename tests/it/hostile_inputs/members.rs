//! Members whose hashes agree and whose content is hostile.

use super::{Hostile, INSPECT, LEAKS, REPORT, SCRUB, entries, hostile, with_member};
use serde_json::{Value, json};

const FACTS: &str = "facts.json";
const CONFIG: &str = "config/web.config";
const LOG: &str = "logs/SS.log";

/// The facts with a change.
fn facts(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (_, json) = entries().into_iter().find(|(name, _)| name == FACTS).unwrap();
    let mut facts = serde_json::from_slice(&json).unwrap();
    change(&mut facts);
    facts.to_string().into_bytes()
}

pub(super) fn inputs() -> Vec<Hostile> {
    let mut all = Vec::new();
    let mut bundle = |what: &str, member: &str, bytes: Vec<u8>, says: &'static str| {
        all.push(hostile(
            format!("{member}: {what}"),
            REPORT,
            "case.zip",
            with_member(member, bytes),
            0,
            says,
        ));
    };
    let many = |facts: &mut Value| {
        let binaries = facts["binaries"]["known"]["value"].as_object_mut().unwrap();
        let one = binaries.values().next().unwrap().clone();
        binaries.extend((0..50_000).map(|number| (format!("X{number}.dll"), one.clone())));
    };
    for (what, bytes, says) in [
        ("no JSON", b"{".to_vec(), "facts.json cannot be understood"),
        ("a list", b"[]".to_vec(), "facts.json cannot be understood"),
        ("deep", b"{\"host\":".repeat(100_000), "facts.json cannot be understood"),
        ("a key that nobody knows", facts(|one| one["surprise"] = json!(1)), "surprise"),
        ("another type", facts(|one| one["host"] = json!([1])), "facts.json cannot be understood"),
        ("a million facts", facts(many), "more than the 4194304 that it may have"),
    ] {
        bundle(what, FACTS, bytes, says);
    }
    for (what, bytes) in [
        ("no JSON", b"x\n".to_vec()),
        ("a line of a megabyte", vec![b'x'; 1 << 20]),
        ("a key that nobody knows", b"{\"path\":\"a\",\"size\":1,\"more\":2}\n".to_vec()),
        ("a negative size", b"{\"path\":\"a\",\"size\":-1}\n".to_vec()),
        ("deep", b"[".repeat(60_000)),
    ] {
        bundle(what, "inventory.jsonl", bytes, "inventory.jsonl cannot be understood");
    }
    let laughs = (0..20).fold("<!DOCTYPE a [<!ENTITY e0 \"ha\">".to_owned(), |text, number| {
        format!("{text}<!ENTITY e{} \"{}\">", number + 1, format!("&e{number};").repeat(10))
    }) + "]><a>&e20;</a>";
    for (what, bytes) in [
        ("not well-formed", b"<configuration>".to_vec()),
        ("a billion laughs", laughs.into_bytes()),
        (
            "a file from outside",
            b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>".to_vec(),
        ),
        ("too deep", b"<a>".repeat(20_000)),
        ("too deep and closed", [b"<a>".repeat(2_000), b"</a>".repeat(2_000)].concat()),
        ("more elements than are read", [&b"<a>"[..], &b"<b/>".repeat(30_000), b"</a>"].concat()),
        ("two roots", b"<a/><b/>".to_vec()),
        ("no text", vec![0xff; 1000]),
        ("nothing", Vec::new()),
        ("a path that grows", format!("<{0}><b/></{0}>", "k".repeat(100_000)).into_bytes()),
        ("three megabytes", [&b"<a b=\""[..], &b"x".repeat(3 << 20), b"\"/>"].concat()),
    ] {
        bundle(what, CONFIG, bytes, "config/web.config");
    }
    // A log holds whatever it holds: it is read, and what it says is shown.
    for (what, bytes) in [
        ("no byte", Vec::new()),
        ("one line of two megabytes", vec![b'a'; 2 << 20]),
        ("zeros", vec![0; 1 << 20]),
        ("no text", (0..=255).collect::<Vec<u8>>().repeat(1000)),
        ("half of UTF-16", b"\xff\xfea\0b".to_vec()),
        ("only line ends", b"\n".repeat(1 << 20)),
        ("brackets", b"[[{{((".repeat(100_000)),
        ("escapes of a terminal", b"\x1b[2J\x1b]0;x\x07".repeat(10_000)),
    ] {
        all.push(hostile(
            format!("{LOG}: {what}"),
            REPORT,
            "case.zip",
            with_member(LOG, bytes.clone()),
            0,
            "",
        ));
        all.push(hostile(
            format!("{LOG}: {what}"),
            SCRUB,
            "case.zip",
            with_member(LOG, bytes.clone()),
            0,
            "Wrote",
        ));
        all.push(hostile(
            format!("{LOG}: {what}"),
            INSPECT,
            "case.zip",
            with_member(LOG, bytes),
            0,
            "members match",
        ));
    }
    for (what, bytes) in [
        ("a secret", b"password=Hostile-Secret-77\n".to_vec()),
        (
            "a secret in UTF-16",
            "password=Hostile-Secret-77\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "a secret at the end of a long line",
            [vec![b'.'; 3 << 20], b" password=Hostile-Secret-77".to_vec()].concat(),
        ),
    ] {
        all.push(hostile(
            format!("{LOG}: {what}"),
            LEAKS,
            "case.zip",
            with_member(LOG, bytes),
            6,
            "Found 1 secret",
        ));
    }
    all
}
