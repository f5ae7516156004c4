//! Which findings of this case probably follow from which.

use crate::finding::{Confidence, Finding, RuleResult, Severity, SubjectKind};
use crate::knowledge::Knowledge;
use crate::knowledge::actions::Stage;
use crate::knowledge::causes::{CauseRow, Reach};
use std::collections::BTreeMap;

/// Position of a finding: index of its outcome, and its own in that.
pub type At = (usize, usize);

/// The findings that probably follow from others.
#[derive(Debug, Default)]
pub struct Causes<'k>(BTreeMap<At, Vec<(At, &'k CauseRow)>>);

/// Finds for each finding the confirmed ones that explain it, in the order in which they are to be fixed.
pub fn causes<'k>(results: &[RuleResult], knowledge: &'k Knowledge) -> Causes<'k> {
    let mut causes = Causes::default();
    for row in &knowledge.causes {
        // What is only suspected or merely worth knowing explains nothing away.
        let explaining = all_findings(results).filter(|(_, rule, finding)| {
            row.rules.iter().any(|id| id == rule)
                && finding.confidence == Confidence::Confirmed
                && finding.severity < Severity::Info
        });
        for (from, _, cause) in explaining {
            for (at, rule, finding) in all_findings(results) {
                if row.covers(rule, finding.signature.as_deref()) && reaches(row.reach, cause, finding) {
                    causes.0.entry(at).or_default().push((from, row));
                }
            }
        }
    }
    let order = |at: At| results.get(at.0).map(|result| (Stage::of_rule(&result.rule), at));
    for explaining in causes.0.values_mut() {
        explaining.sort_by_key(|(at, row)| (order(*at), &row.id));
        explaining.dedup_by_key(|(at, _)| *at);
    }
    causes
}

/// Every finding with its position and its rule.
pub fn all_findings(results: &[RuleResult]) -> impl Iterator<Item = (At, &str, &Finding)> {
    results.iter().enumerate().flat_map(|(outer, result)| {
        let findings = result.outcome.findings().iter().enumerate();
        findings.map(move |(inner, finding)| ((outer, inner), result.rule.as_str(), finding))
    })
}

fn reaches(reach: Reach, cause: &Finding, finding: &Finding) -> bool {
    match reach {
        Reach::Everywhere => true,
        Reach::Node => cause.subject.kind == SubjectKind::Node && cause.subject == finding.subject,
    }
}

impl<'k> Causes<'k> {
    /// The findings that this one probably follows from, with the reason, the first to be fixed first.
    pub fn of(&self, at: At) -> &[(At, &'k CauseRow)] {
        self.0.get(&at).map_or(&[], Vec::as_slice)
    }

    /// The finding at the bottom of this one: the first cause of its first cause, and so on; itself if it has none.
    /// Causes that explain each other are refused when the knowledge is loaded, so the chain ends.
    pub fn root(&self, at: At) -> At {
        let mut root = at;
        while let Some((cause, _)) = self.of(root).first() {
            root = *cause;
        }
        root
    }

    /// Findings whose root this one is, in their order, itself left out.
    pub fn consequences(&self, root: At) -> impl Iterator<Item = At> {
        self.0.keys().copied().filter(move |at| self.root(*at) == root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Outcome, Subject};
    use std::collections::BTreeSet;

    fn found(rule: &str, subject: Subject, confidence: Confidence, error: Option<&str>) -> RuleResult {
        let finding = Finding {
            severity: Severity::High,
            confidence,
            subject: subject.clone(),
            title: rule.into(),
            detail: String::new(),
            evidence: Vec::new(),
            remedy: String::new(),
            notes: Vec::new(),
            signature: error.map(str::to_owned),
            standalone: false,
        };
        let outcome = Outcome::Findings(vec![finding]);
        RuleResult { rule: rule.into(), subject, outcome, inputs_used: BTreeSet::new() }
    }

    const OWN: &str = r#"
        [[cause]]
        id = "x-one"
        rules = ["X-001"]
        explains = ["X-002"]
        reach = "node"
        why = "It follows."
        cites = [{ source = "SELF", status = "inferred" }]

        [[cause]]
        id = "x-two"
        rules = ["X-002"]
        errors = ["E-002"]
        reach = "everywhere"
        why = "It follows."
        cites = [{ source = "SELF", status = "inferred" }]
    "#;

    #[test]
    fn one_fault_of_the_engines_or_of_the_bus_is_reported_once() {
        let knowledge = Knowledge::builtin().unwrap();
        let cluster = |rule| found(rule, Subject::cluster(), Confidence::Confirmed, None);
        let blocked = [cluster("BUS-013"), cluster("UPG-009")];
        assert_eq!(causes(&blocked, &knowledge).root((0, 0)), (1, 0), "an engine that its site counts");
        let split = [cluster("BUS-014"), cluster("BUS-016"), cluster("BUS-004")];
        let causes = causes(&split, &knowledge);
        assert_eq!([causes.root((0, 0)), causes.root((2, 0))], [(1, 0), (2, 0)]);
    }

    #[test]
    fn what_is_confirmed_explains_what_it_reaches_and_nothing_else() {
        let knowledge = Knowledge::layered(&[("own.toml", OWN)]).unwrap();
        let (one, two) = (Subject::node("WEB01"), Subject::node("WEB02"));
        let follow = |cause: Confidence, on: &Subject| {
            let results = [
                found("X-001", one.clone(), cause, None),
                found("X-002", on.clone(), Confidence::Confirmed, None),
                found("X-003", two.clone(), Confidence::Confirmed, Some("E-002")),
            ];
            let causes = causes(&results, &knowledge);
            (causes.root((1, 0)), causes.root((2, 0)), causes.consequences((0, 0)).count())
        };
        assert_eq!(
            follow(Confidence::Confirmed, &one),
            ((0, 0), (0, 0), 2),
            "over two steps, and by the error"
        );
        assert_eq!(follow(Confidence::Confirmed, &two), ((1, 0), (1, 0), 0), "another node is not explained");
        assert_eq!(
            follow(Confidence::Inferred, &one),
            ((1, 0), (1, 0), 0),
            "a suspicion explains nothing away"
        );
    }
}
