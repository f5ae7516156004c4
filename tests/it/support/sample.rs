//! The cases below `samples/`, as recipes: nodes are made, collected with the real collector, and laid beside their
//! exports. What a recipe changes is what is wrong in that sample.

use super::node_folder::{NodeFolder, hex, noise};
use super::pre_upgrade::{TARGET, pre_upgrade};
use super::product;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use clusterbrief::bundle::{Form, Sha256};
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::model::facts::NodeFacts;
use clusterbrief::model::{Observed, Place};
use clusterbrief::redact::CaseKey;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The build of the healthy samples, and the one a forgotten node is left on (domain 2.2).
pub const CURRENT: &str = "11.7.000049";
pub const PREVIOUS: &str = "11.6.000001";

/// A sample: its name and the recipe that fills a folder with it.
pub struct Sample {
    /// Folder below `samples/`.
    pub name: &'static str,
    /// Build it is to be upgraded to.
    pub target: Option<&'static str>,
    make: fn(&mut Case),
}

impl Sample {
    /// Makes the sample's inputs in `folder`.
    pub fn write(&self, folder: &Path) {
        let mut case = Case::default();
        (self.make)(&mut case);
        case.write(folder);
    }
}

/// Every sample, in order of name.
pub const SAMPLES: &[Sample] = &[
    Sample { name: "broken-bundle", target: None, make: broken_bundle },
    Sample { name: "clock-skew-legacy", target: None, make: clock_skew_legacy },
    Sample { name: "dpapi-3-node", target: None, make: dpapi_3_node },
    Sample { name: "german-node", target: None, make: german_node },
    Sample { name: "healthy-3-node", target: None, make: healthy_3_node },
    Sample { name: "key-mismatch", target: None, make: key_mismatch },
    Sample { name: "mid-upgrade", target: None, make: mid_upgrade },
    Sample { name: "mixed-builds", target: None, make: mixed_builds },
    Sample { name: "noisy-logs", target: None, make: noisy_logs },
    Sample { name: "one-bundle", target: None, make: one_bundle },
    Sample { name: "pre-upgrade", target: Some(TARGET), make: pre_upgrade },
    Sample { name: "two-days", target: None, make: two_days },
    Sample { name: "two-nodes-no-exports", target: None, make: two_nodes_no_exports },
];

/// A case in the making.
#[derive(Default)]
pub(super) struct Case {
    nodes: Vec<Collecting>,
    files: Vec<(String, Vec<u8>)>,
    after: Vec<fn(&Path)>,
}

/// A node with what its collection is told.
pub(super) struct Collecting {
    folder: NodeFolder,
    reference: Option<DateTime<FixedOffset>>,
    case_key: bool,
    budget: u64,
}

impl Case {
    /// A node collected a few minutes after the hour, each a little later than the one before it.
    pub(super) fn node(&mut self, name: &str, version: &str) -> &mut Collecting {
        let clock = self
            .nodes
            .iter()
            .fold(time("2026-11-20T10:00:00+01:00"), |clock, _| clock + TimeDelta::minutes(2));
        self.node_at(name, version, clock)
    }

    fn node_at(&mut self, name: &str, version: &str, clock: DateTime<FixedOffset>) -> &mut Collecting {
        self.nodes.push(Collecting {
            folder: NodeFolder::new(name, version, clock),
            // The operator reads a reference clock at the start: it agrees with the node.
            reference: Some(clock),
            case_key: false,
            budget: 200 << 20,
        });
        self.nodes.last_mut().expect("just pushed")
    }

    /// The folder of a node made before.
    pub(super) fn folder(&mut self, name: &str) -> &mut NodeFolder {
        let node = self.nodes.iter_mut().find(|node| node.folder.node == name);
        &mut node.expect("a node of this name").folder
    }

    /// Lets every bundle tell what the collector of a Windows build finds on a quiet machine.
    pub(super) fn tell_machines(&mut self) {
        self.after.push(tell_machines);
    }

    pub(super) fn file(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.files.push((name.to_owned(), content.into()));
    }

    /// The product's list of nodes as `GET /api/v1/nodes` gives it.
    pub(super) fn node_list(&mut self, rows: &[Value]) {
        let text = serde_json::to_string_pretty(rows).expect("JSON");
        self.file("nodes.json", text + "\n");
    }

