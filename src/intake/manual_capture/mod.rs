//! Reader of output of built-in Windows commands, saved by hand on a machine that may not run this program
//! (`docs/by-hand.md`).
//!
//! Each answer is between marker lines that the page's commands write: what was asked before it, and whether the
//! command succeeded after it. Of the answers only what no language changes is read. What the values mean is known to
//! the probes, which ask Windows itself or such an output (`probes::saved_facts`).

use super::facts::Facts;
use super::reported::{ReportedFacts, ReportedNode, canonical};
use super::{Parsed, Source, malformed};
use crate::knowledge::exports::FieldParser;
use crate::model::Observed;
use crate::model::export::ReportedFields;
use crate::model::facts::ClockReference;
use crate::model::host_name::is_name;
use crate::model::node::Clocks;
use crate::parsers::manual_capture::Saved;
use crate::probes;
use crate::text::size::size;

/// First line of a saved output, before the version of its form and the node's name.
pub const HEADER: &str = "#clusterbrief by-hand ";

/// What the report calls a saved output.
pub const TITLE: &str = "the output of built-in Windows commands";

/// Most bytes of a saved output; one of the page's commands is some 10 KB.
pub const MAX_BYTES: usize = 2 << 20;

/// Most nodes in one file, for outputs that were copied together.
pub const MAX_NODES: usize = 100;

/// Why a saved output does not count. Reads after "is".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManualCaptureError {
    /// Over [`MAX_BYTES`].
    #[error("a saved output of more than {}, and none is that large", size(MAX_BYTES as u64))]
    TooLarge,
    /// Over [`MAX_NODES`].
    #[error("a saved output of more than {MAX_NODES} nodes")]
    TooMany,
    /// Of a newer page.
    #[error(
        "a saved output of a newer format than 1: use the version of this program that its instructions came with"
    )]
    Newer,
    /// No name in the first line, or one that is none.
    #[error("a saved output without a usable machine name in its first line")]
    Nameless,
}

/// Whether a text is a saved output.
pub(super) fn is_manual_capture(text: &str) -> bool {
    text.trim_start().starts_with(HEADER)
}

/// Reads a saved output.
pub(super) fn read(cx: Source, text: &str) -> Result<Parsed<Vec<Facts>>, ManualCaptureError> {
    if text.len() > MAX_BYTES {
        return Err(ManualCaptureError::TooLarge);
    }
    let mut parsed = Parsed::<Vec<Facts>>::default();
    for saved in outputs(cx.input, text)? {
        let name = cx.shown(&saved.node);
        let (own, clock) = probes::saved_facts(&saved);
        let clocks = Clocks { time_service: shown(clock, cx), ..Clocks::default() };
        let own = facts(own, &saved, cx);
        let mut reported = ReportedFacts::default();
        reported.nodes.insert(name.clone(), ReportedNode { own, clocks, ..ReportedNode::default() });
        parsed.value.push(Facts::Reported(reported));
        parsed.notes.extend(saved.notes(&name, cx.sanitizer));
        if saved.is_cut() {
            parsed.problems.push(malformed(format!(
                "{} ends within an answer of {name}, which does not count: save it again.",
                cx.input
            )));
        }
    }
    Ok(parsed)
}

/// One output a header line.
fn outputs(input: &str, text: &str) -> Result<Vec<Saved>, ManualCaptureError> {
    let mut all: Vec<Saved> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(tail) = line.strip_prefix(HEADER) {
            let (form, node) = tail.trim().split_once(' ').unwrap_or((tail.trim(), ""));
            if form != "1" {
                return Err(ManualCaptureError::Newer);
            }
            let node = node.trim();
            if !is_name(node) {
                return Err(ManualCaptureError::Nameless);
            }
            if all.len() == MAX_NODES {
                return Err(ManualCaptureError::TooMany);
            }
            all.push(Saved::new(input, node));
        } else if let Some(saved) = all.last_mut() {
            saved.line(number, line.trim_end());
        }
    }
    Ok(all)
}

/// The node's build, and its time when the build was read: the facts that its diagnostics tell as well.
const BUILD: &str = "product.version";
const BUILD_READ: &str = "diagnostics.time";

/// Every fact that the answers tell, in the form of its kind. A fact that could not be read stays so.
fn facts(mut facts: ReportedFields, saved: &Saved, cx: Source) -> ReportedFields {
    facts.insert(BUILD.to_owned(), saved.build.clone());
    facts.insert(BUILD_READ.to_owned(), saved.taken.clone());
    facts.retain(|_, fact| !matches!(fact, Observed::NotCollected { .. }));
    let in_form = |(path, fact): (String, Observed<String>)| {
        let kind = cx.knowledge.facts.get(&path)?.kind;
        let fact = match fact {
            Observed::Known { value, sources, .. } => {
                let place = sources.into_iter().next().unwrap_or_default();
                Observed::read(canonical(kind, FieldParser::Plain, &value, cx), place)
            }
            other => other,
        };
        Some((path, fact))
    };
    facts.into_iter().filter_map(in_form).collect()
}

/// With its source as it may be shown.
fn shown(clock: Observed<ClockReference>, cx: Source) -> Observed<ClockReference> {
    clock.map(|clock| ClockReference { source: cx.shown(&clock.source), ..clock })
}

#[cfg(test)]
mod tests;
