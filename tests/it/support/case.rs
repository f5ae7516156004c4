//! Fixtures of rules, run through the public API: a sample is copied, edited, read like any case, and evaluated by one rule.
//!
//! ```toml
//! [[case]]
//! name = "one node in Classic mode"
//! base = "healthy-3-node"                # a made case
//! drop = ["WEB03", "nodes.json"]         # inputs left out
//! args = { target = "12.0.000022", expect-nodes = ["WEB01"], roles = { WEB03 = "dr" }, answers = "…" }
//! # or args.package = { name = "Version_12_0_000022.zip", members = ["ss_update.zip", "hashes.crt"] }
//! expect = ["findings node WEB02 blocker confirmed", "pass node WEB01"]
//! says = ["Classic"]                     # what titles, evidence, notes and questions have to say somewhere
//!
//! [[case.edit]]
//! input = "WEB02"                        # a bundle folder with a file in it, or an export
//! file = "facts.json"
//! pointer = "/iis/known"                 # with set = …, or remove = true
//! ```
//!
//! Instead of a pointer, `find` with `replace` edits text (every occurrence, at least one), `write` gives the whole
//! content as text, `storm` as lines of a log, one for each number of seconds, and `opaque` as so many bytes that look like a key file's, and `remove` alone takes the file away. The manifest follows the edit unless `rehash = false`, which
//! makes a bundle that was changed afterwards.

use super::samples::sample;
use clusterbrief::bundle::digest::Sha256;
use clusterbrief::bundle::{Limits, gather, list_archive};
use clusterbrief::finding::{Evidence, Finding, MissingEvidence, Outcome, RuleResult};
use clusterbrief::intake::answers::{Question, questions};
use clusterbrief::intake::cluster::{Case as Assembled, Options, assemble};
use clusterbrief::intake::package::package;
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::Scanner;
use clusterbrief::model::{BuildVersion, Cluster, Package, Role};
use clusterbrief::redact::Sanitizer;
use clusterbrief::rules::{Rule, all, evaluate};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The time at which cases are evaluated: three hours after the samples were collected.
const AS_OF: &str = "2026-11-20T12:00:00Z";

/// The cases of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    /// In the order of the file.
    pub(crate) case: Vec<Case>,
}

/// One case.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Case {
    /// What is special in it.
    pub(crate) name: String,
    /// Every outcome of the rule, sorted.
    pub(crate) expect: Vec<String>,
    /// Words that the outcomes must contain.
    #[serde(default)]
    pub(crate) says: Vec<String>,
    base: String,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    args: Args,
    #[serde(default)]
    edit: Vec<Edit>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Args {
    target: Option<String>,
    as_of: Option<String>,
    #[serde(default)]
    expect_nodes: Vec<String>,
    #[serde(default)]
    roles: BTreeMap<String, String>,
    answers: Option<String>,
    package: Option<Download>,
}

/// A file given with `--upgrade-package`: a zip of these members, or else a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Download {
    name: String,
    #[serde(default)]
    members: Vec<String>,
    text: Option<String>,
    /// The end of the zip is missing.
    #[serde(default)]
    cut: bool,
    /// The members say that they are encrypted.
    #[serde(default)]
    encrypted: bool,
}

impl Download {
    fn package(&self) -> Package {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(&self.name);
        fs::write(&path, self.text.as_ref().map_or_else(|| self.zip(), |text| text.clone().into_bytes()))
            .unwrap();
        package(&self.name, list_archive(&path, &Limits::default()).unwrap())
    }

    fn zip(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for member in &self.members {
            zip.start_file(member, SimpleFileOptions::default()).unwrap();
            zip.write_all(member.as_bytes()).unwrap();
        }
        let mut bytes = zip.finish().unwrap().into_inner();
        if self.encrypted {
            // The flags of local headers and of the directory, six and eight bytes after their signatures.
            for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
                let found: Vec<usize> =
                    (0..bytes.len()).filter(|at| bytes[*at..].starts_with(signature)).collect();
                for at in found {
                    bytes[at + flags] |= 1;
                }
            }
        }
        bytes.truncate(if self.cut { bytes.len() - 30 } else { bytes.len() });
        bytes
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    input: String,
    file: Option<String>,
    find: Option<String>,
    replace: Option<String>,
    pointer: Option<String>,
    set: Option<Value>,
    #[serde(default)]
    remove: bool,
    write: Option<String>,
    storm: Option<Vec<Storm>>,
    opaque: Option<usize>,
    #[serde(default = "yes")]
    rehash: bool,
}

