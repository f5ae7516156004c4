//! Files of no known kind: the size, and what the first bytes look like. Nothing of the content is shown.

use crate::text::encoding;
use crate::text::size::size;

/// Bytes that are looked at.
const HEAD: usize = 4096;

/// The line on such a file, which goes on after its name.
pub(super) fn line(bytes: &[u8], total: u64) -> String {
    format!(
        "is of no kind that this program knows ({}, {}): ask what it is, and see docs/inputs.md for what is read",
        size(total),
        looks(bytes.get(..HEAD).unwrap_or(bytes))
    )
}

fn looks(head: &[u8]) -> String {
    let (encoding, _) = encoding::detect(head);
    if encoding.is_some() {
        return "text in UTF-16 or with a byte order mark".to_owned();
    }
    let zeros = memchr::memchr_iter(0, head).count();
    if zeros == head.len() {
        return "nothing but zeros".to_owned();
    }
    if encoding::is_text(head) && zeros == 0 {
        return text(head).to_owned();
    }
    if zeros * 4 > head.len() {
        return "binary data with many zeros".to_owned();
    }
    let mut counts = [0_u32; 256];
    for byte in head {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let length = f64::from(u32::try_from(head.len().max(1)).unwrap_or(u32::MAX));
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let part = f64::from(*count) / length;
            -part * part.log2()
        })
        .sum();
    // Random bytes come close to what so many of them can have.
    let most = length.min(256.0).log2();
    if bits > most * 0.92 { "binary data that look compressed or encrypted" } else { "binary data" }
        .to_owned()
}

fn text(head: &[u8]) -> &'static str {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte);
    match () {
        () if head.len() >= 64
            && !head.contains(&b' ')
            && head.iter().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace()) =>
        {
            "text of hexadecimal digits"
        }
        () if head.len() >= 64 && head.iter().all(is_base64) => "text in Base64",
        () if std::str::from_utf8(head).is_ok() => "text",
        () => "text in an older encoding",
    }
}
