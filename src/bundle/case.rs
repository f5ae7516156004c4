//! A case folder: what a customer sent, redacted and put in order, with a list that says of each file where it came from and
//! what it can prove. `docs/case-format.md` specifies it.
//!
//! A file in it stands for the original: it is read under the original's path, with the original's grade. That its hash agrees
//! says that nobody changed it since, and raises no grade.

use super::MANIFEST;
use super::digest::Sha256;
use super::format::{FormatError, FormatVersion};
use super::half_made::HalfMade;
use super::output::create_private;
use super::read::Bundle;
use crate::bundle::digest::Hasher;
use crate::model::Grade;
use crate::model::input::ProblemKind;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The list of a case folder.
pub const CASE: &str = "case.json";
/// Most bytes of it.
pub(super) const CASE_BYTES: u64 = 32 << 20;
/// What it says it is.
const KIND: &str = "clusterbrief-case";
/// Characters of a name in the folder.
const NAME: usize = 80;

/// The list itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Case {
    /// Version of the bundle format, of which a case folder is a part since 1.3.
    pub format: FormatVersion,
    /// Always `clusterbrief-case`.
    pub kind: String,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// One row for each file that was sent, in order of its place.
    pub files: Vec<CaseFile>,
}

/// One file that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseFile {
    /// Where it was, as the first report named it.
    pub place: String,
    /// Where it is in the folder; a bundle may be a folder. `None` for what was left out.
    pub path: Option<String>,
    /// Its size in bytes as it was sent.
    pub bytes: u64,
    /// When it was changed last, as its archive said.
    pub modified: Option<NaiveDateTime>,
    /// How much it can prove.
    pub grade: Option<Grade>,
    /// The node that it is of, where its place or a person said so.
    pub owner: Option<Owner>,
    /// SHA-256 of the file in the folder; a bundle has its own.
    pub sha256: Option<Sha256>,
    /// Why it is not in the folder.
    pub left_out: Option<LeftOut>,
}

/// Whose a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Owner {
    /// Name of the node.
    pub name: String,
    /// Whether that is said, and not only likely.
    pub sure: bool,
}

/// Why a file was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// The kind of its problem.
    pub kind: ProblemKind,
    /// One sentence, without the name of the file and the full stop.
    pub reason: String,
    /// What it is, if nothing was expected from it: a picture, a report of this program.
    pub what: Option<String>,
}

impl Case {
    /// Reads the list; `None` if it is not one of ours.
    pub(super) fn read(json: &[u8]) -> Option<Result<Self, FormatError>> {
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        serde_json::from_slice::<Kind>(json).ok().filter(|read| read.kind == KIND)?;
        let read = FormatVersion::of_manifest(json).and_then(|version| version.read::<Self>(json));
        Some(read.map(|(case, _)| case))
    }
}

/// Writes a case folder, which is there when it is whole.
pub struct CaseWriter {
    folder: PathBuf,
    half: HalfMade,
    names: BTreeSet<String>,
    files: Vec<CaseFile>,
}

impl CaseWriter {
    /// Begins a folder that is not there yet or is empty.
    pub fn new(folder: &Path) -> io::Result<Self> {
        if folder.exists() {
            // Fails if somebody has something in it.
            fs::remove_dir(folder)?;
        }
        let name =
            folder.file_name().map_or_else(|| "case".into(), |name| name.to_string_lossy().into_owned());
        let parent =
            folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let (half, ()) =
            HalfMade::begin(&parent.join(format!("{name}.partial")), |path| fs::create_dir(path))?;
        Ok(Self { folder: folder.to_owned(), half, names: BTreeSet::new(), files: Vec::new() })
    }

    /// Adds a file below `group`, with the bytes that `write` gives. Nothing is left of it if that fails.
    pub fn add(
        &mut self,
        group: &str,
        mut row: CaseFile,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.path(group, &row.place);
        let full = self.half.path().join(&path);
        let file = HalfMade::make_within(|| {
            fs::create_dir_all(self.half.path().join(group))?;
            create_private(&full)
        })?;
        let mut out = Hashing { hasher: Hasher::default(), file: BufWriter::new(file) };
        if let Err(error) = write(&mut out).and_then(|()| out.file.flush()) {
            drop(out);
            fs::remove_file(&full)?;
            return Err(error);
        }
        row.path = Some(path);
        row.sha256 = Some(out.hasher.finish());
        self.files.push(row);
        Ok(())
    }

    /// Adds a bundle, as the folder of its manifest and its members: what else is in its file stays behind.
    pub fn add_bundle(&mut self, group: &str, mut row: CaseFile, bundle: &Bundle) -> io::Result<()> {
        // It is a folder there, whatever it was.
        let path = self.path(group, row.place.trim_end_matches(".zip"));
        let root = self.half.path().join(&path);
        let write = |name: &str, bytes: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>| {
            let full = root.join(name);
            let file = HalfMade::make_within(|| {
                full.parent().map_or(Ok(()), fs::create_dir_all)?;
                create_private(&full)
            })?;
            let mut out = BufWriter::new(file);
            bytes(&mut out)?;
            out.flush()
        };
        write(MANIFEST, &mut |out| out.write_all(&bundle.manifest_bytes()?))?;
        for member in bundle.members().filter(|member| member.content().is_some()) {
            let name = member.path.as_str();
            write(name, &mut |out| {
                let mut done = Ok(());
                // A member that does not agree with the manifest does not agree with it in the copy either.
                let _ = bundle.read(name, &mut |bytes| {
                    if done.is_ok() {
                        done = out.write_all(bytes);
                    }
                });
                done
            })?;
        }
        row.path = Some(path);
        self.files.push(row);
        Ok(())
    }

    /// Notes a file that is not in the folder.
    pub fn leave_out(&mut self, row: CaseFile) {
        self.files.push(row);
    }

    /// Writes the list and gives the folder its name.
    pub fn finish(mut self, tool: &str) -> io::Result<()> {
        self.files.sort_by(|a, b| a.place.cmp(&b.place));
        let case = Case {
            format: FormatVersion::CURRENT,
            kind: KIND.to_owned(),
            tool: tool.to_owned(),
            files: self.files,
        };
        let path = self.half.path().join(CASE);
        let mut file = HalfMade::make_within(|| create_private(&path))?;
        file.write_all(&serde_json::to_vec_pretty(&case)?)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        let partial = self.half.path().to_owned();
        HalfMade::finish(vec![self.half], || fs::rename(partial, &self.folder))
    }

    /// A path below `group` that no other file has: the last part of the place, in letters that every system takes.
    fn path(&mut self, group: &str, place: &str) -> String {
        let last = place.rsplit('/').next().unwrap_or(place);
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let clean: String = last.chars().map(|c| if known(c) { c } else { '_' }).collect();
        let clean = clean.trim_matches('.');
        let start = clean.len().saturating_sub(NAME);
        let clean = clean.get(start..).filter(|clean| !clean.is_empty()).unwrap_or("file");
        let numbered = (1_u32..).map(|number| match number {
            1 => format!("{group}/{clean}"),
            number => format!("{group}/{number}-{clean}"),
        });
        let mut free = numbered.filter(|path| self.names.insert(path.to_ascii_lowercase()));
        free.next().unwrap_or_default()
    }
}

/// A file whose bytes are counted as they are written.
struct Hashing {
    hasher: Hasher,
    file: BufWriter<File>,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
