//! SQL-014: is the default schema of the login dbo on builds that need it?

use crate::rules::lib::asking_login::{NOTE, may_be_the_products};
use crate::rules::engine::context::Context;
use crate::rules::engine::expectation::told;
use crate::rules::engine::rule::{Check, rule};
use crate::finding::{Missing, Outcome, Subject};
use crate::knowledge::Versions;
use crate::knowledge::rows::{Applies, Build};
use crate::model::BuildVersion;

rule! {
    /// ## What it checks
    /// On builds from 10.9.000000 to 10.9.000062: whether the default schema of the login is dbo.
    /// ## Why it matters
    /// Scripts of these builds use a table name without its schema. They do not find the table if the default schema is
    /// another one.
    /// ## How to fix it
    /// Upgrade to 10.9.000063 or later, or set dbo as the default schema of the product's login.
    /// ## What it cannot see
    /// Whose login it was: only if the query `login` runs as a custom report of the product does it show the product's
    /// own. That the default schema is the cause is our inference.
    id: "SQL-014",
    title: "Default schema of the login is not dbo",
    severity: Medium,
    scope: Now,
    subject: Cluster,
    applies: Some(Applies {
        of: Build::Either,
        versions: Versions {
            from: Some(BuildVersion::new(10, 9, 0)),
            before: Some(BuildVersion::new(10, 9, 63)),
            inferred: false,
        },
    }),
    cites: ["RN:10.9.000064" Inferred],
    check: Check::Cluster(check),
    needs: ["login"],
}

const PATH: &str = "sql-server.default-schema";

fn check(cx: &Context) -> Outcome {
    judge(cx).unwrap_or_else(Outcome::unknown)
}

fn judge(cx: &Context) -> Result<Outcome, Missing> {
    let schema = cx.told(PATH)?;
    if schema.value().is_some_and(|schema| schema.eq_ignore_ascii_case("dbo")) {
        return Ok(Outcome::pass());
    }
    may_be_the_products(cx, PATH)?;
    let finding = cx
        .finding(
            Subject::cluster(),
            "The default schema of the login is not dbo",
            "Set dbo as the default schema of the product's login, or upgrade to 10.9.000063 or later.",
        )
        .because(told(cx.knowledge.label(PATH, ""), &schema))
        .note(NOTE);
    Ok(Outcome::Findings(vec![finding]))
}
