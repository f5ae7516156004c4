//! What a ticket says of a plan or a checklist, in order of worth.

use super::blocks::{made, names};
use super::markup::{Block, Line, Part, Section, Span, Ticket};
use crate::plan::{Met, Offer};
use crate::report::checklist_view::ChecklistView;
use crate::report::document::Document;
use crate::report::procedure::{PlanView, RunbookView, StepView};

/// Heading of what nobody knows yet.
const UNKNOWN: &str = "What is not known";

pub(super) fn of(document: &Document) -> Ticket {
    let mut sections = Vec::new();
    let nodes: Vec<&str> = document.nodes.iter().map(String::as_str).collect();
    let mut top = Vec::new();
    if !nodes.is_empty() {
        top.push(Part::words(format!("Nodes: {}.", names(&nodes))));
    }
    let view = document.plan.as_ref().map(PlanView::of);
    if let Some(view) = &view {
        top.extend(path(view));
    }
    sections.push(section("", vec![top], 1, ("the path", "")));
    if let Some(view) = &view {
        let items = |lines: &[String]| lines.iter().map(|one| vec![Span::text(one)]).collect::<Vec<Line>>();
        if !view.unknown.is_empty() {
            let block = vec![Part::Items(items(&view.unknown))];
            sections.push(section(UNKNOWN, vec![block], 1, ("what is not known", "")));
        }
        let blocks = requirements(view);
        sections.push(section("What is not met or not known", blocks, 0, ("requirement", "requirements")));
        if !document.never.is_empty() {
            let block = vec![Part::Items(items(&document.never))];
            sections.push(section("Never", vec![block], 0, ("what never to do", "")));
        }
        let recommended = view.recommended();
        let others = view
            .ways
            .iter()
            .filter(|way| !way.recommended && !matches!(way.runbook.offer, Offer::Refused { .. }));
        for way in recommended.into_iter().chain(others) {
            sections.push(section(&way.runbook.title, steps(way), 0, ("step", "steps")));
        }
    }
    if let Some(checklist) = &document.checklist {
        let view = ChecklistView::of(checklist);
        for group in &view.groups {
            let line = |item: &Vec<&crate::plan::checklist::Line>| {
                let text = item.first().map_or("", |line| line.text.as_str());
                let nodes: Vec<&str> = item.iter().filter_map(|line| line.node.as_deref()).collect();
                let of = if nodes.is_empty() { String::new() } else { format!(" ({})", names(&nodes)) };
                vec![Part::Items(vec![vec![Span::text(text), Span::text(of)]])]
            };
            let blocks = group.items.iter().map(line).collect();
            sections.push(section(group.word, blocks, 0, ("line", "lines")));
        }
    }
    Ticket { title: document.title.clone(), sections, made: made(&document.tool, &document.as_of) }
}

fn section(heading: &str, blocks: Vec<Block>, must: usize, noun: (&'static str, &'static str)) -> Section {
    Section { heading: heading.to_owned(), blocks, must, yields: heading == UNKNOWN, noun }
}

/// What is installed, what to install, and where to begin.
fn path(view: &PlanView<'_>) -> Vec<Part> {
    let mut lines: Vec<Line> = Vec::new();
    for (build, owners) in &view.from {
        lines.push(vec![Span::text(format!("Installed: {build} on {owners}"))]);
    }
    for hop in &view.legs {
        let mut line = vec![Span::text("Then: "), Span::bold(hop.leg.build.to_string())];
        if !hop.leg.known {
            line.push(Span::text(", no source confirms this step"));
        }
        for (state, word) in [(Met::NotMet, "not met"), (Met::Unknown, "not known")] {
            let count = hop.requires.iter().filter(|one| one.state == state).count();
            if count > 0 {
                line.push(Span::text(format!(", {count} of its requirements {word}")));
            }
        }
        lines.push(line);
    }
    for warning in view.plan.path.iter().flat_map(|path| &path.warnings) {
        lines.push(vec![Span::bold("Mind:"), Span::text(format!(" {warning}"))]);
    }
    if let Some(package) = view.plan.path.as_ref().and(view.plan.package.as_ref()) {
        lines.push(vec![
            Span::text("Package: "),
            Span::bold(&package.name),
            Span::text(format!(". {}", package.verdict)),
        ]);
    }
    if let Some(first) = &view.plan.first {
        let mut line = vec![Span::text("First node: ")];
        if !view.first.is_empty() {
            line.extend([Span::bold(view.first), Span::text(". ")]);
        }
        line.push(Span::text(&first.why));
        lines.push(line);
    }
    let mut parts = if lines.is_empty() { Vec::new() } else { vec![Part::Items(lines)] };
    if !view.advice.is_empty() {
        parts.push(Part::words(&view.advice));
    }
    parts
}

