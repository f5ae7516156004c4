//! What Windows is, has and does.

use super::*;

#[test]
fn without_a_third_party_provider_none_is_reported() {
    let mut made = machine();
    made.registry.retain(|(key, _), _| !key.contains("SafeNet"));
    assert!(facts_of(&made)["hsm.cng-providers"].is_absent());
    let providers = r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers";
    let made =
        made.with(&format!(r"{providers}\Windows Client Key Protection Provider"), "", Value::Number(0));
    assert!(facts_of(&made)["hsm.cng-providers"].is_absent());
}

#[test]
fn a_scanner_is_one_unless_its_driver_is_switched_off() {
    let key = r"SYSTEM\CurrentControlSet\Services\WdFilter".to_owned();
    let mut made = machine();
    made.registry.remove(&(key.clone(), "Start".to_owned()));
    assert_eq!(value(&facts_of(&made), "program.antivirus"), Some("WdFilter"));
    let off = made.with(&key, "Start", Value::Number(4));
    assert!(facts_of(&off)["program.antivirus"].is_absent());
}

#[test]
fn older_windows_is_read_by_its_own_values() {
    let mut old = machine();
    for name in ["CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "UBR"] {
        old.registry.remove(&(WINDOWS.to_owned(), name.to_owned()));
    }
    let key = r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine";
    old.registry.remove(&(key.to_owned(), "PowerShellVersion".to_owned()));
    old = old.with(r"SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", text("LanmanNT"));
    old = old.with(r"SYSTEM\CurrentControlSet\Control\Nls\Language", "InstallLanguage", text("0c0a"));
    let facts = facts_of(&old);
    for (fact, expected) in [
        ("net.language", "en"),
        ("os.build", "17763"),
        ("os.domain-controller", "true"),
        ("os.language", "es"),
        ("os.powershell", "2.0"),
        ("os.type", "domain-controller"),
        ("os.version", "6.3"),
    ] {
        assert_eq!(value(&facts, fact), Some(expected), "{fact}");
    }
    assert!(facts["os.tls12-server"].is_unknown());
}

#[test]
fn a_protocol_is_as_its_two_values_say() {
    for (enabled, disabled, expected) in [
        (None, None, "true"),
        (Some(0), None, "false"),
        (Some(0xffff_ffff), None, "true"),
        (Some(1), Some(0), "true"),
        (Some(1), Some(1), "false"),
        (None, Some(0), "true"),
        (None, Some(1), "false"),
    ] {
        let mut made = machine();
        for (name, set) in [("Enabled", enabled), ("DisabledByDefault", disabled)] {
            if let Some(set) = set {
                made = made.with(&format!(r"{PROTOCOLS}\TLS 1.2\Server"), name, Value::Number(set));
            }
        }
        assert_eq!(value(&facts_of(&made), "os.tls12-server"), Some(expected), "{enabled:?} {disabled:?}");
    }
}

#[test]
fn the_time_comes_from_servers_or_from_the_domain() {
    let key = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters";
    let domain = machine().with(key, "Type", text("NT5DS"));
    assert_eq!(value(&facts_of(&domain), "time.source"), Some("NT5DS"));
    let none = machine().with(key, "Type", text("NoSync"));
    assert_eq!(value(&facts_of(&none), "time.source"), Some("own clock"));
    let mut nameless = machine();
    nameless.registry.remove(&(key.to_owned(), "NtpServer".to_owned()));
    assert_eq!(value(&facts_of(&nameless), "time.source"), Some("NTP"));
    // What the service says of its source counts more than its configured source.
    let status = "Root Delay: 0.0000000s\nRoot Dispersion: 0.0000000s\nReferenceId: 0x4C4F434C (LOCL)\n\
                  Phase Offset: 0.0000000s\nClockRate: 0.0156250s\nTime since: 0.4332958s\n";
    let status_of = |text: &str| {
        let mut made = machine();
        made.outputs.insert("w32tm.exe /query /status /verbose".into(), text.to_owned());
        made
    };
    assert_eq!(value(&facts_of(&status_of(status)), "time.source"), Some("own clock"));
    for other in [status.replace("0x4C4F434C", "0x0A000005"), "another form".to_owned()] {
        assert_eq!(value(&facts_of(&status_of(&other)), "time.source"), Some("time.example,0x8"));
    }
}

#[test]
fn without_a_key_there_are_no_labels() {
    let unkeyed = Fingerprinter::new(None, None);
    let made = machine();
    let facts = facts(&context(&made, &own_pool(), &unkeyed));
    for fact in ["iis.certificate.thumbprint-label", "os.domain"] {
        assert!(matches!(facts[fact], Observed::NotCollected { .. }), "{fact}");
    }
    let workgroup = FakeSystem { domain: Some(None), ..machine() };
    assert_eq!(value(&facts_of(&workgroup), "os.domain"), Some("workgroup"));
}
