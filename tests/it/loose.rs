//! Files that are in no bundle, through the front door: whose they are, what they prove, and that nothing of them leaks.

use crate::support::samples::{case, sample};
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::demo::{NodeFolder, Pe};
use clusterbrief::intake::loose::LooseOptions;
use clusterbrief::report::{html, json, markdown, terminal};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};

const KEY_ERROR: &str = "2026-11-20 09:58:00,000 [5] ERROR Thycotic.X - \
    Thycotic.AppCore.Cryptography.MacMismatchException: the stored value is not intact\n";
const QUIET: &str = "2026-11-20 09:57:00,000 [5] INFO Thycotic.ihawu.Business - Application started\n";

/// Files in a folder, by their paths.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// A zip, as Explorer makes it: with times.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let time = DateTime::from_date_and_time(2026, 11, 20, 9, 0, 0).unwrap();
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default().last_modified_time(time)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn analyze(path: &Path, change: impl FnOnce(&mut Options)) -> Analysis {
    let mut options = Options::at("2026-11-20T12:00:00Z".parse().unwrap());
    change(&mut options);
    Analyzer::new().unwrap().analyze(open([path]), &options)
}

fn of(files: &[(&str, &[u8])]) -> Analysis {
    analyze(folder(files).path(), |_| ())
}

/// Names of the nodes with role and grade.
fn nodes(analysis: &Analysis) -> Vec<String> {
    let card = |node: &clusterbrief::report::model::NodeCard| {
        format!("{} {} {}", node.name, node.role, node.grade.unwrap_or("-"))
    };
    analysis.report.nodes.iter().map(card).collect()
}

/// The findings of a rule: confidence and title.
fn findings(analysis: &Analysis, rule: &str) -> Vec<String> {
    let all = analysis.report.findings.iter().filter(|finding| finding.rule == rule);
    all.map(|finding| format!("{:?}: {}", finding.confidence, finding.title)).collect()
}

/// What became of a rule on each of its subjects.
fn outcomes(analysis: &Analysis, rule: &str) -> Vec<String> {
    let all = analysis.report.outcomes.iter().filter(|one| one.rule == rule);
    all.map(|one| format!("{} {}", one.subject, one.outcome).trim().to_owned()).collect()
}

fn web_config(timeout: &str) -> String {
    format!(
        "<configuration>\n<system.web>\n<sessionState mode=\"InProc\" timeout=\"{timeout}\" />\n</system.web>\n</configuration>\n"
    )
}

#[test]
fn the_export_of_the_products_logs_is_a_node_without_a_bundle() {
    let inner = zip(&[
        ("Node Logs - ID 2 - PAMWEB2/log/SS.log", KEY_ERROR.as_bytes()),
        ("Node Logs - ID 2 - PAMWEB2/log/SS-BSSR.log", QUIET.as_bytes()),
    ]);
    let outer = zip(&[("logs/all (1).zip", &inner)]);
    let analysis = of(&[("ticket.zip", &outer)]);
    assert_eq!(nodes(&analysis), ["PAMWEB2 serving loose"]);
    let error = &analysis.report.findings.iter().find(|finding| finding.rule == "ENC-002").unwrap();
    assert_eq!(findings(&analysis, "ENC-002").len(), 1);
    assert!(findings(&analysis, "ENC-002")[0].starts_with("Confirmed"), "node and time are known");
    let place = "ticket.zip/logs/all (1).zip/Node Logs - ID 2 - PAMWEB2/log/SS.log:1";
    assert_eq!(error.evidence[0].place, place);
    assert_eq!(error.evidence[0].grade.unwrap().word(), "loose");
    let first = analysis.report.errors.first.as_ref().unwrap();
    assert!(
        first.lines.iter().any(|line| line.place == place),
        "the lines around the first error are read again"
    );
    // Nothing else is known of the node, and a bundle of it is asked for.
    assert!(
        analysis.report.missing.iter().any(|missing| missing.ask == "Collect on PAMWEB2 and send the bundle")
    );
    assert!(
        analysis.report.missing.iter().all(|missing| !missing.ask.contains("again")),
        "it was never collected"
    );
    let page = markdown::render(&analysis.report).unwrap();
    assert!(page.contains("no bundle, only loose files") && page.contains("(loose files)"), "{page}");
}

