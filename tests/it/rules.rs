//! Every case of `tests/rules/*.toml`, run through the public API. See `support/case.rs` for what a case can say.
//!
//! `scripts/bless` rewrites the `expect` lists and nothing else: read them before you commit them. `SHOW=ENC-001` prints
//! the results of the cases of a rule.

use crate::support::bless::blessing;
use crate::support::case::{Bench, Case, CaseFile, Said};
use clusterbrief::finding::{EvidenceRequest, Outcome, Readiness, RuleResult, Severity};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::knowledge::rows::{Family as Evaluator, RuleMeta};
use clusterbrief::knowledge::signatures::{Family, Signature};
use clusterbrief::report::assemble::assemble;
use clusterbrief::report::model::{Report, RuleCoverage};
use clusterbrief::rules::{Rule, all, asked_for};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A fixture file, its text and the outcome of its cases.
struct Fixture {
    path: PathBuf,
    rule: String,
    text: String,
    cases: Vec<(Case, Said)>,
}

/// Every fixture, run once for all tests.
static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(fixtures);

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let knowledge = Knowledge::builtin().unwrap();
    let bench = Bench::new(&knowledge);
    paths
        .into_par_iter()
        .map(|path| {
            let rule = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let file: CaseFile = toml::from_str(&text).unwrap_or_else(|error| panic!("{rule}: {error}"));
            let cases = file.case.into_par_iter().map(|case| {
                let said = bench.run(&case, &rule);
                (case, said)
            });
            Fixture { cases: cases.collect(), path, rule, text }
        })
        .collect()
}

