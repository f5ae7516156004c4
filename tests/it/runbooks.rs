//! Checks of printed procedures: nothing in them is on the list of forbidden actions, every name is filled in, and the
//! upgrade of the set-up page is in them completely.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::demo::CASES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::knowledge::runbooks::{Purpose, RunbookRow, TaskRow};
use clusterbrief::model::BuildVersion;
use clusterbrief::plan::{Offer, PlanRequest, Runbook, Step, plan};
use std::fs;
use std::path::{Path, PathBuf};

fn knowledge() -> Knowledge {
    Knowledge::builtin().expect("knowledge")
}

fn tasks<'k>(knowledge: &'k Knowledge, row: &RunbookRow) -> Vec<&'k TaskRow> {
    let task = |id: &String| knowledge.tasks.iter().find(|task| task.id == *id);
    row.tasks.iter().map(|id| task(id).unwrap_or_else(|| panic!("no task {id}"))).collect()
}

/// Every text that is an instruction.
fn orders(task: &TaskRow) -> impl Iterator<Item = &str> {
    let lists = [&task.how, &task.check, &task.back].into_iter().flatten();
    lists.chain([&task.title]).map(String::as_str)
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|one| one == word)
}

/// Whether a sentence asks to copy a key file somewhere, or to remove it. Bringing the whole folder back from the node's own
/// backup does not count, nor does a sentence that keeps the files where they are.
fn endangers_key_files(sentence: &str) -> bool {
    const VERBS: [&str; 13] = [
        "attach",
        "bring",
        "copy",
        "delete",
        "drop",
        "mail",
        "move",
        "overwrite",
        "remove",
        "replace",
        "send",
        "transfer",
        "upload",
    ];
    const SPARING: [&str; 8] = ["leave", "leaves", "left", "neither", "never", "not", "stay", "without"];
    let text = sentence.to_lowercase();
    let named = ["encryption.config", "database.config", "key file"].iter().any(|name| text.contains(name));
    // "own": each node's backup keeps the node's own files, on the node.
    let spared = SPARING.iter().any(|word| has_word(&text, word)) || has_word(&text, "own");
    named && !spared && VERBS.iter().any(|verb| has_word(&text, verb))
}

#[test]
fn the_check_of_key_files_catches_faults() {
    for bad in [
        "Copy encryption.config to WEB02.",
        "Send database.config to the vendor's support.",
        "Overwrite the two key files of {others}.",
        "Delete encryption.config, and let the product make a new one.",
    ] {
        assert!(endangers_key_files(bad), "{bad}");
    }
    for good in [
        "Copy the folder without database.config and encryption.config.",
        "Leave database.config and encryption.config of {first} as they are, and remove nothing.",
        "Copy the whole folder on {nodes}, each with its own encryption.config and database.config.",
        "Send the users to WEB02.",
    ] {
        assert!(!endangers_key_files(good), "{good}");
    }
}

#[test]
fn no_upgrade_moves_destroys_or_sends_a_key_file() {
    let knowledge = knowledge();
    for row in knowledge.runbooks.iter().filter(|row| row.purpose == Purpose::Upgrade) {
        for task in tasks(&knowledge, row) {
            for order in orders(task) {
                assert!(!endangers_key_files(order), "{}, {}: {order}", row.id, task.id);
            }
        }
    }
}

/// Switches of robocopy that delete what they do not find at the source, or at the source itself.
fn deletes(text: &str) -> bool {
    let text = text.to_lowercase();
    ["/mir", "/mov", "/move", "/purge"].iter().any(|switch| {
        let longer =
            |after: &str| after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-');
        text.split(switch).skip(1).any(|after| !longer(after))
    })
}

/// Holds every file of the knowledge below a folder against it, and counts them.
fn walk(folder: &Path, seen: &mut usize) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, seen);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).expect("a text");
            *seen += 1;
            assert!(!deletes(&text), "{}", path.display());
        }
    }
}

#[test]
fn no_text_of_the_knowledge_knows_a_switch_that_deletes() {
    assert!(deletes("robocopy a b /E /MIR") && deletes("/purge.") && !deletes("D:backup/moving-sql-server"));
    let mut seen = 0;
    walk(&root().join("src/knowledge"), &mut seen);
    assert!(seen > 20, "the knowledge was not found");
}

fn switches_on(task: &TaskRow) -> bool {
    task.how.iter().any(|order| {
        let text = order.to_lowercase();
        let what = text.contains("maintenance mode") || text.contains("version mismatch");
        what && (text.contains("enter the upgrade mode") || text.contains("mode on for"))
    })
}

