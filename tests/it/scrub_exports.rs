//! `scrub` of files that are no bundles: what is a secret goes, the form stays, and what is none stays byte for byte.

use clusterbrief::collect::Silent;
use clusterbrief::collect::scrub::{Scrub, ScrubError, scrub};
use clusterbrief::redact::{Level, OwnWords};
use std::fs;

/// What comes out of a file of this name.
fn scrubbed_with(name: &str, content: &[u8], level: Level, words: Option<&[u8]>) -> Result<String, ScrubError> {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join(name);
    fs::write(&input, content).unwrap();
    let redact_words = words.map(|words| OwnWords::read(words).unwrap());
    let out = dir.path().join("out");
    let done = scrub(&Scrub { input, level, case_key: None, redact_words, out }, &mut Silent)?;
    Ok(fs::read_to_string(done.path).unwrap())
}

fn scrubbed(name: &str, content: &str) -> String {
    scrubbed_with(name, content.as_bytes(), Level::Secrets, None).unwrap()
}

/// Rows of a table, read by the csv crate.
fn rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn tables_lose_their_secrets_and_nothing_else() {
    for (text, expected) in [
        ("sep=;\r\nUser;Password;Note\r\nbob;Hagel-Sturm;x\r\n", "sep=;\r\nUser;Password;Note\r\nbob;{redacted};x\r\n"),
        ("Exported by bob\n\nUser,Password\nbob,\"Hagel,\"\"Sturm\"\n", "Exported by bob\n\nUser,Password\nbob,\"{redacted}\"\n"),
        ("Name,Value\nSmtpPassword,Hagelsturm\nTheme,dark\n", "Name,Value\nSmtpPassword,{redacted}\nTheme,dark\n"),
        ("Id\tParameter\tDefaultValue\n7\tApiKey\tHagelsturm\n", "Id\tParameter\tDefaultValue\n7\tApiKey\t{redacted}\n"),
        ("Setting,Data\nClientSecret,Hagelsturm\n", "Setting,Data\nClientSecret,{redacted}\n"),
        (
            "Id,Data\n1,\"{\"\"password\"\":\"\"Hagel Sturm\"\",\"\"x\"\":1}\"\n2,\"{\"\"x\"\": 1}\"\n",
            "Id,Data\n1,\"{\"\"password\"\":\"\"{redacted}\"\",\"\"x\"\":1}\"\n2,\"{\"\"x\"\": 1}\"\n",
        ),
        // What a column says is a secret is one in another column, too.
        ("Host,Password,Note\nA,Hagel-77-xy,was Hagel-77-xy before\n", "Host,Password,Note\nA,{redacted},was {redacted} before\n"),
        // A row with a sign too many: nobody knows which cell is which.
        (
            "Host,Password,Note\nA,Hagel-77-xy,a\nB,Hagel-78-xy,b\nC,Hagel-79-xy,c\nD,b,Hagel-80-xy,d\n",
            "Host,Password,Note\nA,{redacted},a\nB,{redacted},b\nC,{redacted},c\n{redacted},{redacted},{redacted},{redacted}\n",
        ),
        ("Host , Version \n WEB01, 11.7 \n", "Host , Version \n WEB01, 11.7 \n"),
    ] {
        let out = scrubbed("t.csv", text);
        assert_eq!(out, expected);
        assert_eq!(scrubbed("t.csv", &out), out, "twice is once");
        let sign = if text.contains('\t') { b'\t' } else if text.contains(';') { b';' } else { b',' };
        let counts = |text: &str| rows(text, sign).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(counts(&out), counts(text), "the columns of {text:?}");
    }
}

