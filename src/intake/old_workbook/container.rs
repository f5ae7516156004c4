//! The container of old office files (MS-CFB): a small file system of sectors, of which one stream is read.

use super::{u16_at, u32_at};

/// First bytes of the container.
const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Numbers from here on mean no sector.
const NONE: u32 = 0xffff_fffa;
/// Streams below this size are in sectors of their own, within the stream of the first entry.
const SMALL: usize = 4 << 10;
const SMALL_SECTOR: usize = 64;
/// Length of an entry of the directory.
const ENTRY: usize = 128;
/// Names of the stream of a workbook.
const NAMES: [&str; 2] = ["Workbook", "Book"];

/// Whether a file is a workbook of the old form, and not one that is encrypted in the same container.
pub(in crate::intake) fn is_workbook(bytes: &[u8]) -> bool {
    let container = Container::of(bytes);
    container.is_some_and(|container| container.entry().is_some())
}

/// The stream of the workbook.
pub(super) fn workbook(bytes: &[u8]) -> Option<Vec<u8>> {
    let container = Container::of(bytes)?;
    let entry = container.entry()?;
    let (start, size) = (u32_at(&entry, 116)?, u32_at(&entry, 120)? as usize);
    if size >= SMALL {
        return container.stream(start, size);
    }
    let root = container.directory.get(..ENTRY)?;
    let all = container.stream(u32_at(root, 116)?, usize::MAX)?;
    let next = container.stream(u32_at(bytes, 60)?, usize::MAX)?;
    let sector = |number: u32| {
        let at = (number as usize).checked_mul(SMALL_SECTOR)?;
        all.get(at..at + SMALL_SECTOR)
    };
    let next = |number: u32| u32_at(&next, (number as usize).checked_mul(4)?);
    chain(start, size, all.len() / SMALL_SECTOR, sector, next)
}

struct Container<'b> {
    bytes: &'b [u8],
    /// Size of a sector.
    sector: usize,
    /// The sector after each sector.
    next: Vec<u32>,
    directory: Vec<u8>,
}

impl<'b> Container<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let shift = u16_at(bytes, 30).filter(|shift| bytes.starts_with(MAGIC) && matches!(shift, 9 | 12))?;
        let mut container = Self { bytes, sector: 1 << shift, next: Vec::new(), directory: Vec::new() };
        let most = bytes.len() / container.sector;
        // The sectors that say which sector follows which: the first are in the header, others in a chain.
        let mut tables: Vec<u32> = (0..109).filter_map(|index| u32_at(bytes, 76 + index * 4)).collect();
        let (mut more, mut seen) = (u32_at(bytes, 68)?, 0);
        while more < NONE && seen < most {
            let sector = container.sector(more)?;
            let numbers = sector.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number));
            tables.extend(numbers);
            more = tables.pop()?;
            seen += 1;
        }
        for table in tables.into_iter().filter(|number| *number < NONE).take(most) {
            let sector = container.sector(table)?.as_chunks::<4>().0;
            container.next.extend(sector.iter().map(|number| u32::from_le_bytes(*number)));
        }
        container.directory = container.stream(u32_at(bytes, 48)?, usize::MAX)?;
        Some(container)
    }

    fn sector(&self, number: u32) -> Option<&'b [u8]> {
        let at = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        // The last sector may be cut.
        self.bytes.get(at..(at + self.sector).min(self.bytes.len())).filter(|sector| !sector.is_empty())
    }

    fn stream(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let next = |number: u32| self.next.get(number as usize).copied();
        chain(start, size, self.bytes.len() / self.sector, |number| self.sector(number), next)
    }

    /// The entry of the workbook in the directory.
    fn entry(&self) -> Option<Vec<u8>> {
        let is_named = |entry: &&[u8], name: &str| {
            let length = usize::from(u16_at(entry, 64).unwrap_or_default());
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let written = entry.get(..wide.len()).unwrap_or_default();
            length == wide.len() + 2 && written.eq_ignore_ascii_case(&wide) && entry.get(66) == Some(&2)
        };
        let entries = || self.directory.chunks_exact(ENTRY);
        NAMES.iter().find_map(|name| entries().find(|entry| is_named(entry, name))).map(<[u8]>::to_vec)
    }
}

/// The bytes of a chain of sectors, of `most` at most.
fn chain<'s>(
    start: u32,
    size: usize,
    most: usize,
    sector: impl Fn(u32) -> Option<&'s [u8]>,
    next: impl Fn(u32) -> Option<u32>,
) -> Option<Vec<u8>> {
    let (mut all, mut number, mut seen) = (Vec::new(), start, 0);
    while number < NONE && all.len() < size {
        if seen > most {
            return None;
        }
        all.extend_from_slice(sector(number)?);
        number = next(number)?;
        seen += 1;
    }
    all.truncate(size);
    Some(all)
}