#[test]
fn every_case_has_the_results_of_its_fixture() {
    let fixtures = &*FIXTURES;
    let (bless, show) = (blessing(), env::var("SHOW").unwrap_or_default());
    let mut faults = Vec::new();
    for fixture in fixtures {
        for (case, said) in &fixture.cases {
            let name = format!("{}, {}", fixture.rule, case.name);
            if fixture.rule == show {
                println!("== {name}\n{}\n--\n{}\n", said.outcomes.join("\n"), said.words);
            }
            if case.expect != said.outcomes && !bless {
                faults.push(format!(
                    "{name}: expected {:#?}, got {:#?}\n{}",
                    case.expect, said.outcomes, said.words
                ));
            }
            let silent = case.says.iter().filter(|text| !said.words.contains(text.as_str()));
            faults.extend(silent.map(|text| format!("{name}: nothing says {text:?} in\n{}", said.words)));
        }
        if bless {
            let lists = fixture.cases.iter().map(|(_, said)| said.outcomes.as_slice());
            fs::write(&fixture.path, blessed(&fixture.text, lists)).unwrap();
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults; scripts/bless rewrites the expect lists\n\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

/// The evidence of a coded rule is what its check asked for in its fixtures, not a list kept by hand.
#[test]
fn the_table_of_evidence_requests_is_made_from_the_fixtures() {
    let knowledge = Knowledge::builtin().unwrap();
    let rules = all(&knowledge);
    let coded: Vec<&Rule> = rules.iter().filter(|rule| rule.meta.family == Evaluator::Code).collect();
    let lines = coded.par_iter().map(|rule| {
        let cases = FIXTURES.iter().filter(|fixture| fixture.rule == rule.meta.id).flat_map(|one| &one.cases);
        let asked: BTreeSet<String> =
            cases.flat_map(|(_, said)| asked_for(&said.cluster, &knowledge, rule)).collect();
        let quoted: Vec<String> = asked.iter().map(|asked| format!("    {asked:?},\n")).collect();
        format!("{} = [\n{}]\n", rule.meta.id, quoted.concat())
    });
    let table = "# What each coded rule asks for. Made from its fixtures in tests/rules, never by hand: BLESS=1 rewrites it.\n"
        .to_owned()
        + &lines.collect::<Vec<_>>().concat();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/asked.toml");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(
        there == table,
        "src/rules/asked.toml: run BLESS=1 cargo test --test it rules, then bless the pages of docs"
    );
}

#[test]
fn a_finding_keeps_its_fingerprint_on_another_day_and_line() {
    let knowledge = Knowledge::builtin().unwrap();
    let bench = Bench::new(&knowledge);
    for sample in ["key-mismatch", "mid-upgrade", "mixed-builds", "noisy-logs"] {
        let [today, tomorrow] = bench.today_and_tomorrow(sample).map(|results| fingerprints(&results));
        assert!(!today.is_empty(), "{sample} has no finding");
        assert_eq!(today, tomorrow, "{sample}");
    }
}

#[test]
fn workload_noise_never_changes_the_verdict() {
    let knowledge = Knowledge::builtin().unwrap();
    let bench = Bench::new(&knowledge);
    let rules = all(&knowledge);
    let metas: Vec<&RuleMeta> = rules.iter().map(|rule| &rule.meta).collect();
    let state = |message: &str| {
        let text = format!(
            "[[case]]\nname = \"n\"\nbase = \"healthy-3-node\"\nexpect = []\n[[case.edit]]\ninput = \"WEB02\"\n\
             file = \"logs/SS.log\"\nfind = \"INFO  Thycotic.ihawu.Business - Sites - 3 engines online\"\n\
             replace = '''ERROR {message}'''\n"
        );
        let file: CaseFile = toml::from_str(&text).unwrap();
        let said = bench.run(&file.case[0], "LOG-001");
        (
            assemble(&said.cluster, &said.results, &metas, &knowledge, &BTreeSet::new()).verdict.state,
            said.words,
        )
    };
    let example = |signature: &Signature| {
        let line = signature.example.clone().unwrap();
        line.split_once("Thycotic.Example.").map(|(_, message)| message.to_owned()).unwrap_or(line)
    };
    let (quiet, _) = state("an unknown text");
    assert_eq!(quiet, Readiness::Ready);
    let noise: Vec<_> = knowledge.signatures.iter().filter(|one| one.family == Family::Workload).collect();
    assert!(!noise.is_empty());
    for signature in noise {
        let (with, words) = state(&example(signature));
        assert!(words.contains(&signature.id), "{} is not shown: {words}", signature.id);
        assert_eq!(with, quiet, "{}", signature.id);
    }
    let trust = example(knowledge.signature("E-154").unwrap());
    assert_eq!(state(&trust).0, Readiness::ReadyWithWarnings, "what is no noise does change it");
}

fn fingerprints(results: &[RuleResult]) -> BTreeSet<(String, String, String)> {
    let findings = results.iter().filter_map(|one| match &one.outcome {
        Outcome::Findings(findings) => Some(findings.iter().map(|finding| (&one.rule, finding))),
        _ => None,
    });
    findings
        .flatten()
        .map(|(rule, finding)| (rule.clone(), finding.subject.to_string(), finding.fingerprint(rule)))
        .collect()
}

/// A condition, and what breaks it.
type Faults = Vec<String>;

#[test]
fn every_report_of_every_case_is_consistent() {
    let knowledge = Knowledge::builtin().unwrap();
    let rules = all(&knowledge);
    let metas: Vec<&RuleMeta> = rules.iter().map(|rule| &rule.meta).collect();
    let faults: Faults = FIXTURES
        .par_iter()
        .flat_map(|fixture| fixture.cases.par_iter().map(move |(case, said)| (&fixture.rule, case, said)))
        .flat_map_iter(|(rule, case, said)| {
            let report = assemble(&said.cluster, &said.results, &metas, &knowledge, &BTreeSet::new());
            let mut faults = unanswerable(said, &knowledge);
            faults.extend(unsound(&report, metas.len()));
            faults.extend(instructions(&report).flat_map(|text| dangerous(&text)));
            faults.extend(prose(&report).filter_map(|text| ill_written(&text)));
            faults.into_iter().map(move |fault| format!("{rule}, {}: {fault}", case.name))
        })
        .collect();
    assert!(faults.is_empty(), "{} faults\n\n{}", faults.len(), faults.join("\n"));
}

/// Every question to a person can be answered: the question exists, for a node or for the cluster.
fn unanswerable(said: &Said, knowledge: &Knowledge) -> Faults {
    let missing = said.results.iter().filter_map(|one| match &one.outcome {
        Outcome::Unknown { missing } => Some(missing),
        _ => None,
    });
    let asked = missing.flatten().filter_map(|missing| match &missing.from {
        EvidenceRequest::Answer { id } => Some((id, missing.node.is_some())),
        _ => None,
    });
    asked
        .filter(|(id, node)| {
            !knowledge.rows.questions.iter().any(|row| row.id == **id && row.per_node == *node)
        })
        .map(|(id, node)| format!("asks {id}{}, which has no answer", if node { " for a node" } else { "" }))
        .collect()
}

/// Blocker rules that may be open under a green verdict: the switches of a node list that was not given, the node set,
/// of which the verdict itself speaks, what a person will do, and faults that keep a node from running, which other
/// blocker rules ask by other signs.
const HOLD_NOTHING: [&str; 9] =
    ["CLU-002", "CLU-006", "CLU-011", "CLU-013", "IIS-024", "IIS-025", "ROL-001", "ROL-002", "UPG-013"];

/// Counts add up, and no verdict is better than what it rests on.
fn unsound(report: &Report, rules: usize) -> Faults {
    let counts = &report.coverage.counts;
    let sum: usize = counts.iter().filter(|(word, _)| **word != "total").map(|(_, count)| count).sum();
    let mut faults = Faults::new();
    if (sum, counts["total"]) != (rules, rules) {
        faults.push(format!("the counts {counts:?} do not add up to {rules} rules"));
    }
    let green = matches!(report.verdict.state, Readiness::Ready | Readiness::ReadyWithWarnings);
    let required =
        |rule: &RuleCoverage| report.verdict.areas.iter().any(|area| area.area == rule.area && area.required);
    for rule in report.coverage.rules.iter().filter(|rule| required(rule) && green) {
        let open = rule.severity == Severity::Blocker && rule.outcome == "unknown";
        if open && !HOLD_NOTHING.contains(&rule.rule.as_str()) {
            faults.push(format!("a green verdict over an open blocker: {}", rule.rule));
        }
    }
    if green && report.verdict.complete && report.missing.iter().any(|view| view.blockers > 0) {
        faults.push("a complete verdict over an open blocker".to_owned());
    }
    if report.verdict.state != Readiness::Ready && report.verdict.reasons.is_empty() {
        faults.push("a verdict without a reason".to_owned());
    }
    faults
}

/// What a reader is asked to do.
fn instructions(report: &Report) -> impl Iterator<Item = String> {
    let steps = report.actions.iter().flat_map(|one| one.steps.iter().chain([&one.title]));
    steps.chain(report.findings.iter().map(|finding| &finding.remedy)).cloned()
}

/// What would harm a vault: mirroring copies, lost key files, copies that carry the key files along.
fn dangerous(text: &str) -> Faults {
    let text = text.to_lowercase();
    let mut faults = Faults::new();
    for option in ["/mir", "/purge", "/move", "{nodes}", "{source}", "{version}"] {
        if text.contains(option) {
            faults.push(format!("{option} in an instruction: {text}"));
        }
    }
    for sentence in text.split(". ") {
        let harm = ["overwrite", "delete"].iter().any(|word| sentence.contains(word));
        if sentence.contains("encryption.config") && harm && !sentence.contains("not") {
            faults.push(format!("a key file is to be lost: {sentence}"));
        }
        let copies =
            sentence.contains("copy the application folder") || sentence.contains("copy its application");
        if copies && !(sentence.contains("database.config") && sentence.contains("encryption.config")) {
            faults.push(format!("a copy that does not leave out both key files: {sentence}"));
        }
    }
    faults
}

/// The sentences of a report.
fn prose(report: &Report) -> impl Iterator<Item = String> {
    let verdict = &report.verdict;
    let findings = report.findings.iter().flat_map(|one| [&one.title, &one.detail, &one.remedy]);
    [&verdict.question, &verdict.headline, &report.request]
        .into_iter()
        .chain(verdict.reasons.iter().map(|reason| &reason.text))
        .chain(report.missing.iter().map(|view| &view.ask))
        .chain(findings)
        .filter(|text| !text.is_empty())
        .cloned()
        .chain(instructions(report))
}

/// Joints that show: two full stops, two blanks, a number with the wrong form, a subject without its verb's.
fn ill_written(text: &str) -> Option<String> {
    let doubled = ["..", "  ", "?.", " . ", " ,", "{", "}"].into_iter().find(|joint| text.contains(joint));
    let words: Vec<&str> = text.split([' ', '(']).collect();
    let plural = words.windows(2).find(|pair| pair[0] == "1" && pair[1].ends_with('s') && pair[1] != "is");
    let fault = doubled.map(str::to_owned).or(plural.map(|pair| pair.join(" ")))?;
    Some(format!("{fault:?} in {text:?}"))
}

/// The file with the list of every case replaced, in order of the cases.
fn blessed<'a>(text: &str, lists: impl Iterator<Item = &'a [String]>) -> String {
    let (mut made, mut rest) = (String::new(), text);
    for list in lists {
        let start =
            rest.find("\nexpect = [").expect("every case has an `expect` list at the start of a line") + 1;
        let end = start + rest[start..].find(']').expect("the list ends") + 1;
        made += &rest[..start];
        let quoted: Vec<String> = list.iter().map(|line| format!("{line:?}")).collect();
        let short = quoted.join(", ").len() <= 100;
        made += "expect = [";
        made += if short { "" } else { "\n    " };
        made += &quoted.join(if short { ", " } else { ",\n    " });
        made += if short { "]" } else { ",\n]" };
        rest = &rest[end..];
    }
    made + rest
}

#[test]
fn blessing_changes_the_lists_only() {
    let text = "[[case]]\nname = \"a\"\nexpect = []\nsays = [\"x\"]\n\n[[case]]\nexpect = [\n    \"old\",\n]\nbase = \"b\"\n";
    let lists = [vec!["pass cluster".to_owned()], vec!["y".repeat(110)]];
    let made = blessed(text, lists.iter().map(Vec::as_slice));
    let long = "y".repeat(110);
    assert_eq!(
        made,
        format!(
            "[[case]]\nname = \"a\"\nexpect = [\"pass cluster\"]\nsays = [\"x\"]\n\n[[case]]\nexpect = [\n    \"{long}\",\n]\nbase = \"b\"\n"
        )
    );
}
