//! What a ticket says of a report, in order of worth.

use super::markup::{Block, Line, Part, Section, Span, Ticket};
use crate::finding::{Confidence, Looked};
use crate::plan::Action;
use crate::report::assemble::used;
use crate::report::model::{EvidenceView, FindingView, InputView, MissingView, NodeCard, Report, Tool};
use crate::report::presentation::{kind, size, when};
use crate::text::names::{first_of, listed};

/// Heading of what is asked for.
const MISSING: &str = "What is missing";
/// Names of a list that are shown.
const NAMES: usize = 8;
/// Lines of a list of nodes or inputs that are shown.
const LINES: usize = 20;
/// Reasons that are shown.
const REASONS: usize = 5;
/// Questions that must be there; the others are shown where there is room.
const QUESTIONS: usize = 8;
/// Pieces of evidence of a finding.
const PIECES: usize = 3;

pub(super) fn of(report: &Report) -> Ticket {
    let nodes: Vec<&str> = report.nodes.iter().map(|node| node.name.as_str()).collect();
    let label = report.verdict.label;
    let title = if nodes.is_empty() { label.to_owned() } else { format!("{label}: {}", names(&nodes)) };
    let section = |heading: &str, blocks: Vec<Block>, must: usize, noun| Section {
        heading: heading.to_owned(),
        blocks,
        must,
        yields: heading == MISSING,
        noun,
    };
    let actions = if report.actions.is_empty() {
        vec![vec![Part::words("Nothing to fix was found.")]]
    } else {
        report.actions.iter().map(|one| action(report, one)).collect()
    };
    let (questions, things): (Vec<&MissingView>, Vec<&MissingView>) =
        report.missing.iter().partition(|one| one.kind == "question");
    let how = things.iter().filter(|one| !one.how.is_empty()).map(|one| how(one)).collect();
    let more = questions.iter().skip(QUESTIONS).map(|one| vec![Part::Items(vec![ask(one)])]).collect();
    let sections = vec![
        section("", vec![verdict(report)], 1, ("the verdict", "")),
        section("What to do", actions, 1, ("action", "actions")),
        section(MISSING, vec![missing(&things, &questions)], 1, ("what is missing", "")),
        section("How to get it", how, 0, ("instruction", "instructions")),
        section("Further questions", more, 0, ("question", "questions")),
        section("Findings", report.findings.iter().map(finding).collect(), 0, ("finding", "findings")),
        section("Areas", areas(report), 0, ("the areas", "")),
        section("Nodes", nodes_seen(&report.nodes), 0, ("the nodes", "")),
        section("Inputs", inputs(&report.inputs), 0, ("the inputs", "")),
    ];
    Ticket { title, sections, made: made(&report.tool, &report.as_of) }
}

/// The last line, by which this program knows what it wrote.
pub(super) fn made(tool: &Tool, as_of: &str) -> String {
    format!(
        "Made by {} {} with knowledge of {}, as of {}. Not affiliated with the vendor of Secret Server.",
        tool.name,
        tool.version,
        tool.knowledge,
        when(as_of)
    )
}

/// Names in a sentence; of many, the first ones and how many others there are.
pub(super) fn names(names: &[&str]) -> String {
    if names.len() <= NAMES {
        return listed(names);
    }
    first_of(names, NAMES - 1)
}

