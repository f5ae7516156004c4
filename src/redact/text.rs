//! Redacts logs and every other text that is not a configuration: by value first, then by pattern.

use super::counts::{Counts, Kind};
use super::encodings::ValueMatcher;
use super::identity::{Identities, IdentitySpan, Known};
use super::licence;
use super::lines::{self, Extent, Open};
use super::own_words::OwnWords;
use super::pattern::{self, Found, Span};
use super::secret_set::SecretSet;
use super::weak::WeakMatcher;
use crate::model::excerpt::Sanitize;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

pub use super::stream::Stream;

/// Replaces secrets in text.
#[derive(Clone, Default)]
pub struct Redactor {
    values: ValueMatcher,
    weak: WeakMatcher,
    words: Option<OwnWords>,
    /// What replaces identities, at level `identities`.
    pub identities: Option<Identities>,
    /// Replaces nothing, and learns who the texts name.
    learned: Option<Arc<Mutex<Known>>>,
}

impl SecretSet {
    /// A redactor for these values and for patterns.
    pub fn redactor(&self) -> Redactor {
        Redactor {
            values: ValueMatcher::new(self.searched()),
            weak: WeakMatcher::new(self.marked()),
            words: self.words().cloned(),
            ..Redactor::default()
        }
    }
}

impl Redactor {
    /// Looks for patterns only: for texts of which no values are known.
    pub fn patterns_only() -> Self {
        Self::default()
    }

    /// The same at level `identities`.
    #[must_use]
    pub fn with(self, identities: Identities) -> Self {
        Self { identities: Some(identities), ..self }
    }

    /// Replaces nothing, and learns who the texts that go through it name: for a first pass, so that a name is hidden
    /// also where it is by itself.
    pub fn learning(known: Known) -> Self {
        Self { learned: Some(Arc::new(Mutex::new(known))), ..Self::default() }
    }

