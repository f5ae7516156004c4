//! The HTML report: one file, no request, readable with scripts off.
//!
//! Templates are compiled in. Those whose name ends in `.html` escape every value; the style sheet and the script
//! are fixed text without template syntax, and the page's policy names their hashes, so that nothing else runs.

use super::RenderError;
use super::assemble::used;
use super::decided_view::{DecidedView, open};
use super::document::Document;
use super::families::families;
use super::format::{Keep, OutputFormat, text};
use super::model::{Cell, CellState, Report};
use super::pattern_rows::patterns;
use super::presentation::{self, ROWS, bands, columns_with_bundle, hits, row_word};
use super::procedure::{self, RunbookView};
use super::since_view::SinceView;
use super::svg::chart;
use crate::plan::Plan;
use crate::plan::checklist::Checklist;
use crate::text::escape::neutral;
use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io;
use std::sync::LazyLock;
use tera::{Context, Tera, context};

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "html",
    extensions: &["html", "htm"],
    about: "One self-contained page",
    keep: Keep::Nothing,
    render: |content| text(content, render, handout),
};

macro_rules! template {
    ($name:literal) => {
        ($name, include_str!(concat!("../../report-templates/html/", $name)))
    };
}

const STYLE: (&str, &str) = template!("report.css");
/// What only procedures and checklists need.
const PROCEDURE_STYLE: (&str, &str) = template!("procedure.css");
const SCRIPT: (&str, &str) = template!("report.js");
const TEMPLATES: [(&str, &str); 16] = [
    template!("components.html"),
    template!("base.html"),
    template!("report.html"),
    template!("handout.html"),
    template!("runbook.html"),
    template!("plan.html"),
    template!("checklist.html"),
    template!("verdict.html"),
    template!("actions.html"),
    template!("missing.html"),
    template!("matrix.html"),
    template!("findings.html"),
    template!("since.html"),
    template!("axis.html"),
    template!("errors.html"),
    template!("appendix.html"),
];

/// The style sheets and the script as they are in a page, by the names of their files.
static FIXED: LazyLock<[(&str, String); 3]> =
    LazyLock::new(|| [STYLE, PROCEDURE_STYLE, SCRIPT].map(|(name, text)| (name, squeezed(name, text))));

/// A style sheet or script without what only its authors need: comments of whole lines, indentation and, of a style sheet,
/// blanks around its signs.
fn squeezed(name: &str, text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let text = lines.collect::<Vec<_>>().join("\n");
    if !name.ends_with("css") {
        return text;
    }
    let signs = [
        (" { ", "{"),
        (" {", "{"),
        ("{ ", "{"),
        ("; }", "}"),
        (" }", "}"),
        ("; ", ";"),
        (": ", ":"),
        (", ", ","),
    ];
    signs.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

/// What every page needs: `shown` is the report, or what a page of a plan or a checklist calls so.
fn frame(
    shown: &impl Serialize,
    plan: Option<&Plan>,
    checklist: Option<&Checklist>,
    repairs: bool,
) -> Context {
    // The style sheet of procedures is in the page.
    let procedures = plan.is_some() || checklist.is_some() || repairs;
    let [(_, style), (_, procedure), (_, script)] = &*FIXED;
    let style = if procedures { [style.as_str(), procedure].concat() } else { style.clone() };
    let mut context = procedure::context(shown, plan, checklist);
    context.extend(context! {
        style_hash => &csp_hash(&style),
        script_hash => &csp_hash(script),
        procedures,
    });
    context
}

/// Rows of one group of the matrix on a page; the JSON report holds all.
const GROUP_ROWS: usize = 50;

/// Lines of one list of what changed on a page; the JSON report holds all.
const SINCE: usize = 40;

/// How the matrix is shown.
#[derive(Serialize)]
struct Grid {
    /// For each group, the rows to show and how they read.
    groups: Vec<GridGroup>,
    /// Rows on which nodes agree, or may differ: the filter hides them.
    quiet: usize,
    /// Rows that are shown at all.
    shown: usize,
    /// Rows in all, omitted ones included.
    total: usize,
    /// Rows of which nothing is known on any node; the page only counts them.
    unknown: usize,
}

/// A group of the matrix.
#[derive(Serialize)]
struct GridGroup {
    /// Index into the report's groups.
    index: usize,
    /// Rows: their index and their word.
    rows: Vec<GridRow>,
    /// Every row is quiet.
    quiet: bool,
    /// Rows not shown that differ.
    omitted: usize,
}

/// A row of the matrix.
#[derive(Serialize)]
struct GridRow {
    index: usize,
    word: &'static str,
    quiet: bool,
    /// Every node shows the same, so that one cell says it for all.
    one: bool,
}

fn grid(report: &Report) -> Grid {
    let has_bundle = columns_with_bundle(report);
    let mut groups = Vec::new();
    let (mut quiet, mut shown, mut total, mut unknown) = (0, 0, 0, 0);
    for (index, group) in report.matrix.groups.iter().enumerate() {
        let mut rows: Vec<GridRow> = group
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.cells.iter().any(|cell| cell.state != CellState::Unknown))
            .map(|(index, row)| {
                let word = row_word(row, &has_bundle);
                let content = |cell: &Cell| (cell.state, cell.text.clone(), cell.note.clone());
                let one =
                    row.cells.windows(2).all(|pair| pair.first().map(content) == pair.last().map(content));
                GridRow { index, word, quiet: !matches!(word, "differs" | "not known"), one }
            })
            .collect();
        unknown += group.rows.len() - rows.len();
        let differing = |rows: &[GridRow]| rows.iter().filter(|row| row.word == "differs").count();
        let before = differing(&rows);
        if rows.len() > GROUP_ROWS {
            // A long group, such as a folder of files, shows what differs; the number of the rest is said.
            rows.retain(|row| !row.quiet);
            rows.truncate(GROUP_ROWS);
        }
        quiet += rows.iter().filter(|row| row.quiet).count();
        shown += rows.len();
        total += group.rows.len();
        groups.push(GridGroup {
            index,
            quiet: rows.iter().all(|row| row.quiet),
            omitted: before - differing(&rows),
            rows,
        });
    }
    groups.retain(|group| !group.rows.is_empty());
    Grid { groups, quiet, shown, total, unknown }
}

