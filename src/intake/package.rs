//! The upgrade package, as rules see it.

use crate::bundle::{Archive, OpenError};
use crate::model::package::Package;
use crate::model::{Location, Observed};

/// The package as rules see it, from its file name and its outside.
pub fn package(name: &str, archive: Archive) -> Package {
    let place = Location::input(name);
    let members = match archive.members {
        Err(OpenError::NotZip) => Observed::absent(place),
        members => Observed::read(members, place),
    };
    Package { name: name.to_owned(), bytes: archive.bytes, sha256: archive.sha256.to_string(), members }
}
