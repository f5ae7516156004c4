//! `docs/by-hand.md`: its commands ask for what the probes ask for, and what they print tells the same facts. `scripts/bless`
//! rewrites the part of the page that is made from the probes.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test ends at the first surprise")]

use crate::support::bless::compare_part;
use crate::support::windows_commands::{Prompt, SERVICES, with_keys_of_services};
use chrono::{DateTime, FixedOffset};
use clusterbrief::analysis::{Analysis, Analyzer};
use clusterbrief::bundle::source::gather;
use clusterbrief::bundle::{Bundle, FACTS};
use clusterbrief::collect::{FixedHost, Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::finding::RuleResult;
use clusterbrief::intake::cluster;
use clusterbrief::intake::recognise::MAX_EXPORT_BYTES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::model::facts::NodeFacts;
use clusterbrief::model::{BuildVersion, InputStatus, Observed};
use clusterbrief::probes::system::{ProbeError, Service, ServiceStart, ServiceState, Value, Volume};
use clusterbrief::probes::{FakeSystem, ProbeAccess, probes};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Keys that are printed whole, those below them too: nothing in them is anybody's secret. Of every other key single values
/// are asked for, since what else is in it nobody here has looked at.
const WHOLE: [&str; 6] = [
    r"SOFTWARE\Microsoft\InetStp",
    r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full",
    r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy",
    r"SYSTEM\CurrentControlSet\Control\Nls\Language",
    PROTOCOLS,
    r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters",
];
/// Keys below which a value is searched for: nothing of that name there is anybody's secret. Of others, such as the command
/// lines of services, no command asks.
const SEARCHED: [&str; 1] = [r"SOFTWARE\Microsoft\Shared Tools\Web Server Extensions\*"];
/// Keys whose list shows that a key below is not there, where that is an answer.
const LISTED: [&str; 15] = [
    r"SOFTWARE\Microsoft\InetStp",
    r"SOFTWARE\Microsoft\NET Framework Setup\NDP",
    r"SOFTWARE\Microsoft\PowerShell",
    r"SOFTWARE\Microsoft\PowerShell\3",
    r"SOFTWARE\Microsoft\Shared Tools",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL",
    PROTOCOLS,
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2",
    r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.3",
];

fn is_at_or_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// A command of the page, by the marker it writes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Command {
    Shell { marker: &'static str, script: &'static str },
    Registry { key: String, deep: bool, value: Option<String> },
    Service(String),
    Plain(&'static str),
}

impl Command {
    fn of(ask: ProbeAccess) -> Vec<Self> {
        let one = |key: &str, value: Option<&str>| Self::Registry {
            key: key.trim_end_matches(r"\*").to_owned(),
            deep: key.ends_with('*'),
            value: value.map(str::to_owned),
        };
        if let ProbeAccess::Keys(key) | ProbeAccess::Ones(key) = ask {
            return vec![one(key, None)];
        }
        if let ProbeAccess::Values(key, names) = ask {
            return match () {
                () if key.ends_with('*') && !SEARCHED.contains(&key) => Vec::new(),
                () if WHOLE.iter().any(|whole| is_at_or_below(key, whole)) => vec![one(key, None)],
                () => names.iter().map(|name| one(key, Some(name))).collect(),
            };
        }
        if let ProbeAccess::Run(command) = ask {
            return if command.program == "w32tm.exe" { vec![TIME_STATUS] } else { Vec::new() };
        }
        match ask.to_string().trim_start_matches("state of the ") {
            "size of the memory" => vec![MEMORY],
            "size and free space of the volume of the application folder" => vec![DRIVE],
            call => call.strip_prefix("service ").map_or_else(Vec::new, |service| {
                let start = one(&format!(r"{SERVICES}\{service}"), Some("Start"));
                vec![Self::Service(service.to_owned()), start]
            }),
        }
    }

    /// What the command asks, as its marker says it.
    fn marker(&self) -> String {
        match self {
            Self::Shell { marker, .. } => format!("#{marker}"),
            Self::Registry { key, deep, value } => {
                let deep = if *deep { " /s" } else { "" };
                let value = value.as_ref().map_or_else(String::new, |value| format!(" /v {value}"));
                format!(r"#reg HKLM\{key}{deep}{value}")
            }
            Self::Service(name) => format!("#sc {name}"),
            Self::Plain(command) => format!("#{command}"),
        }
    }
}

const TIME_STATUS: Command = Command::Plain("w32tm /query /status /verbose");
const TIME: Command = Command::Shell { marker: "time", script: "Get-Date -Format o" };
const BUILD: Command = Command::Shell {
    marker: "build",
    script: r"(Get-Item '%APP%\bin\Thycotic.ihawu.Business.dll').VersionInfo.ProductVersion",
};
const MEMORY: Command =
    Command::Shell { marker: "memory", script: "(Get-WmiObject Win32_ComputerSystem).TotalPhysicalMemory" };
const DRIVE: Command =
    Command::Shell { marker: "drive", script: "Get-PSDrive -Name %APP:~0,1% | Format-List Used,Free" };

/// The first lines to copy.
const HEAD: &str = r#"set "APP=C:\inetpub\wwwroot\SecretServer"
set "OUT=%USERPROFILE%\Desktop\%COMPUTERNAME%-by-hand.txt"
>"%OUT%" echo #clusterbrief by-hand 1 %COMPUTERNAME%
"#;
/// The end of each line.
const TAIL: &str = " && echo #ok || echo #failed) >>\"%OUT%\" 2>&1";

/// The lines to copy.
fn to_copy<'a>(commands: impl Iterator<Item = &'a Command>) -> String {
    let mut lines = HEAD.to_owned();
    let (mut keys, mut services, mut plain) = (String::new(), String::new(), String::new());
    let mut values: BTreeMap<(&str, bool), Vec<&str>> = BTreeMap::new();
    for command in commands {
        match command {
            Command::Shell { marker, script } => {
                let shell = "powershell -NoProfile -NonInteractive -Command";
                writeln!(lines, "(echo #{marker} & {shell} \"{script}\" <nul{TAIL}").unwrap();
            }
            Command::Registry { key, value: None, .. } => writeln!(keys, "\"HKLM\\{key}\"").unwrap(),
            Command::Registry { key, deep, value: Some(value) } => {
                // Services are asked below, all in one line.
                if !key.starts_with(SERVICES) || value != "Start" {
                    values.entry((key, *deep)).or_default().push(value);
                }
            }
            Command::Plain(command) => writeln!(plain, "(echo #{command} & {command}{TAIL}").unwrap(),
            Command::Service(name) => writeln!(services, "\"{name}\"").unwrap(),
        }
    }
    writeln!(lines, "for %K in (\n{keys}) do @(echo #reg %~K & reg query %K /reg:64{TAIL}").unwrap();
    for ((key, deep), names) in values {
        let (names, deep) = (names.join(" "), if deep { " /s" } else { "" });
        let query = format!("reg query \"HKLM\\{key}\"{deep} /v %V /reg:64");
        writeln!(lines, "for %V in ({names}) do @(echo #reg HKLM\\{key}{deep} /v %V & {query}{TAIL}")
            .unwrap();
    }
    writeln!(lines, "for %S in (\n{services}) do @(echo #sc %~S & sc query %S{TAIL}").unwrap();
    lines.push_str(&plain);
    let start = format!("reg query \"HKLM\\{SERVICES}\\%~S\" /v Start /reg:64");
    let marker = format!("echo #reg HKLM\\{SERVICES}\\%~S /v Start");
    writeln!(lines, "for %S in (\n{services}) do @({marker} & {start}{TAIL}").unwrap();
    lines
}

