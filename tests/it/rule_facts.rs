//! Which facts each rule reads that looks at a node, and what delivers each. `scripts/bless` rewrites the page.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test they help")]

use crate::support::fixtures::{fixtures, root};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::model::lookup::is_fact;
use clusterbrief::probes::probes;
use clusterbrief::rules::{Check, Rule, all};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Parts of a bundle that code reads as structures, by what gives them away in it: the word, and what it reads.
const STRUCTURES: [(&str, &str); 16] = [
    ("facts.binaries", "binaries"),
    ("facts.configs", "configs"),
    ("facts.database_config", "database-config"),
    ("facts.encryption_config", "encryption-config"),
    ("host.clock.", "host.clock"),
    ("host.clock_reference", "host.clock-reference"),
    ("host.time_service", "host.time-service"),
    ("host.worker_started", "host.worker-started"),
    ("snapshot.inventory", "inventory"),
    ("snapshot.settings", "settings"),
    ("cx.logs(", "logs"),
    ("snapshot.copied", "manifest"),
    ("snapshot.started", "manifest"),
    (".snapshot.is_none()", "manifest"),
    ("primary_named(", "settings"),
    ("signature::", "logs"),
];

/// What takes a fact on the node, by what its path begins with.
const PARTS: [(&str, &str); 20] = [
    ("application-folder", "application folder"),
    ("binaries", "DLLs of `bin`"),
    ("config.", "configuration files"),
    ("configs", "configuration files"),
    ("database-config", "key files"),
    ("encryption-config", "key files"),
    ("host.clock", "clock"),
    ("host.clock-reference", "`--reference-time`"),
    ("host.os", "operating system"),
    ("host.time-service", "Windows"),
    ("host.time-zone", "operating system"),
    ("host.worker-started", "processes"),
    ("iis.", "`applicationHost.config`"),
    ("inventory", "list of files"),
    ("log", "logs"),
    ("manifest", "manifest"),
    ("settings", "configuration files"),
    ("stray-key-copies", "list of files"),
    ("tms-folder", "folder beside the application"),
    ("version", "DLLs of `bin`"),
];

