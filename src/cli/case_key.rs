//! `case-key new`.

use super::{Exit, Failure, OrExit as _, output};
use crate::bundle::{HalfMade, create_private};
use crate::redact::CaseKey;
use anyhow::anyhow;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

pub(super) fn new(out: &Path) -> Result<Exit, Failure> {
    let key = CaseKey::generate().or_exit(Exit::CannotWrite)?;
    // Never over an existing key: bundles made with it could not be compared any more.
    HalfMade::begin(out, create_private)
        .and_then(|(half, mut file)| {
            file.write_all(key.to_file_text().as_bytes()).and_then(|()| file.sync_all())?;
            HalfMade::finish(vec![half], || Ok(()))
        })
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!(
                "{} already exists, and a key is never overwritten: use it, or give another file with --out",
                out.display()
            ),
            _ => anyhow!(error).context(format!("cannot write {}", out.display())),
        })
        .or_exit(Exit::CannotWrite)?;
    let wrote = output::item("Wrote ", &format!("{}.", out.display()));
    let keep = output::item(
        "",
        "Copy it to every node of the case and collect there with --case-key-file. Do not send it with the bundles: it stays \
         with you. Delete it when the case is closed.",
    );
    output::print(&(wrote + &keep))?;
    Ok(Exit::Success)
}
