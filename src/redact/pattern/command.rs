//! Secrets that are plain arguments of commands.

use super::factored::factored;
use super::prose::is_plain;
use super::value::{assigned, is_no_value};
use super::{Seen, token};
use crate::redact::bytes::{line_from, line_within, signs, starts_word};
use std::ops::Range;

/// Commands of Windows that take a password as it is.
pub(super) const NET: &str = r"net1?(?:\.exe)?[ \t]{1,4}us(?:e|er)[ \t]";

/// A switch of any program whose name says that a secret follows, and the switch of a program that reads commands in base64.
pub(super) const SWITCH: &str = r#"[ \t"'(](?:--?|/)[a-z]{0,12}(?:pass(?:in|out|wd|word[do]?)?|pwd|pw|pd|po|secret|rp|hp)(?:[ \t]{1,4}|[:=])"#;

/// What a password changer types into a session.
pub(super) const SENT: &str = r#"\b(?:sen[dt]|sending|typed|typing|entered|entering|writing)(?:[ \t](?:text|data|input|string|keys))?(?:[ \t]?[:>][ \t]{0,4}|[ \t]["'])"#;

/// A value of the registry by the name of a secret, with what comes before its data.
pub(super) const REGISTRY: &str = concat!(
    r#"(?:/v|-name)[ \t]{1,4}["']?[a-z_]{0,24}(?:password|pwd|passwd|secret|token|apikey)["']?[ \t]{1,4}"#,
    r"(?:/t[ \t]{1,4}[a-z_]{1,16}[ \t]{1,4})?(?:/d|-value)[ \t]{1,4}"
);

/// Most arguments that are looked at, and bytes.
const ARGUMENTS: usize = 32;
const LONGEST: usize = 2048;

/// What a program's switch takes.
#[derive(Clone, Copy)]
enum Takes {
    /// A password, in an argument of its own or after a sign.
    Secret,
    /// The same, also glued to the switch.
    Glued,
    /// `user:password`, `user%password`.
    Pair,
}

/// Programs, as expressions, and their switches that take a secret; letters of a dash's switch count as they are.
const PROGRAMS: [(&str, &[(&str, Takes)]); 9] = [
    ("sqlcmd|osql|isql|bcp|readtrace|sqldiag|dtexec|sqlpackage", &[("P", Takes::Glued), ("Z", Takes::Glued)]),
    (
        "mysql[a-z]{0,8}|mariadb[a-z-]{0,8}|7z[ar]?|rar|unrar|winrar",
        &[("p", Takes::Glued), ("hp", Takes::Glued)],
    ),
    ("zip|unzip|ncat|rclone", &[("P", Takes::Secret)]),
    (
        "psexec(?:64)?|paexec|psservice|pslist|pskill|psinfo|winrs|winrm|certutil|wmic|sshpass|mongo[a-z]{0,8}|signtool|az|pvk2pfx|rabbitmqadmin|ds(?:query|get|add|mod|rm|move)",
        &[("p", Takes::Secret), ("pi", Takes::Secret), ("po", Takes::Secret)],
    ),
    (
        "xfreerdp|rdesktop|wfreerdp|useradd|usermod|docker[ \\t]login|podman[ \\t]login|oc[ \\t]login",
        &[("p", Takes::Secret)],
    ),
    ("schtasks", &[("rp", Takes::Secret), ("p", Takes::Secret)]),
    ("ldap[a-z]{3,8}", &[("w", Takes::Glued), ("s", Takes::Secret), ("a", Takes::Secret)]),
    (
        "curl|wget|smbclient|rpcclient|smbget|net[ \\t]rpc",
        &[("u", Takes::Pair), ("U", Takes::Pair), ("user", Takes::Pair), ("proxy-user", Takes::Pair)],
    ),
    (
        "redis-cli|ssh-keygen|openssl",
        &[("a", Takes::Secret), ("N", Takes::Secret), ("P", Takes::Secret), ("k", Takes::Secret)],
    ),
];

/// Commands whose argument at a place is a secret: `rabbitmqctl add_user NAME PASSWORD`.
const PLACES: [(&str, usize); 7] = [
    (r"rabbitmqctl(?:\.bat)?[ \t][^|;&\n]{0,80}?(?:add_user|change_password|authenticate_user)", 1),
    (r"htpasswd[ \t]{1,4}-[a-z]{0,6}b[a-z]{0,6}[ \t]{1,4}[^ \n]{1,128}", 1),
    (r"sqlplus|expdp|impdp|rman[ \t]target", 0),
    (r"vncpasswd|nuget[ \t]setapikey", 0),
    (
        r"setx(?:\.exe)?[ \t]{1,4}(?:/m[ \t]{1,4})?[a-z0-9_]{0,40}(?:pass(?:word|wd)?|pwd|pw|secret|token|key|pat)",
        0,
    ),
    (r"vault[ \t]login|aws[ \t]configure[ \t]set[ \t][a-z_]{0,24}(?:key|token)", 0),
    (r"ALTER[ \t]USER[ \t][^ \n]{1,64}[ \t]PASSWORD", 0),
];

