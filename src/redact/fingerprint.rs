//! Keyed fingerprints: equal content can be compared between nodes and over time, and without the key a guess cannot be
//! tested.
//!
//! | scheme | made from | key id |
//! |---|---|---|
//! | `case` | HMAC-SHA-256(K, label ‖ 0 ‖ bytes), K a case key | tag of K |
//! | `enc` | SHA-256("clusterbrief/1/enc\0" ‖ bytes), for `encryption.config` only | empty |
//! | `key` | HMAC-SHA-256(k, label ‖ 0 ‖ bytes), k = HMAC-SHA-256(`encryption.config`, "clusterbrief/1/key\0") | tag of k |
//!
//! `enc` may be unkeyed because a random 256-bit key is inside the file. HMAC reduces a key longer
//! than its block to the plain SHA-256 of that key, so the plain SHA-256 of `encryption.config` would open every
//! `key` fingerprint: it must never be written anywhere.

use crate::model::facts::{Fingerprint, KeyFile};
use crate::model::{Location, Observed};
use crate::text::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// Smallest `encryption.config` that is trusted to hold a random key, in bytes.
pub const KEY_FILE_MIN: usize = 128;
/// Largest `encryption.config` that is taken for one, in bytes.
pub const KEY_FILE_MAX: usize = 64 * 1024;

const ENC_PREFIX: &[u8] = b"clusterbrief/1/enc\0";
const NODE_KEY: &[u8] = b"clusterbrief/1/key\0";
const KEY_ID: &[u8] = b"clusterbrief/1/key-id\0";

/// What a fingerprint is of. Fingerprints of different labels never agree, so a value cannot be looked up among
/// files or machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Content of a file, whatever its name: a copy under another name shows.
    File,
    /// A value of a configuration file, entities resolved.
    Value,
    /// An installation id of a machine.
    Machine,
    /// An account name.
    Account,
    /// Whoever or whatever a label stands for, in lower case.
    Identity,
}

impl Label {
    const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::File => b"file",
            Self::Value => b"value",
            Self::Machine => b"machine",
            Self::Account => b"account",
            Self::Identity => b"identity",
        }
    }
}

/// 32 random bytes that stay with the customer and key the fingerprints of one case.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseKey([u8; 32]);

/// A text that is no case key. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a case key file has one line of 64 hexadecimal digits, after at most one comment line")]
pub struct CaseKeyError;

impl CaseKey {
    /// A new key from the operating system.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the text of a key file: at most one leading line that starts with `#`, then 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, CaseKeyError> {
        // Notepad may have added a byte order mark.
        let text = text.trim_start_matches('\u{feff}');
        let digits = match text.strip_prefix('#') {
            Some(comment) => comment.split_once('\n').ok_or(CaseKeyError)?.1,
            None => text,
        };
        let key = hex::decode(digits.trim().as_bytes()).ok_or(CaseKeyError)?;
        key.try_into().map(Self).map_err(|_| CaseKeyError)
    }

    /// The text of a key file.
    pub fn to_file_text(&self) -> String {
        format!("# clusterbrief case key: do not send this file to anybody\n{}\n", hex::encode(&self.0))
    }

    /// Tag by which two bundles show that they were made with the same key.
    pub fn id(&self) -> String {
        key_id(&self.0)
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseKey({})", self.id())
    }
}

/// Makes fingerprints with the best key at hand.
#[derive(Clone)]
pub struct Fingerprinter {
    key: Result<Key, &'static str>,
}

#[derive(Clone)]
struct Key {
    scheme: &'static str,
    id: String,
    bytes: [u8; 32],
}

impl fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprinter({}:{})", self.scheme(), self.key_id())
    }
}

