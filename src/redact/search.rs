//! Secret scanner for text of unknown origin (`inspect --leaks`): what the leak scan finds by shape, and what the
//! redactor would replace by pattern.
//!
//! An account is no secret here. A word of prose behind a name and a colon (`Invalid password: try again`, `Secret: Server7`), which
//! the redactor leaves, is only counted.

use super::columns::Columns;
use super::counts::Kind;
use super::cut::{Cutter, Part};
use super::leak::{self, Hit, HitKind, Scan, Scanner};
use super::pattern::Span;
use super::secret_set::Secret;
use super::text::Redactor;
use crate::model::excerpt::Sanitize as _;
use std::collections::BTreeMap;

/// Most locations of one text behind one name that are listed; more are only counted. So no noise hides another name.
const MOST: usize = 200;
/// Names of one text that are reported apart.
const NAMES: usize = 64;
/// What most secrets are.
const VALUE: &str = "a value after the name of a secret";

/// How files begin that are as dense as a key file, and are none: programs, pictures, fonts, documents, archives.
const KNOWN_FORMATS: [&[u8]; 16] = [
    b"MZ",
    b"\x7fELF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"RIFF",
    b"\0\0\x01\0",
    b"\0\x01\0\0",
    b"OTTO",
    b"wOF",
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
];
/// Bytes of the longest of these.
const LONGEST_MARK: usize = 5;

/// Where a secret is, and of which kind; never its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeakLocation {
    /// Its line, from 1.
    pub line: u64,
    /// What it is, as a lower-case fragment.
    pub what: &'static str,
    /// What is before it on its line, without secrets, and stars in its place.
    pub excerpt: String,
    /// The name it is behind, in lower case; empty where there is none.
    pub name: String,
}

impl LeakLocation {
    fn new(line: u64, what: &'static str, excerpt: String) -> Self {
        let head = excerpt.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let name = head.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        Self { line, what, name: name.to_ascii_lowercase(), excerpt }
    }
}

/// What a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretFindings {
    /// Secrets, by line.
    pub places: Vec<LeakLocation>,
    /// How many more there are.
    pub more: usize,
    /// Words behind the name of a secret that read like prose.
    pub prose: usize,
}

/// Looks for secrets by shape and by pattern; knows no values.
#[derive(Default)]
pub struct Searcher {
    scanner: Scanner,
    redactor: Redactor,
}

impl Searcher {
    /// Starts to search one text that arrives in pieces.
    pub fn start(&self) -> TextSearch<'_> {
        let patterns = Patterns {
            redactor: &self.redactor,
            columns: Columns::default(),
            line: 1,
            found: Vec::new(),
            by_name: BTreeMap::new(),
            more: 0,
            prose: 0,
        };
        TextSearch { head: Vec::new(), scan: self.scanner.start(), cutter: Cutter::new(), patterns }
    }

    /// Searches a text at once.
    pub fn search(&self, text: &[u8]) -> SecretFindings {
        let mut search = self.start();
        search.push(text);
        search.finish()
    }
}

/// One text that is searched.
pub struct TextSearch<'s> {
    /// The first bytes.
    head: Vec<u8>,
    scan: Scan<'s>,
    cutter: Cutter,
    patterns: Patterns<'s>,
}

impl TextSearch<'_> {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        let room = LONGEST_MARK.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..room).unwrap_or_default());
        self.scan.push(piece);
        self.cutter.push(piece, &mut |part| self.patterns.look(part));
    }

    /// Ends the text.
    pub fn finish(mut self) -> SecretFindings {
        self.cutter.finish(&mut |part| self.patterns.look(part));
        let mut hits = self.scan.finish();
        // UTF-16 reads the same one byte further on, in the other order of bytes.
        hits.dedup_by(|a, b| a.kind == b.kind && a.offset == b.offset + 1);
        let known = KNOWN_FORMATS.iter().any(|mark| self.head.starts_with(mark));
        hits.retain(|hit| !(known && hit.kind == HitKind::KeyFile));
        let plain: Vec<(u64, String)> = hits.iter().map(|hit| (hit.line, printable(&hit.secret))).collect();
        let by_pattern = |place: &(LeakLocation, Secret)| !reported(&plain, place);
        let Patterns { found, more, prose, .. } = self.patterns;
        let mut places: Vec<LeakLocation> =
            found.into_iter().filter(by_pattern).map(|(place, _)| place).collect();
        let by_shape = |hit: Hit| LeakLocation::new(hit.line, hit.kind.as_str(), hit.excerpt);
        places.extend(hits.into_iter().map(by_shape));
        // In order of place within a line, as far as each of the two knows it.
        places.sort_by_key(|place| place.line);
        SecretFindings { places, more, prose }
    }
}

/// A secret without what UTF-16 puts between its letters.
fn printable(secret: &Secret) -> String {
    secret.expose().replace(|c: char| !c.is_ascii_graphic(), "")
}