/// Candidates of all of these; the last group is never read, since which program it is decides nothing but its switches.
pub(super) fn programs() -> String {
    let programs = factored(&PROGRAMS.map(|(names, _)| names).join("|"));
    let places = PLACES.map(|(names, _)| names).join("|");
    format!(r#"\b(?:(?:{programs})(?:\.exe)?["']?|{places})[ \t]"#)
}

/// Which row's program a candidate is: programs are few, and their candidates fewer.
fn row(head: &[u8]) -> Option<usize> {
    use regex_automata::meta::Regex;
    use regex_automata::util::syntax;
    use std::sync::LazyLock;
    static ROWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let bytes = syntax::Config::new().unicode(false).utf8(false).case_insensitive(true);
        let programs = PROGRAMS.map(|(names, _)| format!(r#"^(?:{names})(?:\.exe)?["']?[ \t]"#));
        let places = PLACES.map(|(names, _)| format!(r"^(?:{names})[ \t]"));
        let all: Vec<&String> = programs.iter().chain(&places).collect();
        Regex::builder().syntax(bytes).build_many(&all).ok()
    });
    Some(ROWS.as_ref()?.find(head)?.pattern().as_usize())
}

/// An argument of a command line: where it is, without its quotes.
struct Arguments<'t> {
    text: &'t [u8],
    at: usize,
    left: usize,
    end: usize,
}

impl<'t> Arguments<'t> {
    fn new(text: &'t [u8], at: usize) -> Self {
        Self { text, at, left: ARGUMENTS, end: at + line_within(text, at, LONGEST).len() }
    }
}

impl Iterator for Arguments<'_> {
    /// Where an argument starts, and its value without quotes.
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        self.left = self.left.checked_sub(1)?;
        let rest = self.text.get(self.at..self.end)?;
        let start = self.at + signs(rest, b" \t");
        let rest = self.text.get(start..self.end)?;
        // A pipe or another command ends this one.
        if rest.is_empty() || matches!(rest, [b'|' | b';' | b'&', b' ' | b'|' | b'&', ..]) {
            return None;
        }
        let (mut length, mut quote) = (0, None);
        for byte in rest {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(*byte),
                (Some(open), byte) if open == *byte => quote = None,
                (None, b' ' | b'\t') => break,
                _ => {}
            }
            length += 1;
        }
        self.at = start + length;
        Some(start..start + length)
    }
}

/// A range without the quotes around it.
fn bare(text: &[u8], range: Range<usize>) -> Range<usize> {
    let value = text.get(range.clone()).unwrap_or_default();
    match value {
        [open @ (b'"' | b'\''), .., close] if open == close && value.len() > 1 => {
            range.start + 1..range.end - 1
        }
        [b'"' | b'\'', ..] => range.start + 1..range.end,
        [.., b'"' | b'\'' | b',' | b')'] => range.start..range.end - 1,
        _ => range,
    }
}

/// The secrets among the arguments of a program.
pub(super) fn switches(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let row = row(text.get(found.clone())?)?;
    let Some((_, switches)) = PROGRAMS.get(row) else {
        let (_, place) = PLACES.get(row - PROGRAMS.len())?;
        let value = Arguments::new(text, found.end).nth(*place)?;
        let value = bare(text, value);
        let said = text.get(value.clone())?;
        // `user/password@database`.
        let user = memchr::memchr(b'/', said).filter(|_| row - PROGRAMS.len() == 2);
        let value = if row - PROGRAMS.len() == 2 {
            let end = memchr::memrchr(b'@', said).unwrap_or(said.len());
            value.start + user? + 1..value.start + end.max(user? + 1)
        } else {
            value
        };
        let said = text.get(value.clone())?;
        return (!is_no_value(said) && !said.starts_with(b"-")).then_some(value);
    };
    let mut takes = None;
    for argument in Arguments::new(text, found.end) {
        // A switch may be in quotes with its value.
        let quote = usize::from(matches!(text.get(argument.clone())?, [b'"' | b'\'', b'-' | b'/', ..]));
        let argument = argument.start + quote..argument.end - quote.min(argument.len() - 1);
        let said = text.get(argument.clone())?;
        let value = match takes.take() {
            Some(takes) => Some((takes, argument.clone())),
            None => match switch_of(said, switches) {
                Some((kind, 0)) => {
                    takes = Some(kind);
                    None
                }
                Some((kind, length)) => Some((kind, argument.start + length..argument.end)),
                None => None,
            },
        };
        if let Some((kind, range)) = value {
            let range = bare(text, range);
            let said = text.get(range.clone())?;
            let skip = if matches!(kind, Takes::Pair) {
                memchr::memchr2(b':', b'%', said).map(|at| at + 1)
            } else {
                Some(0)
            };
            if let Some(skip) = skip.filter(|_| !is_no_value(said) && !said.starts_with(b"-")) {
                seen.more.push(range.start + skip..range.end);
            }
        }
    }
    None
}

