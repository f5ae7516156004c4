//! Every probe on a whole machine, on an empty one, on one that refuses, and on one whose registry is odd.

use super::ask::WORKER;
use super::system::{
    Access, AccessEntry, Event, EventQuery, Identity, Process, Service, ServiceStart, ServiceState, Volume,
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
const RSA: &[u8] = include_bytes!("testdata/rsa.der");
/// For the common name `old.example` only, RSA of 1024 bits with SHA-1, until 2027.
const WEAK: &[u8] = include_bytes!("testdata/weak.der");
/// For `vault.example`, on the curve P-384.
const CURVE: &[u8] = include_bytes!("testdata/curve.der");

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

fn list(entries: &[AccessEntry]) -> Access {
    Access { owner: None, entries: entries.to_vec() }
}

fn service(state: ServiceState) -> Service {
    Service { state, start: ServiceStart::Automatic, process: None }
}

fn event(provider: &str, id: u32, hours_ago: i64, data: &str) -> Event {
    let at = now() - chrono::TimeDelta::hours(hours_ago);
    Event { provider: provider.to_owned(), id, level: 2, at, data: vec![data.to_owned()] }
}

/// A machine that answers every probe.
fn machine() -> MadeSystem {
    let mut made = MadeSystem {
        memory: Some(16 << 30),
        volume: Some(Volume { total: 100 << 30, free: 40 << 30 }),
        elevated: Some(true),
        ..MadeSystem::default()
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
        let access = Access { owner, ..list(&[administrators.clone(), entry]) };
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
            .map(|(name, told)| (name.to_owned(), Observed::known(told.to_owned(), Place::file("x"))))
            .into(),
        pool_settings: BTreeMap::from([("processModel.identityType".to_owned(), identity)]),
        ..IisApplication::default()
    };
    let place = || Place::file("applicationHost.config");
    Observed::known(IisFacts { application: Observed::known(application, place()) }, place())
}

type Facts = BTreeMap<String, Observed<String>>;

fn facts_as(system: &dyn System, iis: &Observed<IisFacts>) -> Facts {
    facts(&seen(system, iis, &printer()))
}

fn seen<'a>(system: &'a dyn System, iis: &'a Observed<IisFacts>, printer: &'a Fingerprinter) -> Seen<'a> {
    Seen { system, app_dir: app(), iis, now: now(), printer, asks_iis: true, outputs: Outputs::default() }
}

/// A pool with the account that pools have.
fn own_pool() -> Observed<IisFacts> {
    iis(Observed::absent(Place::file("applicationHost.config")))
}

