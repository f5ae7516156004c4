//! The pass as its callers see it.

use super::{FileDigest, Scanner, merge};
use crate::knowledge::Knowledge;
use crate::model::excerpt::Sanitize;
use crate::model::log::{Component, Hit, LogDigest, Origin, Pattern};
use chrono::{DateTime, FixedOffset};
use proptest::prelude::*;
use std::fmt::Write;
use std::sync::LazyLock;

/// Leaves every line as it is.
pub(super) struct AsIs;

impl Sanitize for AsIs {
    fn sanitize(&self, line: &str) -> String {
        line.to_owned()
    }
}

struct Stars;

impl Sanitize for Stars {
    fn sanitize(&self, line: &str) -> String {
        line.replace("hunter22", "***")
    }
}

const EAST: i32 = 2 * 3600;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::builtin().unwrap());
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(&KNOWLEDGE, &Stars).unwrap());

fn scan_in(bytes: &[u8], chunk: usize, name: &str) -> FileDigest {
    let mut file = SCANNER.file(name, FixedOffset::east_opt(EAST), false);
    for chunk in bytes.chunks(chunk) {
        file.push(chunk);
    }
    file.finish()
}

fn scan(text: impl AsRef<[u8]>) -> FileDigest {
    scan_in(text.as_ref(), usize::MAX, "logs/SS.log")
}

fn hit<'a>(hits: &'a [Hit], signature: &str, pattern: usize) -> &'a Hit {
    hits.iter().find(|hit| hit.signature == signature && hit.pattern == pattern).unwrap()
}

