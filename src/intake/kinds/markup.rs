//! XML: what it is by its first element.

use super::{Id, Known};

/// First elements without their prefix, in lower case.
const ELEMENTS: &[(&str, Id, &str)] = &[
    ("svg", Id::Picture, "a picture (SVG)"),
    ("rss", Id::Xml, "a feed (RSS)"),
    ("feed", Id::Xml, "a feed (Atom)"),
    ("plist", Id::Settings, "a list of properties (macOS)"),
    ("project", Id::Script, "a project of a program (XML)"),
    ("schema", Id::Xml, "a schema (XSD)"),
    ("stylesheet", Id::Script, "a style sheet (XSLT)"),
    ("transform", Id::Script, "a style sheet (XSLT)"),
    ("definitions", Id::Xml, "a description of a web service (WSDL)"),
    ("envelope", Id::Xml, "a message of a web service (SOAP)"),
    ("task", Id::Settings, "a scheduled task (XML)"),
    ("events", Id::EventLog, "events of Windows (XML)"),
    ("event", Id::EventLog, "events of Windows (XML)"),
    ("gpo", Id::Settings, "a report on group policies (XML)"),
    ("rsop", Id::Settings, "a report on group policies (XML)"),
    ("testrun", Id::Output, "results of tests (XML)"),
    ("testsuite", Id::Output, "results of tests (XML)"),
    ("testsuites", Id::Output, "results of tests (XML)"),
    ("gpx", Id::Document, "a track (GPX)"),
    ("kml", Id::Document, "a map (KML)"),
    ("mxfile", Id::Document, "a drawing (draw.io)"),
    ("mxgraphmodel", Id::Document, "a drawing (draw.io)"),
    ("entitydescriptor", Id::Xml, "metadata of a sign-in service (SAML)"),
    ("entitiesdescriptor", Id::Xml, "metadata of a sign-in service (SAML)"),
    ("nmaprun", Id::Output, "results of a scan (Nmap)"),
    ("assembly", Id::Program, "a manifest of a program (XML)"),
    ("package", Id::Program, "a manifest of a package (XML)"),
    ("office:document", Id::Document, "a document (flat OpenDocument)"),
    ("document", Id::Document, "a document (flat OpenDocument or XML)"),
    ("worddocument", Id::Document, "a document of Word (XML)"),
    ("opml", Id::Document, "an outline (OPML)"),
    ("math", Id::Document, "a formula (MathML)"),
    ("score-partwise", Id::Document, "notes of music (MusicXML)"),
    ("collada", Id::Document, "a model (COLLADA)"),
    ("rdp", Id::Settings, "connections (XML)"),
    ("window", Id::Script, "a window of a program (XAML)"),
    ("resourcedictionary", Id::Script, "a window of a program (XAML)"),
    ("deployment", Id::Settings, "a deployment (XML)"),
];

pub(super) fn of(start: &str) -> Option<Known> {
    let element = element(start)?;
    let full = element.to_lowercase();
    let local = full.rsplit(':').next().unwrap_or(&full);
    let row = ELEMENTS.iter().find(|(name, ..)| *name == full || *name == local);
    if let Some((_, id, name)) = row {
        return Some(Known::new(*id, *name));
    }
    if local == "html" {
        return Some(Known::new(Id::WebPage, "a web page"));
    }
    Some(match element.len() {
        1..=40 => Known::new(Id::Xml, format!("XML (first element {element})")),
        _ => Known::new(Id::Xml, "XML"),
    })
}

/// The name of the first element, declarations and comments aside.
fn element(start: &str) -> Option<&str> {
    let mut rest = start;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("<?") {
            rest = rest.split_once("?>")?.1;
        } else if rest.starts_with("<!--") {
            rest = rest.split_once("-->")?.1;
        } else if rest.starts_with("<!") {
            rest = match (rest.find('['), rest.find('>')) {
                (Some(open), Some(close)) if open < close => rest.split_once("]>")?.1,
                _ => rest.split_once('>')?.1,
            };
        } else {
            break;
        }
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| !(c.is_alphanumeric() || ":._-".contains(c))).unwrap_or(name.len());
    name.get(..end).filter(|name| name.starts_with(char::is_alphabetic))
}
