//! Folders and files on other machines: Windows reaches them through its network, which the customer may refuse.

use super::error::CollectError;
use super::options::Options;
use crate::bundle::WriteError;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a folder on another machine may take to answer at all. Ours: a share that is there answers in a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a path is not asked for.
pub(super) const REFUSED: &str = "it lies on another machine, which --no-network-paths refuses";

/// Whether a path leads to another machine: `\\server\share`, also in the long forms of Windows, or a drive that is one.
pub fn is_network(path: &Path) -> bool {
    // Windows takes `/` for `\`, and a path without a drive for one on the current drive. This asks no disk.
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

/// Refuses paths on other machines where they are refused, before anything asks for them; and one that does not answer,
/// before the collection hangs on it. A file that was named must be there.
pub(super) fn check(options: &Options) -> Result<(), CollectError> {
    let Options { app_dir, out, iis_config, .. } = options;
    for path in [app_dir, out].into_iter().chain(iis_config) {
        if is_network(path) && !options.network_paths {
            return Err(CollectError::Network(path.clone()));
        }
    }
    // Whatever they answer; the output folder need not be there yet.
    let answers = |path: &Path| Ok(path.try_exists().is_ok());
    within(app_dir, answers).map_err(|source| CollectError::AppDir(app_dir.clone(), source))?;
    within(out, answers).map_err(|source| WriteError::Io { path: out.clone(), source })?;
    if let Some(path) = iis_config {
        let read = within(path, |path| File::open(path)?.read(&mut [0]));
        read.map_err(|source| CollectError::IisConfig(path.clone(), source))?;
    }
    Ok(())
}

/// What `work` makes of a path. Where that lies on another machine, it is given up when it takes too long: Windows does so by
/// itself after minutes only.
pub(super) fn within<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    begin(path, work)()
}

/// Begins `work` on a path that lies on another machine, and gives what waits for it, so that several are waited for at once.
pub(super) fn begin<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Box<dyn FnOnce() -> io::Result<T>> {
    begin_for(PATIENCE, path, work)
}

fn begin_for<T: Send + 'static>(
    patience: Duration,
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Box<dyn FnOnce() -> io::Result<T>> {
    let path = path.to_owned();
    if !is_network(&path) {
        return Box::new(move || work(&path));
    }
    let until = Instant::now() + patience;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody listens to what comes too late.
        let _ = tell.send(work(&path));
    });
    Box::new(move || {
        told.recv_timeout(until.saturating_duration_since(Instant::now())).unwrap_or_else(|_| {
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
        let waiting = [(); 10].map(|()| begin_for(patience, share, asleep));
        let started = Instant::now();
        for wait in waiting {
            assert_eq!(wait().unwrap_err().kind(), io::ErrorKind::TimedOut);
        }
        assert!(started.elapsed() < 5 * patience, "each was waited for by itself");
        assert!(begin_for(patience, Path::new("/srv"), asleep)().is_ok());
        assert!(
            begin_for(10 * PATIENCE, share, |path| Ok(path.to_owned()))().is_ok_and(|path| path == share)
        );
    }
}
