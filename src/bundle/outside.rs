//! The bytes of a zip that are in none of its files: comments, extra fields, and gaps that nothing refers to.
//!
//! Whoever looks for secrets looks there, too; and a bundle has no such bytes, but for the extra fields that programs add
//! who zip it again.

use super::file::SharedFile;
use super::zipped::OpenZip;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Where such bytes are, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outside {
    /// Of no use to any reader.
    pub(super) gaps: Vec<Range<u64>>,
    /// Comments of entries and of the archive.
    pub(super) comments: Vec<Range<u64>>,
    /// Extra fields.
    pub(super) extras: Vec<Range<u64>>,
}

/// Finds them.
pub(super) fn find(archive: &OpenZip) -> io::Result<Outside> {
    let mut file = archive.clone().into_inner();
    let length = file.seek(SeekFrom::End(0))?;
    let mut outside = Outside::default();
    let mut used = Vec::new();
    let mut directory_end = archive.central_directory_start();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index)?;
        let local = head::<30>(&mut file, entry.header_start())?;
        let [name, extra] = [u16_at(&local, 26), u16_at(&local, 28)];
        let extra_start = entry.header_start() + 30 + name;
        let data_start = extra_start + extra;
        let data_end = data_start + entry.compressed_size();
        let descriptor = descriptor(&mut file, data_end, &entry)?;
        used.push(entry.header_start()..data_end + descriptor);
        outside.extras.push(extra_start..data_start);

        let start = entry.central_header_start();
        let central = head::<46>(&mut file, start)?;
        let [name, extra, comment] = [u16_at(&central, 28), u16_at(&central, 30), u16_at(&central, 32)];
        let extra_start = start + 46 + name;
        let end = extra_start + extra + comment;
        outside.extras.push(extra_start..extra_start + extra);
        outside.comments.push(extra_start + extra..end);
        used.push(start..end);
        directory_end = directory_end.max(end);
    }
    // Behind the directory: the two records of large archives, and the last record with the comment of the archive.
    let mut at = directory_end;
    for (sign, size) in [(b"PK\x06\x06", 56), (b"PK\x06\x07", 20), (b"PK\x05\x06", 22)] {
        if at + size > length {
            continue;
        }
        let record = head::<22>(&mut file, at)?;
        if record.starts_with(sign) {
            used.push(at..at + size);
            at += size;
            if size == 22 {
                let comment = u16_at(&record, 20).min(length - at);
                outside.comments.push(at..at + comment);
                used.push(at..at + comment);
            }
        }
    }
    used.sort_by_key(|range| (range.start, range.end));
    let mut done = 0;
    for range in used.into_iter().chain(std::iter::once(length..length)) {
        if range.start > done {
            outside.gaps.push(done..range.start);
        }
        done = done.max(range.end);
    }
    for ranges in [&mut outside.comments, &mut outside.extras] {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by_key(|range| range.start);
    }
    Ok(outside)
}

impl Outside {
    pub(super) fn is_empty(&self) -> bool {
        self.gaps.is_empty() && self.comments.is_empty() && self.extras.is_empty()
    }

    /// How many bytes no file and no extra field has.
    pub(super) fn hidden(&self) -> u64 {
        self.gaps.iter().chain(&self.comments).map(|range| range.end - range.start).sum()
    }

    /// All of them, one after the other, each on a line of its own.
    pub(super) fn bytes(&self, archive: &OpenZip) -> impl Read + use<> {
        let mut ranges: Vec<Range<u64>> =
            self.gaps.iter().chain(&self.comments).chain(&self.extras).cloned().collect();
        ranges.sort_by_key(|range| range.start);
        OutsideBytes { file: archive.clone().into_inner(), ranges: ranges.into_iter(), left: 0 }
    }
}

/// Reads ranges of a file.
struct OutsideBytes {
    file: SharedFile,
    ranges: std::vec::IntoIter<Range<u64>>,
    left: u64,
}

impl Read for OutsideBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let Some(range) = self.ranges.next() else { return Ok(0) };
            self.file.seek(SeekFrom::Start(range.start))?;
            self.left = range.end - range.start;
            if let Some(first) = buffer.first_mut() {
                *first = b'\n';
                return Ok(1);
            }
        }
        let read = (&mut self.file).take(self.left).read(buffer)?;
        // A file that has become shorter has no more.
        self.left = if read == 0 { 0 } else { self.left - read as u64 };
        if read == 0 && !buffer.is_empty() { self.read(buffer) } else { Ok(read) }
    }
}

/// Bytes of the record behind the content of an entry that was written without knowing its size.
fn descriptor(file: &mut SharedFile, at: u64, entry: &zip::read::ZipFileEntry<'_>) -> io::Result<u64> {
    if !entry.flags().is_using_data_descriptor() {
        return Ok(0);
    }
    let found = head::<24>(file, at)?;
    let sign = if found.starts_with(b"PK\x07\x08") { 4 } else { 0 };
    let rest = found.get(sign..).unwrap_or_default();
    let four = |size: u64| u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes();
    let packed = entry.compressed_size();
    let fits = |size: &[u8], bytes: usize| {
        rest.starts_with(&entry.crc32().to_le_bytes()) && rest.get(4..4 + bytes) == Some(size)
    };
    Ok(if fits(&packed.to_le_bytes(), 8) && rest.get(12..20) == Some(&entry.size().to_le_bytes()) {
        sign as u64 + 20
    } else if fits(&four(packed), 4) && rest.get(8..12) == Some(&four(entry.size())) {
        sign as u64 + 12
    } else {
        0
    })
}

/// Bytes at a place; zeros where the file has ended.
fn head<const N: usize>(file: &mut SharedFile, at: u64) -> io::Result<[u8; N]> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(N as u64).read_to_end(&mut bytes)?;
    bytes.resize(N, 0);
    Ok(bytes.try_into().unwrap_or([0; N]))
}

fn u16_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |two| u16::from_le_bytes(*two).into())
}
