//! The summary on a terminal: verdict, reasons, what to do, findings by severity, what is missing.

use super::escape::one_line;
use super::model::{NodeCard, Report};
use crate::finding::{Severity, State};
use std::fmt::Write as _;

/// Narrowest and widest text that is still read with ease.
const WIDTHS: (usize, usize) = (40, 100);
/// Lines of a list before it is cut.
const LINES: usize = 8;

/// A style, as the parameters of the terminal's select-graphic-rendition sequence.
#[derive(Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Magenta,
}

impl Style {
    const fn parameters(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Yellow => "1;33",
            Self::Green => "1;32",
            Self::Magenta => "1;35",
        }
    }
}

impl From<Severity> for Style {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Blocker => Self::Red,
            Severity::High => Self::Yellow,
            Severity::Medium => Self::Bold,
            Severity::Low | Severity::Info => Self::Dim,
        }
    }
}

impl From<State> for Style {
    fn from(state: State) -> Self {
        match state {
            State::NotReady => Self::Red,
            State::CannotSay => Self::Magenta,
            State::ReadyWithWarnings => Self::Yellow,
            State::Ready => Self::Green,
        }
    }
}

/// The page being written.
struct Screen {
    text: String,
    width: usize,
    colour: bool,
}

impl Screen {
    fn painted(&self, text: &str, style: Style) -> String {
        if self.colour { format!("\u{1b}[{}m{text}\u{1b}[0m", style.parameters()) } else { text.to_owned() }
    }

    /// Writes text wrapped at the width, its first line behind `lead` and the others indented as far. Every
    /// treacherous character of the text is shown, so the only control sequences on the screen are ours.
    fn wrapped(&mut self, lead: &str, text: &str, style: Option<Style>) {
        let indent = lead.chars().count();
        let room = self.width.saturating_sub(indent).max(20);
        let mut lines = vec![String::new()];
        for word in one_line(text).split(' ') {
            // Every character counts as one column: names and paths of the product are Latin.
            let used = lines.last().map_or(0, |line| line.chars().count());
            match lines.last_mut() {
                Some(line) if used == 0 || used + 1 + word.chars().count() <= room => {
                    if used > 0 {
                        line.push(' ');
                    }
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        for (number, line) in lines.iter().enumerate() {
            let head = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let body = style.map_or_else(|| line.clone(), |style| self.painted(line, style));
            let _ = writeln!(self.text, "{head}{body}");
        }
    }

    fn heading(&mut self, text: &str) {
        let painted = self.painted(text, Style::Bold);
        let _ = writeln!(self.text, "\n{painted}");
    }

    /// Says how much of a list was left out.
    fn rest(&mut self, total: usize) {
        if total > LINES {
            let more = self.painted(&format!("  and {} more in the report", total - LINES), Style::Dim);
            let _ = writeln!(self.text, "{more}");
        }
    }
}

/// Widest column of node names; a longer name gets no column.
const NAMES: usize = 24;

fn node_line(node: &NodeCard) -> String {
    let mut parts = Vec::new();
    // What makes a node odd often is its version: one of the two does.
    if !node.odd.as_ref().is_some_and(|odd| odd.contains(&node.version)) {
        parts.push(node.version.as_str());
    }
    if node.role != "serving" {
        parts.push(node.role);
    }
    parts.extend(node.odd.as_deref());
    parts.join(", ")
}

/// Renders the summary for a terminal of `width` columns, with colour only if asked. Ends with a line feed.
pub fn render(report: &Report, width: usize, colour: bool) -> String {
    let mut screen = Screen { text: String::new(), width: width.clamp(WIDTHS.0, WIDTHS.1), colour };
    for finding in &report.safety {
        screen.wrapped("BUNDLE SAFETY  ", &finding.title, Some(Style::Red));
        screen.wrapped("               ", &finding.remedy, None);
    }
    let verdict = &report.verdict;
    screen.wrapped("", &verdict.question, None);
    screen.wrapped("", verdict.label, Some(verdict.state.into()));
    screen.wrapped("", &verdict.headline, None);
    for reason in verdict.reasons.iter().take(LINES) {
        screen.wrapped("  - ", &format!("{} ({})", reason.text, reason.rule), None);
    }
    screen.rest(verdict.reasons.len());
    if !verdict.settle.is_empty() {
        screen.heading("What would settle it");
        for item in verdict.settle.iter().take(LINES) {
            screen.wrapped("  - ", item, None);
        }
        screen.rest(verdict.settle.len());
    }
    if !report.nodes.is_empty() {
        screen.heading("Nodes");
        let names: Vec<String> = report.nodes.iter().map(|node| one_line(&node.name)).collect();
        let column = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(NAMES);
        for (node, name) in report.nodes.iter().zip(&names) {
            let (mark, style) = if node.odd.is_some() { ('!', Some(Style::Red)) } else { (' ', None) };
            if name.chars().count() <= column {
                screen.wrapped(&format!("  {mark} {name:column$}  "), &node_line(node), style);
            } else {
                screen.wrapped(&format!("  {mark} "), &format!("{name}: {}", node_line(node)), style);
            }
        }
    }
    if !report.actions.is_empty() {
        screen.heading("What to do");
        for action in report.actions.iter().take(LINES) {
            screen.wrapped(&format!("{:>3}. ", action.number), &action.title, None);
        }
        screen.rest(report.actions.len());
    }
    if !report.findings.is_empty() {
        screen.heading("Findings");
        for severity in Severity::ALL {
            let count = report.findings.iter().filter(|finding| finding.severity == severity).count();
            if count > 0 {
                let word = screen.painted(severity.word(), severity.into());
                let _ = writeln!(screen.text, "{count:>4} {word}");
            }
        }
    }
    if !report.missing.is_empty() {
        screen.heading("What is missing");
        for missing in report.missing.iter().take(LINES) {
            screen.wrapped("  - ", &missing.ask, None);
        }
        screen.rest(report.missing.len());
    }
    let count = |word| report.coverage.counts.get(word).copied().unwrap_or(0);
    let _ = writeln!(screen.text);
    let coverage = format!(
        "{} rules: {} with findings, {} failed, {} unknown, {} passed, {} not applicable",
        count("total"),
        count("findings"),
        count("failed"),
        count("unknown"),
        count("pass"),
        count("not-applicable")
    );
    screen.wrapped("", &coverage, Some(Style::Dim));
    screen.text
}
