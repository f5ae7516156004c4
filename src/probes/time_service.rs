//! Parses the status of the Windows time service, as recorded at its last synchronisation. No system call and no
//! registry value gives it; `w32tm` prints it, with labels in the language of Windows. The labels are skipped: the
//! numbers are recognised by form and order, which are those of `W32TIME_STATUS_INFO` (MS-W32T 2.2.17). Output in
//! another form is rejected.

use super::access::Command;
use super::system::{ProbeError, ProbeResult, System};
use super::{ProbeContext, observed};
use crate::model::facts::ClockReference;
use crate::model::{Location, Observed};

pub(super) const STATUS: Command =
    Command { program: "w32tm.exe", arguments: &["/query", "/status", "/verbose"] };

/// Assumed drift of a clock between two synchronisations, as a divisor (1/10000). Our choice: NTP assumes a sixth of it
/// (RFC 5905, PHI), but for better clocks than those of virtual machines.
const DRIFT: u64 = 10_000;

/// Where the time comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// No other clock.
    Own,
    /// The host of this virtual machine, which may differ from node to node.
    VirtualHost,
    /// A server with this address.
    Server(String),
}

/// Status of the time service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// Where the time comes from.
    pub(super) source: Source,
    /// Clock of the node minus that of its source, in milliseconds.
    offset_ms: i64,
    /// Uncertainty of that offset by now, in milliseconds.
    uncertainty_ms: u64,
}

/// Reads the status.
pub(super) fn status(system: &dyn System) -> ProbeResult<Status> {
    read(&system.output(STATUS)?).ok_or_else(|| {
        ProbeError::Failed("the command did not print the status of a synchronised clock".into())
    })
}

/// The node's clock compared with the source of its time service, which other nodes may share, as that recorded it.
pub(crate) fn reference(cx: &ProbeContext) -> Observed<ClockReference> {
    let shared = cx.time().and_then(|status| match status.source {
        Source::Server(address) => Ok(ClockReference {
            source: format!("time server {address}"),
            offset_ms: status.offset_ms,
            uncertainty_ms: status.uncertainty_ms,
        }),
        Source::VirtualHost => Err(ProbeError::Unasked(
            "the time comes from the host of the virtual machine, which others may not share",
        )),
        Source::Own => Err(ProbeError::Unasked("the time service uses no other clock")),
    });
    observed(shared, Location::file(STATUS.to_string()))
}

/// Parses a status. Five lines end in seconds: root delay and root dispersion, then, after the id of the source, the
/// offset, the clock rate and the time since the last synchronisation.
fn read(text: &str) -> Option<Status> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let spans: Vec<(usize, i64)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, milliseconds(line)?))).collect();
    let &[(_, delay), (dispersed, dispersion), (measured, offset), (_, _), (_, since)] = spans.as_slice()
    else {
        return None;
    };
    let mut ids = lines.get(dispersed..measured)?.iter().filter_map(|line| id(line));
    let source = source(ids.next()?);
    if ids.next().is_some() || dispersion < 0 || since < 0 {
        return None;
    }
    let distance = delay.unsigned_abs() / 2 + dispersion.unsigned_abs();
    Some(Status {
        source,
        // NTP gives the offset of the source from this clock (RFC 5905). Only the difference between two nodes is used,
        // for which the sign does not matter.
        offset_ms: -offset,
        uncertainty_ms: distance + since.unsigned_abs() / DRIFT + 1,
    })
}

/// Seconds at the end of a line, such as `-0.0003717s`, in whole milliseconds.
fn milliseconds(line: &str) -> Option<i64> {
    /// Digits after the decimal point: units of 100 ns.
    const DIGITS: usize = 7;
    let (head, fraction) = line.strip_suffix('s')?.rsplit_once(['.', ','])?;
    let before = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let seconds = head.strip_prefix(before)?;
    if fraction.len() != DIGITS || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (sign, before) = match before.strip_suffix('-') {
        Some(before) => (-1, before),
        None => (1, before.strip_suffix('+').unwrap_or(before)),
    };
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.') {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let thousandths: i64 = fraction.get(..3)?.parse().ok()?;
    Some(sign * seconds.checked_mul(1_000)?.checked_add(thousandths)?)
}

