//! Recognises names of hosts and domains, and keeps apart .NET namespaces, file names and method calls.

use crate::redact::bytes::{before, ends_with, is_one_of};
use crate::redact::lists::LISTS;

/// Whether `name` means nobody in particular.
pub(super) fn is_generic(name: &[u8]) -> bool {
    is_one_of(name, &LISTS.generic_names)
        || name.iter().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
}

/// Whether a word is an end of names of hosts, such as `com` or `local`.
pub(super) fn is_end(word: &[u8]) -> bool {
    is_one_of(word, &LISTS.sure_domain_ends)
}

/// Whether `name` is a host that is in every installation.
pub(super) fn is_public(name: &[u8]) -> bool {
    LISTS.public_hosts.iter().any(|host| {
        ends_with(name, host.as_bytes()) && matches!(before(name, name.len() - host.len()), None | Some(b'.'))
    })
}

/// Whether a dotted word is a host by its shape alone.
pub(super) fn is_host(word: &[u8]) -> bool {
    if word.len() > 253 {
        return false;
    }
    let mut labels = word.split(|b| *b == b'.');
    let (Some(end), Some(second)) = (labels.next_back(), labels.next_back()) else { return false };
    let count = 2 + labels.clone().count();
    // `System.Net` is a namespace, `web01.corp.net` and `WEB01.CORP.NET` are hosts.
    let lower = |label: &[u8]| !label.iter().any(u8::is_ascii_uppercase);
    let one_case = (lower(end) && lower(second)) || !word.iter().any(u8::is_ascii_lowercase);
    let shaped = labels.chain([second]).all(is_label);
    let is = |ends: &[String]| is_one_of(end, ends);
    let country = end.len() == 2 && end.iter().all(u8::is_ascii_alphabetic);
    let numbered = second.iter().any(|b| b.is_ascii_digit() || *b == b'-');
    one_case
        && shaped
        && !is_public(word)
        && (is(&LISTS.sure_domain_ends)
            || (is(&LISTS.likely_domain_ends) && (count > 2 || numbered))
            || is(&LISTS.countries)
            || (country && count > 2 && !is(&LISTS.country_file_endings)))
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
