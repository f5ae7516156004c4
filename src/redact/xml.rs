//! Splits XML into pieces with byte ranges, so that values can be replaced in place.
//!
//! `roxmltree` decides whether a text is well-formed; its tree has no ranges for namespaces, declarations and
//! CDATA sections, and every byte of a configuration must be accounted for, so the pieces are cut here.

use roxmltree::{Error, ParsingOptions};
use std::borrow::Cow;
use std::ops::Range;

/// Largest configuration that is read, in bytes. Real ones are under 200 KiB.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most elements around a value that say what it is: no file that a program reads has more.
const DEEPEST: usize = 64;
/// Most nodes of a tree.
const MAX_NODES: u32 = 100_000;

/// Why a configuration cannot be redacted. Holds no text of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file is larger than 2 MiB")]
    TooLarge,
    /// More elements than are read.
    #[error("the file has more than {0} elements")]
    TooMany(usize),
    /// Not text in any encoding XML names.
    #[error("the file is not text in the encoding it declares")]
    NotText,
    /// Not XML.
    #[error("line {line}, column {column}: {error}")]
    NotWellFormed {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What is wrong, in a fixed phrase.
        error: &'static str,
    },
}

/// The text of a configuration: UTF-8 or UTF-16, with or without a byte order mark, or the encoding its
/// declaration names.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ConfigError> {
    use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
    if bytes.len() > MAX_BYTES {
        return Err(ConfigError::TooLarge);
    }
    // XML starts with `<`, so two bytes decide, whatever script the rest is in.
    let encoding = match (Encoding::for_bom(bytes), bytes) {
        (Some((encoding, _)), _) => encoding,
        (None, [b'<', 0, ..]) => UTF_16LE,
        (None, [0, b'<', ..]) => UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        _ => declared(bytes).ok_or(ConfigError::NotText)?,
    };
    let (text, _, malformed) = encoding.decode(bytes);
    if malformed { Err(ConfigError::NotText) } else { Ok(text) }
}

/// The encoding an XML declaration names, if it is one of single bytes.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let rest = head.get(memchr::memmem::find(head, b"encoding=")? + 10..)?;
    let label = rest.get(..memchr::memchr2(b'"', b'\'', rest)?)?;
    encoding_rs::Encoding::for_label(label).filter(|encoding| encoding.is_single_byte())
}

/// Whether `text` is well-formed XML without a DTD.
pub(super) fn check(text: &str) -> Result<(), ConfigError> {
    parse(text).map(|_| ())
}

/// The tree of a well-formed XML text without a DTD.
pub fn parse(text: &str) -> Result<roxmltree::Document<'_>, ConfigError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, entity_resolver: None };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        ConfigError::NotWellFormed { line: at.row, column: at.col, error: phrase(&error) }
    })
}

/// What the parser objects to, without the text it objects to.
fn phrase(error: &Error) -> &'static str {
    match error {
        Error::InvalidXmlPrefixUri(_) | Error::UnexpectedXmlUri(_) | Error::UnexpectedXmlnsUri(_) => {
            "a reserved namespace is misused"
        }
        Error::InvalidElementNamePrefix(_) => "an element name has a reserved prefix",
        Error::DuplicatedNamespace(..) => "a namespace prefix is declared twice on one element",
        Error::UnknownNamespace(..) => "a namespace prefix is not declared",
        Error::UnexpectedCloseTag(..) | Error::UnexpectedEntityCloseTag(_) => {
            "a closing tag does not match its opening tag"
        }
        Error::UnknownEntityReference(..) | Error::EntityReferenceLoop(_) | Error::EntityResolver(..) => {
            "an entity is not defined"
        }
        Error::MalformedEntityReference(_) => "an entity reference is malformed, such as a bare &",
        Error::InvalidAttributeValue(_) => "an attribute value holds <",
        Error::DuplicatedAttribute(..) => "an attribute is given twice on one element",
        Error::NoRootNode => "there is no root element",
        Error::UnclosedRootNode => "the root element is never closed",
        Error::UnexpectedDeclaration(_) => "an XML declaration is not at the start",
        Error::DtdDetected | Error::InvalidExternalID(_) => "a document type is declared, which is not read",
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            "there are more elements or attributes than are read"
        }
        Error::InvalidName(_) => "a name is not a valid XML name",
        Error::NonXmlChar(..) => "a character is not allowed in XML",
        Error::InvalidChar(..) | Error::InvalidChar2(..) | Error::InvalidString(..) => {
            "another character is expected here"
        }
        Error::InvalidComment(_) => "a comment holds --",
        Error::InvalidCharacterData(_) => "text holds ]]>",
        Error::UnknownToken(_) => "this is no XML markup",
        Error::UnexpectedEndOfStream => "the file ends inside of markup",
    }
}

