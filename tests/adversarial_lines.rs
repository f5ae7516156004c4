//! Lines of ten megabytes made to hurt: none takes much longer than an ordinary one of that length.

use clusterbrief::redact::leak::Scanner;
use clusterbrief::redact::search::Searcher;
use clusterbrief::redact::{CaseKey, Fingerprinter, Harvest, Identities, Identity, Known, Labels};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes of a line.
const LENGTH: usize = 10_000_000;
/// What an ordinary line repeats.
const ORDINARY: &str =
    "2026-11-22 12:34:56,789 [12] INFO  Thycotic.Web - Heartbeat processed 12 items in 340 ms, see SS.log ";
/// How much longer a line may take. The square of its length would be ten thousand times and more.
const LONGER: u32 = 40;
/// Besides, since an ordinary line may take next to nothing: the square of a single window would be minutes.
const SLACK: Duration = Duration::from_secs(20);

/// What a line repeats.
const PIECES: &[&str] = &[
    "password=",
    "token:[",
    "eyJ",
    "eyJhbGciOi.",
    "://a:",
    "[enc:",
    "Authorization: ",
    "-----BEGIN PRIVATE KEY",
    "Server=a;Password=b;",
    "{",
    ".",
    ":",
    "\\",
    "@",
    "%25",
    "&amp;",
    "\\u0041",
    "1.",
    "a.",
    "f:",
    "A1B2C-",
    "a@b.",
    "host=",
    "CORP\\",
    " CEF:",
    "SSWEB0",
    "By User: ",
    "é",
    "\0",
    "A\0",
    "41",
    "Ab3/",
    "Tr0ub4do",
    "%54r0ub",
    "VHIwdWI0",
];

/// Processor time of this thread, which other work of the machine does not lengthen; the clock where it is not told.
fn spent() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(since_the_first_call, Duration::from_nanos)
}

fn since_the_first_call() -> Duration {
    static FIRST: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

fn time(of: &impl Fn(&[u8]), piece: &str) -> Duration {
    let line = piece.repeat(LENGTH / piece.len());
    let before = spent();
    of(line.as_bytes());
    spent().saturating_sub(before)
}

/// Takes the lines on every core, and none of them much longer than the ordinary one.
fn none_is_slow(what: &str, of: impl Fn(&[u8]) + Sync) {
    let most = time(&of, ORDINARY) * LONGER + SLACK;
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(piece) = PIECES.get(next.fetch_add(1, Ordering::Relaxed)) {
            let took = time(&of, piece);
            assert!(took < most, "{what} of {piece:?}: {took:?}, and {most:?} are the most");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

fn harvest() -> Harvest {
    let mut harvest = Harvest::new();
    for value in
        ["Tr0ub4dor&3", "correct horse battery", "p<a>ss\"w'ord\\9", "0123456789ABCDEFFEDCBA9876543210"]
    {
        harvest.add(value);
    }
    harvest
}

fn known() -> Known {
    let mut known = Known::new();
    known.add(Identity::Host, "SSWEB01.corp.example");
    known.add(Identity::User, "jane.doe");
    known
}

#[test]
fn redaction_is_linear_at_the_stricter_level_too() {
    let key = CaseKey::parse(&"07".repeat(32)).unwrap();
    let labels = Labels::new(&Fingerprinter::new(Some(&key), None)).unwrap();
    let redactor = harvest().redactor().with(Identities::new(&known(), Arc::new(labels)).unwrap());
    none_is_slow("level identities", |line| {
        redactor.redact(line);
    });
}

#[test]
fn the_leak_scan_is_linear() {
    let scanner = Scanner::new(&harvest(), &[]).with(&known());
    none_is_slow("leak scan", |line| {
        scanner.scan(line);
    });
}

#[test]
fn the_search_of_what_others_wrote_is_linear() {
    let searcher = Searcher::new();
    none_is_slow("search", |line| {
        searcher.search(line);
    });
}
