//! The queries of `clusterbrief sql`: one `SELECT` for each export that a database gives.
//!
//! Every row of a result is marker, item, fact and value, so that a result is recognised under any file name, with or
//! without a header, with any delimiter. Every query returns at least one row, so that "there is none" differs from
//! "the query was not run". The queries run on SQL Server 2012 and later. They read only documented tables of the product,
//! and views and functions of SQL Server.

/// A query with what a database administrator wants to know before running it, as parts of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// Id of the export it gives.
    pub id: &'static str,
    /// What its result shows.
    pub tells: &'static str,
    /// The rights it needs.
    pub rights: &'static str,
    /// What it never reads.
    pub never_reads: &'static str,
    /// Whether it also runs as a custom report of the product, which accepts only queries, and filters some words since
    /// 10.6.000001.
    pub as_report: &'static str,
    /// The whole text: these four as comments, then the statement.
    pub text: &'static str,
}

impl Query {
    fn new(id: &'static str, text: &'static str) -> Self {
        let line = |name: &str| {
            let found = text
                .lines()
                .find_map(|line| line.strip_prefix("-- ")?.strip_prefix(name)?.strip_prefix(": "));
            found.unwrap_or_default().trim_end_matches('.')
        };
        Self {
            id,
            tells: line("Tells"),
            rights: line("Rights"),
            never_reads: line("Never reads"),
            as_report: line("As a custom report"),
            text,
        }
    }
}

macro_rules! queries {
    ($($id:literal),+ $(,)?) => {
        /// Every query, in order of id.
        pub fn queries() -> Vec<Query> {
            vec![$(Query::new($id, include_str!(concat!("sql/", $id, ".sql")))),+]
        }
    };
}

