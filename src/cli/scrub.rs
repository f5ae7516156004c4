//! `scrub`.

use super::args::ScrubArgs;
use super::collect::case_key;
use super::paragraph::wrap;
use super::progress::{Line, end_on_interrupt};
use super::{Exit, Failure, guided, output};
use crate::collect::CollectError;
use crate::collect::scrub::{Scrub, ScrubError, scrub};
use crate::text::escape;
use anyhow::anyhow;

pub(super) fn run(args: &ScrubArgs) -> Result<Exit, Failure> {
    let key = args.case_key_file.as_deref().map(case_key).transpose();
    let case_key = key.map_err(|error| Failure::new(Exit::Usage, error))?;
    let asked =
        Scrub { input: args.input.clone(), level: args.level.into(), case_key, out: args.out.clone() };
    end_on_interrupt();
    let mut line = Line::new();
    let scrubbed = scrub(&asked, &mut line);
    line.finish();
    let scrubbed = scrubbed.map_err(|error| {
        let exit = match &error {
            ScrubError::Stricter(_) | ScrubError::OtherKey(_) => Exit::Usage,
            ScrubError::Leak(_) | ScrubError::Collect(CollectError::Leak { .. }) => Exit::Leak,
            ScrubError::Collect(_) => Exit::CannotWrite,
            ScrubError::Open(_) | ScrubError::Broken(_) | ScrubError::Export(_) | ScrubError::Read(_) => {
                Exit::NothingUsable
            }
        };
        Failure::new(exit, anyhow!("{} {error}", args.input.display()))
    })?;
    let written = escape::one_line(&format!("{}, level {}.", scrubbed.path.display(), asked.level));
    let written = wrap(&written, "Wrote ");
    output::print(&(written + &guided::notes(&scrubbed.notes) + &guided::do_not_send(&scrubbed.keep)))?;
    Ok(Exit::Written)
}
