//! `sql`: the queries whose results the report reads.

use super::args::SqlArgs;
use super::{Exit, Failure, file, output};
use crate::knowledge::sql::{Query, queries};
use anyhow::anyhow;
use std::fmt::Write as _;

pub(super) fn run(args: &SqlArgs) -> Result<Exit, Failure> {
    let all = queries();
    let mut wanted: Vec<&Query> = Vec::new();
    for name in &args.queries {
        let Some(query) = all.iter().find(|query| query.id.eq_ignore_ascii_case(name)) else {
            let ids: Vec<&str> = all.iter().map(|query| query.id).collect();
            let error = anyhow!("there is no query {name}; there are {}", ids.join(", "));
            return Err(Failure::new(Exit::Usage, error));
        };
        if !wanted.contains(&query) {
            wanted.push(query);
        }
    }
    if args.queries.is_empty() {
        wanted.extend(&all);
    }
    match &args.out {
        _ if args.list => output::print(&list(&wanted))?,
        Some(folder) => {
            for query in wanted {
                file::write(&folder.join(format!("{}.sql", query.id)), query.text.as_bytes())?;
            }
        }
        None => {
            let texts: Vec<&str> = wanted.iter().map(|query| query.text).collect();
            output::print(&texts.join("\n"))?;
        }
    }
    Ok(Exit::Written)
}

/// What a database administrator wants to know before running them.
fn list(queries: &[&Query]) -> String {
    let mut text = String::new();
    for query in queries {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}\n  tells               {}", query.id, query.tells);
        let _ = writeln!(text, "  rights              {}", query.rights);
        let _ = writeln!(text, "  never reads         {}", query.never_reads);
        let _ = writeln!(text, "  as a custom report  {}\n", query.as_report);
    }
    text
}
