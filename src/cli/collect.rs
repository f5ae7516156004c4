//! `collect`.

use super::args::{CollectArgs, Since};
use super::progress::{Line, size};
use super::{Exit, Failure};
use crate::collect::{CollectError, Options};
use crate::collect::{Host as _, PortableHost};
use crate::collect::{Touch, TouchKind, dry_run};
use crate::redact::CaseKey;
use anstream::println;
use anyhow::Context as _;
use chrono::{NaiveTime, TimeDelta, TimeZone as _, Utc};

pub(super) fn run(args: &CollectArgs) -> Result<Exit, Failure> {
    let host = PortableHost;
    let options = options(args, host)?;
    if args.dry_run {
        let touches = dry_run(&options, &host).map_err(failure)?;
        list(&touches);
        return Ok(Exit::Written);
    }
    let mut line = Line::new();
    let collected = crate::collect::run(&options, &host, &mut line);
    line.finish();
    let collected = collected.map_err(failure)?;
    println!(
        "Wrote {} ({}, {} members).",
        collected.path.display(),
        size(collected.bytes),
        collected.members
    );
    for note in &collected.notes {
        println!("Note: {note}");
    }
    println!("Check what is in it with: clusterbrief inspect {}", collected.path.display());
    Ok(Exit::Written)
}

fn options(args: &CollectArgs, host: PortableHost) -> Result<Options, Failure> {
    let case_key = args.case_key_file.as_ref().map(|file| {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
        // The message of a malformed key file names the file only: its text is a secret.
        text.and_then(|text| {
            CaseKey::parse(&text).with_context(|| format!("{} holds no case key", file.display()))
        })
    });
    let case_key = case_key.transpose().map_err(|error| Failure::new(Exit::Usage, error))?;
    let since = args.since.and_then(|since| match since {
        Since::Days(days) => host.now().to_utc().checked_sub_signed(TimeDelta::days(days.into())),
        Since::Day(day) => Some(Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN))),
    });
    Ok(Options {
        iis_config: args.iis_config.clone(),
        node: args.node.clone(),
        since,
        max_log_bytes: args.max_log_bytes,
        case_key,
        reference_time: args.reference_time,
        ..Options::new(&args.app_dir, &args.out)
    })
}

fn failure(error: CollectError) -> Failure {
    let exit = match &error {
        CollectError::AppDir { .. } | CollectError::OutInside(_) => Exit::Usage,
        CollectError::Leak { .. } => Exit::Leak,
        // Whatever else fails, fails on the way to the finished file.
        _ => Exit::CannotWrite,
    };
    Failure::new(exit, error)
}

/// Prints what a collection would touch: one block a row of the table, files summed where they are many.
fn list(touches: &[Touch]) {
    let heading = |kind| match kind {
        TouchKind::System => "Asked of the operating system",
        TouchKind::Read => "Files read",
        TouchKind::List => "Files of which only name, size and time are noted",
        TouchKind::Write => "Written",
    };
    let mut kinds: Vec<TouchKind> = touches.iter().map(|touch| touch.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let bold = clap::builder::styling::Style::new().bold();
    for kind in kinds {
        let mine: Vec<&Touch> = touches.iter().filter(|touch| touch.kind == kind).collect();
        let bytes: u64 = mine.iter().filter_map(|touch| touch.bytes).sum();
        println!("{bold}{}{bold:#} ({}, {})", heading(kind), mine.len(), size(bytes));
        for touch in mine {
            let bytes = touch.bytes.map(size).unwrap_or_default();
            let note = touch.note.as_ref().map(|note| format!("  ({note})")).unwrap_or_default();
            println!("  {bytes:>10}  {}{note}", touch.source);
        }
        println!();
    }
    println!("No command is run, no registry key is read, nothing is sent anywhere. Nothing was written.");
}
