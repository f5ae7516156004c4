//! Progress of a collection: one line on standard error, redrawn in place on a terminal.

use crate::collect::Progress;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Shows phase, bytes and time left on a terminal, and nothing but the phases elsewhere.
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

    /// Leaves the line clean for what comes after it.
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
                "{}: {} of {}{}",
                self.phase,
                size(self.done),
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
        } else {
            let _ = writeln!(anstream::stderr(), "{name}");
        }
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        if self.terminal && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            self.draw();
        }
    }
}

/// Bytes as a person reads them.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KB", bytes as f64 / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GB", bytes as f64 / 1_073_741_824.0),
    }
}

fn left(elapsed: Duration, done: u64, total: u64) -> String {
    if done == 0 || elapsed < Duration::from_secs(1) || done >= total {
        return String::new();
    }
    // A second begun is a second: nothing is left only when it is done.
    let seconds = (u128::from(total - done) * elapsed.as_millis()).div_ceil(u128::from(done) * 1_000);
    format!(", about {}:{:02} left", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_said_once_it_can_be_known() {
        assert_eq!(left(Duration::from_secs(10), 50, 100), ", about 0:10 left");
        assert_eq!(left(Duration::from_secs(90), 30, 90), ", about 3:00 left");
        assert_eq!(left(Duration::from_millis(10), 1, 100), "");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(12), size(2048), size(3 << 20)], ["12 B", "2.0 KB", "3.0 MB"]);
    }
}
