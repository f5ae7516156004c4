//! Several applications of IIS that serve one folder, as one: what they have in common is known.

use super::authentication;
use crate::model::Observed;
use crate::model::iis::{IisApplication, SAME_FOLDER};
use std::collections::BTreeMap;

/// The applications as one: the first, with what all of them have in common. An error says why they cannot be judged as one.
pub(super) fn as_one(applications: Vec<IisApplication>) -> Result<IisApplication, String> {
    let address = |app: &IisApplication| format!("{}{}", app.site, app.path.trim_end_matches('/'));
    let addresses: Vec<String> = applications.iter().map(address).collect();
    let mut all = applications.into_iter();
    let Some(mut first) = all.next() else { return Err("no application fits the application folder".into()) };
    let others: Vec<IisApplication> = all.collect();
    if others.is_empty() {
        return Ok(first);
    }
    let folder = |app: &IisApplication| app.physical_path.trim_end_matches(['/', '\\']).to_lowercase();
    let why = if others.iter().any(|other| folder(other) != folder(&first)) {
        Some("applications have a folder of this name")
    } else if others.iter().any(|other| !other.pool.eq_ignore_ascii_case(&first.pool)) {
        Some("applications in different pools serve the application folder")
    } else {
        None
    };
    if let Some(why) = why {
        let quoted: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
        let (number, which) = (quoted.len(), quoted.join(" or "));
        return Err(format!("{number} {why}: choose one with --iis-application, {which}"));
    }
    let names = addresses.join(" and ");
    for other in &others {
        first.bindings.extend(other.bindings.iter().cloned());
        keep_common(&mut first.settings, &other.settings, &names);
    }
    first.bindings.sort();
    first.bindings.dedup();
    first.authentication = authentication(&first.settings);
    if let Some(place) = first.settings.get("pool.applications").and_then(Observed::place).cloned() {
        first.settings.insert(SAME_FOLDER.to_owned(), Observed::known(addresses.join("\n"), place));
    }
    Ok(first)
}

/// Leaves what both have in common; of everything else nothing is known.
fn keep_common(
    settings: &mut BTreeMap<String, Observed<String>>,
    other: &BTreeMap<String, Observed<String>>,
    names: &str,
) {
    for (name, ours) in settings {
        let theirs = other.get(name).cloned().unwrap_or_default();
        let is_same = match (&*ours, &theirs) {
            (Observed::Known { value, .. }, Observed::Known { value: theirs, .. }) => value == theirs,
            (Observed::Absent { .. }, Observed::Absent { .. }) => true,
            _ => ours.is_unknown(),
        };
        if is_same {
            continue;
        }
        *ours = if theirs.is_unknown() {
            theirs
        } else {
            let what = "serve the application folder and differ in it";
            Observed::not_collected(format!("{names} {what}: choose one with --iis-application"))
        };
    }
}