#[test]
fn loose_files_prove_no_health() {
    let healthy = sample("healthy-3-node/WEB01/logs");
    let logs: Vec<(String, Vec<u8>)> = fs::read_dir(healthy)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (format!("WEB01/log/{}", entry.file_name().to_string_lossy()), fs::read(entry.path()).unwrap())
        })
        .collect();
    let files: Vec<(&str, &[u8])> =
        logs.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let dir = folder(&files);
    let analysis = analyze(dir.path(), |options| options.expect_nodes = vec!["WEB01".to_owned()]);
    assert_eq!(analysis.report.verdict.label, "CANNOT SAY");
    for rule in ["ENC-002", "VER-005", "LOG-005", "ROL-008", "CLU-006"] {
        let outcomes = outcomes(&analysis, rule);
        assert!(!outcomes.iter().any(|one| one.ends_with(" pass")), "{rule}: {outcomes:?}");
    }
    let passed: Vec<&String> = analysis
        .report
        .outcomes
        .iter()
        .filter(|one| one.outcome == "pass" && one.inputs.iter().any(|input| input.contains("log")))
        .map(|one| &one.rule)
        .collect();
    assert!(passed.is_empty(), "no rule passes on loose files: {passed:?}");
}

#[test]
fn whose_a_log_is_one_question_asks_and_an_option_answers() {
    let dir = folder(&[("SS.log", KEY_ERROR.as_bytes())]);
    let unsaid = analyze(dir.path(), |_| ());
    assert_eq!(nodes(&unsaid), ["SS.log unplaced loose"]);
    assert!(findings(&unsaid, "ENC-002")[0].starts_with("Inferred"), "{:?}", findings(&unsaid, "ENC-002"));
    assert_eq!(unsaid.report.verdict.label, "CANNOT SAY");
    let asked: Vec<&str> = unsaid
        .report
        .missing
        .iter()
        .map(|one| one.ask.as_str())
        .filter(|ask| ask.contains("SS.log"))
        .collect();
    assert_eq!(asked, ["Whose is SS.log?"]);
    let said = analyze(dir.path(), |options| {
        let node_of =
            vec![("SS.log".to_owned(), "vault-b".to_owned()), ("other".to_owned(), "x1".to_owned())];
        options.loose = LooseOptions { node_of, case_key: None };
    });
    assert_eq!(nodes(&said), ["vault-b serving loose"]);
    assert!(findings(&said, "ENC-002")[0].starts_with("Confirmed"));
    assert!(said.remarks.iter().any(|remark| remark.contains("--node-of names other")), "{:?}", said.remarks);
    assert_eq!(said.remarks.len(), 1);
}

#[test]
fn a_bundle_counts_before_loose_files_of_its_node() {
    let dir = tempfile::tempdir().unwrap();
    case("healthy-3-node").write(dir.path()).unwrap();
    let later = format!("{QUIET}2026-11-25 10:00:00,000 [5] ERROR Thycotic.X - {}", &KEY_ERROR[40..]);
    fs::write(dir.path().join("SS-WEB02.log"), &later).unwrap();
    let analysis = analyze(dir.path(), |_| ());
    assert!(findings(&analysis, "ENC-002").is_empty());
    let input = analysis.report.inputs.iter().find(|input| input.name == "SS-WEB02.log").unwrap();
    assert!(
        input.notes[0].contains("are not used") && input.notes[0].contains("2026-11-25 10:00"),
        "{:?}",
        input.notes
    );
    assert_eq!(input.sha256, None);
    assert!(analysis.report.nodes.iter().all(|node| node.grade == Some("bundle")));
}

#[test]
fn one_log_that_came_twice_counts_once() {
    let log: String =
        (0..60).map(|minute| QUIET.replace("09:57", &format!("08:{minute:02}"))).collect::<String>()
            + KEY_ERROR;
    let analysis = of(&[("WEB02/log/SS.log", log.as_bytes()), ("mail/SS-WEB02.log", log.as_bytes())]);
    assert_eq!(nodes(&analysis), ["WEB02 serving loose"]);
    assert!(findings(&analysis, "ENC-002")[0].ends_with("once"), "{:?}", findings(&analysis, "ENC-002"));
    let notes: Vec<&String> = analysis.report.inputs.iter().flat_map(|input| &input.notes).collect();
    assert!(notes.iter().any(|note| note.contains("is a copy of")), "{notes:?}");
}

