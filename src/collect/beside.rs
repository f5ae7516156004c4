//! Copies of the key files beside the application: in the folder that it lies in, which is the root of the web server where
//! it is installed as usual, and below (SEC-008 of domain 10.14).

use super::keys::KeyFiles;
use super::plan::{DATABASE_CONFIG, ENCRYPTION_CONFIG, Item};
use super::walk::{read_most, reason};
use super::{Options, keys};
use crate::bundle::Sha256;
use crate::model::{Observed, Place};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Most files that are listed there.
const MOST: usize = 100_000;
/// How far below they are looked for. At the root of a drive only its own files are: what lies below is not the web's.
const DEPTH: usize = 8;

/// A file beside the application that is, or may be, a copy.
pub(super) struct Neighbour {
    /// Path to open it by.
    pub(super) full: PathBuf,
    /// Path relative to the application folder.
    path: String,
    /// Size in bytes.
    pub(super) size: u64,
    /// Its name says so; otherwise its content has to.
    pub(super) named: bool,
}

/// What lies beside the application.
#[derive(Default)]
pub(super) struct Beside {
    /// Copies by name, and files of a size of `sizes`, in order of path.
    pub(super) neighbours: Vec<Neighbour>,
    /// Why not everything was looked at, as a lower-case fragment.
    gap: Option<String>,
}

/// The folder that the application lies in.
pub(super) fn folder(app_dir: &Path) -> Option<PathBuf> {
    app_dir.canonicalize().ok()?.parent().map(Path::to_owned)
}

/// Lists it; of a folder that was copied from elsewhere the neighbours were not.
pub(super) fn list(options: &Options, sizes: &[u64]) -> Beside {
    let mut beside = Beside::default();
    let Some(folder) = folder(&options.app_dir).filter(|_| options.node.is_none()) else { return beside };
    let own = [&options.app_dir, &options.out].map(|own| own.canonicalize().ok());
    let is_own = |entry: &DirEntry| own.iter().flatten().any(|own| own == entry.path());
    let depth = if folder.parent().is_some() { DEPTH } else { 1 };
    let entries = WalkDir::new(&folder).follow_links(false).min_depth(1).max_depth(depth);
    for (count, entry) in
        entries.sort_by_file_name().into_iter().filter_entry(|entry| !is_own(entry)).enumerate()
    {
        if count == MOST {
            beside.gap = Some(format!("more than {MOST} files lie beside the application"));
            break;
        }
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                beside.neighbours.extend(neighbour(&folder, &entry, sizes));
            }
            Ok(_) => {}
            Err(error) => {
                let why = error.io_error().map_or_else(|| "a folder cannot be listed".to_owned(), reason);
                beside.gap.get_or_insert(why);
            }
        }
    }
    beside
}

fn neighbour(folder: &Path, entry: &DirEntry, sizes: &[u64]) -> Option<Neighbour> {
    let (name, size) = (entry.file_name().to_string_lossy().to_lowercase(), entry.metadata().ok()?.len());
    // Beside a web.config the plain names are those of another installation, unless their content is ours.
    let plain = name == ENCRYPTION_CONFIG || name == DATABASE_CONFIG;
    let installed = plain && entry.path().with_file_name("web.config").exists();
    // Other programs have a database.config as well.
    let is_key = matches!(Item::of(&name), Item::KeyFile | Item::KeyCopy) && name.contains("encryption");
    let named = is_key && !installed;
    let below = entry.path().strip_prefix(folder).ok()?;
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let path = format!("../{}", parts.join("/"));
    (named || sizes.contains(&size)).then(|| Neighbour { full: entry.path().to_owned(), path, size, named })
}

impl Beside {
    /// Copies in the application folder and beside it. What could not be looked at may hold one.
    pub(super) fn with(self, mut copies: Vec<String>, keys: &KeyFiles) -> Observed<Vec<String>> {
        let Self { neighbours, mut gap } = self;
        for Neighbour { full, path, named, .. } in neighbours {
            if named {
                copies.push(path);
                continue;
            }
            match read_most(&full, keys::MAX_BYTES) {
                _ if named => copies.push(path),
                Ok(content) if keys.is_copy(&Sha256::of(&content)) => copies.push(path),
                Ok(_) => {}
                Err(error) => gap = gap.or_else(|| Some(reason(&error))),
            }
        }
        match gap {
            Some(why) if copies.is_empty() => Observed::unreadable(Place::file(".."), why),
            _ => Observed::known(copies, Place::file("application folder")),
        }
    }
}
