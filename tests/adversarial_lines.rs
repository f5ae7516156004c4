//! Lines of ten megabytes made to hurt: four times the line may take four times the time and no more.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use clusterbrief::redact::leak::Scanner;
use clusterbrief::redact::{CaseKey, Fingerprinter, Harvest, Identities, Identity, Known, Labels};
use std::sync::Arc;
use std::time::{Duration, Instant};

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

fn time(of: &dyn Fn(&[u8]), line: &[u8]) -> Duration {
    let before = spent();
    of(line);
    spent().saturating_sub(before)
}

fn stays_linear(what: &str, bytes: usize, of: &dyn Fn(&[u8])) {
    for piece in PIECES {
        let line = piece.repeat(bytes / piece.len());
        let quarter = line.as_bytes().get(..line.len() / 4).unwrap();
        // Eight times is far from sixteen, which is what the square of the length would cost.
        let (short, long) = (time(of, quarter), time(of, line.as_bytes()));
        assert!(
            long < short * 8 + Duration::from_millis(300),
            "{what} of {piece:?}: {short:?} for a quarter of the line, {long:?} for all of it"
        );
    }
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
    stays_linear("level identities", 10_000_000, &|line| {
        redactor.redact(line);
    });
}

#[test]
fn the_leak_scan_is_linear() {
    let scanner = Scanner::new(&harvest(), &[]).with(&known());
    // It decodes every line in ten ways, which takes long without optimisation.
    stays_linear("leak scan", 1_000_000, &|line| {
        scanner.scan(line);
    });
}
