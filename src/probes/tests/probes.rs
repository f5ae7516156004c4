//! Every probe at once: on a whole machine, on an empty one, on one that refuses, and on one whose registry is odd.

use super::*;

#[test]
fn every_probe_answers_on_a_whole_machine() {
    let facts = facts_of(&machine());
    let got: Vec<(&str, &str)> =
        facts.iter().map(|(fact, got)| (fact.as_str(), got.value().map_or("-", String::as_str))).collect();
    assert_eq!(
        got,
        [
            ("event.pool-failures", "2"),
            ("event.worker-crashes", "1"),
            ("event.worker-starts", "0"),
            ("feature.aspnet-4", "true"),
            ("feature.components", "aspnet45 requestfiltering"),
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
            ("os.ssl2-client", "false"),
            ("os.ssl3", "true"),
            ("os.ssl3-client", "false"),
            ("os.started", "2026-11-20T09:00:00Z"),
            ("os.tls10-client", "-"),
            ("os.tls10-server", "-"),
            ("os.tls11-client", "-"),
            ("os.tls11-server", "-"),
            ("os.tls12-client", "false"),
            ("os.tls12-server", "true"),
            ("os.tls13-client", "-"),
            ("os.tls13-server", "-"),
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
    let facts = facts_of(&FakeSystem::default());
    let known: Vec<(&str, &str)> =
        facts.iter().filter_map(|(fact, got)| Some((fact.as_str(), got.value()?.as_str()))).collect();
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
        facts.iter().filter(|(_, got)| got.is_unknown()).map(|(fact, _)| fact.as_str()).collect();
    let protocols = probes().into_iter().map(|probe| probe.fact);
    let protocols: Vec<&str> =
        protocols.filter(|fact| fact.starts_with("os.ssl") || fact.starts_with("os.tls")).collect();
    let certificates: Vec<&str> =
        probes().iter().map(|probe| probe.fact).filter(|fact| fact.starts_with("iis.certificate.")).collect();
    // A binding of HTTPS has a certificate somewhere.
    assert_eq!(unknown, [certificates.as_slice(), protocols.as_slice()].concat());
}

/// A machine on which everything is denied.
struct Denied;

impl System for Denied {
    fn value(&self, _: &str, _: &str) -> ProbeResult<Value> {
        Err(ProbeError::Denied)
    }
    fn values(&self, _: &str) -> ProbeResult<BTreeMap<String, Value>> {
        Err(ProbeError::Denied)
    }
    fn keys(&self, _: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Denied)
    }
    fn service(&self, _: &str) -> ProbeResult<Service> {
        Err(ProbeError::Denied)
    }
    fn booted(&self) -> ProbeResult<DateTime<Utc>> {
        Err(ProbeError::Denied)
    }
    fn domain(&self) -> ProbeResult<Option<String>> {
        Err(ProbeError::Denied)
    }
    fn volumes(&self) -> ProbeResult<BTreeMap<String, Volume>> {
        Err(ProbeError::Denied)
    }
    fn key_access(&self, _: &str) -> ProbeResult<AccessList> {
        Err(ProbeError::Denied)
    }
    fn attributes(&self, _: &Path) -> ProbeResult<u32> {
        Err(ProbeError::Denied)
    }
    fn processes(&self, _: &str) -> ProbeResult<Vec<Process>> {
        Err(ProbeError::Denied)
    }
    fn output(&self, _: Command) -> ProbeResult<String> {
        Err(ProbeError::Denied)
    }
    fn memory(&self) -> ProbeResult<u64> {
        Err(ProbeError::Denied)
    }
    fn volume(&self, _: &Path) -> ProbeResult<Volume> {
        Err(ProbeError::Denied)
    }
    fn access(&self, _: &Path) -> ProbeResult<AccessList> {
        Err(ProbeError::Denied)
    }
    fn members(&self, _: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Denied)
    }
    fn holders(&self, _: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Denied)
    }
    fn events(&self, _: &EventQuery) -> ProbeResult<Vec<Event>> {
        Err(ProbeError::Denied)
    }
}

#[test]
fn what_is_denied_is_unreadable() {
    // What the configuration of IIS tells needs no answer of Windows.
    let configured = ["feature.aspnet-4", "feature.wcf-http-activation", "iis.identity.sid"];
    for (fact, got) in facts_of(&Denied).into_iter().filter(|(fact, _)| !configured.contains(&fact.as_str()))
    {
        assert!(got.why_unknown().is_some_and(|why| why.ends_with("access is denied")), "{fact}: {got:?}");
    }
    assert!(worker_started(&context(&Denied, &own_pool(), &printer())).is_unknown());
}

