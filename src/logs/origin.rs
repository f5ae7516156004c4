//! What a line is about: the node itself, or the product's work on other machines.

use super::formats::{self, Order};
use super::header::{TimestampParser, level};
use crate::knowledge::signatures::Family;
use crate::knowledge::workload::WorkloadRow;
use crate::model::log::{Component, Origin};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// The product's own database layer: what it reports is never about another machine.
const DATA_LAYER: &str = r"\b(thycotic|delinea)\.([\w]+\.)*(data\b|\w*dataaccess)";
/// A host by its place in a sentence: an address or a name of three parts after a preposition, any name with a dot, a
/// hyphen or a number after words that only hosts follow.
const HOST: &str = r"(?x)
    \b(?:on|to|with|from)\s+['\x22]?((?:[a-z][\w-]*\.){2,}[a-z]{2,}|\{host-[\da-f]{8}-[\da-f]{10}\}|\d{1,3}(?:\.\d{1,3}){3})(?:[^\w-]|$)
    | \b(?:remote\ host|host|server|machine|computer|controller|connect(?:ing|ion|ed)?\s(?:to|with))\s+
      ['\x22]?((?:[a-z][\w-]*\.)+[a-z]{2,}|\{host-[\da-f]{8}-[\da-f]{10}\}|[a-z]+-[\w-]*\w|[a-z]{2,}\d{1,4}[a-z]?|\d{1,3}(?:\.\d{1,3}){3})(?:[^\w-]|$)";
/// Names with dots that are no hosts: types and files.
const NO_HOST: [&str; 7] = ["system.", "microsoft.", "thycotic.", "delinea.", "rabbitmq.", "dbo.", "sys."];
/// Ends of names of files.
const FILE_ENDS: [&str; 6] = [".dll", ".exe", ".config", ".aspx", ".log", ".xml"];
/// Logs of other programs of the product, which never write about the node itself, by how their names begin.
const OTHER_PROGRAMS: [&str; 4] = ["ssde", "ss-sc", "ss-rdpwin", "ss-pipeline"];
/// Bytes of a line that are looked at.
const LINE: usize = 2048;
/// Bytes of an entry's first line that are looked at.
pub(super) const ENTRY: usize = 512;

/// How lines about work on other machines are told.
pub(super) struct OriginPatterns {
    rows: Vec<(String, Vec<Family>)>,
    /// For each expression, the index of its row.
    logger_rows: Vec<usize>,
    loggers: RegexSet,
    text_rows: Vec<usize>,
    texts: RegexSet,
    data_layer: Regex,
    host: Regex,
}

impl OriginPatterns {
    pub(super) fn new(rows: &[WorkloadRow]) -> Result<Self, regex::Error> {
        let set = |source: fn(&WorkloadRow) -> Option<String>| {
            let all = rows.iter().enumerate().filter_map(|(row, one)| Some((row, source(one)?)));
            let (indices, sources): (Vec<usize>, Vec<String>) = all.unzip();
            Ok((indices, RegexSetBuilder::new(sources).unicode(false).case_insensitive(true).build()?))
        };
        let regex = |source| RegexBuilder::new(source).unicode(false).case_insensitive(true).build();
        let (logger_rows, loggers) = set(WorkloadRow::logger_source)?;
        let (text_rows, texts) = set(WorkloadRow::text_source)?;
        Ok(Self {
            rows: rows.iter().map(|row| (row.id.clone(), row.except_families.clone())).collect(),
            logger_rows,
            loggers,
            text_rows,
            texts,
            data_layer: regex(DATA_LAYER)?,
            host: regex(HOST)?,
        })
    }

    /// What a line is about that has the text of a known error of this family. `entry` is the first line of the entry that
    /// it belongs to, which names the logger; `is_foreign`: [`of_other_program`] says so of the file.
    pub(super) fn of(&self, family: Family, is_foreign: bool, entry: &[u8], line: &[u8]) -> Origin {
        if is_foreign {
            return Origin::Workload("engine".into());
        }
        let line = line.get(..LINE).unwrap_or(line);
        let (logger, message) = logger(entry);
        // An entry of one line is that line.
        let texts: &[&[u8]] =
            if line.starts_with(entry.trim_ascii_end()) { &[line] } else { &[line, message] };
        if self.data_layer.is_match(logger) || texts.iter().any(|text| self.data_layer.is_match(text)) {
            return Origin::Node;
        }
        if let Some(row) = self.workload(logger, texts, Some(family)) {
            return Origin::Workload(row.to_owned());
        }
        texts.iter().find_map(|text| self.named_host(text)).map_or(Origin::Node, Origin::Host)
    }

    /// The work on other machines that an entry is about, told by its logger and its message.
    pub(super) fn work_of(&self, is_foreign: bool, logger: &[u8], message: &[u8]) -> Option<&str> {
        if is_foreign {
            return Some("engine");
        }
        let message = message.get(..ENTRY).unwrap_or(message);
        let work = self.workload(logger, &[message], None)?;
        (![logger, message].into_iter().any(|text| self.data_layer.is_match(text))).then_some(work)
    }

    fn workload(&self, logger: &[u8], texts: &[&[u8]], family: Option<Family>) -> Option<&str> {
        let by_logger = self.loggers.matches(logger).into_iter().map(|at| self.logger_rows.get(at));
        let by_text = texts.iter().flat_map(|text| self.texts.matches(text).into_iter());
        let by_text = by_text.map(|at| self.text_rows.get(at));
        let rows = by_logger.chain(by_text).flatten().filter_map(|row| self.rows.get(*row));
        let mut of_family = rows.filter(|(_, except)| family.is_none_or(|family| !except.contains(&family)));
        of_family.next().map(|(id, _)| id.as_str())
    }

    fn named_host(&self, line: &[u8]) -> Option<String> {
        self.host.captures_iter(line).find_map(|found| {
            let host = found.get(1).or_else(|| found.get(2))?.as_bytes();
            let host = String::from_utf8_lossy(host).to_ascii_lowercase();
            let is_host = !NO_HOST.iter().any(|start| host.starts_with(start))
                && !FILE_ENDS.iter().any(|end| host.ends_with(end));
            is_host.then_some(host)
        })
    }
}

/// Whether a log is of another program than the product on this node, by the file's name.
pub(super) fn of_other_program(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    Component::of(file).is_none() && OTHER_PROGRAMS.iter().any(|start| name.starts_with(start))
}

/// The name of the logger of an entry's first line, and the message; without a logger, the whole line.
pub(super) fn logger(entry: &[u8]) -> (&[u8], &[u8]) {
    let usual = TimestampParser::default().read(entry).map(|(_, after)| after);
    let other = || {
        let read = |order| formats::read(entry, order).map(|header| header.rest);
        read(Order::DayFirst).or_else(|| read(Order::MonthFirst))
    };
    let text = match usual {
        Some(after) => level(after).map_or(after, |(_, rest)| rest),
        None => match other() {
            Some(rest) => rest,
            None => level(entry).map_or(entry, |(_, rest)| rest),
        },
    };
    split_logger(text)
}

/// The same of what follows time and level.
pub(super) fn split_logger(text: &[u8]) -> (&[u8], &[u8]) {
    let before = text.iter().take_while(|byte| !byte.is_ascii_alphabetic()).count();
    let text = text.get(before..).unwrap_or_default();
    let end =
        text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')).count();
    let (logger, message) = text.split_at(end);
    if logger.contains(&b'.') { (logger, message) } else { (&[], text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    fn origin(family: Family, entry: &str, line: &str) -> Origin {
        let knowledge = Knowledge::builtin().unwrap();
        let patterns = OriginPatterns::new(&knowledge.workload).unwrap();
        patterns.of(family, false, entry.as_bytes(), line.as_bytes())
    }

    fn of(line: &str) -> Origin {
        let line = format!("2026-06-16 10:02:13,123 [12] ERROR {line}");
        origin(Family::Database, &line, &line)
    }

    fn work(id: &str) -> Origin {
        Origin::Workload(id.into())
    }

    #[test]
    fn work_on_other_machines_is_told_by_its_logger() {
        for (line, expected) in [
            ("Thycotic.DistributedEngine.Areas.PasswordChanging - Login failed for user 'a'", work("engine")),
            ("Delinea.PAM.PasswordChangers.Heartbeat - Timeout expired", work("heartbeat")),
            ("Thycotic.ihawu.Business.HeartbeatProcessor - Timeout expired", work("heartbeat")),
            ("Thycotic.Discovery.Scanner - Access to the path is denied", work("discovery")),
            ("Thycotic.AppCore.Federation.NodeHeartbeat - Timeout expired", Origin::Node),
            ("Thycotic.AppCore.EngineWorker - Timeout expired", Origin::Node),
            ("Thycotic.ihawu.Web - Timeout expired", Origin::Node),
            ("Thycotic.Web.Login - Login failed for user 'svc'", Origin::Node),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
        let line = "2026-06-16 10:02:13,123 [12] WARN Thycotic.Web.Login - Unable to find a user record";
        assert_eq!(origin(Family::Licensing, line, line), work("sign-in"));
    }

    #[test]
    fn work_on_other_machines_is_told_by_its_words() {
        for (text, expected) in [
            ("Timeout expired. (heartbeat of SQL account on LAB-DB9)", work("heartbeat")),
            ("Access to the path is denied. (dependency script 17)", work("dependency")),
            (
                "Login failed for user 'a'. (remote password changing of SQL account on DBX01)",
                work("password-change"),
            ),
            ("Service Unavailable: ticket system snow.corp.example did not answer", work("ticket")),
            ("Validation Failed.: field 'Notes' of secret 99", work("secret")),
            (
                "Could not establish trust relationship with vcenter.corp.example",
                Origin::Host("vcenter.corp.example".into()),
            ),
            ("Remote certificate name does not match remote host dc07", Origin::Host("dc07".into())),
            ("A network-related error while connecting to LAB-DB9", Origin::Host("lab-db9".into())),
            (
                "Remote certificate name does not match remote host {host-40083dc9-a4b62893e9}.",
                Origin::Host("{host-40083dc9-a4b62893e9}".into()),
            ),
            ("A network-related error while connecting to SQL Server", Origin::Node),
            ("Timeout expired. It took 340 ms at Thycotic.Web.Page", Origin::Node),
            ("Could not load file or assembly 'Example' from Example.dll", Origin::Node),
            ("The value of a built-in type cannot be set to utf-8", Origin::Node),
            ("A connection to System.Data.SqlClient.SqlConnection timed out", Origin::Node),
        ] {
            assert_eq!(of(&format!("Thycotic.ihawu.Business - {text}")), expected, "{text}");
        }
    }

    #[test]
    fn the_database_layer_of_the_product_speaks_of_its_own_database() {
        for line in [
            "Thycotic.Data - Timeout expired. Heartbeat of the node",
            "Delinea.PAM.Data.SqlDataAccessor - Login failed for user 'svc' on LAB-DB9",
            "Thycotic.Business.Heartbeat - Thycotic.Data.DataAccessorException: Timeout expired",
        ] {
            assert_eq!(of(line), Origin::Node, "{line}");
        }
    }

    #[test]
    fn the_first_line_of_an_entry_tells_for_the_lines_after_it() {
        let entry = "2026-06-16 10:02:13,123 [12] ERROR Thycotic.X - Heartbeat failed for secret 4711";
        let line = "System.Data.SqlClient.SqlException: Login failed for user 'app'.";
        assert_eq!(origin(Family::Database, entry, line), work("heartbeat"));
        let entry = "2026-06-16 10:02:13,123 [12] ERROR Thycotic.ihawu.Web - The page failed";
        assert_eq!(origin(Family::Database, entry, line), Origin::Node);
    }

    #[test]
    fn logs_of_other_programs_are_never_about_the_node() {
        for (file, other) in [
            ("logs/SSDE.log", true),
            ("logs/SS-RDPWin.log", true),
            ("logs/SS-PipeLineScriptErrors.txt", true),
            ("logs/SS-SRWSR.log", false),
            ("logs/SS.log.1", false),
            ("logs/other.log", false),
        ] {
            assert_eq!(of_other_program(file), other, "{file}");
        }
    }
}
