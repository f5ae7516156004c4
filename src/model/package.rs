//! The file that somebody downloaded for an upgrade, as far as its outside tells.

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
    /// What the zip holds, in order of name; `Absent` where the file is no zip at all.
    pub members: Observed<Vec<PackageMember>>,
}

/// A file in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageMember {
    /// Name with its folders, parted by `/`.
    pub name: String,
    /// Size in bytes once unpacked, by the zip's own account.
    pub bytes: u64,
    /// Why it cannot be unpacked, as words after its name; `None` where nothing speaks against it.
    pub bad: Option<String>,
}
