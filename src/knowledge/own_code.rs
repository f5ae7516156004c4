//! The product's own code by what it does: what the key file, the start and the database are read with, and what other keys
//! are read with.
//!
//! Windows, .NET and SQL Server give one error to many callers. Who called tells which one it is: the logger of an entry,
//! or a frame of its stack trace.

use super::layer::failed;
use super::sources::Citation;
use regex::Regex;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;
use std::sync::OnceLock;

/// What code of the product does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeArea {
    /// It reads the key file, and encrypts with its key.
    Key,
    /// It starts the application.
    Start,
    /// It works with the product's own database.
    Database,
    /// It works with keys and certificates that are not the key file's, such as those of SAML and TLS.
    OtherKey,
}

/// Code of one area, and how it is recognised in a line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OwnCodeRow {
    /// Short name.
    pub id: String,
    /// The code in words that can follow "the product's code for", such as "SAML".
    pub title: String,
    /// What it does.
    pub area: CodeArea,
    /// How parts of the product's own names of loggers, types and frames begin: `Crypto` is a part of
    /// `Thycotic.AppCore.Cryptography.Example.Load`. One with a dot at its end is a whole part: `Data.` is one of
    /// `Thycotic.Data.Example`, and none of `Thycotic.DataReplication`.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Texts that its lines have, such as calls of ASP.NET.
    #[serde(default)]
    pub texts: Vec<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
    /// A made-up line that it is recognised by.
    pub example: String,
    /// Lines that look alike and are of other code.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

impl OwnCodeRow {
    /// The regular expression for lower-cased lines.
    pub fn source(&self) -> String {
        let escaped = |text: &String| regex::escape(&text.to_ascii_lowercase());
        // A part that ends with a dot is the whole part of a name.
        let part = |part: &String| match part.strip_suffix('.') {
            Some(whole) => format!(r"{}\b", regex::escape(&whole.to_ascii_lowercase())),
            None => escaped(part),
        };
        let parts: Vec<String> = self.parts.iter().map(part).collect();
        let names = format!(r"\b(thycotic|delinea)\.([\w`+]+\.)*({})", parts.join("|"));
        let names = (!parts.is_empty()).then_some(names);
        names.into_iter().chain(self.texts.iter().map(escaped)).collect::<Vec<_>>().join("|")
    }

    /// Whether a text is of this code; an expression is compiled for it.
    pub fn matches(&self, text: &str) -> bool {
        Regex::new(&self.source()).is_ok_and(|regex| regex.is_match(&text.to_ascii_lowercase()))
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let nothing = self.parts.is_empty() && self.texts.is_empty();
        let is_blank = self.parts.iter().chain(&self.texts).any(|text| text.trim().is_empty());
        failed(&[
            (nothing || is_blank, "it has neither parts nor texts, or an empty one"),
            (!self.matches(&self.example), "it does not match its own example"),
            (
                self.counter_examples.iter().any(|line| self.matches(line)),
                "it matches one of its counter-examples",
            ),
        ])
    }
}

/// All rows together, for whoever looks at many texts. Compiled when a text needs it for the first time, as most logs have none,
/// and once for all who ask.
#[derive(Debug, Default)]
pub struct OwnCode {
    areas: Vec<CodeArea>,
    sources: Vec<String>,
    texts: OnceLock<Option<RegexSet>>,
}

impl OwnCode {
    /// Of these rows.
    pub(super) fn new(rows: &[OwnCodeRow]) -> Self {
        let areas = rows.iter().map(|row| row.area).collect();
        Self { areas, sources: rows.iter().map(OwnCodeRow::source).collect(), texts: OnceLock::new() }
    }

    /// The areas of the code that a text names, in any case of letters.
    pub fn areas<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = CodeArea> + 'a {
        let compile =
            || RegexSetBuilder::new(&self.sources).unicode(false).case_insensitive(true).build().ok();
        let matches = self.texts.get_or_init(compile).as_ref().map(|texts| texts.matches(text));
        matches.into_iter().flatten().filter_map(|row| self.areas.get(row).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;

    #[test]
    fn a_record_that_recognises_nothing_is_refused() {
        let text = "[[own-code]]\nid = \"x\"\ntitle = \"x\"\narea = \"start\"\nparts = [\"Ours\"]\n\
                    cites = [{ source = \"SELF\", status = \"inferred\" }]\nexample = \"at Thycotic.A.OursStart.Run()\"\n";
        assert!(Knowledge::layered(&[("ours.toml", text)]).is_ok());
        for (find, replace, why) in [
            ("OursStart", "TheirStart", "it does not match its own example"),
            ("parts = [\"Ours\"]\n", "", "it has neither parts nor texts"),
            ("parts = [\"Ours\"]\n", "texts = [\"\"]\n", "or an empty one"),
            ("title", "counter-examples = [\"at Delinea.Ours.X()\"]\ntitle", "one of its counter-examples"),
            ("\"start\"", "\"stop\"", "unknown variant"),
        ] {
            let faults = Knowledge::layered(&[("ours.toml", &text.replace(find, replace))]).unwrap_err();
            assert!(faults.to_string().contains(why), "{faults}");
        }
    }

    #[test]
    fn code_is_recognised_by_the_products_names_only() {
        let knowledge = Knowledge::builtin().unwrap();
        let of = |text: &str| {
            let rows = knowledge.own_code.iter().filter(|row| row.matches(text));
            rows.map(|row| row.id.as_str()).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("   bei Thycotic.AppCore.Cryptography.Example.Load()", &["key-file"][..]),
            ("at Delinea.PAM.AppCore.EncryptionConfigReader`1.Open(String path)", &["key-file"]),
            ("   в Thycotic.ihawu.EncryptionProtection.Dpapi.Read()", &["key-file"]),
            ("at Contoso.Cryptography.Vault.Load()", &[]),
            ("at System.Security.Cryptography.ProtectedData.Unprotect(Byte[] encryptedData)", &[]),
            ("ERROR Thycotic.ihawu.Business - the page failed", &[]),
            ("ERROR Thycotic.ihawu.Business - Application start failed", &["start"]),
            ("at Thycotic.ihawu.Web.Global.Application_Start(Object sender, EventArgs e)", &["start"]),
            ("at Thycotic.Saml.Cryptography.Open()", &["key-file", "other-keys"]),
            ("at Delinea.PAM.Business.CertificateStore.Find()", &["other-keys"]),
            ("at Thycotic.Data.SqlDataAccessor.Run()", &["database"]),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
