//! What is no text: by first bytes, by what a zip holds, and by what is further in where first bytes say nothing.

use super::{Id, Known, compound};
use crate::text::signature::{self, Format, Kind};
use memchr::memmem;

/// How compound files begin: older office programs, mails of Outlook, installers.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

pub(super) fn of(bytes: &[u8], total: u64) -> Option<Known> {
    if bytes.starts_with(COMPOUND) {
        return compound::of(bytes);
    }
    match signature::format(bytes, total) {
        Some(format) if format.name.starts_with("a zip") => zip(bytes),
        Some(format) => Some(Known::new(id(format), format.name)),
        None => deeper(bytes),
    }
}

fn id(format: Format) -> Id {
    let named = |word: &str| format.name.contains(word);
    match format.kind {
        Kind::Picture => Id::Picture,
        Kind::Archive => Id::Archive,
        Kind::Compressed => Id::Compressed,
        Kind::Certificate | Kind::PrivateKey => Id::Certificate,
        Kind::Font => Id::Font,
        Kind::Document if named("mail") => Id::Mail,
        Kind::Document => Id::Document,
        Kind::Media => Id::Media,
        Kind::Dump if named("disk") => Id::Disk,
        Kind::Dump => Id::Dump,
        Kind::Database if named("SQL Server") => Id::SqlServer,
        Kind::Database => Id::Database,
        Kind::Program => Id::Program,
        Kind::Record if named("event log") => Id::EventLog,
        Kind::Record if named("network") => Id::Network,
        Kind::Record => Id::Record,
        Kind::Encrypted => Id::Encrypted,
    }
}

/// Names in a zip, or how they begin, by which a document or a program is known; the first row counts.
const ZIPPED: &[(&str, Id, &str)] = &[
    ("word/document", Id::Document, "a document of Word (DOCX)"),
    ("ppt/presentation", Id::Document, "slides of PowerPoint (PPTX)"),
    ("visio/document", Id::Document, "a drawing of Visio (VSDX)"),
    ("FixedDocSeq.fdseq", Id::Document, "a document (XPS)"),
    ("FixedDocumentSequence.fdseq", Id::Document, "a document (XPS)"),
    ("META-INF/container.xml", Id::Document, "a book (EPUB)"),
    ("AndroidManifest.xml", Id::Program, "a program (Android)"),
    ("AppxManifest.xml", Id::Program, "a program (Windows package)"),
    ("extension.vsixmanifest", Id::Program, "a program (extension of Visual Studio)"),
    ("META-INF/MANIFEST.MF", Id::Program, "a program (Java archive)"),
    ("WEB-INF/", Id::Program, "a program (Java web archive)"),
    ("3D/3dmodel.model", Id::Document, "a model (3MF)"),
    ("doc.kml", Id::Document, "a map (KMZ)"),
];

/// What the first entry of an `OpenDocument` file and of a book says, stored as it is for just this purpose.
const MIMES: &[(&str, Id, &str)] = &[
    ("application/vnd.oasis.opendocument.text", Id::Document, "a document of Writer (ODT)"),
    ("application/vnd.oasis.opendocument.presentation", Id::Document, "slides of Impress (ODP)"),
    ("application/vnd.oasis.opendocument.graphics", Id::Document, "a drawing of Draw (ODG)"),
    ("application/vnd.oasis.opendocument.formula", Id::Document, "a formula (ODF)"),
    ("application/vnd.oasis.opendocument.base", Id::Database, "a database (LibreOffice Base)"),
    ("application/vnd.oasis.opendocument.database", Id::Database, "a database (LibreOffice Base)"),
    ("application/epub+zip", Id::Document, "a book (EPUB)"),
    ("image/openraster", Id::Picture, "a picture (OpenRaster)"),
    ("application/x-krita", Id::Picture, "a picture (Krita)"),
];

/// What a zip is that is neither an archive of files nor a sheet, both of which have readers.
fn zip(bytes: &[u8]) -> Option<Known> {
    const HEADER: usize = 30;
    let first = bytes.get(HEADER..).and_then(|first| first.strip_prefix(b"mimetype"));
    let mime = first.and_then(|mime| {
        let is_it = |(name, ..): &&(&str, Id, &str)| mime.starts_with(name.as_bytes());
        MIMES.iter().find(is_it).map(|(_, id, name)| Known::new(*id, *name))
    });
    if mime.is_some() {
        return mime;
    }
    let names: Vec<&[u8]> = names(bytes).collect();
    let has = |wanted: &str| names.iter().any(|name| name.starts_with(wanted.as_bytes()));
    if has("xl/workbook") {
        return None;
    }
    if names.iter().any(|name| name.ends_with(b".nuspec")) && has("[Content_Types].xml") {
        return Some(Known::new(Id::Program, "a package (NuGet)"));
    }
    let row = ZIPPED.iter().find(|(wanted, ..)| has(wanted));
    row.map(|(_, id, name)| Known::new(*id, *name)).or_else(|| {
        has("[Content_Types].xml").then(|| Known::new(Id::Document, "a document of an office program"))
    })
}

/// Names in the directory of a zip.
fn names(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const NAME: usize = 46;
    /// Names that are looked at: what makes a document is among the first.
    const MOST: usize = 5000;
    memmem::find_iter(bytes, b"PK\x01\x02").take(MOST).filter_map(|at| {
        let entry = bytes.get(at..)?;
        let length = usize::from(u16::from_le_bytes(entry.get(28..30)?.try_into().ok()?));
        entry.get(NAME..NAME + length)
    })
}

/// What is known by bytes after the beginning.
fn deeper(bytes: &[u8]) -> Option<Known> {
    let has = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|tail| tail.starts_with(mark));
    if has(32_769, b"CD001") {
        return Some(Known::new(Id::Disk, "an image of a disk (ISO)"));
    }
    if is_trace(bytes) {
        return Some(Known::new(Id::Record, "a trace of Windows (ETL)"));
    }
    if has(1080, b"\x53\xef") && has(0, &[0; 64]) {
        return Some(Known::new(Id::Disk, "an image of a disk (ext)"));
    }
    if has(510, b"\x55\xaa")
        && (has(3, b"NTFS    ") || has(54, b"FAT") || has(82, b"FAT32") || has(512, b"EFI PART"))
    {
        return Some(Known::new(Id::Disk, "an image of a disk"));
    }
    None
}

/// Whether a file begins as a trace does: a buffer of a whole number of kilobytes, with the header of a trace as its first event.
fn is_trace(bytes: &[u8]) -> bool {
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (Some(buffer), Some(used)) = (number(0), number(4)) else { return false };
    let event = bytes.get(72..76).unwrap_or_default();
    buffer >= 1024
        && buffer % 1024 == 0
        && buffer <= 16 << 20
        && used <= buffer
        && matches!(event, [1 | 2, 0, 1 | 2, 0xc0])
}
