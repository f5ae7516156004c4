//! Three moments of one upgrade, a case each: before it, when two of three nodes are done, and after it.

use super::builder::{CaseBuilder, time};
use super::exports::{NAMES, SQL_RESULTS, bus, diagnostics, node_row, product, set};
use super::pre_upgrade::TARGET;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The build before.
const BUILD: &str = "11.5.000002";
/// When the database got the target.
const UPGRADED: &str = "2026-11-20T06:40:12Z";
const INSTALLED: (&str, &str) = (BUILD, "2026-03-14T20:03:33Z");

/// WEB02 still has a pool that goes to sleep, and HSTS is off.
pub(super) fn before(case: &mut CaseBuilder) {
    nodes(case, "2026-11-20T06:00:00+01:00", [BUILD; 3]);
    sleeping_pool(case, "WEB02");
    case.quiet_machines();
    list(case, [(BUILD, "2026-11-20T05:04:50Z"); 3]);
    answers(case);
    case.history(&[INSTALLED]);
    exports(case);
}

/// WEB01, WEB02 and the database have the target, WEB03 does not run. Nobody sent the answers of the REST interface.
pub(super) fn half_way(case: &mut CaseBuilder) {
    nodes(case, "2026-11-20T09:00:00+01:00", [TARGET, TARGET, BUILD]);
    case.node("WEB03", BUILD).errors(
        "log/SS.log",
        [74, 51, 32, 4],
        "Thycotic.ihawu.Business.StartupCheck - The version of your database does not match the version of your application.",
    );
    let now = "2026-11-20T08:04:50Z";
    list(case, [(TARGET, now), (TARGET, now), (BUILD, "2026-11-20T06:31:18Z")]);
    answers(case);
    case.history(&[(TARGET, UPGRADED), INSTALLED]);
}

/// All nodes have the target. The pool of WEB01 was set back to its default by somebody, and HSTS is still off.
pub(super) fn after(case: &mut CaseBuilder) {
    nodes(case, "2026-11-20T12:00:00+01:00", [TARGET; 3]);
    sleeping_pool(case, "WEB01");
    case.quiet_machines();
    list(case, [(TARGET, "2026-11-20T11:04:50Z"); 3]);
    answers(case);
    case.history(&[(TARGET, UPGRADED), INSTALLED]);
    exports(case);
}

fn nodes(case: &mut CaseBuilder, at: &str, builds: [&str; 3]) {
    let mut clock = time(at);
    for (name, build) in NAMES.into_iter().zip(builds) {
        case.node_at(name, build, clock);
        clock += TimeDelta::minutes(2);
    }
}

fn sleeping_pool(case: &mut CaseBuilder, name: &'static str) {
    let folder = &mut case.node(name, BUILD).folder;
    folder.iis = folder.iis.replacen("idleTimeout=\"00:00:00\"", "idleTimeout=\"00:20:00\"", 1);
}

fn list(case: &mut CaseBuilder, rows: [(&str, &str); 3]) {
    let rows = (1..).zip(NAMES.into_iter().zip(rows));
    let rows: Vec<Value> =
        rows.map(|(id, (name, (build, connected)))| node_row(id, name, build, connected)).collect();
    case.node_list(rows);
}

fn answers(case: &mut CaseBuilder) {
    case.answers(&NAMES);
    case.file("sql-results.csv", SQL_RESULTS);
}

fn exports(case: &mut CaseBuilder) {
    case.json("bus.json", &bus());
    case.json("diagnostics.json", &NAMES.iter().map(|name| diagnostics(name, None)).collect());
    let mut product = product();
    set(&mut product, "/security/enableHSTS", json!(false));
    case.json("product.json", &product);
}
