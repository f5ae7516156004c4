//! Finds copies of the key files beside the application: in its parent folder and in the root of its site (usually the
//! same folder), and below. Web servers serve files from there, so a copy there is exposed.

use super::inventory_table::Item;
use super::key_files;
use super::key_files::KeyFiles;
use super::network::is_network;
use super::options::Options;
use super::walk::{read_most, reason, unlisted};
use crate::bundle::{Sha256, relative};
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::model::{Location, Observed};
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Maximum number of files that are listed there.
const MOST: usize = 100_000;
/// How many levels of folders are searched. In the root of a drive only its own files count: its folders do not belong
/// to the web site.
const DEPTH: usize = 8;

/// A file beside the application that is, or may be, a copy.
pub(super) struct Candidate {
    /// Path to open it by.
    pub(super) full: PathBuf,
    /// Path relative to the application folder.
    path: String,
    /// Size in bytes.
    pub(super) size: u64,
    /// Whether its name marks it as a copy; otherwise its content decides.
    pub(super) named: bool,
}

/// What was found beside the application.
#[derive(Default)]
pub(super) struct SiblingCopies {
    /// The folders that were searched.
    pub(super) areas: Vec<SearchedFolder>,
    /// Copies by name, and files of the size of a key file, in order of path.
    pub(super) candidates: Vec<Candidate>,
    /// Why not everything was searched, as a lower-case fragment.
    gap: Option<String>,
}

/// A folder that is searched.
pub(super) struct SearchedFolder {
    /// The folder.
    pub(super) folder: PathBuf,
    /// How it is shown in the path of a copy.
    shown: String,
}

/// The parent folder of the application, and the root of its site where that is another folder. A copied folder was
/// copied without the folders beside it.
fn areas(options: &Options, root: Option<&Path>) -> io::Result<Vec<SearchedFolder>> {
    if options.node.is_some() {
        return Ok(Vec::new());
    }
    let app = &options.app_dir.canonicalize()?;
    let Some(above) = app.parent() else { return Ok(Vec::new()) };
    // In the root of a drive only its own files are searched.
    let covers = |folder: &Path, other: &Path| {
        folder == other || (folder.parent().is_some() && other.starts_with(folder))
    };
    let root = root.filter(|root| !is_network(root)).and_then(|root| root.canonicalize().ok());
    let root = root.filter(|root| !root.starts_with(app) && !covers(above, root));
    let mut areas = Vec::new();
    if !root.as_ref().is_some_and(|root| covers(root, above)) {
        areas.push(SearchedFolder { folder: above.to_owned(), shown: "..".to_owned() });
    }
    areas.extend(root.map(|folder| {
        let shown = folder.to_string_lossy();
        let shown = shown.strip_prefix(r"\\?\").unwrap_or(&shown).to_owned();
        SearchedFolder { folder, shown }
    }));
    Ok(areas)
}

/// Searches the folders beside the application; opens no file.
pub(super) fn list(options: &Options, root: Option<&Path>, sizes: &[u64]) -> SiblingCopies {
    let (areas, gap) = match areas(options, root) {
        Ok(areas) => (areas, None),
        Err(error) => (Vec::new(), Some(reason(&error))),
    };
    let mut found = SiblingCopies { areas, gap, ..SiblingCopies::default() };
    if options.node.is_none() && root.is_some_and(is_network) {
        found.gap = Some("the root of the site is on another machine".to_owned());
    }
    let excluded = [&options.app_dir, &options.out].map(|folder| folder.canonicalize().ok());
    let is_excluded = |entry: &DirEntry| excluded.iter().flatten().any(|folder| folder == entry.path());
    let mut count = 0;
    for area in &found.areas {
        let depth = if area.folder.parent().is_some() { DEPTH } else { 1 };
        let entries = WalkDir::new(&area.folder).follow_links(false).min_depth(1).max_depth(depth);
        for entry in entries.sort_by_file_name().into_iter().filter_entry(|entry| !is_excluded(entry)) {
            count += 1;
            if count > MOST {
                found.gap = Some(format!("more than {MOST} files are beside the application"));
                return found;
            }
            let candidate = entry.and_then(|entry| candidate(area, &entry, sizes));
            match candidate {
                Ok(candidate) => found.candidates.extend(candidate),
                Err(error) => _ = found.gap.get_or_insert(unlisted(&error)),
            }
        }
    }
    found
}

fn candidate(
    area: &SearchedFolder,
    entry: &DirEntry,
    sizes: &[u64],
) -> Result<Option<Candidate>, walkdir::Error> {
    if !entry.file_type().is_file() {
        return Ok(None);
    }
    let (name, size) = (entry.file_name().to_string_lossy().to_lowercase(), entry.metadata()?.len());
    // Beside a web.config the plain names belong to another installation, unless the content is the same.
    let plain = name == ENCRYPTION_CONFIG || name == DATABASE_CONFIG;
    let installed = plain && entry.path().with_file_name("web.config").exists();
    // Other programs have a database.config too.
    let is_key = matches!(Item::of(&name), Item::KeyFile | Item::KeyCopy) && name.contains("encryption");
    let named = is_key && !installed;
    let path = format!("{}/{}", area.shown.replace('\\', "/"), relative(&area.folder, entry.path()));
    let may_be = named || sizes.contains(&size);
    Ok(may_be.then(|| Candidate { full: entry.path().to_owned(), path, size, named }))
}

impl SiblingCopies {
    /// All copies: `copies` from the application folder and those found here. `gap` says why copies in the application
    /// folder may be missing.
    pub(super) fn with(
        self,
        mut copies: Vec<String>,
        gap: Option<String>,
        keys: &KeyFiles,
    ) -> Observed<Vec<String>> {
        let mut gap = gap.or(self.gap);
        for Candidate { full, path, size, named } in self.candidates {
            if named {
                copies.push(path);
                continue;
            }
            match read_most(&full, key_files::MAX_BYTES) {
                Ok(content) if keys.is_copy(&Sha256::of(&content)) => copies.push(path),
                Ok(_) if keys.may_be_unseen(size) => gap = gap.or_else(|| Some(key_files::UNSEEN.to_owned())),
                Ok(_) => {}
                Err(error) => gap = gap.or_else(|| Some(reason(&error))),
            }
        }
        match gap {
            Some(why) if copies.is_empty() => Observed::unreadable(Location::file(".."), why),
            _ => Observed::known(copies, Location::file("application folder")),
        }
    }
}
