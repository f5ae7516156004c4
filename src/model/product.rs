//! Names of the product's own files.

/// The DLL that most likely carries the product's build; which one does is not documented (G-07), so a build read from it
/// is our best guess.
pub const CORE_DLL: &str = "Thycotic.ihawu.Business.dll";

/// Beginnings of the names of the product's own DLLs, in lower case.
const OWN: [&str; 2] = ["thycotic.", "delinea."];

/// Whether a file of `bin` is the product's own DLL rather than a third party's.
pub fn is_product_dll(name: &str) -> bool {
    let name = name.to_lowercase();
    OWN.iter().any(|start| name.starts_with(start))
}

/// The two files that open the vault, in lower case.
pub const ENCRYPTION_CONFIG: &str = "encryption.config";
/// See [`ENCRYPTION_CONFIG`].
pub const DATABASE_CONFIG: &str = "database.config";

/// Folder of the logs below the application folder.
pub const LOG_FOLDER: &str = "log";

/// Folder of the DLLs below the application folder.
pub const BIN_FOLDER: &str = "bin";
