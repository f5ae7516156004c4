//! LBL-003: do the sessions of many users come from one or two addresses?

use crate::rules::engine::context::Context;
use crate::rules::engine::rule::{Check, rule};
use crate::rules::lib::told_number::of_cluster;
use crate::finding::{Missing, Outcome, Subject};

rule! {
    /// ## What it checks
    /// Whether the sessions of twenty or more users in the last week come from only one or two addresses.
    /// ## Why it matters
    /// These are then the addresses of the load balancer. Audits do not show where users came from. Restrictions by
    /// address let either all users in or none.
    /// ## How to fix it
    /// Configure the load balancer to add the client's address in a header, and name that header in the configuration
    /// of the product. Before 10.5, the header name is a key in a file on every node.
    /// ## What it cannot see
    /// Users who really share an address, for example behind a proxy. The limit of twenty users is our own choice.
    id: "LBL-003",
    title: "Sessions show the load balancer's address",
    severity: Medium,
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed, "D:networking/secret-server-clustering" Confirmed],
    check: Check::Cluster(check),
    needs: ["sessions"],
}

const USERS: f64 = 20.0;
const ADDRESSES: f64 = 2.0;

fn check(cx: &Context) -> Outcome {
    judge(cx).unwrap_or_else(Outcome::unknown)
}

fn judge(cx: &Context) -> Result<Outcome, Missing> {
    let (users, users_seen) = of_cluster(cx, "sessions.users")?;
    let (addresses, addresses_seen) = of_cluster(cx, "sessions.addresses")?;
    if addresses > ADDRESSES {
        return Ok(Outcome::pass_with(format!("{users} users came from {addresses} addresses")));
    }
    if users < USERS {
        return Ok(Outcome::not_applicable(format!("{users} users in a week are too few to tell")));
    }
    let from = if addresses < ADDRESSES { "one address" } else { "two addresses" };
    let title = format!("The sessions of {users} users come from {from}");
    let remedy = "Let the load balancer add the client's address in a header, and name that header in the product.";
    let finding = cx.finding(Subject::cluster(), title, remedy);
    Ok(Outcome::Findings(vec![finding.because(users_seen).because(addresses_seen).inferred()]))
}
