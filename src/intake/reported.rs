//! Maps export records (JSON objects or table rows) to facts by path.

use super::moment;
use super::records::Records;
use super::table::head;
use crate::intake::Source;
use crate::knowledge::exports::{About, Export, Field, FieldParser};
use crate::knowledge::facts::{Entity, Fact, Kind};
use crate::model::excerpt::Excerpt;
use crate::model::export::ReportedFields;
use crate::model::items::{CellValue, Column, Items, Table};
use crate::model::node::Clocks;
use crate::model::{BuildVersion, Location, Observed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one export reported.
#[derive(Debug, Clone, Default)]
pub struct ReportedFacts {
    /// Id of the query whose result it is: of several results of one query the newest counts.
    pub query: Option<String>,
    /// Of the cluster and its database.
    pub cluster: ReportedFields,
    /// Of nodes, by the name the export has for them.
    pub nodes: BTreeMap<String, ReportedNode>,
    /// Items by list; a list without items was read and is empty.
    pub lists: BTreeMap<String, Observed<Items>>,
}

/// What one export reported of a node.
#[derive(Debug, Clone, Default)]
pub struct ReportedNode {
    /// Of the node itself.
    pub own: ReportedFields,
    /// Of the cluster, as that node sees it: it counts only where the node is one of the case.
    pub cluster: ReportedFields,
    /// The node's clock against references.
    pub clocks: Clocks,
}

/// Extracts facts from the records of an export. A record of a node that names none reports facts only of the cluster.
pub(super) fn extract_facts(export: &Export, records: Records, at: Location, cx: Source) -> ReportedFacts {
    let mut reported = ReportedFacts::default();
    let names: Vec<String> = export.name.iter().map(|name| head(name)).collect();
    let names = records.under(&names, true);
    let names = Column { texts: Excerpt::texts_of(&names.texts, cx.sanitizer), cells: names.cells };
    let (mut columns, mut facts) = (Vec::new(), Vec::new());
    for field in &export.fields {
        let Some(fact) = field.fact.as_deref().and_then(|path| cx.knowledge.facts.get(path)) else {
            continue;
        };
        let column = column(export, field, fact, &records, cx);
        match fact.of {
            Entity::Item => facts.push((fact.path.clone(), column)),
            Entity::Cluster | Entity::Node => columns.push((fact, column)),
        }
    }
    // A list of items says nothing more, row by row, unless it has facts of the cluster.
    let says_more = export.about == About::Node || !columns.is_empty();
    for record in 0..if says_more { records.len() } else { 0 } {
        let name = names.get(record).map_or("", |(name, _)| &**name);
        let (mut of_cluster, mut of_node) = (ReportedFields::new(), ReportedFields::new());
        for (fact, column) in &columns {
            let Some((said, spot)) = column.get(record) else { continue };
            let onto = if fact.of == Entity::Cluster { &mut of_cluster } else { &mut of_node };
            join(onto, &fact.path, said.at(records.origin.place(spot)));
        }
        if export.about == About::Node && !name.is_empty() {
            let node = reported.nodes.entry(name.to_owned()).or_default();
            merge(&mut node.own, of_node);
            merge(&mut node.cluster, of_cluster);
        } else {
            // Beside its items, a list may report facts of the cluster.
            merge(&mut reported.cluster, of_cluster);
        }
    }
    if export.about == About::List {
        let items = Items::of(Table { origin: records.origin, rows: records.rows, names, facts });
        reported.lists.insert(export.list().to_owned(), Observed::known(items, at));
    }
    reported
}

/// Heads of everything that is known of an export, as they compare.
pub(super) fn heads(export: &Export) -> BTreeSet<String> {
    let fields = export.fields.iter().flat_map(|field| &field.heads);
    export.name.iter().chain(fields).map(|name| head(name)).collect()
}

/// What a query of ours writes where it looked and there is none.
const NONE: &str = "none";

/// What the records say in a field: every text is read once.
fn column(export: &Export, field: &Field, fact: &Fact, records: &Records, cx: Source) -> Column<CellValue> {
    let heads: Vec<String> = field.heads.iter().map(|name| head(name)).collect();
    let Column { texts, cells } = records.under(&heads, false);
    let plain = fact.kind == Kind::Text
        && matches!(field.read, FieldParser::Plain | FieldParser::Count | FieldParser::Names);
    let mut shown = if plain { Excerpt::texts_of(&texts, cx.sanitizer) } else { Vec::new() }.into_iter();
    let said = |text: &Arc<str>| {
        let shown = shown.next();
        match text.trim() {
            NONE if export.marker.is_some() => CellValue::Absent,
            // An empty text says that there is none; an empty flag, number or date says nothing.
            "" if fact.kind == Kind::Text => CellValue::Absent,
            "" => CellValue::Empty,
            text => shown
                .map_or_else(|| canonical(fact.kind, field.read, text, cx).map(Arc::from), Ok)
                .map_or_else(CellValue::Unreadable, CellValue::Value),
        }
    };
    Column { texts: texts.iter().map(said).collect(), cells }
}

/// A text in the form of its kind, or why it has none.
pub(super) fn canonical(kind: Kind, reading: FieldParser, text: &str, cx: Source) -> Result<String, String> {
    let entries;
    let text = match reading {
        // The names of a field that is read in both ways.
        FieldParser::Count if text.parse::<f64>().is_err() => {
            entries = text.split([',', ';']).count().to_string();
            &entries
        }
        // `4.8.4515` names no release: its last number is a revision.
        FieldParser::LastNumber => {
            text.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 6).unwrap_or(text)
        }
        FieldParser::Dotted => {
            text.split(|c: char| !c.is_ascii_digit() && c != '.').find(is_dotted).unwrap_or(text)
        }
        FieldParser::Plain | FieldParser::Not | FieldParser::Count | FieldParser::Names => text,
    };
    let shown = || cx.shown(text);
    match kind {
        Kind::Text => Ok(shown()),
        Kind::Flag => match (flag(text), reading) {
            (Some(flag), FieldParser::Not) => Ok((!flag).to_string()),
            (Some(flag), _) => Ok(flag.to_string()),
            (None, _) => Err(format!("\"{}\" is not yes or no", shown())),
        },
        Kind::Number => number(text).ok_or_else(|| format!("\"{}\" is no number", shown())),
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

/// Words for yes and no: those of tools, and what Excel and people write in German, French, Spanish and Italian.
const YES: [&str; 11] =
    ["true", "yes", "1", "on", "enabled", "wahr", "ja", "vrai", "oui", "verdadero", "vero"];
const NO: [&str; 10] = ["false", "no", "0", "off", "disabled", "falsch", "nein", "faux", "non", "falso"];

/// Any usual word for yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&YES) { Some(true) } else { is_one_of(&NO).then_some(false) }
}

/// A number in the form of this program: a comma before anything but three digits separates decimals.
fn number(text: &str) -> Option<String> {
    let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number(text) {
        return Some(text.to_owned());
    }
    let (whole, decimals) = text.split_once(',')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // 1,500 may be one and a half, or one thousand and five hundred.
    let is_clear = decimals.len() != 3 || matches!(whole, "0" | "-0");
    let dotted = format!("{whole}.{decimals}");
    (digits(whole.trim_start_matches('-')) && digits(decimals) && is_clear && is_number(&dotted))
        .then_some(dotted)
}

/// Adds a sighting of a fact to those before it.
pub(super) fn join(onto: &mut ReportedFields, path: &str, sighting: Observed<String>) {
    let joined = match onto.remove(path) {
        Some(earlier) => earlier.or(sighting),
        None => sighting,
    };
    onto.insert(path.to_owned(), joined);
}

/// Adds all sightings of one record to those before them.
pub(super) fn merge(onto: &mut ReportedFields, more: ReportedFields) {
    for (path, sighting) in more {
        join(onto, &path, sighting);
    }
}

/// Adds the items of a list to those of another export; an item of the same name is the same thing.
pub(super) fn merge_items(onto: &mut Observed<Items>, more: Observed<Items>) {
    match (&mut *onto, more) {
        (Observed::Known { value, sources, .. }, Observed::Known { value: items, sources: places, .. }) => {
            value.join(items);
            sources.extend(places);
        }
        (_, more) => *onto = std::mem::take(onto).or(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_of_other_languages() {
        for (text, meant) in
            [("WAHR", true), ("Vrai", true), ("ja", true), ("FALSCH", false), ("faux", false), ("Non", false)]
        {
            assert_eq!(flag(text), Some(meant), "{text}");
        }
        for text in ["", "maybe", "wahrscheinlich", "2"] {
            assert_eq!(flag(text), None, "{text}");
        }
        for (text, meant) in
            [("1,5", Some("1.5")), ("-12,25", Some("-12.25")), ("0,125", Some("0.125")), ("7", Some("7"))]
        {
            assert_eq!(number(text).as_deref(), meant, "{text}");
        }
        for text in ["1,500", "1.500,5", "1,5,5", ",5", "5,", "a,b", "NaN", ""] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
