//! Records of the Windows event logs, as far as they belong on the time axis: who wrote them, when, and what they mean.

use chrono::{DateTime, Utc};

/// Names of the file of the worker process in the texts of records, in lower case.
const WORKER: &str = "w3wp.exe";
/// A pool that was disabled after failures, and a worker process that lost its connection to the service (MS-WAS, in part
/// inferred).
pub const POOL_FAILURES: [u32; 2] = [5_002, 5_011];
/// A worker process that failed, was recycled, or was idle for too long. One that was too slow to end (5013) is not
/// included: it had already been replaced.
pub const WORKER_ENDS: [u32; 14] =
    [5_009, 5_010, 5_011, 5_012, 5_074, 5_075, 5_076, 5_077, 5_078, 5_079, 5_080, 5_081, 5_117, 5_186];

/// The name of the log of programs.
pub const APPLICATION: &str = "Application";
/// The name of the log of Windows.
pub const SYSTEM: &str = "System";
/// Providers whose records of the log of programs are read.
pub const APPLICATION_PROVIDERS: [&str; 3] = [".NET Runtime", "Application Error", "ASP.NET 4.0.30319.0"];
/// Providers whose records of the log of Windows are read.
pub const SYSTEM_PROVIDERS: [&str; 7] = [
    "Microsoft-Windows-WAS",
    "WAS",
    "W3SVC",
    "Microsoft-Windows-IIS-W3SVC",
    "Microsoft-Windows-Time-Service",
    "W32Time",
    "EventLog",
];
/// Words that only records of the product contain, in lower case.
const PRODUCT: [&str; 4] = ["secretserver", "secret server", "thycotic", "delinea"];

/// Whether the provider or a text of a record names the product.
pub fn names_product(provider: &str, data: &[String]) -> bool {
    data.iter().map(String::as_str).chain([provider]).any(|text| {
        let text = text.to_lowercase();
        PRODUCT.iter().any(|word| text.contains(word))
    })
}

/// Whether a record of a log with this name is one of those that are read.
pub fn is_collected(channel: &str, provider: &str, data: &[String]) -> bool {
    match channel {
        SYSTEM => SYSTEM_PROVIDERS.contains(&provider),
        APPLICATION => APPLICATION_PROVIDERS.contains(&provider) || names_product(provider, data),
        _ => names_product(provider, data),
    }
}

/// One record. Its texts are not kept: all that the axis needs of them is in the meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventRecord {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it means.
    pub meaning: EventMeaning,
    /// The program that wrote it, sanitized.
    pub provider: String,
    /// Number of the event.
    pub id: u32,
    /// The member that it is in.
    pub member: String,
    /// Its line there.
    pub line: u32,
}

/// What a record means for the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventMeaning {
    /// Windows started.
    Boot,
    /// Windows was shut down.
    Shutdown,
    /// Windows had ended without a shutdown.
    Unexpected,
    /// The worker process crashed.
    Crash,
    /// The application pool failed or was disabled.
    PoolFailure,
    /// The worker process ended or was recycled.
    WorkerEnd,
    /// The clock was set, or the time service has a problem.
    Time,
    /// Any other error of a program that the product needs, or that names the product.
    Error,
}

/// What a record with this provider, number, level (1 critical, 2 error, 3 warning) and texts means; `None` if it does not
/// belong on the axis.
pub fn meaning(provider: &str, id: u32, level: u8, data: &[String]) -> Option<EventMeaning> {
    let of_worker = || data.iter().any(|text| text.to_ascii_lowercase().contains(WORKER));
    let name = provider.trim_start_matches("Microsoft-Windows-");
    let serious = matches!(level, 1 | 2);
    Some(match (name, id) {
        ("EventLog", 6_005) | ("Kernel-General", 12) => EventMeaning::Boot,
        ("EventLog", 6_006) | ("Kernel-General", 13) => EventMeaning::Shutdown,
        ("EventLog", 6_008) | ("Kernel-Power", 41) => EventMeaning::Unexpected,
        ("Kernel-General", 1) => EventMeaning::Time,
        ("EventLog" | "Kernel-General" | "Kernel-Power", _) => return None,
        ("Application Error", 1_000) | (".NET Runtime", 1_023 | 1_026) => {
            return of_worker().then_some(EventMeaning::Crash);
        }
        ("Application Error", _) => return None,
        ("WAS", id) if POOL_FAILURES.contains(&id) => EventMeaning::PoolFailure,
        ("WAS", id) if WORKER_ENDS.contains(&id) => EventMeaning::WorkerEnd,
        ("Time-Service" | "W32Time", _) => {
            return matches!(level, 1..=3).then_some(EventMeaning::Time);
        }
        _ if serious => EventMeaning::Error,
        _ => return None,
    })
}

impl EventMeaning {
    /// Whether one of the texts of the record names the application pool that it is about.
    pub const fn names_pool(self) -> bool {
        matches!(self, Self::PoolFailure | Self::WorkerEnd)
    }

    /// What happened, as a short clause without its subject.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Boot => "Windows started",
            Self::Shutdown => "Windows was shut down",
            Self::Unexpected => "Windows had ended without a shutdown",
            Self::Crash => "worker process crashed",
            Self::PoolFailure => "application pool failed",
            Self::WorkerEnd => "worker process ended or was recycled",
            Self::Time => "clock was set, or the time service reported a problem",
            Self::Error => "error in a Windows event log",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(data: &[&str]) -> Vec<String> {
        data.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn records_mean_what_their_provider_says() {
        use EventMeaning as M;
        type Record<'r> = (&'r str, u32, u8, &'r [&'r str], Option<M>);
        let cases: [Record; 16] = [
            ("EventLog", 6005, 4, &[], Some(M::Boot)),
            ("Microsoft-Windows-Kernel-General", 13, 4, &[], Some(M::Shutdown)),
            ("EventLog", 6008, 2, &["03:12:00", "18.11.2026"], Some(M::Unexpected)),
            ("Microsoft-Windows-Kernel-Power", 41, 1, &[], Some(M::Unexpected)),
            ("EventLog", 6013, 4, &["123"], None),
            ("Application Error", 1000, 2, &["w3wp.exe", "10.0"], Some(M::Crash)),
            ("Application Error", 1000, 2, &["notepad.exe"], None),
            (".NET Runtime", 1026, 2, &["Application: W3WP.EXE\nFramework"], Some(M::Crash)),
            (".NET Runtime", 1026, 2, &["Application: x.exe"], None),
            ("Microsoft-Windows-WAS", 5002, 2, &["SecretServer"], Some(M::PoolFailure)),
            ("WAS", 5186, 4, &["secretserver", "812"], Some(M::WorkerEnd)),
            ("WAS", 5013, 3, &["SecretServer"], None),
            ("Microsoft-Windows-Time-Service", 36, 3, &[], Some(M::Time)),
            ("Microsoft-Windows-Time-Service", 35, 4, &[], None),
            ("Vault Services", 7, 2, &["Thycotic stopped"], Some(M::Error)),
            ("Vault Services", 7, 4, &["Thycotic started"], None),
        ];
        for (provider, id, level, data, expected) in cases {
            let met = meaning(provider, id, level, &texts(data));
            assert_eq!(met, expected, "{provider} {id}");
        }
    }
}
