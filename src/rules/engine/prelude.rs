//! What nearly every coded rule uses.

pub(in crate::rules) use super::context::{Context, both, evidence, seen_in};
pub(in crate::rules) use super::expectation::reported;
pub(in crate::rules) use super::rule::{before, known, rule, signature_note, since};
pub(in crate::rules) use super::{question, signature};
pub(in crate::rules) use crate::finding::{
    Confidence, Evidence, EvidenceRequest, Finding, MissingEvidence, NO_TARGET, Outcome, Severity, Subject,
};
pub(in crate::rules) use crate::knowledge::rows::Build;
pub(in crate::rules) use crate::model::{BuildVersion, Location, Node, Observed};
