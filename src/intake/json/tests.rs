use super::*;
use crate::intake::source;
use crate::knowledge::Knowledge;
use crate::knowledge::exports::Export;
use crate::model::export::ReportedFields;
use crate::redact::Sanitizer;
use proptest::prelude::*;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::builtin().unwrap());

fn read(json: &str) -> Result<ReadExport, JsonError> {
    super::read(source("x.json"), json.as_bytes())
}

/// The facts of each export in a document.
fn reported(json: &str) -> Vec<ReportedFacts> {
    let facts = read(json).unwrap().parsed.value.into_iter();
    facts
        .map(|facts| if let Facts::Reported(reported) = facts { reported } else { panic!("{facts:?}") })
        .collect()
}

fn shown(reported: &ReportedFields) -> Vec<String> {
    let known = reported.iter().filter_map(|(path, fact)| Some((path, fact.value()?, fact.place()?)));
    known.map(|(path, value, place)| format!("{path} = {value} at {place}")).collect()
}

#[test]
fn the_diagnostics_of_a_node_in_any_case() {
    let [one] = reported(
        r#"{"serverName":"WEB01","SQLSERVERNAME":"SQL01","backboneType":"RabbitMq","readOnlyMode":"False","NetFxVersion":"4.5.1.528040",
            "sqlServerVersion":"Microsoft SQL Server 2019 - 15.0.2000.5","productVersion":"11.7.000049","isDomainController":0}"#,
    )
    .try_into()
    .unwrap();
    assert_eq!(
        shown(&one.nodes["WEB01"].own),
        [
            "bus.type = RabbitMq at x.json backboneType",
            "net.release = 528040 at x.json NetFxVersion",
            "node.read-only = false at x.json readOnlyMode",
            "os.domain-controller = false at x.json isDomainController",
            "product.version = 11.7.000049 at x.json productVersion",
        ]
    );
    assert_eq!(
        shown(&one.nodes["WEB01"].cluster),
        [
            "sql-server.name = SQL01 at x.json SQLSERVERNAME",
            "sql-server.version = 15.0.2000.5 at x.json sqlServerVersion",
        ]
    );
    assert!(one.cluster.is_empty(), "what a node says counts with the node only");
}

#[test]
fn a_version_of_net_framework_without_its_release_is_no_release() {
    let [one] = reported(r#"{"ServerName":"WEB01","SqlServerName":"SQL01","NetFxVersion":"4.8.4515"}"#)
        .try_into()
        .unwrap();
    assert!(one.nodes["WEB01"].own["net.release"].is_unknown());
}

#[test]
fn envelopes_and_several_exports_in_one_document() {
    for json in [
        r#"{"success":true,"records":[{"address":"a.example:443","isSuccess":"True"}]}"#,
        r#"{"model":[{"Address":"a.example:443","IsSuccess":1}]}"#,
        r#"{"value":[{"Address":"a.example:443","IsSuccess":true}],"Count":1}"#,
        r#"{"data":{"records":[{"Address":"a.example:443","IsSuccess":"yes"}]}}"#,
        r#"[{"Address":"a.example:443","IsSuccess":true}]"#,
    ] {
        let [one] = reported(json).try_into().unwrap();
        let items = one.lists["outbound"].value().unwrap().iter().next().unwrap();
        assert_eq!(
            (items.name(), items.fact("outbound.reached").value().unwrap().as_str()),
            ("a.example:443", "true")
        );
    }
    let several = read(
        r#"{"applicationSettings":{"CustomUrl":"https://ss","AllowSoftwareUpdateChecks":true,"WriteSyslogToEventLog":false},"email":{"server":"m"},
            "unlimitedAdmin":{"enabled":true}}"#,
    )
    .unwrap();
    assert_eq!(several.kind, InputKind::Export);
    assert_eq!(
        several.holds,
        ["the application settings of the product", "the state of Unlimited Administration Mode"]
    );
    assert_eq!(several.parsed.notes, ["Fields this program does not know were left out: \"email\"."]);
}

