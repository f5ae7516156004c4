//! Reader of results of the queries of `clusterbrief sql`. Every row has marker, item, fact and value, so header,
//! delimiter and file name do not matter, and one sheet may hold the results of several queries.

use super::facts::Facts;
use super::records::Records;
use super::reported::{extract_facts, heads};
use super::table::{Row, RowSink, head};
use super::{Parsed, Source, malformed, version_table};
use crate::knowledge::Export;
use crate::knowledge::exports::About;
use crate::model::input::{Problem, ProblemKind};
use crate::model::items::Cell;
use crate::model::location::CellPos;
use crate::model::{Location, Observed};
use std::collections::{BTreeMap, BTreeSet};

/// What every marker begins with.
const MARKER: &str = "clusterbrief:";

/// The fact that says whether the query ran in the product's database.
const SEES: &str = "seestbversion";

/// The fact that says how many items there are, so that a result that was cut is seen.
const ITEMS: &str = "items";

/// The head under which the name of an item is kept.
const ITEM: &str = "item";

/// The fact of a row of the version history.
const UPGRADED: &str = "upgraded";

/// Results while their rows are read.
pub(super) struct Reader<'k> {
    cx: Source<'k>,
    /// The results, the one of the last row last: rows of a result mostly follow each other.
    results: Vec<QueryResult<'k>>,
    /// Markers of no query this program knows.
    unknown: BTreeSet<String>,
}

/// One result.
#[derive(Debug)]
struct QueryResult<'k> {
    export: &'k Export,
    marker: &'k str,
    /// Where it begins.
    place: Location,
    records: Records,
    /// The column of names.
    names: usize,
    /// The record of each item, by the number of its name; and of what is without one.
    of_item: Vec<usize>,
    of_none: Option<usize>,
    /// What the row without an item says: facts of the query itself.
    reported: BTreeMap<String, String>,
}

