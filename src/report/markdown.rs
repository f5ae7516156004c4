//! The Markdown report: what a ticket needs, in the order of the page, short enough to be pasted into one.

use super::RenderError;
use super::checklist_view::ChecklistView;
use super::document::Document;
use super::format::{Keep, OutputFormat, text};
use super::model::{HitView, MatrixRow, Report};
use super::presentation::{SeverityGroup, Truncation, bands, columns_with_bundle, hits, register, row_word};
use super::procedure::{PlanView, RunbookView};
use crate::text::escape;
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "md",
    extensions: &["md", "markdown"],
    about: "Text to paste into a ticket",
    keep: Keep::Nothing,
    render: |content| text(content, render, handout),
};

macro_rules! template {
    ($name:literal) => {
        ($name, include_str!(concat!("../../report-templates/markdown/", $name)))
    };
}

const TEMPLATES: [(&str, &str); 4] =
    [template!("components.md"), template!("procedure.md"), template!("report.md"), template!("handout.md")];

/// Longest text in characters. The strictest of the usual ticket systems refuses more than 32 767; some room is left
/// for a signature or a greeting.
pub const TICKET_CHARS: usize = 32_000;

/// How much is shown, from the most to the least: pieces of evidence a finding, findings and hits a rule, rows of
/// the matrix. The first that fits a ticket is taken.
const FITS: [(usize, usize, usize); 4] = [(3, 20, 40), (2, 10, 20), (1, 5, 15), (0, 2, 10)];

/// What the template sees beside the report itself.
#[derive(Serialize)]
struct Ticket<'a> {
    report: &'a Report,
    plan: Option<PlanView<'a>>,
    checklist: Option<ChecklistView<'a>>,
    repairs: Vec<RunbookView<'a>>,
    /// The steps of the plan are listed.
    steps: bool,
    pieces: usize,
    bands: Vec<SeverityGroup>,
    cuts: Vec<Truncation>,
    hits: Vec<&'a HitView>,
    /// Rows of the matrix that differ or are not known.
    rows: Vec<&'a MatrixRow>,
    /// Such rows that are left out.
    rows_left: usize,
    /// Rows of the matrix in all.
    total: usize,
    /// How much only a person can answer.
    questions: usize,
    shortened: bool,
}

impl<'a> Ticket<'a> {
    fn new(
        report: &'a Report,
        (pieces, per_rule, most_rows): (usize, usize, usize),
        shortened: bool,
    ) -> Self {
        let (bands, cuts) = bands(&report.findings, per_rule);
        let has_bundle = columns_with_bundle(report);
        let mut rows: Vec<&MatrixRow> = report.matrix.groups.iter().flat_map(|group| &group.rows).collect();
        rows.retain(|row| matches!(row_word(row, &has_bundle), "differs" | "not known"));
        let rows_left = rows.len().saturating_sub(most_rows);
        rows.truncate(most_rows);
        Self {
            report,
            plan: report.plan.as_ref().map(PlanView::of),
            checklist: report.checklist.as_ref().map(ChecklistView::of),
            repairs: report.repairs.iter().map(RunbookView::of).collect(),
            steps: pieces > 1,
            pieces,
            bands,
            cuts,
            hits: hits(&report.errors.hits, per_rule),
            rows,
            rows_left,
            questions: report.missing.iter().filter(|missing| missing.kind == "question").count(),
            total: report.matrix.groups.iter().map(|group| group.rows.len()).sum(),
            shortened,
        }
    }
}

/// Cuts a text that fits in no way at the end of a line, and says so. The last fit shows no evidence, so no fenced
/// block can be cut open; the verdict and the plan stand first.
fn cut(text: &str) -> String {
    let note = "\nCut to fit a ticket; the HTML and JSON reports hold the rest.\n";
    let mut kept = String::new();
    let mut room = TICKET_CHARS - note.len();
    for line in text.split_inclusive('\n') {
        let length = line.chars().count();
        if length > room {
            break;
        }
        room -= length;
        kept.push_str(line);
    }
    kept + note
}

fn engine() -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    tera.autoescape_on([".md"]);
    tera.set_escape_fn(escape::markdown);
    register(&mut tera);
    // These two escape by themselves: nothing means anything inside code, if its fence is long enough.
    tera.register_filter("code", |text: &str, _: Kwargs, _: &State| {
        Value::safe_string(&escape::code_span(text))
    });
    tera.register_filter("block", |text: &str, options: Kwargs, _: &State| -> TeraResult<Value> {
        Ok(Value::safe_string(&escape::code_block(text, options.must_get("indent")?)))
    });
    tera.add_raw_templates(TEMPLATES)?;
    Ok(tera)
}

/// Renders the report. Same report, same bytes; never HTML, never a link or an image.
pub fn render(report: &Report) -> Result<String, RenderError> {
    let tera = engine()?;
    let mut text = String::new();
    for (index, fit) in FITS.into_iter().enumerate() {
        let ticket = Ticket::new(report, fit, index > 0);
        text = tera.render("report.md", &Context::from_serialize(&ticket)?)?;
        if text.chars().count() <= TICKET_CHARS {
            return Ok(text);
        }
    }
    Ok(cut(&text))
}

/// What the template of a plan or a checklist sees.
#[derive(Serialize)]
struct HandoutPage<'a> {
    report: &'a Document,
    plan: Option<PlanView<'a>>,
    checklist: Option<ChecklistView<'a>>,
}

/// Renders a plan or a checklist by itself, whole.
pub fn handout(handout: &Document) -> Result<String, RenderError> {
    let page = HandoutPage {
        report: handout,
        plan: handout.plan.as_ref().map(PlanView::of),
        checklist: handout.checklist.as_ref().map(ChecklistView::of),
    };
    Ok(engine()?.render("handout.md", &Context::from_serialize(&page)?)?)
}
