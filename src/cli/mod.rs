//! Verbs of the command line. The only room that prints, asks and reads the clock.

mod args;
pub mod audit;
mod case;
mod case_key;
pub mod catalogue;
mod checklist;
mod collect;
mod exit;
mod explain;
mod forms;
mod inspect;
mod knowledge;
mod output;
mod panics;
mod plan;
mod progress;
mod report;
mod sql;

pub use exit::Exit;

use args::{Args, Template, Verb};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; whether printing worked is all that can be told.
            let usage = error.use_stderr();
            return match error.print() {
                Ok(()) if !usage => Exit::Written.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    match panics::guarded(|| run(args.verb)) {
        Ok(exit) => exit.into(),
        Err(failure) if is_broken_pipe(&failure.error) => Exit::Written.into(),
        Err(failure) => {
            output::complain(&format!("{:#}", failure.error));
            failure.exit.into()
        }
    }
}

/// A verb that failed, with the exit code it ends in.
struct Failure {
    error: anyhow::Error,
    exit: Exit,
}

impl Failure {
    fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { error: error.into(), exit }
    }
}

fn run(verb: Verb) -> Result<Exit, Failure> {
    match verb {
        Verb::Collect(args) => collect::run(&args),
        Verb::Report(args) => report::run(&args),
        Verb::Checklist(args) => checklist::run(&args),
        Verb::Plan(args) => plan::run(&args),
        Verb::Inspect { bundle } => inspect::run(&bundle),
        Verb::Explain { rule, knowledge } => explain::one(&rule, knowledge.as_deref()),
        Verb::Rules(args) => explain::all(&args),
        Verb::Knowledge(args) => knowledge::run(&args),
        Verb::Template { what: Template::Nodes } => {
            output::print(&crate::intake::nodes_table::nodes_template())?;
            Ok(Exit::Written)
        }
        Verb::Inventory(args) => {
            let workbook = crate::intake::inventory::template();
            let workbook = workbook.map_err(|error| Failure::new(Exit::CannotWrite, error))?;
            output::write(&args.out, &workbook)?;
            Ok(Exit::Written)
        }
        Verb::Sql(args) => sql::run(&args),
        Verb::CaseKey(args) => case_key::run(&args),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "clusterbrief", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Written)
        }
    }
}

/// A reader that stops reading, such as `head`, is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
