//! Collects the secret values from the configuration files of a node, before anything else is read.

use super::bytes::is_one_of;
use super::counts::Kind;
use super::lists::LISTS;
use super::words::{is_low_entropy, looks_random, names_secret, names_user};
use super::{allowlist, pattern, xml};
use crate::text::hex;
use std::collections::BTreeSet;
use std::fmt;

/// A value that must not be shown. There is no way to print it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Values to redact. Weak ones (short or common) are not kept: they are replaced only where a name or a pattern
/// points at them.
#[derive(Clone, Default)]
pub struct SecretSet {
    secrets: BTreeSet<Secret>,
    users: BTreeSet<Secret>,
    low_entropy: BTreeSet<Secret>,
}

impl fmt::Debug for SecretSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretSet({} values, {} weak)", self.strong(), self.weak())
    }
}

impl SecretSet {
    /// Values that are searched for everywhere.
    pub fn strong(&self) -> usize {
        self.searched().count()
    }

    /// Values that were too short or too common to be searched for.
    pub fn weak(&self) -> usize {
        self.low_entropy.len()
    }

    /// Adds one value known to be secret.
    pub fn add(&mut self, value: &str) {
        self.add_to(value, |secret_set| &mut secret_set.secrets);
    }

    /// Adds what the leak scan found.
    pub fn add_secret(&mut self, secret: &Secret) {
        self.add(secret.expose());
    }

    /// Takes the values of a configuration file. One that is not well-formed is read as plain text.
    pub fn add_config(&mut self, bytes: &[u8]) {
        let Ok(text) = xml::decode(bytes) else {
            self.add_text(bytes);
            return;
        };
        match xml::check(&text).ok().and_then(|()| xml::pieces(&text)) {
            Some(pieces) => self.add_pieces(&text, &pieces),
            None => self.add_text(text.as_bytes()),
        }
    }

    /// Takes what patterns find in a text.
    pub fn add_text(&mut self, text: &[u8]) {
        for (value, kind) in found(text) {
            if !self.add_account(&value, kind) {
                // In prose a value may end before the pattern does.
                for value in [value.as_str(), value.split_whitespace().next().unwrap_or_default()] {
                    self.add(value);
                    self.add(&xml::unescape(value));
                }
            }
        }
    }

    fn add_pieces(&mut self, text: &str, pieces: &xml::Pieces<'_>) {
        for (range, what) in &pieces.pieces {
            let Some(raw) = text.get(range.clone()) else { continue };
            let value = xml::unescape(raw);
            if matches!(what, xml::PieceKind::Blank) {
                self.add_text(value.trim_end_matches(['-', '?', '>']).as_bytes());
                continue;
            }
            let secret = allowlist::names_secret(pieces, what);
            // Numbers and switches under such a name are limits and options.
            let plain = allowlist::is_plain(value.trim(), secret);
            if (secret && !plain && !is_connection_string(&value)) || looks_random(&value) {
                self.add(&value);
            }
            for (value, kind) in found(value.as_bytes()) {
                if !self.add_account(&value, kind) {
                    self.add(&value);
                }
            }
        }
        for element in &pieces.elements {
            if element.attributes.iter().any(|(name, _)| names_secret(name)) {
                let users = element.attributes.iter().filter(|(name, _)| names_user(name));
                for (_, raw) in users {
                    self.add_user(&xml::unescape(raw));
                }
            }
        }
    }

    /// An account, or the one in a URL with its password: each is by itself elsewhere. False for any other value.
    fn add_account(&mut self, value: &str, kind: Kind) -> bool {
        match (kind, value.split_once(':')) {
            (Kind::Account, _) => self.add_user(value),
            (Kind::UrlCredentials, Some((user, password))) => {
                for (user, password) in
                    [(user, password), (&*percent_decoded(user), &*percent_decoded(password))]
                {
                    self.add_user(user);
                    self.add(password);
                }
            }
            _ => return false,
        }
        true
    }

    fn add_user(&mut self, value: &str) {
        self.add_to(value, |secret_set| &mut secret_set.users);
        // Logs name the account without its domain.
        if let Some((_, account)) = value.split_once('\\') {
            self.add_to(account, |secret_set| &mut secret_set.users);
        }
    }

    fn add_to(&mut self, value: &str, set: fn(&mut Self) -> &mut BTreeSet<Secret>) {
        // Lines are searched one by one, so a value of several lines is several values.
        for line in value.lines().map(str::trim).filter(|line| !line.is_empty() && !super::is_marker(line)) {
            let target = if is_low_entropy(line) { &mut self.low_entropy } else { set(self) };
            target.insert(Secret::new(line));
        }
    }

    /// Everything that is searched for in texts.
    pub(super) fn searched(&self) -> impl Iterator<Item = &str> {
        self.secrets.union(&self.users).map(Secret::expose)
    }

