//! The short forms on a terminal: of a report the verdict, reasons, what to do, findings by severity, what is missing; of a
//! plan the way and the steps.

use super::assemble::used;
use super::checklist_view::ChecklistView;
use super::decided_view::DecidedView;
use super::document::Document;
use super::model::{FindingView, NodeCard, Report};
use super::procedure::{PlanView, RunbookView, StepView};
use super::since_view::{Lines, SinceView};
use super::term_writer::{LINES, Screen, Style};
use crate::finding::Severity;
use crate::plan::checklist::{Checklist, LineState};
use crate::plan::{Met, Offer, Plan};
use crate::text::escape::one_line;
use std::fmt::Write as _;

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
    let mut screen = Screen::new(width, colour);
    for finding in &report.safety {
        screen.wrapped("BUNDLE SAFETY  ", &finding.title, Some(Style::RED));
        screen.wrapped("               ", &finding.remedy, None);
    }
    if let Some(case) = &report.case {
        screen.wrapped("", &case.line(), Some(Style::BOLD));
    }
    inputs(&mut screen, report);
    let verdict = &report.verdict;
    screen.wrapped("", &verdict.question, None);
    screen.wrapped("", verdict.label, Some(verdict.state.into()));
    screen.wrapped("", &verdict.headline, None);
    for notice in &report.notices {
        screen.wrapped("", notice, None);
    }
    for reason in verdict.reasons.iter().take(LINES) {
        let finding = report.findings.iter().find(|finding| finding.anchor == reason.anchor);
        let place = finding.and_then(place);
        let place = place.map(|place| format!(", {place}")).unwrap_or_default();
        screen.wrapped("  - ", &format!("{} ({}){place}", reason.text, reason.rule), None);
    }
    screen.rest(verdict.reasons.len());
    screen.list("What would settle it", &verdict.settle.iter().map(String::as_str).collect::<Vec<_>>());
    if !report.nodes.is_empty() {
        screen.heading("Nodes");
        let names: Vec<String> = report.nodes.iter().map(|node| one_line(&node.name)).collect();
        let column = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(NAMES);
        for (node, name) in report.nodes.iter().zip(&names) {
            let (mark, style) = if node.odd.is_some() { ('!', Some(Style::RED)) } else { (' ', None) };
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
                if severity <= Severity::High {
                    named(&mut screen, report, severity);
                }
            }
        }
    }
    if let Some(decided) = DecidedView::of(report, LINES) {
        screen.heading("Decided findings");
        screen.wrapped("", &decided.verdict.headline, None);
        for remark in &decided.verdict.remarks {
            screen.wrapped("  ! ", remark, Some(Style::YELLOW));
        }
        for row in &decided.rows {
            screen.wrapped("  - ", &format!("{} ({}): {}", row.title, row.about, row.decision), None);
        }
        more(&mut screen, decided.more);
    }
    if let Some(since) = &report.since {
        changes(&mut screen, &SinceView::of(since, LINES));
    }
    procedures(&mut screen, report.plan.as_ref(), report.checklist.as_ref(), true);
    screen.list("What is missing", &report.missing.iter().map(|view| view.ask.as_str()).collect::<Vec<_>>());
    screen
        .list("Of the kit is still missing", &report.kit.left.iter().map(String::as_str).collect::<Vec<_>>());
    if let Some(line) = kit_line(report) {
        let _ = writeln!(screen.text);
        screen.wrapped("", &line, None);
    }
    let _ = writeln!(screen.text);
    screen.wrapped("", &format!("{}.", verdict.checks), Some(Style::DIM));
    screen.text
}

/// The result in one line: the verdict and its first reason.
pub fn result(report: &Report) -> String {
    let verdict = &report.verdict;
    if let Some(reason) = verdict.reasons.first() {
        return format!("{}: {} ({})", verdict.label, reason.text, reason.rule);
    }
    // The sentence on decisions is a line of its own.
    let decided = verdict.decided.as_ref().map_or("", |decided| decided.headline.as_str());
    let headline = verdict.headline.strip_prefix(decided).unwrap_or(&verdict.headline);
    format!("{}: {}", verdict.label, headline.trim_start())
}

/// What decisions make of the result, a line each: the verdict with them, and what does not count or should be looked at.
pub fn decided(report: &Report) -> Vec<String> {
    let Some(decided) = &report.verdict.decided else { return Vec::new() };
    let remarks = decided.remarks.iter().map(|remark| format!("  ! {remark}"));
    [decided.headline.clone()].into_iter().chain(remarks).collect()
}

