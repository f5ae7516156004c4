//! `collect`.

use super::args::{CollectArgs, Since};
use super::progress::{Line, size};
use super::{Exit, Failure, output};
use crate::collect::{CollectError, Options};
use crate::collect::{Host as _, PortableHost};
use crate::collect::{Touch, TouchKind, dry_run};
use crate::redact::CaseKey;
use crate::report::escape;
use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Largest file that is looked at for a case key, in bytes; a real one has about 130.
const MAX_KEY_FILE: u64 = 4096;

pub(super) fn run(args: &CollectArgs) -> Result<Exit, Failure> {
    let host = PortableHost;
    let options = options(args, host)?;
    if args.dry_run {
        let mut touches = dry_run(&options, &host).map_err(failure)?;
        touches.extend(args.case_key_file.as_deref().map(key_file));
        output::print(&list(&touches))?;
        return Ok(Exit::Written);
    }
    let mut line = Line::new();
    let collected = crate::collect::run(&options, &host, &mut line);
    line.finish();
    let collected = collected.map_err(failure)?;
    let path = collected.path.display();
    let mut text = format!("Wrote {path} ({}, {} members).\n", size(collected.bytes), collected.members);
    for note in &collected.notes {
        let _ = writeln!(text, "Note: {}", escape::one_line(note));
    }
    let _ = writeln!(text, "Check what is in it with: clusterbrief inspect {path}");
    output::print(&text)?;
    Ok(Exit::Written)
}

fn options(args: &CollectArgs, host: PortableHost) -> Result<Options, Failure> {
    let usage = |error: anyhow::Error| Failure::new(Exit::Usage, error);
    let case_key = args.case_key_file.as_deref().map(case_key).transpose().map_err(usage)?;
    if let Some(file) = &args.iis_config {
        // Without it the bundle would lack all of IIS, and a slip of the pen would show on another day.
        File::open(file)
            .and_then(|mut file| file.read(&mut [0]))
            .with_context(|| format!("cannot read {}", file.display()))
            .map_err(usage)?;
    }
    let since = args.since.map(|since| match since {
        // More days than the calendar has are all days.
        Since::Days(days) => (host.now().to_utc().checked_sub_signed(TimeDelta::days(days.into())))
            .unwrap_or(DateTime::<Utc>::MIN_UTC),
        Since::Day(day) => Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)),
    });
    Ok(Options {
        iis_config: args.iis_config.clone(),
        node: args.node.clone(),
        since,
        budget: args.budget,
        minutes: args.minutes,
        network_paths: !args.no_network_paths,
        case_key,
        reference_time: args.reference_time,
        ..Options::new(&args.app_dir, &args.out)
    })
}

/// Reads a case key. A message names the file only: its text is a secret, also when it is no key.
fn case_key(file: &Path) -> anyhow::Result<CaseKey> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(MAX_KEY_FILE).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {}", file.display()))?;
    CaseKey::parse(&String::from_utf8_lossy(&bytes))
        .with_context(|| format!("{} holds no case key", file.display()))
}

fn key_file(path: &Path) -> Touch {
    Touch {
        kind: TouchKind::Read,
        source: path.display().to_string(),
        bytes: None,
        row: None,
        note: Some("the case key; nothing of it enters the bundle".to_owned()),
    }
}

fn failure(error: CollectError) -> Failure {
    let exit = match &error {
        CollectError::AppDir { .. }
        | CollectError::NotTheProduct(_)
        | CollectError::Network(_)
        | CollectError::OutInside(_) => Exit::Usage,
        CollectError::Leak { .. } => Exit::Leak,
        // Whatever else fails, fails on the way to the finished file.
        _ => Exit::CannotWrite,
    };
    Failure::new(exit, error)
}

/// What a collection would touch, one block a kind.
fn list(touches: &[Touch]) -> String {
    let heading = |kind| match kind {
        TouchKind::System => "Asked of the operating system",
        TouchKind::Registry => "Keys of the registry read",
        TouchKind::Read => "Files read",
        TouchKind::List => "Files of which only name, size and time are noted",
        TouchKind::Write => "Written",
    };
    let kinds: BTreeSet<TouchKind> = touches.iter().map(|touch| touch.kind).collect();
    let bold = clap::builder::styling::Style::new().bold();
    let mut text = String::new();
    for &kind in &kinds {
        let mine: Vec<&Touch> = touches.iter().filter(|touch| touch.kind == kind).collect();
        let bytes: u64 = mine.iter().filter_map(|touch| touch.bytes).sum();
        let _ = writeln!(text, "{bold}{}{bold:#} ({}, {})", heading(kind), mine.len(), size(bytes));
        for touch in mine {
            let bytes = touch.bytes.map(size).unwrap_or_default();
            let note = touch.note.as_ref().map(|note| format!("  ({note})")).unwrap_or_default();
            // A path is shown as it is, blanks and all, save what would break the line.
            let source = escape::neutral(&touch.source).replace('\n', "⟨U+000A⟩");
            let _ = writeln!(text, "  {bytes:>10}  {source}{}", escape::neutral(&note));
        }
        text.push('\n');
    }
    let registry = if kinds.contains(&TouchKind::Registry) { "" } else { "no registry key is read, " };
    let _ = writeln!(text, "No command is run, {registry}nothing is sent anywhere. Nothing was written.");
    text
}
