//! Files that were split: `logs.zip.001` and on are joined when all are there, the parts of other programs are named.

use super::super::file::SharedFile;
use super::super::leaf::Leaf;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Most parts of one file.
const PARTS: u32 = 999;

/// The first parts among these files, each with all parts in order.
pub(super) fn joined<'p>(files: impl Iterator<Item = &'p Path>) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let firsts = files.filter(|path| number(path) == Some(1));
    firsts.map(|path| (path.to_owned(), all(path))).collect()
}

/// All parts of the file that one of them is of, if its first is there.
pub(super) fn beside(path: &Path) -> Option<Vec<PathBuf>> {
    number(path)?;
    let first = path.with_extension("001");
    first.is_file().then(|| all(&first)).filter(|parts| parts.iter().any(|part| part == path))
}

/// The parts from the first on, up to the first that is not there.
fn all(first: &Path) -> Vec<PathBuf> {
    let parts = (1..=PARTS).map(|number| first.with_extension(format!("{number:03}")));
    parts.take_while(|part| part.is_file()).collect()
}

/// The number of a part, `logs.zip.001`: the name before it is that of a zip.
fn number(path: &Path) -> Option<u32> {
    let number = path.extension()?.to_str()?;
    let stem = Path::new(path.file_stem()?);
    let is_part = number.len() == 3
        && stem.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"))
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_part.then(|| number.parse().ok()).flatten()
}

/// Whether a file is one part of a zip that a program split into `logs.z01` and on, with the directory in `logs.zip`; or a
/// later part of any split zip.
pub(super) fn is_last(leaf: &Leaf, head: &[u8]) -> bool {
    let name = leaf.name().to_ascii_lowercase();
    let end = name.rsplit('.').next().unwrap_or_default();
    let is_numbered =
        end.strip_prefix('z').is_some_and(|n| n.len() >= 2 && n.bytes().all(|b| b.is_ascii_digit()));
    is_numbered || head.starts_with(b"PK\x07\x08") || number(Path::new(&name)).is_some() || {
        end == "zip"
            && leaf.in_place().ok().flatten().is_some_and(|file| disk_of(file).is_some_and(|disk| disk > 0))
    }
}

/// The number of the part that the directory of a zip says it is in, from 0.
fn disk_of(mut file: SharedFile) -> Option<u16> {
    // The last record has 22 bytes and a comment, which is short where a program split the file.
    const TAIL: u64 = 1024;
    file.seek(SeekFrom::Start(file.length().saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06")?;
    tail.get(at + 4..at + 6)?.try_into().ok().map(u16::from_le_bytes)
}
