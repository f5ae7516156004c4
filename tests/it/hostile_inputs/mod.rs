//! Inputs that somebody made to break the program, each with the exit code that it ends in and a part of the sentence
//! that says why. None is kept as a file: the code here makes them, and all are tried in one test.

mod bundles;
mod exports;
mod manifests;
mod members;

use crate::support::samples::sample;
use rayon::prelude::*;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// One input.
struct Hostile {
    /// What it is.
    what: String,
    /// The verb that reads it, with its options.
    verb: &'static [&'static str],
    /// Its file name.
    name: &'static str,
    bytes: Vec<u8>,
    code: i32,
    /// A part of what is said about it.
    says: &'static str,
}

const REPORT: &[&str] = &["report", "-o", "out/report.json"];
const SCRUB: &[&str] = &["scrub", "-o", "out", "--level", "secrets"];
const INSPECT: &[&str] = &["inspect"];
const LEAKS: &[&str] = &["inspect", "--leaks"];

fn hostile(
    what: impl Into<String>,
    verb: &'static [&'static str],
    name: &'static str,
    bytes: impl Into<Vec<u8>>,
    code: i32,
    says: &'static str,
) -> Hostile {
    Hostile { what: what.into(), verb, name, bytes: bytes.into(), code, says }
}

/// A healthy bundle: its entries by name, the manifest first.
fn entries() -> Vec<(String, Vec<u8>)> {
    let root = sample("healthy-3-node/WEB01");
    let mut all: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    all.sort_by_key(|(name, _)| (name != "manifest.json", name.clone()));
    all
}

fn zipped(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The bundle with another text in the place of its manifest.
fn with_manifest(json: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut all = entries();
    all[0].1 = json.into();
    zipped(&all)
}

/// The bundle with other bytes in the place of a member, which the manifest vouches for.
fn with_member(member: &str, bytes: Vec<u8>) -> Vec<u8> {
    let mut all = entries();
    let mut manifest: serde_json::Value = serde_json::from_slice(&all[0].1).unwrap();
    let records = manifest["members"].as_array_mut().unwrap();
    let record = records.iter_mut().find(|record| record["path"] == member).unwrap();
    let taken = record["status"].as_object_mut().unwrap().values_mut().next().unwrap();
    let content = if taken.get("content").is_some() { &mut taken["content"] } else { taken };
    content["size"] = bytes.len().into();
    content["sha256"] = clusterbrief::bundle::Sha256::of(&bytes).to_string().into();
    all[0].1 = manifest.to_string().into_bytes();
    all.iter_mut().find(|(name, _)| name == member).unwrap().1 = bytes;
    zipped(&all)
}

/// What is wrong with what the program did, if anything is.
fn tried(one: &Hostile, folder: &Path) -> Option<String> {
    fs::create_dir_all(folder.join("out")).unwrap();
    fs::write(folder.join(one.name), &one.bytes).unwrap();
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(one.verb)
        .arg(one.name)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let code = output.status.code();
    let quiet = !said.contains("unexpected error") && !said.contains("panicked");
    let right = code == Some(one.code) && flat.contains(one.says) && quiet;
    // Generous, since other tests run at the same time; what each may take is measured by the benchmark.
    let quick = began.elapsed() < Duration::from_secs(20);
    let expected = format!("{:?} {} ({}, \"{}\")", one.verb, one.what, one.code, one.says);
    (!right || !quick).then(|| {
        format!("{expected}: {code:?} after {:?}: {}", began.elapsed(), &flat[..flat.len().min(600)])
    })
}

#[test]
fn every_hostile_input_ends_with_a_code_and_a_sentence() {
    let all: Vec<Hostile> = [bundles::inputs(), manifests::inputs(), members::inputs(), exports::inputs()]
        .into_iter()
        .flatten()
        .collect();
    assert!(all.len() >= 200, "{} inputs", all.len());
    let folder = tempfile::tempdir().unwrap();
    let wrong: Vec<String> = all
        .par_iter()
        .enumerate()
        .filter_map(|(number, one)| tried(one, &folder.path().join(number.to_string())))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