    /// What else an administrator saves of a cluster where nothing is wrong.
    fn exports(&mut self) {
        // The node list and the DLLs tell the builds; that nothing else does keeps them apart in the fixtures.
        let mut diagnostics = product::diagnostics(&NAMES, CURRENT);
        for node in diagnostics.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            node.remove("productVersion");
        }
        let exports = [
            ("bus.json", product::bus()),
            ("diagnostics.json", diagnostics),
            ("product.json", product::product()),
        ];
        for (name, json) in exports {
            self.file(name, serde_json::to_string_pretty(&json).expect("JSON") + "\n");
        }
    }

    /// The database's version history, newest first.
    fn history(&mut self, rows: &[(&str, &str)]) {
        let rows = rows.iter().map(|(version, when)| format!("{version},{when}\r\n"));
        let lines: Vec<String> =
            std::iter::once("VersionNumber,Upgraded\r\n".to_owned()).chain(rows).collect();
        self.file("tbVersion.csv", lines.concat());
    }

    pub(super) fn answers(&mut self, nodes: &[&str]) {
        let answer = |question: &str, node: Option<&str>, value: &str| {
            let node = node.map(|node| format!("node = \"{node}\"\n")).unwrap_or_default();
            format!(
                "\n[[answer]]\nquestion = \"{question}\"\n{node}value = \"{value}\"\nby = \"J. Doe\"\non = 2026-11-20\n"
            )
        };
        let mut parts = vec![
            "# What the customer told on the phone. See docs/answers.md.\n".to_owned(),
            answer("LBL-001", None, "sticky"),
            answer("VER-006", None, "off"),
            answer("ENC-008", None, "yes"),
            answer("ENC-009", None, "no"),
            answer("ENC-012", None, "not planned"),
            answer("IIS-010", None, "off"),
            answer("ROL-010", None, "licensed"),
            answer("BUS-010", None, "same"),
            answer("BUS-012", None, "no tls"),
        ];
        parts.extend(nodes.iter().map(|node| answer("ROL-009", Some(node), "activated")));
        for (question, value) in
            [("SYS-010", "on"), ("SYS-011", "disabled"), ("SYS-014", "yes"), ("SYS-015", "excluded")]
        {
            parts.push(answer(question, None, value));
        }
        self.file("answers.toml", parts.concat());
    }

    /// The results of `clusterbrief sql` on a database without a fault, but for the version history.
    fn results(&mut self) {
        self.file("sql-results.csv", include_bytes!("sql-results.csv"));
    }

    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder can be made");
        for node in &self.nodes {
            let place = tempfile::tempdir().expect("a folder can be made");
            let app = node.folder.write(place.path());
            let options = Options {
                iis_config: Some(place.path().join("applicationHost.config")),
                reference_time: node.reference,
                case_key: node.case_key.then(case_key),
                budget: node.budget,
                form: Form::Folder,
                ..Options::new(app, folder)
            };
            let collected =
                run(&options, &node.folder.host(), &mut Silent).expect("the node can be collected");
            fs::rename(collected.path, folder.join(&node.folder.node)).expect("a bundle can be renamed");
        }
        for (name, content) in &self.files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            fs::write(path, content).expect("a file can be written");
        }
        for after in &self.after {
            after(folder);
        }
    }
}

fn case_key() -> CaseKey {
    CaseKey::parse(&hex(&noise("case key of the samples", 32)).to_lowercase())
        .expect("32 bytes of hexadecimal digits")
}

fn time(text: &str) -> DateTime<FixedOffset> {
    text.parse().expect("a time")
}

/// One row of the node list: in the cluster, all roles on, connected.
pub(super) fn row(id: u32, name: &str, version: &str, connected: &str) -> Value {
    let connected: DateTime<Utc> = connected.parse().expect("a time");
    json!({
        "nodeId": id,
        "machineName": name,
        "binaryVersion": version,
        "database": "SQL01\\SecretServer",
        "inCluster": true,
        "isCurrentNode": id == 1,
        "lastConnected": connected.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "enableBackgroundWorker": true,
        "enableEngineWorker": true,
        "enableSessionRecordingWorker": true,
        "backgroundWorkerError": null,
        "engineWorkerError": null,
        "sessionRecordingWorkerError": null,
        "errorMessage": null,
        "readonlyModeEnabled": false,
        "readonlyModeStatus": "Off",
        "logLevel": "INFO"
    })
}

