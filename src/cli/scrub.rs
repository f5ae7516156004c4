//! `scrub`.

use super::args::ScrubArgs;
use super::collect::{case_key, words};
use super::progress::Line;
use super::{Exit, Failure, OrExit as _, guided, output};
use crate::bundle::OpenError;
use crate::collect::CollectError;
use crate::collect::scrub::{Scrub, ScrubError, scrub};
use anyhow::anyhow;

/// What to do with several files at once.
const SEVERAL: &str = if cfg!(feature = "report") {
    "; scrub each file by itself, or write a redacted copy of all of it with clusterbrief intake -o"
} else {
    "; scrub each file by itself"
};

pub(super) fn run(args: &ScrubArgs) -> Result<Exit, Failure> {
    let case_key = args.case_key_file.as_deref().map(case_key).transpose().or_exit(Exit::Usage)?;
    let redact_words = args.redact_words.as_deref().map(words).transpose().or_exit(Exit::Usage)?;
    let (input, out) = (args.input.clone(), args.out.clone());
    let request = Scrub { input, level: args.level, case_key, redact_words, out };
    let mut line = Line::new();
    let scrubbed = scrub(&request, &mut line);
    line.finish();
    let scrubbed = scrubbed.map_err(|error| {
        let exit = match &error {
            ScrubError::Stricter(_) | ScrubError::OtherKey(_) => Exit::Usage,
            ScrubError::Leak(_) | ScrubError::Collect(CollectError::Leak { .. }) => Exit::Leak,
            ScrubError::Collect(_) => Exit::CannotWrite,
            ScrubError::Open(_) | ScrubError::Broken(_) | ScrubError::Export(_) | ScrubError::Read(_) => {
                Exit::NoInput
            }
        };
        let hint = match &error {
            ScrubError::Open(OpenError::NoManifest | OpenError::SeveralBundles(_)) => SEVERAL,
            _ => "",
        };
        Failure::new(exit, anyhow!("{} {error}{hint}", args.input.display()))
    })?;
    let written = format!("{}, level {}.", scrubbed.path.display(), request.level);
    let written = output::item("Wrote ", &written);
    output::print(&(written + &guided::notes(&scrubbed.notes) + &guided::do_not_send(&scrubbed.keep)))?;
    Ok(Exit::Success)
}
