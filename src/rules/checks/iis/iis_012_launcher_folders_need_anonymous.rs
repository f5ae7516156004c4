//! IIS-012: with Integrated Windows Authentication, do the launcher and web service folders allow anonymous requests?

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, evaluate, switch};

rule! {
    /// ## What it checks
    /// Whether the folders launchers, webservices and rdp of the application allow anonymous authentication, and not
    /// Windows authentication, while Integrated Windows Authentication is on in the product.
    /// ## Why it matters
    /// Launchers and programs that call the web services log in by themselves. If such a folder inherits the
    /// authentication of the site, they get error 401.
    /// ## How to fix it
    /// In IIS Manager, select each of the three folders, enable Anonymous Authentication and disable Windows
    /// Authentication. Do this on every node.
    /// ## What it cannot see
    /// The setting for client certificates of these folders, which the vendor also requires.
    id: "IIS-012",
    title: "Launcher and web service folders do not allow anonymous requests",
    question: "Do the launcher and web service folders allow anonymous requests?",
    severity: Medium,
    area: Iis,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 0, 0)),
    cites: ["D:authentication/integrated-windows-authentication/configuring-iwa" Confirmed, "MS-IIS" Confirmed],
}

const SWITCHES: [Switch; 6] = [
    switch("launchers.anonymous", "Anonymous (launchers)", true),
    switch("launchers.windows", "Windows (launchers)", false),
    switch("rdp.anonymous", "Anonymous (rdp)", true),
    switch("rdp.windows", "Windows (rdp)", false),
    switch("webservices.anonymous", "Anonymous (webservices)", true),
    switch("webservices.windows", "Windows (webservices)", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    evaluate(cx, node, true, &SWITCHES)
}