/// An opened element.
pub(super) struct Element<'t> {
    /// Local name.
    pub name: &'t str,
    /// Index of the parent in [`Pieces::elements`].
    pub parent: Option<usize>,
    /// Attribute names with prefix, and raw values.
    pub attributes: Vec<(&'t str, &'t str)>,
}

impl<'t> Element<'t> {
    /// The raw value of an attribute.
    fn attribute(&self, name: &str) -> Option<&'t str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    /// What `<add key=… value=…>` and `<add name=… value=…>` set.
    pub(super) fn setting(&self) -> Option<&'t str> {
        self.attribute("key").filter(|_| self.names_setting()).or_else(|| self.attribute("name"))
    }

    /// Whether its `key` is the name of a setting: the value is beside it, or it takes a setting away.
    pub(super) fn names_setting(&self) -> bool {
        self.name == "remove" || self.attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case("value"))
    }
}

/// What a replaceable piece is.
pub(super) enum PieceKind<'t> {
    /// A raw attribute value, without its quotes.
    Value { element: usize, name: &'t str },
    /// Raw character data, or the inside of a CDATA section.
    Text { element: usize },
    /// A comment, a processing instruction or a declaration, with its delimiters.
    Blank,
}

/// All of a document: what is in no piece is names, blanks and punctuation of tags.
#[derive(Default)]
pub(super) struct Pieces<'t> {
    pub elements: Vec<Element<'t>>,
    pub pieces: Vec<(Range<usize>, PieceKind<'t>)>,
}

impl<'t> Pieces<'t> {
    /// The element at `index`, and its ancestors, innermost first; as many as a file that a program reads has.
    pub(super) fn chain(&self, index: usize) -> impl Iterator<Item = &Element<'t>> {
        std::iter::successors(self.elements.get(index), |element| self.elements.get(element.parent?))
            .take(DEEPEST)
    }
}

/// Cuts well-formed `text` (see [`check`]) into pieces. `None` for a text that is not what [`check`] accepts.
pub(super) fn pieces(text: &str) -> Option<Pieces<'_>> {
    let mut out = Pieces::default();
    cut(text, &mut out)?;
    Some(out)
}

/// The pieces of a text up to where it is no markup any more.
pub(super) fn readable_pieces(text: &str) -> Pieces<'_> {
    let mut out = Pieces::default();
    cut(text, &mut out);
    out
}

fn cut<'t>(text: &'t str, out: &mut Pieces<'t>) -> Option<()> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..)?;
        let through = |end: &str| rest.find(end).map(|i| at + i + end.len());
        if rest.starts_with("<!--") || rest.starts_with("<?") {
            let end = through(if rest.starts_with("<?") { "?>" } else { "-->" })?;
            out.pieces.push((at..end, PieceKind::Blank));
            at = end;
        } else if rest.starts_with("<![CDATA[") {
            let end = through("]]>")?;
            out.pieces.push((at + 9..end - 3, PieceKind::Text { element: *open.last()? }));
            at = end;
        } else if rest.starts_with("</") {
            open.pop()?;
            at = through(">")?;
        } else if rest.starts_with('<') {
            let (end, closed) = open_tag(text, at, open.last().copied(), out)?;
            if !closed {
                open.push(out.elements.len() - 1);
            }
            at = end;
        } else {
            let end = rest.find('<').map_or(text.len(), |i| at + i);
            // Outside of the root there is only white space.
            if let Some(element) = open.last() {
                out.pieces.push((at..end, PieceKind::Text { element: *element }));
            }
            at = end;
        }
    }
    open.is_empty().then_some(())
}

