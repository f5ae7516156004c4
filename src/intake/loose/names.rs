//! Which node a file is of, by its name and the folders and archives above it.

use super::words::{is_number, is_version, is_word};
use crate::bundle::Owner;
use crate::model::host_name::{is_name, visible};
use crate::model::log::Component;
use crate::model::product::is_product_name;
use regex::Regex;
use std::sync::LazyLock;

/// Whose a file is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Of the node of this name.
    Named(String),
    /// Of the node of this name, if the case knows such a node.
    Maybe(String),
    /// Nobody says it.
    Nobody,
}

impl Claim {
    /// What the list of a case folder says.
    pub(super) fn of(owner: &Owner) -> Self {
        let name = visible(&owner.name);
        if owner.sure { Self::Named(name) } else { Self::Maybe(name) }
    }

    /// The first of two that says more.
    fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Named(_) => self,
            Self::Nobody => other(),
            Self::Maybe(_) => match other() {
                named @ Self::Named(_) => named,
                _ => self,
            },
        }
    }
}

/// How the product names an export of the logs of one machine, without the end of an archive. Browsers and ticket systems put
/// other characters in the place of blanks.
static EXPORTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(node|engine)(?:[ _+]|%20)+logs(?:[ _+–—-]|%20)+id(?:[ _+]|%20)+\d+?(?:[ _+–—-]|%20)+(.+)$",
    )
    .ok()
});
/// What an operating system, a browser or a person adds to the name of a copy.
static COPY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\s*(\(\d+\)|-\s*(kopie|copy|copie|copia)(\s*\(\d+\))?)\s*$").ok());

/// Ends of the names of archives.
const ARCHIVES: [&str; 8] = [".tar.gz", ".zip", ".tgz", ".tar", ".gz", ".zi_", ".7z", ".rar"];

/// Stems of the names of the product's logs that no rule asks for.
const OTHER_LOGS: [&str; 3] = ["ssde", "ss-pipelinescripterrors", "ss-scripterrors"];

/// The stems of the names of the product's logs, the longest first.
const STEMS: [&str; 10] = [
    "ss-pipelinescripterrors",
    "ss-scripterrors",
    "ss-srwsr",
    "ss-bssr",
    "ss-bwsr",
    "ss-bswr",
    "ss-ewsr",
    "ss-mmsr",
    "ssde",
    "ss",
];

/// The name of a file or folder without the end of an archive and the marks of a copy.
fn plain(segment: &str) -> &str {
    let mut name = segment.trim();
    let lower = name.to_ascii_lowercase();
    if let Some(end) = ARCHIVES.iter().find(|end| lower.ends_with(*end)) {
        name = name.get(..name.len() - end.len()).unwrap_or(name);
    }
    while let Some(mark) = COPY.as_ref().and_then(|copy| copy.find(name)) {
        name = name.get(..mark.start()).unwrap_or_default();
    }
    name.trim()
}

/// What the product's own export of logs says of a folder or archive: whether it is of a node, and the name.
pub(super) fn exported(segment: &str) -> Option<(bool, &str)> {
    let found = EXPORTED.as_ref()?.captures(plain(segment))?;
    let (kind, host) = (found.get(1)?.as_str(), found.get(2)?.as_str().trim());
    Some((kind.eq_ignore_ascii_case("node"), host))
}

/// Whether the file is in an export of the logs of a distributed engine.
pub(super) fn is_of_engine(place: &str) -> bool {
    place.split('/').rev().find_map(exported).is_some_and(|(is_node, _)| !is_node)
}

/// A text as the name of a machine, if it looks like one: `WEB02`, `ssnode-2.corp.example`. `sure`: nothing else is called
/// so.
fn host(token: &str) -> Claim {
    // Words before and after it: `logs-WEB02-2026-11-20`.
    let mut parts: Vec<&str> = token.split('-').collect();
    while parts.first().is_some_and(|part| is_word(part)) {
        parts.remove(0);
    }
    // A date at the end; the number at the end of `ssnode-2` or `web-01` is its own.
    if let [name @ .., year, month, day] = parts.as_slice()
        && !name.is_empty()
        && [(year, 4), (month, 2), (day, 2)]
            .iter()
            .all(|(part, digits)| is_number(part) && part.len() == *digits)
    {
        parts.truncate(name.len());
    }
    while parts.len() > 1
        && parts.last().is_some_and(|part| {
            if is_number(part) { part.len() >= 6 } else { part.len() > 1 && is_word(part) }
        })
    {
        parts.pop();
    }
    let name = parts.join("-");
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let shaped = (2..=253).contains(&name.len()) && name.chars().all(fits) && !name.starts_with(['-', '.']);
    let has = |what: fn(char) -> bool| name.contains(what);
    if !shaped || !has(char::is_alphabetic) || is_word(&name) || !is_name(&name) || is_version(&name) {
        return Claim::Nobody;
    }
    if has(|c| c.is_ascii_digit()) || name.contains('.') { Claim::Named(name) } else { Claim::Maybe(name) }
}

