//! Fits a ticket into its limit.

use super::Limit;
use super::markup::{Block, Line, Markup, Part, Section, Span, Ticket, block};
use crate::text::escape::neutral;

/// Items of a list, and characters of a text.
#[derive(Clone, Copy)]
struct Level {
    items: usize,
    chars: usize,
}

/// How what must be said is shortened, from not at all to the most: sections that yield, then the others. The first that
/// fits is taken. Texts are cut before they are escaped.
const LEVELS: [(Level, Level); 13] = [
    (level(ALL, ALL), level(ALL, ALL)),
    (level(8, ALL), level(ALL, ALL)),
    (level(5, 400), level(ALL, ALL)),
    (level(3, 300), level(ALL, ALL)),
    (level(2, 200), level(12, 800)),
    (level(2, 200), level(8, 400)),
    (level(2, 160), level(5, 300)),
    (level(1, 120), level(3, 300)),
    (level(1, 80), level(2, 300)),
    (level(1, 80), level(2, 160)),
    (level(1, 80), level(2, 80)),
    (level(1, 40), level(1, 40)),
    (level(1, 16), level(1, 16)),
];
const ALL: usize = usize::MAX;
/// Characters of the last line.
const MOST: usize = 240;

const fn level(items: usize, chars: usize) -> Level {
    Level { items, chars }
}

/// What is shown of a section: its blocks as written, and how many are left out.
struct Shown {
    blocks: Vec<String>,
    left: usize,
}

/// Writes the ticket: what must be there, and of the others as many whole blocks as fit, section by section. The first block
/// that does not fit ends its section.
pub(super) fn fit(ticket: &Ticket, markup: &dyn Markup, limit: Option<Limit>, full: &str) -> String {
    let full = &clip(full, MOST / 4);
    let measure = |text: &str| limit.map_or(0, |limit| limit.measure(text));
    let room = limit.map_or(usize::MAX, Limit::room);
    let gap = measure(markup.gap());
    let cost = |text: &str| measure(text) + gap;
    let (before, after) = markup.marks();

    // The longest form of the closing line is kept free.
    let all: Vec<usize> = ticket.sections.iter().map(|section| section.blocks.len()).collect();
    let made = markup.paragraph(&markup.text(&clip(&ticket.made, MOST)));
    let longest = markup.paragraph(&markup.text(&closing(&ticket.sections, &all, full)));
    let fixed = measure(before) + measure(after) + cost(&made) + cost(&longest);

    let mut title = String::new();
    let mut shown: Vec<Shown> = Vec::new();
    let mut used = 0;
    for (yielding, others) in LEVELS {
        title = markup.title(&clip(&ticket.title, others.chars));
        let level = |section: &Section| if section.yields { yielding } else { others };
        shown = ticket.sections.iter().map(|section| musts(section, markup, level(section), full)).collect();
        let headings = ticket.sections.iter().zip(&shown).filter(|(_, shown)| !shown.blocks.is_empty());
        let headings: usize = headings.map(|(section, _)| cost(&heading(section, markup))).sum();
        let blocks: usize = shown.iter().flat_map(|one| &one.blocks).map(|text| cost(text)).sum();
        used = fixed + cost(&title) + headings + blocks;
        if used <= room {
            break;
        }
    }
    let mut cut = Vec::new();
    for (section, shown) in ticket.sections.iter().zip(&mut shown) {
        // Behind a gap in the steps of one way, the steps of another would be read as its own.
        let skipped = cut.contains(&section.noun);
        for optional in section.blocks.iter().skip(section.must) {
            let text = block(optional, markup);
            let head = if shown.blocks.is_empty() { cost(&heading(section, markup)) } else { 0 };
            let more = head + cost(&text);
            if skipped || used.saturating_add(more) > room {
                cut.push(section.noun);
                break;
            }
            used += more;
            shown.blocks.push(text);
        }
        shown.left = section.blocks.len() - shown.blocks.len();
    }

    let mut parts = vec![title];
    for (section, shown) in ticket.sections.iter().zip(&shown).filter(|(_, shown)| !shown.blocks.is_empty()) {
        if !section.heading.is_empty() {
            parts.push(heading(section, markup));
        }
        parts.extend(shown.blocks.iter().cloned());
    }
    let left: Vec<usize> = shown.iter().map(|one| one.left).collect();
    if left.iter().any(|left| *left > 0) {
        parts.push(markup.paragraph(&markup.text(&closing(&ticket.sections, &left, full))));
    }
    parts.push(made);
    let text = parts.join(markup.gap());
    format!("{before}{text}{after}\n")
}

