//! Verbs of the command line. The only room that prints, asks and reads the clock.

use std::process::ExitCode;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
