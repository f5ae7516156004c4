//! Secret check of what was received: a bundle with a secret in a member is removed from the case (rules BND-001 and
//! BND-002), and files that must not be here are named.
//!
//! The collector has scanned it already; this is for bundles that were written by something else or changed since.

use crate::bundle::Bundle;
use crate::bundle::problem::quoted;
use crate::intake::malformed;
use crate::model::input::{Problem, ProblemKind};
use crate::model::product::is_key_file_name;
use crate::redact::leak::{Hit, HitKind, Scanner};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most bytes looked at of an entry that is no member.
const STRAY_BYTES: u64 = 64 << 20;
/// Most entries that are no members.
const STRAYS: usize = 200;

/// The problem that hits in one member or stray entry make; none without hits. Says what and where, never the value.
pub(super) fn problem(name: &str, hits: &[Hit]) -> Option<Problem> {
    // One hit is enough; content of a key file is the worst.
    let hit = hits.iter().find(|hit| hit.kind == HitKind::KeyFile).or_else(|| hits.first())?;
    let (kind, advice) = match hit.kind {
        HitKind::KeyFile => (
            ProblemKind::KeyMaterial,
            "anyone who has it can open the vault: delete every copy of this bundle and collect again",
        ),
        HitKind::MayBeKeyFile => (ProblemKind::MayBeKeyMaterial, LOOK),
        HitKind::CaseKey | HitKind::Legend | HitKind::KeyStore => (ProblemKind::DoNotSend, keep(hit.kind)),
        _ => (ProblemKind::Secret, "delete this bundle, change that secret and collect again"),
    };
    let text = format!("{} holds {}; {advice}.", quoted(name), hit.kind.as_str());
    Some(Problem { kind, member: None, text })
}

/// What to do about bytes that nothing explains.
const LOOK: &str = "its bytes look random and no known format explains them: look at it, and delete every copy if it is \
    encryption.config or database.config";

/// Why a file must stay with whoever made it, and what to do.
fn keep(kind: HitKind) -> &'static str {
    match kind {
        HitKind::CaseKey => {
            "with it and a bundle anybody can test guesses, so it must not be sent: delete it here, and tell the sender to make a \
             new one and collect again"
        }
        HitKind::Legend => {
            "it says what each label hides, so it must not be sent: delete it here, and tell the sender to make a new case key \
             and collect again"
        }
        _ => "it must not be sent: delete it here, and tell the sender to replace it",
    }
}

/// Why a file that was given by itself must not be here, if that is so. The reason reads after its name. Zips and workbooks are
/// looked into elsewhere.
pub(super) fn of_file(name: &str, bytes: &[u8]) -> Option<(ProblemKind, String)> {
    let inside = zip_names(bytes).any(is_key_file_name).then_some(HitKind::KeyFile);
    Some(match Scanner::file(name, bytes).or(inside)? {
        HitKind::KeyFile => {
            let why = "is or holds encryption.config or database.config, and anyone who has those can open the vault: delete \
                every copy that left the node";
            (ProblemKind::KeyMaterial, why.to_owned())
        }
        HitKind::MayBeKeyFile => (ProblemKind::MayBeKeyMaterial, format!("may be a key file: {LOOK}")),
        kind => (ProblemKind::DoNotSend, format!("is {}; {}", kind.as_str(), keep(kind))),
    })
}

/// Names in the directory of a zip.
fn zip_names(bytes: &[u8]) -> impl Iterator<Item = &str> {
    const NAME: usize = 46;
    let zip = if bytes.starts_with(b"PK\x03\x04") { bytes } else { &[] };
    memchr::memmem::find_iter(zip, b"PK\x01\x02").filter_map(|at| {
        let entry = zip.get(at..)?;
        let length = usize::from(u16::from_le_bytes(entry.get(28..30)?.try_into().ok()?));
        std::str::from_utf8(entry.get(NAME..NAME + length)?).ok()
    })
}

/// Looks into entries that the manifest does not vouch for: a key file that someone added by hand is in the bundle,
/// whatever the manifest says. What is found there is no fault of what the manifest names.
pub(super) fn in_strays(bundle: &Bundle, scanner: &Scanner) -> Vec<Problem> {
    let all: Vec<&str> = bundle.strays().collect();
    let searched: Vec<(Vec<Hit>, bool)> =
        all.par_iter().take(STRAYS).map(|name| search(bundle, name, scanner)).collect();
    let mut problems: Vec<Problem> =
        all.iter().zip(&searched).filter_map(|(name, (hits, _))| problem(name, hits)).collect();
    let whole = searched.iter().filter(|(_, whole)| *whole).count();
    if whole < all.len() {
        let text = format!(
            "{} of {} entries that the manifest does not list could not be searched to their end for secrets: such entries \
             are not used as evidence, and what they contain is not known.",
            all.len() - whole,
            all.len()
        );
        problems.push(malformed(text));
    }
    problems
}

/// What one entry holds, and whether all of it was looked at: what cannot be read to its end is judged by what came before.
fn search(bundle: &Bundle, name: &str, scanner: &Scanner) -> (Vec<Hit>, bool) {
    let (mut scan, mut seen) = (scanner.start(Some(name)), 0);
    let read = bundle.read_stray(name, STRAY_BYTES + 1, &mut |bytes| {
        seen += bytes.len() as u64;
        scan.push(bytes);
    });
    match catch_unwind(AssertUnwindSafe(|| scan.finish())) {
        Ok(hits) => (hits, read.is_ok() && seen <= STRAY_BYTES),
        Err(_) => (Vec::new(), false),
    }
}
