//! The sample `pre-upgrade`: a cluster as its administrators prepare it for an upgrade, with everything they were asked
//! for beside its bundles, and some faults that each only one of the sources can tell.

use super::product;
use super::sample::{Case, row};
use super::workbook::{Sheet, workbook};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What it runs, and what it is to be upgraded to.
const BUILD: &str = "11.5.000002";
pub(super) const TARGET: &str = "11.7.000049";

const NODES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];

pub(super) fn pre_upgrade(case: &mut Case) {
    for name in NODES {
        case.node(name, BUILD);
    }
    // Only the bundle of WEB02 tells: its pool goes to sleep.
    let web02 = case.folder("WEB02");
    let calm = "idleTimeout=\"00:00:00\"";
    assert!(web02.iis.contains(calm), "the template keeps the pool awake");
    web02.iis = web02.iis.replacen(calm, "idleTimeout=\"00:20:00\"", 1);
    // The log of WEB03 shows what the database's full transaction log does to it.
    for minutes in [44, 23, 9] {
        case.folder("WEB03").log_line(
            "log/SS.log",
            TimeDelta::minutes(minutes),
            "ERROR",
            "Thycotic.Data - Thycotic.Data.DataAccessorException: The transaction log for database 'SecretServer' is full due to 'LOG_BACKUP'.",
        );
    }
    rest(case);
    let results = results();
    let sheets: Vec<Sheet> = results.iter().map(|(name, rows)| (name.as_str(), rows.clone())).collect();
    case.file("database.xlsx", workbook(&sheets));
    case.file("inventory.xlsx", workbook(&inventory()));
    case.answers(&NODES);
    case.tell_machines();
}

/// Answers of the REST interface, one file each as an administrator saves them, and the listings of RabbitMQ.
fn rest(case: &mut Case) {
    let rows: Vec<Value> =
        NODES.iter().zip(1..).map(|(name, id)| row(id, name, BUILD, "2026-11-20T09:05:10Z")).collect();
    case.node_list(&rows);
    let json = |case: &mut Case, name: &str, value: &Value| {
        case.file(&format!("{name}.json"), serde_json::to_string_pretty(value).expect("JSON") + "\n");
    };
    for name in NODES {
        let diagnostics = product::diagnostics(&[name], BUILD);
        json(case, &format!("diagnostics-{name}"), &diagnostics[0]);
    }
    let mut answers = product::product();
    // Only the product knows these: the newest backup failed, and an engine's host lacks .NET Framework 4.8.
    answers["backupLogs"]["records"][1]["success"] = json!(false);
    answers["backupLogs"]["records"][1]["notes"] =
        json!("Cannot open backup device. Operating system error 3.");
    answers["engines"]["records"][1]["isBlockedByNet48"] = json!(true);
    answers["sites"]["records"][0]["numEnginesMissingNetFramework"] = json!(1);
    answers["security"]["enableHSTS"] = json!(false);
    for (name, value) in answers.as_object().expect("an object of answers") {
        json(case, name, &json!({ name: value }));
    }
    json(case, "rabbitmqctl", &product::bus());
}

/// The results of `clusterbrief sql`, a sheet each. Only the database knows these: its transaction log is nearly
/// full, and its newest full backup is four days old.
fn results() -> BTreeMap<String, Vec<Vec<String>>> {
    let mut sheets: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut lines = include_str!("sql-results.csv").lines();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let head = cells(lines.next().expect("a header"));
    for line in lines {
        let mut row = cells(line);
        let name = row[0].split(':').nth(1).expect("a marker").to_owned();
        match row[2].as_str() {
            "log used percent" => "96.4".clone_into(&mut row[3]),
            "log waits for" => "LOG_BACKUP".clone_into(&mut row[3]),
            "newest full" => "2026-11-16 02:00:11.0000000 +01:00".clone_into(&mut row[3]),
            "newest log" => "2026-11-16 02:30:00.0000000 +01:00".clone_into(&mut row[3]),
            _ => {}
        }
        sheets.entry(name).or_insert_with(|| vec![head.clone()]).push(row);
    }
    let version = |version: &str, when: &str| vec![version.to_owned(), when.to_owned()];
    sheets.insert(
        "version history".to_owned(),
        vec![
            version("VersionNumber", "Upgraded"),
            version(BUILD, "2026-03-14T20:03:33Z"),
            version("11.4.000002", "2025-06-21T19:40:51Z"),
        ],
    );
    sheets
}

/// The inventory as `clusterbrief inventory --template` writes it, filled in. Only it knows of the node that waits at
/// the other site.
fn inventory() -> Vec<Sheet<'static>> {
    let table = |rows: &[&[&str]]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    };
    vec![
        (
            "nodes",
            table(&[
                &["One row for every machine that runs the product against this database; no others."],
                &["Node", "Role", "Site", "Notes"],
                &["WEB01", "serving", "Frankfurt", ""],
                &["WEB02", "serving", "Frankfurt", ""],
                &["WEB03", "serving", "Frankfurt", ""],
                &["DR01", "dr", "Munich", "Upgraded last"],
            ]),
        ),
        (
            "load balancer",
            table(&[
                &["Leave empty what you do not know."],
                &["Load balancer", "Answer"],
                &["Session affinity", "cookie"],
                &["Health probe path", "/SecretServer/healthcheck.aspx"],
                &["Client IP header", "X-Forwarded-For"],
                &["Custom URL", "https://vault.example.com/SecretServer"],
                &["TLS ends at", "load balancer"],
            ]),
        ),
        (
            "contacts",
            table(&[
                &["People to contact; at most ten are shown."],
                &["Contact", "Task", "Reached by"],
                &["J. Doe", "Database administrator", "+49 69 5550100"],
            ]),
        ),
    ]
}
