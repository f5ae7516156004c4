//! Secrets by pattern: a name, a scheme or a shape shows them.
//!
//! One search finds the candidates of all rules; each rule decides how far a value reaches. No rule crosses a line, and none
//! reaches further than [`MAX_VALUE`], so a text may be cut without changing what is found. A rule that ends with its line tells
//! where the value may be on the next ones; those lines are then looked at as one (`lines.rs`).

mod command;
mod connection;
mod device;
mod element;
mod encoded;
mod factored;
mod header;
mod named;
mod names;
mod pair;
mod program;
mod prose;
mod sign;
mod spoken;
mod token;
mod value;

use super::bytes::first;
use super::counts::Kind;
use super::key_block;
use super::lines::Open;
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

/// What the rules found.
#[derive(Default)]
pub(super) struct Found {
    pub spans: Vec<Span>,
    /// Names whose value is on the next lines, if it is anywhere.
    pub opens: Vec<(usize, Open)>,
    /// Where words of sentences about secrets are, which stay.
    pub prose: Vec<usize>,
}

/// How candidates of one kind are found, and where the value of one is.
struct Rule {
    kind: Kind,
    /// Letters of either case match.
    candidate: String,
    /// The value of a candidate; `None` where there is no secret in it.
    value: Value,
}

/// Finds the value of a candidate in its text.
type Value = fn(&[u8], Range<usize>, &mut Seen) -> Option<Range<usize>>;

/// What goes from one candidate to the next.
#[derive(Default)]
struct Seen {
    segment: Segment,
    /// Up to where nothing in brackets is a value.
    barren: usize,
    /// Further values of the candidate.
    more: Vec<Range<usize>>,
    opens: Vec<(usize, Open)>,
    prose: Vec<usize>,
}

fn rule(kind: Kind, candidate: &str, value: Value) -> Rule {
    Rule { kind, candidate: candidate.to_owned(), value }
}

/// Rules for names with letters beyond ASCII. They are apart since their automaton is large, and hardly a log has one.
fn foreign_rules() -> Vec<Rule> {
    let names = names::foreign_passwords();
    vec![
        rule(Kind::Assignment, &pair::candidate(&names), pair::beside),
        rule(Kind::Assignment, &pair::element_candidate(&names), pair::beside_element),
        rule(Kind::Assignment, &names, named::password),
        rule(Kind::Assignment, &names::foreign_secrets(false), |text, found, _| named::foreign(text, found)),
    ]
}

/// Of two rules whose candidates start at one place the first is asked.
fn rules() -> Vec<Rule> {
    let names = names::names();
    vec![
        rule(Kind::Assignment, device::CISCO, |text, found, _| device::reversible(text, found.end)),
        rule(Kind::Assignment, device::LINE, |text, found, _| device::line(text, found)),
        rule(Kind::Assignment, &pair::candidate(&names), pair::beside),
        rule(Kind::Assignment, &pair::element_candidate(&names), pair::beside_element),
        rule(Kind::Assignment, pair::MARKED, pair::marked),
        rule(Kind::Assignment, pair::VALUE_FIRST, pair::value_first),
        rule(Kind::Assignment, program::CREDENTIAL, program::credential),
        rule(Kind::Assignment, program::PIPED, |text, found, _| program::piped(text, found)),
        rule(Kind::Assignment, &names::passwords(), named::password),
        rule(Kind::Assignment, &names::candidate(), named::after),
        rule(Kind::Authorization, header::AUTHORIZATION, |text, found, _| {
            header::authorization(text, found.end)
        }),
        rule(Kind::Cookie, header::COOKIE, |text, found, _| header::cookie(text, found.end)),
        rule(Kind::Authorization, header::SCHEME, |text, found, _| header::scheme(text, found)),
        rule(Kind::Jwt, token::WEB_TOKEN, |text, found, seen| {
            token::web_token(text, found.start, &mut seen.segment)
        }),
        rule(Kind::Encrypted, r"\[enc:", |text, found, _| Some(token::encrypted(text, found.start))),
        rule(Kind::UrlCredentials, r":\\?/\\?/", |text, found, _| {
            connection::url_credentials(text, found.end)
        }),
        rule(Kind::CloudKey, &token::shapes(), |text, found, _| token::whole(text, found.start)),
        rule(Kind::Assignment, token::HASHES, |text, found, _| token::hashes(text, found)),
        rule(Kind::PrivateKey, key_block::BEGIN, |text, found, _| {
            Some(key_block::in_line(text, found.start))
        }),
        rule(Kind::PrivateKey, key_block::PUTTY, |text, found, _| Some(key_block::putty(text, found))),
        rule(Kind::Account, connection::ACCOUNT, |text, found, _| connection::account(text, found)),
        rule(Kind::Assignment, connection::QUERY, |text, found, _| connection::query(text, found)),
        rule(Kind::Assignment, command::NET, |text, found, _| command::net(text, found)),
        rule(Kind::Assignment, &command::programs(), command::switches),
        rule(Kind::Assignment, command::SWITCH, |text, found, _| command::switch(text, found)),
        rule(Kind::Assignment, command::REGISTRY, |text, found, _| value::assigned(text, found.end, false)),
        rule(Kind::Assignment, command::SENT, |text, found, _| command::sent(text, found)),
        rule(Kind::Assignment, &names::any_key(), |text, found, _| named::key(text, found)),
        rule(Kind::Assignment, &names::foreign_secrets(true), |text, found, _| named::foreign(text, found)),
    ]
}

