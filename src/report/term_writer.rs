//! A page on a terminal: wrapped at its width, coloured where that is wanted.

use crate::finding::{Readiness, Severity};
use crate::text::escape::one_line;
use crate::text::wrap::wrap;
use std::fmt::Write as _;

/// Narrowest and widest text that is still read with ease.
const WIDTHS: (usize, usize) = (40, 100);
/// Lines of a list before it is cut.
pub(super) const LINES: usize = 8;

/// A style, as the parameters of the terminal's select-graphic-rendition sequence.
#[derive(Clone, Copy)]
pub(super) struct Style(&'static str);

impl Style {
    pub(super) const BOLD: Self = Self("1");
    pub(super) const DIM: Self = Self("2");
    pub(super) const RED: Self = Self("1;31");
    pub(super) const YELLOW: Self = Self("1;33");
    const GREEN: Self = Self("1;32");
    pub(super) const MAGENTA: Self = Self("1;35");
}

impl From<Severity> for Style {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Blocker => Self::RED,
            Severity::High => Self::YELLOW,
            Severity::Medium => Self::BOLD,
            Severity::Low | Severity::Info => Self::DIM,
        }
    }
}

impl From<Readiness> for Style {
    fn from(state: Readiness) -> Self {
        match state {
            Readiness::NotReady => Self::RED,
            Readiness::Undetermined => Self::MAGENTA,
            Readiness::ReadyWithWarnings => Self::YELLOW,
            Readiness::Ready => Self::GREEN,
        }
    }
}

/// The page being written.
pub(super) struct Screen {
    pub(super) text: String,
    width: usize,
    colour: bool,
}

impl Screen {
    /// Of `width` columns, with colour only if asked.
    pub(super) fn new(width: usize, colour: bool) -> Self {
        Self { text: String::new(), width: width.clamp(WIDTHS.0, WIDTHS.1), colour }
    }

    pub(super) fn painted(&self, text: &str, style: Style) -> String {
        if self.colour { format!("\u{1b}[{}m{text}\u{1b}[0m", style.0) } else { text.to_owned() }
    }

    /// Writes text wrapped at the width, its first line behind `lead` and the others indented as far. Every
    /// treacherous character of the text is shown, so the only control sequences on the screen are ours.
    pub(super) fn wrapped(&mut self, lead: &str, text: &str, style: Option<Style>) {
        let indent = lead.chars().count();
        // Painted afterwards, since a control sequence has no width.
        let lines = wrap(&one_line(text), "", self.width.saturating_sub(indent).max(20));
        for (number, line) in lines.iter().enumerate() {
            let head = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let body = style.map_or_else(|| line.clone(), |style| self.painted(line, style));
            let _ = writeln!(self.text, "{head}{body}");
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        let painted = self.painted(text, Style::BOLD);
        let _ = writeln!(self.text, "\n{painted}");
    }

    /// A list under its heading, where it has items; long ones are cut.
    pub(super) fn list(&mut self, heading: &str, items: &[&str]) {
        if !items.is_empty() {
            self.heading(heading);
            for item in items.iter().take(LINES) {
                self.wrapped("  - ", item, None);
            }
            self.rest(items.len());
        }
    }

    /// Says how much of a list was left out.
    pub(super) fn rest(&mut self, total: usize) {
        if total > LINES {
            let more = self.painted(&format!("  and {} more in the report", total - LINES), Style::DIM);
            let _ = writeln!(self.text, "{more}");
        }
    }
}
