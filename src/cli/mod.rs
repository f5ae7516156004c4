//! Verbs of the command line. Only this module prints, asks questions and reads the clock for the analysis.

#[cfg(feature = "report")]
mod analysis;
mod args;
mod case_key;
mod collect;
mod console;
mod ending;
mod estimate;
mod exit;
mod guided;
mod inspect;
mod leaks;
mod omissions;
mod output;
mod panics;
mod progress;
mod scrub;

#[cfg(feature = "report")]
pub use analysis::catalogue;
pub use exit::Exit;

use args::{Args, CaseKeyVerb, Verb};
use clap::{CommandFactory, Parser};
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> ExitCode {
    ending::end_when_asked();
    if std::env::args_os().len() > 1 {
        return run_arguments();
    }
    // A double click, or the name alone: on a node of the product that means "collect".
    let exit = match panics::guarded(collect::without_arguments) {
        Ok(Some(exit)) => exit.into(),
        Ok(None) => run_arguments(),
        Err(failure) => failed(&failure),
    };
    console::hold_window();
    exit
}

fn run_arguments() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            #[cfg(not(feature = "report"))]
            if let Some(verb) = analysis_verb(&error) {
                output::complain(&format!(
                    "this program only collects and has no verb {verb}: send the bundles to the person who asked for them"
                ));
                return Exit::Usage.into();
            }
            // Help and version are no errors, unless they cannot be printed.
            let usage = error.use_stderr();
            return match error.print() {
                Ok(()) if !usage => Exit::Success.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    match panics::guarded(|| run(args.verb)) {
        Ok(exit) => exit.into(),
        Err(failure) => failed(&failure),
    }
}

/// Prints why, and gives the exit code.
fn failed(failure: &Failure) -> ExitCode {
    if is_broken_pipe(&failure.error) {
        return Exit::Success.into();
    }
    output::complain(&format!("{:#}", failure.error));
    failure.exit.into()
}

/// The verb that is missing only because this is the collector.
#[cfg(not(feature = "report"))]
fn analysis_verb(error: &clap::Error) -> Option<&str> {
    use clap::error::{ContextKind, ContextValue};
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(verb)) if args::ANALYSIS_VERBS.contains(&verb.as_str()) => Some(verb),
        _ => None,
    }
}

/// A verb that failed, with the exit code it ends in.
#[derive(Debug)]
struct Failure {
    error: anyhow::Error,
    exit: Exit,
}

impl Failure {
    fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { error: error.into(), exit }
    }

    /// The command line asks for something that cannot be done.
    fn usage(why: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, anyhow::anyhow!("{why}"))
    }
}

/// Errors of a library, with the exit code that they end in.
trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}

/// Fails where nothing is at a path that was given.
fn must_exist(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(Failure::usage(format!("{}: there is no such file or folder", path.display())))
}

fn run(verb: Verb) -> Result<Exit, Failure> {
    match verb {
        Verb::Collect(args) => collect::run(&args),
        #[cfg(feature = "report")]
        Verb::Desk(verb) => analysis::run(*verb),
        Verb::Scrub(args) => scrub::run(&args),
        Verb::Inspect { bundle, leaks: true } => leaks::run(&bundle),
        Verb::Inspect { bundle, leaks: false } => inspect::run(&bundle),
        Verb::CaseKey { verb: CaseKeyVerb::New { out } } => case_key::new(&out),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "clusterbrief", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Success)
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
