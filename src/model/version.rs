//! Builds of the product: parsing, printing and comparison.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// A build of the product, such as `11.7.000049`.
///
/// Fields compare as numbers; the third one is printed with six digits, as the product does. A text that cannot be parsed
/// is `Unreadable` where it was found; it never counts as a new build.
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
    /// Two fields only: a release name of the documentation such as "10.11", which is no build.
    #[error("\"{0}\" is a release name, not a build with three fields")]
    Train(String),
    /// Not three or four numbers with dots.
    #[error("\"{0}\" is not a build such as 11.7.000049")]
    Malformed(String),
}

impl BuildVersion {
    /// A build from its three fields.
    pub const fn new(major: u32, minor: u32, build: u32) -> Self {
        Self { major, minor, build, revision: None }
    }

    /// Parses `11.7.000049`, and `11.7.49`, as it is written in some texts of the vendor.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let malformed = || VersionError::Malformed(text.chars().take(40).collect());
        let text = text.trim();
        // Nine digits fit in u32; no build of the product has more.
        let is_number = |field: &&str| field.len() <= 9 && field.bytes().all(|b| b.is_ascii_digit());
        let fields = text.split('.').map(|field| Some(field).filter(is_number)?.parse().ok());
        let numbers: Vec<u32> = fields.collect::<Option<_>>().ok_or_else(malformed)?;
        match *numbers.as_slice() {
            [_, _] => Err(VersionError::Train(text.to_owned())),
            [major, minor, build] => Ok(Self { major, minor, build, revision: None }),
            [major, minor, build, revision] => Ok(Self { major, minor, build, revision: Some(revision) }),
            _ => Err(malformed()),
        }
    }

    /// Whether `text` is written as the product writes it: three fields, the third with six digits.
    pub fn is_canonical(text: &str) -> bool {
        Self::parse(text).is_ok_and(|version| version.to_string() == text.trim())
    }

    /// The third field as a file version shows it. File versions have 16-bit fields, so that 8.9.300000 becomes 37856;
    /// therefore the product version text is read first.
    pub const fn file_build(self) -> u32 {
        self.build % 65_536
    }

    /// Major and minor field.
    pub const fn train(self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// A build with three fields equals the same build with revision 0.
    fn key(self) -> (u32, u32, u32, u32) {
        (self.major, self.minor, self.build, self.revision.unwrap_or(0))
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
