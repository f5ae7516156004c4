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

/// Folder of the logs below the application folder.
pub const LOG_FOLDER: &str = "log";

/// Folder of the DLLs below the application folder.
pub const BIN_FOLDER: &str = "bin";
