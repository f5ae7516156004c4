//! The leak scan: what was written is read again, decoded backwards, and searched for what must not be there.
//!
//! It shares no table with the redactor. The redactor knows how each value may be written and compares places of a text
//! with it; this code turns a whole text back into what it says (percent, XML, JSON, UTF-16, hexadecimal, base64) and looks
//! for the plain values. A form one of them forgets, the other one knows.

mod codes;
mod decode;
mod detect;
mod file;
mod names;
mod needles;

use super::identity::Known;
use super::secret_set::{Secret, SecretSet};
use super::text::Sanitizer;
use crate::model::excerpt::Sanitize as _;
use decode::{DecodedText, Escapes};
use names::Names;
use needles::{DecodePrefilter, Needles};
use std::ops::Range;

/// New bytes that are looked at together.
const WINDOW: usize = 256 * 1024;
/// Bytes that are looked at twice, so that nothing hides in a cut: no form of a needle is longer.
const OVERLAP: usize = 9 * 1024;
const _: () = assert!(OVERLAP > 2 * needles::PIECE * 18 && OVERLAP > detect::REACH * 4);
/// Hits after which a text needs no further proof.
const MOST_HITS: usize = 1000;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HitKind {
    /// A harvested value, in whatever form.
    Value,
    /// Content of a key file: known bytes, or a file with its name.
    KeyFile,
    /// A file that may be a key file: nothing else explains its content.
    MayBeKeyFile,
    /// A private key, or a store that holds one, as a file of its own.
    KeyStore,
    /// A case key.
    CaseKey,
    /// A legend of labels.
    Legend,
    /// A private key block.
    PrivateKey,
    /// A JSON web token.
    Jwt,
    /// A connection string with a password.
    ConnectionString,
    /// A password in an attribute or a JSON member.
    Password,
    /// Credentials of an `Authorization` header.
    Authorization,
    /// An `[enc:…]` value of IIS.
    Encrypted,
    /// An explicit key of a `machineKey` element.
    MachineKey,
    /// A name that level `identities` hides.
    Name,
}

impl HitKind {
    /// What was found, as a lower-case fragment.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "a value from a configuration file",
            Self::KeyFile => "content of a key file",
            Self::MayBeKeyFile => "what may be a key file",
            Self::KeyStore => "a private key or a store of keys",
            Self::CaseKey => "a case key",
            Self::Legend => "a legend of labels",
            Self::PrivateKey => "a private key",
            Self::Jwt => "a JSON web token",
            Self::ConnectionString => "a connection string with a password",
            Self::Password => "a password",
            Self::Authorization => "credentials of an authorization header",
            Self::Encrypted => "an encrypted password of IIS",
            Self::MachineKey => "a machine key",
            Self::Name => "the name of a host, a user or a domain",
        }
    }
}

/// One leak. Says where and what, never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// Line it starts in, from 1.
    pub line: u64,
    /// What it is.
    pub kind: HitKind,
    /// What is before it on its line, without secrets, and stars in its place.
    pub excerpt: String,
    /// The text as it is there: given to [`SecretSet::add_secret`], it is redacted in a second attempt.
    pub secret: Secret,
}

impl Hit {
    /// Whether a file looks like the content of a key file as a whole, and no part of a known one was found.
    pub fn is_by_shape(&self) -> bool {
        self.kind == HitKind::KeyFile && self.secret.expose().is_empty()
    }
}

/// Looks for leaks in texts.
#[derive(Clone, Default)]
pub struct Scanner {
    needles: Needles,
    names: Names,
    prefilter: DecodePrefilter,
}

impl Scanner {
    /// Looks for the harvested secrets, for any 15 bytes of the key files, and for shapes.
    pub fn new(secret_set: &SecretSet, key_files: &[&[u8]]) -> Self {
        let needles = Needles::new(secret_set.secrets(), key_files);
        let prefilter = DecodePrefilter::new(needles.starts(), std::iter::empty());
        Self { needles, names: Names::default(), prefilter }
    }

    /// Looks for names, too: what level `identities` has hidden.
    #[must_use]
    pub fn with(self, known: &Known) -> Self {
        let names = Names::new(known);
        let prefilter = DecodePrefilter::new(self.needles.starts(), names.starts());
        Self { names, prefilter, ..self }
    }

    /// Looks for shapes only: for bundles of which no values are known (BND-001, BND-002).
    pub fn shapes_only() -> Self {
        Self::default()
    }

