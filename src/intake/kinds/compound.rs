//! Compound files: what they are by the names of the parts in them, which are in UTF-16.

use super::{Id, Known};
use memchr::memmem;

/// Parts, and what has them; the first row counts. Sheets are not here: they have a reader.
const PARTS: &[(&str, Id, &str)] = &[
    ("__properties_version1.0", Id::Mail, "a mail (MSG)"),
    ("__nameid_version1.0", Id::Mail, "a mail (MSG)"),
    ("EncryptedPackage", Id::Encrypted, "a document of an office program with a password"),
    ("WordDocument", Id::Document, "a document of Word (DOC)"),
    ("PowerPoint Document", Id::Document, "slides of PowerPoint (PPT)"),
    ("VisioDocument", Id::Document, "a drawing of Visio (VSD)"),
    ("Props9", Id::Document, "a plan of Project (MPP)"),
    ("Quill", Id::Document, "a page of Publisher (PUB)"),
    ("DestList", Id::Record, "a list of recent files (Windows)"),
    ("Catalog", Id::Picture, "small pictures (Thumbs.db)"),
];

/// The class of the root of an installer, a patch or a transform of Windows Installer, but for its first byte.
const INSTALLER: &[u8] = b"\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46";

pub(super) fn of(bytes: &[u8]) -> Option<Known> {
    let has = |part: &str| {
        let name: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &name).is_some()
    };
    // A sheet may have a document in it, and a protected one is told by its reader.
    let is_mail = || PARTS.iter().take(2).any(|(part, ..)| has(part));
    if !is_mail() && (has("Workbook") || has("Book\0")) {
        return None;
    }
    let found = PARTS.iter().find(|(part, ..)| has(part));
    found.map(|(_, id, name)| Known::new(*id, *name)).or_else(|| {
        let at = memmem::find(bytes, INSTALLER)?.checked_sub(1)?;
        matches!(bytes.get(at), Some(0x82 | 0x84 | 0x86))
            .then(|| Known::new(Id::Program, "a program (Windows Installer)"))
    })
}
