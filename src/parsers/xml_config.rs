//! Settings of an XML configuration file by path, each with its line.

use crate::model::excerpt::{Excerpt, Sanitize};
use crate::model::node::{PROTECTED, Setting};
use crate::redact::config::{ConfigError, parse};
use roxmltree::Node;
use std::collections::BTreeMap;

/// The root of most configuration files.
const ROOT: &str = "configuration";

/// The section whose keys have no case.
const APP_SETTINGS: &str = "appSettings";

/// Deepest nesting of elements. Real files stay below ten; paths grow with the depth.
const MAX_DEPTH: usize = 64;

/// Longest path of an element, in bytes: it is a part of the path of everything below.
const MAX_PATH: usize = 2_000;

/// Most elements. Real files have hundreds.
const MAX_ELEMENTS: usize = 20_000;

/// Attributes that tell equal elements of one parent apart, in order of preference.
const IDENTITY: &[&str] =
    &["key", "name", "path", "assembly", "namespace", "fileExtension", "statusCode", "ref"];

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

/// The settings of a configuration file by path, as they are in force.
///
/// A path is made of element names below `<configuration>` joined by `/`, then `@` and the attribute:
/// `system.web/httpRuntime@enableVersionHeader`. An element that has an identifying attribute carries it in
/// brackets: `appSettings/add[IpAddressHeader]@value`; a `dependentAssembly` carries the name of its assembly.
/// A second element of equal name and parent ends in `#2`. An element with text has that text as the value of
/// its own path, and so has an empty element without attributes (`<clear/>`).
///
/// * `<location path=".">` is the file itself: what is in it has the path it would have outside, and counts instead of
///   what is said there.
/// * The keys of `appSettings` have no case. Of two elements of one key the last one counts, and `remove` and `clear` take
///   away what is before them, as ASP.NET reads it.
/// * Of a section that `aspnet_regiis` encrypted there is [`PROTECTED`] and nothing else.
pub fn settings(text: &str, sanitizer: &dyn Sanitize) -> Result<BTreeMap<String, Setting>, ConfigError> {
    let document = parse(text)?;
    let lines = Lines::of(text);
    let mut settings = BTreeMap::new();
    // Many settings may be on one line.
    let mut last: Option<(std::ops::Range<usize>, Excerpt)> = None;
    let mut keep = |path: String, value: &str, at: usize| {
        let range = lines.range(at, text.len());
        let excerpt = match &last {
            Some((line, excerpt)) if *line == range => excerpt.clone(),
            _ => Excerpt::new(text.get(range.clone()).unwrap_or_default(), sanitizer),
        };
        last = Some((range, excerpt.clone()));
        settings.insert(path, Setting { value: value.to_owned(), line: lines.at(at), excerpt });
    };
    let mut walk = Walk::default();
    let mut elements = 0;
    // Where the element ends that is known as a whole.
    let mut done = 0;
    for node in document.descendants().filter(Node::is_element) {
        let range = node.range();
        if range.start < done {
            continue;
        }
        let path = walk.enter(&node).ok_or_else(|| ConfigError::NotWellFormed {
            line: lines.at(range.start),
            column: 1,
            error: "elements nested too deeply",
        })?;
        elements += 1;
        if elements > MAX_ELEMENTS {
            return Err(ConfigError::TooMany(MAX_ELEMENTS));
        }
        if is_the_file_itself(&node) {
            continue;
        }
        if is_encrypted(&node) {
            keep(format!("{path}@{PROTECTED}"), node.attribute(PROTECTED).unwrap_or_default(), range.start);
            done = range.end;
            continue;
        }
        for attribute in node.attributes() {
            keep(format!("{path}@{}", attribute.name()), attribute.value(), attribute.range().start);
        }
        if path == APP_SETTINGS {
            for (key, add) in in_force(&node) {
                for attribute in add.attributes() {
                    let path = format!("{APP_SETTINGS}/add[{key}]@{}", attribute.name());
                    keep(path, attribute.value(), attribute.range().start);
                }
            }
            done = range.end;
            continue;
        }
        let words = node.children().filter(Node::is_text).filter_map(|child| child.text()).map(str::trim);
        let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let bare = node.attributes().len() == 0 && !node.children().any(|child| child.is_element());
        if !words.is_empty() || bare {
            keep(path.to_owned(), &words, range.start);
        }
    }
    Ok(settings)
}

/// Whether an element is a `location` that stands for the whole file.
fn is_the_file_itself(node: &Node<'_, '_>) -> bool {
    let on_top = || node.parent_element().is_some_and(|parent| parent.tag_name().name() == ROOT);
    node.tag_name().name() == "location"
        && matches!(node.attribute("path").map(str::trim), None | Some("" | "." | "./"))
        && on_top()
}

/// Whether a section is encrypted: it names the provider that decrypts it, or holds nothing but what was encrypted.
fn is_encrypted(node: &Node<'_, '_>) -> bool {
    let holds =
        || node.children().any(|child| child.is_element() && child.tag_name().name() == "EncryptedData");
    node.has_attribute(PROTECTED) || holds()
}

