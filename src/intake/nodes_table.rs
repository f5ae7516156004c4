//! Reader of a node list as a table: copied from the Server Nodes page where the REST call is missing, or the REST
//! answer as CSV.

use super::node_row::{self, Field, Fields};
use super::table::{Row, RowSink, TableError, head, is_no_data};
use super::{Parsed, Source, moment, nodes_json::MAX_NODES};
use crate::model::export::NodeList;

/// What begins a row that is a remark.
const REMARK: char = '#';

/// The template that a person fills in from *Admin > Server Nodes*: what that page shows of a node, and one example, which
/// does not count as it begins with `#`.
pub fn nodes_template() -> String {
    let columns =
        "Machine Name,Version,Database,In Cluster,Background Worker,Engine Worker,Session Recording Worker";
    let example = "# WEB01,11.7.000049,SQL01\\SecretServer,yes,yes,yes,no,no,2026-11-20 10:12:33,";
    format!("{columns},Maintenance Mode,Last Connected,Error\n{example}\n")
}

/// The header of a node list: heads by column.
pub(super) fn header(row: &Row) -> Option<Vec<String>> {
    let heads: Vec<String> = row.cells().map(head).collect();
    let remark = row.cell(0).starts_with(REMARK);
    (!remark && node_row::is_node_list(heads.iter().map(String::as_str))).then_some(heads)
}

/// A copied node list while its rows are read.
#[derive(Debug)]
pub(super) struct Reader {
    heads: Vec<String>,
    header: Row,
    rows: Vec<Row>,
}

/// Takes the header of a node list.
pub(super) fn start(row: &Row) -> Option<Reader> {
    Some(Reader { heads: header(row)?, header: row.clone(), rows: Vec::new() })
}

impl RowSink for Reader {
    fn add(&mut self, row: &Row) {
        // A grid repeats its header on every page; footers have no other cell.
        let counts =
            !row.cell(0).starts_with(REMARK) && header(row).is_none() && row.filled() > 1 && !is_no_data(row);
        // One more than the limit, so that it can be reported.
        if counts && self.rows.len() <= MAX_NODES {
            self.rows.push(row.clone());
        }
    }
}

impl Reader {
    /// The list.
    pub(super) fn finish(self, cx: Source) -> Result<Parsed<NodeList>, TableError> {
        if self.rows.len() > MAX_NODES {
            return Err(TableError::TooManyNodes);
        }
        let connected =
            self.heads.iter().position(|head| node_row::heads("last connected").contains(&head.as_str()));
        let mut dates = moment::Column::default();
        for (row, column) in self.rows.iter().zip(connected.into_iter().cycle()) {
            dates.learn(row.cell(column), || row.cell_place(cx.input, column));
        }
        let read = |row: &Row| node_row::read(&self.fields(row, cx.input), row.place(cx.input), &dates, cx);
        let mut list = node_row::list(cx.input, self.rows.iter().map(read));
        if list.value.rows.is_empty() {
            list.notes.push("The table has no row of a node below its header.".to_owned());
        }
        list.notes.extend(dates.note());
        list.notes.extend(node_row::unknown_note(self.header.cells(), cx.sanitizer));
        Ok(list)
    }

