//! What a rule says: outcomes, findings, and the verdict that follows from them.

mod fingerprint;
mod outcome;
mod verdict;

pub use outcome::{
    Confidence, Evidence, Finding, Judged, Missing, NO_TARGET, Outcome, Question, Scope, Severity, Subject,
    SubjectKind,
};
pub use verdict::{State, Verdict, is_bundle_safety, reach};
