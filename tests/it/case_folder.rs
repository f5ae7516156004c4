//! `intake -o`: a case folder says what the originals say, and holds no secret of theirs.

use crate::support::samples::sample;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Values that no file of a case folder may hold.
const SECRETS: [&str; 4] =
    ["Winter-2026-Kestrel!", "Tr0ub4dor-and-3-horses", "AKq8Zt51LmQx0vB7", "rabbit-Hole-99-deep"];

fn run(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).current_dir(dir).output().unwrap()
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            write(
                to,
                &entry.path().strip_prefix(from).unwrap().to_string_lossy(),
                fs::read(entry.path()).unwrap(),
            );
        }
    }
}

/// A ticket as it comes: a bundle, an export, logs and configurations with secrets in them, a picture, a key file.
fn ticket() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = &dir.path().join("ticket");
    copy(&sample("mid-upgrade/WEB01"), &root.join("WEB01"));
    fs::copy(sample("mid-upgrade/nodes.json"), root.join("nodes.json")).unwrap();
    let config = format!(
        "<?xml version=\"1.0\"?>\n<configuration>\n<appSettings><add key=\"ServicePassword\" value=\"{}\"/></appSettings>\n\
         <system.web><sessionState mode=\"InProc\" timeout=\"20\"/></system.web>\n</configuration>\n",
        SECRETS[0]
    );
    write(root, "WEB02-web.config", &config);
    write(root, "WEB03-web.config", config.replace("\"20\"", "\"35\""));
    write(root, "WEB03-web-appSettings.config", "<appSettings><add key=\"a\" value=\"1\"></appSettings>");
    let log = format!(
        "2026-11-20 09:57:00,000 [5] INFO Thycotic.ihawu.Business - connecting with {}\n\
         2026-11-20 09:58:00,000 [5] ERROR Thycotic.ihawu.Business - \
         Thycotic.AppCore.Cryptography.MacMismatchException: the stored value is not intact, password={}\n",
        SECRETS[0], SECRETS[1]
    );
    let exported = zip(&[("Node Logs - ID 2 - WEB02/log/SS.log", log.as_bytes())]);
    write(root, "from the customer.zip", zip(&[("Node Logs - ID 2 - WEB02.zip", &exported)]));
    // Names hold secrets as well.
    write(root, &format!("nobody/password={}/SS.log", SECRETS[2]), log.replace("09:5", "09:4"));
    write(root, "settings.json", format!("{{\"apiToken\": \"{}\", \"records\": []}}", SECRETS[2]));
    write(root, "jobs.csv", format!("name,password\nnightly,{}\n", SECRETS[3]));
    write(root, "screen.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    write(
        root,
        "encryption.config",
        (0..512_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect::<Vec<_>>(),
    );
    dir
}

/// What a report says: verdict, findings with their evidence, outcomes, and the inputs with their grades and reasons.
fn says(report: &Path) -> Value {
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let inputs = report["inputs"].as_array().unwrap().iter();
    let inputs: Vec<Value> = inputs
        .map(|one| {
            ["name", "status", "grade", "node", "reason"].iter().map(|key| one[*key].clone()).collect()
        })
        .collect();
    serde_json::json!({
        "verdict": report["verdict"], "findings": report["findings"], "outcomes": report["outcomes"], "inputs": inputs,
    })
}

#[test]
fn a_case_folder_says_what_the_originals_say() {
    let dir = ticket();
    let root = dir.path();
    let report = |input: &str, out: &str| {
        let output = run(&["report", input, "--as-of", "2026-11-20", "-o", out], root);
        assert!([0, 3].contains(&output.status.code().unwrap()), "{output:?}");
        says(&root.join(out))
    };
    let listed = run(&["intake", "ticket", "--as-of", "2026-11-20", "-o", "case"], root);
    let listed = String::from_utf8(listed.stdout).unwrap();
    for text in [
        "WEB02-web.config\n    a configuration file of WEB02, loose files",
        "from the customer.zip/Node Logs - ID 2 - WEB02.zip",
        "screen.png\n",
        "Wrote case with ",
    ] {
        assert!(listed.contains(text), "{text} is not in\n{listed}");
    }
    let (before, after) = (report("ticket", "before.json"), report("case", "after.json"));
    assert!(before["inputs"].as_array().unwrap().len() > 9, "{before:#}");
    assert_eq!(before, after);
    // Once more, and packed, it is the same.
    run(&["intake", "case", "--as-of", "2026-11-20", "-o", "again"], root);
    assert_eq!(before, report("again", "again.json"));
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root.join("case")).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    let packed: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    fs::write(root.join("case.zip"), zip(&packed)).unwrap();
    assert_eq!(before, report("case.zip", "packed.json"));
}