/// Whether a hit, given by its line and its text, is of the same place: on the same line, and one text is a part of the other.
/// Their offsets do not compare, since one of them reads UTF-16 as it is and the other one what it says.
fn reported(hits: &[(u64, String)], (place, secret): &(LeakLocation, Secret)) -> bool {
    let from = hits.partition_point(|(line, _)| *line < place.line);
    let here = hits.iter().skip(from).take_while(|(line, _)| *line == place.line);
    let secret = printable(secret);
    here.map(|(_, hit)| hit).any(|hit| !hit.is_empty() && (hit.contains(&secret) || secret.contains(hit)))
}

/// Collects what the redactor would replace.
struct Patterns<'s> {
    redactor: &'s Redactor,
    columns: Columns,
    /// Of what comes next, from 1.
    line: u64,
    found: Vec<(LeakLocation, Secret)>,
    /// How many behind each name.
    by_name: BTreeMap<String, usize>,
    more: usize,
    prose: usize,
}

impl Patterns<'_> {
    /// Notes every secret that starts in a part; gives how much is done.
    fn look(&mut self, part: Part) -> usize {
        let found = self.redactor.spans(part.text, part.last || !part.is_lines());
        let safe = part.safe.min(found.done);
        if part.is_lines() {
            self.cells(part.text.get(..safe).unwrap_or_default());
        }
        self.prose += found.prose;
        let mut at = 0;
        for span in found.spans.into_iter().take_while(|span| span.range.start < safe) {
            let between = part.text.get(at..span.range.start).unwrap_or_default();
            self.line += line_ends(between);
            let line_start = memchr::memrchr(b'\n', between).map_or(at, |end| at + end + 1);
            self.note(part.text, line_start, &span);
            self.line += line_ends(part.text.get(span.range.clone()).unwrap_or_default());
            at = span.range.end;
        }
        self.line += line_ends(part.text.get(at..safe).unwrap_or_default());
        at.max(safe)
    }

    /// Notes every cell that is a secret by the heading of its column.
    fn cells(&mut self, lines: &[u8]) {
        let mut rest = lines;
        let mut line = self.line;
        while !rest.is_empty() && !matches!(self.columns, Columns::None) {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (row, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            for (name, cell) in self.columns.secrets(row, self.redactor) {
                let excerpt = format!("{}: ********", self.redactor.sanitize(&name));
                self.add(LeakLocation::new(line, VALUE, excerpt), Secret::new(cell));
            }
            (rest, line) = (after, line + 1);
        }
    }

    /// Notes one secret. `from`: where its line starts, or the secret before it ends.
    fn note(&mut self, text: &[u8], from: usize, span: &Span) {
        let before = text.get(from..span.range.start).unwrap_or_default();
        let value = text.get(span.range.clone()).unwrap_or_default();
        let Some(what) =
            description(span.kind).filter(|_| !is_binary(before, value) && !is_placeholder(value))
        else {
            return;
        };
        let place = LeakLocation::new(self.line, what, leak::excerpt(before));
        self.add(place, Secret::new(String::from_utf8_lossy(value)));
    }

    fn add(&mut self, place: LeakLocation, secret: Secret) {
        let known = self.by_name.len() < NAMES || self.by_name.contains_key(&place.name);
        let count = self.by_name.entry(if known { place.name.clone() } else { String::new() }).or_default();
        *count += 1;
        if *count <= MOST {
            self.found.push((place, secret));
        } else {
            self.more += 1;
        }
    }
}

/// What is reported of a kind; `None` for what is no secret alone.
const fn description(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::OwnWord | Kind::Value | Kind::Assignment | Kind::Setting | Kind::Comment => VALUE,
        Kind::Authorization => "credentials of an authorization header",
        Kind::Jwt => "a JSON web token",
        Kind::PrivateKey => "a private key",
        Kind::Encrypted => "an encrypted password of IIS",
        Kind::UrlCredentials => "a user and a password in a URL",
        Kind::Cookie => "a cookie",
        Kind::CloudKey => "an access key of a cloud",
        Kind::Licence => "a licence key",
        Kind::Account | Kind::Identity(_) => return None,
    })
}

/// Whether a match is in bytes that are no text, such as those of a program.
fn is_binary(before: &[u8], value: &[u8]) -> bool {
    let near = before.get(before.len().saturating_sub(32)..).unwrap_or_default();
    // A terminal's colours begin with an escape.
    near.iter().chain(value.iter().take(256)).any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127))
}

/// Whether a value is where one was to be put in (`{0}`, `%s`), or a key of the keyboard (`accesskey="x"`).
fn is_placeholder(value: &[u8]) -> bool {
    let inside = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    inside.is_some_and(|inside| inside.iter().all(u8::is_ascii_digit)) || matches!(value, b"%s" | b"%d" | [_])
}

