//! The report: one view model, one file per output format. Renderers see [`model::Report`] only.

pub mod assemble;
pub mod model;
