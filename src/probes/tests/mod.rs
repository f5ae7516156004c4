//! Machines made for the tests of the probes, and the facts of them.

mod certificate;
mod events;
mod pool;
mod probes;
mod windows;

use super::access::WORKER;
use super::system::{
    AccessEntry, AccessList, Event, EventQuery, Identity, Process, Service, ServiceStart, ServiceState,
    Volume,
};
use super::*;
use crate::model::iis::IisApplication;
use crate::redact::CaseKey;
use std::sync::Mutex;

const WINDOWS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PROTOCOLS: &str = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols";
const REBOOT: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending";
/// Identifier of `IIS APPPOOL\DefaultAppPool` on every Windows.
const POOL: &str = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415";
const ADMINISTRATORS: &str = "S-1-5-32-544";
const IIS_USERS: &str = "S-1-5-32-568";
const USERS: &str = "S-1-5-32-545";
const FULL: u32 = 0x001f_01ff;
const EVENT_LOG: &str = r"SYSTEM\CurrentControlSet\Services\EventLog";
const BINDINGS: &str = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo";
const CERTIFICATES: &str = r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates";
const ENGINE: &str = r#""D:\Engine 7\Thycotic.DistributedEngine.Service.exe" -service"#;
/// For `vault.example` and `*.vault.example`, RSA of 2048 bits with SHA-256, until 2036.
const RSA: &[u8] = include_bytes!("../testdata/rsa.der");
/// For the common name `old.example` only, RSA of 1024 bits with SHA-1, until 2027.
const WEAK: &[u8] = include_bytes!("../testdata/weak.der");
/// For `vault.example`, on the curve P-384.
const CURVE: &[u8] = include_bytes!("../testdata/curve.der");

/// A certificate as Windows stores it: behind a property of another kind.
fn stored(certificate: &[u8]) -> Vec<u8> {
    let property = |id: u32, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&id.to_le_bytes(), &1_u32.to_le_bytes(), &length, content].concat()
    };
    [property(3, &[0xab; 20]), property(32, certificate)].concat()
}

