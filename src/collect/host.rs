//! The machine behind a trait: a portable implementation, and one made from data.

use crate::model::{Location, Observed};
use crate::probes::system::ProbeError;
use crate::probes::{self, FakeSystem, NoSystem, System};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time since its start, by a monotonic clock.
pub type Stopwatch = Box<dyn Fn() -> Duration + Send + Sync>;

/// Where a collection gets the facts of its machine, and times and attributes of files.
pub trait Host: Sync {
    /// The clock, local time with its offset, at the start of a collection.
    fn now(&self) -> DateTime<FixedOffset>;

    /// The clock at the end of a collection.
    fn now_again(&self) -> DateTime<FixedOffset> {
        self.now()
    }

    /// How far readings of the clock in a row differ beyond the time that passed between them: the resolution of the
    /// clock.
    fn clock_spread(&self) -> Duration;

    /// Starts a stopwatch.
    fn stopwatch(&self) -> Stopwatch;

    /// Facts that only Windows has.
    fn system(&self) -> &dyn System {
        &NoSystem
    }

    /// System files that the facts below are read from, whether they exist or not.
    fn files(&self) -> &'static [&'static str] {
        &[]
    }

    /// Machine name.
    fn name(&self) -> Observed<String>;

    /// Name of the time zone, Windows or IANA.
    fn time_zone(&self) -> Observed<String>;

    /// Operating system, name and build.
    fn os(&self) -> Observed<String>;

    /// The installation id of the machine. It leaves the node as a keyed fingerprint only.
    fn machine_id(&self) -> Observed<String>;

    /// Whether this process has administrative rights.
    fn elevated(&self) -> Observed<bool>;

    /// The application folder as the node knows it.
    fn application_folder(&self, folder: &Path) -> Observed<String>;

    /// Last change of the file at `path`, relative to the application folder.
    fn modified(&self, path: &str, metadata: &Metadata) -> Option<DateTime<Utc>>;

    /// The NTFS attribute `Encrypted` (EFS) of the file at `path`, relative to the application folder.
    fn efs(&self, path: &str, metadata: &Metadata) -> Observed<bool>;
}

/// This machine, as far as the standard library and portable crates show it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PortableHost;

const OS_RELEASE: &str = "/etc/os-release";
const MACHINE_ID: &str = "/etc/machine-id";
/// Shows the user that this process runs as.
const STATUS: &str = "/proc/self/status";

/// Source of facts that the operating system gives directly.
pub(super) fn system() -> Location {
    Location::file("operating system")
}

impl Host for PortableHost {
    #[expect(clippy::disallowed_methods, reason = "the collector's host probe is where the clock is read")]
    fn now(&self) -> DateTime<FixedOffset> {
        #[cfg(not(windows))]
        return chrono::Local::now().fixed_offset();
        #[cfg(windows)]
        Utc::now().with_timezone(&super::windows::utc_offset())
    }

    fn clock_spread(&self) -> Duration {
        /// Readings of the clock and the pause between them: together longer than one tick of the Windows clock, 15.6
        /// ms.
        const READINGS: u32 = 8;
        const PAUSE: Duration = Duration::from_millis(4);
        let (first, watch) = (self.now(), self.stopwatch());
        let differences = (0..READINGS).map(|_| {
            std::thread::sleep(PAUSE);
            let by_clock = self.now() - first;
            by_clock - TimeDelta::from_std(watch()).unwrap_or(TimeDelta::MAX)
        });
        let (least, most) = differences
            .fold((TimeDelta::MAX, TimeDelta::MIN), |(least, most), look| (least.min(look), most.max(look)));
        (most - least).to_std().unwrap_or_default()
    }

    fn stopwatch(&self) -> Stopwatch {
        let started = Instant::now();
        Box::new(move || started.elapsed())
    }

    #[cfg(windows)]
    fn system(&self) -> &dyn System {
        &super::windows::Machine
    }

