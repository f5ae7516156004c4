//! IIS-011.

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, judge, switch};

rule! {
    /// ## What it checks
    /// Whether IIS allows anonymous and forms authentication, and nothing else, for the application while Integrated
    /// Windows Authentication is off in the product.
    /// ## Why it matters
    /// The product shows its own login page. With another authentication before it users are asked for Windows
    /// accounts, or meet error 401, on this node only.
    /// ## How to fix it
    /// In IIS Manager enable Anonymous Authentication and Forms Authentication of the application on every node, and
    /// disable all others.
    /// ## What it cannot see
    /// Kinds of authentication that other modules add to IIS. Whether Integrated Windows Authentication is on tells
    /// an export of the configuration, else a person.
    id: "IIS-011",
    title: "Authentication does not fit a login page of the product",
    severity: High,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 0, 0)),
    cites: ["CHK" Top, "MS-IIS" Confirmed],
    check: check,
}

const SWITCHES: [Switch; 5] = [
    switch("anonymous", "Anonymous", true),
    switch("forms", "Forms", true),
    switch("windows", "Windows", false),
    switch("basic", "Basic", false),
    switch("digest", "Digest", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    judge(cx, node, false, &SWITCHES)
}
