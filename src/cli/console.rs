//! The person at the terminal, and the window that a double click opens.

use super::guided::{Account, Person};
use super::output;
use crate::collect::{Host as _, PortableHost, process};
use std::io::{self, BufRead as _, IsTerminal as _};

/// How often an answer may be no answer.
const PATIENCE: usize = 3;

/// Whoever sits at the terminal; nobody where there is none.
pub(super) struct Terminal;

impl Person for Terminal {
    fn tell(&mut self, text: &str) {
        // Who closed the window does not listen any more.
        let _ = output::print(text);
    }

    fn agrees(&mut self, question: &str) -> Option<bool> {
        if !io::stdin().is_terminal() {
            return None;
        }
        for _ in 0..PATIENCE {
            self.tell(question);
            match line()?.trim().to_lowercase().as_str() {
                "" | "y" | "yes" => return Some(true),
                "n" | "no" => return Some(false),
                _ => self.tell("Please answer y or n.\n"),
            }
        }
        None
    }

    fn chooses(&mut self, question: &str, count: usize) -> Option<usize> {
        if !io::stdin().is_terminal() {
            return None;
        }
        for _ in 0..PATIENCE {
            self.tell(question);
            match line()?.trim().parse::<usize>() {
                Ok(number) if (1..=count).contains(&number) => return number.checked_sub(1),
                _ => self.tell(&format!("Please answer with a number from 1 to {count}.\n")),
            }
        }
        None
    }
}

/// A line of standard input; `None` at its end.
fn line() -> Option<String> {
    let mut line = String::new();
    (io::stdin().lock().read_line(&mut line).ok()? > 0).then_some(line)
}

/// The account of this process.
pub(super) struct OwnAccount;

impl Account for OwnAccount {
    fn is_elevated(&self) -> Option<bool> {
        PortableHost.elevated().value().copied()
    }

    fn can_restart(&self) -> bool {
        // Started again it gets no arguments: what was asked for would be lost.
        cfg!(windows) && std::env::args_os().len() == 1
    }

    fn restart(&self) -> bool {
        process::restart_elevated()
    }
}

/// Keeps a window open that would close with this process, until what it says was read.
pub(super) fn hold_window() {
    if process::owns_its_window() && io::stdin().is_terminal() {
        Terminal.tell("\nPress Enter to close this window. ");
        let _ = line();
    }
}
