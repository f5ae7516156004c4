//! Other texts: settings, output of commands, logs of other programs, documents.

use super::{Id, Known};

/// How texts begin that say what they are.
const BEGINS: &[(&str, Id, &str)] = &[
    ("Windows Registry Editor", Id::Settings, "an export of the registry (REG)"),
    ("REGEDIT4", Id::Settings, "an export of the registry (REG)"),
    ("[InternetShortcut]", Id::Settings, "a shortcut to a web page (URL)"),
    ("[Desktop Entry]", Id::Settings, "a shortcut (Linux)"),
    ("[ZoneTransfer]", Id::Settings, "a mark of a download (Windows)"),
    ("%!", Id::Document, "a document (PostScript)"),
    ("\\documentclass", Id::Document, "a document (LaTeX)"),
    ("{\\rtf", Id::Document, "a document (RTF)"),
    ("WEBVTT", Id::Media, "titles of a film (WebVTT)"),
    ("#EXTM3U", Id::Media, "a list of sound or film (M3U)"),
    ("# Disk DescriptorFile", Id::Disk, "an image of a disk (VMDK)"),
    ("STARTFONT", Id::Font, "a font (BDF)"),
    ("SplineFontDB", Id::Font, "a font (FontForge)"),
    ("begin 6", Id::Compressed, "an encoded file (uuencode)"),
    ("screen mode id:i:", Id::Settings, "a connection (RDP)"),
    ("full address:s:", Id::Settings, "a connection (RDP)"),
    ("Windows IP Configuration", Id::Output, "output of a command (ipconfig)"),
    ("=== Verbose logging started", Id::Output, "a log of an installation (MSI)"),
    ("=== Logging started", Id::Output, "a log of an installation (MSI)"),
    ("Active Connections", Id::Output, "output of a command (netstat)"),
    ("@startuml", Id::Document, "a drawing (PlantUML)"),
    ("graph ", Id::Document, "a drawing (text)"),
    ("digraph ", Id::Document, "a drawing (Graphviz)"),
    ("dn: ", Id::Output, "entries of a directory (LDIF)"),
    ("version: 1\ndn:", Id::Output, "entries of a directory (LDIF)"),
    ("solid ", Id::Document, "a model (STL)"),
    ("ISO-10303-21", Id::Document, "a model (STEP)"),
    ("Certificate:\n    Data:", Id::Certificate, "a certificate (as text)"),
    ("Certificate Request:\n", Id::Certificate, "a certificate request (as text)"),
    ("Certificate Revocation List", Id::Certificate, "a list of revoked certificates (as text)"),
    ("Bag Attributes", Id::Certificate, "certificates (PEM)"),
    ("/* XPM */", Id::Picture, "a picture (XPM)"),
    ("# v2 git bundle", Id::Archive, "a package (git)"),
];

/// Lines that are looked at.
const LINES: usize = 200;

pub(super) fn of(start: &str) -> Option<Known> {
    let unix = start.replace("\r\n", "\n");
    if let Some((_, id, name)) = BEGINS.iter().find(|(begin, ..)| unix.starts_with(begin)) {
        return Some(Known::new(*id, *name));
    }
    let lines: Vec<&str> =
        unix.lines().take(LINES).map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let most = |is: fn(&str) -> bool, of_ten: usize| {
        let count = lines.iter().filter(|line| is(line)).count();
        count > 0 && count * 10 >= lines.len() * of_ten
    };
    let some = |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
    Some(match () {
        () if most(is_digest, 9) => Known::new(Id::Output, "a list of digests"),
        () if some(is_section) > 0
            && most(|line| is_section(line) || is_setting(line) || is_comment(line), 8) =>
        {
            Known::new(Id::Settings, "settings (INI or TOML)")
        }
        () if lines.len() > 1 && most(|line| is_setting(line) || is_comment(line), 9) => {
            Known::new(Id::Settings, "settings (name=value)")
        }
        () if (unix.starts_with("---\n") || lines.len() > 2)
            && some(is_yaml) > 1
            && most(
                |line| is_yaml(line) || is_comment(line) || line.starts_with(' ') || line == "---",
                9,
            ) =>
        {
            Known::new(Id::Settings, "settings (YAML)")
        }
        () if some(|line| line.contains(" --> ") && line.starts_with(|c: char| c.is_ascii_digit())) > 0 => {
            Known::new(Id::Media, "titles of a film (SRT)")
        }
        () if most(has_time, 5) => Known::new(Id::Output, "a log of another program"),
        () if some(is_heading) > 0 => Known::new(Id::Text, "a document (Markdown)"),
        () if has_sentences(&lines) => Known::new(Id::Text, "a text"),
        () => return None,
    })
}

fn is_section(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(']') && line.len() > 2 && !line.contains(['{', '"'])
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';']) || line.starts_with("//")
}

fn is_setting(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim();
        !name.is_empty()
            && name.len() < 80
            && name.chars().all(|c| c.is_alphanumeric() || "._-/: \\\"".contains(c))
    })
}

fn is_yaml(line: &str) -> bool {
    let inner = line.trim_start().trim_start_matches("- ");
    let named = inner.split_once(':').is_some_and(|(name, value)| {
        !name.is_empty() && !name.contains([' ', '(', '\t']) && (value.is_empty() || value.starts_with(' '))
    });
    named || line.trim_start().starts_with("- ")
}

fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    line.starts_with('#') && line.len() - text.len() <= 6 && text.starts_with(' ')
}

fn is_digest(line: &str) -> bool {
    let digits = line.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(0);
    [32, 40, 56, 64, 96, 128].contains(&digits)
        && line.get(digits..).is_some_and(|name| name.starts_with([' ', '\t']))
}

/// Whether a time of day is near the start of a line.
fn has_time(line: &str) -> bool {
    let head: Vec<u8> = line.bytes().take(40).collect();
    head.windows(5).any(
        |five| matches!(five, [a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit())),
    )
}

/// Whether a text reads as one for people: most lines have words with blanks between them.
fn has_sentences(lines: &[&str]) -> bool {
    let is_words = |line: &&&str| {
        let words = line
            .split_whitespace()
            .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() * 2 >= word.chars().count());
        words.count() >= 3 && !line.contains('\t')
    };
    let count = lines.iter().filter(is_words).count();
    count * 2 >= lines.len() && count > 0
}
