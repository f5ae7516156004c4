//! Fills the view model from the cluster, the outcomes and the texts. Rule texts come as data; no check is seen.

mod errors;
mod evidence;
mod inputs;
mod matrix;
mod missing;
mod nodes;
mod verdict;

use crate::finding::{Finding, Judged, Outcome, RuleFacts, Scope, Severity, reach};
use crate::knowledge::{Citation, Knowledge, Own, OwnRecord, Source, Sources};
use crate::model::Cluster;
use crate::plan::{self, At, Causes, RuleAdvice, Work};
use crate::report::model::{
    Action, BalancerFact, Cause, Citation as CitationView, Coverage, FindingView, KnowledgeView, OutcomeView,
    Reason, Report, RuleCoverage, RuleText, SCHEMA, SourceView, Tool,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the report needs to know of a rule.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// Which question it belongs to.
    pub scope: Scope,
    /// Where it comes from.
    pub cites: Vec<Citation>,
    /// What it checks.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it.
    pub fix: String,
    /// What it cannot see.
    pub blind: String,
    /// Own banner, no cluster fault.
    pub bundle_safety: bool,
}

/// Assembles the report. Equal arguments give an equal report.
pub fn assemble(cluster: &Cluster, judged: &[Judged], rules: &[RuleInfo], knowledge: &Knowledge) -> Report {
    let facts: BTreeMap<String, RuleFacts> = rules
        .iter()
        .map(|rule| {
            let RuleInfo { severity, scope, bundle_safety, .. } = *rule;
            (rule.id.clone(), RuleFacts { severity, scope, bundle_safety })
        })
        .collect();
    let by_id: BTreeMap<&str, &RuleInfo> = rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let reached = reach(judged, &facts, !cluster.node_set.confirmed_by.is_empty());
    let causes = plan::causes(judged, knowledge);
    let work = plan::work(judged, &causes, cluster, knowledge, &advice(rules));
    let missing = missing::missing(cluster, judged, &by_id, knowledge);
    let (safety, findings) = findings(cluster, judged, &causes, &by_id, knowledge);
    let coverage = coverage(judged, rules);

    Report {
        schema: SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            knowledge: knowledge.edition.to_string(),
            own: knowledge.own.as_ref().map(own),
        },
        as_of: cluster.as_of.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        target: cluster.target.map(|target| target.to_string()),
        nodes: nodes::cards(cluster, judged),
        contacts: cluster.contacts.clone(),
        balancer: balancer(cluster, knowledge),
        verdict: verdict::view(&verdict::Seen {
            cluster,
            judged,
            causes: &causes,
            verdict: &reached,
            findings: &findings,
            missing: &missing,
            coverage: &coverage,
            work: &work,
        }),
        actions: actions(judged, &work),
        repairs: plan::repairs(cluster, judged, knowledge),
        plan: plan::plan(cluster, judged, knowledge, &plan::Wish::Upgrade { by: None }),
        checklist: cluster.target.map(|_| {
            plan::checklist::checklist(cluster, judged, knowledge, plan::checklist::Occasion::Upgrade)
        }),
        never: knowledge.rows.never.clone(),
        request: missing::request(&missing),
        missing,
        matrix: matrix::matrix(cluster, knowledge),
        errors: errors::errors(cluster, knowledge),
        outcomes: judged.iter().map(outcome).collect(),
        coverage,
        inputs: inputs::views(cluster, judged, safety.iter().chain(&findings)),
        sources: cited(rules, judged, knowledge),
        rules: texts(judged, rules, &knowledge.sources),
        safety,
        findings,
    }
}

/// What an inventory says of the load balancer, in order of path.
fn balancer(cluster: &Cluster, knowledge: &Knowledge) -> Vec<BalancerFact> {
    let told = cluster.told.iter().filter(|(path, _)| path.starts_with("balancer."));
    told.filter_map(|(path, fact)| {
        Some(BalancerFact { fact: knowledge.label(path, "").to_owned(), value: fact.value()?.clone() })
    })
    .collect()
}

fn own(own: &Own) -> KnowledgeView {
    let named =
        |records: &[OwnRecord]| records.iter().map(|one| format!("{} {}", one.kind, one.key)).collect();
    KnowledgeView {
        files: own.files.clone(),
        edition: own.edition.map(|day| day.to_string()),
        overridden: named(&own.overridden),
        added: named(&own.added),
    }
}

fn advice(rules: &[RuleInfo]) -> BTreeMap<String, RuleAdvice> {
    rules
        .iter()
        .map(|rule| {
            let advice = RuleAdvice {
                why: format!("{}.", plan::first_sentence(&rule.why)),
                fix: rule.fix.clone(),
                bundle_safety: rule.bundle_safety,
            };
            (rule.id.clone(), advice)
        })
        .collect()
}

