//! What the pages for people share: the parts of a report that fit on a page, and how values read.

use super::RenderError;
use super::families::by_family;
use super::model::{CellState, FindingView, HitView, MatrixRow, Parity, Report};
use crate::finding::Severity;
use crate::model::Grade;
use crate::text::escape::{code_block, code_span, one_line};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tera::{EscapeFn, Kwargs, State, Tera, TeraResult, Value};

/// Rows of one rule on a page; the JSON report holds all.
pub(super) const ROWS: usize = 200;

/// Findings of one severity.
#[derive(Serialize)]
pub(super) struct SeverityGroup {
    /// Severity.
    severity: Severity,
    /// Findings, in order.
    pub(super) findings: Vec<Shown>,
    /// Findings of this severity that are shown under their cause.
    folded: usize,
}

/// A finding with those that follow from it.
#[derive(Serialize)]
pub(super) struct Shown {
    /// The finding.
    pub(super) finding: FindingView,
    /// Its consequences, none graver than itself.
    pub(super) follows: Vec<FindingView>,
}

/// A rule of which a page does not show everything.
#[derive(Serialize)]
pub(super) struct Truncation {
    /// Rule id.
    rule: String,
    /// Findings shown.
    shown: usize,
    /// Findings in all.
    total: usize,
}

/// Findings by severity with at most `most` findings and pieces of evidence a rule, and what was cut.
pub(super) fn bands(findings: &[FindingView], most: usize) -> (Vec<SeverityGroup>, Vec<Truncation>) {
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    let mut evidence: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown: Vec<FindingView> = Vec::new();
    for finding in findings {
        let count = total.entry(&finding.rule).or_default();
        *count += 1;
        if *count > most {
            continue;
        }
        let used = evidence.entry(&finding.rule).or_default();
        // A finding always keeps its first piece of evidence.
        let keep = finding.evidence.len().min(most.saturating_sub(*used).max(1));
        *used += keep;
        let mut finding = finding.clone();
        finding.evidence_omitted += finding.evidence.len() - keep;
        finding.evidence.truncate(keep);
        shown.push(finding);
    }
    let cuts = total
        .into_iter()
        .filter(|(_, total)| *total > most)
        .map(|(rule, total)| Truncation { rule: rule.to_owned(), shown: most, total })
        .collect();
    (under_causes(shown), cuts)
}

/// Puts each finding under the one it follows from, if that is on the page and no less grave: a blocker never hides
/// below something smaller.
fn under_causes(findings: Vec<FindingView>) -> Vec<SeverityGroup> {
    let by_anchor: BTreeMap<&str, &FindingView> =
        findings.iter().map(|finding| (finding.anchor.as_str(), finding)).collect();
    let cause = |finding: &FindingView| {
        let first = by_anchor.get(finding.caused_by.first()?.anchor.as_str()).copied()?;
        (first.severity <= finding.severity).then_some(first)
    };
    let roots: Vec<Option<String>> = findings
        .iter()
        .map(|finding| {
            let up = std::iter::successors(cause(finding), |one| cause(one));
            // Findings that explain each other in a circle have no root and stand by themselves.
            up.take(findings.len())
                .last()
                .filter(|root| cause(root).is_none())
                .map(|root| root.anchor.clone())
        })
        .collect();
    let mut under: BTreeMap<String, Vec<FindingView>> = BTreeMap::new();
    let mut bands: BTreeMap<Severity, SeverityGroup> = BTreeMap::new();
    let mut top = Vec::new();
    for (finding, root) in findings.into_iter().zip(roots) {
        let severity = finding.severity;
        let band =
            bands.entry(severity).or_insert(SeverityGroup { severity, findings: Vec::new(), folded: 0 });
        match root {
            Some(root) => {
                band.folded += 1;
                under.entry(root).or_default().push(finding);
            }
            None => top.push(finding),
        }
    }
    for finding in top {
        let follows = under.remove(&finding.anchor).unwrap_or_default();
        if let Some(band) = bands.get_mut(&finding.severity) {
            band.findings.push(Shown { finding, follows });
        }
    }
    bands.into_values().collect()
}

