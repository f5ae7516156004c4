//! Secrets by pattern: what a name, a scheme or a shape gives away.
//!
//! One expression finds candidates; code decides how far each value reaches. No pattern crosses a line, and none
//! reaches further than [`MAX_VALUE`], so a text may be cut without changing what is found.

use super::text::Kind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Longest value that is followed, in bytes; tokens and tickets are shorter.
pub(super) const MAX_VALUE: usize = 16 * 1024;
/// Longest name before a separator, and the span in which a neighbouring `key=` makes a connection string.
const NEAR: usize = 256;

/// A part of a text that must go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// What has a form of its own and needs no name, how it begins and what follows: tokens of services, what Windows protects
/// for a user, hashes of passwords.
const TOKENS: [(&str, &str); 18] = [
    ("ghp_", "[A-Za-z0-9]{30}"),
    ("gho_", "[A-Za-z0-9]{30}"),
    ("ghs_", "[A-Za-z0-9]{30}"),
    ("ghr_", "[A-Za-z0-9]{30}"),
    ("ghu_", "[A-Za-z0-9]{30}"),
    ("github_pat_", "[A-Za-z0-9]{20}"),
    ("glpat-", "[A-Za-z0-9_-]{16}"),
    ("xox", "[abprs]-[0-9A-Za-z]{8}"),
    ("sk_live_", "[0-9A-Za-z]{8}"),
    ("rk_live_", "[0-9A-Za-z]{8}"),
    ("AIza", "[0-9A-Za-z_-]{30}"),
    ("SG.", "[A-Za-z0-9_-]{16}"),
    ("AQAAANCMnd8B", ""),
    ("01000000", "[dD]08[cC]9[dD][dD][fF]"),
    ("76492d1116743f04", ""),
    ("$2", "[aby]\\$[0-9]{2}\\$"),
    ("$5$", "[A-Za-z0-9./=]{1,40}\\$"),
    ("$6$", "[A-Za-z0-9./=]{1,40}\\$"),
];

/// Candidates. The separators after a name: an assignment, `value=` of a configuration, an element's end, or a
/// blank (kept only after a dash). Secret, token and password are product vocabulary and need one.
static CANDIDATES: LazyLock<Regex> = LazyLock::new(|| {
    let names = "password|passwd|passwort|kennwort|passphrase|passcode|pwd|secret|token|credentials?|securestring\
        |(?:api|access|private|shared|account|encryption|validation|decryption|master|signing|secret|client|storage\
        |symmetric|rpc|ssh|hmac|session|onboarding|subscription|license)[-_ ]?key|\\b[sa]key\
        |(?:\\b|_|bind|user|(?-i:[a-z]P)|(?-i:DB))(?:pass|pw)|(?-i:[a-z]P)(?:ass|w|in)|(?:\\b|_)pin\
        |aspxauth|asp\\.net_sessionid|samlresponse|client_assertion";
    // `PasswordText`, `token_hint`, `@__password_0`.
    let tail = "(?:[_-]?(?:text(?:box)?|value|hash|salt|hint|string))?[0-9_]{0,4}";
    let separator = "(?:\\x5c{0,3}[\"']|&quot;|%22)?\\]?[ \\t]{0,64}(?:=>|->|==?|:=?|%3[da])\
        |(?:[\"']|&quot;)[ \\t]{1,8}value[ \\t]{0,8}=\
        |\\x5c{0,3}[\"'][ \\t]{0,8}[,;}/]\
        |>|&gt;|\\x5cu003e\
        |[ \\t]";
    let tokens = TOKENS.map(|(start, rest)| regex::escape(start) + rest).join("|");
    let expression = format!(
        "(?i-u)(?:{names}){tail}(?:{separator})\
         |authorization(?:\\x5c{{0,3}}[\"'])?[ \\t]{{0,8}}[:=]\
         |cookie(?:\\x5c{{0,3}}[\"'])?[ \\t]{{0,8}}:\
         |(?:bearer|basic|negotiate|ntlm)[ \\t]{{1,8}}[a-z0-9+/._~=-]{{16}}\
         |eyj[a-z0-9_-]{{8}}\
         |\\[enc:\
         |:\\x5c?/\\x5c?/\
         |a[ks]ia[0-9a-z]{{16}}\
         |-{{4,5}}(?:[ +]|%20)?begin[ +%][a-z0-9 +%]{{0,50}}private(?:[ +]|%20)key\
         |private-lines:[ \\t]?[0-9]{{1,4}}\\x5c\
         |(?-i:{tokens})\
         |(?:user[ _]?id|uid|user[ _]?name|user)[ \\t]{{0,8}}=\
         |[?&;](?:sig|signature)="
    );
    #[expect(clippy::expect_used, reason = "the expression is constant and a test compiles it")]
    Regex::new(&expression).expect("the pattern compiles")
});

