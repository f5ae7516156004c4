use super::builds::fixing_builds;
use super::cve::{Cve, read};
use super::*;
use crate::knowledge::Knowledge;
use proptest::prelude::*;

fn build(text: &str) -> BuildVersion {
    BuildVersion::parse(text).unwrap()
}

fn knowledge() -> Knowledge {
    Knowledge::builtin().unwrap()
}

fn statuses(advisory: &Advisory, builds: &[&str]) -> Vec<BuildStatus> {
    builds.iter().map(|text| advisory.status(build(text))).collect()
}

const A: BuildStatus = BuildStatus::Affected;
const N: BuildStatus = BuildStatus::Unaffected;
const U: BuildStatus = BuildStatus::Unknown;

/// Both sides of every bound, written as records and as the product write builds.
#[test]
fn ranges_are_per_branch() {
    let knowledge = knowledge();
    for (id, affected, fixed) in [
        (
            "CVE-2026-19117",
            "10.6.0 11.7.61 11.8.0 11.8.000001 11.9.0 11.9.47 12.0.22 12.1.2",
            "10.5.999999 11.7.62 11.7.000100 11.8.2 11.9.48 12.0.23 12.1.3 12.2.7",
        ),
        ("CVE-2026-15640", "10.5.0 11.7.62 12.1.3", "10.4.000000 12.1.4 12.2.7"),
        ("CVE-2026-15638", "10.5.1 12.1.3", "10.5.0 12.2.7"),
        ("CVE-2026-15639", "10.2.19 11.9.48", "10.2.18 12.0.20 12.2.7"),
        ("CVE-2026-115828", "8.0.0 12.2.7", "12.2.8 12.3.1"),
        ("CVE-2026-115829", "11.7.62 12.2.7", "12.3.1"),
        ("CVE-2025-12810", "11.8.1 11.9.6 11.9.25", "11.8.0 11.8.2 11.9.7 11.9.24 11.9.47 12.2.7"),
        ("CVE-2025-6942", "8.0.0 11.7.48", "11.7.49 12.0.0"),
        ("CVE-2024-33891", "11.6.1 11.7.0", "11.7.1"),
        ("CVE-2024-12908", "11.7.31 11.7.48", "11.7.49"),
        ("CVE-2023-4589", "10.9.2", "10.9.1 10.9.3"),
    ] {
        let advisory = knowledge.advisories.iter().find(|one| one.id == id).unwrap();
        for text in affected.split(' ') {
            assert_eq!(advisory.status(build(text)), A, "{id} {text}");
        }
        for text in fixed.split(' ') {
            assert_eq!(advisory.status(build(text)), N, "{id} {text}");
        }
    }
    let trains = knowledge.advisories.iter().find(|one| one.id == "CVE-2025-6943").unwrap();
    assert_eq!(statuses(trains, &["11.6.3", "11.7.0", "11.7.61", "11.8.0"]), [A, U, U, N]);
}

#[test]
fn only_what_is_critical_and_needs_no_account_is_high() {
    let knowledge = knowledge();
    let of = |severity| {
        let those = knowledge.advisories.iter().filter(move |one| one.severity() == severity);
        those.map(|one| one.id.as_str()).collect::<Vec<_>>()
    };
    let high = ["CVE-2026-19117", "CVE-2026-15638", "CVE-2026-15639", "CVE-2026-15640"];
    assert_eq!(of(Severity::High), high);
    assert_eq!(of(Severity::Low), ["CVE-2025-6942", "CVE-2025-6943"]);
    assert!(of(Severity::Medium).contains(&"CVE-2023-4589"), "9.1, but only for an administrator");
    assert!(of(Severity::Medium).contains(&"CVE-2026-115828"), "a score that is not known is not low");
    let once = knowledge.advisories.iter().filter(|one| one.confidence() == Confidence::Inferred);
    assert_eq!(once.map(|one| one.id.as_str()).collect::<Vec<_>>(), ["CVE-2026-115828", "CVE-2026-115829"]);
}

