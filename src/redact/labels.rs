//! Labels that stand for identities: `{host-40083dc9-a4b62893e9}` is kind, key id and a keyed tag of the value.
//!
//! One value has one tag under one key, on every node and in every file, so that a reader sees that two lines speak of the
//! same host; nobody without the key can test a guess. Labels of different keys never compare, nor does a label with a name.

use super::fingerprint::{Fingerprinter, Label};
pub use crate::model::label::{first_key_in, key_of};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};

/// What an identity is of. The word that is printed is the beginning of its labels, and names it in the counts of
/// a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// A machine, by its name without a domain.
    Host,
    /// A domain, of the name system or of Windows.
    Domain,
    /// An account or a person.
    User,
    /// An address of IP.
    Address,
    /// A hardware address.
    Mac,
    /// A security identifier that belongs to one domain, machine or pool.
    Sid,
    /// A database.
    Database,
    /// A share of a file server.
    Share,
    /// An application pool.
    Pool,
    /// A site of IIS.
    Site,
    /// A name in a directory or a certificate.
    Name,
    /// A thumbprint or another digest.
    Digest,
    /// A globally unique identifier.
    Guid,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Digits of a tag: 40 bits, enough that a million values hardly ever share one.
const TAG: usize = 10;

/// Labels of one kind that are remembered: a busy site has a new request, and its GUID, for every line of its logs.
const MOST: usize = 50_000;

/// What the names of files contain that open what a bundle hides.
pub const DO_NOT_SEND: &str = "do-not-send";

/// How a legend begins.
const LEGEND: &str = "# clusterbrief legend";

/// Whether a text is a legend, also without its first line.
pub(super) fn is_legend(text: &str) -> bool {
    let label = text.split_once('\t').and_then(|(label, _)| key_of(label));
    text.starts_with(LEGEND) || label.is_some()
}

/// Makes labels under one key, and remembers what each stands for.
#[derive(Debug)]
pub struct Labels {
    printer: Fingerprinter,
    made: Mutex<LabelStore>,
    /// Most labels of a kind that are remembered.
    most: usize,
}

#[derive(Default)]
struct LabelStore {
    /// By value as compared.
    labels: HashMap<(Identity, String), String>,
    /// By label: the value as first in order among the ways it was written.
    values: BTreeMap<String, String>,
    /// How many of each kind; one more than are remembered, where there were more.
    count: BTreeMap<Identity, usize>,
}

impl fmt::Debug for LabelStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Made({} labels)", self.values.len())
    }
}

impl Labels {
    /// Makes labels with the key of `printer`; `None` when it has none.
    pub fn new(printer: &Fingerprinter) -> Option<Self> {
        let made = Mutex::default();
        printer.why_unkeyed().is_none().then(|| Self { printer: printer.clone(), made, most: MOST })
    }

    /// Id of the key, as it is in every label.
    pub fn key_id(&self) -> &str {
        self.printer.key_id()
    }

    /// The label of a value; `canonical` is what is compared, `written` what the legend shows. Case does not matter.
    pub(super) fn label(&self, kind: Identity, canonical: &str, written: &str) -> String {
        let key = (kind, canonical.to_lowercase());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(label) = made.labels.get(&key).cloned() {
            if let Some(value) = made.values.get_mut(&label).filter(|value| written < value.as_str()) {
                written.clone_into(value);
            }
            return label;
        }
        // Without a key there is no label maker, so there always is a tag.
        let tag = self
            .printer
            .hash(Label::Identity, key.1.as_bytes())
            .map_or_else(|_| String::new(), |print| print.hex);
        let label = format!("{{{kind}-{}-{}}}", self.printer.key_id(), tag.get(..TAG).unwrap_or_default());
        let count = made.count.entry(kind).or_default();
        *count = (*count + 1).min(self.most + 1);
        if *count <= self.most {
            made.labels.insert(key, label.clone());
            made.values.insert(label.clone(), written.to_owned());
        }
        label
    }

    /// Kinds of which there were more labels than are remembered, and how many those are.
    pub fn cut(&self) -> (Vec<Identity>, usize) {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = made.count.iter().filter(|(_, count)| **count > self.most).map(|(kind, _)| *kind);
        (cut.collect(), self.most)
    }

