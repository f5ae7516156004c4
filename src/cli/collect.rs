//! `collect`.

use super::args::{Args, CollectArgs, Priority, Since, Verb};
use super::console::{Terminal, privileges};
use super::guided::{self, Decision, Prompt as _};
use super::progress::{Line, size};
use super::{Exit, Failure, OrExit as _, estimate, output};
use crate::bundle::open_plain;
use crate::collect::{CollectError, Installed, Options, Search, Touch, TouchKind};
use crate::collect::{Host as _, PortableHost, dry_run, estimate, find, is_network, process, targets};
use crate::redact::{CaseKey, OwnWords, own_words};
use crate::text::escape;
use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use clap::Parser as _;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// Largest file that is read as a case key, in bytes; a real one has about 130.
const MAX_KEY_FILE: u64 = 4096;

pub(super) fn run(args: &CollectArgs) -> Result<Exit, Failure> {
    match &args.app_dir {
        Some(app_dir) => {
            let out = args.out.clone().unwrap_or_else(|| ".".into());
            collect(args, &options(args, app_dir, &out)?, &[])
        }
        None => guided(args, &find(args.iis_config.as_deref(), !args.no_network_paths)),
    }
}

/// What the program does when it is started without arguments; `None` on a machine without IIS.
pub(super) fn without_arguments() -> Result<Option<Exit>, Failure> {
    let search = find(None, true);
    // A machine without IIS is not a node.
    if search == Search::default() {
        return Ok(None);
    }
    match Args::try_parse_from(["clusterbrief", "collect"]).or_exit(Exit::Usage)?.verb {
        Verb::Collect(args) => guided(&args, &search).map(Some),
        _ => Ok(None),
    }
}

/// Collects the application that IIS serves, after a question.
fn guided(args: &CollectArgs, search: &Search) -> Result<Exit, Failure> {
    let talks = !args.dry_run && !args.estimate;
    let asks = talks && !args.yes;
    let privileges = privileges();
    if asks && guided::rights(&mut Terminal, &privileges) == Decision::Restarted {
        return Ok(Exit::Success);
    }
    let found = guided::choice(&mut Terminal, search, asks, privileges.elevated).map_err(Failure::usage)?;
    let (out, elsewhere) = match &args.out {
        Some(out) => (out.clone(), None),
        None => place(search, found, args).ok_or_else(|| {
            Failure::usage("no folder was found that the bundle can be written to; give one with --out DIR")
        })?,
    };
    let options = options(args, &found.folder, &out)?;
    if talks {
        if let Some(why) = elsewhere {
            let note = format!("The bundle will not be written next to the program: {why}.");
            Terminal.print(&(output::wrap(&note, "") + "\n"));
        }
        match guided::agreement(&mut Terminal, found, &targets(&options, &PortableHost), args.yes) {
            Decision::Collect => {}
            Decision::Restarted | Decision::Declined => return Ok(Exit::Success),
            Decision::Unanswered => return Err(Failure::usage(guided::TYPE_YES)),
        }
    }
    collect(args, &options, &search.network)
}

/// Folder for a bundle without `--out`: next to the program, else the desktop, the home folder, or the current folder; one
/// on another machine only where that is not refused. A test file is written only if the bundle is written now.
fn place(search: &Search, found: &Installed, args: &CollectArgs) -> Option<(PathBuf, Option<&'static str>)> {
    let now = !args.dry_run && !args.estimate;
    let allowed = |folder: &PathBuf| !args.no_network_paths || !is_network(folder);
    let beside = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let home = ["USERPROFILE", "HOME"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
    let others = home.iter().flat_map(|home| [home.join("Desktop"), home.clone()]);
    let others = others.chain(std::env::current_dir()).filter(allowed).collect();
    let served: Vec<PathBuf> = search.served.iter().chain([&found.folder]).cloned().collect();
    guided::place(beside.filter(allowed), others, &served, &|folder| {
        !now || tempfile::tempfile_in(folder).is_ok()
    })
}

/// Collects, or shows what collecting would do. `asked` are the folders on other machines that the search for the
/// application looked for.
fn collect(args: &CollectArgs, options: &Options, asked: &[PathBuf]) -> Result<Exit, Failure> {
    let host = PortableHost;
    if args.dry_run {
        let mut touches = dry_run(options, &host).map_err(failure)?;
        let others = asked.iter().filter(|folder| **folder != options.app_dir);
        touches.extend(others.map(|folder| Touch::network(folder)));
        let given = [
            (&args.case_key_file, "the case key; it does not enter the bundle"),
            (&args.redact_words, "your words; they do not enter the bundle"),
        ];
        let given = given.into_iter().filter_map(|(path, note)| Some((path.as_deref()?, note)));
        touches.extend(given.map(|(path, note)| Touch::noted(TouchKind::Read, path, note)));
        let windows = host.system().is_windows();
        output::print(&(list(&touches) + "\n" + &guided::contents(options.node.is_some(), windows)))?;
        return Ok(Exit::Success);
    }
    let threads = threads(args.priority)?;
    if args.estimate {
        let estimate = threads.install(|| estimate(options, &host)).map_err(failure)?;
        output::print(&estimate::table(&estimate))?;
        return Ok(Exit::Success);
    }
    let mut line = Line::new();
    let collected = threads.install(|| crate::collect::run(options, &host, &mut line));
    line.finish();
    let collected = collected.map_err(failure)?;
    let next = match args.app_dir {
        Some(_) => format!("To see what is in it, type\n  {}\n", guided::inspect(&collected.path)),
        None => guided::what_next(&collected),
    };
    output::print(&(guided::written(&collected) + &next))?;
    Ok(Exit::Success)
}

/// The worker threads. The node serves people, so they use half of its cores unless `--priority` says otherwise.
///
/// They are never ended (leaked on purpose): under Wine, threads that end at the same time as the process can kill it, and
/// its exit code is lost.
fn threads(priority: Priority) -> Result<&'static ThreadPool, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = match priority {
        Priority::Normal => ThreadPoolBuilder::new().num_threads(processors),
        Priority::Low => ThreadPoolBuilder::new().num_threads((processors / 2).max(1)).start_handler(|_| {
            process::work_in_background();
        }),
    };
    Ok(Box::leak(Box::new(threads.build().or_exit(Exit::CannotWrite)?)))
}

