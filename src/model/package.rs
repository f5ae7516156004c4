//! The upgrade package: name, size, hash and list of members of the downloaded file.

use super::observed::Observed;

/// A downloaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Name of the file.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Files in the zip, in order of name; `Absent` if the file is no zip.
    pub members: Observed<Vec<PackageMember>>,
}

/// A file in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageMember {
    /// Name with its folders, separated by `/`.
    pub name: String,
    /// Unpacked size in bytes, as the zip says.
    pub bytes: u64,
    /// Why it cannot be unpacked, as words after its name; `None` if it can.
    pub bad: Option<String>,
}
