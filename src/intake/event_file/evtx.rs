//! Reader of Windows event logs as files (`.evtx`, MS-EVEN6 and the binary XML in it): each record as its XML.
//!
//! A file is a header of 4 KiB and chunks of 64 KiB. Records of a chunk share its templates and names by offsets into
//! it, so that nothing outside of a chunk is ever needed. Every offset and length is checked, and the text of a record,
//! its depth and all records together have limits: a template may be used, and a value put in, any number of times.

use chrono::{DateTime, SecondsFormat};
use std::fmt::Write as _;

/// First bytes of a file.
pub(super) const MAGIC: &[u8] = b"ElfFile\0";
/// First bytes of a chunk.
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
/// First bytes of a record.
const RECORD_MAGIC: &[u8] = &[0x2a, 0x2a, 0, 0];
const FILE_HEADER: usize = 4 << 10;
const CHUNK: usize = 64 << 10;
const CHUNK_HEADER: usize = 512;
const RECORD_HEADER: usize = 24;
/// Where in the header of a chunk the end of its records is.
const FREE_SPACE: usize = 48;
/// Longest XML of a record: it has at most 64 KiB in a file.
const MAX_XML: usize = 256 << 10;
/// Deepest nesting of elements, and of templates in values.
const MAX_DEPTH: usize = 32;
/// Most tokens of a record, those of its templates each time they are used.
const MAX_TOKENS: usize = 100_000;
/// What a token costs, in bytes of text.
const TOKEN: usize = 16;
/// Most values of a template.
const MAX_VALUES: usize = 4_096;