/// Where a finding is seen: file and line of its first evidence.
fn place(finding: &FindingView) -> Option<String> {
    let piece = finding.evidence.iter().find(|piece| !piece.place.is_empty())?;
    let node = if piece.node.is_empty() { String::new() } else { format!("{} ", piece.node) };
    Some(format!("{node}{}", piece.place))
}

/// The findings of a severity with where they are seen, those left out that the reasons of the verdict show.
fn named(screen: &mut Screen, report: &Report, severity: Severity) {
    let is_shown =
        |anchor: &str| report.verdict.reasons.iter().take(LINES).any(|reason| reason.anchor == anchor);
    let findings = report.findings.iter().filter(|one| one.severity == severity && !is_shown(&one.anchor));
    let lines: Vec<String> = findings
        .map(|one| {
            let place = place(one).map(|place| format!(", {place}")).unwrap_or_default();
            format!("{} ({}){place}", one.title, one.rule)
        })
        .collect();
    for line in lines.iter().take(LINES) {
        screen.wrapped("       - ", line, None);
    }
    screen.rest(lines.len());
}

/// The one command that asks for most of what is missing.
fn kit_line(report: &Report) -> Option<String> {
    let files: Vec<&str> = report.kit.parts.iter().map(|part| part.file).collect();
    (!files.is_empty()).then(|| {
        format!(
            "All of it in one zip for the customer ({}): write this report with -o report.json, then {}.",
            files.join(", "),
            report.kit.command
        )
    })
}

/// What changed since an earlier moment.
fn changes(screen: &mut Screen, since: &SinceView<'_>) {
    screen.heading("Since last time");
    screen.wrapped("", &since.lead, None);
    for note in since.notes {
        screen.wrapped("", note, Some(Style::DIM));
    }
    for group in &since.groups {
        screen.wrapped("", &format!("{}: {}", group.heading, group.total), Some(Style::BOLD));
        for row in &group.findings {
            screen.wrapped("  - ", &format!("{} ({})", row.title, row.about), None);
        }
        more(screen, group.more);
    }
    if let Some(upgrade) = &since.upgrade {
        screen.heading(&format!("The upgrade to {}", one_line(upgrade.target)));
        for line in &upgrade.lines {
            screen.wrapped("  - ", line, None);
        }
        lines(screen, "What is left to do", &upgrade.left);
    }
    if let Some(moments) = &since.moments {
        screen.heading("Between the last good and the first bad moment");
        screen.wrapped("", &moments.lead, None);
        lines(screen, "", &moments.rows);
    }
    for node in &since.nodes {
        screen.wrapped("", &format!("{}: {}", node.node, node.summary), Some(Style::BOLD));
        lines(screen, "", &node.lines);
    }
    lines(screen, "Errors and warnings that are new or more", &since.patterns);
}

fn lines(screen: &mut Screen, heading: &str, list: &Lines) {
    if !heading.is_empty() && !list.lines.is_empty() {
        screen.heading(heading);
    }
    for line in &list.lines {
        screen.wrapped("  - ", line, None);
    }
    more(screen, list.more);
}

fn more(screen: &mut Screen, count: usize) {
    if count > 0 {
        screen.wrapped("  ", &format!("and {count} more in the report"), Some(Style::DIM));
    }
}

/// What was used and what was not.
fn inputs(screen: &mut Screen, report: &Report) {
    let used = used(&report.inputs);
    let Some(heading) = used.heading else { return };
    if used.refused.is_empty() {
        let passed = used.passed_over.unwrap_or_default();
        return screen.wrapped("", &format!("{heading}. {passed}"), Some(Style::DIM));
    }
    screen.wrapped("", &heading, Some(Style::BOLD));
    for reason in &used.refused {
        screen.wrapped("NOT READ  ", reason, Some(Style::RED));
    }
    for line in used.passed_over.iter().chain(&used.more) {
        screen.wrapped("", line, Some(Style::DIM));
    }
}

/// Renders a plan or a checklist for a terminal, in short: the way, the first node, the steps of the way to choose, what is
/// not known, and how each item stands. Ends with a line feed.
pub fn handout(handout: &Document, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.wrapped("", &handout.title, Some(Style::BOLD));
    screen.wrapped("", &handout.nodes.join(", "), None);
    procedures(&mut screen, handout.plan.as_ref(), handout.checklist.as_ref(), false);
    screen.text
}

