//! Inputs whose names cannot be matched: labels of level `identities` beside plain names, or labels of different case
//! keys.
//!
//! A label is no name that fails to match. Inputs whose names say nothing of those of the bundles do not count, and
//! whatever needs them is unknown, with the sentence that says why.

use super::cluster::CaseBuilder;
use crate::model::input::{InputStatus, ProblemKind};
use crate::model::label::first_key_in;
use std::collections::BTreeMap;

/// How a name is written: the key id of its label, or nothing for a name as it is.
type Naming = Option<String>;

fn of(name: &str) -> Naming {
    first_key_in(name).map(str::to_owned)
}

fn words(naming: &Naming) -> String {
    match naming {
        None => "names machines as they are".to_owned(),
        Some(key) => format!("names machines by labels of key {key}"),
    }
}

/// What to do about it.
const ADVICE: &str = "Use one level for all inputs: collect with --level identities and the same case key, or re-redact what you have with \
                      \"clusterbrief scrub INPUT --level identities --case-key-file FILE\".";

/// Leaves only inputs whose names compare; gives why some do not, as a lower-case fragment.
pub(super) fn settle(
    builder: &mut CaseBuilder,
    expect: &mut Vec<String>,
    remarks: &mut Vec<String>,
) -> Option<String> {
    let mut namings: BTreeMap<Naming, usize> = BTreeMap::new();
    for (index, _) in &builder.bundles {
        *namings.entry(of(&builder.node(*index))).or_default() += 1;
    }
    // Most bundles decide; of equally many, those with names as they are.
    let most = namings.values().copied().max()?;
    let naming = namings.into_iter().find(|(_, count)| *count == most).map(|(naming, _)| naming)?;
    let mut why = None;

    let bundles: Vec<(usize, Naming)> =
        builder.bundles.iter().map(|(index, _)| (*index, of(&builder.node(*index)))).collect();
    let lists = builder.lists.iter().map(|(index, list)| {
        let other = list.rows.iter().map(|row| of(&row.machine_name)).find(|other| *other != naming);
        (*index, other.unwrap_or_else(|| naming.clone()))
    });
    let foreign: Vec<(usize, Naming)> =
        bundles.into_iter().chain(lists).filter(|(_, other)| *other != naming).collect();
    for (index, other) in &foreign {
        let name = builder.name(*index);
        let text = format!(
            "{name} {}, and the bundles that count {}: machines cannot be matched, so it does not count. {ADVICE}",
            words(other),
            words(&naming).replacen("names", "name", 1)
        );
        why.get_or_insert_with(|| {
            format!("{name} {}, which does not compare with the names of the other bundles", words(other))
        });
        builder.problem(*index, InputStatus::Refused, ProblemKind::Foreign, text);
    }
    let refused = |index: usize| foreign.iter().any(|(other, _)| *other == index);
    builder.bundles.retain(|(index, _)| !refused(*index));
    builder.lists.retain(|(index, _)| !refused(*index));

    // A part of the set confirms nothing.
    if expect.iter().any(|name| of(name) != naming) {
        expect.clear();
        let said = "the names given of nodes are written in another way than those of the bundles: labels do not compare with names";
        remarks.push(format!("The nodes that --expect-nodes or an inventory names do not count: {said}."));
        why.get_or_insert_with(|| said.to_owned());
    }
    why
}
