//! Nothing that is shown can steer a terminal or holds a secret, and nothing that a log holds ends the program.

use super::{Node, command, each, entries, logs, loose};
use clusterbrief::bundle::{Form, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Secrets that stand in logs, each after what says that it is one.
const SECRETS: [(&str, &str); 6] = [
    ("Sommer-Regen-41", "Login with password=Sommer-Regen-41 failed"),
    ("Winter-Sturm-42", "Server=db1;User ID=svc;Password=Winter-Sturm-42;Encrypt=True"),
    (
        "Herbst-Laub-43",
        "the request had Authorization: Basic SGVyYnN0LUxhdWItNDM= and password: Herbst-Laub-43",
    ),
    ("Hagel-Korn-44", "values\n  \"Password\":\n    \"Hagel-Korn-44\""),
    (
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    ),
    ("Nebel-Bank-45", "<add key=\"SmtpPassword\" value=\"Nebel-Bank-45\" />"),
];

fn with_secrets() -> String {
    let mut log = String::new();
    for (number, (_, text)) in SECRETS.iter().enumerate() {
        let _ = writeln!(log, "2026-09-14 10:{number:02}:00,000 [4] INFO  Thycotic.Web - ordinary");
        let _ = writeln!(log, "2026-09-14 10:{number:02}:30,000 [4] ERROR Thycotic.Web - {text}");
    }
    log
}

/// A secret, and what it is as base64 or in parts.
fn holds_secret(bytes: &[u8]) -> Option<&'static str> {
    let parts =
        SECRETS.iter().map(|(secret, _)| *secret).chain(["SGVyYnN0LUxhdWItNDM", "Regen-41", "Sturm-42"]);
    parts.into_iter().find(|part| memchr::memmem::find(bytes, part.as_bytes()).is_some())
}

#[test]
fn no_output_shows_a_secret_and_no_search_confirms_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = loose(folder.path(), "WEB01/SS.log", with_secrets().as_bytes());
    let file = folder.path().join("out.json");
    for options in [
        &["--grep", "."][..],
        &["--level", "error"],
        &["--level", "error", "--format", "json"],
        &["--grep", ".", "--format", "json"],
        // A window that begins in the middle of what belongs together.
        &["--since", "2026-09-14 10:03"],
        &["--around", "2026-09-14 10:04", "--span", "1"],
        &["--grep", ".", "-o", file.to_str().unwrap()],
    ] {
        let output = command(&[&path], options).output().unwrap();
        for bytes in [&output.stdout, &output.stderr] {
            assert_eq!(holds_secret(bytes), None, "{options:?}");
        }
    }
    assert_eq!(holds_secret(&fs::read(&file).unwrap()), None);
    for (secret, _) in SECRETS {
        for pattern in [secret.to_owned(), format!("(?i){}", &secret[..8]), format!("{}$", &secret[6..])] {
            let (code, out, err) = logs(&[&path], &["--grep", &pattern]);
            assert_eq!((code, out.as_str()), (0, ""), "{pattern}: {err}");
        }
    }
    // Whether it is shown says nothing of what was replaced.
    let found = |pattern: &str| entries(&[&path], &["--grep", pattern]).len();
    assert_eq!(found(r"password=(Sommer.*|\{redacted\}) failed"), 1);
    assert_eq!(found(r"password=(Winter.*|\{redacted\}) failed"), 1);
    assert_eq!(found(r"password=.{15} failed"), 0);
}

#[test]
fn a_private_key_over_entries_is_not_shown_from_its_middle_on() {
    let folder = tempfile::tempdir().unwrap();
    let key: Vec<String> = (0..26).map(|at| format!("MIIEvQ{at:02}{}", "aB3dE5fG7h".repeat(5))).collect();
    let mut log =
        String::from("2026-09-14 10:00:00,000 [4] INFO  Thycotic.Web - -----BEGIN RSA PRIVATE KEY-----\n");
    for (at, part) in key.iter().enumerate() {
        let _ = writeln!(log, "2026-09-14 10:00:{:02},000 [4] INFO  {part}", at + 1);
    }
    log += "2026-09-14 10:00:40,000 [4] INFO  -----END RSA PRIVATE KEY-----\n2026-09-14 10:00:41,000 [4] INFO  Thycotic.Web - behind\n";
    let path = loose(folder.path(), "WEB01/SS.log", log.as_bytes());
    for options in [&["--grep", "."][..], &["--since", "2026-09-14 10:00:10"], &["--grep", "aB3dE5"]] {
        let (_, out, _) = logs(&[&path], options);
        assert!(!out.contains("aB3dE5") && !out.contains("MIIEvQ"), "{options:?}\n{out}");
        assert_eq!(out.contains("behind"), options[1] != "aB3dE5", "{out}");
    }
}