/// Appends every span of `text`, in order.
pub(super) fn spans(text: &[u8], out: &mut Vec<Span>) {
    let mut at = 0;
    let mut segment = Segment::default();
    while let Some(found) = CANDIDATES.find_at(text, at) {
        at = found.start() + 1;
        let span = span_of(text, found.range(), &mut segment).filter(|span| !span.range.is_empty());
        if let Some(mut span) = span {
            span.range.end = reach(text, &span.range);
            at = at.max(span.range.end);
            out.push(span);
        }
    }
}

/// The end of a value: what is longer than is followed goes on as long as it may be base64, escaped lines or not.
fn reach(text: &[u8], range: &Range<usize>) -> usize {
    let end = range.end.min(range.start + MAX_VALUE);
    if end < range.start + MAX_VALUE - 8 {
        return end;
    }
    let code = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=-_%\\".contains(b);
    let rest = text.get(end..text.len().min(end + MAX_VALUE)).unwrap_or_default();
    end + rest.iter().take_while(code).count()
}

/// What the candidate at `found` is, and how far its value reaches.
fn span_of(text: &[u8], found: Range<usize>, segment: &mut Segment) -> Option<Span> {
    let matched = text.get(found.clone())?;
    let starts =
        |word: &str| matched.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
    let as_kind = |kind| move |range| Span { range, kind };
    let own = |b: u8| b.is_ascii_alphanumeric();
    let boundary = || !before(text, found.start).is_some_and(own);
    if starts("[enc:") {
        let length = encrypted_length(line_from(text, found.start));
        Some(Span { range: found.start..found.start + length, kind: Kind::Encrypted })
    } else if starts(":") {
        url_credentials(text, found.end).map(as_kind(Kind::UrlCredentials))
    } else if starts("eyj") {
        // Three segments.
        let rest = line_from(text, found.start);
        if !segment.ends_with_another(text, found.start) || !is_token_header(rest) {
            return None;
        }
        let length = rest.iter().take_while(|b| own(**b) || matches!(**b, b'_' | b'-' | b'.')).count();
        Some(Span { range: found.start..found.start + length, kind: Kind::Jwt })
    } else if starts("akia") || starts("asia") {
        let sure = boundary() && matched.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        sure.then_some(found).map(as_kind(Kind::CloudKey))
    } else if TOKENS.iter().any(|(start, _)| matched.starts_with(start.as_bytes())) {
        let length = token_length(line_from(text, found.start));
        boundary().then(|| found.start..found.start + length).map(as_kind(Kind::CloudKey))
    } else if starts("private-lines") {
        // A key of PuTTY with its lines escaped.
        let start = found.end - 1;
        let code = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=\\".contains(b);
        let length = line_from(text, start).iter().take_while(code).count();
        Some(Span { range: start..start + length, kind: Kind::PrivateKey })
    } else if starts("-") {
        let rest = line_from(text, found.start);
        Some(Span { range: found.start..found.start + pem_length(rest), kind: Kind::PrivateKey })
    } else if ["bearer ", "bearer\t", "basic ", "basic\t", "negotiate ", "negotiate\t", "ntlm ", "ntlm\t"]
        .into_iter()
        .any(starts)
    {
        let start = found.end - 16;
        let length = token_length(line_from(text, start));
        let token = text.get(start..start + length)?;
        // "basic authentication..." is prose: a token of sixteen has a digit or a sign.
        let prose = token.iter().all(u8::is_ascii_alphabetic);
        (boundary() && !prose).then_some(start..start + length).map(as_kind(Kind::Authorization))
    } else if starts("authorization") {
        authorization(text, found.end).map(as_kind(Kind::Authorization))
    } else if starts("cookie") {
        let (start, _) = value_at(text, found.end, false)?;
        // A cookie has a name; "cookie: the ticket expired" is prose.
        let cookie = starts_name(line_from(text, start));
        cookie.then(|| start..quoted_or_line_end(text, start)).map(as_kind(Kind::Cookie))
    } else if starts("u") {
        let connection = boundary() && in_connection_string(text, found.clone());
        let (start, end) = connection.then(|| value_at(text, found.end, true))??;
        Some(Span { range: start..end, kind: Kind::Account })
    } else if matches!(matched.first(), Some(b'?' | b'&' | b';')) {
        assigned(text, found.end, false).map(as_kind(Kind::Assignment))
    } else {
        named(text, found).map(as_kind(Kind::Assignment))
    }
}