#[test]
fn evidence_names_the_place_in_the_document() {
    let [one] = reported(
        r#"{"records":[{"siteName":"A","offlineEngineCount":0},{"siteName":"B","offlineEngineCount":"2"}]}"#,
    )
    .try_into()
    .unwrap();
    let items: Vec<_> = one.lists["site"].value().unwrap().iter().collect();
    assert_eq!(
        shown(&items[1].facts()),
        ["site.offline-engines = 2 at x.json records[1].offlineEngineCount"]
    );
}

#[test]
fn unknown_keys_are_listed_and_what_is_no_object_does_not_count() {
    let read = read(r#"[{"Address":"a","IsSuccess":true,"newThing":"hush"},7]"#).unwrap();
    assert_eq!(read.parsed.notes, ["Fields this program does not know were left out: \"newThing\"."]);
    let texts: Vec<&str> = read.parsed.problems.iter().map(|problem| problem.text.as_str()).collect();
    assert_eq!(texts, ["x.json [1] is no object, so it does not count."]);
}

#[test]
fn an_answer_with_few_common_keys_must_be_alone_in_its_file() {
    let [one] = reported(r#"{"model":{"version":"11.7.000049"}}"#).try_into().unwrap();
    assert_eq!(shown(&one.cluster), ["product.answering-version = 11.7.000049 at x.json model.version"]);
    assert_eq!(read(r#"{"name":"left-pad","version":"1.3.0"}"#).unwrap_err(), JsonError::Other);
    assert_eq!(read(r#"{"feature":{"enabled":true}}"#).unwrap_err(), JsonError::Other);
}

#[test]
fn a_health_check_counts_with_its_request_times() {
    let clock = |tail: &str| {
        let json = format!(
            r#"[{{"node":"WEB01","answer":{{"healthy":true,"now":"2026-11-20T11:00:02+01:00","utcNow":"2026-11-20T10:00:02Z"}},{tail}}}]"#
        );
        let [one] = reported(&json).try_into().unwrap();
        one.nodes["WEB01"].clocks.asker.clone()
    };
    let asked = clock(r#""asked":"2026-11-20T10:00:00Z","asker":"ADMIN7","received":"2026-11-20T10:00:01Z""#);
    let reference = asked.value().unwrap();
    assert_eq!((reference.offset_ms, reference.uncertainty_ms), (1500, 501));
    assert_eq!(reference.source, "clock of ADMIN7, which asked healthcheck.aspx");
    let alone = clock(r#""asked":"2026-11-20T10:00:00Z""#);
    let reference = alone.value().unwrap();
    assert_eq!((reference.offset_ms, reference.uncertainty_ms), (2000, 15_000));
    assert_eq!(reference.source, "clock of the person who made x.json");
    assert!(clock(r#""asked":"2026-11-20T10:00:00""#).why_unknown().unwrap().contains("in which zone"));
    let backwards = clock(r#""asked":"2026-11-20T10:00:00Z","received":"2026-11-20T09:00:00Z""#);
    assert!(backwards.why_unknown().unwrap().contains("before it was asked"));
}

#[test]
fn diagnostics_hold_the_clock_against_that_of_the_database() {
    let clock = |node: &str, sql: &str| {
        let json = format!(
            r#"{{"ServerName":"WEB01","SqlServerName":"SQL01","ServerTimeZone":"UTC","ServerTime":"{node}","SqlServerTime":"{sql}"}}"#
        );
        let [one] = reported(&json).try_into().unwrap();
        one.nodes["WEB01"].clocks.database.clone()
    };
    let behind = clock("11/3/2026 10:00:00 AM", "11/3/2026 10:00:42 AM");
    let reference = behind.value().unwrap();
    assert_eq!((reference.offset_ms, reference.uncertainty_ms), (-42_000, 2_000));
    assert_eq!(reference.source, "clock of the SQL Server SQL01, read in UTC");
    assert!(
        clock("2026-11-20 12:00:10", "2026-11-20 10:00:00").why_unknown().unwrap().contains("two time zones")
    );
    assert!(clock("noon", "2026-11-20 10:00:00").is_unknown());
}

#[test]
fn dates_of_windows_powershell_are_dates() {
    let [one] = reported(r#"[{"BackupTime":"\/Date(1795168353000)\/","Success":true}]"#).try_into().unwrap();
    let items = one.lists["product-backup"].value().unwrap().iter().next().unwrap();
    assert_eq!(items.fact("product-backup.time").value().unwrap(), "2026-11-20 09:52:33 UTC");
}

#[test]
fn other_documents_are_refused_in_a_sentence() {
    let says = |json: &str| format!("x.json is {}.", read(json).unwrap_err());
    assert!(says(r#"{"healthy":true,"now":"x","utcNow":"y"}"#).contains("names neither the node"));
    assert!(says(r#"{"access_token":"AgJf83kd","expires_in":1199}"#).contains("delete the file"));
    for refused in [
        r#"{"message":"Access denied","errorCode":"API_AccessDenied"}"#,
        r#"{"Message":"Authorization has been denied for this request."}"#,
        r#"{"type":"about:blank","title":"Unauthorized","status":401}"#,
        r#"{"statusCode":403}"#,
        r#"{"error":"invalid_grant"}"#,
    ] {
        assert!(says(refused).contains("a refusal") && says(refused).contains("/version"), "{refused}");
    }
    for failed in [r#"{"message":"An error has occurred."}"#, r#"{"error":"x","status":500}"#] {
        assert!(says(failed).contains("error message"), "{failed}");
    }
    assert_eq!(
        says("{\n  \"serverName\": \"WEB01\","),
        "x.json is not well-formed JSON at line 2, column 24."
    );
    for empty in ["[]", "{}"] {
        assert!(says(empty).contains("empty JSON"));
    }
    for other in [r#"{"a":1}"#, "[1,2]", "[[]]", r#"{"records":[]}"#] {
        assert!(says(other).contains("docs/exports.md lists them"), "{other}");
    }
    let many = vec![r#"{"Address":"a","IsSuccess":true}"#; MAX_RECORDS + 1].join(",");
    assert_eq!(read(&format!("[{many}]")).unwrap_err(), JsonError::TooMany(MAX_RECORDS + 1));
    let huge = " ".repeat(usize::try_from(MAX_JSON_BYTES).unwrap() + 1);
    assert_eq!(read(&huge).unwrap_err(), JsonError::TooLarge);
    let many = vec![r#"{"machineName":"A","database":"x"}"#; MAX_NODES + 1].join(",");
    assert_eq!(read(&format!("[{many}]")).unwrap_err(), JsonError::TooManyNodes(MAX_NODES + 1));
    assert_eq!(read("{\n  nodes").unwrap_err(), JsonError::NotJson { line: 2, column: 3 });
    assert!(matches!(read(&"[".repeat(100_000)), Err(JsonError::NotJson { .. })));
    assert!(says(&"[".repeat(100_000)).contains("not well-formed JSON"));
}

/// An object with a value for every field of an export, each a secret of a shape that the redactor knows.
fn full_of_secrets(export: &Export) -> String {
    let heads = export.name.iter().chain(export.fields.iter().flat_map(|field| &field.heads));
    let fields: Map<String, Value> = heads
        .map(|head| (head.clone(), Value::String("Server=db;User ID=sa;Password=Planted!7secret".to_owned())))
        .collect();
    Value::Object(fields).to_string()
}

#[test]
fn no_secret_planted_in_any_field_of_any_export_is_kept() {
    for export in KNOWLEDGE.exports.iter().filter(|export| export.marker.is_none()) {
        let object = full_of_secrets(export);
        for json in [object.clone(), format!("[{object}]")] {
            let read = super::read(Source { sanitizer: &Sanitizer, ..source("x.json") }, json.as_bytes())
                .unwrap_or_else(|error| panic!("{}: {error}", export.id));
            assert!(read.holds.contains(&export.title), "{} is taken for {:?}", export.id, read.holds);
            assert!(!format!("{read:?}").contains("Planted!7secret"), "{}: {read:?}", export.id);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = super::read(source("x"), &bytes);
    }

    #[test]
    fn no_values_panic(a in "\\PC{0,30}", b in "\\PC{0,30}", c in "[0-9:T/ Z+.-]{0,30}") {
        let json = serde_json::json!([
            {"ServerName": a, "SqlServerName": b, "ServerTime": c, "SqlServerTime": b, "NetFxVersion": c, "ReadOnlyMode": a}
        ]);
        let _ = read(&json.to_string());
        let json = serde_json::json!({"node": a, "asked": c, "received": b, "answer": {"utcNow": c}});
        let _ = read(&json.to_string());
    }
}

/// The node list in a text, and its problems and notes.
fn nodes(text: &str) -> (Vec<crate::model::export::NodeList>, Vec<String>, Vec<String>) {
    let read = read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let lists = read.parsed.value.into_iter().filter_map(|facts| match facts {
        Facts::Nodes(list) => Some(list),
        _ => None,
    });
    (
        lists.collect(),
        read.parsed.problems.into_iter().map(|problem| problem.text).collect(),
        read.parsed.notes,
    )
}

const LIST: &str = r#"[{"machineName":"WEB01","binaryVersion":"11.7.000049","inCluster":true,"lastConnected":"2026-11-20T09:05:10Z"},
    {"machineName":"WEB02","binaryVersion":"11.6.000001","inCluster":false,"errorMessage":"{\"a\": [1, 2]} fehlt: größer"}]"#;

/// What tools write before an answer.
const BEFORE: [&str; 8] = [
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Fri, 20 Nov 2026 09:05:11 GMT\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: https://b/api\r\n\r\nHTTP/2 200 \r\ndate: Fri, 20 Nov 2026 09:05:11 GMT\r\nx-frame-options: [deny]\r\n\r\n",
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\r\n                                 Dload  Upload   Total   Spent    Left  Speed\r\n\
     \r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100  1533  100  1533    0     0   3021      0 --:--:-- --:--:-- --:--:--  3023\r\n",
    "PS C:\\Users\\müller> Invoke-RestMethod https://web01/api/v1/nodes | ConvertTo-Json\r\n",
    "**********************\r\nStart der Windows PowerShell-Aufzeichnung\r\nStartzeit: 20261120100511\r\n[x] {y}\r\n",
    "*   Trying 10.1.1.1:443...\n{ [1533 bytes data]\n< HTTP/1.1 200 OK\n< Server: IIS\n<\n",
    "\u{feff}\r\n\r\n",
    "Guten Tag,\n\nhier die Antwort:\n",
];

#[test]
fn text_around_an_answer_is_passed_over() {
    let (plain, _, _) = nodes(LIST);
    for before in BEFORE {
        for after in ["", "\r\nPS C:\\> ", "user@web01:~$ exit\n", "\n**********************\nEnde\n"] {
            let (found, problems, notes) = nodes(&format!("{before}{LIST}{after}"));
            assert_eq!(format!("{found:?}"), format!("{plain:?}"), "{before}");
            assert!(problems.is_empty(), "{problems:?}");
            let says = notes.iter().any(|note| note.starts_with("Text before or after"));
            assert_eq!(
                says,
                !before.trim_matches(['\u{feff}', '\r', '\n']).is_empty() || !after.is_empty(),
                "{before}{after}"
            );
        }
    }
    let (_, _, notes) = nodes(&format!("HTTP/1.1 200 OK\r\nSet-Cookie: ASP.NET_SessionId=abc\r\n\r\n{LIST}"));
    assert!(
        notes.iter().any(|note| note.contains("cookie or a token")) && !format!("{notes:?}").contains("abc")
    );
}

#[test]
fn the_time_of_an_answer_counts_where_the_list_has_none() {
    let undated = r#"[{"machineName":"WEB01","inCluster":true}]"#;
    for before in &BEFORE[..2] {
        let (lists, _, _) = nodes(&format!("{before}{undated}"));
        assert_eq!(lists[0].newest_connection.unwrap().to_string(), "2026-11-20 09:05:11 UTC");
    }
    assert!(nodes(undated).0[0].newest_connection.is_none());
    let (dated, _, _) = nodes(&format!("{}{LIST}", BEFORE[0]));
    assert_eq!(dated[0].newest_connection.unwrap().to_string(), "2026-11-20 09:05:10 UTC");
}

#[test]
fn faults_are_placed_in_the_whole_text() {
    let at = |text: &str| read(text).unwrap_err();
    assert_eq!(
        at(&format!("{}[{{\"a\": 1,\n \"b\" 2}}]", BEFORE[0])),
        JsonError::NotJson { line: 6, column: 6 }
    );
    assert_eq!(at("  {\"a\" 1}"), JsonError::NotJson { line: 1, column: 8 });
    assert_eq!(at("[{\"a\": 1}]]"), JsonError::NotJson { line: 1, column: 11 });
    assert_eq!(at("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"), JsonError::Refused);
    assert_eq!(at("HTTP/1.1 204 No Content\r\n\r\n"), JsonError::NoBody(204));
    assert_eq!(at("HTTP/2 401\r\n\r\n{\"message\": \"denied\"}"), JsonError::Refused);
}

#[test]
fn lines_that_a_window_broke_are_joined_or_refused() {
    let signs: Vec<char> = LIST.chars().filter(|c| *c != '\n').collect();
    let wrap = |width: usize, end: &str| {
        signs.chunks(width).map(String::from_iter).collect::<Vec<String>>().join(end)
    };
    for (width, end) in [(80, "\r\n"), (79, "\n"), (47, "\n")] {
        let (lists, problems, notes) = nodes(&wrap(width, end));
        assert_eq!(lists[0].rows.len(), 2);
        assert_eq!(lists[0].rows[1].error_message.value().unwrap(), "{\"a\": [1, 2]} fehlt: größer");
        assert!(
            problems.is_empty() && notes.iter().any(|note| note.contains(&format!("after {width} "))),
            "{notes:?}"
        );
    }
    let why = read(&wrap(80, "\n").replacen("machineName", "machine\nName", 1)).unwrap_err();
    assert!(matches!(why, JsonError::Wrapped { line: 1 | 2 }), "{why:?}");
    assert!(why.to_string().contains("ConvertTo-Json -Depth 10"));
}

#[test]
fn several_documents_are_read_and_a_list_in_pieces_is_not_whole() {
    let node =
        |name: &str| format!(r#"{{"machineName":"{name}","binaryVersion":"11.7.000049","inCluster":true}}"#);
    let [a, b, c] = ["WEB01", "WEB02", "WEB03"].map(node);
    for text in [
        format!("[{a},{b}]\n[{c}]\n"),
        format!("[{a}]\r\n\r\n[{b},\n{c}]"),
        format!("{a}\n{b}\n{c}\n"),
        format!("{a},\n{b},\n{c}"),
    ] {
        let (lists, problems, _) = nodes(&text);
        let names: Vec<&str> =
            lists.iter().flat_map(|list| &list.rows).map(|row| row.machine_name.as_str()).collect();
        assert_eq!(names, ["WEB01", "WEB02", "WEB03"]);
        assert!(lists.iter().all(|list| list.missing().is_some()), "{text}");
        assert!(problems.len() == 1 && problems[0].contains("in several pieces"), "{problems:?}");
    }
    let (lists, _, _) = nodes(&format!("{a}\n{b}\n"));
    assert_eq!(lists[0].rows[1].binary_version.place().unwrap().to_string(), "x.json line 2, binaryVersion");
    let (lists, _, _) = nodes(&format!("[{a},{b}]\n[{c}]\n"));
    assert_eq!(lists[1].rows[0].place.to_string(), "x.json line 2, [0]");
    // The same list twice is whole each time, and a single line is what it was.
    let (lists, problems, _) = nodes(&format!("[{a},{b}]\n[{a},{b}]\n"));
    assert!(lists.iter().all(|list| list.missing().is_none()) && problems.is_empty(), "{problems:?}");
    assert!(nodes(&a).0[0].missing().is_none());
}

#[test]
fn documents_of_several_kinds_and_broken_ones() {
    let text = format!(
        "{LIST}\n{{\"engineId\":1,\"connectionStatus\":\"Online\",\"friendlyName\":\"E1\"}}\n{{\"serverName\":\"WEB01\",\"sqlServerName\":\"SQL01\"}}\n{{\"a\":1}}\n{{\"b\" 1}}\n"
    );
    let read = read(&text).unwrap();
    assert_eq!(read.holds, ["the diagnostics of a node", "the distributed engines", "the node list"]);
    let problems: Vec<&str> = read.parsed.problems.iter().map(|problem| problem.text.as_str()).collect();
    assert!(
        problems.iter().any(|text| text.starts_with("x.json line 5: this is JSON without any export")),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|text| text.contains("not well-formed, at line 6, column 6")),
        "{problems:?}"
    );
    let pages = r#"{"skip":0,"take":1,"total":2,"records":[{"machineName":"WEB01","inCluster":true}]}
{"skip":1,"take":1,"total":2,"records":[{"machineName":"WEB02","inCluster":true}]}"#;
    let (lists, _, _) = nodes(pages);
    assert!(lists[0].pages.as_ref().unwrap().continues(lists[1].pages.as_ref().unwrap()));
}

#[test]
fn what_powershell_makes_of_values() {
    let (lists, _, _) = nodes(
        r#"{"value":[{"machineName":"WEB01","inCluster":true,"lastConnected":{"value":"\/Date(1795165510000)\/","DisplayHint":2,"DateTime":"Freitag, 20. November 2026 10:05:10"}}],"Count":1}"#,
    );
    assert_eq!(lists[0].rows[0].last_connected.value().unwrap().to_string(), "2026-11-20 09:05:10 UTC");
    let page = r#"{"total":3,"hasNext":"True","records":{"value":[{"machineName":"WEB01","inCluster":true}],"Count":1}}"#;
    assert!(nodes(page).0[0].missing().unwrap().contains("1 of 3"));
    let engines =
        r#"{"total":25,"records":{"value":[{"engineId":1,"connectionStatus":"Online"}],"Count":1}}"#;
    assert!(reported(engines)[0].lists["engine"].value().unwrap().missing().unwrap().contains("1 of 25"));
    for cut in [
        r#"{"records":["@{machineName=WEB01; inCluster=True}","@{machineName=WEB02}"]}"#,
        r#"{"nodes":"System.Object[]"}"#,
        r#"[{"nodes":"System.Collections.Hashtable"}]"#,
    ] {
        let why = read(cut).unwrap_err();
        assert!(why == JsonError::Cut && why.to_string().contains("-Depth 10"), "{why}");
    }
    let (lists, problems, _) = nodes(
        r#"[{"machineName":"WEB01","inCluster":true,"lastConnected":"@{DateTime=x}","errorMessage":"System.Object[]"}]"#,
    );
    assert!(lists[0].rows[0].error_message.is_unknown() && lists[0].rows[0].last_connected.is_unknown());
    assert!(
        problems[0].starts_with("x.json [0].errorMessage and 1 other values")
            && problems[0].contains("-Depth 10"),
        "{problems:?}"
    );
    let web = format!(
        "{{\"StatusCode\":200,\"Content\":{},\"Headers\":{{}}}}",
        serde_json::to_string(LIST).unwrap()
    );
    assert_eq!(nodes(&web).0[0].rows.len(), 2);
    assert_eq!(nodes(&serde_json::to_string(LIST).unwrap()).0[0].rows.len(), 2);
    let har = r#"{"log":{"version":"1.2","creator":{"name":"WebInspector"},"pages":[],"entries":[{"request":{"cookies":[]}}]}}"#;
    assert!(read(har).unwrap_err().to_string().contains("delete it"));
}

proptest! {
    #[test]
    fn what_stands_before_an_answer_changes_no_fact(
        which in proptest::collection::vec(0usize..8, 0..4),
        name in "[A-Z]{1,8}[0-9]{0,3}",
        error in "\\PC{0,30}",
        pretty in any::<bool>(),
    ) {
        let json = serde_json::json!([{"machineName": name, "inCluster": true, "errorMessage": error, "lastConnected": "2026-11-20T09:05:10Z"}]);
        let json = if pretty { serde_json::to_string_pretty(&json).unwrap() } else { json.to_string() };
        let before: String = which.iter().map(|index| BEFORE[*index]).collect();
        let (plain, problems, _) = nodes(&json);
        let (found, more, _) = nodes(&format!("{before}{json}"));
        prop_assert_eq!(format!("{found:?} {more:?}"), format!("{plain:?} {problems:?}"));
    }
}
