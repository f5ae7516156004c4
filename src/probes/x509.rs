//! Reads certificates in DER: names, key, signature and end of validity. Compiled for Windows, where certificates are
//! read, and for tests.

use super::certificate::Certificate;
use chrono::DateTime;
use x509_cert::Certificate as X509;
use x509_cert::der::asn1::{Any, AnyRef, ObjectIdentifier};
use x509_cert::der::{Decode, Reader, SliceReader, Tag, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// The certificate in `der`; `None` if it is not well-formed.
pub(super) fn read(der: &[u8], thumbprint: String) -> Option<Certificate> {
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

/// Host names: the subject alternative names; the common name counts only without them.
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

/// Bits of the modulus of an RSA key, the first of its two numbers.
fn modulus(key: &[u8]) -> Option<u64> {
    let mut reader = SliceReader::new(key).ok()?;
    let numbers: AnyRef<'_> = reader.decode().ok()?;
    let mut reader = SliceReader::new(numbers.value()).ok()?;
    let modulus: AnyRef<'_> = reader.decode().ok()?;
    if modulus.tag() != Tag::Integer {
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

/// The name that Windows shows for a signature algorithm; for one that is not in the table its number.
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
