//! The HTML report: one file, no request, readable with scripts off.
//!
//! Templates are compiled in. Those whose name ends in `.html` escape every value; the style sheet and the script
//! are fixed text without template syntax, and the page's policy names their hashes, so that nothing else runs.

use super::document::Document;
use super::format::{Keep, OutputFormat, text};
use super::model::Report;
pub use super::page::PageOptions;
use super::{RenderError, page, presentation, procedure};
use crate::plan::Plan;
use crate::plan::checklist::Checklist;
use crate::text::escape::neutral;
use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
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
const TEMPLATES: [(&str, &str); 18] = [
    template!("components.html"),
    template!("base.html"),
    template!("report.html"),
    template!("handout.html"),
    template!("runbook.html"),
    template!("plan.html"),
    template!("checklist.html"),
    template!("verdict.html"),
    template!("cards.html"),
    template!("actions.html"),
    template!("findings.html"),
    template!("since.html"),
    template!("axis.html"),
    template!("errors.html"),
    template!("compared.html"),
    template!("ask.html"),
    template!("upgrade.html"),
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

/// The policy's hash of an inlined text.
pub(super) fn csp_hash(text: &str) -> String {
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
    render_with(report, &PageOptions::default())
}

/// Renders the page as chosen.
pub fn render_with(report: &Report, options: &PageOptions) -> Result<String, RenderError> {
    let (engine, context) = rayon::join(engine, || {
        let plan = report.plan.as_ref().filter(|_| options.with_plan);
        let checklist = report.checklist.as_ref().filter(|_| options.with_plan);
        let mut context = frame(report, plan, checklist, !report.repairs.is_empty());
        context.extend(page::context(report, options));
        context
    });
    Ok(engine?.render("report.html", &context)?)
}

/// Escaper of the HTML templates, safe in text and in quoted attributes.
pub(super) fn escape_html(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
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