/// A run of characters that a segment of a web token may have, looked at once, however many candidates are in it.
#[derive(Default)]
struct Segment {
    end: usize,
    /// Whether a dot and another segment follow.
    goes_on: bool,
}

impl Segment {
    fn ends_with_another(&mut self, text: &[u8], at: usize) -> bool {
        let is = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if at >= self.end {
            let rest = line_from(text, at);
            let length = rest.iter().take_while(|b| is(b)).count();
            self.end = at + length;
            self.goes_on = rest.get(length) == Some(&b'.')
                && rest.get(length + 1..length + 5).is_some_and(|next| next.iter().all(is));
        }
        self.goes_on
    }
}

/// `user:password` after `://`; the last `@` stays, so that the host still reads as one. A password may hold what should have
/// been escaped in it; a number before a slash is a port.
fn url_credentials(text: &[u8], at: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 256;
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'<>{}".contains(b);
    let rest = text.get(at..(at + LONGEST).min(text.len()))?;
    let rest = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
    let user =
        rest.iter().position(|b| b":/?#@\\".contains(b)).filter(|user| rest.get(*user) == Some(&b':'))?;
    let password = rest.get(user + 1..memchr::memrchr(b'@', rest)?)?;
    let port = password.iter().take_while(|b| b.is_ascii_digit()).count();
    let path = matches!(password.get(port), Some(b'/' | b'\\' | b'?' | b'#')) && port <= 5;
    (!password.is_empty() && !path).then_some(at..at + user + 1 + password.len())
}

