//! The forms in which a secret may appear in a text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// `secret` in every form, each with its name. What is searched for in base64 leaves out the characters at its ends that depend
/// on the neighbours.
pub fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let escaped = |table: &[(char, &str)]| {
        let of = |c: char| {
            table.iter().find(|(from, _)| *from == c).map_or(c.to_string(), |(_, to)| (*to).to_owned())
        };
        secret.chars().map(of).collect::<String>().into_bytes()
    };
    let hex = |upper: bool| {
        let digits = clusterbrief::demo::hex(secret.as_bytes());
        if upper { digits } else { digits.to_lowercase() }.into_bytes()
    };
    let percent = secret.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    let base64 = |alignment: usize| {
        let text = STANDARD.encode([&b"\0\0"[..alignment], secret.as_bytes()].concat());
        let known = (alignment * 8).div_ceil(6)..(alignment + secret.len()) * 8 / 6;
        text.as_bytes()[known].to_vec()
    };
    vec![
        ("raw", secret.as_bytes().to_vec()),
        ("XML", escaped(&[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;")])),
        ("JSON", escaped(&[('"', "\\\""), ('\\', "\\\\")])),
        ("percent", percent.collect::<String>().into_bytes()),
        ("hex", hex(true)),
        ("lower hex", hex(false)),
        ("base64", base64(0)),
        ("base64 one byte on", base64(1)),
        ("base64 two bytes on", base64(2)),
        ("UTF-16", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]
}