/// Reads one opening tag from `start`; gives its end and whether it closes itself.
fn open_tag<'t>(
    text: &'t str,
    start: usize,
    parent: Option<usize>,
    out: &mut Pieces<'t>,
) -> Option<(usize, bool)> {
    let is_name = |c: char| !c.is_whitespace() && !matches!(c, '=' | '/' | '>' | '<' | '"' | '\'');
    let name_at = |from: usize| {
        let rest = text.get(from..)?;
        rest.get(..rest.find(|c| !is_name(c))?)
    };
    let qualified = name_at(start + 1)?;
    let index = out.elements.len();
    let name = qualified.rsplit(':').next()?;
    out.elements.push(Element { name, parent, attributes: Vec::new() });
    let mut at = start + 1 + qualified.len();
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("/>") {
            return Some((at + 2, true));
        }
        if trimmed.starts_with('>') {
            return Some((at + 1, false));
        }
        let name = name_at(at).filter(|name| !name.is_empty())?;
        let quote_at = at + trimmed.find(['"', '\''])?;
        let quote = text.get(quote_at..=quote_at)?;
        let length = text.get(quote_at + 1..)?.find(quote)?;
        let range = quote_at + 1..quote_at + 1 + length;
        out.elements.get_mut(index)?.attributes.push((name, text.get(range.clone())?));
        at = range.end + 1;
        out.pieces.push((range, PieceKind::Value { element: index, name }));
    }
}

/// Bytes of the longest entity, with zeros before its number.
const LONGEST_ENTITY: usize = 32;

/// Character data with its entities resolved. What is no predefined or numeric entity stays as it is.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No further than an entity reaches: a text may be nothing but its sign.
        let end = after.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
        let resolved = end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?)));
        if let Some((character, tail)) = resolved {
            out.push(character);
            rest = tail;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_value_is_a_piece() {
        let text = "<?xml version='1.0'?><a xmlns:p=\"urn:x\" p:b = 'c'><!-- d --><e f=\"g\"/>h<![CDATA[<i>]]></a>\n";
        check(text).unwrap();
        let pieces = pieces(text).unwrap();
        let seen: Vec<&str> =
            pieces.pieces.iter().map(|(range, _)| text.get(range.clone()).unwrap()).collect();
        assert_eq!(seen, ["<?xml version='1.0'?>", "urn:x", "c", "<!-- d -->", "g", "h", "<i>"]);
        assert_eq!(pieces.elements[0].attributes, [("xmlns:p", "urn:x"), ("p:b", "c")]);
    }

    #[test]
    fn an_error_names_the_place_and_no_text() {
        let error = check("<a>\n  <b pw='hunter22'>\n</a>").unwrap_err();
        let ConfigError::NotWellFormed { line: 3, error: phrase, .. } = error else { panic!("{error:?}") };
        assert_eq!(phrase, "a closing tag does not match its opening tag");
        assert!(check("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").is_err());
    }

    #[test]
    fn encodings_are_told_by_mark_shape_and_declaration() {
        let text = "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a b=\"é\"/>";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for bytes in [text.as_bytes(), &utf16, &marked, &latin] {
            assert_eq!(decode(bytes).unwrap(), text);
        }
        assert_eq!(decode(b"<a b=\"\xff\xfe\"/>"), Err(ConfigError::NotText));
    }

    #[test]
    fn entities_resolve_once() {
        assert_eq!(unescape("a&amp;lt;&#65;&#x42;&nope;&"), "a&lt;AB&nope;&");
    }

    proptest! {
        #[test]
        fn what_the_parser_accepts_is_cut(
            text in "(<a( b=\"[^<&\"]{0,3}\"| xmlns='u')?>|</a>|<a/>|<!-- -->|[ x&;]|<!\\[CDATA\\[x?\\]\\]>|<\\?p x\\?>){0,12}"
        ) {
            if check(&text).is_ok() {
                prop_assert!(pieces(&text).is_some());
            }
        }
    }
}
