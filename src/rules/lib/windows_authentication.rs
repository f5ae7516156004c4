//! Integrated Windows Authentication: whether it is on, and what IIS then has to allow. One reading for
//! every rule that asks.

use super::folder::and;
use crate::rules::engine::prelude::*;
use question::answered;

/// The fact that an export tells, and the question a person settles it with.
const FACT: &str = "product.integrated-windows-authentication";
const QUESTION: &str = "IIS-010";

/// Whether it is on, with what says so.
fn is_on(cx: &Context) -> Result<(bool, Evidence), MissingEvidence> {
    const LABEL: &str = "Integrated Windows Authentication";
    if let Ok(fact) = cx.reported(FACT)
        && let Some(value) = fact.value()
    {
        return Ok((value == "true", reported(LABEL, &fact)));
    }
    let answer = cx
        .answer(None, QUESTION)
        .ok_or_else(|| cx.unanswered(None, QUESTION, "neither an export nor an answer tells it"))?;
    Ok((answer.value == "on", answered(cx, "", LABEL, answer)))
}

/// One switch of IIS, as it should be. `path` is that of the fact below `iis.authentication`.
pub(crate) struct Switch {
    pub(crate) path: &'static str,
    pub(crate) label: &'static str,
    pub(crate) on: bool,
}

/// A switch and what it should be.
pub(crate) const fn switch(path: &'static str, label: &'static str, on: bool) -> Switch {
    Switch { path, label, on }
}

/// Judges the switches of a node; `state` is the state of the product they belong to, with what says so.
pub(crate) fn evaluate(cx: &Context, node: &Node, on: bool, switches: &[Switch]) -> Outcome {
    let (is_on, state) = known!(is_on(cx));
    if is_on != on {
        let word = if is_on { "on" } else { "off" };
        return Outcome::not_applicable(format!("Integrated Windows Authentication is {word}"));
    }
    cx.ask("iis.application");
    if node.fact("iis.application").is_absent() {
        return Outcome::not_applicable("IIS has no application for the application folder");
    }
    let (mut wrong, mut seen, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for switch in switches {
        let label = format!("{} authentication", switch.label);
        let fact = cx.fact(node, &format!("iis.authentication.{}", switch.path), &label);
        let Ok(fact) = fact.map_err(|gap| missing.push(gap)) else { continue };
        // Anonymous is what IIS allows where nothing is stated, and nothing else (MS-IIS).
        let built_in = switch.path.ends_with("anonymous");
        if fact.value().map_or(built_in, |value| value == "true") != switch.on {
            wrong.push(switch);
            seen.push(evidence(node, &label, &fact));
        }
    }
    if wrong.is_empty() {
        return Outcome::from_parts(Vec::new(), missing);
    }
    let order = |verb: &str, on: bool| {
        let labels = and(wrong.iter().filter(|one| one.on == on).map(|one| one.label));
        (!labels.is_empty()).then(|| format!("{verb} {labels}"))
    };
    let orders: Vec<String> =
        [order("enable", true), order("disable", false)].into_iter().flatten().collect();
    let verb = if wrong.len() == 1 { "is" } else { "are" };
    let all = and(wrong.iter().map(|one| one.label));
    let title = format!("{}: {all} authentication {verb} not set as the product needs it", node.name);
    let remedy = format!("In IIS Manager, under Authentication of {}, {}.", node.name, orders.join(" and "));
    cx.on_node(node, title, remedy).because(state).resting_on(seen).into()
}