/// A value after the name of a secret.
fn named(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let name_start =
        found.start - text.get(..found.start)?.iter().rev().take(NEAR).take_while(|b| is_name(**b)).count();
    let head = text.get(name_start..found.end)?;
    let matched = text.get(found.clone())?;
    let name_length = head.iter().take_while(|b| is_name(**b)).count();
    let name = head.get(..name_length)?.to_ascii_lowercase();
    // Parts of assembly names and of .NET types, in every exception text.
    if [&b"publickeytoken"[..], b"cancellationtoken", b"metadatatoken"]
        .iter()
        .any(|word| name.ends_with(word))
    {
        return None;
    }
    let paired = match matched.last()? {
        b';' => !matched.ends_with(b"&gt;"),
        last => matches!(last, b',' | b'}' | b'/'),
    };
    if paired {
        return pair(text, name_start, found);
    }
    let range = match *matched.last()? {
        b'>' | b'e' | b'E' if !(matched.ends_with(b"=>") || matched.ends_with(b"->")) => {
            element(text, name_start, found.end)
        }
        b';' => element(text, name_start, found.end),
        b' ' | b'\t' => {
            let sign = before(text, name_start);
            let slash =
                sign == Some(b'/') && name_start.checked_sub(1).and_then(|at| before(text, at)) == Some(b' ');
            let flag = slash
                || head.starts_with(b"-") && !sign.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'<');
            let quoted = |r: &Range<usize>| matches!(before(text, r.start), Some(b'"' | b'\''));
            let word =
                [&b"password"[..], b"passwd", b"pwd", b"passphrase"].iter().any(|word| name.ends_with(word));
            if name.ends_with(b"securestring") {
                argument(text, found.end)
            } else if flag {
                assigned(text, found.end, false).filter(|r| !matches!(text.get(r.start), Some(b'-' | b'(')))
            } else if let Some(end) = end_of_tag(text, found.end) {
                element(text, name_start, end)
            } else if word {
                // `password 'x' was refused`; a secret in quotes is the name of one.
                assigned(text, found.end, false).filter(quoted)
            } else {
                None
            }
        }
        _ => assigned(text, found.end, in_connection_string(text, name_start..found.end)),
    }?;
    let value = text.get(range.clone())?;
    // An id of a secret is no secret.
    let digits = value.iter().all(u8::is_ascii_digit);
    let id = name.ends_with(b"secret") && value.len() <= 5 && digits;
    // How many were replaced, as manifests say.
    let count = matches!(name.as_slice(), b"private-key" | b"url-credentials") && digits;
    (!id && !count).then_some(range)
}

/// The end of a tag whose attributes begin at `at`, raw or escaped.
fn end_of_tag(text: &[u8], at: usize) -> Option<usize> {
    let rest = line_from(text, at);
    let rest = rest.get(..rest.len().min(NEAR))?;
    let end = memchr::memchr2(b'>', b'<', rest);
    let escaped = memchr::memmem::find(rest, b"&gt;").filter(|gt| end.is_none_or(|end| *gt < end));
    let (end, after) = match escaped {
        Some(end) => (end, end + 4),
        None => end.filter(|end| rest.get(*end) == Some(&b'>')).map(|end| (end, end + 1))?,
    };
    (!rest.get(..end)?.ends_with(b"/")).then_some(at + after)
}

/// The first argument of a command that is no switch.
fn argument(text: &[u8], mut at: usize) -> Option<Range<usize>> {
    for _ in 0..6 {
        let rest = line_from(text, at);
        at += rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if text.get(at) != Some(&b'-') {
            return assigned(text, at, false)
                .filter(|range| !matches!(text.get(range.start), Some(b'(' | b')' | b'|' | b';')));
        }
        at += line_from(text, at).iter().take_while(|b| !matches!(b, b' ' | b'\t')).count();
    }
    None
}

/// What holds the name of a setting or of a field.
const NAMING: [&[u8]; 9] =
    [b"key", b"name", b"fieldname", b"displayname", b"slug", b"field", b"setting", b"label", b"id"];

