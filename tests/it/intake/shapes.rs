//! Exports in the shapes in which people save them, beside bundles.

use super::{Bundle, case, input, node, nodes_json};
use clusterbrief::bundle::Form;
use clusterbrief::model::events::EventMeaning;
use clusterbrief::model::input::ProblemKind;
use clusterbrief::model::{Grade, InputStatus};
use std::fs;
use tempfile::TempDir;

const LIST: [(&str, &str); 3] =
    [("WEB01", "11.7.000049"), ("WEB02", "11.7.000049"), ("WEB03", "11.6.000001")];

/// An answer of which a list in two pieces is made: the first two nodes, and the third.
fn pieces() -> String {
    format!("{}\n{}\n", nodes_json(&LIST[..2]), nodes_json(&LIST[2..]))
}

#[test]
fn a_list_in_pieces_shows_its_nodes_and_confirms_nothing() {
    for text in [pieces(), pieces().replace(['[', ']'], "").replace("},{", "}\n{")] {
        let folder = TempDir::new().unwrap();
        Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
        fs::write(folder.path().join("nodes"), &text).unwrap();
        let case = case(&folder);
        let names: Vec<&str> = case.cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["WEB01", "WEB02", "WEB03"], "{text}");
        assert!(case.cluster.node_set.confirmed_by.is_empty());
        let input = input(&case, "nodes");
        assert_eq!(input.status, InputStatus::Partly);
        assert_eq!(input.problems[0].kind, ProblemKind::Page);
    }
}

#[test]
fn pages_one_after_another_in_one_file_are_one_list() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    let page = |skip: usize, nodes: &[(&str, &str)]| {
        format!(r#"{{"skip":{skip},"take":2,"total":3,"records":{}}}"#, nodes_json(nodes))
    };
    let before = "HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 09:05:11 GMT\r\n\r\n";
    let text = format!("{before}{}\r\n{before}{}", page(0, &LIST[..2]), page(2, &LIST[2..]));
    fs::write(folder.path().join("nodes"), text).unwrap();
    let case = case(&folder);
    assert_eq!(case.cluster.nodes.len(), 3);
    assert_eq!(case.cluster.node_set.confirmed_by, ["the node list nodes"]);
    assert_eq!(input(&case, "nodes").problems, []);
    assert_eq!(input(&case, "nodes").notes, ["Text before or after the JSON was passed over."]);
}

fn event(id: u32, time: &str, computer: &str) -> String {
    format!(
        "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><Provider Name=\"EventLog\"/><EventID>{id}</EventID>\
         <Level>2</Level><TimeCreated SystemTime=\"{time}\"/><Channel>System</Channel><Computer>{computer}</Computer></System></Event>\r\n"
    )
}

#[test]
fn records_of_an_event_log_go_to_the_node_that_they_name() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    let log = [
        event(6005, "2025-01-01T08:00:00Z", "WIN-OF-SETUP"),
        event(6008, "2026-11-20T08:00:00Z", "web01.corp.example"),
        event(6008, "2026-11-20T08:00:00.0000001Z", "WEB01"),
    ];
    fs::write(folder.path().join("System.xml"), format!("<Events>{}</Events>", log.concat())).unwrap();
    let other: Vec<u8> =
        event(6008, "2026-11-20T08:00:00Z", "OTHER").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("other"), other).unwrap();
    let case = case(&folder);
    let snapshot = node(&case, "WEB01").snapshot.as_ref().unwrap();
    let found: Vec<_> = snapshot.events.value().unwrap().iter().map(|one| (one.meaning, one.line)).collect();
    assert_eq!(found, [(EventMeaning::Unexpected, 2), (EventMeaning::Unexpected, 3)]);
    let parts: Vec<_> = snapshot.parts.iter().map(|part| (part.what.as_str(), part.grade)).collect();
    assert_eq!(parts, [("events", Grade::Loose)]);
    let log = input(&case, "System.xml");
    assert_eq!((log.status, log.grade), (InputStatus::Read, Some(Grade::Loose)));
    assert_eq!(log.notes, ["Records with the computer name WIN-OF-SETUP are left out."]);
    assert_eq!(input(&case, "other").problems[0].kind, ProblemKind::Foreign);
}
