//! Progress of a collection, shared by all threads, and its time limit.

use super::host::Stopwatch;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Receives progress. The command line prints it; tests ignore it.
pub trait Progress: Send {
    /// A new phase begins, with this many bytes to process.
    fn phase(&mut self, _name: &str, _bytes: u64) {}

    /// This many more bytes of the phase are done.
    fn advance(&mut self, _bytes: u64) {}
}

/// Shows nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {}

/// One progress for all threads.
pub(super) struct Shared<'a> {
    progress: Mutex<&'a mut dyn Progress>,
    watch: Stopwatch,
    /// When reading ends, by the stopwatch, and that limit in minutes.
    limit: Option<(Duration, u32)>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(progress: &'a mut dyn Progress, watch: Stopwatch, minutes: Option<u32>) -> Self {
        let limit = minutes.map(|minutes| (Duration::from_secs(u64::from(minutes) * 60), minutes));
        Self { progress: Mutex::new(progress), watch, limit }
    }

    pub(super) fn phase(&self, name: &str, bytes: u64) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).phase(name, bytes);
    }

    pub(super) fn advance(&self, bytes: usize) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).advance(bytes as u64);
    }

    /// How long the collection has taken, by a monotonic clock.
    pub(super) fn elapsed(&self) -> Duration {
        (self.watch)()
    }

    /// Why nothing more is read, once the time limit is reached.
    pub(super) fn time_over(&self) -> Option<String> {
        let (limit, minutes) = self.limit?;
        (self.elapsed() >= limit).then(|| {
            let s = if minutes == 1 { "" } else { "s" };
            format!("the time limit was reached ({minutes} minute{s})")
        })
    }

    /// Fails where no further piece may be read. What decides whether nodes agree is read however long it takes.
    pub(super) fn check_limits(&self, decisive: bool) -> io::Result<()> {
        match self.time_over() {
            Some(why) if !decisive => Err(io::Error::other(why)),
            _ => Ok(()),
        }
    }
}
