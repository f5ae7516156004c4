//! The time axis of whole cases: samples are copied, changed and analysed.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::bundle::digest::Sha256;
use clusterbrief::report::model::{Lane, WhatFirst};
use clusterbrief::report::{html, json};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

/// A copy of a sample that can be changed.
struct Copied(TempDir);

impl Copied {
    fn of(case: &str) -> Self {
        fn copy(from: &Path, to: &Path) {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
                let target = to.join(entry.file_name());
                if entry.path().is_dir() {
                    copy(&entry.path(), &target);
                } else {
                    fs::copy(entry.path(), target).unwrap();
                }
            }
        }
        let folder = TempDir::new().unwrap();
        copy(&sample(case), folder.path());
        Self(folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn manifest(&self, node: &str, change: impl FnOnce(&mut Value)) -> &Self {
        let path = self.path(node).join("manifest.json");
        let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut manifest);
        fs::write(path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
        self
    }

    /// Writes a member, new or not; the manifest follows.
    fn member(&self, node: &str, member: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(node).join(member);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text).unwrap();
        self.manifest(node, |manifest| {
            let taken = json!({"taken": {"size": text.as_ref().len(), "sha256": Sha256::of(text.as_ref()).to_string()}});
            let members = manifest["members"].as_array_mut().unwrap();
            if let Some(row) = members.iter_mut().find(|row| row["path"] == member) {
                row["status"] = taken;
            } else {
                members.push(json!({"path": member, "origin": "x", "status": taken, "redactions": {}}));
                members.sort_by_key(|row| row["path"].as_str().unwrap().to_owned());
            }
        })
    }

    fn without_logs(&self, node: &str) -> &Self {
        fs::remove_dir_all(self.path(node).join("logs")).unwrap();
        self.manifest(node, |manifest| {
            let members = manifest["members"].as_array_mut().unwrap();
            members.retain(|row| !row["path"].as_str().unwrap().starts_with("logs/"));
        })
    }

    fn facts(&self, node: &str, change: impl FnOnce(&mut Value)) -> &Self {
        let mut facts =
            serde_json::from_slice(&fs::read(self.path(node).join("facts.json")).unwrap()).unwrap();
        change(&mut facts);
        self.member(node, "facts.json", serde_json::to_vec_pretty(&facts).unwrap())
    }

    fn log(&self, node: &str) -> String {
        fs::read_to_string(self.path(node).join("logs/SS.log")).unwrap()
    }

    fn analyze(&self) -> Analysis {
        ANALYZER.analyze(open([self.0.path()]), &Options::at("2026-11-20T12:00:00Z".parse().unwrap()))
    }
}

fn lane<'a>(analysis: &'a Analysis, name: &str) -> &'a Lane {
    analysis.report.errors.axis.lanes.iter().find(|lane| lane.name == name).unwrap()
}

/// Marks of a lane that are drawn, with their kind and text.
fn marks(lane: &Lane) -> Vec<(&str, &str)> {
    lane.marks.iter().filter(|mark| mark.drawn).map(|mark| (mark.kind, mark.text.as_str())).collect()
}

fn event(at: &str, provider: &str, id: u32, level: u8, data: &[&str]) -> String {
    format!("{}\n", json!({"at": at, "provider": provider, "id": id, "level": level, "data": data}))
}

