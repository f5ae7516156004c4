//! `plan`.

use super::args::PlanArgs;
use super::{Exit, Failure, case, forms};
use crate::knowledge::Knowledge;
use crate::knowledge::runbooks::Purpose;
use crate::model::host_name::same_host;
use crate::plan::{self, PlanRequest};
use crate::report::document::Document;
use crate::report::format::Content;

pub(super) fn run(args: &PlanArgs) -> Result<Exit, Failure> {
    let outputs = forms::plans(&args.out, &args.case)?;
    let auditor = case::auditor(&args.case)?;
    let wish = wish(args, auditor.knowledge())?;
    let audited = case::audited(&args.case, &auditor, &case::options(&args.case, None)?, None)?;
    if let Some(name) = &args.add_node
        && let Some(node) = audited.cluster.nodes.iter().find(|node| same_host(&node.name, name))
    {
        return Err(Failure::usage(format!(
            "{} is a node of this case already; --add-node takes the name of a new server",
            node.name
        )));
    }
    let plan = plan::plan(&audited.cluster, &audited.results, auditor.knowledge(), &wish);
    // Only an upgrade without a target has no plan, and that wish is refused above.
    let plan = plan.ok_or_else(|| Failure::usage("there is nothing to plan"))?;
    let page = Document::of_plan(&audited.report, plan, args.add_node.as_deref());
    forms::write(&outputs, Content::Document(&page), args.out.quiet)?;
    Ok(Exit::written(&audited.report.inputs))
}

/// What to plan, checked before any input is read.
fn wish(args: &PlanArgs, knowledge: &Knowledge) -> Result<PlanRequest, Failure> {
    match &args.add_node {
        Some(name) if plan::safe_name(name) == *name => Ok(PlanRequest::AddNode(name.clone())),
        Some(name) => Err(Failure::usage(format!("{name} is not a valid server name"))),
        None if args.case.target.is_none() => {
            Err(Failure::usage("give --target VERSION for an upgrade, or --add-node NAME for a new node"))
        }
        None => {
            let rows = knowledge.runbooks.iter().filter(|row| row.purpose == Purpose::Upgrade);
            let ways: Vec<&str> = rows.map(|row| row.id.as_str()).collect();
            match &args.by {
                Some(by) if !ways.contains(&by.as_str()) => Err(Failure::usage(format!(
                    "there is no way to upgrade named {by}; --by takes {}",
                    ways.join(", ")
                ))),
                by => Ok(PlanRequest::Upgrade { by: by.clone() }),
            }
        }
    }
}
