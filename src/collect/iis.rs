//! Reads `applicationHost.config` of this machine, or the given one, into facts.

use super::error::{PANICKED, guarded};
use super::network::{REFUSED, is_network, within};
use super::options::{COPIED, Options};
use super::walk::{read_most, reason};
use crate::model::iis::IisFacts;
use crate::model::{Location, Observed};
use crate::parsers::application_host::{self, FILE, Listed, WantedApplication};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, SecretSet};
use std::io;
use std::path::{Path, PathBuf};

/// Beside the configuration of IIS: whether IIS reads its configuration from another folder.
const REDIRECTION: &str = "redirection.config";

/// Path of a configuration of IIS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigSource {
    pub(super) path: PathBuf,
    /// Whether it is in the default folder of IIS: only then a missing file means that there is no IIS.
    is_default: bool,
}

impl ConfigSource {
    /// The file in the default folder of IIS.
    fn default_in(folder: &Path) -> Self {
        Self { path: folder.join(FILE), is_default: true }
    }

    /// Its content. Does not wait for a machine that does not answer.
    fn read(&self) -> io::Result<Vec<u8>> {
        within(&self.path, |path| read_most(path, config::MAX_BYTES as u64))
    }
}

/// The file to read, or why there is none.
fn source(options: &Options) -> Result<ConfigSource, &'static str> {
    match (&options.iis_config, &options.node) {
        (Some(given), _) if is_network(given) && !options.network_paths => Err(REFUSED),
        (Some(given), _) => Ok(ConfigSource { path: given.clone(), is_default: false }),
        (None, Some(_)) => Err(COPIED),
        (None, None) if cfg!(windows) => redirected(&folder(), options.network_paths),
        (None, None) => Err("no applicationHost.config was given, and this machine has no IIS"),
    }
}

/// The default folder of the configuration of IIS.
fn folder() -> PathBuf {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    Path::new(&windows).join(r"System32\inetsrv\config")
}

/// Path of the file that redirects IIS to another configuration; none if IIS of this machine is not read.
pub(super) fn redirection(options: &Options) -> Option<PathBuf> {
    (cfg!(windows) && options.iis_config.is_none() && options.node.is_none())
        .then(|| folder().join(REDIRECTION))
}

/// The configuration in `folder`, or the shared one that the file beside it points to. `network`: whether a folder on
/// another machine may be read.
fn redirected(folder: &Path, network: bool) -> Result<ConfigSource, &'static str> {
    let bytes = match read_most(&folder.join(REDIRECTION), config::MAX_BYTES as u64) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ConfigSource::default_in(folder)),
        Err(_) => return Err("redirection.config, which may point to another configuration, cannot be read"),
    };
    match config::decode(&bytes).and_then(|text| application_host::redirection(&text)) {
        Ok(None) => Ok(ConfigSource::default_in(folder)),
        Ok(Some(other)) => {
            let other = expanded(&other);
            if is_network(&other) && !network {
                return Err(
                    "IIS reads its configuration from another machine: give a copy with --iis-config",
                );
            }
            Ok(ConfigSource { path: other.join(FILE), is_default: false })
        }
        Err(_) => Err("redirection.config, which may point to another configuration, is not well-formed"),
    }
}

