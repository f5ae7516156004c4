//! Licence keys: three or five groups of five capitals and digits, `ABCDE-12345-FGHIJ`.

use super::counts::Kind;
use super::pattern::Span;

/// Characters of a group.
const GROUP: usize = 5;

/// Appends every licence key of `text`.
pub(super) fn spans(text: &[u8], out: &mut Vec<Span>) {
    let mut done = 0;
    // No group is without a dash behind or before it, and hardly any dash has another one six characters on.
    for at in memchr::memchr_iter(b'-', text) {
        if at < done || at < GROUP || text.get(at + GROUP + 1) != Some(&b'-') {
            continue;
        }
        let start = at - GROUP;
        let mut end = start;
        let mut groups = 0;
        while is_group(text, end) {
            groups += 1;
            end += GROUP;
            if text.get(end) != Some(&b'-') || !is_group(text, end + 1) {
                break;
            }
            end += 1;
        }
        let alone = |byte: Option<&u8>| !byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
        let key = text.get(start..end).unwrap_or_default();
        let count = |class: fn(&u8) -> bool| key.iter().filter(|b| class(b)).count();
        if matches!(groups, 3 | 5)
            && alone(text.get(end))
            && alone(start.checked_sub(1).and_then(|before| text.get(before)))
            && count(u8::is_ascii_digit) >= 2
            && count(u8::is_ascii_uppercase) >= 2
        {
            out.push(Span { range: start..end, kind: Kind::Licence });
        }
        done = end.max(at + 1);
    }
}

fn is_group(text: &[u8], at: usize) -> bool {
    let group = text.get(at..at + GROUP).unwrap_or_default();
    group.len() == GROUP && group.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_dates_and_identifiers() {
        let found = |text: &str| -> Vec<std::ops::Range<usize>> {
            let mut all = Vec::new();
            spans(text.as_bytes(), &mut all);
            all.into_iter().map(|span| span.range).collect()
        };
        assert_eq!(found("key A1B2C-D3E4F-G5H6J, Q1W2E-R3T4Y-U5I6O-P7A8S-D9F0G."), [4..21, 23..52]);
        for text in [
            "2026-11-22 3F250-4E0 10045-00012-00077 HTTPS-PROXY-ERROR A1B2C-D3E4F A1B2C-D3E4F-G5H6J-K7L8M",
            "3F2504E0-4F89-11D3-9A0C-0305E82C3301 xA1B2C-D3E4F-G5H6J A1B2C-D3E4F-G5H6Jx a1b2c-d3e4f-g5h6j",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
