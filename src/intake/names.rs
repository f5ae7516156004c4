//! Matches names of machines: upper and lower case are equal, and a short name equals the only full name that starts
//! with it.

use std::collections::{BTreeMap, BTreeSet};

/// Longest machine name; names of the domain name system end at 253 characters.
const LONGEST: usize = 253;

/// Whether a text can be the name of a machine.
pub(super) fn is_usable(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= LONGEST && !name.contains(char::is_control)
}

/// All names of one case, so that each can be told which machine it means.
#[derive(Debug, Default)]
pub(super) struct MachineNames {
    /// Full names in upper case by their first label.
    full: BTreeMap<String, BTreeSet<String>>,
}

impl MachineNames {
    /// Learns every name of the case.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut full: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in names.map(str::trim) {
            // The first label of an address is no name.
            if let Some((label, _)) = name.split_once('.')
                && !label.is_empty()
                && !label.bytes().all(|byte| byte.is_ascii_digit())
            {
                full.entry(label.to_uppercase()).or_default().insert(name.to_uppercase());
            }
        }
        Self { full }
    }

    /// The machine a name means. A short name means the full one that begins with it when there is exactly
    /// one; with two, nobody can say which.
    pub(super) fn machine(&self, name: &str) -> String {
        let name = name.trim().to_uppercase();
        match self.full.get(&name) {
            Some(full) if full.len() == 1 => full.first().cloned().unwrap_or(name),
            _ => name,
        }
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
    fn odd_names_are_none() {
        assert!(is_usable("WEB01"));
        for name in ["", " ", "a\nb", &"a".repeat(254)] {
            assert!(!is_usable(name));
        }
    }
}
