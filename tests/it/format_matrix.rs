//! The format page matches the program, and versions and forms of bundles are read as it says.

use clusterbrief::bundle::format::FormatError;
use clusterbrief::bundle::limits::{NAME_CHARS, NAME_LEVELS, NODE_NAME_CHARS};
use clusterbrief::bundle::{
    Bundle, BundleWriter, Form, FormatVersion, INVENTORY, Limits, MANIFEST, Manifest, NewMember, Status,
};
use clusterbrief::model::facts::{InventoryEntry, NodeFacts};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The format page.
fn page() -> String {
    include_str!("../../docs/bundle-format.md").replace("\r\n", "\n")
}

/// The files of the page's example: code blocks whose opening line names one.
fn example() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open: Option<(String, String)> = None;
    for line in page().lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => files.extend(open.take()),
            (Some(start), None) => {
                let name = start.split_once(' ').map_or("", |(_, name)| name);
                open = Some((name.to_owned(), String::new()));
            }
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    files.remove("");
    files
}

/// Writes `files` as a bundle of that form, without any code of the tool.
fn write(folder: &Path, form: Form, files: &BTreeMap<String, String>) -> PathBuf {
    match form {
        Form::Zip => {
            let path = folder.join("WEB02.zip");
            let mut zip = ZipWriter::new(File::create(&path).unwrap());
            for (name, text) in files {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(text.as_bytes()).unwrap();
            }
            zip.finish().unwrap();
            path
        }
        Form::Folder => {
            let path = folder.join("WEB02");
            for (name, text) in files {
                let file = path.join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            path
        }
    }
}

/// Opens the example in both forms, its manifest changed; the two agree.
fn with_manifest(change: impl Fn(&mut Value)) -> Result<(Manifest, Option<String>), String> {
    let mut files = example();
    let mut manifest: Value = serde_json::from_str(&files[MANIFEST]).unwrap();
    change(&mut manifest);
    files.insert(MANIFEST.into(), manifest.to_string());
    let [zip, folder] = [Form::Zip, Form::Folder].map(|form| {
        let at = tempfile::tempdir().unwrap();
        let bundle = Bundle::open(&write(at.path(), form, &files)).map_err(|error| error.to_string())?;
        assert_eq!(bundle.problems(), []);
        for member in bundle.members().filter(|member| member.content().is_some()) {
            assert_eq!(bundle.read(member.path.as_str(), &mut |_| ()), Ok(()), "{}", member.path);
        }
        Ok((bundle.manifest().clone(), bundle.note()))
    });
    assert_eq!(zip, folder);
    zip
}

#[test]
fn the_example_of_the_page_is_a_bundle() {
    let files = example();
    let (manifest, note) = with_manifest(|_| ()).unwrap();
    assert_eq!((manifest.node.name.as_str(), note), ("WEB02", None));
    let with_bytes = manifest.members.iter().filter(|member| member.content().is_some());
    let names: Vec<_> = with_bytes.map(|member| member.path.as_str()).chain([MANIFEST]).collect();
    let mut listed: Vec<_> = files.keys().map(String::as_str).collect();
    listed.sort_by_key(|name| (*name == MANIFEST, *name));
    assert_eq!(names, listed);

    let (facts, _) = manifest.format.read::<NodeFacts>(files["facts.json"].as_bytes()).unwrap();
    assert!(facts.database_config.is_absent());
    for line in files[INVENTORY].lines() {
        let (entry, _) = manifest.format.read::<InventoryEntry>(line.as_bytes()).unwrap();
        let answers = [entry.sha256.is_some(), entry.fingerprint.is_some(), entry.unread.is_some()];
        assert_eq!(answers.into_iter().filter(|answer| *answer).count(), 1, "{line}");
    }
}

#[test]
fn every_key_of_the_example_is_on_the_page() {
    fn keys(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    found.push(key.clone());
                    // Names of files, options and kinds are data, not keys of the format.
                    let data = ["options", "redactions", "configs", "binaries"].contains(&key.as_str());
                    if !data {
                        keys(value, found);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }
    let page = page();
    let (prose, _) = page.split_once("\n## Example").unwrap();
    let mut found = Vec::new();
    for text in example().iter().filter(|(name, _)| name.contains(".json")).flat_map(|(_, text)| {
        if text.starts_with("{\n") { vec![text.as_str()] } else { text.lines().collect() }
    }) {
        keys(&serde_json::from_str(text).unwrap(), &mut found);
    }
    assert!(found.len() > 100);
    for key in found {
        let spoken = [format!("`{key}`"), format!(".{key}`"), format!("`{key}."), format!("\"{key}\"")];
        assert!(spoken.iter().any(|form| prose.contains(form)), "{key} is not explained");
    }
}

#[test]
fn the_page_states_the_limits_and_the_version_of_the_program() {
    let limits = Limits::default();
    let page = page();
    assert!(page.starts_with(&format!("# Bundle format {}\n", FormatVersion::CURRENT)));
    for (what, number) in [
        ("entries of the container, folders included", limits.entries as u64),
        ("bytes of headers and directory that are read to list the entries of a zip", limits.directory_bytes),
        ("rows of the manifest", limits.entries as u64),
        ("bytes of `manifest.json`", limits.manifest_bytes),
        ("characters of the node's name", NODE_NAME_CHARS as u64),
        ("bytes of `facts.json`", limits.facts_bytes),
        ("bytes of `inventory.jsonl`", limits.inventory_bytes),
        ("bytes of one member", limits.member_bytes),
        ("bytes of all members, added up in the order of their names", limits.total_bytes),
        ("characters of a name", NAME_CHARS as u64),
        ("segments of a name", NAME_LEVELS as u64),
    ] {
        assert!(page.contains(&format!("\n| {what} | {number} |")), "{what}: {number}");
    }
}

/// Where each key of `value` is: the path of its object, and the key.
fn keys_of(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        found.push((at.to_owned(), key.clone()));
        keys_of(value, &format!("{at}/{key}"), found);
    }
}

#[test]
fn a_key_that_is_missing_is_missed() {
    let manifest: Value = serde_json::from_str(&example()[MANIFEST]).unwrap();
    let mut found = Vec::new();
    keys_of(&manifest, "", &mut found);
    keys_of(&manifest["members"][0], "/members/0", &mut found);
    let may_go = |(at, key): &(String, String)| {
        at.ends_with("/options")
            || at.ends_with("/redactions")
            || ["reference-time", "modified"].contains(&key.as_str())
    };
    found.retain(|place| !may_go(place));
    assert!(found.len() > 30);
    for (at, key) in &found {
        let result = with_manifest(|manifest| {
            let parent = if at.is_empty() { manifest } else { manifest.pointer_mut(at).unwrap() };
            parent.as_object_mut().unwrap().remove(key).unwrap();
        });
        assert!(result.is_err(), "{at}/{key}");
    }
}

/// Adds keys that no format has, wherever a value may grow: objects, variants, observed values.
fn grow(manifest: &mut Value) {
    manifest["weather"] = json!({"rain": true});
    manifest["node"]["rack"] = json!(7);
    manifest["elevated"]["known"]["doubt"] = json!(0.5);
    manifest["elevated"]["known"]["sources"][0]["shelf"] = json!("top");
    manifest["members"][0]["status"]["taken"]["md5"] = json!("");
    manifest["members"][4]["status"]["truncated"]["tail"] = json!([1, {"x": null}]);
}

/// Their paths; the word of a variant ("known", "taken") is no key and not in them.
const GROWN: [&str; 6] = [
    "elevated.doubt",
    "elevated.sources[0].shelf",
    "members[0].status.md5",
    "members[4].status.tail",
    "node.rack",
    "weather",
];

#[test]
fn versions_are_read_as_documented() {
    let plain = with_manifest(|_| ()).unwrap().0;
    let of = |version: &'static str, change: fn(&mut Value)| {
        with_manifest(move |manifest| {
            change(manifest);
            manifest["format"] = version.into();
        })
    };
    let keep = |_: &mut Value| ();

    // Same minor: strict, and the first unknown key is named.
    assert_eq!(of("1.3", keep), Ok((plain.clone(), None)));
    for change in [|manifest: &mut Value| manifest["node"]["rack"] = json!(7), grow] {
        let error = of("1.3", change).unwrap_err();
        assert!(error.contains(", which format 1.3 does not know"), "{error}");
    }
    let error = of("1.3", |manifest| manifest["members"][3]["mood"] = json!("good")).unwrap_err();
    assert_eq!(error, "has a manifest.json that has the key members[3].mood, which format 1.3 does not know");

    // Older minor: the same bundle without the keys that were added since, just as strict.
    let older = Manifest { format: "1.0".to_owned().try_into().unwrap(), ..plain.clone() };
    assert_eq!(of("1.0", keep), Ok((older, None)));
    assert!(of("1.0", grow).unwrap_err().contains(", which format 1.0 does not know"));

    // Newer minor: the same manifest, and the keys it added in a note.
    for version in ["1.4", "1.65535"] {
        let format = version.to_owned().try_into().unwrap();
        let newer = Manifest { format, ..plain.clone() };
        assert_eq!(of(version, keep), Ok((newer.clone(), None)));
        let (manifest, note) = of(version, grow).unwrap();
        assert_eq!(manifest, newer);
        let keys = GROWN.map(|key| format!("\"{key}\"")).join(", ");
        let text = "newer than this program; keys it does not know were left out";
        assert_eq!(note.unwrap(), format!("The bundle has format {version}, {text}: {keys}."));
        // What is missing or of another kind is wrong in any version.
        assert!(of(version, |manifest| manifest["node"]["copied"] = json!("yes")).is_err());
        assert!(of(version, |manifest| manifest["members"][1]["status"] = json!("vanished")).is_err());
    }

    // Other majors: refused with a reason, independent of their other content.
    let newer = "read it with a newer clusterbrief, nothing is wrong with the bundle";
    let older = "collect again with the collector of this version";
    for (version, advice) in [("2.0", newer), ("0.9", older), ("65535.0", newer)] {
        let expected =
            format!("has a manifest.json that has format {version}; this program reads format 1.x: {advice}");
        assert_eq!(of(version, keep), Err(expected.clone()));
        assert_eq!(of(version, |manifest| *manifest = json!({})), Err(expected));
    }
    for version in ["", "1", "1.", ".0", "1.0.0", "+1.0", "1.65536", "one.zero"] {
        let expected = "has a manifest.json that has no format version: it was not written by this tool";
        assert_eq!(of(version, keep), Err(expected.to_owned()), "{version}");
    }
}

