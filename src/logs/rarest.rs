//! Where in a wording a search begins.
//!
//! A search for many texts at once looks for the first bytes of each and examines every place that has them. Texts
//! of the product begin with words that stand in nearly every line, such as `secret` and `server`; the same texts
//! from their rarest bytes on are hardly ever examined in vain.

use crate::knowledge::Wording;

/// Bytes that a search for dozens of texts looks for before it examines a place.
const FIRST: usize = 4;

/// Bytes of lower-cased logs, the commonest first; all others are rarer.
const COMMON: &[u8] = b" etaoinsr.cdlh0123456789pumfgb-:vwyk";

/// Expressions one of which matches in every line that the wording matches in; most end where the wording does.
pub(super) fn tails(wording: &Wording) -> Vec<String> {
    if let Some(pattern) = &wording.pattern {
        return vec![tail(pattern, head(pattern)).to_owned()];
    }
    let texts = wording.texts.iter().map(|text| text.to_ascii_lowercase());
    texts.map(|text| regex::escape(tail(&text, &text))).collect()
}

/// `pattern` from the rarest bytes of its head on.
fn tail<'p>(pattern: &'p str, head: &str) -> &'p str {
    let rarity = |byte: &u8| COMMON.iter().position(|common| common == byte).unwrap_or(COMMON.len());
    let windows = head.as_bytes().windows(FIRST).enumerate();
    // Of equally rare ones the first.
    let rarest = windows.rev().max_by_key(|(_, bytes)| bytes.iter().map(rarity).sum::<usize>());
    rarest.and_then(|(at, _)| pattern.get(at..)).unwrap_or(pattern)
}

/// The text that every match of `pattern` begins with; empty where that is not plain.
fn head(pattern: &str) -> &str {
    let mut depth = 0;
    let mut escaped = false;
    for character in pattern.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            '[' => return "",
            '|' if depth == 0 => return "",
            _ => {}
        }
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '\'');
    match pattern.find(|c| !plain(c)) {
        None => pattern,
        // What follows may say how often the last character occurs, and none is possible.
        Some(end) => end.checked_sub(1).and_then(|end| pattern.get(..end)).unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn a_search_begins_at_rare_bytes() {
        for (text, expected) in [
            ("activation is required", "quired"),
            ("unable to access the database", "unable to access the database"),
            ("secret server (not installed", "r (not installed"),
            ("abc", "abc"),
        ] {
            assert_eq!(tail(text, text), expected);
        }
    }

    #[test]
    fn only_what_must_occur_is_searched_for() {
        for (pattern, expected) in [
            ("server dates (do not|don't) match", "server dates"),
            ("colou?r of it", "colo"),
            ("one|two", ""),
            (r"a\(b|c", ""),
            ("[(]a|b", ""),
            ("plain text", "plain text"),
        ] {
            assert_eq!(head(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn whatever_carries_a_wording_carries_a_tail() {
        for signature in &Knowledge::builtin().unwrap().signatures {
            for wording in &signature.wordings {
                let tails = regex::Regex::new(&tails(wording).join("|")).unwrap();
                for text in &wording.texts {
                    assert!(tails.is_match(&text.to_ascii_lowercase()), "{text}");
                }
            }
        }
    }
}
