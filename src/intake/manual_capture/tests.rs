//! The form of a saved output, and what is wrong with one.

use super::*;
use crate::parsers::manual_capture::Drive;
use proptest::prelude::*;

fn saved(text: &str) -> Saved {
    let mut all = outputs("x.txt", &format!("{HEADER}1 WEB01\n{text}")).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

const FULL: &str = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";

/// As Windows prints it.
const NET: &str = r"#reg HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full
    CBS    REG_DWORD    0x1
    Install    REG_DWORD    0x1
    InstallPath    REG_SZ    C:\Windows\Microsoft.NET\Framework64\v4.0.30319\
    Release    REG_DWORD    0x80eb1
    TargetVersion    REG_SZ    4.0.0
    Empty    REG_SZ    
    Two words    REG_SZ    a  REG_SZ  b

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\1031
#ok
";

#[test]
fn values_and_keys_are_read_as_they_are_printed() {
    let net = saved(NET);
    let value = |name: &str| {
        net.registry.value(FULL, name).value().map(|entry| (entry.kind.clone(), entry.data.clone()))
    };
    let is = |kind: &str, data: &str| Some((kind.to_owned(), data.to_owned()));
    assert_eq!(value("release"), is("REG_DWORD", "0x80eb1"));
    assert_eq!(value("Empty"), is("REG_SZ", ""));
    assert_eq!(value("Two words"), is("REG_SZ", "a  REG_SZ  b"));
    assert_eq!(net.registry.value(&FULL.to_uppercase(), "Release").place().unwrap().to_string(), "x.txt:8");
    // The key was read whole, and lists the keys below it.
    assert!(net.registry.value(FULL, "Servicing").is_absent());
    assert_eq!(net.registry.keys(FULL).value().unwrap(), &["1031"]);
    assert!(net.registry.keys(&format!(r"{FULL}\1033")).is_absent());
    // Of the key below only the name is known, and of others nothing.
    for unasked in [format!(r"{FULL}\1031"), r"SOFTWARE\Microsoft".to_owned()] {
        assert!(matches!(net.registry.keys(&unasked), Observed::NotCollected { .. }), "{unasked}");
        assert!(
            matches!(net.registry.value(&unasked, "Install"), Observed::NotCollected { .. }),
            "{unasked}"
        );
    }
}

#[test]
fn a_failed_command_shows_no_absence_by_itself() {
    let failed = "#reg HKLM\\A\\B /v X\nERROR: Access is denied.\n#failed\n";
    assert!(matches!(saved(failed).registry.value(r"A\B", "X"), Observed::Unreadable { .. }));
    // Another value of the key was had, so it may be read, and this one is not there.
    let other = "#reg HKLM\\A\\B /v Y\n\nHKEY_LOCAL_MACHINE\\A\\B\n    Y    REG_SZ    y\n#ok\n";
    assert!(saved(&format!("{failed}{other}")).registry.value(r"A\B", "X").is_absent());
    assert!(matches!(saved(other).registry.value(r"A\B", "X"), Observed::NotCollected { .. }));
    // The list of the key above shows it, or shows that it is there and was refused.
    let list = "#reg HKLM\\A\n\nHKEY_LOCAL_MACHINE\\A\\C\n#ok\n";
    assert!(saved(&format!("{failed}{list}")).registry.value(r"A\B", "X").is_absent());
    let list = list.replace(r"A\C", r"A\B");
    assert!(matches!(
        saved(&format!("{failed}{list}")).registry.value(r"A\B", "X"),
        Observed::Unreadable { .. }
    ));
}

#[test]
fn a_search_below_a_key_returns_all_keys_there() {
    let text = "#reg HKLM\\A /s /v X\n\nHKEY_LOCAL_MACHINE\\A\\1\n    X    REG_SZ    x\n\nEnd of search: 1 match(es) found.\n#ok\n";
    let found = saved(text);
    assert!(found.registry.value(r"A\1", "X").value().is_some());
    assert!(found.registry.value(r"A\2", "X").is_absent());
    assert!(matches!(found.registry.value(r"A\2", "Y"), Observed::NotCollected { .. }));
    let none = saved("#reg HKLM\\A /s /v X\n\nEnd of search: 0 match(es) found.\n#failed\n");
    assert!(matches!(none.registry.value(r"A\2", "X"), Observed::Unreadable { .. }));
}

#[test]
fn services_are_recognised_by_numbers() {
    for (text, reported) in [
        ("        STATE              : 4  RUNNING \n#ok", Some(4)),
        ("        STATUS             : 1  STOPPED \n#ok", Some(1)),
        ("        STATE              : 4  STOPPED \n#ok", None),
        ("        TYPE               : 30  WIN32  \n#ok", None),
        ("        STATE              : 4  RUNNING \n#failed", None),
        ("[SC] EnumQueryServicesStatus:OpenService FAILED 5:\n#failed", None),
        ("#ok", None),
    ] {
        let state = saved(&format!("#sc W32Time\n{text}\n")).service("w32time");
        assert_eq!(state.value().copied(), reported, "{text}");
        assert!(reported.is_some() || state.is_unknown(), "{text}");
    }
    let german = "#sc X\n[SC] EnumQueryServicesStatus:OpenService FEHLER 1060:\n\n#failed\n";
    assert!(saved(german).service("X").is_absent());
    assert!(saved(&german.replace("#failed", "#ok")).service("X").is_unknown());
}

#[test]
fn numbers_come_from_commands_that_report_them() {
    let reported = saved(
        "#memory\n17179332608\n#ok\n#drive\n\nUsed : 1\nFree : 2\n\n#ok\n#build\n11.7.000049+ab\n#ok\n",
    );
    assert_eq!(reported.memory.value(), Some(&17_179_332_608));
    assert_eq!(reported.drive.value(), Some(&Drive { used: 1, free: 2 }));
    assert_eq!(reported.build.value().unwrap(), "11.7.000049");
    let not = saved(
        "#memory\nGet-WmiObject : x\n#ok\n#drive\nUsed : \nFree : 2\n#ok\n#build\nnone\n#ok\n#time\n#failed\n",
    );
    assert!(not.memory.is_unknown() && not.drive.is_unknown());
    assert!(not.build.is_unknown() && not.taken.is_unknown());
}

#[test]
fn an_answer_without_an_end_does_not_count() {
    let cut = saved("#memory\n171793\n");
    assert!(cut.is_cut() && matches!(cut.memory, Observed::NotCollected { .. }));
    let overtaken = saved("#memory\n171793\n#time\n2026-11-20\n#ok\n");
    assert!(!overtaken.is_cut() && matches!(overtaken.memory, Observed::NotCollected { .. }));
}

#[test]
fn other_questions_are_listed() {
    let odd = saved("#ipconfig\n10.0.0.1\n#ok\n#reg HKCU\\X\n#ok\n#sc\n#failed\n");
    let notes = odd.notes("WEB01", &super::super::NoSanitize);
    assert!(notes[0].contains("1 of 3 commands on WEB01 failed"), "{notes:?}");
    assert!(notes[1].contains("\"HKCU\\X\", \"ipconfig\""), "{notes:?}");
}

#[test]
fn several_outputs_in_one_file_are_of_several_nodes() {
    let text = format!("{HEADER}1 WEB01\n#memory\n1\n#ok\n{HEADER}1 WEB02\n#memory\n2\n#ok\n");
    let all = outputs("x", &text).unwrap();
    let reported: Vec<_> = all.iter().map(|one| (one.node.as_str(), *one.memory.value().unwrap())).collect();
    assert_eq!(reported, [("WEB01", 1), ("WEB02", 2)]);
}

#[test]
fn an_unknown_header_is_refused() {
    let refused = |text: &str| outputs("x", text).unwrap_err();
    assert_eq!(refused(&format!("{HEADER}2 WEB01\n")), ManualCaptureError::Newer);
    assert_eq!(refused(&format!("{HEADER}1 \n")), ManualCaptureError::Nameless);
    assert_eq!(refused(&format!("{HEADER}1\n")), ManualCaptureError::Nameless);
    assert_eq!(refused(&format!("{HEADER}1 {}\n", "x".repeat(300))), ManualCaptureError::Nameless);
    assert_eq!(refused(&format!("{HEADER}1 WEB01\n").repeat(101)), ManualCaptureError::TooMany);
}

#[test]
fn limits_hold() {
    let many = "HKEY_LOCAL_MACHINE\\A\\b\n".repeat(5_001);
    let names = saved(&format!("#reg HKLM\\A\n{many}#ok\n")).registry.keys("A");
    assert!(names.is_unknown(), "a list that was cut shows no absence");
    let deep = format!("#reg HKLM\\A{}\n#ok\n", "\\a".repeat(100_000));
    assert!(saved(&deep).registry.keys("A").is_unknown());
}

proptest! {
    #[test]
    fn no_text_panics(lines in proptest::collection::vec("(#reg HKLM\\\\A|#sc x|#ok|#failed|#drive|HKEY_LOCAL_MACHINE\\\\A(\\\\[a-zß]{0,2})?|    x    REG_SZ    \\PC{0,5}|\\PC{0,20})", 0..40)) {
        let saved = saved(&lines.join("\n"));
        let _ = (saved.registry.keys("A"), saved.registry.value("A", "x"), saved.service("x"), saved.drive);
    }
}
