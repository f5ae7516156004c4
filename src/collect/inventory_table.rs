//! The one table of what is taken and why. The collector, `--dry-run` and `docs/what-is-collected.md` all use it.

use crate::model::product::{BIN_FOLDER, DATABASE_CONFIG, ENCRYPTION_CONFIG, LOG_FOLDER};

/// Everything a collection looks at, one variant a row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// Name, system, zone and clock of the machine.
    Host,
    /// The installation id of the machine.
    MachineId,
    /// What only Windows tells: its registry, services, rights and event logs.
    Windows,
    /// `encryption.config` and `database.config`.
    KeyFile,
    /// A file named like a copy of a key file.
    KeyCopy,
    /// `web.config` and every `web-*.config` beside it.
    Config,
    /// A DLL of the `bin` folder.
    Binary,
    /// A file of a type that ships with the product and holds no secret.
    Program,
    /// Records of event logs.
    Events,
    /// A log of the product.
    Log,
    /// Any other file of the application folder.
    Other,
    /// The configuration of IIS.
    Iis,
    /// The TMS folder beside the application.
    Tms,
}

/// One row: what is looked at, where, why, and what of it enters the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What this row is about.
    pub item: Item,
    /// What it is, in a few words.
    pub what: &'static str,
    /// Where it is read.
    pub source: &'static str,
    /// What the report needs it for.
    pub why: &'static str,
    /// Where it ends up in the bundle.
    pub member: &'static str,
    /// How secrets in it are handled.
    pub secrets: &'static str,
}

/// The table, in the order in which a collection works.
pub const TABLE: &[Row] = &[
    Row {
        item: Item::Host,
        what: "machine name, operating system, time zone, clock, rights of the account",
        source: "the operating system",
        why: "tells nodes apart, reads log times, finds clocks that differ",
        member: "`facts.json`, `manifest.json`",
        secrets: "none in it; with `--node` nothing is read",
    },
    Row {
        item: Item::MachineId,
        what: "installation id of the machine",
        source: "`/etc/machine-id`; on Windows the registry",
        why: "finds cloned machines",
        member: "`facts.json`",
        secrets: "keyed fingerprint only",
    },
    Row {
        item: Item::Windows,
        what: "of Windows: versions, language, protocols, services, crashes, restarts that are due; whether it belongs to \
               a domain, and whether antivirus, a monitoring agent, SharePoint or key providers are installed; \
               processors, memory, disks; the certificate of the site; owners and rights of folders, of event logs \
               and of the pool; partly by commands that only read",
        source: "Windows: keys of the registry, calls and commands, each of which `--dry-run` and \
                 `docs/what-is-collected.md` list",
        why: "the product and its upgrade need certain settings there on every node",
        member: "`facts.json`",
        secrets: "none in it; accounts are security identifiers, domain and thumbprint become keyed markers; the names \
                  and addresses of time servers, the names of CNG providers and of hosts in the certificate stay",
    },
    Row {
        item: Item::KeyFile,
        what: "size, time and fingerprint of `encryption.config` and `database.config`; never their content",
        source: "the application folder",
        why: "all nodes need the same key and the same database",
        member: "`facts.json`",
        secrets: "size, time, EFS attribute and fingerprint; the content never leaves the node",
    },
    Row {
        item: Item::KeyCopy,
        what: "which files are copies of these two, by names such as `encryption*.config*` or by equal content; never \
               their content",
        source: "the whole application folder; the folder that it lies in and the root of its site, and below",
        why: "a copy opens the vault as well as the original does",
        member: "`facts.json`, `inventory.jsonl`",
        secrets: "path, size, time and keyed fingerprint; never a plain hash, never content",
    },
    Row {
        item: Item::Config,
        what: "`web.config`, `web-appSettings.config`, `web-auth.config`, `web-cookie.config`, \
               `web-log4net.config`, any other `web-*.config`, without their secrets",
        source: "the application folder",
        why: "settings that must agree on all nodes",
        member: "`config/`",
        secrets: "values become markers unless they are boolean, number, version, time or on the list of harmless keys; \
                  a file that is not well-formed is taken as the position of the error, never as text",
    },
    Row {
        item: Item::Binary,
        what: "versions and SHA-256 of every DLL",
        source: "`bin` in the application folder",
        why: "a node left behind by an upgrade",
        member: "`facts.json`, `inventory.jsonl`",
        secrets: "none in it",
    },
    Row {
        item: Item::Program,
        what: "path, size, time and SHA-256 of program files",
        source: "the whole application folder: files of the types that the product ships, such as `dll`, `js` and `aspx`",
        why: "the application folder must be the same on all nodes, file by file",
        member: "`inventory.jsonl`",
        secrets: "none in these types",
    },
    Row {
        item: Item::Other,
        what: "path, size, time and keyed fingerprint of every other file, such as `saml.config`, `KeyDigests.txt` \
               and `customresources`",
        source: "the whole application folder",
        why: "customer-made files must be copied to every node",
        member: "`inventory.jsonl`",
        secrets: "the fingerprint is keyed, so that nobody without the key can test a guess; secrets and names in \
                  configurations among them are read, so that they are removed wherever else they stand: `*.config`, \
                  `*.config.*` and `appsettings*.json` of the folder and of `TMS` in it, and files that one of them \
                  names with `configSource` or `file`",
    },
    Row {
        item: Item::Events,
        what: "records of WAS, W3SVC, .NET Runtime, ASP.NET, Application Error and the time service, and those that name \
               the product, of the days that logs are taken of",
        source: "event logs Application and System of Windows",
        why: "crashes and restarts, of which the product's own logs hold nothing",
        member: "`events/`",
        secrets: "the texts of a record are redacted as logs are",
    },
    Row {
        item: Item::Log,
        what: "logs of the product with their rolled siblings, `SS-PipeLineScriptErrors.txt`, without secrets",
        source: "`log` in the application folder",
        why: "errors, and when they began",
        member: "`logs/`",
        secrets: "harvested values and patterns become markers while the text streams through",
    },
    Row {
        item: Item::Iis,
        what: "of IIS the application, its site, pool, bindings, authentication and what it may do; never a password",
        source: "`applicationHost.config` of IIS, where `redirection.config` says it is, or the file given with `--iis-config`",
        why: "the product needs certain settings there on every node",
        member: "`facts.json`",
        secrets: "passwords are never read; the user name of the pool becomes a keyed marker",
    },
    Row {
        item: Item::Tms,
        what: "whether there is a TMS folder",
        source: "beside the application folder",
        why: "an upgrade copies it too",
        member: "`facts.json`",
        secrets: "those in `*.config`, `*.config.*` and `appsettings*.json` of it are read, so that they are removed \
                  wherever else they stand",
    },
];

