//! The words of a message, and which of them change from one entry to the next by their look alone.

use memchr::{memchr, memchr_iter};

/// Bytes of a message that make its wording.
pub(super) const LONGEST: usize = 256;
/// Most words of it.
const MOST: usize = 40;
/// Slots, as they are printed.
const NUMBER: &[u8] = b"<num>";
const TIME: &[u8] = b"<time>";
const GUID: &[u8] = b"<guid>";
const HEX: &[u8] = b"<hex>";
const ADDRESS: &[u8] = b"<ip>";
const URL: &[u8] = b"<url>";
pub(super) const PATH: &[u8] = b"<path>";
pub(super) const ACCOUNT: &[u8] = b"<account>";
const TEXT: &[u8] = b"<text>";
const BOOLEAN: &[u8] = b"<bool>";
const BODY: &[u8] = b"<body>";
/// Any other word that changes, and any words where a method found that they do.
pub(super) const ANY: &[u8] = b"<*>";

/// One word of a wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'m> {
    /// Signs before the word.
    before: &'m [u8],
    /// The word, or a slot.
    word: &'m [u8],
    /// Signs after it.
    after: &'m [u8],
}

impl Token<'_> {
    /// Its text, in parts.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        [self.before, self.word, self.after]
    }
}

/// The tokens of a message.
pub(super) fn tokens(message: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let message = message.trim_ascii();
    let message = message.strip_prefix(b"- ").unwrap_or(message);
    let cut = message.get(..LONGEST).unwrap_or(message);
    Tokens { tail: cut }.take(MOST)
}

struct Tokens<'m> {
    tail: &'m [u8],
}

/// What a byte can be in a word; more than one is possible.
const DIGIT: u8 = 1;
const HEX_LETTER: u8 = 2;
const LETTER: u8 = 4;
const BACKSLASH: u8 = 8;
const AT: u8 = 16;
const DOT: u8 = 32;
const COLON: u8 = 64;
/// Any other sign, also between words.
const SIGN: u8 = 128;

/// The class of every byte: one look where a comparison for each class would cost several times more.
const CLASSES: [u8; 256] = {
    let mut classes = [SIGN; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "one place for each byte")]
        {
            classes[byte as usize] = match byte {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'f' | b'A'..=b'F' => HEX_LETTER,
                b'g'..=b'z' | b'G'..=b'Z' | b'_' | 0x80.. => LETTER,
                b'\\' => BACKSLASH,
                b'@' => AT,
                b'.' => DOT,
                b':' => COLON,
                _ => SIGN,
            };
        }
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(SIGN)
}

impl<'m> Iterator for Tokens<'m> {
    type Item = Token<'m>;

    fn next(&mut self) -> Option<Token<'m>> {
        let tail = self.tail.trim_ascii_start();
        let opens = tail.iter().take_while(|byte| matches!(byte, b'(' | b'[' | b'<' | b'=')).count();
        let (before, text) = tail.split_at(opens);
        let Some(&first) = text.first() else {
            self.tail = b"";
            return (!before.is_empty()).then_some(Token { before, word: b"", after: b"" });
        };
        // What stands between quotes, and a body, is one word.
        let whole = match first {
            b'\'' | b'"' => text.get(1..).and_then(|inner| memchr(first, inner)).map(|at| (at + 2, TEXT)),
            b'{' if text.contains(&b'"') => {
                Some((memchr::memrchr(b'}', text).map_or(text.len(), |at| at + 1), BODY))
            }
            _ => None,
        };
        if let Some((length, slot)) = whole {
            let (_, rest) = text.split_at(length);
            let signs = rest.iter().take_while(|byte| class(**byte) == SIGN && !byte.is_ascii_whitespace());
            let (after, rest) = rest.split_at(signs.count());
            self.tail = rest;
            return Some(Token { before, word: slot, after });
        }
        let mut seen = 0;
        let length = text.iter().take_while(|byte| {
            let ends = byte.is_ascii_whitespace();
            seen |= if ends { 0 } else { class(**byte) };
            !ends
        });
        let (chunk, rest) = text.split_at(length.count());
        self.tail = rest;
        let signs = chunk.iter().rev().take_while(|byte| class(**byte) & (SIGN | DOT | COLON) != 0).count();
        let (core, after) = chunk.split_at(chunk.len() - signs);
        // `name=value` and `name:value`: only the name is said every time.
        if let Some(at) = memchr(b'=', core)
            && core.iter().take(at).all(|byte| class(*byte) & (LETTER | HEX_LETTER | DOT) != 0)
        {
            let (name, _) = core.split_at(at + 1);
            return Some(Token { before: name, word: ANY, after });
        }
        let word = slot(core, seen);
        if word == Some(PATH) {
            self.rest_of_path();
        }
        // The bracket is a part of an address of version 6.
        let (before, after) = match (word, before, after) {
            (Some(ADDRESS), b"[", [b']', after @ ..]) => (&b""[..], after),
            (Some(ADDRESS), b"[", _) => (&b""[..], after),
            _ => (before, after),
        };
        Some(Token { before, word: word.unwrap_or(core), after })
    }
}

