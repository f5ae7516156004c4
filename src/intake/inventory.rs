//! Reader of `inventory.xlsx` (or one sheet of it as CSV) and writer of the empty one: expected nodes, load balancer,
//! contacts.

use super::facts::Facts;
use super::records::Records;
use super::reported::{extract_facts, heads};
use super::table::{Row, RowSink, head};
use super::{Parsed, Source, malformed};
use crate::knowledge::Export;
use crate::model::Role;
use crate::model::cluster::Contact;
use crate::model::host_name::{is_name, visible};
use crate::model::location::CellPos;
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use std::collections::BTreeMap;

/// The export of the knowledge that says which facts of the load balancer count.
const BALANCER: &str = "inventory-balancer";

/// Roles that a node may have.
const ROLES: [Role; 4] = [Role::Serving, Role::Dr, Role::Standby, Role::Mirror];

/// Heads of the sheets.
const NODES: [&str; 4] = ["Node", "Role", "Site", "Notes"];
const CONTACTS: [&str; 3] = ["Contact", "Task", "Reached by"];
const FACTS: [&str; 2] = ["Load balancer", "Answer"];

/// Rows of the sheet on the load balancer, with the words a person may choose from; without any, text is free.
const ROWS: [(&str, &[&str]); 5] = [
    ("Session affinity", &["none", "cookie", "source address", "other"]),
    ("Health probe path", &[]),
    ("Client IP header", &[]),
    ("Custom URL", &[]),
    ("TLS ends at", &["load balancer", "nodes", "both"]),
];

/// Most nodes of an inventory.
const MAX_NODES: usize = 1_000;

/// Most contacts of an inventory that are shown.
const MAX_CONTACTS: usize = 10;

/// Which nodes a person says there are.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// Name of the input.
    pub input: String,
    /// Names with their roles; a role that was left empty is not stated.
    pub nodes: BTreeMap<String, Option<Role>>,
}

/// Which sheet is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sheet {
    Nodes,
    Balancer,
    Contacts,
}

/// A sheet while its rows are read.
pub(super) struct Reader<'k> {
    cx: Source<'k>,
    sheet: Sheet,
    rows: Vec<Row>,
}

/// Takes the header of a sheet of the inventory.
pub(super) fn start<'k>(cx: Source<'k>, row: &Row) -> Option<Reader<'k>> {
    let is =
        |heads: &[&str]| heads.iter().take(2).enumerate().all(|(at, name)| head(row.cell(at)) == head(name));
    let sheet = [(Sheet::Nodes, &NODES[..]), (Sheet::Balancer, &FACTS[..]), (Sheet::Contacts, &CONTACTS[..])];
    let (sheet, _) = sheet.into_iter().find(|(_, heads)| is(heads))?;
    Some(Reader { cx, sheet, rows: Vec::new() })
}

impl RowSink for Reader<'_> {
    fn add(&mut self, row: &Row) {
        if self.rows.len() <= MAX_NODES && !row.cell(0).is_empty() && !row.cell(0).starts_with('#') {
            self.rows.push(row.clone());
        }
    }
}

impl Reader<'_> {
    /// What the sheet says.
    pub(super) fn finish(self) -> Parsed<Vec<Facts>> {
        let mut parsed = Parsed::<Vec<Facts>>::default();
        let Source { input, knowledge, .. } = self.cx;
        match self.sheet {
            Sheet::Nodes => {
                let mut nodes = BTreeMap::new();
                for row in &self.rows {
                    let (name, word) = (row.cell(0), row.cell(1).to_lowercase());
                    let role = ROLES.into_iter().find(|role| role.word() == word);
                    if !is_name(name) || (role.is_none() && !word.is_empty()) {
                        let text = format!(
                            "{} has no usable machine name, or a role other than serving, dr, standby and mirror; the row does not count.",
                            row.place(input)
                        );
                        parsed.problems.push(malformed(text));
                        continue;
                    }
                    nodes.insert(visible(name), role);
                }
                // A row that does not count may be a node: then nobody says who all the nodes are.
                if parsed.problems.is_empty() && !nodes.is_empty() {
                    parsed.value.push(Facts::Inventory(Inventory { input: input.to_owned(), nodes }));
                }
            }
            Sheet::Balancer => {
                let Some(export) = knowledge.exports.iter().find(|export: &&Export| export.id == BALANCER)
                else {
                    return parsed;
                };
                let Some(first) = self.rows.first() else { return parsed };
                let mut records = Records::new(first.origin(input), heads(export));
                let record = records.begin(CellPos::Row(first.number));
                for row in self.rows.iter().filter(|row| !row.cell(1).is_empty()) {
                    if let Some(column) = records.column(row.cell(0)) {
                        records.put(record, column, row.cell(1), row.spot(1));
                    }
                }
                let reported = extract_facts(export, records, first.place(input), self.cx);
                parsed.value.push(Facts::Reported(reported));
            }
            Sheet::Contacts => {
                let contacts = self.rows.iter().take(MAX_CONTACTS).map(|row| Contact {
                    name: self.cx.shown(row.cell(0)),
                    task: self.cx.shown(row.cell(1)),
                    reached_by: self.cx.shown(row.cell(2)),
                });
                parsed.value.extend((!self.rows.is_empty()).then(|| Facts::Contacts(contacts.collect())));
                if self.rows.len() > MAX_CONTACTS {
                    parsed.notes.push(format!(
                        "It names more than {MAX_CONTACTS} contacts; the first of them are shown."
                    ));
                }
            }
        }
        parsed
    }
}

