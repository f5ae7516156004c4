//! What a rule asks for, and the inputs that it needs for that: `bundle`, `windows` (facts that a bundle carries only if
//! Windows itself was asked), `logs`, `node-list`, `version-history`, `answer`, `target`, `package`, and ids of exports.
//! What data rules ask for follows from their rows; what coded rules ask for is a table made from their fixtures.

use super::rule::Rule;
use crate::knowledge::rows::{Condition, Family, RuleMeta};
use crate::knowledge::{Export, Knowledge};
use crate::model::lookup::{ANSWER, instead, is_fact, is_row_fact};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Kinds of inputs that are asked for as a whole.
const INPUTS: [&str; 7] = ["answer", "bundle", "logs", "node-list", "package", "target", "version-history"];

/// What each coded rule asks for, read once: CLU-010 asks for all rules again. A rule that is not in the table yet has no
/// needs, which a test reports.
pub(in crate::rules) static ASKED_BY_CODE: LazyLock<BTreeMap<String, BTreeSet<String>>> =
    LazyLock::new(|| toml::from_str(include_str!("../asked.toml")).unwrap_or_default());

/// What the rows of a data rule ask for.
pub(in crate::rules) fn asked_by_rows(rule: &RuleMeta, knowledge: &Knowledge) -> BTreeSet<String> {
    let mut asks: BTreeSet<String> = BTreeSet::new();
    match rule.family {
        Family::Expectation | Family::Question => {
            for row in knowledge.rows.expectations.iter().filter(|row| row.rule == rule.id) {
                let conditions = std::iter::once(row.itself()).chain(row.when.iter().cloned());
                for Condition { fact, .. } in conditions {
                    asks.extend(instead(&fact).map(str::to_owned));
                    asks.insert(fact);
                }
            }
            if knowledge.signatures.iter().any(|one| one.rules.contains(&rule.id)) {
                asks.insert("logs".into());
            }
        }
        Family::Signature => asks.extend(["logs".into(), "node-list".into()]),
        Family::Step => asks.extend(["node-list".into(), "version-history".into()]),
        Family::Problem => asks.extend(["bundle".into()]),
        Family::Parity => {
            let rows = knowledge.rows.parity.iter().filter(|row| row.rule.as_ref() == Some(&rule.id));
            asks.extend(rows.map(|row| row.fact.clone()));
        }
        Family::Code => {}
    }
    asks
}

/// The inputs that a rule needs for what it asks, and what every rule needs beside: a target for its question, an answer
/// where a person may decide.
pub(in crate::rules) fn of(rule: &Rule, knowledge: &Knowledge) -> BTreeSet<String> {
    let mut needs: BTreeSet<String> = rule.asks.iter().flat_map(|asked| given_by(asked, knowledge)).collect();
    if !rule.meta.is_judged_now() {
        needs.insert("target".into());
    }
    if knowledge.question(&rule.meta.id).is_some() {
        needs.insert("answer".into());
    }
    needs
}

/// The inputs that give what is asked for. What is neither an input nor a fact is a part of a bundle.
fn given_by(asked: &str, knowledge: &Knowledge) -> BTreeSet<String> {
    let fact = knowledge.facts.get(asked);
    let gives = |export: &&Export| export.has_fact(asked) || (export.list() == asked && !is_fact(asked));
    let exports = knowledge.exports.iter().filter(gives);
    let mut needs: BTreeSet<String> = exports.map(|export| export.id.clone()).collect();
    if INPUTS.contains(&asked) {
        needs.insert(asked.to_owned());
    }
    if asked.starts_with(ANSWER) {
        needs.insert("answer".into());
    }
    if is_row_fact(asked) || asked == "version" {
        needs.insert("node-list".into());
    }
    if fact.is_some_and(|fact| fact.in_bundle) {
        needs.insert("windows".into());
    } else if (is_fact(asked) && !is_row_fact(asked)) || (needs.is_empty() && fact.is_none()) {
        needs.insert("bundle".into());
    }
    needs
}
