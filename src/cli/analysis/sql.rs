//! `sql`: the queries whose results the report reads.

use super::args::SqlArgs;
use super::{Exit, Failure, file, output};
use crate::knowledge::sql::{Query, queries};

pub(super) fn run(args: &SqlArgs) -> Result<Exit, Failure> {
    let mut queries = queries();
    for name in &args.queries {
        if !queries.iter().any(|query| query.id.eq_ignore_ascii_case(name)) {
            let ids: Vec<&str> = queries.iter().map(|query| query.id).collect();
            return Err(Failure::usage(format!(
                "there is no query {name}; the queries are {}",
                ids.join(", ")
            )));
        }
    }
    // In the order they were asked for; a name that comes twice is printed once.
    let place = |query: &Query| args.queries.iter().position(|name| query.id.eq_ignore_ascii_case(name));
    queries.retain(|query| args.queries.is_empty() || place(query).is_some());
    queries.sort_by_key(place);
    match &args.out {
        _ if args.list => output::print(&queries.iter().map(about).collect::<String>())?,
        Some(folder) => {
            for query in queries {
                file::write(&folder.join(format!("{}.sql", query.id)), query.text.as_bytes())?;
            }
        }
        None => {
            let texts: Vec<&str> = queries.iter().map(|query| query.text).collect();
            output::print(&texts.join("\n"))?;
        }
    }
    Ok(Exit::Success)
}

/// What a database administrator wants to know before running it.
fn about(query: &Query) -> String {
    let Query { id, tells, rights, never_reads, as_report, .. } = query;
    format!(
        "{id}\n  returns             {tells}\n  rights              {rights}\n  never reads         {never_reads}\n  \
         as a custom report  {as_report}\n\n"
    )
}
