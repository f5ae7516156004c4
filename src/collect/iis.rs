//! `applicationHost.config` of this machine, or the one given, to facts.

use super::network::is_network;
use super::walk::{read_most, reason};
use super::{COPIED, Options, PANICKED, guarded};
use crate::intake::application_host::{self, FILE, Sought};
use crate::model::iis::IisFacts;
use crate::model::{Observed, Place};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, Harvest};
use std::io;
use std::path::{Path, PathBuf};

/// Beside the configuration of IIS: whether it takes it from elsewhere.
const REDIRECTION: &str = "redirection.config";

/// The file to read, or why there is none.
pub(super) fn source(options: &Options) -> Result<PathBuf, &'static str> {
    match (&options.iis_config, &options.node) {
        (Some(given), _) => Ok(given.clone()),
        (None, Some(_)) => Err(COPIED),
        (None, None) if cfg!(windows) => redirected(&folder(), options.network_paths),
        (None, None) => Err("no applicationHost.config was given, and this machine has no IIS"),
    }
}

/// Where IIS of this machine has its configuration.
fn folder() -> PathBuf {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    Path::new(&windows).join(r"System32\inetsrv\config")
}

/// The file that says that IIS takes its configuration from elsewhere, on a machine whose own IIS is asked.
pub(super) fn redirection(options: &Options) -> Option<PathBuf> {
    (cfg!(windows) && options.iis_config.is_none() && options.node.is_none())
        .then(|| folder().join(REDIRECTION))
}

/// The configuration in `folder`, or the one that several servers share, where the file beside it names one. A folder on
/// another machine is asked where `network` allows it.
fn redirected(folder: &Path, network: bool) -> Result<PathBuf, &'static str> {
    let bytes = match read_most(&folder.join(REDIRECTION), config::MAX_BYTES as u64) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(folder.join(FILE)),
        Err(_) => return Err("redirection.config, which may name another configuration, cannot be read"),
    };
    match config::decode(&bytes).and_then(|text| application_host::redirection(&text)) {
        Ok(None) => Ok(folder.join(FILE)),
        Ok(Some(other)) => {
            let other = PathBuf::from(expanded(&other));
            if is_network(&other) && !network {
                return Err(
                    "IIS takes its configuration from another machine: name a copy with --iis-config",
                );
            }
            Ok(other.join(FILE))
        }
        Err(_) => Err("redirection.config, which may name another configuration, is not well-formed"),
    }
}

/// A path with its variables, such as `%SystemDrive%`, put in.
fn expanded(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, name, after)) = rest
        .split_once('%')
        .and_then(|(before, rest)| rest.split_once('%').map(|(name, after)| (before, name, after)))
    {
        out.push_str(before);
        match std::env::var(name) {
            Ok(value) => out.push_str(&value),
            Err(_) => out.extend(["%", name, "%"]),
        }
        rest = after;
    }
    out + rest
}

/// The file, read once: its values are harvested before anything is written, its facts taken later.
pub(super) struct Iis(Result<io::Result<Vec<u8>>, &'static str>);

impl Iis {
    /// Reads the file and adds its values to `harvest`.
    pub(super) fn read(options: &Options, harvest: &mut Harvest) -> Self {
        let bytes = source(options).map(|path| read_most(&path, config::MAX_BYTES as u64));
        // The password for the share is one wherever else it stands.
        let shared = redirection(options).and_then(|path| read_most(&path, config::MAX_BYTES as u64).ok());
        for bytes in bytes.iter().flatten().chain(&shared) {
            harvest.add_config(bytes);
        }
        Self(bytes)
    }

    /// The content of the file, of any encoding, if it could be read.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.0.as_ref().ok()?.as_deref().ok()
    }

    /// The root of the site that serves the application, where the file tells it.
    pub(super) fn site_root(&self, options: &Options, folder: &Observed<String>) -> Option<PathBuf> {
        let bytes = self.text()?;
        let root = guarded(|| {
            let text = config::decode(bytes)?;
            application_host::site_root(&text, &sought(options, folder))
        });
        root?.ok()?.map(|root| PathBuf::from(expanded(&root)))
    }

    /// The facts of IIS. `folder` is the application folder as the node knows it, `own` the text of its `web.config`.
    pub(super) fn facts(
        self,
        options: &Options,
        folder: &Observed<String>,
        own: &Observed<String>,
        printer: &Fingerprinter,
    ) -> Observed<IisFacts> {
        let place = Place::file(FILE);
        let bytes = match self.0 {
            Err(why) => return Observed::not_collected(why),
            Ok(Ok(bytes)) => bytes,
            // Without IIS there is no such file; a file that was named must be there.
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound && options.iis_config.is_none() => {
                return Observed::absent(place);
            }
            Ok(Err(error)) => return Observed::unreadable(place, reason(&error)),
        };
        // Windows accounts do not differ by case alone.
        let mark = |name: &str| printer.marker(&name.to_lowercase());
        let facts = guarded(|| {
            let text = config::decode(&bytes)?;
            application_host::read(&text, own, &sought(options, folder), &mark)
        });
        match facts {
            Some(Ok(facts)) => Observed::known(facts, place),
            Some(Err(ConfigError::NotWellFormed { line, error, .. })) => {
                Observed::unreadable(Place::line(FILE, line), error)
            }
            Some(Err(error)) => Observed::unreadable(place, error.to_string()),
            None => Observed::unreadable(place, PANICKED),
        }
    }
}

fn sought(options: &Options, folder: &Observed<String>) -> Sought {
    // A path of another system, or of a copy, cannot stand in the configuration of IIS.
    let windows_path = |path: &&String| path.as_bytes().get(1) == Some(&b':') || path.starts_with(r"\\");
    if let Some(folder) = folder.value().filter(windows_path) {
        return Sought::Folder(folder.clone());
    }
    let name = options.app_dir.file_name().map(|name| name.to_string_lossy().into_owned());
    Sought::Named(name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirection(text: &str, network: bool) -> Result<PathBuf, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(REDIRECTION), text).unwrap();
        let path = redirected(folder.path(), network)?;
        Ok(path.strip_prefix(folder.path()).map_or(path.clone(), |own| Path::new("here").join(own)))
    }

    fn naming(enabled: &str, path: &str) -> String {
        format!(
            r#"<configuration><configSections /><configurationRedirection enabled="{enabled}" path="{path}" userName="u" password="p" /></configuration>"#
        )
    }

    #[test]
    fn the_configuration_lies_where_iis_takes_it_from() {
        let own = Ok(Path::new("here").join(FILE));
        assert_eq!(redirected(Path::new("none"), false), Ok(Path::new("none").join(FILE)));
        assert_eq!(redirection("<configuration><configurationRedirection /></configuration>", false), own);
        assert_eq!(redirection(&naming("false", r"D:\shared"), false), own);
        assert_eq!(redirection(&naming("true", "/shared"), false), Ok(Path::new("/shared").join(FILE)));
        let share = naming("true", r"\\files\iis");
        assert!(redirection(&share, false).is_err_and(|why| why.contains("another machine")));
        assert_eq!(redirection(&share, true), Ok(Path::new(r"\\files\iis").join(FILE)));
        assert!(redirection("<configuration>", false).is_err_and(|why| why.contains("not well-formed")));
    }

    #[test]
    fn variables_of_a_path_are_put_in() {
        let path = std::env::var("PATH").unwrap();
        assert_eq!(expanded("%PATH%/x"), format!("{path}/x"));
        for plain in ["a", "50% off", "%no such variable%/x", "%"] {
            assert_eq!(expanded(plain), plain);
        }
    }
}