/// The value beside a name that is itself a value, as in `{"fieldName":"Password","itemValue":"…"}`, in either order: in the
/// same object or the same tag, near by.
fn pair(text: &[u8], name_start: usize, found: Range<usize>) -> Option<Range<usize>> {
    let open = name_start.checked_sub(1)?;
    let quote = text.get(open).copied().filter(|b| matches!(b, b'"' | b'\''))?;
    let line_start = text
        .get(..open)?
        .iter()
        .rev()
        .take(2 * NEAR)
        .take_while(|b| !matches!(b, b'\n' | b'{' | b'}' | b'<' | b'>'));
    let from = open - line_start.count();
    let head = text.get(from..open)?;
    let head = trim_signs(head, b"\\");
    let head = trim_signs(head, b" \t");
    let head = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"="))?;
    let head = trim_signs(trim_signs(head, b" \t"), b"\\\"'");
    let word = head.iter().rev().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = head.get(head.len() - word..)?;
    if !NAMING.iter().any(|name| word.eq_ignore_ascii_case(name)) {
        return None;
    }
    let rest = line_from(text, found.end - 1);
    let rest = rest.get(..rest.len().min(2 * NEAR))?;
    let to = found.end - 1
        + rest.iter().position(|b| matches!(b, b'{' | b'}' | b'<' | b'>')).unwrap_or(rest.len());
    // Behind the name, else before it.
    let inside = text.get(from..to)?;
    let value = |at: &usize| {
        let end = at + 5;
        let rest = inside.get(end..)?;
        let skip = rest.iter().take(8).take_while(|b| b" \t\\\"'".contains(b)).count();
        let sign = matches!(rest.get(skip), Some(b':' | b'='));
        let start = sign.then(|| end + skip + 1)?;
        let opens = inside.get(start..)?.iter().take(8).find(|b| !b" \t\\".contains(b))?;
        let range = (*opens == quote).then(|| assigned(text, from + start, false))??;
        (range.end <= to + NEAR).then_some(range)
    };
    let places: Vec<usize> = memchr::memmem::find_iter(inside, b"alue")
        .filter_map(|at| at.checked_sub(1).filter(|at| matches!(inside.get(*at), Some(b'v' | b'V'))))
        .collect();
    places.iter().filter(|at| from + **at > open).chain(places.iter()).find_map(value)
}

fn trim_signs<'t>(text: &'t [u8], signs: &[u8]) -> &'t [u8] {
    let kept = text.len() - text.iter().rev().take_while(|b| signs.contains(b)).count();
    text.get(..kept).unwrap_or(text)
}

/// The value of an element whose opening tag ends at `at`, raw or escaped.
fn element(text: &[u8], name_start: usize, at: usize) -> Option<Range<usize>> {
    let tag = text.get(name_start.saturating_sub(40)..name_start)?;
    let opened = tag.rsplit(u8::is_ascii_whitespace).next()?;
    // The prefix of a namespace stands between the sign and the name; an escaped sign reads as a part of the name.
    let named = opened.strip_suffix(b":").map_or(opened, |head| {
        head.get(..head.len() - head.iter().rev().take_while(|b| is_name(**b)).count()).unwrap_or(head)
    });
    let escaped = opened.ends_with(b"\\") && text.get(name_start..)?.starts_with(b"u003c");
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
        return (!is_harmless(inside.get(..end)?)).then_some(at + 9..at + 9 + end);
    }
    let end = (0..rest.len())
        .find(|i| {
            let tail = rest.get(*i..).unwrap_or_default();
            tail.starts_with(b"<") || tail.starts_with(b"&lt;") || tail.starts_with(b"\\u003c")
        })
        .unwrap_or(rest.len());
    (!is_harmless(rest.get(..end)?)).then_some(at..at + end)
}

/// The value after an assignment that ends at `at`; none when there is no secret in it.
fn assigned(text: &[u8], at: usize, connection: bool) -> Option<Range<usize>> {
    let (start, end) = value_at(text, at, connection)?;
    (!is_harmless(text.get(start..end)?)).then_some(start..end)
}

