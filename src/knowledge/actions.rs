//! Pieces of work that mend the findings of one or more rules.

use super::{KnowledgeError, parse};
use serde::Deserialize;

/// One piece of work.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActionRow {
    /// Short name.
    pub id: String,
    /// When it is due.
    pub stage: Stage,
    /// Rules whose findings it mends.
    pub rules: Vec<String>,
    /// What to do; `{nodes}` and `{source}` are filled in.
    pub title: String,
    /// Why, one sentence.
    pub why: String,
    /// How; `{nodes}`, `{source}` and `{version}` are filled in.
    pub steps: Vec<String>,
}

/// The order of fixes (domain 12.3).
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
}

impl Stage {
    /// The stage a rule's family belongs to, for rules that no action names.
    pub fn of_rule(id: &str) -> Self {
        match id {
            "CFG-001" | "CFG-002" => return Self::DatabaseFile,
            "CLU-004" => return Self::Iis,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    action: Vec<ActionRow>,
}

/// Reads the built-in actions: in order of stage, no rule in two of them.
pub(super) fn load() -> Result<Vec<ActionRow>, KnowledgeError> {
    let file = "actions.toml";
    let File { action: actions } = parse(file, include_str!("actions.toml"))?;
    let mut seen = std::collections::BTreeSet::new();
    for (index, action) in actions.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| actions.get(before));
        if before.is_some_and(|before| before.stage > action.stage) {
            return Err(KnowledgeError::record(file, &action.id, "is out of the order of stages"));
        }
        if let Some(rule) = action.rules.iter().find(|rule| !seen.insert(rule.as_str())) {
            return Err(KnowledgeError::record(file, &action.id, format!("{rule} is mended elsewhere")));
        }
    }
    Ok(actions)
}
