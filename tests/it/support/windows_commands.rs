//! The built-in commands of Windows on a machine made from data, as a command prompt prints their answers.

use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::{Service, ServiceStart, ServiceState, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A command prompt on a machine.
pub(crate) struct Prompt<'a> {
    pub(crate) machine: &'a FakeSystem,
    /// Name of the machine.
    pub(crate) node: &'a str,
    /// Version text of the product's core DLL.
    pub(crate) build: &'a str,
    /// Whether Windows speaks German.
    pub(crate) german: bool,
}

/// What a command printed, and whether it succeeded.
type Printed = (String, bool);

impl Prompt<'_> {
    /// The file that the lines of the page write.
    pub(crate) fn run(&self, lines: &str) -> String {
        let mut file = String::new();
        for line in joined(lines).iter().filter(|line| !line.starts_with("set ")) {
            if let Some(header) = line.strip_prefix(">\"%OUT%\" echo ") {
                file = format!("{}\r\n", header.replace("%COMPUTERNAME%", self.node));
                continue;
            }
            let Some(rest) = line.strip_prefix("for ") else {
                file += &self.group(line);
                continue;
            };
            let (variable, rest) = rest.split_once(" in (").unwrap();
            let (items, body) = rest.split_once(") do @").unwrap();
            for item in words(items).iter().filter(|item| !item.is_empty()) {
                let bare = format!("%~{}", &variable[1..]);
                let quoted = if items.contains('"') { format!("\"{item}\"") } else { item.clone() };
                file += &self.group(&body.replace(&bare, item).replace(variable, &quoted));
            }
        }
        file
    }

    /// What `(echo MARKER & COMMAND && echo #ok || echo #failed)` adds to the file.
    fn group(&self, line: &str) -> String {
        let group = line.strip_prefix("(echo ").unwrap().strip_suffix(") >>\"%OUT%\" 2>&1").unwrap();
        let (marker, rest) = group.split_once(" & ").unwrap();
        let (printed, succeeded) = self.answer(rest.strip_suffix(" && echo #ok || echo #failed").unwrap());
        let end = if succeeded { "#ok " } else { "#failed" };
        format!("{marker} \r\n{printed}{end}\r\n")
    }

    fn answer(&self, command: &str) -> Printed {
        let words = words(command);
        match words.first().map(String::as_str) {
            Some("reg") => self.reg(&words),
            Some("sc") => self.sc(&words),
            Some("powershell") => self.powershell(command),
            Some("w32tm") => self.w32tm(&words[1..]),
            _ => panic!("no built-in command: {command}"),
        }
    }

    /// `w32tm` with its arguments.
    fn w32tm(&self, arguments: &[String]) -> Printed {
        match self.machine.outputs.get(&format!("w32tm.exe {}", arguments.join(" "))) {
            Some(printed) => (printed.replace('\n', "\r\n"), true),
            None => ("The following error occurred: (0x80070426)\r\n".to_owned(), false),
        }
    }

    /// `reg query KEY [/s] [/v NAME] /reg:64`.
    fn reg(&self, words: &[String]) -> Printed {
        assert_eq!((words[1].as_str(), words.last().unwrap().as_str()), ("query", "/reg:64"));
        let key = words[2].strip_prefix(r"HKLM\").unwrap();
        let deep = words.contains(&"/s".to_owned());
        let name = words.iter().position(|word| word == "/v").map(|at| words[at + 1].as_str());
        let missing = if self.german {
            "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.\r\n"
        } else {
            "ERROR: The system was unable to find the specified registry key or value.\r\n"
        };
        // Without leave or without the key, the command ends in the same way.
        let refused = self.machine.refused.contains_key(key);
        let values = |key: &str| -> Vec<(&String, &Value)> {
            let of_key = self.machine.registry.iter().filter(|((of, _), _)| of.eq_ignore_ascii_case(key));
            let named = of_key.map(|((_, name), value)| (name, value)).filter(|(name, _)| !name.is_empty());
            named.filter(|(of, _)| name.is_none_or(|name| of.eq_ignore_ascii_case(name))).collect()
        };
        let known = self.keys();
        let there = known.iter().any(|known| known.eq_ignore_ascii_case(key));
        let below = |known: &&String| {
            let rest =
                known.get(key.len()..).filter(|_| known.to_lowercase().starts_with(&key.to_lowercase()));
            rest.is_some_and(|rest| rest.starts_with('\\') && (deep || rest.matches('\\').count() == 1))
        };
        let mut printed = String::new();
        let mut block = |key: &str, values: &[(&String, &Value)]| {
            write!(printed, "\r\nHKEY_LOCAL_MACHINE\\{key}\r\n").unwrap();
            for (name, value) in values {
                let (kind, data) = shown(value);
                write!(printed, "    {name}    {kind}    {data}\r\n").unwrap();
            }
        };
        let own = values(key);
        if !own.is_empty() {
            block(key, &own);
        }
        for sub in known.iter().filter(below) {
            match (deep, name) {
                (true, _) if !values(sub).is_empty() => block(sub, &values(sub)),
                (_, None) => block(sub, &[]),
                _ => {}
            }
        }
        let found = printed.matches("REG_").count();
        if refused || !there || (name.is_some() && found == 0) {
            return (missing.to_owned(), false);
        }
        if deep && name.is_some() {
            let end = if self.german {
                "Ende der Suche: {} Übereinstimmung(en) gefunden."
            } else {
                "End of search: {} match(es) found."
            };
            write!(printed, "\r\n{}\r\n", end.replace("{}", &found.to_string())).unwrap();
        }
        (printed + "\r\n", true)
    }

    /// Every key: those with values, those above them, and those of services.
    fn keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let of_services = self.machine.services.keys().map(|name| format!(r"{SERVICES}\{name}"));
        for key in self.machine.registry.keys().map(|(key, _)| key.clone()).chain(of_services) {
            let ends = key.match_indices('\\').map(|(at, _)| at).chain([key.len()]);
            keys.extend(ends.map(|end| key[..end].to_owned()));
        }
        keys
    }

    /// `sc query NAME`.
    fn sc(&self, words: &[String]) -> Printed {
        assert_eq!((words.len(), words[1].as_str()), (3, "query"));
        let name = &words[2];
        let error = |code: u32, text: &str| {
            let word = if self.german { "FEHLER" } else { "FAILED" };
            (format!("[SC] EnumQueryServicesStatus:OpenService {word} {code}:\r\n\r\n{text}\r\n\r\n"), false)
        };
        if self.machine.refused.contains_key(name) {
            return error(5, if self.german { "Zugriff verweigert" } else { "Access is denied." });
        }
        let Some(Service { state, .. }) = self.machine.services.get(name) else {
            let german = "Der angegebene Dienst ist kein installierter Dienst.";
            let english = "The specified service does not exist as an installed service.";
            return error(1060, if self.german { german } else { english });
        };
        let state = match state {
            ServiceState::Running => "4  RUNNING",
            ServiceState::Stopped => "1  STOPPED",
            ServiceState::Pending => "2  START_PENDING",
        };
        let printed = format!(
            "\r\nSERVICE_NAME: {name} \r\n        TYPE               : 30  WIN32  \r\n        STATE              : {state} \r\n                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)\r\n        WIN32_EXIT_CODE    : 0  (0x0)\r\n        SERVICE_EXIT_CODE  : 0  (0x0)\r\n        CHECKPOINT         : 0x0\r\n        WAIT_HINT          : 0x0\r\n"
        );
        (printed, true)
    }

    fn powershell(&self, command: &str) -> Printed {
        let script = command.strip_prefix("powershell -NoProfile -NonInteractive -Command \"").unwrap();
        let script = script.strip_suffix("\" <nul").unwrap();
        let printed = match script {
            "Get-Date -Format o" => "2026-11-20T10:05:00.1234567+01:00".to_owned(),
            "(Get-WmiObject Win32_ComputerSystem).TotalPhysicalMemory" => {
                self.machine.memory.map_or_else(String::new, |bytes| bytes.to_string())
            }
            "Get-PSDrive -Name %APP:~0,1% | Format-List Used,Free" => {
                self.machine.volume.map_or_else(String::new, |volume| {
                    format!("\r\n\r\nUsed : {}\r\nFree : {}\r\n\r\n", volume.total - volume.free, volume.free)
                })
            }
            r"(Get-Item '%APP%\bin\Thycotic.ihawu.Business.dll').VersionInfo.ProductVersion" => {
                self.build.to_owned()
            }
            _ => panic!("not on the page: {script}"),
        };
        (format!("{printed}\r\n"), true)
    }
}

