//! Facts of a node by path, so that expectations and parity rows can name a fact.
//!
//! | path | fact |
//! |---|---|
//! | `version` | product build |
//! | `host.os`, `host.time-zone`, `host.worker-started` | of the machine |
//! | `application-folder`, `log-folder`, `tms-folder` | of the installation |
//! | `encryption-config`, `database-config` | fingerprint of the file; with `.size`, `.efs`, `.fault` |
//! | `stray-key-copies` | paths, joined by a blank; empty when there are none |
//! | `iis.application`, `iis.pool`, `iis.bindings` | of the application in IIS |
//! | `iis.path`, `iis.https` | virtual path, and whether the site has a binding of HTTPS |
//! | `iis.pool.SETTING` | one of [`POOL_SETTINGS`] |
//! | `iis.SETTING` | a setting of the application, see [`is_application_setting`] |
//! | `iis.authentication.forms` | whether `web.config` asks for forms authentication |
//! | `config.FILE` | `well-formed` |
//! | `config.FILE:KEY` | one setting, such as `config.web-cookie.config:httpCookies@requireSSL`; `[*]` is any identity |
//! | `row.COLUMN` | one column of the node list, see `ROW_COLUMNS` |
//! | `answer.ID` | what a person answered to a question, for the node or the cluster |
//!
//! Every other path is a record of the knowledge: exports report it, or a bundle has it in `machine`.

use super::export::NodeRow;
use super::facts::{ConfigState, KeyFile};
use super::iis::{IisApplication, POOL_SETTINGS, is_application_setting};
use super::location::Location;
use super::node::{Node, Setting, Snapshot, encrypted_above};
use super::observed::Observed;
use std::collections::BTreeMap;

/// Reads one fact.
type Read<T> = fn(&T) -> Observed<String>;

/// Columns of the node list that `row.COLUMN` may name.
const ROW_COLUMNS: &[(&str, Read<NodeRow>)] = &[
    ("background-worker", |row| text(&row.background_worker)),
    ("background-worker-error", |row| row.background_worker_error.clone()),
    ("binary-version", |row| text(&row.binary_version)),
    ("database", |row| row.database.clone()),
    ("engine-worker", |row| text(&row.engine_worker)),
    ("engine-worker-error", |row| row.engine_worker_error.clone()),
    ("error-message", |row| row.error_message.clone()),
    ("in-cluster", |row| text(&row.in_cluster)),
    ("last-connected", |row| text(&row.last_connected)),
    ("read-only", |row| text(&row.read_only)),
    ("session-recording-worker", |row| text(&row.session_recording_worker)),
    ("session-recording-worker-error", |row| row.session_recording_worker_error.clone()),
];

/// How the path of a setting of the application begins.
pub const APP_SETTING: &str = "appSettings/add[";

/// Prefix of the paths of answers.
pub const ANSWER: &str = "answer.";

/// Facts of a bundle, without settings.
const BUNDLE_FACTS: &[(&str, Read<Snapshot>)] = &[
    ("host.os", |bundle| bundle.facts.host.os.clone()),
    ("host.time-zone", |bundle| bundle.facts.host.time_zone.clone()),
    ("host.worker-started", |bundle| bundle.facts.host.worker_started.clone().map(|time| time.to_rfc3339())),
    ("application-folder", |bundle| bundle.facts.application_folder.clone()),
    ("log-folder", |bundle| text(&bundle.facts.log_folder)),
    ("tms-folder", |bundle| text(&bundle.facts.tms_folder)),
    ("encryption-config", |bundle| fingerprint(&bundle.facts.encryption_config)),
    ("encryption-config.size", |bundle| size(&bundle.facts.encryption_config)),
    ("encryption-config.efs", |bundle| efs(&bundle.facts.encryption_config)),
    ("encryption-config.fault", |bundle| fault(&bundle.facts.encryption_config, KEY_LEAST)),
    ("database-config", |bundle| fingerprint(&bundle.facts.database_config)),
    ("database-config.size", |bundle| size(&bundle.facts.database_config)),
    ("database-config.efs", |bundle| efs(&bundle.facts.database_config)),
    ("database-config.fault", |bundle| fault(&bundle.facts.database_config, DATABASE_LEAST)),
    ("stray-key-copies", |bundle| bundle.facts.stray_key_copies.clone().map(|paths| paths.join(" "))),
    ("iis.application", |bundle| bundle.iis_application().map(|app| format!("{}{}", app.site, app.path))),
    ("iis.pool", |bundle| bundle.iis_application().map(|app| app.pool.clone())),
    ("iis.bindings", |bundle| bundle.iis_application().map(|app| app.bindings.join(", "))),
    ("iis.path", |bundle| bundle.iis_application().map(|app| app.path.clone())),
    ("iis.https", |bundle| {
        let is_https = |app: &IisApplication| app.bindings.iter().any(|one| one.starts_with("https "));
        bundle.iis_application().map(|app| is_https(app).to_string())
    }),
    ("iis.authentication.forms", Snapshot::forms),
];

