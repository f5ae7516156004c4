//! Builds of the product: when they were released, which were withdrawn, what they mend.

use super::KnowledgeError;
use super::layer::Kept;
use super::sources::{Citation, Sources};
use crate::model::BuildVersion;
use chrono::NaiveDate;
use serde::Deserialize;

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// The build.
    pub version: BuildVersion,
    /// The day it was released; `None` where no source tells.
    pub date: Option<NaiveDate>,
    /// Why nobody should run it, as a sentence.
    pub withdrawn: Option<String>,
    /// The build to go to instead of a withdrawn one.
    pub go_to: Option<BuildVersion>,
    /// What it mends: names of weaknesses.
    #[serde(default)]
    pub fixes: Vec<String>,
    /// What else there is to know, as a sentence.
    pub note: Option<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// Checks the records.
pub(super) fn check(releases: &[Kept<Release>], sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    for kept in releases {
        let release = &kept.record;
        faults.extend(sources.faults(&release.cites).map(|why| kept.fault(why)));
        if release.withdrawn.is_some() != release.go_to.is_some() {
            faults.push(kept.fault("a withdrawn build names the build to go to, and no other does"));
        }
        if release.go_to.is_some_and(|other| other <= release.version) {
            faults.push(kept.fault("the build to go to is not later"));
        }
    }
}
