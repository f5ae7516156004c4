//! Configuration files as XML: decoding, positions of errors, and settings by path.

use crate::model::excerpt::{Clean, Excerpt};
use crate::model::node::Setting;
use roxmltree::{Document, Node, ParsingOptions};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Largest configuration file that is parsed, in bytes.
pub const MAX_XML_BYTES: usize = 16 << 20;

/// Most elements, texts and comments of one file.
const MAX_NODES: u32 = 200_000;

/// Deepest nesting of elements. Real files stay below ten; paths grow with the depth.
const MAX_DEPTH: usize = 64;

/// Attributes that tell equal elements of one parent apart, in order of preference.
const IDENTITY: &[&str] =
    &["key", "name", "path", "assembly", "namespace", "fileExtension", "statusCode", "ref"];

/// Why a file is not well-formed, without any text of the file: what cannot be parsed cannot be redacted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {error}")]
pub struct XmlError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong, as a lower-case fragment.
    pub error: &'static str,
}

impl XmlError {
    const fn at_start(error: &'static str) -> Self {
        Self { line: 1, column: 1, error }
    }
}

impl From<&roxmltree::Error> for XmlError {
    fn from(error: &roxmltree::Error) -> Self {
        let position = error.pos();
        Self { line: position.row, column: position.col, error: fragment(error) }
    }
}

/// The parser's own messages quote names and characters of the file; these do not.
fn fragment(error: &roxmltree::Error) -> &'static str {
    use roxmltree::Error as E;
    match error {
        E::UnexpectedCloseTag(..) => "a closing tag does not match the open element",
        E::UnclosedRootNode => "the root element is never closed",
        E::NoRootNode => "there is no root element",
        E::DuplicatedAttribute(..) => "an attribute stands twice on one element",
        E::DuplicatedNamespace(..) => "a namespace is declared twice on one element",
        E::UnknownNamespace(..) => "a name prefix has no namespace",
        E::UnknownEntityReference(..) => "an entity is not defined",
        E::MalformedEntityReference(..) => "an ampersand that begins no entity",
        E::InvalidAttributeValue(..) => "a less-than sign inside an attribute value",
        E::InvalidName(..) => "an invalid name",
        E::NonXmlChar(..) => "a character that XML does not allow",
        E::InvalidChar(..) | E::InvalidChar2(..) | E::InvalidString(..) => "an unexpected character",
        E::UnexpectedDeclaration(..) => "an XML declaration that is not at the start",
        E::UnexpectedEndOfStream => "the file ends too early",
        E::DtdDetected => "a document type definition, which is not read",
        E::NodesLimitReached | E::AttributesLimitReached | E::NamespacesLimitReached => "too many elements",
        _ => "not well-formed",
    }
}

/// The text of an XML file: by its byte order mark, else by its declaration, else UTF-8.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    if bytes.len() > MAX_XML_BYTES {
        return Err(XmlError::at_start("larger than a configuration file may be"));
    }
    let (encoding, mark) = match encoding_rs::Encoding::for_bom(bytes) {
        Some(found) => found,
        None if bytes.starts_with(b"<\0") => (encoding_rs::UTF_16LE, 0),
        None if bytes.starts_with(b"\0<") => (encoding_rs::UTF_16BE, 0),
        None => (declared(bytes).unwrap_or(encoding_rs::UTF_8), 0),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes.get(mark..).unwrap_or_default())
        .ok_or(XmlError::at_start("not text in the encoding it claims"))
}

/// The encoding that the XML declaration names. A file that is readable as bytes of ASCII cannot be UTF-16.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let end = memchr::memmem::find(head, b"?>")?;
    let declaration = head.get(..end)?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let rest = declaration.get(at + 8..)?;
    let open = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let label = rest.get(open + 1..)?;
    let close = label.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let encoding = encoding_rs::Encoding::for_label(label.get(..close)?)?;
    (encoding != encoding_rs::UTF_16LE && encoding != encoding_rs::UTF_16BE).then_some(encoding)
}

/// Parses within the limits: no DTD, no external entities, no deep nesting.
pub fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    if text.len() > MAX_XML_BYTES {
        return Err(XmlError::at_start("larger than a configuration file may be"));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| XmlError::from(&error))
}

/// Finds line numbers by binary search: the parser's own look-up counts from the start of the file every time.
pub struct Lines(Vec<usize>);

impl Lines {
    /// Notes where the lines of `text` end.
    pub fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// Line of a byte offset, from 1.
    pub fn at(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < offset) + 1).unwrap_or(u32::MAX)
    }

    /// Byte range of the line that holds an offset, without its end.
    fn range(&self, offset: usize, length: usize) -> std::ops::Range<usize> {
        let index = self.0.partition_point(|end| *end < offset);
        let start = index.checked_sub(1).and_then(|before| self.0.get(before)).map_or(0, |end| end + 1);
        start..self.0.get(index).copied().unwrap_or(length)
    }
}