#[test]
fn events_of_windows_are_on_the_lane_of_their_node() {
    let case = Copied::of("healthy-3-node");
    let system = [
        event("2026-11-19T01:00:00.000Z", "EventLog", 6006, 4, &[]),
        event("2026-11-19T01:04:00.000Z", "EventLog", 6005, 4, &[]),
        event("2026-11-19T06:00:00.000Z", "Microsoft-Windows-Time-Service", 36, 3, &["86400"]),
        event("2026-11-19T07:00:00.000Z", "Microsoft-Windows-WAS", 5002, 2, &["AnotherPool"]),
    ];
    let application = [
        event("2026-11-19T02:10:00.000Z", "Application Error", 1000, 2, &["w3wp.exe", "10.0.20348.1"]),
        event("2026-11-19T02:20:00.000Z", "Application Error", 1000, 2, &["w3wp.exe", "10.0.20348.1"]),
        event("2026-11-19T02:30:00.000Z", "Application Error", 1000, 2, &["calc.exe"]),
    ];
    case.member("WEB02", "events/System.jsonl", system.concat());
    case.member("WEB02", "events/Application.jsonl", application.concat());
    let analysis = case.analyze();
    let lane = lane(&analysis, "WEB02");
    assert_eq!(
        marks(lane),
        [
            ("start", "worker process started"),
            ("boot", "Windows was shut down (EventLog 6006)"),
            ("boot", "Windows started (EventLog 6005)"),
            ("failure", "worker process crashed (Application Error 1000)"),
            (
                "clock",
                "clock was set, or the time service reported a problem (Microsoft-Windows-Time-Service 36)"
            ),
            ("collected", "collected"),
        ]
    );
    let crash = lane.marks.iter().find(|mark| mark.kind == "failure").unwrap();
    assert_eq!((crash.count, crash.place.as_str()), (2, "events/Application.jsonl:1"));
    assert_eq!(crash.local, "2026-11-19 03:10:00 +01:00");
    assert!(analysis.report.inputs.iter().all(|input| input.problems.is_empty()));
}

#[test]
fn a_bad_line_of_events_is_a_problem_of_the_input_and_costs_that_line() {
    let good = event("2026-11-19T01:04:00.000Z", "EventLog", 6005, 4, &[]);
    let bad = [
        "{\"at\":\"yesterday\",\"provider\":\"x\",\"id\":1,\"level\":2,\"data\":[]}\n".to_owned(),
        "not JSON at all\n".to_owned(),
        event("2026-11-19T01:04:00Z", &"x".repeat(70_000), 1, 2, &[]),
        "{\"at\":\"2026-11-19T01:04:00Z\",\"provider\":\"x\",\"id\":-1,\"level\":2,\"data\":[]}\n".to_owned(),
    ];
    for bad in &bad {
        let case = Copied::of("healthy-3-node");
        case.member("WEB01", "events/System.jsonl", format!("{good}{bad}\n{good}{bad}"));
        let analysis = case.analyze();
        let input = analysis.report.inputs.iter().find(|input| input.name == "WEB01").unwrap();
        let texts: Vec<&str> = input.problems.iter().map(|problem| problem.text.as_str()).collect();
        let [text] = *texts else { panic!("{texts:?}") };
        assert!(text.starts_with("events/System.jsonl cannot be understood at line 2: the line "), "{text}");
        assert!(text.ends_with("Nor can one later line."), "{text}");
        let boot = lane(&analysis, "WEB01").marks.iter().find(|mark| mark.kind == "boot").unwrap();
        assert_eq!(boot.count, 2);
    }
}

#[test]
fn what_no_log_covers_is_unknown_and_never_quiet() {
    let case = Copied::of("healthy-3-node");
    case.without_logs("WEB03");
    // Half of the day is missing in all logs of WEB02.
    let manifest = fs::read_to_string(case.path("WEB02/manifest.json")).unwrap();
    for log in ["SS-BSSR", "SS-BWSR", "SS-EWSR", "SS-SRWSR", "SS"].map(|name| format!("logs/{name}.log")) {
        assert!(manifest.contains(&log));
        let text = fs::read_to_string(case.path("WEB02").join(&log)).unwrap();
        let within = |line: &&str| !("2026-11-19 03:00".."2026-11-19 19:00").contains(&&line[..16]);
        case.member(
            "WEB02",
            &log,
            text.lines().filter(within).fold(String::new(), |mut all, line| {
                all.push_str(line);
                all.push('\n');
                all
            }),
        );
    }
    let analysis = case.analyze();
    let none = lane(&analysis, "WEB03");
    assert!(none.seen.is_empty() && none.other.iter().all(|count| *count == 0));
    assert!(!marks(none).is_empty(), "what facts say is drawn all the same");
    let holed = lane(&analysis, "WEB02");
    assert_eq!((holed.seen.len(), holed.holes.len()), (2, 1));
    assert!(
        holed.holes[0].from.starts_with("2026-11-19T0") && holed.holes[0].to.starts_with("2026-11-19T18")
    );
    let page = html::render(&analysis.report).unwrap();
    assert!(page.contains("fill=\"url(#lost)\"") && page.contains("nothing is known: no log"));
    assert_eq!(lane(&analysis, "WEB01").holes, []);
}

