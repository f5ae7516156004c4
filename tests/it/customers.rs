//! What a customer reads before, during and after: the page, the dry run, and the manifest have the same list.

use crate::support::bless::{compare, compare_part};
use crate::support::site::{Site, Taken};
use clusterbrief::collect::inventory_table::Row;
use clusterbrief::collect::{FixedHost, Options, TouchKind, dry_run, inventory_table};
use clusterbrief::probes::{EVENTS, FakeSystem, HOST, ProbeAccess, probes};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/for-customers.md");
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/healthy-3-node/WEB01/manifest.json");

/// The page with the text between two lines replaced.
fn with(page: &str, begin: &str, end: &str, between: &str) -> String {
    let (head, rest) = page.split_once(begin).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    format!("{head}{begin}\n{between}{end}{tail}")
}

fn list(texts: impl Iterator<Item = &'static str>) -> String {
    texts.map(|text| format!("* {text}\n")).collect::<Vec<_>>().concat()
}

/// A real manifest, shortened to its head and the row of a log.
fn sample() -> String {
    let manifest = fs::read_to_string(SAMPLE).unwrap().replace("\r\n", "\n");
    let (head, _) = manifest.split_once("  \"collection\"").unwrap();
    let log = manifest.find("    {\n      \"path\": \"logs/SS.log\"").unwrap();
    let (log, _) = manifest.split_at(log).1.split_once("\n    }").unwrap();
    format!("```json\n{head}  ...\n  \"members\": [\n    ...\n{log}\n    }},\n    ...\n```\n")
}

#[test]
fn the_page_for_customers_matches_the_table_and_shows_a_real_manifest() {
    let page = fs::read_to_string(PAGE).unwrap().replace("\r\n", "\n");
    let lists = format!(
        "\n{}\nNever taken:\n\n{}\n",
        list(inventory_table::TABLE.iter().map(|row| row.what.as_str())),
        list(inventory_table::NEVER.iter().copied())
    );
    let made = with(
        &page,
        "<!-- generated from src/collect/inventory_table.toml -->",
        "<!-- end of the generated part -->",
        &lists,
    );
    let made = with(
        &made,
        "<!-- begin of the sample -->",
        "<!-- end of the sample -->",
        &format!("\n{}\n", sample()),
    );
    compare("docs/for-customers.md", &made);
    let words = page.split("```").step_by(2).flat_map(str::split_whitespace);
    let words = words.filter(|word| word.chars().any(char::is_alphanumeric)).count();
    assert!(words < 600, "two minutes to read are not {words} words");
}

#[test]
fn the_manifest_has_the_same_list_and_every_member_belongs_to_it() {
    let site = Site::new(|_| {});
    for (host, windows) in [
        (site.node.host(), false),
        (FixedHost { system: Some(FakeSystem::default()), ..site.node.host() }, true),
    ] {
        let options = Options { out: site.dir.path().join(windows.to_string()), ..site.options() };
        let collected =
            clusterbrief::collect::run(&options, &host, &mut clusterbrief::collect::Silent).unwrap();
        let taken = Taken::of(collected);
        let manifest = taken.bundle.manifest();
        let in_manifest: Vec<&str> = manifest.looked_at.iter().map(|row| row.what.as_str()).collect();
        let rows: Vec<String> =
            inventory_table::rows(false, windows).map(|row| inventory_table::plain(&row.what)).collect();
        assert_eq!(in_manifest, rows);
        let never: Vec<String> =
            inventory_table::NEVER.iter().map(|never| inventory_table::plain(never)).collect();
        assert_eq!(manifest.never_taken, never);
        for row in &manifest.looked_at {
            assert!(!row.source.replace("and below", "").contains("below"), "nothing is below: {row:?}");
        }
        for member in &manifest.members {
            let path = member.path.as_str();
            let folder = path.split_once('/').map_or(path.to_owned(), |(folder, _)| format!("{folder}/"));
            let named =
                inventory_table::rows(false, windows).any(|row| row.member.contains(&format!("`{folder}`")));
            assert!(named, "{path} is in no row");
        }
        // What the dry run lists belongs to the same rows, and no row is without anything.
        let touches = dry_run(&options, &host).unwrap();
        let listed: BTreeSet<String> = touches
            .iter()
            .filter_map(|touch| touch.row)
            .map(|row| inventory_table::plain(&row.what))
            .collect();
        let rare = [inventory_table::Item::KeyCopy, inventory_table::Item::Other];
        for row in inventory_table::rows(false, windows).filter(|row| !rare.contains(&row.item)) {
            assert!(
                listed.contains(&inventory_table::plain(&row.what)),
                "{} is nowhere in the dry run",
                row.what
            );
        }
        assert!(listed.iter().all(|what| rows.contains(what)), "{listed:?}");
        // Every text that is in the bundle was announced as a file that is read.
        for member in
            manifest.members.iter().filter(|member| member.content().is_some() && !member.origin.is_empty())
        {
            let read = touches.iter().any(|touch| {
                touch.kind == TouchKind::Read && touch.source.replace('\\', "/").ends_with(&member.origin)
            });
            assert!(read, "{} was not announced", member.origin);
        }
    }
}

#[test]
fn the_printed_dry_run_has_the_same_list() {
    let site = Site::new(|_| {});
    let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(["collect", "--dry-run", "--node", "WEB01", "--app-dir"])
        .arg(site.app())
        .args(["--out", "out"])
        .current_dir(site.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in inventory_table::rows(true, false)
        .map(|row| row.what.as_str())
        .chain(inventory_table::NEVER.iter().copied())
    {
        assert!(said.contains(&inventory_table::plain(text)), "{text}: {said}");
    }
}

/// The table as Markdown, with what Windows is asked and the list of program types below it.
fn markdown() -> String {
    let quoted = |texts: Vec<String>, between: &str| -> String {
        texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(between)
    };
    let accesses = |asks: &[ProbeAccess]| quoted(asks.iter().map(ToString::to_string).collect(), "<br>");
    let rows = inventory_table::TABLE.iter().map(|Row { what, source, why, member, secrets, .. }| {
        format!("| {what} | {source} | {why} | {member} | {secrets} |\n")
    });
    let facts =
        probes().into_iter().map(|probe| format!("| `{}` | {} |\n", probe.fact, accesses(probe.accesses)));
    format!(
        "| What | Where | Why | In the bundle | Secrets |\n|---|---|---|---|---|\n{}\n\
         Of Windows, and of no other system, each fact is taken from:\n\n| Fact | Asked for |\n|---|---|\n{}\
         | the first two rows above | {} |\n| the row of event logs | {} |\n\n\
         Program files are those of the types {}.\n",
        rows.collect::<String>(),
        facts.collect::<String>(),
        accesses(HOST),
        accesses(EVENTS),
        quoted(inventory_table::PROGRAM_TYPES.iter().map(ToString::to_string).collect(), ", "),
    )
}

#[test]
fn the_documentation_holds_the_table() {
    let part =
        ["<!-- generated from src/collect/inventory_table.toml -->\n", "<!-- end of the generated part -->"];
    compare_part("docs/what-is-collected.md", part, &format!("\n{}\n", markdown()));
}