    /// Starts to scan one text that arrives in pieces, with its name where it has one.
    pub fn start<'s>(&'s self, name: Option<&'s str>) -> Scan<'s> {
        Scan {
            scanner: self,
            name,
            window: Vec::new(),
            seen: 0,
            offset: 0,
            head: Vec::new(),
            total: 0,
            lines: 0,
            hits: Vec::new(),
        }
    }

    /// What a whole file is that must not leave its node, by its name and its start alone.
    pub fn file(name: &str, bytes: &[u8]) -> Option<HitKind> {
        file::kind(Some(name), bytes.get(..file::HEAD).unwrap_or(bytes), bytes.len() as u64)
    }

    /// Scans a text at once.
    pub fn scan(&self, text: &[u8]) -> Vec<Hit> {
        let mut scan = self.start(None);
        scan.push(text);
        scan.finish()
    }
}

/// One text on its way through the scanner.
pub struct Scan<'s> {
    scanner: &'s Scanner,
    name: Option<&'s str>,
    /// Bytes of the last window that are looked at again, then new ones.
    window: Vec<u8>,
    /// How many bytes of `window` were looked at before.
    seen: usize,
    /// Where `window` starts in the text.
    offset: u64,
    head: Vec<u8>,
    total: u64,
    /// Line ends before `window`.
    lines: u64,
    hits: Vec<Hit>,
}

impl Scan<'_> {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        self.total += piece.len() as u64;
        let room = file::HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..room).unwrap_or_default());
        let mut rest = piece;
        while !rest.is_empty() {
            let room = (self.seen + WINDOW).saturating_sub(self.window.len()).min(rest.len());
            let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.window.extend_from_slice(now);
            rest = later;
            if self.window.len() >= self.seen + WINDOW {
                self.look();
            }
        }
    }

    /// Ends the text; hits in order of place.
    pub fn finish(mut self) -> Vec<Hit> {
        self.look();
        let whole = file::kind(self.name, &self.head, self.total);
        // A key in a text has its place already.
        let known = |kind: &HitKind| {
            *kind == HitKind::KeyStore && self.hits.iter().any(|hit| hit.kind == HitKind::PrivateKey)
        };
        if let Some(kind) = whole.filter(|kind| !known(kind)) {
            let (excerpt, secret) = (String::new(), Secret::new(""));
            self.hits.push(Hit { offset: 0, line: 1, kind, excerpt, secret });
        }
        self.hits.sort();
        self.hits.dedup_by(|a, b| (a.offset, a.kind) == (b.offset, b.kind));
        self.hits
    }

    fn look(&mut self) {
        if self.window.len() > self.seen && self.hits.len() < MOST_HITS {
            let layer = DecodedText::of(std::mem::take(&mut self.window));
            Finder { scan: self, window: &layer.bytes }.examine(&layer, true);
            self.window = layer.bytes;
        }
        let keep = self.window.len().min(OVERLAP);
        let drop = self.window.len() - keep;
        self.lines += line_ends(self.window.get(..drop).unwrap_or_default());
        self.window.drain(..drop);
        self.offset += drop as u64;
        self.seen = keep;
    }
}

/// Looks at one window.
struct Finder<'f, 's> {
    scan: &'f mut Scan<'s>,
    window: &'f [u8],
}

impl Finder<'_, '_> {
    /// Looks at a text and at everything it may be a code of.
    fn examine(&mut self, layer: &DecodedText, wide: bool) {
        self.search(layer);
        self.detect(layer);
        if wide {
            for layer in decode::from_utf16(layer) {
                self.examine(&layer, false);
            }
        }
        let decodings = self.decodings(layer);
        for reading in &decodings {
            self.search(reading);
            self.detect(reading);
        }
        let Scanner { needles, names, prefilter } = self.scan.scanner;
        if needles.is_empty() && names.is_empty() {
            return;
        }
        if needles.blanks && layer.bytes.contains(&b'+') {
            let layer = decode::blanks_for_plus(layer);
            self.search(&layer);
            for reading in self.decodings(&layer) {
                self.search(&reading);
            }
        }
        if (needles.beyond_ascii || names.beyond_ascii())
            && let Some(layer) = decode::from_code_page(layer)
        {
            self.search(&layer);
        }
        for layer in std::iter::once(layer).chain(&decodings) {
            decode::from_hex(layer, |window| prefilter.admits(window), |inner| self.search_inner(inner));
            decode::from_base64(layer, |run| prefilter.admits_base64(run), |inner| self.search_inner(inner));
            if needles.key_files {
                codes::readings(layer, &|window| prefilter.may_start(window), &mut |inner| {
                    self.look_for(inner, usize::MAX);
                });
            }
        }
    }