fn time(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

const LOG: &str = "\
    at Torn.Stack.Trace(line)\r\n\
2026-06-16 10:02:13,123 [12] INFO  Thycotic.A - started\r\n\
2026-06-16 10:02:14,000 [12] ERROR Thycotic.B - request failed for password hunter22\r\n\
System.Exception ---> Thycotic.AppCore.Cryptography.MacMismatchException: x hunter22\r\n\
   at Thycotic.C()\r\n\
2026-06-16 11:30:00.5 [7] WARN Thycotic.D - encryption CONFIGS don't match\r\n\
2026-06-16 11:30:01,000 [7] FATAL Thycotic.D - Secret Server (Not Installed or Unable to Access the Database).\r\n\
2026-06-16 11:30:02,000 [7] ERROR Thycotic.D - unable to access the database\r\n";

#[test]
fn a_log_is_counted_dated_and_cleaned() {
    let digest = scan(LOG);
    let file = &digest.file;
    assert_eq!((file.lines, file.bytes, file.encoding), (8, LOG.len() as u64, "utf-8"));
    assert_eq!(file.component, Some(Component::Web));
    let period = file.period.unwrap();
    assert_eq!(period.from, time("2026-06-16T10:02:13.123+02:00"));
    assert_eq!(period.to, time("2026-06-16T11:30:02+02:00"));
    let hour = time("2026-06-16T10:00:00+02:00").timestamp() / 3600;
    assert_eq!(digest.errors_by_hour, [(hour, 1), (hour + 1, 2)].into());

    let mac = hit(&digest.hits, "E-002", 0);
    assert_eq!((mac.errors, mac.others), (1, 0), "a stack trace has the level of the line it follows");
    assert_eq!(mac.last_error, Some(time("2026-06-16T10:02:14+02:00")));
    assert_eq!(mac.samples[0].place.to_string(), "logs/SS.log:4");
    assert!(mac.samples[0].text.as_str().ends_with("MacMismatchException: x ***"));

    let label = hit(&digest.hits, "E-001", 0);
    assert_eq!((label.errors, label.others, label.last_error), (0, 1, None));
    assert_eq!(label.first, Some(time("2026-06-16T11:30:00.500+02:00")));
}

#[test]
fn the_more_precise_signature_takes_the_line() {
    let digest = scan(LOG);
    assert_eq!(hit(&digest.hits, "E-006", 0).errors, 1);
    let access = hit(&digest.hits, "E-007", 0);
    assert_eq!((access.errors, access.samples.len()), (1, 1));
    assert_eq!(access.samples[0].place.to_string(), "logs/SS.log:8");
}

#[test]
fn every_signature_is_found_by_its_example_and_not_by_its_counter_examples() {
    for signature in &KNOWLEDGE.signatures {
        let found = |line: &String| scan(line).hits.iter().any(|hit| hit.signature == signature.id);
        assert!(signature.example.iter().all(found), "{}", signature.id);
        assert!(!signature.counter_examples.iter().any(found), "{}", signature.id);
        // A text alone does not say whose code it is of.
        let id = signature.elsewhere.as_ref().unwrap_or(&signature.id);
        for text in signature.patterns.iter().flat_map(|pattern| &pattern.texts) {
            let hits = scan(text.to_ascii_uppercase()).hits;
            assert!(hits.iter().any(|hit| hit.signature == *id), "{text}");
        }
    }
}

#[test]
fn two_wordings_on_a_line_count_each_and_a_repeated_one_once() {
    let digest = scan("Binary Version Mismatch: server dates do not match, BINARY VERSION MISMATCH\n");
    let found: Vec<_> = digest.hits.iter().map(|hit| (hit.signature.as_str(), hit.errors)).collect();
    assert_eq!(found, [("E-003", 1), ("E-004", 1)]);
}

#[test]
fn the_first_two_and_the_newest_three_lines_are_kept() {
    let mut log = String::new();
    for minute in 0..10 {
        writeln!(log, "2026-06-16 10:{minute:02}:00,000 [1] ERROR X - Binary Version Mismatch {minute}")
            .unwrap();
    }
    let digest = scan(log);
    let mismatch = hit(&digest.hits, "E-004", 2);
    let kept: Vec<_> =
        mismatch.samples.iter().map(|sample| sample.text.as_str().chars().last().unwrap()).collect();
    assert_eq!((mismatch.errors, kept), (10, vec!['0', '1', '7', '8', '9']));
}

#[test]
fn a_match_deep_in_a_line_is_shown_cleaned() {
    for before in [300, 5_000, 3_000_000] {
        let log = format!(
            "2026-06-16 10:00:00,000 [1] ERROR {} hunter22 Binary Version Mismatch hunter22\n",
            "x ".repeat(before)
        );
        let digest = scan(&log);
        let mismatch = hit(&digest.hits, "E-004", 2);
        assert_eq!(mismatch.samples[0].text.as_str(), "… Binary Version Mismatch ***");
        assert_eq!(digest.file.lines, 1);
    }
}

#[test]
fn a_huge_line_is_one_line_wherever_its_texts_are() {
    let text = "Binary Version Mismatch ";
    // Filler of growing length moves the texts over every cut of the blocks.
    for shift in 0..30 {
        let line = format!("2026-06-16 10:00:00,000 [1] ERROR {}{}", "x".repeat(shift), text.repeat(40_000));
        let digest = scan(format!("{line}\n2026-06-16 10:00:01,000 [1] INFO next\n"));
        assert_eq!(digest.file.lines, 2);
        assert_eq!(hit(&digest.hits, "E-004", 2).errors, 1);
    }
    for shift in (256 * 1024 - 60)..(256 * 1024 + 10) {
        let digest = scan(format!("{}{text}", "x".repeat(shift)));
        assert_eq!(hit(&digest.hits, "E-004", 2).errors, 1, "{shift}");
    }
}

#[test]
fn encodings_give_the_same_digest() {
    let utf8 = format!("{:?}", strip(scan(LOG)));
    let mark = [b"\xef\xbb\xbf", LOG.as_bytes()].concat();
    assert_eq!(format!("{:?}", strip(scan(mark))), utf8);
    for (bytes, name) in [
        (u16::to_le_bytes as fn(u16) -> [u8; 2], "utf-16le"),
        (u16::to_be_bytes as fn(u16) -> [u8; 2], "utf-16be"),
    ] {
        let wide: Vec<u8> = LOG.encode_utf16().flat_map(bytes).collect();
        let digest = scan(wide);
        assert_eq!(digest.file.encoding, name);
        assert_eq!(format!("{:?}", strip(digest)), utf8);
    }
    let latin = scan(b"2026-06-16 10:00:00,000 [1] ERROR Gr\xf6\xdfe: Binary Version Mismatch\n");
    assert_eq!(latin.file.encoding, "windows-1252");
    assert!(latin.hits[0].samples[0].text.as_str().contains("Größe"));
}

/// Without what the encoding itself changes.
fn strip(mut digest: FileDigest) -> FileDigest {
    digest.file.encoding = "";
    digest.file.bytes = 0;
    digest
}

#[test]
fn line_ends_of_all_kinds_give_the_same_digest() {
    let reference = format!("{:?}", strip(scan(LOG)));
    for line_end in ["\n", "\r"] {
        assert_eq!(format!("{:?}", strip(scan(LOG.replace("\r\n", line_end)))), reference);
    }
    let cut = LOG.trim_end();
    assert_eq!(format!("{:?}", strip(scan(cut))), reference);
}

#[test]
fn zeros_before_a_line_do_not_hide_its_time() {
    let digest = scan(b"\0\0\0\x002026-06-16 10:00:00,000 [1] ERROR Binary Version Mismatch\n");
    assert!(digest.file.period.is_some());
    assert_eq!(digest.file.encoding, "utf-8");
}

#[test]
fn without_an_offset_times_are_utc_and_the_digest_states_it() {
    let mut file = SCANNER.file("SS.log", None, true);
    file.push(LOG.as_bytes());
    let digest = file.finish();
    assert!(!digest.zone_known && digest.file.truncated);
    assert_eq!(digest.file.period.unwrap().to, time("2026-06-16T11:30:02Z"));
    let all = merge(vec![digest, scan(LOG)]);
    assert!(!all.zone_known);
}

#[test]
fn white_space_and_line_ends_within_a_text_do_not_hide_it() {
    let line = "2026-06-16 10:00:00,000 [1] ERROR Thycotic.Data - ";
    for (text, signature) in [
        (
            "Timeout expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.",
            "E-053",
        ),
        (
            "Timeout expired.\tThe timeout period elapsed prior to\r\ncompletion of the operation or the server is not responding.",
            "E-053",
        ),
        ("Value cannot be null.\r\nParameter name: v1", "E-102"),
        ("Value cannot be null.\nParameter name: v1", "E-102"),
        ("Login  failed for user 'x'", "E-050"),
        ("Login failed\r\nfor user 'x'", "E-050"),
    ] {
        let log = format!("{line}{text}\r\n   at Thycotic.X()\r\n");
        for chunk in [1, 7, usize::MAX] {
            let digest = scan_in(log.as_bytes(), chunk, "logs/SS.log");
            let found: Vec<_> = digest.hits.iter().map(|hit| (hit.signature.as_str(), hit.errors)).collect();
            assert_eq!(found, [(signature, 1)], "{log:?} in {chunk}");
        }
    }
    let two = format!("{line}Value cannot be null.\r\n{line}Parameter name: v1\r\n");
    assert!(scan(two).hits.is_empty(), "an entry is no part of the one before");
}

/// A digest of a log of a collection that ended at 12:00.
fn scan_until(text: &str, name: &str) -> FileDigest {
    let end = time("2026-06-16T12:00:00+02:00");
    let mut file = SCANNER.file(name, FixedOffset::east_opt(EAST), false).until(end);
    file.push(text.as_bytes());
    file.finish()
}

#[test]
fn the_newest_line_that_proves_a_connection_is_kept() {
    let at = |time: &str, text: &str| format!("2026-06-16 {time},000 [1] {text}\r\n");
    let proof = "INFO Thycotic.Business.Heartbeat - Processed batch 7";
    let log = [
        at("10:30:00", proof),
        at("11:10:00", proof),
        at("11:40:00", proof),
        at("11:45:00", "INFO Thycotic.MessageQueue - consumer alive 7"),
        at("11:50:00", "ERROR Thycotic.Business.Heartbeat - Processed batch 8"),
    ]
    .concat();
    let line = scan_until(&log, "logs/SS.log").connected.unwrap();
    assert_eq!((line.row.as_str(), line.time), ("heartbeat", time("2026-06-16T11:40:00+02:00")));
    assert_eq!(line.sample.place.to_string(), "logs/SS.log:3");
    assert!(scan_until(&log, "logs/SSDE.log").connected.is_none(), "an engine has no database");
    assert!(scan_until(&at("10:30:00", proof), "logs/SS.log").connected.is_none(), "too long before");
    assert!(scan(&log).connected.is_none(), "nothing says when the collection ended");
    let older = scan_until(&at("11:20:00", proof), "logs/SS-BWSR.log");
    let all = merge(vec![scan_until(&log, "logs/SS.log"), older]);
    assert_eq!(all.connected.unwrap().time, time("2026-06-16T11:40:00+02:00"));
}

#[test]
fn a_line_from_after_the_collection_moves_nothing() {
    let log = "2026-06-16 11:00:00,000 [1] ERROR X - Binary Version Mismatch\r\n\
               2027-01-01 00:00:00,000 [1] ERROR X - Login failed for user 'x'\r\n";
    let digest = scan_until(log, "logs/SS.log");
    assert_eq!(digest.file.late_lines, 1);
    assert_eq!(digest.file.period.unwrap().to, time("2026-06-16T11:00:00+02:00"));
    assert_eq!(hit(&digest.hits, "E-050", 0).last, None, "it has no age");
    assert_eq!(hit(&digest.hits, "E-050", 0).errors, 1);
}

#[test]
fn a_copy_of_a_log_counts_once() {
    let lines = |hours: std::ops::Range<u32>| -> String {
        let line = |hour| format!("2026-06-15 {hour:02}:00:00,000 [1] ERROR X - Binary Version Mismatch\r\n");
        hours.map(line).collect::<Vec<_>>().concat()
    };
    let (whole, begun) = (lines(0..20), lines(0..12).replace("\r\n", "\n"));
    for (name, text) in [("logs/SS.log.1", &whole), ("logs/SS.log.1", &begun), ("logs/SS-old.log", &whole)] {
        let copy = scan_in(text.as_bytes(), 999, name);
        let all = merge(vec![copy, scan_in(whole.as_bytes(), 77, "logs/SS.log")]);
        assert_eq!(hit(&all.hits, "E-004", 2).errors, 20, "{name}");
        let copies: Vec<_> = all.files.iter().filter_map(|file| file.copy_of.as_deref()).collect();
        assert_eq!(copies, ["logs/SS.log"], "{name}");
    }
    let role = scan_in(whole.as_bytes(), 99, "logs/SS-EWSR.log");
    let all = merge(vec![role, scan(&whole)]);
    assert!(all.files.iter().all(|file| file.copy_of.is_none()), "two components may write alike");
}

#[test]
fn holes_and_missing_rolled_logs_are_known() {
    let lines = |day: u32, hours: std::ops::Range<u32>| -> String {
        let line = |minute: u32| {
            format!("2026-06-{day} {:02}:{:02}:00,000 [1] INFO X - y {day}\r\n", minute / 60, minute % 60)
        };
        (hours.start * 60..hours.end * 60).step_by(10).map(line).collect()
    };
    let web = |text: String, name: &str| scan_in(text.as_bytes(), 4096, name);
    let hours = |holes: Vec<crate::model::log::Period>| -> Vec<i64> {
        holes.iter().map(|hole| (hole.to - hole.from).num_hours()).collect()
    };
    let gap = || web(lines(14, 0..6) + &lines(14, 9..24), "logs/SS.log");
    let role = || web(lines(14, 0..24), "logs/SS-BWSR.log");
    let holes = |digests| hours(merge(digests).holes(Some(Component::Web)));
    assert_eq!(holes(vec![gap(), role()]), [3], "another log goes on");
    assert!(holes(vec![gap()]).is_empty(), "a quiet night is no hole");
    assert_eq!(holes(vec![web(lines(14, 0..4) + &lines(14, 20..24), "logs/SS.log")]), [16]);
    assert_eq!(
        holes(vec![web(lines(15, 0..4), "logs/SS.log"), web(lines(13, 20..24), "logs/SS.log.2")]),
        [24]
    );
    let filled = vec![gap(), web(lines(14, 5..10), "logs/SS.log.1"), role()];
    assert!(holes(filled).is_empty(), "a rolled log has the lines");
    let rolled = vec![web(lines(15, 0..4), "logs/SS.log"), web(lines(13, 0..4), "logs/SS.log.3")];
    assert_eq!(merge(rolled).missing_rolls(), ["logs/SS.log.1", "logs/SS.log.2"]);
}

#[test]
fn dates_that_read_two_ways_are_settled_by_another_date_or_by_the_end() {
    let log = |dates: &[&str]| -> String {
        let line = |date: &&str| format!("{date} 10:00:00 [1] ERROR X - Binary Version Mismatch\r\n");
        dates.iter().map(line).collect::<Vec<_>>().concat()
    };
    let last = |text: &str| hit(&scan_until(text, "logs/SS.log").hits, "E-004", 2).last;
    let day = |text: &str| Some(time(&format!("{text}T10:00:00+02:00")));
    assert_eq!(last(&log(&["05/06/2026", "13/06/2026"])), day("2026-06-13"));
    assert_eq!(last(&log(&["06/05/2026", "06/13/2026"])), day("2026-06-13"));
    assert_eq!(last(&log(&["06/11/2026", "06/12/2026"])), None, "neither order ends at the collection");
    let first = hit(&scan_until(&log(&["06/05/2026", "06/13/2026"]), "logs/SS.log").hits, "E-004", 2).first;
    assert_eq!(
        first,
        day("2026-06-05"),
        "what came before the date that settles it is read in that order too"
    );
    let mut file = SCANNER
        .file("logs/SS.log", FixedOffset::east_opt(EAST), false)
        .until(time("2026-12-11T12:00:00+02:00"));
    file.push(log(&["10/12/2026", "11/12/2026"]).as_bytes());
    assert_eq!(hit(&file.finish().hits, "E-004", 2).last, day("2026-12-11"));
}

#[test]
fn hits_about_other_machines_are_kept_apart() {
    let line = |text: &str| format!("2026-06-16 10:00:00,000 [1] ERROR {text}\r\n");
    let text = "A network-related or instance-specific error occurred";
    let digest = scan(
        [
            line(&format!("Thycotic.Data - {text}")),
            line(&format!("Thycotic.Business.Heartbeat - {text}")),
            line(&format!("Thycotic.ihawu.Business - {text}, connecting to LAB-DB9")),
        ]
        .concat(),
    );
    let origins: Vec<_> = digest.hits.iter().map(|hit| (hit.origin.clone(), hit.errors)).collect();
    let expected = [Origin::Node, Origin::Host("lab-db9".into()), Origin::Workload("heartbeat".into())];
    assert_eq!(origins, expected.map(|origin| (origin, 1)));
    assert_eq!(digest.workload_by_hour.values().sum::<u64>(), 1);
}

/// The patterns of a log, as `LEVEL LOGGER | WORDING | EXCEPTION | FRAME`, with how often.
fn patterns(digest: &FileDigest) -> Vec<(String, u64)> {
    let text = |pattern: &Pattern| {
        let key = &pattern.key;
        let level = format!("{:?} {}", key.level, key.logger);
        [level.trim(), &key.wording, &key.exception, &key.frame].join(" | ")
    };
    digest.patterns.iter().map(|pattern| (text(pattern), pattern.count)).collect()
}

#[test]
fn entries_are_counted_by_what_they_have_in_common() {
    let digest = scan(
        "2026-06-16 10:00:00,000 [1] ERROR Thycotic.X - Item 1 of CORP\\a broke: password hunter22\n\
         A.OddException: again, after B.OtherException: x\n\
            at System.Data.Read()\n\
            at Thycotic.Data.Accessor.Read(Int32 id) in D:\\a.cs:line 3\n\
         2026-06-16 11:00:00,000 [1] ERROR Thycotic.X - Item 27 of CORP\\b broke: password hunter22\n\
         A.OddException: other words\n\
            at Thycotic.Data.Accessor.Read(Int32 id) in D:\\a.cs:line 9\n\
         2026-06-16 11:00:01,000 [1] WARN Thycotic.X - Item 27 of CORP\\b is late\n\
         2026-06-16 11:00:02,000 [1] INFO Thycotic.X - handled\n\
         2026-06-16 11:00:02,000 [1] INFO Thycotic.X - A.QuietException: handled 7\n\
         2026-06-16 11:00:03,000 [1] INFO Thycotic.X - goes on\n\
         A.LateException: on a line of its own\n\
         2026-06-16 11:00:03,000 [1] DEBUG Thycotic.X - nothing\n",
    );
    assert_eq!(
        patterns(&digest),
        [
            (
                "Error Thycotic.X | Item <num> of <account> broke: password *** | A.OddException | Thycotic.Data.Accessor.Read"
                    .to_owned(),
                2
            ),
            ("Warning Thycotic.X | Item <num> of <account> is late |  | ".to_owned(), 1),
            ("Other Thycotic.X | A.QuietException: handled <num> | A.QuietException | ".to_owned(), 1),
            ("Other Thycotic.X | goes on | A.LateException | ".to_owned(), 1),
        ]
    );
    let odd = &digest.patterns[0];
    assert_eq!(odd.first, Some(time("2026-06-16T10:00:00+02:00")));
    assert_eq!(odd.last, Some(time("2026-06-16T11:00:00+02:00")));
    assert_eq!(odd.by_hour.values().copied().collect::<Vec<_>>(), [1, 1]);
    let places: Vec<String> = odd.samples.iter().map(|sample| sample.place.to_string()).collect();
    assert_eq!(places, ["logs/SS.log:1", "logs/SS.log:5"]);
    assert!(odd.samples[0].text.as_str().ends_with("password ***"));
}

#[test]
fn a_pattern_names_the_known_error_that_it_is_and_the_work_that_it_is_about() {
    let digest = scan(
        "2026-06-16 11:00:00,000 [1] ERROR X - failed\n\
         A.B.C ---> Thycotic.HSM.CNG.CngException: x\n\
         2026-06-16 11:00:00,000 [1] ERROR Thycotic.Business.Heartbeat - Heartbeat 12 failed\n",
    );
    let by_words = |words: &str| digest.patterns.iter().find(|one| one.key.wording.contains(words)).unwrap();
    let known = by_words("failed");
    assert_eq!((known.known.as_deref(), known.is_known(), &known.workload), (Some("E-081"), true, &None));
    let work = by_words("Heartbeat");
    assert_eq!((work.known.as_deref(), work.workload.as_deref()), (None, Some("heartbeat")));
}

#[test]
fn layouts_of_json_and_xml_and_none_have_patterns_too() {
    let json = scan(
        r#"{"@t":"2026-06-16T10:00:00Z","level":"Error","SourceContext":"Thycotic.X","message":"Item 1 \"a\" broke"}
{"@t":"2026-06-16T10:00:01Z","level":"Error","SourceContext":"Thycotic.X","message":"Item 2 \"b\" broke"}
"#,
    );
    let (text, count) = &patterns(&json)[0];
    assert!(text.starts_with("Error Thycotic.X | Item <num> "), "{text}");
    assert_eq!(*count, 2);
    let bare = scan("A.OddException: x\n   at Thycotic.Y.Z()\nA.OddException: x\nnothing\n");
    assert_eq!(
        patterns(&bare),
        [
            ("Other | A.OddException: x | A.OddException | ".to_owned(), 1),
            ("Other | A.OddException: x | A.OddException | Thycotic.Y.Z".to_owned(), 1)
        ]
    );
}

#[test]
fn ten_thousand_patterns_are_bounded_and_nothing_is_lost() {
    let mut log = String::new();
    for number in 0..10_000_u32 {
        // Words of letters, so that no look of them says that they change, and no two entries share half of their words.
        let word = |salt: u32| -> String {
            let mut number = (number * 7 + salt).wrapping_mul(2_654_435_761);
            (0..6)
                .map(|_| {
                    number = number.rotate_left(5).wrapping_mul(31);
                    char::from(b'a' + (number >> 24) as u8 % 26)
                })
                .collect()
        };
        let _ = writeln!(
            log,
            "2026-06-16 10:00:00,000 [1] ERROR X - {} {} {} {}",
            word(1),
            word(2),
            word(3),
            word(4)
        );
        if number % 10 == 0 {
            let _ = writeln!(log, "2026-06-16 10:00:00,000 [1] ERROR X - the frequent one {number}");
        }
    }
    let digest = scan(&log);
    let counted: u64 = digest.patterns.iter().map(|pattern| pattern.count).sum();
    assert_eq!(counted + digest.other_entries, 11_000);
    assert!(digest.patterns.len() <= 300, "{}", digest.patterns.len());
    let frequent =
        digest.patterns.iter().find(|one| one.key.wording.ends_with("the frequent one <num>")).unwrap();
    assert_eq!(frequent.count, 1000);
    let again = scan_in(log.as_bytes(), 777, "logs/SS.log");
    assert_eq!(patterns(&again), patterns(&digest), "however the bytes come");
}

#[test]
fn headers_of_events_are_counted_by_host_and_version() {
    let line =
        "Nov 10 13:13:32 NODE02 CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|SECRET - VIEW|2|x\n";
    let digest = scan(line.repeat(3));
    let texts: Vec<_> = digest.cef.iter().map(|one| (one.text.as_str(), one.count)).collect();
    assert_eq!(texts, [("NODE02 11.3.000001", 3)]);
    let all = merge(vec![digest, scan_in(line.as_bytes(), 7, "logs/SS.log.1")]);
    assert_eq!(all.cef[0].count, 4);
}

#[test]
fn silences_are_counted_by_their_minutes() {
    let at = |minute: u32| format!("2026-06-16 {:02}:{:02}:00,000 [1] INFO X\n", minute / 60, minute % 60);
    let lines: String = [0, 0, 10, 20, 30, 90, 89].into_iter().map(at).collect();
    assert_eq!(scan(lines).file.silences, [(10, 3), (60, 1)].into());
    let long = scan("2026-01-01 00:00:00,000 [1] INFO X\n2026-06-01 00:00:00,000 [1] INFO X\n");
    assert_eq!(long.file.silences, [(7 * 24 * 60, 1)].into());
}

#[test]
fn no_log_is_no_error() {
    let digest = scan("");
    assert_eq!((digest.file.lines, digest.file.period, digest.hits.len()), (0, None, 0));
    let nothing = merge(Vec::new());
    assert!(nothing.files.is_empty() && !nothing.zone_known);
}

#[test]
fn files_merge_in_any_order() {
    let older = scan_in(LOG.replace("2026-06-16", "2026-06-15").as_bytes(), 100, "logs/SS.log.1");
    let newer = scan(LOG);
    let worker = scan_in(b"2026-06-17 09:00:00,000 [1] INFO x\n", 100, "logs/SS-BSWR.log");
    let all = merge(vec![worker.clone(), newer.clone(), older.clone()]);
    assert_eq!(format!("{all:?}"), format!("{:?}", merge(vec![older, newer, worker])));
    let names: Vec<_> = all.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["logs/SS-BSWR.log", "logs/SS.log", "logs/SS.log.1"]);
    let mac = hit(&all.hits, "E-002", 0);
    assert_eq!((mac.errors, mac.samples.len(), mac.by_hour.len()), (2, 2, 2));
    assert_eq!(mac.first, Some(time("2026-06-15T10:02:14+02:00")));
    assert_eq!(mac.samples[0].place.file, "logs/SS.log.1", "in order of time");
    let web = all.covered(Some(Component::Web)).unwrap();
    assert_eq!(web.from, time("2026-06-15T10:02:13.123+02:00"));
    assert_eq!(web.to, time("2026-06-16T11:30:02+02:00"));
    assert_eq!(all.newest(), Some(time("2026-06-17T09:00:00+02:00")));
    assert_eq!(all.covered(Some(Component::EngineWorker)), None);
}

