//! The page of a kit: what the customer does, and what leaves the house. No request, no script, two printed pages.

use super::RenderError;
use super::html::{csp_hash, escape_html};
use super::presentation;
use crate::kit::KitPage;
use crate::knowledge::Knowledge;
use tera::context;

const PAGE: (&str, &str) = ("kit.html", include_str!("../../report-templates/html/kit.html"));
const STYLE: (&str, &str) = ("kit.css", include_str!("../../report-templates/html/kit.css"));

/// Renders the page. Same page, same bytes.
///
/// # Errors
///
/// Only if the template is wrong.
pub fn render(page: &KitPage, knowledge: &Knowledge) -> Result<String, RenderError> {
    let engine = presentation::engine(".html", escape_html, &[PAGE, STYLE])?;
    let context = context! {
        page,
        knowledge => &knowledge.edition.to_string(),
        style_hash => &csp_hash(STYLE.1),
    };
    Ok(engine.render("kit.html", &context)?)
}