    fn fields(&self, row: &Row, input: &str) -> Fields {
        // Of two columns of one head the first counts.
        let named = self.heads.iter().enumerate().rev().filter(|(_, head)| !head.is_empty());
        named
            .map(|(column, head)| {
                let text = Some(row.cell(column).to_owned()).filter(|text| !text.is_empty());
                (head.clone(), Field { text, place: row.cell_place(input, column) })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{NoSanitize, source, table};
    use crate::model::BuildVersion;

    fn parse(text: &str) -> Parsed<NodeList> {
        let [sheet] = table::read(text.as_bytes(), &NoSanitize, start).unwrap().try_into().unwrap();
        sheet.sink.unwrap().finish(source("nodes.csv")).unwrap()
    }

    #[test]
    fn the_template_is_read_and_its_example_does_not_count() {
        let parsed = parse(&nodes_template());
        assert!(parsed.value.rows.is_empty() && parsed.problems.is_empty());
        assert_eq!(parsed.notes, ["The table has no row of a node below its header."]);
        let example = parse(&nodes_template().replace("# ", ""));
        let row = &example.value.rows[0];
        assert_eq!(row.binary_version.value(), Some(&BuildVersion::new(11, 7, 49)));
        assert_eq!(row.background_worker.value(), Some(&true));
        assert_eq!(row.session_recording_worker.value(), Some(&false));
        assert_eq!(row.read_only.value(), Some(&false));
        assert_eq!(row.last_connected.value().unwrap().wall.to_string(), "2026-11-20 10:12:33");
        assert!(row.error_message.is_absent());
        assert_eq!(row.place.to_string(), "nodes.csv row 2");
        assert!(example.notes.is_empty(), "every column of the template is one we read");
    }

    #[test]
    fn what_a_person_left_out_is_not_a_fact() {
        let parsed = parse(
            "Machine Name;Version;In Cluster;Last Connected\nWEB02;11.7.000049;;03/04/2026 10:00\nweb01;?;maybe;\n\nTotal: 2;;;\n",
        );
        let [web01, web02] = parsed.value.rows.as_slice() else { panic!("{:?}", parsed.value) };
        assert_eq!(web02.in_cluster.why_unknown().unwrap(), "nodes.csv C2 leaves in cluster empty");
        assert!(web02.last_connected.why_unknown().unwrap().contains("could mean"));
        assert!(web01.in_cluster.why_unknown().unwrap().contains("not yes or no"));
        assert!(web01.database.why_unknown().unwrap().contains("no column for database"));
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    }

    #[test]
    fn the_rest_answer_as_csv() {
        let parsed = parse(
            "#TYPE System.Management.Automation.PSCustomObject\r\n\"nodeId\",\"machineName\",\"binaryVersion\",\"inCluster\"\r\n\"1\",\"WEB01\",\"11.7.000049\",\"True\"\r\n",
        );
        assert_eq!(parsed.value.rows[0].in_cluster.value(), Some(&true));
    }

    #[test]
    fn german_and_french_excel() {
        let german = "sep=;\r\nMachine Name;Version;In Cluster;Last Connected;Error\r\nWEB01;11.7.000049;WAHR;30.11.2026 09:15:00;Schl\u{fc}ssel fehlt\r\n\
            WEB02;'11.6.000001;FALSCH;46356,5;\r\n";
        let ansi: Vec<u8> = german.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let marked = format!("\u{feff}{german}").into_bytes();
        for bytes in [ansi, marked] {
            let [sheet] = table::read(&bytes, &NoSanitize, start).unwrap().try_into().unwrap();
            let parsed = sheet.sink.unwrap().finish(source("nodes.csv")).unwrap();
            let [web01, web02] = parsed.value.rows.as_slice() else { panic!("{parsed:?}") };
            assert_eq!((web01.in_cluster.value(), web02.in_cluster.value()), (Some(&true), Some(&false)));
            assert_eq!(web01.error_message.value().unwrap(), "Schl\u{fc}ssel fehlt");
            assert_eq!(web01.last_connected.value().unwrap().wall.to_string(), "2026-11-30 09:15:00");
            assert_eq!(web02.last_connected.value().unwrap().wall.to_string(), "2026-11-30 12:00:00");
            assert_eq!(web02.binary_version.value(), Some(&BuildVersion::new(11, 6, 1)));
            assert_eq!(web02.binary_version.place().unwrap().to_string(), "nodes.csv B4");
        }
        let french = parse(
            "Machine Name;Version;In Cluster;Last Connected\nWEB01;11.7.000049;VRAI;30/11/2026 09:15\nWEB02;11.7.000049;FAUX;\n",
        );
        assert_eq!(
            french.value.rows[0].last_connected.value().unwrap().wall.to_string(),
            "2026-11-30 09:15:00"
        );
        let either = parse("Machine Name;Version;Last Connected\nWEB01;11.7.000049;03/04/2026 09:15\n");
        assert!(either.value.rows[0].last_connected.is_unknown());
    }
}
