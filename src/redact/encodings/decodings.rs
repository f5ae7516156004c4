//! Every way to decode the characters at one position of a text: the byte itself, a UTF-8 character, or an escape.

/// How often an escape may be escaped again: `%252541`, `&amp;amp;#65;`.
const NESTED: usize = 2;
/// Most backslashes before a letter: each nesting of JSON doubles them.
const BACKSLASHES: usize = 4;

/// Whether a byte may be read in more than one way.
pub(super) const fn is_mark(byte: u8) -> bool {
    matches!(byte, b'%' | b'&' | b'\\' | b'+') || byte >= 0x80
}

/// Calls `each` with every character that may be read at the start of `rest`, and the bytes that it takes there.
pub(super) fn at(rest: &[u8], mut each: impl FnMut(char, usize)) {
    let Some(byte) = rest.first() else { return };
    // A byte beyond ASCII is one of Latin-1, and a byte of UTF-16.
    each(char::from(*byte), 1);
    match byte {
        b'%' => percent(rest, each),
        b'&' => entity(rest, each),
        b'\\' => backslash(rest, each),
        b'+' => each(' ', 1),
        0x80.. => beyond_ascii(rest, each),
        // As SQL and CSV write one. It is no mark: where a value starts so, it is searched for so.
        b'\'' | b'"' if rest.get(1) == Some(byte) => each(char::from(*byte), 2),
        _ => {}
    }
}

fn percent(rest: &[u8], mut each: impl FnMut(char, usize)) {
    for nested in 0..=NESTED {
        let byte = |from: usize| {
            let (mark, digits) = rest.get(from..from + 3 + 2 * nested)?.split_first()?;
            let (again, digits) = digits.split_at_checked(2 * nested)?;
            let plain = *mark == b'%' && again.chunks(2).all(|pair| pair == b"25");
            plain.then(|| u8::try_from(number(digits, 16)?).ok())?
        };
        let length = 3 + 2 * nested;
        let Some(first) = byte(0) else { return };
        each(char::from(first), length);
        let more = match first {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => continue,
        };
        let said: Vec<u8> = (0..=more).map_while(|part| byte(part * length)).collect();
        if let Some(c) = only_char(&said) {
            each(c, said.len() * length);
        }
    }
}

fn entity(rest: &[u8], mut each: impl FnMut(char, usize)) {
    for nested in 0..=NESTED {
        let from = 1 + nested * b"amp;".len();
        let Some((again, inside)) = rest.split_at_checked(from) else { return };
        if again.get(1..).is_none_or(|again| again.chunks(4).any(|name| name != b"amp;")) {
            return;
        }
        let Some(length) = inside.iter().take(14).position(|byte| *byte == b';') else { return };
        let said = match inside.get(..length).unwrap_or_default() {
            b"amp" => Some('&'),
            b"lt" => Some('<'),
            b"gt" => Some('>'),
            b"quot" => Some('"'),
            b"apos" => Some('\''),
            [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).and_then(char::from_u32),
            [b'#', digits @ ..] => number(digits, 10).and_then(char::from_u32),
            _ => None,
        };
        if let Some(said) = said {
            each(said, from + length + 1);
        }
    }
}

fn backslash(rest: &[u8], mut each: impl FnMut(char, usize)) {
    let run = rest.iter().take(2 * BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    for length in [2, 4, 8] {
        if length <= run {
            each('\\', length);
        }
    }
    let Some(letter) = rest.get(run).filter(|_| run <= BACKSLASHES) else { return };
    let digits = |count: usize| number(rest.get(run + 1..run + 1 + count)?, 16);
    match letter {
        b'u' => {
            let length = run + 5;
            let Some(unit) = digits(4) else { return };
            if let Some(c) = char::from_u32(unit) {
                each(c, length);
                return;
            }
            // The other half of a pair has as many backslashes.
            let second = rest.get(length..).and_then(|second| {
                let (mark, digits) = second.get(..length)?.split_at_checked(run + 1)?;
                (Some(mark) == rest.get(..=run)).then(|| number(digits, 16))?
            });
            let units = [Some(unit), second].map(|unit| unit.and_then(|unit| u16::try_from(unit).ok()));
            if let [Some(first), Some(second)] = units
                && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
            {
                each(c, 2 * length);
            }
        }
        b'x' => {
            if let Some(c) = digits(2).and_then(char::from_u32) {
                each(c, run + 3);
            }
        }
        b't' => each('\t', run + 1),
        b'"' | b'\'' | b'/' => each(char::from(*letter), run + 1),
        _ => {}
    }
}

fn beyond_ascii(rest: &[u8], mut each: impl FnMut(char, usize)) {
    for length in 2..=4 {
        if let Some(c) = rest.get(..length).and_then(only_char) {
            each(c, length);
        }
    }
    // The code page of western Windows differs from Latin-1 in these.
    if let Some(byte @ 0x80..=0x9f) = rest.first() {
        let (said, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte));
        said.chars().for_each(|c| each(c, 1));
    }
}

/// The character that these bytes are in UTF-8, if it is one.
fn only_char(bytes: &[u8]) -> Option<char> {
    let mut chars = std::str::from_utf8(bytes).ok()?.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// What digits say; not the sign that `from_str_radix` takes.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok())?
}
