//! Nobody innocent: files of many kinds are no key files, wherever they turn up.

use crate::support::files::{kinds, random};
use crate::support::site::{Site, clock};
use clusterbrief::analysis::{Analyzer, Options, open};
use clusterbrief::bundle::Status;
use clusterbrief::model::InputStatus;
use clusterbrief::model::input::ProblemKind;
use clusterbrief::redact::search::Searcher;
use std::fs;
use std::path::{Path, PathBuf};

const ACCUSING: [ProblemKind; 4] =
    [ProblemKind::KeyMaterial, ProblemKind::MayBeKeyMaterial, ProblemKind::Secret, ProblemKind::DoNotSend];

/// A folder with one bundle of a healthy node, as a folder.
fn case() -> (Site, PathBuf) {
    let site = Site::new(|_| {});
    let mut options = site.options();
    options.form = clusterbrief::bundle::Form::Folder;
    let bundle = site.collect_with(options).collected.path;
    let case = site.dir.path().join("case");
    fs::create_dir(&case).unwrap();
    fs::rename(&bundle, case.join("SSWEB01")).unwrap();
    (site, case)
}

fn report(path: &Path) -> clusterbrief::analysis::Analysis {
    Analyzer::new().unwrap().analyze(open([path]), &Options::at(clock().to_utc()))
}

#[test]
fn files_of_fifty_kinds_are_accused_nowhere() {
    let kinds = kinds();
    assert!(kinds.len() >= 50, "{}", kinds.len());
    let (_site, case) = case();
    for (name, content) in &kinds {
        assert!((128..=64 << 10).contains(&content.len()), "{name}");
        fs::write(case.join(name), content).unwrap();
        fs::write(case.join("SSWEB01").join(name), content).unwrap();
        let searcher = Searcher::default();
        let mut search = searcher.start(Some(name));
        search.push(content);
        assert_eq!(search.finish().places, [], "{name}");
    }
    let analysis = report(&case);
    for input in &analysis.report.inputs {
        let accused = input.problems.iter().find(|problem| ACCUSING.contains(&problem.kind));
        assert_eq!(accused, None, "{}", input.name);
        assert!(
            input.problems.iter().all(|problem| !problem.text.contains("key file")),
            "{:?}",
            input.problems
        );
    }
    let bundle = analysis.report.inputs.iter().find(|input| input.name == "SSWEB01").unwrap();
    assert_eq!(bundle.status, InputStatus::Read, "{:?}", bundle.problems);
    assert_eq!(bundle.problems.iter().filter(|one| one.kind == ProblemKind::Unlisted).count(), kinds.len());
    assert!(analysis.cluster.nodes[0].snapshot.is_some());
}

#[test]
fn what_nothing_explains_may_be_a_key_file_and_costs_that_input_only() {
    let (_site, case) = case();
    for (at, kind) in
        [("a.bin", ProblemKind::MayBeKeyMaterial), ("Encryption.config", ProblemKind::KeyMaterial)]
    {
        fs::write(case.join(at), random(at.len() as u64, 457)).unwrap();
        fs::write(case.join("SSWEB01").join(at), random(12, 457)).unwrap();
        let analysis = report(&case);
        let input = |name: &str| analysis.report.inputs.iter().find(|input| input.name == name).unwrap();
        for name in [at, "SSWEB01"] {
            assert!(
                input(name).problems.iter().any(|one| one.kind == kind),
                "{name}: {:?}",
                input(name).problems
            );
        }
        assert!(analysis.cluster.nodes[0].snapshot.is_some(), "{at}");
        let safety: Vec<_> = analysis.report.safety.iter().filter(|one| one.title.starts_with(at)).collect();
        let [finding] = safety[..] else { panic!("{:?}", analysis.report.safety) };
        let confirmed = format!("{:?}", finding.confidence) == "Confirmed";
        assert_eq!(confirmed, kind == ProblemKind::KeyMaterial, "{at}");
        let searched = Searcher::default().search(&random(11, 457));
        assert_eq!(searched.places.len(), 1, "inspect --leaks agrees");
    }
}

