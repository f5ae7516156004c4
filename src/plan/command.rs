//! Commands of runbooks, written here alone: names from evidence enter them only through a strict grammar.

use super::runbook::Ground;
use crate::knowledge::runbooks::TaskRow;
use serde::Serialize;

/// A command to run on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    /// Node it is run on, by an administrator, in a command prompt.
    pub node: String,
    /// What it does, in a few words.
    pub does: String,
    /// The line to run; where a name is not known or does not fit the grammar, a placeholder in angle brackets stands for it.
    pub line: String,
    /// What stands in place of a name and why, one sentence each; empty: the line can be run as it is.
    pub open: Vec<String>,
}

/// The commands of a task, node by node.
pub(super) fn commands(_ground: &Ground, _task: &TaskRow, _nodes: &[String]) -> Vec<CommandLine> {
    Vec::new()
}

/// Addresses of the page that a task is done on.
pub(super) fn pages(_ground: &Ground, task: &TaskRow, _nodes: &[String]) -> Vec<String> {
    task.page.iter().cloned().collect()
}
