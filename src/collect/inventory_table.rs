//! The table of what is collected and why, and which file is which item. The collector, `--dry-run`, the manifest and
//! `docs/what-is-collected.md` use it.

use crate::model::product::{BIN_FOLDER, DATABASE_CONFIG, ENCRYPTION_CONFIG, LOG_FOLDER};
use serde::Deserialize;
use std::sync::LazyLock;

/// Everything a collection looks at, one variant a row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Name, system, zone and clock of the machine.
    Host,
    /// The installation id of the machine.
    MachineId,
    /// Facts that only Windows has: its registry, services, rights and event logs.
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What this row is about.
    pub item: Item,
    /// What it is, in a few words.
    pub what: String,
    /// Where it is read.
    pub source: String,
    /// What the report needs it for.
    pub why: String,
    /// Where it ends up in the bundle.
    pub member: String,
    /// How secrets in it are handled.
    pub secrets: String,
}

/// The table, in the order in which a collection works.
pub static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    // The file is compiled in, and a unit test checks that it can be read.
    toml::from_str(include_str!("inventory_table.toml")).map(|Table { row }| row).unwrap_or_default()
});

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

/// What never enters a bundle: shown by the dry run, the dialogue, the manifest and the page for customers.
pub const NEVER: &[&str] = &[
    "the content of `encryption.config` and `database.config`, and of copies of them under any name",
    "passwords, connection strings, keys and tokens from the configuration files, wherever else they appear",
    "anything from the vault itself or its database: no connection is made to either",
    "files and settings of other web sites",
];

/// The rows of a collection: without those of the machine for a copied folder, and without those that only Windows has
/// on other systems.
pub fn rows(copied: bool, windows: bool) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| match row.item {
        Item::Host | Item::MachineId => !copied,
        Item::Windows | Item::Events => !copied && windows,
        _ => true,
    })
}

/// A text of the table without its Markdown backticks.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// File types whose plain SHA-256 may be written: they ship with the product and contain no secret. Of all other files
/// only a keyed fingerprint is written, so that nobody can test guesses of their content.
pub const PROGRAM_TYPES: &[&str] = &[
    "asax", "ascx", "ashx", "asmx", "aspx", "bmp", "cshtml", "css", "cur", "dll", "eot", "exe", "gif", "ico",
    "jpeg", "jpg", "js", "master", "otf", "png", "svc", "svg", "ttf", "webp", "woff", "woff2",
];

/// Ends of the names of compressed logs.
const PACKED_TYPES: &[&str] =
    &["7z", "bz2", "cab", "gz", "lz4", "lzma", "rar", "tar", "tgz", "xz", "z", "zip", "zst"];

/// Those of them that are text, in which somebody may have put a secret.
const TEXT_TYPES: &[&str] =
    &["asax", "ascx", "ashx", "asmx", "aspx", "cshtml", "css", "js", "master", "svc", "svg"];

/// Folder of customers' own files: none of them ships with the product.
const CUSTOM_FOLDER: &str = "customresources";

/// Whether the file at `path` is a program file that is text.
pub(super) fn is_text_program(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    TEXT_TYPES.iter().any(|kind| extension.eq_ignore_ascii_case(kind))
}

/// Errors of customers' pipeline scripts, beside the logs.
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
        } else if folder == LOG_FOLDER && log_parts(name).is_some() {
            Self::Log
        } else if folder == BIN_FOLDER && extension == "dll" {
            Self::Binary
        } else if PROGRAM_TYPES.contains(&extension) && folder.split('/').all(|part| part != CUSTOM_FOLDER) {
            Self::Program
        } else {
            Self::Other
        }
    }
}

/// Ends of the names of files that configure something: of programs, scripts, connections and published sites.
const CONFIG_TYPES: &[&str] = &[
    "bat",
    "cmd",
    "cnf",
    "conf",
    "config",
    "cscfg",
    "dtsconfig",
    "env",
    "ini",
    "json",
    "jsonc",
    "properties",
    "ps1",
    "psd1",
    "psm1",
    "publishsettings",
    "pubxml",
    "rdg",
    "rdp",
    "reg",
    "settings",
    "sql",
    "toml",
    "udl",
    "user",
    "vbs",
    "wsf",
    "xml",
    "yaml",
    "yml",
];

