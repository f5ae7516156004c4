//! Finds the product on this machine through IIS, for users who do not name an application folder.

use super::options::Options;
use super::walk::reason;
use super::{iis, network, safety};
use crate::parsers::application_host::Listed;
use std::io;
use std::path::{Path, PathBuf};

/// An IIS application whose folder contains the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Site and path, such as `Default Web Site/SecretServer`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// An IIS application that may be the product, in a folder that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Site and path, such as `Default Web Site/SecretServer`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Why not, as a verb phrase: `did not answer`.
    pub why: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Applications of the product, in order of folder.
    pub installed: Vec<Installed>,
    /// Applications that may be the product, in order of folder.
    pub unseen: Vec<Unseen>,
    /// Folders that IIS serves: a bundle must not be put into one.
    pub served: Vec<PathBuf>,
    /// Folders on other machines that were accessed for this.
    pub network: Vec<PathBuf>,
    /// Why the configuration of IIS could not be read, where there is one.
    pub unread: Option<String>,
}

/// Looks for the product among the applications of IIS. Where the configuration of IIS cannot be read, which takes
/// administrative rights, or is not in its usual place, the default folder of the installer is tried.
pub fn find(iis_config: Option<&Path>, network_paths: bool) -> Search {
    let iis_config = iis_config.map(Path::to_owned);
    if !cfg!(windows) && iis_config.is_none() {
        return Search::default();
    }
    let listed = iis::applications(&Options { iis_config, network_paths, ..Options::new("", "") });
    search(listed, network_paths, &iis::expanded(r"%SystemDrive%\inetpub\wwwroot"))
}

/// Searches what IIS lists, else the default folder of the installer below `root`.
fn search(listed: Result<Option<Vec<Listed>>, String>, network_paths: bool, root: &Path) -> Search {
    let unread = match listed {
        Ok(Some(listed)) => return among(&listed, network_paths),
        Ok(None) => None,
        Err(why) => Some(why),
    };
    let folder = root.join("SecretServer");
    let name = "the default folder of the installer".to_owned();
    let is_product = safety::is_the_product(&folder).is_ok_and(|is_it| is_it);
    let installed = is_product.then_some(Installed { name, folder }).into_iter().collect();
    Search { installed, served: vec![root.to_owned()], unread, ..Search::default() }
}

fn among(listed: &[Listed], network_paths: bool) -> Search {
    let named = |Listed { site, path, physical_path }: &Listed| {
        (format!("{site}{path}"), iis::expanded(physical_path))
    };
    let mut all: Vec<(String, PathBuf)> = listed.iter().map(named).collect();
    // The same folder may be served under several names; the first is kept.
    let key = |folder: &Path| folder.to_string_lossy().trim_end_matches(['/', '\\']).to_lowercase();
    all.sort_by_key(|(_, folder)| key(folder));
    all.dedup_by_key(|(_, folder)| key(folder));
    let mut search = Search::default();
    let look = |(name, folder): (String, PathBuf)| {
        let network = network::is_network(&folder);
        let looking = (network_paths || !network)
            .then(|| network::begin(network::PATIENCE, &folder, safety::is_the_product));
        (name, folder, network, looking)
    };
    // All machines are contacted at once, so that the waiting times do not add up.
    for (name, folder, network, looking) in all.into_iter().map(look).collect::<Vec<_>>() {
        let seen = match looking.map(|wait| wait()) {
            None => Err("is not allowed by --no-network-paths".to_owned()),
            Some(Err(error)) if error.kind() == io::ErrorKind::TimedOut => Err("did not answer".to_owned()),
            // For a share that is gone Windows reports no more than "not found".
            Some(Err(error)) if network || error.kind() != io::ErrorKind::NotFound => {
                Err(format!("could not be read: {}", reason(&error)))
            }
            Some(seen) => Ok(seen.is_ok_and(|is_it| is_it)),
        };
        // A whole drive as an application folder is a mistake, and would leave no place to write to. A machine that did
        // not answer is not contacted again.
        if folder.parent().is_some() && (seen.is_ok() || !network) {
            search.served.push(folder.clone());
        }
        if network && network_paths {
            search.network.push(folder.clone());
        }
        match seen {
            Ok(true) => search.installed.push(Installed { name, folder }),
            Ok(false) => {}
            Err(why) => search.unseen.push(Unseen { name, folder, why }),
        }
    }
    search
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
        let why = "is not allowed by --no-network-paths".to_owned();
        assert_eq!(search.unseen, [Unseen { name: "Main/Vault".to_owned(), folder: share.into(), why }]);
        assert_eq!((search.installed, search.network), (vec![], vec![]));
        assert_eq!(
            search.served,
            [Path::new("/nowhere/at/all")],
            "what is refused is not asked for later either"
        );
    }

    #[test]
    fn where_iis_does_not_tell_the_usual_folder_is_tried() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("SecretServer");
        assert_eq!(search(Ok(None), true, root.path()).installed, []);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("database.config"), "x").unwrap();
        for (listed, unread) in [(Ok(None), None), (Err("gone".to_owned()), Some("gone".to_owned()))] {
            let search = search(listed, true, root.path());
            assert_eq!((search.installed.len(), search.unread), (1, unread));
            assert_eq!(search.installed.first().unwrap().folder, folder);
            assert_eq!(search.served, [root.path()], "no bundle is to lie in there");
        }
        assert_eq!(search(Ok(Some(Vec::new())), true, root.path()), Search::default());
    }
}