/// The settings of a configuration file by path.
///
/// A path is made of element names below `<configuration>` joined by `/`, then `@` and the attribute:
/// `system.web/httpRuntime@enableVersionHeader`. An element that has an identifying attribute carries it in
/// brackets: `appSettings/add[IpAddressHeader]@value`; a `dependentAssembly` carries the name of its assembly.
/// A second element of equal name and parent ends in `#2`. An element with text has that text as the value of
/// its own path, and so has an empty element without attributes (`<clear/>`).
pub fn settings(text: &str, cleaner: &dyn Clean) -> Result<BTreeMap<String, Setting>, XmlError> {
    let document = parse(text)?;
    let lines = Lines::of(text);
    let mut settings = BTreeMap::new();
    let mut keep = |path: String, value: &str, at: usize| {
        let line = text.get(lines.range(at, text.len())).unwrap_or_default();
        let excerpt = Excerpt::new(line, cleaner);
        settings.insert(path, Setting { value: value.to_owned(), line: lines.at(at), excerpt });
    };
    let mut walk = Walk::default();
    for node in document.descendants().filter(Node::is_element) {
        let path = walk.enter(&node).ok_or_else(|| XmlError {
            line: lines.at(node.range().start),
            column: 1,
            error: "elements nested too deeply",
        })?;
        for attribute in node.attributes() {
            keep(format!("{path}@{}", attribute.name()), attribute.value(), attribute.range().start);
        }
        let words = node.children().filter(Node::is_text).filter_map(|child| child.text()).map(str::trim);
        let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let bare = node.attributes().len() == 0 && !node.children().any(|child| child.is_element());
        if !words.is_empty() || bare {
            keep(path.to_owned(), &words, node.range().start);
        }
    }
    Ok(settings)
}

/// Paths of the elements above the one being visited, and how often each path was seen.
#[derive(Default)]
struct Walk {
    above: Vec<(roxmltree::NodeId, String)>,
    seen: BTreeMap<String, u32>,
    current: String,
}

impl Walk {
    /// The path of the next element in document order; `None` when it lies too deep.
    fn enter(&mut self, node: &Node<'_, '_>) -> Option<&str> {
        let parent = node.parent().map(|parent| parent.id());
        while self.above.last().is_some_and(|(id, _)| Some(*id) != parent) {
            self.above.pop();
        }
        let prefix = self.above.last().map_or("", |(_, path)| path);
        let own = if self.above.is_empty() && node.tag_name().name() == "configuration" {
            String::new()
        } else {
            let name = segment(node);
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            let count = self.seen.entry(path.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { path } else { format!("{path}#{count}") }
        };
        if self.above.len() >= MAX_DEPTH {
            return None;
        }
        self.current.clone_from(&own);
        self.above.push((node.id(), own));
        Some(&self.current)
    }
}

fn segment(node: &Node<'_, '_>) -> String {
    let name = node.tag_name().name();
    let own = IDENTITY.iter().find_map(|attribute| node.attribute(*attribute));
    let identity = own.or_else(|| {
        let mut children = node.children().filter(|_| name == "dependentAssembly");
        let assembly = children.find(|child| child.tag_name().name() == "assemblyIdentity");
        assembly.and_then(|assembly| assembly.attribute("name"))
    });
    identity.map_or_else(|| name.to_owned(), |identity| format!("{name}[{identity}]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct AsIs;
    impl Clean for AsIs {
        fn clean(&self, line: &str) -> String {
            line.to_owned()
        }
    }

    const WEB_CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <appSettings file="web-appSettings.config">
    <add key="IpAddressHeader" value="X-Forwarded-For" />
  </appSettings>
  <system.web>
    <httpRuntime enableVersionHeader="false" />
  </system.web>
  <system.webServer>
    <modules><clear /><remove name="WebDAVModule" /></modules>
  </system.webServer>
  <runtime>
    <assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">
      <dependentAssembly>
        <assemblyIdentity name="RabbitMQ.Client" publicKeyToken="89e7d7c5feba84ce" />
        <bindingRedirect oldVersion="0.0.0.0-5.0.0.0" newVersion="5.0.0.0" />
      </dependentAssembly>
    </assemblyBinding>
  </runtime>
</configuration>
"#;

    #[test]
    fn settings_are_found_by_path_with_their_line() {
        let settings = settings(WEB_CONFIG, &AsIs).unwrap();
        let header = &settings["appSettings/add[IpAddressHeader]@value"];
        assert_eq!((header.value.as_str(), header.line), ("X-Forwarded-For", 4));
        assert_eq!(header.excerpt.as_str(), r#"<add key="IpAddressHeader" value="X-Forwarded-For" />"#);
        assert_eq!(settings["system.web/httpRuntime@enableVersionHeader"].value, "false");
        assert_eq!(settings["system.webServer/modules/clear"].value, "");
        let redirect =
            "runtime/assemblyBinding/dependentAssembly[RabbitMQ.Client]/bindingRedirect@newVersion";
        assert_eq!(settings[redirect].value, "5.0.0.0");
    }

    #[test]
    fn the_order_of_named_elements_does_not_matter_and_equal_ones_are_numbered() {
        let of = |text| settings(text, &AsIs).unwrap().into_keys().collect::<Vec<_>>();
        let one = of("<appSettings><add key='a' value='1'/><add key='b' value='2'/></appSettings>");
        let two = of("<appSettings><add key='b' value='2'/><add key='a' value='1'/></appSettings>");
        assert_eq!(one, two);
        let twice = of("<appSettings><add key='a' value='1'/><add key='a' value='2'/></appSettings>");
        assert!(twice.contains(&"appSettings/add[a]#2@value".to_owned()), "{twice:?}");
    }

    #[test]
    fn an_error_says_where_and_quotes_nothing() {
        let error = parse("<a>\n  <hunter2 password='x'></b>\n</a>").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_document_type_is_refused() {
        assert!(parse("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").is_err());
    }

    #[test]
    fn utf_16_and_declared_encodings_are_read() {
        let utf16: Vec<u8> = "\u{feff}<a b='é'/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "<a b='é'/>");
        let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><a b='\xe9'/>";
        assert!(decode(latin).unwrap().contains('é'));
        assert!(decode(b"<a b='\xe9'/>").is_err());
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        let text = "<a>".repeat(5_000) + &"</a>".repeat(5_000);
        assert_eq!(settings(&text, &AsIs).unwrap_err().error, "elements nested too deeply");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>a/='\" \n&;!\\[\\]?-]{0,80}") {
            let _ = settings(&text, &AsIs);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes);
        }
    }
}