/// The policy's hash of an inlined text.
fn csp_hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

fn engine() -> Result<Tera, RenderError> {
    let fixed = FIXED.iter().map(|(name, text)| (*name, text.as_str()));
    presentation::engine(".html", escape_html, &TEMPLATES.into_iter().chain(fixed).collect::<Vec<_>>())
}

/// Renders a plan or a checklist by itself. Same handout, same bytes.
pub fn handout(handout: &Document) -> Result<String, RenderError> {
    let mut context = frame(handout, handout.plan.as_ref(), handout.checklist.as_ref(), false);
    // No texts of rules are on the page.
    context.insert("rule_ids", &[""; 0]);
    Ok(engine()?.render("handout.html", &context)?)
}

/// Renders the page. Same report, same bytes.
pub fn render(report: &Report) -> Result<String, RenderError> {
    let (engine, context) = rayon::join(engine, || page(report));
    Ok(engine?.render("report.html", &context)?)
}

/// What the templates see beside the report itself.
fn page(report: &Report) -> Context {
    let decided = DecidedView::of(report, SINCE);
    let (bands, cuts) = bands(&open(report), ROWS);
    let shown = bands.iter().flat_map(|band| &band.findings);
    let shown = shown.flat_map(|shown| std::iter::once(&shown.finding).chain(&shown.follows));
    let shown = shown.chain(&report.safety).map(|finding| finding.anchor.as_str());
    let decided_rows = decided.iter().flat_map(|view| &view.rows).map(|row| row.anchor);
    // Anchors that are on the page; a finding that is cut has none.
    let anchors: BTreeSet<_> = shown
        .chain(decided_rows)
        .chain(report.missing.iter().map(|missing| missing.anchor.as_str()))
        .collect();
    let repairs: Vec<RunbookView> = report.repairs.iter().map(RunbookView::of).collect();
    let rule_ids: BTreeSet<_> = report.rules.iter().map(|rule| &rule.id).collect();
    let source_keys: BTreeSet<_> = report.sources.iter().map(|source| &source.key).collect();
    let (plan, checklist) = (report.plan.as_ref(), report.checklist.as_ref());
    let mut context = frame(report, plan, checklist, !report.repairs.is_empty());
    context.extend(context! {
        repairs,
        rule_ids,
        source_keys,
        anchors,
        bands,
        cuts,
        grid => &grid(report),
        used => &used(&report.inputs),
        hits => &hits(&report.errors.hits, ROWS),
        patterns => &patterns(&report.errors.patterns),
        families => &families(&report.coverage),
        chart => &chart(&report.errors.axis),
        decided,
        since => &report.since.as_ref().map(|since| SinceView::of(since, SINCE)),
    });
    context
}

/// Escaper of the HTML templates, safe in text and in quoted attributes.
fn escape_html(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    tera::escape_html(&neutral(text), out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaped_html_is_text_and_nothing_else(text in any::<String>()) {
            let mut escaped = Vec::new();
            escape_html(&text, &mut escaped).unwrap();
            let page = format!("<p a=\"{0}\">{0}</p>", String::from_utf8(escaped).unwrap());
            let parsed = roxmltree::Document::parse(&page).unwrap();
            prop_assert_eq!(parsed.descendants().filter(roxmltree::Node::is_element).count(), 1);
            prop_assert_eq!(parsed.root_element().text().unwrap_or(""), neutral(&text));
        }
    }
}