/// The column of a row's marker, such as `clusterbrief:jobs:1`.
fn marker(row: &Row) -> Option<usize> {
    row.cells().take(8).position(|cell| {
        let rest = cell.strip_prefix(MARKER).and_then(|rest| rest.rsplit_once(':'));
        rest.is_some_and(|(id, edition)| {
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && edition.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

/// Takes the first row of a result.
pub(super) fn start<'k>(cx: Source<'k>, row: &Row) -> Option<Reader<'k>> {
    marker(row)?;
    let mut reader = Reader { cx, results: Vec::new(), unknown: BTreeSet::new() };
    reader.add(row);
    Some(reader)
}

impl RowSink for Reader<'_> {
    fn add(&mut self, row: &Row) {
        let is_last = self.results.last().is_some_and(|result| result.marker == row.cell(0));
        let Some(column) = is_last.then_some(0).or_else(|| marker(row)) else { return };
        if !is_last && !self.turn_to(row, column) {
            return;
        }
        let Some(result) = self.results.last_mut() else { return };
        let (item, fact, value) = (row.cell(column + 1), row.cell(column + 2), row.cell(column + 3));
        result.add(item, fact, value, row.spot(column + 3));
    }
}

impl<'k> Reader<'k> {
    /// Puts the result of a row's marker last; says whether its query is known.
    fn turn_to(&mut self, row: &Row, column: usize) -> bool {
        let marker = row.cell(column);
        if let Some(at) = self.results.iter().position(|result| result.marker == marker) {
            let result = self.results.remove(at);
            self.results.push(result);
            return true;
        }
        let of =
            |export: &'k Export| Some((export, export.marker.as_deref().filter(|known| *known == marker)?));
        let Some((export, marker)) = self.cx.knowledge.exports.iter().find_map(of) else {
            if self.unknown.len() < 10 {
                self.unknown.insert(marker.to_owned());
            }
            return false;
        };
        let mut columns = heads(export);
        columns.extend([ITEM, UPGRADED].map(str::to_owned));
        let names = columns.iter().position(|head| head == ITEM).unwrap_or_default();
        self.results.push(QueryResult {
            export,
            marker,
            place: row.place(self.cx.input),
            records: Records::new(row.origin(self.cx.input), columns),
            names,
            of_item: Vec::new(),
            of_none: None,
            reported: BTreeMap::new(),
        });
        true
    }
}

impl QueryResult<'_> {
    fn add(&mut self, item: &str, fact: &str, value: &str, spot: CellPos) {
        // SQL tools write a null as the word.
        let value = if value == "NULL" { "" } else { value };
        if item.is_empty() {
            let key = head(fact);
            if matches!(key.as_str(), SEES | ITEMS) {
                self.reported.insert(key, value.to_owned());
                return;
            }
        }
        let record = self.record(item, spot);
        // The name is no fact of the item.
        if let Some(column) = self.records.column(fact).filter(|column| *column != self.names) {
            self.records.put(record, column, value, spot);
        }
    }

    /// The record of an item, begun where it is new. Every row of a history is one of its own.
    fn record(&mut self, item: &str, spot: CellPos) -> usize {
        let number = if item.is_empty() { None } else { self.records.number(self.names, item) };
        let earlier = match number {
            Some(number) => usize::try_from(number).ok().and_then(|number| self.of_item.get(number)).copied(),
            None => self.of_none,
        };
        if let Some(record) = earlier.filter(|_| self.export.id != VERSIONS) {
            return record;
        }
        let record = self.records.begin(spot);
        match number {
            Some(text) => {
                self.records.set(record, self.names, Cell { text, spot });
                // A new name has the next number.
                self.of_item.push(record);
            }
            None => self.of_none = Some(record),
        }
        record
    }

    /// What is wrong with the result as a whole: an error when it does not count.
    fn check(&self, input: &str) -> Result<(), (ProblemKind, String)> {
        let id = &self.export.id;
        if self.reported.get(SEES).is_some_and(|word| word.eq_ignore_ascii_case("no")) {
            let text = format!(
                "{input} contains a result of the query {id} from a database without tbVersion: that is not the \
                 product's database, so the result does not count. Run the query in that database."
            );
            return Err((ProblemKind::Foreign, text));
        }
        if self.export.about != About::List && self.export.id != VERSIONS {
            return Ok(());
        }
        // Each has a name, and so a record of its own.
        let came = self.of_item.len();
        let has = match self.reported.get(ITEMS).and_then(|items| items.parse::<usize>().ok()) {
            Some(items) if items == came => return Ok(()),
            Some(items) => format!("has {came} of the {items} items that the query {id} found"),
            None => format!("has no row that says how many items the query {id} found"),
        };
        let text = format!("{input} {has}, so they do not count. Save the whole result.");
        Err((ProblemKind::Malformed, text))
    }
}

/// The query whose result is a version history.
const VERSIONS: &str = "versions";

impl Reader<'_> {
    /// What the results report, with the titles of their exports.
    pub(super) fn finish(mut self) -> (Parsed<Vec<Facts>>, Vec<String>) {
        self.results.sort_by_key(|result| &result.export.id);
        let mut parsed = Parsed::<Vec<Facts>>::default();
        let mut titles = Vec::new();
        let cx = self.cx;
        for marker in &self.unknown {
            let marker = cx.shown(marker);
            parsed.problems.push(malformed(format!(
                "{} contains rows of a query that this program does not know (\"{marker}\"): print the queries again with \"clusterbrief sql\".",
                cx.input
            )));
        }
        for result in self.results {
            titles.push(result.export.title.clone());
            let whole = result.check(cx.input);
            if let Err((kind, text)) = &whole {
                parsed.problems.push(Problem { kind: *kind, member: None, text: text.clone() });
            }
            match whole {
                Err((ProblemKind::Foreign, _)) => {}
                whole if result.export.id == VERSIONS => {
                    if whole.is_ok() {
                        let history = parsed.absorb(version_table::of_records(cx, &result.records));
                        parsed.value.push(Facts::History(history));
                    }
                }
                whole => {
                    let place = result.place.clone();
                    let mut reported = extract_facts(result.export, result.records, place.clone(), cx);
                    if let Err((_, why)) = whole {
                        for list in reported.lists.values_mut() {
                            *list = Observed::unreadable(place.clone(), why.trim_end_matches('.'));
                        }
                    }
                    reported.query = Some(result.export.id.clone());
                    parsed.value.push(Facts::Reported(reported));
                }
            }
        }
        (parsed, titles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{NoSanitize, source, table};
    use crate::model::export::ReportedFields;
    use crate::model::items::Item;

    fn read(text: &str) -> (Parsed<Vec<Facts>>, Vec<String>) {
        let sheets = table::read(text.as_bytes(), &NoSanitize, |row| start(source("q.csv"), row)).unwrap();
        let [sheet] = sheets.try_into().unwrap_or_else(|_| panic!("one table"));
        sheet.sink.unwrap().finish()
    }

    fn reported(parsed: &Parsed<Vec<Facts>>) -> &super::super::reported::ReportedFacts {
        let [Facts::Reported(reported)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        reported
    }

    fn value<'t>(reported: &'t ReportedFields, path: &str) -> Option<&'t str> {
        reported[path].value().map(String::as_str)
    }

    const DATABASE: &str = "clusterbrief:database:1,,asked at,2026-11-20 10:00:00.0000000 +01:00
clusterbrief:database:1,,sees tbVersion,yes
clusterbrief:database:1,,compatibility level,130
clusterbrief:database:1,,mirroring role,none
clusterbrief:database:1,,merge published,not visible
clusterbrief:database:1,,read only,no
";

    #[test]
    fn neither_header_nor_delimiter_nor_order_matters() {
        let mut lines: Vec<&str> = DATABASE.lines().collect();
        lines.reverse();
        let turned = lines.join("\n");
        let renamed = format!("A,B,C,D\n{DATABASE}");
        let quoted = DATABASE.replace(',', "\";\"").replace('\n', "\"\r\n\"");
        let numbered = format!("1\t{}", DATABASE.trim_end().replace(',', "\t").replace('\n', "\n1\t"));
        for text in [DATABASE, &turned, &renamed, &format!("\"{}", quoted.trim_end_matches('"')), &numbered] {
            let (parsed, titles) = read(text);
            let reported = reported(&parsed);
            assert_eq!(value(&reported.cluster, "database.compatibility-level"), Some("130"), "{text}");
            assert_eq!(value(&reported.cluster, "database.read-only"), Some("false"));
            assert_eq!(value(&reported.cluster, "asked.database"), Some("2026-11-20 09:00:00 UTC"));
            assert!(reported.cluster["database.mirroring-role"].is_absent());
            let why = reported.cluster["database.merge-published"].why_unknown().unwrap();
            assert!(why.contains("not yes or no"), "{why}");
            assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
            assert_eq!(titles, ["the state of the database (query database)"]);
        }
        let place = reported(&read(DATABASE).0).cluster["database.read-only"].place().unwrap().to_string();
        assert_eq!(place, "q.csv D6");
    }

    const JOBS: &str = "clusterbrief:jobs:1;;items;2
clusterbrief:jobs:1;;sees tbVersion;yes
clusterbrief:jobs:1;A #1;state;WAITING
clusterbrief:jobs:1;B #1;state;ERROR
clusterbrief:jobs:1;A #1;minutes late;0
";

    #[test]
    fn items_are_told_and_none_found_differs_from_a_cut_result() {
        let (parsed, _) = read(JOBS);
        let jobs = reported(&parsed).lists["job"].value().unwrap();
        assert_eq!(jobs.iter().map(Item::name).collect::<Vec<_>>(), ["A #1", "B #1"]);
        assert_eq!(
            jobs.iter().next().unwrap().fact("job.minutes-late").value().map(String::as_str),
            Some("0")
        );
        let none = "clusterbrief:jobs:1;;items;0\nclusterbrief:jobs:1;;asked at;2026-11-20 10:00:00\n";
        assert_eq!(reported(&read(none).0).lists["job"].value().unwrap().len(), 0);
        for (cut, says) in [
            (
                JOBS.lines().take(3).collect::<Vec<_>>().join("\n"),
                "has 1 of the 2 items that the query jobs found",
            ),
            (JOBS.lines().skip(1).collect::<Vec<_>>().join("\n"), "has no row that says how many items"),
        ] {
            let (parsed, _) = read(&cut);
            assert!(parsed.problems[0].text.contains(says), "{:?}", parsed.problems);
            assert!(reported(&parsed).lists["job"].is_unknown());
        }
    }

    #[test]
    fn a_result_of_another_database_does_not_count() {
        let (parsed, _) = read(&DATABASE.replace("sees tbVersion,yes", "sees tbVersion,no"));
        assert!(parsed.value.is_empty());
        let [problem] = parsed.problems.as_slice() else { panic!("{:?}", parsed.problems) };
        assert_eq!(problem.kind, ProblemKind::Foreign);
        assert!(problem.text.contains("from a database without tbVersion"), "{}", problem.text);
    }

    #[test]
    fn results_of_several_queries_in_one_file_and_one_of_the_future() {
        let history = "clusterbrief:versions:1,,items,2\nclusterbrief:versions:1,11.7.000049,Upgraded,2026-11-20 08:00:00.000\n\
            clusterbrief:versions:1,11.6.000001,Upgraded,none\nclusterbrief:moon:9,,phase,full\n";
        let (parsed, titles) = read(&format!("{DATABASE}{history}"));
        assert_eq!(titles.len(), 2);
        let [Facts::Reported(_), Facts::History(history)] = parsed.value.as_slice() else {
            panic!("{parsed:?}")
        };
        assert_eq!(history.rows.len(), 2);
        assert_eq!(history.current().unwrap().text, "11.7.000049");
        assert!(parsed.problems[0].text.contains("\"clusterbrief:moon:9\""), "{:?}", parsed.problems);
    }
}
