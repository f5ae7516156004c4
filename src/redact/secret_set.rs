//! Collects the secret values from the configuration files of a node, before anything else is read.

use super::config_values::percent_decoded;
use super::counts::Kind;
use super::own_words::OwnWords;
use super::pattern;
use super::words::is_low_entropy;
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
    words: Option<OwnWords>,
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

    /// Adds those of another file.
    pub fn join(&mut self, other: Self) {
        self.secrets.extend(other.secrets);
        self.users.extend(other.users);
        self.low_entropy.extend(other.low_entropy);
        self.words = other.words.or(self.words.take());
    }

    /// Adds the words of whoever collects.
    pub fn add_words(&mut self, words: &OwnWords) {
        words.literals().filter(|word| !is_low_entropy(word)).for_each(|word| self.add(word));
        self.words = Some(words.clone());
    }

    /// Adds one value known to be secret.
    pub fn add(&mut self, value: &str) {
        self.add_to(value, |secret_set| &mut secret_set.secrets);
    }

    /// Adds what the leak scan found.
    pub fn add_secret(&mut self, secret: &Secret) {
        self.add(secret.expose());
    }

    /// Takes what patterns find in a text.
    pub fn add_text(&mut self, text: &[u8]) {
        for (value, kind) in found(text) {
            if !self.add_account(&value, kind) {
                // In prose a value may end before the pattern does; JSON escapes what is in quotes.
                let unescaped = serde_json::from_str::<String>(&format!("\"{value}\""));
                for value in [value.as_str(), value.split_whitespace().next().unwrap_or_default()] {
                    self.add_decoded(value);
                }
                if let Ok(value) = unescaped {
                    self.add(&value);
                }
            }
        }
    }

    /// Takes what patterns find in one value.
    pub(super) fn add_found(&mut self, value: &[u8]) {
        for (value, kind) in found(value) {
            if !self.add_account(&value, kind) {
                self.add(&value);
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

    pub(super) fn add_user(&mut self, value: &str) {
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

    /// What is replaced only where a word before it marks it.
    pub(super) fn marked(&self) -> impl Iterator<Item = &str> {
        self.low_entropy.iter().map(Secret::expose)
    }

    /// The words of whoever collects.
    pub(super) const fn words(&self) -> Option<&OwnWords> {
        self.words.as_ref()
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
