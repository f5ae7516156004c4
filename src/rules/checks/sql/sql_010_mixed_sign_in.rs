//! SQL-010.

use crate::rules::engine::prelude::*;
use crate::rules::lib::asking_login::{NOTE, may_be_the_products};

rule! {
    /// ## What it checks
    /// Whether the SQL Server also takes passwords although the product signs in with a Windows account.
    /// ## Why it matters
    /// Every way of signing in that nobody uses is one more to attack.
    /// ## How to fix it
    /// If nothing else on the server needs SQL logins, set it to Windows authentication only.
    /// ## What it cannot see
    /// Whose way of signing in it was: run as a custom report of the product, the query `login` tells of the product's.
    /// What else uses the server.
    id: "SQL-010",
    title: "SQL Server takes passwords that nobody needs",
    severity: Low,
    subject: Cluster,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    let path = "sql-server.windows-sign-in-only";
    let only_windows = known!(cx.told(path));
    if only_windows.value().is_some_and(|flag| flag == "true") {
        return Outcome::pass();
    }
    let way = "sql-server.signed-in-with";
    known!(may_be_the_products(cx, way));
    let signed_in = known!(cx.told(way));
    if signed_in.value().is_some_and(|way| way.eq_ignore_ascii_case("SQL")) {
        return Outcome::not_applicable("the product itself signs in with a password");
    }
    let remedy = "If nothing else needs SQL logins on this server, set it to Windows authentication only.";
    let finding = cx
        .on_cluster("The SQL Server also takes passwords", remedy)
        .because(told(cx.knowledge.label(path, ""), &only_windows))
        .because(told(cx.knowledge.label(way, ""), &signed_in))
        .inferred()
        .note(NOTE);
    Outcome::Findings(vec![finding])
}
