//! Files of a kit that come back as they were sent: nothing is expected from them.

use super::kinds;
use crate::bundle::source::{Content, Given, GivenError};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Name of the list that each kit has.
const LIST: &str = "kit.json";
/// Most bytes of that list.
const MOST: u64 = 64 << 10;

#[derive(Deserialize)]
struct List {
    schema: String,
    files: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Marks each file beside the list of a kit that has the bytes which the list gives: it is passed over. What a customer filled
/// in has other bytes and is read.
pub(super) fn pass_over(mut given: Vec<Given>) -> Vec<Given> {
    let mut files: BTreeMap<String, Entry> = BTreeMap::new();
    for one in &given {
        let Some(folder) =
            one.name.strip_suffix(LIST).filter(|folder| folder.is_empty() || folder.ends_with('/'))
        else {
            continue;
        };
        for entry in entries(one).unwrap_or_default() {
            files.insert(format!("{folder}{}", entry.name), entry);
        }
    }
    for one in &mut given {
        let Some(entry) = files.get(&one.name).filter(|entry| entry.bytes == one.bytes) else { continue };
        let is_file = matches!(one.content, Ok(Content::File(_)));
        if is_file && one.sha256().is_some_and(|hash| hash.to_string() == entry.sha256) {
            one.content = Err(GivenError::LeftOut {
                kind: kinds::PROBLEM,
                reason: "is a file of a kit, as this program wrote it: it may stay where it is".to_owned(),
                what: Some("written by this program".to_owned()),
            });
        }
    }
    given
}

/// The files that a list of a kit names, if it is one.
fn entries(given: &Given) -> Option<Vec<Entry>> {
    let Ok(Content::File(leaf)) = &given.content else { return None };
    let list: List = serde_json::from_slice(&leaf.bytes(MOST).ok()?).ok()?;
    list.schema.starts_with("clusterbrief-kit/1.").then_some(list.files)
}
