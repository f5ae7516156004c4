//! Product builds: how they are written and which is newer.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// A product build such as `11.7.000049` (domain 2.1).
///
/// Fields compare as numbers; the third one is printed with the six digits it is known by. A version that
/// cannot be read is no version: it is `Unreadable` where it was seen, never "modern".
#[derive(Debug, Clone, Copy, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
pub struct BuildVersion {
    major: u32,
    minor: u32,
    build: u32,
    /// Fourth field, seen in CEF records only (`10.1.104.000003`).
    revision: Option<u32>,
}

/// Why a text is not a build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Two fields only: a documentation train such as "10.11", which is no build (domain 2.1).
    #[error("\"{0}\" names a release train, not a build of three fields")]
    Train(String),
    /// Not three or four dotted numbers.
    #[error("\"{0}\" is not a build of the form 11.7.000049")]
    Malformed(String),
}

impl BuildVersion {
    /// A build from its three fields.
    pub const fn new(major: u32, minor: u32, build: u32) -> Self {
        Self { major, minor, build, revision: None }
    }

    /// Reads `11.7.000049` and, as the vendor's own prose does, `11.7.49`. `file_build` is the third field a
    /// 16-bit file version would show: see [`BuildVersion::file_build`].
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let malformed = || VersionError::Malformed(text.chars().take(40).collect());
        let text = text.trim();
        let fields: Vec<&str> = text.split('.').collect();
        let mut numbers = Vec::with_capacity(4);
        for field in &fields {
            // Nine digits fit u32; more is no build of this product.
            if field.is_empty() || field.len() > 9 || !field.bytes().all(|b| b.is_ascii_digit()) {
                return Err(malformed());
            }
            numbers.push(field.parse::<u32>().map_err(|_| malformed())?);
        }
        match *numbers.as_slice() {
            [_, _] => Err(VersionError::Train(text.to_owned())),
            [major, minor, build] => Ok(Self { major, minor, build, revision: None }),
            [major, minor, build, revision] => Ok(Self { major, minor, build, revision: Some(revision) }),
            _ => Err(malformed()),
        }
    }

    /// Whether `text` is written the way the product writes it: three fields, the third with six digits.
    pub fn is_canonical(text: &str) -> bool {
        Self::parse(text).is_ok_and(|version| version.to_string() == text.trim())
    }

    /// The third field as a file version shows it: file versions have 16-bit fields, so 8.9.300000 shows
    /// 37856 there. Product version text is therefore read first.
    pub const fn file_build(self) -> u32 {
        self.build % 65_536
    }

    /// Major and minor field.
    pub const fn train(self) -> (u32, u32) {
        (self.major, self.minor)
    }

    const fn key(self) -> (u32, u32, u32, u32) {
        // A three-field build equals its four-field spelling with revision 0.
        (
            self.major,
            self.minor,
            self.build,
            match self.revision {
                Some(revision) => revision,
                None => 0,
            },
        )
    }
}

impl PartialEq for BuildVersion {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl PartialOrd for BuildVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BuildVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl fmt::Display for BuildVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            None => write!(f, "{}.{}.{:06}", self.major, self.minor, self.build),
            Some(revision) => write!(f, "{}.{}.{}.{revision:06}", self.major, self.minor, self.build),
        }
    }
}

impl Serialize for BuildVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BuildVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn v(text: &str) -> BuildVersion {
        BuildVersion::parse(text).unwrap()
    }

    #[test]
    fn zeros_are_numbers_not_text() {
        assert!(v("8.9.300000") > v("8.9.000022"));
        assert!(v("8.9.300000") < v("9.0.000000"));
        assert_eq!(v("10.7.59"), v("10.7.000059"));
        assert!(BuildVersion::is_canonical("10.7.000059"));
        assert!(!BuildVersion::is_canonical("10.7.59"));
    }

    #[test]
    fn a_train_is_not_a_build() {
        assert_eq!(BuildVersion::parse("10.11"), Err(VersionError::Train("10.11".into())));
    }

    #[test]
    fn a_file_version_field_has_sixteen_bits() {
        assert_eq!(v("8.9.300000").file_build(), 37_856);
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(a in 0u32..200, b in 0u32..200, c in 0u32..1_000_000) {
            let version = BuildVersion::new(a, b, c);
            prop_assert_eq!(v(&version.to_string()), version);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = BuildVersion::parse(&text);
        }

        #[test]
        fn order_is_the_order_of_the_fields(a in any::<[u16; 3]>(), b in any::<[u16; 3]>()) {
            let of = |f: [u16; 3]| BuildVersion::new(f[0].into(), f[1].into(), f[2].into());
            prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
        }
    }
}
