use super::*;
use crate::intake::facts::Facts;
use crate::intake::{source, tables};
use proptest::prelude::*;

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_le_bytes();
    [&kind.to_le_bytes()[..], &length, data].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A text with its length, its signs of one byte or of two.
fn counted(text: &str, is_wide: bool) -> Vec<u8> {
    let count = u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes();
    let signs = if is_wide { wide(text) } else { text.bytes().collect() };
    [&count[..], &[is_wide.into()], &signs].concat()
}

fn cell(kind: u16, row: u16, column: u16, format: u16, value: &[u8]) -> Vec<u8> {
    record(kind, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &format.to_le_bytes(), value].concat())
}

/// The stream of a workbook with one sheet, which is hidden or not.
fn stream(before: &[u8], shared: &[u8], cells: &[u8], hidden: u8) -> Vec<u8> {
    let begin = record(BEGIN, &[&BIFF8.to_le_bytes()[..], &[5, 0, 0, 0, 0, 0]].concat());
    let formats = [
        record(0x041e, &[&200u16.to_le_bytes()[..], &counted("TT.MM.JJJJ hh:mm", true)].concat()),
        record(0x00e0, &[0; 20]),
        record(0x00e0, &[0, 0, 200, 0, 0, 0]),
    ]
    .concat();
    let sheet = |at: usize| {
        let at = u32::try_from(at).unwrap().to_le_bytes();
        record(0x0085, &[&at[..], &[hidden, 0, 6, 0], b"Knoten"].concat())
    };
    let head = |at: usize| [&begin[..], before, &sheet(at), &formats, shared, &record(END, &[])].concat();
    let at = head(0).len();
    [&head(at)[..], &begin, cells, &record(END, &[])].concat()
}

/// Puts a stream into a container, in sectors that are not in order.
fn contained(stream: &[u8], name: &str) -> Vec<u8> {
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(SMALL).next_multiple_of(512), 0);
    let count = u32::try_from(stream.len() / 512).unwrap();
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(512, 0xff);
    header[30..34].copy_from_slice(&[9, 0, 6, 0]);
    header[48..52].copy_from_slice(&1u32.to_le_bytes());
    header[76..80].copy_from_slice(&0u32.to_le_bytes());
    // Sector 0 says what follows what, 1 is the directory, the stream runs backwards through the others.
    let mut next = vec![0xffff_fffdu32, 0xffff_fffe];
    next.extend((0..count).map(|index| if index == 0 { 0xffff_fffe } else { index + 1 }));
    next.resize(128, 0xffff_ffff);
    let mut directory = vec![0u8; 512];
    for (at, name, kind, start, size) in
        [(0, "Root Entry", 5, 0xffff_fffeu32, 0), (128, name, 2, count + 1, count * 512)]
    {
        directory[at..at + name.len() * 2].copy_from_slice(&wide(name));
        directory[at + 64] = u8::try_from(name.len() * 2 + 2).unwrap();
        directory[at + 66] = kind;
        directory[at + 116..at + 120].copy_from_slice(&start.to_le_bytes());
        directory[at + 120..at + 124].copy_from_slice(&size.to_le_bytes());
    }
    let table: Vec<u8> = next.into_iter().flat_map(u32::to_le_bytes).collect();
    let sectors: Vec<u8> = stream.chunks(512).rev().flatten().copied().collect();
    [header, table, directory, sectors].concat()
}

const SMALL: usize = 4 << 10;

const TEXTS: [&str; 5] = ["Machine Name", "Version", "In Cluster", "Last Connected", "WEB01 größer"];

/// Shared texts, of which the last is cut after `cut` signs and goes on in signs of another width.
fn shared(cut: usize) -> Vec<u8> {
    let plain: Vec<u8> = TEXTS[..4].iter().flat_map(|text| counted(text, false)).collect();
    let last = counted(TEXTS[4], true);
    let (first, after) = last.split_at(3 + cut * 2);
    let head = [5u32.to_le_bytes(), 5u32.to_le_bytes()].concat();
    [record(0x00fc, &[&head[..], &plain, first].concat()), record(CONTINUE, &[&[1], after].concat())].concat()
}

