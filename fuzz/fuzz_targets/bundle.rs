//! A file from outside, opened as a bundle: whatever it holds, every member is read within its limits.
#![no_main]

use clusterbrief::bundle::Bundle;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder can be made"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("bundle.zip");
    std::fs::write(&path, bytes).expect("a file can be written");
    let Ok(bundle) = Bundle::open(&path) else { return };
    for record in bundle.members() {
        let mut read = 0_u64;
        let result = bundle.read(record.path.as_str(), &mut |piece| read += piece.len() as u64);
        if result.is_ok() {
            assert_eq!(record.content().map(|content| content.size), Some(read));
        }
    }
});
