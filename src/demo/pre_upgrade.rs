//! The case `pre-upgrade`: a cluster as its administrators prepare it for an upgrade, with everything they were asked
//! for next to its bundles, and some problems that each only one of the sources can show.

use super::builder::{CaseBuilder, Sheet};
use super::exports::{NAMES, SQL_RESULTS, bus, diagnostics, node_rows, product, set};
use serde_json::json;
use std::collections::BTreeMap;

/// The build that it runs, and the build that it is to be upgraded to.
const BUILD: &str = "11.5.000002";
pub(super) const TARGET: &str = "11.7.000049";

pub(super) fn pre_upgrade(case: &mut CaseBuilder) {
    case.node("WEB01", BUILD);
    // Only the bundle of WEB02 shows it: its pool goes to sleep.
    let web02 = &mut case.node("WEB02", BUILD).folder;
    web02.iis = web02.iis.replacen("idleTimeout=\"00:00:00\"", "idleTimeout=\"00:20:00\"", 1);
    // The log of WEB03 shows what the full transaction log of the database does to it.
    case.node("WEB03", BUILD).errors(
        "log/SS.log",
        [44, 23, 9],
        "Thycotic.Data - Thycotic.Data.DataAccessorException: The transaction log for database 'SecretServer' is full due to 'LOG_BACKUP'.",
    );
    case.quiet_machines();
    rest_answers(case);
    case.workbook("database.xlsx", &sql_sheets());
    case.workbook("inventory.xlsx", &inventory());
    case.answers(&NAMES);
}

/// Answers of the REST interface, one file each as an administrator saves them, and the listings of RabbitMQ.
fn rest_answers(case: &mut CaseBuilder) {
    case.node_list(node_rows(BUILD));
    for name in NAMES {
        case.json(&format!("diagnostics-{name}.json"), &diagnostics(name, Some(BUILD)));
    }
    let mut answers = product();
    // Only the product knows these: the newest backup failed, and .NET Framework 4.8 is missing on the host of an engine.
    for (pointer, value) in [
        ("/backupLogs/records/1/success", json!(false)),
        ("/backupLogs/records/1/notes", json!("Cannot open backup device. Operating system error 3.")),
        ("/engines/records/1/isBlockedByNet48", json!(true)),
        ("/sites/records/0/numEnginesMissingNetFramework", json!(1)),
        ("/security/enableHSTS", json!(false)),
    ] {
        set(&mut answers, pointer, value);
    }
    for (name, value) in answers.as_object().into_iter().flatten() {
        case.json(&format!("{name}.json"), &json!({ name: value }));
    }
    case.json("rabbitmqctl.json", &bus());
}

/// The results of `clusterbrief sql`, one sheet each. Only the database knows these: its transaction log is nearly full,
/// and its newest full backup is four days old.
fn sql_sheets() -> Vec<Sheet> {
    let mut rows = SQL_RESULTS.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let mut sheets = BTreeMap::new();
    for mut row in rows {
        let [marker, _, fact, value] = row.as_mut_slice() else { continue };
        let changed = match fact.as_str() {
            "log used percent" => "96.4",
            "log waits for" => "LOG_BACKUP",
            "newest full" => "2026-11-16 02:00:11.0000000 +01:00",
            "newest log" => "2026-11-16 02:30:00.0000000 +01:00",
            _ => value,
        }
        .to_owned();
        *value = changed;
        let query = marker.split(':').nth(1).unwrap_or_default().to_owned();
        sheets.entry(query).or_insert_with(|| vec![head.clone()]).push(row);
    }
    let history = table(&[
        &["VersionNumber", "Upgraded"],
        &[BUILD, "2026-03-14T20:03:33Z"],
        &["11.4.000002", "2025-06-21T19:40:51Z"],
    ]);
    sheets.insert("version history".to_owned(), history);
    sheets.into_iter().collect()
}

/// The inventory as `clusterbrief inventory --template` writes it, filled in. Only it has the node that waits at the
/// other site.
fn inventory() -> Vec<Sheet> {
    let sheet = |name: &str, rows: &[&[&str]]| (name.to_owned(), table(rows));
    vec![
        sheet(
            "nodes",
            &[
                &["One row for every machine that runs the product against this database; no others."],
                &["Node", "Role", "Site", "Notes"],
                &["WEB01", "serving", "Frankfurt", ""],
                &["WEB02", "serving", "Frankfurt", ""],
                &["WEB03", "serving", "Frankfurt", ""],
                &["DR01", "dr", "Munich", "Upgraded last"],
            ],
        ),
        sheet(
            "load balancer",
            &[
                &["Leave empty what you do not know."],
                &["Load balancer", "Answer"],
                &["Session affinity", "cookie"],
                &["Health probe path", "/SecretServer/healthcheck.aspx"],
                &["Client IP header", "X-Forwarded-For"],
                &["Custom URL", "https://vault.example.com/SecretServer"],
                &["TLS ends at", "load balancer"],
            ],
        ),
        sheet(
            "contacts",
            &[
                &["Whom to call; ten at most are shown."],
                &["Contact", "Task", "Reached by"],
                &["J. Doe", "Database administrator", "+49 69 5550100"],
            ],
        ),
    ]
}

fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}
