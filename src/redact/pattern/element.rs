//! Secrets between the tags of an XML element, raw or escaped.

use super::value::is_no_value;
use crate::redact::bytes::{NEAR, is_name, line_from, line_within};
use std::ops::Range;

/// The value of an element whose opening tag ends at `at`, raw or escaped.
pub(super) fn element(text: &[u8], name_start: usize, at: usize) -> Option<Range<usize>> {
    let tag = text.get(name_start.saturating_sub(40)..name_start)?;
    let opened = tag.rsplit(u8::is_ascii_whitespace).next()?;
    // The prefix of a namespace is between the sign and the name; an escaped sign reads as a part of the name.
    let named = opened.strip_suffix(b":").map_or(opened, |head| {
        head.get(..head.len() - head.iter().rev().take_while(|b| is_name(**b)).count()).unwrap_or(head)
    });
    let coded = text.get(name_start..)?;
    let escaped = (opened.ends_with(b"\\") && coded.starts_with(b"u003c"))
        || (opened.ends_with(b"%") && coded.get(..2).is_some_and(|code| code.eq_ignore_ascii_case(b"3c")));
    // What follows the end of an element is none of its values.
    if named.ends_with(b"/") {
        return None;
    }
    if !(opened.contains(&b'<') || named.ends_with(b"&lt;") || named.ends_with(b"\\u003c") || escaped) {
        return None;
    }
    let rest = line_from(text, at);
    if let Some(inside) = rest.strip_prefix(b"<![CDATA[") {
        let end = memchr::memmem::find(inside, b"]]>").unwrap_or(inside.len());
        return (!is_no_value(inside.get(..end)?)).then_some(at + 9..at + 9 + end);
    }
    let end = (0..rest.len())
        .find(|i| {
            let tail = rest.get(*i..).unwrap_or_default();
            [&b"<"[..], b"&lt;", b"\\u003c", b"%3c", b"%3C"].iter().any(|tag| tail.starts_with(tag))
        })
        .unwrap_or(rest.len());
    (!is_no_value(rest.get(..end)?)).then_some(at..at + end)
}

/// The end of a tag whose attributes begin at `at`, raw or escaped.
pub(super) fn end_of_tag(text: &[u8], at: usize) -> Option<usize> {
    let rest = line_within(text, at, NEAR);
    let end = memchr::memchr2(b'>', b'<', rest);
    let escaped = memchr::memmem::find(rest, b"&gt;").filter(|gt| end.is_none_or(|end| *gt < end));
    let (end, after) = match escaped {
        Some(end) => (end, end + 4),
        None => end.filter(|end| rest.get(*end) == Some(&b'>')).map(|end| (end, end + 1))?,
    };
    (!rest.get(..end)?.ends_with(b"/")).then_some(at + after)
}
