//! Secrets that another program left in a bundle: nothing that the analysis prints or writes holds them.

use crate::support::site::Site;
use clusterbrief::bundle::{Form, Sha256};
use clusterbrief::collect::Options;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes a member of a bundle in a folder, and what the manifest says of it.
fn put(bundle: &Path, member: &str, content: &[u8]) {
    fs::write(bundle.join(member), content).unwrap();
    let path = bundle.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let members = manifest["members"].as_array_mut().unwrap();
    let record = members.iter_mut().find(|record| record["path"] == member).unwrap();
    hash(record, content);
    fs::write(path, manifest.to_string()).unwrap();
}

fn hash(value: &mut serde_json::Value, content: &[u8]) {
    let Some(fields) = value.as_object_mut() else { return };
    if fields.contains_key("sha256") {
        fields.insert("sha256".into(), Sha256::of(content).to_string().into());
        fields.insert("size".into(), content.len().into());
    }
    fields.values_mut().for_each(|field| hash(field, content));
}

/// Two nodes as bundles in folders, the second one changed.
fn cluster(change: impl Fn(&Path)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["SSWEB01", "SSWEB02"] {
        let site = Site::new(|node| name.clone_into(&mut node.node));
        let taken = site.collect_with(Options { form: Form::Folder, ..site.options() });
        let target = dir.path().join(name);
        for path in crate::support::site::tree(&taken.collected.path) {
            let to = target.join(path.strip_prefix(&taken.collected.path).unwrap());
            if path.is_dir() {
                fs::create_dir_all(to).unwrap();
            } else {
                fs::copy(path, to).unwrap();
            }
        }
        if name == "SSWEB02" {
            change(&target);
        }
    }
    dir
}

/// Everything that the verbs of the analysis make of a case: file name and content.
fn outputs(case: &Path) -> Vec<(String, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let file = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let case = case.to_str().unwrap();
    let as_of = ["--as-of", "2026-09-15"];
    let (html, md, json) = (file("r.html"), file("r.md"), file("r.json"));
    let (plan, sheet) = (file("p.md"), file("c.xlsx"));
    let target = ["--target", "11.7.000061"];
    let runs: [&[&str]; 5] = [
        &["report", case, as_of[0], as_of[1], "-o", &html, "-o", &md, "-o", &json],
        &["report", case, as_of[0], as_of[1]],
        &["plan", case, target[0], target[1], "-o", &plan],
        &["checklist", case, target[0], target[1], "-o", &sheet],
        &["inspect", case],
    ];
    let mut all = Vec::new();
    for args in runs {
        let done = Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).output().unwrap();
        all.push((format!("the terminal of {}", args[0]), [done.stdout, done.stderr].concat()));
    }
    for entry in fs::read_dir(out.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(&bytes)) {
            for index in 0..zip.len() {
                let mut text = Vec::new();
                std::io::copy(&mut zip.by_index(index).unwrap(), &mut text).unwrap();
                all.push((format!("{name} {index}"), text));
            }
        }
        all.push((name, bytes));
    }
    all
}

#[test]
fn no_output_of_the_analysis_shows_a_secret_of_a_foreign_bundle() {
    const SECRET: &str = "Gewitter!Blitz99";
    let log = "2026-09-14 08:29:30,000 [7] ERROR Thycotic.ihawu.Business - Something odd: Gewitter!Blitz99 was refused\n".repeat(60);
    for config in [
        "<configuration><appSettings><add key=\"DbPassword\" value=\"SECRET\"/></appSettings></configuration>",
        "<configuration><appSettings><add\nkey=\"SmtpToken\"\nvalue=\"SECRET\"/></appSettings></configuration>",
        "<configuration><smtp><password value=\"SECRET\"/></smtp></configuration>",
        "<configuration><encryption key=\"SECRET\"/></configuration>",
        "<configuration><adminPassword>SECRET</adminPassword></configuration>",
        "<configuration><c><add name=\"SECRET\" connectionString=\"Server=s;Password=SECRET\"/></c></configuration>",
    ] {
        let case = cluster(|bundle| {
            put(bundle, "config/web.config", config.replace("SECRET", SECRET).as_bytes());
            let mut text = fs::read(bundle.join("logs/SS.log")).unwrap();
            text.extend(log.bytes());
            put(bundle, "logs/SS.log", &text);
        });
        let outputs = outputs(case.path());
        let json = outputs.iter().find(|(name, _)| name == "r.json").map(|(_, bytes)| bytes).unwrap();
        let report: serde_json::Value = serde_json::from_slice(json).unwrap();
        // Of a bundle with a connection string in clear nothing counts.
        let counts = report.to_string().contains("Something odd");
        assert_eq!(counts, !config.contains("connectionString"), "{config}");
        for (name, bytes) in &outputs {
            let text = String::from_utf8_lossy(bytes);
            for part in [SECRET, "Gewitter", "Blitz99"] {
                assert!(!text.contains(part), "{part} in {name} with {config}");
            }
        }
    }
}
