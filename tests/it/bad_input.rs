//! Every kind of bad input through the program itself: a sentence that names the input, the exit code, and a report of
//! the rest. One real bundle, one fault each, beside a healthy one.

use crate::support::samples::sample;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

type Entries = Vec<(String, Vec<u8>)>;

/// Every file of a bundle folder, the manifest first.
fn entries(bundle: &Path) -> Entries {
    fn walk(root: &Path, folder: &Path, into: &mut Entries) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                into.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(bundle, bundle, &mut all);
    all.sort_by_key(|(name, _)| (name != "manifest.json", name.clone()));
    all
}

fn zipped(entries: &Entries) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in entries {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn replace_all(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len(), "names of one length keep every offset");
    let at: Vec<usize> = (0..=bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!at.is_empty(), "the zip has no {}", String::from_utf8_lossy(from));
    for at in at {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

/// WEB01 whole and, beside it, WEB02 with a fault.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let given = Self(tempfile::tempdir().unwrap());
        given.put("WEB01.zip", zipped(&entries(&sample("healthy-3-node/WEB01"))));
        given
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// WEB02.zip from its changed entries.
    fn broken(change: impl FnOnce(&mut Entries)) -> Self {
        let mut all = entries(&sample("healthy-3-node/WEB02"));
        change(&mut all);
        Self::patched(&all, |_| ())
    }

    /// WEB02.zip with changed bytes.
    fn patched(all: &Entries, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let given = Self::new();
        let mut bytes = zipped(all);
        change(&mut bytes);
        given.put("WEB02.zip", bytes);
        given
    }

    fn report(&self) -> (Output, Value) {
        let out = self.0.path().join("out/report.json");
        let mut inputs: Vec<PathBuf> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.ends_with("out"))
            .collect();
        inputs.sort();
        let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
            .arg("report")
            .args(&inputs)
            .args(["--as-of", "2026-11-20", "-o"])
            .arg(&out)
            .output()
            .unwrap();
        let text = fs::read_to_string(&out).unwrap_or_else(|_| "null".into());
        (output, serde_json::from_str(&text).unwrap())
    }

    /// The faulty input is named with `says`, the exit code is `code`, and WEB01 was evaluated.
    fn expect(&self, code: i32, says: &str) -> Value {
        let (output, report) = self.report();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(
            said.lines().any(|line| line.contains("WEB02") && line.contains(says)),
            "\"{says}\" in:\n{said}"
        );
        assert!(!said.contains("panicked"), "{said}");
        let web01 =
            report["inputs"].as_array().unwrap().iter().find(|input| input["name"] == "WEB01.zip").unwrap();
        assert_eq!(web01["status"], "read", "{web01}");
        assert!(report["outcomes"].as_array().unwrap().iter().any(|one| {
            one["subject"]["name"] == "WEB01" && one["rule"] == "IIS-001" && one["outcome"] == "pass"
        }));
        report
    }
}

fn manifest(change: impl FnOnce(String) -> String) -> Folder {
    Folder::broken(|all| {
        let text = String::from_utf8(all[0].1.clone()).unwrap();
        let changed = change(text.clone());
        assert_ne!(changed, text, "the fault is in");
        all[0].1 = changed.into_bytes();
    })
}

fn rename(from: &str, to: &str) -> Folder {
    Folder::patched(&entries(&sample("healthy-3-node/WEB02")), |bytes| {
        replace_all(bytes, from.as_bytes(), to.as_bytes());
    })
}

#[test]
fn files_that_are_not_containers() {
    let given = Folder::new();
    given.put("WEB02.zip", "a letter, not a zip");
    given.expect(3, "not a zip");

    let whole = entries(&sample("healthy-3-node/WEB02"));
    Folder::patched(&whole, |bytes| bytes.truncate(bytes.len() / 2)).expect(3, "cut off");

    let given = Folder::new();
    fs::create_dir(given.0.path().join("WEB02")).unwrap();
    given.expect(3, "empty");
}

#[test]
fn names_that_lead_out_of_the_folder() {
    for (from, to) in [
        ("logs/SS.log", "../../S.log"),
        ("logs/SS.log", "/etc/SS.log"),
        ("logs/SS.log", "C:/x/SS.log"),
        ("logs/SS-BSSR.log", "logs/COM1.abclog"),
    ] {
        let report = rename(from, to).expect(0, "");
        let web02 =
            report["inputs"].as_array().unwrap().iter().find(|one| one["name"] == "WEB02.zip").unwrap();
        assert_ne!(web02["status"], "read", "{to}: {web02}");
    }
}

