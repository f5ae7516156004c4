//! Lists of names in a sentence.

use std::borrow::Borrow;

/// "A", "A and B", "A, B and C".
pub fn listed(names: &[impl Borrow<str>]) -> String {
    match names {
        [] => String::new(),
        [name] => name.borrow().to_owned(),
        [head @ .., last] => format!("{} and {}", head.join(", "), last.borrow()),
    }
}

/// The first `most` of more names: "A, B and 3 others".
pub fn first_of(names: &[impl Borrow<str>], most: usize) -> String {
    let first = names.get(..most).unwrap_or(names);
    format!("{} and {} others", first.join(", "), names.len() - first.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_prose() {
        let names = |n: usize| ["A", "B", "C"].iter().take(n).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!([listed(&names(1)), listed(&names(2)), listed(&names(3))], ["A", "A and B", "A, B and C"]);
        assert_eq!(first_of(&["A", "B", "C", "D"], 2), "A, B and 2 others");
    }
}