fn text<T: ToString>(fact: &Observed<T>) -> Observed<String> {
    fact.as_ref().map(ToString::to_string)
}

fn fingerprint(file: &Observed<KeyFile>) -> Observed<String> {
    file.as_ref().and_then(|file| text(&file.fingerprint))
}

fn size(file: &Observed<KeyFile>) -> Observed<String> {
    file.as_ref().map(|file| file.size.to_string())
}

/// Smallest `encryption.config`: a header of 41 bytes, then the key and three more encrypted values.
const KEY_LEAST: u64 = 128;

/// Smallest `database.config`: one block of encrypted content.
const DATABASE_LEAST: u64 = 16;

fn fault(file: &Observed<KeyFile>, least: u64) -> Observed<String> {
    file.as_ref().map(|file| file.fault(least))
}

fn efs(file: &Observed<KeyFile>) -> Observed<String> {
    file.as_ref().and_then(|file| text(&file.efs))
}

/// The function that reads the fact of this name.
fn reader<T>(table: &[(&str, Read<T>)], name: &str) -> Option<Read<T>> {
    table.iter().find(|(known, _)| *known == name).map(|(_, read)| *read)
}

/// Whether a path is one of the facts here. Rows are checked with it when they are loaded.
pub fn is_fact(path: &str) -> bool {
    path == "version"
        || reader(BUNDLE_FACTS, path).is_some()
        || path.strip_prefix("row.").is_some_and(|column| reader(ROW_COLUMNS, column).is_some())
        || path.strip_prefix("iis.pool.").is_some_and(|setting| POOL_SETTINGS.contains(&setting))
        || path.strip_prefix("iis.").is_some_and(is_application_setting)
        || path.strip_prefix("config.").is_some_and(|setting| {
            let file = setting.split_once(':').map_or(setting, |(file, _)| file);
            file.ends_with(".config") && file == file.to_ascii_lowercase()
        })
}

/// The path of the same fact in exports, if they report it under another path.
pub fn instead(path: &str) -> Option<&'static str> {
    (path == "host.os").then_some("os.name")
}

/// Whether a fact comes from the node list rather than from the node's bundle.
pub fn is_row_fact(path: &str) -> bool {
    path.starts_with("row.")
}

impl Node {
    /// The fact at `path` as text: if it is not one of the paths here, what the bundle has, then what exports report.
    pub fn fact(&self, path: &str) -> Observed<String> {
        if !is_fact(path) {
            return self.carried(path).or(self
                .reported
                .get(path)
                .cloned()
                .unwrap_or_else(|| Observed::not_collected("none of the files supplied contains it")));
        }
        if path == "version" {
            text(&self.version)
        } else if let Some(column) = path.strip_prefix("row.") {
            match (&self.row, reader(ROW_COLUMNS, column)) {
                (Some(row), Some(read)) => read(row),
                _ => Observed::not_collected("there is no node list, or this node is not in it"),
            }
        } else {
            match &self.snapshot {
                Some(snapshot) => snapshot.fact(path),
                None => Observed::not_collected("there is no bundle of this node"),
            }
        }
    }

    /// A fact of `machine` as the bundle has it.
    fn carried(&self, path: &str) -> Observed<String> {
        let Some(snapshot) = &self.snapshot else {
            return Observed::not_collected("there is no bundle of this node");
        };
        let untaken = || Observed::not_collected("this bundle does not contain it");
        let fact = snapshot.facts.machine.get(path).cloned().unwrap_or_else(untaken);
        fact.in_input(&snapshot.input)
    }
}

impl Snapshot {
    fn fact(&self, path: &str) -> Observed<String> {
        if let Some(read) = reader(BUNDLE_FACTS, path) {
            read(self)
        } else if let Some(setting) = path.strip_prefix("config.") {
            self.config_fact(setting)
        } else {
            let setting = path.strip_prefix("iis.").unwrap_or_default();
            self.iis_application().and_then(|app| {
                match setting.strip_prefix("pool.") {
                    Some(pool) if !is_application_setting(setting) => app.pool_settings.get(pool).cloned(),
                    _ => app.settings.get(setting).cloned(),
                }
                .unwrap_or_default()
            })
        }
    }

