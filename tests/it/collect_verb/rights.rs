//! Collections by an account without the rights to read everything.

use super::{Site, said};
use std::fs;
use std::path::Path;
use std::process::Command;

#[cfg(target_os = "linux")]
fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs as an account that may not read everything: root becomes the user `nobody`.
#[cfg(target_os = "linux")]
fn without_rights(site: &Site, args: &[&str]) -> (i32, String) {
    let root =
        fs::read_to_string("/proc/self/status").unwrap().lines().any(|line| line.starts_with("Uid:\t0"));
    if !root {
        return site.run(args);
    }
    allow(site.0.path(), 0o777);
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_clusterbrief")])
        .args(args)
        .current_dir(site.0.path())
        .output()
        .unwrap();
    said(&output)
}

#[cfg(target_os = "linux")]
#[test]
fn without_rights_the_bundle_reports_what_is_missing() {
    let collect = ["collect", "--app-dir", "SecretServer", "--out", "out"];
    for (denied, unknown) in [
        (&["web.config", "encryption.config"][..], "fingerprint of encryption.config"),
        (&["log/SS.log"], ""),
        (&["log"], "the log folder"),
        (&["bin"], "versions of the DLLs"),
        (&["bin/Thycotic.Data.dll", "database.config"], "version of Thycotic.Data.dll"),
    ] {
        let site = Site::new(|_| {});
        for path in denied {
            allow(&site.app().join(path), 0o000);
        }
        let (code, said) = without_rights(&site, &collect);
        assert_eq!(code, 0, "{denied:?}: {said}");
        let [bundle] = site.written().try_into().unwrap();
        let (code, inspected) = site.run(&["inspect", bundle.to_str().unwrap()]);
        assert!(code == 0 && inspected.contains("ordinary user"), "{denied:?}: {inspected}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("could not be read") && said.contains("collect as administrator"), "{said}");
        for path in denied {
            assert!(said.contains(path), "{path} is in no note: {said}");
        }
        // What was left out, and why, each a line of its own.
        let end =
            inspected.split_once("Not known:").unwrap().1.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(end.contains(unknown) && end.contains("the node is no Windows"), "{denied:?}: {inspected}");
        assert!(inspected.lines().all(|line| line.chars().count() < 80), "{inspected}");
        let report = site.run(&["report", bundle.to_str().unwrap()]).1;
        assert!(report.contains("CANNOT SAY"), "{denied:?}: {report}");
    }
    let site = Site::new(|_| {});
    allow(&site.app(), 0o000);
    let (code, said) = without_rights(&site, &collect);
    allow(&site.app(), 0o755);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("SecretServer is not a folder that can be read"), "{said}");
}
