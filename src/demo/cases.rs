//! The recipes of the cases. What a recipe changes is what is wrong in its case.

use super::Case;
use super::builder::{CaseBuilder, NodeBuilder, time};
use super::exports::{NAMES, SQL_RESULTS, node_row, node_rows, set};
use super::node_folder::{NodeFolder, noise};
use super::pre_upgrade::{TARGET, pre_upgrade};
use super::upgrade_story;
use crate::bundle::{FormatVersion, MANIFEST};
use chrono::TimeDelta;
use serde_json::json;

/// The build of the healthy cases.
const CURRENT: &str = "12.3.000001";
/// The build that a forgotten node is left on.
const PREVIOUS: &str = "11.6.000001";

/// When the database got its versions, newest first.
const HISTORY: [(&str, &str); 3] = [
    (CURRENT, "2026-10-17T20:14:05Z"),
    (PREVIOUS, "2025-09-06T19:40:51Z"),
    ("11.5.000002", "2024-11-02T20:03:33Z"),
];

const fn case(name: &'static str, recipe: fn(&mut CaseBuilder), summary: &'static str) -> Case {
    Case { name, summary, target: None, recipe }
}

/// Every case, in order of name.
pub const CASES: &[Case] = &[
    case("broken-bundle", broken_bundle, "One bundle was changed, one has a newer format, one is no bundle"),
    case("clock-skew-legacy", clock_skew_legacy, "An old build, and the clocks of its two nodes differ"),
    case("dpapi-3-node", dpapi_3_node, "Nothing: DPAPI protects the encryption key on each node"),
    case("eight-nodes", eight_nodes, "Of eight nodes one has an old build, one a setting, one errors"),
    case("german-node", german_node, "The logs of one node are in German"),
    case("healthy-3-node", healthy_3_node, "Nothing: three nodes with all exports"),
    case("key-mismatch", key_mismatch, "One node has a different encryption key"),
    case("mid-upgrade", mid_upgrade, "One of three nodes was not upgraded with the others"),
    case("mixed-builds", mixed_builds, "Old and changed files among those of the current build"),
    case("noisy-logs", noisy_logs, "Many log errors, few of them important"),
    case("one-bundle", one_bundle, "Only one bundle was sent, and no exports"),
    Case {
        target: Some(TARGET),
        ..case("pre-upgrade", pre_upgrade, "Several problems before an upgrade, each in another source")
    },
    case("two-days", two_days, "One node was collected before the upgrade, the others after it"),
    case("two-nodes-no-exports", two_nodes_no_exports, "Two bundles and no exports"),
    case("unknown-storm", unknown_storm, "One node logs thousands of errors that nobody has catalogued"),
    Case {
        target: Some(TARGET),
        ..case("upgrade-1-before", upgrade_story::before, "An upgrade in three cases, 1: before it")
    },
    Case {
        target: Some(TARGET),
        ..case("upgrade-2-half-way", upgrade_story::half_way, "2: one of three nodes is left; less was sent")
    },
    Case {
        target: Some(TARGET),
        ..case("upgrade-3-after", upgrade_story::after, "3: all nodes have the target; compare with --before")
    },
];

/// Adds what most cases have next to their bundles.
fn common_files(case: &mut CaseBuilder) {
    case.node_list(node_rows(CURRENT));
    other_files(case, &HISTORY);
}

/// Adds what else they have: the history of the database, answers of people, and results of queries.
fn other_files(case: &mut CaseBuilder, history: &[(&str, &str)]) {
    case.history(history);
    case.answers(&NAMES);
    case.file("sql-results.csv", SQL_RESULTS);
}

/// Nothing is wrong, and everything that a verdict needs is there.
fn healthy_3_node(case: &mut CaseBuilder) {
    for name in NAMES {
        case.node(name, CURRENT);
    }
    case.quiet_machines();
    case.healthy_exports();
    common_files(case);
}

