//! Actions: work that fixes the findings of one or more rules.

use serde::Deserialize;
use std::collections::BTreeSet;

/// One action.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActionRow {
    /// Short name.
    pub id: String,
    /// Its place in the order of fixes.
    pub stage: Stage,
    /// Rules whose findings it fixes.
    pub rules: Vec<String>,
    /// What to do; `{nodes}` and `{source}` are filled in.
    pub title: String,
    /// Why, one sentence.
    pub why: String,
    /// How; `{nodes}`, `{source}` and `{version}` are filled in. A step `{builds}` becomes the builds that close advisories,
    /// and is left out where none is open.
    pub steps: Vec<String>,
}

/// The order of fixes. The key file comes first: a node that cannot decrypt shows misleading follow-up errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// `encryption.config`.
    KeyFile,
    /// `database.config`.
    DatabaseFile,
    /// Program files.
    Version,
    /// Clocks.
    Clock,
    /// Web server.
    Iis,
    /// Roles and bus.
    Roles,
    /// Everything else.
    Rest,
    /// The upgrade from an old build, after everything that the upgrade itself needs.
    Upgrade,
}

impl Stage {
    /// The stage of a rule that no action names, from its family.
    pub fn of_rule(id: &str) -> Self {
        match id {
            "CFG-001" | "CFG-002" => return Self::DatabaseFile,
            "CLU-004" => return Self::Iis,
            "VER-011" | "VER-012" | "VER-013" | "VER-014" | "VER-016" => return Self::Upgrade,
            _ => {}
        }
        match id.split('-').next().unwrap_or_default() {
            "ENC" => Self::KeyFile,
            "VER" => Self::Version,
            "TIM" => Self::Clock,
            "IIS" => Self::Iis,
            "ROL" | "BUS" | "CLU" => Self::Roles,
            _ => Self::Rest,
        }
    }
}

impl ActionRow {
    /// What is wrong with it, as lower-case fragments: an earlier action, of which the rules are in `seen`, fixes the same
    /// rule.
    pub(super) fn problems(&self, seen: &mut BTreeSet<String>) -> Vec<String> {
        let twice = self.rules.iter().filter(|rule| !seen.insert((*rule).clone()));
        twice.map(|rule| format!("another action fixes {rule}")).collect()
    }
}