    /// The secrets alone. An account beside a password is hidden in texts, but it is no leak where a fact names it.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(Secret::expose)
    }
}

/// What patterns find in a text, and as what.
fn found(text: &[u8]) -> Vec<(String, Kind)> {
    let spans = pattern::find(text).spans;
    let value = |range| String::from_utf8_lossy(text.get(range).unwrap_or_default()).into_owned();
    spans.into_iter().map(|span| (value(span.range), span.kind)).collect()
}

/// A part of a URL as it was before `%40` was written for `@`.
fn percent_decoded(text: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let code = tail.first_chunk().filter(|_| *first == b'%').and_then(|digits| hex::pair(*digits));
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a value is a connection string, whose parts are taken one by one: searching for the whole would miss
/// the same string with its parts in another order. A password may hold both signs as well.
fn is_connection_string(value: &str) -> bool {
    let first = value.split_once(';').and_then(|(first, _)| first.split_once('='));
    first.is_some_and(|(name, _)| is_one_of(name.trim().as_bytes(), &LISTS.connection_parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_set(xml: &str) -> SecretSet {
        let mut secret_set = SecretSet::default();
        secret_set.add_config(xml.as_bytes());
        secret_set
    }

    #[test]
    fn values_are_taken_by_name_by_pattern_and_by_look() {
        let found = secret_set(
            r#"<configuration>
                <!-- <add name="old" connectionString="Server=a;User ID=sa;Password=old&amp;gold9"/> -->
                <appSettings><add key="ApiToken" value="tok&amp;en-1234"/><add key="TokenTimeout" value="12345678"/></appSettings>
                <connectionStrings><add name="x" connectionString="Data Source=s;User ID=svc_vault;Password='pass;word one'"/></connectionStrings>
                <system.web>
                  <machineKey validationKey="0123456789ABCDEF0123456789ABCDEF" decryptionKey="AutoGenerate,IsolateApps"/>
                  <identity impersonate="true" userName="CORP\svc_pool1" password="abc"/>
                </system.web>
                <smtp><password>mail-pass-1</password></smtp>
                <setting name="RadiusSecret"><value>radius-7-pass</value></setting>
            </configuration>"#,
        );
        let values: Vec<&str> = found.secrets().collect();
        assert_eq!(
            values,
            [
                "0123456789ABCDEF0123456789ABCDEF",
                "mail-pass-1",
                "old&gold9",
                "pass;word one",
                "radius-7-pass",
                "tok&en-1234"
            ]
        );
        let users: Vec<&str> = found.users.iter().map(Secret::expose).collect();
        assert_eq!(users, ["CORP\\svc_pool1", "svc_pool1", "svc_vault"]);
        assert!(found.weak() >= 1);
    }

    #[test]
    fn a_password_with_the_signs_of_a_connection_string_is_one_value() {
        for value in ["Xy;9=kQz!7pW", "ab=12;cd=34!", "=;;=Pass1234", "x=y=z;Passw0rd!"] {
            let xml = format!("<add key=\"SmtpPassword\" value=\"{value}\"/>");
            assert_eq!(secret_set(&xml).secrets().collect::<Vec<_>>(), [value]);
        }
        let trusted = "<add connectionString=\"Data Source=s;Integrated Security=true\"/>";
        assert_eq!(secret_set(trusted).secrets().count(), 0);
    }

    #[test]
    fn user_and_password_of_a_url_are_two_values() {
        let found = secret_set(
            r#"<appSettings><add key="LdapUrl" value="ldap://svc-ldap7:Harv-F5zzz@dc/"/>
                <add key="Bus" value="amqps://vault-bus:Harv%40I8zzz@mq/"/></appSettings>"#,
        );
        let values: Vec<&str> = found.secrets().collect();
        assert_eq!(values, ["Harv%40I8zzz", "Harv-F5zzz", "Harv@I8zzz"]);
        let users: Vec<&str> = found.users.iter().map(Secret::expose).collect();
        assert_eq!(users, ["svc-ldap7", "vault-bus"]);
        // A file that is no XML, such as appsettings.json.
        let json = secret_set(r#"{"Bus": "amqps://vault-bus:Harv-J9zzz@mq/"}"#);
        assert!(json.secrets().eq(["Harv-J9zzz"]), "{:?}", json.secrets().collect::<Vec<_>>());
    }

    #[test]
    fn a_broken_configuration_still_gives_its_values() {
        assert_eq!(
            secret_set("<add key=\"DbPassword\" value=\"broken-pw-1\"").secrets().collect::<Vec<_>>(),
            ["broken-pw-1"]
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let found = secret_set("<a password=\"visible-or-not\"/>");
        assert_eq!(found.strong(), 1);
        assert!(!format!("{found:?} {:?}", found.secrets).contains("visible"));
    }
}
