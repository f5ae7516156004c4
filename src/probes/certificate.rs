//! The certificate that HTTP.sys uses for the HTTPS bindings of the site. Certificates and bindings are in the
//! registry; private keys are not, and nothing of them is read.

use super::access::ProbeAccess;
use super::pool::application;
use super::system::{ProbeError, ProbeResult, Value};
use super::{Probe, ProbeContext, moment, or_absent, shown};
use chrono::{DateTime, Utc};

const BY_ADDRESS: &str = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo";
const BY_NAME: &str = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslSniBindingInfo";
const STORES: &str = r"SOFTWARE\Microsoft\SystemCertificates";
const HASH: &str = "SslCertHash";
const STORE: &str = "SslCertStoreName";
const ASKS: &[ProbeAccess] = &[
    ProbeAccess::Values(
        r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo\*",
        &[HASH, STORE],
    ),
    ProbeAccess::Values(
        r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslSniBindingInfo\*",
        &[HASH, STORE],
    ),
    ProbeAccess::Values(r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\*", &["Blob"]),
    ProbeAccess::Values(r"SOFTWARE\Microsoft\SystemCertificates\WebHosting\Certificates\*", &["Blob"]),
];

pub(super) const PROBES: &[Probe] = &[
    Probe::value("iis.certificate.key-bits", ASKS, |cx| {
        shown(least(&all(cx)?, |certificate| certificate.key_bits))
    }),
    Probe::value("iis.certificate.key-type", ASKS, |cx| {
        Ok(each(&all(cx)?, |certificate| vec![certificate.key_type.clone()]))
    }),
    Probe::value("iis.certificate.names", ASKS, |cx| {
        Ok(each(&all(cx)?, |certificate| certificate.names.clone()))
    }),
    Probe::value("iis.certificate.not-after", ASKS, |cx| {
        least(&all(cx)?, |certificate| Some(certificate.not_after)).map(moment)
    }),
    Probe::value("iis.certificate.signature", ASKS, |cx| {
        Ok(each(&all(cx)?, |certificate| vec![certificate.signature.clone()]))
    }),
    Probe::value("iis.certificate.thumbprint-label", ASKS, |cx| {
        let labels: ProbeResult<Vec<_>> =
            all(cx)?.iter().map(|certificate| cx.label(&certificate.thumbprint)).collect();
        Ok(once(labels?))
    }),
];

/// The facts of a certificate.
pub(super) struct Certificate {
    pub(super) thumbprint: String,
    pub(super) names: Vec<String>,
    pub(super) key_type: String,
    pub(super) key_bits: Option<u64>,
    pub(super) signature: String,
    pub(super) not_after: DateTime<Utc>,
}

/// The smallest value of all certificates, which is the first to cause trouble.
fn least<T: Ord>(all: &[Certificate], value: impl Fn(&Certificate) -> Option<T>) -> ProbeResult<T> {
    let values: Option<Vec<T>> = all.iter().map(value).collect();
    let values =
        values.ok_or_else(|| ProbeError::Failed("the length of this type of key is not known".into()))?;
    values.into_iter().min().ok_or(ProbeError::Absent)
}

/// All values, each once.
fn each(all: &[Certificate], value: impl Fn(&Certificate) -> Vec<String>) -> String {
    once(all.iter().flat_map(value).collect())
}

/// Each of the texts once, in order.
fn once(mut texts: Vec<String>) -> String {
    texts.sort();
    texts.dedup();
    texts.join(" ")
}

/// The certificates of every HTTPS binding of the site.
fn all(cx: &ProbeContext) -> ProbeResult<Vec<Certificate>> {
    let bindings = application(cx)?.bindings.iter().filter_map(|binding| binding.strip_prefix("https "));
    let mut found: Vec<Certificate> = Vec::new();
    for binding in bindings {
        let (thumbprint, store) = bound(cx, binding)?;
        if found.iter().all(|known| known.thumbprint != thumbprint) {
            found.push(load(cx, &store, thumbprint)?);
        }
    }
    if found.is_empty() { Err(ProbeError::Absent) } else { Ok(found) }
}

/// Thumbprint and store of the certificate of a binding `address:port:host`. HTTP.sys looks it up by the exact address,
/// then by host name, then by any address.
fn bound(cx: &ProbeContext, binding: &str) -> ProbeResult<(String, String)> {
    let odd = || ProbeError::Failed("a binding of the site has an unexpected form".into());
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
        match cx.system.value(&key, HASH) {
            Ok(Value::Bytes(hash)) if !hash.is_empty() => {
                let thumbprint = hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"));
                return Ok((thumbprint, or_absent(cx.text(&key, STORE), "MY".to_owned())?));
            }
            Ok(_) => return Err(ProbeError::Failed("it is not a thumbprint".into())),
            Err(ProbeError::Absent) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Err(ProbeError::Failed(
        "Windows has no certificate for a binding of the site: it may be in a central store".into(),
    ))
}

fn load(cx: &ProbeContext, store: &str, thumbprint: String) -> ProbeResult<Certificate> {
    // The store name comes from the registry and becomes part of a registry path, so only known names are accepted.
    let known = ["MY", "WebHosting"].into_iter().find(|known| known.eq_ignore_ascii_case(store));
    let store = known.ok_or(ProbeError::Unasked("the certificate is in a store that is not read"))?;
    let blob = match cx.system.value(&format!(r"{STORES}\{store}\Certificates\{thumbprint}"), "Blob") {
        Ok(Value::Bytes(blob)) => blob,
        Ok(_) => return Err(ProbeError::Failed("the stored certificate is not binary data".into())),
        Err(ProbeError::Absent) => {
            return Err(ProbeError::Failed("the certificate of a binding is not in its store".into()));
        }
        Err(refusal) => return Err(refusal),
    };
    let der = encoded(&blob);
    #[cfg(any(windows, test))]
    let certificate = der.and_then(|der| super::x509::read(der, thumbprint));
    // Only Windows keeps certificates in a registry, and parsing one needs many crates.
    #[cfg(not(any(windows, test)))]
    let certificate = der.and(None::<Certificate>);
    certificate.ok_or_else(|| ProbeError::Failed("the certificate cannot be decoded".into()))
}

/// Finds the certificate in a stored blob, which is a list of properties: id, reserved number, length, content.
fn encoded(mut blob: &[u8]) -> Option<&[u8]> {
    /// `CERT_CERT_PROP_ID`.
    const CERTIFICATE: u32 = 32;
    loop {
        let (id, tail) = blob.split_first_chunk::<4>()?;
        let (_, tail) = tail.split_first_chunk::<4>()?;
        let (length, tail) = tail.split_first_chunk::<4>()?;
        let (content, tail) = tail.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        if u32::from_le_bytes(*id) == CERTIFICATE {
            return Some(content);
        }
        blob = tail;
    }
}
