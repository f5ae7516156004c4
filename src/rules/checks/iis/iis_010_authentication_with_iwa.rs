//! IIS-010: does IIS allow only Windows authentication while Integrated Windows Authentication is on?

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, evaluate, switch};

rule! {
    /// ## What it checks
    /// Whether IIS allows only Windows authentication for the application while Integrated Windows Authentication is on
    /// in the product.
    /// ## Why it matters
    /// Integrated Windows Authentication cannot be combined with other methods. If anonymous or forms authentication is
    /// left on, users of this node are not recognised by their Windows account.
    /// ## How to fix it
    /// In IIS Manager, enable Windows Authentication for the application on every node, and disable Anonymous and Forms
    /// Authentication.
    /// ## What it cannot see
    /// Kerberos itself: service principal names, delegation and the trusted sites of browsers. Whether Integrated
    /// Windows Authentication is on comes from an export of the configuration or, without it, from a person.
    id: "IIS-010",
    title: "IIS authentication does not match Integrated Windows Authentication",
    question: "Does IIS authentication match Integrated Windows Authentication?",
    severity: High,
    area: Iis,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 0, 0)),
    cites: ["CHK" Top, "D:authentication/integrated-windows-authentication/configuring-iwa" Confirmed, "MS-IIS" Confirmed],
}

const SWITCHES: [Switch; 3] = [
    switch("windows", "Windows", true),
    switch("anonymous", "Anonymous", false),
    switch("forms", "Forms", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    evaluate(cx, node, true, &SWITCHES)
}
