//! `scrub`.

use super::args::ScrubArgs;
use super::collect::case_key;
use super::guided::do_not_send;
use super::progress::Line;
use super::{Exit, Failure, output};
use crate::collect::CollectError;
use crate::collect::scrub::{Scrub, ScrubError, scrub};
use crate::report::escape;
use anyhow::anyhow;
use std::fmt::Write as _;

pub(super) fn run(args: &ScrubArgs) -> Result<Exit, Failure> {
    let key = args.case_key_file.as_deref().map(case_key).transpose();
    let case_key = key.map_err(|error| Failure::new(Exit::Usage, error))?;
    let asked =
        Scrub { input: args.input.clone(), level: args.level.into(), case_key, out: args.out.clone() };
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
    let mut text = format!("Wrote {}, level {}.\n", scrubbed.path.display(), asked.level);
    for note in &scrubbed.notes {
        let _ = writeln!(text, "Note: {}", escape::one_line(note));
    }
    text.push_str(&do_not_send(&scrubbed.keep));
    output::print(&text)?;
    Ok(Exit::Written)
}
