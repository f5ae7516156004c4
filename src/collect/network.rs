//! Paths on other machines: Windows reaches them through its network, which the user may forbid (`--no-network-paths`).

use super::error::CollectError;
use super::options::Options;
use crate::bundle::WriteError;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a folder on another machine may take to answer. Our choice: a share that is available answers within a
/// second.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Why a path is not accessed.
pub(super) const REFUSED: &str = "it is on another machine, and --no-network-paths does not allow that";

/// Whether a path leads to another machine: `\\server\share`, also in the long forms of Windows, or a mapped network
/// drive.
pub fn is_network(path: &Path) -> bool {
    // Windows accepts `/` for `\`, and a path without a drive means the current drive. This does not access the disk.
    let full = if cfg!(windows) { std::path::absolute(path).ok() } else { None };
    let text = full.as_deref().unwrap_or(path).to_string_lossy();
    let device = [r"\\?\", r"\\.\"].iter().find_map(|form| text.strip_prefix(form));
    let unc = match device {
        Some(long) => long.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(r"UNC\")),
        None => text.starts_with(r"\\"),
    };
    unc || is_network_drive(device.unwrap_or(&text))
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

/// Refuses paths on other machines where they are forbidden, before anything accesses them, and paths that do not
/// answer, before the collection hangs on them. A file that was given must exist.
pub(super) fn check(options: &Options) -> Result<(), CollectError> {
    let Options { app_dir, out, iis_config, .. } = options;
    for path in [app_dir, out].into_iter().chain(iis_config) {
        if is_network(path) && !options.network_paths {
            return Err(CollectError::Network(path.clone()));
        }
    }
    // Any answer is fine; the output folder need not exist yet.
    let answers = |path: &Path| Ok(path.try_exists().is_ok());
    within(app_dir, answers).map_err(|source| CollectError::AppDir(app_dir.clone(), source))?;
    within(out, answers).map_err(|source| WriteError::Io { path: out.clone(), source })?;
    if let Some(path) = iis_config {
        let read = within(path, |path| File::open(path)?.read(&mut [0]));
        read.map_err(|source| CollectError::IisConfig(path.clone(), source))?;
    }
    Ok(())
}

/// Runs `work` on a path. If the path is on another machine, gives up after a time limit: Windows itself gives up only
/// after minutes.
pub(super) fn within<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    begin(PATIENCE, path, work)()
}

/// Starts `work` on a path that is on another machine; the result waits for it, so that several can be waited for at
/// once.
pub(super) fn begin<T: Send + 'static>(
    patience: Duration,
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Box<dyn FnOnce() -> io::Result<T>> {
    let path = path.to_owned();
    if !is_network(&path) {
        return Box::new(move || work(&path));
    }
    let until = Instant::now() + patience;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // The receiver is gone after the time limit.
        let _ = sender.send(work(&path));
    });
    Box::new(move || {
        receiver.recv_timeout(until.saturating_duration_since(Instant::now())).unwrap_or_else(|_| {
            let why = format!("the other machine did not answer within {} seconds", patience.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, why))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_told_by_the_path() {
        for path in
            [r"\\fs01\web\SecretServer", r"\\?\UNC\fs01\web", r"\\?\unc\fs01\web", r"\\.\UNC\fs01\web"]
        {
            assert!(is_network(Path::new(path)), "{path}");
        }
        for path in [r"C:\inetpub\wwwroot", r"\\?\C:\inetpub", r"\\.\C:\x", "/srv/web", "SecretServer"] {
            assert!(!is_network(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn another_machine_is_not_waited_for_for_ever() {
        let patience = Duration::from_millis(20);
        let asleep = |_: &Path| {
            std::thread::sleep(Duration::from_millis(300));
            Ok(())
        };
        let share = Path::new(r"\\fs01\web");
        let waiting = [(); 10].map(|()| begin(patience, share, asleep));
        let started = Instant::now();
        for wait in waiting {
            assert_eq!(wait().unwrap_err().kind(), io::ErrorKind::TimedOut);
        }
        assert!(started.elapsed() < 5 * patience, "each was waited for by itself");
        assert!(begin(patience, Path::new("/srv"), asleep)().is_ok());
        assert!(begin(10 * PATIENCE, share, |path| Ok(path.to_owned()))().is_ok_and(|path| path == share));
    }
}
