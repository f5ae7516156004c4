//! Inputs that are changed, incomplete, refused or secret: what still counts, and what is reported.

use super::{Bundle, case, case_with, input, node, options, texts};
use clusterbrief::bundle::{Form, MemberName, MemberRecord, Status};
use clusterbrief::model::input::ProblemKind;
use clusterbrief::model::{InputStatus, Observed};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

#[test]
fn a_changed_member_loses_only_its_own_facts() {
    let folder = TempDir::new().unwrap();
    for (name, member) in [
        ("facts", "facts.json"),
        ("inventory", "inventory.jsonl"),
        ("config", "config/web.config"),
        ("log", "logs/SS.log"),
    ] {
        let path = Bundle::of("WEB01").write(folder.path(), name, Form::Folder);
        let changed = fs::read(path.join(member)).unwrap().iter().map(|byte| byte ^ 1).collect::<Vec<_>>();
        fs::write(path.join(member), changed).unwrap();
        let case = case_with(&[&path], &options());
        let input = &case.cluster.inputs[0];
        assert_eq!(
            (input.status, input.problems[0].kind),
            (InputStatus::Partly, ProblemKind::Tampered),
            "{member}"
        );
        assert_eq!(input.problems.len(), 1, "{:?}", input.problems);
        let snapshot = node(&case, "WEB01").snapshot.as_ref().unwrap();
        let unreadable = |unreadable: bool, what: &str| {
            assert_eq!(unreadable, what == name, "{what} when {name} was changed");
        };
        unreadable(matches!(snapshot.facts.host.machine_id, Observed::Unreadable { .. }), "facts");
        unreadable(matches!(snapshot.inventory, Observed::Unreadable { .. }), "inventory");
        unreadable(matches!(snapshot.settings["web.config"], Observed::Unreadable { .. }), "config");
        unreadable(snapshot.logs.value().unwrap().files[0].broken.is_some(), "log");
    }
}

#[test]
fn what_was_not_collected_is_reported_once_for_each_reason() {
    let folder = TempDir::new().unwrap();
    let mut bundle = Bundle::of("WEB01");
    let record = |name: &str, status| MemberRecord::not_taken(MemberName::parse(name).unwrap(), name, status);
    let old = || Status::Skipped { why: "older than 14 days".into() };
    bundle.extra = vec![
        record("logs/SS.log.1", old()),
        record("logs/SS.log.2", old()),
        record("logs/SS-BWSR.log", Status::Denied { why: "access denied".into() }),
        record("config/web-auth.config", Status::Missing),
    ];
    bundle.write(folder.path(), "one", Form::Zip);
    let case = case(&folder);
    let input = input(&case, "one.zip");
    assert_eq!(input.status, InputStatus::Read);
    assert_eq!(
        input.problems.iter().map(|problem| (problem.kind, problem.text.as_str())).collect::<Vec<_>>(),
        [
            (ProblemKind::Incomplete, "logs/SS.log.1 and 1 more: skipped, older than 14 days."),
            (ProblemKind::Rights, "logs/SS-BWSR.log: denied, access denied."),
        ]
    );
    let logs = node(&case, "WEB01").snapshot.as_ref().unwrap().logs.value().unwrap();
    let broken: Vec<_> =
        logs.files.iter().filter_map(|log| Some((log.name.as_str(), log.broken.as_deref()?))).collect();
    assert_eq!(broken, [("logs/SS-BWSR.log", "access denied")]);
}

#[test]
fn facts_that_the_format_does_not_know_do_not_count() {
    let folder = TempDir::new().unwrap();
    let mut bundle = Bundle::of("WEB01");
    bundle.inventory.push_str("{\"path\":\"x\",\"size\":1,\"extra\":true}\n");
    bundle.config = "<configuration><unclosed></configuration>".into();
    bundle.write(folder.path(), "one", Form::Zip);
    let case = case(&folder);
    assert_eq!(texts(input(&case, "one.zip")).len(), 2);
    let snapshot = node(&case, "WEB01").snapshot.as_ref().unwrap();
    assert!(snapshot.inventory.why_unknown().unwrap().starts_with("inventory.jsonl:2 could not be read"));
    assert!(
        snapshot.settings["web.config"]
            .why_unknown()
            .unwrap()
            .starts_with("config/web.config:1 could not be read")
    );
}