/// Lines of a log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Storm {
    /// Time of the first one, on the clock of the node.
    from: chrono::NaiveDateTime,
    count: i64,
    /// Seconds between two.
    every: i64,
    /// What follows the time; `{n}` becomes the number of the line.
    text: String,
}

impl Storm {
    fn lines(&self) -> String {
        let line = |number: i64| {
            let time = self.from + chrono::TimeDelta::seconds(number * self.every);
            format!(
                "{} {}\r\n",
                time.format("%Y-%m-%d %H:%M:%S,000"),
                self.text.replace("{n}", &number.to_string())
            )
        };
        (0..self.count).map(line).collect()
    }
}

fn yes() -> bool {
    true
}

/// What a rule said in a case.
pub(crate) struct Said {
    /// One line an outcome, sorted: outcome, kind and name of the subject; for findings the worst severity and
    /// its confidence.
    pub(crate) outcomes: Vec<String>,
    /// Everything that a reader would read of them.
    pub(crate) words: String,
    /// The case as intake assembled it.
    pub(crate) cluster: Cluster,
    /// What all rules said of it.
    pub(crate) results: Vec<RuleResult>,
}

/// Rules and samples, loaded once.
pub(crate) struct Bench<'k> {
    knowledge: &'k Knowledge,
    scanner: Scanner<'k>,
    rules: Vec<Rule>,
    questions: Vec<Question>,
}

impl<'k> Bench<'k> {
    /// With this knowledge.
    pub(crate) fn new(knowledge: &'k Knowledge) -> Self {
        Self {
            knowledge,
            scanner: Scanner::new(knowledge, &Sanitizer).unwrap(),
            rules: all(knowledge),
            questions: questions(knowledge),
        }
    }

    /// Runs a case through intake and one rule.
    pub(crate) fn run(&self, case: &Case, rule: &str) -> Said {
        let folder = TempDir::new().unwrap();
        let base = sample(&case.base);
        for entry in fs::read_dir(&base).unwrap_or_else(|error| panic!("{}: {error}", base.display())) {
            let entry = entry.unwrap();
            if !case.drop.iter().any(|dropped| entry.file_name() == dropped.as_str()) {
                copy(&entry.path(), &folder.path().join(entry.file_name()));
            }
        }
        for dropped in &case.drop {
            assert!(base.join(dropped).exists(), "{}: {} has no {dropped} to drop", case.name, case.base);
        }
        for edit in &case.edit {
            edit.apply(folder.path());
        }
        if let Some(answers) = &case.args.answers {
            fs::write(folder.path().join("answers.toml"), answers).unwrap();
        }

        let assembled = self.assemble(folder.path(), &case.args.options());
        assert!(assembled.remarks.is_empty(), "{}: {:?}", case.name, assembled.remarks);
        if case.args.answers.is_some() {
            let answers = assembled.cluster.inputs.iter().find(|input| input.name == "answers.toml").unwrap();
            assert!(answers.problems.is_empty(), "{}: {:?}", case.name, answers.problems);
        }
        assert!(self.rules.iter().any(|one| one.meta.id == rule), "there is no rule {rule}");
        let results = evaluate(&assembled.cluster, self.knowledge, &self.rules);
        said(rule, assembled.cluster, results)
    }

    /// What all rules say of a sample, and of the same when everything happened a day later and every log is a line
    /// longer.
    pub(crate) fn today_and_tomorrow(&self, base: &str) -> [Vec<RuleResult>; 2] {
        let folder = TempDir::new().unwrap();
        copy(&sample(base), folder.path());
        let results = || {
            let case = self.assemble(folder.path(), &Args::default().options());
            evaluate(&case.cluster, self.knowledge, &self.rules)
        };
        let today = results();
        a_day_later(folder.path());
        [today, results()]
    }

