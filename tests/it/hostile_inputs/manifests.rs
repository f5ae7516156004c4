//! Manifests that are none, lie, or are larger than any.

use super::{Hostile, INSPECT, REPORT, SCRUB, entries, hostile, with_manifest};
use serde_json::{Value, json};

/// The manifest with a change.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut manifest = serde_json::from_slice(&entries()[0].1).unwrap();
    change(&mut manifest);
    with_manifest(manifest.to_string())
}

fn member(manifest: &mut Value, index: usize) -> &mut Value {
    &mut manifest["members"][index]
}

/// The bytes of the first member that has any.
fn content(manifest: &mut Value) -> &mut Value {
    let members = manifest["members"].as_array_mut().unwrap();
    members.iter_mut().find_map(|record| record["status"].get_mut("taken")).unwrap()
}

pub(super) fn inputs() -> Vec<Hostile> {
    const NOT_JSON: &str = "has a manifest.json that is not well-formed JSON";
    const NO_VERSION: &str = "has a manifest.json that";
    let mut all = Vec::new();
    let mut refused = |what: &str, bytes: Vec<u8>, says: &'static str| {
        all.push(hostile(what, INSPECT, "case.zip", bytes, 4, says));
    };
    for (what, json) in [
        ("no byte", String::new()),
        ("a brace", "{".to_owned()),
        ("a text", "\"manifest\"".to_owned()),
        ("a list", "[]".to_owned()),
        ("a number", "1e999".to_owned()),
        ("no key", "{}".to_owned()),
        ("a deep list", "[".repeat(200_000)),
        ("a deep object", "{\"a\":".repeat(200_000)),
        ("deep below a key", format!("{{\"format\":\"1.2\",\"tool\":{}", "[".repeat(200_000))),
        ("two of them", "{\"format\":\"1.2\"}{\"format\":\"1.2\"}".to_owned()),
        ("a comment", "/* */ {}".to_owned()),
        ("one quote", "\"".to_owned()),
        ("a NaN", "{\"format\":NaN}".to_owned()),
        ("a million keys", format!("{{{}\"format\":\"1.2\"}}", "\"k\":1,".repeat(1_000_000))),
    ] {
        refused(what, with_manifest(json), NO_VERSION);
    }
    refused("invalid UTF-8", with_manifest(b"{\"format\":\"\xff\xfe\"}".to_vec()), NO_VERSION);
    refused(
        "UTF-16",
        with_manifest("{\"format\":\"1.2\"}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
        NOT_JSON,
    );
    refused("nine megabytes", with_manifest(vec![b' '; 9 << 20]), "is larger than 8388608 bytes");
    for version in ["0.9", "2.0", "99999.1"] {
        refused(version, changed(|one| one["format"] = json!(version)), "has a manifest.json that");
    }
    for version in ["", "1", "1.", ".2", "1.2.3", "-1.2", "1.2 ", "one.two", "1.99999999999999999999"] {
        refused(&format!("version {version:?}"), changed(|one| one["format"] = json!(version)), NO_VERSION);
    }
    for key in ["tool", "node", "collection", "elevated", "options", "fingerprint", "members", "format"] {
        refused(
            &format!("without {key}"),
            changed(|one| drop(one.as_object_mut().unwrap().remove(key))),
            NO_VERSION,
        );
        refused(&format!("{key} is a number"), changed(|one| one[key] = json!(7)), NO_VERSION);
        refused(&format!("{key} is null"), changed(|one| one[key] = Value::Null), NO_VERSION);
    }
    refused("a key that nobody knows", changed(|one| one["surprise"] = json!(1)), "surprise");
    refused(
        "a long key that nobody knows",
        changed(|one| one["x".repeat(1_000_000).as_str()] = json!(1)),
        NO_VERSION,
    );
    refused(
        "a node name of 254 letters",
        changed(|one| one["node"]["name"] = json!("n".repeat(254))),
        "more than 253 characters",
    );
    refused(
        "a node name of a million letters",
        changed(|one| one["node"]["name"] = json!("n".repeat(1_000_000))),
        "more than 253 characters",
    );
    refused(
        "times that are none",
        changed(|one| one["collection"]["started"] = json!("yesterday")),
        NO_VERSION,
    );
    refused(
        "a year of five digits",
        changed(|one| one["collection"]["started"] = json!("99999-01-01T00:00:00Z")),
        NO_VERSION,
    );
    refused(
        "an offset of a year",
        changed(|one| {
            one["collection"]["utc-offset-minutes"] = json!({"known": {"value": 999_999, "sources": []}});
        }),
        NO_VERSION,
    );
    refused(
        "it lists itself",
        changed(|one| member(one, 0)["path"] = json!("manifest.json")),
        "lists itself",
    );
    refused(
        "a member twice",
        changed(|one| {
            let first = member(one, 0).clone();
            one["members"].as_array_mut().unwrap().push(first);
        }),
        "twice",
    );
    refused(
        "too many members",
        changed(|one| {
            let mut record = member(one, 0).clone();
            let many = (0..10_001).map(|number| {
                record["path"] = json!(format!("logs/{number}.log"));
                record.clone()
            });
            one["members"] = many.collect();
        }),
        "lists more than 10000 members",
    );
    for path in ["", "/", "../x", "a/b/c/d", "a\\b", "CON", "logs/\u{202e}x", "logs/\0"] {
        refused(
            &format!("the path {path:?}"),
            changed(|one| member(one, 0)["path"] = json!(path)),
            NO_VERSION,
        );
    }
    for size in [json!(-1), json!(1.5), json!("7"), json!(1e300)] {
        refused(&format!("a size of {size}"), changed(|one| content(one)["size"] = size.clone()), NO_VERSION);
    }
    for digest in ["", "xyz", &"A".repeat(64), &"0".repeat(63)] {
        refused(
            &format!("the digest {digest:?}"),
            changed(|one| content(one)["sha256"] = json!(digest)),
            NO_VERSION,
        );
    }
    refused(
        "a status that nobody knows",
        changed(|one| member(one, 0)["status"] = json!({"stolen": {}})),
        NO_VERSION,
    );
    // What is wrong with one member leaves the others.
    let lies: [(&str, Vec<u8>, &str); 5] = [
        (
            "another digest",
            changed(|one| content(one)["sha256"] = json!("0".repeat(64))),
            "holds other bytes than the manifest says",
        ),
        ("a size of zero", changed(|one| content(one)["size"] = json!(0)), "where the manifest says 0"),
        (
            "a size of a terabyte",
            changed(|one| content(one)["size"] = json!(1_u64 << 40)),
            "more than the 268435456 that it may have",
        ),
        (
            "the largest size",
            changed(|one| content(one)["size"] = json!(u64::MAX)),
            "more than the 268435456 that it may have",
        ),
        (
            "a member that is not there",
            changed(|one| member(one, 0)["path"] = json!("logs/none.log")),
            "is listed in the manifest and missing",
        ),
    ];
    for (what, bytes, says) in lies {
        all.push(hostile(what, INSPECT, "case.zip", bytes.clone(), 3, says));
        all.push(hostile(
            what,
            SCRUB,
            "case.zip",
            bytes.clone(),
            4,
            "is not complete, so it is not scrubbed",
        ));
        all.push(hostile(what, REPORT, "case.zip", bytes, 0, says));
    }
    all.push(hostile(
        "a newer minor version",
        INSPECT,
        "case.zip",
        changed(|one| one["format"] = json!("1.99")),
        0,
        "members match",
    ));
    all.push(hostile(
        "no node name",
        REPORT,
        "case.zip",
        changed(|one| one["node"]["name"] = json!("\u{200b}")),
        4,
        "is not the name of one machine",
    ));
    let counts =
        changed(|one| member(one, 0)["redactions"] = json!({"assignment": u64::MAX, "jwt": u64::MAX}));
    all.push(hostile("more redactions than fit", INSPECT, "case.zip", counts, 0, "members match"));
    all
}
