//! Every probe on a whole machine, on an empty one, on one that refuses, and on one whose registry is odd.

use super::system::{
    Access, AccessEntry, Event, EventQuery, Process, Service, ServiceStart, ServiceState, Volume,
};
use super::*;
use crate::model::iis::IisApplication;
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
    Event { provider: provider.to_owned(), id, at, data: vec![data.to_owned()] }
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
    let administrators = allow(ADMINISTRATORS, FULL);
    for (path, entry) in [
        (app().to_owned(), allow(POOL, 0x0013_01bf)),
        (app().join("saml.config"), allow(POOL, 0x0012_00a9)),
        (Path::new(r"C:\Windows").join("TEMP"), allow(USERS, 0x0010_0026)),
    ] {
        made.access.insert(path.to_string_lossy().into_owned(), list(&[administrators.clone(), entry]));
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
        pool: "DefaultAppPool".into(),
        pool_settings: BTreeMap::from([("processModel.identityType".to_owned(), identity)]),
        ..IisApplication::default()
    };
    let place = || Place::file("applicationHost.config");
    Observed::known(IisFacts { application: Observed::known(application, place()) }, place())
}

type Facts = BTreeMap<String, Observed<String>>;

fn facts_as(system: &dyn System, iis: &Observed<IisFacts>) -> Facts {
    facts(&Seen { system, app_dir: app(), iis, now: now() })
}

/// The facts of a machine whose pool has the account that pools have.
fn facts_of(system: &dyn System) -> Facts {
    facts_as(system, &iis(Observed::absent(Place::file("applicationHost.config"))))
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
            ("files.app-modify", "true"),
            ("files.readable-by-users", "false"),
            ("files.saml-writable", "false"),
            ("files.temp-modify", "false"),
            ("hsm.cng-providers", "SafeNet Key Storage Provider"),
            ("iis.identity.admin", "false"),
            ("iis.identity.batch-logon", "true"),
            ("iis.identity.impersonate", "false"),
            ("iis.version", "10.0"),
            ("net.language", "de"),
            ("net.release", "528049"),
            ("os.app-drive-free-mb", "40960"),
            ("os.app-drive-total-mb", "102400"),
            ("os.build", "17763.6532"),
            ("os.cores", "2"),
            ("os.domain-controller", "false"),
            ("os.edition", "ServerStandard"),
            ("os.fips-policy", "true"),
            ("os.language", "de"),
            ("os.memory-mb", "16384"),
            ("os.name", "Windows Server 2019 Standard"),
            ("os.pending-reboot", "true"),
            ("os.powershell", "5.1.17763.1"),
            ("os.sharepoint", "true"),
            ("os.ssl2", "false"),
            ("os.ssl3", "true"),
            ("os.tls12-client", "false"),
            ("os.tls12-server", "true"),
            ("os.type", "server"),
            ("os.version", "10.0"),
            ("program.monitoring-agent", "with-apm"),
            ("time.service", "running"),
            ("time.source", "time.example,0x8"),
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
            ("os.fips-policy", "false"),
            ("os.pending-reboot", "false"),
            ("os.sharepoint", "false"),
            ("program.monitoring-agent", "absent"),
        ]
    );
    // What holds where no protocol is set depends on a Windows that this machine does not tell.
    let unknown: Vec<&str> =
        facts.iter().filter(|(_, told)| told.is_unknown()).map(|(fact, _)| fact.as_str()).collect();
    assert_eq!(unknown, ["os.ssl2", "os.ssl3", "os.tls12-client", "os.tls12-server"]);
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
    fn processes(&self, _: &str) -> Answer<Vec<Process>> {
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
    for (fact, told) in facts_of(&Denied) {
        assert!(told.why_unknown().is_some_and(|why| why.ends_with("access is denied")), "{fact}: {told:?}");
    }
    assert!(worker_started(&Denied).is_unknown());
}