    fn assemble(&self, folder: &Path, options: &Options) -> Assembled {
        let tools = Tools {
            scanner: &self.scanner,
            sanitizer: &Sanitizer,
            questions: &self.questions,
            knowledge: self.knowledge,
            loose: &options.loose,
        };
        assemble(read_all(gather(&[folder]), tools).0, options)
    }
}

/// Moves every date of the month of the samples in every text below `folder`, and lengthens the logs.
fn a_day_later(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            a_day_later(&entry);
            continue;
        }
        let Ok(mut text) = String::from_utf8(read(&entry)) else { continue };
        for day in (1..30).rev() {
            text = text.replace(&format!("2026-11-{day:02}"), &format!("2026-11-{:02}", day + 1));
        }
        if entry.extension().is_some_and(|extension| extension == "log") {
            let first = text.lines().next().unwrap_or_default().to_owned();
            text.insert_str(0, &format!("{first}\n"));
        }
        fs::write(&entry, text).unwrap();
    }
    let manifest = folder.join("manifest.json");
    if manifest.exists() {
        let json: Value = serde_json::from_slice(&read(&manifest)).unwrap();
        for record in json["members"].as_array().unwrap() {
            let path = record["path"].as_str().unwrap();
            if folder.join(path).exists() {
                follow(&manifest, path, &folder.join(path));
            }
        }
    }
}

impl Args {
    fn options(&self) -> Options {
        let role = |word: &String| match word.as_str() {
            "dr" => Role::Dr,
            "standby" => Role::Standby,
            "mirror" => Role::Mirror,
            other => panic!("{other} is no role"),
        };
        Options {
            expect_nodes: self.expect_nodes.clone(),
            roles: self.roles.iter().map(|(name, word)| (name.clone(), role(word))).collect(),
            as_of: self.as_of.as_deref().unwrap_or(AS_OF).parse().unwrap(),
            target: self.target.as_deref().map(|target| BuildVersion::parse(target).unwrap()),
            package: self.package.as_ref().map(Download::package),
            require: BTreeSet::new(),
            baseline: None,
            loose: clusterbrief::intake::loose::LooseOptions::default(),
        }
    }
}

impl Edit {
    fn apply(&self, folder: &Path) {
        let input = folder.join(&self.input);
        let path = self.file.as_ref().map_or_else(|| input.clone(), |file| input.join(file));
        match (&self.pointer, &self.find, self.content()) {
            (Some(pointer), None, None) => {
                let mut json: Value = serde_json::from_slice(&read(&path)).unwrap();
                self.point(&mut json, pointer);
                fs::write(&path, serde_json::to_vec_pretty(&json).unwrap()).unwrap();
            }
            (None, Some(find), None) => {
                let text = String::from_utf8(read(&path)).unwrap();
                assert!(text.contains(find.as_str()), "{} does not hold {find:?}", path.display());
                let replace = self.replace.as_ref().expect("find goes with replace");
                fs::write(&path, text.replace(find.as_str(), replace)).unwrap();
            }
            (None, None, Some(content)) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, content).unwrap();
            }
            (None, None, None) if self.remove => {
                fs::remove_file(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            _ => panic!("an edit is one of pointer, find, write, storm, opaque and remove"),
        }
        if let Some(file) = self.file.as_deref().filter(|file| self.rehash && *file != "manifest.json") {
            follow(&input.join("manifest.json"), file, &path);
        }
    }

    /// The whole content: text, or bytes that look like those of a key file.
    fn content(&self) -> Option<Vec<u8>> {
        let blocks =
            |size: usize| (0..=size / 32).flat_map(|block| sha2::Sha256::digest(block.to_le_bytes()));
        let opaque = self.opaque.map(|size| blocks(size).take(size).collect());
        let storm = self
            .storm
            .as_ref()
            .map(|storms| storms.iter().map(Storm::lines).collect::<String>().into_bytes());
        self.write.as_ref().map(|text| text.clone().into_bytes()).or(storm).or(opaque)
    }

    /// Sets or removes what a JSON pointer leads to; the last step may be new.
    fn point(&self, json: &mut Value, pointer: &str) {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let key = key.replace("~1", "/").replace("~0", "~");
        let parent = json.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}"));
        match (parent, &self.set) {
            (Value::Object(map), Some(value)) => drop(map.insert(key, value.clone())),
            (Value::Object(map), None) if self.remove => {
                assert!(map.remove(&key).is_some(), "nothing at {pointer}");
            }
            (Value::Array(list), Some(value)) => list[key.parse::<usize>().unwrap()] = value.clone(),
            (Value::Array(list), None) if self.remove => drop(list.remove(key.parse::<usize>().unwrap())),
            _ => panic!("{pointer} can be neither set nor removed"),
        }
    }
}

