//! SQL-010: does SQL Server accept SQL logins although the product uses a Windows account?

use crate::rules::lib::asking_login::{NOTE, may_be_the_products};
use crate::rules::engine::context::Context;
use crate::rules::engine::expectation::told;
use crate::rules::engine::rule::{Check, rule};
use crate::finding::{Missing, Outcome, Subject};

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
    severity: Low,
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed],
    check: Check::Cluster(check),
    needs: ["login", "server"],
}

fn check(cx: &Context) -> Outcome {
    judge(cx).unwrap_or_else(Outcome::unknown)
}

fn judge(cx: &Context) -> Result<Outcome, Missing> {
    let path = "sql-server.windows-sign-in-only";
    let only_windows = cx.told(path)?;
    if only_windows.value().is_some_and(|flag| flag == "true") {
        return Ok(Outcome::pass());
    }
    let way = "sql-server.signed-in-with";
    may_be_the_products(cx, way)?;
    let signed_in = cx.told(way)?;
    if signed_in.value().is_some_and(|way| way.eq_ignore_ascii_case("SQL")) {
        return Ok(Outcome::not_applicable("the product itself signs in with a password"));
    }
    let remedy = "If nothing else needs SQL logins on this server, set it to Windows authentication only.";
    let finding = cx
        .finding(Subject::cluster(), "The SQL Server also takes passwords", remedy)
        .because(told(cx.knowledge.label(path, ""), &only_windows))
        .because(told(cx.knowledge.label(way, ""), &signed_in))
        .inferred()
        .note(NOTE);
    Ok(Outcome::Findings(vec![finding]))
}
