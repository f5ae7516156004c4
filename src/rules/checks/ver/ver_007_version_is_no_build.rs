//! VER-007: are the versions in the sources full build numbers?

use crate::model::product::CORE_DLL;
use crate::model::version::VersionError;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the versions in the node list, in the core DLL of each node and in the version history are builds with
    /// three fields, such as 11.7.000049.
    /// ## Why it matters
    /// A version such as 10.11 is a name in the documentation, not a build. It does not show which fixes are included,
    /// so every rule that depends on the build answers unknown.
    /// ## How to fix it
    /// Read the exact build on the Diagnostics page of the node, and correct the list that was typed by hand.
    /// ## What it cannot see
    /// A build that has the right form but is wrong.
    id: "VER-007",
    title: "Version is not a full build number",
    question: "Are all versions full build numbers?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["RN:10.9.000064" Confirmed, "TSS:src/functions/version" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    cx.ask("row.binary-version");
    cx.ask("binaries");
    for node in &cx.cluster.nodes {
        let (listed, carried) = (in_list(node), in_dll(node));
        if listed.is_none() && carried.is_none() {
            missing.push(cx.version_missing(node, &node.version));
        }
        let subject = || Subject::node(&node.name);
        findings
            .extend(listed.and_then(|(text, place)| evaluate(cx, subject(), "the node list", &text, place)));
        let dll = carried.and_then(|(text, place)| evaluate(cx, subject(), CORE_DLL, &text, place));
        // Which DLL carries the build is our guess.
        findings.extend(dll.map(Finding::inferred));
    }
    for row in cx.history().value().iter().flat_map(|history| &history.rows) {
        let subject = Subject::database();
        findings.extend(evaluate(cx, subject, "the version history", &row.text, row.place.clone()));
    }
    if cx.cluster.nodes.is_empty() {
        missing.extend(cx.list().err());
    }
    Outcome::from_parts(findings, missing)
}

fn in_list(node: &Node) -> Option<(String, Location)> {
    let row = node.row.as_ref()?;
    Some((row.binary_version_text.clone()?, row.place.clone()))
}

fn in_dll(node: &Node) -> Option<(String, Location)> {
    let snapshot = node.snapshot.as_ref()?;
    let (name, binary) =
        snapshot.facts.binaries.value()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(CORE_DLL))?;
    let text = binary.value()?.product_version.as_deref()?;
    // A build server appends the commit.
    let text = text.split(['+', ' ']).next().unwrap_or(text);
    Some((text.to_owned(), Location::file(format!("bin/{name}")).in_input(&snapshot.input)))
}

fn evaluate(cx: &Context, subject: Subject, of: &str, text: &str, place: Location) -> Option<Finding> {
    let error = BuildVersion::parse(text).err()?;
    let what = match error {
        VersionError::Train(_) => "names a release train, not a build",
        VersionError::Malformed(_) => "is no build",
    };
    let shown: String = text.chars().take(40).collect();
    let remedy = format!("Read the exact build of {subject} on its Diagnostics page.");
    let node = if subject == Subject::database() { String::new() } else { subject.name.clone() };
    let finding = cx.finding(subject, format!("\"{shown}\" in {of} {what}"), remedy);
    Some(finding.because(Evidence::value(node, format!("version in {of}"), shown, place)))
}
