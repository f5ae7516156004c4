//! `case-key new`.

use super::args::{CaseKeyArgs, CaseKeyVerb};
use super::paragraph::wrap;
use super::{Exit, Failure, output};
use crate::bundle::create_private;
use crate::redact::CaseKey;
use crate::text::escape;
use anyhow::anyhow;
use std::io::{ErrorKind, Write as _};

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
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!(
                "{} is there already, and a key is never overwritten: use it, or name another file with --out",
                out.display()
            ),
            _ => anyhow!(error).context(format!("cannot write {}", out.display())),
        })
        .map_err(|error| Failure::new(Exit::CannotWrite, error))?;
    let wrote = wrap(&escape::one_line(&format!("{}.", out.display())), "Wrote ");
    let keep = wrap(
        "Copy it to every node of the case and collect there with --case-key-file. It stays with you: do not send it with \
         the bundles. Delete it when the case is closed.",
        "",
    );
    output::print(&(wrote + &keep))?;
    Ok(Exit::Written)
}
