//! `inspect`: what a bundle says about itself, and whether its bytes match its manifest.

use super::output::{bold, item};
use super::progress::size;
use super::{Exit, Failure, must_exist, omissions, output};
use crate::bundle::source::{Content, Given};
use crate::bundle::{Bundle, Manifest, MemberRecord, Status, gather};
use crate::model::Observed;
use crate::model::excerpt::Sanitize as _;
use crate::redact::Sanitizer;
use crate::text::escape;
use anyhow::anyhow;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::Path;

/// Columns of the labels above the table.
const LABEL: usize = 12;

/// Columns of the names of members; a longer name pushes its origin to the right.
const MOST_OF_MEMBER: usize = 30;

pub(super) fn run(path: &Path) -> Result<Exit, Failure> {
    must_exist(path)?;
    let error = match Bundle::open(path) {
        Ok(bundle) => return one(&bundle),
        Err(error) => error,
    };
    // A folder or an archive of several things: every bundle in it.
    let bundles: Vec<_> = gather(&[path]).into_iter().filter_map(named).collect();
    if bundles.is_empty() {
        // The error is a fragment whose subject is the bundle, and holds its own cause.
        return Err(Failure::new(Exit::NoInput, anyhow!("{} {error}", path.display())));
    }
    let mut all = Exit::Success;
    for (number, (name, bundle)) in bundles.iter().enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        output::print(&format!("{gap}{}\n", bold(&escape::one_line(name))))?;
        all = if one(bundle)? == Exit::Success { all } else { Exit::PartialInput };
    }
    Ok(all)
}

/// A bundle with its name.
fn named(given: Given) -> Option<(String, Box<Bundle>)> {
    match given.content {
        Ok(Content::Bundle(bundle)) => Some((given.name, bundle)),
        _ => None,
    }
}

fn one(bundle: &Bundle) -> Result<Exit, Failure> {
    let mut text = String::new();
    for (label, value) in head(bundle.manifest()) {
        let value = item(&" ".repeat(LABEL), &value);
        text += &bold(&format!("{label:LABEL$}"));
        text += value.get(LABEL..).unwrap_or_default();
    }

    // Every member is read whole, on all cores; the table below keeps the manifest's order.
    let records: Vec<_> = bundle.members().collect();
    let verified: Vec<Result<(), String>> = records
        .par_iter()
        .map(|record| match record.content() {
            Some(_) => bundle.read(record.path.as_str(), &mut |_| {}).map_err(|error| error.to_string()),
            None => Ok(()),
        })
        .collect();
    let longest = records.iter().map(|record| record.path.as_str().chars().count()).max().unwrap_or_default();
    let width = longest.clamp(6, MOST_OF_MEMBER);
    let columns = format!("{:9} {:>8}  {:width$}  From", "Status", "Size", "Member");
    let _ = writeln!(text, "\n{}", bold(&columns));
    for (record, verified) in records.iter().zip(&verified) {
        text += &row(record, verified, width);
    }
    let problems = bundle.problems();
    for problem in problems {
        let _ = writeln!(text, "Problem: {}", escape::one_line(&problem.text));
    }
    let hashed = records.iter().filter(|record| record.content().is_some()).count();
    let broken = verified.iter().filter(|verified| verified.is_err()).count();
    let is_sound = broken == 0 && problems.is_empty();
    let _ = if is_sound {
        writeln!(text, "\nAll {hashed} members match their size and SHA-256.")
    } else {
        let problems = problems.len();
        writeln!(
            text,
            "\n{broken} of {hashed} members do not match the manifest; problems of the container: {problems}."
        )
    };
    text += &omissions::text(bundle);
    // What another program put into a name or a reason.
    output::print(&Sanitizer.sanitize(&text))?;
    Ok(if is_sound { Exit::Success } else { Exit::PartialInput })
}

/// Who made it, when and how, by label.
fn head(manifest: &Manifest) -> [(&'static str, String); 6] {
    let copied = if manifest.node.copied { " (from a copied folder)" } else { "" };
    let collection = &manifest.collection;
    let offset = collection.utc_offset_minutes.value().map_or_else(String::new, |minutes| {
        let (sign, minutes) = (if *minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
        format!(", local time is {sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    let second = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d %H:%M:%S");
    let (started, ended) = (second(collection.started), second(collection.ended));
    let rights = match manifest.elevated.value() {
        Some(true) => "administrator",
        Some(false) => "ordinary user",
        None => "not known",
    };
    let key = match &manifest.fingerprint {
        Observed::Known { value: key, .. } => format!("{} {}", key.scheme, key.key_id),
        unknown => unknown.why_unknown().unwrap_or_else(|| "none".into()),
    };
    let options = manifest.options.iter().map(|(name, value)| match (name.as_str(), value.parse()) {
        ("budget", Ok(bytes)) => format!("{name}: {}", size(bytes)),
        _ => format!("{name}: {value}"),
    });
    [
        ("Node", format!("{}{copied}", manifest.node.name)),
        ("Collected", format!("{started} to {ended} UTC{offset}")),
        ("Written by", format!("{}, format {}", manifest.tool, manifest.format)),
        ("Rights", rights.to_owned()),
        ("Key", key),
        ("Options", options.collect::<Vec<_>>().join(", ")),
    ]
}

/// The line of one member, and a second one when its bytes do not match.
fn row(record: &MemberRecord, verified: &Result<(), String>, width: usize) -> String {
    let bytes = record.content().map(|content| size(content.size)).unwrap_or_default();
    let why = match &record.status {
        Status::Taken(_) | Status::Missing => String::new(),
        Status::Truncated { kept, of, why, .. } => format!(" ({} of {}: {why})", size(*kept), size(*of)),
        Status::Denied { why } | Status::Skipped { why } => format!(" ({why})"),
    };
    // The counts come from the bundle and can be anything.
    let redacted = record.redactions.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let redacted = if redacted == 0 { String::new() } else { format!(" [{redacted} redacted]") };
    let (status, path) = (record.status.word(), record.path.as_str());
    let mark = format!("{status:9} {bytes:>8}  {path:width$}  ");
    let mut text = item(&mark, &format!("{}{why}{redacted}", record.origin));
    if let Err(why) = verified {
        text += &item(&" ".repeat(20), &format!("NOT USED: {why}"));
    }
    text
}
