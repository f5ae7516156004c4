//! Wraps text to the width of a console window.

/// Columns of the narrowest window that Windows opens by itself.
pub(super) const WIDTH: usize = 80;

/// Breaks a text into lines that fit the window; the first begins with `mark`, the others as far in.
pub(super) fn wrap(text: &str, mark: &str) -> String {
    let lines = crate::text::wrap::wrap(text, mark, WIDTH - 1);
    lines.join("\n").trim_end().to_owned() + "\n"
}
