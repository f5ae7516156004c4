//! Writing a bundle: under a name that no reader accepts until all of it is there, checked and on the disk.

use super::MANIFEST;
use super::half_made::HalfMade;
use super::limits::Limits;
use super::manifest::{END_MISSING, Manifest, MemberRecord, Status};
use super::name::MemberName;
use super::output::{Output, Partial, Put, Stop};
use super::problem::OpenError;
use super::read::{Bundle, Form};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zip::result::ZipError;

/// Extension of a bundle that is not finished.
pub const PARTIAL: &str = "partial";

/// Most unfinished bundles of one name that are passed over; more are no accident.
const MOST_IN_THE_WAY: u32 = 100;

/// A bundle being written. Dropped before [`Unfinished::commit`], it removes what it wrote.
///
/// After [`WriteError::Source`], [`WriteError::Duplicate`] and [`WriteError::TooMany`] it goes on as if that member
/// had not been added; after any other error it can only be dropped.
pub struct BundleWriter {
    output: Output,
    target: PathBuf,
    limits: Limits,
    /// By name without regard to case.
    members: BTreeMap<String, MemberRecord>,
    total: u64,
    /// Which of the unfinished names it has.
    round: u32,
}

/// A member to add.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Name in the bundle; see [`BundleWriter::name_for`].
    pub name: MemberName,
    /// Where it comes from, as in [`MemberRecord::origin`].
    pub origin: String,
    /// Bytes of the origin, for saying how much of it was taken.
    pub size: u64,
    /// Last change of the origin.
    pub modified: Option<DateTime<Utc>>,
}

/// A bundle that is complete under its unfinished name: to be checked, perhaps rewritten, and committed.
pub struct Unfinished {
    partial: Partial,
    target: PathBuf,
    limits: Limits,
    manifest: Manifest,
    /// Which of the unfinished names it has.
    round: u32,
}

