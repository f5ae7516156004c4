//! Finds identities in texts (hosts, accounts, addresses, domains): known values first, then by shape and by the field
//! name before them.
//!
//! Many things only look like identities: .NET namespaces look like `First.Last`, `SS.log` like a host with a domain,
//! `12:34:56` like an address, version numbers too, and the product's own words are in every line. One pass over the
//! words of a text decides; no word is looked at twice, so it is linear whatever the text.

mod account;
mod address;
mod field;
mod host;
mod known;
mod shapes;
mod spelling;
mod spoken;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use field::kind_of as kind_of_field;
pub use known::Known;

use super::labels::{self, Identity, Labels};
use super::pattern::Span;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// An identity in a text.
pub(super) type IdentitySpan = Span<Identity>;

/// Finds identities and makes their labels. Cheap to clone.
#[derive(Clone)]
pub struct Identities {
    labels: Arc<Labels>,
    /// Known values in lower case, in order, and what each is.
    known: Arc<[(String, Identity)]>,
    /// The same in every spelling, searched for all at once.
    search: Option<AhoCorasick>,
    /// Which of the known values each of the spellings is of.
    spelled: Arc<[usize]>,
    /// Domains that some text names, in lower case.
    domains: Arc<Domains>,
}

/// Collects the identities of a text, in any order; they may overlap.
struct Finder<'d> {
    domains: &'d Domains,
    spans: Vec<IdentitySpan>,
}

impl Finder<'_> {
    fn add(&mut self, range: Range<usize>, kind: Identity) {
        self.spans.push(IdentitySpan { range, kind });
    }
}

/// The identities that shape, sign or field gives away.
fn shaped(text: &[u8]) -> Vec<IdentitySpan> {
    let mut out = Finder { domains: &Domains::new(), spans: Vec::new() };
    shapes::find(text, &mut out);
    out.spans
}

/// Bytes of all names from which on they are searched for in the form that is made in linear time.
const LARGE: usize = 4 * 1024;

/// Words that are known to be domains, in lower case: an account may be behind one in any case.
type Domains = BTreeSet<String>;

/// Whether a value of this kind is in every installation, so that it names nobody.
pub(super) fn is_common_value(kind: Identity, value: &str) -> bool {
    field::is_common_value(kind, value.as_bytes())
}

/// The parts of a value that is surely of this kind; none where the value is one part.
pub(super) fn parts(kind: Identity, value: &str) -> Vec<IdentitySpan> {
    let text = value.as_bytes();
    let mut out = Finder { domains: &Domains::new(), spans: Vec::new() };
    if kind == Identity::Host {
        shapes::host(text, 0..words::end_of_word(text, 0), kind, &mut out);
    }
    let mut parts = if out.spans.is_empty() { shaped(text) } else { out.spans };
    parts.sort_by_key(|named| (named.range.start, named.range.end));
    parts.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    parts
}

/// The known names make no search that may be built, so nothing may be written.
#[derive(Debug, thiserror::Error)]
#[error("too many or too long names to hide")]
pub struct IdentitiesError;

impl Identities {
    /// Looks for the known values and for shapes.
    pub fn new(known: &Known, labels: Arc<Labels>) -> Result<Self, IdentitiesError> {
        let values: Arc<[(String, Identity)]> =
            known.values().iter().map(|(value, kind)| (value.clone(), *kind)).collect();
        let spellings = values.iter().enumerate();
        let spellings = spellings
            .flat_map(|(at, (value, _))| spelling::all(value).into_iter().map(move |text| (text, at)));
        let (texts, spelled): (Vec<Vec<u8>>, Vec<usize>) = spellings.unzip();
        let search = if texts.is_empty() {
            None
        } else {
            // Of few but long names the quicker form would take long to make.
            let kind =
                (texts.iter().map(Vec::len).sum::<usize>() > LARGE).then_some(AhoCorasickKind::ContiguousNFA);
            let builder = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(texts);
            Some(builder.map_err(|_| IdentitiesError)?)
        };
        let domains = Arc::new(known.domains().clone());
        Ok(Self { labels, known: values, search, spelled: spelled.into(), domains })
    }

    /// The known value, and what it is, of a spelling.
    fn known(&self, spelling: usize) -> Option<&(String, Identity)> {
        self.known.get(*self.spelled.get(spelling)?)
    }

    /// Every identity of `text`, in any order; ranges may overlap.
    pub(super) fn find(&self, text: &[u8]) -> Vec<IdentitySpan> {
        let mut out = Finder { domains: &self.domains, spans: Vec::new() };
        if let Some(search) = &self.search {
            for found in search.find_overlapping_iter(text) {
                if let Some((value, kind)) = self.known(found.pattern().as_usize())
                    && words::stands_alone(text, found.range(), value)
                {
                    out.add(found.range(), *kind);
                }
            }
        }
        shapes::find(text, &mut out);
        if memchr::memchr(b'{', text).is_some() {
            out.spans.retain(|named| !labels::surrounds(text, named.range.start));
        }
        out.spans
    }

    /// What a text of some code page says: the known name that it spells.
    fn decoded<'t>(&'t self, text: &'t [u8]) -> Cow<'t, str> {
        let whole = |search: &'t AhoCorasick| {
            let mut found = search.find_overlapping_iter(text);
            found
                .find(|found| found.len() == text.len())
                .and_then(|found| self.known(found.pattern().as_usize()))
        };
        let known = self.search.as_ref().and_then(whole);
        known.map_or_else(|| spelling::western(text), |(value, _)| Cow::Borrowed(value))
    }

    /// The label of the identity that `text` is.
    pub(super) fn label(&self, kind: Identity, text: &[u8]) -> String {
        let written = std::str::from_utf8(text).map_or_else(|_| self.decoded(text), Cow::Borrowed);
        let canonical = match kind {
            Identity::Address => address::canonical(&written),
            Identity::Mac | Identity::Digest => {
                written.chars().filter(char::is_ascii_hexdigit).collect::<String>().into()
            }
            _ => None,
        };
        let canonical = canonical.as_deref().unwrap_or(&written);
        // A value that is known has one kind, wherever it is.
        let lower = canonical.to_lowercase();
        let known = self.known.binary_search_by(|(value, _)| value.as_str().cmp(&lower)).ok();
        let kind = known.and_then(|at| self.known.get(at)).map_or(kind, |(_, kind)| *kind);
        self.labels.label(kind, canonical, &written)
    }
}