impl Fingerprinter {
    /// Keys with the case key, else with the content of `encryption.config`; `None` when it could not be read.
    pub fn new(case_key: Option<&CaseKey>, encryption_config: Option<&[u8]>) -> Self {
        let key = match (case_key, encryption_config) {
            (Some(CaseKey(bytes)), _) => Ok(Key { scheme: "case", id: key_id(bytes), bytes: *bytes }),
            (None, None) => Err("no case key was given and encryption.config could not be read"),
            (None, Some(content)) => check_key_file(content).map(|()| {
                let bytes = mac(content, NODE_KEY);
                Key { scheme: "key", id: key_id(&bytes), bytes }
            }),
        };
        Self { key }
    }

    /// `case` or `key`; empty when nothing is keyed.
    pub fn scheme(&self) -> &'static str {
        self.key.as_ref().map_or("", |key| key.scheme)
    }

    /// Tag of the key; empty when nothing is keyed.
    pub fn key_id(&self) -> &str {
        self.key.as_ref().map_or("", |key| key.id.as_str())
    }

    /// Why nothing is keyed, as a lower-case fragment; `None` when something is.
    pub fn why_unkeyed(&self) -> Option<&'static str> {
        self.key.as_ref().err().copied()
    }

    /// A hasher for content that is read in pieces, or why there is none.
    pub fn hasher(&self, label: Label) -> Result<Hasher, &'static str> {
        let key = self.key.as_ref().map_err(|why| *why)?;
        let mut mac = keyed(&key.bytes);
        mac.update(label.as_bytes());
        mac.update(&[0]);
        Ok(Hasher { mac, scheme: key.scheme, key_id: key.id.clone() })
    }

    /// The fingerprint of `bytes`, or why there is none.
    pub(super) fn hash(&self, label: Label, bytes: &[u8]) -> Result<Fingerprint, &'static str> {
        let mut hasher = self.hasher(label)?;
        hasher.update(bytes);
        Ok(hasher.finish())
    }

    /// The fingerprint of `bytes`, found at `source`; `NotCollected` when nothing is keyed.
    pub fn fingerprint(&self, label: Label, bytes: &[u8], source: Location) -> Observed<Fingerprint> {
        self.hash(label, bytes)
            .map_or_else(Observed::not_collected, |fingerprint| Observed::known(fingerprint, source))
    }

    /// The fingerprint of `encryption.config` itself: `case` with a case key, else `enc`.
    pub fn encryption_config(&self, content: &[u8], source: Location) -> Observed<Fingerprint> {
        if self.scheme() == "case" {
            return self.fingerprint(Label::File, content, source);
        }
        match check_key_file(content) {
            Ok(()) => {
                let digest = Sha256::new().chain_update(ENC_PREFIX).chain_update(content).finalize();
                let fingerprint =
                    Fingerprint { scheme: "enc".into(), key_id: String::new(), hex: hex::encode(&digest) };
                Observed::known(fingerprint, source)
            }
            Err(why) => Observed::not_collected(why),
        }
    }

    /// The marker that stands for a configuration value: 64 bits of its fingerprint, so that nodes still compare.
    pub fn marker(&self, value: &str) -> String {
        match self.hash(Label::Value, value.as_bytes()) {
            Ok(Fingerprint { scheme, key_id, hex }) => {
                format!("{}:{scheme}:{key_id}:{}}}", super::MARKER_STEM, hex.get(..16).unwrap_or(&hex))
            }
            Err(_) => super::MARKER.to_owned(),
        }
    }
}

/// A fingerprint in the making.
#[derive(Clone)]
pub struct Hasher {
    mac: Hmac<Sha256>,
    scheme: &'static str,
    key_id: String,
}

impl Hasher {
    /// The next piece of the content.
    pub fn update(&mut self, bytes: &[u8]) {
        self.mac.update(bytes);
    }

    /// The fingerprint of all pieces.
    pub fn finish(self) -> Fingerprint {
        let digest = self.mac.finalize().into_bytes();
        Fingerprint { scheme: self.scheme.into(), key_id: self.key_id, hex: hex::encode(&digest) }
    }
}

/// Why a key file of few different bytes keys nothing.
const FEW_DIFFERENT: &str =
    "encryption.config holds too few different bytes to be a random key, so it keys nothing";

