//! What of a kit answers what is missing, and what of its answers is here.

use crate::model::kit_run::KitStatus;
use serde::Serialize;

/// A kit for this case.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KitView {
    /// The parts of a kit that `kit --from` makes from this report, in its order; empty if no kit would help.
    pub parts: Vec<KitPartView>,
    /// The command that makes it, with the collector where that is a part; empty if no kit would help.
    pub command: &'static str,
    /// Runs of its scripts whose answers are here, in order of script, node and time.
    pub runs: Vec<KitRunView>,
    /// What of the kit is still missing, a sentence each, node by node; empty where no run is here.
    pub left: Vec<String>,
}

/// A part of the kit for this case.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KitPartView {
    /// `collector`, `rest`, `sql`, `rabbitmq`, `questions` or `screens`.
    #[cfg_attr(test, schemars(extend("enum" = ["collector", "rest", "sql", "rabbitmq", "questions", "screens"])))]
    pub part: &'static str,
    /// The file in the kit.
    pub file: &'static str,
    /// What it is, as a heading.
    pub title: &'static str,
    /// Where it is run: "on each web node".
    pub place: &'static str,
    /// Nodes on which it is missing; empty where it is about the cluster.
    pub nodes: Vec<String>,
    /// Anchors of the missing things that it answers; empty where what it brings may only raise a question.
    pub answers: Vec<String>,
    /// How many rules these would decide.
    pub rules: usize,
}

/// One run of a script of a kit.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KitRunView {
    /// Name of the input with its record.
    pub input: String,
    /// The script: `rest` or `rabbitmq`.
    pub script: String,
    /// Name of the machine; empty if the record has none that is one.
    pub node: String,
    /// When it began, as the record says.
    pub time: String,
    /// Whether it came to its end.
    pub finished: bool,
    /// What was asked.
    pub parts: Vec<KitAnswerView>,
}

/// One answer of a run.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KitAnswerView {
    /// Id of the export; `nodes` for the node list.
    pub part: String,
    /// What became of it.
    pub status: KitStatus,
    /// Why there is no answer, as a lower-case fragment; empty where there is one.
    pub reason: String,
}
