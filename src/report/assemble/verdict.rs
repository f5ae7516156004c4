//! The verdict in words.

use super::missing::{self, sentence};
use super::reason;
use crate::finding::{
    AreaCoverage, Finding, Looked, Outcome, Question, Readiness, RuleResult, Scope, Severity, Verdict,
};
use crate::model::{Area, BuildVersion, Cluster};
use crate::plan::{Causes, listed};
use crate::report::model::{AreaView, Coverage, FindingView, MissingView, NodeSetView, Reason, VerdictView};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the words are made of.
pub(super) struct InputsSeen<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) results: &'a [RuleResult],
    pub(super) causes: &'a Causes<'a>,
    pub(super) verdict: &'a Verdict,
    pub(super) findings: &'a [FindingView],
    pub(super) missing: &'a [MissingView],
    pub(super) coverage: &'a Coverage,
}

/// Up to this build times are stored as local times, so that clocks and zones decide whether a node may run.
const LAST_LOCAL_TIMES: BuildVersion = BuildVersion::new(8, 9, 300_000);

/// What is asked of this case.
pub(super) fn asked(cluster: &Cluster, also: &BTreeSet<Area>) -> Question {
    Question {
        scope: if cluster.target.is_some() { Scope::Upgrade } else { Scope::Now },
        local_times: cluster
            .nodes
            .iter()
            .any(|node| node.version.value().is_some_and(|v| *v <= LAST_LOCAL_TIMES)),
        node_list: cluster.list.value().is_some(),
        also: also.clone(),
        node_set_open: node_set_gap(cluster).is_some(),
    }
}

pub(super) fn view(seen: &InputsSeen) -> VerdictView {
    let reasons = reasons(seen);
    let set = &seen.cluster.node_set;
    let left_out = LeftOut::of(seen);
    VerdictView {
        state: seen.verdict.state,
        label: label(seen.verdict.state),
        complete: left_out.is_empty()
            && !set.confirmed_by.is_empty()
            && set.without_bundle.is_empty()
            && set.conflicts.is_empty(),
        question: question(seen.cluster),
        headline: headline(seen, &reasons, &left_out),
        settle: settle(seen.verdict, seen.missing),
        reasons: reasons.into_iter().map(|(reason, _)| reason).collect(),
        counts: counts(seen.findings),
        decided: None,
        checks: checks(seen.coverage),
        left_out: left_out
            .named
            .into_iter()
            .chain(left_out.parts.iter().map(|area| format!("parts of {area}")))
            .collect(),
        areas: seen.verdict.areas.iter().map(area).collect(),
        node_set: NodeSetView {
            nodes: seen.cluster.serving().map(|node| node.name.clone()).collect(),
            confirmed_by: set.confirmed_by.clone(),
            without_bundle: set.without_bundle.clone(),
        },
    }
}

/// Findings by severity word, every word of them.
pub(super) fn counts(findings: &[FindingView]) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&'static str, usize> =
        Severity::ALL.iter().map(|severity| (severity.word(), 0)).collect();
    for finding in findings {
        *counts.entry(finding.severity.word()).or_default() += 1;
    }
    counts
}

pub(super) const fn label(state: Readiness) -> &'static str {
    match state {
        Readiness::NotReady => "NOT READY",
        Readiness::Undetermined => "CANNOT SAY",
        Readiness::ReadyWithWarnings => "READY WITH WARNINGS",
        Readiness::Ready => "READY",
    }
}

fn area(coverage: &AreaCoverage) -> AreaView {
    AreaView {
        area: coverage.area,
        label: coverage.area.label(),
        required: coverage.required,
        looked: coverage.looked,
        decided: coverage.decided,
        open: coverage.open.clone(),
    }
}

fn question(cluster: &Cluster) -> String {
    let nodes = cluster.serving().count();
    match &cluster.target {
        Some(target) => format!("Is this {nodes}-node cluster ready for the upgrade to {target}?"),
        None => format!("Is this {nodes}-node cluster healthy?"),
    }
}

fn checks(coverage: &Coverage) -> String {
    let count = |word| coverage.counts.get(word).copied().unwrap_or_default();
    let open = count("unknown") + count("failed");
    let applicable = count("total") - count("not-applicable");
    let open = if open > 0 { format!(", {open} open") } else { String::new() };
    format!("{} of {applicable} applicable checks done{open}", count("findings") + count("pass"))
}

/// What was not looked at.
struct LeftOut {
    /// What was not, or only a smaller part of it, by name.
    named: Vec<String>,
    /// Areas of which a smaller part was not.
    parts: Vec<String>,
}

