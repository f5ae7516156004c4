//! Secret check of received bundles: a bundle with a secret in it is removed from the case (rules BND-001 and BND-002).
//!
//! The collector has scanned it already; this is for bundles that were written by something else or changed since.

use crate::bundle::Bundle;
use crate::bundle::problem::quoted;
use crate::intake::malformed;
use crate::model::input::{Problem, ProblemKind};
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
        _ => (
            ProblemKind::Secret,
            "nothing of this bundle is used: delete it, change that secret and collect again",
        ),
    };
    let text = format!("{} holds {}; {advice}.", quoted(name), hit.kind.as_str());
    Some(Problem { kind, member: None, text })
}

/// Looks into entries that the manifest does not vouch for: a key file that someone added by hand is in the bundle,
/// whatever the manifest says.
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
    let (mut scan, mut seen) = (scanner.start(), 0);
    let read = bundle.read_stray(name, STRAY_BYTES + 1, &mut |bytes| {
        seen += bytes.len() as u64;
        scan.push(bytes);
    });
    match catch_unwind(AssertUnwindSafe(|| scan.finish())) {
        Ok(hits) => (hits, read.is_ok() && seen <= STRAY_BYTES),
        Err(_) => (Vec::new(), false),
    }
}

/// Whether a file that was given by itself has the shape of a key file.
pub(super) fn is_key_file(bytes: &[u8]) -> bool {
    Scanner::shapes_only().scan(bytes).iter().any(|hit| hit.kind == HitKind::KeyFile)
}
