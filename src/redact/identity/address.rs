//! Addresses: IP of both versions, and hardware addresses. Read by hand: a program that opens no socket needs no type of
//! the network for it.

/// The four bytes of a dotted address.
pub(super) fn v4(text: &[u8]) -> Option<[u8; 4]> {
    let mut bytes = [0; 4];
    let mut parts = text.split(|b| *b == b'.');
    for byte in &mut bytes {
        let part = parts.next()?;
        let plain = (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
        // A leading zero is a date or a version.
        if !plain || (part.len() > 1 && part.first() == Some(&b'0')) {
            return None;
        }
        *byte = std::str::from_utf8(part).ok()?.parse().ok()?;
    }
    parts.next().is_none().then_some(bytes)
}

/// Whether an address is nobody's: unspecified, loopback, broadcast, or a mask.
pub(super) const fn is_nobodys(address: [u8; 4]) -> bool {
    matches!(address, [0 | 127 | 255, ..])
}

/// Whether four numbers are rather a version, such as `4.0.0.0`, `120.0.0.0` and `8.4.60.0`: no machine has an address that ends
/// with nothing, save that it names a private network.
pub(super) const fn reads_as_version(address: [u8; 4]) -> bool {
    let private = matches!(address, [10, ..] | [172, 16..=31, ..] | [192, 168, ..]);
    matches!(address, [_, _, 0, 0]) || (matches!(address, [.., 0]) && !private)
}

/// Whether a word is the name that a cloud makes of an address, such as `ip-10-20-30-40`.
pub(super) fn is_name(word: &[u8]) -> bool {
    let part = |part: &[u8]| (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let head = word.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"ip-"));
    head && word.split(|b| *b == b'-').skip(1).filter(|one| part(one)).count() == 4
}

/// The eight groups of an address of version 6.
pub(super) fn v6(text: &[u8]) -> Option<[u16; 8]> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.split('%').next()?;
    let (head, tail) = match text.split_once("::") {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let head = groups(head)?;
    let Some(tail) = tail else { return <[u16; 8]>::try_from(head).ok() };
    let tail = groups(tail)?;
    if head.len() + tail.len() > 7 {
        return None;
    }
    let mut all = [0; 8];
    for (group, value) in all.iter_mut().zip(&head) {
        *group = *value;
    }
    for (group, value) in all.iter_mut().rev().zip(tail.iter().rev()) {
        *group = *value;
    }
    Some(all)
}

fn groups(text: &str) -> Option<Vec<u16>> {
    let mut groups = Vec::new();
    if text.is_empty() {
        return Some(groups);
    }
    for part in text.split(':') {
        if let Some([a, b, c, d]) = v4(part.as_bytes()) {
            groups.extend([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
        } else if (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit()) {
            groups.push(u16::from_str_radix(part, 16).ok()?);
        } else {
            return None;
        }
    }
    (groups.len() <= 8).then_some(groups)
}

/// One spelling of an address: the mapped form of version 6 is the address of version 4.
pub(super) fn canonical(text: &str) -> Option<String> {
    if v4(text.as_bytes()).is_some() {
        return Some(text.to_owned());
    }
    Some(match v6(text.as_bytes())? {
        [0, 0, 0, 0, 0, 0xffff, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            format!("{a}.{b}.{c}.{d}")
        }
        groups => groups.map(|group| format!("{group:x}")).join(":"),
    })
}

/// The first three bytes of hardware addresses that makers of virtual machines have.
const VIRTUAL: &[&str] = &["0003ff", "000569", "000c29", "00155d", "00163e", "005056", "080027", "525400"];

/// Whether a word is a hardware address with dashes, `00-15-5D-01-02-03`, or with dots, `0015.5d01.0203`. Twelve digits
/// alone may be any number, save that they begin as those of virtual machines do.
pub(super) fn is_mac(word: &[u8]) -> bool {
    let hex = |part: &[u8], length| part.len() == length && part.iter().all(u8::is_ascii_hexdigit);
    let pairs = |sign: u8| word.split(move |b| *b == sign).filter(|part| hex(part, 2)).count() == 6;
    match word.len() {
        // Six pairs of digits alone may be a time.
        17 => pairs(b'-') && (word.iter().any(u8::is_ascii_alphabetic) || word.starts_with(b"00")),
        12 if hex(word, 12) => VIRTUAL
            .iter()
            .any(|head| word.get(..6).is_some_and(|own| own.eq_ignore_ascii_case(head.as_bytes()))),
        14 => word.split(|b| *b == b'.').filter(|part| hex(part, 4)).count() == 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_compared() {
        assert_eq!(v4(b"10.20.30.40"), Some([10, 20, 30, 40]));
        for text in
            ["10.0.17763.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "4.8.09037.0", "a.b.c.d", ""]
        {
            assert_eq!(v4(text.as_bytes()), None, "{text}");
        }
        assert_eq!(canonical("2001:DB8::1"), canonical("2001:db8:0:0:0:0:0:1"));
        assert_eq!(canonical("::ffff:10.0.0.5").as_deref(), Some("10.0.0.5"));
        assert_eq!(canonical("fe80::1%12"), canonical("fe80::1"));
        for text in ["12:34:56", "1::2::3", "12345::1", "a:b:c:d:e:f:a", ":", "x::y"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn hardware_addresses_are_no_times() {
        for word in ["00-15-5D-01-02-03", "0015.5d01.0203", "ac-de-48-00-11-22", "00155DAABB04"] {
            assert!(is_mac(word.as_bytes()), "{word}");
        }
        for word in ["26-11-22-12-34-56", "00-15-5D-01-02", "1234.5678.90", "2026-11-22-12", "1a2b3c4d5e6f"] {
            assert!(!is_mac(word.as_bytes()), "{word}");
        }
    }
}
