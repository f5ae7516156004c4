//! IIS-013.

use crate::model::items::Items;
use crate::rules::engine::prelude::*;
use crate::rules::lib::windows_authentication::{Switch, judge, switch};

rule! {
    /// ## What it checks
    /// Whether the folders integrations and api\DistributedEngine have an authentication of their own in IIS while
    /// Integrated Windows Authentication is on and there are distributed engines.
    /// ## Why it matters
    /// Engines reach the product through these paths. An administrator has to create the two empty folders by hand;
    /// without them the paths inherit the authentication of the site and engines are refused.
    /// ## How to fix it
    /// On every node create the two folders below the application folder, then allow anonymous and Windows
    /// authentication for integrations, and only anonymous for api\DistributedEngine.
    /// ## What it cannot see
    /// The folders themselves, since empty folders are not in a bundle: it looks at what IIS allows on their paths.
    /// Without an export of the engines it assumes that there are some, and asks.
    id: "IIS-013",
    title: "Folders for engines under Windows authentication are missing",
    severity: High,
    subject: Node,
    applies: since(Build::Current, BuildVersion::new(10, 6, 0)),
    cites: ["D:authentication/integrated-windows-authentication/configuring-iwa" Confirmed, "MS-IIS" Confirmed],
    check: check,
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
    if engines.is_some_and(Items::is_empty) {
        return Outcome::not_applicable("there is no distributed engine");
    }
    match judge(cx, node, true, &SWITCHES) {
        Outcome::Findings(findings) if engines.is_none() => {
            Outcome::Findings(findings.into_iter().map(Finding::inferred).collect())
        }
        other => other,
    }
}
