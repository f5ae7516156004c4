//! Parsers of formats that Windows, IIS and .NET write: used on the node, and for output that was saved on one by hand.

pub mod application_host;
#[cfg(feature = "report")]
pub mod manual_capture;
pub mod pe_version;
pub mod product_version;
pub mod xml_config;

#[cfg(feature = "report")]
use crate::model::excerpt::{Excerpt, Sanitize};
#[cfg(feature = "report")]
use std::collections::BTreeSet;

/// The note on fields of these names, of which nothing was made; `None` without any.
#[cfg(feature = "report")]
pub(crate) fn left_out_note<'a>(
    unknown: impl Iterator<Item = &'a str>,
    sanitizer: &dyn Sanitize,
) -> Option<String> {
    let unknown: BTreeSet<String> = unknown
        .filter(|name| !name.trim().is_empty())
        .map(|name| format!("\"{}\"", Excerpt::new(name, sanitizer).as_str()))
        .collect();
    let more = unknown.len().saturating_sub(10);
    let shown: Vec<String> = unknown.into_iter().take(10).collect();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty())
        .then(|| format!("Fields this program does not know were left out: {}{tail}.", shown.join(", ")))
}
