//! Turns errors of Windows into probe errors.

use crate::probes::system::ProbeError;
use std::io;

/// Windows' `ERROR_BAD_NETPATH` and `ERROR_BAD_NET_NAME`, which Rust counts as not found, although nothing could be
/// looked up.
const UNREACHABLE: [i32; 2] = [53, 67];

/// Why Windows did not answer.
pub(super) fn refusal(error: io::Error) -> ProbeError {
    let unreachable = error.raw_os_error().is_some_and(|code| UNREACHABLE.contains(&code));
    match error.kind() {
        io::ErrorKind::NotFound if !unreachable => ProbeError::Absent,
        io::ErrorKind::PermissionDenied => ProbeError::Denied,
        // The system message would be in its language; the number is the same everywhere.
        _ => ProbeError::Failed(error.raw_os_error().filter(|code| *code != 0).map_or_else(
            || "Windows gave no answer".to_owned(),
            |code| format!("Windows answers with error {code}"),
        )),
    }
}
