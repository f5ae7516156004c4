//! A kit: everything that is asked of the customer, as one zip. A page says what to do; the scripts and queries are plain
//! files that the customer can read, and nothing here opens a connection.
//!
//! `docs/kit.md` is the page about it, and specifies what comes back.

mod earlier;
mod pack;
mod page;
mod parts;
mod questions;
mod scripts;
mod selection;
#[cfg(test)]
mod tests;

pub use earlier::{
    Earlier, EarlierError, MAX_REPORT_BYTES, Seen, SeenCall, SeenCoverage, SeenFact, SeenInput, SeenMissing,
    SeenNode, SeenRule,
};
pub use pack::{KitFile, MANIFEST, SCHEMA, is_own_kit, pack};
pub use page::{KitPage, Purpose, Row, page};
pub use parts::{PARTS, Part, PartRow};
pub use questions::questions;
pub use scripts::{QUERIES_HEAD, queries, rabbitmq, rest};
pub use selection::{NodeAsk, Selection};

/// Name of the case of a kit: what a page may show and a mail may be called.
///
/// # Errors
///
/// Why it is none, as a sentence about the name.
pub fn case_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '#' | '(' | ')' | '+' | ',');
    if text.is_empty() || text.chars().count() > 60 {
        return Err("the name of a case has 1 to 60 characters".to_owned());
    }
    if !text.chars().all(fits) || text.starts_with('.') || text.contains("..") {
        return Err(
            "the name of a case has letters, digits, blanks and - _ . # ( ) + , only, and is no path"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}
