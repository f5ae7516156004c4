//! Facts of a node by path, for the data rows: an expectation or a parity row names a fact instead of calling code.
//!
//! | path | fact |
//! |---|---|
//! | `version` | product build |
//! | `host.os`, `host.time-zone`, `host.worker-started` | of the machine |
//! | `application-folder`, `log-folder`, `tms-folder` | of the installation |
//! | `encryption-config`, `database-config` | fingerprint of the file; with `.size`, `.efs` |
//! | `stray-key-copies` | paths, joined by a blank; empty when there are none |
//! | `iis.application`, `iis.pool`, `iis.bindings` | of the application in IIS |
//! | `iis.path`, `iis.https` | virtual path, and whether the site has a binding of HTTPS |
//! | `iis.pool.SETTING` | one of [`POOL_SETTINGS`] |
//! | `iis.SETTING` | a setting of the application, see [`is_application_setting`] |
//! | `iis.authentication.forms` | whether `web.config` asks for forms authentication |
//! | `config.FILE` | `well-formed` |
//! | `config.FILE:KEY` | one setting, such as `config.web-cookie.config:httpCookies@requireSSL`; `[*]` stands for any identity |
//! | `row.COLUMN` | one column of the node list, see [`ROW_COLUMNS`] |
//! | `answer.ID` | what a person answered to a question, for the node or the cluster |
//!
//! Every other path is a record of the knowledge: exports tell it, or a bundle carries it in `machine`.

use super::facts::{ConfigState, KeyFile};
use super::iis::{IisApplication, POOL_SETTINGS, is_application_setting};
use super::node::{Node, Setting, Snapshot};
use super::observed::Observed;
use std::collections::BTreeMap;

/// Columns of the node list that `row.COLUMN` may name.
pub const ROW_COLUMNS: &[&str] = &[
    "background-worker",
    "background-worker-error",
    "binary-version",
    "database",
    "engine-worker",
    "engine-worker-error",
    "error-message",
    "in-cluster",
    "last-connected",
    "read-only",
    "session-recording-worker",
    "session-recording-worker-error",
];

/// What paths of answers begin with.
pub const ANSWER: &str = "answer.";

const PLAIN: &[&str] = &[
    "version",
    "host.os",
    "host.time-zone",
    "host.worker-started",
    "application-folder",
    "log-folder",
    "tms-folder",
    "encryption-config",
    "encryption-config.size",
    "encryption-config.efs",
    "database-config",
    "database-config.size",
    "database-config.efs",
    "stray-key-copies",
    "iis.application",
    "iis.pool",
    "iis.bindings",
    "iis.path",
    "iis.https",
    "iis.authentication.forms",
];

/// Whether a path names a fact that the model can hold. Rows are checked with it when they are loaded.
pub fn is_fact(path: &str) -> bool {
    PLAIN.contains(&path)
        || path.strip_prefix("row.").is_some_and(|column| ROW_COLUMNS.contains(&column))
        || path.strip_prefix("iis.pool.").is_some_and(|setting| POOL_SETTINGS.contains(&setting))
        || path.strip_prefix("iis.").is_some_and(is_application_setting)
        || path.strip_prefix("config.").is_some_and(|rest| {
            let file = rest.split_once(':').map_or(rest, |(file, _)| file);
            file.ends_with(".config") && file == file.to_ascii_lowercase()
        })
}

/// The fact that exports tell of the same thing, where they have one of their own.
pub fn instead(path: &str) -> Option<&'static str> {
    (path == "host.os").then_some("os.name")
}

/// Whether a fact comes from the node list rather than from the node's bundle.
pub fn is_row_fact(path: &str) -> bool {
    path.starts_with("row.")
}

