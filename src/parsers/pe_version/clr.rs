//! The assembly version inside CLR metadata: ECMA-335, partition II, sections 24.2 and 22.
//!
//! The version stands in the one row of the Assembly table. Metadata tables carry no lengths, so the sizes of
//! all tables before it follow from the row counts and the column schema below.

use super::Image;

/// Number of the Assembly table.
const ASSEMBLY: usize = 0x20;

/// A column of a metadata table.
enum Column {
    /// Fixed width in bytes.
    Fixed(usize),
    /// Index into the string, GUID or blob heap.
    Strings,
    Guids,
    Blobs,
    /// Index into one table.
    Table(usize),
    /// Index into one of several tables, told apart by so many low bits.
    Coded(u32, &'static [usize]),
}

use Column::{Blobs, Coded, Fixed, Guids, Strings, Table};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1b]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0a]);
const HAS_CUSTOM_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20, 0x23, 0x26,
        0x27, 0x28, 0x2a, 0x2c, 0x2b,
    ],
);

/// Columns of the tables before Assembly, in order of table number.
const SCHEMA: [&[Column]; ASSEMBLY] = [
    &[Fixed(2), Strings, Guids, Guids, Guids],                // Module
    &[Coded(2, &[0x00, 0x1a, 0x23, 0x01]), Strings, Strings], // TypeRef
    &[Fixed(4), Strings, Strings, TYPE_DEF_OR_REF, Table(0x04), Table(0x06)], // TypeDef
    &[Table(0x04)],                                           // FieldPtr
    &[Fixed(2), Strings, Blobs],                              // Field
    &[Table(0x06)],                                           // MethodPtr
    &[Fixed(8), Strings, Blobs, Table(0x08)],                 // MethodDef
    &[Table(0x08)],                                           // ParamPtr
    &[Fixed(4), Strings],                                     // Param
    &[Table(0x02), TYPE_DEF_OR_REF],                          // InterfaceImpl
    &[Coded(3, &[0x02, 0x01, 0x1a, 0x06, 0x1b]), Strings, Blobs], // MemberRef
    &[Fixed(2), Coded(2, &[0x04, 0x08, 0x17]), Blobs],        // Constant
    &[HAS_CUSTOM_ATTRIBUTE, Coded(3, &[0x06, 0x0a]), Blobs],  // CustomAttribute
    &[Coded(1, &[0x04, 0x08]), Blobs],                        // FieldMarshal
    &[Fixed(2), Coded(2, &[0x02, 0x06, 0x20]), Blobs],        // DeclSecurity
    &[Fixed(6), Table(0x02)],                                 // ClassLayout
    &[Fixed(4), Table(0x04)],                                 // FieldLayout
    &[Blobs],                                                 // StandAloneSig
    &[Table(0x02), Table(0x14)],                              // EventMap
    &[Table(0x14)],                                           // EventPtr
    &[Fixed(2), Strings, TYPE_DEF_OR_REF],                    // Event
    &[Table(0x02), Table(0x17)],                              // PropertyMap
    &[Table(0x17)],                                           // PropertyPtr
    &[Fixed(2), Strings, Blobs],                              // Property
    &[Fixed(2), Table(0x06), Coded(1, &[0x14, 0x17])],        // MethodSemantics
    &[Table(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],     // MethodImpl
    &[Strings],                                               // ModuleRef
    &[Blobs],                                                 // TypeSpec
    &[Fixed(2), Coded(1, &[0x04, 0x06]), Strings, Table(0x1a)], // ImplMap
    &[Fixed(4), Table(0x04)],                                 // FieldRVA
    &[Fixed(8)],                                              // EncLog
    &[Fixed(4)],                                              // EncMap
];

/// The assembly version as `major.minor.build.revision`; nothing when the file has none or is damaged.
///
/// `address` is the virtual address of the CLR header.
pub(super) fn assembly_version(image: &Image<'_>, address: u32) -> Option<String> {
    let metadata = image.from(u32_at(image.from(address)?, 8)?)?;
    let row = assembly_row(tables_stream(metadata)?)?;
    // The row begins with the four bytes of the hash algorithm.
    let field = |index: usize| u16_at(row, 4 + 2 * index);
    Some(format!("{}.{}.{}.{}", field(0)?, field(1)?, field(2)?, field(3)?))
}

/// The `#~` stream of a metadata root.
fn tables_stream(metadata: &[u8]) -> Option<&[u8]> {
    metadata.starts_with(b"BSJB").then_some(())?;
    let version_length = usize::try_from(u32_at(metadata, 12)?).ok()?;
    let mut at = 16usize.checked_add(version_length)?;
    let streams = u16_at(metadata, at.checked_add(2)?)?;
    at = at.checked_add(4)?;
    for _ in 0..streams {
        let offset = usize::try_from(u32_at(metadata, at)?).ok()?;
        let name = metadata.get(at.checked_add(8)?..)?;
        let length = name.iter().take(32).position(|byte| *byte == 0)?;
        if name.get(..length)? == b"#~" {
            return metadata.get(offset..);
        }
        // Names are padded to four bytes, their terminator included.
        at = at.checked_add(8 + (length / 4 + 1) * 4)?;
    }
    None
}

/// The first row of the Assembly table.
fn assembly_row(stream: &[u8]) -> Option<&[u8]> {
    let heap_sizes = *stream.get(6)?;
    let present = u64::from_le_bytes(stream.get(8..16)?.try_into().ok()?);
    let mut rows = [0u32; 64];
    let mut at = 24;
    for (table, rows) in rows.iter_mut().enumerate() {
        if present >> table & 1 == 1 {
            *rows = u32_at(stream, at)?;
            at += 4;
        }
    }
    let rows_of = |table: usize| rows.get(table).copied().unwrap_or(0);
    (rows_of(ASSEMBLY) > 0).then_some(())?;
    let width = |column: &Column| match column {
        Fixed(bytes) => *bytes,
        Strings => heap_index(heap_sizes, 1),
        Guids => heap_index(heap_sizes, 2),
        Blobs => heap_index(heap_sizes, 4),
        Table(table) => index_width(rows_of(*table), 0),
        Coded(bits, tables) => {
            index_width(tables.iter().map(|table| rows_of(*table)).max().unwrap_or(0), *bits)
        }
    };
    for (table, columns) in SCHEMA.iter().enumerate() {
        let row: usize = columns.iter().map(width).sum();
        at = at.checked_add(row.checked_mul(usize::try_from(rows_of(table)).ok()?)?)?;
    }
    stream.get(at..)
}

fn heap_index(heap_sizes: u8, bit: u8) -> usize {
    if heap_sizes & bit == 0 { 2 } else { 4 }
}

fn index_width(rows: u32, tag_bits: u32) -> usize {
    if rows < 1 << (16 - tag_bits) { 2 } else { 4 }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
