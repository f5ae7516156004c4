//! The catalogue of rules as text, Markdown (`docs/rules.md`) and JSON.

use crate::cli::output::counted;
use crate::finding::{Confidence, Scope, SubjectKind};
use crate::knowledge::rows::{Applies, Build, RuleMeta};
use crate::knowledge::{Citation, Knowledge, Status};
use crate::rules::Rule;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How reliable the best source of a rule is.
pub(super) fn best_status(rule: &RuleMeta) -> Status {
    match rule.confidence() {
        Confidence::Confirmed => Status::Confirmed,
        Confidence::Inferred if rule.references.iter().any(|cite| cite.status == Status::Title) => {
            Status::Title
        }
        Confidence::Inferred => Status::Inferred,
    }
}

/// One line for each rule.
pub fn text(rules: &[Rule]) -> String {
    let mut text = String::new();
    for Rule { meta: rule, .. } in rules {
        let scope = if rule.is_judged_now() { "" } else { "upgrade" };
        let _ = writeln!(text, "{:8} {:8} {:8} {}", rule.id, rule.severity.word(), scope, rule.title);
    }
    let rules = counted(rules.len(), "rule");
    let _ = writeln!(text, "\n{rules}. \"clusterbrief explain ID\" explains one of them.");
    text
}

/// Every rule with its texts, its sources and their age, for programs.
pub fn json(knowledge: &Knowledge, rules: &[Rule]) -> Value {
    let cite = |cite: &Citation| {
        let source = knowledge.sources.find(cite);
        let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
        json!({ "source": cite.source, "status": cite.status.word(), "title": title, "age": age })
    };
    let rule = |Rule { meta: rule, needs, .. }: &Rule| {
        json!({
            "id": rule.id,
            "title": rule.title,
            "question": rule.asks(),
            "severity": rule.severity,
            "area": rule.area(),
            "confidence": rule.confidence(),
            "scope": rule.scope,
            "now": rule.now,
            "subject": rule.subject,
            "applies": rule.applies.map(|applies| json!({
                "of": of(applies.of),
                "from": applies.versions.from,
                "before": applies.versions.before,
            })),
            "needs": needs,
            "what": rule.description,
            "why": rule.rationale,
            "fix": rule.remediation,
            "blind": rule.limitations,
            "cites": rule.references.iter().map(cite).collect::<Vec<_>>(),
        })
    };
    let rules: Vec<Value> = rules.iter().map(rule).collect();
    json!({ "knowledge": knowledge.edition.to_string(), "rules": rules })
}

/// The page `docs/rules.md`.
pub fn markdown(knowledge: &Knowledge, rules: &[Rule]) -> String {
    let mut page = format!(
        "# Rule catalogue\n\n\
         Generated from the rules (`clusterbrief rules --format md`); a test compares it, \
         `scripts/bless` rewrites it.\n\n\
         {} rules, knowledge of {}. Rules of scope *now* check whether the cluster works; rules of scope *upgrade* check \
         whether it is ready for `--target`; rules of both check the installed build if there is no target. The severity is the highest that a finding of the rule can have, the confidence \
         that of a finding whose evidence leaves no doubt. The verdict asks by areas (see the README).\n\n\
         | Rule | Question | Fault | Area | Severity | Confidence | Scope | Checked on | Needs |\n|---|---|---|---|---|---|---|---|---|\n",
        rules.len(),
        knowledge.edition,
    );
    for Rule { meta: rule, needs, .. } in rules {
        let _ = writeln!(
            page,
            "| [{}](#{}) | {} | {} | {} | {} | {} | {} | {} | {} |",
            rule.id,
            rule.id.to_lowercase(),
            rule.asks(),
            rule.title,
            rule.area().label(),
            rule.severity,
            confidence(rule.confidence()),
            scope(rule),
            subject(rule.subject),
            needs.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        );
    }
    for Rule { meta: rule, .. } in rules {
        let _ = write!(page, "\n## {}\n\n**{}.** Severity {}", rule.id, rule.title, rule.severity);
        if let Some(applies) = &rule.applies {
            let build = match applies.of {
                Build::Current => "the installed build",
                Build::Either => "the installed build or the target",
                Build::Asked => "the target, or else the installed build,",
                Build::Target => "the target",
                Build::Crossed => "the path from the installed build to the target",
            };
            let _ = write!(page, "; where {build} is{}", range(applies));
        }
        if let Some(now) = rule.now {
            let _ = write!(page, "; without a target at most {now}");
        }
        page += ".\n";
        for (heading, text) in rule.texts() {
            let _ = write!(page, "\n*{heading}.* {text}\n");
        }
        page += "\nSources:\n\n";
        for cite in &rule.references {
            let source = knowledge.sources.find(cite);
            let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
            let _ = writeln!(page, "* `{}`: {title} ({age}); {}", cite.source, status(cite.status));
        }
    }
    page
}

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "confirmed",
        Confidence::Inferred => "inferred",
    }
}

const fn scope(rule: &RuleMeta) -> &'static str {
    match rule.scope {
        Scope::Now => "now",
        Scope::Upgrade if rule.is_judged_now() => "now, upgrade",
        Scope::Upgrade => "upgrade",
    }
}

const fn subject(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::Cluster => "cluster",
        SubjectKind::Database => "database",
        SubjectKind::Node => "each node",
        SubjectKind::Input => "each bundle",
    }
}

const fn of(build: Build) -> &'static str {
    match build {
        Build::Current => "current",
        Build::Either => "either",
        Build::Asked => "asked",
        Build::Target => "target",
        Build::Crossed => "crossed",
    }
}

/// The builds a rule is for, after words such as "builds".
pub(super) fn range(applies: &Applies) -> String {
    let from = applies.versions.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let before = applies.versions.before.map(|before| format!(" before {before}")).unwrap_or_default();
    from + &before
}

/// How much of a source was read.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Confirmed => "read",
        Status::Top => "only its beginning was read",
        Status::Title => "only a title was seen",
        Status::Inferred => "our own conclusion",
    }
}
