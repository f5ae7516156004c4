//! The person at the terminal, and the window that a double click opens.

use super::guided::{Privileges, Prompt};
use super::output;
use crate::collect::{Host as _, PortableHost, process};
use std::io::{self, BufRead as _, IsTerminal as _};

/// Questions to the person at the terminal; without a terminal nobody answers.
pub(super) struct Terminal;

impl Prompt for Terminal {
    fn print(&mut self, text: &str) {
        // Where nothing can be printed, nobody reads any more.
        let _ = output::print(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        if !io::stdin().is_terminal() {
            return None;
        }
        self.print(question);
        let mut line = String::new();
        (io::stdin().lock().read_line(&mut line).ok()? > 0).then_some(line)
    }
}

/// Rights of the account of this process.
pub(super) fn privileges() -> Privileges<'static> {
    Privileges {
        elevated: PortableHost.elevated().value().copied(),
        // Started again it gets no arguments: what was asked for would be lost.
        restart: (cfg!(windows) && std::env::args_os().len() == 1).then_some(&process::restart_elevated),
    }
}

/// Keeps a window open that would close with this process, until its text was read.
pub(super) fn hold_window() {
    if process::owns_its_window() {
        let _ = Terminal.ask("\nPress Enter to close this window. ");
    }
}