#[test]
fn configurations_of_two_nodes_are_compared() {
    let (one, other) = (web_config("20"), web_config("45"));
    let files: &[(&str, &[u8])] =
        &[("WEB01-web.config", one.as_bytes()), ("WEB02-web.config", other.as_bytes())];
    let loose = of(files);
    assert_eq!(findings(&loose, "CFG-009").len(), 1);
    assert!(
        findings(&loose, "CFG-009")[0].starts_with("Inferred"),
        "a file on disk does not say of when it is"
    );
    let zipped = of(&[("configs.zip", &zip(files))]);
    assert!(findings(&zipped, "CFG-009")[0].starts_with("Confirmed"));
    let equal = of(&[("WEB01-web.config", one.as_bytes()), ("WEB02-web.config", one.as_bytes())]);
    assert_eq!(nodes(&equal), ["WEB01 serving loose", "WEB02 serving loose"], "equal bytes are two facts");
    assert_eq!(
        outcomes(&equal, "CFG-009"),
        ["the cluster unknown"],
        "what is equal in loose files proves nothing"
    );
}

#[test]
fn a_copied_application_folder_shows_what_is_in_it() {
    let node = NodeFolder::new("WEB06", "11.7.000049", "2026-11-20T08:30:00Z".parse().unwrap());
    let places: Vec<String> =
        node.files.keys().map(|path| format!("from WEB06/SecretServer/{path}")).collect();
    let copy: Vec<(&str, &[u8])> = places
        .iter()
        .zip(node.files.values())
        .map(|(place, bytes)| (place.as_str(), bytes.as_slice()))
        .filter(|(place, _)| !place.contains("/log/") && !place.ends_with("database.config"))
        .collect();
    let analysis = of(&[("copy.zip", &zip(&copy))]);
    assert_eq!(nodes(&analysis), ["WEB06 serving copied"]);
    assert_eq!(analysis.report.nodes[0].version, "11.7.000049");
    // What was left out is not absent.
    for rule in ["CFG-002", "LOG-004", "CLU-004"] {
        let outcomes = outcomes(&analysis, rule);
        assert!(outcomes.iter().all(|one| one.ends_with("unknown")), "{rule}: {outcomes:?}");
    }
    // The key file must not be here, and nothing of it is kept.
    assert_eq!(outcomes(&analysis, "BND-001").iter().filter(|one| one.ends_with("findings")).count(), 1);
    let page = json::render(&analysis.report).unwrap();
    let key = &node.files["encryption.config"];
    assert!(!contains(page.as_bytes(), &clusterbrief::bundle::Sha256::of(key).to_string().into_bytes()));
}

#[test]
fn files_of_iis_and_windows_are_named_and_nobody_is_accused() {
    let redirection = "<configuration><configurationRedirection enabled=\"true\" path=\"\\\\files\\iis\" userName=\"u\" \
        password=\"Pl4nted-redirect\" /></configuration>";
    let wer: Vec<u8> =
        "\u{feff}Version=1\r\nEventType=CLR20r3\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let analysis = of(&[
        (
            "appcmd.xml",
            b"<?xml version=\"1.0\"?>\n<appcmd>\n<APP APP.NAME=\"Default Web Site/SecretServer\" /></appcmd>",
        ),
        ("applicationHost.config", redirection.as_bytes()),
        (
            "u_ex261120.log",
            b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip\r\n",
        ),
        ("Report.wer", &wer),
        ("Engine Logs - ID 4 - ENG01/SSDE.log", QUIET.as_bytes()),
        ("WEB01/log/SS.log", QUIET.as_bytes()),
    ]);
    let reason = |name: &str| {
        let input = analysis.report.inputs.iter().find(|input| input.name.ends_with(name)).expect(name);
        input.reason.clone().unwrap_or_default()
    };
    assert!(reason("appcmd.xml").contains("output of appcmd") && reason("appcmd.xml").contains("send"));
    assert!(reason("applicationHost.config").contains("redirection.config"));
    assert!(reason("u_ex261120.log").contains("requests to IIS"));
    assert!(reason("Report.wer").contains("crashed"));
    assert!(reason("SSDE.log").contains("distributed engine"));
    assert_eq!(nodes(&analysis), ["WEB01 serving loose"]);
    for rule in ["BND-001", "BND-002"] {
        assert!(outcomes(&analysis, rule).iter().all(|one| !one.ends_with("findings")), "{rule}");
    }
    let page = json::render(&analysis.report).unwrap();
    assert!(
        !page.contains("Pl4nted") && !page.contains("--iis-config"),
        "nobody who sends a file has that option"
    );
}

