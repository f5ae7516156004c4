//! IIS-010.

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, judge, switch};

rule! {
    /// ## What it checks
    /// Whether IIS allows Windows authentication only for the application while Integrated Windows Authentication is
    /// on in the product.
    /// ## Why it matters
    /// Integrated mode cannot be mixed: where anonymous or forms authentication is left on, users of this node are
    /// not recognised by their Windows account.
    /// ## How to fix it
    /// In IIS Manager enable Windows Authentication of the application on every node, and disable Anonymous and Forms
    /// Authentication.
    /// ## What it cannot see
    /// Kerberos itself: names of services, delegation and trusted sites of browsers. Whether Integrated Windows
    /// Authentication is on tells an export of the configuration, else a person.
    id: "IIS-010",
    title: "Authentication does not fit Integrated Windows Authentication",
    severity: High,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 0, 0)),
    cites: ["CHK" Top, "D:authentication/integrated-windows-authentication/configuring-iwa" Confirmed, "MS-IIS" Confirmed],
    check: check,
}

const SWITCHES: [Switch; 3] = [
    switch("windows", "Windows", true),
    switch("anonymous", "Anonymous", false),
    switch("forms", "Forms", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    judge(cx, node, true, &SWITCHES)
}
