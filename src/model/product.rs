//! Names of the product's own files.

/// The DLL that most likely has the product's build. It is not documented which one does, so that a build read from it is
/// our best guess.
pub const CORE_DLL: &str = "Thycotic.ihawu.Business.dll";

/// How the names of the product's own DLLs begin, in lower case.
const PREFIXES: [&str; 2] = ["thycotic.", "delinea."];

/// Whether a file of `bin` is the product's own DLL rather than a third party's.
pub fn is_product_dll(name: &str) -> bool {
    let name = name.to_lowercase();
    PREFIXES.iter().any(|start| name.starts_with(start))
}

/// Whether a full name of a type or a logger, in any case, is of the product's own code. Since 11.5 it has a second
/// prefix.
pub fn is_product_name(name: &[u8]) -> bool {
    PREFIXES.iter().any(|start| {
        name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
    })
}

/// The two files that give access to the vault, in lower case.
pub const ENCRYPTION_CONFIG: &str = "encryption.config";
/// See [`ENCRYPTION_CONFIG`].
pub const DATABASE_CONFIG: &str = "database.config";

/// Ends of names that people and programs give to copies of a file, packed ones too.
const COPIES: &[&str] = &[
    "7z", "b64", "backup", "bak", "base64", "bin", "bk", "bz2", "cab", "copy", "dat", "enc", "gz", "hex",
    "new", "old", "org", "orig", "prev", "rar", "sav", "save", "tar", "temp", "tgz", "tmp", "txt", "xz",
    "zip", "zst",
];

/// Whether a file is called as a key file is, or as people call a copy of one: `encryption - Copy.config`,
/// `old_database.config.bak`. The path before the name does not count.
pub fn is_key_file_name(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    [ENCRYPTION_CONFIG, DATABASE_CONFIG].into_iter().filter_map(|file| file.split_once('.')).any(
        |(stem, end)| {
            name.match_indices(stem).any(|(at, _)| {
                let (before, after) =
                    (name.get(..at).unwrap_or_default(), name.get(at + stem.len()..).unwrap_or_default());
                after.split_once(end).is_some_and(|(copy, more)| {
                    let copy = copy.strip_suffix('.').is_some_and(|copy| !is_letter(copy.chars().next()));
                    // `encryption.config.md` is about the file.
                    let end = more.rsplit('.').next().unwrap_or_default();
                    let is_copy =
                        !end.contains(char::is_alphabetic) || COPIES.contains(&end.trim_end_matches('~'));
                    copy && is_copy
                        && !is_letter(before.chars().next_back())
                        && !is_letter(more.chars().next())
                })
            })
        },
    )
}

/// Folder of the logs below the application folder.
pub const LOG_FOLDER: &str = "log";

/// Folder of the DLLs below the application folder.
pub const BIN_FOLDER: &str = "bin";

#[cfg(test)]
mod tests {
    use super::is_key_file_name;

    #[test]
    fn copies_of_key_files_are_told_by_their_names() {
        for name in [
            "encryption.config",
            "a/b\\Database.CONFIG",
            "encryption - Copy.config",
            "database_2020.config.txt",
            "old-encryption.config",
            "Copy of database.config",
            "encryption.config.zip",
            "encryption (2).config~",
        ] {
            assert!(is_key_file_name(name), "{name}");
        }
        for name in [
            "mydatabase.config",
            "databases.config",
            "web.config",
            "encryption.txt",
            "database.config2/a.txt",
            "encryptionprovider.config",
            "database.configuration.md",
            "encryption.config.md",
            "backup of encryption.config.docx",
            "encryption.config-explained.html",
        ] {
            assert!(!is_key_file_name(name), "{name}");
        }
    }
}
