//! Which entries are shown, and what is said beside them.

use super::{each, entries, logs, loose};
use std::fs;

const LOG: &str = "2026-09-14 10:00:00,000 [4] INFO  Thycotic.Web - first\n\
    2026-09-14 10:02:00,000 [4] ERROR Thycotic.Data - second failed\n   at Thycotic.Data.Open()\n  --> Deep cause\n\
    2026-09-14 10:02:00,001 [4] WARN  Thycotic.Web - third\n\
    2026-09-14 10:07:00,000 [4] FATAL Thycotic.Web - fourth\n\
    2026-09-14 10:07:00,001 [4] DEBUG Thycotic.Web - fifth\n\
    2026-09-14 10:09:00,000 [4] Thycotic.Web - sixth without a level\n";

fn texts(options: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "WEB01/SS.log", LOG.as_bytes());
    let found = entries(&[&path], options);
    each(&found, "text").iter().map(|text| text.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn both_ends_of_a_time_are_in_it() {
    for (options, expected) in [
        (&["--since", "2026-09-14 10:02", "--until", "2026-09-14 10:02"][..], &["second"][..]),
        (&["--since", "2026-09-14 10:02:00,001", "--until", "2026-09-14T10:07:00Z"], &["third", "fourth"]),
        (&["--since", "2026-09-14 12:07 +02:00"], &["fourth", "fifth", "sixth"]),
        (&["--until", "2026-09-14 10:00"], &["first"]),
        (&["--until", "2026-09-14"], &[]),
        (&["--around", "2026-09-14 10:07", "--span", "0"], &["fourth"]),
        (&["--around", "2026-09-14 10:07"], &["second", "third", "fourth", "fifth", "sixth"]),
        (&["--around", "2026-09-14 10:05", "--span", "3"], &["second", "third", "fourth", "fifth"]),
    ] {
        assert_eq!(texts(options), expected, "{options:?}");
    }
}

#[test]
fn levels_texts_and_times_all_have_to_fit() {
    for (options, expected) in [
        (&["--level", "error"][..], &["second", "fourth"][..]),
        (&["--level", "warn"], &["second", "third", "fourth"]),
        (&["--level", "debug"], &["first", "second", "third", "fourth", "fifth"]),
        (&["--grep", "failed"], &["second"]),
        (&["--grep", "^ +at Thycotic"], &["second"]),
        (&["--grep", "cause$"], &["second"]),
        (&["--grep", "(?i)FAILED|THIRD"], &["second", "third"]),
        (&["--grep", "^2026-09-14 10:0[79].*Web"], &["fourth", "fifth", "sixth"]),
        (&["--grep", "Web", "--level", "warn", "--since", "2026-09-14 10:03"], &["fourth"]),
        (&["--grep", "Web", "--limit", "2"], &["first", "third"]),
        (&["--grep", "no such text"], &[]),
    ] {
        assert_eq!(texts(options), expected, "{options:?}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "WEB01/SS.log", LOG.as_bytes());
    let (code, out, err) = logs(&[&path], &["--grep", "no such text"]);
    assert_eq!((code, out.as_str()), (0, ""), "nothing found is an answer");
    assert!(err.contains("no entry matches"), "{err}");
    let (_, _, err) = logs(&[&path], &["--level", "error"]);
    assert!(err.contains("1 entry without a level that is known are left out"), "{err}");
    let (_, out, err) = logs(&[&path], &["--level", "error", "--limit", "1"]);
    assert!(
        out.starts_with(
            "2026-09-14 10:02:00.000? WEB01 ERROR SS.log:2 Thycotic.Data - second failed\n       at"
        ),
        "{out}"
    );
    assert!(err.contains("shown are the first 1 of 2 entries"), "{err}");

    let untimed = loose(
        folder.path(),
        "WEB02/SS.log",
        b"no time at all\nERROR Thycotic.X - failed\n  at X\nINFO Thycotic.X - fine\n",
    );
    let (code, out, err) = logs(&[&untimed], &["--grep", "."]);
    assert_eq!((code, out.lines().count()), (0, 4), "{out}");
    assert!(out.contains("WEB02 ERROR SS.log:2 Thycotic.X - failed\n      at X\n"), "{out}");
    assert!(err.contains("has no time that can be read; 3 entries of it come first"), "{err}");
    let (_, out, err) = logs(&[&untimed, &path], &["--since", "2026-09-14", "--level", "error"]);
    assert_eq!(out.lines().count(), 4, "{out}");
    assert!(
        err.contains("WEB02, SS.log: has no time that can be read; 3 entries of it are left out"),
        "{err}"
    );
}

#[test]
fn inputs_that_cannot_be_read_are_said_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "case/WEB01/SS.log", LOG.as_bytes());
    loose(folder.path(), "case/WEB01/SS.log.1.gz", b"\x1f\x8b\x08\x08packed");
    loose(folder.path(), "case/WEB02.zip", b"no zip");
    loose(folder.path(), "case/nodes.json", b"[]");
    loose(folder.path(), "case/picture.png", b"\x89PNG");
    let case = folder.path().join("case");
    let (code, out, err) = logs(&[&case], &["--level", "error"]);
    assert_eq!((code, out.lines().count()), (3, 4), "{out}{err}");
    for words in [
        "WEB02.zip is not a zip archive",
        "WEB01/SS.log.1.gz could not be read",
        "no logs by their names: picture.png",
    ] {
        assert!(err.contains(words), "{words} is not in {err}");
    }
    assert!(!err.contains("nodes.json"), "{err}");
    for (input, code, words) in [
        (case.join("nodes.json"), 4, "nodes.json"),
        (case.join("WEB02.zip"), 4, "none of the inputs has a log"),
        (case.join("nothing"), 2, "there is no such file or folder"),
    ] {
        let (exit, _, err) = logs(&[&input], &["--level", "error"]);
        assert_eq!(exit, code, "{err}");
        assert!(err.contains(words), "{err}");
    }
    let (_, out, _) = logs(&[&path, &case, &case.join("WEB01")], &["--level", "error"]);
    assert_eq!(out.lines().count(), 4, "a file that is given three times counts once: {out}");
}

#[test]
fn usage_errors_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "WEB01/SS.log", LOG.as_bytes());
    for (options, words) in [
        (&["--grep", "(open"][..], "no regular expression that can be used"),
        (&["--grep", "(a{1000}){1000}"], "no regular expression that can be used"),
        (&["--node", "WEB07", "--level", "error"], "--node WEB07: there are logs of WEB01"),
        (&["--since", "soon"], "expected a time such as"),
        (&["--since", "2026-09-15", "--until", "2026-09-14"], "--since is later than --until"),
        (&["--around", "2026-09-14", "--since", "2026-09-14"], "cannot be used with"),
        (&["--span", "3"], "--around"),
        (&["--level", "loud"], "possible values"),
    ] {
        let (code, _, err) = logs(&[&path], options);
        assert_eq!(code, 2, "{options:?}");
        assert!(err.contains(words), "{options:?}: {err}");
    }
    let (code, out, _) = logs(&[&path], &["--node", "web01", "--level", "error"]);
    assert_eq!((code, out.lines().count()), (0, 4), "names of nodes have no case");
}

#[test]
fn entries_are_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "WEB01/SS.log", LOG.as_bytes());
    let target = folder.path().join("new/entries.txt");
    let name = target.to_str().unwrap();
    let (code, out, _) = logs(&[&path], &["--level", "error", "-o", name]);
    assert_eq!((code, out.as_str()), (0, ""));
    let written = fs::read_to_string(&target).unwrap();
    assert_eq!(written, logs(&[&path], &["--level", "error"]).1);
    let (code, _, err) = logs(&[&path], &["--level", "error", "-o", folder.path().to_str().unwrap()]);
    assert_eq!(code, 5, "{err}");
    let (code, _, err) = logs(&[&path], &["--level", "error", "-o", path.to_str().unwrap()]);
    assert_eq!(code, 2, "a log is not written over: {err}");
    assert_eq!(fs::read_to_string(&path).unwrap(), LOG);
}