/// The `add` elements of `appSettings` that are in force, with their keys as they are spelled there.
fn in_force<'a, 'i>(section: &Node<'a, 'i>) -> impl Iterator<Item = (&'a str, Node<'a, 'i>)> {
    let mut all: BTreeMap<String, (&'a str, Node<'a, 'i>)> = BTreeMap::new();
    for node in section.children().filter(Node::is_element) {
        let key = node.attribute("key").unwrap_or_default();
        match node.tag_name().name() {
            "add" => drop(all.insert(key.to_lowercase(), (key, node))),
            "remove" => drop(all.remove(&key.to_lowercase())),
            "clear" => all.clear(),
            _ => {}
        }
    }
    all.into_values()
}

/// Paths of the elements above the one being visited, and how often each path was seen.
#[derive(Default)]
struct Walk {
    above: Vec<(roxmltree::NodeId, String)>,
    seen: BTreeMap<String, u32>,
    current: String,
}

impl Walk {
    /// The path of the next element in document order; `None` when it is too deep.
    fn enter(&mut self, node: &Node<'_, '_>) -> Option<&str> {
        let parent = node.parent().map(|parent| parent.id());
        while self.above.last().is_some_and(|(id, _)| Some(*id) != parent) {
            self.above.pop();
        }
        let prefix = self.above.last().map_or("", |(_, path)| path);
        let own = if self.above.is_empty() && node.tag_name().name() == ROOT {
            String::new()
        } else if is_the_file_itself(node) {
            // Sections are counted apart in it: the same one outside is not a second one.
            self.seen.clear();
            String::new()
        } else {
            let name = segment(node);
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            let count = self.seen.entry(path.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { path } else { format!("{path}#{count}") }
        };
        if self.above.len() >= MAX_DEPTH || own.len() > MAX_PATH {
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

    struct NoSanitize;
    impl Sanitize for NoSanitize {
        fn sanitize(&self, line: &str) -> String {
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
        let settings = settings(WEB_CONFIG, &NoSanitize).unwrap();
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
        let of = |text| settings(text, &NoSanitize).unwrap().into_keys().collect::<Vec<_>>();
        let one = of("<appSettings><add key='a' value='1'/><add key='b' value='2'/></appSettings>");
        let two = of("<appSettings><add key='b' value='2'/><add key='a' value='1'/></appSettings>");
        assert_eq!(one, two);
        let twice = of("<modules><add name='a' type='1'/><add name='a' type='2'/></modules>");
        assert!(twice.contains(&"modules/add[a]#2@type".to_owned()), "{twice:?}");
    }

    fn read(text: &str) -> Vec<(String, String)> {
        let all = settings(text, &NoSanitize).unwrap();
        all.into_iter().map(|(path, setting)| (path, setting.value)).collect()
    }

    #[test]
    fn a_location_of_the_file_itself_is_no_level_of_its_own() {
        let plain = read("<configuration><system.web><pages x='1'/></system.web></configuration>");
        for location in
            ["<location path='.' inheritInChildApplications='false'>", "<location>", "<location path=''>"]
        {
            let within = format!(
                "<configuration>{location}<system.web><pages x='1'/></system.web></location></configuration>"
            );
            assert_eq!(read(&within), plain, "{location}");
        }
        let both = "<configuration><system.web><pages x='1'/><trace y='1'/></system.web>\
            <location path='.'><system.web><pages x='2'/></system.web></location>\
            <location path='api'><system.web><pages x='3'/></system.web></location></configuration>";
        let said = [
            ("location[api]/system.web/pages@x", "3"),
            ("location[api]@path", "api"),
            ("system.web/pages@x", "2"),
            ("system.web/trace@y", "1"),
        ];
        assert_eq!(read(both), said.map(|(path, value)| (path.to_owned(), value.to_owned())));
    }

    #[test]
    fn settings_of_the_application_are_those_in_force() {
        let value = |text: &str| {
            let all = read(text);
            all.into_iter()
                .filter(|(path, _)| path.ends_with("@value"))
                .map(|(path, value)| format!("{path}={value}"))
                .collect::<Vec<_>>()
        };
        let of = |inside: &str| value(&format!("<appSettings>{inside}</appSettings>"));
        assert_eq!(of("<add key='a' value='1'/><add key='A' value='2'/>"), ["appSettings/add[A]@value=2"]);
        assert_eq!(of("<add key='a' value='1'/><remove key='A'/>"), Vec::<String>::new());
        assert_eq!(
            of("<add key='a' value='1'/><clear/><add key='b' value='2'/>"),
            ["appSettings/add[b]@value=2"]
        );
        assert_eq!(of("<remove key='a'/><add key='a' value='1'/>"), ["appSettings/add[a]@value=1"]);
        assert_eq!(
            value(
                "<configuration><appSettings file='x.config'><add key='a' value='1'/></appSettings></configuration>"
            ),
            ["appSettings/add[a]@value=1"]
        );
    }

    #[test]
    fn an_encrypted_section_says_nothing_but_that() {
        let encrypted = "<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#'><CipherData><CipherValue>x</CipherValue></CipherData></EncryptedData>";
        for attribute in ["configProtectionProvider='RsaProtectedConfigurationProvider'", ""] {
            let text = format!(
                "<configuration><appSettings {attribute}>{encrypted}</appSettings><a b='1'/></configuration>"
            );
            let paths: Vec<String> = read(&text).into_iter().map(|(path, _)| path).collect();
            assert_eq!(paths, ["a@b", "appSettings@configProtectionProvider"], "{attribute}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        let text = "<a>".repeat(5_000) + &"</a>".repeat(5_000);
        assert!(matches!(
            settings(&text, &NoSanitize),
            Err(ConfigError::NotWellFormed { error: "elements nested too deeply", .. })
        ));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>a/='\" \n&;!\\[\\]?-]{0,80}") {
            let _ = settings(&text, &NoSanitize);
        }
    }
}
