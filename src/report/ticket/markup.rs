//! What a ticket consists of, and what each system makes of it.

/// A piece of a line.
#[derive(Debug, Clone)]
pub(super) enum Span {
    /// Words.
    Text(String),
    /// Words that stand out.
    Bold(String),
    /// A value, a path, a line of a log.
    Code(String),
}

impl Span {
    /// What it says.
    pub(super) fn content(&self) -> &str {
        match self {
            Self::Text(text) | Self::Bold(text) | Self::Code(text) => text,
        }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn bold(text: impl Into<String>) -> Self {
        Self::Bold(text.into())
    }

    pub(super) fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }
}

/// One line.
pub(super) type Line = Vec<Span>;

/// A part of a block.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A paragraph of one line.
    Paragraph(Line),
    /// Items of one line each.
    Items(Vec<Line>),
    /// The same, with numbers.
    Steps(Vec<Line>),
    /// Lines to copy, as they are.
    Code(String),
}

impl Part {
    /// A paragraph of words.
    pub(super) fn words(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Span::text(text)])
    }
}

/// What is shown whole or not at all.
pub(super) type Block = Vec<Part>;

/// Blocks under one heading, the most important first.
#[derive(Debug)]
pub(super) struct Section {
    /// Heading; empty: none.
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
    /// How many of the first blocks must be there.
    pub(super) must: usize,
    /// Whether its lists are shortened before those of other sections.
    pub(super) yields: bool,
    /// What a block is, where one or several are left out; empty: the section as a whole is named.
    pub(super) noun: (&'static str, &'static str),
}

/// A ticket before it is fitted.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) title: String,
    pub(super) sections: Vec<Section>,
    /// Who made it, the last line.
    pub(super) made: String,
}

/// How a system writes. Each method gets text as it was found and gives text that reads as itself, whatever is in it.
pub(super) trait Markup: Sync {
    /// Words on one line.
    fn text(&self, text: &str) -> String;
    /// Words that stand out.
    fn bold(&self, text: &str) -> String;
    /// A value on one line.
    fn code(&self, text: &str) -> String;
    /// The first line.
    fn title(&self, text: &str) -> String;
    /// A heading.
    fn heading(&self, text: &str) -> String;
    /// A paragraph of a line that is written already.
    fn paragraph(&self, line: &str) -> String;
    /// A list of lines that are written already.
    fn list(&self, numbered: bool, lines: &[String]) -> String;
    /// Lines to copy.
    fn block(&self, text: &str) -> String;
    /// What is between two parts.
    fn gap(&self) -> &'static str;
    /// What is around the whole.
    fn marks(&self) -> (&'static str, &'static str) {
        ("", "")
    }
}

/// A line as a system writes it.
pub(super) fn line(line: &[Span], markup: &dyn Markup) -> String {
    let write = |span: &Span| match span {
        Span::Text(text) => {
            // Blanks at the edges keep the pieces of a line apart.
            let edge = |at: bool| if at { " " } else { "" };
            let inner = markup.text(text.trim());
            let (before, after) = (text.starts_with(' '), text.ends_with(' ') && !inner.is_empty());
            format!("{}{inner}{}", edge(before), edge(after))
        }
        Span::Bold(text) if text.trim().is_empty() => String::new(),
        Span::Bold(text) => markup.bold(text.trim()),
        Span::Code(text) => markup.code(text),
    };
    line.iter().map(write).collect::<String>().trim().to_owned()
}

/// A block as a system writes it.
pub(super) fn block(parts: &[Part], markup: &dyn Markup) -> String {
    let lines = |lines: &[Line]| lines.iter().map(|one| line(one, markup)).collect::<Vec<_>>();
    let write = |part: &Part| match part {
        Part::Paragraph(words) => markup.paragraph(&line(words, markup)),
        Part::Items(items) => markup.list(false, &lines(items)),
        Part::Steps(steps) => markup.list(true, &lines(steps)),
        Part::Code(text) => markup.block(text),
    };
    parts.iter().map(write).collect::<Vec<_>>().join(markup.gap())
}
