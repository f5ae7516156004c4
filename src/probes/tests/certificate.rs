//! The certificate of the site.

use super::*;

#[test]
fn a_certificate_is_found_as_windows_finds_it() {
    let find =
        |bindings: &[&str], places: &[(&str, &[u8])]| {
            let mut made = FakeSystem::default();
            for (number, (key, certificate)) in (1_u8..).zip(places) {
                let http = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters";
                let blob = Value::Bytes(stored(certificate));
                made = made
                    .with(&format!(r"{http}\{key}"), "SslCertHash", Value::Bytes(vec![number; 20]))
                    .with(&format!(r"{CERTIFICATES}\{}", format!("{number:02X}").repeat(20)), "Blob", blob);
            }
            facts_as(&made, &bound(own_pool(), bindings))
        };
    let certificate = |bindings: &[&str], places: &[(&str, &[u8])]| {
        let facts = find(bindings, places);
        ["names", "key-type", "key-bits", "signature", "not-after"]
            .map(|fact| value(&facts, &format!("iis.certificate.{fact}")).unwrap_or("-").to_owned())
            .join(" | ")
    };
    let rsa = "*.vault.example vault.example | RSA | 2048 | sha256RSA | 2036-11-20T00:00:00Z";
    let weak = "old.example | RSA | 1024 | sha1RSA | 2027-01-02T03:04:05Z";
    let curve = "vault.example | EC | 384 | sha384ECDSA | 2036-11-20T00:00:00Z";
    let (any, sixth) = (r"SslBindingInfo\0.0.0.0:443", r"SslBindingInfo\[::]:443");
    assert_eq!(certificate(&["https *:443:"], &[(any, RSA)]), rsa);
    assert_eq!(certificate(&["https *:443:"], &[(sixth, CURVE)]), curve);
    // The very address comes first, then the name, then any address.
    let (address, name) = (r"SslBindingInfo\10.0.0.7:443", r"SslSniBindingInfo\vault.example:443");
    assert_eq!(
        certificate(&["https 10.0.0.7:443:vault.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]),
        weak
    );
    assert_eq!(
        certificate(&["https *:443:vault.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]),
        rsa
    );
    assert_eq!(
        certificate(&["https *:443:other.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]),
        curve
    );
    // Of several the one that causes trouble first is reported.
    let both = certificate(&["https 10.0.0.7:443:", "https *:443:"], &[(address, WEAK), (any, RSA)]);
    assert_eq!(
        both,
        "*.vault.example old.example vault.example | RSA | 1024 | sha1RSA sha256RSA | 2027-01-02T03:04:05Z"
    );
    // No binding of HTTPS has no certificate; a binding without one may have it elsewhere.
    assert!(find(&["http *:80:"], &[])["iis.certificate.names"].is_absent());
    assert!(find(&["https *:443:"], &[])["iis.certificate.names"].is_unknown());
    for length in [0, 3, 12, 200, RSA.len() - 1] {
        assert!(find(&["https *:443:"], &[(any, &RSA[..length])])["iis.certificate.names"].is_unknown());
    }
}