/// What never enters a bundle, in the words of the dry run, of the dialogue, of the manifest and of the page for customers.
pub const NEVER: &[&str] = &[
    "the content of `encryption.config` and `database.config`, and of copies of them under any name",
    "passwords, connection strings, keys and tokens of the configuration files, wherever else they stand",
    "anything of the vault itself or of its database: no connection is made to either",
    "files and settings of other web sites",
];

/// The rows that a collection looks at: of a folder that was copied from elsewhere none of the machine, of another
/// system than Windows none that only Windows has.
pub fn rows(copied: bool, windows: bool) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| match row.item {
        Item::Host | Item::MachineId => !copied,
        Item::Windows | Item::Events => !copied && windows,
        _ => true,
    })
}

/// A text of the table without its marks of Markdown.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// File types whose plain SHA-256 may be written: they ship with the product and hold no secret (design 6).
pub const PROGRAM_TYPES: &[&str] = &[
    "asax", "ascx", "ashx", "asmx", "aspx", "bmp", "cshtml", "css", "cur", "dll", "eot", "exe", "gif", "ico",
    "jpeg", "jpg", "js", "master", "otf", "png", "svc", "svg", "ttf", "webp", "woff", "woff2",
];

/// Errors of customers' pipeline scripts, beside the logs (domain 1.5).
const PIPELINE_ERRORS: &str = "ss-pipelinescripterrors.txt";

impl Item {
    /// The row of this item.
    pub fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.item == self)
    }

    /// What the file at `path`, relative to the application folder and with `/`, is. Case does not matter.
    pub fn of(path: &str) -> Self {
        let path = path.to_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if folder.is_empty() && (name == ENCRYPTION_CONFIG || name == DATABASE_CONFIG) {
            Self::KeyFile
        } else if is_key_copy(name) {
            Self::KeyCopy
        } else if folder.is_empty()
            && (name == "web.config" || name.starts_with("web-"))
            && extension == "config"
        {
            Self::Config
        } else if folder == LOG_FOLDER && is_log(name) {
            Self::Log
        } else if folder == BIN_FOLDER && extension == "dll" {
            Self::Binary
        } else if PROGRAM_TYPES.contains(&extension) {
            Self::Program
        } else {
            Self::Other
        }
    }
}

