//! JSON whose lines a console broke at its width, inside of texts and numbers too.
//!
//! A text of JSON has no line end, so each one in a text comes from the console. If the line before it is as wide as the
//! widest, nothing was there in its place, and the text is put together again. A shorter line may have lost blanks or a
//! word's end: that is not decided here.

/// The narrowest window.
const NARROWEST: usize = 40;

/// Whether a line end is in a text.
pub(super) fn is_broken(document: &str) -> bool {
    breaks(document).any(|(_, _, in_text)| in_text)
}

/// A document that is not well-formed with its lines joined, and their width; `None` if it is not clear how they were.
pub(super) fn join(document: &str) -> Option<(String, usize)> {
    let width = document.lines().map(|line| line.chars().count()).max()?;
    let full = breaks(document).filter(|(_, length, _)| *length == width).count();
    let is_clear = breaks(document).all(|(_, length, in_text)| !in_text || length == width);
    if width < NARROWEST || full < 2 || !is_clear {
        return None;
    }
    let mut joined = String::with_capacity(document.len());
    for line in document.split('\n') {
        joined.push_str(line.strip_suffix('\r').unwrap_or(line));
    }
    Some((joined, width))
}

/// Each line end, with the length of the line before it and whether it is inside of a text.
fn breaks(document: &str) -> impl Iterator<Item = (usize, usize, bool)> {
    let (mut length, mut in_text, mut escaped, mut returned) = (0usize, false, false, false);
    document.char_indices().filter_map(move |(at, c)| {
        if c == '\n' {
            let line = length - usize::from(returned);
            (length, returned) = (0, false);
            return Some((at, line, in_text));
        }
        length += 1;
        returned = c == '\r';
        match c {
            '\r' => {}
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(text: &str, width: usize, end: &str) -> String {
        let signs: Vec<char> = text.chars().collect();
        signs.chunks(width).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join(end)
    }

    #[test]
    fn lines_of_one_width_are_joined() {
        let text = format!(
            "[{}]",
            [r#"{"name":"WEB01 \\ \"x\" größer","at":1795165510000,"on":true}"#; 9].join(", ")
        );
        for width in [40, 41, 57, 80, 119, 120] {
            for end in ["\n", "\r\n"] {
                let (joined, at) = join(&wrap(&text, width, end)).unwrap();
                assert_eq!((joined.as_str(), at), (text.as_str(), width));
            }
        }
    }

    #[test]
    fn what_is_not_clear_is_left_alone() {
        let text = format!("[{}]", [r#"{"name": "a text of many words and blanks"}"#; 9].join(", "));
        let wrapped = wrap(&text, 80, "\n");
        assert!(join(&wrapped.replacen("words", "wor\nds", 1)).is_none(), "a line that is shorter");
        assert!(join(&wrap(&text, 30, "\n")).is_none() && join(&text).is_none());
        assert!(is_broken(&wrapped) && !is_broken(&text));
    }
}
