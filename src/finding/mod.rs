//! Results of rules: outcomes, findings, and the verdict over all of them.

mod fingerprint;
mod outcome;
mod verdict;

pub use outcome::{
    Confidence, Evidence, EvidenceRequest, Finding, MissingEvidence, NO_TARGET, Outcome, RuleResult, Scope,
    Severity, Subject, SubjectKind,
};
pub use verdict::{
    AreaCoverage, Holds, Looked, Question, Readiness, Verdict, Weight, by_rule, is_bundle_safety, reach,
};
