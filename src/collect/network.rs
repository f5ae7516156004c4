//! Folders and files on other machines: Windows reaches them through its network, which the customer may refuse.

use super::{CollectError, Options, iis};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long a folder on another machine may take to answer at all. Ours: a share that is there answers in a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether a path leads to another machine: `\\server\share`, also in the long form of Windows, or a drive that is one.
pub(super) fn is_network(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let unc = match text.strip_prefix(r"\\?\") {
        Some(long) => long.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(r"UNC\")),
        None => text.starts_with(r"\\") && !text.starts_with(r"\\.\"),
    };
    unc || is_network_drive(&text)
}

#[cfg(windows)]
fn is_network_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.get(1) == Some(&b':') && path.get(..1).is_some_and(super::windows::is_network_drive)
}

#[cfg(not(windows))]
fn is_network_drive(_: &str) -> bool {
    false
}

/// Refuses paths on other machines where they are refused, before anything asks for them; and one that does not answer,
/// before the collection hangs on it.
pub(super) fn check(options: &Options) -> Result<(), CollectError> {
    let iis = iis::source(options).ok();
    for path in [Some(&options.app_dir), iis.as_ref(), Some(&options.out)].into_iter().flatten() {
        if is_network(path) && !options.network_paths {
            return Err(CollectError::Network(path.clone()));
        }
    }
    if is_network(&options.app_dir) && !answers(&options.app_dir) {
        let source = std::io::ErrorKind::TimedOut.into();
        return Err(CollectError::AppDir { path: options.app_dir.clone(), source });
    }
    Ok(())
}

/// Whether a path answers in time, whatever it answers. Windows gives up by itself after minutes only.
pub(super) fn answers(path: &Path) -> bool {
    let (tell, told) = mpsc::channel();
    let path = path.to_owned();
    std::thread::spawn(move || {
        let _ = tell.send(path.metadata().is_ok());
    });
    told.recv_timeout(PATIENCE).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_told_by_the_path() {
        for path in [r"\\fs01\web\SecretServer", r"\\?\UNC\fs01\web", r"\\?\unc\fs01\web"] {
            assert!(is_network(Path::new(path)), "{path}");
        }
        for path in [r"C:\inetpub\wwwroot", r"\\?\C:\inetpub", r"\\.\C:\x", "/srv/web", "SecretServer"] {
            assert!(!is_network(Path::new(path)), "{path}");
        }
    }
}