fn named(all: &[String]) -> String {
    names(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

fn verdict(report: &Report) -> Block {
    let view = &report.verdict;
    let mut block = Vec::new();
    if !report.safety.is_empty() {
        block.push(Part::Paragraph(vec![Span::bold("Bundle safety, before anything else:")]));
        let line = |one: &FindingView| {
            vec![Span::bold(&one.title), Span::text(format!(": {} ", one.remedy)), Span::code(&one.rule)]
        };
        block.push(Part::Items(report.safety.iter().map(line).collect()));
    }
    block.extend(report.case.as_ref().map(|case| Part::words(case.line())));
    block.push(Part::Paragraph(vec![
        Span::text(format!("{} ", view.question)),
        Span::bold(format!("{}.", view.label)),
        Span::text(format!(" {}", view.headline)),
    ]));
    if !view.reasons.is_empty() {
        let reason = |at: usize, text: &str| if at == 0 { Span::bold(text) } else { Span::text(text) };
        let mut lines: Vec<Line> = (view.reasons.iter().take(REASONS).enumerate())
            .map(|(at, one)| vec![reason(at, &one.text), Span::text(" "), Span::code(&one.rule)])
            .collect();
        let left = view.reasons.len() - lines.len();
        if left > 0 {
            lines.push(vec![Span::text(format!("{left} more reasons among the findings"))]);
        }
        block.push(Part::Items(lines));
    }
    if !view.settle.is_empty() {
        block.push(Part::words("What would decide it:"));
        block.push(Part::Items(view.settle.iter().map(|one| vec![Span::text(one)]).collect()));
    }
    block.push(Part::words(format!("{}.", view.checks)));
    if !report.notices.is_empty() {
        block.push(Part::Items(report.notices.iter().map(|one| vec![Span::text(one)]).collect()));
    }
    let used = used(&report.inputs);
    if let Some(heading) = used.heading {
        block.push(Part::words(format!("{heading}.")));
        if !used.refused.is_empty() {
            block.push(Part::Items(used.refused.iter().map(|one| vec![Span::text(one)]).collect()));
        }
    }
    block
}

fn action(report: &Report, action: &Action) -> Block {
    let place = if action.nodes.is_empty() {
        "once for the cluster".to_owned()
    } else {
        format!("on {}", named(&action.nodes))
    };
    let unsure = match action.confidence {
        Confidence::Confirmed => "",
        Confidence::Inferred => ", inferred: first check that it is true",
    };
    let mut block = vec![Part::Paragraph(vec![
        Span::bold(format!("{}. {}", action.number, action.title)),
        Span::text(format!(" ({}{unsure}; {place})", action.severity)),
    ])];
    if !action.why.is_empty() {
        block.push(Part::words(&action.why));
    }
    let procedure = action.procedure.as_ref();
    let repair = report.repairs.iter().find(|repair| Some(&repair.id) == procedure);
    if !action.steps.is_empty() {
        block.push(Part::Steps(action.steps.iter().map(|step| vec![Span::text(step)]).collect()));
    } else if let Some(repair) = repair {
        let step = |title: &str, nodes: &[String]| {
            let on = if nodes.is_empty() { String::new() } else { format!(" ({})", named(nodes)) };
            vec![Span::text(title), Span::text(on)]
        };
        block.push(Part::Steps(repair.steps.iter().map(|one| step(&one.title, &one.nodes)).collect()));
    }
    let mut fixes: Line = Vec::new();
    for reason in &action.mends {
        fixes.push(Span::text(if fixes.is_empty() { "Fixes " } else { ", " }));
        fixes.push(Span::code(&reason.rule));
    }
    if !fixes.is_empty() {
        block.push(Part::Paragraph(fixes));
    }
    block
}

/// What is asked for, and what it decides.
fn ask(one: &MissingView) -> Line {
    let answers = if one.kind == "question" { one.how.join(" ") } else { String::new() };
    let weight = match one.blockers {
        0 => String::new(),
        1 => " (decides a blocker rule)".to_owned(),
        many => format!(" (decides {many} blocker rules)"),
    };
    vec![
        Span::text(&one.ask),
        Span::text(if answers.is_empty() { answers } else { format!(" {answers}") }),
        Span::text(weight),
    ]
}

fn missing(things: &[&MissingView], questions: &[&MissingView]) -> Block {
    let mut block = Vec::new();
    if things.is_empty() && questions.is_empty() {
        block.push(Part::words("Nothing: every rule that applies could be checked."));
    }
    if !things.is_empty() {
        block.push(Part::words("Please send:"));
        block.push(Part::Items(things.iter().map(|one| ask(one)).collect()));
        block.push(Part::words("Never send encryption.config or database.config."));
    }
    if !questions.is_empty() {
        block.push(Part::words("Please answer:"));
        block.push(Part::Items(questions.iter().take(QUESTIONS).map(|one| ask(one)).collect()));
    }
    block
}

fn how(one: &MissingView) -> Block {
    let steps = one.how.iter().map(|step| vec![Span::text(step)]).collect();
    vec![Part::Paragraph(vec![Span::bold(&one.ask)]), Part::Items(steps)]
}

fn finding(one: &FindingView) -> Block {
    let on = if one.nodes.is_empty() { String::new() } else { format!("; on {}", named(&one.nodes)) };
    let unsure = if one.confidence == Confidence::Inferred { ", inferred" } else { "" };
    let mut block = vec![Part::Paragraph(vec![
        Span::bold(&one.title),
        Span::text(format!(" ({}{unsure}{on}) ", one.severity)),
        Span::code(&one.rule),
    ])];
    if !one.detail.is_empty() {
        block.push(Part::words(&one.detail));
    }
    let mut evidence: Vec<Line> = one.evidence.iter().take(PIECES).map(piece).collect();
    let left = one.evidence.len() - evidence.len() + one.evidence_omitted;
    if left > 0 {
        let pieces = if left == 1 { "piece" } else { "pieces" };
        evidence.push(vec![Span::text(format!("{left} more {pieces} of evidence"))]);
    }
    if !evidence.is_empty() {
        block.push(Part::Items(evidence));
    }
    for cause in &one.caused_by {
        block.push(Part::Paragraph(vec![
            Span::text(format!("Probably follows from: {} ", cause.text)),
            Span::code(&cause.rule),
        ]));
    }
    if !one.remedy.is_empty() {
        block.push(Part::Paragraph(vec![Span::bold("Do:"), Span::text(format!(" {}", one.remedy))]));
    }
    block
}

fn piece(one: &EvidenceView) -> Line {
    let mut line = Vec::new();
    if !one.node.is_empty() {
        line.push(Span::text(format!("{}: ", one.node)));
    }
    line.push(Span::code(&one.place));
    if !one.fact.is_empty() {
        line.push(Span::text(format!(" {}", one.fact)));
    }
    if !one.text.is_empty() {
        line.extend([Span::text(" "), Span::code(&one.text)]);
    }
    line
}

fn areas(report: &Report) -> Vec<Block> {
    let lines: Vec<Line> = (report.verdict.areas.iter())
        .filter(|area| area.looked != Looked::NotApplicable)
        .map(|area| {
            let looked = match area.looked {
                Looked::Whole => "looked at",
                Looked::Partly => "looked at in part",
                Looked::No | Looked::NotApplicable => "not looked at",
            };
            let needed = if area.required { ", needed for the verdict" } else { "" };
            vec![Span::text(format!("{}: {looked}{needed}", area.label))]
        })
        .collect();
    if lines.is_empty() { Vec::new() } else { vec![vec![Part::Items(lines)]] }
}

/// The nodes, those with a remark first.
fn nodes_seen(nodes: &[NodeCard]) -> Vec<Block> {
    let (odd, others): (Vec<&NodeCard>, Vec<&NodeCard>) = nodes.iter().partition(|node| node.odd.is_some());
    let line = |node: &&NodeCard| {
        let counts: Vec<String> =
            node.findings.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let mut parts = vec![node.version.clone()];
        if node.role != "serving" {
            parts.push(node.role.to_owned());
        }
        parts.extend(node.odd.clone());
        parts.extend((!counts.is_empty()).then(|| format!("findings: {}", counts.join(", "))));
        vec![Span::bold(&node.name), Span::text(format!(": {}", parts.join("; ")))]
    };
    capped(odd.iter().chain(&others).map(line), "nodes")
}

fn inputs(inputs: &[InputView]) -> Vec<Block> {
    let line = |input: &InputView| {
        let word = serde_json::to_value(input.status).ok();
        let word = word.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().replace('-', " ");
        let what = serde_json::to_value(input.kind).ok();
        let what = what.as_ref().and_then(serde_json::Value::as_str).map(kind).unwrap_or_default();
        vec![Span::code(&input.name), Span::text(format!(": {word}, {what}, {}", size(input.bytes)))]
    };
    capped(inputs.iter().map(line), "inputs")
}

/// One block of lines, of many the first ones and how many others there are.
fn capped(lines: impl Iterator<Item = Line>, noun: &str) -> Vec<Block> {
    let mut lines: Vec<Line> = lines.collect();
    let left = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    if left > 0 {
        lines.push(vec![Span::text(format!("{left} other {noun}"))]);
    }
    if lines.is_empty() { Vec::new() } else { vec![vec![Part::Items(lines)]] }
}
