//! What numbers of facts mean: 461808 is .NET Framework 4.7.2.

use super::KnowledgeError;
use super::facts::{Facts, Kind};
use super::layer::Kept;
use super::sources::{Citation, Sources};
use serde::Deserialize;

/// The meaning of numbers from one on, up to the next of the same fact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// Path of the fact, one of kind `number`.
    pub fact: String,
    /// First number that means it.
    pub from: u32,
    /// What it means.
    pub means: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// Checks the records.
pub(super) fn check(
    meanings: &[Kept<Meaning>],
    facts: &Facts,
    sources: &Sources,
    faults: &mut Vec<KnowledgeError>,
) {
    for kept in meanings {
        faults.extend(sources.faults(&kept.record.cites).map(|why| kept.fault(why)));
        if facts.get(&kept.record.fact).is_none_or(|fact| fact.kind != Kind::Number) {
            faults.push(kept.fault("is no fact of kind number"));
        }
    }
}