/// A block for each requirement that somebody has to look at.
fn requirements(view: &PlanView<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for hop in &view.legs {
        let open = hop.requires.iter().filter(|one| matches!(one.state, Met::NotMet | Met::Unknown));
        for need in open {
            let mut lines: Vec<Line> = Vec::new();
            for group in &need.groups {
                let why = if group.why.is_empty() { String::new() } else { format!(": {}", group.why) };
                lines.push(vec![
                    Span::text(format!("{}, {}{why} ", names(&group.subjects), group.word)),
                    Span::code(group.rule),
                ]);
            }
            let mut block = vec![Part::Paragraph(vec![
                Span::bold(need.word),
                Span::text(format!(" before {}: {}", hop.leg.build, need.text)),
            ])];
            block.extend((!lines.is_empty()).then_some(Part::Items(lines)));
            blocks.push(block);
        }
    }
    blocks
}

/// The steps of a way; what is to be known before is a part of the first.
fn steps(way: &RunbookView<'_>) -> Vec<Block> {
    let mut before: Vec<Line> = Vec::new();
    if let Offer::If { conditions } = &way.runbook.offer {
        before.extend(conditions.iter().map(|one| vec![Span::text(format!("Only if {one}"))]));
    }
    before.extend(way.runbook.preface.iter().map(|one| vec![Span::text(one)]));
    let mut blocks: Vec<Block> = way.steps.iter().map(step).collect();
    if let (Some(first), false) = (blocks.first_mut(), before.is_empty()) {
        first.insert(0, Part::Items(before));
    }
    blocks
}

fn step(view: &StepView<'_>) -> Block {
    let step = view.step;
    let nodes: Vec<&str> = step.nodes.iter().map(String::as_str).collect();
    let place = if nodes.is_empty() { view.place.to_owned() } else { names(&nodes) };
    let mut block = vec![Part::Paragraph(vec![
        Span::bold(format!("{}. {}", step.number, step.title)),
        Span::text(format!(" ({place})")),
    ])];
    if let Some(same) = view.same {
        block.push(Part::words(format!("The same as step {same} of the recommended way.")));
        return block;
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut add = |label: &str, texts: &[String]| {
        for text in texts {
            lines.push(vec![Span::bold(label), Span::text(format!(" {text}"))]);
        }
    };
    add("Only if", &step.only_if);
    add("Done, as the evidence shows:", &step.proven);
    add("", &step.how);
    add("Open", &step.pages);
    block.extend((!lines.is_empty()).then_some(Part::Items(lines)));
    for group in &view.commands {
        for command in &group.lines {
            block.push(Part::words(format!("On {}: {}", names(&group.nodes), command.does)));
            block.push(Part::Code(command.line.clone()));
            let open: Vec<Line> = command.open.iter().map(|one| vec![Span::text(one)]).collect();
            block.extend((!open.is_empty()).then_some(Part::Items(open)));
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    for (label, texts) in [("Before you go on:", &step.check), ("Rollback:", &step.back)] {
        for text in texts {
            lines.push(vec![Span::bold(label), Span::text(format!(" {text}"))]);
        }
    }
    block.extend((!lines.is_empty()).then_some(Part::Items(lines)));
    block
}