#[test]
fn a_hotfix_is_a_stopgap_and_the_lowest_build_that_closes_all_critical_ones_is_recommended() {
    let knowledge = knowledge();
    let from = |text: &str| fixing_builds(&knowledge, build(text), None);
    let old = from("11.7.000049");
    assert_eq!(old.recommended, Some(build("12.2.7")));
    assert_eq!(old.closes_all, Some(build("12.3.1")));
    assert_eq!(old.stopgap, Some(build("11.7.62")));
    let advice = old.advice();
    for text in [
        "Upgrade to 12.2.000007 or later",
        "It leaves CVE-2026-115828 and CVE-2026-115829 open. 12.3.000001 closes all",
        "and CVE-2026-115829 open. Not known of it: CVE-2025-6943.",
        "the hotfix 11.7.000062 is a stopgap. It leaves CVE-2026-15638",
    ] {
        assert!(advice.contains(text), "{text} is missing in {advice}");
    }
    let hotfix = old.candidate(build("12.1.3")).unwrap();
    assert_eq!(hotfix.closes, ["CVE-2026-19117", "CVE-2026-15639"]);
    assert!(hotfix.hotfix && hotfix.leaves_open.contains(&"CVE-2026-15640".to_owned()));
    assert!(old.candidates.iter().all(|one| one.build > old.installed), "no way leads back");

    // Of another branch, from a branch without a hotfix, from the newest builds.
    assert_eq!(from("12.0.000022").stopgap, Some(build("12.0.23")));
    assert_eq!(from("11.5.000002").stopgap, None);
    assert_eq!(from("11.5.000002").recommended, Some(build("12.2.7")));
    let newer = from("12.2.000007");
    assert_eq!((newer.recommended, newer.stopgap), (Some(build("12.3.1")), None));
    assert!(newer.advice().contains("Upgrade to 12.3.000001 or later, which closes every advisory"));
    let newest = from("12.3.000001");
    assert_eq!((newest.open.len(), newest.candidates.len(), newest.advice().as_str()), (0, 0, ""));

    // A higher build that is older than the hotfix brings a vulnerability back.
    let back = fixing_builds(&knowledge, build("11.7.000062"), Some(build("12.0.000022")));
    assert_eq!(back.candidate(build("12.0.22")).unwrap().adds, ["CVE-2026-19117"]);
    // Old installations go through other builds.
    let far = from("9.0.000000");
    let way = far.candidate(build("12.3.1")).unwrap();
    assert_eq!((way.through.len(), way.way_confirmed), (2, false));
}

/// A record in the form of the public list.
fn record(affected: &str, more: &str) -> String {
    format!(
        r#"{{"dataType":"CVE_RECORD","dataVersion":"5.2","cveMetadata":{{"cveId":"CVE-2027-10001","state":"PUBLISHED",
        "datePublished":"2027-01-05T10:00:00.000Z"}},"containers":{{"cna":{{"affected":{affected},
        "descriptions":[{{"lang":"es","value":"Algo"}},{{"lang":"en","value":"Something bad.\nVery bad."}}]{more}}}}}}}"#
    )
}

