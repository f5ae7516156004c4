//! JSON from outside as a tree, without keys that an object holds twice: nobody can say which of the two values is meant.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Map, Number, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Most keys that are named.
const NAMED: usize = 20;
/// Characters of a key that are shown.
const SHOWN: usize = 60;

/// What a document says.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The tree, without the keys below.
    pub value: Value,
    /// Paths of the keys that were there twice, such as `records[2].inCluster`: the first ones.
    pub twice: Vec<String>,
}

/// Reads JSON. With `any_case`, keys that differ in case only are equal.
pub fn parse(text: &[u8], any_case: bool) -> Result<Document, Error> {
    let mut twice = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let tree = Tree { path: &Path::Root, any_case, keeps: true, twice: &mut twice };
    let value = tree.deserialize(&mut reader)?;
    reader.end()?;
    Ok(Document { value, twice })
}

/// The first key that an object of the document holds twice, if one does.
pub fn key_twice(text: &[u8]) -> Result<Option<String>, Error> {
    let mut twice = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    Tree { path: &Path::Root, any_case: false, keeps: false, twice: &mut twice }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(twice.into_iter().next())
}

/// Where in the document something is; a text is only made of it where it is printed.
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Self::Key(parent, key) => {
                let key = key.chars().take(SHOWN).collect::<String>();
                let dot = if matches!(parent, Self::Root) { "" } else { "." };
                write!(f, "{parent}{dot}{}", key.escape_debug())
            }
        }
    }
}

struct Tree<'a> {
    path: &'a Path<'a>,
    any_case: bool,
    /// A tree is made; else only its keys are looked at.
    keeps: bool,
    twice: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(if self.keeps { value.into() } else { Value::Null })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        for index in 0.. {
            let path = Path::Index(self.path, index);
            let item = Tree { path: &path, any_case: self.any_case, keeps: self.keeps, twice: self.twice };
            match items.next_element_seed(item)? {
                Some(item) if self.keeps => list.push(item),
                Some(_) => {}
                None => break,
            }
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (mut object, mut seen, mut doubted) =
            (Map::new(), BTreeMap::<String, String>::new(), BTreeSet::new());
        while let Some(key) = members.next_key::<String>()? {
            let path = Path::Key(self.path, &key);
            let value = Tree { path: &path, any_case: self.any_case, keeps: self.keeps, twice: self.twice };
            let value = members.next_value_seed(value)?;
            let folded = if self.any_case { key.to_lowercase() } else { key.clone() };
            if let Some(first) = seen.get(&folded) {
                if doubted.insert(first.clone()) && self.twice.len() < NAMED {
                    self.twice.push(path.to_string());
                }
                continue;
            }
            seen.insert(folded, key.clone());
            if self.keeps {
                object.insert(key, value);
            }
        }
        for key in doubted {
            object.remove(&key);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn of_a_key_that_is_there_twice_no_value_is_left() {
        let text = br#"{"a":1,"b":[{"c":true,"d":2,"\u0063":false,"c":3}],"a":{"e":1,"e":2},"f":null}"#;
        let document = parse(text, false).unwrap();
        assert_eq!(document.value, json!({"b": [{"d": 2}], "f": null}));
        assert_eq!(document.twice, ["b[0].c", "a.e", "a"]);
        assert_eq!(key_twice(text).unwrap().as_deref(), Some("b[0].c"));
        let text = br#"{"inCluster":true,"InCluster":false}"#;
        assert_eq!(parse(text, false).unwrap().twice, Vec::<String>::new());
        assert_eq!(parse(text, true).unwrap().value, json!({}));
    }

    #[test]
    fn depth_and_rest_are_those_of_the_parser() {
        assert!(parse(&[vec![b'['; 200], vec![b']'; 200]].concat(), false).is_err());
        assert!(parse(b"{} x", false).is_err() && parse(b"", false).is_err());
    }

    proptest! {
        #[test]
        fn without_such_keys_the_tree_is_that_of_the_parser(text in r#"[\[\]{},:"ab0-9 .e\\u-]{0,40}"#) {
            let whole = serde_json::from_str::<Value>(&text);
            match parse(text.as_bytes(), false) {
                Ok(document) if document.twice.is_empty() => prop_assert_eq!(document.value, whole.unwrap()),
                Ok(_) => {}
                Err(_) => prop_assert!(whole.is_err()),
            }
        }
    }
}