/// The first `most` hits of each rule.
pub(super) fn hits(hits: &[HitView], most: usize) -> Vec<&HitView> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    hits.iter()
        .filter(|hit| {
            let count = seen.entry(&hit.rule).or_default();
            *count += 1;
            *count <= most
        })
        .collect()
}

/// How a row of the matrix reads, in a word.
pub(super) fn row_word(row: &MatrixRow, has_bundle: &[bool]) -> &'static str {
    let unknown = row
        .cells
        .iter()
        .zip(has_bundle)
        .any(|(cell, has_bundle)| cell.state == CellState::Unknown && *has_bundle);
    match (row.differs, row.parity) {
        (true, Parity::Same) => "differs",
        _ if unknown => "not known",
        (true, Parity::MayDiffer) => "may differ",
        (false, _) if row.cells.iter().all(|cell| cell.state == CellState::Absent) => "none",
        (false, _) if row.cells.iter().filter(|cell| cell.state != CellState::Unknown).count() < 2 => {
            "one value"
        }
        (false, _) => "same",
    }
}

/// Whether the nodes in the columns of the matrix have a bundle; a column without a card counts as one that has,
/// so that a gap never looks like agreement.
pub(super) fn columns_with_bundle(report: &Report) -> Vec<bool> {
    let bundle =
        |name: &String| report.nodes.iter().find(|node| node.name == *name).is_none_or(|node| node.bundle);
    report.matrix.nodes.iter().map(bundle).collect()
}

/// A number of a table of severities.
#[derive(Serialize)]
struct Tally {
    word: &'static str,
    /// `2 blockers`.
    text: String,
}

/// `{"high": 3, …}` as an array in order of severity, zeros left out: a map has no order of its own in a template.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a template filter")]
fn tally(counts: &tera::Map, _: Kwargs, _: &State) -> TeraResult<Value> {
    let list: Vec<Tally> = Severity::ALL
        .iter()
        .filter_map(|severity| {
            let word = severity.word();
            let count = counts.get(&tera::value::Key::from(word))?.as_u64()?;
            let plural = if severity == &Severity::Blocker && count > 1 { "s" } else { "" };
            (count > 0).then(|| Tally { word, text: format!("{count} {word}{plural}") })
        })
        .collect();
    Ok(Value::from_serializable(&list))
}

/// A moment of the report: RFC 3339, or as people write it with an offset or UTC.
pub(super) fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    let plain = text.replace(" UTC", " +00:00");
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(&plain, "%Y-%m-%d %H:%M:%S %:z"))
        .or_else(|_| DateTime::parse_from_str(&plain, "%Y-%m-%d %H:%M %:z"))
        .ok()
}

/// A moment to the minute, `2026-11-20 22:03 +01:00`; what is none stays as it is.
pub(super) fn when(text: &str) -> String {
    match moment(text) {
        Some(time) if time.offset().local_minus_utc() == 0 => time.format("%Y-%m-%d %H:%M UTC").to_string(),
        Some(time) => time.format("%Y-%m-%d %H:%M %:z").to_string(),
        None => one_line(text),
    }
}

/// The time of day of a moment to the millisecond, `22:03:11.250`; what is none stays as it is.
fn clock(text: &str) -> String {
    moment(text).map_or_else(|| one_line(text), |time| time.format("%H:%M:%S%.3f").to_string())
}

pub(super) use crate::text::size::size;

/// A number with a thin blank between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A text as part of an id that a link can name: what is not a letter, a digit or a hyphen becomes its code
/// point, so that different texts stay different.
fn slug(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut id, c| {
        if c.is_ascii_alphanumeric() || c == '-' {
            id.push(c);
        } else {
            let _ = write!(id, "_{:x}_", u32::from(c));
        }
        id
    })
}

/// `not-applicable` as `not applicable`.
fn words(text: &str) -> String {
    text.replace('-', " ")
}

/// Characters of a text that a page shows where it may name hundreds of nodes.
const BRIEF: usize = 300;