/// A worker process of a pool that has run for some hours as an account of the domain.
fn worker(id: u32, pool: &str, hours: i64) -> Process {
    let groups = vec!["S-1-5-21-1-2-3-513".to_owned(), IIS_USERS.to_owned(), USERS.to_owned()];
    Process {
        id,
        started: now() - chrono::TimeDelta::hours(hours),
        pool: Some(pool.to_owned()),
        identity: Some(Identity { account: "S-1-5-21-1-2-3-1104".to_owned(), groups }),
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn allow(account: &str, mask: u32) -> AccessEntry {
    AccessEntry { account: account.to_owned(), allows: true, mask }
}

fn deny(account: &str, mask: u32) -> AccessEntry {
    AccessEntry { allows: false, ..allow(account, mask) }
}

fn list(entries: &[AccessEntry]) -> AccessList {
    AccessList { owner: None, entries: entries.to_vec() }
}

fn service(state: ServiceState) -> Service {
    Service { state, start: ServiceStart::Automatic, process: None }
}

fn event(provider: &str, id: u32, hours_ago: i64, data: &str) -> Event {
    let at = now() - chrono::TimeDelta::hours(hours_ago);
    Event { provider: provider.to_owned(), id, level: 2, at, data: vec![data.to_owned()] }
}

/// A machine that answers every probe.
fn machine() -> FakeSystem {
    let mut made = FakeSystem {
        memory: Some(16 << 30),
        volume: Some(Volume { total: 100 << 30, free: 40 << 30 }),
        elevated: Some(true),
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
        (WINDOWS, "SystemRoot", text(r"C:\Windows")),
        (r"SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", text("ServerNT")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\Language", "InstallLanguage", text("0407")),
        (r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "", Value::Number(0)),
        (r"HARDWARE\DESCRIPTION\System\CentralProcessor\1", "", Value::Number(0)),
        (r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release", Value::Number(528_049)),
        (r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\1031", "", Value::Number(0)),
        (r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine", "PowerShellVersion", text("5.1.17763.1")),
        (r"SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine", "PowerShellVersion", text("2.0")),
        (r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy", "Enabled", Value::Number(1)),
        (r"SOFTWARE\Microsoft\InetStp", "MajorVersion", Value::Number(10)),
        (r"SOFTWARE\Microsoft\InetStp", "MinorVersion", Value::Number(0)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "RequestFiltering", Value::Number(1)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "ASPNET45", Value::Number(1)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "WebDAV", Value::Number(0)),
        (r"SOFTWARE\Microsoft\InetStp\Components", "a name of nobody's", Value::Number(1)),
        (REBOOT, "", Value::Number(0)),
        (
            r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers\Microsoft Primitive Provider",
            "",
            Value::Number(0),
        ),
        (
            r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers\SafeNet Key Storage Provider",
            "",
            Value::Number(0),
        ),
        (r"SOFTWARE\Microsoft\Shared Tools\Web Server Extensions\16.0", "SharePoint", text("Installed")),
        (r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "Type", text("NTP")),
        (r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "NtpServer", text("time.example,0x8")),
        (WINDOWS, "InstallationType", text("Server Core")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", "ACP", text("1252")),
        (r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", "OEMCP", text("850")),
        (r"SYSTEM\CurrentControlSet\Services\Engine 7", "ImagePath", text(ENGINE)),
        (r"SYSTEM\CurrentControlSet\Services\WdFilter", "Group", text("FSFilter Anti-Virus")),
        (r"SYSTEM\CurrentControlSet\Services\WdFilter", "Start", Value::Number(0)),
        (r"SYSTEM\CurrentControlSet\Services\Gone", "Group", text("FSFilter Anti-Virus")),
        (r"SYSTEM\CurrentControlSet\Services\Gone", "Start", Value::Number(4)),
        (&format!(r"{BINDINGS}\0.0.0.0:443"), "SslCertHash", Value::Bytes(vec![0xab; 20])),
        (&format!(r"{BINDINGS}\0.0.0.0:443"), "SslCertStoreName", text("my")),
        (&format!(r"{CERTIFICATES}\{}", "AB".repeat(20)), "Blob", Value::Bytes(stored(RSA))),
        (&format!(r"{PROTOCOLS}\SSL 3.0\Server"), "Enabled", Value::Number(1)),
        (&format!(r"{PROTOCOLS}\TLS 1.2\Client"), "DisabledByDefault", Value::Number(1)),
    ] {
        made = made.with(key, name, value);
    }
    made.services.insert("W32Time".into(), service(ServiceState::Running));
    made.services.insert("HealthService".into(), service(ServiceState::Running));
    made.services.insert("System Center Management APM".into(), service(ServiceState::Stopped));
    made.members.insert(ADMINISTRATORS.into(), vec!["S-1-5-21-1-2-3-500".into()]);
    made.holders.insert("SeBatchLogonRight".into(), vec![ADMINISTRATORS.into(), IIS_USERS.into()]);
    made.holders.insert("SeImpersonatePrivilege".into(), vec![ADMINISTRATORS.into()]);
    made.services.insert("WAS".into(), Service { process: Some(9), ..service(ServiceState::Running) });
    made.services.insert("W3SVC".into(), service(ServiceState::Stopped));
    made.services.insert("Engine 7".into(), Service { process: Some(9), ..service(ServiceState::Running) });
    made.started.insert(9, now() - chrono::TimeDelta::hours(50));
    made.booted = Some(now() - chrono::TimeDelta::hours(51));
    made.domain = Some(Some("corp.example".into()));
    made.volumes = Some(BTreeMap::from([("C:".into(), Volume { total: 100 << 30, free: 40 << 30 })]));
    made.processes.insert(WORKER.into(), vec![worker(7, "DefaultAppPool", 48)]);
    for path in ["", "encryption.config", "database.config", "log"] {
        let bits = if path == "log" { 0x0810 } else { 0x20 };
        made.attributes.insert(app().join(path).to_string_lossy().into_owned(), bits);
    }
    for key in ["", r"\Security", r"\State"] {
        made.access.insert(format!(r"{EVENT_LOG}{key}"), list(&[allow(POOL, 0x0002_001f)]));
    }
    let administrators = allow(ADMINISTRATORS, FULL);
    for (path, entry) in [
        (app().join(""), allow(POOL, 0x0013_01bf)),
        (app().join("encryption.config"), allow(POOL, 0x0012_0089)),
        (app().join("database.config"), allow("S-1-5-21-1-2-3-1104", FULL)),
        (app().join("log"), allow(USERS, 0x0012_0116)),
        (app().join("saml.config"), allow(POOL, 0x0012_00a9)),
        (Path::new(r"C:\Windows").join("TEMP"), allow(USERS, 0x0010_0026)),
    ] {
        let owner = Some(ADMINISTRATORS.to_owned());
        let access = AccessList { owner, ..list(&[administrators.clone(), entry]) };
        made.access.insert(path.to_string_lossy().into_owned(), access);
    }
    let (was, crash) = ("Microsoft-Windows-WAS", "Application Error");
    made.events.insert(
        "System".into(),
        vec![
            event(was, 5002, 1, "DefaultAppPool"),
            event(was, 5011, 30, "defaultapppool"),
            event(was, 5011, 31, "another pool"),
            event(was, 5186, 32, "DefaultAppPool"),
            event("Another", 5002, 33, "DefaultAppPool"),
            event(was, 5002, 24 * 8, "DefaultAppPool"),
        ],
    );
    made.events.insert(
        "Application".into(),
        vec![
            event(crash, 1000, 2, "w3wp.exe"),
            event(crash, 1000, 3, "notepad.exe"),
            event(crash, 1001, 4, "w3wp.exe"),
        ],
    );
    made
}

fn app() -> &'static Path {
    Path::new("SecretServer")
}

fn iis(identity: Observed<String>) -> Observed<IisFacts> {
    let application = IisApplication {
        site: "Default Web Site".into(),
        pool: "DefaultAppPool".into(),
        bindings: vec!["http *:80:".into(), "https *:443:".into()],
        settings: [("handlers.aspnet-4", "true"), ("handlers.wcf-4", "false")]
            .map(|(name, told)| (name.to_owned(), Observed::known(told.to_owned(), Location::file("x"))))
            .into(),
        pool_settings: BTreeMap::from([("processModel.identityType".to_owned(), identity)]),
        ..IisApplication::default()
    };
    let place = || Location::file("applicationHost.config");
    Observed::known(IisFacts { application: Observed::known(application, place()) }, place())
}

type Facts = BTreeMap<String, Observed<String>>;

fn facts_as(system: &dyn System, iis: &Observed<IisFacts>) -> Facts {
    facts(&context(system, iis, &printer()))
}

fn context<'a>(
    system: &'a dyn System,
    iis: &'a Observed<IisFacts>,
    printer: &'a Fingerprinter,
) -> ProbeContext<'a> {
    ProbeContext { system, app_dir: app(), iis, now: now(), printer, asks_iis: true, time: OnceCell::new() }
}

/// A pool with the account that pools have.
fn own_pool() -> Observed<IisFacts> {
    iis(Observed::absent(Location::file("applicationHost.config")))
}

/// A pool with an account of the domain.
fn specific_user() -> Observed<IisFacts> {
    let iis = iis(Observed::known("SpecificUser".to_owned(), Location::file("applicationHost.config")));
    bound(iis, &["https *:443:vault.example"])
}

/// With these bindings of the site.
fn bound(iis: Observed<IisFacts>, bindings: &[&str]) -> Observed<IisFacts> {
    let bindings: Vec<String> = bindings.iter().map(|binding| (*binding).to_owned()).collect();
    iis.map(|iis| IisFacts {
        application: iis
            .application
            .map(|application| IisApplication { bindings: bindings.clone(), ..application }),
    })
}

fn printer() -> Fingerprinter {
    Fingerprinter::new(Some(&CaseKey::parse(&"07".repeat(32)).unwrap()), None)
}

/// The facts of a machine whose pool has the account that pools have.
fn facts_of(system: &dyn System) -> Facts {
    facts_as(system, &own_pool())
}

fn value<'a>(facts: &'a Facts, fact: &str) -> Option<&'a str> {
    facts.get(fact).and_then(Observed::value).map(String::as_str)
}
