//! Errors of a collection, and the guard against panics in libraries.

use crate::bundle::{MemberError, OpenError, WriteError};
use crate::redact::IdentitiesError;
use std::io;
use std::path::PathBuf;

/// Runs `work` and turns a panic of a library on hostile bytes into `None`: it costs one member, not the bundle.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

/// Why a member is missing when a library failed on it.
pub(super) const PANICKED: &str = "a library failed while reading it";

/// Why there is no bundle. Everything written so far has been removed.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The application folder cannot be read.
    #[error("{} is not a folder that can be read", .0.display())]
    AppDir(PathBuf, #[source] io::Error),
    /// The application folder is not the product's.
    #[error(
        "{} is not the application folder of the product: it has none of encryption.config, database.config, \
         web-appSettings.config and bin/Thycotic.*.dll; give the folder that IIS shows as the physical path of the \
         application",
        .0.display()
    )]
    NotTheProduct(PathBuf),
    /// The given configuration of IIS cannot be read: without it the bundle would have no IIS settings.
    #[error("cannot read {}", .0.display())]
    IisConfig(PathBuf, #[source] io::Error),
    /// The path is on another machine, and the network must not be used.
    #[error(
        "{} is on another machine, and --no-network-paths does not allow that; collect on that machine, or from a copy of \
         the folder with --node NAME",
        .0.display()
    )]
    Network(PathBuf),
    /// The bundle would become a part of the folder that it describes, and web servers serve what is in there.
    #[error("{} is inside the application folder: choose another output folder", .0.display())]
    OutInside(PathBuf),
    /// The drive of the output folder is full, or nearly so.
    #[error(
        "{} has {free} bytes free, but the bundle needs at least {needed}: free some space, or choose an output folder \
         on another drive",
        path.display()
    )]
    NoRoom {
        /// The output folder.
        path: PathBuf,
        /// Bytes that every bundle of this folder needs.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The bundle could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The system gave no random bytes for a key.
    #[error("could not create a key for the labels: {0}")]
    Random(#[from] getrandom::Error),
    /// A file that stays with the operator could not be written.
    #[error("{} could not be written; without it nobody can look up what the labels mean", .0.display())]
    Keep(PathBuf, #[source] io::Error),
    /// The names to hide could not be prepared, so nothing was written.
    #[error(transparent)]
    Identities(#[from] IdentitiesError),
    /// The new bundle could not be read back.
    #[error("the new bundle could not be read back")]
    Reopen(#[from] OpenError),
    /// A member of the new bundle could not be read back.
    #[error("{0} could not be read back from the new bundle: {1}")]
    Reread(String, MemberError),
    /// A temporary file could not be written.
    #[error("could not write a temporary file in {}", .0.display())]
    Scratch(PathBuf, #[source] io::Error),
    /// A secret was found in the manifest or the facts, where nothing can be removed.
    #[error(
        "{0} contains a secret from a configuration file, or something that looks like one, and nothing can be removed from \
         it: no bundle was written; look for it in a file name, a version or an IIS setting"
    )]
    Leak(String),
    /// The facts could not be written as JSON.
    #[error("the facts could not be written")]
    Facts(#[from] serde_json::Error),
}
