//! Redacts a configuration file: allowed values stay, everything else is replaced by a marker in place.

use super::allowlist;
use super::counts::{Counts, Kind};
use super::declared;
use super::fingerprint::Fingerprinter;
use super::secret_set::SecretSet;
use super::text::Redactor;
use super::words::looks_random;
use super::xml::{self, PieceKind};
use std::borrow::Cow;

pub use super::xml::{ConfigError, MAX_BYTES, decode, parse};

/// A configuration without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactedConfig {
    /// UTF-8 without a byte order mark, with the lines of the original.
    pub text: String,
    /// What was replaced.
    pub counts: Counts,
}

/// Redacts an XML configuration. Values keep their place, so that lines and layout stay; comments and processing
/// instructions are blanked, because old connection strings live there. Equal values get equal markers under one
/// key. A value that `redactor` objects to is never kept.
pub fn redact(
    bytes: &[u8],
    redactor: &Redactor,
    fingerprinter: &Fingerprinter,
) -> Result<RedactedConfig, ConfigError> {
    if let Some(fault) = declared::fault(bytes) {
        return Err(fault);
    }
    let text = decode(bytes)?;
    xml::check(&text)?;
    let unknown = ConfigError::NotWellFormed { line: 1, column: 1, error: "this is no XML markup" };
    let pieces = xml::pieces(&text).ok_or(unknown)?;
    let mut out = String::with_capacity(text.len());
    let mut counts = Counts::default();
    let mut at = 0;
    for (range, what) in &pieces.pieces {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end;
        let raw = text.get(range.clone()).unwrap_or_default();
        let value = xml::unescape(raw);
        if matches!(what, PieceKind::Blank) {
            blank(raw, &mut out, &mut counts);
            continue;
        }
        let keep = allowlist::may_show(&pieces, what, &value);
        if super::is_marker(value.trim()) || (keep && !looks_random(&value) && !redactor.objects_to(&value)) {
            out.push_str(raw);
        } else {
            replace(raw, &fingerprinter.marker(value.trim()), &mut out);
            counts.add(Kind::Setting);
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    if redactor.identities.is_some() {
        // What may be shown may still name somebody.
        let (labelled, more) = redactor.label(&out);
        counts.join(more);
        out = labelled;
    }
    Ok(RedactedConfig { text: out, counts })
}

/// A configuration of unknown origin as it may be shown: what is a secret by its name, its look or a pattern is replaced
/// in place, all else stays. What is no markup stays too: nobody reads settings in it.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let redactor = Redactor::patterns_only();
    let pieces = xml::readable_pieces(text);
    let (mut out, mut at) = (String::new(), 0);
    for (range, what) in &pieces.pieces {
        let raw = text.get(range.clone()).unwrap_or_default();
        let value = xml::unescape(raw);
        let trimmed = value.trim();
        let secret = allowlist::names_secret(&pieces, what);
        let shown = matches!(what, PieceKind::Blank)
            || super::is_marker(trimmed)
            || allowlist::is_plain(trimmed, secret)
            || (secret && allowlist::may_show(&pieces, what, &value))
            || !(secret || looks_random(&value) || redactor.objects_to(&value));
        if !shown {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            replace(raw, super::MARKER, &mut out);
            at = range.end;
        }
    }
    if at == 0 {
        return text.into();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.into()
}

/// Adds what the names in a configuration of unknown origin say is a secret.
pub fn secrets_of(text: &str, secrets: &mut SecretSet) {
    let pieces = xml::readable_pieces(text);
    for (range, what) in &pieces.pieces {
        let value = xml::unescape(text.get(range.clone()).unwrap_or_default());
        if allowlist::names_secret(&pieces, what) && !allowlist::may_show(&pieces, what, &value) {
            secrets.add_decoded(value.trim());
        }
    }
}

/// Files that a configuration names, and whether it includes them: by `configSource` or an attribute that ends in `file`,
/// else by any other value.
pub fn named_files(text: &str) -> Vec<(bool, String)> {
    /// Longest path.
    const LONGEST: usize = 400;
    let is_path = |value: &str| !value.is_empty() && value.len() <= LONGEST && !value.contains("://");
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        let pieces = xml::readable_pieces(text);
        let values = pieces.pieces.iter().filter_map(|(range, what)| {
            let value = xml::unescape(text.get(range.clone())?).trim().to_owned();
            let include = match what {
                PieceKind::Value { name, .. } => {
                    let name = name.to_lowercase();
                    name == "configsource" || name.ends_with("file")
                }
                PieceKind::Text { .. } => false,
                PieceKind::Blank => return None,
            };
            Some((include, value))
        });
        return values.filter(|(_, value)| is_path(value)).collect();
    }
    let quoted = text.split('"').skip(1).step_by(2).map(|value| (false, value.replace("\\\\", "\\")));
    quoted.filter(|(_, value)| is_path(value)).collect()
}

/// A declaration stays as what the output is; anything else leaves its delimiters and its lines.
fn blank(raw: &str, out: &mut String, counts: &mut Counts) {
    if raw.strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(char::is_whitespace)) {
        out.push_str(r#"<?xml version="1.0" encoding="utf-8"?>"#);
        return;
    }
    let (open, close) = if raw.starts_with("<!--") { ("<!--", "-->") } else { ("<?redacted", "?>") };
    if raw.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(|s| s.trim().is_empty()) {
        out.push_str(raw);
        return;
    }
    out.push_str(open);
    out.extend(raw.chars().filter(|c| matches!(c, '\r' | '\n')));
    out.push_str(close);
    counts.add(Kind::Comment);
}

/// The marker in place of a value; the white space around it and the lines in it stay.
fn replace(raw: &str, marker: &str, out: &mut String) {
    let trimmed = raw.trim();
    let lead = raw.len() - raw.trim_start().len();
    out.push_str(raw.get(..lead).unwrap_or_default());
    out.push_str(marker);
    out.extend(trimmed.chars().filter(|c| matches!(c, '\r' | '\n')));
    out.push_str(raw.get(lead + trimmed.len()..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::SecretSet;

    fn printer() -> Fingerprinter {
        Fingerprinter::new(None, Some(&(0..=255).collect::<Vec<u8>>()))
    }

    fn redacted(xml: &str) -> RedactedConfig {
        let mut secret_set = SecretSet::default();
        secret_set.add_config(xml.as_bytes());
        redact(xml.as_bytes(), &secret_set.redactor(), &printer()).unwrap()
    }

    #[test]
    fn what_the_rules_need_is_kept() {
        for kept in [
            r#"<forms loginUrl="~/Login.aspx" requireSSL="true" timeout="30" protection="All"/>"#,
            r#"<assemblyIdentity name="RabbitMQ.Client" publicKeyToken="89e7d7c5feba84ce" culture="neutral"/>"#,
            r#"<bindingRedirect oldVersion="0.0.0.0-5.0.0.0" newVersion="5.0.0.0"/>"#,
            r#"<httpRuntime enableVersionHeader="false" targetFramework="4.8" executionTimeout="00:10:00"/>"#,
            r#"<appSettings><add key="IpAddressHeader" value="X-Forwarded-For"/></appSettings>"#,
            r#"<log4net><root><level value="DEBUG"/></root></log4net>"#,
            r#"<machineKey validationKey="AutoGenerate,IsolateApps" decryption="AES" validation="HMACSHA256"/>"#,
            r#"<add name="ExtensionlessUrlHandler-Integrated-4.0" path="*." verb="GET,POST" type="System.Web.Handlers.TransferRequestHandler" preCondition="integratedMode,runtimeVersionv4.0"/>"#,
            r#"<customHeaders><add name="X-Frame-Options" value="SAMEORIGIN"/></customHeaders>"#,
            r#"<appSettings configSource="web-appSettings.config"/>"#,
            r#"<deny users="?"/>"#,
            r#"<assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"/>"#,
        ] {
            let out = redacted(kept);
            assert_eq!((out.text.as_str(), out.counts.total()), (kept, 0));
        }
    }

    #[test]
    fn everything_else_goes() {
        for (xml, secret) in [
            (r#"<add key="SomeVendorSetting" value="whatever it is"/>"#, "whatever"),
            (r#"<appSettings><add key="AdminPin" value="98765"/></appSettings>"#, "98765"),
            (
                r#"<appSettings><add key="IpAddressHeader" value="0123456789abcdef0123456789"/></appSettings>"#,
                "0123",
            ),
            (r#"<add name="x" connectionString="Server=a;Password=b"/>"#, "Password"),
            (r#"<identity impersonate="true" userName="CORP\svc"/>"#, "svc"),
            (r#"<credentials><user name="bob" password="x"/></credentials>"#, "bob"),
            (r#"<a xmlns:x="hunter22"/>"#, "hunter22"),
            (r"<a><![CDATA[hunter22]]></a>", "hunter22"),
            (r"<a>hunter<!-- x -->22</a>", "hunter"),
            (r"<a>12<password>4711</password></a>", "4711"),
            (r"<a><?php hunter22 ?></a>", "hunter22"),
            (r#"<add name="x" path="/p?password=hunter22"/>"#, "hunter22"),
        ] {
            let out = redacted(xml);
            assert!(!out.text.contains(secret) && out.counts.total() > 0, "{}", out.text);
            assert!(xml::check(&out.text).is_ok(), "{}", out.text);
        }
    }

    #[test]
    fn a_known_value_never_passes_on_a_harmless_key() {
        let out = redacted(r#"<a><b password="visible-1"/><c path="C:\x\visible-1\y"/></a>"#);
        assert!(!out.text.contains("visible-1"), "{}", out.text);
    }

    #[test]
    fn lines_stay_and_equal_values_get_equal_markers() {
        let xml = "<a>\n<!-- one\ntwo -->\n<b c='secret one'\n d='secret one'/>\n  text\n of two\n</a>";
        let out = redacted(xml);
        let markers: Vec<&str> =
            out.text.split(['\'', '"']).filter(|s| s.starts_with("{redacted:key:")).collect();
        assert_eq!(out.text.lines().count(), xml.lines().count(), "{}", out.text);
        assert!(markers.len() == 2 && markers[0] == markers[1], "{}", out.text);
    }

    #[test]
    fn redacting_twice_changes_nothing() {
        let xml = "<?xml version='1.0' encoding='utf-8'?>\n<!-- x --><a b='c d' e='1'>f g<?h i?></a>";
        let once = redacted(xml);
        let twice = redact(once.text.as_bytes(), &Redactor::patterns_only(), &printer()).unwrap();
        assert_eq!(twice.text, once.text);
        assert_eq!(twice.counts.total(), 0);
    }

    #[test]
    fn utf_16_becomes_utf_8() {
        let xml = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a mode=\"On\"/>";
        let bytes: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(xml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let out = redact(&bytes, &Redactor::patterns_only(), &printer()).unwrap();
        assert_eq!(out.text, "<?xml version=\"1.0\" encoding=\"utf-8\"?><a mode=\"On\"/>");
    }
}
