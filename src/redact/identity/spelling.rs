//! Spellings of names with letters beyond ASCII: capitals, title case, and the code pages of Windows. The search itself
//! only ignores the case of ASCII.

use encoding_rs::{Encoding, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Code pages of logs: western, central European, Turkish, Cyrillic, Greek.
const CODE_PAGES: [&Encoding; 5] = [WINDOWS_1252, WINDOWS_1250, WINDOWS_1254, WINDOWS_1251, WINDOWS_1253];

/// What `text`, which is no UTF-8, says in the western code page; that of another one comes back as the same bytes.
pub(super) fn western(text: &[u8]) -> Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(text).0
}

/// Every spelling of a name that is given in lower case, each once.
pub(super) fn all(name: &str) -> BTreeSet<Vec<u8>> {
    if name.is_ascii() {
        return [name.as_bytes().to_vec()].into();
    }
    // The lower case of the dotted capital of Turkish has its dot apart.
    let plain = name.replace("i\u{307}", "i");
    let dotted = plain.replace('i', "İ");
    let texts = [
        name.to_owned(),
        plain.to_uppercase(),
        dotted.to_uppercase(),
        title(&plain),
        title(&dotted.chars().take(1).chain(plain.chars().skip(1)).collect::<String>()),
        plain,
    ];
    let pages = texts.iter().flat_map(|text| {
        let coded = CODE_PAGES.iter().map(|page| page.encode(text));
        coded.filter(|(.., lossy)| !lossy).map(|(bytes, ..)| bytes.into_owned()).collect::<Vec<_>>()
    });
    texts.iter().map(|text| text.clone().into_bytes()).chain(pages).collect()
}

/// With a capital at the start of each part.
fn title(name: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if starts {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
        starts = !letter.is_alphanumeric();
    }
    out
}