/// The id of the source, such as `0xC0A80105`.
fn id(line: &str) -> Option<u32> {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| {
        let digits = word.strip_prefix("0x").filter(|digits| digits.len() == 8)?;
        u32::from_str_radix(digits, 16).ok()
    })
}

/// The id of a source is its IPv4 address, or four letters for a source that is not on a network.
fn source(id: u32) -> Source {
    const LOCAL: u32 = u32::from_be_bytes(*b"LOCL");
    const VIRTUAL: u32 = u32::from_be_bytes(*b"VMTP");
    match id {
        0 | LOCAL => Source::Own,
        VIRTUAL => Source::VirtualHost,
        id => Source::Server(id.to_be_bytes().map(|byte| byte.to_string()).join(".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::FakeSystem;

    /// As Windows prints it in English, with a value in place of each `{}`.
    const ENGLISH: &str = "Leap Indicator: 0(no warning)\r\nStratum: 4 (secondary reference - syncd by (S)NTP)\r\n\
        Precision: -23 (119.209ns per tick)\r\nRoot Delay: 0.0366230s\r\nRoot Dispersion: 0.1027236s\r\n\
        ReferenceId: 0xC0A80105 (source IP:  192.168.1.5)\r\nLast Successful Sync Time: 10/10/2019 9:47:27 AM\r\n\
        Source: dc01.example\r\nPoll Interval: 10 (1024s)\r\n\r\nPhase Offset: 2.5012283s\r\nClockRate: 0.0156249s\r\n\
        State Machine: 2 (Sync)\r\nTime Source Flags: 0 (None)\r\nServer Role: 0 (None)\r\n\
        Last Sync Error: 0 (The command completed successfully.)\r\n\
        Time since Last Good Sync Time: 418.5703834s\r\n";
    /// In German, of code page 850, with a text that goes on in the next line and an error in it.
    const GERMAN: &[u8] = b"Sprungindikator: 0(keine Warnung)\r\nStratum: 3 (Sekund\x84rreferenz - synchr. \x81ber (S)NTP)\r\n\
        Pr\x84zision: -23 (119.209ns pro Tick)\r\nStammverz\x94gerung: 0.0336332s\r\nStammabweichung: 0.1054265s\r\n\
        Referenz-ID: 0xAC689AB6 (Quell-IP:  172.104.154.182)\r\n\
        Letzte erfolgr. Synchronisierungszeit: 15.09.2025 13:12:56\r\nQuelle: de.pool.example,0x9\r\n\
        Abrufintervall: 13 (8192s)\r\n\r\nPhasendifferenz: -0.0003717s\r\nTaktfrequenz: 0.0156249s\r\n\
        Statuscomputer: 2 (Sync)\r\nZeitquellenkennzeichen: 0 (Keine)\r\nServerrolle: 0 (Keine)\r\n\
        Letzter Synchronierungsfehler: 2 (0x800705B4: nur veraltete Zeitdaten\r\nverf\x81gbar.)\r\n\
        Zeit seit der letzten erfolgr. Synchronisierungszeit: 4812.7981071s\r\n";
    /// In Chinese.
    const CHINESE: &str = "Leap 指示符: 0(无警告)\n层次: 2 (次引用 - 与(S)NTP 同步)\n精度: -6 (每刻度 15.625ms)\n\
        根延迟: 0.0092768s\n根分散: 8.2606345s\n引用 ID: 0x81861B7B (源 IP:  129.134.27.123)\n\
        上次成功同步时间: 2025/9/14 23:55:21\n源: time.example\n轮询间隔: 6 (64s)\n\n相位偏移：0.0000012s\n\
        ClockRate: 0.0156250s\n计算机状态: 2 (同步)\n时间源标志:0 (无)\n服务器角色: 0 (无)\n\
        上次同步错误: 0 (成功地执行了命令。)\n上次成功同步时间后的时间: 13.4795503s\n";
    /// In French: of the host of a virtual machine.
    const FRENCH: &str = "Indicateur de dérive : 0(Aucun avertissement)\nCouche : 4 (Référence secondaire)\n\
        Précision : -23 (119.209ns par battement)\nDélai de racine : 0.1303487s\nDispersion de racine : 0.0100002s\n\
        ID de référence : 0x564D5450 (IP de la source :  86.77.84.80)\n\
        Heure de la dernière synchronisation réussie : 15/09/2025 01:11:10\n\
        Source : VM IC Time Synchronization Provider\nIntervalle d’interrogation : 6 (64s)\n\n\
        Décalage de phase : 0.0015321s\nFréquence d’horloge : 0.0156249s\nOrdinateur d’état : 1 (Attente)\n\
        Durée écoulée depuis l’heure de la dernière\nsynchronisation réussie : 22.0930147s\n";

    fn server(address: &str, offset_ms: i64, uncertainty_ms: u64) -> Status {
        Status { source: Source::Server(address.to_owned()), offset_ms, uncertainty_ms }
    }

    #[test]
    fn the_offset_is_read_in_every_language() {
        // Half of 36 ms and 102 ms, and 418 s of drift.
        assert_eq!(read(ENGLISH), Some(server("192.168.1.5", -2_501, 18 + 102 + 41 + 1)));
        let german = String::from_utf8_lossy(GERMAN);
        assert_eq!(read(&german), Some(server("172.104.154.182", 0, 16 + 105 + 481 + 1)));
        let german = german.replace("-0.0003717s", "-75.0003717s");
        assert_eq!(read(&german).map(|status| status.offset_ms), Some(75_000));
        assert_eq!(read(CHINESE), Some(server("129.134.27.123", 0, 4 + 8_260 + 1 + 1)));
        assert_eq!(read(FRENCH).map(|status| status.source), Some(Source::VirtualHost));
        for own in ["0x4C4F434C (source name:  \"LOCL\")", "0x00000000 (unspecified)"] {
            let text = ENGLISH.replace("0xC0A80105 (source IP:  192.168.1.5)", own);
            assert_eq!(read(&text).map(|status| status.source), Some(Source::Own), "{own}");
        }
        assert_eq!(read(&ENGLISH.replace("2.5012283s", "2,5012283s")), read(ENGLISH));
    }

    #[test]
    fn what_has_another_form_is_no_answer() {
        for (what, instead) in [
            ("2.5012283s", "2.5012283 s"),
            ("2.5012283s", "2.50s"),
            ("2.5012283s", "x2.5012283s"),
            ("2.5012283s", "1.2.5012283s"),
            ("2.5012283s", "99999999999999999999.0000000s"),
            ("0xC0A80105", "C0A80105"),
            ("Source: dc01", "Source: 0x12345678 dc01"),
            ("Time since", "0.0000001s\r\nTime since"),
            ("418.", "-418."),
        ] {
            assert!(ENGLISH.contains(what), "{what}");
            assert_eq!(read(&ENGLISH.replace(what, instead)), None, "{instead}");
        }
        // Of a service that is stopped, and without /verbose.
        assert_eq!(
            read("The following error occurred: The service has not been started. (0x80070426)"),
            None
        );
        let (short, _) = ENGLISH.split_once("\r\n\r\n").unwrap();
        assert_eq!(read(short), None);
    }

    #[test]
    fn only_a_server_is_a_reference_that_nodes_can_share() {
        let reference_of = |text: &str| {
            let outputs = [(STATUS.to_string(), text.to_owned())].into();
            reference(&ProbeContext {
                system: &FakeSystem { outputs, ..FakeSystem::default() },
                app_dir: std::path::Path::new(""),
                iis: &Observed::default(),
                now: chrono::DateTime::UNIX_EPOCH,
                printer: &crate::redact::Fingerprinter::new(None, None),
                asks_iis: false,
                time: std::cell::OnceCell::new(),
            })
        };
        let shared = reference_of(ENGLISH);
        assert_eq!(shared.value().unwrap().source, "time server 192.168.1.5");
        assert_eq!(shared.place().unwrap().file, "w32tm.exe /query /status /verbose");
        assert!(reference_of(FRENCH).why_unknown().unwrap().contains("host of the virtual machine"));
        let own = reference_of(&ENGLISH.replace("0xC0A80105", "0x00000000"));
        assert!(own.why_unknown().unwrap().contains("no other clock"));
        assert!(matches!(reference_of("nothing of the kind"), Observed::Unreadable { .. }));
    }
}