#[test]
fn a_case_folder_holds_no_secret_and_no_key_file() {
    let dir = ticket();
    let root = dir.path();
    run(&["intake", "ticket", "--as-of", "2026-11-20", "-o", "case"], root);
    let key_file = fs::read(root.join("ticket/encryption.config")).unwrap();
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(root.join("case")) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        seen += 1;
        let bytes =
            [fs::read(entry.path()).unwrap(), entry.path().to_string_lossy().into_owned().into_bytes()]
                .concat();
        for secret in SECRETS.map(str::as_bytes).into_iter().chain([&key_file[..64]]) {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds {}", entry.path().display(), String::from_utf8_lossy(secret));
        }
    }
    assert!(seen > 10, "{seen} files");
    let said = run(
        &["report", "ticket", "--as-of", "2026-11-20", "-o", "r.json", "-o", "r.html", "-o", "r.md"],
        root,
    );
    let listed = run(&["intake", "ticket", "--as-of", "2026-11-20"], root);
    let logs = run(&["logs", "ticket"], root);
    let mut outputs: Vec<Vec<u8>> =
        [&said, &listed, &logs].map(|one| [&one.stdout[..], &one.stderr].concat()).into();
    outputs.extend(["r.json", "r.html", "r.md"].map(|name| fs::read(root.join(name)).unwrap()));
    for output in outputs {
        for secret in SECRETS.map(str::as_bytes) {
            assert!(
                !output.windows(secret.len()).any(|window| window == secret),
                "{}",
                String::from_utf8_lossy(secret)
            );
        }
    }
    let list = fs::read_to_string(root.join("case/case.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let out: BTreeSet<&str> = list["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| !file["left-out"].is_null())
        .map(|file| file["place"].as_str().unwrap())
        .collect();
    assert!(out.contains("screen.png") && out.contains("encryption.config"), "{out:?}");
}

#[test]
fn what_was_changed_or_added_later_is_told_and_raises_no_grade() {
    let dir = ticket();
    let root = dir.path();
    run(&["intake", "ticket", "--as-of", "2026-11-20", "-o", "case"], root);
    let list = fs::read_to_string(root.join("case/case.json")).unwrap();
    let reason = |place: &str| {
        let output = run(&["report", "case", "--as-of", "2026-11-20", "-o", "r.json"], root);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let report: Value = serde_json::from_slice(&fs::read(root.join("r.json")).unwrap()).unwrap();
        let inputs = report["inputs"].as_array().unwrap().clone();
        let one = inputs.into_iter().find(|one| one["name"] == place).unwrap_or_else(|| panic!("{place}"));
        (one["reason"].as_str().unwrap_or_default().to_owned(), one["grade"].clone())
    };
    let nodes = root.join("case/exports/nodes.json");
    let whole = fs::read(&nodes).unwrap();
    fs::write(&nodes, [&whole[..], b"\n"].concat()).unwrap();
    assert!(reason("nodes.json").0.contains("was changed since the case folder was written"));
    fs::remove_file(&nodes).unwrap();
    assert!(reason("nodes.json").0.contains("is in the list of the case folder and not in the folder"));
    fs::write(&nodes, &whole).unwrap();
    // Somebody who says that a loose file is as good as a bundle is not believed.
    let better = list.replace("\"grade\": \"loose\"", "\"grade\": \"bundle\"");
    assert_ne!(list, better);
    fs::write(root.join("case/case.json"), better).unwrap();
    assert_eq!(reason("WEB02-web.config").1, "loose");
    fs::write(root.join("case/case.json"), list.replace("\"format\": \"1.", "\"format\": \"9.")).unwrap();
    assert!(reason("case.json").0.contains("newer"));
    let output = run(&["intake", "ticket", "-o", "case"], root);
    assert_eq!(output.status.code(), Some(2), "what is there is not overwritten");
    let output = run(&["intake", "ticket", "-o", "ticket/sub"], root);
    assert_eq!(output.status.code(), Some(2), "a case folder among its own inputs");
}
