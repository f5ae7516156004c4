//! Every verb ends when it is asked to, in the middle of whatever it reads, and leaves nothing half made.
#![cfg(unix)]

use clusterbrief::demo::NodeFolder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One line that keeps everything that reads it busy for longer than a test waits, in a debug build and in any other.
fn busy() -> String {
    "password=hunter2 <a b=\"c\"/> key=: ://u:p@h ".repeat(1_000_000)
}

/// What is below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .min_depth(1)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect();
    found.sort();
    found
}

#[test]
fn every_verb_ends_within_two_seconds_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut node = NodeFolder::new("SSWEB01", "11.7.000049", "2026-09-14T08:30:00+02:00".parse().unwrap());
    node.put("log/SS.log", busy());
    node.write(folder.path()).unwrap();
    fs::write(path("busy.txt"), busy()).unwrap();
    let out = path("out");
    // Files that are not taken are read for secrets first; the folder that they are in is as busy as its log.
    for (signal, verb) in [
        ("-INT", &["collect", "--app-dir", "SecretServer", "--node", "WEB01", "--out", "out"][..]),
        (
            "-TERM",
            &[
                "collect",
                "--app-dir",
                "SecretServer",
                "--node",
                "WEB01",
                "--out",
                "out",
                "--level",
                "identities",
            ],
        ),
        ("-TERM", &["scrub", "busy.txt", "-o", "out"]),
        ("-INT", &["scrub", "busy.txt", "-o", "out", "--level", "secrets"]),
        ("-HUP", &["inspect", "--leaks", "busy.txt"]),
        ("-TERM", &["report", "busy.txt", "-o", "out/report.html"]),
        ("-INT", &["plan", "busy.txt", "--target", "11.9.000000", "-o", "out/plan.html"]),
        ("-TERM", &["demo", "noisy-logs", "out/case"]),
    ] {
        fs::create_dir_all(&out).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
            .args(verb)
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "{verb:?} was not busy");
        let asked = Instant::now();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(2), "{verb:?} took {:?}", asked.elapsed());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{verb:?}: {said}");
        assert!(said.contains("asked to end before the work was complete; nothing of it was kept"), "{said}");
        assert_eq!(below(&out), Vec::<PathBuf>::new(), "{verb:?}");
    }
}
