//! SQL-009: does the database login have more rights than the product needs?

use crate::rules::engine::prelude::*;
use crate::rules::lib::asking_login::{NOTE, may_be_the_products};

rule! {
    /// ## What it checks
    /// Whether the login that ran the query `login` is sa, or a member of sysadmin.
    /// ## Why it matters
    /// The product needs to own its database (`db_owner`) and nothing more. Anyone who gets control of a login with
    /// more rights can reach every database of the server.
    /// ## How to fix it
    /// Create a login for the product only, as `db_owner` of its database, and set it in the database connection of
    /// every node.
    /// ## What it cannot see
    /// Whose login it was. If the query runs as a custom report of the product, it uses the product's own login. If it
    /// runs in a tool of the database administrators, it shows their login, and the rule then answers unknown.
    id: "SQL-009",
    title: "Database login has too many rights",
    question: "Is the database login neither sa nor a member of sysadmin?",
    severity: Medium,
    area: Database,
    subject: Cluster,
    cites: ["D:secret-server-setup/running-ss-iis-app-pool-service-account" Confirmed, "D:security-hardening/security-hardening-guide" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let mut findings = Vec::new();
    for (path, what) in
        [("sql-server.login-is-sa", "is sa"), ("sql-server.login-sysadmin", "is a member of sysadmin")]
    {
        let fact = match may_be_the_products(cx, path).and_then(|()| cx.reported(path)) {
            Ok(fact) => fact,
            Err(gap) => return Outcome::from_parts(findings, vec![gap]),
        };
        if fact.value().is_some_and(|flag| flag == "true") {
            let remedy =
                "Give the product a login of its own that is db_owner of its database and nothing more.";
            let finding = cx.on_cluster(format!("The login of the database {what}"), remedy);
            findings.push(finding.because(cx.reported_evidence(path, &fact)).inferred().note(NOTE));
        }
    }
    Outcome::from_parts(findings, Vec::new())
}