/// Start and end of the value after a separator that ends at `at`, without its quotes.
fn value_at(text: &[u8], at: usize, connection: bool) -> Option<(usize, usize)> {
    let rest = line_from(text, at);
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = rest.get(blanks..)?;
    let at = at + blanks;
    if rest.starts_with(super::MARKER_STEM.as_bytes()) {
        return None;
    }
    let slashes = rest.iter().take_while(|b| **b == b'\\').count();
    for open in [&b"\""[..], b"'", b"&quot;", b"%22", b"&apos;", b"&#39;", b"&#34;", b"%27"] {
        if rest.get(slashes..)?.starts_with(open) {
            let skip = slashes + open.len();
            let length = quoted_length(rest.get(skip..)?, slashes, open);
            return Some((at + skip, at + skip + length));
        }
    }
    match rest.first()? {
        // ODBC quotes with braces; elsewhere they are a part of the value. JSON opens an object or a list, whose
        // members have names of their own.
        b'{' if before(text, at) == Some(b'=') => {
            let closed = in_braces(rest)
                .filter(|end| rest.get(*end).is_none_or(|b| matches!(b, b';' | b'"' | b' ' | b'\t')));
            Some((at, at + closed.unwrap_or_else(|| unquoted_length(rest, connection))))
        }
        b'[' if before(text, at - blanks) == Some(b':') && !rest.starts_with(b"[enc:") => listed(rest, at),
        b'{' if before(text, at - blanks) == Some(b':') => boxed(text, rest, at),
        b'[' if rest.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"[enc:")) => {
            Some((at, at + encrypted_length(rest)))
        }
        _ => Some((at, at + unquoted_length(rest, connection))),
    }
}

/// Length of a value in braces, within reach; two closing ones are one of the value.
fn in_braces(rest: &[u8]) -> Option<usize> {
    let near = rest.get(..NEAR).unwrap_or(rest);
    let mut at = 1;
    loop {
        let end = at + memchr::memchr(b'}', near.get(at..)?)?;
        match rest.get(end + 1) {
            Some(b'}') => at = end + 2,
            _ => return Some(end + 1),
        }
    }
}

/// The texts of a list that starts `rest`; what has members has names of its own.
fn listed(rest: &[u8], at: usize) -> Option<(usize, usize)> {
    let lead = 1 + rest.iter().skip(1).take_while(|b| b" \t\\\"'".contains(b)).count();
    let end = memchr::memchr(b']', rest)?;
    let inside = trim_signs(rest.get(lead..end)?, b" \t\\\"'");
    let members = inside.iter().any(|b| matches!(b, b'{' | b'[' | b':'));
    (!members && !inside.is_empty()).then_some((at + lead, at + lead + inside.len()))
}

/// The text of `{"value":"…"}` that starts `rest`.
fn boxed(text: &[u8], rest: &[u8], at: usize) -> Option<(usize, usize)> {
    let signs = |rest: &[u8]| rest.iter().take(8).take_while(|b| b" \t\\\"'".contains(b)).count();
    let key = 1 + signs(rest.get(1..)?);
    let named = rest.get(key..key + 5)?.eq_ignore_ascii_case(b"value");
    let sign = key + 5 + signs(rest.get(key + 5..)?);
    // No object inside: those have names of their own, and may be as deep as the text is long.
    let plain =
        rest.get(sign + 1..)?.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| !b"{[".contains(b));
    (named && plain && rest.get(sign) == Some(&b':')).then(|| value_at(text, at + sign + 1, false))?
}

/// Length up to the closing quote, or to the end of the line.
fn quoted_length(rest: &[u8], slashes: usize, quote: &[u8]) -> usize {
    let mut at = 0;
    while let Some(i) = rest.get(at..).and_then(|tail| memchr::memmem::find(tail, quote)) {
        let escapes =
            rest.get(..at + i).map_or(0, |head| head.iter().rev().take_while(|b| **b == b'\\').count());
        let closes = if slashes == 0 { escapes % 2 == 0 } else { escapes == slashes };
        let doubled = slashes == 0
            && at + i > 0
            && quote.len() == 1
            && rest.get(at + i + 1..).is_some_and(|tail| tail.starts_with(quote));
        if closes && !doubled {
            return at + i - if slashes == 0 { 0 } else { escapes };
        }
        at += i + quote.len() + if closes && doubled { quote.len() } else { 0 };
    }
    rest.len()
}