    fn files(&self) -> &'static [&'static str] {
        if cfg!(windows) { &[] } else { &[OS_RELEASE, MACHINE_ID, STATUS] }
    }

    fn name(&self) -> Observed<String> {
        let name = gethostname::gethostname().into_string().ok().filter(|name| !name.is_empty());
        Observed::read(name.ok_or("the machine name is empty or not text"), system())
    }

    fn time_zone(&self) -> Observed<String> {
        #[cfg(windows)]
        let zone = probes::text_of(self.system(), probes::ZONE, "TimeZoneKeyName");
        #[cfg(not(windows))]
        let zone = Observed::read(
            iana_time_zone::get_timezone().map_err(|_| "the system does not name its time zone"),
            system(),
        );
        zone
    }

    fn os(&self) -> Observed<String> {
        if self.system().is_windows() {
            return probes::text_of(self.system(), probes::CURRENT_VERSION, "ProductName");
        }
        let Ok(text) = std::fs::read_to_string(OS_RELEASE) else {
            return Observed::not_collected("this build reads the system's name from /etc/os-release only");
        };
        let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
        match name {
            Some(name) => Observed::known(name.trim_matches('"').to_owned(), Location::file(OS_RELEASE)),
            None => Observed::absent(Location::file(OS_RELEASE)),
        }
    }

    fn machine_id(&self) -> Observed<String> {
        if self.system().is_windows() {
            return probes::text_of(self.system(), probes::MACHINE, "MachineGuid");
        }
        match std::fs::read_to_string(MACHINE_ID) {
            Ok(id) if !id.trim().is_empty() => {
                Observed::known(id.trim().to_owned(), Location::file(MACHINE_ID))
            }
            _ => Observed::not_collected("this build reads the installation id from /etc/machine-id only"),
        }
    }

    fn elevated(&self) -> Observed<bool> {
        match self.system().elevated() {
            Err(ProbeError::Unasked(_)) => {}
            Ok(elevated) => return Observed::known(elevated, system()),
            Err(refusal) => return refusal.observed(system()),
        }
        // "Uid:" is followed by the real and the effective user id.
        let effective = std::fs::read_to_string(STATUS).ok().and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
            line.split_whitespace().nth(1)?.parse::<u32>().ok()
        });
        match effective {
            Some(id) => Observed::known(id == 0, Location::file(STATUS)),
            None => {
                Observed::not_collected("this build cannot read the rights of its account on this system")
            }
        }
    }

    fn application_folder(&self, folder: &Path) -> Observed<String> {
        let full = std::fs::canonicalize(folder).map_err(|error| error.kind());
        // Windows returns its long form (`\\?\`), which no other source uses.
        Observed::read(full, system()).map(|full| {
            let full = full.to_string_lossy();
            full.strip_prefix(r"\\?\").unwrap_or(&full).to_owned()
        })
    }

    fn modified(&self, _: &str, metadata: &Metadata) -> Option<DateTime<Utc>> {
        calendar(metadata.modified().ok()?)
    }

    #[cfg(windows)]
    fn efs(&self, path: &str, metadata: &Metadata) -> Observed<bool> {
        use std::os::windows::fs::MetadataExt;
        /// `FILE_ATTRIBUTE_ENCRYPTED`.
        const ENCRYPTED: u32 = 0x4000;
        Observed::known(metadata.file_attributes() & ENCRYPTED != 0, Location::file(path))
    }

    #[cfg(not(windows))]
    fn efs(&self, _: &str, _: &Metadata) -> Observed<bool> {
        Observed::not_collected("only Windows has the EFS attribute")
    }
}

/// File systems may hold times outside the range of the calendar.
fn calendar(time: SystemTime) -> Option<DateTime<Utc>> {
    let epoch = DateTime::<Utc>::UNIX_EPOCH;
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => epoch.checked_add_signed(TimeDelta::from_std(after).ok()?),
        Err(before) => epoch.checked_sub_signed(TimeDelta::from_std(before.duration()).ok()?),
    }
}