#[test]
fn one_node_without_any_time_in_its_logs_has_an_axis_of_its_facts() {
    let case = Copied::of("healthy-3-node");
    for node in ["WEB02", "WEB03"] {
        fs::remove_dir_all(case.path(node)).unwrap();
    }
    case.without_logs("WEB01");
    let analysis = case.analyze();
    let axis = &analysis.report.errors.axis;
    assert_eq!((axis.from.as_str(), axis.to.as_str()), ("2026-11-19T09:00:00Z", "2026-11-20T10:00:00Z"));
    assert_eq!(marks(lane(&analysis, "WEB01")), [("collected", "collected")]);
    assert!(html::render(&analysis.report).unwrap().contains("<figure class=\"chart\""));
}

#[test]
fn without_a_bundle_there_is_no_axis() {
    let case = Copied::of("healthy-3-node");
    for node in ["WEB01", "WEB02", "WEB03"] {
        fs::remove_dir_all(case.path(node)).unwrap();
    }
    let analysis = case.analyze();
    assert_eq!(analysis.report.errors.axis.from, "");
    assert!(!html::render(&analysis.report).unwrap().contains("<figure class=\"chart\""));
}

#[test]
fn an_unknown_zone_is_said_and_marked() {
    let case = Copied::of("mid-upgrade");
    case.manifest("WEB02", |manifest| {
        let unknown = json!({"not-collected": {"why": "it was not asked"}});
        manifest["collection"]["utc-offset-minutes"] = unknown.clone();
        manifest["collection"]["zone"] = unknown;
    });
    let analysis = case.analyze();
    assert_eq!(lane(&analysis, "WEB02").utc_offset, None);
    let axis = &analysis.report.errors.axis;
    assert!(axis.notes.iter().any(|note| note.contains("WEB02 is not known") && note.contains("14 hours")));
    let page = html::render(&analysis.report).unwrap();
    assert!(page.contains("class=\"lane unsure\"") && page.contains("time zone unknown"));
    // Its lines cannot be merged with those of the others.
    let first = analysis.report.errors.first.unwrap();
    assert!(
        first.lines.iter().all(|line| line.node != "WEB02")
            && first.lines.iter().any(|line| line.node == "WEB01")
    );
    assert!(first.notes.iter().any(|note| note.contains("WEB02")), "{:?}", first.notes);
}

#[test]
fn a_clock_that_the_reference_proves_wrong_is_corrected() {
    let case = Copied::of("mid-upgrade");
    let before = case.analyze();
    case.facts("WEB03", |facts| {
        facts["host"]["clock-reference"]["known"]["value"]["offset-ms"] = json!(300_000);
    });
    let analysis = case.analyze();
    let [old, new] = [&before, &analysis].map(|one| lane(one, "WEB03"));
    assert_eq!((old.corrected_ms, new.corrected_ms), (0, 300_000));
    let collected = |lane: &Lane| {
        let mark = lane.marks.iter().find(|mark| mark.kind == "collected").unwrap();
        (mark.at.clone(), mark.local.clone())
    };
    assert_eq!(collected(old).0, "2026-11-20T09:04:07Z");
    assert_eq!(collected(new).0, "2026-11-20T08:59:07Z");
    assert_eq!(collected(old).1, collected(new).1, "the clock of the node showed what it showed");
    let notes = |one: &Analysis| one.report.errors.axis.notes.join(" ");
    assert!(notes(&analysis).contains("WEB03 was 300.0 s ahead of \"operator\""), "{}", notes(&analysis));
    let at = |first: &Option<WhatFirst>| first.as_ref().unwrap().at.clone();
    assert_eq!(at(&before.report.errors.first), "2026-11-20T07:29:00.000Z");
    assert_eq!(at(&analysis.report.errors.first), "2026-11-20T07:24:00.000Z");
    // Less than its own uncertainty proves nothing, and an offset beyond belief is none.
    for offset in [14_000, i64::MAX, i64::MIN] {
        case.facts("WEB03", |facts| {
            facts["host"]["clock-reference"]["known"]["value"]["offset-ms"] = json!(offset);
        });
        assert_eq!(lane(&case.analyze(), "WEB03").corrected_ms, 0, "{offset}");
    }
}

