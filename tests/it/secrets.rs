//! Secrets never leave the node: the rules of SECURITY.md, seen from outside.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use clusterbrief::model::Location;
use clusterbrief::redact::leak::{HitKind, Scanner};
use clusterbrief::redact::search::{Searcher, SecretFindings};
use clusterbrief::redact::{self, CaseKey, Fingerprinter, Label, Redactor, SecretSet, config};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Secrets of every character class. Each is strong enough to be searched for.
const SECRETS: &[&str] = &[
    "Tr0ub4dor&3",
    "correct horse battery",
    "p<a>ss\"w'ord\\9",
    "pässwörd-ключ",
    "100%sure+maybe/no=",
    "0123456789ABCDEFFEDCBA98765432100123456789ABCDEF",
    "c2VjcmV0LWJ5dGVzLW9mLXRoZS1rZXktZmlsZSEh",
    "aaaaaaaaaaaa",
];

fn hex(bytes: &[u8], between: &str, upper: bool) -> String {
    let one = |b: &u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
    bytes.iter().map(one).collect::<Vec<_>>().join(between)
}

fn each(text: &str, f: impl Fn(char) -> String) -> String {
    text.chars().map(f).collect()
}

fn percent(text: &str, upper: bool, all: bool) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() && !all {
            out.push(b.into());
        } else if upper {
            let _ = write!(out, "%{b:02X}");
        } else {
            let _ = write!(out, "%{b:02x}");
        }
        out
    })
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// `secret` in every form it is promised to be found in, with the form's name.
fn forms(secret: &str) -> Vec<(String, Vec<u8>)> {
    let named = |c: char| match c {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '"' => "&quot;".into(),
        '\'' => "&apos;".into(),
        c => c.to_string(),
    };
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap();
    let unicode = secret.encode_utf16().fold(String::new(), |mut out, unit| {
        let _ = write!(out, "\\u{unit:04x}");
        out
    });
    let wide = utf16(secret, u16::to_le_bytes);
    let mut all: Vec<(String, Vec<u8>)> = vec![
        ("raw".into(), secret.into()),
        ("xml".into(), each(secret, named).into()),
        ("xml twice".into(), each(secret, named).replace('&', "&amp;").into()),
        ("xml decimal".into(), each(secret, |c| format!("&#{};", u32::from(c))).into()),
        ("xml hexadecimal".into(), each(secret, |c| format!("&#x{:04X};", u32::from(c))).into()),
        ("json".into(), json.into()),
        ("json in json".into(), json.replace('\\', "\\\\").replace('"', "\\\"").into()),
        ("json unicode".into(), unicode.into()),
        ("percent".into(), percent(secret, true, false).into()),
        ("percent lower".into(), percent(secret, false, false).into()),
        ("percent all".into(), percent(secret, true, true).into()),
        ("percent twice".into(), percent(secret, true, false).replace('%', "%25").into()),
        ("form".into(), percent(secret, true, false).replace("%20", "+").into()),
        ("hex".into(), hex(secret.as_bytes(), "", false).into()),
        ("hex upper".into(), hex(secret.as_bytes(), "", true).into()),
        ("hex dashes".into(), hex(secret.as_bytes(), "-", true).into()),
        ("hex commas".into(), format!("0x{}", hex(secret.as_bytes(), ", 0x", false)).into()),
        ("hex of utf-16".into(), hex(&wide, "", false).into()),
        ("utf-16le".into(), wide.clone()),
        ("utf-16be".into(), utf16(secret, u16::to_be_bytes)),
    ];
    for before in ["", "a", "ab"] {
        let both = format!("{before}{secret}");
        let both_wide = [before.as_bytes(), &wide].concat();
        all.push((format!("base64 +{}", before.len()), STANDARD.encode(&both).into()));
        all.push((format!("base64 no padding +{}", before.len()), STANDARD_NO_PAD.encode(&both).into()));
        all.push((format!("base64url +{}", before.len()), URL_SAFE_NO_PAD.encode(&both).into()));
        all.push((format!("base64 of utf-16 +{}", before.len()), STANDARD.encode(&both_wide).into()));
    }
    all
}

