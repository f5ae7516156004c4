//! The report: one view model, one file per output format. Renderers see [`model::Report`] and [`document::Document`] only.

pub mod assemble;
mod checklist_view;
mod decided_view;
pub mod document;
mod families;
pub mod format;
pub mod html;
pub mod intake_text;
pub mod json;
pub mod kit_page;
pub mod markdown;
pub mod model;
mod page;
mod pattern_rows;
mod presentation;
mod procedure;
mod since_view;
mod svg;
pub mod table;
pub mod table_workbook;
mod term_writer;
pub mod terminal;
pub mod ticket;
pub mod workbook;

/// Why a report could not be rendered. Every cause is a fault of this program, never of the evidence.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template is wrong, or asks for something the report does not hold.
    #[error("a report template failed")]
    Template(#[from] tera::Error),
    /// The report does not serialise.
    #[error("the report could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The workbook cannot be made.
    #[error("the workbook could not be made")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The table cannot be made.
    #[error("the table could not be made")]
    Csv(#[from] csv::Error),
    /// A format of reports was asked for something else.
    #[error("only a report can be written as a table")]
    NoTable,
    /// A format of checklists was asked for something else.
    #[error("only a checklist can be written as a workbook")]
    NoChecklist,
}
