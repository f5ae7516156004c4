//! Word lists of the redactor, as data (`lists.toml`, which says what each list is); the leak scan has none of them.

use super::labels::Identity;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// All lists, by the names they have in the file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Lists {
    pub shown_attributes: Vec<String>,
    pub shown_app_settings: Vec<String>,
    pub shown_log_settings: Vec<String>,
    pub shown_headers: Vec<String>,
    pub schemas: Vec<String>,
    pub secret_anywhere: Vec<String>,
    pub secret_ending: Vec<String>,
    pub foreign_passwords: Vec<String>,
    pub foreign_secrets: Vec<String>,
    pub properties: Vec<String>,
    pub not_secret: Vec<String>,
    pub common_values: Vec<String>,
    pub connection_parts: Vec<String>,
    pub no_values: Vec<String>,
    pub kept_fields: Vec<String>,
    pub common_names: Vec<String>,
    pub built_in_accounts: Vec<String>,
    pub built_in_pools: Vec<String>,
    pub no_domains: Vec<String>,
    pub file_endings: Vec<String>,
    pub before_accounts: Vec<String>,
    pub sure_domain_ends: Vec<String>,
    pub likely_domain_ends: Vec<String>,
    pub country_file_endings: Vec<String>,
    pub countries: Vec<String>,
    pub public_hosts: Vec<String>,
    pub generic_names: Vec<String>,
    pub first_words: Vec<String>,
    pub before_versions: Vec<String>,
    pub fields: BTreeMap<Identity, Vec<String>>,
}

/// Words for a password in other languages as names of settings have them: without blanks and apostrophes.
pub(super) static FOREIGN_PASSWORD_NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| LISTS.foreign_passwords.iter().map(|word| word.replace([' ', '\''], "")).collect());

/// The lists that are compiled in.
pub(super) static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is compiled in and every test reads it")]
    toml::from_str(include_str!("lists.toml")).expect("the lists are read")
});