/// Whether the file at `path` may configure something, so that its secrets must not appear anywhere else: a
/// configuration that is collected, one like `saml.config` or `sub/web.config` that is not, an old one such as
/// `web.config.bak`, a script or a list of settings. Logs, key files and their copies do not count, nor does what
/// documents the DLLs beside them.
pub(super) fn is_config(path: &str) -> bool {
    let lower = path.to_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let documents = || {
        folder.split('/').any(|part| part == BIN_FOLDER)
            && name.rsplit_once('.').is_some_and(|(_, end)| end == "xml")
    };
    // Also before another ending: `web.config.bak`. This is asked of every value of a configuration, which may be a path.
    name.split('.').skip(1).any(|part| CONFIG_TYPES.contains(&part))
        && folder.split('/').next() != Some(LOG_FOLDER)
        && !documents()
        && matches!(Item::of(path), Item::Config | Item::Other)
}

/// The name of a log, in lower case, without the end that a program for compression gave it.
pub(super) fn unpacked(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(_, end)| PACKED_TYPES.contains(end)).map(|(log, _)| log)
}

/// Names such as `encryption - copy.config`, `database.config.bak` or, in a sub-folder, the plain names.
fn is_key_copy(name: &str) -> bool {
    ["encryption", "database"].into_iter().any(|stem| {
        name.split_once(stem).is_some_and(|(_, after)| {
            // People copy by adding words to the name. Another product's `mydatabase.config` matches too, which only
            // costs it its plain hash.
            after.contains(".config")
        })
    })
}

/// Role and number of a product log, by its name in lower case: `SS.log` of the web application, `SS-BSSR.log` and others of
/// the roles, rolled as `SS.log.1` or `SS1.log`, or by the day as `SS.log2026-11-20` or `SS_2026-11-20.log`. The log that is
/// being written has no number; of two days the later one has the lower. A log that somebody compressed is a rolled one.
pub(super) fn log_parts(name: &str) -> Option<(&str, Option<u64>)> {
    if let Some(log) = unpacked(name)
        && let Some((role, number)) = log_parts(log)
    {
        return Some((role, number.or(Some(u64::MAX))));
    }
    if name == PIPELINE_ERRORS {
        return Some((name, None));
    }
    let (stem, rolled) = name.split_once(".log")?;
    let is_mark = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let role = stem.trim_end_matches(is_mark);
    let mark = stem.get(role.len()..).unwrap_or_default();
    let suffix = role.strip_prefix("ss")?;
    let is_role = |role: &str| !role.is_empty() && role.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(suffix.is_empty() || suffix.strip_prefix('-').is_some_and(is_role)) {
        return None;
    }
    let day = |text: &str| -> Option<u64> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (digits.len() >= 6 && text.chars().all(is_mark)).then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let rolled_number = rolled.strip_prefix('.').filter(|number| is_number(number));
    if let Some(day) =
        day(rolled).or_else(|| day(mark).filter(|_| rolled.is_empty() || rolled_number.is_some()))
    {
        return Some((role, Some(u64::MAX - day)));
    }
    let number = match rolled_number {
        Some(number) if mark.is_empty() || is_number(mark) => number,
        None if rolled.is_empty() && (mark.is_empty() || is_number(mark)) => mark,
        _ => return None,
    };
    Some((role, is_number(number).then(|| number.parse().unwrap_or(u64::MAX))))
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
            "sub/web.config",
            "bin/x.dll.config",
            "launch.json",
            "tools/Reset.PS1",
            "a/b/db.udl",
        ] {
            assert!(is_config(path), "{path}");
        }
        for path in [
            "encryption.config",
            "database.config",
            "encryption.config.bak",
            "TMS/database.config",
            "KeyDigests.txt",
            "a.config.js",
            "bin/Thycotic.Data.xml",
            "log/old/x.config",
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
                    "log/SS.log2026-11-20",
                    "log/SS.log.2026-11-20.1",
                    "log/SS_2026-11-20.log",
                    "log/SS-EWSR-20261120.log",
                    "log/SS.log.3.gz",
                    "log/SS-BWSR.log.zip",
                    "log/SS_2026-11-20.log.tar.gz",
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
                    "CustomResources/9/cfg.js",
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