impl LeftOut {
    fn of(seen: &InputsSeen) -> Self {
        let no_list = seen.cluster.list.value().is_none() && !seen.cluster.nodes.is_empty();
        let (mut named, mut parts) = (Vec::new(), Vec::new());
        for coverage in &seen.verdict.areas {
            let little = coverage.open.len() > coverage.decided;
            match (coverage.area, coverage.looked) {
                // Without a node list that is what is missing of them.
                (Area::NodeState, Looked::Partly | Looked::No) if no_list => {
                    named.insert(0, "In Cluster, maintenance and read-only".to_owned());
                }
                (area, Looked::No) => named.push(area.label().to_owned()),
                (area, Looked::Partly) if little => named.push(area.label().to_owned()),
                (area, Looked::Partly) => parts.push(area.label().to_owned()),
                (_, Looked::Whole | Looked::NotApplicable) => {}
            }
        }
        Self { named, parts }
    }

    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.parts.is_empty()
    }

    /// "database and backups were not", and what of others was not.
    fn sentence(&self) -> String {
        let parts = match self.parts.as_slice() {
            [] => String::new(),
            parts @ [_, _, _, _, ..] => format!("parts of {} other areas", parts.len()),
            parts => format!("parts of {}", listed(parts)),
        };
        match (self.named.is_empty(), parts.is_empty()) {
            (false, true) => format!("{} {} not.", listed(&self.named), self.verb()),
            (false, false) => format!("{} {} not, nor were {parts}.", listed(&self.named), self.verb()),
            (true, _) => format!("{parts} were not."),
        }
    }

    fn verb(&self) -> &'static str {
        match self.named.as_slice() {
            [one] if !one.contains(',') && !["clocks", "logs", "backups"].contains(&one.as_str()) => "was",
            _ => "were",
        }
    }
}