/// Findings in two lists: bundle safety, and everything else; both worst first.
fn findings(
    cluster: &Cluster,
    judged: &[Judged],
    causes: &Causes,
    rules: &BTreeMap<&str, &RuleInfo>,
    knowledge: &Knowledge,
) -> (Vec<FindingView>, Vec<FindingView>) {
    let mut safety = Vec::new();
    let mut others = Vec::new();
    let mut anchors = BTreeSet::new();
    for (outer, one) in judged.iter().enumerate() {
        let Outcome::Findings(findings) = &one.outcome else { continue };
        let info = rules.get(one.rule.as_str());
        for (inner, finding) in findings.iter().enumerate() {
            let mut view = evidence::finding(cluster, &one.rule, finding, info.copied(), knowledge);
            view.caused_by = caused_by(judged, causes, (outer, inner));
            let mut twin = 1;
            while !anchors.insert(view.anchor.clone()) {
                twin += 1;
                view.anchor = format!("finding-{}-{twin}", view.fingerprint);
            }
            // What is merely worth knowing of a bundle is no alarm.
            let alarm = info.is_some_and(|rule| rule.bundle_safety) && finding.severity < Severity::Info;
            let list = if alarm { &mut safety } else { &mut others };
            list.push(view);
        }
    }
    for list in [&mut safety, &mut others] {
        list.sort_by(|a, b| {
            (a.severity, a.confidence, &a.rule, &a.subject).cmp(&(
                b.severity,
                b.confidence,
                &b.rule,
                &b.subject,
            ))
        });
    }
    (safety, others)
}

fn actions(judged: &[Judged], work: &[Work]) -> Vec<Action> {
    work.iter()
        .enumerate()
        .map(|(index, work)| Action {
            number: index + 1,
            mends: work.fixes.iter().filter_map(|at| reason_at(judged, *at)).collect(),
            ends: work.also_resolves.iter().filter_map(|at| reason_at(judged, *at)).collect(),
            title: work.title.clone(),
            nodes: work.nodes.clone(),
            why: work.why.clone(),
            steps: work.steps.clone(),
            severity: work.severity,
            confidence: work.confidence,
        })
        .collect()
}

fn reason_at(judged: &[Judged], at: At) -> Option<Reason> {
    Some(reason(&judged.get(at.0)?.rule, plan::find(judged, at)?))
}

fn caused_by(judged: &[Judged], causes: &Causes, at: At) -> Vec<Cause> {
    let causes = causes.of(at).iter().filter_map(|(at, row)| Some((reason_at(judged, *at)?, &row.why)));
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

fn outcome(one: &Judged) -> OutcomeView {
    OutcomeView {
        rule: one.rule.clone(),
        subject: one.subject.clone(),
        outcome: one.outcome.word(),
        detail: detail(&one.outcome),
        inferred: matches!(one.outcome, Outcome::Pass { inferred: true, .. }),
        inputs: one.looked_at.iter().cloned().collect(),
    }
}

/// Rolls each rule up over its subjects, in the order of DESIGN 4, so that the counts add up to the rules loaded.
fn coverage(judged: &[Judged], rules: &[RuleInfo]) -> Coverage {
    let mut counts: BTreeMap<&'static str, usize> =
        ["findings", "failed", "unknown", "pass", "not-applicable"]
            .into_iter()
            .map(|word| (word, 0))
            .collect();
    let rules: Vec<RuleCoverage> = rules
        .iter()
        .map(|rule| {
            let mine = judged.iter().filter(|one| one.rule == rule.id);
            let inputs: BTreeSet<&String> = mine.clone().flat_map(|one| &one.looked_at).collect();
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

fn speaks(judged: &[Judged], id: &str) -> bool {
    judged.iter().any(|one| {
        one.rule == id
            && matches!(one.outcome, Outcome::Findings(_) | Outcome::Unknown { .. } | Outcome::Failed { .. })
    })
}

fn texts(judged: &[Judged], rules: &[RuleInfo], sources: &Sources) -> Vec<RuleText> {
    rules
        .iter()
        .filter(|rule| speaks(judged, &rule.id))
        .map(|rule| RuleText {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            what: rule.what.clone(),
            why: rule.why.clone(),
            fix: rule.fix.clone(),
            blind: rule.blind.clone(),
            sources: citations(&rule.cites, sources),
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

fn cited(rules: &[RuleInfo], judged: &[Judged], knowledge: &Knowledge) -> Vec<SourceView> {
    let of_rules = rules.iter().filter(|rule| speaks(judged, &rule.id)).flat_map(|rule| &rule.cites);
    let findings = judged.iter().filter_map(|one| match &one.outcome {
        Outcome::Findings(findings) => Some(findings),
        _ => None,
    });
    let errors = findings.flatten().filter_map(|finding| knowledge.signature(finding.signature.as_deref()?));
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