queries![
    "always-on",
    "backups",
    "configuration",
    "database",
    "future-rows",
    "jobs",
    "log-space",
    "login",
    "manual-upgrades",
    "node-count",
    "product-backups",
    "server",
    "sessions",
    "sites",
    "versions",
    "volumes",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::knowledge::exports::About;
    use std::collections::BTreeSet;

    /// The statement of a query without its comments.
    fn statement(query: &Query) -> &'static str {
        query.text.split_at(query.text.find("\nSELECT").unwrap() + 1).1
    }

    /// The words of a statement; a quoted text is one word, with its quotes.
    fn words(statement: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (index, part) in statement.split('\'').enumerate() {
            if index % 2 == 1 {
                words.push(format!("'{part}'"));
            } else {
                let own = part.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.'));
                words.extend(own.filter(|word| !word.is_empty()).map(ToOwned::to_owned));
            }
        }
        words
    }

    #[test]
    fn each_is_one_select_that_changes_nothing() {
        for query in queries() {
            let id = query.id;
            let text = statement(&query);
            assert!(text.starts_with("SELECT 'clusterbrief:") && !text.contains("--"), "{id}");
            assert!(
                !text.contains([';', '@', '#']) || id == "jobs",
                "{id}: no batch, variable or table of its own"
            );
            for word in words(text) {
                let word = word.to_uppercase();
                for refused in [
                    "INSERT",
                    "UPDATE",
                    "DELETE",
                    "MERGE",
                    "EXEC",
                    "EXECUTE",
                    "INTO",
                    "DROP",
                    "ALTER",
                    "CREATE",
                    "TRUNCATE",
                    "GRANT",
                    "DENY",
                    "REVOKE",
                    "DBCC",
                    "BACKUP",
                    "RESTORE",
                    "SHUTDOWN",
                    "KILL",
                    "WAITFOR",
                    "DECLARE",
                    "SET",
                    "USE",
                    "GO",
                    "OPENROWSET",
                    "OPENQUERY",
                    "OPENDATASOURCE",
                    "WRITETEXT",
                    "RECONFIGURE",
                    "WITH",
                ] {
                    assert_ne!(word, refused, "{id}");
                }
                assert!(!word.starts_with("XP_") && !word.starts_with("SP_"), "{id}: {word}");
            }
        }
    }

    #[test]
    fn they_read_only_documented_tables() {
        let documented = [
            ("tbVersion", &["VersionNumber", "Upgraded"][..]),
            ("tbNode", &["NodeId"]),
            (
                "tbConfiguration",
                &[
                    "CustomURL",
                    "IntegratedWindowsAuthentication",
                    "ForceHttps",
                    "EnablePasswordChanging",
                    "EnableHeartBeat",
                    "EnableSessionRecording",
                    "AllowDuplicateSecretNames",
                    "RequireFolderForSecret",
                ],
            ),
            ("tbSite", &["SiteId", "Active"]),
            ("tbEngine", &["EngineId", "ActivationStatus"]),
            ("tbUserSession", &["UserId", "IpAddress", "DateCreated", "ConnectedNodeName"]),
            ("tbUser", &["LastLogin", "Created", "PasswordLastChanged"]),
            ("tbAuditSecret", &["DateRecorded"]),
            ("tbSecret", &["Created"]),
            ("tbSystemLog", &["LogDate"]),
            ("tbBackupLog", &["BackupTime"]),
            ("tbAudit", &["AuditTypeId", "Action"]),
            ("QRTZ_TRIGGERS", &["TRIGGER_GROUP", "TRIGGER_STATE", "NEXT_FIRE_TIME", "PREV_FIRE_TIME"]),
        ];
        for query in queries() {
            let words = words(statement(&query));
            let names: BTreeSet<&str> = words.iter().map(String::as_str).collect();
            let tables: Vec<_> = documented.iter().filter(|(table, _)| names.contains(table)).collect();
            for name in names.iter().filter(|name| name.starts_with("tb") || name.starts_with("QRTZ")) {
                assert!(tables.iter().any(|(table, _)| table == name), "{}: {name}", query.id);
            }
            // Columns have mixed case or an underscore; our own aliases come after AS.
            let own: BTreeSet<&str> =
                words.windows(2).filter(|pair| pair[0] == "AS").map(|pair| pair[1].as_str()).collect();
            let columns: BTreeSet<&str> =
                tables.iter().flat_map(|(_, columns)| columns.iter().copied()).collect();
            for name in names.iter().filter(|name| !name.starts_with('\'')) {
                let column = name.rsplit('.').next().unwrap();
                let product = column.chars().any(char::is_lowercase)
                    && column.starts_with(char::is_uppercase)
                    && !matches!(column, "Fact" | "Value" | "TZoffset");
                let secret = ["SessionKey", "UserName", "Password", "Notes"].contains(&column);
                assert!(!secret, "{}: {column}", query.id);
                assert!(
                    !product || columns.contains(column) || own.contains(column),
                    "{}: {column}",
                    query.id
                );
            }
        }
    }

    #[test]
    fn each_says_what_it_is_and_its_marker_is_that_of_an_export() {
        let knowledge = Knowledge::builtin().unwrap();
        let marked: BTreeSet<&str> =
            knowledge.exports.iter().filter(|one| one.marker.is_some()).map(|one| one.id.as_str()).collect();
        assert_eq!(marked, queries().iter().map(|query| query.id).collect());
        for query in queries() {
            for text in [query.tells, query.rights, query.never_reads, query.as_report] {
                assert!(text.len() > 2, "{}", query.id);
            }
            let export = knowledge.exports.iter().find(|one| one.id == query.id).unwrap();
            let words = words(statement(&query));
            let first = format!("'{}'", export.marker.as_ref().unwrap());
            assert!(words.contains(&first), "{}", query.id);
            assert!(words.contains(&"'sees tbVersion'".to_owned()), "{}", query.id);
            for head in export.fields.iter().flat_map(|field| &field.heads) {
                assert!(words.contains(&format!("'{head}'")), "{}: {head} is not selected", query.id);
            }
            if export.about == About::List || export.id == "versions" {
                assert!(
                    words.contains(&"'items'".to_owned()),
                    "{}: a cut result would not be seen",
                    query.id
                );
            }
        }
    }
}
