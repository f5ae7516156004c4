//! The two streams, and how texts look on them.

use super::wrap::wrap;
use super::{Exit, Failure, OrExit as _};
use crate::text::escape;
use anyhow::Context as _;
use clap::builder::styling::Style;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints `text`, without its colours where they are not wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    to_stdout(anstream::stdout().lock(), text.as_bytes())
}

/// Prints one line to standard error. It may quote inputs, so nothing in it may steer a terminal.
pub(super) fn complain(text: &str) {
    let line = format!("clusterbrief: {}", escape::one_line(text));
    let line = if io::stderr().is_terminal() { wrap(&line, "") } else { line + "\n" };
    // Where not even this can be written, the exit code has to do.
    let _ = anstream::stderr().write_all(line.as_bytes());
}

/// Writes to standard output and fails with its exit code.
pub(super) fn to_stdout(mut out: impl io::Write, bytes: &[u8]) -> Result<(), Failure> {
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.context("cannot write to standard output").or_exit(Exit::CannotWrite)
}

/// A text in bold.
pub(super) fn bold(text: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}")
}

/// A text after a mark or label, wrapped to the window. It may quote inputs.
pub(super) fn item(mark: &str, text: &str) -> String {
    wrap(&escape::one_line(text), mark)
}

/// "1 file", "2 files".
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
