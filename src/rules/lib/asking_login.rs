//! Whose login the query `login` tells of: that of whoever ran it.

use crate::rules::engine::prelude::*;

/// Programs of database administrators, as they name themselves to the server.
const TOOLS: [&str; 6] =
    ["management studio", "sqlcmd", "azure data studio", "azuredatastudio", "vscode", "dbeaver"];

/// What a finding on the login that asked has to say.
pub(crate) const NOTE: &str = "The result tells of the login that asked. It is the product's own only \
    where the query ran as a custom report of the product.";

/// Nothing, unless the login that asked is plainly not the product's: then what is missing.
pub(crate) fn may_be_the_products(cx: &Context, path: &str) -> Result<(), MissingEvidence> {
    let through = cx.reported("sql-server.asked-through")?;
    let program = through.value().map(|program| program.to_lowercase()).unwrap_or_default();
    if TOOLS.iter().any(|tool| program.contains(tool)) {
        let why = "the query login was run in a tool of database administrators, so it tells of their login: run it as a \
                   custom report of the product";
        return Err(cx.unreported(path, cx.knowledge.label(path, ""), why));
    }
    Ok(())
}
