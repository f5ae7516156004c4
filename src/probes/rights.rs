//! Evaluates access lists. Accounts are security identifiers, compared as text.

use super::system::AccessList;

pub(super) const ADMINISTRATORS: &str = "S-1-5-32-544";
pub(super) const LOCAL_SYSTEM: &str = "S-1-5-18";
/// Everyone, Authenticated Users and Users: every account that may log on belongs to them.
pub(super) const ORDINARY: [&str; 3] = ["S-1-1-0", "S-1-5-11", "S-1-5-32-545"];

/// `FILE_READ_DATA`.
pub(super) const READ: u32 = 0x1;
/// `FILE_GENERIC_WRITE`, without the rights that reading has as well.
pub(super) const WRITE: u32 = 0x116;
/// The right that Explorer calls Modify.
pub(super) const MODIFY: u32 = 0x0013_01bf;
/// The right that Explorer calls Full control.
pub(super) const FULL: u32 = 0x001f_01ff;
/// `KEY_READ`, and the same with `KEY_SET_VALUE` and `KEY_CREATE_SUB_KEY`.
pub(super) const KEY_READ: u32 = 0x0002_0019;
pub(super) const KEY_EXTEND: u32 = 0x0002_001f;

/// What the generic rights for read, write, execute and all mean.
#[derive(Clone, Copy)]
pub(super) struct Generic([u32; 4]);

/// For files and folders.
pub(super) const OF_FILES: Generic = Generic([0x0012_0089, 0x0012_0116, 0x0012_00a0, FULL]);
/// For keys of the registry.
pub(super) const OF_KEYS: Generic = Generic([KEY_READ, 0x0002_0006, KEY_READ, 0x000f_003f]);

/// Whether an access list grants all of these rights to the accounts of `is_mine`. As in Windows, entries are read in
/// order, and the first entry about a right decides it.
pub(super) fn may(
    access: &AccessList,
    rights: u32,
    generic: Generic,
    is_mine: impl Fn(&str) -> bool,
) -> bool {
    let mut undecided = rights;
    for entry in access.entries.iter().filter(|entry| is_mine(&entry.account)) {
        let decided = specific(entry.mask, generic) & undecided;
        if decided != 0 && !entry.allows {
            return false;
        }
        undecided &= !decided;
    }
    undecided == 0
}

/// The highest right that an access list of a file grants, in a word.
pub(super) fn word(access: &AccessList, is_mine: impl Fn(&str) -> bool) -> &'static str {
    let may = |rights| may(access, rights, OF_FILES, &is_mine);
    match (may(FULL), may(MODIFY), may(WRITE), may(READ)) {
        (true, ..) => "full",
        (_, true, ..) => "modify",
        (.., true, true) => "read-write",
        (.., true, false) => "write",
        (.., true) => "read",
        _ => "none",
    }
}

/// A mask with its generic rights replaced by what they mean.
fn specific(mask: u32, Generic([read, write, execute, all]): Generic) -> u32 {
    let named = [(0x8000_0000, read), (0x4000_0000, write), (0x2000_0000, execute), (0x1000_0000, all)];
    let named = named.iter().filter(|(generic, _)| mask & generic != 0);
    named.fold(mask, |mask, (_, specific)| mask | specific)
}