/// Gives the XML of each record to `each`, `None` for one that cannot be read, with the bytes that it cost, until it returns
/// `false`. Says how many parts of the file are no records.
pub(super) fn records(file: &[u8], each: &mut dyn FnMut(Option<&str>, usize) -> bool) -> usize {
    let mut damaged = 0;
    for chunk in file.get(FILE_HEADER..).unwrap_or_default().chunks(CHUNK) {
        if !chunk.starts_with(CHUNK_MAGIC) {
            // The end of a file that was not full has zeros.
            damaged += usize::from(chunk.iter().any(|byte| *byte != 0));
            continue;
        }
        let end = u32_at(chunk, FREE_SPACE).map_or(chunk.len(), |end| (end as usize).min(chunk.len()));
        let mut at = CHUNK_HEADER;
        while at < end {
            let record = chunk.get(at..end).unwrap_or_default();
            let size = u32_at(record, 4).map_or(0, |size| size as usize);
            if !record.starts_with(RECORD_MAGIC) || size < RECORD_HEADER + 4 || size > record.len() {
                damaged += 1;
                // The next record begins at some later place; of what is between nothing is known.
                let next = record.get(4..).and_then(|tail| memchr::memmem::find(tail, RECORD_MAGIC));
                let Some(next) = next else { break };
                at += next + 4;
                continue;
            }
            let mut xml = Xml::default();
            let mut reader = Reader { chunk, at: at + RECORD_HEADER, depth: 0 };
            let read = reader.fragment(at + size - 4, &mut xml, None);
            let cost = xml.text.len() + xml.tokens * TOKEN;
            let read = read.map(|()| xml.finish());
            if !each(read.as_deref(), cost) {
                return damaged;
            }
            at += size;
        }
    }
    damaged
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// A value that is put into a template: its type, and where it is in the chunk.
#[derive(Debug, Clone, Copy)]
struct Inserted {
    kind: u8,
    at: usize,
    len: usize,
}

/// Reads binary XML of a chunk.
struct Reader<'c> {
    chunk: &'c [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.chunk.get(self.at - 1).copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.at += 2;
        u16_at(self.chunk, self.at - 2)
    }

    fn u32(&mut self) -> Option<u32> {
        self.at += 4;
        u32_at(self.chunk, self.at - 4)
    }

    /// Reads tokens to the end of a fragment. In a template `values` are put in, and only its elements name the
    /// value that they depend on.
    fn fragment(&mut self, end: usize, xml: &mut Xml, values: Option<&[Inserted]>) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        while self.at < end && !xml.is_full() {
            let token = self.byte()?;
            xml.tokens += 1;
            match token & 0x3f {
                0x00 => break,
                0x01 => {
                    if values.is_some() {
                        self.u16()?;
                    }
                    self.u32()?;
                    let name = self.name()?;
                    if token & 0x40 != 0 {
                        self.u32()?;
                    }
                    xml.start(&name)?;
                }
                0x02 => xml.content(),
                0x03 | 0x04 => xml.end()?,
                0x05 => {
                    let kind = self.byte()?;
                    let text = self.counted_text()?;
                    (kind == 0x01).then(|| xml.text(&text))?;
                }
                0x06 => {
                    let name = self.name()?;
                    xml.attribute(&name)?;
                }
                0x07 => {
                    let text = self.counted_text()?;
                    xml.text(&text);
                }
                0x08 => {
                    let sign = char::from_u32(self.u16()?.into())?;
                    xml.text(sign.encode_utf8(&mut [0; 4]));
                }
                0x09 => {
                    let name = self.name()?;
                    xml.entity(&name);
                }
                // Instructions say nothing.
                0x0a => drop(self.name()?),
                0x0b => drop(self.counted_text()?),
                0x0c => self.template(end, xml)?,
                0x0d | 0x0e => {
                    let index = usize::from(self.u16()?);
                    self.byte()?;
                    if let Some(value) = values?.get(index).copied() {
                        self.insert(value, xml)?;
                    }
                }
                0x0f => self.at += 3,
                _ => return None,
            }
        }
        self.depth -= 1;
        (!xml.is_full()).then_some(())
    }

    /// The name at an offset, which is here where it is used for the first time.
    fn name(&mut self) -> Option<String> {
        let offset = self.u32()? as usize;
        let length = usize::from(u16_at(self.chunk, offset.checked_add(6)?)?);
        let start = offset + 8;
        let name = utf16(self.chunk.get(start..start + length * 2)?);
        if offset == self.at {
            self.at = start + length * 2 + 2;
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        (!name.is_empty() && name.len() < 256 && name.chars().all(is_name)).then_some(name)
    }

    /// A text with its length before it.
    fn counted_text(&mut self) -> Option<String> {
        let length = usize::from(self.u16()?) * 2;
        self.at += length;
        Some(utf16(self.chunk.get(self.at - length..self.at)?))
    }

    /// A template with its values.
    fn template(&mut self, end: usize, xml: &mut Xml) -> Option<()> {
        self.byte()?;
        self.u32()?;
        let offset = self.u32()? as usize;
        let size = u32_at(self.chunk, offset.checked_add(20)?)? as usize;
        let body = offset + 24;
        if offset == self.at {
            self.at = body.checked_add(size)?;
        }
        let count = self.u32()? as usize;
        if count > MAX_VALUES {
            return None;
        }
        let (mut values, mut at) = (Vec::with_capacity(count), self.at + count * 4);
        for _ in 0..count {
            let len = usize::from(self.u16()?);
            let kind = self.byte()?;
            self.byte()?;
            values.push(Inserted { kind, at, len });
            at += len;
        }
        if at > end || at > self.chunk.len() {
            return None;
        }
        let mut reader = Reader { chunk: self.chunk, at: body, depth: self.depth };
        reader.fragment(body.checked_add(size)?.min(self.chunk.len()), xml, Some(&values))?;
        self.at = at;
        Some(())
    }

    /// Writes a value.
    fn insert(&self, value: Inserted, xml: &mut Xml) -> Option<()> {
        let bytes = self.chunk.get(value.at..value.at + value.len)?;
        match value.kind {
            0x21 => {
                let mut reader = Reader { chunk: self.chunk, at: value.at, depth: self.depth };
                reader.fragment(value.at + value.len, xml, None)
            }
            // A list of texts: an element for each.
            0x81 => {
                let text = utf16(bytes);
                xml.list(text.strip_suffix('\0').unwrap_or(&text).split('\0'))
            }
            kind => {
                xml.text(&scalar(kind, bytes).unwrap_or_default());
                Some(())
            }
        }
    }
}

