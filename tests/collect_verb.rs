//! The `collect` verb from the outside: what an administrator types, mistypes, interrupts and runs without rights.

#![cfg(feature = "report")]
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use support::node_folder::NodeFolder;

/// A node's folder on the disk.
struct Site(tempfile::TempDir);

impl Site {
    fn new(change: impl FnOnce(&mut NodeFolder)) -> Self {
        let clock = "2026-09-14T08:30:00+02:00".parse().unwrap();
        let mut node = NodeFolder::new("SSWEB01", "11.7.000049", clock);
        change(&mut node);
        let dir = tempfile::tempdir().unwrap();
        node.write(dir.path());
        Self(dir)
    }

    fn app(&self) -> PathBuf {
        self.0.path().join("SecretServer")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
        command.args(args).current_dir(self.0.path()).env_remove("CLICOLOR_FORCE");
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        said(&self.command(args).output().unwrap())
    }

    fn collect(&self, args: &[&str]) -> (i32, String) {
        self.run(&[&["collect", "--app-dir", "SecretServer", "--out", "out"], args].concat())
    }

    fn written(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.0.path().join("out")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// Exit code, and both streams in one text.
fn said(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn a_killed_collection_leaves_nothing_that_looks_whole() {
    // Enough noise to be busy with for a while.
    let site = Site::new(|node| {
        let line = format!("2026-09-14 08:00:00,000 [1] INFO  Thycotic.X - {}\r\n", "busy ".repeat(40));
        node.put("log/SS-BSSR.log", line.repeat(200_000));
    });
    let args =
        ["collect", "--app-dir", "SecretServer", "--out", "out", "--node", "WEB01", "--since", "99999d"];
    let mut child = site.command(&args).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while site.written().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote anything");
        assert!(begun.elapsed() < Duration::from_secs(60), "it wrote nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let left = site.written();
    let [partial] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(partial.extension().unwrap(), "partial");
    let partial = partial.to_str().unwrap();
    for args in [["report", partial], ["report", "out"], ["inspect", partial]] {
        let (code, said) = site.run(&args);
        assert_eq!(code, 4, "{args:?}: {said}");
        assert!(said.contains("was left by a collection that did not finish"), "{args:?}: {said}");
    }
}

#[test]
fn what_is_mistyped_is_said_before_anything_is_written() {
    let site = Site::new(|_| {});
    fs::write(site.0.path().join("key.txt"), b"hunter22-not-a-key\xff").unwrap();
    for (args, expected) in [
        (&["--case-key-file", "key.txt"][..], "key.txt holds no case key"),
        (&["--case-key-file", "missing.txt"], "cannot read missing.txt"),
        (&["--case-key-file", "SecretServer"], "cannot read SecretServer"),
        (&["--iis-config", "missing.config"], "cannot read missing.config"),
        (&["--iis-config", "SecretServer"], "cannot read SecretServer"),
        (&["--node", ""], "expected the name of a machine"),
        (&["--node", "a\nb"], "expected the name of a machine"),
        (&["--since", "yesterday"], "expected a number of days"),
        (&["--reference-time", "noon"], "expected a moment such as"),
        (&["--out", "SecretServer/bin"], "lies inside of the application folder"),
    ] {
        let mut all = vec!["collect", "--app-dir", "SecretServer"];
        all.extend(args);
        let (code, said) = site.run(&all);
        assert_eq!(code, 2, "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
        assert!(!said.contains("hunter22"), "{args:?}: {said}");
    }
    assert!(site.written().is_empty());
    assert!(
        !fs::read_dir(site.0.path()).unwrap().any(|e| e
            .unwrap()
            .path()
            .extension()
            .is_some_and(|x| x == "zip"))
    );
}

#[test]
fn an_output_folder_that_is_a_file_is_named() {
    let site = Site::new(|_| {});
    fs::write(site.0.path().join("out"), "").unwrap();
    let (code, said) = site.collect(&[]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("out could not be written"), "{said}");
}

#[test]
fn a_bundle_that_is_there_is_never_overwritten() {
    let site = Site::new(|_| {});
    // The name holds the minute, which may change between two of three.
    let codes: Vec<(i32, String)> = (0..3).map(|_| site.collect(&["--node", "WEB01"])).collect();
    assert_eq!(codes[0].0, 0, "{}", codes[0].1);
    let refused = codes.iter().find(|(code, _)| *code == 5);
    assert!(
        refused.is_some_and(|(_, said)| said.contains("is there already and is not overwritten")),
        "{codes:?}"
    );
    let (_, dry) = site.collect(&["--node", "WEB01", "--dry-run"]);
    assert!(dry.contains("would not be overwritten") || dry.contains(".partial"), "{dry}");
}

#[test]
fn a_secret_in_a_name_fails_the_collection_and_leaves_nothing() {
    let site = Site::new(|node| {
        node.put("web-custom.config", "<a><b password=\"Winter2026Passw0rd\"/></a>");
        node.put("web-Winter2026Passw0rd.config", "<a/>");
    });
    let (code, said) = site.collect(&[]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("manifest.json") && said.contains("no bundle was written"), "{said}");
    assert!(!said.contains("Winter2026"), "{said}");
    assert!(site.written().is_empty(), "{:?}", site.written());
}

#[test]
fn a_bundle_with_gaps_says_so_where_it_was_made() {
    let site = Site::new(|node| {
        node.remove("encryption.config");
        node.iis = "<configuration><system.applicationHost".to_owned();
    });
    let (code, said) = site.collect(&["--iis-config", "applicationHost.config"]);
    assert_eq!(code, 0, "{said}");
    for note in
        ["Note: no case key was given", "Note: the settings of IIS are missing: applicationHost.config"]
    {
        assert!(said.contains(note), "{note}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_steer_no_terminal_and_end_no_collection() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let site = Site::new(|_| {});
    // Two names that read alike once they are text.
    for name in
        [&b"web-\xff.config"[..], b"web-\xfe.config", b"web-\x1b[31m\n.config", b"new\nline\x1b[2J.txt"]
    {
        fs::write(site.app().join(OsStr::from_bytes(name)), "<a/>").unwrap();
    }
    std::os::unix::fs::symlink(".", site.app().join("loop")).unwrap();
    for args in [&["--dry-run"][..], &[]] {
        let (code, said) = site.collect(args);
        assert_eq!(code, 0, "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
    let [bundle] = site.written().try_into().unwrap();
    let (code, said) = site.run(&["inspect", bundle.to_str().unwrap()]);
    assert_eq!((code, said.contains('\u{1b}')), (0, false), "{said:?}");
    // Each of the three under a name of its own.
    let taken = said.lines().filter(|line| line.starts_with("taken") && line.contains(" config/web-_"));
    assert_eq!(taken.count(), 3, "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_rights_the_bundle_says_what_is_missing() {
    let site = Site::new(|_| {});
    let private = |path: &Path| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    };
    private(&site.app().join("web.config"));
    private(&site.app().join("encryption.config"));
    let (code, said) = site.collect(&[]);
    assert_eq!(code, 0, "{said}");
    // Root reads everything.
    if fs::read(site.app().join("web.config")).is_err() {
        assert!(said.contains("Note: web.config could not be read"), "{said}");
        assert!(said.contains("collect as administrator"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_nothing() {
    let site = Site::new(|_| {});
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" collect --app-dir SecretServer --out out";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_clusterbrief")])
        .current_dir(site.0.path())
        .output()
        .unwrap();
    let (code, said) = said(&output);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("could not be written"), "{said}");
    assert!(site.written().is_empty(), "{:?}", site.written());
}