/// How many different bytes an `encryption.config` has at most, as far as its fingerprint shows that they are too few: for
/// bundles that do not say it otherwise.
pub fn different_bytes(file: &KeyFile) -> Option<u16> {
    match (usize::try_from(file.size), &file.fingerprint) {
        // A collector that did not look at the bytes may have made it of zeros.
        (Ok(size @ 1..=KEY_FILE_MAX), Observed::Known { value, .. }) if value.scheme == "enc" => {
            let zeros = Sha256::new().chain_update(ENC_PREFIX).chain_update(vec![0; size]).finalize();
            (value.hex == hex::encode(&zeros)).then_some(1)
        }
        (_, Observed::NotCollected { why }) if why == FEW_DIFFERENT => Some(KeyFile::MANY_DIFFERENT - 1),
        _ => None,
    }
}

fn check_key_file(content: &[u8]) -> Result<(), &'static str> {
    let different = KeyFile::count_different(content);
    match content.len() {
        0..KEY_FILE_MIN => Err("encryption.config is too small to hold a random key, so it keys nothing"),
        KEY_FILE_MIN..=KEY_FILE_MAX if different < KeyFile::MANY_DIFFERENT => Err(FEW_DIFFERENT),
        KEY_FILE_MIN..=KEY_FILE_MAX => Ok(()),
        _ => Err("encryption.config is too large to be a key file, so it keys nothing"),
    }
}

