//! Exit codes. Scripts depend on them (README, `docs/report-format.md`): they never change meaning.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything went well.
    Success = 0,
    /// The result was written, and the verdict reached `--fail-on`.
    FailOn = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The result was written, but some input was refused.
    PartialInput = 3,
    /// No input was usable.
    NoInput = 4,
    /// The output could not be written.
    CannotWrite = 5,
    /// The leak scan failed the collection.
    Leak = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