/// Makes the manifest say what is now in the bundle.
fn follow(manifest: &Path, member: &str, path: &Path) {
    let mut json: Value = serde_json::from_slice(&read(manifest)).unwrap();
    let members = json["members"].as_array_mut().unwrap();
    let at = members.iter().position(|one| one["path"] == member);
    if path.exists() {
        let bytes = read(path);
        let content = json!({ "size": bytes.len(), "sha256": Sha256::of(&bytes).to_string() });
        match at.and_then(|at| members.get_mut(at)) {
            Some(record) if record["status"].get("truncated").is_some() => {
                record["status"]["truncated"]["content"] = content;
            }
            Some(record) => record["status"] = json!({ "taken": content }),
            None => members.push(json!({
                "path": member, "origin": "", "modified": null, "status": { "taken": content }, "redactions": {}
            })),
        }
    } else if let Some(at) = at {
        members.remove(at);
    }
    fs::write(manifest, serde_json::to_vec_pretty(&json).unwrap()).unwrap();
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn said(rule: &str, cluster: Cluster, results: Vec<RuleResult>) -> Said {
    let of_rule = || results.iter().filter(|one| one.rule == rule);
    let mut outcomes: Vec<String> = of_rule().map(line).collect();
    outcomes.sort();
    let words = of_rule().map(|one| words(&one.outcome)).collect::<Vec<_>>().join("\n");
    Said { outcomes, words, cluster, results }
}

fn line(results: &RuleResult) -> String {
    let RuleResult { subject, outcome, .. } = results;
    let kind = serde_json::to_value(subject.kind).unwrap();
    let mut words = vec![outcome.word(), kind.as_str().unwrap(), subject.name.as_str()];
    words.retain(|word| !word.is_empty());
    let worst;
    if let Outcome::Findings(findings) = outcome {
        let (severity, confidence) =
            findings.iter().map(|finding| (finding.severity, finding.confidence)).min().unwrap();
        worst = (severity.word(), serde_json::to_value(confidence).unwrap());
        words.extend([worst.0, worst.1.as_str().unwrap()]);
    }
    words.join(" ")
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Findings(findings) => findings.iter().map(of_finding).collect::<Vec<_>>().join("\n"),
        Outcome::Unknown { missing } => missing.iter().map(of_missing).collect::<Vec<_>>().join("\n"),
        Outcome::Pass { note, inferred } => {
            format!("pass{}: {note}", if *inferred { ", inferred" } else { "" })
        }
        Outcome::NotApplicable { why } => format!("not applicable: {why}"),
        Outcome::Failed { error } => format!("failed: {error}"),
    }
}

fn of_finding(finding: &Finding) -> String {
    let evidence = finding.evidence.iter().map(|evidence| match evidence {
        Evidence::Text { place, excerpt } => format!("  {} {place}: {}", place.input, excerpt.as_str()),
        Evidence::Value { node, fact, value, place } => {
            format!("  {node} {fact} = {value} ({} {place})", place.input)
        }
        Evidence::Absence { node, fact, place } => format!("  {node} no {fact} ({} {place})", place.input),
        Evidence::Record { source, says } => format!("  {source}: {says}"),
    });
    let mut lines = vec![format!("{} {:?} {}", finding.severity, finding.confidence, finding.title)];
    lines.extend(
        Some(finding.detail.clone()).filter(|detail| !detail.is_empty()).map(|detail| format!("  {detail}")),
    );
    lines.extend(evidence);
    lines.extend(finding.notes.iter().map(|note| format!("  note: {note}")));
    lines.push(format!("  do: {}", finding.remedy));
    lines.join("\n")
}

fn of_missing(missing: &MissingEvidence) -> String {
    let node = missing.node.as_deref().unwrap_or("the cluster");
    format!("{node} lacks {}: {}; {:?}", missing.what, missing.why, missing.from)
}
