//! Tokens and hashes with a shape of their own, which need no name before them.

use super::factored::factored;
use crate::redact::bytes::{first, line_from, starts_word};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::Range;

/// How it begins and what follows: tokens of services, what Windows protects for a user, hashes of passwords, keys without their
/// marks.
const SHAPES: [(&str, &str); 67] = [
    ("AKIA", "[0-9A-Z]{16}"),
    ("ASIA", "[0-9A-Z]{16}"),
    ("ABIA", "[0-9A-Z]{16}"),
    ("ghp_", "[A-Za-z0-9]{30}"),
    ("gho_", "[A-Za-z0-9]{30}"),
    ("ghs_", "[A-Za-z0-9]{30}"),
    ("ghr_", "[A-Za-z0-9]{30}"),
    ("ghu_", "[A-Za-z0-9]{30}"),
    ("github_pat_", "[A-Za-z0-9]{20}"),
    ("gl", "(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[A-Za-z0-9_-]{16}"),
    ("xox", "[abeprs]-[0-9A-Za-z]{8}"),
    ("xapp-", "[0-9]-[A-Za-z0-9]{8}"),
    ("hooks.slack.com/services/", "T"),
    ("webhook.office.com/webhookb2/", "[0-9a-fA-F]"),
    ("sk_live_", "[0-9A-Za-z]{8}"),
    ("sk_test_", "[0-9A-Za-z]{8}"),
    ("rk_live_", "[0-9A-Za-z]{8}"),
    ("whsec_", "[0-9A-Za-z]{8}"),
    ("sk-ant-", "[0-9A-Za-z_-]{8}"),
    ("sk-or-v1-", "[0-9A-Za-z]{8}"),
    ("sk-proj-", "[0-9A-Za-z_-]{8}"),
    ("sk-", "[0-9A-Za-z]{20}"),
    ("gsk_", "[0-9A-Za-z]{20}"),
    ("xai-", "[0-9A-Za-z]{20}"),
    ("hf_", "[A-Za-z]{20}"),
    ("r8_", "[0-9A-Za-z]{20}"),
    ("AIza", "[0-9A-Za-z_-]{30}"),
    ("ya29.", "[0-9A-Za-z_-]{20}"),
    ("GOCSPX-", "[0-9A-Za-z_-]{16}"),
    ("SG.", "[A-Za-z0-9_-]{16}"),
    ("xkeysib-", "[0-9a-f]{16}"),
    ("npm_", "[A-Za-z0-9]{30}"),
    ("pypi-", "[A-Za-z0-9_-]{30}"),
    ("rubygems_", "[0-9a-f]{30}"),
    ("dckr_pat_", "[A-Za-z0-9_-]{16}"),
    ("dop_v1_", "[0-9a-f]{30}"),
    ("shp", "(?:at|ca|pa|ss)_[0-9a-fA-F]{20}"),
    ("hv", "[sbr]\\.[A-Za-z0-9_-]{20}"),
    ("ATATT3", "[A-Za-z0-9_=-]{20}"),
    ("lin_api_", "[A-Za-z0-9]{20}"),
    ("PMAK-", "[A-Za-z0-9-]{20}"),
    ("NRAK-", "[A-Z0-9]{20}"),
    ("dapi", "[0-9a-f]{32}"),
    ("AGE-SECRET-KEY-", "1"),
    ("AQAAANCMnd8B", ""),
    ("01000000", "[dD]08[cC]9[dD][dD][fF]"),
    ("76492d1116743f04", ""),
    ("b3BlbnNzaC1rZXktdjE", ""),
    ("MIIE", "[opqvw][A-Za-z0-9]IBA[AD][A-Za-z0-9+/]{32}"),
    ("PHNhbWw", "[A-Za-z0-9+/]{12}"),
    ("$1$", "[A-Za-z0-9./]{1,8}\\$[A-Za-z0-9./]{8}"),
    ("$2", "[aby]\\$[0-9]{2}\\$"),
    ("$5$", "[A-Za-z0-9./=]{1,40}\\$"),
    ("$6$", "[A-Za-z0-9./=]{1,40}\\$"),
    ("$7$", "[A-Za-z0-9./]{20}"),
    ("$8$", "[A-Za-z0-9./]{1,20}\\$[A-Za-z0-9./]{22}"),
    ("$9$", "[A-Za-z0-9./]{1,20}\\$[A-Za-z0-9./]{22}"),
    ("$y$", "[A-Za-z0-9./]{1,20}\\$"),
    ("$apr1$", "[A-Za-z0-9./]{1,8}\\$"),
    ("$argon2", "[id]{1,2}\\$"),
    ("$pbkdf2-", "[a-z0-9]{4,8}\\$"),
    ("pbkdf2_sha", "[0-9]{1,3}\\$[0-9]{3}"),
    ("$krb5", "[a-z]{3,5}\\$"),
    ("$DCC2$", "[0-9]"),
    ("{SSHA", "[0-9]{0,3}\\}[A-Za-z0-9+/]{20}"),
    ("{CRYPT}", "[A-Za-z0-9$./]{10}"),
    ("0x0200", "[0-9A-Fa-f]{60}"),
];

