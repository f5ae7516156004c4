//! Recognises names of hosts and domains, and keeps apart .NET namespaces, file names and method calls.

use crate::redact::bytes::{before, ends_with, is_one_of};

/// Ends of names that say by themselves that a dotted word is a host: domains of companies, and those that private
/// networks use.
const SURE: &[&str] = &[
    "arpa",
    "biz",
    "com",
    "corp",
    "edu",
    "example",
    "gov",
    "intern",
    "internal",
    "intra",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "mil",
    "net",
    "org",
];

/// Ends that are words of other things as well; they need a host of three parts.
const LIKELY: &[&str] = &[
    "ad", "app", "bank", "cloud", "dev", "domain", "group", "health", "home", "info", "int", "online",
    "private", "prod", "site", "tech", "test",
];

/// Countries whose code is also the end of a file's name; never by shape alone.
const FILES: &[&str] = &["cs", "md", "mm", "pl", "ps", "py", "rs", "sh", "so", "ts", "vb"];

/// Countries with so many hosts, and so little else their code could be, that two parts are enough.
const COUNTRIES: &[&str] = &[
    "au", "br", "ca", "ch", "cn", "cz", "de", "dk", "es", "eu", "fi", "fr", "hu", "ie", "jp", "kr", "mx",
    "nl", "nz", "pt", "ro", "se", "sg", "sk", "uk", "us", "za",
];

/// Hosts of the platform and of standards, which are in every installation; with whatever is before them.
const PUBLIC: &[&str] = &[
    "asp.net",
    "ado.net",
    "d36zgw9sidnotm.cloudfront.net",
    "docs.delinea.com",
    "docs.microsoft.com",
    "go.microsoft.com",
    // A fact of ours.
    "iis.state.site",
    "learn.microsoft.com",
    "oasis-open.org",
    "schemas.microsoft.com",
    "schemas.xmlsoap.org",
    "support.delinea.com",
    "tempuri.org",
    "thycotic.force.com",
    "tmsnuget.thycotic.com",
    "updates.thycotic.net",
    "vb.net",
    "w3.org",
    "www.microsoft.com",
];

/// Names that mean this very machine or none.
const GENERIC: &[&str] = &[
    "localhost",
    "localdomain",
    "local",
    "(local)",
    "null",
    "none",
    "nil",
    "true",
    "false",
    "unknown",
    "undefined",
    "workgroup",
    "any",
    "n",
    "na",
    "default",
    "empty",
    "this",
    "yes",
    "no",
    "not",
    "the",
    "is",
    "was",
    "and",
    "or",
    "for",
    "in",
    "of",
    "to",
    "a",
    "an",
];

/// Whether `name` means nobody in particular.
pub(super) fn is_generic(name: &[u8]) -> bool {
    is_one_of(name, GENERIC) || name.iter().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
}

/// Whether a word is an end of names of hosts, such as `com` or `local`.
pub(super) fn is_end(word: &[u8]) -> bool {
    is_one_of(word, SURE)
}

/// Whether `name` is a host that is in every installation.
pub(super) fn is_public(name: &[u8]) -> bool {
    PUBLIC.iter().any(|host| {
        ends_with(name, host.as_bytes()) && matches!(before(name, name.len() - host.len()), None | Some(b'.'))
    })
}

/// Whether a dotted word is a host by its shape alone.
pub(super) fn is_host(word: &[u8]) -> bool {
    if word.len() > 253 || is_public(word) {
        return false;
    }
    let mut labels = word.split(|b| *b == b'.');
    let (Some(end), Some(second)) = (labels.next_back(), labels.next_back()) else { return false };
    let count = 2 + labels.clone().count();
    // `System.Net` is a namespace, `web01.corp.net` and `WEB01.CORP.NET` are hosts.
    let lower = |label: &[u8]| !label.iter().any(u8::is_ascii_uppercase);
    let one_case = (lower(end) && lower(second)) || !word.iter().any(u8::is_ascii_lowercase);
    let shaped = labels.chain([second]).all(is_label);
    let is = |ends: &[&str]| is_one_of(end, ends);
    let country = end.len() == 2 && end.iter().all(u8::is_ascii_alphabetic);
    let numbered = second.iter().any(|b| b.is_ascii_digit() || *b == b'-');
    one_case
        && shaped
        && (is(SURE)
            || (is(LIKELY) && (count > 2 || numbered))
            || is(COUNTRIES)
            || (country && count > 2 && !is(FILES)))
}

/// Whether a part of a dotted name may be one of a host.
pub(super) fn is_label(label: &[u8]) -> bool {
    (1..=63).contains(&label.len())
        && label.first() != Some(&b'-')
        && label.last() != Some(&b'-')
        && label.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || !b.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_namespaces_and_files() {
        for host in [
            "ssweb01.corp.example",
            "SSWEB01.CORP.EXAMPLE",
            "vault.contoso.com",
            "Vault.contoso.com",
            "db.contoso.co.uk",
            "contoso.de",
            "sql-01.prod",
            "fs.ad.contoso.local",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for other in [
            "SS.log",
            "SS-BSSR.log.1",
            "System.Web.HttpException",
            "System.Net",
            "System.IO",
            "System.Data.Common",
            "First.Last",
            "web.config",
            "log4net.config",
            "ASP.NET",
            "log.info",
            "node.js",
            "deploy.sh",
            "setup.step.py",
            "Thycotic.ihawu.Business",
            "www.w3.org",
            "schemas.microsoft.com",
            "10.9.000064",
            "unit.test",
            "a..com",
            "com",
            ".com",
        ] {
            assert!(!is_host(other.as_bytes()), "{other}");
        }
    }
}
