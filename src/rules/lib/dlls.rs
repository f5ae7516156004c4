//! The DLLs in `bin`, compared over nodes that run the same build: CLU-011, VER-003, VER-004 and VER-015 ask.

use super::folder::{self, Compared, Difference, Group, Words};
use crate::model::facts::Binary;
use crate::model::product::is_product_dll;
use crate::rules::engine::prelude::*;
use std::cmp::Ordering;

const WORDS: Words = Words { things: "DLLs in bin", wrong: "not as on the other nodes", weigh: None };

/// Whether the path is that of a DLL in bin, in any case.
pub(in crate::rules) fn is_dll_of_bin(path: &str) -> bool {
    path.get(..4).is_some_and(|folder| folder.eq_ignore_ascii_case("bin/"))
        && path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("dll"))
}

/// What a DLL that is not the same on all members of a group amounts to. Each has one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum DllFault {
    /// A DLL of the build that runs, missing on some members: CLU-011.
    Missing,
    /// A DLL of the product that is older than the build, or one that a single member of several has: VER-004.
    Leftover,
    /// Anything else: VER-003.
    Different,
}

/// What a difference amounts to.
fn fault(cx: &Context, group: &Group, difference: &Difference) -> DllFault {
    let have = difference.states.iter().flatten().count();
    let lack = difference.states.len() - have;
    if lack == 0 {
        return DllFault::Different;
    }
    match against_build(cx, group, difference) {
        Some(Ordering::Equal) => DllFault::Missing,
        Some(Ordering::Less) => DllFault::Leftover,
        _ if have == 1 && lack > 1 => DllFault::Leftover,
        _ => DllFault::Different,
    }
}

/// Whether a DLL of the product that is older than the build of its node.
pub(in crate::rules) fn is_older(cx: &Context, group: &Group, difference: &Difference) -> bool {
    against_build(cx, group, difference) == Some(Ordering::Less)
}

/// The version of a DLL of the product, where it is there, against the build that runs; `None` if it is a third party's, or
/// the members do not agree.
fn against_build(cx: &Context, group: &Group, difference: &Difference) -> Option<Ordering> {
    let name = difference.name.rsplit('/').next().filter(|name| is_product_dll(name))?;
    cx.ask("binaries");
    let holders = group.members.iter().zip(&difference.states).filter(|(_, state)| state.is_some());
    let mut versions = holders.map(|(member, _)| {
        let binaries = member.snapshot.facts.binaries.value()?;
        let (_, binary) = binaries.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        compare(binary.value()?, group.build)
    });
    let first = versions.next()??;
    versions.all(|other| other == Some(first)).then_some(first)
}

/// The version of a DLL against a build. A file version has fields of 16 bits.
fn compare(binary: &Binary, build: BuildVersion) -> Option<Ordering> {
    // A build server may append its own marks.
    let text = binary.product_version.as_deref().and_then(|text| text.split(['+', ' ', '-']).next());
    if let Some(Ok(version)) = text.map(BuildVersion::parse) {
        return Some(version.cmp(&build));
    }
    let fields = binary.file_version.as_deref()?.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>();
    let [major, minor, number, ..] = *fields.ok()? else { return None };
    Some(((major, minor), number).cmp(&(build.train(), build.file_build())))
}

/// Findings of DLLs whose difference amounts to one of these.
pub(in crate::rules) fn differing_dlls(cx: &Context, faults: &[DllFault]) -> Outcome {
    folder::by_group(cx, &WORDS, None, |group| Ok(compared(cx, group, faults)))
}

/// The DLLs of a group, with the differences that amount to one of these.
pub(in crate::rules) fn compared(cx: &Context, group: &Group, faults: &[DllFault]) -> Compared {
    let mut compared = Compared::files(group, is_dll_of_bin);
    compared.differences.retain(|one| faults.contains(&fault(cx, group, one)));
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_text_first() {
        let build = BuildVersion::new(8, 9, 300_000);
        let of = |product: Option<&str>, file: &str| {
            let binary =
                Binary { product_version: product.map(Into::into), file_version: Some(file.to_owned()) };
            compare(&binary, build)
        };
        assert_eq!(of(Some("8.9.300000"), "1.0.0.0"), Some(Ordering::Equal));
        assert_eq!(of(Some("8.8.000010"), "8.9.37856.0"), Some(Ordering::Less));
        assert_eq!(of(None, "8.9.37856.0"), Some(Ordering::Equal));
        assert_eq!(of(None, "8.8.10.0"), Some(Ordering::Less));
        assert_eq!(of(None, "x"), None);
    }
}
