//! What kind a file of the application folder is, by its name: a difference is as bad as the kind of file that differs.

use crate::rules::engine::prelude::*;

/// Ends of names of what serves no page: notes, lists, shortcuts and logs of people.
const NOTES: [&str; 15] = [
    "txt", "md", "doc", "docx", "rtf", "pdf", "xls", "xlsx", "csv", "eml", "msg", "url", "lnk", "log", "evtx",
];

/// Ends of names of what a program or Windows left behind.
const TEMPORARY: [&str; 7] = ["tmp", "temp", "partial", "part", "crdownload", "swp", "dmp"];

/// The same, whole names.
const LEFT_BEHIND: [&str; 4] = ["thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"];

/// Ends of names of what only a debugger or an editor reads.
const SYMBOLS: [&str; 3] = ["pdb", "map", "dbg"];

/// Ends of names of what a page shows.
const SHOWN: [&str; 13] =
    ["png", "gif", "jpg", "jpeg", "ico", "svg", "bmp", "webp", "woff", "woff2", "ttf", "eot", "otf"];

/// Ends of names of copies that somebody made before a change, and of archives.
const COPIES: [&str; 17] = [
    "bak", "bck", "bkp", "back", "backup", "old", "orig", "org", "original", "save", "sav", "prev", "copy",
    "zip", "7z", "rar", "gz",
];

/// The same as the end of a name before its extension, or of the name of a folder, after a blank or a mark.
const COPY_WORDS: [&str; 11] =
    ["bak", "backup", "old", "orig", "original", "copy", "kopie", "copie", "copia", "previous", "save"];

/// How bad it is that a file or a setting is not the same on all nodes. `name` is a path, or a path and a setting of it.
pub(in crate::rules) fn severity(name: &str) -> Severity {
    if name.contains(": ") {
        return Severity::Medium;
    }
    let path = name.to_lowercase();
    let file = path.rsplit('/').next().unwrap_or(&path);
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let is = |ends: &[&str]| ends.contains(&extension);
    if path.split('/').any(is_copy) {
        Severity::Low
    } else if is(&NOTES) || is(&TEMPORARY) || is(&SYMBOLS) || LEFT_BEHIND.contains(&file) || stem.starts_with("~$")
        // The documentation of a DLL.
        || (extension == "xml" && path.starts_with("bin/"))
    {
        Severity::Info
    } else if is(&SHOWN) {
        Severity::Low
    } else {
        Severity::High
    }
}

/// Whether nobody is served by a file of this severity.
pub(in crate::rules) fn is_harmless(severity: Severity) -> bool {
    severity >= Severity::Low
}

/// Whether a file or a folder of this name is a copy that somebody made: `web.config.bak`, `web.config.20261101`,
/// `bin_old`, `Default - Copy.aspx`, `Copy of web.config`.
fn is_copy(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let ends = |text: &str| {
        let text = text.trim_end_matches(|c: char| c.is_ascii_digit() || "()-_. ".contains(c));
        let word = text.rsplit(['_', '-', '.', ' ']).next().unwrap_or_default();
        word.len() < text.len() && COPY_WORDS.contains(&word)
    };
    let dated = extension.len() >= 6 && extension.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    COPIES.contains(&extension)
        || COPY_WORDS.contains(&name)
        || name.ends_with('~')
        || name.starts_with("copy of ")
        || dated
        || [name, stem].into_iter().any(ends)
        // Whatever follows the whole name of a configuration; the product itself brings templates.
        || name.split_once(".config").is_some_and(|(_, after)| !after.is_empty() && after != ".template")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_bad_as_the_file() {
        for name in [
            "launchers/launch.aspx",
            "app/main.js",
            "web-other.config",
            "views/gold.cshtml",
            "service.svc",
            "x",
        ] {
            assert_eq!(severity(name), Severity::High, "{name}");
        }
        for name in [
            "web.config.bak",
            "web.config.20261101",
            "Web.config_before_upgrade",
            "bin_old/Thycotic.Data.dll",
            "Default - Copy.aspx",
            "Default - Copy (2).aspx",
            "Copy of web.config",
            "web_old.config",
            "backup/a.aspx",
            "bin.zip",
            "app/main.js.orig",
            "login.aspx~",
            "images/logo.png",
        ] {
            assert_eq!(severity(name), Severity::Low, "{name}");
        }
        for name in [
            "notes.txt",
            "readme.md",
            "bin/Thycotic.Data.pdb",
            "app/~$plan.docx",
            "a.tmp",
            "bin/log4net.xml",
            "Thumbs.db",
        ] {
            assert_eq!(severity(name), Severity::Info, "{name}");
        }
        assert_eq!(severity("web-appsettings.config: appSettings/add[x]@value"), Severity::Medium);
        for name in [
            "gold.aspx",
            "copyright.aspx",
            "hold.js",
            "fold/er.aspx",
            "scaffold.config",
            "old.aspx",
            "saml.config.template",
        ] {
            assert_eq!(severity(name), Severity::High, "{name}");
        }
    }
}
