//! Collections that are killed, interrupted or run out of disk space leave nothing behind.

use super::{Site, said};
use std::fs;
use std::process::{Command, Stdio};

/// Collects a busy site.
const BUSY: [&str; 9] =
    ["collect", "--app-dir", "SecretServer", "--out", "out", "--node", "WEB01", "--since", "99999d"];

#[test]
fn a_killed_collection_leaves_nothing_that_looks_complete() {
    let site = Site::busy();
    let mut child = site.command(&BUSY).stderr(Stdio::null()).spawn().unwrap();
    site.wait_for_begin(&mut child);
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
fn a_secret_in_a_value_that_cannot_be_redacted_fails_the_collection_and_leaves_nothing() {
    let site = Site::new(|node| {
        node.put("web-custom.config", "<a><b password=\"Winter2026Passw0rd\"/></a>");
        // What rules compare is kept as it is.
        node.put("bin/Custom.dll", clusterbrief::demo::Pe::new("Winter2026Passw0rd", [1, 0, 0, 0]).bytes());
    });
    let (code, said) = site.collect(&[]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("facts.json") && said.contains("no bundle was written"), "{said}");
    assert!(!said.contains("Winter2026"), "{said}");
    assert!(site.written().is_empty(), "{:?}", site.written());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_collection_and_leaves_no_file() {
    let site = Site::busy();
    let mut child = site.command(&BUSY).stderr(Stdio::piped()).spawn().unwrap();
    site.wait_for_begin(&mut child);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let (code, said) = said(&child.wait_with_output().unwrap());
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("asked to end before the work was complete; nothing of it was kept"), "{said}");
    assert!(site.written().is_empty(), "{:?}", site.written());
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

/// A disk as small as a floppy, of which the product's own folder is not a part.
#[cfg(target_os = "linux")]
#[test]
fn a_full_target_disk_is_named() {
    let site = Site::busy();
    fs::create_dir(site.0.path().join("out")).unwrap();
    let script = "mount -t tmpfs -o size=40k tmpfs out || exit 99; \"$0\" \"$@\"; code=$?; echo \"left: $(ls out).\"; exit $code";
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_clusterbrief")])
        .args(BUSY)
        .current_dir(site.0.path())
        .output()
        .unwrap();
    let (code, said) = said(&output);
    // Some machines do not allow mounts; a_disk_that_fills_up_leaves_nothing runs there too.
    if code != 99 && code != 1 {
        assert_eq!(code, 5, "{said}");
        assert!(said.contains("no space is left on the disk for out"), "{said}");
        assert!(said.contains("left: ."), "{said}");
    }
}