const HISTORY: &[(&str, &str)] = &[
    (CURRENT, "2026-10-17T20:14:05Z"),
    (PREVIOUS, "2025-09-06T19:40:51Z"),
    ("11.5.000002", "2024-11-02T20:03:33Z"),
];

const NAMES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];

fn list_of_three(case: &mut Case) {
    let rows: Vec<Value> =
        NAMES.iter().zip(1..).map(|(name, id)| row(id, name, CURRENT, "2026-11-20T09:05:10Z")).collect();
    case.node_list(&rows);
}

/// Nothing is wrong, and everything that a verdict needs is there.
fn healthy_3_node(case: &mut Case) {
    for name in NAMES {
        case.node(name, CURRENT);
    }
    list_of_three(case);
    case.history(HISTORY);
    case.exports();
    case.answers(&NAMES);
    case.after.push(tell_machines);
    case.results();
}

/// WEB03 was forgotten when the others went to the new build two hours before.
fn mid_upgrade(case: &mut Case) {
    case.node("WEB01", CURRENT);
    case.node("WEB02", CURRENT);
    let behind = &mut case.node("WEB03", PREVIOUS).folder;
    for minutes in [95, 64, 31, 6] {
        behind.log_line(
            "log/SS.log",
            TimeDelta::minutes(minutes),
            "ERROR",
            "Thycotic.ihawu.Business.StartupCheck - The version of your database does not match the version of your application.",
        );
    }
    case.node_list(&[
        row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        row(2, "WEB02", CURRENT, "2026-11-20T09:05:08Z"),
        row(3, "WEB03", PREVIOUS, "2026-11-20T07:02:44Z"),
    ]);
    case.history(&[(CURRENT, "2026-11-20T07:11:27Z"), HISTORY[1], HISTORY[2]]);
    case.answers(&NAMES);
    case.results();
}

/// All nodes call themselves the same build, but WEB02 kept an older DLL and a leftover, and WEB03 an edited page.
fn mixed_builds(case: &mut Case) {
    case.node("WEB01", CURRENT);
    let old = NodeFolder::new("WEB02", PREVIOUS, time("2026-11-20T10:00:00+01:00"));
    let web02 = &mut case.node("WEB02", CURRENT).folder;
    web02.put("bin/Thycotic.Data.dll", old.files["bin/Thycotic.Data.dll"].clone());
    web02.put("bin/Thycotic.Legacy.dll", old.files["bin/Thycotic.Foundation.dll"].clone());
    case.node("WEB03", CURRENT).folder.put("Scripts/app.js", "/* changed by hand */\r\n");
    list_of_three(case);
    case.history(HISTORY);
    case.answers(&NAMES);
    case.results();
}

/// WEB02 holds another key file, and its log says so.
fn key_mismatch(case: &mut Case) {
    case.node("WEB01", CURRENT);
    let wrong = &mut case.node("WEB02", CURRENT).folder;
    wrong.put("encryption.config", [b"0".repeat(41), noise("another key", 416)].concat());
    for minutes in [40, 22, 3] {
        wrong.log_line(
            "log/SS.log",
            TimeDelta::minutes(minutes),
            "ERROR",
            "Thycotic.ihawu.Business.StartupCheck - Thycotic.AppCore.Cryptography.MacMismatchException: the message authentication code does not match.",
        );
    }
    case.node("WEB03", CURRENT);
    let mut refused = row(2, "WEB02", CURRENT, "2026-11-20T07:31:00Z");
    refused["errorMessage"] = json!("Encryption configurations do not match");
    case.node_list(&[
        row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        refused,
        row(3, "WEB03", CURRENT, "2026-11-20T09:05:06Z"),
    ]);
    case.history(HISTORY);
    case.answers(&NAMES);
    case.results();
}

/// DPAPI protects the key on every node: three different files, one key, and everything runs. The nodes were
/// collected with a case key, so that their other files compare.
fn dpapi_3_node(case: &mut Case) {
    for name in NAMES {
        let node = case.node(name, CURRENT);
        node.case_key = true;
        let protected = [b"0".repeat(41), noise(&format!("DPAPI on {name}"), 1_480)].concat();
        node.folder.put("encryption.config", protected);
    }
    list_of_three(case);
    case.history(HISTORY);
    case.exports();
    case.answers(&NAMES);
    case.after.push(tell_machines);
    case.results();
}

