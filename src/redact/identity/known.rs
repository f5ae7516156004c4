//! Known identities: of the node itself, of its configurations, and those that texts show by their shape. A known name
//! is hidden everywhere, also where nothing around it shows what it is.

use super::{Domains, IdentitySpan, account, field, host, shaped, spelling};
use crate::redact::labels::Identity;
use crate::redact::lists::LISTS;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most values that are looked for; a node has some hundred.
const MOST: usize = 20_000;
/// Shortest value that is looked for in texts, in bytes.
const SHORTEST: usize = 4;
/// Longest value that is looked for in texts, and most bytes of all values, in bytes.
const LONGEST: usize = 255;
const MOST_BYTES: usize = 1 << 20;

/// Values to be labelled wherever they are.
#[derive(Clone, Default)]
pub struct Known(BTreeMap<String, Identity>, Domains, /* bytes of all values */ usize);

/// Whether a word, in lower case, occurs in every log.
pub(super) fn is_common(word: &str) -> bool {
    LISTS.common_names.binary_search_by(|common| common.as_str().cmp(word)).is_ok()
}

impl Known {
    /// Adds a value that is surely one of this kind; of a host with its domain, both.
    pub fn add(&mut self, kind: Identity, value: &str) {
        let value = value.trim();
        if super::labels::first_key_in(value).is_some() || crate::redact::is_marker(value) {
            return;
        }
        match (kind, value.split_once('.')) {
            (Identity::Host, Some((name, domain)))
                if host::is_label(name.as_bytes()) && !host::is_public(value.as_bytes()) =>
            {
                self.insert(Identity::Host, name, SHORTEST - 1);
                self.insert(Identity::Domain, domain, SHORTEST);
                self.insert_domain(domain, false);
            }
            (Identity::Host, _) => self.insert(kind, value, SHORTEST - 1),
            _ => self.insert(kind, value, SHORTEST),
        }
    }

    /// Learns from a text who it names by shape.
    pub fn learn(&mut self, text: &[u8]) {
        for IdentitySpan { range, kind } in shaped(text) {
            let before_account = matches!(text.get(range.end), Some(b'\\' | b'%'));
            let value = text.get(range).map(|value| match std::str::from_utf8(value) {
                Ok(value) => Cow::Borrowed(value),
                Err(_) => spelling::western(value),
            });
            if let (Some(value), Identity::Domain) = (value.as_deref(), kind) {
                self.insert_domain(value, before_account);
            }
            if let Some(value) = value.as_deref()
                && matches!(kind, Identity::Host | Identity::User | Identity::Domain)
            {
                self.insert(kind, value, SHORTEST);
            }
        }
    }

    /// Learns from a configuration who it names; one of an encoding that nobody knows gives nothing.
    pub fn learn_config(&mut self, bytes: &[u8]) {
        if let Ok(text) = crate::redact::config::decode(bytes) {
            self.learn(text.as_bytes());
        }
    }

    fn insert(&mut self, kind: Identity, value: &str, shortest: usize) {
        let lower = value.to_lowercase();
        let common = is_common(&lower) || field::is_common_value(kind, lower.as_bytes());
        let label = lower.contains(['{', '}', '\n', '\r']);
        // A domain of one word is known by Windows alone; `corp` and `local` are everywhere.
        if lower.len() < shortest
            || common
            || label
            || account::is_built_in(lower.as_bytes())
            || lower.len() > LONGEST
            || self.0.len() >= MOST
            || self.2 >= MOST_BYTES
        {
            return;
        }
        let length = lower.len();
        // The first kind in order counts, whatever the order of the texts.
        let known = self.0.entry(lower).or_insert_with(|| {
            self.2 += length;
            kind
        });
        *known = kind.min(*known);
    }

    /// The word that stands for a domain before an account is the first part of its name. `corp` and `local` are ends of
    /// names as well, unless an account followed.
    fn insert_domain(&mut self, domain: &str, before_account: bool) {
        let word = domain.split('.').next().unwrap_or_default();
        let sure = before_account || word.len() < domain.len() || !host::is_end(word.as_bytes());
        let long = word.len() > if before_account { 1 } else { 2 };
        if long && sure && self.1.len() < MOST {
            self.1.insert(word.to_lowercase());
        }
    }

    /// Words that are domains, in lower case.
    pub(super) fn domains(&self) -> &Domains {
        &self.1
    }

    pub(super) fn values(&self) -> &BTreeMap<String, Identity> {
        &self.0
    }

    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_sorted() {
        let wrong: Vec<_> = LISTS.common_names.windows(2).filter(|pair| pair[0] >= pair[1]).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_a_text_names_is_known_elsewhere_too() {
        let mut known = Known::default();
        known.add(Identity::Host, "SSWEB01.corp.example");
        known.learn(br"login of CORP\jsmith from sql-07.corp.example, CORP\backup and \\fs01\share; System.Web.HttpException in SS.log");
        let names: Vec<&str> = known.iter().collect();
        assert_eq!(names, ["corp.example", "fs01", "jsmith", "sql-07", "ssweb01"]);
    }
}
