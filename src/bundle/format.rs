//! The version of the format and what it decides: which keys a reader insists on knowing.

use serde::de::value::SeqDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
    VariantAccess, Visitor,
};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use serde_json::{Error, Value};
use std::cell::RefCell;
use std::fmt;
use std::str::FromStr;

/// Version of the bundle format, written `1.1`.
///
/// Within one major version a newer minor only adds keys. So an older or equal minor is read strictly, a newer one is
/// read with the keys it added named and left out, and another major version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FormatVersion {
    /// Incompatible changes.
    pub major: u16,
    /// Additions.
    pub minor: u16,
}

/// Why JSON of a bundle was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not JSON.
    #[error("is not well-formed JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// No readable version, so most likely no manifest of this tool.
    #[error("has no format version: it was not written by this tool")]
    NoVersion,
    /// Another major version.
    #[error("has format {found}; this program reads format {}.x", FormatVersion::CURRENT.major)]
    Major {
        /// The version it states.
        found: FormatVersion,
    },
    /// A key that the stated version does not have.
    #[error("has the key {key}, which format {version} does not know")]
    UnknownKey {
        /// Path of the key.
        key: String,
        /// The version it states.
        version: FormatVersion,
    },
    /// A value of the wrong kind, or a key that is missing.
    #[error("is not what its format says: {why} (at {at})")]
    Invalid {
        /// Path of the value.
        at: String,
        /// What is wrong.
        why: String,
    },
}

impl FormatVersion {
    /// The version this program writes.
    pub const CURRENT: Self = Self { major: 1, minor: 1 };

    /// Reads the version of a manifest, before anything else of it is looked at.
    pub(super) fn of_manifest(manifest: &[u8]) -> Result<Self, FormatError> {
        /// The one key that every version has.
        #[derive(Deserialize)]
        struct Versioned {
            format: FormatVersion,
        }
        let found = match serde_json::from_slice(manifest) {
            Ok(Versioned { format }) => format,
            Err(error) if error.is_data() => return Err(FormatError::NoVersion),
            Err(error) => return Err(syntax(&error)),
        };
        if found.major == Self::CURRENT.major { Ok(found) } else { Err(FormatError::Major { found }) }
    }

    /// Reads JSON of a bundle of this version: the value, and the paths of keys that a newer minor version added.
    ///
    /// The types say which keys there are; unknown ones are an error unless the bundle is newer than this program.
    pub fn read<T: DeserializeOwned>(self, json: &[u8]) -> Result<(T, Vec<String>), FormatError> {
        let newer = self.minor > Self::CURRENT.minor;
        if !newer && let Ok(value) = serde_json::from_slice(json) {
            return Ok((value, Vec::new()));
        }
        // Slower, for what is newer or wrong: a walk that knows where it stands.
        let walk = Walk::default();
        let value = serde_json::from_slice(json).map_err(|error| syntax(&error))?;
        let read = T::deserialize(Node { value, path: String::new(), walk: &walk });
        let (mut unknown, at) = (walk.unknown.into_inner(), walk.at.into_inner());
        unknown.sort();
        match (unknown.first(), read) {
            (Some(key), _) if !newer => Err(FormatError::UnknownKey { key: key.clone(), version: self }),
            (_, Ok(value)) => Ok((value, unknown)),
            (_, Err(error)) => {
                let why = error.to_string().chars().take(200).collect();
                Err(FormatError::Invalid { at: if at.is_empty() { "the top".into() } else { at }, why })
            }
        }
    }
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl From<FormatVersion> for String {
    fn from(version: FormatVersion) -> Self {
        version.to_string()
    }
}

impl FromStr for FormatVersion {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number =
            |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let (major, minor) = text.split_once('.').ok_or("a format version is two numbers, such as 1.0")?;
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err("a format version is two numbers, such as 1.0"),
        }
    }
}

impl TryFrom<String> for FormatVersion {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

fn syntax(error: &Error) -> FormatError {
    FormatError::Syntax { line: error.line(), column: error.column() }
}

/// Unknown keys that are remembered; a hostile document may have millions.
const MOST_UNKNOWN: usize = 1000;
/// Characters of a key that a path shows; paths are made for each value, so they must stay short.
const KEY_SHOWN: usize = 60;

/// What a walk over a document finds out beside its value.
#[derive(Default)]
struct Walk {
    /// Paths of keys no type asked for, the first [`MOST_UNKNOWN`] of them.
    unknown: RefCell<Vec<String>>,
    /// Where the walk stands, for errors.
    at: RefCell<String>,
}

/// One value of the document. Derived types hand the keys they know to `deserialize_struct`; whatever else stands there
/// is noted and withheld, so that types which deny unknown fields read newer documents as well.
struct Node<'w> {
    value: Value,
    path: String,
    walk: &'w Walk,
}

impl Node<'_> {
    fn child(&self, value: Value, path: String) -> Self {
        Self { value, path, walk: self.walk }
    }

    fn visit_object<'de, V: Visitor<'de>>(
        mut self,
        known: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Object(object) = self.value.take() else {
            return Err(Error::custom("not an object"));
        };
        visitor.visit_map(Object {
            entries: object.into_iter(),
            known,
            value: None,
            path: self.path,
            walk: self.walk,
        })
    }
}

/// The entries of an object; at its end the walk stands at the object again, where a missing key is reported.
struct Object<'w> {
    entries: serde_json::map::IntoIter,
    known: Option<&'static [&'static str]>,
    value: Option<Node<'w>>,
    path: String,
    walk: &'w Walk,
}

impl<'de> MapAccess<'de> for Object<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        for (key, value) in self.entries.by_ref() {
            let shown: String = key.chars().take(KEY_SHOWN).collect();
            let path = if self.path.is_empty() { shown } else { format!("{}.{shown}", self.path) };
            if self.known.is_none_or(|known| known.contains(&key.as_str())) {
                self.value = Some(Node { value, path, walk: self.walk });
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            let mut unknown = self.walk.unknown.borrow_mut();
            if unknown.len() < MOST_UNKNOWN {
                unknown.push(path);
            }
        }
        self.walk.at.borrow_mut().clone_from(&self.path);
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.value.take().ok_or_else(|| Error::custom("a value without a key"))?)
    }
}

impl IntoDeserializer<'_, Error> for Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.walk.at.borrow_mut().clone_from(&self.path);
        match self.value.take() {
            Value::Array(items) => {
                let nodes = items
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| self.child(item, format!("{}[{index}]", self.path)));
                visitor.visit_seq(SeqDeserializer::new(nodes))
            }
            object @ Value::Object(_) => self.child(object, self.path.clone()).visit_object(None, visitor),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.walk.at.borrow_mut().clone_from(&self.path);
        if self.value.is_object() {
            self.visit_object(Some(fields), visitor)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.walk.at.borrow_mut().clone_from(&self.path);
        match self.value.take() {
            Value::Object(object) if object.len() == 1 => {
                let (variant, value) =
                    object.into_iter().next().ok_or_else(|| Error::custom("no variant"))?;
                let path = format!("{}.{variant}", self.path);
                visitor.visit_enum(Variant { variant, value: self.child(value, path) })
            }
            other => other.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// A variant written as an object of one key.
struct Variant<'w> {
    variant: String,
    value: Node<'w>,
}

impl<'de, 'w> EnumAccess<'de> for Variant<'w> {
    type Error = Error;
    type Variant = Node<'w>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Node<'w>), Error> {
        Ok((seed.deserialize(self.variant.into_deserializer())?, self.value))
    }
}

impl<'de> VariantAccess<'de> for Node<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        <()>::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}