/// Lines, those between brackets as one.
fn joined(lines: &str) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in lines.lines() {
        match joined.last_mut().filter(|last| last.matches('(').count() > last.matches(')').count()) {
            Some(open) => *open = format!("{open} {line}"),
            None => joined.push(line.to_owned()),
        }
    }
    joined
}

/// The key that has a key for every service.
pub(crate) const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";

/// With the keys that services have in the registry.
pub(crate) fn with_keys_of_services(mut made: FakeSystem) -> FakeSystem {
    let services: BTreeMap<String, Service> = made.services.clone();
    for (name, service) in services {
        let start = match service.start {
            ServiceStart::Automatic => 2,
            ServiceStart::Manual => 3,
            ServiceStart::Disabled => 4,
        };
        made = made.with(&format!(r"{SERVICES}\{name}"), "Start", Value::Number(start));
    }
    made
}

/// A value as `reg query` shows it: type and data.
fn shown(value: &Value) -> (&'static str, String) {
    match value {
        Value::Text(text) => ("REG_SZ", text.clone()),
        Value::Texts(texts) => ("REG_MULTI_SZ", texts.join(r"\0")),
        Value::Number(number) => ("REG_DWORD", format!("0x{number:x}")),
        Value::Bytes(bytes) => {
            ("REG_BINARY", bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02X}")))
        }
    }
}

/// Words of a command line, quotes taken off.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}