/// A word of a log as the name of a machine.
pub(super) fn machine(word: &str) -> Option<String> {
    match host(word) {
        Claim::Named(name) if !is_product_name(word.as_bytes()) => Some(name),
        _ => None,
    }
}

/// What a folder or an archive says.
fn of_folder(segment: &str) -> Claim {
    if let Some((is_node, host)) = exported(segment) {
        return if is_node && is_name(host) { Claim::Named(visible(host)) } else { Claim::Nobody };
    }
    let name = plain(segment);
    // The folder that a node was collected or copied to: the name of the machine and nothing else, with blanks or without.
    let tokens = name.split(|c: char| {
        c.is_whitespace() || matches!(c, '_' | '(' | ')' | '[' | ']' | ',' | ';' | '+' | '@')
    });
    let mut found: Vec<Claim> =
        tokens.filter(|token| !token.is_empty()).map(host).filter(|claim| *claim != Claim::Nobody).collect();
    let sure: Vec<Claim> = found.iter().filter(|claim| matches!(claim, Claim::Named(_))).cloned().collect();
    match (sure.as_slice(), found.as_slice()) {
        ([only], _) => only.clone(),
        ([], [_]) => found.pop().unwrap_or(Claim::Nobody),
        _ => Claim::Nobody,
    }
}

/// What the name of a configuration file says: `WEB02-web.config`, `web.config.WEB02`, `web (WEB02).config`. Gives the name
/// of the file as the product has it, in lower case, too.
pub(super) fn of_config(name: &str) -> Option<(String, Claim)> {
    let lower = name.to_lowercase();
    let known = |text: &str| {
        CONFIGS
            .iter()
            .find(|known| text == known.strip_suffix(".config").unwrap_or(known))
            .map(|known| (*known).to_owned())
    };
    if CONFIGS.contains(&lower.as_str()) {
        return Some((lower, Claim::Nobody));
    }
    // A name before or after the whole name of the file.
    for file in CONFIGS {
        if let Some(before) = lower.strip_suffix(file)
            && before.ends_with(SEPARATORS)
        {
            let before = name.get(..before.len())?.trim_end_matches(SEPARATORS);
            return Some(((*file).to_owned(), host(before)));
        }
        if let Some(after) = lower.strip_prefix(file)
            && after.starts_with(SEPARATORS)
        {
            let after = name.get(name.len() - after.len()..)?.trim_matches(SEPARATORS);
            let after = after.strip_suffix(".txt").or(after.strip_suffix(".xml")).unwrap_or(after);
            return Some(((*file).to_owned(), host(after)));
        }
    }
    // Or before the ending: `web-WEB02.config`, `web_WEB02.config`, `web (2).config`.
    let stem = lower.strip_suffix(".config")?;
    let whole = plain(name.get(..stem.len())?);
    if let Some(file) = known(&whole.to_lowercase()) {
        return Some((file, Claim::Nobody));
    }
    let cuts: Vec<usize> = whole.match_indices(SEPARATORS).map(|(at, _)| at).collect();
    for at in cuts.into_iter().rev() {
        let (before, after) = (whole.get(..at)?, whole.get(at..)?);
        if let (Some(file), named @ Claim::Named(_)) =
            (known(&before.to_lowercase()), host(after.trim_matches(SEPARATORS)))
        {
            return Some((file, named));
        }
    }
    None
}

/// Configuration files of the product and of IIS, the longest name first where one ends with another.
const CONFIGS: &[&str] = &[
    "web-appsettings.config",
    "web-auth.config",
    "web-cookie.config",
    "web-log4net.config",
    "web-connectionstrings.config",
    "web-httpruntime.config",
    "web-session.config",
    "web-machinekey.config",
    "applicationhost.config",
    "redirection.config",
    "web.config",
];

/// What is between a name and another.
const SEPARATORS: [char; 8] = ['-', '_', '.', ' ', '(', ')', '[', ']'];

