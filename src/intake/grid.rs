//! Reader of tables with one object a row: REST objects saved with `Export-Csv`, or the grid of a report. The column
//! heads identify the export, as the keys of a JSON object do.

use super::facts::Facts;
use super::powershell::is_unwritten;
use super::records::Records;
use super::reported::{extract_facts, heads};
use super::table::{Row, RowSink, head, is_no_data};
use super::{Parsed, Source, malformed};
use crate::knowledge::Export;
use crate::model::location::CellPos;
use crate::parsers::left_out_note;
use std::collections::BTreeSet;

/// A table while its rows are read.
pub(super) struct Reader<'k> {
    cx: Source<'k>,
    export: &'k Export,
    header: Row,
    /// Columns of the export's fields, with those of the records they go to.
    columns: Vec<(usize, usize)>,
    records: Records,
    /// Heads of columns in which lists are that were not written out.
    unwritten: BTreeSet<String>,
}

/// Takes the header of an export: its heads are all there; of an export that is identified by few and common heads there are no
/// others, and two at least.
pub(super) fn start<'k>(cx: Source<'k>, row: &Row) -> Option<Reader<'k>> {
    let there: BTreeSet<String> = row.cells().map(head).filter(|head| !head.is_empty()).collect();
    let fits = |export: &&Export| {
        let reported = !export.identified_by.is_empty()
            && export.identified_by.iter().all(|name| there.contains(&head(name)));
        let tells = export.fields.iter().any(|field| field.fact.is_some());
        reported && tells && (!export.closed || (there.len() > 1 && there.is_subset(&heads(export))))
    };
    // Of equals the first in order of id.
    let export =
        cx.knowledge.exports.iter().filter(fits).rev().max_by_key(|export| export.identified_by.len())?;
    let mut records = Records::new(row.origin(cx.input), heads(export));
    let columns = row.cells().enumerate().filter_map(|(column, head)| Some((column, records.column(head)?)));
    let columns = columns.collect();
    Some(Reader { cx, export, header: row.clone(), columns, records, unwritten: BTreeSet::new() })
}

impl RowSink for Reader<'_> {
    fn add(&mut self, row: &Row) {
        // A grid repeats its header on every page.
        if row.record == self.header.record || is_no_data(row) {
            return;
        }
        let record = self.records.begin(CellPos::Row(row.number));
        for (column, onto) in &self.columns {
            let text = row.cell(*column);
            if is_unwritten(text) {
                self.unwritten.insert(self.header.cell(*column).to_owned());
            } else {
                self.records.put(record, *onto, text, row.spot(*column));
            }
        }
    }
}

impl Reader<'_> {
    /// What the table reports, with the title of its export.
    pub(super) fn finish(self) -> (Parsed<Vec<Facts>>, Vec<String>) {
        let mut parsed = Parsed::<Vec<Facts>>::default();
        let titles = vec![self.export.title.clone()];
        let place = self.header.place(self.cx.input);
        // A grid may be filtered, and a query may fail: a header alone does not say that there is none.
        if self.records.len() == 0 {
            let text = format!("{place} has the header of {} and no row below it.", self.export.title);
            parsed.problems.push(malformed(text));
            return (parsed, titles);
        }
        let reported = extract_facts(self.export, self.records, place, self.cx);
        parsed.value.push(Facts::Reported(reported));
        let known = heads(self.export);
        parsed.notes.extend(left_out_note(
            self.header.cells().filter(|name| !known.contains(&head(name))),
            self.cx.sanitizer,
        ));
        parsed.notes.extend(self.unwritten.iter().map(|name| {
            format!(
                "\"{}\" holds lists that were not written out, and does not count: save the answer as JSON.",
                self.cx.shown(name)
            )
        }));
        (parsed, titles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{source, tables};
    use crate::model::items::Item;

    fn read(text: &str) -> Option<Parsed<Vec<Facts>>> {
        Some(tables::read(source("saved.csv"), text.as_bytes()).unwrap()?.parsed)
    }

    #[test]
    fn objects_saved_as_a_table_tell_what_they_tell_as_json() {
        let text = "#TYPE Selected\n\"engineId\",\"friendlyName\",\"connectionStatus\",\"siteName\",\"secrets\",\"Owner\"\n\
            \"1\",\"E1\",\"Online\",\"Local\",\"System.Object[]\",\"me\"\n\"2\",\"E2\",\"Offline\",\"System.Object[]\",\"\",\"\"\n";
        let parsed = read(text).unwrap();
        let [Facts::Reported(reported)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        let engines = reported.lists["engine"].value().unwrap();
        assert_eq!(engines.iter().map(Item::name).collect::<Vec<_>>(), ["E1", "E2"]);
        let connection = engines.iter().nth(1).unwrap().fact("engine.connection");
        assert_eq!(connection.value().unwrap(), "Offline");
        assert_eq!(connection.place().unwrap().to_string(), "saved.csv C4");
        assert_eq!(
            parsed.notes,
            [
                "Fields this program does not know were left out: \"Owner\", \"secrets\".",
                "\"siteName\" holds lists that were not written out, and does not count: save the answer as JSON.",
            ]
        );
    }

    #[test]
    fn few_and_common_heads_need_their_own_company() {
        assert!(read("Enabled\ntrue\n").is_none());
        assert!(read("Version,Author\n11.7.000049,me\n").is_none());
        let parsed = read("Version;IsLatest\n11.7.000049;True\n").unwrap();
        let [Facts::Reported(reported)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(reported.cluster["product.answering-version"].value().unwrap(), "11.7.000049");
    }

    #[test]
    fn a_header_alone_does_not_say_that_there_is_none() {
        let parsed = read("EngineId,ConnectionStatus\n").unwrap();
        assert!(parsed.value.is_empty());
        assert!(parsed.problems[0].text.contains("no row below it"), "{:?}", parsed.problems);
    }
}