/// A pool with an account of the domain.
fn specific_user() -> Observed<IisFacts> {
    let iis = iis(Observed::known("SpecificUser".to_owned(), Place::file("applicationHost.config")));
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

#[test]
fn every_probe_answers_on_a_whole_machine() {
    let facts = facts_of(&machine());
    let told: Vec<(&str, &str)> =
        facts.iter().map(|(fact, told)| (fact.as_str(), told.value().map_or("-", String::as_str))).collect();
    assert_eq!(
        told,
        [
            ("event.pool-failures", "2"),
            ("event.worker-crashes", "1"),
            ("event.worker-starts", "0"),
            ("feature.aspnet-4", "true"),
            ("feature.wcf-http-activation", "false"),
            ("files.app-modify", "true"),
            ("files.app.attributes", "none"),
            ("files.app.others", "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415 modify"),
            ("files.app.owner", "S-1-5-32-544"),
            ("files.app.pool", "modify"),
            ("files.database-config.attributes", "none"),
            ("files.database-config.others", "S-1-5-21-1-2-3-1104 full"),
            ("files.database-config.owner", "S-1-5-32-544"),
            ("files.database-config.pool", "none"),
            ("files.encryption-config.attributes", "none"),
            (
                "files.encryption-config.others",
                "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415 read"
            ),
            ("files.encryption-config.owner", "S-1-5-32-544"),
            ("files.encryption-config.pool", "read"),
            ("files.log.attributes", "compressed"),
            ("files.log.others", "S-1-5-32-545 write"),
            ("files.log.owner", "S-1-5-32-544"),
            ("files.log.pool", "write"),
            ("files.readable-by-users", "false"),
            ("files.saml-writable", "false"),
            ("files.temp-modify", "false"),
            ("files.temp.others", "S-1-5-32-545 other"),
            ("files.temp.owner", "S-1-5-32-544"),
            ("files.temp.pool", "none"),
            ("hsm.cng-providers", "SafeNet Key Storage Provider"),
            ("iis.certificate.key-bits", "2048"),
            ("iis.certificate.key-type", "RSA"),
            ("iis.certificate.names", "*.vault.example vault.example"),
            ("iis.certificate.not-after", "2036-11-20T00:00:00Z"),
            ("iis.certificate.signature", "sha256RSA"),
            ("iis.certificate.thumbprint-label", "{redacted:case:7d91d732:85d409255b4781d7}"),
            ("iis.identity.admin", "false"),
            ("iis.identity.batch-logon", "true"),
            ("iis.identity.impersonate", "false"),
            ("iis.identity.sid", "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415"),
            ("iis.state.pool", "running"),
            ("iis.state.site", "stopped"),
            ("iis.version", "10.0"),
            ("net.language", "de"),
            ("net.language-packs", "1031"),
            ("net.release", "528049"),
            ("os.app-drive-free-mb", "40960"),
            ("os.app-drive-total-mb", "102400"),
            ("os.build", "17763.6532"),
            ("os.code-pages", "1252 850"),
            ("os.cores", "2"),
            ("os.domain", "{redacted:case:7d91d732:201218439de8d5ed}"),
            ("os.domain-controller", "false"),
            ("os.edition", "ServerStandard"),
            ("os.eventlog-rights", "true"),
            ("os.fips-policy", "true"),
            ("os.installation-type", "Server Core"),
            ("os.language", "de"),
            ("os.memory-mb", "16384"),
            ("os.name", "Windows Server 2019 Standard"),
            ("os.pending-reboot", "true"),
            ("os.powershell", "5.1.17763.1"),
            ("os.sharepoint", "true"),
            ("os.ssl2", "false"),
            ("os.ssl3", "true"),
            ("os.started", "2026-11-20T09:00:00Z"),
            ("os.tls12-client", "false"),
            ("os.tls12-server", "true"),
            ("os.type", "server"),
            ("os.version", "10.0"),
            ("os.volumes", "C: 102400 MB, 40960 MB free"),
            ("program.antivirus", "WdFilter"),
            ("program.monitoring-agent", "with-apm"),
            ("service.engine.start", "automatic"),
            ("service.engine.started", "2026-11-20T10:00:00Z"),
            ("service.engine.state", "running"),
            ("service.net-tcp-activator.start", "-"),
            ("service.net-tcp-activator.started", "-"),
            ("service.net-tcp-activator.state", "-"),
            ("service.net-tcp-port-sharing.start", "-"),
            ("service.net-tcp-port-sharing.started", "-"),
            ("service.net-tcp-port-sharing.state", "-"),
            ("service.rabbitmq.start", "-"),
            ("service.rabbitmq.started", "-"),
            ("service.rabbitmq.state", "-"),
            ("service.w3svc.start", "automatic"),
            ("service.w3svc.started", "-"),
            ("service.w3svc.state", "stopped"),
            ("service.was.start", "automatic"),
            ("service.was.started", "2026-11-20T10:00:00Z"),
            ("service.was.state", "running"),
            ("time.service", "running"),
            ("time.source", "time.example,0x8")
        ]
    );
}

#[test]
fn on_an_empty_machine_only_what_absence_means_is_known() {
    let facts = facts_of(&MadeSystem::default());
    let known: Vec<(&str, &str)> =
        facts.iter().filter_map(|(fact, told)| Some((fact.as_str(), told.value()?.as_str()))).collect();
    assert_eq!(
        known,
        [
            ("feature.aspnet-4", "true"),
            ("feature.wcf-http-activation", "false"),
            ("iis.identity.sid", POOL),
            ("os.fips-policy", "false"),
            ("os.pending-reboot", "false"),
            ("os.sharepoint", "false"),
            ("program.monitoring-agent", "absent"),
        ]
    );
    // What holds where no protocol is set depends on a Windows that this machine does not tell.
    let unknown: Vec<&str> =
        facts.iter().filter(|(_, told)| told.is_unknown()).map(|(fact, _)| fact.as_str()).collect();
    let protocols = ["os.ssl2", "os.ssl3", "os.tls12-client", "os.tls12-server"];
    let certificates: Vec<&str> =
        probes().iter().map(|probe| probe.fact).filter(|fact| fact.starts_with("iis.certificate.")).collect();
    // A binding of HTTPS has a certificate somewhere.
    assert_eq!(unknown, [certificates.as_slice(), protocols.as_slice()].concat());
}

/// A machine on which everything is denied.
struct Denied;

impl System for Denied {
    fn value(&self, _: &str, _: &str) -> Answer<Value> {
        Err(Refusal::Denied)
    }
    fn keys(&self, _: &str) -> Answer<Vec<String>> {
        Err(Refusal::Denied)
    }
    fn service(&self, _: &str) -> Answer<Service> {
        Err(Refusal::Denied)
    }
    fn booted(&self) -> Answer<DateTime<Utc>> {
        Err(Refusal::Denied)
    }
    fn domain(&self) -> Answer<Option<String>> {
        Err(Refusal::Denied)
    }
    fn volumes(&self) -> Answer<BTreeMap<String, Volume>> {
        Err(Refusal::Denied)
    }
    fn key_access(&self, _: &str) -> Answer<Access> {
        Err(Refusal::Denied)
    }
    fn attributes(&self, _: &Path) -> Answer<u32> {
        Err(Refusal::Denied)
    }
    fn processes(&self, _: &str) -> Answer<Vec<Process>> {
        Err(Refusal::Denied)
    }
    fn output(&self, _: Command) -> Answer<String> {
        Err(Refusal::Denied)
    }
    fn memory(&self) -> Answer<u64> {
        Err(Refusal::Denied)
    }
    fn volume(&self, _: &Path) -> Answer<Volume> {
        Err(Refusal::Denied)
    }
    fn access(&self, _: &Path) -> Answer<Access> {
        Err(Refusal::Denied)
    }
    fn members(&self, _: &str) -> Answer<Vec<String>> {
        Err(Refusal::Denied)
    }
    fn holders(&self, _: &str) -> Answer<Vec<String>> {
        Err(Refusal::Denied)
    }
    fn events(&self, _: &EventQuery) -> Answer<Vec<Event>> {
        Err(Refusal::Denied)
    }
}

#[test]
fn what_is_denied_is_unreadable() {
    // What the configuration of IIS tells needs no answer of Windows.
    let configured = ["feature.aspnet-4", "feature.wcf-http-activation", "iis.identity.sid"];
    for (fact, told) in facts_of(&Denied).into_iter().filter(|(fact, _)| !configured.contains(&fact.as_str()))
    {
        assert!(told.why_unknown().is_some_and(|why| why.ends_with("access is denied")), "{fact}: {told:?}");
    }
    assert!(worker_started(&Denied, None).is_unknown());
}

#[test]
fn a_machine_that_is_no_windows_is_asked_nothing() {
    assert_eq!(facts_of(&NoSystem), BTreeMap::new());
    assert!(matches!(worker_started(&NoSystem, None), Observed::NotCollected { .. }));
}

/// A machine that notes what it is asked for: what, and the name under which a [`MadeSystem`] refuses it.
struct Noting {
    made: MadeSystem,
    asked: Mutex<Vec<(String, String)>>,
}

impl Noting {
    fn note(&self, what: String, name: &str) {
        self.asked.lock().unwrap().push((what, name.to_owned()));
    }
}

impl System for Noting {
    fn value(&self, key: &str, name: &str) -> Answer<Value> {
        self.note(format!("{key}!{name}"), key);
        self.made.value(key, name)
    }
    fn keys(&self, key: &str) -> Answer<Vec<String>> {
        self.note(key.to_owned(), key);
        self.made.keys(key)
    }
    fn service(&self, name: &str) -> Answer<Service> {
        let what = if name == "Engine 7" { "of the engine" } else { name };
        self.note(format!("service {what}"), name);
        self.made.service(name)
    }
    fn processes(&self, file: &str) -> Answer<Vec<Process>> {
        self.note(format!("processes named {file}"), file);
        self.made.processes(file)
    }
    fn output(&self, command: Command) -> Answer<String> {
        self.note(format!("run {command}"), &command.to_string());
        self.made.output(command)
    }
    fn started(&self, process: u32) -> Answer<DateTime<Utc>> {
        self.note("when the process of a service was started".into(), "started");
        self.made.started(process)
    }
    fn booted(&self) -> Answer<DateTime<Utc>> {
        self.note("when Windows was started".into(), "booted");
        self.made.booted()
    }
    fn domain(&self) -> Answer<Option<String>> {
        self.note("name of the domain".into(), "domain");
        self.made.domain()
    }
    fn volumes(&self) -> Answer<BTreeMap<String, Volume>> {
        self.note("drives of the machine's own disks".into(), "volumes");
        self.made.volumes()
    }
    fn key_access(&self, key: &str) -> Answer<Access> {
        self.note(format!("access list of {key}"), key);
        self.made.key_access(key)
    }
    fn attributes(&self, path: &Path) -> Answer<u32> {
        self.note("attributes of".into(), &path.to_string_lossy());
        self.made.attributes(path)
    }
    fn memory(&self) -> Answer<u64> {
        self.note("memory".into(), "memory");
        self.made.memory()
    }
    fn volume(&self, folder: &Path) -> Answer<Volume> {
        self.note("volume of the application folder".into(), "volume");
        self.made.volume(folder)
    }
    fn access(&self, path: &Path) -> Answer<Access> {
        self.note("access list of".into(), &path.to_string_lossy());
        self.made.access(path)
    }
    fn members(&self, group: &str) -> Answer<Vec<String>> {
        self.note("members of the local group Administrators".into(), group);
        self.made.members(group)
    }
    fn holders(&self, right: &str) -> Answer<Vec<String>> {
        self.note(format!("holders of {right}"), right);
        self.made.holders(right)
    }
    fn events(&self, query: &EventQuery) -> Answer<Vec<Event>> {
        self.note(format!("event log {}", query.log), query.log);
        self.made.events(query)
    }
    fn oldest_event(&self, log: &str) -> Answer<DateTime<Utc>> {
        self.note(format!("event log {log}"), log);
        self.made.oldest_event(log)
    }
}

fn covers(ask: &Ask, asked: &str) -> bool {
    match ask {
        Ask::Config(_) => false,
        Ask::Call(what) => what.contains(asked),
        Ask::Run(command) => format!("run {command}") == asked,
        Ask::Keys(key) => *key == asked,
        Ask::Rights(key) => asked.strip_prefix("access list of ").is_some_and(|asked| asked == *key),
        Ask::Values(key, names) => asked.rsplit_once('!').is_some_and(|(asked, name)| {
            let same = match key.strip_suffix('*') {
                Some(above) => asked.strip_prefix(above).is_some_and(|rest| !rest.contains('\\')),
                None => *key == asked,
            };
            same && names.contains(&name)
        }),
    }
}

/// What each probe asks a machine for.
fn asked_of(made: &MadeSystem, iis: &Observed<IisFacts>) -> Vec<(&'static Probe, Vec<(String, String)>)> {
    let ask = |probe: &'static Probe| {
        let noting = Noting { made: made.clone(), asked: Mutex::default() };
        (probe.read)(&seen(&noting, iis, &printer()));
        (probe, noting.asked.into_inner().unwrap())
    };
    probes().into_iter().map(ask).collect()
}

