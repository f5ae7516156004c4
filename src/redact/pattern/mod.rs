//! Secrets by pattern: a name, a scheme or a shape shows them.
//!
//! One search finds the candidates of all rules; each rule decides how far a value reaches. No rule crosses a line, and none
//! reaches further than [`MAX_VALUE`], so a text may be cut without changing what is found.

mod command;
mod connection;
mod element;
mod header;
mod named;
mod pair;
mod token;
mod value;

use super::bytes::first;
use super::counts::Kind;
use super::key_block;
use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::ops::Range;
use std::sync::LazyLock;
use token::Segment;

/// Longest value that is followed, in bytes; tokens and tickets are shorter.
pub(super) const MAX_VALUE: usize = 16 * 1024;

/// A part of a text that must go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span<K = Kind> {
    pub range: Range<usize>,
    pub kind: K,
}

/// How candidates of one kind are found, and where the value of one is.
struct Rule {
    kind: Kind,
    /// Letters of either case match.
    candidate: String,
    /// The value of a candidate; `None` where there is no secret in it.
    value: Value,
}

/// Finds the value of a candidate in its text; what was seen of web tokens goes from one to the next.
type Value = fn(&[u8], Range<usize>, &mut Segment) -> Option<Range<usize>>;

/// Of two rules whose candidates start at one place the first is asked.
fn rules() -> [Rule; 17] {
    let rule = |kind, candidate: &str, value| Rule { kind, candidate: candidate.to_owned(), value };
    [
        rule(Kind::Assignment, command::CISCO, |text, found, _| command::cisco(text, found.end)),
        rule(Kind::Assignment, &pair::candidate(), |text, found, _| pair::beside(text, found)),
        rule(Kind::Assignment, &named::candidate(), |text, found, _| named::after(text, found)),
        rule(Kind::Authorization, header::AUTHORIZATION, |text, found, _| {
            header::authorization(text, found.end)
        }),
        rule(Kind::Cookie, header::COOKIE, |text, found, _| header::cookie(text, found.end)),
        rule(Kind::Authorization, header::SCHEME, |text, found, _| header::scheme(text, found)),
        rule(Kind::Jwt, token::WEB_TOKEN, |text, found, seen| token::web_token(text, found.start, seen)),
        rule(Kind::Encrypted, r"\[enc:", |text, found, _| Some(token::encrypted(text, found.start))),
        rule(Kind::UrlCredentials, r":\\?/\\?/", |text, found, _| {
            connection::url_credentials(text, found.end)
        }),
        rule(Kind::CloudKey, &token::shapes(), |text, found, _| token::whole(text, found.start)),
        rule(Kind::PrivateKey, key_block::BEGIN, |text, found, _| {
            Some(key_block::in_line(text, found.start))
        }),
        rule(Kind::PrivateKey, key_block::ESCAPED_PUTTY, |text, found, _| {
            Some(key_block::escaped(text, found.end))
        }),
        rule(Kind::Account, connection::ACCOUNT, |text, found, _| connection::account(text, found)),
        rule(Kind::Assignment, connection::QUERY, |text, found, _| connection::query(text, found)),
        rule(Kind::Assignment, command::NET, |text, found, _| command::net(text, found)),
        rule(Kind::Assignment, command::SSHPASS, |text, found, _| value::assigned(text, found.end, false)),
        rule(Kind::Assignment, &named::any_key(), |text, found, _| named::key(text, found)),
    ]
}

/// All rules, and what finds the candidates of all of them at once.
static SEARCH: LazyLock<([Rule; 17], Regex)> = LazyLock::new(|| {
    let rules = rules();
    let expressions = rules.each_ref().map(|rule| rule.candidate.as_str());
    let bytes = syntax::Config::new().unicode(false).utf8(false).case_insensitive(true);
    #[expect(clippy::expect_used, reason = "the expressions are constant and every test compiles them")]
    let candidates =
        Regex::builder().syntax(bytes).build_many(&expressions).expect("the expressions compile");
    (rules, candidates)
});

/// Appends every span of `text`, in order.
pub(super) fn spans(text: &[u8], out: &mut Vec<Span>) {
    let (rules, candidates) = &*SEARCH;
    let mut at = 0;
    let mut segment = Segment::default();
    while let Some(found) = candidates.find(Input::new(text).range(at..)) {
        at = found.start() + 1;
        let Some(rule) = rules.get(found.pattern().as_usize()) else { continue };
        let value = (rule.value)(text, found.range(), &mut segment).filter(|range| !range.is_empty());
        if let Some(mut range) = value {
            range.end = reach(text, &range);
            at = at.max(range.end);
            out.push(Span { range, kind: rule.kind });
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
    let rest = first(text.get(end..).unwrap_or_default(), MAX_VALUE);
    end + rest.iter().take_while(code).count()
}
