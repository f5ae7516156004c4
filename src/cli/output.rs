//! The two streams, and how texts look on them.

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

/// Prints a line about what was done to standard error, where it is in nobody's way. It may quote inputs.
#[cfg(feature = "report")]
pub(super) fn remark(text: &str) {
    let line = escape::one_line(text);
    let line = if io::stderr().is_terminal() { wrap(&line, "") } else { line + "\n" };
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

/// Columns of the narrowest window that Windows opens by itself.
pub(super) const WIDTH: usize = 80;

/// Breaks a text into lines that fit the window; the first begins with `mark`, the others as far in.
pub(super) fn wrap(text: &str, mark: &str) -> String {
    let lines = crate::text::wrap::wrap(text, mark, WIDTH - 1);
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// A text after a mark or label, wrapped to the window. It may quote inputs.
pub(super) fn item(mark: &str, text: &str) -> String {
    wrap(&escape::one_line(text), mark)
}

/// "1 file", "2 files".
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
