//! What rules know of the upgrade package: how it is named and what it holds.

use crate::model::package::{Package, PackageMember};
use crate::rules::engine::prelude::*;

/// The package inside the package, which the upgrader unpacks.
pub(crate) const UPDATE: &str = "ss_update.zip";

/// The signed list of hashes beside it.
const HASHES: &str = "hashes.crt";

/// The folder that the full package, with Privilege Manager, has besides.
const NUGET: &str = "nugetcache/";

/// The name of the package of a build: `Version_11_7_000049.zip`.
pub(crate) fn name_of(build: BuildVersion) -> String {
    format!("Version_{}.zip", build.to_string().replace('.', "_"))
}

/// What the package holds, if it could be listed.
pub(crate) fn members(package: &Package) -> Option<&[PackageMember]> {
    package.members.value().map(Vec::as_slice)
}

/// Whether a member has this name; the file system of the nodes does not tell case apart.
pub(crate) fn is(member: &PackageMember, name: &str) -> bool {
    member.name.eq_ignore_ascii_case(name)
}

/// What does not belong into the package, what it lacks, and what of it cannot be unpacked, as words after "it".
pub(crate) fn faults(members: &[PackageMember]) -> Vec<String> {
    let belongs = |member: &&PackageMember| {
        is(member, UPDATE) || is(member, HASHES) || member.name.to_ascii_lowercase().starts_with(NUGET)
    };
    let lacks = [UPDATE, HASHES].into_iter().filter(|name| !members.iter().any(|member| is(member, name)));
    let strange = members.iter().filter(|member| !belongs(member));
    let bad = members.iter().filter_map(|member| Some((member, member.bad.as_deref()?)));
    let strange = strange.map(|member| (member, "does not belong there"));
    let holds =
        |(member, why): (&PackageMember, &str)| format!("holds \"{}\", which {why}", shown(&member.name));
    lacks.map(|name| format!("lacks {name}")).chain(strange.chain(bad).map(holds)).collect()
}

/// A name from outside, short and without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A fact of the package as evidence.
pub(crate) fn evidence(cx: &Context, package: &Package, fact: &str, value: String) -> Evidence {
    cx.use_input(&package.name);
    Evidence::value("", fact, value, Location::default().in_input(&package.name))
}

/// Its name, size and hash as evidence, for a person to compare with what the vendor publishes.
pub(crate) fn identity(cx: &Context, package: &Package) -> Evidence {
    let Package { name, bytes, sha256, .. } = package;
    evidence(cx, package, "upgrade package", format!("{name}, {bytes} bytes, SHA-256 {sha256}"))
}

/// Why a zip cannot be listed, though it is one.
pub(crate) fn damage(package: &Package) -> Option<String> {
    match &package.members {
        Observed::Unreadable { why, .. } => Some(why.clone()),
        _ => None,
    }
}
