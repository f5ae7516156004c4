//! A node in production: budgets, time limits, files that change while they are read.

use crate::support::site::{Site, Taken, clock};
use chrono::TimeDelta;
use clusterbrief::bundle::manifest::END_MISSING;
use clusterbrief::bundle::{Form, Status};
use clusterbrief::collect::{FixedHost, Options, Progress, Silent, run};
use clusterbrief::model::Observed;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;

/// Does something when a phase begins.
struct At<F: FnMut() + Send>(&'static str, F);

impl<F: FnMut() + Send> Progress for At<F> {
    fn phase(&mut self, name: &str, _: u64) {
        if name == self.0 {
            self.1();
        }
    }

    fn advance(&mut self, _: u64) {}
}

/// Lines of a log whose first and last can be recognised.
fn lines(from: u32, to: u32) -> String {
    let line = |n| format!("2026-09-14 08:00:00,000 [1] INFO  Thycotic.X - line {n:06}\r\n");
    (from..to).map(line).collect()
}

fn collect(options: Options, host: &FixedHost) -> Taken {
    Taken::of(run(&options, host, &mut Silent).unwrap())
}

#[test]
fn a_bundle_without_any_budget_still_decides_what_nodes_must_share() {
    let site = Site::new(|_| {});
    let taken = collect(Options { budget: 0, ..site.options() }, &site.node.host());
    let facts = taken.facts();
    assert!(facts.encryption_config.value().is_some() && facts.database_config.value().is_some());
    assert!(facts.binaries.value().unwrap().values().all(|binary| binary.value().is_some()));
    for config in ["config/web.config", "config/web-auth.config"] {
        assert!(matches!(taken.status(config), Status::Taken(_)), "{config}");
    }
    for log in ["logs/SS.log", "logs/SS-BSSR.log"] {
        let why = "beyond the budget of 0 bytes";
        assert_eq!(taken.status(log), &Status::Skipped { why: why.into() }, "{log}");
    }
    assert!(taken.collected.notes.iter().any(|note| note.contains("beyond the budget")));
    assert_eq!(taken.bundle.manifest().options["budget"], "0");
}

#[test]
fn the_budget_goes_to_the_newest_lines_whatever_the_disk_gives_first() {
    let site = Site::new(|node| {
        node.files.retain(|path, _| !path.starts_with("log/"));
        node.put("log/SS.log", lines(0, 100)).put("log/SS.log.1", lines(0, 100));
        node.modified.insert("log/SS.log".into(), clock().to_utc());
        node.modified.insert("log/SS.log.1".into(), (clock() - TimeDelta::hours(1)).to_utc());
    });
    let budget = site.configs() + (lines(0, 100).len() + lines(0, 10).len()) as u64;
    let taken = collect(Options { budget, ..site.options() }, &site.node.host());
    assert!(matches!(taken.status("logs/SS.log"), Status::Taken(_)));
    assert_eq!(taken.text("logs/SS.log.1"), lines(90, 100));
    let again =
        collect(Options { budget, out: site.dir.path().join("b"), ..site.options() }, &site.node.host());
    assert_eq!(fs::read(&taken.collected.path).unwrap(), fs::read(&again.collected.path).unwrap());
}

#[test]
fn when_time_runs_out_at_once_decisive_files_are_there_and_the_others_state_why_not() {
    let site = Site::new(|node| {
        node.put("old/key.txt", node.files["encryption.config"].clone());
    });
    let host = FixedHost { took: TimeDelta::minutes(6), ..site.node.host() };
    let taken = collect(Options { minutes: Some(5), ..site.options() }, &host);
    let facts = taken.facts();
    assert!(facts.encryption_config.value().is_some() && facts.iis.value().is_some());
    assert!(facts.binaries.value().unwrap().values().all(|binary| binary.value().is_some()));
    // A copy of the key has its size under any name.
    assert_eq!(facts.stray_key_copies.value(), Some(&vec!["old/key.txt".to_owned()]));
    assert!(matches!(taken.status("config/web.config"), Status::Taken(_)));

    let why = "the time limit was reached (5 minutes)";
    assert_eq!(taken.status("logs/SS.log"), &Status::Skipped { why: why.into() });
    assert_eq!(taken.inventory()["Scripts/app.js"].unread.as_deref(), Some(why));
    assert!(taken.inventory()["bin/Thycotic.Data.dll"].sha256.is_some());
    let note = taken.collected.notes.iter().find(|note| note.contains(why)).unwrap();
    assert!(note.contains("of the application folder not read"), "{note}");
    assert_eq!(taken.bundle.manifest().options["minutes"], "5");
}

#[test]
fn a_long_log_is_left_in_the_middle_and_covers_nothing() {
    let site = Site::new(|node| {
        node.files.retain(|path, _| !path.starts_with("log/"));
        node.put("log/SS.log", lines(0, 100_000)).put("log/SS.log.1", lines(0, 10));
        node.modified.insert("log/SS.log".into(), clock().to_utc());
    });
    // Each piece that is read takes a minute. A file of the folder has one, after its opening; the log has twenty-five.
    let host = FixedHost { pace: Some(Duration::from_secs(60)), ..site.node.host() };
    let minutes = u32::try_from(2 * site.node.files.len() + 5).unwrap();
    let taken = collect(Options { minutes: Some(minutes), ..site.options() }, &host);
    let Status::Truncated { kept, of, why, .. } = taken.status("logs/SS.log") else { panic!() };
    assert!(0 < *kept && kept < of && why.starts_with(END_MISSING), "{kept} of {of}: {why}");
    assert!(taken.text("logs/SS.log").starts_with(&lines(0, 10)));
    assert!(matches!(taken.status("logs/SS.log.1"), Status::Skipped { .. }));

    let snapshot = taken.snapshot();
    let Observed::Known { value: digest, .. } = &snapshot.logs else { panic!() };
    let log = digest.files.iter().find(|file| file.name == "logs/SS.log").unwrap();
    assert_eq!(log.broken.as_ref(), Some(why), "newer errors may be in what is missing");
    let problems = taken.problems();
    assert!(problems.iter().any(|problem| problem.contains("its end is missing")), "{problems:?}");
}

#[test]
fn files_that_shrink_grow_or_disappear_do_not_end_the_collection() {
    let site = Site::new(|node| {
        node.put("log/SS.log", lines(0, 1000));
        node.put("log/SS.log.1", lines(0, 1000)).put("log/SS.log.2", lines(0, 1000));
        for log in ["log/SS.log", "log/SS.log.1", "log/SS.log.2"] {
            node.modified.insert(log.into(), clock().to_utc());
        }
    });
    let log = |name: &str| File::options().append(true).open(site.app().join("log").join(name)).unwrap();
    let mut change = At("reading logs", || {
        log("SS.log").write_all(lines(1000, 2000).as_bytes()).unwrap();
        log("SS.log.1").set_len(lines(0, 10).len() as u64).unwrap();
        fs::remove_file(site.app().join("log/SS.log.2")).unwrap();
    });
    let taken = Taken::of(run(&site.options(), &site.node.host(), &mut change).unwrap());
    assert_eq!(taken.text("logs/SS.log"), lines(0, 1000));
    assert_eq!(taken.text("logs/SS.log.1"), lines(0, 10));
    let Status::Truncated { why, .. } = taken.status("logs/SS.log.1") else { panic!() };
    assert_eq!(why, &format!("{END_MISSING}it became shorter while it was read"));
    assert!(matches!(taken.status("logs/SS.log.2"), Status::Denied { .. }));
}

#[test]
fn the_newest_lines_of_a_five_gigabyte_log_are_taken() {
    let site = Site::new(|_| {});
    let path = site.app().join("log/SS.log");
    let mut log = File::create(&path).unwrap();
    log.seek(SeekFrom::Start(5 << 30)).unwrap();
    log.write_all(lines(0, 20_000).as_bytes()).unwrap();
    drop(log);
    let host =
        FixedHost { modified: [("log/SS.log".to_owned(), clock().to_utc())].into(), ..site.node.host() };
    let taken = collect(Options { budget: 500_000, ..site.options() }, &host);
    let Status::Truncated { kept, of, .. } = taken.status("logs/SS.log") else { panic!() };
    assert!(*kept <= 500_000 && *of > 5 << 30, "{kept} of {of}");
    assert!(taken.text("logs/SS.log").ends_with("line 019999\r\n"));
}

#[test]
fn a_busy_role_does_not_use_up_the_budget_of_other_logs() {
    let site = Site::new(|node| {
        for role in ["SS", "SS-BSSR", "SS-EWSR", "SS-SRWSR"] {
            node.put(&format!("log/{role}.log"), lines(0, 1000));
            node.modified.insert(format!("log/{role}.log"), (clock() - TimeDelta::hours(1)).to_utc());
        }
        node.put("log/SS-BWSR.log", lines(0, 100_000)).put("log/SS-BWSR.log.1", lines(0, 1000));
        node.modified.insert("log/SS-BWSR.log".into(), clock().to_utc());
        node.modified.insert("log/SS-BWSR.log.1".into(), clock().to_utc());
    });
    let budget = site.configs() + 5 * lines(0, 1000).len() as u64;
    let busy = collect(Options { budget, ..site.options() }, &site.node.host());
    for role in ["SS", "SS-BSSR", "SS-EWSR", "SS-SRWSR"] {
        assert_eq!(busy.text(&format!("logs/{role}.log")), lines(0, 1000), "{role}");
    }
    assert_eq!(busy.text("logs/SS-BWSR.log"), lines(99_000, 100_000));
    assert!(matches!(busy.status("logs/SS-BWSR.log.1"), Status::Skipped { .. }));

    // Five gigabytes without a line end use up no other budget.
    let mut endless = File::create(site.app().join("log/SS-BWSR.log")).unwrap();
    endless.write_all("no end of a line ".repeat(1000).as_bytes()).unwrap();
    endless.set_len(5 << 30).unwrap();
    let out = site.dir.path().join("sparse");
    let sparse = collect(Options { budget, out, ..site.options() }, &site.node.host());
    let Status::Skipped { why } = sparse.status("logs/SS-BWSR.log") else { panic!() };
    assert!(why.ends_with("no line begins within its share"), "{why}");
    assert_eq!(sparse.text("logs/SS.log"), lines(0, 1000));
    assert_eq!(sparse.text("logs/SS-BWSR.log.1"), lines(0, 1000));
}

#[test]
fn logs_that_are_rolled_between_listing_and_reading_are_reported() {
    let site = Site::new(|node| {
        node.files.retain(|path, _| !path.starts_with("log/"));
        node.put("log/SS.log", lines(20, 50));
        node.put("log/SS.log.1", lines(10, 20)).put("log/SS.log.2", lines(0, 10));
        for log in ["log/SS.log", "log/SS.log.1", "log/SS.log.2"] {
            node.modified.insert(log.into(), clock().to_utc());
        }
    });
    let mut roll = At("reading logs", || {
        let log = |name: &str| site.app().join("log").join(name);
        fs::rename(log("SS.log.2"), log("SS.log.3")).unwrap();
        fs::rename(log("SS.log.1"), log("SS.log.2")).unwrap();
        fs::rename(log("SS.log"), log("SS.log.1")).unwrap();
        fs::write(log("SS.log"), lines(50, 51)).unwrap();
    });
    let taken = Taken::of(run(&site.options(), &site.node.host(), &mut roll).unwrap());
    assert_eq!(taken.text("logs/SS.log"), lines(50, 51));
    // No more than was listed, and it is reported that this is not all.
    assert_eq!(taken.text("logs/SS.log.1"), lines(20, 30));
    for (log, expected) in [
        ("logs/SS.log", "it became shorter while it was read"),
        ("logs/SS.log.1", "it was rolled after it was listed"),
    ] {
        let Status::Truncated { why, .. } = taken.status(log) else { panic!("{log}") };
        assert_eq!(why, &format!("{END_MISSING}{expected}"));
    }
}

#[test]
fn a_bundle_without_a_log_reports_that() {
    let note = |taken: &Taken| taken.collected.notes.iter().find(|note| note.contains("no log")).cloned();
    let site = Site::new(|_| {});
    assert_eq!(note(&site.collect()), None);
    let since = Some("2027-01-01T00:00:00Z".parse().unwrap());
    for (options, expected) in [
        (Options { since, ..site.options() }, "5 logs were last changed before 2027-01-01 00:00 UTC"),
        (Options { budget: 0, ..site.options() }, "the bundle has no log"),
    ] {
        let out = site.dir.path().join(expected);
        let taken = site.collect_with(Options { out, ..options });
        assert!(note(&taken).unwrap().contains(expected), "{:?}", taken.collected.notes);
    }
    let without = Site::new(|node| node.files.retain(|path, _| !path.starts_with("log/")));
    assert!(note(&without.collect()).unwrap().contains("none was found in the log folder"));
}

#[test]
fn a_clock_change_during_the_collection_is_reported() {
    let site = Site::new(|_| {});
    for (seconds, said) in [(-3600, "back by 3600 seconds"), (86_400, "forward by 86400 seconds")] {
        // By its stopwatch it took no time at all.
        let host =
            FixedHost { took: TimeDelta::seconds(seconds), pace: Some(Duration::ZERO), ..site.node.host() };
        let out = site.dir.path().join(said);
        let taken = collect(Options { out, ..site.options() }, &host);
        assert_eq!(taken.bundle.manifest().collection.clock_set_ms, Some(seconds * 1000));
        assert!(taken.collected.notes.iter().any(|note| note.contains(said)), "{:?}", taken.collected.notes);
        let problems = taken.problems();
        assert!(problems.iter().any(|problem| problem.contains("clock was changed")), "{problems:?}");
    }
    assert_eq!(site.collect().bundle.manifest().collection.clock_set_ms, None);
}

#[test]
fn leftovers_of_a_killed_collection_do_not_disturb_the_next() {
    let site = Site::new(|_| {});
    let out = site.out();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("SSWEB01_20260914-0830.zip.partial"), "half").unwrap();
    let taken = site.collect();
    assert_eq!(taken.bundle.problems(), []);
    assert_eq!(fs::read(out.join("SSWEB01_20260914-0830.zip.partial")).unwrap(), b"half");
    let note = taken.collected.notes.iter().find(|note| note.contains(".partial")).unwrap();
    assert!(note.contains("do not send it"), "{note}");
}

