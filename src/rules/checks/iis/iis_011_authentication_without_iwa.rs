//! IIS-011: does IIS allow only anonymous and forms authentication while Integrated Windows Authentication is off?

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, evaluate, switch};

rule! {
    /// ## What it checks
    /// Whether IIS allows anonymous and forms authentication, and nothing else, for the application while Integrated
    /// Windows Authentication is off in the product.
    /// ## Why it matters
    /// The product shows its own login page. If IIS requires another authentication first, this node asks users for a
    /// Windows account or answers with error 401.
    /// ## How to fix it
    /// In IIS Manager, enable Anonymous Authentication and Forms Authentication for the application on every node, and
    /// disable all others.
    /// ## What it cannot see
    /// Authentication methods that other modules add to IIS. Whether Integrated Windows Authentication is on comes from
    /// an export of the configuration or, without it, from a person.
    id: "IIS-011",
    title: "IIS authentication does not match the product's login page",
    question: "Does IIS authentication match the product's login page?",
    severity: High,
    area: Iis,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 0, 0)),
    cites: ["CHK" Top, "MS-IIS" Confirmed],
}

const SWITCHES: [Switch; 5] = [
    switch("anonymous", "Anonymous", true),
    switch("forms", "Forms", true),
    switch("windows", "Windows", false),
    switch("basic", "Basic", false),
    switch("digest", "Digest", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    evaluate(cx, node, false, &SWITCHES)
}