#[test]
fn facts_follow_the_version_of_their_manifest() {
    let text = &example()["facts.json"];
    let (plain, _) = FormatVersion::CURRENT.read::<NodeFacts>(text.as_bytes()).unwrap();
    // What later minor versions added is optional, so facts of the first one are read whole.
    let first = FormatVersion { minor: 0, ..FormatVersion::CURRENT };
    assert_eq!(first.read::<NodeFacts>(text.as_bytes()).unwrap(), (plain.clone(), Vec::new()));
    assert!(plain.machine.is_empty());
    let mut grown: Value = serde_json::from_str(text).unwrap();
    grown["host"]["mood"] = json!("good");
    grown["encryption-config"]["known"]["value"]["owner"] = json!("x");
    grown["configs"]["web-auth.config"]["known"]["value"]["taken"]["lines"] = json!(3);
    let grown = grown.to_string();
    let newer = FormatVersion { minor: FormatVersion::CURRENT.minor + 1, ..FormatVersion::CURRENT };
    let (facts, unknown) = newer.read::<NodeFacts>(grown.as_bytes()).unwrap();
    assert_eq!(facts, plain);
    assert_eq!(
        unknown,
        ["configs.web-auth.config.value.lines", "encryption-config.value.owner", "host.mood"]
    );
    let error = FormatVersion::CURRENT.read::<NodeFacts>(grown.as_bytes()).unwrap_err();
    assert!(matches!(error, FormatError::UnknownKey { .. }), "{error}");
    // Builds before 0.2.0 wrote the version of the assembly too: such a bundle is read, and the key ignored.
    let older = facts_with(|facts| {
        let core = &mut facts["binaries"]["known"]["value"]["Thycotic.ihawu.Business.dll"]["known"]["value"];
        core.as_object_mut().unwrap().insert("assembly-version".into(), json!("11.7.49.0"));
    });
    assert_ne!(older, facts_with(|_| ()));
    assert_eq!(
        FormatVersion::CURRENT.read::<NodeFacts>(older.as_bytes()).unwrap(),
        (plain.clone(), Vec::new())
    );
    let refused = |change: fn(&mut Value)| {
        FormatVersion::CURRENT.read::<NodeFacts>(facts_with(change).as_bytes()).unwrap_err()
    };
    let error = refused(|facts| facts["host"] = json!(3));
    assert!(matches!(&error, FormatError::Invalid { at, .. } if at == "host"), "{error}");
    let error = refused(|facts| facts["tms-folder"] = json!({"unreadable": {"place": {"file": "x"}}}));
    assert_eq!(
        error,
        FormatError::Invalid { at: "tms-folder.unreadable".into(), why: "missing field `why`".into() }
    );
    // A bundle cannot claim another input's name.
    let error = refused(|facts| {
        facts["tms-folder"] = json!({"absent": {"looked-at": {"input": "nodes.json", "file": "x"}}});
    });
    let key = "tms-folder.looked-at.input".to_owned();
    assert_eq!(error, FormatError::UnknownKey { key, version: FormatVersion::CURRENT });
    // Nor may a key come twice, or anything come after the facts.
    for wrong in [text.replacen('{', "{\"host\": {}, ", 1), format!("{text} {{}}")] {
        assert!(FormatVersion::CURRENT.read::<NodeFacts>(wrong.as_bytes()).is_err());
    }
}

