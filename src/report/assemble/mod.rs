//! Fills the view model from the cluster, the outcomes and the texts. Rule texts come as data; no check is seen.

mod alike;
mod axis;
mod decided;
mod errors;
mod evidence;
mod first;
mod inputs;
mod kit;
mod marks;
mod matrix;
mod missing;
mod nodes;
mod notices;
mod patterns;
mod spans;
mod used;
mod verdict;

pub use first::what_first;
pub use used::{Used, used};

use crate::decisions::{Applied, Decisions, apply, open_results};
use crate::finding::{Outcome, RuleResult, Severity, by_rule, is_bundle_safety, reach};
use crate::knowledge::causes::CauseRow;
use crate::knowledge::rows::RuleMeta;
use crate::knowledge::{Citation, Knowledge, Overlay, OverlayRecord, Source, Sources};
use crate::model::{Area, Cluster};
use crate::plan::{self, At, Causes, Reason, reason, reason_at};
use crate::report::model::{
    BalancerFact, Cause, Citation as CitationView, Coverage, FindingView, KnowledgeView, OutcomeView, Report,
    RuleCoverage, RuleText, SCHEMA, SourceView, Tool,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Assembles the report. Equal arguments give an equal report. `required` are areas that the asker requires beside those
/// of the question.
pub fn assemble(
    cluster: &Cluster,
    results: &[RuleResult],
    rules: &[&RuleMeta],
    knowledge: &Knowledge,
    required: &BTreeSet<Area>,
) -> Report {
    assemble_decided(cluster, results, rules, knowledge, required, None)
}

/// The same with decisions of people on findings.
pub fn assemble_decided(
    cluster: &Cluster,
    results: &[RuleResult],
    rules: &[&RuleMeta],
    knowledge: &Knowledge,
    required: &BTreeSet<Area>,
    decisions: Option<&Decisions>,
) -> Report {
    let by_id: BTreeMap<&str, &RuleMeta> = rules.iter().map(|rule| (rule.id.as_str(), *rule)).collect();
    let weights = rules.iter().map(|rule| (rule.id.as_str(), rule.weight())).collect();
    let asked = verdict::asked(cluster, required);
    let reached = reach(results, &weights, &asked);
    let causes = plan::causes(results, knowledge);
    let known = rules.iter().map(|rule| rule.id.as_str()).collect();
    let applied = decisions.map(|file| apply(file, results, &known, cluster.as_of.date_naive()));
    // Nobody is asked to fix what was decided.
    let open =
        applied.as_ref().map_or(Cow::Borrowed(results), |applied| open_results(results, applied).into());
    let repairs = plan::repairs(cluster, &open, knowledge);
    let mut work = plan::work(&open, &plan::causes(&open, knowledge), cluster, knowledge, &by_id);
    plan::refer_to_repairs(&mut work, &repairs);
    let missing = missing::missing(cluster, results, &by_id, knowledge);
    let (safety, findings) = findings(cluster, results, &causes, &by_id, knowledge, applied.as_ref());
    let coverage = coverage(results, rules);
    let speaking: Vec<&RuleMeta> = rules.iter().copied().filter(|rule| speaks(results, &rule.id)).collect();

    let cards = nodes::cards(cluster, results);
    let kit = kit::view(cluster, &cards, &missing, &coverage, knowledge);
    let mut report = Report {
        schema: SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            knowledge: knowledge.edition.to_string(),
            own: knowledge.overlay.as_ref().map(own),
        },
        case: None,
        as_of: cluster.as_of.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        target: cluster.target.map(|target| target.to_string()),
        nodes: cards,
        contacts: cluster.contacts.clone(),
        balancer: balancer(cluster, knowledge),
        verdict: verdict::view(&verdict::InputsSeen {
            cluster,
            results,
            causes: &causes,
            verdict: &reached,
            findings: &findings,
            missing: &missing,
            coverage: &coverage,
        }),
        notices: notices::notices(cluster),
        actions: work,
        repairs,
        plan: plan::plan(cluster, results, knowledge, &plan::PlanRequest::Upgrade { by: None }),
        checklist: cluster.target.map(|_| {
            plan::checklist::checklist(cluster, results, knowledge, plan::checklist::Occasion::Upgrade)
        }),
        never: knowledge.rows.warnings.clone(),
        request: missing::request(&missing),
        kit,
        missing,
        matrix: matrix::matrix(cluster, knowledge),
        errors: errors::errors(cluster, knowledge),
        outcomes: results.iter().map(outcome).collect(),
        coverage,
        inputs: inputs::views(cluster, results, safety.iter().chain(&findings)),
        sources: cited(&speaking, results, knowledge),
        rules: speaking.iter().map(|rule| text(rule, &knowledge.sources)).collect(),
        safety,
        findings,
        since: None,
    };
    alike::merge(&mut report, cluster);
    if let (Some(decisions), Some(applied)) = (decisions, applied) {
        let state = reach(&open, &weights, &asked).state;
        decided::add(&mut report, decisions, applied, state);
    }
    report
}