#[test]
fn a_probe_asks_for_all_that_it_says_and_for_nothing_else() {
    let (whole, empty) = (asked_of(&machine(), &own_pool()), asked_of(&MadeSystem::default(), &own_pool()));
    let web_hosting = format!(r"{}\{}", CERTIFICATES.replace("MY", "WebHosting"), "CD".repeat(20));
    let by_name = format!(r"{}\vault.example:443", BINDINGS.replace("Ssl", "SslSni"));
    let mut named = machine()
        .with(&by_name, "SslCertHash", Value::Bytes(vec![0xcd; 20]))
        .with(&by_name, "SslCertStoreName", text("WebHosting"))
        .with(&web_hosting, "Blob", Value::Bytes(stored(CURVE)));
    for name in ["NetTcpActivator", "NetTcpPortSharing", "RabbitMQ", "W3SVC"] {
        let running = Service { process: Some(9), ..service(ServiceState::Running) };
        named.services.insert(name.into(), running);
    }
    let other = asked_of(&named, &specific_user());
    let idle = asked_of(&MadeSystem { processes: BTreeMap::new(), ..machine() }, &own_pool());
    for ((((probe, mut asked), (_, more)), (_, most)), (_, rest)) in
        whole.into_iter().zip(empty).zip(other).zip(idle)
    {
        asked.extend(more);
        asked.extend(most);
        asked.extend(rest);
        for (asked, _) in &asked {
            assert!(probe.asks.iter().any(|ask| covers(ask, asked)), "{}: {asked}", probe.fact);
        }
        for ask in probe.asks.iter().filter(|ask| !matches!(ask, Ask::Config(_))) {
            assert!(asked.iter().any(|(asked, _)| covers(ask, asked)), "{}: {ask}", probe.fact);
        }
    }
}