#[test]
fn a_log_that_goes_back_in_time_is_marked() {
    let case = Copied::of("healthy-3-node");
    let mut lines: Vec<String> = case.log("WEB01").lines().map(str::to_owned).collect();
    let moved = lines.split_off(lines.len() / 2);
    let text = format!("{}\n{}\n", moved.join("\n"), lines.join("\n"));
    case.member("WEB01", "logs/SS.log", text);
    let analysis = case.analyze();
    let clock: Vec<&str> = marks(lane(&analysis, "WEB01"))
        .into_iter()
        .filter(|(kind, _)| *kind == "clock")
        .map(|(_, text)| text)
        .collect();
    let [text] = *clock else { panic!("{clock:?}") };
    assert!(text.starts_with("logs/SS.log goes back 1 d ") && text.contains("the clock was set"), "{text}");
    assert!(marks(lane(&analysis, "WEB02")).iter().all(|(kind, _)| *kind != "clock"));
}

/// Times of files and facts that cannot be true move nothing, and break nothing.
#[test]
fn hostile_times_stretch_no_axis() {
    let case = Copied::of("healthy-3-node");
    let usual = case.analyze().report.errors.axis;
    for (time, zone) in [("1970-01-01T00:00:00Z", "2000-01-01"), ("9999-12-31T23:59:59Z", "2099-12-31")] {
        let case = Copied::of("healthy-3-node");
        case.facts("WEB01", |facts| {
            for file in ["encryption-config", "database-config"] {
                let known = &mut facts[file]["known"]["value"]["modified"]["known"]["value"];
                assert!(known.is_string());
                *known = json!(time);
            }
            facts["host"]["worker-started"]["known"]["value"] = json!(time);
            facts["machine"]["os.started"] = json!({"known": {"value": time, "sources": [{"file": "x"}]}});
        });
        case.member("WEB01", "events/System.jsonl", event(time, "EventLog", 6005, 4, &[]));
        // A copied folder has no clock that could say that a line is later than the collection.
        let log = format!("{zone} 00:00:00,000 [1] ERROR Thycotic.A - it broke\n{}", case.log("WEB02"));
        case.member("WEB02", "logs/SS.log", log);
        case.manifest("WEB02", |manifest| manifest["node"]["copied"] = json!(true));
        let analysis = case.analyze();
        let axis = &analysis.report.errors.axis;
        assert_eq!((&axis.to, axis.lanes.len()), (&usual.to, usual.lanes.len()), "{time}");
        let day = |text: &str| text[..10].parse::<chrono::NaiveDate>().unwrap();
        assert!((day(&axis.to) - day(&axis.from)).num_days() <= 32, "{} {}", axis.from, axis.to);
        assert!(axis.lanes.iter().all(|lane| lane.known.len() <= 96));
        html::render(&analysis.report).unwrap();
    }
}

