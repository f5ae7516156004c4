//! An archive in an archive that is compressed: it is inflated into memory when it is read, and given up when another one
//! needs the room.

use super::leaf::{Leaf, LeafError};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, TryLockError, Weak};

/// Bytes of one inner archive.
pub(super) const LARGEST: u64 = 256 << 20;
/// Bytes that small ones keep together; a larger one is alone.
const KEPT: u64 = 8 << 20;

/// The bytes of an inner archive, in memory or not.
#[derive(Debug)]
pub(super) struct Inner {
    leaf: Leaf,
    bytes: Mutex<Option<Arc<Vec<u8>>>>,
    room: Arc<Room>,
}

/// Who has bytes in memory, the last one that needed some at the end.
#[derive(Debug, Default)]
pub(super) struct Room(Mutex<Vec<Weak<Inner>>>);

impl Inner {
    /// Inflates an archive for the first time, which tells its length.
    pub(super) fn new(leaf: &Leaf, room: &Arc<Room>) -> Result<(Arc<Self>, u64), LeafError> {
        if leaf.size() > LARGEST {
            return Err(LeafError::TooLarge(LARGEST));
        }
        let inner = Arc::new(Self { leaf: leaf.clone(), bytes: Mutex::default(), room: Arc::clone(room) });
        inner.room.make(&inner, leaf.size());
        let bytes = leaf.bytes(LARGEST)?;
        let length = bytes.len() as u64;
        *inner.bytes.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(bytes));
        Ok((inner, length))
    }

    /// Its bytes, which are inflated again if they were given up.
    pub(super) fn bytes(self: &Arc<Self>) -> io::Result<Arc<Vec<u8>>> {
        let mut kept = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = &*kept {
            return Ok(Arc::clone(bytes));
        }
        self.room.make(self, self.leaf.size());
        let bytes = Arc::new(self.leaf.bytes(LARGEST).map_err(io::Error::other)?);
        *kept = Some(Arc::clone(&bytes));
        Ok(bytes)
    }

    /// How many bytes it keeps; what is being read at the moment is left alone.
    fn kept(&self) -> u64 {
        self.bytes.try_lock().map_or(0, |kept| kept.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }

    fn give_up(&self) {
        match self.bytes.try_lock() {
            Ok(mut kept) => *kept = None,
            Err(TryLockError::Poisoned(kept)) => *kept.into_inner() = None,
            Err(TryLockError::WouldBlock) => {}
        }
    }
}

impl Room {
    /// Makes room for one that is about to be inflated: the oldest others give up theirs.
    fn make(&self, inner: &Arc<Inner>, length: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.upgrade().is_some_and(|one| !Arc::ptr_eq(&one, inner)));
        let mut others: Vec<Arc<Inner>> = all.iter().filter_map(Weak::upgrade).collect();
        let mut total = others.iter().fold(length, |sum, one| sum.saturating_add(one.kept()));
        while total > KEPT.max(length) && !others.is_empty() {
            let oldest = others.remove(0);
            total = total.saturating_sub(oldest.kept());
            oldest.give_up();
        }
        *all = others.iter().map(Arc::downgrade).chain([Arc::downgrade(inner)]).collect();
    }
}