#[test]
fn json_stays_json() {
    let value = serde_json::json!({
        "nodes": [{"password": {"old": "Hagel-1", "new": ["Hagel-2"]}, "note": "he said \"pwd=Hagel-3\" and left"}],
        "apiKeys": ["Hagel-4"], "credentials": {"svc": "Hagel-5"}, "pwd": true, "token": 47_114_711, "id": 1045,
        "pairs": [{"key": "SmtpPassword", "value": "Hagel-6"}, {"ParameterName": "@Password", "SqlValue": "Hagel-7"}],
        "fields": [{"fieldName": "Kombination", "isPassword": true, "itemValue": "Hagel-8"}],
        "inner": "{\"list\":[{\"name\":\"DB_PASSWORD\",\"value\":\"Hagel-9\"}]}",
        "Password": {"$type": "x", "plain": "Hagel-10"}, "secret": 1_234_567,
    });
    for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
        let out = scrubbed("x.json", &text);
        let clean: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(!out.contains("Hagel") && !out.contains("47114711") && !out.contains("1234567"), "{out}");
        assert_eq!((&clean["id"], &clean["pwd"]), (&1045.into(), &true.into()));
        assert_eq!(scrubbed("x.json", &out), out, "twice is once");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = scrubbed_with("x.json", &[&[0xff, 0xfe], &*wide].concat(), Level::Secrets, None).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&wide).is_ok() && !wide.contains("Hagel"), "{wide}");
    }
    let lines = "{\"password\": 47114711, \"x\": 1}\nbetween\n{\"x\": 1,  \"y\":2}\r\n{\"pwds\":[\"Hagel-1\"]}\r\n";
    let out = scrubbed("x.jsonl", lines);
    assert_eq!(
        out,
        "{\"password\":\"{redacted}\",\"x\":1}\nbetween\n{\"x\": 1,  \"y\":2}\r\n{\"pwds\":[\"{redacted}\"]}\r\n"
    );
    let multi = scrubbed("x.log", "{\n \"fieldName\": \"Password\",\n \"itemValue\": \"Hagel-1\"\n}\n");
    assert!(serde_json::from_str::<serde_json::Value>(&multi).is_ok() && !multi.contains("Hagel"), "{multi}");
}

#[test]
fn xml_is_cleaned_by_its_places() {
    let text = "<?xml version=\"1.0\"?>\n<r><password value=\"Hagelsturm\"/><encryption\n key=\"Hagel&amp;Sturm\"/>\
                <adminPassword><v>Hagelsturm</v></adminPassword><host>WEB01</host></r>\n";
    let out = scrubbed("x.xml", text);
    assert!(!out.contains("Hagel") && out.contains("<host>WEB01</host>"), "{out}");
    assert!(clusterbrief::redact::config::parse(&out).is_ok(), "{out}");
}

#[test]
fn innocent_texts_stay_byte_for_byte() {
    for text in [
        "2026-11-20 08:00:00,000 [3] INFO Thycotic.Web - Password expired for bob\n\
         2026-11-20 08:00:01,010 [3] ERROR Thycotic.Data - System.Exception (0x80131904): Timeout, \"quoted\"\n\
         \x20  at Thycotic.Data.Db.Open(String name, Int32 retries) in C:\\src\\Db.cs:line 12\n",
        "Password reset, please\nThe \"vault\" is closed, as announced, for an hour\n",
        "   at A.B(String name, Int32 x)\n   at C.D(String name, Int32 x)\n",
        "Host,Version\r\nWEB01,\"11.7\"\r\n\r\n",
        "{\"b\":1,   \"a\": 2}\n",
        "[{\"b\" : 1}]",
        "\"x\"\n",
        "a;b\n",
    ] {
        assert_eq!(scrubbed("x.txt", text), text);
    }
}

#[test]
fn words_of_the_customer_go_and_are_not_left_in_any_form() {
    let words = b"Falkenhorst\nre:PX-[0-9]+";
    let text = "Falkenhorst falkenhorst PX-12 RmFsa2VuaG9yc3Q= Falken%68orst\n";
    let out = scrubbed_with("x.log", text.as_bytes(), Level::Secrets, Some(words)).unwrap();
    assert_eq!(out, "{redacted} {redacted} {redacted} {redacted} {redacted}\n");
}
