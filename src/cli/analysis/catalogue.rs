//! The catalogue of rules as text, Markdown and JSON: what `rules` prints, and what `docs/rules.md` is made of.

use crate::finding::{Confidence, Scope, Severity, SubjectKind};
use crate::knowledge::rows::{Applies, Build, RuleMeta};
use crate::knowledge::{Knowledge, Status};
use crate::rules::Rule;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Which rules are wanted; what is `None` is not asked.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// First part of the id, such as `ENC`.
    pub family: Option<String>,
    /// Severity at its worst.
    pub severity: Option<Severity>,
    /// Question it belongs to.
    pub scope: Option<Scope>,
    /// How its best source is known.
    pub status: Option<Status>,
    /// An input that decides it, such as `logs` or the id of an export.
    pub needs: Option<String>,
}

impl Wanted {
    /// Whether a rule is among them.
    pub fn includes(&self, rule: &Rule) -> bool {
        let RuleMeta { id, severity, scope, .. } = &rule.meta;
        let family = id.split('-').next().unwrap_or_default();
        self.family.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(family))
            && self.severity.is_none_or(|wanted| wanted == *severity)
            && self.scope.is_none_or(|wanted| wanted == *scope)
            && self.status.is_none_or(|wanted| wanted == status(&rule.meta))
            && self.needs.as_ref().is_none_or(|wanted| rule.needs.contains(wanted.as_str()))
    }
}

/// How the best source of a rule is known.
fn status(rule: &RuleMeta) -> Status {
    match rule.confidence() {
        Confidence::Confirmed => Status::Confirmed,
        Confidence::Inferred if rule.references.iter().any(|cite| cite.status == Status::Title) => {
            Status::Title
        }
        Confidence::Inferred => Status::Inferred,
    }
}

/// One line a rule.
pub fn text(rules: &[Rule]) -> String {
    let mut text = String::new();
    for Rule { meta: rule, .. } in rules {
        let scope = if rule.scope == Scope::Upgrade { "upgrade" } else { "" };
        let _ = writeln!(text, "{:8} {:8} {:8} {}", rule.id, rule.severity.word(), scope, rule.title);
    }
    let many = if rules.len() == 1 { "rule" } else { "rules" };
    let _ = writeln!(text, "\n{} {many}. \"clusterbrief explain ID\" tells more of one.", rules.len());
    text
}

/// Every rule with its texts, its sources and their age, for programs.
pub fn json(knowledge: &Knowledge, rules: &[Rule]) -> Value {
    let cites = |rule: &RuleMeta| -> Vec<Value> {
        let of = |cite| knowledge.sources.find(cite);
        let cites = rule.references.iter();
        cites
            .map(|cite| {
                let (title, age) = of(cite).map_or(("", ""), |one| (one.title.as_str(), one.age.as_str()));
                json!({ "source": cite.source, "status": cite.status.word(), "title": title, "age": age })
            })
            .collect()
    };
    let rules: Vec<Value> = rules
        .iter()
        .map(|Rule { meta: rule, needs, .. }| {
            json!({
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity.word(),
                "scope": scope(rule.scope),
                "subject": rule.subject,
                "applies": rule.applies.map(|applies| json!({
                    "of": of(applies.of),
                    "from": applies.versions.from.map(|from| from.to_string()),
                    "before": applies.versions.before.map(|before| before.to_string()),
                })),
                "needs": needs,
                "what": rule.description,
                "why": rule.rationale,
                "fix": rule.remediation,
                "blind": rule.limitations,
                "cites": cites(rule),
            })
        })
        .collect();
    json!({ "knowledge": knowledge.edition.to_string(), "rules": rules })
}

/// The page `docs/rules.md`.
pub fn markdown(knowledge: &Knowledge, rules: &[Rule]) -> String {
    let mut page = format!(
        "# Rule catalogue\n\n\
         Generated from the rules (`clusterbrief rules --format md`); a test compares it, \
         `scripts/bless` rewrites it.\n\n\
         {} rules, knowledge of {}. Rules of scope *now* ask whether the cluster works; rules of scope *upgrade* ask \
         whether it is ready for `--target`. The severity is the worst that a finding of the rule can have.\n\n\
         | Rule | Fault | Severity | Scope | Judged on | Decided by |\n|---|---|---|---|---|---|\n",
        rules.len(),
        knowledge.edition,
    );
    for Rule { meta: rule, needs, .. } in rules {
        let _ = writeln!(
            page,
            "| [{}](#{}) | {} | {} | {} | {} | {} |",
            rule.id,
            rule.id.to_lowercase(),
            rule.title,
            rule.severity,
            scope(rule.scope),
            subject(rule.subject),
            needs.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        );
    }
    for Rule { meta: rule, .. } in rules {
        let _ = write!(page, "\n## {}\n\n**{}.** Severity {}", rule.id, rule.title, rule.severity);
        if let Some(applies) = &rule.applies {
            let _ = write!(page, "; {}", range(applies));
        }
        page += ".\n";
        for (heading, text) in rule.texts() {
            let _ = write!(page, "\n*{heading}.* {text}\n");
        }
        page += "\nSources:\n\n";
        for cite in &rule.references {
            let source = knowledge.sources.find(cite);
            let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
            let _ = writeln!(page, "* `{}`: {title} ({age}); {}", cite.source, known(cite.status));
        }
    }
    page
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Now => "now",
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
        Build::Target => "target",
        Build::Crossed => "crossed",
    }
}

fn range(applies: &Applies) -> String {
    let of = match applies.of {
        Build::Current => "what is installed",
        Build::Either => "what is installed or the target",
        Build::Target => "the target",
        Build::Crossed => "the way from what is installed to the target",
    };
    let from = applies.versions.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let before = applies.versions.before.map(|before| format!(" before {before}")).unwrap_or_default();
    format!("where {of} is{from}{before}")
}

const fn known(status: Status) -> &'static str {
    match status {
        Status::Confirmed => "read",
        Status::Top => "its beginning was read",
        Status::Title => "only a title was seen",
        Status::Inferred => "our inference",
    }
}
