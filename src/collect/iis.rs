//! `applicationHost.config` of this machine, or the one given, to facts.

use super::walk::{read_most, reason};
use super::{COPIED, Options, PANICKED, guarded};
use crate::intake::application_host::{self, FILE, Sought};
use crate::model::iis::IisFacts;
use crate::model::{Observed, Place};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, Harvest};
use std::io;
use std::path::{Path, PathBuf};

/// The file to read, or why there is none.
pub(super) fn source(options: &Options) -> Result<PathBuf, &'static str> {
    match (&options.iis_config, &options.node) {
        (Some(given), _) => Ok(given.clone()),
        (None, Some(_)) => Err(COPIED),
        (None, None) if cfg!(windows) => {
            let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
            Ok(Path::new(&windows).join(r"System32\inetsrv\config\applicationHost.config"))
        }
        (None, None) => Err("no applicationHost.config was given, and this machine has no IIS"),
    }
}

/// The file, read once: its values are harvested before anything is written, its facts taken later.
pub(super) struct Iis(Result<io::Result<Vec<u8>>, &'static str>);

impl Iis {
    /// Reads the file and adds its values to `harvest`.
    pub(super) fn read(options: &Options, harvest: &mut Harvest) -> Self {
        let bytes = source(options).map(|path| read_most(&path, config::MAX_BYTES as u64));
        if let Ok(Ok(bytes)) = &bytes {
            harvest.add_config(bytes);
        }
        Self(bytes)
    }

    /// The content of the file, of any encoding, if it could be read.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.0.as_ref().ok()?.as_deref().ok()
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
