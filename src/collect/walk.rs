//! Lists the files of the application folder. Links are listed and never followed.

use super::host::Host;
use super::inventory_table::Item;
use crate::bundle::{MemberName, MemberRecord, NewMember, Status, open_plain, relative};
use chrono::{DateTime, Utc};
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// One file of the application folder.
#[derive(Debug)]
pub(super) struct ListedFile {
    /// Path relative to the application folder, with `/`.
    pub(super) path: String,
    /// Path to open it by.
    pub(super) full: PathBuf,
    /// Size in bytes.
    pub(super) size: u64,
    /// Last change.
    pub(super) modified: Option<DateTime<Utc>>,
    /// What it is.
    pub(super) item: Item,
    /// Attributes, or why it cannot be read, as a lower-case fragment.
    pub(super) metadata: Result<Metadata, String>,
}

impl ListedFile {
    /// Name without its folders.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// A member of the bundle that is made of it.
    pub(super) fn member(&self, name: MemberName, origin: &str) -> NewMember {
        NewMember { name, origin: origin.to_owned(), size: self.size, modified: self.modified }
    }

    /// A member that would be made of it, and is not.
    pub(super) fn not_taken(&self, name: MemberName, origin: &str, status: Status) -> MemberRecord {
        MemberRecord { modified: self.modified, ..MemberRecord::not_taken(name, origin, status) }
    }
}

/// Why a link has no attributes: what it leads to does not belong to the folder.
pub(super) const LINK: &str = "a link or a special file, not followed";

/// Every file below `folder`, in order of path.
pub(super) fn walk(folder: &Path, host: &dyn Host) -> Vec<ListedFile> {
    list(WalkDir::new(folder), folder, host)
}

/// The files of `folder` itself, in order of path; none if it is a link.
pub(super) fn files_of(folder: &Path, host: &dyn Host) -> Vec<ListedFile> {
    let mut files = list(WalkDir::new(folder).follow_root_links(false).max_depth(1), folder, host);
    files.retain(|file| file.metadata.is_ok());
    files
}

fn list(folders: WalkDir, folder: &Path, host: &dyn Host) -> Vec<ListedFile> {
    let mut files = Vec::new();
    for entry in folders.follow_links(false).min_depth(1) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                let path = relative(folder, entry.path());
                let metadata = attributes(&entry, Item::of(&path)).and_then(|metadata| {
                    let is_file = metadata.is_file();
                    is_file.then_some(metadata).ok_or(LINK.to_owned())
                });
                files.push(listed_file(path, entry.path(), metadata, host));
            }
            Err(error) => {
                // A folder that cannot be listed is an entry too: its files are not known to be absent.
                if let Some(path) = error.path() {
                    files.push(listed_file(relative(folder, path), path, Err(unlisted(&error)), host));
                }
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Attributes of a file. In its folder lists, which `walkdir` uses, Windows keeps the size that a file had when its
/// last writer closed it. A log is open for days, so its own attributes are read.
fn attributes(entry: &DirEntry, item: Item) -> Result<Metadata, String> {
    match item {
        Item::Log => fs::symlink_metadata(entry.path()).map_err(|error| reason(&error)),
        _ => entry.metadata().map_err(|error| unlisted(&error)),
    }
}

fn listed_file(path: String, full: &Path, metadata: Result<Metadata, String>, host: &dyn Host) -> ListedFile {
    let readable = metadata.as_ref().ok();
    ListedFile {
        size: readable.map_or(0, Metadata::len),
        modified: readable.and_then(|metadata| host.modified(&path, metadata)),
        item: Item::of(&path),
        full: full.to_owned(),
        metadata,
        path,
    }
}

/// Why a file or folder could not be listed, as a lower-case fragment.
pub(super) fn unlisted(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "a folder cannot be listed".to_owned(), reason)
}

/// The content of a file up to one byte more than `most`, so that the caller sees that it is too large.
pub(super) fn read_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Windows' `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`: files of running programs. Rust has no error kind for
/// them.
const IN_USE: [i32; 2] = [32, 33];

/// Windows' `ERROR_BAD_NETPATH`, `ERROR_BAD_NET_NAME` and similar errors, which Rust reports as "not found".
const UNREACHED: [i32; 6] = [51, 53, 59, 64, 67, 1231];

/// Why something could not be read, without paths and independent of the language of the system.
pub(super) fn reason(error: &io::Error) -> String {
    match (error.get_ref(), error.raw_os_error()) {
        (Some(message), _) => message.to_string(),
        (None, Some(code)) if cfg!(windows) && IN_USE.contains(&code) => {
            format!("another program has locked it (system error {code})")
        }
        (None, Some(code)) if cfg!(windows) && UNREACHED.contains(&code) => {
            format!("the other machine, or its share, cannot be reached (system error {code})")
        }
        (None, Some(code)) => format!("{} (system error {code})", error.kind()),
        (None, None) => error.kind().to_string(),
    }
}