    /// What was learned.
    pub fn learned(self) -> Known {
        let known = self.learned.unwrap_or_default();
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut known)
    }

    /// Starts to redact one text that arrives in pieces.
    pub fn stream(&self) -> Stream<'_> {
        Stream::new(self)
    }

    /// Redacts a text at once.
    pub fn redact(&self, text: &[u8]) -> (Vec<u8>, Counts) {
        let mut out = Vec::with_capacity(text.len());
        let mut stream = self.stream();
        stream.push(text, &mut out);
        let counts = stream.finish(&mut out);
        (out, counts)
    }

    /// Whether there is a secret in a file.
    pub fn finds_secret(&self, text: &[u8]) -> bool {
        let secrets_alone = Self { identities: None, learned: None, ..self.clone() };
        secrets_alone.redact(text).1.total() > 0
    }

    /// Whether `text` holds a secret.
    pub(super) fn objects_to(&self, text: &str) -> bool {
        !self.secrets(text.as_bytes()).spans.is_empty()
    }

    /// Appends `text` with `spans` replaced, up to the end of the last one; gives where that is. Ranges of spans count from `base`.
    pub(super) fn replace(
        &self,
        text: &[u8],
        base: usize,
        spans: impl IntoIterator<Item = Span>,
        out: &mut Vec<u8>,
        counts: &mut Counts,
    ) -> usize {
        let mut at = 0;
        for Span { range, kind } in spans {
            let (start, end) = (range.start - base, range.end - base);
            out.extend_from_slice(text.get(at..start).unwrap_or_default());
            counts.add(kind);
            let gone = text.get(start..end).unwrap_or_default();
            self.put(kind, gone, out);
            // Line numbers hold.
            out.extend(gone.iter().filter(|byte| matches!(byte, b'\r' | b'\n')));
            at = end;
        }
        at
    }

    /// Appends what stands for `text`, which is of this kind.
    pub(super) fn put(&self, kind: Kind, text: &[u8], out: &mut Vec<u8>) {
        match (kind, &self.identities) {
            (Kind::Identity(kind), Some(identities)) => {
                out.extend_from_slice(identities.label(kind, text).as_bytes());
            }
            _ => out.extend_from_slice(super::MARKER.as_bytes()),
        }
    }

    /// Replaces identities alone, in a text that is free of secrets.
    pub(super) fn label(&self, text: &str) -> (String, Counts) {
        let (mut out, mut counts) = (Vec::with_capacity(text.len()), Counts::default());
        let text = text.as_bytes();
        let at = self.replace(text, 0, merged(self.named(text)), &mut out, &mut counts);
        out.extend_from_slice(text.get(at..).unwrap_or_default());
        (String::from_utf8_lossy(&out).into_owned(), counts)
    }

    /// What must go from the lines of `text`, in order, without overlaps. `last`: no other lines come.
    pub(super) fn spans(&self, text: &[u8], last: bool) -> Looked {
        let mut all = Looked { done: text.len(), ..Looked::default() };
        if let Some(known) = &self.learned {
            known.lock().unwrap_or_else(PoisonError::into_inner).learn(text);
            return all;
        }
        let mut found = self.secrets(text);
        found.opens.sort_unstable_by_key(|(at, _)| *at);
        let (mut end, mut table) = (0, 0..0);
        let mut extents = lines::Extents::new(text, last);
        for (at, open) in found.opens {
            // What is inside of a group was looked at with it.
            if at < end && open == Open::Object {
                continue;
            }
            match extents.of(at, open) {
                Extent::Lines(range)
                    if open == Open::Table && range.start != table.start && at < table.end => {}
                Extent::Lines(range) if open == Open::Table => {
                    let group = text.get(range.clone()).unwrap_or_default();
                    let cells = lines::cells(group, at - range.start);
                    let secret =
                        |cell: &Range<usize>| group.get(cell.clone()).is_some_and(pattern::is_secret_cell);
                    let span = |cell: Range<usize>| Span {
                        range: cell.start + range.start..cell.end + range.start,
                        kind: Kind::Assignment,
                    };
                    found.spans.extend(cells.into_iter().filter(secret).map(span));
                    if table != range {
                        all.groups.push(range.clone());
                    }
                    table = range;
                }
                Extent::Lines(range) if range.end > end => {
                    let group = text.get(range.clone()).unwrap_or_default();
                    let more = self.secrets(&lines::joined(group));
                    let shift = |span: Span| Span {
                        range: span.range.start + range.start..span.range.end + range.start,
                        ..span
                    };
                    found.spans.extend(more.spans.into_iter().map(shift));
                    end = range.end;
                    match all.groups.last_mut() {
                        Some(last) if last.end > range.start => last.end = range.end,
                        _ => all.groups.push(range),
                    }
                }
                Extent::More(start) => {
                    all.done = all.done.min(start);
                    break;
                }
                Extent::Lines(_) | Extent::None => {}
            }
        }
        // Lines that are looked at again are looked at with all of their group.
        for group in all.groups.iter().rev() {
            if group.contains(&all.done) {
                all.done = group.start;
            }
        }
        found.spans.extend(self.named(text));
        found.spans.retain(|span| span.range.start < all.done);
        all.spans = merged(found.spans);
        all.prose = found.prose.into_iter().filter(|at| *at < all.done).count();
        all
    }

    /// Identities, in any order.
    fn named(&self, text: &[u8]) -> Vec<Span> {
        let named = self.identities.iter().flat_map(|identities| identities.find(text));
        named.map(Span::from).collect()
    }

    /// Secrets, in any order.
    fn secrets(&self, text: &[u8]) -> Found {
        let value = |range| Span { range, kind: Kind::Value };
        let mut found = pattern::find(text);
        found.spans.extend(self.values.ranges(text).into_iter().map(value));
        found.spans.extend(self.weak.ranges(text).into_iter().map(value));
        let words = self.words.iter().flat_map(|words| words.ranges(text));
        found.spans.extend(words.map(|range| Span { range, kind: Kind::OwnWord }));
        licence::spans(text, &mut found.spans);
        found
    }
}

impl From<IdentitySpan> for Span {
    fn from(named: IdentitySpan) -> Self {
        Self { range: named.range, kind: Kind::Identity(named.kind) }
    }
}

/// A text that was looked at: what must go from it.
#[derive(Default)]
pub(super) struct Looked {
    pub spans: Vec<Span>,
    /// Lines that were looked at together.
    pub groups: Vec<Range<usize>>,
    /// How far it was looked at; the lines behind are to come again, with more of the text.
    pub done: usize,
    /// How many words of sentences stay.
    pub prose: usize,
}

