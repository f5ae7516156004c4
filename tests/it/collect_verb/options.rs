//! Options, mistyped ones too, and what is printed about the bundle.

use super::Site;
use crate::support::site::Change as _;
use std::fs;

#[test]
fn mistyped_options_are_reported_before_anything_is_written() {
    let site = Site::new(|_| {});
    fs::write(site.0.path().join("key.txt"), b"hunter22-not-a-key\xff").unwrap();
    for (args, expected) in [
        (&["--case-key-file", "key.txt"][..], "key.txt is not a case key file"),
        (&["--case-key-file", "missing.txt"], "cannot read missing.txt"),
        (&["--case-key-file", "SecretServer"], "cannot read SecretServer"),
        (&["--iis-config", "missing.config"], "cannot read missing.config"),
        (&["--iis-config", "SecretServer"], "cannot read SecretServer"),
        (&["--node", ""], "expected the name of one machine"),
        (&["--node", "a\nb"], "expected the name of one machine"),
        (&["--since", "yesterday"], "expected a number of days"),
        (&["--reference-time", "noon"], "expected a time such as"),
        (&["--out", "SecretServer/bin"], "is inside the application folder"),
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
fn gaps_of_a_bundle_are_printed_when_it_is_made() {
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
fn file_names_cannot_steer_a_terminal_or_end_a_collection() {
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

#[test]
fn the_dry_run_announces_what_is_written_at_level_identities() {
    let site = Site::new(|node| {
        // It keys nothing.
        node.put("encryption.config", vec![0; 457]);
    });
    for key in [&[][..], &["--case-key-file", "key.txt"]] {
        fs::remove_dir_all(site.0.path().join("out")).ok();
        if !key.is_empty() {
            assert_eq!(site.run(&["case-key", "new", "--out", "key.txt"]).0, 0);
        }
        let level = [&["--level", "identities"], key].concat();
        let (code, said) = site.collect(&[&level[..], &["--dry-run"]].concat());
        assert_eq!(code, 0, "{said}");
        // What comes after the label, without the minute.
        let end = |name: &str| name.rsplit_once('_').unwrap().1.get(13..).unwrap().to_owned();
        let announced: std::collections::BTreeSet<String> = said
            .lines()
            .filter(|line| line.contains("out/LABEL_"))
            .map(|line| end(line.trim().split_once("  ").unwrap().0))
            .collect();
        assert_eq!(site.collect(&level).0, 0);
        let written: std::collections::BTreeSet<String> =
            site.written().iter().map(|path| end(path.file_name().unwrap().to_str().unwrap())).collect();
        assert_eq!(announced, written, "{said}");
        assert_eq!(written.len(), if key.is_empty() { 3 } else { 2 });
    }
}

#[test]
fn an_estimate_writes_nothing_and_states_its_basis() {
    let site = Site::busy();
    let (code, said) = site.collect(&["--estimate", "--since", "99999d"]);
    assert_eq!(code, 0, "{said}");
    for expected in ["in total", "a bundle of about", "Measured on 8 MiB of logs", "Nothing was written"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!site.0.path().join("out").exists());
}