/// Replaces a member of a bundle in a folder, and with `vouched` also what the manifest says of it.
fn put(bundle: &Path, member: &str, content: &[u8], vouched: bool) {
    fs::write(bundle.join(member), content).unwrap();
    let path = bundle.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let members = manifest["members"].as_array_mut().unwrap();
    let record = members.iter_mut().find(|record| record["path"] == member).unwrap();
    let taken = &mut record["status"]["taken"];
    taken["size"] = content.len().into();
    if vouched {
        taken["sha256"] = Sha256::of(content).to_string().into();
    }
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn what_a_configuration_of_the_bundle_holds_is_not_shown_and_what_does_not_verify_does_not_count() {
    const SECRET: &str = "Gewitter!Blitz99";
    let folder = tempfile::tempdir().unwrap();
    let log = "2026-09-14 08:00:00,000 [4] ERROR Thycotic.Web - Gewitter!Blitz99 was refused\n";
    let node = Node {
        name: "WEB01",
        zone: "GMT Standard Time",
        clock: "2026-09-14T08:30:00+00:00",
        log: b"2026-09-14 08:00:00,000 [4] INFO x\n",
    };
    let bundle = node.bundle(folder.path(), Form::Folder);
    put(&bundle, "logs/SS.log", log.as_bytes(), true);
    let config = format!(
        "<configuration><appSettings><add key=\"DbPassword\" value=\"{SECRET}\"/></appSettings></configuration>"
    );
    put(&bundle, "config/web.config", config.as_bytes(), true);
    let (code, out, err) = logs(&[&bundle], &["--level", "error"]);
    assert!(
        code == 0 && out.contains("was refused") && !out.contains("Gewitter") && !err.contains("Gewitter"),
        "{out}{err}"
    );
    assert_eq!(logs(&[&bundle], &["--grep", "Blitz99"]).1, "");

    put(&bundle, "logs/SS.log", log.replace("refused", "REFUSED").as_bytes(), false);
    let other =
        loose(folder.path(), "WEB02/SS.log", b"2026-09-14 08:00:00,000 [4] ERROR Thycotic.Web - of WEB02\n");
    let (code, out, err) = logs(&[&bundle, &other], &["--level", "error"]);
    assert!(code == 3 && out.contains("of WEB02") && !out.contains("REFUSED"), "{out}{err}");
    assert!(err.contains("WEB01, logs/SS.log: nothing of it counts"), "{err}");
    assert_eq!(logs(&[&bundle], &["--level", "error"]).0, 4);
}

#[test]
fn hostile_lines_are_shown_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let log = "2026-09-14 10:00:00,000 [4] ERROR Thycotic.Web - \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}gnp.exe \u{200b}hidden\r\n\
        \u{9b}31m next line\r\n";
    loose(folder.path(), "WEB01\u{202e}\u{1b}[31m/SS.log", log.as_bytes());
    loose(folder.path(), "WEB02/SS.log\u{1b}[31m", log.as_bytes());
    for options in
        [&["--grep", "."][..], &["--grep", ".", "--format", "json"], &["--node", "x\u{1b}[2J", "--grep", "."]]
    {
        let (_, out, err) = logs(&[folder.path()], options);
        for text in [&out, &err] {
            let steers = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{200b}\u{9b}".contains(c);
            assert!(!text.contains(steers), "{text:?}");
        }
    }
    let (_, out, _) = logs(&[folder.path()], &["--grep", "."]);
    assert!(out.contains("⟨U+001B⟩[2J⟨U+001B⟩]0;owned⟨U+0007⟩ ⟨U+202E⟩gnp.exe"), "{out}");
    let forced = command(&[folder.path()], &["--grep", "."]).env("CLICOLOR_FORCE", "1").output().unwrap();
    let coloured = String::from_utf8(forced.stdout).unwrap();
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mERROR"), "{coloured:?}");
}

