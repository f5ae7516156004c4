//! Names of one host: with or without its domain, and cut off after 15 characters, as `NetBIOS` has it.

/// Length at which `NetBIOS` cuts a name off.
const NETBIOS: usize = 15;

/// Whether both names are names of one host.
pub(crate) fn same_host(a: &str, b: &str) -> bool {
    let short = |name: &str| {
        let name = name.rsplit('\\').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().trim().to_lowercase()
    };
    let (a, b) = (short(a), short(b));
    let cut = |short: &str, long: &str| short.chars().count() == NETBIOS && long.starts_with(short);
    !a.is_empty() && (a == b || cut(&a, &b) || cut(&b, &a))
}

#[cfg(test)]
mod tests {
    use super::same_host;

    #[test]
    fn names_of_one_host() {
        assert!(same_host("WEB01", "web01.corp.example") && same_host("CORP\\WEB01", "WEB01"));
        assert!(same_host("VAULT-WEB01-PROD-EU", "VAULT-WEB01-PRO"));
        assert!(same_host("vault-web01-pro", "VAULT-WEB01-PROD-EU.corp.example"));
    }

    #[test]
    fn names_of_two_hosts() {
        assert!(!same_host("WEB01", "WEB011") && !same_host("WEB01", "WEB02") && !same_host("", ""));
        assert!(!same_host("VAULT-WEB01-PROD-EU", "VAULT-WEB02-PRO"));
    }
}
