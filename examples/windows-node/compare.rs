//! Two bundles of one folder, collected on Windows and on Linux.

use super::{MOST, json};
use anyhow::{Context as _, Result, ensure};
use clusterbrief::bundle::{Bundle, FACTS, MANIFEST};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where the table of fields that may differ begins and ends in the page.
const TABLE: (&str, &str) = ("<!-- fields that differ -->", "<!-- end of the fields -->");

/// Fails unless the bundles differ in the listed fields, in all of them, and in nothing else.
pub(super) fn compare(page: &Path, windows: &str, linux: &str) -> Result<()> {
    let page = std::fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let listed = listed(&page)?;
    let open = |path: &str| {
        let bundle = Bundle::open(Path::new(path))?;
        ensure!(bundle.problems().is_empty(), "{path}: {:?}", bundle.problems());
        Ok(bundle)
    };
    let (windows, linux) = (open(windows)?, open(linux)?);

    let (names, theirs) = (members(&windows), members(&linux));
    ensure!(
        names == theirs,
        "the members differ: {:?}",
        names.symmetric_difference(&theirs).collect::<Vec<_>>()
    );
    let mut wrong = Vec::new();
    let plain = names.iter().filter(|name| *name != FACTS);
    for name in plain.clone() {
        if windows.bytes(name, MOST)? != linux.bytes(name, MOST)? {
            wrong.push(format!("{name} differs"));
        }
    }
    let mut differ = differences(
        MANIFEST,
        &serde_json::to_value(windows.manifest())?,
        &serde_json::to_value(linux.manifest())?,
    );
    differ.extend(differences(FACTS, &json(&windows, FACTS)?, &json(&linux, FACTS)?));
    let covers = |row: &str, field: &str| {
        field.strip_prefix(row).is_some_and(|below| below.is_empty() || below.starts_with('.'))
    };
    for (field, values) in &differ {
        if !listed.iter().any(|row| covers(row, field)) {
            wrong.push(format!("{field} differs and is not listed: {values}"));
        }
    }
    for row in &listed {
        if !differ.keys().any(|field| covers(row, field)) {
            wrong.push(format!("{row} is listed and does not differ"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{} members with equal bytes; {} fields differ, all of them listed",
        plain.count(),
        differ.len()
    );
    Ok(())
}

/// The fields in the first column of the table.
fn listed(page: &str) -> Result<Vec<String>> {
    let table = page.split_once(TABLE.0).and_then(|(_, rest)| rest.split_once(TABLE.1));
    let (table, _) = table.context("the page has no table of fields that differ")?;
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    Ok(rows.map(|(field, _)| field.to_owned()).collect())
}

fn members(bundle: &Bundle) -> BTreeSet<String> {
    let with_bytes = bundle.members().filter(|record| record.content().is_some());
    with_bytes.map(|record| record.path.as_str().to_owned()).collect()
}

/// Every place in which two documents differ, with what they say there.
fn differences(member: &str, one: &Value, other: &Value) -> BTreeMap<String, String> {
    let (one, other) = (leaves(member, one), leaves(member, other));
    let places: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differ = places.into_iter().filter(|place| one.get(*place) != other.get(*place));
    differ.map(|place| (place.clone(), format!("{:?}, {:?}", one.get(place), other.get(place)))).collect()
}

/// The values of a document by their place, such as `facts.json: host.os.known.value`. Elements of a list are named by
/// what they are about, where they say it.
fn leaves(member: &str, document: &Value) -> BTreeMap<String, String> {
    fn walk(place: String, value: &Value, into: &mut BTreeMap<String, String>) {
        let below = |key: &str| {
            if place.ends_with(": ") { format!("{place}{key}") } else { format!("{place}.{key}") }
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(below(key), value, into)),
            Value::Array(list) => list.iter().enumerate().for_each(|(at, value)| {
                let name = value.get("path").or_else(|| value.get("what")).and_then(Value::as_str);
                walk(below(&name.map_or_else(|| at.to_string(), str::to_owned)), value, into);
            }),
            leaf => {
                into.insert(place, leaf.to_string());
            }
        }
    }
    let mut leaves = BTreeMap::new();
    walk(format!("{member}: "), document, &mut leaves);
    leaves
}
