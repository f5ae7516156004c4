//! The analysis verbs: the feature `report`. The collector, which runs on nodes, is built without it.

mod args;
mod before;
mod case;
pub mod catalogue;
mod checklist;
mod decide;
mod demo;
mod explain;
mod file;
mod forms;
mod intake;
mod kit;
mod knowledge;
mod logs;
mod plan;
mod report;
mod sql;
mod wildcards;

pub(super) use args::AnalysisVerb;

use super::{Exit, Failure, OrExit as _, output};
use crate::model::InputStatus;
use crate::report::model::InputView;
use args::{KnowledgeVerb, Template};

pub(super) fn run(mut verb: AnalysisVerb) -> Result<Exit, Failure> {
    if let Some(inputs) = verb.inputs() {
        wildcards::expand(inputs)?;
    }
    if let AnalysisVerb::Report(args) = &mut verb {
        wildcards::expand(&mut args.before)?;
    }
    match verb {
        AnalysisVerb::Report(args) => report::run(&args),
        AnalysisVerb::Logs(args) => logs::run(&args),
        AnalysisVerb::Intake(args) => intake::run(&args),
        AnalysisVerb::Checklist(args) => checklist::run(&args),
        AnalysisVerb::Plan(args) => plan::run(&args),
        AnalysisVerb::Kit(args) => kit::run(&args),
        AnalysisVerb::Explain { rule, knowledge } => explain::one(&rule, knowledge.as_deref()),
        AnalysisVerb::Rules(args) => explain::all(&args),
        AnalysisVerb::Knowledge { verb: KnowledgeVerb::Check { folder } } => knowledge::check(&folder),
        AnalysisVerb::Template { what: Template::Nodes } => {
            output::print(&crate::intake::nodes_table::nodes_template())?;
            Ok(Exit::Success)
        }
        AnalysisVerb::Inventory(args) => {
            let workbook = crate::intake::inventory::template().or_exit(Exit::CannotWrite)?;
            file::write(&args.out, &workbook)?;
            Ok(Exit::Success)
        }
        AnalysisVerb::Sql(args) => sql::run(&args),
        AnalysisVerb::Decide(args) => decide::run(&args),
        AnalysisVerb::Demo(args) => demo::run(&args),
    }
}

impl Exit {
    /// Exit code of a run that wrote its result.
    fn written(inputs: &[InputView]) -> Self {
        let refused = inputs.iter().any(|input| input.status == InputStatus::Refused);
        if refused { Self::PartialInput } else { Self::Success }
    }
}
