//! Random bytes and random damage: no panic, and no wrong content.

use super::{Case, members};
use clusterbrief::bundle::{Bundle, gather};
use proptest::prelude::*;
use std::fs::{self};
use std::path::Path;

/// Opens and reads what is at `path`; members that can be read are those that were written.
fn exercise(path: &Path) {
    if let Ok(bundle) = Bundle::open(path) {
        for (name, bytes) in members() {
            if let Ok(read) = bundle.bytes(name, 1 << 20) {
                assert_eq!(read, bytes, "{name}");
            }
        }
    }
    let _ = gather(&[path]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), as_zip in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        let start: &[u8] = if as_zip { b"PK\x03\x04" } else { b"" };
        fs::write(&path, [start, &bytes].concat()).unwrap();
        exercise(&path);
        fs::create_dir(folder.path().join("x")).unwrap();
        fs::write(folder.path().join("x/manifest.json"), &bytes).unwrap();
        exercise(&folder.path().join("x"));
    }

    #[test]
    fn no_damage_causes_a_panic_or_wrong_content(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let case = Case::new();
        let path = case.patched(|bytes| {
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        });
        exercise(&path);
    }
}