/// The source of every rule that is code, and of what it leans on, by the name of the file.
fn sources() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("src/rules")).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(path).unwrap();
            // Texts and tests are no reads.
            let code = text.lines().take_while(|line| !line.starts_with("mod tests"));
            (name, code.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// Modules that serve every rule: what they read is what a rule asks them for.
const SHARED: [&str; 9] =
    ["asking_login", "condition", "context", "engine", "expectation", "needs", "own", "question", "rule"];

/// What the file of this name reads, with the modules that it leans on.
fn read_by(name: &str, sources: &BTreeMap<String, String>, knowledge: &Knowledge) -> BTreeSet<String> {
    let (mut facts, mut open, mut seen) = (BTreeSet::new(), vec![name.to_owned()], BTreeSet::new());
    while let Some(name) = open.pop() {
        let Some(code) = sources.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        let literals = code.split('"').skip(1).step_by(2);
        facts.extend(
            literals.filter(|text| is_fact(text) || knowledge.facts.get(text).is_some()).map(str::to_owned),
        );
        let structures = STRUCTURES.iter().filter(|(word, _)| code.contains(word));
        facts.extend(structures.map(|(_, path)| (*path).to_owned()));
        let leans = |other: &&String| {
            let named = |(at, _): (usize, &str)| {
                !code.get(..at).unwrap().ends_with(|c: char| c.is_alphanumeric() || c == '_')
            };
            !SHARED.contains(&other.as_str()) && code.match_indices(&format!("{other}::")).any(named)
        };
        open.extend(sources.keys().filter(leans).cloned());
    }
    facts
}

/// Every fact that a rule reads.
fn facts_of(rule: &Rule, sources: &BTreeMap<String, String>, knowledge: &Knowledge) -> BTreeSet<String> {
    let rows = knowledge.rows.expectations.iter().filter(|row| row.rule == rule.id);
    let asked = rows.flat_map(|row| std::iter::once(&row.fact).chain(row.when.iter().map(|when| &when.fact)));
    let parity = knowledge.rows.parity.iter().filter(|row| row.rule.as_ref() == Some(&rule.id));
    let mut facts: BTreeSet<String> = asked.chain(parity.map(|row| &row.fact)).cloned().collect();
    if knowledge.signatures.iter().any(|one| one.rules.contains(&rule.id)) {
        facts.insert("logs".to_owned());
    }
    if !matches!(rule.check, Check::Data(_)) {
        let stated = format!("id: \"{}\"", rule.id);
        let (name, _) = sources.iter().find(|(_, code)| code.contains(&stated)).unwrap();
        facts.extend(read_by(name, sources, knowledge));
    }
    facts
}

/// Who delivers a fact, the collector first.
fn delivered_by(path: &str, knowledge: &Knowledge) -> Vec<String> {
    let probe = probes().into_iter().any(|probe| probe.fact == path).then(|| "Windows".to_owned());
    let part = || {
        let parts = PARTS.iter().filter(|(start, _)| path.starts_with(start));
        let taken = is_fact(path) || knowledge.facts.get(path).is_none();
        parts.max_by_key(|(start, _)| start.len()).filter(|_| taken).map(|(_, part)| (*part).to_owned())
    };
    let person = path.starts_with("answer.").then(|| "a person".to_owned());
    let list = path.starts_with("row.").then(|| "the node list".to_owned());
    let exports = knowledge.tellers(path).map(|export| format!("export `{}`", export.id));
    probe.or_else(part).into_iter().chain(person).chain(list).chain(exports).collect()
}

/// It looks at the node list alone; a bundle shows it that a node is there.
const OF_LISTS: &str = "SQL-006";

/// Rules that look at what is taken from a node.
fn of_nodes(rules: &[Rule]) -> impl Iterator<Item = &Rule> {
    rules.iter().filter(|rule| {
        !rule.is_bundle_safety()
            && rule.id != OF_LISTS
            && ["bundle", "logs", "windows"].iter().any(|need| rule.needs.contains(*need))
    })
}

#[test]
fn every_fact_that_a_rule_reads_is_delivered_and_the_page_says_by_what() {
    let knowledge = Knowledge::builtin().unwrap();
    let (rules, sources) = (all(&knowledge), sources());
    let mut page = "# Rules and the facts they read\n\nGenerated from rules, knowledge and the collector's table; a test \
                    compares it, `scripts/bless` rewrites it. It has every rule that looks at what \
                    is taken from a node. What Windows is asked for each fact is in \
                    [what is collected](what-is-collected.md).\n\n| Rule | Fact | Delivered by |\n|---|---|---|\n"
        .to_owned();
    let mut holes = Vec::new();
    for rule in of_nodes(&rules) {
        let facts = facts_of(rule, &sources, &knowledge);
        let taken = facts.iter().filter(|path| {
            probes().iter().any(|probe| probe.fact == path.as_str())
                || PARTS.iter().any(|(start, _)| path.starts_with(start))
        });
        if taken.count() == 0 {
            holes.push(format!("{} reads nothing that is taken from a node: {facts:?}", rule.id));
        }
        for path in &facts {
            let by = delivered_by(path, &knowledge);
            if by.is_empty() {
                holes.push(format!("{} reads {path}, which nobody delivers", rule.id));
            }
            writeln!(page, "| `{}` | `{path}` | {} |", rule.id, by.join(", ")).unwrap();
        }
    }
    assert!(holes.is_empty(), "{}", holes.join("\n"));
    let path = root().join("docs/rules-and-facts.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(there == page, "docs/rules-and-facts.md: run scripts/bless");
}

#[test]
fn every_rule_that_reads_a_node_fires_and_passes_on_bundles_without_an_answer() {
    let knowledge = Knowledge::builtin().unwrap();
    let (rules, fixtures) = (all(&knowledge), fixtures());
    let faults: Vec<String> = of_nodes(&rules)
        .flat_map(|rule| ["findings", "pass"].map(|outcome| (rule, outcome)))
        .filter(|(rule, outcome)| {
            !fixtures.get(&rule.id).is_some_and(|fixture| fixture.has_unanswered(outcome))
        })
        .map(|(rule, outcome)| format!("{}: {outcome}", rule.id))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
