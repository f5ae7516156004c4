//! Line breaks, for terminals and text files.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Breaks a text at blanks into lines of at most `width` columns. The first line starts with `lead`, the others as far in; a
/// word that is wider has a line of its own, since a path or a command has to stay whole.
pub fn wrap(text: &str, lead: &str, width: usize) -> Vec<String> {
    let indent = " ".repeat(lead.chars().count());
    let options = Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn text_wraps_at_blanks_only() {
        assert_eq!(wrap("one two three", "", 7), ["one two", "three"]);
        assert_eq!(wrap("one two-three four", "* ", 11), ["* one", "  two-three", "  four"]);
        assert_eq!(wrap("incomprehensibilities a", "", 5), ["incomprehensibilities", "a"]);
        assert_eq!(wrap("Größe Größe", "", 5), ["Größe", "Größe"]);
        assert_eq!(wrap("", "", 5), [""]);
    }
}