/// A machine made from data: samples and tests get the same bytes on every run.
#[derive(Debug, Clone)]
pub struct FixedHost {
    /// The clock at the start.
    pub clock: DateTime<FixedOffset>,
    /// How long the collection takes by that clock.
    pub took: TimeDelta,
    /// How much the stopwatch advances at every reading; without it the stopwatch always shows `took`.
    pub pace: Option<Duration>,
    /// Machine name.
    pub name: String,
    /// Zone name, such as `W. Europe Standard Time`.
    pub zone: String,
    /// Operating system.
    pub os: String,
    /// Installation id.
    pub machine_id: String,
    /// Administrative rights.
    pub elevated: bool,
    /// The application folder as the node knows it, such as `C:\inetpub\wwwroot\SecretServer`.
    pub folder: String,
    /// Last change of files by relative path.
    pub modified: BTreeMap<String, DateTime<Utc>>,
    /// Last change of every other file.
    pub modified_default: DateTime<Utc>,
    /// Files with the EFS attribute, by relative path.
    pub efs: Vec<String>,
    /// The answers of Windows; `None` for another system.
    pub system: Option<FakeSystem>,
}

impl Host for FixedHost {
    fn now(&self) -> DateTime<FixedOffset> {
        self.clock
    }

    fn now_again(&self) -> DateTime<FixedOffset> {
        self.clock + self.took
    }

    fn clock_spread(&self) -> Duration {
        Duration::ZERO
    }

    fn stopwatch(&self) -> Stopwatch {
        let (took, looks) = (self.took.to_std().unwrap_or_default(), AtomicU32::new(0));
        match self.pace {
            Some(pace) => Box::new(move || pace * looks.fetch_add(1, Ordering::Relaxed)),
            None => Box::new(move || took),
        }
    }

    fn system(&self) -> &dyn System {
        self.system.as_ref().map_or(&NoSystem, |system| system)
    }

    fn name(&self) -> Observed<String> {
        Observed::known(self.name.clone(), system())
    }

    fn time_zone(&self) -> Observed<String> {
        Observed::known(self.zone.clone(), system())
    }

    fn os(&self) -> Observed<String> {
        Observed::known(self.os.clone(), system())
    }

    fn machine_id(&self) -> Observed<String> {
        Observed::known(self.machine_id.clone(), system())
    }

    fn elevated(&self) -> Observed<bool> {
        Observed::known(self.elevated, system())
    }

    fn application_folder(&self, _: &Path) -> Observed<String> {
        Observed::known(self.folder.clone(), system())
    }

    fn modified(&self, path: &str, _: &Metadata) -> Option<DateTime<Utc>> {
        Some(self.modified.get(path).copied().unwrap_or(self.modified_default))
    }

    fn efs(&self, path: &str, _: &Metadata) -> Observed<bool> {
        Observed::known(self.efs.iter().any(|encrypted| encrypted == path), Location::file(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_the_calendar_are_none() {
        let now = UNIX_EPOCH + Duration::new(1_795_000_000, 123_456_789);
        for time in [now, UNIX_EPOCH - Duration::new(1, 1), UNIX_EPOCH] {
            assert_eq!(calendar(time), Some(DateTime::from(time)));
        }
        assert_eq!(calendar(UNIX_EPOCH + Duration::from_secs(1 << 47)), None);
    }

    #[test]
    fn this_machine_has_a_name_and_a_clock() {
        let host = PortableHost;
        assert!(host.name().value().is_some_and(|name| !name.is_empty()));
        let started = host.now();
        assert!(host.now_again() >= started);
        assert!(host.clock_spread() < Duration::from_secs(5));
    }

    #[test]
    fn what_this_machine_cannot_tell_is_not_a_no() {
        let metadata = std::fs::metadata(".").unwrap();
        if cfg!(not(windows)) {
            assert!(PortableHost.efs(".", &metadata).is_unknown());
        }
    }
}
