//! Progress of a collection as one line on the terminal.

use crate::collect::Progress;
pub(super) use crate::text::size::size;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Shows what is done, its share and the time left on a terminal, and nothing elsewhere.
pub(super) struct Line {
    terminal: bool,
    phase: String,
    total: u64,
    done: u64,
    started: Instant,
    drawn: Option<Instant>,
}

/// Often enough to look alive, seldom enough to cost nothing.
const REDRAW: Duration = Duration::from_millis(100);

impl Line {
    pub(super) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            phase: String::new(),
            total: 0,
            done: 0,
            started: Instant::now(),
            drawn: None,
        }
    }

    /// Clears the line.
    pub(super) fn finish(&self) {
        if self.terminal {
            let _ = write!(anstream::stderr(), "\r{:78}\r", "");
        }
    }

    fn draw(&mut self) {
        self.drawn = Some(Instant::now());
        let text = if self.total == 0 {
            self.phase.clone()
        } else {
            format!(
                "{}: {} % of {}{}",
                self.phase,
                percent(self.done, self.total),
                size(self.total),
                left(self.started.elapsed(), self.done, self.total)
            )
        };
        // A terminal that cannot be written to is no reason to stop collecting.
        let mut terminal = anstream::stderr();
        let _ = write!(terminal, "\r{text:78}").and_then(|()| terminal.flush());
    }
}

impl Progress for Line {
    fn phase(&mut self, name: &str, bytes: u64) {
        name.clone_into(&mut self.phase);
        (self.total, self.done, self.started) = (bytes, 0, Instant::now());
        if self.terminal {
            self.draw();
        }
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        if self.terminal && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            self.draw();
        }
    }
}

/// A share in whole percent, at most 100: files can grow while they are read.
fn percent(done: u64, total: u64) -> u64 {
    let percent = u128::from(done) * 100 / u128::from(total.max(1));
    u64::try_from(percent.min(100)).unwrap_or(100)
}

/// A span as a person reads a clock.
pub(super) fn span(seconds: u128) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn left(elapsed: Duration, done: u64, total: u64) -> String {
    if done == 0 || elapsed < Duration::from_secs(1) || done >= total {
        return String::new();
    }
    // Rounded up: 0:00 is shown only when the work is done.
    let seconds = (u128::from(total - done) * elapsed.as_millis()).div_ceil(u128::from(done) * 1_000);
    format!(", about {} left", span(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_shown_once_it_can_be_known() {
        assert_eq!(left(Duration::from_secs(10), 50, 100), ", about 0:10 left");
        assert_eq!(left(Duration::from_secs(90), 30, 90), ", about 3:00 left");
        assert_eq!(left(Duration::from_millis(10), 1, 100), "");
    }

    #[test]
    fn no_share_is_more_than_all() {
        assert_eq!([percent(0, 0), percent(1, 3), percent(9, 3), percent(u64::MAX, 1)], [0, 33, 100, 100]);
    }
}
