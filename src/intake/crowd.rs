//! Many files of one folder or archive that are no input: the first ones are named, the others counted.

use super::read::ReadInput;
use crate::model::input::{InputKind, Problem, ProblemKind};
use std::collections::BTreeMap;

/// Files of one folder or archive that are named.
const NAMED: usize = 100;

/// Leaves of each folder or archive the first files that are no input, and one line for the others. What must not be here is
/// always named.
pub(super) fn bounded(reads: Vec<ReadInput>) -> Vec<ReadInput> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kept, mut others): (Vec<ReadInput>, BTreeMap<String, Vec<ReadInput>>) = Default::default();
    for read in reads {
        let input = &read.input;
        let harmless =
            |problem: &Problem| matches!(problem.kind, ProblemKind::NoInput | ProblemKind::Malformed);
        let is_none = input.kind == InputKind::Unrecognised
            && read.facts.is_empty()
            && input.problems.iter().all(harmless);
        let top = input.name.split('/').next().unwrap_or_default().to_owned();
        let count = seen.entry(top.clone()).or_default();
        *count += usize::from(is_none);
        if is_none && *count > NAMED { others.entry(top).or_default().push(read) } else { kept.push(read) }
    }
    for (top, many) in others {
        let number = many.len();
        let Some(mut one) = many.into_iter().next() else { continue };
        if number > 1 {
            one.input.name = format!("{top} and more in it");
            let text =
                format!("{top} holds {number} more files that are no input; the first {NAMED} are named.");
            one.input.problems = vec![Problem { kind: ProblemKind::NoInput, member: None, text }];
            one.input.notes.clear();
            one.input.holds = vec!["files that are no input".to_owned()];
            one.input.bytes = 0;
        }
        kept.push(one);
    }
    kept
}