/// WEB03 was forgotten when the others went to the new build two hours before.
fn mid_upgrade(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT);
    case.node("WEB02", CURRENT);
    case.node("WEB03", PREVIOUS).errors(
        "log/SS.log",
        [95, 64, 31, 6],
        "Thycotic.ihawu.Business.StartupCheck - The version of your database does not match the version of your application.",
    );
    case.node_list([
        node_row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        node_row(2, "WEB02", CURRENT, "2026-11-20T09:05:08Z"),
        node_row(3, "WEB03", PREVIOUS, "2026-11-20T07:02:44Z"),
    ]);
    other_files(case, &[(CURRENT, "2026-11-20T07:11:27Z"), HISTORY[1], HISTORY[2]]);
}

/// A large cluster with three kinds of odd nodes: WEB03 was forgotten in the upgrade, the pool of WEB06 goes to sleep, and
/// WEB08 alone cannot reach the message bus.
fn eight_nodes(case: &mut CaseBuilder) {
    const EIGHT: [&str; 8] = ["WEB01", "WEB02", "WEB03", "WEB04", "WEB05", "WEB06", "WEB07", "WEB08"];
    let build = |name: &str| if name == "WEB03" { PREVIOUS } else { CURRENT };
    for name in EIGHT {
        case.node(name, build(name));
    }
    let web06 = &mut case.node("WEB06", CURRENT).folder;
    web06.iis = web06.iis.replacen("idleTimeout=\"00:00:00\"", "idleTimeout=\"00:20:00\"", 1);
    case.node("WEB08", CURRENT).errors(
        "log/SS.log",
        (1..40).map(|number| number * 9),
        "Thycotic.MessageQueue.Client - RabbitMQ.Client.Exceptions.BrokerUnreachableException: None of the specified endpoints were reachable",
    );
    case.node_list(EIGHT.iter().zip(1..).map(|(name, id)| {
        let seen = if *name == "WEB03" { "2026-11-20T07:02:44Z" } else { "2026-11-20T09:05:10Z" };
        node_row(id, name, build(name), seen)
    }));
    other_files(case, &[(CURRENT, "2026-11-20T07:11:27Z"), HISTORY[1], HISTORY[2]]);
}

/// All nodes report the same build, but WEB02 kept an older DLL and a file of an old build, and WEB03 has an edited
/// page.
fn mixed_builds(case: &mut CaseBuilder) {
    let web01 = &case.node("WEB01", CURRENT).folder;
    let old = NodeFolder::new("WEB02", PREVIOUS, web01.clock).files;
    let web02 = &mut case.node("WEB02", CURRENT).folder;
    for (path, as_path) in [
        ("bin/Thycotic.Data.dll", "bin/Thycotic.Data.dll"),
        ("bin/Thycotic.Foundation.dll", "bin/Thycotic.Legacy.dll"),
    ] {
        web02.files.extend(old.get(path).map(|content| (as_path.to_owned(), content.clone())));
    }
    case.node("WEB03", CURRENT).folder.put("Scripts/app.js", "/* changed by hand */\r\n");
    common_files(case);
}

/// WEB02 has another key file, and its log reports that.
fn key_mismatch(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT);
    let web02 = case.node("WEB02", CURRENT);
    key_file(web02, "another key", 416);
    web02.errors(
        "log/SS.log",
        [40, 22, 3],
        "Thycotic.ihawu.Business.StartupCheck - Thycotic.AppCore.Cryptography.MacMismatchException: the message authentication code does not match.",
    );
    case.node("WEB03", CURRENT);
    let mut refused = node_row(2, "WEB02", CURRENT, "2026-11-20T07:31:00Z");
    set(&mut refused, "/errorMessage", json!("Encryption configurations do not match"));
    case.node_list([
        node_row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        refused,
        node_row(3, "WEB03", CURRENT, "2026-11-20T09:05:06Z"),
    ]);
    other_files(case, &HISTORY);
}