#[test]
fn a_machine_that_is_no_windows_is_asked_nothing() {
    assert_eq!(facts_of(&NoSystem), BTreeMap::new());
    assert!(matches!(worker_started(&NoSystem), Observed::NotCollected { .. }));
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
        self.note(format!("service {name}"), name);
        self.made.service(name)
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
        Ask::Call(what) => what.contains(asked),
        Ask::Keys(key) => *key == asked,
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
fn asked_of(made: &MadeSystem) -> Vec<(&'static Probe, Vec<(String, String)>)> {
    let iis = iis(Observed::absent(Place::file("applicationHost.config")));
    let ask = |probe: &'static Probe| {
        let noting = Noting { made: made.clone(), asked: Mutex::default() };
        (probe.read)(&Seen { system: &noting, app_dir: app(), iis: &iis, now: now() });
        (probe, noting.asked.into_inner().unwrap())
    };
    probes().into_iter().map(ask).collect()
}

#[test]
fn a_probe_asks_for_all_that_it_says_and_for_nothing_else() {
    let (whole, empty) = (asked_of(&machine()), asked_of(&MadeSystem::default()));
    for ((probe, mut asked), (_, more)) in whole.into_iter().zip(empty) {
        asked.extend(more);
        for (asked, _) in &asked {
            assert!(probe.asks.iter().any(|ask| covers(ask, asked)), "{}: {asked}", probe.fact);
        }
        for ask in probe.asks {
            assert!(asked.iter().any(|(asked, _)| covers(ask, asked)), "{}: {ask}", probe.fact);
        }
    }
}

#[test]
fn a_place_that_is_refused_leaves_facts_as_they_are_or_unknown() {
    let made = machine();
    let before = facts_of(&made);
    for (probe, asked) in asked_of(&made) {
        for (_, name) in &asked {
            let mut refusing = made.clone();
            refusing.refused.insert(name.clone(), Refusal::Denied);
            let after = facts_of(&refusing);
            assert!(
                after.iter().all(|(fact, told)| told.is_unknown() || before.get(fact) == Some(told)),
                "{name}: {after:?}"
            );
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
            "iis.version",
            "net.language",
            "net.release",
            "os.build",
            "os.domain-controller",
            "os.edition",
            "os.fips-policy",
            "os.language",
            "os.name",
            "os.powershell",
            "os.ssl2",
            "os.ssl3",
            "os.tls12-client",
            "os.tls12-server",
            "os.type",
            "os.version",
            "time.source",
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
        let facts = facts_as(&machine(), &iis);
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
        made.access.insert(app().to_string_lossy().into_owned(), list(&entries));
        let facts = facts_of(&made);
        assert_eq!(value(&facts, "files.app-modify"), Some(modify), "{entries:?}");
        assert_eq!(value(&facts, "files.readable-by-users"), Some(readable), "{entries:?}");
    }
}

#[test]
fn only_a_lone_worker_process_is_that_of_the_application() {
    let worker = |id| Process { id, started: now() };
    let mut made = MadeSystem::default();
    assert!(worker_started(&made).is_absent());
    made.processes.insert(WORKER.into(), vec![worker(4)]);
    assert_eq!(worker_started(&made).value(), Some(&now()));
    made.processes.insert(WORKER.into(), vec![worker(4), worker(8)]);
    assert!(matches!(worker_started(&made), Observed::NotCollected { .. }));
}

#[test]
fn a_record_is_read_from_its_xml() {
    let xml = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
        <Provider Name="Application Error"/><EventID Qualifiers="0">1000</EventID><Level>2</Level>
        <TimeCreated SystemTime="2026-11-22T10:15:30.1234567Z"/><Channel>Application</Channel></System>
        <EventData><Data>w3wp.exe</Data><Data/><Data Name="Module">a.dll</Data></EventData></Event>"#;
    let event = event_xml::event(xml).unwrap();
    assert_eq!((event.provider.as_str(), event.id), ("Application Error", 1000));
    assert_eq!(event.at, "2026-11-22T10:15:30.1234567Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(event.data, ["w3wp.exe", "", "a.dll"]);
    for odd in ["", "<Event/>", &xml.replace("1000", "many"), &xml.replace("2026", "never")] {
        assert!(matches!(event_xml::event(odd), Err(Refusal::Failed(_))), "{odd}");
    }
}
