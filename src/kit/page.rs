//! What the page of a kit says.

use super::parts::{Part, PartRow};
use super::scripts::rest_calls;
use super::selection::Selection;
use crate::model::BuildVersion;
use crate::plan::{listed, safe_name};
use serde::Serialize;
use std::collections::BTreeMap;

/// What made a kit.
pub(super) const MADE_BY: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// What a kit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Whether the cluster is healthy.
    Health,
    /// Whether it is ready for an upgrade to this build.
    Upgrade(BuildVersion),
}

/// The page of a kit.
#[derive(Debug, Clone, Serialize)]
pub struct KitPage {
    /// What it is, as a heading.
    pub title: String,
    /// Name of the case; empty without one.
    pub case: String,
    /// What it is for, as the end of a sentence.
    pub purpose: String,
    /// What made it.
    pub made: &'static str,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What to copy where the REST interface is not to be had; nothing where that is not asked.
    pub screens: Vec<String>,
    /// What leaves the house, a row for each part.
    pub leaves: Vec<Row>,
    /// The paths that the script for the REST interface asks, below the address of the product.
    pub calls: Vec<&'static str>,
    /// What a reader should know of the kit itself, one sentence each.
    pub notes: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Number.
    pub number: usize,
    /// What it is.
    pub title: &'static str,
    /// The file of the kit; empty where it is not in it.
    pub file: &'static str,
    /// Who does it.
    pub who: &'static str,
    /// How long it takes.
    pub time: &'static str,
    /// What to do, a sentence each.
    pub lines: Vec<String>,
    /// Commands to type, each in a line of its own.
    pub commands: Vec<String>,
    /// On which nodes; empty where they are not known.
    pub nodes: Vec<String>,
    /// What comes out.
    pub gives: &'static str,
}

/// What comes out of a part.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The file.
    pub file: &'static str,
    /// What is in it.
    pub holds: &'static str,
    /// What never is.
    pub never: &'static str,
}

/// The page of a kit. `exe` says whether the collector is in it, `notes` what else to say.
pub fn page(
    selection: &Selection,
    purpose: Purpose,
    case: Option<&str>,
    exe: bool,
    notes: Vec<String>,
) -> KitPage {
    let parts = selection.parts();
    let asked = parts.iter().filter(|part| **part != Part::Screens);
    let steps = (1..).zip(asked).map(|(number, part)| step(number, part.row(), selection, exe)).collect();
    KitPage {
        title: "What we need from your Secret Server cluster".to_owned(),
        case: case.unwrap_or_default().to_owned(),
        purpose: match purpose {
            Purpose::Health => "to see whether it is healthy".to_owned(),
            Purpose::Upgrade(target) => format!("to see whether it is ready for the upgrade to {target}"),
        },
        made: MADE_BY,
        steps,
        screens: if parts.contains(&Part::Screens) { screens() } else { Vec::new() },
        calls: rest_calls(selection),
        leaves: parts.iter().map(|part| row(part.row())).collect(),
        notes,
    }
}

fn row(part: &'static PartRow) -> Row {
    Row { file: part.gives, holds: part.holds, never: part.never }
}

fn screens() -> Vec<String> {
    [
        "Admin, Server Nodes: copy the table into nodes.csv. One line for each node; the first line of the file names the columns.",
        "If that cannot be had either, tell us the names of all web nodes.",
    ]
    .map(str::to_owned)
    .into()
}

