//! A plan or a checklist by itself: what is handed to whoever carries it out.

use super::model::{Report, Tool};
use crate::knowledge::Knowledge;
use crate::knowledge::runbooks::Purpose;
use crate::plan::Plan;
use crate::plan::checklist::{Checklist, Occasion};
use serde::Serialize;

/// Version of the JSON form.
pub const SCHEMA: &str = "clusterbrief-handout/1.0";

/// A plan or a checklist.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// Version of this format.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// What made it.
    pub tool: Tool,
    /// What it is, as a heading: "Upgrade to 11.7.000049".
    pub title: String,
    /// The moment it was judged for, RFC 3339.
    pub as_of: String,
    /// Names of the cluster's nodes, in order.
    pub nodes: Vec<String>,
    /// Build to upgrade to.
    pub target: Option<String>,
    /// The plan.
    pub plan: Option<Plan>,
    /// The checklist.
    pub checklist: Option<Checklist>,
    /// What never to do; with a plan only.
    pub never: Vec<String>,
}

impl Document {
    /// A plan of the case a report is of; `new` names the node to be built.
    pub fn of_plan(report: &Report, plan: Plan, new: Option<&str>) -> Self {
        let title = match (plan.purpose, new) {
            (Purpose::AddNode, Some(new)) => format!("Build node {new}"),
            _ => format!("Upgrade to {}", report.target.as_deref().unwrap_or("the target")),
        };
        let never = report.never.clone();
        Self { plan: Some(plan), never, ..Self::of(report, title) }
    }

    /// The checklist of the case a report is of.
    pub fn of_checklist(report: &Report, checklist: Checklist) -> Self {
        let title = checklist_title(&checklist);
        Self { checklist: Some(checklist), ..Self::of(report, title) }
    }

    /// The questions of a kit, of the day of the report that it is made from; without one, of that of the knowledge.
    pub fn of_questions(checklist: Checklist, knowledge: &Knowledge, as_of: Option<&str>) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                knowledge: knowledge.edition.to_string(),
                own: None,
            },
            title: "Questions".to_owned(),
            as_of: as_of.map_or_else(|| format!("{}T00:00:00Z", knowledge.edition), str::to_owned),
            nodes: checklist.nodes.clone(),
            target: checklist.target.clone(),
            plan: None,
            checklist: Some(checklist),
            never: Vec::new(),
        }
    }

    fn of(report: &Report, title: String) -> Self {
        Self {
            schema: SCHEMA,
            tool: report.tool.clone(),
            title,
            as_of: report.as_of.clone(),
            nodes: report.nodes.iter().map(|node| node.name.clone()).collect(),
            target: report.target.clone(),
            plan: None,
            checklist: None,
            never: Vec::new(),
        }
    }
}

/// What a checklist is, as a heading.
pub(super) fn checklist_title(checklist: &Checklist) -> String {
    match (checklist.occasion, &checklist.target) {
        (Occasion::Setup, _) => "Checklist for the set-up".to_owned(),
        (Occasion::Upgrade, Some(target)) => format!("Checklist before the upgrade to {target}"),
        (Occasion::Upgrade, None) => "Checklist before an upgrade".to_owned(),
    }
}
