//! Building a node and fixing the errors of the set-up page: each step of the page has a task, evidence ticks only what it
//! proves, and an error adds its repair.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::demo::CASES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::plan::{PlanRequest, Runbook, Step, plan};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("knowledge"));

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn audit(name: &str) -> Analysis {
    let options = Options::at("2026-11-20T12:00:00Z".parse().expect("a time"));
    AUDITOR.analyze(open([&sample(name)]), &options)
}

fn building(audited: &Analysis, new: &str) -> Runbook {
    let wish = PlanRequest::AddNode(new.into());
    let plan = plan(&audited.cluster, &audited.results, AUDITOR.knowledge(), &wish).expect("a plan");
    plan.runbooks.into_iter().next().expect("a runbook")
}

fn step<'r>(runbook: &'r Runbook, task: &str) -> &'r Step {
    let step = runbook.steps.iter().find(|step| step.task == task);
    step.unwrap_or_else(|| panic!("{} has no step {task}", runbook.id))
}

fn ticked(runbook: &Runbook) -> Vec<&str> {
    let steps = runbook.steps.iter().filter(|step| !step.proven.is_empty());
    steps.map(|step| step.task.as_str()).collect()
}

#[test]
fn each_step_of_the_set_up_page_is_a_task_of_a_runbook_in_the_pages_order() {
    let knowledge = Knowledge::builtin().expect("knowledge");
    let page = fs::read_to_string(root().join("docs/setup-page.md")).expect("the page").replace("\r\n", "\n");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").collect())
        .filter(|cells: &Vec<&str>| cells.first() != Some(&"Step"))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for cells in &rows {
        let (name, done_by) = (cells.first().expect("a step"), cells.last().expect("who does it"));
        let (book, tasks) = done_by.split_once(": ").unwrap_or_else(|| panic!("{name}: {done_by}"));
        let book = knowledge.runbooks.iter().find(|row| row.id == book.trim_matches('`'));
        let book = book.unwrap_or_else(|| panic!("{name}: there is no runbook for {done_by}"));
        let place = |task: &str| book.tasks.iter().position(|one| *one == task.trim_matches('`'));
        let places = tasks
            .split(", ")
            .map(|task| place(task).unwrap_or_else(|| panic!("{name}: {} has no task {task}", book.id)));
        let last = places.max().expect("a task");
        let kind = name.split(' ').next().unwrap_or_default();
        *counts.entry(kind).or_default() += 1;
        // The note belongs to two moments: the file is unprotected before the copy and protected after it.
        if !name.ends_with("note") {
            let before = reached.entry(book.id.as_str()).or_default();
            assert!(last >= *before, "{name} comes too early in {}", book.id);
            *before = last;
        }
    }
    assert_eq!(counts, BTreeMap::from([("Error", 3), ("Set-up", 14), ("Upgrade", 5)]));
}

#[test]
fn a_new_node_has_its_name_everywhere_and_no_step_of_its_own_ticked() {
    let runbook = building(&audit("healthy-3-node"), "WEB09");
    assert_eq!(runbook.title, "Build the node WEB09");
    assert_eq!(ticked(&runbook), ["new-source", "enable-clustering", "bus-installed", "custom-url"]);
    for task in ["new-copy", "new-pool", "new-application", "new-open", "new-connection", "new-licences"] {
        let step = step(&runbook, task);
        assert_eq!(step.nodes, ["WEB09"], "{task}");
        assert!(
            step.commands.iter().all(|command| command.node == "WEB09" && command.open.is_empty()),
            "{task}"
        );
    }
    assert_eq!(step(&runbook, "new-connection").pages, ["https://WEB09/SecretServer/DbConnectionReset.aspx"]);
    assert!(
        runbook.steps.iter().all(|step| step.task != "new-clock"),
        "dates are compared by old builds only"
    );
    assert!(building(&audit("clock-skew-legacy"), "WEB09").steps.iter().any(|step| step.task == "new-clock"));
}

#[test]
fn a_node_that_is_there_is_ticked_by_its_own_evidence() {
    let runbook = building(&audit("healthy-3-node"), "web02");
    assert_eq!(runbook.title, "Build the node WEB02", "the name as the cluster writes it");
    assert!(
        runbook.preface.iter().any(|remark| remark.starts_with("WEB02 is already known")),
        "{:?}",
        runbook.preface
    );
    let ticks = ticked(&runbook);
    for task in ["new-copy", "new-pool", "new-application", "new-open", "new-connection"] {
        assert!(ticks.contains(&task), "{task} is proven");
    }
    assert!(!ticks.contains(&"new-balancer"), "nothing shows what the load balancer sends where");
    let wrong_key = building(&audit("key-mismatch"), "WEB02");
    assert!(!ticked(&wrong_key).contains(&"new-copy"), "a node with another key was not copied");
}

#[test]
fn an_invalid_name_appears_in_no_text() {
    let mut runbook = building(&audit("healthy-3-node"), "WEB09\" & calc");
    // Names of nodes beside the texts are data, which renderers escape.
    runbook.steps.iter_mut().for_each(|step| step.nodes.clear());
    let text = serde_json::to_string(&runbook).expect("JSON");
    assert!(!text.contains("calc"), "{text}");
    assert!(runbook.preface.iter().any(|remark| remark.contains("not a valid machine name")));
}

#[test]
fn each_error_of_the_set_up_page_has_its_repair_and_a_healthy_cluster_needs_none() {
    let due = BTreeMap::from([
        ("clock-skew-legacy", ("repair-clock", "Give all nodes the same date and time")),
        ("key-mismatch", ("repair-key", "Bring the right key file to WEB02")),
        ("mid-upgrade", ("repair-version", "Bring WEB03 to the build of the database")),
        ("eight-nodes", ("repair-version", "Bring WEB03 to the build of the database")),
        ("upgrade-2-half-way", ("repair-version", "Bring WEB03 to the build of the database")),
    ]);
    for case in CASES {
        let audited = audit(case.name);
        let repairs: Vec<(&str, &str)> =
            audited.report.repairs.iter().map(|one| (one.id.as_str(), one.title.as_str())).collect();
        let expected: Vec<(&str, &str)> = due.get(case.name).copied().into_iter().collect();
        assert_eq!(repairs, expected, "{}", case.name);
    }
}

#[test]
fn a_repair_copies_from_a_working_node_to_the_broken_one() {
    let audited = audit("mid-upgrade");
    let repair = audited.report.repairs.first().expect("a repair");
    let copy = step(repair, "version-copy");
    assert_eq!(copy.nodes, ["WEB03"]);
    let lines: Vec<&str> = copy.commands.iter().map(|command| command.line.as_str()).collect();
    let robocopy: Vec<&&str> =
        lines.iter().filter(|line| line.starts_with(r#"robocopy "\\WEB01\C$\"#)).collect();
    assert_eq!(robocopy.len(), 2, "{lines:?}");
    assert!(robocopy.iter().all(|line| line.contains("/XF database.config encryption.config")));
    assert!(robocopy.first().is_some_and(|line| line.contains(" /L ")), "it is listed before it is done");
    let prints = lines.iter().filter(|line| line.starts_with("certutil")).count();
    assert_eq!(prints, 4, "both files, before and after");
    assert!(copy.notes.iter().any(|note| note.contains("database.config only")), "both readings are given");

    let audited = audit("key-mismatch");
    let repair = audited.report.repairs.first().expect("a repair");
    assert!(
        repair.steps.iter().all(|step| step.commands.iter().all(|one| !one.line.contains("robocopy \"\\\\"))),
        "no key file is copied by a command"
    );
}
