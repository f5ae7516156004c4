//! Records of event logs.

use super::*;

#[test]
fn a_short_log_does_not_show_that_nothing_failed() {
    let mut made = machine();
    made.events.insert("Application".into(), vec![event("Application Error", 1000, 24 * 6, "a.exe")]);
    assert!(facts_of(&made)["event.worker-crashes"].is_unknown());
    made.events.insert("Application".into(), vec![event("Application Error", 1000, 24 * 8, "w3wp.exe")]);
    assert_eq!(value(&facts_of(&made), "event.worker-crashes"), Some("0"));
    // A thousand crashes of others fill what is read.
    let mut noise = vec![event("Application Error", 1000, 1, "a.exe"); 1_000];
    noise.push(event("Application Error", 1000, 24 * 8, "w3wp.exe"));
    made.events.insert("Application".into(), noise);
    assert!(facts_of(&made)["event.worker-crashes"].is_unknown());
}

#[test]
fn starts_are_known_from_an_old_process_or_from_many_ends() {
    let starts = |hours: i64, ends: usize| {
        let mut made = machine();
        made.processes.insert(WORKER.into(), vec![worker(7, "DefaultAppPool", hours)]);
        made.events
            .insert("System".into(), vec![event("Microsoft-Windows-WAS", 5074, 1, "defaultapppool"); ends]);
        facts_of(&made)["event.worker-starts"].clone()
    };
    assert_eq!(starts(30, 0).value().map(String::as_str), Some("0"));
    assert!(starts(1, 0).is_unknown() && starts(1, 9).is_unknown());
    assert_eq!(starts(1, 10).value().map(String::as_str), Some("10"));
    // A process that is asked to end and then ends badly is one, and one that ends too slowly has been replaced before.
    let mut made = machine();
    made.processes.insert(WORKER.into(), vec![worker(7, "DefaultAppPool", 1)]);
    let end = |id: u32, process: usize| Event {
        data: vec!["DefaultAppPool".into(), (4_000 + process % 20).to_string()],
        ..event("Microsoft-Windows-WAS", id, 1, "")
    };
    let ends = (0..20).map(|process| end(5010, process)).chain((0..15).map(|process| end(5009, process)));
    made.events.insert("System".into(), ends.chain((30..60).map(|process| end(5013, process))).collect());
    assert_eq!(value(&facts_of(&made), "event.worker-starts"), Some("20"));
}

#[test]
fn a_record_is_read_from_its_xml() {
    let xml = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
        <Provider Name="Application Error"/><EventID Qualifiers="0">1000</EventID><Level>2</Level>
        <TimeCreated SystemTime="2026-11-22T10:15:30.1234567Z"/><Channel>Application</Channel></System>
        <EventData><Data>w3wp.exe</Data><Data/><Data Name="Module">a.dll</Data>
        <Data Name="ServicePassword">hunter2</Data></EventData></Event>"#;
    let event = event_xml::event(xml).unwrap();
    assert_eq!((event.provider.as_str(), event.id), ("Application Error", 1000));
    assert_eq!(event.at, "2026-11-22T10:15:30.1234567Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(event.data, ["w3wp.exe", "", "a.dll", "{redacted}"]);
    for odd in ["", "<Event/>", &xml.replace("1000", "many"), &xml.replace("2026", "never")] {
        assert!(matches!(event_xml::event(odd), Err(ProbeError::Failed(_))), "{odd}");
    }
}
