//! Fills the view model from the cluster, the outcomes and the texts. Rule texts come as data; no check is seen.

mod errors;
mod evidence;
mod inputs;
mod matrix;
mod missing;
mod nodes;
mod verdict;

use crate::finding::{Finding, Outcome, RuleResult, Severity, is_bundle_safety, reach};
use crate::knowledge::rows::RuleMeta;
use crate::knowledge::{Citation, Knowledge, Overlay, OverlayRecord, Source, Sources};
use crate::model::Cluster;
use crate::plan::{self, At, Causes, PlannedAction};
use crate::report::model::{
    Action, BalancerFact, Cause, Citation as CitationView, Coverage, FindingView, KnowledgeView, OutcomeView,
    Reason, Report, RuleCoverage, RuleText, SCHEMA, SourceView, Tool,
};
use std::collections::{BTreeMap, BTreeSet};

/// Assembles the report. Equal arguments give an equal report.
pub fn assemble(
    cluster: &Cluster,
    results: &[RuleResult],
    rules: &[&RuleMeta],
    knowledge: &Knowledge,
) -> Report {
    let by_id: BTreeMap<&str, &RuleMeta> = rules.iter().map(|rule| (rule.id.as_str(), *rule)).collect();
    let severities = rules.iter().map(|rule| (rule.id.as_str(), rule.severity)).collect();
    let reached = reach(results, &severities, !cluster.node_set.confirmed_by.is_empty());
    let causes = plan::causes(results, knowledge);
    let work = plan::work(results, &causes, cluster, knowledge, &by_id);
    let missing = missing::missing(cluster, results, &by_id, knowledge);
    let (safety, findings) = findings(cluster, results, &causes, &by_id, knowledge);
    let coverage = coverage(results, rules);

    Report {
        schema: SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            knowledge: knowledge.edition.to_string(),
            own: knowledge.overlay.as_ref().map(own),
        },
        as_of: cluster.as_of.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        target: cluster.target.map(|target| target.to_string()),
        nodes: nodes::cards(cluster, results),
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
            work: &work,
        }),
        actions: actions(results, &work),
        repairs: plan::repairs(cluster, results, knowledge),
        plan: plan::plan(cluster, results, knowledge, &plan::PlanRequest::Upgrade { by: None }),
        checklist: cluster.target.map(|_| {
            plan::checklist::checklist(cluster, results, knowledge, plan::checklist::Occasion::Upgrade)
        }),
        never: knowledge.rows.warnings.clone(),
        request: missing::request(&missing),
        missing,
        matrix: matrix::matrix(cluster, knowledge),
        errors: errors::errors(cluster, knowledge),
        outcomes: results.iter().map(outcome).collect(),
        coverage,
        inputs: inputs::views(cluster, results, safety.iter().chain(&findings)),
        sources: cited(rules, results, knowledge),
        rules: texts(results, rules, &knowledge.sources),
        safety,
        findings,
    }
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
) -> (Vec<FindingView>, Vec<FindingView>) {
    let mut safety = Vec::new();
    let mut others = Vec::new();
    let mut anchors = BTreeSet::new();
    for (outer, one) in results.iter().enumerate() {
        let info = rules.get(one.rule.as_str());
        for (inner, finding) in one.outcome.findings().iter().enumerate() {
            let mut view = evidence::finding(cluster, &one.rule, finding, info.copied(), knowledge);
            view.caused_by = caused_by(results, causes, (outer, inner));
            let mut twin = 1;
            while !anchors.insert(view.anchor.clone()) {
                twin += 1;
                view.anchor = format!("finding-{}-{twin}", view.fingerprint);
            }
            // What is merely worth knowing of a bundle is no alarm.
            let alarm = is_bundle_safety(&one.rule) && finding.severity < Severity::Info;
            let list = if alarm { &mut safety } else { &mut others };
            list.push(view);
        }
    }
    for list in [&mut safety, &mut others] {
        let key =
            |view: &FindingView| (view.severity, view.confidence, view.rule.clone(), view.subject.clone());
        list.sort_by_cached_key(key);
    }
    (safety, others)
}

fn actions(results: &[RuleResult], work: &[PlannedAction]) -> Vec<Action> {
    work.iter()
        .enumerate()
        .map(|(index, work)| Action {
            number: index + 1,
            mends: work.fixes.iter().filter_map(|at| reason_at(results, *at)).collect(),
            ends: work.also_resolves.iter().filter_map(|at| reason_at(results, *at)).collect(),
            title: work.title.clone(),
            nodes: work.nodes.clone(),
            why: work.why.clone(),
            steps: work.steps.clone(),
            severity: work.severity,
            confidence: work.confidence,
        })
        .collect()
}

fn reason_at(results: &[RuleResult], at: At) -> Option<Reason> {
    Some(reason(&results.get(at.0)?.rule, plan::find(results, at)?))
}

fn caused_by(results: &[RuleResult], causes: &Causes, at: At) -> Vec<Cause> {
    let causes = causes.of(at).iter().filter_map(|(at, row)| Some((reason_at(results, *at)?, &row.why)));
    causes
        .map(|(Reason { rule, text, anchor }, why)| Cause { rule, text, anchor, why: why.clone() })
        .collect()
}

fn reason(rule: &str, finding: &Finding) -> Reason {
    Reason {
        rule: rule.to_owned(),
        text: finding.title.clone(),
        anchor: format!("finding-{}", finding.fingerprint(rule)),
    }
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
    let rules: Vec<RuleCoverage> = rules
        .iter()
        .map(|rule| {
            let mine = results.iter().filter(|one| one.rule == rule.id);
            let inputs: BTreeSet<&String> = mine.clone().flat_map(|one| &one.inputs_used).collect();
            let decisive = mine.min_by_key(|one| one.outcome.rank()).map(|one| &one.outcome);
            let word = decisive.map_or("failed", Outcome::word);
            *counts.entry(word).or_default() += 1;
            RuleCoverage {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                severity: rule.severity,
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

fn texts(results: &[RuleResult], rules: &[&RuleMeta], sources: &Sources) -> Vec<RuleText> {
    rules
        .iter()
        .filter(|rule| speaks(results, &rule.id))
        .map(|rule| RuleText {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            what: rule.description.clone(),
            why: rule.rationale.clone(),
            fix: rule.remediation.clone(),
            blind: rule.limitations.clone(),
            sources: citations(&rule.references, sources),
        })
        .collect()
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
    let of_rules = rules.iter().filter(|rule| speaks(results, &rule.id)).flat_map(|rule| &rule.references);
    let findings = results.iter().flat_map(|one| one.outcome.findings());
    let errors = findings.filter_map(|finding| knowledge.signature(finding.signature.as_deref()?));
    let cites = of_rules.chain(errors.flat_map(|error| &error.cites));
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
