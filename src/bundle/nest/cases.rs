//! A case folder among what was found: each of its files is read as what it was sent as.

use super::super::case::{CASE, CASE_BYTES, Case};
use super::{Found, What};
use crate::bundle::problem::{ManifestError, OpenError};
use crate::bundle::source::Origin;
use crate::bundle::{GivenError, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a case folder says of a file in it.
#[derive(Debug, Default)]
pub(in crate::bundle) struct Listed {
    /// The hash that it must have.
    pub(in crate::bundle) sha256: Option<Sha256>,
    /// Where its name comes from.
    pub(in crate::bundle) origin: Origin,
}

/// Gives the files of every case folder the places that they had. What such a folder holds and does not list keeps the place
/// that it has.
pub(super) fn restore(found: Vec<Found>, given: &Path) -> Vec<Found> {
    let cases: Vec<(String, Result<Case, OpenError>)> = found.iter().filter_map(case).collect();
    cases.into_iter().fold(found, |found, (root, case)| match case {
        Ok(case) => placed(found, &root, case, given),
        Err(error) => refused(found, &root, error),
    })
}

/// The case that a file lists, with the place of its folder.
fn case(found: &Found) -> Option<(String, Result<Case, OpenError>)> {
    let Ok(What::File(leaf)) = &found.what else { return None };
    let root = found.place.strip_suffix(CASE).filter(|root| root.is_empty() || root.ends_with('/'))?;
    let case = Case::read(&leaf.bytes(CASE_BYTES).ok()?)?;
    Some((root.to_owned(), case.map_err(|error| OpenError::Manifest(ManifestError::Format(error)))))
}

fn refused(mut found: Vec<Found>, root: &str, error: OpenError) -> Vec<Found> {
    if let Some(list) = found.iter_mut().find(|one| one.place == format!("{root}{CASE}")) {
        list.what = Err(GivenError::Case(Box::new(error)));
    }
    found
}

fn placed(found: Vec<Found>, root: &str, case: Case, given: &Path) -> Vec<Found> {
    let list = format!("{root}{CASE}");
    let (own, mut rest): (Vec<Found>, Vec<Found>) =
        found.into_iter().filter(|one| one.place != list).partition(|one| one.place.starts_with(root));
    let mut own: BTreeMap<String, Found> = own.into_iter().map(|one| (one.place.clone(), one)).collect();
    let disk: PathBuf = given.to_owned();
    for file in case.files {
        let (place, bytes) = (file.place, file.bytes);
        let one = file.path.and_then(|path| own.remove(&format!("{root}{path}")));
        let what = match (file.left_out, one) {
            (Some(left), _) => {
                Err(GivenError::LeftOut { kind: left.kind, reason: left.reason, what: left.what })
            }
            (None, None) => Err(GivenError::Missing),
            (None, Some(one)) => one.what.map(|what| match what {
                What::File(leaf) => What::File(leaf.changed(file.modified).renamed(place.clone())),
                What::Folder(_) | What::Bundle(_) => what,
            }),
        };
        let listed = Listed { sha256: file.sha256, origin: Origin::Case(file.owner) };
        rest.push(Found { place, disk: disk.clone(), bytes, what, listed });
    }
    rest.extend(own.into_values());
    rest
}
