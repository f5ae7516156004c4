//! Records of an export to facts by path: one reading for JSON objects and table rows alike.

use super::moment;
use super::node_row::{Field, Fields};
use super::table::head;
use crate::knowledge::Knowledge;
use crate::knowledge::exports::{About, Export, Reading};
use crate::knowledge::facts::{Fact, Kind, Of};
use crate::model::excerpt::{Clean, Excerpt};
use crate::model::export::{Item, Told};
use crate::model::node::Clocks;
use crate::model::{BuildVersion, Observed, Place};
use std::collections::{BTreeMap, BTreeSet};

/// What one export told.
#[derive(Debug, Clone, Default)]
pub struct ToldFacts {
    /// Id of the query whose result it is: of several results of one query the newest counts.
    pub query: Option<String>,
    /// Of the cluster and its database.
    pub cluster: Told,
    /// Of nodes, by the name the export has for them.
    pub nodes: BTreeMap<String, OfNode>,
    /// Items by list; a list without items was read and is empty.
    pub lists: BTreeMap<String, Observed<Vec<Item>>>,
}

/// What one export told of a node.
#[derive(Debug, Clone, Default)]
pub struct OfNode {
    /// Of the node itself.
    pub own: Told,
    /// Of the cluster, as that node sees it: it counts only where the node is one of the case.
    pub cluster: Told,
    /// The node's clock against references.
    pub clocks: Clocks,
}

/// One object or row of an export: its fields by [`super::table::head`] of their name.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) fields: Fields,
    pub(super) place: Place,
}

/// Makes facts of the records of an export, each of which is gone once its facts are made: a large export is not held
/// twice. A record of a node that names none tells only of the cluster.
pub(super) fn tell(
    export: &Export,
    records: Vec<Record>,
    whole: Place,
    knowledge: &Knowledge,
    cleaner: &dyn Clean,
) -> ToldFacts {
    let mut told = ToldFacts::default();
    let mut items = Vec::new();
    let names: Vec<String> = export.name.iter().map(|name| head(name)).collect();
    let mut tellers = tellers(export, knowledge);
    for record in records {
        let name = names.iter().find_map(|head| record.fields.get(head)?.text.as_deref());
        let name =
            name.map(|name| Excerpt::new(name, cleaner).as_str().trim().to_owned()).unwrap_or_default();
        let (mut of_cluster, mut of_node, mut of_item) = (Told::new(), Told::new(), Told::new());
        for Teller { heads, reading, fact, known } in &mut tellers {
            let Some(found) = heads.iter().find_map(|head| record.fields.get(head)) else { continue };
            let none = export.marker.is_some() && found.text.as_deref() == Some(NONE);
            let sighting = if none {
                Observed::absent(found.place.clone())
            } else {
                observe(fact.kind, *reading, found, cleaner, known)
            };
            let onto = match fact.of {
                Of::Cluster => &mut of_cluster,
                Of::Node => &mut of_node,
                Of::Item => &mut of_item,
            };
            join(onto, &fact.path, sighting);
        }
        if export.about == About::Node && !name.is_empty() {
            let node = told.nodes.entry(name).or_default();
            merge(&mut node.own, of_node);
            merge(&mut node.cluster, of_cluster);
            continue;
        }
        merge(&mut told.cluster, of_cluster);
        match export.about {
            About::Cluster | About::Node => {}
            // Beside its items, a list may tell of the cluster.
            About::List if name.is_empty() && of_item.is_empty() => {}
            About::List => items.push(Item { name, place: record.place.clone(), facts: of_item }),
        }
    }
    if export.about == About::List {
        told.lists.insert(export.list().to_owned(), Observed::known(items, whole));
    }
    told
}

/// Heads of everything that is known of an export, as they compare.
pub(super) fn heads(export: &Export) -> BTreeSet<String> {
    let fields = export.fields.iter().flat_map(|field| &field.heads);
    export.name.iter().chain(fields).map(|name| head(name)).collect()
}

/// What a query of ours writes where it looked and there is none.
const NONE: &str = "none";

/// A field of an export that tells a fact.
struct Teller<'k> {
    /// Its heads as they compare.
    heads: Vec<String>,
    reading: Reading,
    fact: &'k Fact,
    known: Known,
}

/// Texts that were read before: a column says the same again and again.
type Known = BTreeMap<String, Result<String, String>>;

/// Most texts of a field that are remembered; a column with more says something new in every row.
const MOST_KNOWN: usize = 512;

