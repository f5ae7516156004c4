//! Words of which the names of folders and files are made, and which name no machine.

/// Words of which the names of folders and files are made that are the name of no machine, also not with a number:
/// `case4711`.
const WORDS: &[&str] = &[
    "admin",
    "all",
    "application",
    "apphost",
    "applicationhost",
    "archive",
    "attachment",
    "attachments",
    "backup",
    "bak",
    "bin",
    "bundle",
    "bundles",
    "case",
    "config",
    "configs",
    "copy",
    "cs",
    "customer",
    "data",
    "delinea",
    "desktop",
    "diag",
    "diagnostic",
    "diagnostics",
    "documents",
    "download",
    "downloads",
    "dump",
    "dumps",
    "error",
    "errors",
    "etc",
    "evidence",
    "export",
    "exports",
    "extract",
    "extracted",
    "file",
    "files",
    "folder",
    "from",
    "home",
    "images",
    "inc",
    "incident",
    "inetpub",
    "inetsrv",
    "input",
    "inputs",
    "issue",
    "kopie",
    "log",
    "logfile",
    "logfiles",
    "logs",
    "mail",
    "misc",
    "new",
    "nodes",
    "old",
    "ordner",
    "out",
    "output",
    "part",
    "ref",
    "report",
    "reports",
    "req",
    "request",
    "root",
    "sample",
    "secretserver",
    "secretservers",
    "servers",
    "sr",
    "support",
    "system",
    "temp",
    "thycotic",
    "thycoticsecretserver",
    "thycoticsecretserverlogs",
    "ticket",
    "tickets",
    "tmp",
    "todo",
    "upload",
    "uploads",
    "user",
    "users",
    "v",
    "version",
    "w3svc",
    "webconfig",
    "windows",
    "work",
    "www",
    "wwwroot",
    "zip",
];

/// Words that are the name of a machine only with a number: `node2`.
const NUMBERED: &[&str] = &[
    "app",
    "engine",
    "iis",
    "node",
    "primary",
    "prod",
    "secondary",
    "secret",
    "server",
    "ss",
    "test",
    "tss",
    "web",
];

/// Whether a word can be part of the name of a machine only as all folders have such words: `logs`, `case1234`, `2026`.
pub(super) fn is_word(token: &str) -> bool {
    let lower = token.to_lowercase();
    let letters = lower.trim_matches(|c: char| !c.is_alphabetic());
    letters.is_empty() || WORDS.contains(&letters) || NUMBERED.contains(&lower.as_str())
}

/// Whether a text is digits and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a version, a time or a number rather than a name: `v11.7.49`, `20261120T0810`, `t5`.
pub(super) fn is_version(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphabetic()).count() <= 1
}
