//! Addresses in texts: IP of both versions, and hardware (MAC) addresses. Types of `core::net` only parse: no socket is opened.

use core::net::{Ipv4Addr, Ipv6Addr};

/// The four bytes of a dotted address. A part with a leading zero is one of a date or a version, and no address.
pub(super) fn v4(text: &[u8]) -> Option<[u8; 4]> {
    std::str::from_utf8(text).ok()?.parse::<Ipv4Addr>().ok().map(|address| address.octets())
}

/// Whether an address is nobody's: unspecified, loopback, broadcast, or a mask.
pub(super) const fn is_special(address: [u8; 4]) -> bool {
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
    head && word.split(|b| *b == b'-').skip(1).filter(|number| part(number)).count() == 4
}

/// An address of version 6, without its zone.
pub(super) fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let text = std::str::from_utf8(text).ok()?.split('%').next()?;
    // Only a dotted end can be told from a port without brackets: `::ffff:10.0.0.5:443`.
    let without_port = || text.rsplit_once(':').filter(|(address, _)| address.contains('.'));
    text.parse().ok().or_else(|| without_port()?.0.parse().ok())
}

/// One spelling for each address, so that labels of one address are equal: an IPv4 address mapped to version 6 is that IPv4
/// address.
pub(super) fn canonical(text: &str) -> Option<String> {
    if v4(text.as_bytes()).is_some() {
        return Some(text.to_owned());
    }
    let address = v6(text.as_bytes())?;
    Some(match address.to_ipv4_mapped() {
        Some(mapped) => mapped.to_string(),
        // Labels are keyed hashes of this text, and those of older bundles have to stay equal: all groups, none left out.
        None => address.segments().map(|group| format!("{group:x}")).join(":"),
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