impl Tokens<'_> {
    /// A path may have blanks: it goes on as long as one of the next words has a separator.
    fn rest_of_path(&mut self) {
        loop {
            let mut tail = self.tail;
            let mut words = 0;
            let found = loop {
                tail = tail.trim_ascii_start();
                let length = tail.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                let (word, rest) = tail.split_at(length);
                words += 1;
                if word.is_empty() || words > 3 || word.starts_with(b"\\") || word.get(1) == Some(&b':') {
                    break None;
                }
                if word.contains(&b'\\') {
                    break Some(rest);
                }
                tail = rest;
            };
            let Some(rest) = found else { return };
            self.tail = rest;
        }
    }
}

/// The slot that a word fills by its look; `seen` are the classes of its bytes.
fn slot(word: &[u8], seen: u8) -> Option<&'static [u8]> {
    if seen & (DIGIT | BACKSLASH | AT | COLON) == 0 {
        let boolean = matches!(word, b"True" | b"False" | b"true" | b"false");
        let path = word.first() == Some(&b'/') && word.len() > 1;
        return if boolean { Some(BOOLEAN) } else { path.then_some(PATH) };
    }
    if seen & BACKSLASH != 0 {
        let is_path = word.first() == Some(&b'\\') || word.get(1) == Some(&b':');
        let separators = memchr_iter(b'\\', word).count();
        return match separators {
            0 => None,
            1 if !is_path => Some(ACCOUNT),
            _ => Some(PATH),
        };
    }
    if memchr::memmem::find(word, b"://").is_some() {
        return Some(URL);
    }
    if seen & AT != 0 {
        return memchr(b'@', word).map(|_| ACCOUNT);
    }
    if word.first() == Some(&b'/') {
        return Some(PATH);
    }
    if !word.iter().any(u8::is_ascii_digit) {
        // The colon of `[fe80::a:b]`, or of `Domain:Name`.
        let address = memchr_iter(b':', word).count() > 1;
        return address.then_some(ADDRESS);
    }
    let letters = seen & LETTER != 0;
    if !letters && seen & HEX_LETTER == 0 {
        let colons = word.contains(&b':');
        let is_address = memchr_iter(b'.', word).count() >= 3;
        let is_time = colons || word.iter().filter(|byte| matches!(byte, b'/')).count() == 2;
        return Some(match (is_address, is_time) {
            (true, _) => ADDRESS,
            (false, true) => TIME,
            (false, false) => NUMBER,
        });
    }
    let is_guid = word.len() == 36 && word.get(8) == Some(&b'-') && word.get(13) == Some(&b'-');
    let hex = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    let colons = memchr_iter(b':', word).count();
    Some(match word {
        _ if is_guid => GUID,
        [b'0', b'x' | b'X', ..] => HEX,
        _ if word.len() >= 8 && hex(word) => HEX,
        _ if colons > 1 => ADDRESS,
        _ => ANY,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn wording(message: &str) -> String {
        let words: Vec<String> = tokens(message.as_bytes())
            .map(|token| String::from_utf8(token.parts().concat()).unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn what_changes_by_its_look_is_a_slot() {
        for (message, expected) in [
            (
                " - Dependency 12 on SRV07.corp.example failed after 3 tries",
                "Dependency <num> on <*> failed after <num> tries",
            ),
            (r"Could not open 'C:\a b.txt' (0x80070005).", "Could not open <text> (<hex>)."),
            (r"Could not open C:\Program Files\A B\c.txt: denied", "Could not open <path> denied"),
            (r"Folder \Domain Admin\SQL could not", "Folder <path> could not"),
            ("The user's page broke", "The user's page broke"),
            ("the state is True, was False", "the state is <bool>, was <bool>"),
            (r"CORP\svc and a.b@corp.example", "<account> and <account>"),
            ("took 00:00:12.345 since 11/20/2026 10:00:01", "took <time> since <time> <time>"),
            ("from 10.1.2.3 and [fe80::1:2]:443", "from <ip> and <ip>"),
            ("1,234 of -7 rows, 3.5 s", "<num> of <num> rows, <num> s"),
            ("GET https://a.example/b?c=1 status=Running", "GET <url> status=<*>"),
            (r#"Body {"a": 1, "b": [2]} was refused"#, "Body <body> was refused"),
            ("", ""),
            ("---", "---"),
        ] {
            assert_eq!(wording(message), expected, "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_message_panics_and_slots_stay(message in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let joined: Vec<u8> = tokens(&message).flat_map(|token| [token.parts().concat(), vec![b' ']].concat()).collect();
            proptest::prop_assert!(joined.len() <= 8 * LONGEST);
        }
    }
}
