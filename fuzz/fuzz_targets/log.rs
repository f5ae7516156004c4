//! A log from outside: scanned for signatures whole and in pieces with the same result, redacted, and searched for
//! leaks.
#![no_main]

use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::{FileDigest, Scanner};
use clusterbrief::redact::{Sanitizer, Redactor, leak};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner<'static>> = LazyLock::new(|| {
    let knowledge = Knowledge::builtin().expect("the built-in knowledge loads");
    Scanner::new(&knowledge, &Sanitizer).expect("the signatures compile")
});

fn scanned<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> FileDigest {
    let mut file = SCANNER.file("logs/SS.log", None, false);
    pieces.for_each(|piece| file.push(piece));
    file.finish()
}

fuzz_target!(|bytes: &[u8]| {
    let whole = scanned(std::iter::once(bytes));
    let pieces = scanned(bytes.chunks(7));
    assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));

    let redactor = Redactor::patterns_only();
    let (once, _) = redactor.redact(bytes);
    let (twice, _) = redactor.redact(&once);
    assert_eq!(once, twice, "redacting twice changes nothing");
    let _ = leak::Scanner::shapes_only().scan(&once);
});
