//! The scripts and the queries of a kit: fixed texts, from which the lines that are not wanted are left out.

use super::selection::Selection;
use crate::knowledge::sql;
use std::collections::BTreeSet;

const REST: &str = include_str!("rest.ps1");
const RABBITMQ: &str = include_str!("rabbitmq.ps1");
const BEGIN: &str = "# begin of the list";
const END: &str = "# end of the list";

/// First line of the file of queries.
pub const QUERIES_HEAD: &str = "-- Queries of clusterbrief";

/// The paths that the script for the REST interface asks in this kit, in its order.
pub(super) fn rest_calls(selection: &Selection) -> Vec<&'static str> {
    let list = REST.lines().skip_while(|line| *line != BEGIN).take_while(|line| *line != END);
    list.filter_map(|line| {
        let mut words = line.trim().trim_matches('\'').split(' ');
        let (_, id, path) = (words.next()?, words.next()?, words.next()?);
        selection.rest.contains(id).then_some(path)
    })
    .filter(|path| path.starts_with('/'))
    .collect()
}

/// The ids that the list of a script has, in its order.
fn ids(script: &'static str) -> Vec<&'static str> {
    let list = script.lines().skip_while(|line| *line != BEGIN).take_while(|line| *line != END);
    list.filter_map(|line| {
        let mut words = line.trim().strip_prefix('\'')?.split(' ');
        let first = words.next()?;
        if matches!(first, "once" | "node") { words.next() } else { Some(first) }
    })
    .collect()
}

/// The exports that the script for the REST interface can ask for; `nodes` is the node list.
pub(super) fn rest_ids() -> Vec<&'static str> {
    ids(REST)
}

/// The exports that the script for the message bus can ask for.
pub(super) fn rabbitmq_ids() -> Vec<&'static str> {
    ids(RABBITMQ)
}

/// A script with the lines of its list that are wanted, and with what made it; line ends as Windows has them.
fn with(script: &'static str, wanted: &BTreeSet<String>) -> String {
    let (mut within, mut text) = (false, String::new());
    for line in script.lines() {
        within = (within || line == BEGIN) && line != END;
        let quoted = line.trim().strip_prefix('\'').filter(|_| within);
        let is_wanted = quoted.is_none_or(|entry| {
            let mut words = entry.split(' ');
            let first = words.next().unwrap_or_default();
            let id = if matches!(first, "once" | "node") { words.next().unwrap_or_default() } else { first };
            wanted.contains(id)
        });
        if is_wanted {
            text.push_str(
                &line.replace("$MadeBy = 'clusterbrief'", &format!("$MadeBy = '{}'", super::page::MADE_BY)),
            );
            text.push_str("\r\n");
        }
    }
    text
}

/// The script for the REST interface.
pub fn rest(selection: &Selection) -> String {
    with(REST, &selection.rest)
}

/// The script for the message bus.
pub fn rabbitmq(selection: &Selection) -> String {
    with(RABBITMQ, &selection.rabbitmq)
}

/// The queries in one file.
pub fn queries(selection: &Selection) -> String {
    let mut text = format!(
        "{QUERIES_HEAD}: each only reads. Run them in the database of Secret Server, and save all results as text.\n\
         -- sqlcmd -S SERVER -d DATABASE -E -W -s \";\" -w 65535 -u -i queries.sql -o queries-result.txt\n\
         -- Management Studio: Query, Results To, Results to Text; run; save the results as a file.\n\n"
    );
    for query in sql::queries().iter().filter(|query| selection.sql.contains(query.id)) {
        text.push_str(query.text.trim_end());
        text.push_str("\n;\n\n");
    }
    text.replace('\n', "\r\n")
}
