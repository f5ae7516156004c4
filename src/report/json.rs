//! The JSON forms: the view models as they are, whole. Their schema is `docs/report.schema.json`.

use super::RenderError;
use serde::Serialize;

/// Renders a report or a plan as indented JSON, one line feed at the end. Nothing is left out or shortened.
pub fn render(report: &impl Serialize) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