/// What the name of a log says: `SS-WEB02.log`, `WEB02_SS-BSSR.log.1`; `None` if it is no name of a log of the product. Its
/// own names, such as `SS-BSSR.log`, name no machine.
pub(super) fn of_log(name: &str) -> Option<Claim> {
    let marked = plain(name);
    if Component::of(name).is_some() || Component::of(marked).is_some() {
        return Some(Claim::Nobody);
    }
    let lower = name.to_ascii_lowercase();
    let at = lower.rfind(".log").or_else(|| lower.strip_suffix(".txt").map(str::len))?;
    let stem = plain(name.get(..at)?);
    let lower = stem.to_ascii_lowercase();
    if OTHER_LOGS.contains(&lower.as_str()) || STEMS.contains(&lower.as_str()) {
        return Some(Claim::Nobody);
    }
    for known in STEMS {
        if let Some(tail) = lower.strip_prefix(known)
            && tail.starts_with(SEPARATORS)
        {
            let tail = stem.get(known.len()..)?.trim_matches(SEPARATORS);
            // `SS-XYZR.log` is a log of a role that nobody knows yet, if no machine is called so.
            return Some(host(tail));
        }
        if let Some(before) = lower.strip_suffix(known)
            && before.ends_with(SEPARATORS)
        {
            return match host(stem.get(..before.len())?.trim_matches(SEPARATORS)) {
                Claim::Nobody if known == "ss" => None,
                claim => Some(claim),
            };
        }
    }
    None
}

/// The component that writes a log of this name, whatever a person added to it.
pub(super) fn component(name: &str) -> Option<Component> {
    let marked = plain(name);
    if let Some(component) = Component::of(marked) {
        return Some(component);
    }
    let lower = marked.to_ascii_lowercase();
    let at = lower.rfind(".log")?;
    let stem = plain(lower.get(..at)?);
    let is_stem = |known: &&&str| {
        let tail = stem.strip_prefix(**known).or_else(|| stem.strip_suffix(**known));
        tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(SEPARATORS) || tail.ends_with(SEPARATORS))
    };
    let known = STEMS.iter().find(is_stem)?;
    Component::of(&format!("{known}.log"))
}

/// What the folders and archives above a file say, the innermost first; `root` is the path of the folder that was given, which
/// is no part of the place.
pub(super) fn of_folders(place: &str, root: &str) -> Claim {
    let folders = place.rsplit_once('/').map_or("", |(folders, _)| folders);
    let above = folders.split('/').rev().chain(root.split('/').rev()).filter(|segment| !segment.is_empty());
    above.fold(Claim::Nobody, |known, segment| known.or(|| of_folder(segment)))
}