#[test]
fn of_a_log_that_is_none_nothing_is_taken_and_its_time_is_a_hole() {
    let lines = |day: u32, hours: std::ops::Range<u32>| -> String {
        hours.fold(String::new(), |all, hour| {
            all + &format!("2026-09-{day:02} {hour:02}:00:00,000 [1] INFO  A - tick {day}\n")
        })
    };
    let mut kinds = kinds();
    kinds.retain(|(name, _)| ![".txt", ".crt", ".req"].iter().any(|end| name.ends_with(end)));
    let site = Site::new(|node| {
        node.put("log/SS.log", lines(14, 3..9));
        node.put("log/SS.log.2", lines(13, 20..24));
        node.put("log/SS.log.1.gz", kinds.iter().find(|(name, _)| *name == "SS.log.gz").unwrap().1.clone());
        node.put("log/SS.log.3", "");
        node.put("log/SS.log.4", vec![0; 30_000]);
        node.put("log/SS.log.5", random(5, 3000));
        for (at, (_, content)) in kinds.iter().enumerate() {
            node.put(&format!("log/SS-EWSR.log.{}", at + 1), content.clone());
        }
    });
    let mut options = site.options();
    options.since = Some("2000-01-01T00:00:00Z".parse().unwrap());
    let taken = site.collect_with(options);
    let why = |name: &str| match taken.status(name) {
        Status::Skipped { why } => why.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let packed = why("logs/SS.log.1.gz");
    assert!(packed.starts_with("compressed: it is a compressed file (gzip); unpack it"), "{packed}");
    assert_eq!(why("logs/SS.log.3"), "no log: it is empty");
    assert_eq!(why("logs/SS.log.4"), "no log: it holds zero bytes only");
    assert!(why("logs/SS.log.5").contains("look random"));
    for (at, (name, content)) in kinds.iter().enumerate() {
        let why = why(&format!("logs/SS-EWSR.log.{}", at + 1));
        assert!(
            why.starts_with("no log: it is a")
                || why.starts_with("compressed: it is")
                || why.starts_with("no log: it is"),
            "{name}: {why}"
        );
        let everything = taken.everything();
        assert!(memchr::memmem::find(&everything, &content[100..140]).is_none(), "{name}");
    }
    let logs = taken.snapshot().logs;
    let logs = logs.value().unwrap();
    let holes = logs.holes(Some(clusterbrief::model::log::Component::Web));
    assert_eq!(holes.iter().map(|hole| (hole.to - hole.from).num_hours()).collect::<Vec<_>>(), [4]);
    assert!(
        logs.missing_rolls().iter().all(|name| !name.starts_with("logs/SS.log")),
        "{:?}",
        logs.missing_rolls()
    );
    assert!(taken.problems().iter().any(|text| text.contains("unpack it")), "{:?}", taken.problems());
}

#[test]
fn a_table_that_no_reader_takes_is_asked_for_again_and_random_bytes_are_no_table() {
    let (_site, case) = case();
    let times =
        "Time;Level;Message\r\n10:00:01;Error;first\r\n10:00:02;Error;second\r\n10:00:03;Info;third\r\n";
    let prose = "10:00 the node stopped, as users say\n10:05 we started it again\n10:07 all is well, for now, we think\n";
    fs::write(case.join("events.txt"), times).unwrap();
    fs::write(case.join("diary"), prose).unwrap();
    // Larger than any key file, with every separator in it.
    fs::write(case.join("blob"), random(7, 200_000)).unwrap();
    fs::write(case.join("zeros"), vec![0; 5000]).unwrap();
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.resize(49 << 20, 0);
    fs::write(case.join("large"), picture).unwrap();
    let report = report(&case).report;
    let of = |name: &str| {
        let input = report.inputs.iter().find(|input| input.name == name).unwrap();
        (input.status, input.problems[0].kind, input.problems[0].text.clone())
    };
    let (status, kind, text) = of("events.txt");
    assert_eq!((status, kind), (InputStatus::Refused, ProblemKind::Malformed), "{text}");
    assert!(text.contains("a table of 3 columns") && text.contains("save it again"), "{text}");
    assert_eq!(of("diary").0, InputStatus::PassedOver, "{:?}", of("diary"));
    for name in ["blob", "zeros"] {
        let (status, kind, text) = of(name);
        assert_eq!((status, kind), (InputStatus::Refused, ProblemKind::NoInput), "{text}");
        assert!(text.contains("of no kind that this program knows ("), "{text}");
    }
    assert!(of("blob").2.contains("compressed or encrypted"), "{:?}", of("blob"));
    let (status, _, text) = of("large");
    assert_eq!((status, text.contains("a picture (PNG)")), (InputStatus::PassedOver, true), "{text}");
    assert!(
        report
            .findings
            .iter()
            .all(|finding| !["blob", "zeros", "diary", "large"].contains(&finding.subject.name.as_str()))
    );
}
