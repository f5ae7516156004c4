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

/// An application of IIS that may be the product's, in a folder that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Site and path, such as `Default Web Site/SecretServer`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Why not, as what the folder did: `did not answer`.
    pub why: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Applications of the product, in order of folder.
    pub installed: Vec<Installed>,
    /// Applications of which nobody knows whether they are the product's, in order of folder.
    pub unseen: Vec<Unseen>,
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
            Search { installed: usual.into_iter().collect(), unread: Some(why), ..Search::default() }
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
        let name = format!("{site}{path}");
        let network = network::is_network(&folder);
        let refused = (network && !network_paths).then(|| "is refused by --no-network-paths".to_owned());
        let silent = || (network && !network::answers(&folder)).then(|| "did not answer".to_owned());
        if let Some(why) = refused.or_else(silent) {
            search.unseen.push(Unseen { name, folder, why });
        } else if safety::is_the_product(&folder) {
            search.installed.push(Installed { name, folder });
        }
    }
    // The same folder may be served under several names; the first stands for all.
    let key = |folder: &Path| folder.to_string_lossy().trim_end_matches(['/', '\\']).to_lowercase();
    search.installed.sort_by_key(|installed| key(&installed.folder));
    search.installed.dedup_by_key(|installed| key(&installed.folder));
    search.unseen.sort_by_key(|unseen| key(&unseen.folder));
    search.unseen.dedup_by_key(|unseen| key(&unseen.folder));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_on_another_machine_that_is_refused_is_named() {
        let listed = |path: &str, folder: &str| Listed {
            site: "Main".to_owned(),
            path: path.to_owned(),
            physical_path: folder.to_owned(),
        };
        let share = r"\\files\web\SecretServer";
        let search = among(&[listed("/Vault", share), listed("/", "/nowhere/at/all")], false);
        let why = "is refused by --no-network-paths".to_owned();
        assert_eq!(search.unseen, [Unseen { name: "Main/Vault".to_owned(), folder: share.into(), why }]);
        assert_eq!(search.installed, []);
    }
}