/// A build that still needs equal clocks and zones: WEB02 is in another zone and more than three minutes ahead.
fn clock_skew_legacy(case: &mut Case) {
    const LEGACY: &str = "8.9.000022";
    case.node("WEB01", LEGACY);
    let ahead = case.node_at("WEB02", LEGACY, time("2026-11-20T09:05:20+00:00"));
    ahead.reference = Some(time("2026-11-20T09:02:00+00:00"));
    ahead.folder.zone = "GMT Standard Time".into();
    ahead.folder.log_line(
        "log/SS.log",
        TimeDelta::minutes(12),
        "ERROR",
        "Thycotic.ihawu.Business.ServerNodes - Server dates do not match",
    );
    case.file(
        "server-nodes.csv",
        "Machine Name,Version,Database,In Cluster,Background Worker,Engine Worker,Session Recording Worker,Maintenance Mode,Last Connected,Error\r\n\
         WEB01,8.9.000022,SQL01\\SecretServer,Yes,,,,No,2026-11-20 09:58:12,\r\n\
         WEB02,8.9.000022,SQL01\\SecretServer,Yes,,,,No,2026-11-20 09:58:40,Server dates do not match\r\n",
    );
    case.history(&[(LEGACY, "2015-10-03T18:22:10Z"), ("8.8.000018", "2015-04-11T17:45:00Z")]);
}

/// Two bundles and nothing else: the commonest case.
fn two_nodes_no_exports(case: &mut Case) {
    case.node("WEB01", CURRENT).reference = None;
    case.node("WEB02", CURRENT).reference = None;
}

/// One bundle of a cluster of unknown size.
fn one_bundle(case: &mut Case) {
    case.node("WEB01", CURRENT).reference = None;
}

/// WEB01 was collected the day before the upgrade, the others the day after.
fn two_days(case: &mut Case) {
    case.node_at("WEB01", PREVIOUS, time("2026-11-18T16:20:00+01:00"));
    case.node_at("WEB02", CURRENT, time("2026-11-19T09:10:00+01:00"));
    case.node_at("WEB03", CURRENT, time("2026-11-19T09:14:00+01:00"));
    let rows: Vec<Value> =
        NAMES.iter().zip(1..).map(|(name, id)| row(id, name, CURRENT, "2026-11-19T08:20:00Z")).collect();
    case.node_list(&rows);
    case.history(&[(CURRENT, "2026-11-18T20:31:02Z"), HISTORY[1]]);
    case.answers(&NAMES);
    case.results();
}

/// Logs full of noise: old errors that are history, a current one of weight, a UTF-16 log, a torn line, workload
/// errors that say nothing about the cluster, and a WEB03 whose logs were cut to a small limit.
fn noisy_logs(case: &mut Case) {
    let web01 = &mut case.node("WEB01", CURRENT).folder;
    let lines = (3..12).rev().map(|day| {
        let when = web01.clock - TimeDelta::days(day);
        format!(
            "{} [9] ERROR Thycotic.AppCore.Cryptography - Thycotic.AppCore.Cryptography.MacMismatchException: the message authentication code does not match.\r\n   at Thycotic.AppCore.Cryptography.Decryptor.Check(Byte[] mac)\r\n",
            when.format("%Y-%m-%d %H:%M:%S,%3f")
        )
    });
    let rolled = lines.collect::<Vec<_>>().concat() + &"x".repeat(400);
    web01.put("log/SS.log.1", rolled);
    web01.modified.insert("log/SS.log.1".into(), (web01.clock - TimeDelta::days(3)).to_utc());

    let web02 = &mut case.node("WEB02", CURRENT).folder;
    for minutes in 1..60 {
        web02.log_line(
            "log/SS-BWSR.log",
            TimeDelta::minutes(60 - minutes),
            "ERROR",
            "Thycotic.PasswordChangers.Heartbeat - A secret could not be verified: the remote machine is unreachable.",
        );
    }
    for minutes in [50, 20, 8] {
        web02.log_line(
            "log/SS.log",
            TimeDelta::minutes(minutes),
            "ERROR",
            "Thycotic.ihawu.Web - The provided anti-forgery token failed validation",
        );
    }

    let web03 = case.node("WEB03", CURRENT);
    let text = String::from_utf8(web03.folder.files["log/SS.log"].clone()).expect("text");
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    web03.folder.put("log/SS.log", utf16);
    web03.budget = 50_000;
    list_of_three(case);
    case.history(HISTORY);
    case.answers(&NAMES);
    case.results();
}

