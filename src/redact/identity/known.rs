//! Known identities: of the node itself, of its configurations, and those that texts show by their shape. A known name
//! is hidden everywhere, also where nothing around it shows what it is.

use super::{Domains, IdentitySpan, account, field, host, shapes, spelling};
use crate::redact::labels::Identity;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most values that are looked for; a node has some hundred.
const MOST: usize = 20_000;
/// Shortest value that is looked for in texts, in bytes.
const SHORTEST: usize = 4;

/// Words that occur in every log. A host or a user of this name is hidden only where a sign or a field names it.
const COMMON: &[&str] = &[
    "access",
    "account",
    "action",
    "active",
    "address",
    "admin",
    "administrator",
    "agent",
    "alert",
    "analytics",
    "apache",
    "api",
    "application",
    "apps",
    "archive",
    "asset",
    "assets",
    "audit",
    "auth",
    "authentication",
    "azure",
    "backend",
    "backup",
    "batch",
    "bind",
    "build",
    "bus",
    "cache",
    "calendar",
    "case",
    "central",
    "chat",
    "check",
    "client",
    "cloud",
    "cluster",
    "cms",
    "code",
    "collector",
    "commands",
    "config",
    "configuration",
    "connect",
    "connector",
    "console",
    "contact",
    "content",
    "control",
    "controller",
    "core",
    "corp",
    "corporate",
    "crm",
    "data",
    "database",
    "default",
    "delinea",
    "demo",
    "deploy",
    "deployment",
    "desktop",
    "developer",
    "devops",
    "digest",
    "direct",
    "directory",
    "discovery",
    "docs",
    "domain",
    "download",
    "elastic",
    "engine",
    "enterprise",
    "error",
    "event",
    "events",
    "example",
    "exchange",
    "export",
    "external",
    "federation",
    "files",
    "finance",
    "firewall",
    "forms",
    "front",
    "frontend",
    "gateway",
    "generic",
    "global",
    "group",
    "guest",
    "guid",
    "health",
    "heartbeat",
    "help",
    "helpdesk",
    "home",
    "host",
    "hosts",
    "http",
    "https",
    "identity",
    "image",
    "images",
    "import",
    "index",
    "info",
    "install",
    "installer",
    "integrated",
    "integration",
    "intern",
    "internal",
    "intranet",
    "inventory",
    "issue",
    "item",
    "jenkins",
    "jobs",
    "kerberos",
    "key",
    "lab",
    "launcher",
    "ldap",
    "legacy",
    "library",
    "license",
    "linux",
    "live",
    "load",
    "local",
    "localhost",
    "log",
    "logger",
    "login",
    "logon",
    "logs",
    "machine",
    "mail",
    "main",
    "maintenance",
    "manage",
    "management",
    "manager",
    "master",
    "media",
    "member",
    "memory",
    "message",
    "meta",
    "metrics",
    "migration",
    "mirror",
    "mobile",
    "model",
    "monitor",
    "monitoring",
    "name",
    "network",
    "news",
    "node",
    "nodes",
    "notification",
    "null",
    "office",
    "online",
    "open",
    "operations",
    "operator",
    "oracle",
    "orders",
    "owner",
    "package",
    "partner",
    "password",
    "patch",
    "pipeline",
    "platform",
    "plugin",
    "policy",
    "pool",
    "portal",
    "primary",
    "principal",
    "print",
    "private",
    "process",
    "prod",
    "product",
    "production",
    "profile",
    "project",
    "proxy",
    "public",
    "query",
    "queue",
    "rabbitmq",
    "redacted",
    "redirect",
    "relay",
    "remote",
    "replica",
    "report",
    "reporting",
    "reports",
    "request",
    "reset",
    "resource",
    "rest",
    "role",
    "root",
    "rotation",
    "router",
    "runtime",
    "sales",
    "scanner",
    "schedule",
    "scheduler",
    "schema",
    "script",
    "scripts",
    "search",
    "secondary",
    "secret",
    "secrets",
    "secretserver",
    "secure",
    "security",
    "server",
    "servers",
    "service",
    "services",
    "session",
    "setup",
    "share",
    "shared",
    "sharepoint",
    "shop",
    "site",
    "smtp",
    "source",
    "splunk",
    "staging",
    "standby",
    "start",
    "static",
    "status",
    "storage",
    "store",
    "stream",
    "support",
    "switch",
    "sync",
    "syslog",
    "system",
    "task",
    "team",
    "temp",
    "template",
    "tenant",
    "terminal",
    "test",
    "tester",
    "testing",
    "thycotic",
    "ticket",
    "time",
    "token",
    "tools",
    "tracker",
    "training",
    "transfer",
    "trust",
    "update",
    "upgrade",
    "upload",
    "user",
    "users",
    "vault",
    "vendor",
    "version",
    "video",
    "virtual",
    "warehouse",
    "watcher",
    "web",
    "webmail",
    "website",
    "wiki",
    "windows",
    "work",
    "worker",
    "workflow",
    "www",
    "zone",
];

