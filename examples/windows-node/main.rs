//! The parts of `scripts/check-windows` that are hard in a shell: writing the files of a node, and comparing two bundles of it.
//!
//! * `windows-node make FOLDER NODE CLOCK` writes an application folder, its neighbour and `applicationHost.config`.
//! * `windows-node compare PAGE WINDOWS LINUX` fails unless two bundles of the same folder agree in everything but the
//!   fields that the table of `PAGE` lists, and differ in each of those.
//! * `windows-node facts BUNDLE` prints what is known of the machine, one line a fact.
//! * `windows-node decided REPORT INPUT` prints the rules that one input of a JSON report decided, one line a rule.
#![expect(clippy::print_stdout, reason = "a command that prints what it found")]

mod compare;

use anyhow::{Context as _, Result, bail};
use clusterbrief::bundle::{Bundle, FACTS};
use clusterbrief::demo::NodeFolder;
use serde_json::Value;
use std::path::Path;

/// Largest member that is compared, in bytes; made nodes have less.
const MOST: u64 = 64 << 20;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder, node, clock] => make(Path::new(folder), node, clock),
        ["compare", page, windows, linux] => compare::compare(Path::new(page), windows, linux),
        ["facts", bundle] => facts(bundle),
        ["decided", report, input] => decided(report, input),
        _ => bail!(
            "usage: windows-node make FOLDER NODE CLOCK | compare PAGE WINDOWS LINUX | facts BUNDLE | decided REPORT INPUT"
        ),
    }
}

/// A healthy node, with names that Windows and Linux have to agree on.
fn make(folder: &Path, node: &str, clock: &str) -> Result<()> {
    let mut made = NodeFolder::new(node, "11.7.000049", clock.parse().context("the clock")?);
    let deep = ["a folder with a long name that repeats"; 8].join("/");
    made.put(&format!("customresources/{deep}/deep.xml"), "<deep />");
    made.put("customresources/日本語/übergrößenträger Ω.xml", "<names />");
    made.put("customresources/.dotted/no extension", "text");
    made.write(folder)?;
    Ok(())
}

fn facts(bundle: &str) -> Result<()> {
    let facts = json(&Bundle::open(Path::new(bundle))?, FACTS)?;
    let machine = facts.get("machine").and_then(Value::as_object).context("no facts of the machine")?;
    for (fact, observed) in machine {
        let said = observed.pointer("/known/value").unwrap_or(observed);
        println!("{fact} {}", said.as_str().map_or_else(|| said.to_string(), str::to_owned));
    }
    Ok(())
}

fn decided(report: &str, input: &str) -> Result<()> {
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report)?)?;
    let inputs = report.get("inputs").and_then(Value::as_array).context("no inputs in the report")?;
    let mine = inputs.iter().find(|one| one.get("name").is_some_and(|name| name == input));
    let rules = mine.and_then(|input| input.get("decided")?.as_array()).context("no such input")?;
    rules.iter().filter_map(Value::as_str).for_each(|rule| println!("{rule}"));
    Ok(())
}

/// A member as JSON.
fn json(bundle: &Bundle, member: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&bundle.bytes(member, MOST)?)?)
}