/// Length of a value without quotes. In a connection string only `;` ends it (a password may hold blanks); else
/// the first blank does, or a sign that closes or goes on to the next name.
fn unquoted_length(rest: &[u8], connection: bool) -> usize {
    let mut said = false;
    for (i, byte) in rest.iter().enumerate() {
        let tail = rest.get(i + 1..).unwrap_or_default();
        let ends = match byte {
            b'<' => !connection || tail.first().is_none_or(|next| matches!(next, b'/' | b'!')),
            b'"' => true,
            b' ' | b'\t' => !connection,
            b';' => !closes_entity(rest.get(..i).unwrap_or_default()) && (connection || goes_on(tail)),
            b'&' => {
                let ends: &[&[u8]] =
                    if connection { &[b"quot;", b"lt;/"] } else { &[b"quot;", b"lt;", b"gt;"] };
                ends.iter().any(|name| tail.starts_with(name))
                    || (!connection && starts_name(tail.strip_prefix(b"amp;").unwrap_or(tail)))
            }
            b',' | b')' | b']' | b'}' | b'\'' | b'>' | b'|' => said && !connection && goes_on(tail),
            _ => false,
        };
        if ends {
            let escapes =
                rest.get(..i).map_or(0, |head| head.iter().rev().take_while(|b| **b == b'\\').count());
            return if *byte == b'"' { i - escapes } else { i };
        }
        // A sign that closes before there is a value is a part of it.
        said |= byte.is_ascii_alphanumeric() || !byte.is_ascii();
    }
    rest.len()
}

/// Whether what follows a closing sign shows that it closed the value.
fn goes_on(tail: &[u8]) -> bool {
    match tail.first() {
        None => true,
        Some(b)
            if b.is_ascii_whitespace()
                || matches!(b, b'"' | b'\'' | b')' | b']' | b'}' | b'<' | b';' | b',') =>
        {
            true
        }
        Some(_) => starts_name(tail),
    }
}

/// Whether `tail` starts with `name=`.
fn starts_name(tail: &[u8]) -> bool {
    let tail = tail.trim_ascii_start();
    let length = tail.iter().take(40).take_while(|b| is_name(**b) || **b == b' ').count();
    length > 0 && tail.get(length) == Some(&b'=')
}

/// Whether the `;` after `head` ends an entity such as `&amp;`.
fn closes_entity(head: &[u8]) -> bool {
    let name = head.iter().rev().take(8).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    name > 0 && name < head.len() && head.get(head.len() - name - 1) == Some(&b'&')
}

/// Whether `key=` at `range` is one part among others: a `;` before it, or `;name=` after its value.
fn in_connection_string(text: &[u8], range: Range<usize>) -> bool {
    if before(text, range.end) != Some(b'=') {
        return false;
    }
    let head = text.get(range.start.saturating_sub(16)..range.start).unwrap_or_default();
    let blanks = head.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let head = head.get(..head.len() - blanks).unwrap_or_default();
    let after = line_from(text, range.end);
    let after = after.get(..after.len().min(NEAR)).unwrap_or(after);
    head.strip_suffix(b";").is_some_and(|head| !closes_entity(head))
        || after
            .iter()
            .enumerate()
            .take_while(|(_, b)| !matches!(b, b'"' | b'<'))
            .any(|(i, b)| *b == b';' && after.get(i + 1..).is_some_and(starts_name))
}

/// Whether a text starts with the header of a JSON web token: base64 of a JSON object. `KeyJsonConverter.Read` holds
/// the same letters and is none.
fn is_token_header(text: &[u8]) -> bool {
    let header = text.get(..text.len().min(128)).unwrap_or(text);
    let header = header.split(|b| *b == b'.').next().unwrap_or_default();
    // Whole groups of four decode alone; the end of the header does not matter, nor what comes after its first name.
    let whole = header.get(..header.len().min(128) / 4 * 4).unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(whole).unwrap_or_default();
    let name = json.strip_prefix(b"{\"").unwrap_or_default();
    name.iter().take_while(|b| b.is_ascii()).any(|b| *b == b'"')
}

