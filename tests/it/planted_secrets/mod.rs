//! Secrets planted all over a node, in every form, and bundles of both levels that must hold none of them.

mod configured;
mod forms;
mod innocent;
mod planted;
mod shapes;

use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::FixedHost;
use clusterbrief::demo::NodeFolder;
use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::Event;

/// Records whose second text is one of these; the first names the application, as those of ASP.NET do.
fn records(node: &NodeFolder, texts: &[String]) -> Vec<Event> {
    let record = |(number, text): (i64, &String)| Event {
        provider: "ASP.NET 4.0.30319.0".into(),
        id: 1309,
        level: 3,
        at: node.clock.to_utc() - TimeDelta::seconds(number),
        data: vec!["/LM/W3SVC/1/ROOT/SecretServer".into(), text.clone(), String::new()],
    };
    (0..).zip(texts).map(record).collect()
}

/// The machine of a node, with these records in its event log.
fn host(node: &NodeFolder, events: &[Event]) -> FixedHost {
    let events = [("Application".to_owned(), events.to_vec()), ("System".to_owned(), Vec::new())].into();
    FixedHost { system: Some(FakeSystem { events, ..FakeSystem::default() }), ..node.host() }
}

/// Texts of the records that a bundle holds.
fn recorded(bundle: &mut Bundle) -> Vec<String> {
    let lines = String::from_utf8(bundle.bytes("events/Application.jsonl", u64::MAX).unwrap()).unwrap();
    let record = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    lines.lines().map(|line| record(line)["data"][1].as_str().unwrap().to_owned()).collect()
}