/// Whether an argument is one of the switches: what it takes, and where its value starts in it; 0 for the next argument.
fn switch_of(argument: &[u8], switches: &[(&str, Takes)]) -> Option<(Takes, usize)> {
    let lead =
        if argument.starts_with(b"--") { 2 } else { usize::from(matches!(argument.first()?, b'-' | b'/')) };
    let rest = argument.get(lead..).filter(|_| lead > 0)?;
    switches.iter().find_map(|(name, takes)| {
        let head = rest.get(..name.len())?;
        let same = if argument.starts_with(b"/") && name.len() > 1 {
            head.eq_ignore_ascii_case(name.as_bytes())
        } else {
            head == name.as_bytes()
        };
        let after = rest.get(name.len()..).filter(|_| same)?;
        match after.first() {
            None => Some((*takes, 0)),
            Some(b':' | b'=') => Some((*takes, lead + name.len() + 1)),
            Some(b'"' | b'\'') => Some((*takes, lead + name.len())),
            Some(_)
                if matches!(takes, Takes::Glued)
                    || (matches!(takes, Takes::Pair) && after.contains(&b':')) =>
            {
                Some((*takes, lead + name.len()))
            }
            Some(_) => None,
        }
    })
}

/// The value of a switch that says by its name that it takes a secret.
pub(super) fn switch(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let head = text.get(found.clone())?;
    let spaced = matches!(head.last(), Some(b' ' | b'\t'));
    let value = assigned(text, found.end, false)?;
    let said = text.get(value.clone())?;
    // `-passin pass:…` of OpenSSL; `env:` and `file:` name a place.
    let skip = if said.starts_with(b"pass:") { 5 } else { 0 };
    let no_value = matches!(said.first(), Some(b'-' | b'(' | b'$'))
        || said.starts_with(b"env:")
        || said.starts_with(b"file:");
    (!(no_value || (spaced && said.starts_with(b"/")))).then_some(value.start + skip..value.end)
}

/// One word that was typed, which is neither a command nor a number.
pub(super) fn sent(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    // The quote is a part of what was found.
    let quoted = matches!(text.get(found.end - 1), Some(b'"' | b'\''));
    let at = found.end - usize::from(quoted);
    let rest = line_from(text, at);
    let (lead, value) = match rest {
        [b'[', inside @ ..] => (1, inside.get(..memchr::memchr(b']', inside)?)?),
        [quote @ (b'"' | b'\''), inside @ ..] => (1, inside.get(..memchr::memchr(*quote, inside)?)?),
        _ => (0, rest.trim_ascii_end()),
    };
    let word = !value.contains(&b' ') && value.len() >= 6;
    let digits = value.iter().any(u8::is_ascii_digit) || value.iter().any(|b| b"!#$%&*+?@^~".contains(b));
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let place = value.iter().any(|b| matches!(b, b'/' | b'\\'));
    let start = at + lead;
    (word && digits && letters && !place && !is_plain(value)).then_some(start..start + value.len())
}

/// `net use X: \\server\share PASSWORD /user:name`, `net user NAME PASSWORD /add`.
pub(super) fn net(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    // `.NET user` is no command.
    if !starts_word(text, found.start) || text.get(..found.start)?.ends_with(b".") {
        return None;
    }
    let of_share =
        text.get(found.start..found.end)?.trim_ascii_end().last().is_some_and(|b| matches!(b, b'e' | b'E'));
    let (mut plain, mut switch, mut place) = (Vec::new(), false, false);
    for argument in Arguments::new(text, found.end) {
        let said = text.get(argument.clone())?;
        let bare_said = said.strip_prefix(b"\"").unwrap_or(said);
        switch |= bare_said.starts_with(b"/");
        let is_place = bare_said.starts_with(b"\\\\") || matches!(bare_said, [_, b':'] | b"*");
        place |= is_place && bare_said != b"*";
        if !(bare_said.starts_with(b"/") || is_place) {
            plain.push(bare(text, argument));
        }
    }
    let value = if of_share {
        place.then(|| plain.first())?
    } else {
        // `net user NAME PASSWORD` and nothing else, or with switches.
        (switch || plain.len() == 2).then(|| plain.get(1))?
    }?;
    let said = text.get(value.clone())?;
    let token = token::length(said);
    let end = if said.contains(&b' ') { value.end } else { value.start + token };
    (!is_no_value(said)).then_some(value.start..end)
}