#[test]
fn a_machine_that_is_no_windows_is_asked_nothing() {
    assert_eq!(facts_of(&NoSystem), BTreeMap::new());
    assert!(matches!(
        worker_started(&context(&NoSystem, &own_pool(), &printer())),
        Observed::NotCollected { .. }
    ));
}

/// A machine that notes what it is asked for: what, and the name under which a [`FakeSystem`] refuses it.
struct Noting {
    made: FakeSystem,
    asked: Mutex<Vec<(String, String)>>,
}

impl Noting {
    fn note(&self, what: String, name: &str) {
        self.asked.lock().unwrap().push((what, name.to_owned()));
    }
}

impl System for Noting {
    fn value(&self, key: &str, name: &str) -> ProbeResult<Value> {
        self.note(format!("{key}!{name}"), key);
        self.made.value(key, name)
    }
    fn values(&self, key: &str) -> ProbeResult<BTreeMap<String, Value>> {
        self.note(key.to_owned(), key);
        self.made.values(key)
    }
    fn keys(&self, key: &str) -> ProbeResult<Vec<String>> {
        self.note(key.to_owned(), key);
        self.made.keys(key)
    }
    fn service(&self, name: &str) -> ProbeResult<Service> {
        let what = if name == "Engine 7" { "of the engine" } else { name };
        self.note(format!("service {what}"), name);
        self.made.service(name)
    }
    fn processes(&self, file: &str) -> ProbeResult<Vec<Process>> {
        self.note(format!("processes named {file}"), file);
        self.made.processes(file)
    }
    fn output(&self, command: Command) -> ProbeResult<String> {
        self.note(format!("run {command}"), &command.to_string());
        self.made.output(command)
    }
    fn started(&self, process: u32) -> ProbeResult<DateTime<Utc>> {
        self.note("when the process of a service was started".into(), "started");
        self.made.started(process)
    }
    fn booted(&self) -> ProbeResult<DateTime<Utc>> {
        self.note("when Windows was started".into(), "booted");
        self.made.booted()
    }
    fn domain(&self) -> ProbeResult<Option<String>> {
        self.note("name of the domain".into(), "domain");
        self.made.domain()
    }
    fn volumes(&self) -> ProbeResult<BTreeMap<String, Volume>> {
        self.note("drives of the machine's own disks".into(), "volumes");
        self.made.volumes()
    }
    fn key_access(&self, key: &str) -> ProbeResult<AccessList> {
        self.note(format!("access list of {key}"), key);
        self.made.key_access(key)
    }
    fn attributes(&self, path: &Path) -> ProbeResult<u32> {
        self.note("attributes of".into(), &path.to_string_lossy());
        self.made.attributes(path)
    }
    fn memory(&self) -> ProbeResult<u64> {
        self.note("memory".into(), "memory");
        self.made.memory()
    }
    fn volume(&self, folder: &Path) -> ProbeResult<Volume> {
        self.note("volume of the application folder".into(), "volume");
        self.made.volume(folder)
    }
    fn access(&self, path: &Path) -> ProbeResult<AccessList> {
        self.note("access list of".into(), &path.to_string_lossy());
        self.made.access(path)
    }
    fn members(&self, group: &str) -> ProbeResult<Vec<String>> {
        self.note("members of the local group Administrators".into(), group);
        self.made.members(group)
    }
    fn holders(&self, right: &str) -> ProbeResult<Vec<String>> {
        self.note(format!("holders of {right}"), right);
        self.made.holders(right)
    }
    fn events(&self, query: &EventQuery) -> ProbeResult<Vec<Event>> {
        self.note(format!("event log {}", query.log), query.log);
        self.made.events(query)
    }
    fn oldest_event(&self, log: &str) -> ProbeResult<DateTime<Utc>> {
        self.note(format!("event log {log}"), log);
        self.made.oldest_event(log)
    }
}

