//! Facts of the application folder and of the folders beside it.

use super::inventory_table::Item;
use super::options::COPIED;
use super::walk::{ListedFile, reason};
use crate::model::facts::Binary;
use crate::model::iis::IisFacts;
use crate::model::product::{BIN_FOLDER, LOG_FOLDER};
use crate::model::{Location, Observed};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The path of the TMS folder, which is beside the application if there is one.
pub(super) fn tms_folder(app_dir: &Path) -> PathBuf {
    let app_dir = app_dir.canonicalize().unwrap_or_else(|_| app_dir.to_owned());
    app_dir.parent().map_or_else(|| PathBuf::from("TMS"), |parent| parent.join("TMS"))
}

/// Whether there is a TMS folder.
pub(super) fn tms(app_dir: &Path, copied: bool) -> Observed<bool> {
    let place = Location::file("../TMS");
    match tms_folder(app_dir).metadata() {
        Ok(metadata) => Observed::known(metadata.is_dir(), place),
        Err(_) if copied => {
            Observed::not_collected("the folder was copied from elsewhere, without the folders beside it")
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Observed::known(false, place),
        Err(error) => Observed::unreadable(place, reason(&error)),
    }
}

/// The application folder of a copied folder, as IIS has it.
pub(super) fn folder_from_iis(iis: &Observed<IisFacts>) -> Observed<String> {
    match iis.value().map(|iis| &iis.application) {
        Some(known @ Observed::Known { .. }) => known.as_ref().map(|app| app.physical_path.clone()),
        _ => Observed::not_collected(COPIED),
    }
}

/// Versions of the DLLs in `bin`.
pub(super) fn binaries(
    files: &[ListedFile],
    found: BTreeMap<String, Observed<Binary>>,
) -> Observed<BTreeMap<String, Observed<Binary>>> {
    match unlisted(files, BIN_FOLDER) {
        Some(unlisted) => unlisted,
        None if found.is_empty() => Observed::absent(Location::file(BIN_FOLDER)),
        None => Observed::known(found, Location::file(BIN_FOLDER)),
    }
}

/// Whether there is at least one log.
pub(super) fn log_folder(files: &[ListedFile]) -> Observed<bool> {
    unlisted(files, LOG_FOLDER).unwrap_or_else(|| {
        Observed::known(files.iter().any(|file| file.item == Item::Log), Location::file(LOG_FOLDER))
    })
}

/// The fact of a folder that could not be listed.
fn unlisted<T>(files: &[ListedFile], folder: &str) -> Option<Observed<T>> {
    let file = files.iter().find(|file| file.path.eq_ignore_ascii_case(folder))?;
    let why = file.metadata.as_ref().err()?;
    Some(Observed::unreadable(Location::file(folder), why.clone()))
}
