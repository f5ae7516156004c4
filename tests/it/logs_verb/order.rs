//! One order of time over nodes, zones, encodings and containers.

use super::{Node, each, entries, logs, loose};
use clusterbrief::bundle::Form;
use std::path::Path;

const LOG: &str = "2026-09-14 08:00:00,000 [4] INFO  Thycotic.Web - Größe geladen\r\n\
    2026-09-14 08:00:01,500 [4] ERROR Thycotic.Data.Pool - Zeitüberschreitung bei der Größe\r\n\
    System.TimeoutException: Zeitüberschreitung\r\n   at Thycotic.Data.Pool.Open()\r\n\
    2026-09-14 08:00:02,000 [4] WARN  Thycotic.Web - langsam\r\n";

/// The log in the encodings that are read.
fn encodings() -> [(&'static str, Vec<u8>); 4] {
    let wide = |mark: &[u8], order: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), LOG.encode_utf16().flat_map(order).collect()].concat()
    };
    [
        ("utf-8", LOG.as_bytes().to_vec()),
        ("utf-16le with a mark", wide(b"\xff\xfe", u16::to_le_bytes)),
        ("utf-16be without", wide(b"", u16::to_be_bytes)),
        ("windows-1252", encoding_rs::WINDOWS_1252.encode(LOG).0.into_owned()),
    ]
}

#[test]
fn every_encoding_and_container_gives_the_same_entries() {
    let expected = [
        (1, "info", "Thycotic.Web", "Größe geladen"),
        (
            2,
            "error",
            "Thycotic.Data.Pool",
            "Zeitüberschreitung bei der Größe\nSystem.TimeoutException: Zeitüberschreitung\n   at Thycotic.Data.Pool.Open()",
        ),
        (5, "warn", "Thycotic.Web", "langsam"),
    ];
    for (encoding, log) in encodings() {
        let folder = tempfile::tempdir().unwrap();
        let node = Node {
            name: "WEB01",
            zone: "W. Europe Standard Time",
            clock: "2026-09-14T08:30:00+02:00",
            log: &log,
        };
        let zip = node.bundle(&folder.path().join("zip"), Form::Zip);
        let tree = node.bundle(&folder.path().join("tree"), Form::Folder);
        let file = loose(folder.path(), "WEB01/log/SS.log", &log);
        let zipped = folder.path().join("WEB01.zip");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&zipped).unwrap());
        writer.start_file("log/SS.log", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &log).unwrap();
        writer.finish().unwrap();
        for (input, hour) in [(&zip, 6), (&tree, 6), (&file, 8), (&zipped, 8)] {
            let found = entries(&[input], &["--grep", "."]);
            let shown: Vec<_> = found
                .iter()
                .map(|entry| {
                    let text = |key: &str| entry[key].as_str().unwrap();
                    assert_eq!(entry["node"], "WEB01", "{encoding}");
                    (entry["line"].as_i64().unwrap(), text("level"), text("logger"), text("text"))
                })
                .collect();
            assert_eq!(shown, expected, "{encoding} {}", input.display());
            assert_eq!(found[1]["time"], format!("2026-09-14T0{hour}:00:01.500Z"));
        }
    }
}

fn line(time: &str, text: &str) -> String {
    format!("2026-09-14 {time} [4] INFO  Thycotic.Web - {text}\r\n")
}

#[test]
fn nodes_are_merged_by_their_own_clocks() {
    let folder = tempfile::tempdir().unwrap();
    for (name, zone, clock, hours) in [
        ("WEB01", "South Africa Standard Time", "2026-09-14T12:30:00+02:00", ["10:00", "12:00"]),
        ("WEB02", "SA Pacific Standard Time", "2026-09-14T05:30:00-05:00", ["03:30", "04:45"]),
    ] {
        let log: String =
            hours.map(|hour| line(&format!("{hour}:00,000"), &format!("{name} {hour}"))).concat();
        Node { name, zone, clock, log: log.as_bytes() }.bundle(folder.path(), Form::Zip);
    }
    loose(folder.path(), "WEB03/SS.log", line("09:00:00,000", "WEB03 09:00").as_bytes());
    let (code, out, err) = logs(&[folder.path()], &["--since", "2026-09-14"]);
    assert_eq!(code, 0, "{err}");
    let shown: Vec<(&str, &str)> = out
        .lines()
        .map(|line| (line.split(' ').nth(1).unwrap(), line.rsplit(" - ").next().unwrap()))
        .collect();
    let expected = [
        ("08:00:00.000Z", "WEB01 10:00"),
        ("08:30:00.000Z", "WEB02 03:30"),
        ("09:00:00.000?", "WEB03 09:00"),
        ("09:45:00.000Z", "WEB02 04:45"),
        ("10:00:00.000Z", "WEB01 12:00"),
    ];
    assert_eq!(shown, expected, "{out}");
    assert!(err.contains("time zone of WEB03 is not known") && !err.contains("WEB01"), "{err}");
    let found = entries(&[folder.path()], &["--since", "2026-09-14"]);
    assert_eq!(each(&found, "zone_known"), ["true", "true", "false", "true", "true"]);
    assert_eq!(each(&found, "local")[1..3], ["2026-09-14T03:30:00.000-05:00", "2026-09-14T09:00:00.000"]);
}