fn tellers<'k>(export: &Export, knowledge: &'k Knowledge) -> Vec<Teller<'k>> {
    let teller = |field: &crate::knowledge::exports::Field| {
        let fact = knowledge.facts.get(field.fact.as_deref()?)?;
        let heads = field.heads.iter().map(|name| head(name)).collect();
        Some(Teller { heads, reading: field.read, fact, known: Known::new() })
    };
    export.fields.iter().filter_map(teller).collect()
}

/// One field as a fact in the form of its kind.
fn observe(
    kind: Kind,
    reading: Reading,
    found: &Field,
    cleaner: &dyn Clean,
    known: &mut Known,
) -> Observed<String> {
    let Some(text) = found.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        // An empty text says that there is none; an empty flag, number or date says nothing.
        return match kind {
            Kind::Text => Observed::absent(found.place.clone()),
            _ => Observed::not_collected(format!("{} is empty", found.place)),
        };
    };
    let read = known.get(text).cloned().unwrap_or_else(|| {
        let read = canonical(kind, reading, text, cleaner);
        if known.len() < MOST_KNOWN {
            known.insert(text.to_owned(), read.clone());
        }
        read
    });
    match read {
        Ok(value) => Observed::known(value, found.place.clone()),
        Err(why) => Observed::unreadable(found.place.clone(), why),
    }
}

/// A text in the form of its kind, or why it has none.
fn canonical(kind: Kind, reading: Reading, text: &str, cleaner: &dyn Clean) -> Result<String, String> {
    let text = match reading {
        // `4.8.4515` names no release: its last number is a revision.
        Reading::LastNumber => {
            text.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 6).unwrap_or(text)
        }
        Reading::Dotted => {
            text.split(|c: char| !c.is_ascii_digit() && c != '.').find(is_dotted).unwrap_or(text)
        }
        Reading::Plain | Reading::Not | Reading::Count => text,
    };
    let shown = || Excerpt::new(text, cleaner).as_str().to_owned();
    match kind {
        Kind::Text => Ok(shown()),
        Kind::Flag => match (flag(text), reading) {
            (Some(flag), Reading::Not) => Ok((!flag).to_string()),
            (Some(flag), _) => Ok(flag.to_string()),
            (None, _) => Err(format!("\"{}\" is neither yes nor no", shown())),
        },
        Kind::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(text.to_owned()),
            _ => Err(format!("\"{}\" is no number", shown())),
        },
        Kind::Version => BuildVersion::parse(text)
            .map(|version| version.to_string())
            .map_err(|error| format!("{error} (\"{}\")", shown())),
        Kind::Moment => moment::parse(text)
            .map(|moment| moment.to_string())
            .map_err(|error| format!("{error} (\"{}\")", shown())),
    }
}

/// Whether a text is numbers with dots between them, two at least.
fn is_dotted(text: &&str) -> bool {
    let mut parts = text.split('.');
    parts.clone().count() > 1 && parts.all(|part| !part.is_empty())
}

/// Any usual word for yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "on" | "enabled" => Some(true),
        "false" | "no" | "0" | "off" | "disabled" => Some(false),
        _ => None,
    }
}

/// Adds a sighting of a fact to those before it.
pub(super) fn join(onto: &mut Told, path: &str, sighting: Observed<String>) {
    let joined = match onto.remove(path) {
        Some(earlier) => earlier.or(sighting),
        None => sighting,
    };
    onto.insert(path.to_owned(), joined);
}

/// Adds all sightings of one record to those before them.
pub(super) fn merge(onto: &mut Told, more: Told) {
    for (path, sighting) in more {
        join(onto, &path, sighting);
    }
}

/// Adds the items of a list to those of another export; an item of the same name is the same thing.
pub(super) fn merge_items(onto: &mut Observed<Vec<Item>>, more: Observed<Vec<Item>>) {
    let (Observed::Known { value, sources, .. }, Observed::Known { value: items, sources: places, .. }) =
        (&mut *onto, &more)
    else {
        let earlier = std::mem::take(onto);
        *onto = earlier.or(more);
        return;
    };
    // Of several items of one name the first is the one that others are laid on. Items without a name are never the same.
    let mut places_of: BTreeMap<String, usize> = BTreeMap::new();
    for (index, item) in value.iter().enumerate().filter(|(_, item)| !item.name.is_empty()) {
        places_of.entry(item.name.to_ascii_lowercase()).or_insert(index);
    }
    for item in items {
        let key = item.name.to_ascii_lowercase();
        if let Some(one) = places_of.get(&key).and_then(|index| value.get_mut(*index)) {
            merge(&mut one.facts, item.facts.clone());
            continue;
        }
        if !key.is_empty() {
            places_of.insert(key, value.len());
        }
        value.push(item.clone());
    }
    sources.extend(places.iter().cloned());
}
