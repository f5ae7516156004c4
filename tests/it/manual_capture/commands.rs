//! The commands of `docs/by-hand.md` follow from the probes.

use super::PROTOCOLS;
use crate::support::bless::compare_part;
use crate::support::windows_commands::SERVICES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::probes::{ProbeAccess, probes};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Keys that are printed whole, those below them too: they hold no secrets. Of every other key
/// only single values are read, since the rest of it was not reviewed.
const WHOLE: [&str; 6] = [
    r"SOFTWARE\Microsoft\InetStp",
    r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full",
    r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy",
    r"SYSTEM\CurrentControlSet\Control\Nls\Language",
    PROTOCOLS,
    r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters",
];
/// Keys below which a value is searched for: values of that name hold no secrets there. Others,
/// such as the command lines of services, are not read.
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

/// Every command with the facts it gives.
fn commands(knowledge: &Knowledge) -> BTreeMap<Command, BTreeSet<String>> {
    let mut commands: BTreeMap<Command, BTreeSet<String>> = BTreeMap::new();
    commands.entry(TIME).or_default().insert("when the answers were saved".to_owned());
    commands.entry(BUILD).or_default().insert("build of the product".to_owned());
    commands
        .entry(TIME_STATUS)
        .or_default()
        .insert("clock against the server of the time service".to_owned());
    let missing = not_in_commands();
    for probe in probes().into_iter().filter(|probe| !missing.contains(&probe.fact)) {
        let label = &knowledge.facts.get(probe.fact).unwrap().label;
        for ask in probe.accesses {
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
                    let gives = "whether the keys below it exist".to_owned();
                    commands.entry(list).or_default().insert(gives);
                }
            }
        }
    }
    commands
}

/// Facts of probes that read something that no command of the page prints.
pub(super) fn not_in_commands() -> Vec<&'static str> {
    let is_missing = |probe: &&clusterbrief::probes::Probe| {
        // What a command adds to other answers is had without it; so is, where there are others, what the configuration of IIS
        // adds.
        let adds = |ask: &ProbeAccess| match ask {
            ProbeAccess::Run(_) => true,
            ProbeAccess::Config(_) => probe.accesses.len() > 1,
            _ => false,
        };
        probe.accesses.iter().any(|ask| !adds(ask) && Command::of(*ask).is_empty())
    };
    probes().into_iter().filter(is_missing).map(|probe| probe.fact).collect()
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/by-hand.md")
}

/// The lines of the page to copy.
pub(super) fn lines() -> String {
    let page = fs::read_to_string(page()).unwrap();
    let (_, made) = page.split_once(MARKS[0]).unwrap();
    let (_, rest) = made.split_once("```bat\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Facts that no command gives, by how their paths begin, in words.
const NOT_IN_COMMANDS: [(&str, &str); 13] = [
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
fn the_commands_of_the_page_match_the_probes() {
    let knowledge = Knowledge::builtin().unwrap();
    let commands = commands(&knowledge);
    // No character that a command prompt or a table reads as its own.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"# \\._:/-".contains(&byte);
    assert!(commands.keys().all(|command| command.marker().bytes().all(plain)));
    let mut made = format!("\n```bat\n{}```\n", to_copy(commands.keys()));
    made.push_str("\n| Output of | gives |\n|---|---|\n");
    for (command, facts) in &commands {
        let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
        writeln!(made, "| `{}` | {} |", command.marker(), facts.join("; ")).unwrap();
    }
    let missing = not_in_commands();
    let kind = |fact: &str| NOT_IN_COMMANDS.iter().position(|(begin, _)| fact.starts_with(begin));
    let kinds: BTreeSet<usize> = missing
        .iter()
        .map(|fact| kind(fact).unwrap_or_else(|| panic!("say in NOT_IN_COMMANDS what {fact} is, in words")))
        .collect();
    let words: Vec<&str> = kinds.into_iter().map(|kind| NOT_IN_COMMANDS[kind].1).collect();
    write!(made, "\nNo command gives: {}. Where a rule needs them, the report asks.\n\n", words.join("; "))
        .unwrap();

    compare_part("docs/by-hand.md", MARKS, &made);
}
