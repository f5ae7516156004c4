//! Redacts a bundle or an export again, at a stricter level: verified, redacted, hashed and scanned once more. A level is
//! never lowered, and nothing is changed in place.

mod bundle;
mod export;
mod request;

pub use export::EXPORT_BYTES;
pub use request::{Scrub, ScrubError, Scrubbed};

use super::progress::Progress;
use crate::bundle::{Bundle, OpenError};

/// Raises a bundle or an export to a stricter level.
pub fn scrub(scrub: &Scrub, progress: &mut dyn Progress) -> Result<Scrubbed, ScrubError> {
    match Bundle::open(&scrub.input) {
        Ok(bundle) => bundle::scrub(scrub, &bundle, progress),
        Err(OpenError::NotZip | OpenError::NoManifest) if scrub.input.is_file() => export::scrub(scrub),
        Err(error) => Err(ScrubError::Open(error)),
    }
}
