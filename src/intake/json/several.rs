//! Several JSON documents in one file: answers that were saved one after another, pages of one list, or an object a line.
//!
//! Nothing says that the pieces of a list are all of it, so a list in pieces never proves what is not in it.

use super::documents::FoundDocument;
use super::{JsonError, MAX_RECORDS, Places, keys_twice, read_document};
use crate::intake::facts::Facts;
use crate::intake::reported::ReportedFacts;
use crate::intake::table::head;
use crate::intake::{Parsed, ReadExport, Source, malformed};
use crate::model::Observed;
use crate::model::export::NodeList;
use crate::model::input::{InputKind, Problem, ProblemKind};
use crate::model::items::{Item, Items};
use crate::model::pages::Pages;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most documents of different kinds.
const MAX_KINDS: usize = 200;

/// Reads the documents of a file that has more than one.
pub(super) fn read(cx: Source, found: Vec<FoundDocument>) -> Result<ReadExport, JsonError> {
    let mut read = if are_records(&found) { read_records(cx, found)? } else { read_each(cx, found)? };
    let in_pieces = mark(&mut read.parsed.value);
    read.parsed.problems.extend(in_pieces.then(|| {
        let text = format!(
            "{} holds a list in several pieces, and nothing says that they are all of it. Save all of the list in one answer.",
            cx.input
        );
        Problem { kind: ProblemKind::Page, member: None, text }
    }));
    Ok(read)
}

/// Whether each document is an object with the same keys: one record a line, or one after another.
fn are_records(found: &[FoundDocument]) -> bool {
    let keys = |found: &FoundDocument| {
        let map = found.document.value.as_object()?;
        (!map.values().any(Value::is_array)).then(|| map.keys().map(|key| head(key)).collect::<BTreeSet<_>>())
    };
    let first = found.first().and_then(keys);
    first.is_some() && found.iter().all(|other| keys(other) == first)
}

fn read_records(cx: Source, found: Vec<FoundDocument>) -> Result<ReadExport, JsonError> {
    let entries: Vec<u32> = found.iter().map(|found| found.line).collect();
    let mut problems = Vec::new();
    let mut records = Vec::with_capacity(found.len());
    for one in found {
        let places = Places { begins: format!("line {}, ", one.line), ..Places::of(cx.input) };
        problems.extend(keys_twice(cx, &one, &places));
        records.push(one.document.value);
    }
    let places = Places { entries, ..Places::of(cx.input) };
    let mut read = read_document(cx, &Value::Array(records), &places)?;
    for facts in &mut read.parsed.value {
        match facts {
            Facts::Nodes(list) if list.rows.len() > 1 => list.pages = Some(piece(0, list.rows.len())),
            Facts::Reported(reported) => put_in_pieces(reported, &mut BTreeMap::new(), |_| true),
            _ => {}
        }
    }
    read.parsed.problems.extend(problems);
    Ok(read)
}

fn read_each(cx: Source, found: Vec<FoundDocument>) -> Result<ReadExport, JsonError> {
    if found.len() > MAX_KINDS {
        return Err(JsonError::TooMany(found.len()));
    }
    let mut parsed = Parsed::<Vec<Facts>>::default();
    let (mut holds, mut kinds, mut refused, mut records) = (BTreeSet::new(), BTreeSet::new(), Vec::new(), 0);
    for one in found {
        let places = Places { begins: format!("line {}, ", one.line), ..Places::of(cx.input) };
        match read_document(cx, &one.document.value, &places) {
            Ok(read) => {
                kinds.insert(read.kind == InputKind::NodesJson);
                holds.extend(read.holds);
                let facts = parsed.absorb(read.parsed);
                records += facts.iter().map(size).sum::<usize>();
                parsed.value.extend(facts);
                parsed.problems.extend(keys_twice(cx, &one, &places));
            }
            Err(error) => refused.push((one.line, error)),
        }
        if records > MAX_RECORDS {
            return Err(JsonError::TooMany(records));
        }
    }
    if parsed.value.is_empty() {
        return Err(refused.into_iter().next().map_or(JsonError::Other, |(_, error)| error));
    }
    let text = |(line, error)| {
        malformed(format!("{} line {line}: this is {error}, so it does not count.", cx.input))
    };
    parsed.problems.extend(refused.into_iter().map(text));
    let mut seen = BTreeSet::new();
    parsed.notes.retain(|note| seen.insert(note.clone()));
    let is_list = kinds == BTreeSet::from([true]);
    if !is_list && kinds.contains(&true) {
        holds.insert("the node list".to_owned());
    }
    let kind = if is_list { InputKind::NodesJson } else { InputKind::Export };
    Ok(ReadExport { kind, holds: holds.into_iter().collect(), parsed })
}