/// Spans in order, those that overlap as one. A secret weighs more than a name.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.range.start, span.kind));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.range.start < last.range.end => {
                last.range.end = last.range.end.max(span.range.end);
                last.kind = last.kind.min(span.kind);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// Cleans lines that a report shows, by pattern: there the values are not known, and the bundle was cleaned of
/// them when it was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sanitizer;

impl Sanitize for Sanitizer {
    fn sanitize(&self, line: &str) -> String {
        Redactor::patterns_only().sanitize(line)
    }
}

impl Sanitize for Redactor {
    fn sanitize(&self, line: &str) -> String {
        let (clean, _) = self.redact(line.as_bytes());
        String::from_utf8(clean).unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned())
    }
}

/// Lines made of what the redactor reacts to.
#[cfg(test)]
pub(crate) fn busy_text() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::strategy::Strategy;
    let words = "password|Password for svc: |password is |Password:\n|\"value\": \"abc7\"|\"fieldName\": \"password\"|sqlcmd -P |net user |</|Value>|---- ---|\n  |Server=|PWD=|Authorization: Basic |eyJhbGciOiJIUzI1NiJ9|pwd|token|Secret|User ID|=|:|;|,|\"|'|\\\\|&|&amp;|&quot;|<|>| |\n|\t|value=|abc|hunter22|7|\\{redacted\\}|\\{|\\}|Bearer |Authorization:|Cookie:|://|@|-----BEGIN PRIVATE KEY-----|-----END PRIVATE KEY-----|\\[enc:|\\]|eyJhbGciOi|\\.|%3D|-";
    proptest::collection::vec(proptest::string::string_regex(words).unwrap(), 0..24).prop_map(|v| v.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::LazyLock;

    fn cleaned(line: &str) -> String {
        Sanitizer.sanitize(line)
    }

    #[test]
    fn patterns_name_their_values() {
        for (line, expected) in [
            ("login password=hunter2 for bob", "login password={redacted} for bob"),
            ("Password: hunter2", "Password: {redacted}"),
            ("{\"password\":\"a\\\"b c\",\"x\":1}", "{\"password\":\"{redacted}\",\"x\":1}"),
            ("\"{\\\"token\\\":\\\"abc def\\\"}\"", "\"{\\\"token\\\":\\\"{redacted}\\\"}\""),
            (
                "Server=s;User ID=sa;Password=my pass word;Encrypt=true",
                "Server=s;User ID={redacted};Password={redacted};Encrypt=true",
            ),
            ("Password=a&amp;b;Server=s", "Password={redacted};Server=s"),
            ("Data Source=s;Pwd='a;b c'", "Data Source=s;Pwd='{redacted}'"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer {redacted}"),
            ("authorization=\"Basic dXNlcjpwYXNz\"", "authorization=\"Basic {redacted}\""),
            ("got bearer c29tZXRva2VuMTIzNDU2 ok", "got bearer {redacted} ok"),
            ("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 x", "t {redacted} x"),
            ("GET /api?access_token=abc123&x=1", "GET /api?access_token={redacted}&x=1"),
            ("x-api-key: k-1, y: 2", "x-api-key: {redacted}, y: 2"),
            ("<add key=\"DbPassword\" value=\"a b\" />", "<add key=\"DbPassword\" value=\"{redacted}\" />"),
            ("<a:Password>x y</a:Password>", "<a:Password>{redacted}</a:Password>"),
            ("&lt;Password&gt;x y&lt;/Password&gt;", "&lt;Password&gt;{redacted}&lt;/Password&gt;"),
            ("password=\"[enc:AesProvider:aGVsbG8=:enc]\"", "password=\"{redacted}\""),
            ("x [enc:AesProvider:aGVsbG8=:enc] y", "x {redacted} y"),
            ("EncryptedPassword=[enc:AesProvider:aGVsbG8=:enc] y", "EncryptedPassword={redacted} y"),
            ("https://bob:pw@host/x", "https://{redacted}@host/x"),
            ("Cookie: .ASPXAUTH=abc; b=c", "Cookie: {redacted}"),
            ("run.ps1 -Password 'a b' -x", "run.ps1 -Password '{redacted}' -x"),
            (
                "ConvertTo-SecureString \"a b\" -AsPlainText",
                "ConvertTo-SecureString \"{redacted}\" -AsPlainText",
            ),
            (
                "validationKey=\"ABCD\" decryptionKey='EF'",
                "validationKey=\"{redacted}\" decryptionKey='{redacted}'",
            ),
            ("AKIAIOSFODNN7EXAMPLE", "{redacted}"),
            ("-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- x", "{redacted} x"),
            ("Driver={SQL};PWD={a;b c};x=y", "Driver={SQL};PWD={redacted};x=y"),
        ] {
            assert_eq!(cleaned(line), expected);
        }
    }

    #[test]
    fn look_alikes_survive() {
        for line in [
            "2026-11-22 12:34:56,789 [12] ERROR Thycotic.PasswordChangers.Unix - Secret - View failed in SS.log",
            "System.Web.HttpException (0x80004005): The password has expired. Token validation failed.",
            "Thycotic.PasswordChangers.dll, Version=11.7.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
            "Event: [Secret] Action: [View] By User: bob SecretId=1234 SecretTemplateId: 6001",
            "Secret: 1045 secret server, a token, the passwords and credentials",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301 10.9.000064 C:\\inetpub\\wwwroot\\SecretServer",
            "password=null Password: ******** hasPassword=true token=",
            "basic authentication is disabled, negotiate first",
            "Authorization: denied for user",
            "https://host:443/path?x=1@y",
            "if (password == null) throw",
            "requirePassword: true; minPasswordLength=8",
            "<Password/> <Token></Token>",
            "<x/></Password> and </a:Token> so on <y>, &lt;/Password&gt; and &lt;",
            "auth cookie: the ticket expired",
            "at Acme.DictionaryKeyJsonConverter.ReadJson(JsonReader reader)",
        ] {
            assert_eq!(cleaned(line), line);
        }
    }

    #[test]
    fn a_private_key_goes_line_by_line() {
        let text = "a\r\n-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBg\r\nabc=\r\n-----END PRIVATE KEY-----\r\nb\r\n";
        assert_eq!(cleaned(text), "a\r\n{redacted}\r\n\r\n\r\n\r\nb\r\n");
        let unclosed = "-----BEGIN PRIVATE KEY-----\nMIIE\n2026-11-22 INFO goes on\nx\n";
        assert_eq!(cleaned(unclosed), "{redacted}\n\n2026-11-22 INFO goes on\nx\n");
    }

    #[test]
    fn a_value_across_the_windows_of_a_long_line_is_caught() {
        let mut secret_set = SecretSet::default();
        secret_set.add("Tr0ub4dor&3-long");
        let redactor = secret_set.redactor();
        for shift in [0, 1, 7, 15] {
            let mut line = vec![b'.'; 1024 * 1024 - 64 * 1024 - shift];
            line.extend_from_slice(b"Tr0ub4dor&3-long");
            line.resize(3 * 1024 * 1024, b',');
            let (out, counts) = redactor.redact(&line);
            assert_eq!(counts.total(), 1);
            assert!(memchr::memmem::find(&out, b"Tr0ub").is_none() && out.len() == line.len() - 16 + 10);
        }
    }

    #[test]
    fn utf_16_is_redacted_too() {
        let text = "ok\r\npassword=hunter2\r\n".repeat(20);
        let plain: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for bytes in [plain, marked] {
            let (out, counts) = Redactor::patterns_only().redact(&bytes);
            assert_eq!(String::from_utf8(out).unwrap(), text.replace("hunter2", "{redacted}"));
            assert_eq!(counts.by_kind(), BTreeMap::from([("assignment".to_owned(), 20)]));
        }
    }

    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
        let mut secret_set = SecretSet::default();
        secret_set.add("hunter22abc");
        secret_set.add("abc7hunter22");
        secret_set.redactor()
    });

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn twice_is_once(text in busy_text()) {
            let (once, _) = REDACTOR.redact(text.as_bytes());
            let (twice, _) = REDACTOR.redact(&once);
            prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
        }

        #[test]
        fn pieces_do_not_matter(text in busy_text(), cuts in proptest::collection::vec(0usize..200, 0..6)) {
            let text = text.repeat(4);
            let mut stream = REDACTOR.stream();
            let (mut out, mut rest) = (Vec::new(), text.as_bytes());
            for cut in cuts {
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                stream.push(piece, &mut out);
                rest = tail;
            }
            stream.push(rest, &mut out);
            let counts = stream.finish(&mut out);
            prop_assert_eq!((out, counts), REDACTOR.redact(text.as_bytes()));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = REDACTOR.redact(&bytes);
        }
    }
}
