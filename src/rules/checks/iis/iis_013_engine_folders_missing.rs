//! IIS-013: are the engine folders set up in IIS while Integrated Windows Authentication is on?

use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, evaluate, switch};

rule! {
    /// ## What it checks
    /// Whether the folders integrations and api\DistributedEngine have their own authentication in IIS while Integrated
    /// Windows Authentication is on and there are distributed engines.
    /// ## Why it matters
    /// Engines connect to the product through these paths. An administrator must create the two empty folders by hand.
    /// Without them, the paths inherit the authentication of the site, and engines are rejected.
    /// ## How to fix it
    /// On every node, create the two folders below the application folder. Allow anonymous and Windows authentication
    /// for integrations, and only anonymous authentication for api\DistributedEngine.
    /// ## What it cannot see
    /// The folders themselves, because a bundle does not contain empty folders. The rule checks what IIS allows on
    /// their paths. Without an export of the engines, it assumes that there are some, and asks.
    id: "IIS-013",
    title: "Engine folders for Windows authentication are missing",
    question: "Are the engine folders for Windows authentication set up in IIS?",
    severity: High,
    area: Iis,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 6, 0)),
    cites: ["D:authentication/integrated-windows-authentication/configuring-iwa" Confirmed, "MS-IIS" Confirmed],
}

const SWITCHES: [Switch; 4] = [
    switch("integrations.anonymous", "Anonymous (integrations)", true),
    switch("integrations.windows", "Windows (integrations)", true),
    switch("api/DistributedEngine.anonymous", "Anonymous (api\\DistributedEngine)", true),
    switch("api/DistributedEngine.windows", "Windows (api\\DistributedEngine)", false),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    cx.ask("engine");
    let engines = cx.cluster.lists.get("engine").and_then(Observed::value);
    if engines.is_some_and(|engines| engines.is_empty() && engines.missing().is_none()) {
        return Outcome::not_applicable("there is no distributed engine");
    }
    let outcome = evaluate(cx, node, true, &SWITCHES);
    outcome.map_findings(|finding| finding.inferred_if(engines.is_none()))
}