#[test]
fn misleading_entries() {
    // Two entries of one name.
    rename("logs/SS-BSSR.log", "logs/SS-BWSR.log").expect(3, "logs/SS-BWSR.log");

    // A link: the mode of a symbolic link in the external attributes.
    let given = Folder::new();
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries(&sample("healthy-3-node/WEB02")) {
        if name == "logs/SS.log" {
            zip.add_symlink(name.as_str(), "/etc/passwd", SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            zip.write_all(&content).unwrap();
        }
    }
    given.put("WEB02.zip", zip.finish().unwrap().into_inner());
    given.expect(0, "link");

    // Encrypted: the flag in both headers of every entry.
    let all = entries(&sample("healthy-3-node/WEB02"));
    Folder::patched(&all, |bytes| {
        for at in 0..bytes.len() - 10 {
            match bytes[at..at + 4] {
                [b'P', b'K', 3, 4] => bytes[at + 6] |= 1,
                [b'P', b'K', 1, 2] => bytes[at + 8] |= 1,
                _ => {}
            }
        }
    })
    .expect(3, "encrypted");

    // Overlapping: the directory sends one entry to the data of another.
    Folder::patched(&all, |bytes| {
        let directory: Vec<usize> =
            (0..bytes.len() - 46).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
        let offset = bytes[directory[1] + 42..directory[1] + 46].to_vec();
        bytes[directory[2] + 42..directory[2] + 46].copy_from_slice(&offset);
    })
    .expect(3, "");
}

#[test]
fn manifests_with_false_content() {
    Folder::broken(|all| {
        all.remove(0);
    })
    .expect(3, "manifest.json");
    manifest(|text| text[..text.len() / 2].to_owned()).expect(3, "manifest.json");
    manifest(|text| text.replacen("\"format\": \"1.3\"", "\"format\": \"2.0\"", 1)).expect(3, "format 2.0");
    let report = manifest(|text| {
        // The first digest of the manifest is that of a member.
        let at = text.find("\"sha256\": \"").unwrap() + 11;
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        format!("{}{digit}{}", &text[..at], &text[at + 1..])
    })
    .expect(0, "other bytes than the manifest says");
    assert!(
        report["safety"].as_array().unwrap().iter().any(|finding| finding["rule"] == "BND-007"),
        "{report}"
    );
    manifest(|text| text.replacen("\"size\": ", "\"size\": 1", 1)).expect(0, "");
}

/// A member of a gigabyte of zeros behind a few kilobytes: the manifest's own size decides, and no more is inflated.
#[test]
fn a_zip_bomb_is_cut_at_its_declared_size() {
    let report = Folder::broken(|all| {
        let log = all.iter_mut().find(|(name, _)| name == "logs/SS.log").unwrap();
        log.1 = vec![0; 64 << 20];
    })
    .expect(0, "logs/SS.log");
    assert!(report["safety"].as_array().unwrap().iter().any(|finding| finding["rule"] == "BND-007"));
}

#[test]
fn two_bundles_of_one_node_and_of_two_clusters() {
    let given = Folder::new();
    let folder = given.0.path().join("WEB02");
    fs::create_dir(&folder).unwrap();
    for (name, content) in entries(&sample("two-nodes-no-exports/WEB01")) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let (output, report) = given.report();
    assert!(matches!(output.status.code(), Some(0 | 3)));
    assert!(
        report["safety"].as_array().unwrap().iter().any(|finding| finding["rule"] == "BND-003"),
        "{}",
        report["inputs"]
    );

    let given = Folder::broken(|_| ());
    let list = |name: &str| {
        format!("[{{\"machineName\":\"{name}\",\"binaryVersion\":\"11.7.000049\",\"inCluster\":true}}]")
    };
    given.put("nodes-a.json", list("WEB01"));
    given.put("nodes-b.json", list("WEB02"));
    let report = given.report().1;
    let other_cluster =
        report["inputs"].as_array().unwrap().iter().find(|one| one["name"] == "WEB02.zip").unwrap();
    // A node whose own list omits the others may be attached to another database: it is kept, and a person is asked.
    assert_eq!(other_cluster["status"], "read", "{other_cluster}");
    let asks = |rule: &str| {
        report["outcomes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["rule"] == rule && one["outcome"] == "findings")
    };
    assert!(asks("CLU-013"), "{}", report["outcomes"]);
}

/// UTF-16 and cut lines are read; one line of a hundred megabytes needs neither its memory nor much time.
#[test]
fn odd_logs() {
    let given = Folder::new();
    let app = tempfile::tempdir().unwrap();
    fs::create_dir_all(app.path().join("log")).unwrap();
    fs::write(app.path().join("web-appSettings.config"), "<appSettings/>").unwrap();
    let line = "2026-11-20 09:59:00,123 [7] ERROR Thycotic.X - Thycotic.AppCore.Cryptography.MacMismatchException: x\r\n";
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(line.repeat(3).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(app.path().join("log/SS.log"), utf16).unwrap();
    fs::write(app.path().join("log/SS.log.1"), &line.as_bytes()[..60]).unwrap();
    let mut huge = b"2026-11-20 09:00:00,000 [7] INFO  Thycotic.X - ".to_vec();
    huge.resize(100 << 20, b'y');
    fs::write(app.path().join("log/SS-BWSR.log"), huge).unwrap();
    let collected = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(["collect", "--node", "WEB02", "--app-dir"])
        .arg(app.path())
        .arg("--out")
        .arg(given.0.path())
        .output()
        .unwrap();
    assert_eq!(collected.status.code(), Some(0), "{}", String::from_utf8_lossy(&collected.stderr));
    let (output, report) = given.report();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let hits = report["errors"]["hits"].as_array().unwrap();
    let hit = hits.iter().find(|hit| hit["node"] == "WEB02" && hit["signature"] == "E-002").unwrap();
    assert_eq!(hit["count"], 3, "{hit}");
}

/// An output that does not fit leaves the old report as it was, and nothing beside it.
#[cfg(unix)]
#[test]
fn a_report_that_does_not_fit_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("r.html");
    fs::write(&report, "the report of last week").unwrap();
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" report \"$1\" -o \"$2\"";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_clusterbrief")])
        .arg(sample("healthy-3-node"))
        .arg(&report)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("cannot write") && said.contains("r.html"), "{said}");
    assert_eq!(fs::read_to_string(&report).unwrap(), "the report of last week");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

/// A file that the system refuses to read is one input less, not the end.
#[cfg(target_os = "linux")]
#[test]
fn an_unreadable_file() {
    let given = Folder::new();
    // Reading one's own memory from address 0 is an input/output error, for root as well.
    std::os::unix::fs::symlink("/proc/self/mem", given.0.path().join("WEB02.zip")).unwrap();
    let (output, _) = given.report();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.lines().any(|line| line.contains("WEB02.zip")), "{said}");
}