/// Whether the file at `path` is a configuration whose values must not show up anywhere else: one that is taken, one like
/// `saml.config` and `connectionStrings.config` of which nothing is taken, or an older one such as `web.config.bak`. Of
/// the folder itself and of TMS in it; a key file or a copy of one is none.
pub(super) fn is_config(path: &str) -> bool {
    let lower = path.to_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(folder, "" | "tms")
        && matches!(Item::of(path), Item::Config | Item::Other)
        && (extension == "config"
            || name.contains(".config.")
            || (name.starts_with("appsettings") && extension == "json"))
}

/// Names such as `encryption - copy.config`, `database.config.bak` or, in a sub-folder, the plain names
/// (SEC-008 of domain 10.14).
fn is_key_copy(name: &str) -> bool {
    ["encryption", "database"].into_iter().any(|stem| {
        name.split_once(stem).is_some_and(|(_, after)| {
            // Copies are made by putting words around the name; another product's `mydatabase.config` is caught
            // as well, which costs it its plain hash only.
            after.contains(".config")
        })
    })
}

/// `SS.log`, `SS-BSSR.log` and their like, rolled as `SS.log.1` or `SS1.log` (domain 1.5).
fn is_log(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("ss") else { return false };
    if name == PIPELINE_ERRORS {
        return true;
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((stem, rolled)) = rest.split_once(".log") else { return false };
    let role = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let a_role = role.is_empty()
        || role
            .strip_prefix('-')
            .is_some_and(|role| !role.is_empty() && role.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let numbered = rolled.is_empty() || rolled.strip_prefix('.').is_some_and(|n| !n.is_empty() && digits(n));
    a_role && numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_one_row() {
        for item in [
            Item::Host,
            Item::MachineId,
            Item::Windows,
            Item::KeyFile,
            Item::KeyCopy,
            Item::Config,
            Item::Binary,
            Item::Program,
            Item::Events,
            Item::Log,
            Item::Other,
            Item::Iis,
            Item::Tms,
        ] {
            assert_eq!(TABLE.iter().filter(|row| row.item == item).count(), 1, "{item:?}");
        }
        assert!(PROGRAM_TYPES.is_sorted());
    }

    #[test]
    fn configurations_are_read_for_their_values_and_key_files_are_not() {
        for path in [
            "web.config",
            "saml.config",
            "connectionStrings.config",
            "web-appSettings.config.bak",
            "appsettings.Production.json",
            "TMS/Web.config",
        ] {
            assert!(is_config(path), "{path}");
        }
        for path in [
            "encryption.config",
            "database.config",
            "encryption.config.bak",
            "TMS/database.config",
            "sub/web.config",
            "bin/x.dll.config",
            "KeyDigests.txt",
            "launch.json",
            "a.config.js",
        ] {
            assert!(!is_config(path), "{path}");
        }
    }

    #[test]
    fn files_are_told_apart_by_place_and_name() {
        for (item, paths) in [
            (Item::KeyFile, &["encryption.config", "Database.config"][..]),
            (
                Item::KeyCopy,
                &[
                    "encryption.config.bak",
                    "encryption - Copy.config",
                    "old/database.config",
                    "database_2020.config.txt",
                    "my-encryption.config.js",
                    "bin/encryption.config.dll",
                ],
            ),
            (Item::Config, &["web.config", "web-appsettings.config", "Web-Custom.config"]),
            (
                Item::Log,
                &[
                    "log/SS.log",
                    "log/SS.log.12",
                    "log/SS1.log",
                    "log/SS-BWSR.log",
                    "log/SS-BSWR.log.3",
                    "log/SS-PipeLineScriptErrors.txt",
                ],
            ),
            (Item::Binary, &["bin/Thycotic.Data.dll", "BIN/a.DLL"]),
            (Item::Program, &["Scripts/app.js", "bin/x64/native.dll", "login.aspx", "webservices/a.asmx"]),
            (
                Item::Other,
                &[
                    "saml.config",
                    "KeyDigests.txt",
                    "customresources/9/a.xml",
                    "sub/web.config",
                    "web.config.old",
                    "webmaster.config",
                    "log/other.log",
                    "log/SS.log.old",
                    "log/sub/SS.log",
                    "saml.config.template",
                ],
            ),
        ] {
            for path in paths {
                assert_eq!(Item::of(path), item, "{path}");
            }
        }
    }
}