fn heading(section: &Section, markup: &dyn Markup) -> String {
    if section.heading.is_empty() { String::new() } else { markup.heading(&section.heading) }
}

/// The blocks of a section that must be there, shortened.
fn musts(section: &Section, markup: &dyn Markup, level: Level, full: &str) -> Shown {
    let must = section.blocks.iter().take(section.must);
    let blocks: Vec<String> = must.map(|parts| block(&shortened(parts, level, full), markup)).collect();
    Shown { left: section.blocks.len() - blocks.len(), blocks }
}

/// A block with so many items in each list, and so many characters in each text.
fn shortened(parts: &Block, Level { items, chars }: Level, full: &str) -> Block {
    let lines = |lines: &[Line], noun: &str| -> Vec<Line> {
        let mut kept: Vec<Line> = lines.iter().take(items).map(|one| clipped(one, chars)).collect();
        let left = lines.len() - kept.len();
        if left > 0 {
            kept.push(vec![Span::text(format!("{left} more {noun} in {full}"))]);
        }
        kept
    };
    let short = |part: &Part| match part {
        Part::Paragraph(words) => Part::Paragraph(clipped(words, chars)),
        Part::Items(list) => Part::Items(lines(list, "of these")),
        Part::Steps(list) => Part::Steps(lines(list, "of these steps")),
        Part::Code(text) => Part::Code(text.clone()),
    };
    parts.iter().map(short).collect()
}

/// A line of at most so many characters, over all its pieces.
fn clipped(line: &[Span], chars: usize) -> Line {
    let mut left = chars;
    let mut kept = Line::new();
    for span in line {
        if left == 0 {
            break;
        }
        let text = clip(span.content(), left);
        left = left.saturating_sub(text.chars().count());
        kept.push(match span {
            Span::Text(_) => Span::Text(text),
            Span::Bold(_) => Span::Bold(text),
            Span::Code(_) => Span::Code(text),
        });
    }
    kept
}

/// The first `chars` characters of a text as it is shown, at the end of a word where there is one.
fn clip(text: &str, chars: usize) -> String {
    let shown = neutral(text);
    let Some((end, _)) = shown.char_indices().nth(chars) else { return shown.into_owned() };
    let kept = shown.get(..end).unwrap_or_default();
    let word = kept.rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    let blank = if text.ends_with(' ') { " " } else { "" };
    format!("{}…{blank}", kept.get(..word).unwrap_or_default())
}

/// What is left out, and where it is.
fn closing(sections: &[Section], left: &[usize], full: &str) -> String {
    // Several sections may hold blocks of one kind, such as the steps of two ways.
    let mut sums: Vec<((&str, &str), usize)> = Vec::new();
    for (section, left) in sections.iter().zip(left).filter(|(_, left)| **left > 0) {
        match sums.iter_mut().find(|(noun, _)| *noun == section.noun) {
            Some((_, sum)) => *sum += left,
            None => sums.push((section.noun, *left)),
        }
    }
    let noun = |((one, several), left): &((&str, &str), usize)| match (left, *several) {
        (_, "") => (*one).to_owned(),
        (1, _) => format!("1 more {one}"),
        (left, several) => format!("{left} more {several}"),
    };
    let nouns: Vec<String> = sums.iter().map(noun).collect();
    let (last, others) = nouns.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
    let all = if others.is_empty() { last.to_owned() } else { format!("{} and {last}", others.join(", ")) };
    format!("Not shown here: {all}; see {full}.")
}
