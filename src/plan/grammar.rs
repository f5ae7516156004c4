//! The grammar of names that come from evidence and stand in instructions, commands and addresses. Each type can be
//! made by its constructor alone, and that lets only characters pass that mean nothing to a command prompt, inside
//! quotes or outside: no `%`, `"`, `&`, `|`, `<`, `>`, `^`, `!`, `$`, backtick, nothing beyond ASCII.

use crate::model::BuildVersion;
use std::fmt;

/// A name that passed its grammar. Only types of this module are.
pub(super) trait Checked: fmt::Display {}

/// Declares names that are a text which passed a check.
macro_rules! checked {
    ($($(#[$doc:meta])+ $name:ident if $fits:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(super) struct $name(String);

        impl $name {
            /// The text as such a name; `None` where it is none.
            pub(super) fn read(text: &str) -> Option<Self> {
                let fits: fn(&str) -> bool = $fits;
                fits(text).then(|| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Checked for $name {}
    )+};
}

checked! {
    /// Name of a machine, with or without its domain.
    HostName if |text| text.len() <= 253 && text.split('.').all(label);
    /// Name of an application pool or of a site.
    IisName if |text| text.len() <= 64 && segment(text) && !text.contains(['(', ')']);
    /// Virtual path of an application, such as `/SecretServer` or `/`.
    UrlPath if |text| text == "/" || (text.len() <= 200 && text.strip_prefix('/').is_some_and(below));
    /// Page of the product below the address of the application, such as `Setup/Upgrade` or `Installer.aspx?patch=true`.
    Page if |text| text.len() <= 200 && text.split_once('?').map_or_else(|| below(text), |(page, query)| {
        below(page) && query.split_once('=').is_some_and(|(key, value)| word(key) && word(value))
    });
    /// Value of a setting of IIS, such as `v4.0` or `00:00:00`.
    Value if |text| !text.is_empty()
        && text.len() <= 32
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':'));
    /// File name of an upgrade package, as the vendor names it: `Version_11_7_000049.zip`.
    Package if word;
    /// Folder of Windows, absolute, on a drive or on a share.
    Folder if |text| text.len() <= 240 && match text.strip_prefix(r"\\") {
        Some(share) => share.split_once('\\').is_some_and(|(host, rest)| {
            HostName::read(host).is_some() && rest.contains('\\') && rest.split('\\').all(segment)
        }),
        None => text.split_once(r":\").is_some_and(|(drive, rest)| {
            drive.len() == 1 && drive.bytes().all(|b| b.is_ascii_alphabetic()) && rest.split('\\').all(segment)
        }),
    };
}

impl UrlPath {
    /// Whether it is the root of its site.
    pub(super) fn is_root(&self) -> bool {
        self.0 == "/"
    }
}

impl IisName {
    /// The application at the root of a site, as appcmd names it.
    pub(super) fn root(&self) -> Self {
        Self(format!("{self}/"))
    }
}

/// Where back-ups and logs of commands are kept, at the root of a drive: outside what IIS serves.
const STORE: &str = "SecretServer-backup";

impl Folder {
    /// A folder or file in it.
    pub(super) fn below(&self, name: &'static str) -> Self {
        Self(format!(r"{self}\{name}"))
    }

    /// A folder beside it.
    pub(super) fn beside(&self, name: &'static str) -> Self {
        let parent = self.0.rsplit_once('\\').map_or(self.0.as_str(), |(parent, _)| parent);
        Self(format!(r"{parent}\{name}"))
    }

    /// The same folder as another machine sees it, through the administrative share of its drive.
    pub(super) fn shared_by(&self, host: &HostName) -> Self {
        match self.0.split_once(':') {
            Some((drive, rest)) => Self(format!(r"\\{host}\{drive}${rest}")),
            None => self.clone(),
        }
    }

    /// Where back-ups of it and logs of its copies are kept: on its own drive, or on that of Windows.
    pub(super) fn store(&self) -> Self {
        let drive =
            self.0.split_once(':').map_or("%SystemDrive%".to_owned(), |(drive, _)| format!("{drive}:"));
        Self(format!(r"{drive}\{STORE}"))
    }

    /// The back-up in the store, of `what` (the application where that is empty), made before a build is installed.
    pub(super) fn back_up(&self, host: &HostName, what: &'static str, before: Option<BuildVersion>) -> Self {
        let before = before.map_or_else(|| "change".to_owned(), |build| build.to_string());
        Self(format!(r"{}\{host}{what}-before-{before}", self.store()))
    }

    /// The log of a command in the store.
    pub(super) fn log(&self, host: &HostName, name: &'static str) -> Self {
        Self(format!(r"{}\{host}-{name}.log", self.store()))
    }
}

/// A part of a machine's name, between dots.
fn label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A part of a path of Windows: no device, nothing that Windows reads as another name.
fn segment(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'-' | b'_' | b'(' | b')');
    !text.is_empty()
        && text.bytes().all(plain)
        && !text.starts_with([' ', '-'])
        && !text.ends_with([' ', '.'])
        && !is_device(text)
}

