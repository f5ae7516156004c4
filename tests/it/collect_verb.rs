//! The `collect` verb from the outside: what an administrator types, mistypes, interrupts and runs without rights.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use crate::support::node_folder::NodeFolder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

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

    /// With enough noise to be busy with for a while.
    fn busy() -> Self {
        Self::new(|node| {
            let line = format!("2026-09-14 08:00:00,000 [1] INFO  Thycotic.X - {}\r\n", "busy ".repeat(40));
            node.put("log/SS-BSSR.log", line.repeat(200_000));
        })
    }

    /// Waits until something is written.
    fn wait_for_begin(&self, child: &mut Child) {
        let begun = Instant::now();
        while self.written().is_empty() {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote anything");
            assert!(begun.elapsed() < Duration::from_secs(60), "it wrote nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
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

/// Collects a busy site.
const BUSY: [&str; 9] =
    ["collect", "--app-dir", "SecretServer", "--out", "out", "--node", "WEB01", "--since", "99999d"];

#[test]
fn a_killed_collection_leaves_nothing_that_looks_whole() {
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
fn a_secret_where_nothing_can_be_cut_out_fails_the_collection_and_leaves_nothing() {
    let site = Site::new(|node| {
        node.put("web-custom.config", "<a><b password=\"Winter2026Passw0rd\"/></a>");
        // What rules compare is kept as it is.
        node.put("bin/Custom.dll", crate::support::pe::Pe::new("Winter2026Passw0rd", [1, 0, 0, 0]).bytes());
    });
    let (code, said) = site.collect(&[]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("facts.json") && said.contains("no bundle was written"), "{said}");
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
fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs as somebody who may not read everything: root, who may, becomes nobody.
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
fn without_rights_the_bundle_says_what_is_missing() {
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
        let (code, told) = site.run(&["inspect", bundle.to_str().unwrap()]);
        assert!(code == 0 && told.contains("ordinary user"), "{denied:?}: {told}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("could not be read") && said.contains("collect as administrator"), "{said}");
        for path in denied {
            assert!(said.contains(path), "{path} is in no note: {said}");
        }
        // What was left out, and why, each a line of its own.
        let end = told.split_once("Not known:").unwrap().1.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(end.contains(unknown) && end.contains("the node is no Windows"), "{denied:?}: {told}");
        assert!(told.lines().all(|line| line.chars().count() < 80), "{told}");
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

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_collection_and_leaves_nothing() {
    let site = Site::busy();
    let mut child = site.command(&BUSY).stderr(Stdio::piped()).spawn().unwrap();
    site.wait_for_begin(&mut child);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let (code, said) = said(&child.wait_with_output().unwrap());
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("was cancelled before the bundle was complete; nothing of it was kept"), "{said}");
    assert!(site.written().is_empty(), "{:?}", site.written());
}

#[test]
fn a_folder_of_another_product_is_refused_with_what_was_looked_for() {
    let site =
        Site::new(|node| node.files.retain(|path, _| path.starts_with("images") || path == "web.config"));
    for mode in [&[][..], &["--dry-run"], &["--estimate"]] {
        let (code, said) = site.collect(mode);
        assert_eq!(code, 2, "{said}");
        for looked_for in ["encryption.config", "database.config", "web-appSettings.config", "Thycotic.*.dll"]
        {
            assert!(said.contains(looked_for), "{said}");
        }
    }
    assert!(site.written().is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_on_another_machine_is_listed_and_can_be_refused() {
    let site = Site::new(|_| {});
    // Windows would go to the network for this name; here it is a folder like any other.
    let share = r"\\fs01\web";
    fs::rename(site.app(), format!("{}/{share}", site.0.path().display())).unwrap();
    let (code, said) = site.run(&["collect", "--app-dir", share, "--out", "out", "--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("On another machine, through the network of Windows"), "{said}");
    let (code, said) = site.run(&["collect", "--app-dir", share, "--out", "out", "--no-network-paths"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(&format!("{share} is on another machine")), "{said}");
    assert!(site.written().is_empty());
    assert_eq!(site.run(&["collect", "--app-dir", share, "--out", "out"]).0, 0);
}

/// A site whose IIS has the applications of the product at these paths.
fn with_iis(site: &Site, folders: &[PathBuf]) {
    let applications: Vec<String> = folders
        .iter()
        .enumerate()
        .map(|(n, folder)| {
            format!(
                "<application path=\"/Vault{n}\" applicationPool=\"P\"><virtualDirectory path=\"/\" physicalPath=\"{}\"/></application>",
                folder.display()
            )
        })
        .collect();
    let config = format!(
        "<configuration><system.applicationHost><sites><site name=\"Main\" id=\"1\"><application path=\"/\">\
         <virtualDirectory path=\"/\" physicalPath=\"{}\"/></application>{}</site></sites></system.applicationHost></configuration>",
        site.0.path().join("wwwroot").display(),
        applications.concat()
    );
    fs::write(site.0.path().join("iis.config"), config).unwrap();
}

#[test]
fn without_a_folder_it_finds_the_application_and_asks_nobody_who_is_not_there() {
    let site = Site::new(|_| {});
    with_iis(&site, &[site.app(), site.0.path().join("another")]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out"];
    let mut alone = site.command(&collect);
    let (code, said) = said(&alone.stdin(Stdio::null()).output().unwrap());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("Main/Vault0") && said.contains("What is never taken"), "{said}");
    assert!(said.contains("nobody is there to answer") && said.contains("--yes"), "{said}");
    assert!(site.written().is_empty());

    let (code, said) = site.run(&[&collect[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{said}");
    let [bundle] = site.written().try_into().unwrap();
    let digest = clusterbrief::bundle::Sha256::of(&fs::read(&bundle).unwrap());
    for expected in [&format!("SHA-256 {digest}"), "every other node", "clusterbrief inspect"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn folders_of_iis_on_other_machines_are_listed_and_can_be_refused() {
    let site = Site::new(|_| {});
    // Windows would go to the network for these names; here they are folders like any other.
    let [vault, other] = [r"\\fs01\web", r"\\fs02\intranet"].map(|share| site.0.path().join(share));
    fs::rename(site.app(), &vault).unwrap();
    fs::create_dir(&other).unwrap();
    with_iis(&site, &[r"\\fs01\web".into(), r"\\fs02\intranet".into()]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out", "--yes", "--dry-run"];
    let (code, said) = site.run(&collect);
    assert_eq!(code, 0, "{said}");
    let (_, network) = said.split_once("On another machine, through the network of Windows").unwrap();
    let (network, _) = network.split_once("Written").unwrap();
    for share in [r"\\fs01\web  (--no", r"\\fs02\intranet  (--no"] {
        assert_eq!(network.matches(share).count(), 1, "{said}");
    }
    let (code, said) = site.run(&[&collect[..], &["--no-network-paths"]].concat());
    assert!(code == 2 && said.contains("no application of the product was found"), "{said}");
    fs::rename(site.0.path().join("iis.config"), format!(r"{}/\\fs01\iis.config", site.0.path().display()))
        .unwrap();
    let (code, said) =
        site.run(&["collect", "--iis-config", r"\\fs01\iis.config", "--yes", "--no-network-paths"]);
    assert!(code == 2 && said.contains("and --no-network-paths does not allow that"), "{said}");
}

#[test]
fn two_products_in_one_iis_are_both_named_and_none_says_so() {
    let site = Site::new(|_| {});
    let second = site.0.path().join("Second");
    fs::create_dir(&second).unwrap();
    fs::write(second.join("database.config"), "x").unwrap();
    with_iis(&site, &[site.app(), second.clone()]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out", "--yes"];
    let (code, said) = site.run(&collect);
    assert_eq!(code, 2, "{said}");
    for expected in
        ["2 applications of the product", "Main/Vault0", "Main/Vault1", "choose one with --app-dir"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    for (config, expected) in [
        ("<configuration/>", "no application of the product was found in IIS"),
        ("<configur", "IIS could not be asked (applicationHost.config: "),
    ] {
        fs::write(site.0.path().join("iis.config"), config).unwrap();
        let (code, said) = site.run(&collect);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(site.written().is_empty());
}

#[test]
fn a_folder_that_iis_serves_and_one_without_parts_are_named() {
    let site = Site::new(|node| node.files.retain(|path, _| !path.starts_with("bin/")));
    with_iis(&site, &[site.app(), site.0.path().join("www")]);
    let collect = ["collect", "--app-dir", "SecretServer", "--iis-config", "iis.config", "--out"];
    for (out, served) in [("www/bundles", true), ("out", false)] {
        let (code, said) = site.run(&[&collect[..], &[out]].concat());
        assert_eq!(code, 0, "{said}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(said.contains("IIS serves the output folder to others"), served, "{out}: {said}");
        assert!(said.contains("no product DLL in bin"), "{said}");
    }
    let [bundle] = site.written().try_into().unwrap();
    let (_, told) = site.run(&["inspect", bundle.to_str().unwrap()]);
    assert!(told.contains("Not there:") && told.contains("DLLs of the product in bin"), "{told}");
}

#[test]
fn what_is_written_at_level_identities_was_announced() {
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
fn an_estimate_writes_nothing_and_says_on_what_it_rests() {
    let site = Site::busy();
    let (code, said) = site.collect(&["--estimate", "--since", "99999d"]);
    assert_eq!(code, 0, "{said}");
    for expected in
        ["together", "a bundle of about", "Measured just now on 8.0 MB of logs", "Nothing was written"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!site.0.path().join("out").exists());
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
    // Some machines let nobody mount; a_disk_that_fills_up_leaves_nothing runs there all the same.
    if code != 99 && code != 1 {
        assert_eq!(code, 5, "{said}");
        assert!(said.contains("no space is left on the disk for out"), "{said}");
        assert!(said.contains("left: ."), "{said}");
    }
}
