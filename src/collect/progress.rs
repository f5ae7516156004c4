//! How far a collection is, for whoever shows it.

use std::sync::{Mutex, PoisonError};

/// Receives progress. The command line prints it; tests ignore it.
pub trait Progress: Send {
    /// A new phase begins, with this many bytes to go through.
    fn phase(&mut self, name: &str, bytes: u64);

    /// So many more bytes of the phase are done.
    fn advance(&mut self, bytes: u64);
}

/// Shows nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&mut self, _: &str, _: u64) {}
    fn advance(&mut self, _: u64) {}
}

/// One progress for all threads.
pub(super) struct Shared<'a>(Mutex<&'a mut dyn Progress>);

impl<'a> Shared<'a> {
    pub(super) fn new(progress: &'a mut dyn Progress) -> Self {
        Self(Mutex::new(progress))
    }

    pub(super) fn phase(&self, name: &str, bytes: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).phase(name, bytes);
    }

    pub(super) fn advance(&self, bytes: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).advance(bytes as u64);
    }
}
