//! `inspect`: what a bundle says of itself, and whether its bytes agree.

use super::paragraph::wrap;
use super::progress::size;
use super::{Exit, Failure, left_out, output};
use crate::bundle::{Bundle, Manifest, MemberRecord, Status};
use crate::model::Observed;
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
    if !path.exists() {
        let error = anyhow!("{}: there is no such file or folder", path.display());
        return Err(Failure::new(Exit::Usage, error));
    }
    // The error is a fragment whose subject is the bundle, and holds its own cause.
    let bundle = Bundle::open(path)
        .map_err(|error| Failure::new(Exit::NothingUsable, anyhow!("{} {error}", path.display())))?;
    let bold = clap::builder::styling::Style::new().bold();
    let mut text = String::new();
    for (label, said) in head(bundle.manifest()) {
        let said = wrap(&escape::one_line(&said), &" ".repeat(LABEL));
        let said = said.get(LABEL..).unwrap_or_default();
        let _ = write!(text, "{bold}{label:LABEL$}{bold:#}{said}");
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
    let _ = writeln!(text, "\n{bold}{:9} {:>8}  {:width$}  From{bold:#}", "Status", "Size", "Member");
    for (record, verified) in records.iter().zip(&verified) {
        row(record, verified, width, &mut text);
    }
    for problem in bundle.problems() {
        let _ = writeln!(text, "Problem: {}", escape::one_line(&problem.text));
    }
    let hashed = records.iter().filter(|record| record.content().is_some()).count();
    let broken = verified.iter().filter(|verified| verified.is_err()).count();
    let problems = bundle.problems().len();
    let sound = broken == 0 && problems == 0;
    let _ = if sound {
        writeln!(text, "\nAll {hashed} members agree with their size and SHA-256.")
    } else {
        writeln!(
            text,
            "\n{broken} of {hashed} members do not agree with the manifest; problems of the container: {problems}."
        )
    };
    text.push_str(&left_out::text(&bundle));
    output::print(&text)?;
    Ok(if sound { Exit::Written } else { Exit::SomeRefused })
}

/// Who made it, when and how, by label.
fn head(manifest: &Manifest) -> [(&'static str, String); 6] {
    let copied = if manifest.node.copied { " (from a copied folder)" } else { "" };
    let collection = &manifest.collection;
    let offset = collection.utc_offset_minutes.value().map(|minutes| {
        let (sign, minutes) = (if *minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
        format!(", local time is {sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    let second = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
    let rights = match &manifest.elevated {
        Observed::Known { value: true, .. } => "administrator",
        Observed::Known { value: false, .. } => "ordinary user",
        _ => "not known",
    };
    let key = manifest.fingerprint.value().map_or_else(
        || manifest.fingerprint.why_unknown().unwrap_or_else(|| "none".into()),
        |key| format!("{} {}", key.scheme, key.key_id),
    );
    let options: Vec<String> =
        manifest.options.iter().map(|(name, value)| format!("{name}: {}", option(name, value))).collect();
    [
        ("Node", format!("{}{copied}", manifest.node.name)),
        (
            "Collected",
            format!(
                "{} to {} UTC{}",
                second(collection.started),
                second(collection.ended),
                offset.unwrap_or_default()
            ),
        ),
        ("Written by", format!("{}, format {}", manifest.tool, manifest.format)),
        ("Rights", rights.to_owned()),
        ("Key", key),
        ("Options", options.join(", ")),
    ]
}

/// The value of an option as a person says it.
fn option(name: &str, value: &str) -> String {
    match (name, value.parse()) {
        ("budget", Ok(bytes)) => size(bytes),
        _ => value.to_owned(),
    }
}

/// The line of one member, and a second one when its bytes do not count.
fn row(record: &MemberRecord, verified: &Result<(), String>, width: usize, text: &mut String) {
    let bytes = record.content().map(|content| size(content.size)).unwrap_or_default();
    let why = match &record.status {
        Status::Taken(_) | Status::Missing => String::new(),
        Status::Truncated { kept, of, why, .. } => format!(" ({} of {}: {why})", size(*kept), size(*of)),
        Status::Denied { why } | Status::Skipped { why } => format!(" ({why})"),
    };
    // The counts are anybody's.
    let redacted = record.redactions.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let redacted = if redacted == 0 { String::new() } else { format!(" [{redacted} redacted]") };
    let origin = escape::one_line(&format!("{}{why}{redacted}", record.origin));
    let (status, path) = (record.status.word(), record.path.as_str());
    text.push_str(&wrap(&origin, &format!("{status:9} {bytes:>8}  {path:width$}  ")));
    if let Err(why) = verified {
        let why = escape::one_line(&format!("DOES NOT COUNT: {why}"));
        text.push_str(&wrap(&why, &format!("{:9} {:>8}  ", "", "")));
    }
}
