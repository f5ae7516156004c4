//! Manifests that do not match what is in the bundle.

use super::{Case, LOG, assert_whole, members};
use clusterbrief::bundle::MemberError;
use clusterbrief::model::input::ProblemKind;

#[test]
fn an_invalid_manifest_is_refused() {
    let case = Case::new();
    for (json, why) in [
        ("", "is not well-formed JSON at line 1, column 0."),
        ("{\n  \"format\": ", "is not well-formed JSON at line 2, column 12."),
        ("[]", "has no format version: it was not written by this tool."),
        ("{\"name\": \"a web app\"}", "has no format version: it was not written by this tool."),
        ("{\"format\": \"one\"}", "has no format version: it was not written by this tool."),
        ("{\"format\": \"1.0\"}", "is not what its format says: missing field `tool` (at the top)."),
    ] {
        let path = case.with_manifest(|_| json.to_owned());
        assert_eq!(case.refusal(&path), format!("The input has a manifest.json that {why}"));
    }
    for open in ["[", "{\"format\": \"1.0\", \"deep\": "] {
        let nested = format!("{open}{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        let text = case.refusal(&case.with_manifest(|_| nested));
        assert!(text.starts_with("The input has a manifest.json that "), "{text}");
    }
}

#[test]
fn a_manifest_that_lists_a_member_twice_or_itself_is_refused() {
    let case = Case::new();
    let path = case.with_manifest(|json| json.replace("logs/SS.log.1\"", "LOGS/ss.log\""));
    assert!(case.refusal(&path).ends_with("lists \"LOGS/ss.log\" twice."), "{}", case.refusal(&path));
    let path = case.with_manifest(|json| json.replace("logs/SS.log.1\"", "Manifest.json\""));
    assert!(case.refusal(&path).ends_with("lists itself."), "{}", case.refusal(&path));
}

#[test]
fn bytes_that_differ_from_the_manifest_do_not_count() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (_, log) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        log[100] ^= 1;
    });
    // Only reading the member shows it.
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    let error = bundle.bytes(LOG, 1 << 20).unwrap_err();
    assert!(matches!(error, MemberError::Hash { .. }), "{error:?}");
    assert_eq!(error.problem(LOG).kind, ProblemKind::Tampered);
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn a_size_that_differs_from_the_manifest_does_not_count() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (_, log) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        log.push(b'x');
    });
    let (bundle, problems) = case.problems(&path);
    let size = members()[3].1.len();
    assert_eq!(problems, [format!("\"{LOG}\" holds {} bytes where the manifest says {size}.", size + 1)]);
    assert!(matches!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Size { .. })));
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn members_and_entries_without_each_other_are_named() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (name, _) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        *name = "logs/other.log".into();
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(
        problems,
        [
            "\"logs/SS.log\" is listed in the manifest and missing from the bundle.",
            "The entry \"logs/other.log\" is not listed in the manifest; it was left out.",
        ]
    );
    let kinds: Vec<ProblemKind> = bundle.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::Tampered, ProblemKind::Unlisted]);
    assert_eq!(bundle.bytes("logs/other.log", 100), Err(MemberError::Unknown));
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn damaged_compressed_bytes_spoil_one_member() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        let name = (0..bytes.len()).find(|&at| bytes[at..].starts_with(LOG.as_bytes())).unwrap();
        let data = name + LOG.len() + 40;
        bytes[data..data + 40].fill(0xff);
    });
    let (bundle, _) = case.problems(&path);
    let error = bundle.bytes(LOG, 1 << 20).unwrap_err();
    assert!(matches!(error, MemberError::Damaged(_) | MemberError::Hash { .. }), "{error:?}");
    assert_whole(&bundle, &[LOG]);
}