/// A value of one of the types that records are told apart by; of others there is no text.
fn scalar(kind: u8, bytes: &[u8]) -> Option<String> {
    let unsigned = || bytes.iter().rev().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let signed = || {
        let shift = 64_u32.checked_sub(u32::try_from(bytes.len()).ok()? * 8)?;
        Some((unsigned() << shift).cast_signed() >> shift)
    };
    if !matches!(kind, 0x01 | 0x02) && bytes.len() > 8 {
        return None;
    }
    Some(match kind {
        0x01 => utf16(bytes).trim_end_matches('\0').to_owned(),
        0x02 => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.trim_end_matches('\0').to_owned()
        }
        0x03 | 0x05 | 0x07 | 0x09 if !bytes.is_empty() => signed()?.to_string(),
        0x04 | 0x06 | 0x08 | 0x0a => unsigned().to_string(),
        0x0d => (unsigned() != 0).to_string(),
        0x10 | 0x14 | 0x15 => format!("0x{:x}", unsigned()),
        0x11 => filetime(unsigned())?,
        _ => return None,
    })
}

/// A count of 100 nanoseconds since 1601.
fn filetime(ticks: u64) -> Option<String> {
    const TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - TO_1970;
    let at = DateTime::from_timestamp(seconds, u32::try_from(ticks % 10_000_000).ok()? * 100)?;
    Some(at.to_rfc3339_opts(SecondsFormat::Nanos, true))
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// XML as text, while it is written.
#[derive(Default)]
struct Xml {
    text: String,
    open: Vec<String>,
    /// The start of the last element is not complete.
    in_start: bool,
    in_attribute: bool,
    /// Tokens that it was made of.
    tokens: usize,
}

impl Xml {
    fn is_full(&self) -> bool {
        self.text.len() > MAX_XML || self.tokens > MAX_TOKENS
    }

    fn start(&mut self, name: &str) -> Option<()> {
        self.content();
        // Writing to a text does not fail.
        let _ = write!(self.text, "<{name}");
        self.open.push(name.to_owned());
        self.in_start = true;
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    fn attribute(&mut self, name: &str) -> Option<()> {
        self.end_attribute();
        let _ = write!(self.text, " {name}=\"");
        self.in_attribute = true;
        self.in_start.then_some(())
    }

    fn end_attribute(&mut self) {
        if std::mem::take(&mut self.in_attribute) {
            self.text.push('"');
        }
    }

    /// Begins the content of the last element.
    fn content(&mut self) {
        self.end_attribute();
        if std::mem::take(&mut self.in_start) {
            self.text.push('>');
        }
    }

    fn end(&mut self) -> Option<()> {
        self.content();
        let _ = write!(self.text, "</{}>", self.open.pop()?);
        Some(())
    }

    fn text(&mut self, text: &str) {
        if self.in_start && !self.in_attribute {
            self.content();
        }
        for sign in text.chars() {
            match sign {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '"' => self.text.push_str("&quot;"),
                // XML has no other control characters, and no two signs at the end of a plane.
                '\t' | '\n' | '\r' => self.text.push(sign),
                sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => self.text.push(' '),
                sign => self.text.push(sign),
            }
        }
    }

    fn entity(&mut self, name: &str) {
        let sign = match name {
            "lt" => "<",
            "gt" => ">",
            "amp" => "&",
            "quot" => "\"",
            "apos" => "'",
            _ => "",
        };
        self.text(sign);
    }

    /// Writes each text in an element of its own, of the name of the last one.
    fn list<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Option<()> {
        for (index, text) in texts.enumerate() {
            if index > 0 && !self.in_attribute {
                let name = self.open.last()?.clone();
                self.end()?;
                self.start(&name)?;
            }
            self.text(text);
            if self.is_full() {
                return None;
            }
        }
        Some(())
    }

    fn finish(mut self) -> String {
        while self.end().is_some() {}
        self.text
    }
}
