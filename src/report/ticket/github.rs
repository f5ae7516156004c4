//! Markdown as GitHub reads it.
//!
//! GitHub looks for mentions, references, hashes of commits, addresses and emoji in the finished text, where no backslash
//! is left; only code is spared. So a word that holds one becomes code, which can be copied as it is.

use super::escapes::{has_emoji, has_hash, has_number_sign, has_ticket_key, is_address};
use super::markup::Markup;
use crate::text::escape::{code_block, code_span, one_line};

pub(super) struct Github;

impl Markup for Github {
    fn text(&self, text: &str) -> String {
        words(text, true)
    }

    fn bold(&self, text: &str) -> String {
        format!("**{}**", words(text, false))
    }

    fn code(&self, text: &str) -> String {
        code_span(text)
    }

    fn title(&self, text: &str) -> String {
        format!("# {}", words(text, false))
    }

    fn heading(&self, text: &str) -> String {
        format!("## {}", words(text, false))
    }

    fn paragraph(&self, line: &str) -> String {
        line.to_owned()
    }

    fn list(&self, numbered: bool, lines: &[String]) -> String {
        let mark = |at: usize| if numbered { format!("{}.", at + 1) } else { "-".to_owned() };
        let items = lines.iter().enumerate().map(|(at, line)| format!("{} {line}", mark(at)));
        items.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, text: &str) -> String {
        code_block(text, 0)
    }

    fn gap(&self) -> &'static str {
        "\n\n"
    }
}

/// A text word by word; `first`: it may be at the start of a line.
fn words(text: &str, first: bool) -> String {
    let line = one_line(text);
    let words = line.split(' ').enumerate();
    words.map(|(at, one)| word(one, first && at == 0)).collect::<Vec<_>>().join(" ")
}

/// A word, as code where GitHub would find more in it than a word.
fn word(word: &str, first: bool) -> String {
    let risky = word.contains(['@', '$'])
        || has_number_sign(word)
        || is_address(word)
        || has_ticket_key(word)
        || has_hash(word)
        || has_emoji(word);
    if !risky {
        return escaped(word, first);
    }
    // The marks of the sentence stay outside, where nothing comes of them.
    let start = word.len() - word.trim_start_matches(['(', '"', '\'']).len();
    let emoji = has_emoji(word);
    let end = word.trim_end_matches(|c| ".,;)\"'".contains(c) || (c == ':' && !emoji)).len();
    match (word.get(..start), word.get(start..end), word.get(end..)) {
        (Some(before), Some(core), Some(after)) if !core.is_empty() => {
            format!("{}{}{}", escaped(before, first), code_span(core), escaped(after, false))
        }
        _ => code_span(word),
    }
}

/// A word with every mark that means something escaped; `first`: at the start of a line more of them do.
fn escaped(word: &str, first: bool) -> String {
    let mut safe = String::with_capacity(word.len() + 8);
    let mut before = ' ';
    let mut tail = word.chars().peekable();
    let mut number = first;
    while let Some(c) = tail.next() {
        let after = tail.peek().copied();
        let at_start = first && safe.is_empty();
        let special = match c {
            '`' | '*' | '[' | ']' | '{' | '}' | '<' | '|' | '~' | '&' | '!' | '^' => true,
            // Before a letter a backslash is only a backslash.
            '\\' => after.is_none_or(|after| !after.is_alphanumeric()),
            // Between letters an underscore is only an underscore.
            '_' => !(before.is_alphanumeric() && after.is_some_and(char::is_alphanumeric)),
            '.' | ')' => number && !safe.is_empty() && after.is_none(),
            '#' | '+' | '-' | '=' | '>' | ':' => at_start,
            _ => false,
        };
        if special {
            safe.push('\\');
        }
        safe.push(c);
        number &= c.is_ascii_digit();
        before = c;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_stay_as_they_are_and_what_would_be_a_link_is_code() {
        let text = |text: &str| Github.text(text);
        for plain in
            ["Bring WEB03 to 11.7.000049 (last at 2026-11-20 21:58).", "tb_Version", r"C:\inetpub", "a > b"]
        {
            assert_eq!(text(plain), plain);
        }
        assert_eq!(text("ask @all, (see #12)."), "ask `@all`, (see `#12`).");
        assert_eq!(text("GH-12 a/b#3 :+1: $x$"), "`GH-12` `a/b#3` `:+1:` `$x$`");
        assert_eq!(text("at https://a.example/x_y, or www.b"), "at `https://a.example/x_y`, or `www.b`");
        assert_eq!(text("commit 1a2b3c4 a@b.example"), "commit `1a2b3c4` `a@b.example`");
        assert_eq!(text("- [ ] ![x](y) <b> | *c*"), "\\- \\[ \\] \\!\\[x\\](y) \\<b> \\| \\*c\\*");
        assert_eq!(text("12. a\n# b"), "12\\. a # b");
        assert_eq!(text("a\\"), "a\\\\");
        assert_eq!(text("`@x`"), "`` `@x` ``");
        assert_eq!(Github.bold("1. WEB01"), "**1. WEB01**");
    }
}