#[test]
fn a_reader_that_stops_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let line = "2026-09-14 10:00:00,000 [4] ERROR Thycotic.Web - again and again and again\n";
    let path = loose(folder.path(), "WEB01/SS.log", line.repeat(50_000).as_bytes());
    let mut child = command(&[&path], &["--level", "error"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn an_entry_of_50_megabytes_is_cut_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let head = "2026-09-14 10:00:00,000 [4] ERROR Thycotic.Web - long";
    let tail = "\n2026-09-14 10:00:01,000 [4] ERROR Thycotic.Web - next\n";
    let line = format!("{head} {}{tail}", "x".repeat(50 << 20));
    let lines = format!("{head}{}{tail}", "\n   at Thycotic.Web.Frame() and more of it".repeat(1_200_000));
    let token = format!("{head} password={}{tail}", "Sommer41".repeat(7 << 20));
    for (name, log) in [("line", line), ("lines", lines), ("token", token)] {
        let path = loose(folder.path(), &format!("{name}/SS.log"), log.as_bytes());
        let started = Instant::now();
        let found = entries(&[&path], &["--level", "error"]);
        assert!(started.elapsed() < Duration::from_secs(20), "{name}");
        assert_eq!(each(&found, "cut"), ["true", "false"], "{name}");
        assert!(each(&found, "text")[0].len() < 200_000 && each(&found, "text")[1] == "next", "{name}");
        assert!(!each(&found, "text")[0].contains("Sommer41"), "{name}");
        let (code, out, err) = logs(&[&path], &["--level", "error"]);
        assert!(
            code == 0 && out.contains("[cut: it goes on]") && err.contains("1 entry too long"),
            "{name}: {err}"
        );
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn binary_in_the_middle_costs_nothing_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let line = |second: u32, text: &str| {
        format!("2026-09-14 10:00:{second:02},000 [4] ERROR Thycotic.Web - {text}\r\n")
    };
    let noise = crate::support::files::random(7, 300_000);
    let wide: Vec<u8> = "password=Sommer-Regen-41 in another encoding\r\n"
        .repeat(40)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, middle) in [("noise", noise), ("zeros", vec![0; 100_000]), ("wide", wide)] {
        let log = [
            line(0, "ordinary").repeat(100).into_bytes(),
            line(1, "before").into_bytes(),
            middle,
            b"\r\n".to_vec(),
            line(2, "behind").into_bytes(),
            line(3, "last").into_bytes(),
        ]
        .concat();
        let path = loose(folder.path(), &format!("{name}/SS.log"), &log);
        let (code, out, err) = logs(&[&path], &["--level", "error"]);
        assert_eq!(code, 0, "{err}");
        for text in [" - before", " - last"] {
            assert!(out.contains(text), "{name}: {text}");
        }
        assert!(!out.contains("Sommer") && !out.contains("S⟨U+0000⟩o"), "{name}");
        let (_, out, _) = logs(&[&path], &["--grep", "behind"]);
        assert!(out.contains("behind"), "{name}");
    }
}

#[test]
fn a_million_lines_are_read_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    for node in ["WEB01", "WEB02"] {
        let mut log = String::new();
        for at in 0..500_000 {
            let (hour, minute, second, millis) = (at / 36_000, at / 600 % 60, at / 10 % 60, at % 10 * 100);
            let _ = writeln!(
                log,
                "2026-09-14 {hour:02}:{minute:02}:{second:02},{millis:03} [4] INFO  X.Y - {at}"
            );
        }
        loose(folder.path(), &format!("{node}/SS.log"), log.as_bytes());
    }
    let found = entries(&[folder.path()], &["--around", "2026-09-14 05:00", "--span", "1"]);
    assert_eq!(found.len(), 2 * 1201);
    let texts = each(&found, "text");
    assert!(texts.chunks(2).all(|pair| pair[0] == pair[1]), "both nodes in turns");
    // More than is kept in memory.
    let (code, out, err) = logs(&[folder.path()], &["--since", "2026-09-14 03:00"]);
    assert_eq!((code, out.lines().count()), (0, 784_000), "{err}");
    let times: Vec<&str> = out.lines().map(|line| &line[..23]).collect();
    assert!(times.is_sorted());
}
