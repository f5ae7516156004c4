//! Which node is upgraded first.

use crate::model::Cluster;
use serde::Serialize;

/// The node to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct First {
    /// Its name; `None` where nobody knows, or any will do and somebody has to choose.
    pub node: Option<String>,
    /// Why this one, or what to ask, as a sentence.
    pub why: String,
}

/// Chooses the node to begin with.
pub(super) fn first(_cluster: &Cluster) -> First {
    First { node: None, why: "Which node is upgraded first is not known.".into() }
}
