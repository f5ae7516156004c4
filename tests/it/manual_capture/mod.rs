//! `docs/by-hand.md`: its commands read what the probes read, and their output gives the same facts. `scripts/bless`
//! rewrites the part of the page that is made from the probes.

mod commands;
mod outputs;

use chrono::{DateTime, FixedOffset};
use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::{Service, ServiceStart, ServiceState, Value, Volume};
use std::collections::BTreeMap;

const NODES: [&str; 2] = ["WEB01", "WEB02"];

fn clock() -> DateTime<FixedOffset> {
    "2026-11-20T10:05:00+01:00".parse().unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

const WINDOWS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PROTOCOLS: &str = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols";

/// A typical server, with registry values that no probe reads.
fn server() -> FakeSystem {
    let service = |state| Service { state, start: ServiceStart::Automatic, process: None };
    let mut made = FakeSystem {
        memory: Some(17_179_332_608),
        volume: Some(Volume { total: 107_374_182_400, free: 42_949_672_960 }),
        services: BTreeMap::from([
            ("W32Time".to_owned(), service(ServiceState::Running)),
            ("W3SVC".to_owned(), service(ServiceState::Pending)),
            ("HealthService".to_owned(), service(ServiceState::Stopped)),
        ]),
        outputs: BTreeMap::from([(
            "w32tm.exe /query /status /verbose".to_owned(),
            "Stratum: 3 (by (S)NTP)\nRoot Delay: 0.0300000s\nRoot Dispersion: 0.1000000s\n\
             ReferenceId: 0x0A000005 (10.0.0.5)\n\nPhase Offset: -0.5000000s\nClockRate: 0.0156250s\n\
             Time since Last Good Sync Time: 10.0000000s\n"
                .to_owned(),
        )]),
        ..FakeSystem::default()
    };
    for (key, name, value) in [
        (WINDOWS, "ProductName", text("Windows Server 2019 Standard")),
        (WINDOWS, "EditionID", text("ServerStandard")),
        (WINDOWS, "CurrentBuildNumber", text("17763")),
        (WINDOWS, "UBR", Value::Number(6532)),
        (WINDOWS, "CurrentMajorVersionNumber", Value::Number(10)),
        (WINDOWS, "CurrentMinorVersionNumber", Value::Number(0)),
        (WINDOWS, "CurrentVersion", text("6.3")),
        (WINDOWS, "InstallationType", text("Server Core")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", "ACP", text("1252")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", "OEMCP", text("850")),
        (WINDOWS, "DigitalProductId", Value::Bytes(vec![164, 0, 0, 0])),
        (r"SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", text("ServerNT")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\Language", "InstallLanguage", text("0407")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\Language", "Default", text("0407")),
        (r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "~MHz", Value::Number(2594)),
        (r"HARDWARE\DESCRIPTION\System\CentralProcessor\1", "~MHz", Value::Number(2594)),
        (r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release", Value::Number(528_049)),
        (r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\1031", "Install", Value::Number(1)),
        (r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine", "PowerShellVersion", text("5.1.17763.1")),
        (r"SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine", "PowerShellVersion", text("2.0")),
        (r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy", "Enabled", Value::Number(0)),
        (r"SOFTWARE\Microsoft\InetStp", "MajorVersion", Value::Number(10)),
        (r"SOFTWARE\Microsoft\InetStp", "MinorVersion", Value::Number(0)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "ASPNET45", Value::Number(1)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "RequestFiltering", Value::Number(1)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "WebDAV", Value::Number(0)),
        (r"SOFTWARE\Microsoft\Shared Tools\MSInfo", "Path", text(r"C:\Program Files\Common Files")),
        (r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing", "Version", text("1")),
        (r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update", "Enabled", Value::Number(1)),
        (
            r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers\Microsoft Key Protection Provider",
            "Aliases",
            Value::Texts(vec!["a".into(), "b".into()]),
        ),
        (r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "Type", text("NTP")),
        (r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "NtpServer", text("time.example,0x8")),
        (&format!(r"{PROTOCOLS}\SSL 3.0\Server"), "Enabled", Value::Number(0)),
        (&format!(r"{PROTOCOLS}\TLS 1.2\Client"), "DisabledByDefault", Value::Number(0)),
        (&format!(r"{PROTOCOLS}\TLS 1.2\Client"), "Enabled", Value::Number(1)),
    ] {
        made = made.with(key, name, value);
    }
    made
}

/// The same server with every value that can differ.
fn odd_server() -> FakeSystem {
    let mut made = server()
        .with(r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy", "Enabled", Value::Number(1))
        .with(r"SOFTWARE\Microsoft\Shared Tools\Web Server Extensions\16.0", "SharePoint", text("Installed"))
        .with(
            r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers\SafeNet Key Storage Provider",
            "Aliases",
            text("a"),
        )
        .with(r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "Type", text("NT5DS"))
        .with(r"SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", text("LanmanNT"))
        .with(r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release", Value::Number(394_806))
        .with(&format!(r"{PROTOCOLS}\TLS 1.2\Client"), "Enabled", Value::Number(0))
        .with(
            r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
            "x",
            Value::Number(1),
        );
    made.registry
        .retain(|(key, name), _| !(key.ends_with(r"3\PowerShellEngine") || key == WINDOWS && name == "UBR"));
    made
}
