//! What a rule needs to be decided, in words: `bundle`, `windows` (facts that a bundle carries only if Windows itself was
//! asked), `logs`, `node-list`, `version-history`, `answer`, `target`, and ids of exports. For data rules it follows from
//! their rows; coded rules state it.

use crate::finding::Scope;
use crate::knowledge::Knowledge;
use crate::knowledge::rows::{Condition, Family, RuleRow};
use crate::model::lookup::{ANSWER, instead, is_fact, is_row_fact};
use std::collections::BTreeSet;

/// What the rows of a data rule ask for.
pub(in crate::rules) fn of_row(row: &RuleRow, knowledge: &Knowledge) -> BTreeSet<String> {
    let mut needs = BTreeSet::new();
    match row.family {
        Family::Expectation | Family::Question => {
            for expectation in knowledge.rows.expectations.iter().filter(|one| one.rule == row.id) {
                for Condition { fact, .. } in std::iter::once(&expectation.itself()).chain(&expectation.when)
                {
                    needs.extend(of_fact(fact, knowledge));
                    let others = instead(fact).into_iter().flat_map(|path| knowledge.tellers(path));
                    needs.extend(others.map(|export| export.id.clone()));
                }
            }
            if knowledge.signatures.iter().any(|one| one.rules.contains(&row.id)) {
                needs.insert("logs".into());
            }
        }
        Family::Signature => needs.extend(["logs".into(), "node-list".into()]),
        Family::Step => needs.extend(["node-list".into(), "version-history".into()]),
        Family::Problem => needs.extend(["bundle".into()]),
        Family::Parity => {
            for parity in knowledge.rows.parity.iter().filter(|one| one.rule.as_ref() == Some(&row.id)) {
                needs.extend(of_fact(&parity.fact, knowledge));
            }
        }
    }
    with_gates(needs, row.scope, &row.id, knowledge)
}

/// What every rule needs beside its own inputs: a target for its question, an answer where a person may decide.
pub(in crate::rules) fn with_gates(
    mut needs: BTreeSet<String>,
    scope: Scope,
    id: &str,
    knowledge: &Knowledge,
) -> BTreeSet<String> {
    if scope == Scope::Upgrade {
        needs.insert("target".into());
    }
    if knowledge.rows.questions.iter().any(|row| row.id == id) {
        needs.insert("answer".into());
    }
    needs
}

/// The inputs that tell a fact.
fn of_fact(path: &str, knowledge: &Knowledge) -> BTreeSet<String> {
    let mut needs: BTreeSet<String> = knowledge.tellers(path).map(|export| export.id.clone()).collect();
    if path.starts_with(ANSWER) {
        needs.insert("answer".into());
    } else if is_row_fact(path) || path == "version" {
        needs.insert("node-list".into());
    }
    if knowledge.facts.get(path).is_some_and(|fact| fact.in_bundle) {
        needs.insert("windows".into());
    } else if is_fact(path) && !is_row_fact(path) {
        needs.insert("bundle".into());
    }
    needs
}