/// The credentials of an `Authorization` header; the scheme stays.
fn authorization(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let lead = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\')).count();
    let start = at + lead;
    let rest = rest.get(lead..)?;
    let scheme = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let is_scheme = |words: &[&[u8]]| {
        rest.get(..scheme).is_some_and(|s| words.iter().any(|word| s.eq_ignore_ascii_case(word)))
    };
    let blanks = rest.get(scheme..)?.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let range = if blanks > 0 && is_scheme(&[b"bearer", b"basic", b"negotiate", b"ntlm"]) {
        let start = start + scheme + blanks;
        start..start + token_length(line_from(text, start))
    } else if blanks > 0 && is_scheme(&[b"digest"]) {
        // A list of values in quotes of their own.
        start..start + rest.len()
    } else {
        let length = token_length(rest);
        // "Authorization: denied for user" is prose.
        let number = rest.iter().take(length).all(u8::is_ascii_digit);
        let prose = length < 16 && (scheme == length || number);
        start..start + if prose { 0 } else { length }
    };
    (!is_harmless(text.get(range.clone())?)).then_some(range)
}

/// Length of a private key block that starts `rest`: to its end mark, or all of the line.
pub(super) fn pem_length(rest: &[u8]) -> usize {
    pem_end(rest).unwrap_or(rest.len())
}

/// Where a private key block ends in `line`, if it does.
pub(super) fn pem_end(line: &[u8]) -> Option<usize> {
    let end = memchr::memmem::find(line, b"END ")?;
    let dashes = memchr::memmem::find(line.get(end..)?, b"----")?;
    let tail = line.get(end + dashes..)?;
    Some(end + dashes + tail.iter().take_while(|b| **b == b'-').count())
}

/// Values that hold nothing: empty, switched, masked, or a marker.
fn is_harmless(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let words = [&b"null"[..], b"(null)", b"nil", b"none", b"true", b"false", b"undefined", b"yes", b"no"];
    // Words of a sentence about it.
    let said = [
        &b"incorrect"[..],
        b"changed",
        b"expired",
        b"missing",
        b"invalid",
        b"required",
        b"failed",
        b"rejected",
        b"the",
        b"is",
        b"was",
        b"not",
        b"pem",
        b"aes256",
        b"{token}",
        b"{password}",
        b"%s",
        b"%d",
    ];
    value.iter().all(|b| matches!(b, b'*' | b'-' | b'=' | b'>' | b'.' | b':' | b'|'))
        || (value.len() <= 3 && value.iter().all(u8::is_ascii_digit))
        || said.iter().any(|word| value.eq_ignore_ascii_case(word))
        || (value.len() <= 2 && value.iter().all(u8::is_ascii_punctuation))
        || words.iter().any(|word| value.eq_ignore_ascii_case(word))
        || std::str::from_utf8(value).is_ok_and(super::is_marker)
}

fn quoted_or_line_end(text: &[u8], start: usize) -> usize {
    let rest = line_from(text, start);
    start + memchr::memchr3(b'"', b'<', b'\\', rest).unwrap_or(rest.len())
}

/// Length of an `[enc:…]` value that starts `rest`.
fn encrypted_length(rest: &[u8]) -> usize {
    rest.iter().position(|b| *b == b']').map_or_else(|| token_length(rest), |end| end + 1)
}

/// Length of a run without blanks, quotes and separators.
fn token_length(rest: &[u8]) -> usize {
    rest.iter()
        .take_while(|b| {
            !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b',' | b';' | b'<' | b'>' | b'\\')
        })
        .count()
}

/// The rest of the line from `at`, at most [`MAX_VALUE`] bytes.
fn line_from(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(MAX_VALUE)).unwrap_or(rest);
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

fn before(text: &[u8], at: usize) -> Option<u8> {
    text.get(at.checked_sub(1)?).copied()
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}