/// What an inventory says of the load balancer, in order of path.
fn balancer(cluster: &Cluster, knowledge: &Knowledge) -> Vec<BalancerFact> {
    let told = cluster.reported.iter().filter(|(path, _)| path.starts_with("balancer."));
    told.filter_map(|(path, fact)| {
        Some(BalancerFact { fact: knowledge.label(path, "").to_owned(), value: fact.value()?.clone() })
    })
    .collect()
}

fn own(own: &Overlay) -> KnowledgeView {
    let named =
        |records: &[OverlayRecord]| records.iter().map(|one| format!("{} {}", one.kind, one.key)).collect();
    KnowledgeView {
        files: own.files.clone(),
        edition: own.edition.map(|day| day.to_string()),
        overridden: named(&own.overridden),
        added: named(&own.added),
        passed_over: own.passed_over.clone(),
    }
}

/// Findings in two lists: bundle safety, and everything else; both worst first.
fn findings(
    cluster: &Cluster,
    results: &[RuleResult],
    causes: &Causes,
    rules: &BTreeMap<&str, &RuleMeta>,
    knowledge: &Knowledge,
    applied: Option<&Applied>,
) -> (Vec<FindingView>, Vec<FindingView>) {
    let mut safety = Vec::new();
    let mut others = Vec::new();
    let mut anchors = BTreeSet::new();
    for (at, rule, finding) in plan::all_findings(results) {
        let mut view = evidence::finding(cluster, rule, finding, rules.get(rule).copied(), knowledge);
        view.decision = applied.and_then(|applied| applied.findings.get(&at).cloned());
        view.caused_by = caused_by(results, causes, at);
        let mut twin = 1;
        while !anchors.insert(view.anchor.clone()) {
            twin += 1;
            view.anchor = format!("finding-{}-{twin}", view.fingerprint);
        }
        // What is merely worth knowing of a bundle is no alarm.
        let alarm = is_bundle_safety(rule) && finding.severity < Severity::Info;
        let list = if alarm { &mut safety } else { &mut others };
        list.push(view);
    }
    for list in [&mut safety, &mut others] {
        let key =
            |view: &FindingView| (view.severity, view.confidence, view.rule.clone(), view.subject.clone());
        list.sort_by_cached_key(key);
    }
    (safety, others)
}

fn caused_by(results: &[RuleResult], causes: &Causes, at: At) -> Vec<Cause> {
    let cause = |(at, row): &(At, &CauseRow)| {
        let Reason { rule, text, anchor } = reason_at(results, *at)?;
        Some(Cause { rule, text, anchor, why: row.why.clone() })
    };
    causes.of(at).iter().filter_map(cause).collect()
}

