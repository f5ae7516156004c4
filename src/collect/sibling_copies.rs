//! Copies of the key files beside the application: in the folder that it lies in and in the root of its site, which are one
//! where it is installed as usual, and below (SEC-008 of domain 10.14).

use super::inventory_table::Item;
use super::key_files;
use super::key_files::KeyFiles;
use super::network::is_network;
use super::options::Options;
use super::walk::{read_most, reason, relative, unlisted};
use crate::bundle::Sha256;
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::model::{Observed, Place};
use std::io;
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
    /// The folders that were looked through.
    pub(super) areas: Vec<Area>,
    /// Copies by name, and files of a size of `sizes`, in order of path.
    pub(super) neighbours: Vec<Neighbour>,
    /// Why not everything was looked at, as a lower-case fragment.
    gap: Option<String>,
}

/// A folder that is looked through.
pub(super) struct Area {
    /// The folder.
    pub(super) folder: PathBuf,
    /// What stands for it in the path of a copy.
    shown: String,
}

/// The folder that the application lies in, and the root of its site where that is elsewhere. Of a folder that was copied from
/// elsewhere the neighbours were not.
fn areas(options: &Options, root: Option<&Path>) -> io::Result<Vec<Area>> {
    if options.node.is_some() {
        return Ok(Vec::new());
    }
    let app = &options.app_dir.canonicalize()?;
    let Some(above) = app.parent() else { return Ok(Vec::new()) };
    // At the root of a drive only its own files are looked at.
    let covers = |folder: &Path, other: &Path| {
        folder == other || (folder.parent().is_some() && other.starts_with(folder))
    };
    let root = root.filter(|root| !is_network(root)).and_then(|root| root.canonicalize().ok());
    let root = root.filter(|root| !root.starts_with(app) && !covers(above, root));
    let mut areas = Vec::new();
    if !root.as_ref().is_some_and(|root| covers(root, above)) {
        areas.push(Area { folder: above.to_owned(), shown: "..".to_owned() });
    }
    areas.extend(root.map(|folder| {
        let shown = folder.to_string_lossy();
        let shown = shown.strip_prefix(r"\\?\").unwrap_or(&shown).to_owned();
        Area { folder, shown }
    }));
    Ok(areas)
}

/// Lists them.
pub(super) fn list(options: &Options, root: Option<&Path>, sizes: &[u64]) -> Beside {
    let (areas, gap) = match areas(options, root) {
        Ok(areas) => (areas, None),
        Err(error) => (Vec::new(), Some(reason(&error))),
    };
    let mut beside = Beside { areas, gap, ..Beside::default() };
    if options.node.is_none() && root.is_some_and(is_network) {
        beside.gap = Some("the root of the site lies on another machine".to_owned());
    }
    let own = [&options.app_dir, &options.out].map(|own| own.canonicalize().ok());
    let is_own = |entry: &DirEntry| own.iter().flatten().any(|own| own == entry.path());
    let mut count = 0;
    for area in &beside.areas {
        let depth = if area.folder.parent().is_some() { DEPTH } else { 1 };
        let entries = WalkDir::new(&area.folder).follow_links(false).min_depth(1).max_depth(depth);
        for entry in entries.sort_by_file_name().into_iter().filter_entry(|entry| !is_own(entry)) {
            count += 1;
            if count > MOST {
                beside.gap = Some(format!("more than {MOST} files lie beside the application"));
                return beside;
            }
            let neighbour = entry.and_then(|entry| neighbour(area, &entry, sizes));
            match neighbour {
                Ok(neighbour) => beside.neighbours.extend(neighbour),
                Err(error) => _ = beside.gap.get_or_insert(unlisted(&error)),
            }
        }
    }
    beside
}

fn neighbour(area: &Area, entry: &DirEntry, sizes: &[u64]) -> Result<Option<Neighbour>, walkdir::Error> {
    if !entry.file_type().is_file() {
        return Ok(None);
    }
    let (name, size) = (entry.file_name().to_string_lossy().to_lowercase(), entry.metadata()?.len());
    // Beside a web.config the plain names are those of another installation, unless their content is ours.
    let plain = name == ENCRYPTION_CONFIG || name == DATABASE_CONFIG;
    let installed = plain && entry.path().with_file_name("web.config").exists();
    // Other programs have a database.config as well.
    let is_key = matches!(Item::of(&name), Item::KeyFile | Item::KeyCopy) && name.contains("encryption");
    let named = is_key && !installed;
    let path = format!("{}/{}", area.shown.replace('\\', "/"), relative(&area.folder, entry.path()));
    let may_be = named || sizes.contains(&size);
    Ok(may_be.then(|| Neighbour { full: entry.path().to_owned(), path, size, named }))
}

impl Beside {
    /// Copies in the application folder and beside it. What could not be looked at, there (`gap`) or here, may hold one.
    pub(super) fn with(
        self,
        mut copies: Vec<String>,
        gap: Option<String>,
        keys: &KeyFiles,
    ) -> Observed<Vec<String>> {
        let mut gap = gap.or(self.gap);
        for Neighbour { full, path, size, named } in self.neighbours {
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
            Some(why) if copies.is_empty() => Observed::unreadable(Place::file(".."), why),
            _ => Observed::known(copies, Place::file("application folder")),
        }
    }
}
