//! The two streams.

use super::paragraph::wrap;
use super::{Exit, Failure};
use crate::text::escape;
use anyhow::Context as _;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints `text`, without its colours where they are not wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    to_stdout(anstream::stdout().lock(), text.as_bytes())
}

/// Says one line on standard error. Text of inputs stands in it, so nothing in it steers a terminal.
pub(super) fn complain(text: &str) {
    let line = format!("clusterbrief: {}", escape::one_line(text));
    let line = if io::stderr().is_terminal() { wrap(&line, "") } else { line + "\n" };
    // Where not even this can be written, the exit code has to do.
    let _ = anstream::stderr().write_all(line.as_bytes());
}

/// Writes to standard output and fails with its exit code.
pub(super) fn to_stdout(mut out: impl io::Write, bytes: &[u8]) -> Result<(), Failure> {
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
        .map_err(cannot_write)
}

/// A failure to write what was asked for.
pub(super) fn cannot_write(error: anyhow::Error) -> Failure {
    Failure::new(Exit::CannotWrite, error)
}
