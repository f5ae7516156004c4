//! Expressions of many alternatives, written so that what they begin with in common is there once. A search is in all
//! alternatives at once, so that each step of making its states costs as much as there are; by their first letters there are few.

/// Where a word begins or ends.
const BOUNDARY: &str = r"\b";

/// The same expression, its alternatives grouped by what they begin with, at every place.
pub(super) fn factored(expression: &str) -> String {
    let mut alternatives = vec![Vec::new()];
    for atom in atoms(expression) {
        match (atom, alternatives.last_mut()) {
            ("|", _) | (_, None) => alternatives.push(Vec::new()),
            (atom, Some(last)) => last.push(atom),
        }
    }
    let alternatives: Vec<&[&str]> = alternatives.iter().map(Vec::as_slice).collect();
    joined(&alternatives).0
}

/// Alternatives as one expression, and how many it has. Which of two that match at one place comes first does not change.
fn joined(alternatives: &[&[&str]]) -> (String, usize) {
    let mut groups: Vec<(&str, Vec<&[&str]>)> = Vec::new();
    for alternative in alternatives {
        let (first, rest) = alternative.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        // Behind others of which no two match at one place.
        let open = groups.iter().rev().take_while(|(begin, _)| is_sign(begin) && is_sign(first)).count();
        let same = first == BOUNDARY && groups.last().is_some_and(|(begin, _)| *begin == first);
        let from = groups.len() - open.max(usize::from(same));
        match groups.iter_mut().skip(from).find(|(begin, _)| *begin == first) {
            Some((_, rests)) => rests.push(rest),
            None => groups.push((first, vec![rest])),
        }
    }
    let written = groups.iter().map(|(first, rests)| match rests.as_slice() {
        [rest] => (*first).to_owned() + &rest.concat(),
        rests => match joined(rests) {
            (one, 1) => (*first).to_owned() + &one,
            (several, _) => format!("{first}(?:{several})"),
        },
    });
    (written.collect::<Vec<_>>().join("|"), groups.len())
}

/// Whether an atom is one letter, digit or sign, of which no two are at one place. (No list has a letter in both cases.)
fn is_sign(atom: &str) -> bool {
    match atom.as_bytes() {
        [b'\\', sign] => sign.is_ascii_punctuation(),
        [sign] => sign.is_ascii_alphanumeric() || b" -_:/".contains(sign),
        _ => false,
    }
}

/// The parts of an expression: signs, escapes, classes and groups, each with how often it may be there, and `|`.
fn atoms(expression: &str) -> Vec<&str> {
    let mut atoms = Vec::new();
    let mut rest = expression;
    while !rest.is_empty() {
        let (atom, later) = rest.split_at_checked(atom_length(rest.as_bytes())).unwrap_or((rest, ""));
        atoms.push(atom);
        rest = later;
    }
    atoms
}

/// How long the atom is that an expression begins with.
fn atom_length(expression: &[u8]) -> usize {
    let mut at = bare_length(expression);
    if expression.first() == Some(&b'|') {
        return at;
    }
    while let Some(sign @ (b'?' | b'*' | b'+' | b'{')) = expression.get(at) {
        at += match sign {
            b'{' => expression.iter().skip(at).position(|b| *b == b'}').map_or(1, |end| end + 1),
            _ => 1,
        };
    }
    at
}

/// The same without how often it may be there.
fn bare_length(expression: &[u8]) -> usize {
    match expression {
        [b'\\', b'x', ..] => 4,
        [b'\\', ..] => 2,
        [b'[', rest @ ..] => {
            let mut at = 0;
            while let Some(byte) = rest.get(at).filter(|byte| **byte != b']') {
                at += if *byte == b'\\' { 2 } else { 1 };
            }
            at + 2
        }
        [b'(', rest @ ..] => {
            let mut at = 0;
            while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty() && !tail.starts_with(b")")) {
                at += bare_length(tail);
            }
            at + 2
        }
        // All of a character.
        [_, rest @ ..] => 1 + rest.iter().take_while(|byte| **byte & 0xc0 == 0x80).count(),
        [] => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_alike_is_there_once() {
        for (expression, expected) in [
            ("pass|passwd|password|pwd|token", "p(?:ass(?:|w(?:d|ord))|wd)|token"),
            ("ab?c|ab?d|x", "a(?:b?c|b?d)|x"),
            (r"\bab|\bac|b|\bad", r"\ba(?:b|c)|b|\bad"),
            (r"[ab]c|xy|[ab]d|xz", r"[ab]c|xy|[ab]d|xz"),
            (r"\$1\$[a-z|]{2}|\$2(?:a|b)", r"\$(?:1\$[a-z|]{2}|2(?:a|b))"),
            (r"(?:a|(?:b\))c)?d|(?:\x41|e)", r"(?:a|(?:b\))c)?d|(?:\x41|e)"),
            ("ö|öb", "ö|öb"),
        ] {
            assert_eq!(factored(expression), expected, "{expression}");
        }
    }

    #[test]
    fn the_same_is_found() {
        let texts = (0..3usize.pow(6)).map(|number| -> String {
            (0..6).map(|place| ["a", "b", "c"][number / 3usize.pow(place) % 3]).collect()
        });
        let texts: Vec<String> = texts.collect();
        for expression in
            ["a|ab|abc|b", "abc|ab|a|cb|ca|c", r"ab?c|aa|\bb|ab|\bba|ac", "(?:a|b)c|bb|ca|cab|[ab]a|bbc|c"]
        {
            let [plain, factored] =
                [expression, &factored(expression)].map(|one| regex::Regex::new(one).unwrap());
            for text in &texts {
                let found =
                    |one: &regex::Regex| -> Vec<_> { one.find_iter(text).map(|m| m.range()).collect() };
                assert_eq!(found(&plain), found(&factored), "{expression} in {text}");
            }
        }
    }
}