/// A long text cut at the end of a word; the JSON report has it whole.
fn brief(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(BRIEF) else { return text.to_owned() };
    let head = text.get(..end).unwrap_or_default();
    let word = head.rfind(' ').map_or(head, |at| head.get(..at).unwrap_or_default());
    format!("{}… (whole in the JSON report)", word.trim_end_matches(','))
}

/// The grade of evidence as a reader says it.
fn grade(word: &str) -> String {
    let all = [Grade::Bundle, Grade::Export, Grade::Copied, Grade::Loose];
    all.into_iter().find(|grade| grade.word() == word).map_or(word, |grade| grade.phrase()).to_owned()
}

/// The kind of an input as a reader says it.
pub(super) fn kind(kind: &str) -> String {
    match kind {
        "bundle-zip" | "bundle-folder" => "bundle",
        "nodes-json" => "the product's list of nodes, over REST",
        "nodes-table" => "the product's list of nodes, copied from its page",
        "version-table" => "the version history of the database",
        "answers" => "answers of people",
        "config" => "a configuration file",
        "kit-answers" => "the record of a kit",
        "unrecognised" => "not recognised",
        other => return words(other),
    }
    .to_owned()
}

/// A template engine for names with this ending, with the filters that both kinds of pages use.
pub(super) fn engine(
    ending: &'static str,
    escape: EscapeFn,
    templates: &[(&str, &str)],
) -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    tera.autoescape_on([ending]);
    tera.set_escape_fn(escape);
    tera.register_filter("tally", tally);
    tera.register_filter("when", |text: &str, _: Kwargs, _: &State| when(text));
    tera.register_filter("clock", |text: &str, _: Kwargs, _: &State| clock(text));
    tera.register_filter("size", |bytes: u64, _: Kwargs, _: &State| size(bytes));
    tera.register_filter("grouped", |number: u64, _: Kwargs, _: &State| grouped(number));
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| slug(text));
    tera.register_filter("families", |ids: Vec<String>, _: Kwargs, _: &State| {
        Value::from_serializable(&by_family(&ids))
    });
    tera.register_filter("brief", |text: &str, _: Kwargs, _: &State| brief(text));
    tera.register_filter("grade", |text: &str, _: Kwargs, _: &State| grade(text));
    tera.register_filter("kind", |text: &str, _: Kwargs, _: &State| kind(text));
    tera.register_filter("words", |text: &str, _: Kwargs, _: &State| words(text));
    // These two escape by themselves: nothing means anything inside code, if its fence is long enough.
    tera.register_filter("code", |text: &str, _: Kwargs, _: &State| Value::safe_string(&code_span(text)));
    tera.register_filter("block", |text: &str, options: Kwargs, _: &State| -> TeraResult<Value> {
        Ok(Value::safe_string(&code_block(text, options.must_get("indent")?)))
    });
    tera.add_raw_templates(templates.iter().copied())?;
    Ok(tera)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_say_them() {
        assert_eq!(when("2026-11-20T22:03:11+01:00"), "2026-11-20 22:03 +01:00");
        assert_eq!(when("2026-11-20T22:03:11Z"), "2026-11-20 22:03 UTC");
        assert_eq!(when("2026-11-20 22:03:11 +01:00"), "2026-11-20 22:03 +01:00");
        assert_eq!(when("2026-11-20 22:03 UTC"), "2026-11-20 22:03 UTC");
        assert_eq!(when("last\ntuesday"), "last tuesday");
        assert_eq!(grouped(1_204_331), "1\u{202f}204\u{202f}331");
        assert_eq!(grouped(100), "100");
        assert_eq!(brief("short"), "short");
        let long = brief(&"WEB01, ".repeat(100));
        assert!(long.ends_with("WEB01… (whole in the JSON report)") && long.len() < 340, "{long}");
        assert_eq!(slug("RN:8.9.300000"), "RN_3a_8_2e_9_2e_300000");
        assert_ne!(slug("a b"), slug("a_20_b"));
    }
}