/// The part of a form that cannot be shown: base64 shares its edges with its neighbours.
fn core(name: &str, form: &[u8]) -> Vec<u8> {
    if name.starts_with("base64") {
        let text: Vec<u8> = form.iter().copied().filter(|b| *b != b'=').collect();
        text.get(3..text.len() - 2).unwrap().to_vec()
    } else {
        form.to_vec()
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn secret_set() -> SecretSet {
    let mut secrets = SecretSet::default();
    for secret in SECRETS {
        secrets.add(secret);
    }
    secrets
}

fn key_file(seed: u32) -> Vec<u8> {
    (0..457u32).map(|i| i.wrapping_add(seed).wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect()
}

#[test]
fn no_form_of_a_planted_secret_survives_in_a_log() {
    let redactor = secret_set().redactor();
    let mut planted = 0;
    for secret in SECRETS {
        for (name, form) in forms(secret) {
            let line =
                [b"2026-11-22 12:00:00,000 ERROR a.b - sent [", &form[..], b"] to the host\n"].concat();
            let (out, counts) = redactor.redact(&line);
            assert!(counts.total() > 0, "{name} of {secret} was not seen");
            assert!(!holds(&out, &core(&name, &form)), "{name} of {secret} survived");
            assert!(out.starts_with(b"2026-11-22 12:00:00,000 ERROR a.b - sent ["), "{name} of {secret}");
            assert!(
                out.ends_with(b" to the host\n"),
                "{name} of {secret}: {}",
                String::from_utf8_lossy(&out)
            );
            planted += 1;
        }
    }
    assert!(planted >= 60, "{planted}");
}

#[test]
fn the_leak_scan_knows_each_form_that_the_redactor_is_not_shown() {
    let scanner = Scanner::new(&secret_set(), &[]);
    let redactor = secret_set().redactor();
    for secret in SECRETS {
        for (name, form) in forms(secret) {
            let line =
                [b"2026-11-22 12:00:00,000 ERROR a.b - sent [", &form[..], b"] to the host\n"].concat();
            let hits = scanner.scan(&line);
            assert!(hits.iter().any(|hit| hit.kind == HitKind::Value), "{name} of {secret} was not found");
            assert!(hits.iter().all(|hit| (30..80).contains(&hit.offset)), "{name} of {secret}: {hits:?}");
            assert_eq!(scanner.scan(&redactor.redact(&line).0), [], "{name} of {secret}");
        }
    }
}

/// A configuration with a secret wherever real ones have one, and with what the rules must still read.
const WEB_CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <!-- was: Server=old;User ID=sa;Password=S3cret-01-comment -->
  <configSections>
    <section name="log4net" type="log4net.Config.Log4NetConfigurationSectionHandler, log4net" />
  </configSections>
  <appSettings configSource="web-appSettings.config" />
  <connectionStrings>
    <add name="Main" connectionString="Data Source=sql1;Initial Catalog=SecretServer;User ID=svc_S3cret-02-user;Password=S3cret-03-conn" providerName="System.Data.SqlClient" />
  </connectionStrings>
  <appSettings>
    <add key="IpAddressHeader" value="X-Forwarded-For" />
    <add key="DbPassword" value="S3cret-04-app" />
    <add key="Vendor.ApiKey" value="S3cret-05-api" />
    <add key="SomethingUnheardOf" value="S3cret-06-unknown" />
    <add key="ClientSecret" value="S3cret-07-client" />
    <add key="CefLogFilePath" value="D:\logs\ss.cef" />
    <add key="ProxyUrl" value="http://bob:S3cret-08-url@proxy:8080/" />
  </appSettings>
  <system.web>
    <compilation debug="false" targetFramework="4.8" />
    <httpRuntime enableVersionHeader="false" maxRequestLength="102400" executionTimeout="900" />
    <machineKey validationKey="53335333533353335333533353335333AABB" decryptionKey="AutoGenerate,IsolateApps" validation="HMACSHA256" />
    <identity impersonate="true" userName="CORP\svc_S3cret-09-id" password="S3cret-10-identity" />
    <sessionState mode="SQLServer" sqlConnectionString="Data Source=s;User ID=x;Password=S3cret-11-state" timeout="20" />
    <authentication mode="Forms">
      <forms loginUrl="Login.aspx" requireSSL="true"><credentials passwordFormat="Clear"><user name="S3cret-12-name" password="S3cret-13-user" /></credentials></forms>
    </authentication>
  </system.web>
  <system.net><mailSettings><smtp from="S3cret-14@corp.example"><network host="mail" userName="S3cret-15-mail" password="S3cret-16-mail" port="25" /></smtp></mailSettings></system.net>
  <runtime>
    <assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">
      <dependentAssembly>
        <assemblyIdentity name="RabbitMQ.Client" publicKeyToken="89e7d7c5feba84ce" culture="neutral" />
        <bindingRedirect oldVersion="0.0.0.0-5.0.0.0" newVersion="5.0.0.0" />
      </dependentAssembly>
    </assemblyBinding>
  </runtime>
  <custom><password>S3cret-17-text</password><blob><![CDATA[S3cret-18-cdata]]></blob><v>S3cret&#45;19-entity</v></custom>
  <system.webServer>
    <handlers><add name="ExtensionlessUrlHandler-Integrated-4.0" path="*." verb="GET,POST" type="System.Web.Handlers.TransferRequestHandler" /></handlers>
    <httpProtocol><customHeaders><add name="X-Frame-Options" value="SAMEORIGIN" /><add name="X-Api-Key" value="S3cret-20-header" /></customHeaders></httpProtocol>
  </system.webServer>
  <?vendor S3cret-21-instruction?>
</configuration>
"#;

fn redacted(text: &str) -> String {
    let mut secrets = SecretSet::default();
    secrets.add_config(text.as_bytes());
    let printer = Fingerprinter::new(None, Some(&key_file(0)));
    config::redact(text.as_bytes(), &secrets.redactor(), &printer).unwrap().text
}

#[test]
fn a_configuration_keeps_what_rules_read_and_loses_the_rest() {
    let out = redacted(WEB_CONFIG);
    assert!(!out.contains("S3cret") && !out.contains("5333") && !out.contains("Initial Catalog"), "{out}");
    assert_eq!(out.lines().count(), WEB_CONFIG.lines().count());
    for kept in [
        r#"<add key="IpAddressHeader" value="X-Forwarded-For" />"#,
        r#"<add key="CefLogFilePath" value="D:\logs\ss.cef" />"#,
        r#"<compilation debug="false" targetFramework="4.8" />"#,
        r#"<httpRuntime enableVersionHeader="false" maxRequestLength="102400" executionTimeout="900" />"#,
        r#"decryptionKey="AutoGenerate,IsolateApps" validation="HMACSHA256""#,
        r#"<assemblyIdentity name="RabbitMQ.Client" publicKeyToken="89e7d7c5feba84ce" culture="neutral" />"#,
        r#"oldVersion="0.0.0.0-5.0.0.0" newVersion="5.0.0.0""#,
        r#"<forms loginUrl="Login.aspx" requireSSL="true">"#,
        r#"path="*." verb="GET,POST" type="System.Web.Handlers.TransferRequestHandler" />"#,
        r#"<add name="X-Frame-Options" value="SAMEORIGIN" />"#,
        r#"providerName="System.Data.SqlClient""#,
    ] {
        assert!(out.contains(kept), "{kept} is gone from {out}");
    }
    let mut secrets = SecretSet::default();
    secrets.add_config(WEB_CONFIG.as_bytes());
    assert_eq!(Scanner::new(&secrets, &[]).scan(out.as_bytes()), []);
}

#[test]
fn what_a_configuration_hides_is_hidden_in_logs_too() {
    let mut secrets = SecretSet::default();
    secrets.add_config(WEB_CONFIG.as_bytes());
    let redactor = secrets.redactor();
    for number in [
        "01-comment",
        "03-conn",
        "04-app",
        "05-api",
        "07-client",
        "10-identity",
        "11-state",
        "13-user",
        "16-mail",
        "17-text",
    ] {
        let (out, _) = redactor.redact(format!("the value S3cret-{number} was refused").as_bytes());
        assert_eq!(String::from_utf8(out).unwrap(), "the value {redacted} was refused");
    }
}

#[test]
fn nodes_compare_by_marker_and_other_clusters_do_not() {
    let at = |seed: u32, value: &str| {
        let printer = Fingerprinter::new(None, Some(&key_file(seed)));
        let xml = format!("<appSettings><add key=\"Vendor\" value=\"{value}\"/></appSettings>");
        config::redact(xml.as_bytes(), &Redactor::patterns_only(), &printer).unwrap().text
    };
    assert_eq!(at(0, "one"), at(0, "one"));
    assert_ne!(at(0, "one"), at(0, "two"));
    assert_ne!(at(0, "one"), at(1, "one"));
}

#[test]
fn a_configuration_that_does_not_parse_gives_a_place_and_no_text() {
    let broken = WEB_CONFIG.replace("</system.web>", "</S3cret-in-a-tag>");
    let printer = Fingerprinter::new(None, None);
    let error = config::redact(broken.as_bytes(), &Redactor::patterns_only(), &printer).unwrap_err();
    let config::ConfigError::NotWellFormed { line, column, .. } = error else { panic!("{error}") };
    assert!(line > 1 && column > 0);
    assert!(!format!("{error} {error:?}").contains("S3cret"));
}

/// All a bundle says about a node whose `database.config` holds `password`.
fn everything_written(password: &str, case_key: Option<&CaseKey>) -> String {
    let encryption = key_file(0);
    let database = format!("databaseType=1;sqlServerUsername=sa;sqlServerPassword={password}");
    let web = format!("<configuration><add key=\"Vendor\" value=\"{password}\"/></configuration>");
    let printer = Fingerprinter::new(case_key, Some(&encryption));
    let place = || Location::file("f");
    let facts = serde_json::json!({
        "encryption": printer.encryption_config(&encryption, place()),
        "database": printer.fingerprint(Label::File, database.as_bytes(), place()),
        "value": printer.fingerprint(Label::Value, password.as_bytes(), place()),
        "scheme": printer.scheme(),
        "key-id": printer.key_id(),
    });
    let redacted = config::redact(web.as_bytes(), &Redactor::patterns_only(), &printer).unwrap().text;
    format!("{facts}\n{redacted}")
}

/// Every digest an attacker who holds `written` can make of a guess, in full and cut to a marker's length.
fn guesses(guess: &str, keys: &[Vec<u8>]) -> Vec<String> {
    let database = format!("databaseType=1;sqlServerUsername=sa;sqlServerPassword={guess}");
    let mut digests = Vec::new();
    for content in [guess, &database] {
        for label in ["", "file\0", "value\0", "clusterbrief/1/enc\0", "clusterbrief/1/key\0"] {
            let message = format!("{label}{content}");
            digests.push(Sha256::digest(&message).to_vec());
            for key in keys {
                let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
                mac.update(message.as_bytes());
                digests.push(mac.finalize().into_bytes().to_vec());
            }
        }
    }
    digests.iter().map(|digest| hex(&digest[..8], "", false)).collect()
}

#[test]
fn guessing_a_six_letter_password_from_a_bundle_fails() {
    let dictionary = ["aaaaaa", "monkey", "dragon", "secret", "qwerty", "zebras"];
    let case_key = CaseKey::generate().unwrap();
    for key in [None, Some(&case_key)] {
        let written = everything_written("zebras", key);
        assert!(!written.contains("zebras"));
        // Everything in the bundle may be tried as a key: every hexadecimal word, as text and as bytes.
        let mut keys: Vec<Vec<u8>> = vec![Vec::new(), b"clusterbrief".to_vec()];
        for word in written.split(|c: char| !c.is_ascii_alphanumeric()) {
            keys.push(word.into());
            let bytes: Option<Vec<u8>> = (0..word.len() / 2)
                .map(|i| u8::from_str_radix(word.get(2 * i..2 * i + 2)?, 16).ok())
                .collect();
            keys.extend(bytes);
        }
        for guess in dictionary {
            for digest in guesses(guess, &keys) {
                assert!(!written.contains(&digest), "{guess} can be confirmed");
            }
        }
    }

    // The same attack succeeds for who holds the key: the test would see an oracle.
    let written = everything_written("zebras", None);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key_file(0)).unwrap();
    mac.update(b"clusterbrief/1/key\0");
    let keys = [mac.finalize().into_bytes().to_vec()];
    let confirmed: BTreeSet<&str> = dictionary
        .into_iter()
        .filter(|guess| guesses(guess, &keys).iter().any(|digest| written.contains(digest)))
        .collect();
    assert_eq!(confirmed, BTreeSet::from(["zebras"]));
}

#[test]
fn innocent_text_survives_both_passes() {
    let redactor = secret_set().redactor();
    let scanner = Scanner::new(&secret_set(), &[&key_file(0)]);
    let log = "2026-11-22 12:34:56,789 [12] ERROR Thycotic.PasswordChangers.Unix - Secret - View failed, see SS.log\r\n\
        System.Web.HttpException (0x80004005): The password has expired. Token validation failed.\r\n\
        File Thycotic.PasswordChangers.dll, Version=11.7.000049, Culture=neutral, PublicKeyToken=31bf3856ad364e35\r\n\
        Nov 10 13:13:32 SS02 CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|SECRET - VIEW|2|msg=[[SecretServer]] Event: [Secret] Action: [View]\r\n\
        System.ArgumentException: Cannot add two background tasks with the same name.\r\n\
        id 3f2504e0-4f89-11d3-9a0c-0305e82c3301 at C:\\inetpub\\wwwroot\\SecretServer\\bin, 10.0.0.5, ::1\r\n";
    let (out, counts) = redactor.redact(log.as_bytes());
    assert_eq!((String::from_utf8(out).unwrap().as_str(), counts.total()), (log, 0));
    assert_eq!(scanner.scan(log.as_bytes()), []);
    assert_eq!(Searcher::default().search(log.as_bytes()), SecretFindings::default());
}

#[test]
fn low_entropy_values_are_removed_where_a_name_points_at_them() {
    let mut secrets = SecretSet::default();
    secrets.add_config(br#"<a><b password="abc"/><c password="SecretServer"/></a>"#);
    assert_eq!((secrets.strong(), secrets.weak()), (0, 2));
    let (out, _) = secrets.redactor().redact(b"abc SecretServer password=abc;");
    assert_eq!(out, b"abc SecretServer password={redacted};");
}

#[test]
fn a_hundred_megabytes_without_a_line_end_stay_small_in_memory() {
    let redactor = secret_set().redactor();
    let mut stream = redactor.stream();
    let piece = [&b"x".repeat(999_983)[..], b" Tr0ub4dor&3 "].concat();
    let (mut out, mut longest, mut seen) = (Vec::new(), 0, 0);
    for _ in 0..12 {
        stream.push(&piece, &mut out);
        longest = longest.max(out.len());
        assert!(!holds(&out, b"Tr0ub4dor"));
        seen += out.len();
        out.clear();
    }
    let counts = stream.finish(&mut out);
    assert_eq!(counts.total(), 12);
    assert!(longest < 3 << 20, "{longest}");
    assert_eq!(seen + out.len(), 12 * (999_983 + 2 + redact::MARKER.len()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_hidden_in_any_form(secret in "[ -~]{8,40}", which in 0usize..32) {
        let mut secrets = SecretSet::default();
        secrets.add(&secret);
        prop_assume!(secrets.strong() == 1);
        let secret = secret.trim();
        let all = forms(secret);
        let (name, form) = &all[which % all.len()];
        let line = [b"[", &form[..], b"]\n"].concat();
        let (out, _) = secrets.redactor().redact(&line);
        prop_assert!(!holds(&out, &core(name, form)), "{} survived as {}", secret, name);
        let found = Scanner::new(&secrets, &[]).scan(&line);
        prop_assert!(found.iter().any(|hit| hit.kind == HitKind::Value), "{} hid as {}", secret, name);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut secrets = SecretSet::default();
        secrets.add_config(&bytes);
        let redactor = secrets.redactor();
        let _ = config::redact(&bytes, &redactor, &Fingerprinter::new(None, None));
        let _ = Scanner::new(&secrets, &[&bytes]).scan(&redactor.redact(&bytes).0);
        let _ = CaseKey::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn redacting_a_configuration_twice_changes_nothing(value in "[ -;=?-~]{0,30}", key in "[A-Za-z]{1,12}") {
        let xml = format!("<a><add key=\"{key}\" value='{}'/><b>{0}</b></a>", value.replace('&', "&amp;").replace('\'', "&apos;"));
        let once = redacted(&xml);
        prop_assert_eq!(redacted(&once), once);
    }
}