/// One-way tag of a random key; 32 bits tell the keys of one case apart and reveal none.
fn key_id(key: &[u8; 32]) -> String {
    hex::encode(mac(key, KEY_ID).get(..4).unwrap_or_default())
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    keyed(key).chain_update(message).finalize().into_bytes().into()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key_file(seed: u8) -> Vec<u8> {
        (0..=255).map(|i: u8| i.wrapping_mul(31).wrapping_add(seed)).collect()
    }

    fn of(printer: &Fingerprinter, bytes: &[u8]) -> Fingerprint {
        printer.fingerprint(Label::File, bytes, Location::file("f")).value().unwrap().clone()
    }

    /// Values computed with Python's `hmac` and `hashlib`, so that a second implementation can check itself.
    #[test]
    fn fingerprints_are_those_of_the_format_page() {
        let case = CaseKey::parse(&"07".repeat(32)).unwrap();
        let with_case = of(&Fingerprinter::new(Some(&case), None), b"abc");
        let expected = "case:7d91d732:6aa1b9a319f5794078706bed5e6cfc5ea5878a95368be343ee1b2b4e9c4fbd23";
        assert_eq!(with_case.to_string(), expected);

        let without = Fingerprinter::new(None, Some(&key_file(0)));
        let expected = "key:40083dc9:d5e1d255d8a7c83ca640f7bf6dec9e69931212b521b20fe9a177de8f3b6e0b66";
        assert_eq!(of(&without, b"abc").to_string(), expected);
        assert_eq!(without.marker("hunter2"), "{redacted:key:40083dc9:a4b62893e9a33b04}");

        let itself = without.encryption_config(&key_file(0), Location::file("encryption.config"));
        let expected = "enc::13824b0c90e0b67ef54df574fe588b3bf9a9b301c7ee01e969aae8ab10bd2ba0";
        assert_eq!(itself.value().unwrap().to_string(), expected);
    }

    #[test]
    fn nodes_that_share_the_key_file_compare_and_others_do_not() {
        let [a, b, c] = [0, 0, 1].map(|seed| Fingerprinter::new(None, Some(&key_file(seed))));
        assert_eq!(of(&a, b"x"), of(&b, b"x"));
        assert!(of(&a, b"x").comparable(&of(&b, b"y")) && of(&a, b"x") != of(&b, b"y"));
        assert!(!of(&a, b"x").comparable(&of(&c, b"x")));
    }

    #[test]
    fn a_label_is_part_of_the_fingerprint() {
        let printer = Fingerprinter::new(None, Some(&key_file(0)));
        let value = printer.fingerprint(Label::Value, b"x", Location::file("f"));
        assert_ne!(value.value().unwrap(), &of(&printer, b"x"));
    }

    #[test]
    fn a_key_file_of_an_impossible_size_keys_nothing() {
        for size in [0, KEY_FILE_MIN - 1, KEY_FILE_MAX + 1] {
            let content = vec![7; size];
            let printer = Fingerprinter::new(None, Some(&content));
            assert!(printer.fingerprint(Label::File, b"x", Location::file("f")).is_unknown());
            assert!(printer.encryption_config(&content, Location::file("f")).is_unknown());
            assert_eq!(printer.marker("x"), "{redacted}");
        }
        let unread = Fingerprinter::new(None, None);
        assert!(unread.why_unkeyed().is_some());
    }

    #[test]
    fn a_fingerprint_shows_that_a_key_file_is_filled_with_zeros() {
        let file = |size: u64, fingerprint| KeyFile {
            size,
            modified: Observed::default(),
            fingerprint,
            efs: Observed::default(),
            different_bytes: None,
        };
        // SHA-256 of "clusterbrief/1/enc", a zero byte and 457 zero bytes, computed with Python's `hashlib`.
        let zeros = "enc::a2f8efb14062a9066969e81bcbd9803df924911b6b373b78a6d51e930ee2265b"
            .to_owned()
            .try_into()
            .unwrap();
        let zeros = Observed::known(zeros, Location::file("encryption.config"));
        assert_eq!(different_bytes(&file(457, zeros.clone())), Some(1));
        assert_eq!(different_bytes(&file(458, zeros)), None);

        let place = || Location::file("encryption.config");
        let of = |content: &[u8]| Fingerprinter::new(None, Some(content)).encryption_config(content, place());
        assert_eq!(different_bytes(&file(457, of(&[0; 457]))), Some(31));
        assert_eq!(different_bytes(&file(256, of(&key_file(0)))), None);
        assert_eq!(different_bytes(&file(0, of(&[]))), None);
    }

    #[test]
    fn a_case_key_also_covers_the_key_file() {
        let case = CaseKey::generate().unwrap();
        let printer = Fingerprinter::new(Some(&case), Some(&key_file(0)));
        let of_file = printer.encryption_config(&key_file(0), Location::file("encryption.config"));
        assert_eq!(of_file.value().unwrap().scheme, "case");
        assert_eq!(of_file.value().unwrap().key_id, case.id());
    }

    #[test]
    fn the_key_file_text_round_trips_and_refuses_the_rest() {
        let case = CaseKey::generate().unwrap();
        assert!(case.to_file_text().contains("do not send"));
        assert_eq!(CaseKey::parse(&case.to_file_text()), Ok(case.clone()));
        assert_eq!(CaseKey::parse(&format!("\u{feff}{}\r\n", hex::encode(&case.0).to_uppercase())), Ok(case));
        for bad in ["", "# only a comment", "zz", "# a\n# b\n00", &"0".repeat(63), &"0".repeat(66)] {
            assert_eq!(CaseKey::parse(bad), Err(CaseKeyError), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let case = CaseKey::parse(&"5a".repeat(32)).unwrap();
        let shown = format!("{case:?} {:?}", Fingerprinter::new(Some(&case), None));
        assert!(!shown.contains("5a5a") && !shown.contains("90, 90"));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let printer = Fingerprinter::new(None, Some(&key_file(3)));
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            let mut hasher = printer.hasher(Label::File).unwrap();
            hasher.update(a);
            hasher.update(b);
            prop_assert_eq!(hasher.finish(), of(&printer, &bytes));
        }

        #[test]
        fn markers_are_recognised(value in "\\PC{0,40}") {
            let marker = Fingerprinter::new(None, Some(&key_file(3))).marker(&value);
            prop_assert!(super::super::is_marker(&marker));
        }
    }
}
