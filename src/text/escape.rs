//! Makes hostile text harmless, for each format in its own way.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Whether a character could steer a terminal, reorder text or hide in it. Line feed and tab are left to the
/// formats, which fold or keep them.
fn is_treacherous(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Bidirectional controls, zero-width characters, separators that break lines in scripts, tag
        // characters, and interlinear annotations.
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        // Hyphens, joiners, fillers and selectors that no font shows.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' | '\u{1d173}'..='\u{1d17a}' => true,
        c => c.is_control() || is_noncharacter(c),
    }
}

/// The code points that no text may carry; browsers and XML refuse them.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// The text with every treacherous character shown as its code point (`⟨U+202E⟩`): the reader sees that it was
/// there, and it does nothing. Windows line ends become line feeds.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if !text.contains(is_treacherous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.replace("\r\n", "\n").chars() {
        if is_treacherous(c) {
            let _ = write!(safe, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// [`neutral`] for a file of TOML or JSON, whose strings may write a character as `\u202E`.
pub fn neutral_source(text: &str) -> Cow<'_, str> {
    let text = neutral(text);
    if !text.contains("\\u") && !text.contains("\\U") {
        return text;
    }
    let (mut safe, mut rest) = (String::with_capacity(text.len()), &*text);
    while let Some((before, tail)) = rest.split_once('\\') {
        safe.push_str(before);
        let length = match tail.chars().next() {
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let code = tail.get(1..=length).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let shown = code.and_then(char::from_u32).filter(|c| length > 0 && is_treacherous(*c));
        if let Some(c) = shown {
            let _ = write!(safe, "⟨U+{:04X}⟩", u32::from(c));
            rest = tail.get(1 + length..).unwrap_or_default();
        } else {
            // With what it escapes, which may be a backslash.
            let escaped = tail.chars().next().map_or(0, char::len_utf8);
            safe.push('\\');
            safe.push_str(tail.get(..escaped).unwrap_or_default());
            rest = tail.get(escaped..).unwrap_or_default();
        }
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

/// The text on one line: treacherous characters shown, runs of white space folded to one blank.
pub fn one_line(text: &str) -> String {
    neutral(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Escaper of the Markdown templates: one line of text that reads as itself, whatever is in it.
///
/// Marks that mean something in the middle of a line are escaped everywhere, those that mean something at its
/// start only there: a version number stays a version number where a ticket system shows the text raw.
pub fn markdown(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(markdown_text(text).as_bytes())
}

fn markdown_text(text: &str) -> String {
    let line = one_line(text);
    let mut safe = String::with_capacity(line.len() + 8);
    let mut before = ' ';
    let mut tail = line.chars().peekable();
    let mut digits_only = true;
    while let Some(c) = tail.next() {
        let after = tail.peek().copied().unwrap_or(' ');
        let escaped = match c {
            '`' | '*' | '[' | ']' | '{' | '}' | '<' | '|' | '~' | '&' | '!' | '$' => true,
            // Before a letter a backslash is only a backslash; at the end it would escape what follows.
            '\\' => after.is_ascii_punctuation() || tail.peek().is_none(),
            // Between letters an underscore is only an underscore.
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            // No address becomes a link by itself, and no line a definition.
            ':' => after == '/' || safe.is_empty(),
            '.' => {
                safe.to_ascii_lowercase().ends_with("www")
                    || (digits_only && !safe.is_empty() && after == ' ')
            }
            ')' => digits_only && !safe.is_empty(),
            '#' | '+' | '-' | '=' | '>' => safe.is_empty(),
            _ => false,
        };
        if escaped {
            safe.push('\\');
        }
        safe.push(c);
        // A word joiner keeps a name from calling a person who has it.
        if c == '@' && !before.is_alphanumeric() {
            safe.push('\u{2060}');
        }
        digits_only &= c.is_ascii_digit();
        before = c;
    }
    safe
}

/// The longest run of backticks in a text.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A Markdown code span that holds the text on one line, whatever is in it; empty text stays empty.
pub fn code_span(text: &str) -> String {
    let line = one_line(text);
    if line.is_empty() {
        return line;
    }
    let fence = "`".repeat(backticks(&line) + 1);
    // A blank keeps the fence apart from a backtick at the edge; a reader removes it again.
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A fenced Markdown block whose fence is longer than any run of backticks inside, each line indented by `indent`
/// blanks so that it stays in its list item. Ends without a line feed.
pub fn code_block(text: &str, indent: usize) -> String {
    let text = neutral(text);
    let fence = "`".repeat(backticks(&text).max(2) + 1);
    let blank = " ".repeat(indent);
    let mut block = format!("{blank}{fence}text\n");
    for line in text.lines() {
        let _ = writeln!(block, "{blank}{line}");
    }
    block + &blank + &fence
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_steer_or_hide_is_shown_as_its_code_point() {
        assert_eq!(neutral("WEB01"), "WEB01");
        assert_eq!(neutral("a\u{202e}b\u{1b}[2Jc\u{200b}"), "a⟨U+202E⟩b⟨U+001B⟩[2Jc⟨U+200B⟩");
        assert_eq!(neutral("a\r\nb\rc"), "a\nb⟨U+000D⟩c");
        assert_eq!(neutral("\u{ffff}\u{1fffe}"), "⟨U+FFFF⟩⟨U+1FFFE⟩");
        assert_eq!(one_line(" a\n\n b\tc "), "a b c");
        assert_eq!(neutral("a\u{ad}\u{3164}\u{fe0f}b"), "a⟨U+00AD⟩⟨U+3164⟩⟨U+FE0F⟩b");
    }

    #[test]
    fn a_source_file_hides_nothing_behind_its_escapes_either() {
        let shown = r#"x = "a⟨U+202E⟩b⟨U+E0041⟩" y = 'c'"#;
        assert_eq!(neutral_source("x = \"a\\u202Eb\\U000E0041\" y = 'c'"), shown);
        for same in [r#"x = "a\\u202e \n \u00e9 \\""#, r"y = '\d+\.\u'", "\\"] {
            assert_eq!(neutral_source(same), same);
        }
    }

    #[test]
    fn plain_names_and_versions_stay_as_they_are_in_markdown() {
        for plain in [
            "11.7.000049",
            "SessionTimeoutMinutes",
            "tb_Version",
            "web-appSettings.config",
            "3 of 14 (a)",
            r"C:\inetpub",
            "a > b",
        ] {
            assert_eq!(markdown_text(plain), plain);
        }
    }

    #[test]
    fn marks_are_escaped_where_they_mean_something() {
        assert_eq!(markdown_text("# a"), "\\# a");
        assert_eq!(markdown_text("12. a"), "12\\. a");
        assert_eq!(markdown_text("12) a"), "12\\) a");
        assert_eq!(markdown_text("- a"), "\\- a");
        assert_eq!(markdown_text("_a_ __b__"), "\\_a\\_ \\_\\_b\\_\\_");
        assert_eq!(markdown_text("![x](y)"), "\\!\\[x\\](y)");
        assert_eq!(markdown_text("https://a www.b"), "https\\://a www\\.b");
        assert_eq!(markdown_text("a\n| b"), "a \\| b");
        assert_eq!(markdown_text("> a\\"), "\\> a\\\\");
        assert_eq!(markdown_text("a\\*b"), "a\\\\\\*b");
        assert_eq!(markdown_text("hi @all, a@b"), "hi @\u{2060}all, a@b");
    }

    #[test]
    fn code_outgrows_the_backticks_inside() {
        assert_eq!(code_span("a"), "`a`");
        assert_eq!(code_span("a``b"), "```a``b```");
        assert_eq!(code_span("`a"), "`` `a ``");
        assert_eq!(code_span(""), "");
        assert_eq!(code_block("a\n````\nb", 2), "  `````text\n  a\n  ````\n  b\n  `````");
    }

    proptest! {
        #[test]
        fn no_text_leaves_with_a_treacherous_character(text in any::<String>()) {
            prop_assert!(!neutral(&text).contains(is_treacherous));
        }
    }
}