/// Every application of IIS; `None` where this machine has no IIS.
pub(super) fn applications(options: &Options) -> Result<Option<Vec<Listed>>, String> {
    let source = source(options)?;
    match source.read() {
        Ok(bytes) => config::decode(&bytes)
            .and_then(|text| application_host::applications(&text))
            .map(Some)
            .map_err(|error| error.to_string()),
        Err(error) if source.is_default && error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

/// Expands variables in a path of IIS, such as `%SystemDrive%`; unknown ones stay.
pub(super) fn expanded(path: &str) -> PathBuf {
    let mut out = String::new();
    let mut remaining = path;
    while let Some((before, name, after)) = remaining
        .split_once('%')
        .and_then(|(before, tail)| tail.split_once('%').map(|(name, after)| (before, name, after)))
    {
        out.push_str(before);
        match std::env::var(name) {
            Ok(value) => out.push_str(&value),
            Err(_) => out.extend(["%", name, "%"]),
        }
        remaining = after;
    }
    (out + remaining).into()
}

/// The file, read once: its secrets are collected before anything is written, its facts later.
pub(super) struct Iis(Result<(ConfigSource, io::Result<Vec<u8>>), &'static str>);

impl Iis {
    /// Reads the file and adds its secrets to `harvest`.
    pub(super) fn read(options: &Options, harvest: &mut SecretSet) -> Self {
        let this = Self(source(options).map(|source| {
            let bytes = source.read();
            (source, bytes)
        }));
        // The password for the share is a secret wherever else it appears.
        let shared = redirection(options).and_then(|path| read_most(&path, config::MAX_BYTES as u64).ok());
        for bytes in this.text().into_iter().chain(shared.as_deref()) {
            harvest.add_config(bytes);
        }
        this
    }

    /// The content of the file, in any encoding, if it could be read.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.0.as_ref().ok()?.1.as_deref().ok()
    }

    /// Applies `read` to the text; `None` if there is none, or if a library failed on it.
    fn parsed<T>(&self, read: impl FnOnce(&str) -> Result<T, ConfigError>) -> Option<Result<T, ConfigError>> {
        let bytes = self.text()?;
        guarded(|| config::decode(bytes).and_then(|text| read(&text)))
    }

    /// Its path, whether or not the file exists.
    pub(super) fn path(&self) -> Option<&Path> {
        Some(&self.0.as_ref().ok()?.0.path)
    }

    /// Whether IIS serves a folder, or one above it.
    pub(super) fn serves(&self, folder: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let listed = self.parsed(application_host::applications).and_then(Result::ok);
        let folder = real(folder);
        listed.into_iter().flatten().any(|listed| {
            let served = expanded(&listed.physical_path);
            // Paths on other machines are not accessed, and a whole drive is a mistake.
            !is_network(&served) && served.parent().is_some() && folder.starts_with(real(&served))
        })
    }

    /// The root of the site that serves the application, if the file shows it.
    pub(super) fn site_root(&self, options: &Options, folder: &Observed<String>) -> Option<PathBuf> {
        let root = self.parsed(|text| application_host::site_root(text, &sought(options, folder)));
        root?.ok()?.map(|root| expanded(&root))
    }

    /// The facts of IIS. `folder` is the application folder as the node knows it, `web_config` the text of its `web.config`.
    pub(super) fn facts(
        self,
        options: &Options,
        folder: &Observed<String>,
        web_config: &Observed<String>,
        printer: &Fingerprinter,
    ) -> Observed<IisFacts> {
        let place = Location::file(FILE);
        match &self.0 {
            Ok((_, Ok(_))) => {}
            Err(why) => return Observed::not_collected(*why),
            Ok((source, Err(error))) if source.is_default && error.kind() == io::ErrorKind::NotFound => {
                return Observed::absent(place);
            }
            // A redirected file must exist: a share that cannot be reached looks like a missing file on Windows.
            Ok((source, Err(error))) => {
                let place =
                    if source.is_default { place } else { Location::file(source.path.to_string_lossy()) };
                return Observed::unreadable(place, reason(error));
            }
        }
        // Windows accounts do not differ by case alone.
        let mark = |name: &str| printer.marker(&name.to_lowercase());
        match self.parsed(|text| application_host::read(text, web_config, &sought(options, folder), &mark)) {
            Some(Ok(facts)) => Observed::known(facts, place),
            Some(Err(ConfigError::NotWellFormed { line, error, .. })) => {
                Observed::unreadable(Location::line(FILE, line), error)
            }
            Some(Err(error)) => Observed::unreadable(place, error.to_string()),
            None => Observed::unreadable(place, PANICKED),
        }
    }
}

fn sought(options: &Options, folder: &Observed<String>) -> WantedApplication {
    if let Some(address) = &options.iis_application {
        return WantedApplication::Address(address.clone());
    }
    // The configuration of IIS cannot contain a path of another system or of a copy.
    let windows_path = |path: &&String| path.as_bytes().get(1) == Some(&b':') || path.starts_with(r"\\");
    if let Some(folder) = folder.value().filter(windows_path) {
        return WantedApplication::Folder(folder.clone());
    }
    let name = options.app_dir.file_name().map(|name| name.to_string_lossy().into_owned());
    WantedApplication::Named(name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirection(text: &str, network: bool) -> Result<ConfigSource, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(REDIRECTION), text).unwrap();
        let ConfigSource { path, is_default } = redirected(folder.path(), network)?;
        let path = path.strip_prefix(folder.path()).map_or(path.clone(), |file| Path::new("here").join(file));
        Ok(ConfigSource { path, is_default })
    }

    fn naming(enabled: &str, path: &str) -> String {
        format!(
            r#"<configuration><configSections /><configurationRedirection enabled="{enabled}" path="{path}" userName="u" password="p" /></configuration>"#
        )
    }

    #[test]
    fn the_configuration_lies_where_iis_takes_it_from() {
        let default = Ok(ConfigSource::default_in(Path::new("here")));
        let shared =
            |folder: &str| Ok(ConfigSource { path: Path::new(folder).join(FILE), is_default: false });
        assert_eq!(redirected(Path::new("none"), false), Ok(ConfigSource::default_in(Path::new("none"))));
        assert_eq!(
            redirection("<configuration><configurationRedirection /></configuration>", false),
            default
        );
        assert_eq!(redirection(&naming("false", r"D:\shared"), false), default);
        assert_eq!(redirection(&naming("true", "/shared"), false), shared("/shared"));
        let share = naming("true", r"\\files\iis");
        assert!(redirection(&share, false).is_err_and(|why| why.contains("another machine")));
        assert_eq!(redirection(&share, true), shared(r"\\files\iis"));
        assert!(redirection("<configuration>", false).is_err_and(|why| why.contains("not well-formed")));
    }

    #[test]
    fn only_the_file_of_iis_itself_is_absent_where_it_is_not_there() {
        let facts = |source: ConfigSource| {
            let missing = source.read();
            let (options, unknown) = (Options::new("", ""), Observed::not_collected("not asked"));
            Iis(Ok((source, missing))).facts(&options, &unknown, &unknown, &Fingerprinter::new(None, None))
        };
        assert!(facts(ConfigSource::default_in(Path::new("/nowhere"))).is_absent());
        // What Windows says of a share that it cannot reach is, in Rust's words, that there is no such file.
        let path = Path::new(r"\\files\iis").join(FILE);
        let shared = facts(ConfigSource { path: path.clone(), is_default: false });
        let Observed::Unreadable { place, .. } = &shared else { panic!("{shared:?}") };
        assert_eq!(place.file, path.to_string_lossy());
        assert!(crate::collect::warnings::iis(&shared).is_some_and(|note| note.contains(r"\\files\iis")));
    }

    #[test]
    fn variables_of_a_path_are_put_in() {
        let path = std::env::var("PATH").unwrap();
        assert_eq!(expanded("%PATH%/x").to_str(), Some(format!("{path}/x").as_str()));
        for plain in ["a", "50% off", "%no such variable%/x", "%"] {
            assert_eq!(expanded(plain).to_str(), Some(plain));
        }
    }
}
