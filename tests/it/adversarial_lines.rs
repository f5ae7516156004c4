//! Very long lines made to cost time: none takes much longer than an ordinary line of that length.

use clusterbrief::redact::leak::Scanner;
use clusterbrief::redact::search::Searcher;
use clusterbrief::redact::{
    CaseKey, Fingerprinter, Identities, Identity, Known, Labels, Redactor, SecretSet,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes of a line: ten megabytes, and one megabyte where the program is not optimised and ten times slower.
const LENGTH: usize = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };
/// What an ordinary line repeats.
const ORDINARY: &str =
    "2026-11-22 12:34:56,789 [12] INFO  Thycotic.Web - Heartbeat processed 12 items in 340 ms, see SS.log ";
/// How many times longer a line may take. The square of its length would be many thousand times.
const LONGER: u32 = 40;
/// Besides, since an ordinary line may take next to nothing: the square of a single window would be minutes.
const SLACK: Duration = Duration::from_secs(20);

/// What a line repeats.
const PIECES: &[&str] = &[
    "password=",
    "token:[",
    "\"name\":\"password\",",
    "<password ",
    "pwd={a}}",
    "password:{\"value\":",
    "eyJ",
    "eyJhbGciOi.",
    "://a:",
    "[enc:",
    "Authorization: ",
    "-----BEGIN PRIVATE KEY",
    "Server=a;Password=b;",
    "[password,",
    "name=password,value=",
    "net use ",
    "password 7 00abcd",
    "akey=",
    "password ",
    "password is ",
    "Password for a",
    "password:{\"a\":[",
    "\"name\":\"password\">",
    "<Value>a</Value><Name>Password</Name>",
    "isPassword\":true,",
    "<a name=\"password\" b=",
    "sqlcmd -P ",
    "curl -u a ",
    " -pass ",
    "NetworkCredential(",
    "a | chpasswd",
    "enable secret ",
    "Authorization: Some ",
    "Kennwort ist ",
    "Send: a",
    "password:\n",
    "password=\"a\n",
    "\"value\": \"a\",\n",
    "password\n---\n",
    "cGFzc3dvcmQ6",
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
    "host=tcp:",
    "&",
    "CORP\\",
    " CEF:",
    "SSWEB0",
    "By User: ",
    "é",
    "\0",
    "A\0",
    "\nA\0",
    "41",
    "Ab3/",
    "Tr0ub4do",
    "%54r0ub",
    "VHIwdWI0",
];

/// Processor time of this thread, which other work of the machine does not lengthen; or the clock, where the system does not report it.
fn spent() -> Duration {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = schedstat.and_then(|text| text.split(' ').next()?.parse().ok());
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

fn secret_set() -> SecretSet {
    let mut secrets = SecretSet::default();
    for value in
        ["Tr0ub4dor&3", "correct horse battery", "p<a>ss\"w'ord\\9", "0123456789ABCDEFFEDCBA9876543210"]
    {
        secrets.add(value);
    }
    secrets
}

fn known() -> Known {
    let mut known = Known::default();
    known.add(Identity::Host, "SSWEB01.corp.example");
    known.add(Identity::User, "jane.doe");
    known
}

fn hiding() -> Redactor {
    let key = CaseKey::parse(&"07".repeat(32)).unwrap();
    let labels = Labels::new(&Fingerprinter::new(Some(&key), None)).unwrap();
    secret_set().redactor().with(Identities::new(&known(), Arc::new(labels)).unwrap())
}

#[test]
fn nesting_depth_is_limited() {
    let redactor = hiding();
    let label = redactor.clean_field(Identity::User, &"ab@".repeat(200_000));
    assert!(label.starts_with("{user-"), "{label}");
    redactor.clean_field(Identity::User, &"ab\\".repeat(200_000));
    let line = format!("host={}SSWEB01.corp.example", "tcp:".repeat(1_000_000));
    let out = String::from_utf8(redactor.redact(line.as_bytes()).0).unwrap();
    assert!(out.ends_with('}') && !out.contains("SSWEB01"));
    let mut secrets = SecretSet::default();
    secrets.add_config(format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)).as_bytes());
    assert_eq!(secrets.strong(), 0);
}

/// One line of these pieces takes not much longer than the ordinary one.
fn is_not_slow(of: impl Fn(&[u8]), piece: &str) {
    let (took, most) = (time(&of, piece), time(&of, ORDINARY) * LONGER + SLACK);
    assert!(took < most, "{took:?}, and {most:?} are the most");
}

#[test]
fn building_the_secret_set_is_linear() {
    is_not_slow(|line| SecretSet::default().add_text(line), "password=&");
    is_not_slow(|line| SecretSet::default().add_config(&[b"<!--", line, b"-->"].concat()), "&");
}

#[test]
fn long_values_of_one_line_are_reported_once() {
    let searcher = Searcher::default();
    let piece = format!("x password=\"{}\" ", "aB1-".repeat(500));
    is_not_slow(|line| drop(searcher.search(line)), &piece);
}

#[test]
fn redaction_is_linear_at_the_stricter_level_too() {
    let redactor = hiding();
    none_is_slow("level identities", |line| {
        redactor.redact(line);
    });
}

#[test]
fn the_leak_scan_is_linear() {
    let scanner = Scanner::new(&secret_set(), &[]).with(&known());
    none_is_slow("leak scan", |line| {
        scanner.scan(line);
    });
}

#[test]
fn the_search_of_files_of_any_origin_is_linear() {
    let searcher = Searcher::default();
    none_is_slow("search", |line| {
        searcher.search(line);
    });
}