/// An outage on every node: what each logs around its first sign, in one order.
fn outage() -> Copied {
    let case = Copied::of("mid-upgrade");
    for (node, offset) in [("WEB01", 0), ("WEB02", 1), ("WEB03", 2)] {
        let mut lines: Vec<String> = case.log(node).lines().map(str::to_owned).collect();
        for number in 0..30 {
            let (minute, second) = (20 + number / 3, number * 20 % 60 + offset);
            lines.push(format!(
                "2026-11-20 08:{minute}:{second:02},000 [9] ERROR Thycotic.Pool.P{} - connection {number} lost, password=Sommer-Regen-{number}",
                char::from(b'A' + u8::try_from(number).unwrap() % 26)
            ));
            lines.push(format!(
                "2026-11-20 08:{minute}:{second:02},500 [9] WARN  Thycotic.Pool - retry {number}"
            ));
        }
        lines.sort();
        case.member(node, "logs/SS.log", lines.join("\n") + "\n");
    }
    case
}

#[test]
fn what_happened_first_is_merged_from_all_nodes_in_order_and_redacted() {
    let case = outage();
    let analysis = case.analyze();
    let first = analysis.report.errors.first.as_ref().unwrap();
    assert_eq!((first.title.as_str(), first.node.as_str()), ("Database version does not match", "WEB03"));
    assert_eq!(
        (first.from.as_str(), first.to.as_str()),
        ("2026-11-20T07:19:00.000Z", "2026-11-20T07:34:00.000Z")
    );
    assert_eq!(first.lines.len(), 40);
    assert!(first.left_out > 0);
    assert!(first.lines.is_sorted_by_key(|line| &line.at));
    assert_eq!(first.lines.iter().filter(|line| line.hit).count(), 1);
    let hit = first.lines.iter().find(|line| line.hit).unwrap();
    assert!(hit.text.contains("does not match the version") && hit.at == first.at);
    for node in ["WEB01", "WEB02", "WEB03"] {
        assert!(first.lines.iter().any(|line| line.node == node && line.level == "error"), "{node}");
    }
    let [json, page] = [json::render(&analysis.report), html::render(&analysis.report)].map(Result::unwrap);
    assert!(page.contains("What happened first"));
    for text in [json, page] {
        assert!(!text.contains("Sommer-Regen"), "a password is in the report");
    }
    let anchor = format!("id=\"{}\"", first.anchor);
    assert!(html::render(&analysis.report).unwrap().contains(&anchor), "{anchor}");
}

#[test]
fn threads_and_order_of_inputs_change_nothing() {
    let case = outage();
    let whole = json::render(&case.analyze().report).unwrap();
    let mut inputs: Vec<PathBuf> =
        fs::read_dir(case.0.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs.reverse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = pool.install(|| {
        let options = Options::at("2026-11-20T12:00:00Z".parse().unwrap());
        json::render(&ANALYZER.analyze(open(inputs), &options).report).unwrap()
    });
    assert!(whole == again);
}

/// A month of errors in every hour on eight kinds of lines stays within a few kilobytes.
#[test]
fn the_drawing_stays_small() {
    let case = Copied::of("healthy-3-node");
    let without = html::render(&case.analyze().report).unwrap().len();
    let mut log = String::new();
    for hour in 0..24 * 14 {
        let (day, hour) = (6 + hour / 24, hour % 24);
        for number in 0..(hour * 7 + day * 3) % 11 {
            writeln!(log, "2026-11-{day:02} {hour:02}:{number:02}:00,000 [1] ERROR Thycotic.Odd - it broke")
                .unwrap();
        }
    }
    for node in ["WEB01", "WEB02", "WEB03"] {
        case.member(node, "logs/SS.log", &log);
    }
    let analysis = case.analyze();
    let lane = lane(&analysis, "WEB01");
    assert!(lane.other.len() <= 96 && lane.other.iter().sum::<u64>() > 1_000);
    let page = html::render(&analysis.report).unwrap();
    let from = page.find("<figure class=\"chart\"").unwrap();
    let section = &page[from..from + page[from..].find("</figure>").unwrap()];
    assert!(section.len() <= 12 * 1024, "{} bytes", section.len());
    assert!(without <= 150 * 1024);
}