/// What an outcome says beside its word.
fn detail(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Findings(findings) => {
            findings.iter().map(|finding| finding.title.clone()).collect::<Vec<_>>().join("; ")
        }
        Outcome::Failed { error } => error.clone(),
        Outcome::Unknown { missing } => {
            let mut texts: Vec<String> =
                missing.iter().map(|missing| format!("{}: {}", missing.what, missing.why)).collect();
            texts.dedup();
            texts.join("; ")
        }
        Outcome::Pass { note, .. } => note.clone(),
        Outcome::NotApplicable { why } => why.clone(),
    }
}

fn outcome(one: &RuleResult) -> OutcomeView {
    OutcomeView {
        rule: one.rule.clone(),
        subject: one.subject.clone(),
        outcome: one.outcome.word(),
        detail: detail(&one.outcome),
        inferred: matches!(one.outcome, Outcome::Pass { inferred: true, .. }),
        inputs: one.inputs_used.iter().cloned().collect(),
    }
}

/// Counts each rule once over its subjects, by the first of findings, failed, unknown, pass and not applicable, so that
/// the counts add up to the rules loaded.
fn coverage(results: &[RuleResult], rules: &[&RuleMeta]) -> Coverage {
    let mut counts: BTreeMap<&'static str, usize> = Outcome::WORDS.map(|word| (word, 0)).into();
    let by_rule = by_rule(results);
    let rules: Vec<RuleCoverage> = rules
        .iter()
        .map(|rule| {
            let mine = results.iter().filter(|one| one.rule == rule.id);
            let inputs: BTreeSet<&String> = mine.flat_map(|one| &one.inputs_used).collect();
            let decisive = by_rule.get(rule.id.as_str()).copied();
            let word = decisive.map_or("failed", Outcome::word);
            *counts.entry(word).or_default() += 1;
            RuleCoverage {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                question: rule.asks().to_owned(),
                severity: rule.severity,
                area: rule.area(),
                scope: rule.scope,
                outcome: word,
                detail: decisive.map_or_else(|| "the rule was not judged".to_owned(), detail),
                inputs: inputs.into_iter().cloned().collect(),
            }
        })
        .collect();
    counts.insert("total", rules.len());
    Coverage { counts, rules }
}

fn speaks(results: &[RuleResult], id: &str) -> bool {
    results.iter().any(|one| {
        one.rule == id
            && matches!(one.outcome, Outcome::Findings(_) | Outcome::Unknown { .. } | Outcome::Failed { .. })
    })
}

fn text(rule: &RuleMeta, sources: &Sources) -> RuleText {
    RuleText {
        id: rule.id.clone(),
        title: rule.title.clone(),
        question: rule.asks().to_owned(),
        severity: rule.severity,
        what: rule.description.clone(),
        why: rule.rationale.clone(),
        fix: rule.remediation.clone(),
        blind: rule.limitations.clone(),
        sources: citations(&rule.references, sources),
    }
}

fn citations(cites: &[Citation], sources: &Sources) -> Vec<CitationView> {
    cites
        .iter()
        .map(|cite| CitationView {
            key: cite.source.clone(),
            status: cite.status.word().to_owned(),
            age: sources.find(cite).map(|source| source.age.clone()).unwrap_or_default(),
        })
        .collect()
}

fn cited(rules: &[&RuleMeta], results: &[RuleResult], knowledge: &Knowledge) -> Vec<SourceView> {
    let findings = results.iter().flat_map(|one| one.outcome.findings());
    let errors = findings.filter_map(|finding| knowledge.signature(finding.signature.as_deref()?));
    let cites = rules.iter().flat_map(|rule| &rule.references).chain(errors.flat_map(|error| &error.cites));
    let keys: BTreeMap<&str, &Source> = cites
        .filter_map(|cite| knowledge.sources.find(cite))
        .map(|source| (source.key.as_str(), source))
        .collect();
    keys.into_values()
        .map(|source| SourceView {
            key: source.key.clone(),
            title: source.title.clone(),
            age: source.age.clone(),
        })
        .collect()
}
