//! `case-key new`.

use super::args::{CaseKeyArgs, CaseKeyVerb};
use super::{Exit, Failure, output};
use crate::bundle::create_private;
use crate::redact::CaseKey;
use anyhow::Context as _;
use std::io::Write as _;

pub(super) fn run(args: &CaseKeyArgs) -> Result<Exit, Failure> {
    let CaseKeyVerb::New { out } = &args.verb;
    let key = CaseKey::generate().map_err(|error| Failure::new(Exit::CannotWrite, error))?;
    // Never over an existing key: bundles made with it could not be compared any more.
    create_private(out)
        .and_then(|mut file| {
            let written = file.write_all(key.to_file_text().as_bytes()).and_then(|()| file.sync_all());
            // Half a key in the way of a whole one would help nobody.
            written.inspect_err(|_| drop(std::fs::remove_file(out)))
        })
        .with_context(|| format!("cannot write {}", out.display()))
        .map_err(|error| Failure::new(Exit::CannotWrite, error))?;
    output::print(&format!(
        "Wrote {}.\n\
         Copy it to every node of the case and collect there with --case-key-file. It stays with you:\n\
         do not send it with the bundles. Delete it when the case is closed.\n",
        out.display()
    ))?;
    Ok(Exit::Written)
}