impl Node {
    /// The fact at `path` as text: of the paths here, else what the bundle carries and what exports tell, in this
    /// order.
    pub fn fact(&self, path: &str) -> Observed<String> {
        if !is_fact(path) {
            return self.carried(path).or(self
                .told
                .get(path)
                .cloned()
                .unwrap_or_else(|| Observed::not_collected("none of the files supplied contains it")));
        }
        if path == "version" {
            return self.version.clone().map(|version| version.to_string());
        }
        if let Some(column) = path.strip_prefix("row.") {
            return self.row_fact(column);
        }
        match &self.snapshot {
            Some(snapshot) => snapshot.fact(path),
            None => Observed::not_collected("there is no bundle of this node"),
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

    fn row_fact(&self, column: &str) -> Observed<String> {
        let Some(row) = &self.row else {
            return Observed::not_collected("there is no node list, or this node is not in it");
        };
        let text = |flag: &Observed<bool>| flag.clone().map(|flag| flag.to_string());
        match column {
            "background-worker" => text(&row.background_worker),
            "background-worker-error" => row.background_worker_error.clone(),
            "binary-version" => row.binary_version.clone().map(|version| version.to_string()),
            "database" => row.database.clone(),
            "engine-worker" => text(&row.engine_worker),
            "engine-worker-error" => row.engine_worker_error.clone(),
            "error-message" => row.error_message.clone(),
            "in-cluster" => text(&row.in_cluster),
            "last-connected" => row.last_connected.clone().map(|moment| moment.to_string()),
            "read-only" => text(&row.read_only),
            "session-recording-worker" => text(&row.session_recording_worker),
            "session-recording-worker-error" => row.session_recording_worker_error.clone(),
            _ => Observed::not_collected("no such column"),
        }
    }
}

impl Snapshot {
    fn fact(&self, path: &str) -> Observed<String> {
        let facts = &self.facts;
        match path {
            "host.os" => facts.host.os.clone(),
            "host.time-zone" => facts.host.time_zone.clone(),
            "host.worker-started" => facts.host.worker_started.clone().map(|time| time.to_rfc3339()),
            "application-folder" => facts.application_folder.clone(),
            "log-folder" => facts.log_folder.clone().map(|there| there.to_string()),
            "tms-folder" => facts.tms_folder.clone().map(|there| there.to_string()),
            "stray-key-copies" => facts.stray_key_copies.clone().map(|paths| paths.join(" ")),
            _ => {
                if let Some(rest) = path.strip_prefix("encryption-config") {
                    key_file_fact(&facts.encryption_config, rest)
                } else if let Some(rest) = path.strip_prefix("database-config") {
                    key_file_fact(&facts.database_config, rest)
                } else if let Some(rest) = path.strip_prefix("iis.") {
                    self.iis_fact(rest)
                } else if let Some(rest) = path.strip_prefix("config.") {
                    self.config_fact(rest)
                } else {
                    Observed::not_collected("no such fact")
                }
            }
        }
    }

    /// The application as IIS knows it, seen through both layers of "not known".
    pub fn iis_application(&self) -> Observed<&IisApplication> {
        flatten(self.facts.iis.as_ref().map(|iis| iis.application.as_ref()))
    }

    fn iis_fact(&self, rest: &str) -> Observed<String> {
        let application = self.iis_application();
        match rest {
            "application" => application.map(|app| format!("{}{}", app.site, app.path)),
            "pool" => application.map(|app| app.pool.clone()),
            "bindings" => application.map(|app| app.bindings.join(", ")),
            "path" => application.map(|app| app.path.clone()),
            "https" => {
                application.map(|app| app.bindings.iter().any(|one| one.starts_with("https ")).to_string())
            }
            "authentication.forms" => self.forms(),
            _ if is_application_setting(rest) => {
                flatten(application.map(|app| app.settings.get(rest).cloned().unwrap_or_default()))
            }
            _ => {
                let Some(setting) = rest.strip_prefix("pool.") else {
                    return Observed::not_collected("no such fact");
                };
                flatten(application.map(|app| app.pool_settings.get(setting).cloned().unwrap_or_default()))
            }
        }
    }

    /// Forms authentication is none of IIS: ASP.NET reads its mode from `web.config`, or from the file that names.
    fn forms(&self) -> Observed<String> {
        let own = self.config_fact("web.config:system.web/authentication@mode");
        let mode =
            match (own.is_absent(), self.config_fact("web.config:system.web/authentication@configSource")) {
                (true, Observed::Known { value: file, .. }) => {
                    self.config_fact(&format!("{}:authentication@mode", file.to_lowercase()))
                }
                _ => own,
            };
        if mode.is_absent() {
            return Observed::not_collected(
                "web.config sets no mode, and the configuration above it is not read",
            );
        }
        mode.map(|mode| mode.eq_ignore_ascii_case("Forms").to_string())
    }

    fn config_fact(&self, rest: &str) -> Observed<String> {
        let (file, key) = rest.split_once(':').map_or((rest, None), |(file, key)| (file, Some(key)));
        let Some(key) = key else {
            return self.facts.configs.get(file).cloned().unwrap_or_default().map(|state| match state {
                ConfigState::Taken { .. } => "well-formed".to_owned(),
                ConfigState::NotWellFormed { line, .. } => format!("not well-formed at line {line}"),
            });
        };
        match self.settings.get(file) {
            None => Observed::not_collected(format!("{file} was not collected")),
            Some(settings) => flatten(settings.as_ref().map(|settings| match find(settings, key) {
                Some(setting) => {
                    Observed::known(setting.value.clone(), super::Place::line(file, setting.line))
                }
                None => Observed::absent(super::Place::file(file)),
            })),
        }
    }
}

/// The setting of a key. `forms[*]@requireSSL` is that of `forms` with any identity or with none.
fn find<'s>(settings: &'s BTreeMap<String, Setting>, key: &str) -> Option<&'s Setting> {
    let Some((element, rest)) = key.split_once("[*]") else { return settings.get(key) };
    let fits = |path: &str| {
        let after = path.strip_prefix(element)?;
        let after = after
            .strip_prefix('[')
            .and_then(|inside| inside.split_once(']'))
            .map_or(after, |(_, after)| after);
        (after == rest).then_some(())
    };
    settings
        .range(element.to_owned()..)
        .take_while(|(path, _)| path.starts_with(element))
        .find_map(|(path, setting)| fits(path).map(|()| setting))
}