/// How many records facts have.
fn size(facts: &Facts) -> usize {
    match facts {
        Facts::Nodes(list) => list.rows.len(),
        Facts::Reported(reported) => {
            reported.lists.values().filter_map(|list| list.value()).map(Items::len).sum()
        }
        _ => 0,
    }
}

/// Marks lists that came in several documents as pieces, and says whether there are any. The same list twice is whole each
/// time.
fn mark(facts: &mut [Facts]) -> bool {
    let names = |list: &NodeList| -> BTreeSet<String> {
        list.rows.iter().map(|row| row.machine_name.to_uppercase()).collect()
    };
    let mut sets: Vec<BTreeSet<String>> = Vec::new();
    let mut items: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for one in facts.iter() {
        match one {
            Facts::Nodes(list) if list.pages.is_none() => sets.push(names(list)),
            Facts::Reported(reported) => {
                for (path, list) in &reported.lists {
                    let names =
                        list.value().map(|items| items.iter().map(Item::name).map(str::to_owned).collect());
                    items.entry(path.clone()).or_default().extend(names);
                }
            }
            _ => {}
        }
    }
    let differs = |sets: &Vec<BTreeSet<String>>| sets.iter().any(|set| Some(set) != sets.first());
    let split: BTreeSet<String> =
        items.into_iter().filter(|(_, sets)| differs(sets)).map(|(path, _)| path).collect();
    let (mut held, mut seen, mut before) = (0, BTreeSet::new(), BTreeMap::new());
    for one in facts.iter_mut() {
        match one {
            Facts::Nodes(list) if list.pages.is_none() && differs(&sets) => {
                let own = names(list);
                // Pieces that name one node twice are of different times, and make no list together.
                let from = if seen.is_disjoint(&own) { held } else { 0 };
                list.pages = Some(piece(from, list.rows.len()));
                held += list.rows.len();
                seen.extend(own);
            }
            Facts::Reported(reported) => put_in_pieces(reported, &mut before, |path| split.contains(path)),
            _ => {}
        }
    }
    facts.iter().any(|one| match one {
        Facts::Nodes(list) => list.missing().is_some_and(|why| why.contains(LONGER)),
        Facts::Reported(reported) => {
            let missing = |list: &Observed<Items>| {
                list.value().and_then(Items::missing).is_some_and(|why| why.contains(LONGER))
            };
            reported.lists.values().any(missing)
        }
        _ => false,
    })
}

/// What is said of a list whose length is not known.
const LONGER: &str = "longer list";

/// A part of a list of which nobody says how long it is.
fn piece(from: usize, len: usize) -> Pages {
    Pages::of(from as u64, len as u64, None, "take")
}

/// Makes lists pieces that come after those before.
fn put_in_pieces(
    reported: &mut ReportedFacts,
    before: &mut BTreeMap<String, usize>,
    of: impl Fn(&str) -> bool,
) {
    for (path, list) in reported.lists.iter_mut().filter(|(path, _)| of(path)) {
        let len = list.value().map_or(0, Items::len);
        let from = before.entry(path.clone()).or_default();
        let pages = piece(*from, len);
        *from += len;
        let whole = list.value().is_some_and(|items| items.missing().is_none());
        if whole {
            *list = std::mem::take(list).map(|items| items.in_pages(Some(pages.clone())));
        }
    }
}
