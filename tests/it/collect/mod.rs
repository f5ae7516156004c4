//! The collector from the outside: an application folder in, a bundle out, and nothing of a key file in it.

mod gaps;
mod key_files;
mod secrets;
mod whole;

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn sha256(bytes: &[u8]) -> String {
    clusterbrief::bundle::Sha256::of(bytes).to_string()
}
