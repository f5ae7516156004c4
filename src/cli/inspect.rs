//! `inspect`: what a bundle says of itself, and whether its bytes agree.

use super::progress::size;
use super::{Exit, Failure};
use crate::bundle::{Bundle, Status};
use crate::model::Observed;
use crate::report::escape;
use anstream::println;
use rayon::prelude::*;
use std::path::Path;

pub(super) fn run(path: &Path) -> Result<Exit, Failure> {
    let bundle = Bundle::open(path).map_err(|error| Failure::new(Exit::NothingUsable, error))?;
    let manifest = bundle.manifest();
    let bold = clap::builder::styling::Style::new().bold();
    let say = |label: &str, text: &str| println!("{bold}{label:12}{bold:#}{}", escape::one_line(text));
    let copied = if manifest.node.copied { " (from a copied folder)" } else { "" };
    say("Node", &format!("{}{copied}", manifest.node.name));
    let offset = manifest.collection.utc_offset_minutes.value().map(|minutes| {
        format!(
            ", local time is {}{:02}:{:02}",
            if *minutes < 0 { '-' } else { '+' },
            minutes.abs() / 60,
            minutes.abs() % 60
        )
    });
    say(
        "Collected",
        &format!(
            "{} to {}{}",
            manifest.collection.started,
            manifest.collection.ended,
            offset.unwrap_or_default()
        ),
    );
    say("Written by", &format!("{}, format {}", manifest.tool, manifest.format));
    say(
        "Rights",
        match &manifest.elevated {
            Observed::Known { value: true, .. } => "administrator",
            Observed::Known { value: false, .. } => "ordinary user",
            _ => "not known",
        },
    );
    say(
        "Key",
        &manifest.fingerprint.value().map_or_else(
            || manifest.fingerprint.why_unknown().unwrap_or_else(|| "none".into()),
            |key| format!("{} {}", key.scheme, key.key_id),
        ),
    );

    // Every member is read whole, on all cores; the table below keeps the manifest's order.
    let records: Vec<_> = bundle.members().collect();
    let verified: Vec<Result<(), String>> = records
        .par_iter()
        .map(|record| match record.content() {
            Some(_) => bundle.read(record.path.as_str(), &mut |_| {}).map_err(|error| error.to_string()),
            None => Ok(()),
        })
        .collect();
    println!("\n{bold}{:10} {:>10}  {:44} From{bold:#}", "Status", "Size", "Member");
    let mut broken = 0;
    for (record, verified) in records.iter().zip(&verified) {
        let bytes = record.content().map(|content| size(content.size)).unwrap_or_default();
        let why = match &record.status {
            Status::Taken(_) | Status::Missing => String::new(),
            Status::Truncated { kept, of, why, .. } => format!(" ({} of {}: {why})", size(*kept), size(*of)),
            Status::Denied { why } | Status::Skipped { why } => format!(" ({why})"),
        };
        let redacted: u64 = record.redactions.values().sum();
        let redacted = if redacted == 0 { String::new() } else { format!(" [{redacted} redacted]") };
        let text = format!("{}{why}{redacted}", record.origin);
        println!(
            "{:10} {bytes:>10}  {:44} {}",
            record.status.word(),
            record.path.as_str(),
            escape::one_line(&text)
        );
        if let Err(why) = verified {
            broken += 1;
            println!("{:10} {:>10}  {}", "", "", escape::one_line(&format!("DOES NOT COUNT: {why}")));
        }
    }
    for problem in bundle.problems() {
        println!("Problem: {}", escape::one_line(&problem.text));
    }
    let hashed = records.iter().filter(|record| record.content().is_some()).count();
    if broken == 0 && bundle.problems().is_empty() {
        println!("\nAll {hashed} members agree with their size and SHA-256.");
        Ok(Exit::Written)
    } else {
        println!(
            "\n{broken} of {hashed} members do not agree with the manifest, {} problems.",
            bundle.problems().len()
        );
        Ok(Exit::SomeRefused)
    }
}
