//! The facts that each node rule reads, and what delivers them. `scripts/bless` rewrites the page.

use crate::support::fixtures::{fixtures, root};
use clusterbrief::finding::is_bundle_safety;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::knowledge::rows::RuleMeta;
use clusterbrief::model::lookup::is_fact;
use clusterbrief::probes::probes;
use clusterbrief::rules::{Rule, all};
use std::fmt::Write as _;
use std::fs;

/// What takes a fact on the node, by what its path begins with.
const PARTS: [(&str, &str); 20] = [
    ("application-folder", "application folder"),
    ("bundle", "manifest"),
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
    ("stray-key-copies", "list of files"),
    ("tms-folder", "folder beside the application"),
    ("version", "DLLs of `bin`"),
];

/// What is given beside bundles and exports, by what its path begins with.
const GIVEN: [(&str, &str); 6] = [
    ("answer", "a person"),
    ("row.", "the node list"),
    ("node-list", "the node list"),
    ("package", "`--upgrade-package`"),
    ("target", "`--target`"),
    ("version-history", "the version history"),
];

/// Who delivers what a rule asks for, the collector first.
fn delivered_by(asked: &str, knowledge: &Knowledge) -> Vec<String> {
    let given = || GIVEN.iter().find(|(start, _)| asked.starts_with(start)).map(|(_, by)| (*by).to_owned());
    let probe = probes().into_iter().any(|probe| probe.fact == asked).then(|| "Windows".to_owned());
    let part = || {
        let parts = PARTS.iter().filter(|(start, _)| asked.starts_with(start));
        let taken = is_fact(asked) || knowledge.facts.get(asked).is_none();
        parts.max_by_key(|(start, _)| start.len()).filter(|_| taken).map(|(_, part)| (*part).to_owned())
    };
    let exports = knowledge
        .exports
        .iter()
        .filter(|export| export.has_fact(asked) || (export.list() == asked && !is_fact(asked)));
    probe
        .or_else(given)
        .or_else(part)
        .into_iter()
        .chain(exports.map(|export| format!("export `{}`", export.id)))
        .collect()
}

/// It fires by an answer alone: no table says that a path is wrong.
const BY_ANSWER: &str = "UPG-004";

/// Rules that look at what is taken from a node.
fn of_nodes(rules: &[Rule]) -> impl Iterator<Item = &Rule> {
    rules.iter().filter(|rule| {
        !is_bundle_safety(&rule.meta.id)
            && ["bundle", "logs", "windows"].iter().any(|need| rule.needs.contains(*need))
    })
}

#[test]
fn every_fact_that_a_rule_reads_is_delivered_and_documented() {
    let knowledge = Knowledge::builtin().unwrap();
    let rules = all(&knowledge);
    let mut page = "# Rules and the facts they read\n\nGenerated from what rules ask for, knowledge and the collector's table; a test \
                    compares it, `scripts/bless` rewrites it. It has every rule that looks at what \
                    is taken from a node. What Windows is asked for each fact is in \
                    [what is collected](what-is-collected.md).\n\n| Rule | Fact | Delivered by |\n|---|---|---|\n"
        .to_owned();
    let mut holes = Vec::new();
    for rule in of_nodes(&rules) {
        let Rule { meta: RuleMeta { id, .. }, asks, .. } = rule;
        let taken = asks.iter().filter(|path| {
            probes().iter().any(|probe| probe.fact == path.as_str())
                || PARTS.iter().any(|(start, _)| path.starts_with(start))
        });
        if taken.count() == 0 {
            holes.push(format!("{id} reads nothing that is taken from a node: {asks:?}"));
        }
        for path in asks {
            let by = delivered_by(path, &knowledge);
            if by.is_empty() {
                holes.push(format!("{id} reads {path}, which nothing delivers"));
            }
            writeln!(page, "| `{id}` | `{path}` | {} |", by.join(", ")).unwrap();
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
        .filter(|(rule, _)| rule.meta.id != BY_ANSWER)
        .filter(|(rule, outcome)| {
            !fixtures.get(&rule.meta.id).is_some_and(|fixture| fixture.has_unanswered(outcome))
        })
        .map(|(rule, outcome)| format!("{}: {outcome}", rule.meta.id))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
