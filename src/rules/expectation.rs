//! Evaluator of `expectations.toml`: a fact, what it should be, and how many nodes must meet it.

use super::context::{Context, evidence};
use super::question;
use crate::finding::{Finding, Missing, Outcome, Subject};
use crate::knowledge::rows::{Expect, Expectation, Quantifier};
use crate::model::{Node, Observed};

/// Judges the rows of the rule on one node.
pub(super) fn on_node(cx: &Context, node: &Node) -> Outcome {
    let (mut findings, mut missing, mut looked) = (Vec::new(), Vec::new(), false);
    for row in rows(cx, Quantifier::Each) {
        match judge(cx, row, node) {
            Ok((None, _)) => {}
            Ok((Some(true), _)) => looked = true,
            Ok((Some(false), fact)) => findings.push(finding(cx, row, node, &fact)),
            Err(gap) => missing.push(gap),
        }
    }
    if findings.is_empty() && missing.is_empty() && !looked {
        return Outcome::not_applicable("its condition does not hold on this node");
    }
    if findings.is_empty() && !missing.is_empty() && question::is_answered(cx, node) {
        return question::answer(cx, Some(node));
    }
    Outcome::from_parts(findings, missing)
}

/// Judges the rows of the rule that one node of the cluster must meet.
pub(super) fn on_cluster(cx: &Context) -> Outcome {
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    for row in rows(cx, Quantifier::Any) {
        let (mut met, mut gaps, mut seen) = (false, Vec::new(), Vec::new());
        for node in cx.cluster.serving() {
            match judge(cx, row, node) {
                Ok((fits, fact)) => {
                    met |= fits == Some(true);
                    let excluded_by = row.when.as_ref().filter(|_| fits.is_none());
                    let label = excluded_by.map_or(&row.label, |when| &when.label);
                    seen.push(evidence(node, label, &fact));
                }
                Err(gap) => gaps.push(gap),
            }
        }
        match (met, gaps.is_empty()) {
            (true, _) => {}
            (false, false) => missing.extend(gaps),
            (false, true) if seen.is_empty() => missing.push(nobody(row)),
            (false, true) => {
                let title = row.title.replace("{value}", "").replace("{node}", "");
                let mut finding = cx.finding(Subject::cluster(), title, row.remedy.clone());
                finding.evidence = seen;
                findings.push(if row.inferred { finding.inferred() } else { finding });
            }
        }
    }
    Outcome::from_parts(findings, missing)
}

fn nobody(row: &Expectation) -> Missing {
    Missing {
        node: None,
        what: format!("{} of any node", row.label),
        why: "no node that counts is known".into(),
        from: crate::finding::Question::NodeList,
    }
}

fn rows<'a>(cx: &Context<'a>, nodes: Quantifier) -> impl Iterator<Item = &'a Expectation> {
    let id = cx.rule.id.as_str();
    cx.knowledge.rows.expectations.iter().filter(move |row| row.rule == id && row.nodes == nodes)
}

/// Whether the node meets the row, with the fact; `None` with the fact that excludes the node where a condition does.
fn judge(cx: &Context, row: &Expectation, node: &Node) -> Result<(Option<bool>, Observed<String>), Missing> {
    if let Some(when) = &row.when {
        let condition = cx.fact(node, &when.fact, &when.label)?;
        if !condition.value().is_some_and(|value| value.eq_ignore_ascii_case(&when.is)) {
            return Ok((None, condition));
        }
    }
    // Without an application there is no pool either; CLU-004 says so.
    let application = node.fact("iis.application");
    if row.fact.starts_with("iis.pool") && application.is_absent() {
        return Ok((None, application));
    }
    let fact = cx.fact(node, &row.fact, &row.label)?;
    let value = fact.value().map(|value| value.trim().to_owned());
    let text = match (&value, &row.built_in) {
        (Some(value), _) => value.clone(),
        (None, Some(built_in)) => built_in.clone(),
        (None, None) => match row.expect {
            Expect::Present => return Ok((Some(false), fact)),
            Expect::Empty => return Ok((Some(true), fact)),
            Expect::OneOf | Expect::ZeroSpan => {
                return Err(Missing {
                    node: Some(node.name.clone()),
                    what: format!("{} of {}", row.label, node.name),
                    why: "it is not stated, and its built-in value depends on the version of IIS".into(),
                    from: crate::finding::Question::Answer { id: row.rule.clone() },
                });
            }
        },
    };
    let fits = match row.expect {
        Expect::Present => true,
        Expect::Empty => text.is_empty(),
        Expect::OneOf => row.values.iter().any(|wanted| wanted.eq_ignore_ascii_case(&text)),
        Expect::ZeroSpan => is_zero_span(&text),
    };
    Ok((Some(fits), fact))
}

fn finding(cx: &Context, row: &Expectation, node: &Node, fact: &Observed<String>) -> Finding {
    let value = fact.value().map(String::as_str).or(row.built_in.as_deref()).unwrap_or_default();
    let fill = |text: &str| text.replace("{node}", &node.name).replace("{value}", value);
    let mut finding = cx
        .finding(Subject::node(&node.name), fill(&row.title), fill(&row.remedy))
        .because(evidence(node, &row.label, fact));
    if fact.is_absent() && row.built_in.is_some() {
        finding = finding.detail(format!("The setting is not stated; IIS then uses {value}."));
    }
    if row.inferred { finding.inferred() } else { finding }
}

/// `00:00:00`, `0.00:00:00`, `0`.
fn is_zero_span(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '0' | ':' | '.'))
}

#[cfg(test)]
mod tests {
    use super::is_zero_span;

    #[test]
    fn zero_spans() {
        for zero in ["00:00:00", "0.00:00:00", "0"] {
            assert!(is_zero_span(zero));
        }
        for other in ["00:20:00", "1.05:00:00", "", "never"] {
            assert!(!is_zero_span(other));
        }
    }
}
