//! Results of rules: outcomes, findings, and the verdict over all of them.

mod fingerprint;
mod outcome;
mod verdict;

pub use outcome::{
    Confidence, Evidence, Finding, Judged, Missing, NO_TARGET, Outcome, Question, Scope, Severity, Subject,
    SubjectKind,
};
pub use verdict::{RuleFacts, State, Verdict, reach};