#[test]
fn every_refusal_is_a_sentence_that_names_its_input() {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("empty.csv", ""),
        ("notes.txt", "see you tomorrow"),
        ("health.json", "{\"healthy\":true}"),
        ("cut.json", "[{\"machineName\":\"WEB01\","),
        ("cut.zip", "PK\u{3}\u{4}"),
        ("answers.toml", "[[answer]]\nquestion = 1\n"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/deep.txt"), "see you next week").unwrap();
    let case = case_with(&[folder.path(), Path::new("/nowhere/nodes.json")], &options());
    assert_eq!(case.cluster.inputs.len(), 8);
    for input in &case.cluster.inputs {
        assert!(!input.status.is_used(), "{}", input.name);
        let [text] = texts(input)[..] else { panic!("{:?}", input.problems) };
        assert!(text.starts_with(&input.name) && text.ends_with('.'), "{text}");
    }
    assert!(case.cluster.nodes.is_empty());
}

#[test]
fn an_answer_for_an_unknown_node_does_not_count_and_the_same_file_twice_counts_once() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    let answer = "[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\nnode = \"WEB09\"\n";
    fs::write(folder.path().join("answers.toml"), answer).unwrap();
    fs::write(folder.path().join("copy.toml"), answer).unwrap();
    let case = case(&folder);
    assert!(case.cluster.answers.by_question.is_empty());
    let input = input(&case, "answers.toml");
    assert_eq!(
        texts(input),
        ["answers.toml:1 answers for WEB09, which is no node of this case; the answer does not count."]
    );
    assert_eq!(input.notes, ["The same bytes were given again as copy.toml; they count once."]);
    assert_eq!(case.cluster.inputs.len(), 2);
}

/// Bytes in the shape of a key file: what no text is made of.
fn key_file() -> Vec<u8> {
    (0..457u32).map(|i| u8::try_from(i.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect()
}

#[test]
fn a_secret_removes_the_evidence_of_its_bundle_and_of_no_other() {
    let folder = TempDir::new().unwrap();
    let mut config = Bundle::of("WEB01");
    config.config = "<configuration><connectionStrings><add connectionString=\"Server=s;User ID=sa;Password=hunter2hunter2\" /></connectionStrings></configuration>".into();
    config.write(folder.path(), "config", Form::Zip);
    let mut log = Bundle::of("WEB02");
    log.log
        .push_str("2026-11-20 09:00:01,000 [1] ERROR X - Data Source=s;User ID=sa;Password=hunter2hunter2\n");
    log.write(folder.path(), "log", Form::Folder);
    let stray = Bundle::of("WEB03").write(folder.path(), "stray", Form::Folder);
    fs::write(stray.join("encryption - Copy.config"), key_file()).unwrap();
    let changed = Bundle::of("WEB04").write(folder.path(), "changed", Form::Folder);
    fs::write(changed.join("config/web.config"), key_file()).unwrap();
    Bundle::of("WEB05").write(folder.path(), "whole", Form::Zip);
    fs::write(folder.path().join("database.config"), key_file()).unwrap();

    let case = case(&folder);
    for (name, kind) in [
        ("config.zip", ProblemKind::Secret),
        ("log", ProblemKind::Secret),
        ("stray", ProblemKind::KeyMaterial),
        ("changed", ProblemKind::MayBeKeyMaterial),
        ("database.config", ProblemKind::KeyMaterial),
    ] {
        let input = input(&case, name);
        // What the manifest does not vouch for is left out, and the rest counts.
        let is_left_out = ["stray", "changed"].contains(&name);
        let status = if is_left_out { InputStatus::Partly } else { InputStatus::Refused };
        assert_eq!(input.status, status, "{name}");
        assert!(input.problems.iter().any(|problem| problem.kind == kind), "{name}: {:?}", input.problems);
    }
    let nodes: Vec<&str> = case.cluster.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(nodes, ["WEB03", "WEB04", "WEB05"]);
    assert!(!format!("{:?}", case.cluster).contains("hunter2"));
}

#[test]
fn an_entry_that_the_manifest_does_not_list_is_reported_and_nothing_else_is_lost() {
    let folder = TempDir::new().unwrap();
    let path = Bundle::of("WEB01").write(folder.path(), "one", Form::Folder);
    fs::write(path.join("notes.txt"), "nothing secret in here").unwrap();
    let case = case(&folder);
    let input = input(&case, "one");
    assert_eq!((input.status, input.problems[0].kind), (InputStatus::Read, ProblemKind::Unlisted));
    assert!(node(&case, "WEB01").snapshot.is_some());
}