#[test]
fn applicationhost_config_gives_the_settings_of_iis() {
    let node = NodeFolder::new("WEB06", "11.7.000049", "2026-11-20T08:30:00Z".parse().unwrap());
    let classic = node.iis.replace("managedPipelineMode=\"Integrated\"", "managedPipelineMode=\"Classic\"");
    assert_ne!(classic, node.iis, "the template sets the mode");
    let analysis = of(&[("n.zip", &zip(&[("WEB06-applicationHost.config", classic.as_bytes())]))]);
    assert_eq!(nodes(&analysis), ["WEB06 serving loose"]);
    let fact = analysis.cluster.nodes[0].fact("iis.pool.managedPipelineMode");
    assert_eq!(fact.value().map(String::as_str), Some("Classic"));
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// A configuration with a secret in every kind of place.
fn planted(mark: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<configuration>\n<!-- Password={mark}-comment -->\n<appSettings><add key=\"Odd\" \
         value=\"{mark}-value-7\"/><add key=\"SmtpPassword\" value=\"{mark}-smtp-8\"/></appSettings>\n<connectionStrings><add \
         name=\"a\" connectionString=\"Server=s;User Id=sa;Password={mark}-conn-9;\"/></connectionStrings>\n<system.web>\
         <machineKey validationKey=\"{}\"/></system.web>\n</configuration>\n",
        "AB12".repeat(16)
    )
}

#[test]
fn secrets_of_loose_files_reach_no_output() {
    let (one, other) = (planted("Qz4nted"), planted("Rz4nted"));
    let log = format!(
        "{QUIET}{}2026-11-20 09:59:00,000 [5] ERROR Thycotic.X - Login failed for user 'sa'. Qz4nted-value-7 and Qz4nted-smtp-8, \
         Password=Sz4nted-log; {}\n",
        KEY_ERROR.trim_end().to_owned() + " Qz4nted-conn-9 Qz4nted-smtp-8\n",
        "UXo0bnRlZC1zbXRwLTg="
    );
    let broken = "<configuration><a password=\"Tz4nted-broken\"></configuration>";
    let dll = Pe::new("11.7.000049", [11, 7, 49, 0]).bytes();
    let key: Vec<u8> = (0..=255).map(|at: u8| at.wrapping_mul(37)).collect();
    let dir = folder(&[
        ("WEB05-web.config", one.as_bytes()),
        ("WEB06-web.config", other.as_bytes()),
        ("WEB07-web.config", broken.as_bytes()),
        ("WEB05/log/SS.log", log.as_bytes()),
        ("WEB08/SecretServer/web.config", one.as_bytes()),
        ("WEB08/SecretServer/bin/Thycotic.ihawu.Business.dll", &dll),
        ("WEB08/SecretServer/encryption.config", &key),
        ("WEB08/SecretServer/database.config", &key[16..]),
        ("WEB08/SecretServer/log/SS.log", log.as_bytes()),
    ]);
    let analysis = analyze(dir.path(), |_| ());
    let report = &analysis.report;
    let outputs = [
        html::render(report).unwrap(),
        markdown::render(report).unwrap(),
        json::render(report).unwrap(),
        terminal::render(report, 120, false),
        format!("{:?}", analysis.cluster),
    ];
    for output in &outputs {
        for secret in ["z4nted", "AB12AB12", "UXo0bnRl"] {
            assert!(
                !output.contains(secret),
                "{secret}: {:?}",
                output.find(secret).map(|at| &output[at.saturating_sub(200)..at + 40])
            );
        }
    }
    assert!(report.findings.iter().any(|finding| finding.rule == "ENC-002"), "the log was read");
    // Values are told different, without anything that a guess could be tested with.
    let different = findings(&analysis, "CFG-017").len() + findings(&analysis, "CFG-009").len();
    assert!(different > 0);
    assert!(outputs[2].contains("{redacted:run::1}"), "a number in place of a fingerprint");
    assert!(!outputs[2].contains("redacted:case:"));
    for file in [one.as_bytes(), log.as_bytes(), &key] {
        let hash = clusterbrief::bundle::Sha256::of(file).to_string();
        assert!(!outputs[2].contains(&hash));
    }
    // A second run has another key and says the same.
    let again = analyze(dir.path(), |_| ());
    assert!(json::render(&again.report).unwrap() == outputs[2]);
}