#[test]
fn a_file_that_is_not_what_it_claims_gives_no_facts() {
    let LogDigest { files, hits, errors_by_hour, .. } = merge(vec![scan(LOG).broken("hash differs")]);
    assert_eq!(files[0].broken.as_deref(), Some("hash differs"));
    assert!(files[0].period.is_none() && hits.is_empty() && errors_by_hour.is_empty());
}

/// Pieces that logs are made of, and some that they are not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"2026-06-16 10:02:13,123 [12] ERROR X - ".to_vec()),
        Just(b"2026-06-16T11:02:13.1 INFO ".to_vec()),
        Just(b"Binary Version Mismatch".to_vec()),
        Just(b"Secret Server (Not Installed or Unable to Access the Database).".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just("ü🙂".as_bytes().to_vec()),
        Just(b"\xff\xfe".to_vec()),
        Just(b"\0".to_vec()),
        (1usize..300_000).prop_map(|len| b"x".repeat(len)),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_chunking_of_any_bytes_gives_the_same_digest(
        pieces in proptest::collection::vec(piece(), 0..40),
        chunk in prop_oneof![1usize..50, 1000usize..400_000],
    ) {
        let bytes = pieces.concat();
        // Tiny chunks of huge inputs take long and show nothing more.
        let chunk = chunk.max(bytes.len() / 20_000).max(1);
        let whole = scan(&bytes);
        prop_assert_eq!(whole.file.bytes, bytes.len() as u64);
        prop_assert_eq!(format!("{:?}", scan_in(&bytes, chunk, "logs/SS.log")), format!("{whole:?}"));
    }

    #[test]
    fn utf16_reads_as_utf8_does(lines in proptest::collection::vec("(2026-06-16 10:0[0-9]:00,000 \\[1\\] (ERROR|INFO) )?(Activation is Required|[a-zA-Z ]{10,40}ü?)", 1..30)) {
        let text = lines.join("\n");
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        prop_assert_eq!(format!("{:?}", strip(scan(wide))), format!("{:?}", strip(scan(&text))));
    }
}
