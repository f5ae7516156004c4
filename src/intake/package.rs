//! The upgrade package, as rules see it.

use crate::bundle::{Archive, ArchiveMember, OpenError};
use crate::model::package::{Package, PackageMember};
use crate::model::{Observed, Place};

/// The package as rules see it, from its file name and its outside.
pub fn package(name: &str, archive: Archive) -> Package {
    let place = Place { input: name.to_owned(), ..Place::default() };
    let members = match archive.members {
        Ok(members) => {
            let describe = |member: ArchiveMember| PackageMember {
                name: member.name,
                bytes: member.bytes,
                bad: member.bad,
            };
            Observed::known(members.into_iter().map(describe).collect(), place)
        }
        Err(OpenError::NotZip) => Observed::absent(place),
        Err(error) => Observed::unreadable(place, error.to_string()),
    };
    Package { name: name.to_owned(), bytes: archive.bytes, sha256: archive.sha256.to_string(), members }
}
