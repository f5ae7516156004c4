//! Everything that lies in a file, a folder or an archive, archives in archives too: for whoever looks for something in it,
//! whatever it is. Nothing is unpacked to disk.

use super::entry::EntryBytes;
use super::file::{SharedFile, open_plain};
use super::inner::LARGEST;
#[cfg(feature = "report")]
use super::leaf::{Leaf, LeafError};
use super::limits::Limits;
use super::listing::relative;
use super::nest::{Archive, DEPTH};
use super::outside;
use super::problem::{OpenError, quoted};
use super::zipped::{self, OpenZip, has_magic};
use flate2::read::MultiGzDecoder;
use std::io::{self, Read, Seek as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use walkdir::WalkDir;

/// Bytes of the beginning of a file that say whether it is an archive.
const BLOCK: u64 = 512;

/// What the bytes of a zip are called that are in none of its files.
const OUTSIDE: &str = "(outside of its files)";

/// Why a file was not read to its end.
const LARGER: &str = "is larger than what is read";

/// What came of looking at everything.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Visited {
    /// Files that were read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What was not read or not to its end, and why; one sentence each.
    pub unread: Vec<String>,
}

/// Gives every file below `path` to `each`: its place, such as `nodes.zip/WEB01.zip/logs/SS.log`, and its bytes.
///
/// All of it together stays within `limits`, counted as for one bundle.
pub fn visit(
    path: &Path,
    limits: &Limits,
    each: &mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> Result<Visited, OpenError> {
    let mut visit = Visit { limits: *limits, entries: 0, unpacked: 0, seen: Visited::default(), each };
    if std::fs::metadata(path)?.is_dir() {
        visit.folder(path)?;
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut file = open_plain(path)?;
        if has_magic(&mut file)? {
            // What a person points at must be readable as what it is.
            let mut archive = zipped::archive(SharedFile::open(path)?, limits)?;
            visit.entries("", &mut archive, 1);
        } else {
            file.rewind()?;
            visit.file(&name, &mut file, 0);
        }
    }
    Ok(visit.seen)
}

/// The same of one file that may be an archive, wherever it is.
#[cfg(feature = "report")]
pub fn visit_leaf(
    leaf: &Leaf,
    each: &mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> Result<Visited, LeafError> {
    let limits = Limits::default();
    let mut visit = Visit { limits, entries: 0, unpacked: 0, seen: Visited::default(), each };
    leaf.open(&mut |bytes| {
        visit.file(leaf.name(), bytes, 0);
        Ok(())
    })?;
    Ok(visit.seen)
}

struct Visit<'v> {
    limits: Limits,
    entries: usize,
    /// Bytes of files in zips, and of zips in zips.
    unpacked: u64,
    seen: Visited,
    each: &'v mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>,
}

impl Visit<'_> {
    fn folder(&mut self, root: &Path) -> Result<(), OpenError> {
        for found in WalkDir::new(root).min_depth(1).follow_links(false).sort_by_file_name() {
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    self.unread(&error.path().unwrap_or(root).to_string_lossy(), "could not be listed");
                    continue;
                }
            };
            let name = relative(root, found.path());
            if found.file_type().is_dir() {
                continue;
            }
            if !self.one_more() {
                return Err(OpenError::TooManyEntries(self.limits.entries));
            }
            if !found.file_type().is_file() {
                self.unread(&name, "is a link or a special file");
                continue;
            }
            match open_plain(found.path()) {
                Ok(mut file) => self.file(&name, &mut file, 0),
                Err(error) => self.unread(&name, &format!("could not be read: {error}")),
            }
        }
        Ok(())
    }

    /// Every entry of a zip; `place` is its own, `depth` how many zips are open.
    fn entries(&mut self, place: &str, archive: &mut OpenZip, depth: usize) {
        for index in 0..archive.len() {
            if !self.one_more() {
                self.unread(
                    place,
                    &format!("has more than {} entries together with the others", self.limits.entries),
                );
                return;
            }
            let named = archive.by_index_data(index).map(|entry| {
                let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
                let name = if place.is_empty() { name } else { format!("{place}/{name}") };
                (name, entry.is_dir() && entry.compressed_size() == 0)
            });
            let (name, is_folder) = match named {
                Ok(named) => named,
                Err(error) => {
                    let name = format!("{place}/entry {}", index + 1);
                    self.unread(&name, &format!("could not be read: {error}"));
                    continue;
                }
            };
            if is_folder {
                continue;
            }
            match EntryBytes::open(archive, index, false) {
                Ok(mut entry) => {
                    self.file(&name, &mut entry, depth);
                    match entry.behind() {
                        Ok(None) => {}
                        Ok(Some(bytes)) => self.file(&format!("{name} (behind its end)"), bytes, depth),
                        Err(error) => self.unread(&name, &format!("could not be read to its end: {error}")),
                    }
                }
                Err(error) => self.unread(&name, &error.to_string()),
            }
        }
        self.outside(place, archive, depth);
    }

    /// The bytes of a zip that are in none of its files.
    fn outside(&mut self, place: &str, archive: &OpenZip, depth: usize) {
        let name = if place.is_empty() { OUTSIDE.to_owned() } else { format!("{place}/{OUTSIDE}") };
        match outside::find(archive) {
            Ok(outside) if outside.is_empty() => {}
            Ok(outside) => self.file(&name, &mut outside.bytes(archive), depth),
            Err(error) => self.unread(&name, &format!("could not be read: {error}")),
        }
    }

    /// One file, which may be a zip itself.
    fn file(&mut self, name: &str, source: &mut dyn Read, depth: usize) {
        let mut start = Vec::new();
        if let Err(error) = source.take(BLOCK).read_to_end(&mut start) {
            return self.unread(name, &format!("could not be read: {error}"));
        }
        let start = start.as_slice();
        let archive = Archive::of(start);
        let mut whole = start.chain(source);
        if let Some(archive) = archive.filter(|_| depth < DEPTH) {
            let nested = catch_unwind(AssertUnwindSafe(|| match archive {
                Archive::Zip => self.nested(name, &mut whole, depth),
                Archive::Gzip => {
                    self.file(name, &mut MultiGzDecoder::new(&mut whole), depth + 1);
                    Ok(())
                }
                #[cfg(feature = "report")]
                Archive::Tar => self.tar(name, &mut whole, depth + 1),
            }));
            return match nested {
                Ok(Ok(())) => {}
                Ok(Err(why)) => self.unread(name, &why.to_string()),
                Err(_) => self.unread(name, "made the reader of archives fail"),
            };
        }
        self.seen.files += 1;
        let most = self.left(depth);
        let mut source = whole.take(most);
        let looked = (self.each)(name, &mut source);
        let read = most - source.limit();
        self.seen.bytes += read;
        self.unpacked += if depth > 0 { read } else { 0 };
        if let Err(error) = looked {
            self.unread(name, &format!("could not be read to its end: {error}"));
        } else if source.limit() == 0 && source.into_inner().read(&mut [0]).is_ok_and(|more| more > 0) {
            self.unread(name, LARGER);
        }
        if archive.is_some() {
            self.unread(name, &format!("is an archive inside of {DEPTH} others and was not opened"));
        }
    }

    /// A zip in an archive, which is held in memory while it is read. Its own bytes count, too.
    fn nested(&mut self, name: &str, source: &mut dyn Read, depth: usize) -> Result<(), OpenError> {
        let mut held = Vec::new();
        let mut source = source.take(self.left(depth).min(LARGEST));
        source.read_to_end(&mut held)?;
        self.unpacked += if depth > 0 { held.len() as u64 } else { 0 };
        if source.limit() == 0 && source.into_inner().read(&mut [0])? > 0 {
            self.unread(name, LARGER);
            return Ok(());
        }
        let mut archive = zipped::archive(SharedFile::held(held), &self.limits)?;
        self.entries(name, &mut archive, depth + 1);
        Ok(())
    }

    /// Every entry of a tar, in the order in which it has them.
    #[cfg(feature = "report")]
    fn tar(&mut self, place: &str, source: &mut dyn Read, depth: usize) -> Result<(), OpenError> {
        for entry in tar::Archive::new(source).entries()? {
            let mut entry = entry?;
            if !self.one_more() {
                return Err(OpenError::TooManyEntries(self.limits.entries));
            }
            let name = format!("{place}/{}", String::from_utf8_lossy(&entry.path_bytes()));
            match entry.header().entry_type() {
                tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
                    self.file(&name, &mut entry, depth);
                }
                tar::EntryType::Directory | tar::EntryType::XGlobalHeader => {}
                _ => self.unread(&name, "is a link or a special file"),
            }
        }
        Ok(())
    }

    /// Bytes that the next file may have. Outside of a zip a file is what it is, and it is read once.
    fn left(&self, depth: usize) -> u64 {
        if depth == 0 {
            return u64::MAX;
        }
        self.limits.total_bytes.saturating_sub(self.unpacked).min(self.limits.member_bytes)
    }

    fn one_more(&mut self) -> bool {
        self.entries += 1;
        self.entries <= self.limits.entries
    }

    fn unread(&mut self, name: &str, why: &str) {
        if self.seen.unread.len() < self.limits.problems {
            let name = name.trim_start_matches('/');
            let name = if name.is_empty() { "the archive".to_owned() } else { quoted(name) };
            self.seen.unread.push(format!("{name} {why}."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn seen(bytes: &[u8], limits: &Limits) -> (Vec<String>, Visited) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.zip");
        std::fs::write(&path, bytes).unwrap();
        let mut names = Vec::new();
        let visited = visit(&path, limits, &mut |name, source| {
            let mut text = String::new();
            source.read_to_string(&mut text)?;
            names.push(format!("{name}={text}"));
            Ok(())
        });
        (names, visited.unwrap())
    }

    #[test]
    fn zips_in_zips_are_opened_and_no_deeper_than_that() {
        let inner = zip(&[("logs/SS.log", b"a")]);
        let middle = zip(&[("WEB01.zip", &inner), ("b.txt", b"b")]);
        let (names, visited) = seen(&zip(&[("nodes.zip", &middle)]), &Limits::default());
        assert_eq!(names, ["nodes.zip/WEB01.zip/logs/SS.log=a", "nodes.zip/b.txt=b"]);
        assert_eq!((visited.files, visited.bytes, visited.unread.len()), (2, 2, 0));
        let three = zip(&[("2.zip", &zip(&[("3.zip", &zip(&[("4.zip", &inner)]))]))]);
        let deep = zip(&[("1.zip", &three)]);
        let (_, visited) = seen(&deep, &Limits::default());
        assert!(
            visited.unread.iter().any(|text| text.contains("4.zip\" is an archive inside of 4 others")),
            "{visited:?}"
        );
    }

    #[test]
    fn what_is_too_much_or_broken_is_said() {
        let many = zip(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
        let outer = zip(&[("many.zip", &many), ("torn.zip", b"PK\x03\x04 and no more")]);
        let (names, visited) = seen(&outer, &Limits { entries: 3, ..Limits::default() });
        assert_eq!(names, ["many.zip/a=1", "many.zip/b=2"]);
        assert!(
            visited.unread.iter().any(|text| text.starts_with("\"many.zip\" has more than 3")),
            "{visited:?}"
        );
        let (_, visited) =
            seen(&zip(&[("long.txt", &[b'a'; 100])]), &Limits { member_bytes: 10, ..Limits::default() });
        assert_eq!(visited.unread, ["\"long.txt\" is larger than what is read."]);
        let (names, visited) = seen(
            &zip(&[("full.txt", b"12345"), ("none.txt", b"")]),
            &Limits { total_bytes: 5, ..Limits::default() },
        );
        assert_eq!((names.len(), visited.unread), (2, vec![]), "the limit itself is allowed");
    }

    #[test]
    fn zips_in_zips_share_the_limits_of_the_one_around_them() {
        let inner = zip(&[("a.txt", &[b'a'; 50])]);
        let outer = zip(&[("1.zip", &inner), ("2.zip", &inner)]);
        let (names, visited) =
            seen(&outer, &Limits { total_bytes: inner.len() as u64 + 60, ..Limits::default() });
        assert_eq!(
            (names.len(), visited.unread.as_slice()),
            (1, &["\"2.zip\" is larger than what is read.".to_owned()][..])
        );
        let many: Vec<(String, Vec<u8>)> =
            (0..5000).map(|number| (format!("{number}"), Vec::new())).collect();
        let many: Vec<(&str, &[u8])> =
            many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let outer = zip(&[("many.zip", &zip(&many))]);
        let (names, visited) = seen(&outer, &Limits { directory_bytes: 64 << 10, ..Limits::default() });
        assert_eq!(
            (names.len(), visited.unread),
            (0, vec!["\"many.zip\" needs more than 65536 bytes to list its entries.".to_owned()])
        );
    }

    #[test]
    fn bytes_that_are_in_no_file_are_seen_too() {
        let plain = zip(&[("a.txt", b"a"), ("b.txt", b"b")]);
        let end = plain.len() - 22;
        let mut comment = plain.clone();
        comment[end + 20] = 7;
        comment.extend_from_slice(b"comment");
        // Between the last file and the directory, whose place is written in the last record.
        let directory = u32::from_le_bytes(plain[end + 16..end + 20].try_into().unwrap());
        let mut gap = plain.clone();
        gap.splice(directory as usize..directory as usize, *b"gap");
        gap[end + 3 + 16..end + 3 + 20].copy_from_slice(&(directory + 3).to_le_bytes());
        let mut behind = plain.clone();
        behind.extend_from_slice(b"behind");
        for (bytes, hidden) in [(comment, "comment"), (gap, "gap"), (behind, "behind")] {
            let expected =
                ["a.txt=a", "b.txt=b", &format!("(outside of its files)=\n{hidden}")].map(str::to_owned);
            let (names, visited) = seen(&bytes, &Limits::default());
            assert_eq!((names, visited.unread), (expected.to_vec(), vec![]));
        }
        // In the file itself, where its content has ended.
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file("deflated", stored).unwrap();
        writer.write_all(b"\x03\0behind").unwrap();
        let mut bytes = writer.finish().unwrap().into_inner();
        // An empty stream: its method, its length and its checksum, in both headers.
        for (sign, method) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
            let at = memchr::memmem::find(&bytes, sign).unwrap() + method;
            bytes[at] = 8;
            bytes[at + 6..at + 10].fill(0);
            bytes[at + 14..at + 18].fill(0);
        }
        let (names, visited) = seen(&bytes, &Limits::default());
        assert_eq!(
            (names.join(" "), visited.unread),
            ("deflated= deflated (behind its end)=behind".into(), vec![])
        );
    }

    #[cfg(feature = "report")]
    #[test]
    fn tars_and_compressed_files_are_opened() {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        tar.append_data(&mut header, "logs/SS.log", b"a".as_slice()).unwrap();
        let packed = tar.into_inner().unwrap().finish().unwrap();
        let (names, visited) = seen(&zip(&[("node.tgz", &packed), ("b.txt", b"b")]), &Limits::default());
        assert_eq!(names, ["node.tgz/logs/SS.log=a", "b.txt=b"]);
        assert_eq!(visited.unread, [""; 0]);
    }

    #[test]
    fn a_zip_that_is_none_is_said() {
        let (_, visited) = seen(&zip(&[("torn.zip", b"PK\x03\x04 and no more")]), &Limits::default());
        assert!(
            visited.unread.iter().all(|text| text.starts_with("\"torn.zip\" is cut off or damaged")),
            "{visited:?}"
        );
    }
}
