//! Every bound on what a bundle may make this program do, in one place.
//!
//! `docs/bundle-format.md` repeats the numbers; a test keeps the two equal. A high compression ratio alone
//! breaks nothing: logs repeat themselves.

/// Characters of a member name, separators included.
pub const NAME_CHARS: usize = 120;
/// Characters of a node's name; the name system allows no more.
pub const NODE_NAME_CHARS: usize = 253;
/// Levels of a member name: two folders and a file.
pub const NAME_LEVELS: usize = 3;

/// Bounds of one bundle; [`Limits::default`] are those of the format, others serve tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries of the container, folders included, and rows of the manifest.
    pub entries: usize,
    /// Bytes of headers and directory that may be read to list the entries of a zip.
    pub directory_bytes: u64,
    /// Bytes of the manifest, actual ones.
    pub manifest_bytes: u64,
    /// Bytes of `facts.json`, which is held in memory.
    pub facts_bytes: u64,
    /// Bytes of `inventory.jsonl`.
    pub inventory_bytes: u64,
    /// Bytes of one member. The manifest declares them, the container must agree, and reading stops at the first
    /// byte beyond: a lie costs what was declared.
    pub member_bytes: u64,
    /// Bytes of all members together, counted in the order of their names; members beyond are not read.
    pub total_bytes: u64,
    /// Problems reported one by one; the rest are counted.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 10_000,
            directory_bytes: 16 << 20,
            manifest_bytes: 8 << 20,
            facts_bytes: 4 << 20,
            inventory_bytes: 64 << 20,
            // A small zip may inflate to all of this, and every byte is worked on.
            member_bytes: 256 << 20,
            total_bytes: 512 << 20,
            problems: 100,
        }
    }
}