#[test]
fn a_log_has_the_offset_of_each_day() {
    let folder = tempfile::tempdir().unwrap();
    let log: String =
        ["2026-10-24 18:00", "2026-10-25 01:30", "2026-10-25 02:30", "2026-10-25 02:10", "2026-10-26 08:00"]
            .map(|time| format!("{time}:00,000 [4] INFO  Thycotic.Web - x\n"))
            .concat();
    let node = Node {
        name: "WEB01",
        zone: "W. Europe Standard Time",
        clock: "2026-10-26T09:00:00+01:00",
        log: log.as_bytes(),
    };
    let bundle = node.bundle(folder.path(), Form::Zip);
    let times = each(&entries(&[&bundle], &["--grep", "."]), "time");
    // The clock went from 03:00 back to 02:00.
    let expected = ["24T16:00", "24T23:30", "25T00:30", "25T01:10", "26T07:00"];
    assert_eq!(times, expected.map(|time| format!("2026-10-{time}:00.000Z")));
}

#[test]
fn an_entry_never_comes_before_one_that_is_before_it_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let one = [
        line("10:00:00,000", "a1"),
        line("10:05:00,000", "a2"),
        line("10:01:00,000", "a3: the clock was set back"),
        "ERROR Thycotic.Web - a4 without a time\n".to_owned(),
        line("10:06:00,000", "a5"),
    ]
    .concat();
    let two = [line("10:04:00,000", "b1"), line("10:05:30,000", "b2")].concat();
    loose(folder.path(), "WEB01/SS.log", one.as_bytes());
    loose(folder.path(), "WEB02/SS.log", two.as_bytes());
    let texts = each(&entries(&[folder.path()], &["--level", "debug"]), "text");
    let starts: Vec<&str> = texts.iter().map(|text| &text[..2]).collect();
    assert_eq!(starts, ["a1", "b1", "a2", "a3", "a4", "b2", "a5"]);
    // What is stamped after the collection moves nothing.
    let late = [line("08:00:00,000", "c1"), line("23:00:00,000", "c2"), line("08:10:00,000", "c3")].concat();
    let node = Node {
        name: "WEB03",
        zone: "GMT Standard Time",
        clock: "2026-09-14T08:30:00+00:00",
        log: late.as_bytes(),
    };
    let bundle = node.bundle(&folder.path().join("b"), Form::Folder);
    loose(folder.path(), "WEB04/SS.log", line("08:05:00,000", "d1").as_bytes());
    let found = entries(&[&bundle, &folder.path().join("WEB04")], &["--grep", "."]);
    assert_eq!(each(&found, "text"), ["c1", "c2", "d1", "c3"]);
}

/// Two nodes with equal times, rolled logs, and a loose one.
fn mixed(folder: &Path) -> [std::path::PathBuf; 3] {
    let log = |text: &str| {
        (0..2000)
            .map(|at| {
                line(&format!("10:{:02}:{:02},{:03}", at / 60 % 60, at % 60, at % 7), &format!("{text} {at}"))
            })
            .collect::<String>()
    };
    let bundle = |name: &'static str| {
        let log = log(name);
        Node { name, zone: "GMT Standard Time", clock: "2026-09-14T11:30:00+00:00", log: log.as_bytes() }
            .bundle(&folder.join("bundles"), Form::Zip)
    };
    let [one, two] = [bundle("WEB01"), bundle("WEB02")];
    loose(folder, "web03/log/SS.log.1", log("old").as_bytes());
    loose(folder, "web03/log/SS.log", log("new").as_bytes());
    [one, two, folder.join("web03")]
}

#[test]
fn the_output_is_the_same_whatever_the_inputs_order_and_threads() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two, three] = mixed(folder.path());
    let run = |inputs: &[&Path], threads: &str| {
        let mut command = super::command(inputs, &["--since", "2026-09-14 10:03"]);
        super::told(&command.env("RAYON_NUM_THREADS", threads).output().unwrap())
    };
    let first = run(&[&one, &two, &three], "1");
    assert!(first.1.lines().count() > 4000, "{}", first.2);
    for (inputs, threads) in
        [([&one, &two, &three], "8"), ([&three, &two, &one], "2"), ([&two, &three, &one], "3")]
    {
        assert!(run(&inputs.map(AsRef::as_ref), threads) == first, "{threads}");
    }
}

#[test]
fn a_log_that_came_with_two_bundles_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let old = [line("08:00:00,000", "a"), line("08:00:00,000", "a"), line("08:10:00,000", "b")].concat();
    let new = old.clone() + &line("08:40:00,000", "c");
    for (clock, log) in [("2026-09-14T08:30:00+00:00", &old), ("2026-09-14T09:30:00+00:00", &new)] {
        Node { name: "WEB01", zone: "GMT Standard Time", clock, log: log.as_bytes() }
            .bundle(folder.path(), Form::Zip);
    }
    let (code, out, err) = logs(&[folder.path()], &["--grep", "."]);
    assert_eq!((code, out.lines().count()), (0, 4), "a line that a log has twice is there twice\n{out}{err}");
    assert!(err.contains("3 entries came with two inputs of a node"), "{err}");
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_whole_log() {
    let folder = tempfile::tempdir().unwrap();
    let log =
        |days: [&str; 2]| days.map(|day| format!("{day}/2026 10:00:00 INFO Thycotic.Web - {day}\n")).concat();
    let cases = [
        ("WEB01", ["03/04", "13/04"], "2026-04-03T10:00:00.000Z", "day first"),
        ("WEB02", ["03/04", "03/14"], "2026-03-04T10:00:00.000Z", "month first"),
    ];
    for (node, days, expected, what) in cases {
        let path = loose(folder.path(), &format!("{node}/SS.log"), log(days).as_bytes());
        assert_eq!(each(&entries(&[&path], &["--grep", "."]), "time")[0], expected, "{what}");
    }
    let path = loose(folder.path(), "WEB03/SS.log", log(["03/04", "05/04"]).as_bytes());
    let (_, out, err) = logs(&[&path], &["--grep", "."]);
    assert!(
        out.starts_with("2026-04-03 10:00:00.000? ")
            && err.contains("which number of its dates is the month"),
        "{out}{err}"
    );
}
