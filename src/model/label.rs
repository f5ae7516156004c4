//! Labels that replace names in bundles of level `identities`, such as `{host-40083dc9-a4b62893e9}`: kind, key id, tag.
//! `redact` makes them; this module says which can be compared.

/// Digits of a key id.
const KEY: usize = 8;
/// Digits of a tag.
const TAG: usize = 10;

/// The key id of a text that is exactly one label.
pub fn key_of(text: &str) -> Option<&str> {
    let mut parts = text.strip_prefix('{')?.strip_suffix('}')?.split('-');
    let (kind, key, tag) = (parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
    let word = (3..=8).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphabetic());
    (word && kind != "redacted" && hex(key, KEY) && hex(tag, TAG) && parts.next().is_none()).then_some(key)
}

/// The key id of the first label in `text`, such as that of a host with its domain.
pub fn first_key_in(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(at, _)| {
        let tail = text.get(at..)?;
        key_of(tail.get(..=tail.find('}')?)?)
    })
}

/// Whether two names can be compared: both are plain names, or both are labels of one key.
pub fn comparable(one: &str, other: &str) -> bool {
    first_key_in(one) == first_key_in(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_of_one_key_can_be_compared() {
        let label = |key: &str| format!("{{host-{key}-a4b62893e9}}.{{domain-{key}-0123456789}}");
        assert!(comparable("WEB01", "web02") && comparable(&label("40083dc9"), &label("40083dc9")));
        assert!(
            !comparable("WEB01", &label("40083dc9")) && !comparable(&label("7d91d732"), &label("40083dc9"))
        );
        for text in ["", "host", "{redacted}", "{host-1-2}", "{a-b}", "{host-40083dc9-a4b62893e9-x}"] {
            assert_eq!(key_of(text), None, "{text}");
        }
    }
}
