//! The JSON report: the view model as it is, whole. Its schema is `docs/report.schema.json`.

use super::RenderError;
use super::model::Report;

/// Renders the report as indented JSON, one line feed at the end. Nothing is left out or shortened.
pub fn render(report: &Report) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