fn covers(ask: &ProbeAccess, asked: &str) -> bool {
    match ask {
        ProbeAccess::Config(_) => false,
        ProbeAccess::Call(what) => what.contains(asked),
        ProbeAccess::Run(command) => format!("run {command}") == asked,
        ProbeAccess::Keys(key) | ProbeAccess::Ones(key) => *key == asked,
        ProbeAccess::Rights(key) => asked.strip_prefix("access list of ").is_some_and(|asked| asked == *key),
        ProbeAccess::Values(key, names) => asked.rsplit_once('!').is_some_and(|(asked, name)| {
            let same = match key.strip_suffix('*') {
                Some(above) => asked.strip_prefix(above).is_some_and(|tail| !tail.contains('\\')),
                None => *key == asked,
            };
            same && names.contains(&name)
        }),
    }
}

/// What each probe asks a machine for.
fn asked_of(made: &FakeSystem, iis: &Observed<IisFacts>) -> Vec<(&'static Probe, Vec<(String, String)>)> {
    let ask = |probe: &'static Probe| {
        let noting = Noting { made: made.clone(), asked: Mutex::default() };
        probe.read(&context(&noting, iis, &printer()));
        (probe, noting.asked.into_inner().unwrap())
    };
    probes().into_iter().map(ask).collect()
}

#[test]
fn a_probe_asks_for_all_that_it_says_and_for_nothing_else() {
    let (whole, empty) = (asked_of(&machine(), &own_pool()), asked_of(&FakeSystem::default(), &own_pool()));
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
    let idle = asked_of(&FakeSystem { processes: BTreeMap::new(), ..machine() }, &own_pool());
    let without = asked_of(&machine(), &Observed::not_collected("not asked"));
    let more = [empty, other, idle, without];
    for (n, (probe, mut asked)) in whole.into_iter().enumerate() {
        asked.extend(more.iter().filter_map(|more| more.get(n)).flat_map(|(_, more)| more.clone()));
        for (asked, _) in &asked {
            assert!(probe.accesses.iter().any(|ask| covers(ask, asked)), "{}: {asked}", probe.fact);
        }
        for ask in probe.accesses.iter().filter(|ask| !matches!(ask, ProbeAccess::Config(_))) {
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
            refusing.refused.insert(name.clone(), ProbeError::Denied);
            let after = facts_of(&refusing);
            assert!(
                after.iter().all(|(fact, got)| got.is_unknown() || before.get(fact) == Some(got)),
                "{name}: {after:?}"
            );
        }
        if asked.is_empty() {
            continue;
        }
        // At least one place is one that the fact cannot do without.
        let decides = asked.iter().any(|(_, name)| {
            let mut refusing = made.clone();
            refusing.refused.insert(name.clone(), ProbeError::Denied);
            facts_of(&refusing).get(probe.fact).is_some_and(Observed::is_unknown)
        });
        assert!(decides, "{}", probe.fact);
    }
}

/// A list of components shows that ASP.NET is there; that it is missing only the handlers show.
#[test]
fn where_no_handlers_are_known_the_components_are_asked() {
    let none = own_pool().map(|mut iis| {
        iis.application = iis.application.map(|mut application| {
            let handlers = ["handlers.aspnet-4", "handlers.wcf-4"]
                .map(|name| (name.to_owned(), Observed::absent(Location::file("applicationHost.config"))));
            application.settings.extend(handlers);
            application
        });
        iis
    });
    let unread = Observed::not_collected("it was not read");
    for (iis, absent) in [(&none, true), (&unread, false)] {
        let facts = facts_as(&machine(), iis);
        assert_eq!(value(&facts, "feature.aspnet-4"), Some("true"));
        assert_eq!(facts["feature.wcf-http-activation"].is_absent(), absent);
        let facts = facts_as(&FakeSystem::default(), iis);
        assert_eq!(
            (value(&facts, "feature.aspnet-4"), facts["feature.aspnet-4"].is_absent()),
            (None, absent)
        );
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
        for (fact, got) in facts_of(&odd) {
            if before.get(&fact) != Some(&got) {
                let without = ["feature.components", "os.build"].contains(&fact.as_str());
                assert!(got.is_unknown() || without, "{fact}: {got:?}");
                changed.insert(fact, place.1.clone());
            }
        }
    }
    // A build is known without its revision, components without one that is not noted as 1; that SharePoint is registered says a value of any type.
    let facts: Vec<&str> = changed.keys().map(String::as_str).collect();
    assert_eq!(
        facts,
        [
            "feature.components",
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
            "os.ssl2-client",
            "os.ssl3",
            "os.ssl3-client",
            "os.tls10-client",
            "os.tls10-server",
            "os.tls11-client",
            "os.tls11-server",
            "os.tls12-client",
            "os.tls12-server",
            "os.tls13-client",
            "os.tls13-server",
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