/// Bytes of states that a search keeps for each thread. With fewer, the states of so many expressions are thrown away and made
/// again all the time, at many times the cost of a search.
const CACHE: usize = 8 << 20;

/// Rules, and what finds the candidates of all of them at once.
struct Search {
    rules: Vec<Rule>,
    candidates: Regex,
}

static SEARCH: LazyLock<Search> = LazyLock::new(|| Search::new(rules()));
static FOREIGN: LazyLock<Search> = LazyLock::new(|| Search::new(foreign_rules()));

impl Search {
    fn new(rules: Vec<Rule>) -> Self {
        let expressions: Vec<&str> = rules.iter().map(|rule| rule.candidate.as_str()).collect();
        let bytes = syntax::Config::new().unicode(false).utf8(false).case_insensitive(true);
        let config = Regex::config().hybrid_cache_capacity(CACHE);
        let candidates = Regex::builder().syntax(bytes).configure(config).build_many(&expressions);
        #[expect(clippy::expect_used, reason = "the expressions are constant and every test compiles them")]
        let candidates = candidates.expect("the expressions compile");
        Self { rules, candidates }
    }

    fn run(&self, text: &[u8], spans: &mut Vec<Span>, seen: &mut Seen) {
        let mut at = 0;
        while let Some(found) = self.candidates.find(Input::new(text).range(at..)) {
            at = found.start() + 1;
            let Some(rule) = self.rules.get(found.pattern().as_usize()) else { continue };
            let value = (rule.value)(text, found.range(), seen);
            for mut range in value.into_iter().chain(seen.more.drain(..)).filter(|range| !range.is_empty()) {
                range.end = reach(text, &range);
                at = at.max(range.end);
                spans.push(Span { range, kind: rule.kind });
            }
        }
    }
}

/// Whether a text may hold a letter beyond ASCII, raw or escaped.
fn may_be_foreign(text: &[u8]) -> bool {
    let hex = |at: usize, count: usize| {
        text.get(at..at + count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let escape = |at: usize| match text.get(at..at + 2) {
        Some([b'\\', b'u' | b'U']) => hex(at + 2, 4),
        Some([b'&', b'#']) => {
            text.get(at + 2).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X'))
        }
        // A letter has two bytes or more.
        Some([b'%', b'c'..=b'e' | b'C'..=b'E']) => hex(at + 2, 1) && text.get(at + 3) == Some(&b'%'),
        _ => false,
    };
    !text.is_ascii() || memchr::memchr3_iter(b'\\', b'&', b'%', text).any(escape)
}

/// What the rules find in `text`, and what codes in it hide.
pub(super) fn find(text: &[u8]) -> Found {
    let mut found = plain(text);
    encoded::spans(text, &mut found.spans);
    found
}

/// Whether a cell below the name of a secret is one.
pub(super) fn is_secret_cell(cell: &[u8]) -> bool {
    !value::is_no_value(cell) && !prose::is_plain(cell)
}

/// What the rules find in `text` as it is.
fn plain(text: &[u8]) -> Found {
    let (mut spans, mut seen) = (Vec::new(), Seen::default());
    SEARCH.run(text, &mut spans, &mut seen);
    if may_be_foreign(text) {
        seen.barren = 0;
        seen.segment = Segment::default();
        FOREIGN.run(text, &mut spans, &mut seen);
    }
    Found { spans, opens: seen.opens, prose: seen.prose }
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
