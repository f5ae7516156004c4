//! The text of a ticket, short enough for the system that it is pasted into; limits and sources are in `docs/tickets.md`.
//!
//! Blocks of what is to be said, in order of worth, come from the report or the plan. Each system has its own markup with
//! its own escaper. What must be said always fits; of the others as many fit as do, each whole.

mod blocks;
mod escapes;
mod fit;
mod github;
mod html;
mod jira;
mod markup;
mod plain;
mod plan;

use super::format::Content;
use markup::Markup;

/// A system that tickets are pasted into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracker {
    /// GitHub: Markdown.
    Github,
    /// Jira: its wiki markup.
    Jira,
    /// Text without any markup.
    Plain,
    /// Zendesk: HTML of few elements.
    Zendesk,
    /// `ServiceNow`: HTML in its `[code]` marks.
    Servicenow,
    /// Microsoft Teams: HTML of few elements.
    Teams,
}

/// What the length of a text is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Characters, as Unicode counts them.
    Characters,
    /// Code units of UTF-16, as JavaScript and Java count characters; one outside the basic plane counts twice.
    Utf16,
    /// Bytes of UTF-16.
    Utf16Bytes,
}

/// Longest text that a system takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub most: usize,
    /// Of what.
    pub unit: Unit,
}

impl Limit {
    /// What a ticket may take of it: a tenth is left for a greeting and a signature.
    pub const fn room(self) -> usize {
        self.most / 10 * 9
    }

    /// Length of a text.
    pub fn measure(self, text: &str) -> usize {
        match self.unit {
            Unit::Characters => text.chars().count(),
            Unit::Utf16 => text.encode_utf16().count(),
            Unit::Utf16Bytes => text.encode_utf16().count() * 2,
        }
    }
}

impl Tracker {
    /// Every system, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Github, Self::Jira, Self::Plain, Self::Zendesk, Self::Servicenow, Self::Teams];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Jira => "jira",
            Self::Plain => "plain",
            Self::Zendesk => "zendesk",
            Self::Servicenow => "servicenow",
            Self::Teams => "teams",
        }
    }

    /// What it writes, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Github => "Markdown for GitHub (.md)",
            Self::Jira => "Wiki markup for Jira (.txt)",
            Self::Plain => "Text without markup, of any length (.txt)",
            Self::Zendesk => "HTML for a Zendesk comment (.html)",
            Self::Servicenow => "HTML for a ServiceNow work note (.html)",
            Self::Teams => "HTML for a message in Microsoft Teams (.html)",
        }
    }

    /// Extension of its files.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Github => "md",
            Self::Jira | Self::Plain => "txt",
            Self::Zendesk | Self::Servicenow | Self::Teams => "html",
        }
    }

    /// Longest text that it takes; `docs/tickets.md` says where each number is from. Counted as whichever is longer where
    /// no source says in what.
    pub const fn limit(self) -> Option<Limit> {
        let (most, unit) = match self {
            Self::Github => (65_536, Unit::Utf16),
            Self::Jira => (32_767, Unit::Utf16),
            Self::Plain => return None,
            Self::Zendesk => (65_000, Unit::Utf16),
            Self::Servicenow => (4_000, Unit::Utf16),
            Self::Teams => (28_000, Unit::Utf16Bytes),
        };
        Some(Limit { most, unit })
    }

    fn markup(self) -> &'static dyn Markup {
        match self {
            Self::Github => &github::Github,
            Self::Jira => &jira::Jira,
            Self::Plain => &plain::Plain,
            Self::Zendesk | Self::Teams => &html::Html { marks: ("", ""), gap: "\n" },
            // A line feed inside the marks would become an empty line.
            Self::Servicenow => &html::Html { marks: ("[code]", "[/code]"), gap: "" },
        }
    }
}

/// Renders a report or a plan as a ticket. `full` names the file that holds what is left out. Same content, same bytes.
pub fn render(content: Content<'_>, tracker: Tracker, full: Option<&str>) -> String {
    let (ticket, whole) = match content {
        Content::Report(report) => (blocks::of(report), "the full report"),
        Content::Document(document) => (plan::of(document), "the full plan"),
    };
    fit::fit(&ticket, tracker.markup(), tracker.limit(), full.unwrap_or(whole))
}