fn procedures(screen: &mut Screen, plan: Option<&Plan>, checklist: Option<&Checklist>, short: bool) {
    if let Some(plan) = plan {
        plan_lines(screen, &PlanView::of(plan), short);
    }
    if let Some(checklist) = checklist {
        screen.heading("Checklist");
        checklist_lines(screen, &ChecklistView::of(checklist));
    }
}

/// The plan in lines; `short` leaves the steps out.
fn plan_lines(screen: &mut Screen, view: &PlanView, short: bool) {
    if let Some(path) = &view.plan.path {
        screen.heading("The way");
        for installed in &path.from {
            screen.wrapped("  ", &format!("{} on {}", installed.build, installed.owners()), None);
        }
        for leg in &view.legs {
            let count = |state| leg.requires.iter().filter(|one| one.state == state).count();
            let mut line = leg.leg.build.to_string();
            if !leg.leg.known {
                line.push_str(", no source confirms this step");
            }
            for (state, word) in [(Met::NotMet, "not met"), (Met::Unknown, "not known")] {
                if count(state) > 0 {
                    let _ = write!(line, ", {} {word}", requirements(count(state)));
                }
            }
            let style = (!leg.leg.known || count(Met::NotMet) > 0).then_some(Style::YELLOW);
            screen.wrapped("  > ", &line, style);
        }
        for warning in &path.warnings {
            screen.wrapped("  ! ", warning, Some(Style::YELLOW));
        }
    }
    if !view.builds.is_empty() {
        screen.heading("Which build closes which advisory");
        screen.wrapped("  ", &view.advice, None);
        for build in &view.builds {
            screen.wrapped("  - ", &build.line(), None);
        }
    }
    if let Some(first) = &view.plan.first {
        screen.heading("Which node first");
        let node = if view.first.is_empty() { String::new() } else { format!("{}: ", view.first) };
        screen.wrapped("  ", &format!("{node}{}", first.why), None);
    }
    if !short {
        for way in &view.ways {
            way_lines(screen, way);
        }
    }
    screen.list("What is not known", &view.unknown.iter().map(String::as_str).collect::<Vec<_>>());
}

fn requirements(count: usize) -> String {
    format!("{count} {}", if count == 1 { "requirement" } else { "requirements" })
}

fn way_lines(screen: &mut Screen, way: &RunbookView) {
    let runbook = way.runbook;
    screen.heading(&format!("{} ({})", one_line(&runbook.title), one_line(&runbook.id)));
    match &runbook.offer {
        Offer::Offered => {}
        Offer::If { conditions } => {
            for condition in conditions {
                screen.wrapped("  only if: ", condition, Some(Style::MAGENTA));
            }
        }
        Offer::Refused { why } => {
            for why in why {
                screen.wrapped("  not here: ", why, Some(Style::DIM));
            }
        }
    }
    if !way.recommended {
        return;
    }
    for StepView { step, place, .. } in &way.steps {
        let place = if step.nodes.is_empty() { (*place).to_owned() } else { step.nodes.join(", ") };
        let done = if step.proven.is_empty() { "" } else { ", done" };
        let style = (!step.proven.is_empty()).then_some(Style::DIM);
        screen.wrapped(&format!("{:>4}. ", step.number), &format!("{} ({place}{done})", step.title), style);
        for condition in &step.only_if {
            screen.wrapped("      only if ", condition, Some(Style::MAGENTA));
        }
    }
}

/// How many lines stand how, and those that are not so.
fn checklist_lines(screen: &mut Screen, view: &ChecklistView) {
    for group in &view.groups {
        let style = if group.state == LineState::NotDone { Style::RED } else { Style::BOLD };
        screen.wrapped(&format!("{:>4} ", group.count), &group.word.to_lowercase(), Some(style));
        if group.state == LineState::NotDone {
            for item in &group.items {
                let nodes: Vec<&str> = item.iter().filter_map(|line| line.node.as_deref()).collect();
                let of = if nodes.is_empty() { String::new() } else { format!(" ({})", nodes.join(", ")) };
                let text = item.first().map_or("", |line| line.text.as_str());
                screen.wrapped("     - ", &format!("{text}{of}"), None);
            }
        }
    }
}