/// DPAPI protects the key on every node: three different files with one key, and everything runs. The nodes were
/// collected with a case key, so that their other files can be compared.
fn dpapi_3_node(case: &mut CaseBuilder) {
    for name in NAMES {
        let node = case.node(name, CURRENT);
        node.case_key = true;
        key_file(node, &format!("DPAPI on {name}"), 1_480);
    }
    case.quiet_machines();
    case.healthy_exports();
    common_files(case);
}

/// Replaces the encryption key file of a node.
fn key_file(node: &mut NodeBuilder, seed: &str, length: usize) {
    node.folder.put("encryption.config", [b"0".repeat(41), noise(seed, length)].concat());
}

/// A build that still needs equal clocks and zones: WEB02 is in another zone and more than three minutes ahead.
fn clock_skew_legacy(case: &mut CaseBuilder) {
    const LEGACY: &str = "8.9.000022";
    case.node("WEB01", LEGACY);
    let ahead = case.node_at("WEB02", LEGACY, time("2026-11-20T09:05:20+00:00"));
    ahead.reference = Some(time("2026-11-20T09:02:00+00:00"));
    ahead.folder.zone = "GMT Standard Time".into();
    ahead.errors("log/SS.log", [12], "Thycotic.ihawu.Business.ServerNodes - Server dates do not match");
    case.file(
        "server-nodes.csv",
        "Machine Name,Version,Database,In Cluster,Background Worker,Engine Worker,Session Recording Worker,Maintenance Mode,Last Connected,Error\r\n\
         WEB01,8.9.000022,SQL01\\SecretServer,Yes,,,,No,2026-11-20 09:58:12,\r\n\
         WEB02,8.9.000022,SQL01\\SecretServer,Yes,,,,No,2026-11-20 09:58:40,Server dates do not match\r\n",
    );
    case.history(&[(LEGACY, "2015-10-03T18:22:10Z"), ("8.8.000018", "2015-04-11T17:45:00Z")]);
}

/// Two bundles and nothing else: the most common case.
fn two_nodes_no_exports(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT).reference = None;
    case.node("WEB02", CURRENT).reference = None;
}

/// One bundle of a cluster of unknown size.
fn one_bundle(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT).reference = None;
}

/// WEB01 was collected the day before the upgrade, the others the day after.
fn two_days(case: &mut CaseBuilder) {
    case.node_at("WEB01", PREVIOUS, time("2026-11-18T16:20:00+01:00"));
    case.node_at("WEB02", CURRENT, time("2026-11-19T09:10:00+01:00"));
    case.node_at("WEB03", CURRENT, time("2026-11-19T09:14:00+01:00"));
    case.node_list(node_rows(CURRENT).map(|mut row| {
        set(&mut row, "/lastConnected", json!("2026-11-19T08:20:00Z"));
        row
    }));
    other_files(case, &[(CURRENT, "2026-11-18T20:31:02Z"), HISTORY[1]]);
}