#[test]
fn a_place_that_is_refused_leaves_facts_as_they_are_or_unknown() {
    let made = machine();
    let before = facts_of(&made);
    for (probe, asked) in asked_of(&made, &own_pool()) {
        for (_, name) in &asked {
            let mut refusing = made.clone();
            refusing.refused.insert(name.clone(), Refusal::Denied);
            let after = facts_of(&refusing);
            assert!(
                after.iter().all(|(fact, told)| told.is_unknown() || before.get(fact) == Some(told)),
                "{name}: {after:?}"
            );
        }
        if asked.is_empty() {
            continue;
        }
        // At least one place is one that the fact cannot do without.
        let decides = asked.iter().any(|(_, name)| {
            let mut refusing = made.clone();
            refusing.refused.insert(name.clone(), Refusal::Denied);
            facts_of(&refusing).get(probe.fact).is_some_and(Observed::is_unknown)
        });
        assert!(decides, "{}", probe.fact);
    }
}

#[test]
fn a_value_of_another_type_is_no_answer() {
    let made = machine();
    let before = facts_of(&made);
    let mut changed = BTreeMap::new();
    for place in made.registry.keys().filter(|(_, name)| !name.is_empty()) {
        let mut odd = made.clone();
        odd.registry.insert(place.clone(), Value::Bytes(vec![1, 2, 3]));
        for (fact, told) in facts_of(&odd) {
            if before.get(&fact) != Some(&told) {
                assert!(told.is_unknown() || fact == "os.build", "{fact}: {told:?}");
                changed.insert(fact, place.1.clone());
            }
        }
    }
    // A build is known without its revision; that SharePoint is registered says a value of any type.
    let facts: Vec<&str> = changed.keys().map(String::as_str).collect();
    assert_eq!(
        facts,
        [
            "files.temp-modify",
            "files.temp.others",
            "files.temp.owner",
            "files.temp.pool",
            "iis.certificate.key-bits",
            "iis.certificate.key-type",
            "iis.certificate.names",
            "iis.certificate.not-after",
            "iis.certificate.signature",
            "iis.certificate.thumbprint-label",
            "iis.version",
            "net.language",
            "net.release",
            "os.build",
            "os.code-pages",
            "os.domain-controller",
            "os.edition",
            "os.fips-policy",
            "os.installation-type",
            "os.language",
            "os.name",
            "os.powershell",
            "os.ssl2",
            "os.ssl3",
            "os.tls12-client",
            "os.tls12-server",
            "os.type",
            "os.version",
            "program.antivirus",
            "service.engine.start",
            "service.engine.started",
            "service.engine.state",
            "time.source"
        ]
    );
}

