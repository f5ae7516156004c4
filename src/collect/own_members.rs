//! Members that the collector makes itself: facts, inventory, records of event logs.

use super::error::CollectError;
use crate::bundle::{BundleWriter, INVENTORY, MemberName, MemberRecord, NewMember, WriteError};
use crate::model::excerpt::Sanitize as _;
use crate::model::facts::InventoryEntry;
use crate::redact::Redactor;
use serde::Serialize;

/// JSON that people read, too.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, CollectError> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}

/// Adds the inventory, one line of JSON a file. Names of files are text of the node too, so they are cleaned like any other.
pub(super) fn add_inventory(
    bundle: &mut BundleWriter,
    entries: impl IntoIterator<Item = InventoryEntry>,
    redactor: &Redactor,
) -> Result<(), CollectError> {
    let mut lines = Vec::new();
    for entry in entries {
        let entry = InventoryEntry { path: redactor.sanitize(&entry.path), ..entry };
        serde_json::to_writer(&mut lines, &entry)?;
        lines.push(b'\n');
    }
    add(bundle, INVENTORY, "", &lines)?;
    Ok(())
}

/// Adds a member. `origin` is empty where nothing of the node is its origin.
pub(super) fn add<'b>(
    bundle: &'b mut BundleWriter,
    name: &str,
    origin: &str,
    content: &[u8],
) -> Result<&'b mut MemberRecord, WriteError> {
    let name = MemberName::parse(name).map_err(|_| WriteError::Name(name.to_owned()))?;
    let new = NewMember { name, origin: origin.to_owned(), size: content.len() as u64, modified: None };
    bundle.add(new, &mut &*content)
}
