//! A configuration of the node: what is taken of it is well-formed, and no value taken out of it stands there still.
#![no_main]

use clusterbrief::redact::{Fingerprinter, SecretSet, config, leak};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut harvest = SecretSet::default();
    harvest.add_config(bytes);
    // Without a redactor there is no bundle.
    let redactor = harvest.redactor();
    let printer = Fingerprinter::new(None, None);
    let Ok(redacted) = config::redact(bytes, &redactor, &printer) else { return };
    assert!(config::parse(&redacted.text).is_ok(), "what is taken is well-formed");
    let again = config::redact(redacted.text.as_bytes(), &redactor, &printer).expect("it parses");
    assert_eq!(redacted.text, again.text, "redacting twice changes nothing");
    let _ = leak::Scanner::new(&harvest, &[]).scan(redacted.text.as_bytes());
});