/// The facts of the example, changed.
fn facts_with(change: impl Fn(&mut Value)) -> String {
    let mut facts = serde_json::from_str(&example()["facts.json"]).unwrap();
    change(&mut facts);
    facts.to_string()
}

#[test]
fn messages_about_hostile_keys_are_bounded() {
    let newer = FormatVersion { minor: FormatVersion::CURRENT.minor + 1, ..FormatVersion::CURRENT };
    let read = |json: String| newer.read::<NodeFacts>(json.as_bytes());
    let many = facts_with(|facts| {
        for number in 0..1500 {
            facts["host"][format!("{number:04}{}", "k".repeat(500))] = json!(0);
        }
    });
    let (_, unknown) = read(many).unwrap();
    assert_eq!(unknown.len(), 1000);
    assert_eq!(unknown[0], format!("host.0000{}", "k".repeat(56)));
    let long = facts_with(|facts| facts["configs"]["k".repeat(5000)] = json!("x".repeat(5000)));
    let error = read(long).unwrap_err().to_string();
    assert!(error.starts_with("is not what its format says: ") && error.len() < 500, "{error}");
    // Nesting costs no stack: unknown keys are skipped, and known keys nest no deeper than their types.
    let deep = format!("{}0{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = &example()["facts.json"];
    let (_, unknown) = read(text.replacen('{', &format!("{{\"more\": {deep},"), 1)).unwrap();
    assert_eq!(unknown, ["more"]);
    assert!(read(text.replacen("\"host\": {", &format!("\"host\": {deep}, \"x\": {{"), 1)).is_err());
}

#[test]
fn both_forms_of_a_written_bundle_hold_the_same() {
    let files = example();
    let manifest: Manifest = serde_json::from_str(&files[MANIFEST]).unwrap();
    let [zip, folder] = [Form::Zip, Form::Folder].map(|form| {
        let at = tempfile::tempdir().unwrap();
        let mut writer = BundleWriter::create(at.path(), "WEB02", form).unwrap();
        for row in &manifest.members {
            if row.content().is_none() {
                writer.note(row.clone()).unwrap();
                continue;
            }
            let new = NewMember {
                name: row.path.clone(),
                origin: row.origin.clone(),
                size: 0,
                modified: row.modified,
            };
            let record = writer.add(new, &mut files[row.path.as_str()].as_bytes()).unwrap();
            record.redactions.clone_from(&row.redactions);
            if let Status::Truncated { kept, of, why, .. } = &row.status {
                record.truncated(*kept, *of, why.clone());
            }
        }
        let unfinished = writer.finish(Manifest { members: Vec::new(), ..manifest.clone() }).unwrap();
        let bundle = Bundle::open(&unfinished.commit().unwrap()).unwrap();
        assert_eq!((bundle.form(), bundle.problems()), (form, &[][..]));
        let bytes: Vec<_> =
            bundle.members().map(|member| bundle.bytes(member.path.as_str(), 1 << 20)).collect();
        (bundle.manifest().clone(), bytes)
    });
    assert_eq!(zip, folder);
    // Written by this program, the example of the page is the same example.
    assert_eq!(zip.0, manifest);
}