fn ours(versions: &str, default: &str) -> String {
    let default = if default.is_empty() { String::new() } else { format!(r#","defaultStatus":"{default}""#) };
    record(
        &format!(
            r#"[{{"vendor":"Delinea","product":"Secret Server (On-Prem)","versions":[{versions}]{default}}}]"#
        ),
        "",
    )
}

fn names() -> CveProduct {
    let of = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    CveProduct {
        name: "Secret Server".into(),
        vendors: of(&["Delinea", "Delinea Inc."]),
        products: of(&["Secret Server", "Secret Server On-Prem", "Secret Server (On-Prem)"]),
        components: of(&["Distributed Engine"]),
    }
}

fn parsed(text: &str) -> Advisory {
    match read("ours/CVE-2027-10001.json", text, &[&names()]) {
        Ok(Cve::Ours(advisory)) => *advisory,
        other => panic!("{other:?} of {text}"),
    }
}

fn passed_over(file: &str, text: &str) -> String {
    match read(file, text, &[&names()]) {
        Ok(Cve::Other(why)) => why,
        other => panic!("{other:?} of {text}"),
    }
}

#[test]
fn ranges_of_a_cve_record_count_as_written() {
    let asked = ["10.5.9", "11.7.61", "11.7.62", "11.8.0", "12.2.7"];
    for (versions, default, expected) in [
        (
            r#"{"version":"10.6.0","lessThanOrEqual":"11.7.61","status":"affected"}"#,
            "unaffected",
            [N, A, N, N, N],
        ),
        (r#"{"version":"0","lessThan":"11.7.62","status":"affected"}"#, "unaffected", [A, A, N, N, N]),
        (r#"{"version":"v11.7.000061","status":"affected"}"#, "unaffected", [N, A, N, N, N]),
        // What is not listed has the default status; without one it is not known.
        (r#"{"version":"11.7.62","status":"unaffected"}"#, "affected", [A, A, N, A, A]),
        (r#"{"version":"11.7.62","status":"unaffected"}"#, "", [U, U, N, U, U]),
        // Affected ranges that end, and all others affected as well: a contradiction.
        (r#"{"version":"0","lessThan":"11.7.62","status":"affected"}"#, "affected", [A, A, U, U, U]),
        // A fixed branch within a range, and an end that is the end of a branch or no end.
        (
            r#"{"version":"0","lessThan":"12.2.7","status":"affected"},
               {"version":"11.7.62","lessThanOrEqual":"11.7.*","status":"unaffected"}"#,
            "unaffected",
            [A, A, N, A, N],
        ),
        (r#"{"version":"11.7.62","lessThan":"*","status":"affected"}"#, "unaffected", [N, N, A, A, A]),
        (r#"{"version":"11.7","lessThan":"11.8","status":"affected"}"#, "unaffected", [N, A, A, N, N]),
        // A release name as the last version leaves its branch unknown.
        (r#"{"version":"0","lessThanOrEqual":"11.7","status":"affected"}"#, "unaffected", [A, U, U, N, N]),
        (r#"{"version":"11.7","status":"affected"}"#, "unaffected", [N, U, U, N, N]),
        // What cannot be read is unknown, never unaffected.
        (r#"{"version":"n/a","status":"affected"}"#, "unaffected", [U; 5]),
        (r#"{"version":"*","status":"affected"}"#, "unaffected", [U; 5]),
        (r#"{"version":"*","status":"unaffected"}"#, "unaffected", [U; 5]),
        (r#"{"status":"affected"}"#, "unaffected", [U; 5]),
        (r#"{"version":null,"status":"affected"}"#, "unaffected", [U; 5]),
        (r#"{"version":"February 2023","status":"affected"}"#, "unaffected", [U; 5]),
        (
            r#"{"version":"unspecified","lessThan":"11.7.62","status":"affected"}"#,
            "unaffected",
            [U, U, N, N, N],
        ),
        (
            r#"{"version":"11.7.61","lessThan":"the next one","status":"affected"}"#,
            "unaffected",
            [N, U, U, U, U],
        ),
        (r#"{"version":"12.2.7","lessThan":"11.7.62","status":"affected"}"#, "unaffected", [U; 5]),
        ("", "unaffected", [U; 5]),
        // Changes within a range.
        (
            r#"{"version":"0","lessThan":"*","status":"affected","changes":[{"at":"11.7.62","status":"unaffected"},
               {"at":"11.8.0","status":"affected"},{"at":"12.2.7","status":"unaffected"}]}"#,
            "unknown",
            [A, A, N, A, N],
        ),
        (
            r#"{"version":"0","lessThan":"*","status":"affected","changes":[{"at":"soon","status":"unaffected"}]}"#,
            "unaffected",
            [U; 5],
        ),
        // Numbers of a component are none of the product.
        (
            r#"{"version":"0","lessThan":"11.7.62","status":"affected","versionType":"Secret Server"},
               {"version":"0","lessThan":"99.4.39.0","status":"affected","versionType":"Distributed Engine"}"#,
            "unaffected",
            [A, A, N, N, N],
        ),
    ] {
        let advisory = parsed(&ours(versions, default));
        assert_eq!(statuses(&advisory, &asked), expected, "{versions} {default}");
    }
}

#[test]
fn a_cve_record_tells_day_text_score_and_privileges() {
    let metrics = r#","metrics":[{"cvssV3_1":{"baseScore":9.8,"privilegesRequired":"NONE"}},
        {"cvssV4_0":{"baseScore":8,"privilegesRequired":"LOW"}},{"other":{"type":"ssvc","content":[1,{}]}}]"#;
    let affected = r#"[{"vendor":"Delinea Inc.","product":"secret_server","versions":[{"version":"0","lessThan":"12.3.4",
        "status":"affected"}],"defaultStatus":"unaffected"},{"vendor":"Delinea","product":"Secret Server","versions":
        [{"version":"12.5.0","lessThanOrEqual":"12.5.3","status":"affected"}],"defaultStatus":"unaffected"}]"#;
    let advisory = parsed(&record(affected, metrics));
    assert_eq!(advisory.named(), "CVE-2027-10001 of 2027-01-05");
    assert_eq!(advisory.allows, "Something bad. Very bad.");
    assert_eq!(advisory.rating(), "CVSS 8.0 (4.0), needs an account");
    assert_eq!(advisory.severity(), Severity::Medium);
    assert_eq!(statuses(&advisory, &["12.3.3", "12.3.4", "12.5.3", "12.5.4"]), [A, N, A, N]);
    assert_eq!(advisory.fixing(), [build("12.3.4")]);
}

#[test]
fn other_products_and_other_files_are_passed_over() {
    let other = |vendor: &str, product: &str| {
        passed_over(
            "x.json",
            &record(&format!(r#"[{{"vendor":"{vendor}","product":"{product}","versions":[]}}]"#), ""),
        )
    };
    assert!(other("Acme", "Secret Server").contains("is about another product, Acme Secret Server"));
    assert!(other("Delinea", "Secret Server Cloud").contains("Secret Server Cloud"));
    assert!(other("n/a", "n/a").contains("another product, n/a n/a"));
    // One that names nobody counts if its text names the product.
    let nobody = record(
        r#"[{"vendor":"n/a","product":"n/a","versions":[{"version":"n/a","status":"affected"}]}]"#,
        "",
    );
    let nobody = nobody.replace("Something bad", "In Delinea PAM Secret Server 11.4 something is bad");
    assert_eq!(parsed(&nobody).status(build("12.3.1")), U);
    for (file, text) in [
        ("settings.json", "{\"a\": 1}"),
        ("settings.json", "// a comment\n{}"),
        ("list.json", "[1, 2]"),
        ("nvd.json", "{\"vulnerabilities\": []}"),
    ] {
        assert!(passed_over(file, text).contains("is no CVE record"), "{file}");
    }
    let rejected = record("[]", "")
        .replace("PUBLISHED", "REJECTED")
        .replace("\"cna\":{", "\"cna\":{\"rejectedReasons\":[],");
    assert_eq!(passed_over("CVE-2027-10001.json", &rejected), "CVE-2027-10001 was rejected");
}

#[test]
fn a_broken_record_is_a_fault_with_its_line() {
    let good = ours(r#"{"version":"0","lessThan":"12.3.4","status":"affected"}"#, "unaffected");
    let deep = format!(
        "{{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"x\":{}{}}}",
        "[".repeat(300_000),
        "]".repeat(300_000)
    );
    let many = vec![r#"{"version":"1.2.3","status":"affected"}"#; 5_001].join(",");
    for (text, wrong) in [
        (good.get(..good.len() / 2).unwrap().to_owned(), "EOF"),
        (good.replace("\"5.2\"", "\"6.0\""), "this is format \"6.0\" of CVE records; 5 is read"),
        (good.replace("CVE-2027-10001", "CVE-27-1"), "`cveId` is not an id"),
        (good.replace("CVE-2027-10001", "../../etc/passwd"), "`cveId` is not an id"),
        (good.replace("\"status\":\"affected\"", "\"status\":\"maybe\""), "maybe"),
        (good.replace("\"status\":\"affected\"", "\"status\":[]"), "line 2"),
        (good.replace("\"version\":\"0\"", "\"version\":0"), "invalid type"),
        (good.replace("\"versions\":[", "\"versions\":\"all\",\"x\":["), "invalid type"),
        (good.replace("\"containers\"", "\"other\""), "missing field `containers`"),
        (
            record("[]", r#","metrics":[{"cvssV3_1":{"baseScore":1e308}}]"#),
            "a CVSS score is a number from 0 to 10",
        ),
        (deep, "missing field"),
        (ours(&many, ""), "more than 5000 versions"),
    ] {
        let fault = read("CVE-2027-10001.json", &text, &[&names()]).unwrap_err();
        let said = format!("line {}: {}", fault.line, fault.why);
        assert!(said.contains(wrong) && said.len() < 700, "{wrong}: {said}");
    }
}

#[test]
fn a_long_description_is_cut_at_a_word_and_controls_do_not_pass() {
    let long =
        ours("", "").replace("Something bad.\\nVery bad.", &format!("\\u001b[31m{}", "word ".repeat(50_000)));
    let allows = parsed(&long).allows;
    assert!(allows.chars().count() < 420 && allows.ends_with("word …"), "{allows}");
    assert!(!allows.contains('\u{1b}'));
}

#[test]
fn a_record_of_a_folder_replaces_the_built_in_one_and_keeps_its_rule() {
    let dropped = |id: &str, versions: &str| {
        let text = ours(versions, "unaffected").replace("CVE-2027-10001", id);
        Knowledge::layered(&[("ours/a.json", &text)]).unwrap()
    };
    let soap = dropped("CVE-2024-33891", r#"{"version":"0","lessThan":"11.6.9","status":"affected"}"#);
    let one = soap.advisories.iter().find(|one| one.id == "CVE-2024-33891").unwrap();
    assert_eq!((one.rule.as_str(), one.status(build("11.6.9"))), ("VER-013", N));
    assert_eq!(soap.overlay.unwrap().overridden.len(), 1);
    // Its own record names no builds: then the built-in one stays.
    let empty = dropped("CVE-2024-33891", r#"{"version":"n/a","status":"affected"}"#);
    let one = empty.advisories.iter().find(|one| one.id == "CVE-2024-33891").unwrap();
    assert_eq!(one.status(build("11.6.9")), A);
    let own = empty.overlay.unwrap();
    assert_eq!(own.overridden.len() + own.added.len(), 0);
    assert!(own.passed_over[0].starts_with("ours/a.json: it names no builds"), "{:?}", own.passed_over);

    let new = dropped("CVE-2027-10001", r#"{"version":"0","lessThan":"12.3.4","status":"affected"}"#);
    let from = fixing_builds(&new, build("12.3.1"), None);
    assert_eq!(
        (from.recommended, from.open.as_slice()),
        (Some(build("12.3.4")), &["CVE-2027-10001".to_owned()][..])
    );
    let twice = ours(r#"{"version":"0","lessThan":"12.3.4","status":"affected"}"#, "");
    let faults = Knowledge::layered(&[("a.json", &twice), ("b.json", &twice)]).err().unwrap().to_string();
    assert!(faults.contains("b.json, line 1: CVE-2027-10001: this record is already in a.json"), "{faults}");
}

#[test]
fn an_advisory_that_contradicts_itself_is_refused() {
    let says = |lines: &str| {
        let text = format!(
            "[[advisory]]\nid = \"OURS-1\"\nallows = \"Much.\"\n{lines}\ncites = [{{ source = \"CVE\", status = \"confirmed\" }}]"
        );
        Knowledge::layered(&[("ours.toml", &text)])
            .map_or_else(|faults| faults.to_string(), |_| String::new())
    };
    assert_eq!(says("affected = [{ before = \"12.4.000001\" }]"), "");
    for (lines, wrong) in [
        ("affected = [{ from = \"12.0.0\", through = \"11.0.0\" }]", "a range ends before it begins"),
        ("affected = [{ before = \"12.0.0\", through = \"11.0.0\" }]", "exclude each other"),
        ("affected = [{ before = \"12.0.0\" }]\nfixed = [\"11.0.0\"]", "is in a range of affected builds"),
        ("affected = []\nscore = 11", "a CVSS score is a number from 0 to 10"),
    ] {
        assert!(says(lines).contains(wrong), "{lines}: {}", says(lines));
    }
}

proptest! {
    /// A branch with a bound of its own: below it affected, from it on not, and the next branch begins anew.
    #[test]
    fn each_branch_has_its_own_bound(last in proptest::collection::vec(0u32..60, 1..6), minor in 0u32..6, third in 0u32..70) {
        let entries: Vec<String> = last.iter().enumerate().map(|(branch, last)| {
            format!(r#"{{"version":"12.{branch}.0","lessThanOrEqual":"12.{branch}.{last}","status":"affected"}}"#)
        }).collect();
        let advisory = parsed(&ours(&entries.join(","), "unaffected"));
        let expected = last.get(minor as usize).is_some_and(|last| third <= *last);
        prop_assert_eq!(advisory.status(BuildVersion::new(12, minor, third)) == A, expected);
    }

    #[test]
    fn no_text_as_a_version_panics_or_calls_a_build_unaffected_alone(text in "\\PC{0,24}", end in "\\PC{0,24}") {
        let text = serde_json::to_string(&text).unwrap();
        let end = serde_json::to_string(&end).unwrap();
        let _ = parsed(&ours(&format!(r#"{{"version":{text},"lessThan":{end},"status":"affected"}}"#), "affected"));
        let alone = parsed(&ours(&format!(r#"{{"version":{text},"status":"affected"}}"#), "affected"));
        prop_assert_ne!(alone.status(BuildVersion::new(12, 2, 7)), N);
    }

    #[test]
    fn no_file_panics(text in "\\PC{0,200}") {
        let _ = read("CVE-2027-1.json", &text, &[&names()]);
    }
}