/// An empty inventory to fill in, as an XLSX workbook.
pub fn template() -> Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let mut workbook = Workbook::new();
    // Equal templates have equal bytes: the library would write the time of day.
    workbook
        .set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 11, 22)?));
    let mut sheet = |name: &str, how: &str, heads: &[&str]| -> Result<(), XlsxError> {
        let sheet = workbook.add_worksheet().set_name(name)?;
        sheet.write(0, 0, how)?;
        for (column, head) in (0u16..).zip(heads) {
            sheet.write_with_format(1, column, *head, &bold)?;
            sheet.set_column_width(column, 26)?;
        }
        sheet.set_freeze_panes(2, 0)?;
        if name == "nodes" {
            let roles = DataValidation::new().allow_list_strings(&ROLES.map(Role::word))?;
            sheet.add_data_validation(2, 1, 200, 1, &roles)?;
        }
        if name == "load balancer" {
            for (row, (label, words)) in (2u32..).zip(ROWS) {
                sheet.write(row, 0, label)?;
                if !words.is_empty() {
                    let choice = DataValidation::new().allow_list_strings(words)?;
                    sheet.add_data_validation(row, 1, row, 1, &choice)?;
                }
            }
        }
        Ok(())
    };
    sheet(
        "nodes",
        "One row for every machine that runs the product against this database; no others.",
        &NODES,
    )?;
    sheet("load balancer", "Leave empty what you do not know.", &FACTS)?;
    sheet("contacts", "People to contact; at most ten are shown.", &CONTACTS)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{source, tables};

    fn read(bytes: &[u8]) -> Parsed<Vec<Facts>> {
        tables::read(source("inventory.xlsx"), bytes).unwrap().unwrap().parsed
    }

    #[test]
    fn the_template_is_read_and_says_nothing() {
        let parsed = read(&template().unwrap());
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let [Facts::Reported(reported)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert!(reported.cluster.is_empty());
        let export = source("").knowledge.exports.iter().find(|export| export.id == BALANCER).unwrap();
        for (label, _) in ROWS {
            assert!(
                export.fields.iter().any(|field| field.heads.iter().any(|one| head(one) == head(label))),
                "{label}"
            );
        }
    }

    #[test]
    fn nodes_roles_and_what_the_balancer_does() {
        let parsed = read(b"Node,Role,Site,Notes\nWEB01,serving,,\nDR01,DR,far,\nWEB02,,,\n");
        let [Facts::Inventory(inventory)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        let roles: Vec<_> = inventory.nodes.iter().map(|(name, role)| (name.as_str(), *role)).collect();
        assert_eq!(roles, [("DR01", Some(Role::Dr)), ("WEB01", Some(Role::Serving)), ("WEB02", None)]);
        let parsed = read(b"Load balancer;Answer\nSession affinity;cookie\nHealth probe path;\n");
        let [Facts::Reported(reported)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(reported.cluster["balancer.affinity"].value().unwrap(), "cookie");
        assert_eq!(reported.cluster["balancer.affinity"].place().unwrap().to_string(), "inventory.xlsx B2");
        assert!(!reported.cluster.contains_key("balancer.health-probe"), "left empty is not said");
    }

    #[test]
    fn ten_contacts_are_kept_and_more_are_said() {
        let parsed = read(b"Contact,Task,Reached by\nJ. Doe,Database,+49 69 5550100\nNetwork team,,\n");
        let [Facts::Contacts(contacts)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        let contact = |name: &str, task: &str, reached_by: &str| Contact {
            name: name.into(),
            task: task.into(),
            reached_by: reached_by.into(),
        };
        assert_eq!(
            *contacts,
            [contact("J. Doe", "Database", "+49 69 5550100"), contact("Network team", "", "")]
        );
        let parsed = read(format!("Contact,Task\n{}", "J. Doe,all\n".repeat(11)).as_bytes());
        assert!(matches!(parsed.value.as_slice(), [Facts::Contacts(ten)] if ten.len() == 10));
        assert_eq!(parsed.notes, ["It names more than 10 contacts; the first of them are shown."]);
    }

    #[test]
    fn a_row_that_does_not_count_leaves_the_nodes_open() {
        let parsed = read(b"Node,Role\nWEB01,boss\n");
        assert!(parsed.value.is_empty() && parsed.problems[0].text.contains("a role other than"));
    }
}