fn switches_off(task: &TaskRow, what: &str) -> bool {
    let certain = task.only.is_empty() && task.versions.is_none() && task.crosses.is_empty();
    certain && task.how.iter().any(|order| order.to_lowercase().contains(what) && has_word(order, "off"))
}

#[test]
fn what_suspends_the_check_of_versions_is_switched_off_again_in_every_runbook() {
    let knowledge = knowledge();
    let mut suspending = Vec::new();
    for row in knowledge.runbooks.iter().filter(|row| row.purpose == Purpose::Upgrade) {
        let tasks = tasks(&knowledge, row);
        let on = tasks.iter().rposition(|task| switches_on(task));
        suspending.extend(on.map(|_| row.id.as_str()));
        for what in ["maintenance mode", "allow version mismatch"] {
            let off = tasks.iter().rposition(|task| switches_off(task, what));
            assert!(off.is_some() && off >= on, "{} leaves {what} on", row.id);
        }
    }
    assert_eq!(suspending, ["load-balanced", "rolling"], "the test sees who switches it on");
}

#[test]
fn the_set_up_pages_upgrade_is_in_the_classic_runbook_step_by_step() {
    // The five steps of the page, each with the tasks that do it, in order.
    const STEPS: [(&str, &[&str]); 5] = [
        ("Back up the original server.", &["backup-folders", "backup-database"]),
        ("Stop all but the original web server.", &["stop-others"]),
        ("Upgrade it as a single instance.", &["upgrade-first"]),
        (
            "Copy its folder to the others, without database.config and encryption.config.",
            &["verify-first", "copy-folder"],
        ),
        ("Start the others and see that they work.", &["start-others"]),
    ];
    let page = fs::read_to_string(root().join("docs/setup-page.md")).expect("the page");
    let audited = audit("healthy-3-node", "12.4.000002");
    let classic = runbooks(&audited).into_iter().find(|one| one.id == "classic").expect("classic");
    let mut last = 0;
    for (index, (asks, tasks)) in STEPS.iter().enumerate() {
        let row = format!("| Upgrade {} | {asks}", index + 1);
        assert!(page.contains(&row), "docs/setup-page.md has no {row:?}");
        for task in *tasks {
            let step = classic.steps.iter().find(|step| step.task == *task);
            let step = step.unwrap_or_else(|| panic!("no step {task}"));
            assert!(step.number > last, "{task} comes too early");
            last = step.number;
        }
    }
    assert!(!page.contains("| Upgrade 6 |"), "the page has five steps");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn audit(name: &str, target: &str) -> Analysis {
    let options = Options {
        target: Some(BuildVersion::parse(target).expect("a build")),
        ..Options::at("2026-11-20T12:00:00Z".parse().expect("a time"))
    };
    let given = open([&sample(name)]);
    Analyzer::new().expect("knowledge").analyze(given, &options)
}

fn runbooks(audited: &Analysis) -> Vec<Runbook> {
    let wishes = [PlanRequest::Upgrade { by: None }, PlanRequest::AddNode("WEB09".into())];
    let plans = wishes.iter().filter_map(|wish| plan(&audited.cluster, &audited.results, &knowledge(), wish));
    let mut all: Vec<Runbook> = plans.flat_map(|plan| plan.runbooks).collect();
    all.extend(audited.report.repairs.iter().cloned());
    all
}

fn sentences(step: &Step) -> impl Iterator<Item = &String> {
    [&step.how, &step.check, &step.back].into_iter().flatten()
}

#[test]
fn runbooks_of_every_sample_fill_in_every_name() {
    for case in CASES {
        for target in ["12.4.000002", case.target.unwrap_or("10.9.000064")] {
            let audited = audit(case.name, target);
            let all = runbooks(&audited);
            assert!(all.len() >= 3, "{}: three ways to upgrade at least", case.name);
            for runbook in &all {
                let at = format!("{}, {}", case.name, runbook.id);
                for step in &runbook.steps {
                    let commands = step.commands.iter().map(|command| &command.line);
                    for text in sentences(step).chain([&step.title]).chain(&step.notes).chain(commands) {
                        assert!(!text.contains(['{', '}']), "{at}: {text}");
                        assert!(!deletes(text), "{at}: {text}");
                    }
                    assert!(!step.title.ends_with('.'), "{at}: {}", step.title);
                    for sentence in sentences(step) {
                        assert!(sentence.ends_with('.') && sentence.len() <= 300, "{at}: {sentence}");
                    }
                }
                assert!(!runbook.choose.contains('{') && !runbook.title.contains('{'), "{at}");
                let refused = matches!(runbook.offer, Offer::Refused { .. });
                assert_eq!(runbook.steps.is_empty(), refused, "{at}");
            }
        }
    }
}