/// Values to be labelled wherever they are.
#[derive(Clone, Default)]
pub struct Known(BTreeMap<String, Identity>, Domains);

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} values)", self.0.len())
    }
}

/// Whether a word, in lower case, occurs in every log.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.binary_search(&word).is_ok()
}

impl Known {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many values are searched for.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a value that is surely one of this kind; of a host with its domain, both.
    pub fn add(&mut self, kind: Identity, value: &str) {
        let value = value.trim();
        if super::labels::first_key_in(value).is_some() || crate::redact::is_marker(value) {
            return;
        }
        match (kind, value.split_once('.')) {
            (Identity::Host, Some((name, domain)))
                if host::is_label(name.as_bytes()) && !host::is_public(value.as_bytes()) =>
            {
                self.insert(Identity::Host, name, SHORTEST - 1);
                self.insert(Identity::Domain, domain, SHORTEST);
                self.insert_domain(domain, false);
            }
            (Identity::Host, _) => self.insert(kind, value, SHORTEST - 1),
            _ => self.insert(kind, value, SHORTEST),
        }
    }

    /// Learns from a text who it names by shape.
    pub fn learn(&mut self, text: &[u8]) {
        let mut named = Vec::new();
        shapes::find(text, &Domains::new(), &mut named);
        for IdentitySpan { range, kind } in named {
            let before_account = matches!(text.get(range.end), Some(b'\\' | b'%'));
            let value = text.get(range).map(|value| match std::str::from_utf8(value) {
                Ok(value) => Cow::Borrowed(value),
                Err(_) => spelling::western(value),
            });
            if let (Some(value), Identity::Domain) = (value.as_deref(), kind) {
                self.insert_domain(value, before_account);
            }
            if let Some(value) = value.as_deref()
                && matches!(kind, Identity::Host | Identity::User | Identity::Domain)
            {
                self.insert(kind, value, SHORTEST);
            }
        }
    }

    /// Learns from a configuration who it names; one of an encoding that nobody knows gives nothing.
    pub fn learn_config(&mut self, bytes: &[u8]) {
        if let Ok(text) = crate::redact::config::decode(bytes) {
            self.learn(text.as_bytes());
        }
    }

    fn insert(&mut self, kind: Identity, value: &str, shortest: usize) {
        let lower = value.to_lowercase();
        let common =
            COMMON.binary_search(&lower.as_str()).is_ok() || field::is_common_value(kind, lower.as_bytes());
        let label = lower.contains(['{', '}', '\n', '\r']);
        // A domain of one word is known by Windows alone; `corp` and `local` are everywhere.
        if lower.len() < shortest
            || common
            || label
            || account::is_built_in(lower.as_bytes())
            || self.0.len() >= MOST
        {
            return;
        }
        // The first kind in order counts, whatever the order of the texts.
        self.0.entry(lower).and_modify(|known| *known = kind.min(*known)).or_insert(kind);
    }

    /// The word that stands for a domain before an account is the first part of its name. `corp` and `local` are ends of
    /// names as well, unless an account followed.
    fn insert_domain(&mut self, domain: &str, before_account: bool) {
        let word = domain.split('.').next().unwrap_or_default();
        let sure = before_account || word.len() < domain.len() || !host::is_end(word.as_bytes());
        let long = word.len() > if before_account { 1 } else { 2 };
        if long && sure && self.1.len() < MOST {
            self.1.insert(word.to_lowercase());
        }
    }

    /// Words that are domains, in lower case.
    pub(super) fn domains(&self) -> &Domains {
        &self.1
    }

    pub(super) fn values(&self) -> &BTreeMap<String, Identity> {
        &self.0
    }

    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_sorted() {
        let wrong: Vec<_> = COMMON.windows(2).filter(|pair| pair[0] >= pair[1]).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_a_text_names_is_known_elsewhere_too() {
        let mut known = Known::new();
        known.add(Identity::Host, "SSWEB01.corp.example");
        known.learn(br"login of CORP\jsmith from sql-07.corp.example, CORP\backup and \\fs01\share; System.Web.HttpException in SS.log");
        let names: Vec<&str> = known.iter().collect();
        assert_eq!(names, ["corp.example", "fs01", "jsmith", "sql-07", "ssweb01"]);
    }
}
