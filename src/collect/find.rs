//! Where the product is installed on this machine, as IIS knows it: for whoever does not say which folder to collect.

use super::walk::{read_most, reason};
use super::{Options, iis, network, safety};
use crate::intake::application_host::{self, Listed};
use crate::redact::config;
use std::io;
use std::path::{Path, PathBuf};

/// An application of IIS in whose folder the product lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Site and path, such as `Default Web Site/SecretServer`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Applications of the product, in order of folder.
    pub installed: Vec<Installed>,
    /// Folders that IIS serves, to whomever: a bundle must not lie in one.
    pub served: Vec<PathBuf>,
    /// The configuration of IIS is there, and why it could not be read.
    pub unread: Option<String>,
}

/// Looks for the product among the applications of IIS. Where its configuration cannot be read, which takes
/// administrative rights, the folder is tried that the installer proposes (domain 1.1).
pub fn find(iis_config: Option<&Path>, network_paths: bool) -> Search {
    let asked = Options { iis_config: iis_config.map(Path::to_owned), ..Options::new("", "") };
    let path = match iis::source(&asked) {
        Ok(path) => path,
        Err(why) if cfg!(windows) => return Search { unread: Some(why.to_owned()), ..Search::default() },
        Err(_) => return Search::default(),
    };
    let listed = match read_most(&path, config::MAX_BYTES as u64) {
        Ok(bytes) => config::decode(&bytes)
            .and_then(|text| application_host::applications(&text))
            .map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Search::default(),
        Err(error) => Err(reason(&error)),
    };
    match listed {
        Ok(listed) => among(&listed, network_paths),
        Err(why) => {
            let usual = expand(r"%SystemDrive%\inetpub\wwwroot\SecretServer");
            let name = "the folder that the installer proposes".to_owned();
            let usual =
                Some(Installed { name, folder: usual }).filter(|it| safety::is_the_product(&it.folder));
            Search { installed: usual.into_iter().collect(), served: Vec::new(), unread: Some(why) }
        }
    }
}

fn among(listed: &[Listed], network_paths: bool) -> Search {
    let mut search = Search::default();
    for Listed { site, path, physical_path } in listed {
        let folder = expand(physical_path);
        // A drive as a whole is somebody's mistake, and would leave no place to write to.
        if folder.parent().is_some() {
            search.served.push(folder.clone());
        }
        let reachable = !network::is_network(&folder) || (network_paths && network::answers(&folder));
        if reachable && safety::is_the_product(&folder) {
            search.installed.push(Installed { name: format!("{site}{path}"), folder });
        }
    }
    // The same folder may be served under several names; the first stands for all.
    let key = |folder: &Path| folder.to_string_lossy().trim_end_matches(['/', '\\']).to_lowercase();
    search.installed.sort_by_key(|installed| key(&installed.folder));
    search.installed.dedup_by_key(|installed| key(&installed.folder));
    search
}

/// A path as IIS writes it, with what `%NAME%` of the environment stands for.
fn expand(path: &str) -> PathBuf {
    let mut expanded = String::new();
    for (n, part) in path.split('%').enumerate() {
        match std::env::var(part).ok().filter(|_| n % 2 == 1) {
            Some(value) => expanded.push_str(&value),
            None => expanded.push_str(part),
        }
    }
    expanded.into()
}
