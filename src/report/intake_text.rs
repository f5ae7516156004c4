//! What each input of a case is and what it decides, for the terminal.

use super::model::{InputView, Report};
use super::presentation::{kind, when};
use super::term_writer::{Screen, Style};
use crate::model::{Grade, InputStatus};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Renders for a terminal what each input is, how much it can prove, and what it decides. Ends with a line feed.
pub fn render(report: &Report, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    for input in &report.inputs {
        screen.wrapped("", &input.name, Some(Style::BOLD));
        if !input.status.is_used() {
            let reason = input.reason.as_deref().unwrap_or("it cannot be read");
            let reason = reason.strip_prefix(&input.name).unwrap_or(reason).trim_start();
            let (mark, style) = match input.status {
                InputStatus::PassedOver => ("    passed over: ", Style::DIM),
                _ => ("    not used: ", Style::RED),
            };
            screen.wrapped(mark, reason, Some(style));
            continue;
        }
        screen.wrapped("    ", &input_line(input), None);
        for problem in &input.problems {
            screen.wrapped("    problem: ", &problem.text, None);
        }
        for note in &input.notes {
            screen.wrapped("    note: ", note, Some(Style::DIM));
        }
    }
    let used = report.inputs.iter().filter(|input| input.status.is_used()).count();
    let _ = writeln!(screen.text);
    screen.wrapped("", &format!("{used} of {} inputs used.", report.inputs.len()), None);
    screen.text
}

/// What an input is and decides, in one line.
fn input_line(input: &InputView) -> String {
    let word = serde_json::to_value(input.kind).ok();
    let mut parts = vec![kind(word.as_ref().and_then(|word| word.as_str()).unwrap_or_default())];
    parts.extend((!input.holds.is_empty()).then(|| format!(" ({})", input.holds.join("; "))));
    parts.extend(input.node.as_ref().map(|node| format!(" of {node}")));
    // What a bundle and a copied folder are their kinds say already.
    parts.extend(
        input
            .grade
            .filter(|grade| ![Grade::Bundle, Grade::Copied].contains(grade))
            .map(|grade| format!(", {}", grade.phrase())),
    );
    parts.extend(input.taken.as_ref().map(|taken| format!(", {}", when(taken))));
    parts.push(match input.decided.len() {
        0 => "; decides nothing".to_owned(),
        1 => "; decides 1 rule".to_owned(),
        rules => format!("; decides {rules} rules"),
    });
    let proves: BTreeSet<&str> = input.proves.iter().map(|one| one.rule.as_str()).collect();
    let proves: Vec<&str> = proves.into_iter().collect();
    parts.extend((!proves.is_empty()).then(|| format!("; shows {}", proves.join(", "))));
    parts.concat()
}