/// What [`Unfinished::rewrite`] does with a member.
pub enum Edit<'r> {
    /// Leaves it as it is.
    Keep,
    /// Writes other bytes in its place.
    Replace {
        /// The bytes.
        content: Box<dyn Read + 'r>,
        /// The redactions in them, by kind.
        redactions: BTreeMap<String, u64>,
    },
    /// Takes its bytes out.
    Drop {
        /// Why, as a lower-case fragment.
        why: String,
    },
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is one of that name.
    #[error("{} is there already and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// Others were begun under that name, and none was finished.
    #[error("{} is in the way, and so are many like it: collections that were cut off left them, and they can be deleted", .0.display())]
    InTheWay(PathBuf),
    /// No room.
    #[error("no space is left on the disk for {}", .0.display())]
    DiskFull(PathBuf),
    /// The system refused.
    #[error("{} could not be written", path.display())]
    Io {
        /// What was written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Not even the first bytes of a member could be read; nothing of it was written.
    #[error("the content could not be read")]
    Source(#[source] io::Error),
    /// A name that no file should have.
    #[error("{0:?} cannot be the name of a bundle")]
    Name(String),
    /// Two members of one name, or one that is called like the manifest.
    #[error("the member name {0} is taken")]
    Duplicate(MemberName),
    /// More members than a reader accepts.
    #[error("a bundle has at most {0} members")]
    TooMany(usize),
    /// The archive writer refused.
    #[error("the zip archive could not be written")]
    Zip(#[source] ZipError),
    /// The manifest could not be written as JSON, or is larger than a reader accepts.
    #[error("the manifest could not be written: {0}")]
    Manifest(String),
}

impl WriteError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    pub(super) fn zip(path: &Path, source: ZipError) -> Self {
        match source {
            ZipError::Io(source) => Self::io(path, source),
            other => Self::Zip(other),
        }
    }
}

impl BundleWriter {
    /// Begins the bundle `NAME.zip`, or the folder `NAME`, in `folder`, which is created if missing.
    ///
    /// `name` is one segment of a [`MemberName`]. A bundle of that name is never overwritten.
    pub fn create(folder: &Path, name: &str, form: Form) -> Result<Self, WriteError> {
        Self::create_within(folder, name, form, Limits::default())
    }

    /// As [`BundleWriter::create`], within other limits.
    pub fn create_within(folder: &Path, name: &str, form: Form, limits: Limits) -> Result<Self, WriteError> {
        if name.contains('/') || MemberName::parse(name).is_err() {
            return Err(WriteError::Name(name.to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(|error| WriteError::io(folder, error))?;
        let target = folder.join(if form == Form::Zip { format!("{name}.zip") } else { name.to_owned() });
        // Also checked when it gets its name; here so that nobody collects for an hour in vain.
        if target.symlink_metadata().is_ok() {
            return Err(WriteError::Exists(target));
        }
        let (output, round) = begin(&target, form, 0)?;
        Ok(Self { output, target, limits, members: BTreeMap::new(), total: 0, round })
    }

    /// A free name in `folder` for a file called `origin` on the node: the same for the same members before it.
    pub fn name_for(&self, folder: &str, origin: &str) -> MemberName {
        let mut name = MemberName::derive(folder, origin);
        // Names that are no Unicode may read alike; another mark gives another tag.
        let mut distinct = origin.to_owned();
        while self.is_taken(&name) {
            name = MemberName::tagged(folder, &distinct);
            distinct.push('\'');
        }
        name
    }

    /// Writes a member and hashes it on the way. The record returned is what the manifest will say; the caller may add
    /// redactions, and say with [`MemberRecord::truncated`] that `content` was not all of the origin.
    ///
    /// A member that outgrows the limits, or whose source fails after its first bytes, is cut there and says so.
    pub fn add(
        &mut self,
        member: NewMember,
        content: &mut dyn Read,
    ) -> Result<&mut MemberRecord, WriteError> {
        self.check_free(&member.name)?;
        let most = self.limits.member_bytes.min(self.limits.total_bytes.saturating_sub(self.total));
        let Put { content, stopped } = self.output.put(member.name.as_str(), content, most)?;
        self.total += content.size;
        let NewMember { name, origin, size, modified } = member;
        let mut record =
            MemberRecord { modified, ..MemberRecord::not_taken(name, origin, Status::Taken(content)) };
        match stopped {
            None => {}
            Some(Stop::Full) => record.truncated(content.size, size, full()),
            Some(Stop::Source(error)) => {
                record.truncated(content.size, size, format!("{END_MISSING}{error}"));
            }
        }
        Ok(self.members.entry(record.path.folded()).or_insert(record))
    }

    /// Notes a member that was not taken.
    pub fn note(&mut self, record: MemberRecord) -> Result<(), WriteError> {
        self.check_free(&record.path)?;
        self.members.insert(record.path.folded(), record);
        Ok(())
    }

    /// Completes the container: `manifest` gets its members and is written last.
    pub fn finish(self, mut manifest: Manifest) -> Result<Unfinished, WriteError> {
        let Self { output, target, limits, members, round, .. } = self;
        manifest.members = members.into_values().collect();
        let partial = close(output, &mut manifest, &limits)?;
        Ok(Unfinished { partial, target, limits, manifest, round })
    }

    fn is_taken(&self, name: &MemberName) -> bool {
        let folded = name.folded();
        folded == MANIFEST || self.members.contains_key(&folded)
    }

    fn check_free(&self, name: &MemberName) -> Result<(), WriteError> {
        // One entry is the manifest's; folders count as entries too, and there are never more of them than members.
        if self.members.len() >= self.limits.entries / 2 {
            Err(WriteError::TooMany(self.limits.entries / 2))
        } else if self.is_taken(name) {
            Err(WriteError::Duplicate(name.clone()))
        } else {
            Ok(())
        }
    }
}

impl Unfinished {
    /// The manifest as written.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The path it will have.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Opens it with the reader that everybody else will use.
    pub fn open(&self) -> Result<Bundle, OpenError> {
        Bundle::open_any(&self.partial.path, &self.limits)
    }

    /// Writes it once more with some members changed. A bundle opened before stays readable until this returns;
    /// replacements may come from it.
    pub fn rewrite<'r>(self, decide: &mut dyn FnMut(&MemberRecord) -> Edit<'r>) -> Result<Self, WriteError> {
        let Self { partial: old, target, limits, mut manifest, round } = self;
        let (mut output, round) = begin(&target, old.form, round + 1)?;
        for record in manifest.members.iter_mut().filter(|record| record.content().is_some()) {
            match decide(record) {
                Edit::Keep => output.take_over(record.path.as_str(), &old.path)?,
                Edit::Drop { why } => record.status = Status::Skipped { why },
                Edit::Replace { mut content, redactions } => {
                    let put = output.put(record.path.as_str(), &mut content, limits.member_bytes)?;
                    let before = record.content().map_or(0, |content| content.size);
                    if let Status::Taken(content) | Status::Truncated { content, .. } = &mut record.status {
                        *content = put.content;
                    }
                    record.redactions = redactions;
                    match put.stopped {
                        None => {}
                        Some(Stop::Full) => record.truncated(put.content.size, before, full()),
                        Some(Stop::Source(error)) => return Err(WriteError::Source(error)),
                    }
                }
            }
        }
        let partial = close(output, &mut manifest, &limits)?;
        Ok(Self { partial, target, limits, manifest, round })
    }

    /// Gives the bundle its name, once all of it is on the disk; returns the path.
    pub fn commit(self) -> Result<PathBuf, WriteError> {
        self.commit_with(Vec::new())
    }

    /// As [`Self::commit`], together with files that belong to it: they stay if it does.
    pub fn commit_with(self, others: Vec<HalfMade>) -> Result<PathBuf, WriteError> {
        self.partial.commit(&self.target, others)?;
        Ok(self.target)
    }
}

fn close(mut output: Output, manifest: &mut Manifest, limits: &Limits) -> Result<Partial, WriteError> {
    manifest.members.sort_by(|a, b| a.path.cmp(&b.path));
    let json = manifest.to_json().map_err(|error| WriteError::Manifest(error.to_string()))?;
    if json.len() as u64 > limits.manifest_bytes {
        return Err(WriteError::Manifest(format!("it is larger than {} bytes", limits.manifest_bytes)));
    }
    output.put(MANIFEST, &mut json.as_slice(), u64::MAX)?;
    output.close()
}

/// Why a member ends before its source does.
fn full() -> String {
    format!("{END_MISSING}a bundle holds no more")
}

/// Begins a container under the first unfinished name that is free. One that a killed collection left, or that another
/// is writing, is nobody's business here: of several only the first gets the final name.
fn begin(target: &Path, form: Form, first: u32) -> Result<(Output, u32), WriteError> {
    let mut round = first;
    loop {
        match Output::create(partial_name(target, round), form) {
            Err(WriteError::InTheWay(_)) if round < first + MOST_IN_THE_WAY => round += 1,
            begun => return Ok((begun?, round)),
        }
    }
}

/// `NAME.zip.partial`, then `NAME.zip.1.partial` and so on.
fn partial_name(target: &Path, round: u32) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    if round > 0 {
        name.push(format!(".{round}"));
    }
    name.push(format!(".{PARTIAL}"));
    name.into()
}