/// Reasons, gravest first, what follows from others after them: findings by title, with the finding, and unknown rules by
/// their question and what they miss.
fn reasons<'a>(seen: &InputsSeen<'a>) -> Vec<(Reason, Option<&'a Finding>)> {
    let InputsSeen { results, causes, verdict, missing, coverage, .. } = *seen;
    let mut found = Vec::new();
    let mut open: Vec<(Reason, Option<&Finding>)> = Vec::new();
    for (outer, one) in verdict.because.iter().filter_map(|index| Some((*index, results.get(*index)?))) {
        match &one.outcome {
            Outcome::Findings(findings) => {
                let deciding = findings.iter().enumerate().filter(|(_, finding)| match verdict.state {
                    Readiness::NotReady | Readiness::Undetermined => finding.severity == Severity::Blocker,
                    Readiness::ReadyWithWarnings | Readiness::Ready => finding.severity <= Severity::Medium,
                });
                found.extend(deciding.map(|(inner, finding)| {
                    let follows = !causes.of((outer, inner)).is_empty();
                    let key = (follows, finding.severity, finding.confidence, one.rule.clone());
                    (key, (reason(&one.rule, finding), Some(finding)))
                }));
            }
            Outcome::Unknown { missing: gaps } => {
                let what = gaps.first().map(|gap| gap.what.clone()).unwrap_or_default();
                let view = missing.iter().find(|view| view.rules.contains(&one.rule));
                let reason = Reason {
                    rule: one.rule.clone(),
                    text: format!("Undecided: \"{}\"; missing: {what}", asked_by(coverage, &one.rule)),
                    anchor: view.map(|view| view.anchor.clone()).unwrap_or_default(),
                };
                if !open.iter().any(|(before, _)| before.rule == reason.rule) {
                    open.push((reason, None));
                }
            }
            Outcome::Failed { error } => open.push((
                Reason {
                    rule: one.rule.clone(),
                    text: format!("{} broke: {error}", one.rule),
                    anchor: "coverage".into(),
                },
                None,
            )),
            Outcome::Pass { .. } | Outcome::NotApplicable { .. } => {}
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut reasons: Vec<_> = found.into_iter().map(|(_, reason)| reason).collect();
    if verdict.state == Readiness::Undetermined {
        reasons.extend(node_set_reason(seen).map(|reason| (reason, None)));
    }
    reasons.extend(open);
    reasons
}

/// Why too little is known of the nodes for a verdict, if it is.
fn node_set_gap(cluster: &Cluster) -> Option<String> {
    let set = &cluster.node_set;
    if !set.conflicts.is_empty() {
        return Some(set.conflicts.join(" ").trim_end_matches('.').to_owned());
    }
    let unseen = cluster.serving().filter(|node| node.bundle().is_none());
    let unseen: Vec<String> = unseen.map(|node| node.name.clone()).collect();
    if !unseen.is_empty() {
        Some(format!("There is no usable bundle of {}", listed(&unseen)))
    } else if let Some(why) = &set.incomparable {
        Some(format!("Which nodes there are is not known: {why}"))
    } else if set.confirmed_by.is_empty() && cluster.serving().nth(1).is_none() {
        Some("Only one node was seen, and nothing confirms that there are no others".to_owned())
    } else {
        None
    }
}

/// The same as a reason, with what would close the gap.
fn node_set_reason(seen: &InputsSeen) -> Option<Reason> {
    let text = node_set_gap(seen.cluster)?;
    let view = seen.missing.iter().find(|view| view.rules.iter().any(|rule| rule == "CLU-006"));
    let anchor = view.map(|view| view.anchor.clone()).unwrap_or_default();
    let rule = if seen.cluster.node_set.conflicts.is_empty() { "CLU-006" } else { "BND-003" };
    Some(Reason { rule: rule.into(), text, anchor })
}

/// What a rule asks: its title would name a fault of which nothing is known.
fn asked_by<'a>(coverage: &'a Coverage, rule: &'a str) -> &'a str {
    coverage.rules.iter().find(|one| one.rule == rule).map_or(rule, |one| one.question.as_str())
}

/// What a reader gets in ten seconds: what is wrong and its own remedy, what was not looked at, and of which nodes it is said.
fn headline(seen: &InputsSeen, reasons: &[(Reason, Option<&Finding>)], left_out: &LeftOut) -> String {
    let lead = reasons.first().map(|(reason, finding)| {
        let remedy = finding.map(|finding| finding.remedy.trim()).filter(|remedy| !remedy.is_empty());
        let remedy = remedy.map(|remedy| format!(" {}", first_sentence(remedy))).unwrap_or_default();
        format!("{}{remedy}", sentence(&reason.text))
    });
    let lead = lead.unwrap_or_default();
    let said = match seen.verdict.state {
        Readiness::NotReady => lead,
        Readiness::ReadyWithWarnings => {
            let so_far = if left_out.is_empty() {
                String::new()
            } else {
                format!(" That is as far as was looked: {}", left_out.sentence())
            };
            format!("Nothing blocks, but: {lead}{so_far}")
        }
        Readiness::Ready if left_out.is_empty() => {
            format!("{}; no problem of weight was found.", checks(seen.coverage))
        }
        Readiness::Ready => format!("READY, as far as looked: {}", left_out.sentence()),
        Readiness::Undetermined => undecided(seen, reasons, &lead),
    };
    let Cluster { node_set, repaired, .. } = seen.cluster;
    // What is undecided because of them has it in its own words.
    let conflicts = node_set.conflicts.iter().filter(|_| seen.verdict.state != Readiness::Undetermined);
    let more: String = conflicts.chain(repaired).flat_map(|text| [" ", text]).collect();
    format!("{said}{}{more}", of_nodes(seen.cluster))
}

/// Of which nodes the verdict is said, where nothing confirms that they are all.
fn of_nodes(cluster: &Cluster) -> String {
    let names: Vec<String> = cluster.serving().map(|node| node.name.clone()).collect();
    if !cluster.node_set.confirmed_by.is_empty() || names.len() < 2 {
        return String::new();
    }
    format!(" This is said of {}; nothing says that these are all nodes.", listed(&names))
}

fn undecided(seen: &InputsSeen, reasons: &[(Reason, Option<&Finding>)], lead: &str) -> String {
    let open = seen.coverage.rules.iter().filter(|rule| {
        rule.severity == Severity::Blocker
            && matches!(rule.outcome, "unknown" | "failed")
            && reasons.iter().any(|(reason, _)| reason.rule == rule.rule)
    });
    let open: Vec<String> = open.map(|rule| format!("\"{}\"", rule.question)).collect();
    let suspect = reasons.first().is_some_and(|(_, finding)| finding.is_some());
    let start = if suspect { format!("To be checked first: {lead}") } else { found_so_far(seen) };
    let open = match open.as_slice() {
        [] => String::new(),
        [one] => format!(" One check that decides is open: {one}."),
        [_, _] => format!(" Two checks that decide are open: {}.", listed(&open)),
        open => format!(" {} checks that decide are open.", open.len()),
    };
    let set = node_set_gap(seen.cluster).map(|gap| format!(" {}", sentence(&gap))).unwrap_or_default();
    let decisive = seen.missing.first().filter(|view| view.blockers > 0 && !missing::is_hopeless(view));
    let settle = decisive
        .map(|view| format!(" Most decisive: {}", lower_start(&short(&view.ask))))
        .unwrap_or_default();
    format!("{start}{set}{open}{settle}")
}

/// What was found although the question cannot be answered.
fn found_so_far(seen: &InputsSeen) -> String {
    let of = |severity| seen.findings.iter().filter(|finding| finding.severity == severity).count();
    let worst = seen.findings.iter().find(|finding| finding.severity <= Severity::Medium);
    let Some(worst) = worst else { return "Nothing of weight was found so far.".to_owned() };
    let counts: Vec<String> = [Severity::High, Severity::Medium]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| format!("{} {}", of(severity), severity.word()))
        .collect();
    format!("Found so far: {}; the gravest: {}", listed(&counts), sentence(&worst.title))
}

/// The first sentence of a remedy: what follows is detail.
fn first_sentence(text: &str) -> &str {
    text.find(". ").and_then(|end| text.get(..=end)).unwrap_or(text)
}

/// An ask without what explains it: a question ends with its question mark.
fn short(ask: &str) -> String {
    ask.find('?').and_then(|end| ask.get(..=end)).map_or_else(|| sentence(ask), str::to_owned)
}

fn lower_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn settle(verdict: &Verdict, missing: &[MissingView]) -> Vec<String> {
    if verdict.state != Readiness::Undetermined {
        return Vec::new();
    }
    missing
        .iter()
        .filter(|view| view.blockers > 0 && !missing::is_hopeless(view))
        .take(5)
        .map(|view| view.ask.clone())
        .collect()
}