fn cells() -> Vec<u8> {
    let text = |row: u16, column: u16, index: u32| cell(0x00fd, row, column, 0, &index.to_le_bytes());
    [
        record(0x0200, &[0xff; 14]),
        (0..4).flat_map(|column| text(2, column, column.into())).collect(),
        text(4, 0, 4),
        cell(0x0006, 4, 1, 0, &[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0]),
        record(0x0207, &counted("11.7.000049", false)),
        cell(0x0205, 4, 2, 0, &[0, 0]),
        cell(0x0203, 4, 3, 1, &46_346.5f64.to_le_bytes()),
        text(5, 0, 0),
        cell(0x0006, 5, 1, 0, &[2, 0, 0x2a, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0]),
        cell(0x0205, 5, 2, 0, &[0x07, 1]),
    ]
    .concat()
}

#[test]
fn texts_dates_flags_and_formulas() {
    for cut in [0, 5, 11] {
        for name in ["Workbook", "Book"] {
            let file = contained(&stream(&[], &shared(cut), &cells(), 1), name);
            assert!(is_workbook(&file));
            let read = tables::read(source("n.xls"), &file).unwrap().unwrap();
            let [Facts::Nodes(list)] = read.parsed.value.as_slice() else { panic!("{read:?}") };
            let [errors, row] = list.rows.as_slice() else { panic!("{list:?}") };
            assert!(errors.binary_version_text.as_deref() == Some("#N/A"), "{errors:?}");
            assert!(errors.in_cluster.why_unknown().unwrap().contains("#DIV/0!"));
            assert_eq!(row.machine_name, "WEB01 größer");
            assert_eq!(row.binary_version.place().unwrap().to_string(), "n.xls sheet Knoten, B5");
            assert_eq!(row.in_cluster.value(), Some(&false));
            assert_eq!(row.last_connected.value().unwrap().wall.to_string(), "2026-11-20 12:00:00");
            assert_eq!(read.parsed.notes, ["Hidden sheets that were read all the same: \"Knoten\"."]);
        }
    }
    let from_1904 = contained(&stream(&record(0x0022, &[1, 0]), &shared(3), &cells(), 0), "Workbook");
    let read = tables::read(source("n.xls"), &from_1904).unwrap().unwrap();
    let [Facts::Nodes(list)] = read.parsed.value.as_slice() else { panic!("{read:?}") };
    assert_eq!(list.rows[1].last_connected.value().unwrap().wall.to_string(), "2030-11-21 12:00:00");
}

#[test]
fn numbers_in_four_bytes() {
    for (packed, number) in
        [(0x3ff0_0000, 1.0), (0x3ff0_0001, 0.01), (0x1e_241b, 4_938.3), (0xffff_fffe, -1.0)]
    {
        assert!((unpacked(packed) - number).abs() < 1e-9, "{packed:x} {}", unpacked(packed));
    }
    for (format, is_date) in [
        ("dd/mm/yyyy", true),
        ("JJJJ-MM-TT", true),
        ("0.00", false),
        ("[Red]0", false),
        ("0 \"days\"", false),
        ("\\d0", false),
    ] {
        assert_eq!(is_date_format(format), is_date, "{format}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let refused = |file: &[u8]| tables::read(source("n.xls"), file).unwrap_err();
    let protected = contained(&stream(&record(0x002f, &[0; 6]), &[], &[], 0), "Workbook");
    assert_eq!(refused(&protected), TableError::Protected);
    assert_eq!(refused(&contained(&record(BEGIN, &[0, 5, 5, 0]), "Book")), TableError::Workbook);
    assert!(
        !is_workbook(&contained(&[], "WordDocument")) && !is_workbook(&contained(&[], "EncryptedPackage"))
    );
    // A chain that bites its own tail.
    let mut round = contained(&stream(&[], &shared(1), &cells(), 0), "Workbook");
    round[512 + 8..512 + 12].copy_from_slice(&2u32.to_le_bytes());
    let _ = tables::read(source("n.xls"), &round);
}

proptest! {
    #[test]
    fn no_changed_byte_panics(changes in proptest::collection::vec((0usize..4_000, any::<u8>()), 1..12)) {
        let mut file = contained(&stream(&[], &shared(4), &cells(), 0), "Workbook");
        for (at, byte) in changes {
            file[at] = byte;
        }
        let _ = tables::read(source("n.xls"), &file);
    }
}
