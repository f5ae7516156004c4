//! What several systems take for a reference, a mention or an address, found in words.

/// Keeps a sign from joining what follows; no reader sees it.
pub(super) const JOINER: char = '\u{2060}';

/// Whether a word holds an address that becomes a link by itself.
pub(super) fn is_address(word: &str) -> bool {
    let low = word.to_ascii_lowercase();
    let starts = |scheme: &str| {
        low.match_indices(scheme).any(|(at, _)| {
            let tail = low.get(at + scheme.len()..).unwrap_or_default();
            // The scheme is a word of its own, and something follows.
            tail.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
                && !low.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()))
        })
    };
    low.contains("://") || ["www.", "mailto:", "xmpp:", "file:"].into_iter().any(starts)
}

/// Whether a word holds a name of an emoji, such as `:+1:`. Minutes between colons are none.
pub(super) fn has_emoji(word: &str) -> bool {
    let pieces: Vec<&str> = word.split(':').collect();
    let is_name = |piece: &&str| {
        let is_mark = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        let is_minute = piece.len() == 2 && piece.bytes().all(|byte| byte.is_ascii_digit());
        !piece.is_empty() && piece.bytes().all(is_mark) && !is_minute
    };
    let inner = pieces.get(1..pieces.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(is_name)
}

/// Whether a word holds the key of a ticket, such as `GH-12` or `VER-001`: a letter or a digit after letters, a hyphen, a digit.
pub(super) fn has_ticket_key(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.windows(3).any(|three| {
        matches!(three, [before, b'-', after] if before.is_ascii_alphabetic() && after.is_ascii_digit())
    }) || (bytes.windows(3).any(|three| {
        matches!(three, [before, b'-', after] if before.is_ascii_digit() && after.is_ascii_digit())
    }) && bytes.iter().any(u8::is_ascii_alphabetic))
}

/// Whether a word holds what may be the hash of a commit: seven or more hexadecimal digits by themselves.
pub(super) fn has_hash(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|run| run.len() >= 7 && run.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a number sign is followed by what may be the number of a ticket or a tag.
pub(super) fn has_number_sign(word: &str) -> bool {
    word.split('#').skip(1).any(|tail| tail.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_system_would_link_are_known() {
        for word in ["https://a.example/x", "www.a.example", "(WWW.a", "mailto:a", "ftp://x"] {
            assert!(is_address(word), "{word}");
        }
        assert!(!is_address("profile:x") && !is_address("a:b") && !is_address("file:"));
        assert!(has_emoji(":+1:") && has_emoji("a:smile:b") && has_emoji("1:100:2"));
        assert!(!has_emoji("10:02:13") && !has_emoji("a: b:") && !has_emoji("C:\\x"));
        assert!(has_ticket_key("GH-12") && has_ticket_key("(VER-001)") && has_ticket_key("A2-7"));
        assert!(!has_ticket_key("2026-11-20") && !has_ticket_key("web-appSettings"));
        assert!(has_hash("1a2b3c4d") && has_hash("p-1a2b3c4d5e") && has_hash("DEADBEEF"));
        assert!(!has_hash("11.7.000049") && !has_hash("2026-11-20") && !has_hash("WEB01"));
        assert!(has_number_sign("#12") && has_number_sign("a/b#1") && !has_number_sign("C#"));
    }
}
