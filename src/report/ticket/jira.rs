//! Wiki markup of Jira.
//!
//! Whatever could mean something is written as the number of its character, which Jira shows as the character: one form
//! for all of them, and none that a second reading would take for markup.

use super::markup::Markup;
use crate::text::escape::{neutral, one_line};
use std::fmt::Write as _;

pub(super) struct Jira;

impl Markup for Jira {
    fn text(&self, text: &str) -> String {
        escaped(&one_line(text))
    }

    fn bold(&self, text: &str) -> String {
        format!("*{}*", self.text(text))
    }

    /// As code only where nothing in it means anything: Jira reads markup in code too.
    fn code(&self, text: &str) -> String {
        let line = one_line(text);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | ' ' | ',');
        if !line.is_empty() && line.chars().all(plain) { format!("{{{{{line}}}}}") } else { escaped(&line) }
    }

    fn title(&self, text: &str) -> String {
        format!("h2. {}", self.text(text))
    }

    fn heading(&self, text: &str) -> String {
        format!("h3. {}", self.text(text))
    }

    fn paragraph(&self, line: &str) -> String {
        line.to_owned()
    }

    fn list(&self, numbered: bool, lines: &[String]) -> String {
        let mark = if numbered { '#' } else { '*' };
        lines.iter().map(|line| format!("{mark} {line}")).collect::<Vec<_>>().join("\n")
    }

    /// Nothing means anything inside, except the end.
    fn block(&self, text: &str) -> String {
        let mut safe = String::with_capacity(text.len() + 24);
        for (at, line) in neutral(text).lines().enumerate() {
            if at > 0 {
                safe.push('\n');
            }
            safe.push_str(&line.replace('{', "{ "));
        }
        format!("{{noformat}}\n{safe}\n{{noformat}}")
    }

    fn gap(&self) -> &'static str {
        "\n\n"
    }
}

/// What Jira draws as a picture, after the opening bracket.
const FACES: [&str; 17] = [
    "y)", "n)", "i)", "/)", "x)", "!)", "?)", "+)", "-)", "on)", "off)", "*)", "*r)", "*g)", "*b)", "*y)",
    "flag",
];

fn escaped(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut safe = String::with_capacity(line.len() + 16);
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied().unwrap_or(' ');
        let tail = chars.get(at + 1..).unwrap_or_default();
        let after = tail.first().copied().unwrap_or(' ');
        let digits = before.is_ascii_digit() && after.is_ascii_digit();
        let letters = before.is_alphanumeric() && after.is_alphanumeric();
        let special = match c {
            '\\' | '{' | '}' | '[' | ']' | '*' | '|' | '^' | '~' | '!' | '#' | '@' | '<' | '>' | '&'
            | '`' => true,
            '_' | '+' => !letters,
            // Between letters a hyphen is only a hyphen; before a digit it may be the key of a ticket.
            '-' => !letters || (after.is_ascii_digit() && !is_date(&chars, at)),
            '?' => before == '?' || after == '?',
            // A sign in brackets, a colon or a semicolon before a bracket: a face.
            '(' => FACES.iter().any(|face| tail.iter().copied().take(face.len()).eq(face.chars())),
            ')' => matches!(before, ':' | ';' | '-'),
            ':' => !(digits || after == ' '),
            ';' => after == ')',
            // A heading, a quotation or a footnote, where a line could begin.
            '.' => is_block_mark(safe.as_str()),
            _ => false,
        };
        if special {
            let _ = write!(safe, "&#{};", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a hyphen before a digit is that of a date or of a range: the word before it is all digits, from its start.
fn is_date(chars: &[char], at: usize) -> bool {
    let word = chars.get(..at).unwrap_or_default().iter().rev().take_while(|c| !c.is_whitespace());
    let mut digits = false;
    for c in word {
        match c {
            '-' => {}
            c if c.is_ascii_digit() => digits = true,
            '(' | '"' => return digits,
            _ => return false,
        }
    }
    digits
}

fn is_block_mark(line: &str) -> bool {
    match line.strip_prefix('h').or_else(|| line.strip_prefix("fn")) {
        Some(number) => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
        None => line == "bq",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the numbers of characters as `‹c›`, which reads better.
    fn shown(text: &str) -> String {
        let mut shown = String::new();
        let escaped = escaped(text);
        let mut tail = escaped.as_str();
        while let Some((before, code)) = tail.split_once("&#") {
            let (number, after) = code.split_once(';').unwrap();
            let c = char::from_u32(number.parse().unwrap()).unwrap();
            let _ = write!(shown, "{before}‹{c}›");
            tail = after;
        }
        shown + tail
    }

    #[test]
    fn sentences_stay_as_they_are_and_marks_are_written_as_numbers() {
        for plain in [
            "Bring WEB03 to 11.7.000049 (last at 2026-11-20 21:58, of 3 files).",
            "tb_Version, web-appSettings.config: Why? So.",
        ] {
            assert_eq!(escaped(plain), plain);
        }
        for (text, expected) in [
            ("{host-1} !a.png! [~user]", "‹{›host‹-›1‹}› ‹!›a.png‹!› ‹[›‹~›user‹]›"),
            ("h1. x", "h1‹.› x"),
            ("bq. x", "bq‹.› x"),
            ("---- a -- b - c", "‹-›‹-›‹-›‹-› a ‹-›‹-› b ‹-› c"),
            ("VER-001 A-1", "VER‹-›001 A‹-›1"),
            ("https://x", "https‹:›//x"),
            ("a@b.c #12", "a‹@›b.c ‹#›12"),
            ("(y) :) ;) :D (/)", "‹(›y) ‹:›‹)› ‹;›‹)› ‹:›D ‹(›/)"),
            ("*a* _b_ +c+ ^d^ ??e??", "‹*›a‹*› ‹_›b‹_› ‹+›c‹+› ‹^›d‹^› ‹?›‹?›e‹?›‹?›"),
            (r"C:\a \\b", r"C‹:›‹\›a ‹\›‹\›b"),
            ("&#33; <b>", "‹&›‹#›33; ‹<›b‹>›"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn code_holds_plain_values_only_and_a_block_cannot_be_closed() {
        assert_eq!(Jira.code("logs/SS.log"), "{{logs/SS.log}}");
        assert_eq!(Jira.code("VER-001"), "VER&#45;001");
        assert_eq!(Jira.block("a {noformat} b\n{x}"), "{noformat}\na { noformat} b\n{ x}\n{noformat}");
    }
}