/// Logs full of noise: old errors that are history, an important error of today, a UTF-16 log, a torn line, workload
/// errors that say nothing about the cluster, and WEB03 with logs that were cut to a small limit.
fn noisy_logs(case: &mut CaseBuilder) {
    let web01 = &mut case.node("WEB01", CURRENT).folder;
    let error = "Thycotic.AppCore.Cryptography - Thycotic.AppCore.Cryptography.MacMismatchException: the message authentication code does not match.\r\n   at Thycotic.AppCore.Cryptography.Decryptor.Check(Byte[] mac)";
    for day in (3..12).rev() {
        let line = web01.line(TimeDelta::days(day), 9, "ERROR", error);
        web01.append("log/SS.log.1", &line);
    }
    web01.append("log/SS.log.1", &"x".repeat(400));
    web01.modified.insert("log/SS.log.1".into(), (web01.clock - TimeDelta::days(3)).to_utc());

    let web02 = case.node("WEB02", CURRENT);
    web02.errors(
        "log/SS-BWSR.log",
        (1..60).rev(),
        "Thycotic.PasswordChangers.Heartbeat - A secret could not be verified: the remote machine is unreachable.",
    );
    web02.errors(
        "log/SS.log",
        [50, 20, 8],
        "Thycotic.ihawu.Web - The provided anti-forgery token failed validation",
    );

    let web03 = case.node("WEB03", CURRENT);
    web03.budget = 50_000;
    if let Some(log) = web03.folder.files.get_mut("log/SS.log") {
        let text = format!("\u{feff}{}", String::from_utf8_lossy(log));
        *log = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    common_files(case);
}

/// WEB02 logs 3,400 errors that no record names, in the last six hours and still going on. Every node logs the usual noise: two
/// thousand heartbeats a day that fail.
fn unknown_storm(case: &mut CaseBuilder) {
    const DAY: i64 = 86_400;
    for name in NAMES {
        let folder = &mut case.node(name, CURRENT).folder;
        for failed in 0..2_000 {
            let before = TimeDelta::seconds(DAY - failed * DAY / 2_000);
            let secret = 4_000 + failed * 37 % 911;
            let text = format!(
                "Thycotic.PasswordChangers.Heartbeat - Heartbeat failed for secret {secret} on SRV{:03}: the remote machine is unreachable.",
                secret % 240
            );
            folder.log_line("log/SS-BWSR.log", before, "ERROR", &text);
        }
        folder.sort_log("log/SS-BWSR.log");
    }
    let folder = &mut case.node("WEB02", CURRENT).folder;
    for error in 0..3_400 {
        let before = TimeDelta::seconds(21_000 - error * 6);
        let text = format!(
            "Thycotic.ihawu.Business.Workflow.StepEvaluator - Step {} of request {} could not be evaluated\r\n\
             System.InvalidOperationException: Sequence contains no matching element\r\n   \
             at System.Linq.Enumerable.First[TSource](IEnumerable`1 source)\r\n   \
             at Thycotic.ihawu.Business.Workflow.StepEvaluator.Next(Int32 requestId)",
            error % 7 + 1,
            81_000 + error
        );
        folder.log_line("log/SS.log", before, "ERROR", &text);
    }
    folder.sort_log("log/SS.log");
    case.quiet_machines();
    case.healthy_exports();
    common_files(case);
}

/// WEB01 is whole; WEB02 was changed after it was written; WEB03 was written in a newer format; and somebody sent a
/// text file under a bundle's name.
fn broken_bundle(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT);
    case.node("WEB02", CURRENT).damage =
        Some(("logs/SS.log", "3 engines online".into(), "9 engines online".into()));
    let format = |version: &str| format!("\"format\": \"{version}\"");
    case.node("WEB03", CURRENT).damage =
        Some((MANIFEST, format(&FormatVersion::CURRENT.to_string()), format("2.0")));
    case.node_list(node_rows(CURRENT));
    case.file("WEB04.zip", "this is not a bundle but a renamed text file\n");
}

/// WEB02 logs in German: the errors of its framework match no English text. One type name is the same in every language.
fn german_node(case: &mut CaseBuilder) {
    case.node("WEB01", CURRENT);
    let german = case.node("WEB02", CURRENT);
    for (minutes, text) in [
        (
            52,
            "Thycotic.Data - System.Data.SqlClient.SqlException (0x80131904): Fehler bei der Anmeldung für den Benutzer \"svc\".",
        ),
        (
            33,
            "Thycotic.Data - System.InvalidOperationException: Timeout abgelaufen. Der Server reagiert nicht.",
        ),
        (14, "Thycotic.HSM - Thycotic.HSM.CNG.CngException: Der Anbieter antwortet nicht."),
    ] {
        german.errors("log/SS.log", [minutes], text);
    }
    case.quiet_machines();
    case.node("WEB02", CURRENT).machine.extend([("os.language", "de-DE"), ("net.language", "de-DE")]);
    case.node_list([
        node_row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        node_row(2, "WEB02", CURRENT, "2026-11-20T09:05:08Z"),
    ]);
    case.history(&HISTORY);
    case.answers(&["WEB01", "WEB02"]);
}
