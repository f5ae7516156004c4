//! Names of members: a grammar so small that no system can misread it.

use super::digest::Sha256;
use super::limits::{NAME_CHARS, NAME_LEVELS};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a member: up to [`NAME_LEVELS`] segments of ASCII letters, digits, `-`, `_` and `.`, joined by `/`.
///
/// A segment does not begin or end with a dot and is no device name of Windows; the whole is at most [`NAME_CHARS`]
/// long. Two names of one bundle differ by more than case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct MemberName(String);

/// Why a text is no member name. Reads after the name: "... holds a backslash".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Longer than [`NAME_CHARS`].
    #[error("is longer than {NAME_CHARS} characters")]
    TooLong,
    /// More segments than [`NAME_LEVELS`].
    #[error("has more than {NAME_LEVELS} levels")]
    TooDeep,
    /// Begins with a separator.
    #[error("is an absolute path")]
    Absolute,
    /// A colon in second place.
    #[error("names a drive")]
    Drive,
    /// `..` as a segment.
    #[error("climbs out of its folder")]
    Parent,
    /// Separators of Windows; some zip programs write them against the zip specification.
    #[error("holds a backslash where the zip format wants \"/\": zip it again with another program")]
    Backslash,
    /// Nothing between two separators, or nothing at all.
    #[error("has an empty segment")]
    Empty,
    /// A dot where Windows drops it or Unix hides it.
    #[error("has a segment that begins or ends with a dot")]
    Dot,
    /// A name Windows gives to a device, with any extension.
    #[error("is the name of a device")]
    Device,
    /// Anything else outside the grammar.
    #[error("holds a character that member names do not have")]
    Character,
}

impl MemberName {
    /// Reads a name; the error says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let drive = text.as_bytes().get(1) == Some(&b':');
        if text.starts_with(['/', '\\']) {
            return Err(NameError::Absolute);
        } else if drive {
            return Err(NameError::Drive);
        } else if text.split(['/', '\\']).any(|segment| segment == "..") {
            return Err(NameError::Parent);
        } else if text.contains('\\') {
            return Err(NameError::Backslash);
        } else if text.len() > NAME_CHARS {
            return Err(NameError::TooLong);
        } else if text.split('/').count() > NAME_LEVELS {
            return Err(NameError::TooDeep);
        }
        text.split('/').try_for_each(check_segment)?;
        Ok(Self(text.to_owned()))
    }

    /// A name in `folder` for a file called `origin` on its node, always the same for the same two.
    ///
    /// A plain origin keeps its name. Where characters or levels had to go, a piece of the origin's hash keeps
    /// different origins apart.
    pub fn derive(folder: &str, origin: &str) -> Self {
        let plain = format!("{folder}/{}", origin.replace('\\', "/"));
        Self::parse(&plain).unwrap_or_else(|_| Self::tagged(folder, origin))
    }

    /// As [`MemberName::derive`], but with a piece of the origin's hash in any case: for an origin whose plain name
    /// is taken.
    pub fn tagged(folder: &str, origin: &str) -> Self {
        /// Room for the stem: a folder of 40, a tag of 9 and an extension of 17 leave it well inside the limit.
        const STEM: usize = 50;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let clean = |text: &str, most: usize| -> String {
            text.chars().take(most).map(|c| if allowed(c) { c } else { '_' }).collect()
        };
        let tag: String = Sha256::of(origin.as_bytes()).to_string().chars().take(8).collect();
        let (stem, extension) = match origin.rsplit_once('.') {
            Some((stem, extension)) if !extension.is_empty() && extension.chars().all(allowed) => {
                (stem, format!(".{}", clean(extension, 16)))
            }
            _ => (origin, String::new()),
        };
        // No dot is left in front of the tag, so the tag also keeps the segment from naming a device.
        Self(format!("{}/{}-{tag}{extension}", clean(folder, 40), clean(stem, STEM)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names of one bundle must differ in.
    pub(super) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn check_segment(segment: &str) -> Result<(), NameError> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if segment.is_empty() {
        Err(NameError::Empty)
    } else if !segment.bytes().all(known) {
        Err(NameError::Character)
    } else if segment.starts_with('.') || segment.ends_with('.') {
        Err(NameError::Dot)
    } else if is_device(segment) {
        Err(NameError::Device)
    } else {
        Ok(())
    }
}

/// Whether Windows opens a device when asked for a file of this name.
fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment).to_ascii_uppercase();
    matches!(
        stem.as_bytes(),
        b"CON" | b"PRN" | b"AUX" | b"NUL" | [b'C', b'O', b'M', b'0'..=b'9'] | [b'L', b'P', b'T', b'0'..=b'9']
    )
}

impl TryFrom<String> for MemberName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
            .map_err(|error| format!("the member name {} {error}", super::problem::quoted(&text)))
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_rule_has_its_own_answer() {
        use NameError::*;
        let long = "a".repeat(NAME_CHARS);
        assert!(MemberName::parse(&long).is_ok());
        for (text, error) in [
            (format!("{long}a").as_str(), TooLong),
            ("a/b/c/d", TooDeep),
            ("/etc/passwd", Absolute),
            ("\\\\server\\share", Absolute),
            ("C:evil", Drive),
            ("c:\\evil", Drive),
            ("logs/../../evil", Parent),
            ("..\\evil", Parent),
            ("logs\\SS.log", Backslash),
            ("", Empty),
            ("logs//SS.log", Empty),
            ("logs/", Empty),
            ("logs/.hidden", Dot),
            ("logs/SS.log.", Dot),
            ("logs/.", Dot),
            ("nul", Device),
            ("logs/CON.log.1", Device),
            ("Com7.txt", Device),
            ("logs/SS log", Character),
            ("logs/SS.log:stream", Character),
            ("logs/\u{fc}.log", Character),
            ("logs/a\0b", Character),
        ] {
            assert_eq!(MemberName::parse(text), Err(error), "{text:?}");
        }
        for text in
            ["manifest.json", "logs/SS.log.1", "config/web-appSettings.config", "a/b/c", "console.log"]
        {
            assert!(MemberName::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn plain_origins_keep_their_names_and_others_stay_apart() {
        assert_eq!(MemberName::derive("logs", "SS.log.1").as_str(), "logs/SS.log.1");
        assert_eq!(MemberName::derive("logs", "sub\\SS.log").as_str(), "logs/sub/SS.log");
        let (one, other) =
            (MemberName::derive("logs", "a b.log"), MemberName::derive("logs", "a\u{a0}b.log"));
        assert_ne!(one, other);
        assert_eq!(one.as_str().rsplit_once('.').unwrap().1, "log");
    }

    proptest! {
        #[test]
        fn a_derived_name_is_a_name(origin in "(\\PC|[./\\\\:]){0,200}") {
            for name in [MemberName::derive("logs", &origin), MemberName::tagged("logs", &origin)] {
                prop_assert_eq!(MemberName::parse(name.as_str()), Ok(name.clone()));
            }
        }

        #[test]
        fn a_name_is_never_a_way_out(text in "([a-cA-C.:/\\\\]|\\PC){0,12}") {
            if let Ok(name) = MemberName::parse(&text) {
                prop_assert!(name.as_str().split('/').all(|s| s != "." && s != ".."));
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_graphic() && b != b':' && b != b'\\'));
                prop_assert!(!name.as_str().starts_with('/'));
            }
        }
    }
}