#[test]
fn hostile_files_are_limited_and_told() {
    let long =
        format!("{QUIET}2026-11-20 09:58:00,000 [5] ERROR Thycotic.X - {}\n{KEY_ERROR}", "x".repeat(3 << 20));
    let binary: Vec<u8> = (0..20_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let deep = format!("<configuration>{}{}</configuration>", "<a>".repeat(5000), "</a>".repeat(5000));
    let analysis = of(&[
        ("WEB01/log/SS.log", long.as_bytes()),
        ("WEB01/log/SS-BSSR.log", b""),
        ("WEB02/log/SS.log", &binary),
        ("WEB03-web.config", deep.as_bytes()),
        ("WEB04-web.config", b""),
        ("WEB05-applicationHost.config", b"<configuration><system.applicationHost>"),
        ("Node Logs - ID 1 - ../../etc/SS.log", QUIET.as_bytes()),
        ("Node Logs - ID 1 - <i7>&/SS.log", QUIET.as_bytes()),
    ]);
    assert!(
        findings(&analysis, "ENC-002").iter().any(|title| title.contains("WEB01")),
        "after the long line"
    );
    let refused: Vec<&str> = analysis
        .report
        .inputs
        .iter()
        .filter(|input| input.reason.is_some())
        .map(|input| input.name.as_str())
        .collect();
    assert!(refused.iter().any(|name| name.contains("WEB04")), "{refused:?}");
    assert!(refused.iter().any(|name| name.contains("WEB05")), "{refused:?}");
    let page = html::render(&analysis.report).unwrap();
    assert!(!page.contains("<i7>"));
}

#[test]
fn a_case_key_makes_values_compare_with_bundles_of_that_key() {
    let config = planted("Uz4nted");
    let dir = folder(&[("WEB05-web.config", config.as_bytes())]);
    let key = clusterbrief::redact::CaseKey::parse(&"5a".repeat(32)).unwrap();
    let analysis = analyze(dir.path(), |options| {
        options.loose = LooseOptions { node_of: Vec::new(), case_key: Some(key.clone()) };
    });
    let page = json::render(&analysis.report).unwrap();
    assert!(page.contains(&format!("{{redacted:case:{}:", key.id())));
    assert!(!page.contains("z4nted") && !page.contains("5a5a5a5a"));
}

#[test]
fn an_application_folder_that_was_given_itself_takes_nothing_from_others() {
    let node = NodeFolder::new("WEB06", "11.7.000049", "2026-11-20T08:30:00Z".parse().unwrap());
    let places: Vec<String> = node.files.keys().map(|path| format!("WEB06/SecretServer/{path}")).collect();
    let files: Vec<(&str, &[u8])> = places
        .iter()
        .zip(node.files.values())
        .map(|(place, bytes)| (place.as_str(), bytes.as_slice()))
        .collect();
    let dir = folder(&files);
    let exports = folder(&[("nodes.json", b"[{\"MachineName\":\"WEB06\",\"InCluster\":true}]")]);
    let app = dir.path().join("WEB06/SecretServer");
    let options = Options::at("2026-11-20T12:00:00Z".parse().unwrap());
    let both = [app.as_path(), &exports.path().join("nodes.json")];
    let analysis = Analyzer::new().unwrap().analyze(open(both), &options);
    let list = analysis.report.inputs.iter().find(|input| input.name == "nodes.json").unwrap();
    assert_eq!(list.grade.unwrap().word(), "export");
    assert!(analysis.report.nodes.iter().any(|node| node.grade == Some("copied")));
}

#[test]
fn many_files_of_nobody_are_limited() {
    let places: Vec<String> = (0..30).map(|at| format!("mail {at}/SS.log")).collect();
    let files: Vec<(&str, &[u8])> =
        places.iter().map(|place| (place.as_str(), KEY_ERROR.as_bytes())).collect();
    let analysis = of(&files);
    assert_eq!(analysis.report.nodes.len(), 20);
    let refused = analysis.report.inputs.iter().filter(|input| input.reason.is_some());
    assert_eq!(refused.count(), 10);
    let asked = analysis.report.missing.iter().filter(|one| one.ask.starts_with("Whose"));
    assert_eq!(asked.count(), 1, "one question for all of them");
}