fn line_ends(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Vec<(u64, &'static str, String)> {
        let found = Searcher::default().search(text);
        found.places.into_iter().map(|place| (place.line, place.what, place.excerpt)).collect()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    const ASSIGNED: &str = VALUE;

    #[test]
    fn cells_of_a_table_are_found_by_the_heading_of_their_column() {
        let text = "Server,User,Password\r\n".to_owned()
            + &"WEB01,svc,\r\n".repeat(20_000)
            + "WEB02,svc,Hunter2!xx\r\n";
        let expected = vec![(20_002, ASSIGNED, "Password: ********".to_owned())];
        for bytes in [text.clone().into_bytes(), [b"\xff\xfe", &utf16(&text, u16::to_le_bytes)[..]].concat()]
        {
            assert_eq!(found(&bytes), expected);
        }
    }

    #[test]
    fn what_has_no_shape_is_found_by_its_name_in_every_encoding() {
        let text = "one\r\n".repeat(100) + "password=hunter2secret\r\nx token: a1-b2\r\n";
        let expected = vec![
            (101, ASSIGNED, "password=********".to_owned()),
            (102, ASSIGNED, "x token: ********".to_owned()),
        ];
        let (little, big) = (utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes));
        for bytes in [
            text.clone().into_bytes(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
        ] {
            assert_eq!(found(&bytes), expected);
        }
    }

    #[test]
    fn a_place_is_told_once_and_a_second_one_on_its_line_too() {
        let text = "Server=db;User ID=sa;Password=Hunter-Two-22;x=1 then token=Other-33\n";
        let expected = vec![
            (1, "a connection string with a password", "Password=********".to_owned()),
            (1, ASSIGNED, "x=1 then token=********".to_owned()),
        ];
        let sorted = |bytes: &[u8]| {
            let mut found = found(bytes);
            found.sort();
            found
        };
        for bytes in [text.as_bytes().to_vec(), utf16(text, u16::to_le_bytes)] {
            assert_eq!(sorted(&bytes), expected);
        }
        for shape in [
            "{\"password\":\"hunter2\"}",
            "Authorization: Bearer abc.def-123456",
            "[enc:AesProvider:aGVsbG8=:enc]",
            "t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 x",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----",
            "validationKey=\"0123456789abcdef0123456789abcdef\"",
        ] {
            assert_eq!(found(shape.as_bytes()).len(), 1, "{shape}");
        }
    }

    #[test]
    fn nothing_of_a_secret_is_in_an_excerpt() {
        let long = "Zq7x".repeat(40);
        for text in [
            format!("password={long} and token=abc-1"),
            format!("password=\"{long}\" password=\"abc-1\""),
            format!("Server=a;Password={long} {long};User ID=x;Pwd=abc-1"),
        ] {
            let found = found(text.as_bytes());
            assert!(found.len() >= 2, "{found:?}");
            assert!(!format!("{found:?}").contains("Zq7x"), "{found:?}");
        }
    }

    #[test]
    fn markers_placeholders_prose_accounts_and_programs_are_no_secrets() {
        let text = "password={redacted} token: {redacted:key:ab12cd34:0123456789abcdef}\n\
            password={0} pwd=%s <a accesskey=\"x\">\nServer=a;User ID=sa;x=1\n\
            \0\x01password=lQ\x02\0\n";
        assert_eq!(Searcher::default().search(text.as_bytes()), SecretFindings::default());
        let prose = "Invalid password: try again. Secret: Database\nSecret: Server7\ntoken: 77a refreshed\n";
        let found = Searcher::default().search(prose.as_bytes());
        assert_eq!((found.places.len(), found.prose), (0, 4));
        assert_eq!(Searcher::default().search(b"password: hunter\n").places.len(), 1);
    }

    #[test]
    fn a_picture_is_no_key_file() {
        let blob: Vec<u8> = (0..457u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
        assert_eq!(found(&blob).len(), 1);
        assert!(found(&[b"GIF89a", &blob[..]].concat()).is_empty());
    }

    #[test]
    fn long_lines_and_many_places_stay_small() {
        let mut text = vec![b'.'; 3 << 20];
        text.extend_from_slice(b" password=hunter2secret\npwd=abc-12\n");
        let lines: Vec<u64> = found(&text).into_iter().map(|(line, ..)| line).collect();
        assert_eq!(lines, [1, 2]);
        let many = Searcher::default().search("password=hunter2secret\n".repeat(MOST + 7).as_bytes());
        assert_eq!((many.places.len(), many.more), (MOST, 7));
        let noise = "token=abc-1\n".repeat(2 * MOST) + "pwd=hunter2secret\n";
        assert_eq!(Searcher::default().search(noise.as_bytes()).places.last().unwrap().name, "pwd");
    }
}
