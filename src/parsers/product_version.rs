//! The build of the product, from the version resources of the DLLs in `bin`.
//!
//! Which DLL carries it is not documented: the core DLL is the best guess, and an inferred one. Product
//! version text comes first, because file versions have 16-bit fields.

use crate::model::facts::Binary;
use crate::model::product::{CORE_DLL, is_product_dll};
use crate::model::{BuildVersion, Location, Observed};
use std::collections::{BTreeMap, BTreeSet};

/// Third fields are below this, or from 300000 on. A file version cannot show the latter, and what it
/// shows of them is a number above this one.
const LARGEST_PLAIN_BUILD: u32 = 9_999;

/// The build: product version text of the core DLL; else that of all other own DLLs, if they agree; else the core
/// DLL's file version, where its 16 bits can tell.
pub fn of_binaries(binaries: &Observed<BTreeMap<String, Observed<Binary>>>) -> Observed<BuildVersion> {
    let Some(all) = binaries.value() else { return binaries.without_value() };
    let core = all.iter().find(|(name, _)| name.eq_ignore_ascii_case(CORE_DLL));
    let text = |binary: &Observed<Binary>| {
        binary.value().and_then(|binary| product(binary.product_version.as_deref()?))
    };
    if let Some((name, binary)) = core
        && let Some(version) = text(binary)
    {
        return Observed::known(version, place(name));
    }
    let own = all.iter().filter(|(name, _)| is_product_dll(name));
    let texts: Vec<(&String, BuildVersion)> =
        own.filter_map(|(name, binary)| Some((name, text(binary)?))).collect();
    let versions: BTreeSet<BuildVersion> = texts.iter().map(|(_, version)| *version).collect();
    if let (1, Some((name, version))) = (versions.len(), texts.first()) {
        return Observed::known(*version, place(name));
    }
    match core {
        Some((name, Observed::Known { value, .. })) => by_file_version(name, value),
        Some((_, unreadable @ Observed::Unreadable { .. })) => unreadable.without_value(),
        _ => Observed::not_collected("no DLL in bin carries the product's version"),
    }
}

fn place(name: &str) -> Location {
    Location::file(format!("bin/{name}"))
}

/// Reads a product version text; what a build server appends (`+commit`) and a fourth field of zeros are no part of it.
pub(super) fn product(text: &str) -> Option<BuildVersion> {
    let text = text.split(['+', ' ', '-']).find(|part| !part.is_empty())?;
    let text = match text.rsplit_once('.') {
        Some((build, last)) if build.matches('.').count() == 2 && last.bytes().all(|byte| byte == b'0') => {
            build
        }
        _ => text,
    };
    BuildVersion::parse(text).ok()
}

fn by_file_version(name: &str, binary: &Binary) -> Observed<BuildVersion> {
    let Some(text) = binary.file_version.as_deref() else {
        return Observed::unreadable(place(name), "it has neither a product version nor a file version");
    };
    match product(text) {
        Some(version) if version.file_build() <= LARGEST_PLAIN_BUILD => Observed::known(version, place(name)),
        _ => Observed::unreadable(
            place(name),
            format!(
                "the 16-bit fields of file version {} are too small to show the build",
                text.chars().take(40).collect::<String>()
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dll(name: &str, product: Option<&str>, file: Option<&str>) -> (String, Observed<Binary>) {
        let binary = Binary {
            product_version: product.map(ToOwned::to_owned),
            file_version: file.map(ToOwned::to_owned),
        };
        (name.to_owned(), Observed::known(binary, place(name)))
    }

    fn of(dlls: impl IntoIterator<Item = (String, Observed<Binary>)>) -> Observed<BuildVersion> {
        of_binaries(&Observed::known(dlls.into_iter().collect(), Location::file("bin")))
    }

    #[test]
    fn the_core_dll_comes_first() {
        let version = of([
            dll("thycotic.IHAWU.business.DLL", Some("11.7.000049"), Some("11.7.49.0")),
            dll("Thycotic.Data.dll", Some("11.6.000001"), None),
            dll("Castle.Core.dll", Some("4.4.0"), None),
        ]);
        assert_eq!(
            version,
            Observed::known(BuildVersion::new(11, 7, 49), place("thycotic.IHAWU.business.DLL"))
        );
    }

    #[test]
    fn other_own_dlls_count_when_they_agree() {
        let core = || dll(CORE_DLL, Some("unknown"), Some("11.7.49.0"));
        let agree = of([
            core(),
            dll("Thycotic.Data.dll", Some("11.7.000050+ab12"), None),
            dll("Delinea.A.dll", Some("11.7.50.0"), None),
        ]);
        assert_eq!(agree.value(), Some(&BuildVersion::new(11, 7, 50)));
        let disagree = of([
            core(),
            dll("Thycotic.Data.dll", Some("11.7.000050"), None),
            dll("Thycotic.A.dll", Some("2.0.0"), None),
        ]);
        assert_eq!(disagree.value(), Some(&BuildVersion::new(11, 7, 49)));
    }

    #[test]
    fn a_file_version_tells_only_what_fits_into_sixteen_bits() {
        let version = of([dll(CORE_DLL, None, Some("8.9.37856.0"))]);
        assert!(version.why_unknown().unwrap().contains("are too small to show the build"));
        assert!(of([dll("Castle.Core.dll", Some("4.4.0"), None)]).is_unknown());
        assert!(of_binaries(&Observed::not_collected("no bin")).is_unknown());
    }
}
