//! CFG-007: do nodes at the same build have the same saml.config?

use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{self, Words};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build have the same saml.config. The rule compares fingerprints.
    /// ## Why it matters
    /// Before 10.5.000000, SAML login on every node uses this file. A node with a different file, or without one,
    /// rejects logins that the other nodes accept. Later builds keep these settings in the database.
    /// ## How to fix it
    /// Copy saml.config from the node where SAML works to the other nodes, and restart their application pools.
    /// ## What it cannot see
    /// Which node is right if there are only two, and whether SAML is in use.
    id: "CFG-007",
    title: "saml.config differs between nodes",
    question: "Is saml.config the same on all nodes?",
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["D:troubleshooting/saml-config-upgrade-error" Confirmed, "RN:10.5.000000" Confirmed],
}

/// First build that keeps the settings in the database.
const IN_DATABASE: BuildVersion = BuildVersion::new(10, 5, 0);
const WORDS: Words = Words { things: "files", wrong: "not as on the other nodes", weigh: None };
const REMEDY: &str =
    "Copy saml.config of the node where SAML works to the other nodes, and restart their application pools.";

fn check(cx: &Context) -> Outcome {
    let in_database =
        cx.cluster.serving().all(|node| cx.version(node).value().is_some_and(|v| *v >= IN_DATABASE));
    let outcome = folder::files(cx, &WORDS, REMEDY, |path| path == "saml.config");
    if in_database { outcome.map_findings(|finding| finding.at(Severity::Info)) } else { outcome }
}
