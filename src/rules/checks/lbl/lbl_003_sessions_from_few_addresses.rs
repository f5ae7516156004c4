//! LBL-003: do the sessions of many users come from one or two addresses?

use crate::rules::engine::prelude::*;
use crate::rules::lib::reported_number::of_cluster;

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
    question: "Do sessions show the users' own addresses?",
    severity: Medium,
    area: LoadBalancer,
    subject: Cluster,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed, "D:networking/secret-server-clustering" Confirmed],
}

const USERS: f64 = 20.0;
const ADDRESSES: f64 = 2.0;

fn check(cx: &Context) -> Outcome {
    let (users, users_seen) = known!(of_cluster(cx, "sessions.users"));
    let (addresses, addresses_seen) = known!(of_cluster(cx, "sessions.addresses"));
    if addresses > ADDRESSES {
        return Outcome::pass_with(format!("{users} users came from {addresses} addresses"));
    }
    if users < USERS {
        return Outcome::not_applicable(format!("{users} users in a week are too few to tell"));
    }
    let from = if addresses < ADDRESSES { "one address" } else { "two addresses" };
    let title = format!("The sessions of {users} users come from {from}");
    let remedy =
        "Let the load balancer add the client's address in a header, and name that header in the product.";
    cx.on_cluster(title, remedy).because(users_seen).because(addresses_seen).inferred().into()
}
