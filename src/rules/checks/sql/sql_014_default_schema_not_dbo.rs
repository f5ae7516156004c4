//! SQL-014: is the default schema of the login dbo on builds that need it?

use crate::knowledge::Versions;
use crate::knowledge::rows::Applies;
use crate::rules::engine::prelude::*;
use crate::rules::lib::asking_login::{NOTE, may_be_the_products};

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
    question: "Is the default schema of the login dbo?",
    severity: Medium,
    area: Database,
    subject: Cluster,
    applies: Applies {
        of: Build::Either,
        versions: Versions {
            from: Some(BuildVersion::new(10, 9, 0)),
            before: Some(BuildVersion::new(10, 9, 63)),
            inferred: false,
        },
    },
    cites: ["RN:10.9.000064" Inferred],
}

const PATH: &str = "sql-server.default-schema";

fn check(cx: &Context) -> Outcome {
    let schema = known!(cx.reported(PATH));
    if schema.value().is_some_and(|schema| schema.eq_ignore_ascii_case("dbo")) {
        return Outcome::pass();
    }
    known!(may_be_the_products(cx, PATH));
    let title = "The default schema of the login is not dbo";
    let remedy = "Set dbo as the default schema of the product's login, or upgrade to 10.9.000063 or later.";
    cx.on_cluster(title, remedy).because(cx.reported_evidence(PATH, &schema)).note(NOTE).into()
}