fn key_file_fact(file: &Observed<KeyFile>, rest: &str) -> Observed<String> {
    match rest {
        "" => flatten(file.as_ref().map(|file| file.fingerprint.clone().map(|print| print.to_string()))),
        ".size" => file.clone().map(|file| file.size.to_string()),
        ".efs" => flatten(file.as_ref().map(|file| file.efs.clone().map(|efs| efs.to_string()))),
        _ => Observed::not_collected("no such fact"),
    }
}

/// A fact inside a fact: the outer one's reason wins where there is no inner one.
fn flatten<T>(outer: Observed<Observed<T>>) -> Observed<T> {
    match outer {
        Observed::Known { value, .. } => value,
        Observed::Absent { looked_at } => Observed::Absent { looked_at },
        Observed::Unreadable { place, why } => Observed::Unreadable { place, why },
        Observed::NotCollected { why } => Observed::NotCollected { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plain_path_and_column_is_answered() {
        let node = Node::default();
        for path in PLAIN {
            assert!(is_fact(path));
            assert!(node.fact(path).is_unknown(), "{path}");
        }
        for column in ROW_COLUMNS {
            let node = Node { row: Some(super::super::export::NodeRow::default()), ..Node::default() };
            assert_ne!(node.fact(&format!("row.{column}")).why_unknown().as_deref(), Some("no such column"));
        }
        assert!(!is_fact("row.nothing") && !is_fact("iis.pool.nothing") && !is_fact("config.Web.config"));
    }
}