    /// A text without its escapes, one to [`decode::NESTED`] times. A value that holds something like an escape
    /// needs each kind taken off alone, too.
    fn decodings(&self, layer: &DecodedText) -> Vec<DecodedText> {
        let mut decodings: Vec<DecodedText> = Vec::new();
        let all = Escapes::in_text(&layer.bytes);
        for kinds in if self.scan.scanner.needles.like_escapes { all.parts() } else { vec![all] } {
            let mut last = decode::unescaped(layer, kinds);
            for _ in 1..decode::NESTED {
                let Some(reading) = last else { break };
                last = decode::unescaped(&reading, kinds);
                decodings.push(reading);
            }
            decodings.extend(last);
        }
        decodings
    }

    /// Looks at what a hexadecimal or base64 run says.
    fn search_inner(&mut self, layer: &DecodedText) {
        self.look_for(layer, names::ENCODED);
        for layer in decode::from_utf16(layer) {
            self.look_for(&layer, names::ENCODED);
            let Scanner { needles, prefilter, .. } = self.scan.scanner;
            if needles.key_files {
                let may_start = |window| prefilter.may_start(window);
                let mut look_for = |inner: &DecodedText| self.look_for(inner, usize::MAX);
                codes::single_bytes(&layer, &mut codes::Sieve::new(&layer, &may_start, &mut look_for));
            }
        }
        for reading in self.decodings(layer) {
            self.look_for(&reading, names::ENCODED);
        }
    }

    fn search(&mut self, layer: &DecodedText) {
        self.look_for(layer, 0);
    }

    fn look_for(&mut self, layer: &DecodedText, shortest_name: usize) {
        let Scanner { needles, names, .. } = self.scan.scanner;
        needles.find(&layer.bytes, |range, kind| self.hit(layer, range, kind));
        names.find(&layer.bytes, shortest_name, |range| self.hit(layer, range, HitKind::Name));
    }

    fn detect(&mut self, layer: &DecodedText) {
        detect::find(&layer.bytes, |range, kind| self.hit(layer, range, kind));
    }

    fn hit(&mut self, layer: &DecodedText, range: Range<usize>, kind: HitKind) {
        let raw = match (layer.raw(range), kind) {
            // Whole lines: what is left of a key beside a block of it is a part of it, too.
            (raw, HitKind::KeyFile) => whole_lines(self.window, raw),
            (raw, _) => raw,
        };
        // What is in the overlap alone was reported by the window before.
        if raw.end <= self.scan.seen || self.scan.hits.len() >= MOST_HITS {
            return;
        }
        let offset = self.scan.offset + raw.start as u64;
        let before = self.window.get(..raw.start).unwrap_or_default();
        let line = self.scan.lines + line_ends(before) + 1;
        let excerpt = excerpt(before);
        let text = String::from_utf8_lossy(self.window.get(raw).unwrap_or_default()).into_owned();
        self.scan.hits.push(Hit { offset, line, kind, excerpt, secret: Secret::new(text) });
    }
}

/// A range up to where its lines start and end.
fn whole_lines(text: &[u8], range: Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    start..range.end + memchr::memchr(b'\n', after).unwrap_or(after.len())
}

fn line_ends(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// The name that is before a secret, and stars for the secret.
pub(super) fn excerpt(before: &[u8]) -> String {
    const LONGEST: usize = 48;
    /// Far enough to see by which name another secret is there.
    const SEEN: usize = 4096;
    let near = before.get(before.len().saturating_sub(SEEN)..).unwrap_or_default();
    let line = near.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let line = Sanitizer.sanitize(&String::from_utf8_lossy(line).replace('\0', ""));
    // One part of a connection string, one attribute.
    let part = line.rsplit([';', '<', '&', '?', ',', '|']).next().unwrap_or_default();
    let start = part.char_indices().rev().take(LONGEST).last().map_or(part.len(), |(at, _)| at);
    let text = part.get(start..).unwrap_or_default();
    let text = text.trim_start_matches(char::REPLACEMENT_CHARACTER).trim_start();
    format!("{text}********")
}

#[cfg(test)]
mod tests;