fn options(args: &CollectArgs, app_dir: &Path, out: &Path) -> Result<Options, Failure> {
    let case_key = args.case_key_file.as_deref().map(case_key).transpose().or_exit(Exit::Usage)?;
    let redact_words = args.redact_words.as_deref().map(words).transpose().or_exit(Exit::Usage)?;
    let since = args.since.map(|since| match since {
        // More days than the calendar has are all days.
        Since::Days(days) => {
            let now = PortableHost.now().to_utc();
            now.checked_sub_signed(TimeDelta::days(days.into())).unwrap_or(DateTime::<Utc>::MIN_UTC)
        }
        Since::Day(day) => Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)),
    });
    Ok(Options {
        iis_config: args.iis_config.clone(),
        iis_application: args.iis_application.clone(),
        node: args.node.clone(),
        since,
        budget: args.budget,
        minutes: args.minutes,
        network_paths: !args.no_network_paths,
        level: args.level,
        case_key,
        redact_words,
        reference_time: args.reference_time,
        ..Options::new(app_dir, out)
    })
}

/// Reads a case key. Error messages name the file only: its text may be a secret even if it is not a key.
pub(super) fn case_key(file: &Path) -> anyhow::Result<CaseKey> {
    CaseKey::parse(&String::from_utf8_lossy(&read(file, MAX_KEY_FILE)?))
        .with_context(|| format!("{} is not a case key file", file.display()))
}

/// The words of a file that are to be redacted, too.
pub(super) fn words(file: &Path) -> anyhow::Result<OwnWords> {
    OwnWords::read(&read(file, own_words::MOST_BYTES + 1)?)
        .with_context(|| format!("{} cannot be used for --redact-words", file.display()))
}

fn read(file: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(file)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

fn failure(error: CollectError) -> Failure {
    let exit = match &error {
        CollectError::AppDir { .. }
        | CollectError::NotTheProduct(_)
        | CollectError::IisConfig { .. }
        | CollectError::Network(_)
        | CollectError::OutInside(_) => Exit::Usage,
        CollectError::Leak { .. } => Exit::Leak,
        // Everything else fails while the bundle is written.
        _ => Exit::CannotWrite,
    };
    Failure::new(exit, error)
}

/// What a collection would touch, one block for each kind.
fn list(touches: &[Touch]) -> String {
    let heading = |kind| match kind {
        TouchKind::System => "Read from the operating system",
        TouchKind::Command => "Windows commands that are run; they only read",
        TouchKind::Registry => "Registry keys read",
        TouchKind::Read => "Files read",
        TouchKind::List => "Files of which only name, size and time are recorded",
        TouchKind::Network => "On another machine, over the network",
        TouchKind::Write => "Written",
    };
    let kinds: BTreeSet<TouchKind> = touches.iter().map(|touch| touch.kind).collect();
    let mut text = String::new();
    for &kind in &kinds {
        let of_kind: Vec<&Touch> = touches.iter().filter(|touch| touch.kind == kind).collect();
        let bytes: u64 = of_kind.iter().filter_map(|touch| touch.bytes).sum();
        let bytes = if bytes == 0 { String::new() } else { format!(", {}", size(bytes)) };
        let _ = writeln!(text, "{} ({}{bytes})", output::bold(heading(kind)), of_kind.len());
        for touch in of_kind {
            let bytes = touch.bytes.map(size).unwrap_or_default();
            let note = touch.note.as_ref().map(|note| format!("  ({note})")).unwrap_or_default();
            // A path is shown as it is, blanks and all, save what would break the line.
            let source = escape::neutral(&touch.source).replace('\n', "⟨U+000A⟩");
            let _ = writeln!(text, "  {bytes:>10}  {source}{}", escape::neutral(&note));
        }
        text.push('\n');
    }
    let promise = |kind, text: &'static str| if kinds.contains(&kind) { "" } else { text };
    let command = promise(TouchKind::Command, "No command is run. ");
    let registry = promise(TouchKind::Registry, "No registry key is read. ");
    let _ = writeln!(text, "{command}{registry}Nothing is sent anywhere. Nothing was written.");
    text
}