fn step(number: usize, part: &'static PartRow, selection: &Selection, exe: bool) -> Step {
    let mut step = Step {
        number,
        title: part.title,
        file: part.file,
        who: part.who,
        time: part.time,
        lines: Vec::new(),
        commands: Vec::new(),
        nodes: Vec::new(),
        gives: part.gives,
    };
    let lines: &[&str] = match part.part {
        Part::Collector => {
            step.nodes = nodes(selection);
            if !exe {
                step.file = "";
            }
            &[
                "Copy the program to the node, not into a folder of a web site. Right-click it, Properties, tick Unblock, OK.",
                "Right-click it: Run as administrator. It lists what it takes, asks once, and writes one zip next to itself.",
                "It only reads: nothing is installed, changed or sent.",
            ]
        }
        Part::Rest => {
            step.nodes = selection.nodes_known.iter().map(|name| safe_name(name)).collect();
            step.commands = vec!["powershell -NoProfile -ExecutionPolicy Bypass -File rest.ps1".to_owned()];
            &[
                "Copy the script to a folder of the node. Read it if you like: it is plain text, and lists at its top what it asks.",
                "It asks for the address, and lets you sign in with your Windows account, with a token, or with name, password and one-time code. The password, token and code that you type are not shown and not kept; the address is in the record.",
                "Run it on every node: the first time it asks everything, then only for the diagnostics of that node. A refused answer is a line in the zip, not an error.",
            ]
        }
        Part::Sql => {
            step.commands = vec![
                "sqlcmd -S SERVER -d DATABASE -E -W -s \";\" -w 65535 -u -i queries.sql -o queries-result.txt".to_owned(),
            ];
            &[
                "Put in the names of your SQL Server and of the product's database. In Management Studio, run the file with Results to Text, and save the result.",
            ]
        }
        Part::RabbitMq => {
            step.commands =
                vec!["powershell -NoProfile -ExecutionPolicy Bypass -File rabbitmq.ps1".to_owned()];
            &[
                "Open the RabbitMQ Command Prompt as administrator, go to the folder of the script, and type the line. Leave this step out if you do not use RabbitMQ.",
            ]
        }
        Part::Questions => &[
            "Choose an answer from the list in each white cell of the column Answer. Leave empty what you do not know.",
        ],
        Part::Screens => &[],
    };
    step.lines = lines.iter().map(|line| (*line).to_owned()).collect();
    if part.part == Part::Collector && wants_case_key(selection) {
        step.commands = ["clusterbrief case-key new", WITH_CASE_KEY].map(str::to_owned).into();
        step.lines.push(
            "Case key: the first line below makes its file, once for all nodes; use the file of last time if you have one. Copy it to each node, next to the program, and type the second line there in a command prompt as administrator, in place of the click. The file stays with you: never send it."
                .to_owned(),
        );
    }
    step
}

/// Collects with the file that `case-key new` writes.
const WITH_CASE_KEY: &str = "clusterbrief collect --case-key-file clusterbrief-case-key-do-not-send.txt";

/// How the ways begin that want a case key.
const CASE_KEY: &str = "with one case key";

/// Whether some node has to be collected on with a case key.
fn wants_case_key(selection: &Selection) -> bool {
    selection.nodes.iter().any(|ask| ask.how.contains(CASE_KEY))
}

/// The nodes to collect on, each once, those of one way together: only names that mean nothing to a command prompt.
fn nodes(selection: &Selection) -> Vec<String> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ask in &selection.nodes {
        let how = by_name.entry(&ask.name).or_default();
        for fragment in ask.how.split(", ").filter(|fragment| !fragment.is_empty()) {
            // On which nodes, and what a case key is, the line about it says.
            let fragment = if fragment.starts_with(CASE_KEY) { CASE_KEY } else { fragment };
            if !how.contains(&fragment) {
                how.push(fragment);
            }
        }
    }
    let mut by_way: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (name, how) in by_name {
        match by_way.iter_mut().find(|(other, _)| *other == how) {
            Some((_, names)) => names.push(safe_name(name)),
            None => by_way.push((how, vec![safe_name(name)])),
        }
    }
    let shown = |(how, names): &(Vec<&str>, Vec<String>)| match how.as_slice() {
        [] => listed(names),
        how => format!("{} again, {}", listed(names), how.join(", ")),
    };
    by_way.iter().map(shown).collect()
}
