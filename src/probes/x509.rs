//! The few fields of an X.509 certificate (RFC 5280) that facts need, read with the `der` crate: names, key, signature, end.
//!
//! The `x509-cert` crate reads whole certificates, and brings a tree of crates that costs every build more than this file.

use super::certificate::Certificate;
use chrono::DateTime;
use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// The tag byte of `dNSName` within `GeneralName`, and of the extensions within the certificate.
const DNS_NAME: u32 = 2;
const EXTENSIONS: u32 = 3;

/// Elements of one constructed value, one after the other.
struct Elements<'a>(SliceReader<'a>);

impl<'a> Elements<'a> {
    /// The elements of a SEQUENCE, a SET, or a value with an explicit tag.
    fn of(value: AnyRef<'a>) -> Option<Self> {
        Some(Self(SliceReader::new(value.value()).ok()?))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = AnyRef<'a>;

    fn next(&mut self) -> Option<AnyRef<'a>> {
        if self.0.is_finished() { None } else { self.0.decode().ok() }
    }
}

/// The certificate in `der`; `None` if it is not well-formed.
pub(super) fn read(der: &[u8], thumbprint: String) -> Option<Certificate> {
    let mut certificate = Elements::of(AnyRef::from_der(der).ok()?)?;
    let (inner, algorithm) = (certificate.next()?, certificate.next()?);
    // The version has an explicit tag and may be missing; then come serial number, signature and issuer.
    let mut fields = Elements::of(inner)?.skip_while(|field| field.tag() != Tag::Integer).skip(3);
    let (validity, subject, key) = (fields.next()?, fields.next()?, fields.next()?);
    let mut key = Elements::of(key)?;
    let (key_type, key_bits) = public_key(key.next()?, key.next()?)?;
    Some(Certificate {
        thumbprint,
        names: names(subject, fields.find(|field| is_context(*field, EXTENSIONS))),
        key_type,
        key_bits,
        signature: signature(object_id(algorithm)?),
        not_after: DateTime::from_timestamp(seconds(Elements::of(validity)?.nth(1)?)?, 0)?,
    })
}

fn is_context(value: AnyRef<'_>, number: u32) -> bool {
    matches!(value.tag(), Tag::ContextSpecific { number: found, .. } if found.value() == number)
}

/// The first element of an algorithm, an extension or a part of a name.
fn object_id(value: AnyRef<'_>) -> Option<ObjectIdentifier> {
    Elements::of(value)?.next()?.decode_as().ok()
}

/// Seconds since 1970.
fn seconds(time: AnyRef<'_>) -> Option<i64> {
    let since = match time.tag() {
        Tag::UtcTime => time.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        _ => time.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
    };
    i64::try_from(since.as_secs()).ok()
}

/// Host names: the alternative names, else the common name, which counts only where there are no others.
fn names(subject: AnyRef<'_>, extensions: Option<AnyRef<'_>>) -> Vec<String> {
    let text = |value: AnyRef<'_>| String::from_utf8_lossy(value.value()).into_owned();
    let alternative = extensions.and_then(alternative_names);
    let alternative = alternative.into_iter().flatten().filter(|name| is_context(*name, DNS_NAME));
    let names: Vec<String> = alternative.map(text).collect();
    if !names.is_empty() {
        return names;
    }
    let parts = Elements::of(subject).into_iter().flatten().filter_map(Elements::of).flatten();
    let common = parts.filter(|part| object_id(*part) == Some(COMMON_NAME));
    common.filter_map(|part| Elements::of(part)?.nth(1)).map(text).collect()
}

/// Every general name of the extension for alternative names. Its value is DER within an octet string.
fn alternative_names(extensions: AnyRef<'_>) -> Option<Elements<'_>> {
    let mut all = Elements::of(Elements::of(extensions)?.next()?)?;
    let extension = all.find(|extension| object_id(*extension) == Some(SUBJECT_ALT_NAME))?;
    Elements::of(AnyRef::from_der(Elements::of(extension)?.last()?.value()).ok()?)
}

/// Type of a key, and its size in bits where that is known.
fn public_key(algorithm: AnyRef<'_>, key: AnyRef<'_>) -> Option<(String, Option<u64>)> {
    Some(match object_id(algorithm)?.to_string().as_str() {
        // A bit string begins with the number of unused bits, which is zero for a key.
        "1.2.840.113549.1.1.1" => ("RSA".to_owned(), modulus_bits(key.value().get(1..)?)),
        "1.2.840.10045.2.1" => ("EC".to_owned(), curve_bits(Elements::of(algorithm)?.nth(1)?)),
        other => (other.to_owned(), None),
    })
}

/// Bits of the modulus of an RSA key, the first of its two numbers.
fn modulus_bits(key: &[u8]) -> Option<u64> {
    let modulus =
        Elements::of(AnyRef::from_der(key).ok()?)?.next().filter(|number| number.tag() == Tag::Integer)?;
    let digits = modulus.value().iter().skip_while(|byte| **byte == 0);
    let leading = digits.clone().next()?.leading_zeros();
    Some(u64::try_from(digits.count()).ok()? * 8 - u64::from(leading))
}

fn curve_bits(parameters: AnyRef<'_>) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEAK: &[u8] = include_bytes!("testdata/weak.der");

    proptest! {
        #[test]
        fn damaged_certificates_never_panic(at in 0..WEAK.len(), byte in any::<u8>(), end in 0..=WEAK.len()) {
            let mut damaged = WEAK.to_vec();
            damaged[at] = byte;
            let _ = read(&damaged[..end], String::new());
            let _ = read(&damaged, String::new());
        }
    }
}
