//! Why a collection gives no bundle, and the guard against panics of libraries.

use crate::bundle::{MemberError, OpenError, WriteError};
use crate::redact::IdentitiesError;
use std::io;
use std::path::PathBuf;

/// Runs `work` and turns a panic of a library on hostile bytes into `None`: it costs one member, not the bundle.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

/// Why a member is missing when a library failed on it.
pub(super) const PANICKED: &str = "reading it made a library fail";

/// Why there is no bundle. Whatever was begun has been removed.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The application folder is none.
    #[error("{} is not a folder that can be read", .0.display())]
    AppDir(PathBuf, #[source] io::Error),
    /// The application folder is another one's.
    #[error(
        "{} is not the folder of the product: it holds neither encryption.config, database.config or \
         web-appSettings.config nor a bin folder with a Thycotic.*.dll; name the folder that IIS shows as the \
         physical path of the application",
        .0.display()
    )]
    NotTheProduct(PathBuf),
    /// The configuration of IIS that was named cannot be read: without it the bundle would lack all of IIS.
    #[error("cannot read {}", .0.display())]
    IisConfig(PathBuf, #[source] io::Error),
    /// It lies on another machine, and the network is not to be used.
    #[error(
        "{} lies on another machine, which --no-network-paths refuses; collect on that machine, or from a copy of the \
         folder with --node NAME",
        .0.display()
    )]
    Network(PathBuf),
    /// Somebody ended the collection.
    #[error("the collection was ended before the bundle was whole; nothing of it is left")]
    Cancelled,
    /// The bundle would become a part of what it describes, and web servers hand out what lies in there.
    #[error("{} lies inside of the application folder: choose an output folder elsewhere", .0.display())]
    OutInside(PathBuf),
    /// The drive of the output folder is full, or nearly so.
    #[error(
        "{} has {free} bytes free, and the bundle needs at least {needed}: free some, or choose an output folder on another \
         drive",
        path.display()
    )]
    NoRoom {
        /// The output folder.
        path: PathBuf,
        /// Bytes that no bundle of this folder can do without.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The bundle could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The system gave no random bytes for a key.
    #[error("no key could be made for the labels: {0}")]
    Random(#[from] getrandom::Error),
    /// A file that stays with whoever collects could not be written.
    #[error("{} could not be written, and without it nobody could say what the labels stand for", .0.display())]
    Keep(PathBuf, #[source] io::Error),
    /// The names to hide could not be prepared, so nothing was written.
    #[error(transparent)]
    Identities(#[from] IdentitiesError),
    /// What was written could not be read again.
    #[error("the bundle just written could not be read again")]
    Reopen(#[from] OpenError),
    /// A member that was just written could not be read again.
    #[error("{0}, just written, could not be read again: {1}")]
    Reread(String, MemberError),
    /// A temporary file could not be written.
    #[error("{} could not hold a temporary file", .0.display())]
    Scratch(PathBuf, #[source] io::Error),
    /// A secret was found where nothing can be cut out.
    #[error(
        "a secret of a configuration file, or what looks like one, stands in {0}, where nothing can be cut out: \
         no bundle was written; a file name, a version or a setting of IIS may hold it"
    )]
    Leak(String),
    /// The facts could not be written as JSON.
    #[error("the facts could not be written")]
    Facts(#[from] serde_json::Error),
}
