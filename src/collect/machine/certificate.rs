//! The certificate that HTTP.sys presents for the bindings of the site. Certificates and bindings lie in the registry; of
//! private keys nothing does, and nothing of them is asked for.

use super::ask::Ask;
use super::pool::application;
use super::system::{Answer, Refusal, Value};
use super::{Probe, Seen, fact, moment, registry};
use crate::model::Observed;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use x509_cert::Certificate as X509;
use x509_cert::der::asn1::{Any, AnyRef, ObjectIdentifier};
use x509_cert::der::{Decode, Reader, SliceReader, Tag};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

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
struct Certificate {
    thumbprint: String,
    names: Vec<String>,
    key_type: String,
    key_bits: Option<u64>,
    signature: String,
    not_after: DateTime<Utc>,
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
        .and_then(|der| read(der, thumbprint))
        .ok_or_else(|| Refusal::Failed("the certificate is not what a certificate looks like".into()))
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

fn read(der: &[u8], thumbprint: String) -> Option<Certificate> {
    let certificate = X509::from_der(der).ok()?;
    let inner = certificate.tbs_certificate();
    let key = inner.subject_public_key_info();
    let (key_type, key_bits) = match key.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => ("RSA".to_owned(), modulus(key.subject_public_key.as_bytes()?)),
        "1.2.840.10045.2.1" => ("EC".to_owned(), named_curve(key.algorithm.parameters.as_ref()?)),
        other => (other.to_owned(), None),
    };
    let seconds = inner.validity().not_after.to_unix_duration().as_secs();
    Some(Certificate {
        thumbprint,
        names: names(&certificate),
        key_type,
        key_bits,
        signature: signature(certificate.signature_algorithm().oid),
        not_after: DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?,
    })
}

/// Names of hosts: the alternative ones, else the common name, which counts where there are no others.
fn names(certificate: &X509) -> Vec<String> {
    let inner = certificate.tbs_certificate();
    let alternative = inner.get_extension::<SubjectAltName>().ok().flatten();
    let mut names: Vec<String> = alternative
        .iter()
        .flat_map(|(_, names)| &names.0)
        .filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
        let parts = inner.subject().iter();
        let common = parts.filter(|part| part.oid == COMMON_NAME);
        names.extend(common.map(|part| String::from_utf8_lossy(part.value.value()).into_owned()));
    }
    names
}

/// Bits of the modulus of an RSA key, which is the first of two numbers.
fn modulus(key: &[u8]) -> Option<u64> {
    let mut reader = SliceReader::new(key).ok()?;
    let numbers: AnyRef<'_> = reader.decode().ok()?;
    let mut reader = SliceReader::new(numbers.value()).ok()?;
    let modulus: AnyRef<'_> = reader.decode().ok()?;
    if x509_cert::der::Tagged::tag(&modulus) != Tag::Integer {
        return None;
    }
    let digits = modulus.value().iter().skip_while(|byte| **byte == 0);
    let leading = digits.clone().next()?.leading_zeros();
    Some(u64::try_from(digits.count()).ok()? * 8 - u64::from(leading))
}

/// Bits of a named curve.
fn named_curve(parameters: &Any) -> Option<u64> {
    match parameters.decode_as::<ObjectIdentifier>().ok()?.to_string().as_str() {
        "1.2.840.10045.3.1.7" => Some(256),
        "1.3.132.0.34" => Some(384),
        "1.3.132.0.35" => Some(521),
        _ => None,
    }
}

/// The name that Windows shows for a signature algorithm; of one that is not in the table its number.
fn signature(oid: ObjectIdentifier) -> String {
    const NAMES: [(&str, &str); 11] = [
        ("1.2.840.113549.1.1.4", "md5RSA"),
        ("1.2.840.113549.1.1.5", "sha1RSA"),
        ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
        ("1.2.840.113549.1.1.11", "sha256RSA"),
        ("1.2.840.113549.1.1.12", "sha384RSA"),
        ("1.2.840.113549.1.1.13", "sha512RSA"),
        ("1.2.840.10045.4.1", "sha1ECDSA"),
        ("1.2.840.10045.4.3.2", "sha256ECDSA"),
        ("1.2.840.10045.4.3.3", "sha384ECDSA"),
        ("1.2.840.10045.4.3.4", "sha512ECDSA"),
        ("1.2.840.10040.4.3", "sha1DSA"),
    ];
    let oid = oid.to_string();
    NAMES.iter().find(|(number, _)| *number == oid).map_or(oid, |(_, name)| (*name).to_owned())
}
