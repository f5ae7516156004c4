//! SQL-010: does SQL Server accept SQL logins although the product uses a Windows account?

use crate::rules::engine::prelude::*;
use crate::rules::lib::asking_login::{NOTE, may_be_the_products};

rule! {
    /// ## What it checks
    /// Whether the SQL Server also accepts logins with a password although the product logs in with a Windows account.
    /// ## Why it matters
    /// A login method that is not needed is one more that can be attacked.
    /// ## How to fix it
    /// If nothing else on the server needs SQL logins, set the server to Windows authentication only.
    /// ## What it cannot see
    /// Whose login method it was: only if the query `login` runs as a custom report of the product does it show the
    /// product's own. Also what else uses the server.
    id: "SQL-010",
    title: "SQL Server accepts SQL logins that the product does not need",
    question: "Does SQL Server accept only the kind of login that the product needs?",
    severity: Low,
    area: Database,
    subject: Cluster,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let path = "sql-server.windows-sign-in-only";
    let only_windows = known!(cx.reported(path));
    if only_windows.value().is_some_and(|flag| flag == "true") {
        return Outcome::pass();
    }
    let way = "sql-server.signed-in-with";
    known!(may_be_the_products(cx, way));
    let signed_in = known!(cx.reported(way));
    if signed_in.value().is_some_and(|way| way.eq_ignore_ascii_case("SQL")) {
        return Outcome::not_applicable("the product itself signs in with a password");
    }
    let remedy = "If nothing else needs SQL logins on this server, set it to Windows authentication only.";
    let seen = [cx.reported_evidence(path, &only_windows), cx.reported_evidence(way, &signed_in)];
    cx.on_cluster("The SQL Server also takes passwords", remedy).resting_on(seen).inferred().note(NOTE).into()
}
