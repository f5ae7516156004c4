//! CFG-009: do nodes at the same build have the same settings in web.config?

use crate::rules::checks::clu::clu_003_application_folder_differs::settings;
use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{self, Words};

rule! {
    /// ## What it checks
    /// Whether web.config has the same settings on all nodes that run the same build. Differences in order, layout and
    /// comments do not count.
    /// ## Why it matters
    /// This file contains response headers, limits and assembly bindings. After an upgrade, it is often merged by hand
    /// on one node and forgotten on another.
    /// ## How to fix it
    /// Decide which setting is right, merge it into web.config on every node, and recycle the application pools.
    /// ## What it cannot see
    /// Which node is right if there are only two, and settings that were redacted with different keys.
    id: "CFG-009",
    title: "web.config settings differ between nodes",
    question: "Are the settings in web.config the same on all nodes?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["D:secret-server-setup/upgrading/minimizing-upgrade-downtime" Confirmed],
}

const WORDS: Words =
    Words { things: "settings of web.config", wrong: "not as on the other nodes", weigh: None };
const REMEDY: &str = "Merge the right settings into web.config of every node, and recycle the pools.";
const FILE: &str = "web.config";

fn check(cx: &Context) -> Outcome {
    folder::by_file(cx, FILE, &WORDS, Some(REMEDY), |group| {
        let gaps = group.members.iter().filter_map(|member| {
            let nothing = Observed::not_collected("web.config was not taken");
            let file = member.snapshot.settings.get(FILE).unwrap_or(&nothing);
            cx.settle(member.node, "configs", file.as_ref(), FILE).err()
        });
        let gaps: Vec<MissingEvidence> = gaps.collect();
        if gaps.is_empty() { Ok(settings(cx, group, FILE)) } else { Err(gaps) }
    })
}
