//! What is it? The one table of kinds: what a file is by its content, what it can tell, and what to do instead.
//!
//! ```text
//!  bytes -> own (written by this program) -> binary (first bytes, zips, compound files)   before any reader
//!        -> readers of exports and logs -> markup, documents, mails, texts                what no reader takes
//!        -> unknown: size and a guess
//! ```
//!
//! A name proves nothing, so none is looked at. `docs/inputs.md` is made from [`ROWS`].

mod binary;
mod compound;
mod documents;
mod guess;
mod mails;
mod markup;
mod own;
mod source_text;
mod table;
mod texts;
mod web;

pub use table::{ROWS, UNNAMED};

use crate::model::input::{InputStatus, ProblemKind};
use crate::text::encoding;
use crate::text::signature;
use std::borrow::Cow;

/// Bytes of the start that say what a text is.
const TEXT: usize = 64 << 10;

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id {
    /// What is read; it has no kind of its own here.
    Read,
    /// Reports, plans, checklists and other outputs of this program.
    Own,
    /// Decisions of people on findings.
    Decisions,
    /// Pictures.
    Picture,
    /// PDF and other documents.
    Document,
    /// Archives that are not opened.
    Archive,
    /// Compressed files that are not opened.
    Compressed,
    /// Mails.
    Mail,
    /// Certificates and public keys.
    Certificate,
    /// Memory of a program or a machine.
    Dump,
    /// Images of disks.
    Disk,
    /// Databases of SQL Server and their backups.
    SqlServer,
    /// Other databases and tables.
    Database,
    /// Windows event logs.
    EventLog,
    /// Traces and other records of the system.
    Record,
    /// What was recorded on the network.
    Network,
    /// Programs and parts of them.
    Program,
    /// Fonts.
    Font,
    /// Sound and film.
    Media,
    /// What another program encrypted.
    Encrypted,
    /// A page that asks to sign in.
    SignIn,
    /// A page that tells of an error.
    ErrorPage,
    /// Another web page.
    WebPage,
    /// Scripts and texts of programs.
    Script,
    /// XML of other kinds.
    Xml,
    /// JSON of other kinds.
    Json,
    /// Settings of other programs: YAML, INI, TOML.
    Settings,
    /// Documents of text.
    Text,
    /// Output of commands and logs of other programs.
    Output,
}

/// What becomes of a file of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// It is read.
    Read,
    /// It says nothing of a cluster, and nobody has to do anything.
    PassedOver,
    /// It may hold what is looked for, but not in this form.
    Refused,
}

impl Handling {
    /// In a word of the page of kinds.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::PassedOver => "passed over",
            Self::Refused => "refused",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// What it is about.
    pub id: Id,
    /// Its name, such as `Pictures`.
    pub title: &'static str,
    /// How it is recognised by content.
    pub known_by: &'static str,
    /// What it can tell.
    pub tells: &'static str,
    /// What to do, as the end of a sentence.
    pub instead: &'static str,
    /// What becomes of it.
    pub handling: Handling,
}

/// A file of a known kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its kind.
    pub id: Id,
    /// What it is, as a sentence goes on after "is": `a picture (PNG)`.
    pub name: Cow<'static, str>,
}

impl Known {
    fn new(id: Id, name: impl Into<Cow<'static, str>>) -> Self {
        Self { id, name: name.into() }
    }

    /// The row of its kind.
    pub fn row(&self) -> &'static Row {
        const NONE: &Row = &table::UNKNOWN;
        ROWS.iter().find(|row| row.id == self.id).unwrap_or(NONE)
    }

    /// The one line that is said of it, which goes on after its name.
    pub fn sentence(&self) -> String {
        match (self.id, self.row().handling) {
            (Id::Own, _) => format!("was {}: {}", self.name, self.row().instead),
            (_, Handling::PassedOver) => {
                format!("is {}, which is no input: {}", self.name, self.row().instead)
            }
            _ => format!("is {}, which is not read: {}", self.name, self.row().instead),
        }
    }

    /// Whether it was told by the form of its lines alone, which a table may have, too.
    pub(super) fn is_of_any_text(&self) -> bool {
        matches!(self.id, Id::Text | Id::Output | Id::Settings)
    }

    /// What becomes of an input of this kind.
    pub fn status(&self) -> InputStatus {
        match self.row().handling {
            Handling::PassedOver => InputStatus::PassedOver,
            Handling::Refused | Handling::Read => InputStatus::Refused,
        }
    }
}

/// What this program wrote itself, so that a folder may hold its old reports.
pub(super) fn own(bytes: &[u8]) -> Option<Known> {
    own::of(bytes).or_else(|| own::decisions(bytes))
}

/// Whether bytes are a file that this program wrote: nothing is lost if it is written anew.
pub fn is_own(bytes: &[u8]) -> bool {
    own::of(bytes).is_some()
}

/// What a file of `total` bytes is that begins with `bytes`, if it is no text; `None` also for what readers of exports look at.
pub(super) fn of_bytes(bytes: &[u8], total: u64) -> Option<Known> {
    binary::of(bytes, total)
}

/// What a text is that no reader takes.
pub(super) fn of_text(bytes: &[u8]) -> Option<Known> {
    if !encoding::is_text(bytes) {
        return None;
    }
    let text = encoding::decode(bytes.get(..TEXT).unwrap_or(bytes));
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return None;
    }
    web::of(start)
        .or_else(|| mails::of(start))
        .or_else(|| markup::of(start))
        .or_else(|| documents::of(start))
        .or_else(|| source_text::of(start))
        .or_else(|| texts::of(start))
}

/// What a web page is: what was saved in place of an answer.
pub(super) fn web_page(bytes: &[u8]) -> Option<Known> {
    let text = encoding::decode(bytes.get(..TEXT).unwrap_or(bytes));
    web::of(text.trim_start_matches('\u{feff}').trim_start())
}

/// The line on a file of no known kind: its size, and what its bytes look like.
pub(super) fn unknown(bytes: &[u8], total: u64) -> String {
    guess::line(bytes, total)
}

/// Whether a file has a known form that is no text, for what asks before it is read.
pub(super) fn is_binary(head: &[u8], total: u64) -> bool {
    signature::format(head, total).is_some()
}

/// The kind of the one problem that says what a file is: no rule judges it.
pub(super) const PROBLEM: ProblemKind = ProblemKind::NoInput;