    /// The application in IIS; if it is not known, for which of the two reasons.
    pub fn iis_application(&self) -> Observed<&IisApplication> {
        self.facts.iis.as_ref().and_then(|iis| iis.application.as_ref())
    }

    /// Forms authentication is not a setting of IIS: ASP.NET reads its mode from `web.config`, or from the file that
    /// `configSource` there names.
    fn forms(&self) -> Observed<String> {
        let direct = self.config_fact("web.config:system.web/authentication@mode");
        let mode =
            match (direct.is_absent(), self.config_fact("web.config:system.web/authentication@configSource"))
            {
                (true, Observed::Known { value: file, .. }) => {
                    self.config_fact(&format!("{}:authentication@mode", file.to_lowercase()))
                }
                _ => direct,
            };
        if mode.is_absent() {
            return Observed::not_collected(
                "web.config sets no mode, and the configuration above it is not read",
            );
        }
        mode.map(|mode| mode.eq_ignore_ascii_case("Forms").to_string())
    }

    /// A place with the original path, where the file came by itself.
    fn own_place(&self, place: Location) -> Location {
        if self.part(&place.file).is_some() { self.locate(&place) } else { place }
    }

    fn config_fact(&self, path: &str) -> Observed<String> {
        let (file, key) = path.split_once(':').map_or((path, None), |(file, key)| (file, Some(key)));
        let Some(key) = key else {
            return self.facts.configs.get(file).cloned().unwrap_or_default().map(|state| match state {
                ConfigState::Taken { .. } => "well-formed".to_owned(),
                ConfigState::NotWellFormed { line, .. } => format!("not well-formed at line {line}"),
            });
        };
        match self.settings.get(file) {
            None => Observed::not_collected(format!("{file} was not collected")),
            Some(settings) => settings.as_ref().and_then(|settings| match find(settings, key) {
                Some(setting) => {
                    Observed::known(setting.value.clone(), self.own_place(Location::line(file, setting.line)))
                }
                None => match encrypted_above(settings, key) {
                    Some(section) => {
                        Observed::not_collected(format!("the section {section} of {file} {ENCRYPTED}"))
                    }
                    None => Observed::absent(self.own_place(Location::file(file))),
                },
            }),
        }
    }
}

/// How the reason ends that nothing is known of the settings in an encrypted section.
const ENCRYPTED: &str = "is encrypted, and only the node itself can read it";

/// Whether a fact is not known because its section is encrypted.
pub fn is_encrypted<T>(fact: &Observed<T>) -> bool {
    matches!(fact, Observed::NotCollected { why } if why.ends_with(ENCRYPTED))
}

/// The setting of a key. The keys of `appSettings` have no case. `forms[*]@requireSSL` is that of `forms` with any identity or without one.
fn find<'s>(settings: &'s BTreeMap<String, Setting>, key: &str) -> Option<&'s Setting> {
    let Some((element, attribute)) = key.split_once("[*]") else {
        let of_section =
            || settings.range(APP_SETTING.to_owned()..).take_while(|(path, _)| path.starts_with(APP_SETTING));
        let found = settings.get(key);
        if found.is_some() || !key.starts_with(APP_SETTING) {
            return found;
        }
        return of_section().find(|(path, _)| path.eq_ignore_ascii_case(key)).map(|(_, setting)| setting);
    };
    let fits = |path: &str| {
        let after = path.strip_prefix(element).unwrap_or_default();
        let identity = after.strip_prefix('[').and_then(|inside| inside.split_once(']'));
        identity.map_or(after, |(_, after)| after) == attribute
    };
    let of_element = settings.range(element.to_owned()..).take_while(|(path, _)| path.starts_with(element));
    of_element.filter(|(path, _)| fits(path)).map(|(_, setting)| setting).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plain_path_and_column_is_answered() {
        let node = Node::default();
        for (path, _) in BUNDLE_FACTS {
            assert!(is_fact(path));
            assert!(node.fact(path).is_unknown(), "{path}");
        }
        let node = Node {
            row: Some(NodeRow {
                read_only: Observed::known(true, Location::default()),
                ..NodeRow::default()
            }),
            ..Node::default()
        };
        assert_eq!(node.fact("row.read-only").value().map(String::as_str), Some("true"));
        assert!(is_fact("row.database") && node.fact("row.database").is_unknown());
        assert!(!is_fact("row.nothing") && !is_fact("iis.pool.nothing") && !is_fact("config.Web.config"));
    }
}
