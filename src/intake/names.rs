//! Matches names of machines: upper and lower case are equal, invisible characters do not count, a short name equals the
//! only full name that starts with it, and a name of 15 characters the only longer one that starts with it.

use crate::model::host_name::{NETBIOS, is_cut_of, label, visible};
use crate::model::lookup::APP_SETTING;
use crate::model::{Node, Observed};
use std::collections::{BTreeMap, BTreeSet};

/// All names of one case, so that each can be told which machine it means.
#[derive(Debug, Default)]
pub(super) struct MachineNames {
    /// Full names in upper case by their first label.
    full: BTreeMap<String, BTreeSet<String>>,
    /// First labels and short names longer than a `NetBIOS` name, by the `NetBIOS` name they have.
    long: BTreeMap<String, BTreeSet<String>>,
    /// `NetBIOS` names that were cut, as far as the case has them.
    cut: BTreeSet<String>,
}

impl MachineNames {
    /// Learns every name of the case.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for name in names.map(|name| visible(name).to_uppercase()) {
            let first = label(&name);
            // The first label of an address is no name.
            if first != name {
                all.full.entry(first.to_owned()).or_default().insert(name.clone());
            }
            match netbios(first) {
                Some(cut) if cut == first && first == name => drop(all.cut.insert(cut)),
                Some(cut) if cut != first => drop(all.long.entry(cut).or_default().insert(first.to_owned())),
                _ => {}
            }
        }
        all
    }

    /// The machine a name means. A short name means the full one that begins with it when there is exactly
    /// one; with two, nobody can say which. The same holds for a `NetBIOS` name and the longer names it may be cut from.
    pub(super) fn machine(&self, name: &str) -> String {
        let mut name = visible(name).to_uppercase();
        if let Some(long) = self.long.get(&name) {
            if let [only] = Vec::from_iter(long)[..] {
                only.clone_into(&mut name);
            }
        } else if let Some(cut) = netbios(label(&name)).filter(|cut| {
            is_cut_of(cut, label(&name)) && self.cut.contains(cut) && !self.long.contains_key(cut)
        }) {
            // No bundle and no list has the long name: an export does, of a node known by its NetBIOS name.
            name = cut;
        }
        match self.full.get(&name) {
            Some(full) if full.len() == 1 => full.first().cloned().unwrap_or(name),
            _ => name,
        }
    }
}

/// The `NetBIOS` name of a host whose first label is this, if it is as long as they get.
fn netbios(label: &str) -> Option<String> {
    let cut: String = label.chars().take(NETBIOS).collect();
    (cut.chars().count() == NETBIOS).then_some(cut)
}

/// Spells the keys of `appSettings` on all nodes as the first of them does: they have no case.
pub(super) fn one_spelling(nodes: &mut BTreeMap<String, Node>) {
    let mut spellings: BTreeMap<(String, String), String> = BTreeMap::new();
    for snapshot in nodes.values_mut().filter_map(|node| node.snapshot.as_mut()) {
        for (file, settings) in &mut snapshot.settings {
            let Observed::Known { value: settings, .. } = settings else { continue };
            let keys: Vec<String> =
                settings.keys().filter(|path| path.starts_with(APP_SETTING)).cloned().collect();
            for path in keys {
                let spelling =
                    spellings.entry((file.clone(), path.to_lowercase())).or_insert_with(|| path.clone());
                if *spelling != path
                    && let Some(mut setting) = settings.remove(&path)
                {
                    let key = spelling.strip_prefix(APP_SETTING).and_then(|rest| rest.strip_suffix("]@key"));
                    setting.value = key.map_or(setting.value, ToOwned::to_owned);
                    settings.insert(spelling.clone(), setting);
                }
            }
        }
    }
}

/// Names a node that has no name yet, or only the `NetBIOS` name that was cut from this one.
pub(super) fn name_fully(name: &mut String, other: &str) {
    if name.is_empty() || is_cut_of(&label(name).to_uppercase(), &label(other).to_uppercase()) {
        other.clone_into(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_and_full_names_meet() {
        let names = MachineNames::of(
            ["web01", "WEB01.corp.example", "Web02.a.example", "WEB02.b.example", "10.0.0.1"].into_iter(),
        );
        assert_eq!(names.machine("Web01"), names.machine("web01.CORP.example"));
        assert_ne!(names.machine("web02"), names.machine("web02.a.example"));
        assert_ne!(names.machine("web02.b.example"), names.machine("web02.a.example"));
        assert_eq!(names.machine("10"), "10");
    }

    #[test]
    fn a_netbios_name_is_the_host_that_it_was_cut_from() {
        let names = MachineNames::of(
            ["VAULT-WEB01-PROD-EU", "vault-web02-prod-eu.corp.example", "VAULT-WEB02-PRO"].into_iter(),
        );
        assert_eq!(names.machine("vault-web01-pro"), "VAULT-WEB01-PROD-EU");
        assert_eq!(names.machine("VAULT-WEB02-PRO"), "VAULT-WEB02-PROD-EU.CORP.EXAMPLE");
        assert_eq!(names.machine("vault-web02-prod-eu"), "VAULT-WEB02-PROD-EU.CORP.EXAMPLE");
        assert_eq!(names.machine("VAULT-WEB03-PRO"), "VAULT-WEB03-PRO");
        assert_eq!(
            names.machine("VAULT-WEB01-PR"),
            "VAULT-WEB01-PR",
            "14 characters are a name of their own"
        );

        let two = MachineNames::of(["VAULT-WEB01-PROD-EU", "VAULT-WEB01-PROD-US"].into_iter());
        assert_eq!(two.machine("VAULT-WEB01-PRO"), "VAULT-WEB01-PRO", "nobody can say which of the two");

        let cut = MachineNames::of(["VAULT-WEB01-PRO"].into_iter());
        assert_eq!(cut.machine("vault-web01-prod-eu.corp.example"), "VAULT-WEB01-PRO");
    }

    #[test]
    fn invisible_characters_do_not_count() {
        let names = MachineNames::of(["WEB01.corp.example\u{200b}"].into_iter());
        for name in ["WEB01", "\u{feff}web01", "WEB01\u{a0}", "WEB\u{200b}01 "] {
            assert_eq!(names.machine(name), "WEB01.CORP.EXAMPLE", "{name:?}");
        }
    }
}