/// What `--node-of` says of a place: of the file, or of the innermost folder above it that it names.
pub(super) fn declared<'n>(place: &str, node_of: &'n [(String, String)]) -> Option<&'n str> {
    let covers = |path: &str| {
        let path = path.trim_end_matches('/');
        place.strip_prefix(path).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
    };
    let fits = node_of.iter().filter(|(path, _)| covers(&path.replace('\\', "/")));
    fits.max_by_key(|(path, _)| path.len()).map(|(_, name)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Claim {
        Claim::Named(name.to_owned())
    }

    #[test]
    fn folders_and_archives_name_the_node() {
        for (place, expected) in [
            ("Node Logs - ID 2 - WEB02.zip/log/SS.log", "WEB02"),
            ("node logs - id 12 - web02.corp.example (1).zip/SS.log", "web02.corp.example"),
            ("t.zip/Node Logs - ID 3 - PAM-PRD-B/SS.log", "PAM-PRD-B"),
            ("Node_Logs_-_ID_2_-_PAM_02.zip/SS.log", "PAM_02"),
            ("Node+Logs+-+ID+2+-+WEB02.zip/SS.log", "WEB02"),
            ("Node%20Logs%20-%20ID%202%20-%20WEB02.zip/SS.log", "WEB02"),
            ("Node Logs – ID 2 – WEB02.zip/SS.log", "WEB02"),
            ("Node Logs - ID 3 - Tresor - Kopie.zip/SS.log", "Tresor"),
            ("WEB02/log/SS.log", "WEB02"),
            ("ticket-4711/ssnode-2/SecretServer/log/SS.log", "ssnode-2"),
            ("WEB02 logs/SS.log", "WEB02"),
            ("logs_WEB02_2026-11-20.zip/SS.log", "WEB02"),
            ("logs-web03.tar.gz/SS.log", "web03"),
            ("pam-srv-01-logs-2026-11-20.zip/SS.log", "pam-srv-01"),
        ] {
            assert_eq!(of_folders(place, ""), named(expected), "{place}");
        }
        assert_eq!(of_folders("log/SS.log", "WEB07"), named("WEB07"));
        for place in [
            "SS.log",
            "log/SS.log",
            "ThycoticSecretServerLogs_20261120-081000.zip/SS.log",
            "ticket-4711.zip/logs/SS.log",
            "case 0012345/SecretServer/log/SS.log",
            "INC0012345/SS.log",
            "2026-11-20/SS.log",
            "20261120T0810/SS.log",
            "v11.7.49/SS.log",
            "New folder (2)/SS.log",
            "WEB01 and WEB02/SS.log",
            "Engine Logs - ID 2 - ENG01/SSDE.log",
        ] {
            assert_eq!(of_folders(place, ""), Claim::Nobody, "{place}");
        }
        assert_eq!(of_folders("vault/SS.log", ""), Claim::Maybe("vault".into()), "only if the case knows it");
        assert!(
            is_of_engine("x/Engine Logs - ID 2 - ENG01.zip/SSDE.log")
                && !is_of_engine("Node Logs - ID 2 - A/x")
        );
    }

    #[test]
    fn names_of_logs_name_the_node_and_never_a_role() {
        for (name, expected) in [
            ("SS-WEB02.log", named("WEB02")),
            ("SS_WEB02.log.1", named("WEB02")),
            ("WEB02-SS.log", named("WEB02")),
            ("web02.corp.example_SS-BSSR.log", named("web02.corp.example")),
            ("SS-BSSR-WEB02.log", named("WEB02")),
            ("SS (WEB02).log", named("WEB02")),
            ("SS-VAULT.log", Claim::Maybe("VAULT".into())),
        ] {
            assert_eq!(of_log(name), Some(expected), "{name}");
        }
        for name in [
            "SS.log",
            "SS.log.1",
            "SS.log2026-11-20",
            "SS-BSSR.log",
            "SS-BWSR.log.3",
            "SS-BSWR.log",
            "SS-EWSR.log",
            "SS-SRWSR.log",
            "SS-MMSR.log",
            "SSDE.log",
            "SS-PipeLineScriptErrors.txt",
            "SS (1).log",
            "SS - Kopie.log",
            "ss1.log",
        ] {
            assert_eq!(of_log(name), Some(Claim::Nobody), "{name}");
        }
        for name in ["u_ex261120.log", "notes.txt", "access.log", "ssl.log", "Report.wer", "passes.log"] {
            assert_eq!(of_log(name), None, "{name}");
        }
    }

    #[test]
    fn a_renamed_log_is_of_its_component() {
        for (name, component) in [
            ("SS-WEB02.log", Some(Component::Web)),
            ("WEB02_SS-BSSR.log.1", Some(Component::BackgroundScheduler)),
            ("SS-EWSR (2).log", Some(Component::EngineWorker)),
            ("other.log", None),
            ("passes.log", None),
        ] {
            assert_eq!(super::component(name), component, "{name}");
        }
    }

    #[test]
    fn names_of_configurations_name_the_node() {
        for (name, file, claim) in [
            ("web.config", "web.config", Claim::Nobody),
            ("WEB02-web.config", "web.config", named("WEB02")),
            ("WEB02_web-appSettings.config", "web-appsettings.config", named("WEB02")),
            ("web.config.WEB02", "web.config", named("WEB02")),
            ("web.config_WEB02.txt", "web.config", named("WEB02")),
            ("web_WEB02.config", "web.config", named("WEB02")),
            ("web-auth-WEB02.config", "web-auth.config", named("WEB02")),
            ("web (WEB02).config", "web.config", named("WEB02")),
            ("web (2).config", "web.config", Claim::Nobody),
            ("Web - Kopie.config", "web.config", Claim::Nobody),
            ("web02-applicationHost.config", "applicationhost.config", named("web02")),
        ] {
            assert_eq!(of_config(name), Some((file.to_owned(), claim)), "{name}");
        }
        for name in [
            "encryption.config",
            "database.config",
            "myweb.config",
            "app.config",
            "web.config.md5sum1",
            "x.xml",
        ] {
            let found = of_config(name);
            assert!(found.is_none() || name == "web.config.md5sum1", "{name} {found:?}");
        }
    }

    #[test]
    fn what_a_person_says_covers_a_file_or_a_folder() {
        let said = [
            ("t.zip/logs".to_owned(), "WEB01".to_owned()),
            ("t.zip\\logs\\b/".to_owned(), "WEB02".to_owned()),
        ];
        assert_eq!(declared("t.zip/logs/SS.log", &said), Some("WEB01"));
        assert_eq!(declared("t.zip/logs/b/SS.log", &said), Some("WEB02"));
        assert_eq!(declared("t.zip/logs", &said), Some("WEB01"));
        assert_eq!(declared("t.zip/logs2/SS.log", &said), None);
    }
}
