//! Wraps text to the width of a console window.

/// Columns of the narrowest window that Windows opens by itself.
pub(super) const WIDTH: usize = 80;

/// Breaks a text into lines that fit the window; the first begins with `mark`, the others as far in.
pub(super) fn wrap(text: &str, mark: &str) -> String {
    let (mut lines, mut line) = (String::new(), mark.to_owned());
    let indent = " ".repeat(mark.chars().count());
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() >= WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line.clone_from(&indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines + line.trim_end() + "\n"
}
