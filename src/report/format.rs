//! What every output format says of itself. A format is one file with one [`OutputFormat`], listed here.

use super::document::Document;
use super::model::Report;
use super::{RenderError, html, json, markdown, table, table_workbook, workbook};

/// Formats of a report.
pub static FORMATS: [&OutputFormat; 5] =
    [&html::FORMAT, &markdown::FORMAT, &json::FORMAT, &table_workbook::FORMAT, &table::FORMAT];
/// Formats of a plan.
pub static PLAN_FORMATS: [&OutputFormat; 3] = [&html::FORMAT, &markdown::FORMAT, &json::FORMAT];
/// Formats of a checklist.
pub static CHECKLIST_FORMATS: [&OutputFormat; 4] =
    [&workbook::FORMAT, &html::FORMAT, &markdown::FORMAT, &json::FORMAT];

/// A format in which results are written.
#[derive(Debug)]
pub struct OutputFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// Extensions of its files, the usual one first.
    pub extensions: &'static [&'static str],
    /// What it is good for, in one line.
    pub about: &'static str,
    /// Whether a file of this format that is there already may be evidence, or hold what a person wrote into it.
    pub keep: Keep,
    /// Renders a result. Same result, same bytes.
    pub render: fn(Content<'_>) -> Result<Vec<u8>, RenderError>,
}

/// Renders a result with the function for its kind.
pub(super) fn text(
    content: Content<'_>,
    report: fn(&Report) -> Result<String, RenderError>,
    document: fn(&Document) -> Result<String, RenderError>,
) -> Result<Vec<u8>, RenderError> {
    let text = match content {
        Content::Report(shown) => report(shown),
        Content::Document(shown) => document(shown),
    };
    Ok(text?.into_bytes())
}

/// What may be overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A page, which is made again at will.
    Nothing,
    /// Files among the evidence that this program did not write.
    Evidence,
    /// Every file: a person may have filled it in.
    All,
}

/// What is rendered.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// A report.
    Report(&'a Report),
    /// A plan or a checklist.
    Document(&'a Document),
}