    /// Every label that is remembered and what it stands for, in order of label.
    pub fn legend(&self) -> Vec<(String, String)> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.values.iter().map(|(label, value)| (label.clone(), value.clone())).collect()
    }

    /// The text of the legend file, which says what each label stands for, one a line, sorted. It is written beside the
    /// bundle and never sent.
    pub fn legend_text(&self) -> String {
        let mut text = format!(
            "{LEGEND} of key {}: what each label stands for. Do not send this file to anybody.\n",
            self.key_id()
        );
        for (label, value) in self.legend() {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{label}\t{}", value.replace(['\r', '\n', '\t'], " "));
        }
        let (kinds, most) = self.cut();
        for kind in kinds {
            let _ = writeln!(text, "# Of the labels of kind {kind} only the first {most} are listed.");
        }
        text
    }
}

/// Whether the byte at `at` of `text` is inside of a label.
pub(super) fn surrounds(text: &[u8], at: usize) -> bool {
    const LONGEST: usize = 32;
    let from = at.saturating_sub(LONGEST);
    let Some(open) = text.get(from..=at).and_then(|head| memchr::memrchr(b'{', head)) else { return false };
    let rest = text.get(from + open..).unwrap_or_default();
    let rest = rest.get(..LONGEST.min(rest.len())).unwrap_or(rest);
    let Some(close) = memchr::memchr(b'}', rest) else { return false };
    from + open + close >= at
        && rest
            .get(..=close)
            .and_then(|label| std::str::from_utf8(label).ok())
            .is_some_and(|label| key_of(label).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::CaseKey;

    fn labels(seed: u8) -> Labels {
        let key = CaseKey::parse(&format!("{seed:02x}").repeat(32)).unwrap();
        Labels::new(&Fingerprinter::new(Some(&key), None)).unwrap()
    }

    #[test]
    fn one_value_has_one_label_whatever_its_case() {
        let made = labels(7);
        let label = made.label(Identity::Host, "SSWEB01", "SSWEB01");
        assert_eq!(label, made.label(Identity::Host, "ssweb01", "ssweb01"));
        assert_eq!(key_of(&label), Some("7d91d732"), "{label}");
        assert_ne!(label, made.label(Identity::Host, "SSWEB02", "SSWEB02"));
        assert_ne!(label, labels(8).label(Identity::Host, "SSWEB01", "SSWEB01"));
        assert_eq!(made.legend().len(), 2);
        assert_eq!(made.legend().iter().find(|(one, _)| *one == label).unwrap().1, "SSWEB01");
        assert!(!format!("{made:?}").contains("SSWEB"));
    }

    #[test]
    fn of_very_many_labels_the_first_are_remembered_and_all_are_the_same() {
        let (few, many) = (Labels { most: 2, ..labels(7) }, labels(7));
        for number in 0..5 {
            let guid = format!("guid {number}");
            for _ in 0..2 {
                assert_eq!(few.label(Identity::Guid, &guid, &guid), many.label(Identity::Guid, &guid, &guid));
            }
        }
        few.label(Identity::Host, "WEB01", "WEB01");
        assert_eq!((few.legend().len(), few.cut()), (3, (vec![Identity::Guid], 2)));
        assert_eq!((many.legend().len(), many.cut()), (5, (vec![], MOST)));
        let text = few.legend_text();
        assert!(
            text.lines().last().unwrap().starts_with("# Of the labels of kind guid only the first 2"),
            "{text}"
        );
    }

    #[test]
    fn labels_are_told_from_other_texts() {
        for text in ["", "host", "{redacted}", "{host-1-2}", "{host-40083dc9-a4b62893e9-x}"] {
            assert_eq!(key_of(text), None, "{text}");
        }
        let text = b"a {host-40083dc9-a4b62893e9} b";
        let inside: Vec<usize> = (0..text.len()).filter(|at| surrounds(text, *at)).collect();
        assert_eq!(inside, (2..28).collect::<Vec<_>>());
        assert_eq!(
            first_key_in("x {y} {host-40083dc9-a4b62893e9}.{domain-00000000-a4b62893e9}"),
            Some("40083dc9")
        );
    }
}