/// Whether Windows takes a name for a device, whatever its extension.
fn is_device(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

/// Words with slashes between them.
fn below(text: &str) -> bool {
    text.split('/').all(word)
}

/// A part of an address.
fn word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && text.bytes().any(|b| b != b'.')
}

/// A name of a node as it may stand in an instruction: letters, digits, dots, hyphens and underscores only.
pub fn safe_name(name: &str) -> String {
    HostName::read(name)
        .map_or_else(|| "[a node whose name has unusual characters]".to_owned(), |name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_steer_a_shell_stay_out_of_instructions() {
        assert_eq!(safe_name("WEB-01.corp"), "WEB-01.corp");
        for hostile in
            ["a; del *", "$(x)", "-WEB01", "", "WEB01.", "WEB..01", "WEB01 ", "ＷＥＢ01", "a%b%", "a\n"]
        {
            assert!(safe_name(hostile).starts_with("[a node"), "{hostile:?}");
        }
        assert!(HostName::read(&"a".repeat(64)).is_none());
    }

    #[test]
    fn folders_are_absolute_and_plain() {
        for good in
            [r"C:\inetpub\wwwroot\SecretServer", r"d:\Web (x64)\Secret Server", r"\\filer\web\SecretServer"]
        {
            assert!(Folder::read(good).is_some(), "{good}");
        }
        for bad in [
            r"C:\",
            r"C:",
            r"inetpub",
            r"\inetpub",
            r"C:\a\",
            r"C:\a\..\b",
            r"C:\a\.",
            r"C:\a ",
            r"C:\a\ b",
            r"C:\a%b%",
            r"C:\a&b",
            r#"C:\a"b"#,
            r"C:\a^b",
            r"C:\a!b",
            r"C:\a$b",
            r"C:\a`b",
            r"C:\con",
            r"C:\x\NUL.txt",
            r"C:\x\lpt1",
            r"C:\a/b",
            r"CC:\a",
            r"\\filer",
            r"\\filer\web",
            r"\\fi&ler\web\a",
            r"\\?\C:\a",
            r"\\.\C:\a",
            "C:\\a\nb",
            r"%SystemDrive%\inetpub",
            r"C:\a\-b",
            "C:\\a\u{2ba}b",
        ] {
            assert!(Folder::read(bad).is_none(), "{bad}");
        }
        assert!(Folder::read(&format!(r"C:\{}", "a".repeat(238))).is_none());
    }

    #[test]
    fn folders_lead_to_others() {
        let (folder, host) =
            (Folder::read(r"D:\Web\SecretServer").unwrap(), HostName::read("WEB01").unwrap());
        let build = BuildVersion::parse("11.7.000049").ok();
        assert_eq!(folder.beside("TMS").to_string(), r"D:\Web\TMS");
        assert_eq!(folder.shared_by(&host).to_string(), r"\\WEB01\D$\Web\SecretServer");
        assert_eq!(
            folder.back_up(&host, "-TMS", build).to_string(),
            r"D:\SecretServer-backup\WEB01-TMS-before-11.7.000049"
        );
        let share = Folder::read(r"\\filer\web\SecretServer").unwrap();
        assert_eq!(share.shared_by(&host), share);
        assert_eq!(share.store().to_string(), r"%SystemDrive%\SecretServer-backup");
    }

    #[test]
    fn pages_paths_and_packages_have_a_form() {
        assert!(UrlPath::read("/").is_some() && UrlPath::read("/vault/SecretServer").is_some());
        assert!(
            ["SecretServer", "//", "/a/", "/../a", "/a b", "/a%20b", "/a?x=1"]
                .iter()
                .all(|bad| UrlPath::read(bad).is_none())
        );
        assert!(Page::read("Setup/Upgrade").is_some() && Page::read("Installer.aspx?patch=true").is_some());
        assert!(
            ["/Setup", "a?b", "a?b=c&d=e", "a?<b>=c", "../a", ""].iter().all(|bad| Page::read(bad).is_none())
        );
        assert!(Package::read("Version_11_7_000049.zip").is_some() && Package::read("a b.zip").is_none());
        assert!(IisName::read("Default Web Site").is_some() && IisName::read("a\" & calc").is_none());
    }
}