/// WEB01 is whole; WEB02 was changed after it was written; WEB03 was written by a newer format; and somebody sent a
/// screenshot under a bundle's name.
fn broken_bundle(case: &mut Case) {
    for name in NAMES {
        case.node(name, CURRENT);
    }
    list_of_three(case);
    case.file("WEB04.zip", "this is not a bundle but a renamed text file\n");
    case.after.push(|folder| {
        let log = folder.join("WEB02/logs/SS.log");
        let text = fs::read_to_string(&log).expect("a log");
        fs::write(&log, text.replace("3 engines online", "9 engines online")).expect("a file can be written");
        let manifest = folder.join("WEB03/manifest.json");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let newer = text.replacen("\"format\": \"1.1\"", "\"format\": \"2.0\"", 1);
        assert_ne!(newer, text, "the manifest states its format");
        fs::write(&manifest, newer).expect("a file can be written");
    });
}

/// WEB02 speaks German: its framework's errors are none that anybody searches for, one token is the same in every
/// language.
fn german_node(case: &mut Case) {
    case.node("WEB01", CURRENT);
    let german = &mut case.node("WEB02", CURRENT).folder;
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
        german.log_line("log/SS.log", TimeDelta::minutes(minutes), "ERROR", text);
    }
    case.node_list(&[
        row(1, "WEB01", CURRENT, "2026-11-20T09:05:10Z"),
        row(2, "WEB02", CURRENT, "2026-11-20T09:05:08Z"),
    ]);
    case.history(HISTORY);
    case.answers(&NAMES[..2]);
    case.after.push(|folder| {
        tell_machines(folder);
        tell(&folder.join("WEB02"), &[("os.language", "de-DE"), ("net.language", "de-DE")]);
    });
}

/// What the collector of a Windows build finds on a quiet machine.
const MACHINE: &[(&str, &str)] = &[
    ("event.pool-failures", "0"),
    ("event.worker-crashes", "0"),
    ("event.worker-starts", "1"),
    ("feature.aspnet-4", "true"),
    ("feature.wcf-http-activation", "true"),
    ("files.app-modify", "true"),
    ("files.readable-by-users", "false"),
    ("files.temp-modify", "true"),
    ("iis.certificate.key-bits", "2048"),
    ("iis.certificate.key-type", "RSA"),
    ("iis.certificate.names", "vault.example.com"),
    ("iis.certificate.not-after", "2027-06-30 00:00:00 UTC"),
    ("iis.certificate.signature", "sha256RSA"),
    ("iis.certificate.thumbprint-label", "CERT-1"),
    ("iis.identity.admin", "false"),
    ("iis.identity.batch-logon", "true"),
    ("iis.identity.impersonate", "true"),
    ("net.language", "en-US"),
    ("os.fips-policy", "false"),
    ("os.language", "en-US"),
];

/// Adds the facts of a quiet machine to the bundles of a case.
fn tell_machines(folder: &Path) {
    for bundle in NAMES.map(|name| folder.join(name)).iter().filter(|bundle| bundle.exists()) {
        tell(bundle, MACHINE);
    }
}

/// Adds facts of the machine to a bundle.
fn tell(bundle: &Path, told: &[(&str, &str)]) {
    let text = |name: &str| fs::read_to_string(bundle.join(name)).expect("a member");
    let write = |name: &str, text: &str| fs::write(bundle.join(name), text).expect("a member can be written");
    let before = text("facts.json");
    let mut facts: NodeFacts = serde_json::from_str(&before).expect("facts");
    let system = || Place::file("operating system");
    facts.machine.extend(
        told.iter().map(|(path, value)| ((*path).to_owned(), Observed::known((*value).to_owned(), system()))),
    );
    let after = serde_json::to_string_pretty(&facts).expect("JSON") + "\n";
    write("facts.json", &after);
    let manifest = text("manifest.json");
    let member = manifest.find("\"facts.json\"").expect("facts are a member");
    let (head, tail) = manifest.split_at(member);
    let size = |text: &str| format!("\"size\": {}", text.len());
    let hash = |text: &str| Sha256::of(text.as_bytes()).to_string();
    let tail = tail.replacen(&size(&before), &size(&after), 1).replacen(&hash(&before), &hash(&after), 1);
    write("manifest.json", &(head.to_owned() + &tail));
}