#[test]
fn long_paths_links_in_a_ring_and_names_in_other_scripts() {
    let deep = "a-folder-with-a-rather-long-name/".repeat(12);
    let site = Site::new(|node| {
        node.put(&format!("{deep}file.txt"), "x");
        node.put("web-настройки.config", "<a b=\"true\"/>").put("設定/ファイル.js", "var a");
    });
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(site.app(), site.app().join("ring")).unwrap();
        std::os::unix::fs::symlink("nowhere", site.app().join("broken")).unwrap();
    }
    let taken = site.collect();
    let inventory = taken.inventory();
    assert!(deep.len() > 260 && inventory[&format!("{deep}file.txt")].fingerprint.is_some());
    assert!(inventory["設定/ファイル.js"].sha256.is_some());
    let manifest = taken.bundle.manifest();
    let config = manifest.members.iter().find(|member| member.origin == "web-настройки.config").unwrap();
    assert!(matches!(config.status, Status::Taken(_)), "{config:?}");
    if cfg!(unix) {
        for link in ["ring", "broken"] {
            assert_eq!(inventory[link].unread.as_deref(), Some("a link or a special file, not followed"));
        }
        assert!(!inventory.keys().any(|path| path.starts_with("ring/")));
    }
}

#[test]
fn the_printed_digest_is_that_of_the_file() {
    let site = Site::new(|_| {});
    let taken = site.collect();
    let bytes = fs::read(&taken.collected.path).unwrap();
    assert_eq!(taken.collected.sha256, Some(clusterbrief::bundle::Sha256::of(&bytes)));
    let folder = site.collect_with(Options { form: Form::Folder, ..site.options() });
    assert_eq!(folder.collected.sha256, None);
}