#[test]
fn without_a_provider_of_others_there_is_none() {
    let mut made = machine();
    made.registry.retain(|(key, _), _| !key.contains("SafeNet"));
    assert!(facts_of(&made)["hsm.cng-providers"].is_absent());
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
    for (fact, told) in [
        ("net.language", "en"),
        ("os.build", "17763"),
        ("os.domain-controller", "true"),
        ("os.language", "es"),
        ("os.powershell", "2.0"),
        ("os.type", "domain-controller"),
        ("os.version", "6.3"),
    ] {
        assert_eq!(value(&facts, fact), Some(told), "{fact}");
    }
    assert!(facts["os.tls12-server"].is_unknown());
}

#[test]
fn a_protocol_is_as_its_two_values_say() {
    for (enabled, disabled, told) in [
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
        assert_eq!(value(&facts_of(&made), "os.tls12-server"), Some(told), "{enabled:?} {disabled:?}");
    }
}

#[test]
fn the_time_comes_from_servers_or_from_the_domain() {
    let key = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters";
    let domain = machine().with(key, "Type", text("NT5DS"));
    assert_eq!(value(&facts_of(&domain), "time.source"), Some("NT5DS"));
    let mut nameless = machine();
    nameless.registry.remove(&(key.to_owned(), "NtpServer".to_owned()));
    assert_eq!(value(&facts_of(&nameless), "time.source"), Some("NTP"));
    // What the service says of its source counts more than what it was told to take.
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
fn a_short_log_does_not_show_that_nothing_failed() {
    let mut made = machine();
    made.events.insert("Application".into(), vec![event("Application Error", 1000, 24 * 6, "a.exe")]);
    assert!(facts_of(&made)["event.worker-crashes"].is_unknown());
    made.events.insert("Application".into(), vec![event("Application Error", 1000, 24 * 8, "w3wp.exe")]);
    assert_eq!(value(&facts_of(&made), "event.worker-crashes"), Some("0"));
    // A thousand crashes of others fill what is read.
    let mut noise = vec![event("Application Error", 1000, 1, "a.exe"); 1_000];
    noise.push(event("Application Error", 1000, 24 * 8, "w3wp.exe"));
    made.events.insert("Application".into(), noise);
    assert!(facts_of(&made)["event.worker-crashes"].is_unknown());
}

#[test]
fn rights_are_those_of_the_account_of_the_pool() {
    let known = |kind: &str| iis(Observed::known(kind.to_owned(), Place::file("applicationHost.config")));
    let mut made = machine();
    made.members.insert(ADMINISTRATORS.into(), vec![POOL.into()]);
    assert_eq!(value(&facts_of(&made), "iis.identity.admin"), Some("true"));
    assert_eq!(value(&facts_of(&made), "iis.identity.impersonate"), Some("true"));
    assert_eq!(value(&facts_of(&made), "files.temp-modify"), Some("true"));
    for (kind, admin) in [("LocalSystem", "true"), ("NetworkService", "false"), ("LocalService", "false")] {
        assert_eq!(value(&facts_as(&machine(), &known(kind)), "iis.identity.admin"), Some(admin), "{kind}");
    }
    // Of an account of its own the bundle has no name, and without IIS there is no pool.
    for iis in [known("SpecificUser"), Observed::not_collected("no IIS")] {
        let idle = MadeSystem { processes: BTreeMap::new(), ..machine() };
        let facts = facts_as(&idle, &iis);
        for fact in ["iis.identity.admin", "iis.identity.batch-logon", "files.app-modify"] {
            assert!(matches!(facts[fact], Observed::NotCollected { .. }), "{fact}");
        }
        assert!(facts["files.readable-by-users"].value().is_some());
    }
}

#[test]
fn a_list_of_nobody_is_no_answer() {
    let mut made = machine();
    made.holders.insert("SeBatchLogonRight".into(), Vec::new());
    assert!(facts_of(&made)["iis.identity.batch-logon"].is_unknown());
    made.members.insert(ADMINISTRATORS.into(), Vec::new());
    assert!(facts_of(&made)["iis.identity.admin"].is_unknown());
}

#[test]
fn access_lists_are_read_as_windows_reads_them() {
    const MODIFY: u32 = 0x0013_01bf;
    for (entries, modify, readable) in [
        (vec![allow(POOL, MODIFY)], "true", "false"),
        (vec![allow(POOL, 0x0012_00a9)], "false", "false"),
        // Two entries may add up; generic rights are spelled out.
        (vec![allow(POOL, 0x0012_00a9), allow(IIS_USERS, MODIFY)], "true", "false"),
        (vec![allow(POOL, 0x1000_0000)], "true", "false"),
        // The first entry that speaks of a right decides it.
        (vec![deny(USERS, 0x2), allow(POOL, MODIFY)], "false", "false"),
        (vec![allow(POOL, MODIFY), deny(USERS, 0x2)], "true", "false"),
        // Another's entries are none of it.
        (vec![deny(ADMINISTRATORS, FULL), allow(POOL, MODIFY)], "true", "false"),
        (vec![allow("S-1-1-0", 0x8000_0000)], "false", "true"),
        (vec![allow("S-1-5-21-1-2-3-513", 0x0012_00a9)], "false", "true"),
        (vec![allow("S-1-5-21-1-2-3-1513", 0x0012_00a9)], "false", "false"),
        (vec![], "false", "false"),
    ] {
        let mut made = machine();
        made.access.insert(app().join("").to_string_lossy().into_owned(), list(&entries));
        let facts = facts_of(&made);
        assert_eq!(value(&facts, "files.app-modify"), Some(modify), "{entries:?}");
        assert_eq!(value(&facts, "files.readable-by-users"), Some(readable), "{entries:?}");
    }
}

#[test]
fn a_worker_process_is_that_of_the_pool_it_names() {
    let started = |workers: &[Process], pool| {
        let mut made = MadeSystem::default();
        made.processes.insert(WORKER.into(), workers.to_vec());
        worker_started(&made, pool)
    };
    let unnamed = |id| Process { pool: None, ..worker(id, "", 1) };
    let (ours, theirs) = (worker(4, "Vault", 3), worker(8, "Other", 2));
    assert!(started(&[], None).is_absent());
    // A lone one whose pool nobody tells may be that of the application.
    assert!(started(&[unnamed(4)], Some("Vault")).value().is_some());
    assert!(matches!(started(&[unnamed(4), unnamed(8)], Some("Vault")), Observed::NotCollected { .. }));
    assert!(matches!(started(&[ours.clone(), theirs.clone()], None), Observed::NotCollected { .. }));
    assert_eq!(started(&[theirs.clone(), ours.clone()], Some("vault")).value(), Some(&ours.started));
    assert!(started(&[theirs], Some("Vault")).is_absent());
    // While one takes over from the other, the newer one counts.
    let newer = worker(9, "Vault", 0);
    assert_eq!(started(&[newer.clone(), ours], Some("Vault")).value(), Some(&newer.started));
}

#[test]
fn a_command_line_names_its_pool() {
    let line =
        r#"c:\windows\system32\inetsrv\w3wp.exe -ap "Secret Server" -v "v4.0" -l "webengine4.dll" -m 0"#;
    assert_eq!(pool_of(line).as_deref(), Some("Secret Server"));
    for odd in ["w3wp.exe", "w3wp.exe -ap", "w3wp.exe -ap \"x", ""] {
        assert_eq!(pool_of(odd), None, "{odd}");
    }
}

#[test]
fn an_account_of_its_own_is_known_by_its_worker_process() {
    let facts = facts_as(&machine(), &specific_user());
    for (fact, told) in [
        ("files.app.pool", "none"),
        ("files.database-config.pool", "full"),
        ("files.log.pool", "write"),
        ("iis.identity.admin", "false"),
        ("iis.identity.batch-logon", "true"),
        ("iis.identity.sid", "S-1-5-21-1-2-3-1104"),
        ("os.eventlog-rights", "false"),
    ] {
        assert_eq!(value(&facts, fact), Some(told), "{fact}");
    }
    // A process that does not tell its pool may be another one's.
    let mut made = machine();
    made.processes.insert(WORKER.into(), vec![Process { pool: None, ..worker(7, "", 1) }]);
    assert!(facts_as(&made, &specific_user())["iis.identity.sid"].is_unknown());
}

#[test]
fn a_certificate_is_found_as_windows_finds_it() {
    let find =
        |bindings: &[&str], places: &[(&str, &[u8])]| {
            let mut made = MadeSystem::default();
            for (number, (key, certificate)) in (1_u8..).zip(places) {
                let http = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters";
                let blob = Value::Bytes(stored(certificate));
                made = made
                    .with(&format!(r"{http}\{key}"), "SslCertHash", Value::Bytes(vec![number; 20]))
                    .with(&format!(r"{CERTIFICATES}\{}", format!("{number:02X}").repeat(20)), "Blob", blob);
            }
            facts_as(&made, &bound(own_pool(), bindings))
        };
    let told = |bindings: &[&str], places: &[(&str, &[u8])]| {
        let facts = find(bindings, places);
        ["names", "key-type", "key-bits", "signature", "not-after"]
            .map(|fact| value(&facts, &format!("iis.certificate.{fact}")).unwrap_or("-").to_owned())
            .join(" | ")
    };
    let rsa = "*.vault.example vault.example | RSA | 2048 | sha256RSA | 2036-11-20T00:00:00Z";
    let weak = "old.example | RSA | 1024 | sha1RSA | 2027-01-02T03:04:05Z";
    let curve = "vault.example | EC | 384 | sha384ECDSA | 2036-11-20T00:00:00Z";
    let (any, sixth) = (r"SslBindingInfo\0.0.0.0:443", r"SslBindingInfo\[::]:443");
    assert_eq!(told(&["https *:443:"], &[(any, RSA)]), rsa);
    assert_eq!(told(&["https *:443:"], &[(sixth, CURVE)]), curve);
    // The very address comes first, then the name, then any address.
    let (address, name) = (r"SslBindingInfo\10.0.0.7:443", r"SslSniBindingInfo\vault.example:443");
    assert_eq!(
        told(&["https 10.0.0.7:443:vault.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]),
        weak
    );
    assert_eq!(told(&["https *:443:vault.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]), rsa);
    assert_eq!(told(&["https *:443:other.example"], &[(address, WEAK), (name, RSA), (any, CURVE)]), curve);
    // Of several the one that causes trouble first is told.
    let both = told(&["https 10.0.0.7:443:", "https *:443:"], &[(address, WEAK), (any, RSA)]);
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

#[test]
fn without_a_key_there_are_no_labels() {
    let unkeyed = Fingerprinter::new(None, None);
    let made = machine();
    let facts = facts(&seen(&made, &own_pool(), &unkeyed));
    for fact in ["iis.certificate.thumbprint-label", "os.domain"] {
        assert!(matches!(facts[fact], Observed::NotCollected { .. }), "{fact}");
    }
    let workgroup = MadeSystem { domain: Some(None), ..machine() };
    assert_eq!(value(&facts_of(&workgroup), "os.domain"), Some("workgroup"));
}

#[test]
fn starts_are_told_by_an_old_process_or_by_many_ends() {
    let starts = |hours: i64, ends: usize| {
        let mut made = machine();
        made.processes.insert(WORKER.into(), vec![worker(7, "DefaultAppPool", hours)]);
        made.events
            .insert("System".into(), vec![event("Microsoft-Windows-WAS", 5074, 1, "defaultapppool"); ends]);
        facts_of(&made)["event.worker-starts"].clone()
    };
    assert_eq!(starts(30, 0).value().map(String::as_str), Some("0"));
    assert!(starts(1, 0).is_unknown() && starts(1, 9).is_unknown());
    assert_eq!(starts(1, 10).value().map(String::as_str), Some("10"));
    // A process that is told to end and then ends badly is one, and one that ends too slowly has been replaced before.
    let mut made = machine();
    made.processes.insert(WORKER.into(), vec![worker(7, "DefaultAppPool", 1)]);
    let end = |id: u32, process: usize| Event {
        data: vec!["DefaultAppPool".into(), (4_000 + process % 20).to_string()],
        ..event("Microsoft-Windows-WAS", id, 1, "")
    };
    let ends = (0..20).map(|process| end(5010, process)).chain((0..15).map(|process| end(5009, process)));
    made.events.insert("System".into(), ends.chain((30..60).map(|process| end(5013, process))).collect());
    assert_eq!(value(&facts_of(&made), "event.worker-starts"), Some("20"));
}

/// What IIS lists, with these states of the pool and the site.
fn listing(mut made: MadeSystem, pool: &str, site: &str) -> MadeSystem {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<appcmd>\r\n";
    let pools = format!(
        "{head}<APPPOOL APPPOOL.NAME=\"Other\" PipelineMode=\"Classic\" RuntimeVersion=\"v2.0\" state=\"Stopped\" />\
         <APPPOOL APPPOOL.NAME=\"DefaultAppPool\" PipelineMode=\"Integrated\" RuntimeVersion=\"v4.0\" state=\"{pool}\" /></appcmd>"
    );
    let sites = format!(
        "{head}<SITE SITE.NAME=\"Default Web Site\" SITE.ID=\"1\" bindings=\"http/*:80:\" state=\"{site}\" /></appcmd>"
    );
    made.outputs.insert(r"inetsrv\appcmd.exe list apppool /xml".into(), pools);
    made.outputs.insert(r"inetsrv\appcmd.exe list site /xml".into(), sites);
    made
}

#[test]
fn what_runs_shows_the_state_of_pool_and_site() {
    let states = |state: ServiceState, worker_of: &str, listed: [&str; 2]| {
        let mut made = listing(machine(), listed[0], listed[1]);
        for name in ["WAS", "W3SVC"] {
            made.services.insert(name.into(), service(state));
        }
        made.processes.insert(WORKER.into(), vec![worker(7, worker_of, 1)]);
        let facts = facts_of(&made);
        ["pool", "site"].map(|what| value(&facts, &format!("iis.state.{what}")).unwrap_or("-").to_owned())
    };
    let (running, stopped) = (ServiceState::Running, ServiceState::Stopped);
    // Services and a worker process show more than a list does, which is asked only without them.
    assert_eq!(states(stopped, "Other", ["Started", "Started"]), ["stopped", "stopped"]);
    assert_eq!(states(running, "DefaultAppPool", ["Stopped", "Stopped"]), ["running", "stopped"]);
    assert_eq!(states(running, "Other", ["Stopped", "Started"]), ["stopped", "running"]);
    assert_eq!(states(running, "Other", ["Starting", "Stopping"]), ["pending", "pending"]);
    assert_eq!(states(running, "Other", ["Unknown", "\" other=\""]), ["-", "-"]);
}

#[test]
fn what_iis_lists_in_another_form_is_no_state() {
    let mut idle = listing(machine(), "Started", "Started");
    idle.processes.clear();
    assert_eq!(value(&facts_of(&idle), "iis.state.pool"), Some("running"));
    let list = r"inetsrv\appcmd.exe list apppool /xml";
    for odd in [
        "",
        "ERROR ( message:Configuration error )",
        "<appcmd/>",
        "<appcmd><APPPOOL",
        "<x state=\"Started\"/>",
    ] {
        let mut made = idle.clone();
        made.outputs.insert(list.into(), odd.into());
        assert!(facts_of(&made)["iis.state.pool"].is_unknown(), "{odd}");
    }
    // Where the network is refused, IIS is not made to use it.
    let (iis, printer) = (own_pool(), printer());
    let refusing = Seen { asks_iis: false, ..seen(&idle, &iis, &printer) };
    assert!(matches!(facts(&refusing)["iis.state.pool"], Observed::NotCollected { .. }));
}

#[test]
fn a_record_is_read_from_its_xml() {
    let xml = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
        <Provider Name="Application Error"/><EventID Qualifiers="0">1000</EventID><Level>2</Level>
        <TimeCreated SystemTime="2026-11-22T10:15:30.1234567Z"/><Channel>Application</Channel></System>
        <EventData><Data>w3wp.exe</Data><Data/><Data Name="Module">a.dll</Data>
        <Data Name="ServicePassword">hunter2</Data></EventData></Event>"#;
    let event = event_xml::event(xml).unwrap();
    assert_eq!((event.provider.as_str(), event.id), ("Application Error", 1000));
    assert_eq!(event.at, "2026-11-22T10:15:30.1234567Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(event.data, ["w3wp.exe", "", "a.dll", "{redacted}"]);
    for odd in ["", "<Event/>", &xml.replace("1000", "many"), &xml.replace("2026", "never")] {
        assert!(matches!(event_xml::event(odd), Err(Refusal::Failed(_))), "{odd}");
    }
}
