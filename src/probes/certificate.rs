//! The certificate that HTTP.sys presents for the bindings of the site. Certificates and bindings lie in the registry; of
//! private keys nothing does, and nothing of them is asked for.

use super::access::Ask;
use super::pool::application;
use super::system::{Answer, Refusal, Value};
use super::{Probe, Seen, fact, moment, registry, x509};
use crate::model::Observed;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const BY_ADDRESS: &str = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo";
const BY_NAME: &str = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslSniBindingInfo";
const STORES: &str = r"SOFTWARE\Microsoft\SystemCertificates";
const HASH: &str = "SslCertHash";
const STORE: &str = "SslCertStoreName";
const ASKS: &[Ask] = &[
    Ask::Values(r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo\*", &[HASH, STORE]),
    Ask::Values(r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslSniBindingInfo\*", &[HASH, STORE]),
    Ask::Values(r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\*", &["Blob"]),
    Ask::Values(r"SOFTWARE\Microsoft\SystemCertificates\WebHosting\Certificates\*", &["Blob"]),
];

macro_rules! probes {
    ($($fact:literal $look:expr;)+) => {
        pub(super) const PROBES: &[Probe] = &[$(Probe { fact: $fact, asks: ASKS, read: |seen| told(seen, $look) }),+];
    };
}

probes! {
    "iis.certificate.key-bits" |_, all| least(all, |one| one.key_bits).map(|bits| bits.to_string());
    "iis.certificate.key-type" |_, all| Ok(each(all, |one| vec![one.key_type.clone()]));
    "iis.certificate.names" |_, all| Ok(each(all, |one| one.names.clone()));
    "iis.certificate.not-after" |_, all| least(all, |one| Some(one.not_after)).map(moment);
    "iis.certificate.signature" |_, all| Ok(each(all, |one| vec![one.signature.clone()]));
    "iis.certificate.thumbprint-label" |seen, all| {
        let labels: Answer<BTreeSet<String>> = all.iter().map(|one| seen.label(&one.thumbprint)).collect();
        labels.map(|labels| labels.into_iter().collect::<Vec<_>>().join(" "))
    };
}

/// What the facts tell of a certificate.
pub(super) struct Certificate {
    pub(super) thumbprint: String,
    pub(super) names: Vec<String>,
    pub(super) key_type: String,
    pub(super) key_bits: Option<u64>,
    pub(super) signature: String,
    pub(super) not_after: DateTime<Utc>,
}

fn told(seen: &Seen, look: fn(&Seen, &[Certificate]) -> Answer<String>) -> Observed<String> {
    fact(all(seen).and_then(|all| look(seen, &all)), registry(BY_ADDRESS, ""))
}

/// The least of all certificates, which is the one that causes trouble first.
fn least<T: Ord>(all: &[Certificate], of: impl Fn(&Certificate) -> Option<T>) -> Answer<T> {
    let values: Option<Vec<T>> = all.iter().map(of).collect();
    let values =
        values.ok_or_else(|| Refusal::Failed("the key is of a kind whose length is not known".into()))?;
    values.into_iter().min().ok_or(Refusal::Absent)
}

/// What each of them says, once.
fn each(all: &[Certificate], of: impl Fn(&Certificate) -> Vec<String>) -> String {
    let values: BTreeSet<String> = all.iter().flat_map(of).collect();
    values.into_iter().collect::<Vec<_>>().join(" ")
}

/// The certificates of every HTTPS binding of the site.
fn all(seen: &Seen) -> Answer<Vec<Certificate>> {
    let bindings = application(seen)?.bindings.iter().filter_map(|binding| binding.strip_prefix("https "));
    let mut found: Vec<Certificate> = Vec::new();
    for binding in bindings {
        let (thumbprint, store) = bound(seen, binding)?;
        if found.iter().all(|known| known.thumbprint != thumbprint) {
            found.push(load(seen, &store, thumbprint)?);
        }
    }
    if found.is_empty() { Err(Refusal::Absent) } else { Ok(found) }
}

/// Thumbprint and store of the certificate of a binding `address:port:host`: by its very address, else by its name, else by
/// any address, as HTTP.sys looks.
fn bound(seen: &Seen, binding: &str) -> Answer<(String, String)> {
    let odd = || Refusal::Failed("a binding of the site is not what IIS writes".into());
    let (address, host) = binding.rsplit_once(':').ok_or_else(odd)?;
    let (ip, port) = address.rsplit_once(':').ok_or_else(odd)?;
    let mut keys = Vec::new();
    if ip != "*" && !ip.is_empty() {
        keys.push(format!(r"{BY_ADDRESS}\{ip}:{port}"));
    }
    if !host.is_empty() {
        keys.push(format!(r"{BY_NAME}\{host}:{port}"));
    }
    keys.extend(["0.0.0.0", "[::]"].map(|any| format!(r"{BY_ADDRESS}\{any}:{port}")));
    for key in keys {
        match seen.system.value(&key, HASH) {
            Ok(Value::Bytes(hash)) if !hash.is_empty() => {
                let thumbprint = hash.iter().fold(String::new(), |mut hex, byte| {
                    // Writing to a text cannot fail.
                    let _ = write!(hex, "{byte:02X}");
                    hex
                });
                return Ok((thumbprint, super::or_absent(seen.text_answer(&key, STORE), "MY".to_owned())?));
            }
            Ok(_) => return Err(Refusal::Failed("it is no thumbprint".into())),
            Err(Refusal::Absent) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Err(Refusal::Failed(
        "Windows has no certificate for a binding of the site: it may lie in a central store".into(),
    ))
}

fn load(seen: &Seen, store: &str, thumbprint: String) -> Answer<Certificate> {
    // The name of a store comes from the registry and leads into it.
    let known = ["MY", "WebHosting"].into_iter().find(|known| known.eq_ignore_ascii_case(store));
    let store = known.ok_or(Refusal::Unasked("the certificate lies in a store that is not looked at"))?;
    let blob = match seen.system.value(&format!(r"{STORES}\{store}\Certificates\{thumbprint}"), "Blob") {
        Ok(Value::Bytes(blob)) => blob,
        Ok(_) => return Err(Refusal::Failed("the certificate is of another type than bytes".into())),
        Err(Refusal::Absent) => {
            return Err(Refusal::Failed("the certificate of a binding is not in its store".into()));
        }
        Err(refusal) => return Err(refusal),
    };
    encoded(&blob)
        .and_then(|der| x509::read(der, thumbprint))
        .ok_or_else(|| Refusal::Failed("the certificate cannot be decoded".into()))
}

/// The certificate among the properties of a stored one: each is its id, a number, a length and so many bytes.
fn encoded(mut blob: &[u8]) -> Option<&[u8]> {
    /// `CERT_CERT_PROP_ID`.
    const CERTIFICATE: u32 = 32;
    loop {
        let (id, rest) = blob.split_first_chunk::<4>()?;
        let (_, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        if u32::from_le_bytes(*id) == CERTIFICATE {
            return Some(content);
        }
        blob = rest;
    }
}
