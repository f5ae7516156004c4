//! The Markdown report: what a ticket needs, in the order of the page, short enough to be pasted into one.

use super::RenderError;
use super::assemble::used;
use super::decided_view::{DecidedView, open};
use super::document::Document;
use super::format::{Keep, OutputFormat, text};
use super::model::{CaseView, MatrixRow, Report};
use super::pattern_rows::patterns;
use super::presentation::{self, bands, columns_with_bundle, hits, row_word};
use super::procedure::{self, RunbookView};
use super::since_view::SinceView;
use crate::text::escape;
use tera::{Context, Tera, context};

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

/// Most lines of one list of what changed.
const LINES: usize = 10;

/// What the template sees beside the report itself.
fn ticket(report: &Report, (pieces, per_rule, most_rows): (usize, usize, usize), shortened: bool) -> Context {
    let (bands, cuts) = bands(&open(report), per_rule);
    let has_bundle = columns_with_bundle(report);
    // Rows of the matrix that differ or are not known, and how many of them are left out.
    let mut rows: Vec<&MatrixRow> = report.matrix.groups.iter().flat_map(|group| &group.rows).collect();
    let total = rows.len();
    rows.retain(|row| matches!(row_word(row, &has_bundle), "differs" | "not known"));
    let rows_left = rows.len().saturating_sub(most_rows);
    rows.truncate(most_rows);
    let mut context = procedure::context(report, report.plan.as_ref(), report.checklist.as_ref());
    context.extend(context! {
        repairs => &report.repairs.iter().map(RunbookView::of).collect::<Vec<_>>(),
        // The steps of the plan are listed.
        steps => &(pieces > 1),
        pieces,
        case => &report.case.as_ref().map(CaseView::line),
        used => &used(&report.inputs),
        bands,
        cuts,
        hits => &hits(&report.errors.hits, per_rule),
        patterns => &patterns(&report.errors.patterns),
        rows,
        rows_left,
        total,
        // How much only a person can answer.
        questions => &report.missing.iter().filter(|missing| missing.kind == "question").count(),
        decided => &DecidedView::of(report, per_rule.min(LINES)),
        since => &report.since.as_ref().map(|since| SinceView::of(since, per_rule.min(LINES))),
        shortened,
    });
    context
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
    presentation::engine(".md", escape::markdown, &TEMPLATES)
}

/// Renders the report. Same report, same bytes; never HTML, never a link or an image.
pub fn render(report: &Report) -> Result<String, RenderError> {
    let tera = engine()?;
    let mut text = String::new();
    for (index, fit) in FITS.into_iter().enumerate() {
        text = tera.render("report.md", &ticket(report, fit, index > 0))?;
        if text.chars().count() <= TICKET_CHARS {
            return Ok(text);
        }
    }
    Ok(cut(&text))
}

/// Renders a plan or a checklist by itself, whole.
pub fn handout(handout: &Document) -> Result<String, RenderError> {
    let context = procedure::context(handout, handout.plan.as_ref(), handout.checklist.as_ref());
    Ok(engine()?.render("handout.md", &context)?)
}