/// Every command with what it tells.
fn commands(knowledge: &Knowledge) -> BTreeMap<Command, BTreeSet<String>> {
    let mut commands: BTreeMap<Command, BTreeSet<String>> = BTreeMap::new();
    commands.entry(TIME).or_default().insert("when the answers were saved".to_owned());
    commands.entry(BUILD).or_default().insert("build of the product".to_owned());
    commands
        .entry(TIME_STATUS)
        .or_default()
        .insert("clock against the server of the time service".to_owned());
    let untold = untold();
    for probe in probes().into_iter().filter(|probe| !untold.contains(&probe.fact)) {
        let label = &knowledge.facts.get(probe.fact).unwrap().label;
        for ask in probe.asks {
            for command in Command::of(*ask) {
                commands.entry(command).or_default().insert(label.clone());
            }
            for listed in LISTED {
                let (ProbeAccess::Values(key, _) | ProbeAccess::Keys(key) | ProbeAccess::Ones(key)) = *ask
                else {
                    continue;
                };
                if key != listed && is_at_or_below(key, listed) {
                    let list = Command::Registry { key: listed.to_owned(), deep: false, value: None };
                    let tells = "whether the keys asked for below it are there".to_owned();
                    commands.entry(list).or_default().insert(tells);
                }
            }
        }
    }
    commands
}

