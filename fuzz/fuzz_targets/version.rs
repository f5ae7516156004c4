//! Versions: of a text, which prints as it was read, and of a DLL.
#![no_main]

use clusterbrief::parsers::pe_version;
use clusterbrief::model::BuildVersion;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = pe_version::read(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(version) = BuildVersion::parse(text) {
        assert_eq!(BuildVersion::parse(&version.to_string()), Ok(version));
    }
});