/// Hashes of Windows accounts: a pair of them, the response to a challenge, or one after its name.
pub(super) const HASHES: &str = r"\b[0-9a-f]{32}:[0-9a-f]{32}\b|::[^: \n]{0,64}:[0-9a-f]{16}:[0-9a-f]{32}:|\b(?:nt|lm|ntlm)(?:v[12])?[-_ ]?(?:hash|owf)[^0-9a-f\n]{1,8}[0-9a-f]{32}(?::[0-9a-f]{32})?\b";

/// A hash of an account; of what has a name before it, the hash alone.
pub(super) fn hashes(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(found.clone())?;
    if whole.starts_with(b"::") {
        return Some(found.start + 2..found.start + 2 + length(line_from(text, found.start + 2)));
    }
    let digits = whole.iter().rev().take_while(|b| b.is_ascii_hexdigit() || **b == b':').count();
    Some(found.end - digits..found.end)
}

/// Candidates of all shapes; each is written in one way.
pub(super) fn shapes() -> String {
    format!("(?-i:{})", factored(&SHAPES.map(|(start, rest)| regex::escape(start) + rest).join("|")))
}

/// A shape with all that belongs to it.
pub(super) fn whole(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = line_from(text, start);
    // The parameters of a hash are apart.
    let hash = rest.starts_with(b"$argon2");
    let length = if hash {
        rest.iter().take_while(|b| b.is_ascii_graphic() && !b"\"'<>;".contains(b)).count()
    } else {
        length(rest)
    };
    starts_word(text, start).then(|| start..start + length)
}

/// How a JSON web token begins.
pub(super) const WEB_TOKEN: &str = "eyj[a-z0-9_-]{8}";

/// A JSON web token, of two or three segments.
pub(super) fn web_token(text: &[u8], start: usize, seen: &mut Segment) -> Option<Range<usize>> {
    if !seen.ends_with_another(text, start) {
        return None;
    }
    let rest = line_from(text, start);
    let length = rest.iter().take_while(|b| is_code(**b) || **b == b'.').count();
    is_header(rest).then_some(start..start + length)
}

/// A run of characters that a segment of a web token may have, looked at once, however many candidates are in it.
#[derive(Default)]
pub(super) struct Segment {
    end: usize,
    /// Whether a dot and another segment follow.
    goes_on: bool,
}

impl Segment {
    fn ends_with_another(&mut self, text: &[u8], at: usize) -> bool {
        if at >= self.end {
            let rest = line_from(text, at);
            let length = rest.iter().take_while(|b| is_code(**b)).count();
            self.end = at + length;
            self.goes_on = rest.get(length) == Some(&b'.')
                && rest.get(length + 1..length + 5).is_some_and(|next| next.iter().all(|b| is_code(*b)));
        }
        self.goes_on
    }
}

fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a text starts with the header of a JSON web token: base64 of a JSON object. `KeyJsonConverter.Read` holds
/// the same letters and is none.
fn is_header(text: &[u8]) -> bool {
    let header = first(text, 128).split(|b| *b == b'.').next().unwrap_or_default();
    // Whole groups of four decode alone; the end of the header does not matter, nor what comes after its first name.
    let whole = header.get(..header.len() / 4 * 4).unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(whole).unwrap_or_default();
    let name = json.strip_prefix(b"{\"").unwrap_or_default();
    name.iter().take_while(|b| b.is_ascii()).any(|b| *b == b'"')
}

/// An `[enc:…]` value.
pub(super) fn encrypted(text: &[u8], start: usize) -> Range<usize> {
    let rest = line_from(text, start);
    start..start + rest.iter().position(|b| *b == b']').map_or_else(|| length(rest), |end| end + 1)
}

/// Length of a run without blanks, quotes and separators.
pub(super) fn length(rest: &[u8]) -> usize {
    rest.iter()
        .take_while(|b| {
            !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b',' | b';' | b'<' | b'>' | b'\\')
        })
        .count()
}