/// Facts of probes that ask for something no command of the page answers.
fn untold() -> Vec<&'static str> {
    let untold = |probe: &&clusterbrief::probes::Probe| {
        // What a command adds to other answers is had without it; so is, where there are others, what the configuration of IIS
        // adds.
        let adds = |ask: &ProbeAccess| match ask {
            ProbeAccess::Run(_) => true,
            ProbeAccess::Config(_) => probe.asks.len() > 1,
            _ => false,
        };
        probe.asks.iter().any(|ask| !adds(ask) && Command::of(*ask).is_empty())
    };
    probes().into_iter().filter(untold).map(|probe| probe.fact).collect()
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/by-hand.md")
}

/// The lines of the page to copy.
fn lines() -> String {
    let page = fs::read_to_string(page()).unwrap();
    let (_, made) = page.split_once(MARKS[0]).unwrap();
    let (_, rest) = made.split_once("```bat\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Facts that no command tells, by how their paths begin, in words.
const UNTOLD: [(&str, &str); 13] = [
    ("event.", "crashes of the application, failures of its pool and starts of its process"),
    ("service.engine", "the services of engines"),
    ("service.", "since when services run"),
    ("feature.", "the Windows features of the application"),
    ("files.", "owners, rights and attributes of files and folders"),
    ("iis.certificate.", "the certificate of the site"),
    ("iis.identity.", "the account of the pool"),
    ("iis.state.pool", "whether the pool runs"),
    ("os.domain", "whether the machine belongs to a domain"),
    ("os.eventlog-rights", "the rights on event logs"),
    ("os.started", "when Windows was started"),
    ("os.volumes", "other disks than that of the application"),
    ("program.antivirus", "antivirus"),
];

const MARKS: [&str; 2] =
    ["<!-- made from the probes: scripts/bless -->\n", "<!-- end of the part made from the probes -->"];

#[test]
fn the_page_asks_what_the_probes_ask() {
    let knowledge = Knowledge::builtin().unwrap();
    let commands = commands(&knowledge);
    // No character that a command prompt or a table reads as its own.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"# \\._:/-".contains(&byte);
    assert!(commands.keys().all(|command| command.marker().bytes().all(plain)));
    let mut made = format!("\n```bat\n{}```\n", to_copy(commands.keys()));
    made.push_str("\n| Answer to | tells |\n|---|---|\n");
    for (command, tells) in &commands {
        let tells: Vec<&str> = tells.iter().map(String::as_str).collect();
        writeln!(made, "| `{}` | {} |", command.marker(), tells.join("; ")).unwrap();
    }
    let untold = untold();
    let kind = |fact: &str| UNTOLD.iter().position(|(begin, _)| fact.starts_with(begin));
    let kinds: BTreeSet<usize> = untold
        .iter()
        .map(|fact| kind(fact).unwrap_or_else(|| panic!("say in UNTOLD what {fact} is, in words")))
        .collect();
    let words: Vec<&str> = kinds.into_iter().map(|kind| UNTOLD[kind].1).collect();
    write!(made, "\nNo command tells: {}. Where a rule needs them, the report asks.\n\n", words.join("; "))
        .unwrap();

    compare_part("docs/by-hand.md", MARKS, &made);
}

const NODES: [&str; 2] = ["WEB01", "WEB02"];

fn clock() -> DateTime<FixedOffset> {
    "2026-11-20T10:05:00+01:00".parse().unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

const WINDOWS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PROTOCOLS: &str = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols";

/// A server as they mostly are, and what of its registry nobody asks for.
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

/// The same with everything that can be otherwise.
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

/// What a bundle of the machine has.
fn collected(made: &FakeSystem) -> BTreeMap<String, Observed<String>> {
    let dir = tempfile::tempdir().unwrap();
    let node = NodeFolder::new("WEB01", "11.7.000049", clock());
    let app = node.write(dir.path()).unwrap();
    let options = Options::new(app, dir.path().join("out"));
    let host = FixedHost { system: Some(made.clone()), ..node.host() };
    let bundle = Bundle::open(&run(&options, &host, &mut Silent).unwrap().path).unwrap();
    let facts: NodeFacts = serde_json::from_slice(&bundle.bytes(FACTS, u64::MAX).unwrap()).unwrap();
    facts.machine
}

fn options() -> cluster::Options {
    cluster::Options {
        expect_nodes: NODES.map(str::to_owned).to_vec(),
        roles: BTreeMap::new(),
        as_of: "2026-11-20T12:00:00Z".parse().unwrap(),
        target: BuildVersion::parse("12.0.000022").ok(),
        package: None,
    }
}

static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

fn audited(files: &[(&str, Vec<u8>)]) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    AUDITOR.audit(gather(dir.path(), MAX_EXPORT_BYTES), &options())
}

fn printed(made: &FakeSystem, german: bool) -> String {
    let machine = &with_keys_of_services(made.clone());
    Prompt { machine, node: "WEB01", build: "11.7.000049", german }.run(&lines())
}

/// What the report knows of WEB01 by a saved output.
fn told(file: &[u8]) -> BTreeMap<String, Observed<String>> {
    audited(&[("notes.txt", file.to_vec())]).cluster.nodes.swap_remove(0).told
}

#[test]
fn what_the_commands_print_tells_what_a_bundle_would() {
    for (made, german) in [(server(), false), (server(), true), (odd_server(), false), (odd_server(), true)] {
        let (in_bundle, by_hand) = (collected(&made), told(printed(&made, german).as_bytes()));
        let untold = untold();
        for (fact, there) in in_bundle.iter().filter(|(fact, _)| !untold.contains(&fact.as_str())) {
            let here = by_hand.get(fact).and_then(Observed::value);
            assert_eq!(here, there.value(), "{fact}: {:?}", by_hand.get(fact));
        }
        // Nothing is missing on these machines but what is told by its absence.
        let unknown = by_hand.iter().filter(|(_, told)| told.is_unknown());
        assert_eq!(unknown.map(|(fact, _)| fact.as_str()).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(by_hand["product.version"].value().unwrap(), "11.7.000049");
    }
}

/// Whatever is missing, refused or never asked: a fact is then as a bundle has it, or unknown.
#[test]
fn what_is_not_there_or_refused_never_tells_otherwise() {
    let made = server();
    let mut machines = vec![FakeSystem::default()];
    let keys: BTreeSet<&String> = made.registry.keys().map(|(key, _)| key).collect();
    for key in keys {
        let mut without = made.clone();
        without.registry.retain(|(of, _), _| of != key);
        let mut refusing = made.clone();
        refusing.refused.insert(key.clone(), ProbeError::Denied);
        machines.extend([without, refusing]);
    }
    for name in ["W32Time", "HealthService"] {
        let mut refusing = made.clone();
        refusing.refused.insert(name.to_owned(), ProbeError::Denied);
        machines.push(refusing);
    }
    for made in machines {
        let (in_bundle, by_hand) = (collected(&made), told(printed(&made, false).as_bytes()));
        for (fact, here) in by_hand {
            let Some(there) = in_bundle.get(&fact) else { continue };
            let same = (here.value(), here.is_absent()) == (there.value(), there.is_absent());
            assert!(same || here.is_unknown(), "{fact}: {here:?} {there:?} {:?}", made.refused);
        }
    }
    // Of answers that were cut out nothing is said.
    let whole = printed(&made, false);
    let all = told(whole.as_bytes());
    for part in whole.split("\r\n#reg ").skip(1) {
        for (fact, here) in told(whole.replace(&format!("\r\n#reg {part}"), "").as_bytes()) {
            // A build is known without its revision.
            let same = all.get(&fact).is_some_and(|all| here.value() == all.value()) || fact == "os.build";
            assert!(same || here.is_unknown(), "{fact}: {here:?}");
        }
    }
}

/// Bytes of a text in the code page of a German command prompt.
fn code_page_850(text: &str) -> Vec<u8> {
    let byte = |c| match c {
        'ü' => 0x81,
        'Ü' => 0x9a,
        c => u8::try_from(c).unwrap(),
    };
    text.chars().map(byte).collect()
}

#[test]
fn clocks_compare_by_the_server_of_their_time_services() {
    let clocks = |first: &str, second: &str| {
        let of = |offset: &str| printed(&server(), false).replace("-0.5000000s", offset);
        let other = of(second).replace("by-hand 1 WEB01", "by-hand 1 WEB02");
        let audited = audited(&[("one.txt", of(first).into_bytes()), ("two.txt", other.into_bytes())]);
        let reference = audited.cluster.nodes[0].clocks.time_service.clone();
        assert_eq!(reference.value().unwrap().source, "time server 10.0.0.5");
        let rule = audited.results.iter().filter(|results| results.rule == "TIM-002");
        rule.map(|results| results.outcome.word()).collect::<Vec<_>>()
    };
    assert_eq!(clocks("-0.5000000s", "0.2000000s"), ["pass"]);
    assert_eq!(clocks("-0.5000000s", "400.2000000s"), ["findings"]);
    // A service that is stopped tells nothing.
    let silent = FakeSystem { outputs: BTreeMap::new(), ..server() };
    let audited = audited(&[("one.txt", printed(&silent, false).into_bytes())]);
    assert!(audited.cluster.nodes[0].clocks.time_service.is_unknown());
}

#[test]
fn every_encoding_of_a_prompt_reads_the_same() {
    let text = printed(&server(), true);
    let expected = told(text.as_bytes());
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [code_page_850(&text), utf16, text.replace("\r\n", "\n").into_bytes()] {
        assert_eq!(told(&bytes), expected);
    }
}

#[test]
fn places_are_lines_of_the_file() {
    let text = printed(&server(), false);
    let by_hand = told(text.as_bytes());
    let line = |fact: &str| {
        let place = by_hand[fact].place().unwrap().to_string();
        let number: usize = place.strip_prefix("notes.txt:").unwrap().parse().unwrap();
        text.lines().nth(number - 1).unwrap().trim().to_owned()
    };
    assert_eq!(line("net.release"), "Release    REG_DWORD    0x80eb1");
    assert_eq!(line("time.service"), "STATE              : 4  RUNNING");
    assert_eq!(line("os.memory-mb"), "17179332608");
    // What is not there is at the command that listed what is.
    assert_eq!(line("os.sharepoint"), r"#reg HKLM\SOFTWARE\Microsoft\Shared Tools");
    assert_eq!(line("os.tls12-client"), "DisabledByDefault    REG_DWORD    0x0");
}

/// A vault where nothing could be run: no bundle, and saved outputs of an English and of a German node, the latter in its
/// own code page. As Windows prints them, written down by hand, for want of one here.
#[test]
fn rules_decide_by_a_saved_output() {
    let file = |name: &str| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/by_hand");
        fs::read(tests.join(name)).unwrap()
    };
    let audited = audited(&[("one.txt", file("english.txt")), ("two.log", file("german.txt"))]);
    let value =
        |node: usize, fact: &str| audited.cluster.nodes[node].fact(fact).value().cloned().unwrap_or_default();
    for (fact, web01, web02) in [
        ("net.language", "en", "de"),
        ("net.release", "528372", "394254"),
        ("os.app-drive-free-mb", "5120", "5120"),
        ("os.app-drive-total-mb", "66560", "66560"),
        ("os.cores", "4", "4"),
        ("os.fips-policy", "false", "true"),
        ("os.language", "en", "de"),
        ("os.name", "Windows Server 2022 Standard", "Windows Server 2016 Standard"),
        ("os.sharepoint", "false", "false"),
        ("os.tls12-client", "true", "false"),
        ("program.monitoring-agent", "absent", "absent"),
        ("time.service", "running", "running"),
        ("version", "11.7.000049", "11.7.000049"),
    ] {
        assert_eq!((value(0, fact).as_str(), value(1, fact).as_str()), (web01, web02), "{fact}");
    }
    let outcome = |rule: &str, node: &str| {
        let of = |results: &&RuleResult| results.rule == rule && results.subject.name == node;
        audited.results.iter().find(of).unwrap().outcome.word()
    };
    for rule in ["SYS-001", "SYS-010"] {
        assert_eq!(outcome(rule, "WEB02"), "findings", "{rule}");
    }
    assert_eq!(outcome("SYS-001", "WEB01"), "pass");
    // Of this node only half is known: nobody asked what holds for connections to it.
    assert_eq!(outcome("SYS-010", "WEB01"), "unknown");
    for input in &audited.report.inputs {
        assert_eq!(input.status, InputStatus::Read, "{:?}", input.problems);
        assert_eq!(input.holds, ["the output of built-in Windows commands"]);
    }
    let finding = audited.report.findings.iter().find(|finding| finding.rule == "SYS-010").unwrap();
    let evidence = format!("{:?}", finding.evidence);
    assert!(evidence.contains("two.log:"), "{evidence}");
}

#[test]
fn what_is_wrong_with_an_output_is_said() {
    let text = printed(&server(), false);
    let cut = &text[..text.find("HKEY_LOCAL_MACHINE").unwrap()];
    let problems = |text: &str| {
        let input = audited(&[("x.txt", text.as_bytes().to_vec())]).report.inputs.remove(0);
        let problems: Vec<String> = input.problems.into_iter().map(|problem| problem.text).collect();
        (input.status, problems.join(" "))
    };
    let (status, said) = problems(cut);
    assert_eq!(status, InputStatus::Partly);
    assert!(said.contains("ends within an answer of WEB01"), "{said}");
    let (status, said) = problems(&text.replace("by-hand 1 WEB01", "by-hand 2 WEB01"));
    assert_eq!(status, InputStatus::Refused);
    assert!(said.contains("newer form"), "{said}");
    let (_, said) = problems(&text.replace("by-hand 1 WEB01", "by-hand 1 WEB77"));
    assert!(said.contains("not a node of this case"), "{said}");
}
