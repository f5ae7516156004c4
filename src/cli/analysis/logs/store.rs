//! Entries on their way from the logs to the output: each log is one run in order, kept in memory while there are few, else in
//! a file without a name. Only cleaned texts get here.

use crate::bundle::Scratch;
use crate::logs::{Entry, LogLevel};
use std::io::{self, BufReader, Cursor, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of all entries that are kept in memory.
const MEMORY: usize = 16 << 20;
/// Bytes of entries that are put away together.
const CHUNK: usize = 64 << 10;
/// Bytes in which all runs together are read back, and the least of one.
const READ_BACK: usize = 8 << 20;
const LEAST_READ: usize = 4 << 10;
/// Bytes of the numbers of an entry.
const NUMBERS: usize = 37;

/// Where entries wait.
#[derive(Default)]
pub(super) struct Store {
    scratch: Scratch,
    memory: AtomicUsize,
}

/// Some entries of a run.
enum Chunk {
    Memory(Vec<u8>),
    Scratch(Range<u64>),
}

/// The entries of one log, in order.
#[derive(Default)]
pub(super) struct Run {
    chunks: Vec<Chunk>,
    /// Not yet put away.
    open: Vec<u8>,
    /// The order of the first one.
    pub first: Option<i64>,
    /// How many there are.
    pub entries: u64,
}

/// An entry that came back.
pub(super) struct Kept {
    pub order: i64,
    pub time: Option<i64>,
    pub offset: i32,
    pub zone_known: bool,
    pub line: u64,
    pub level: Option<LogLevel>,
    pub cut: bool,
    pub logger: String,
    pub text: String,
}

impl Run {
    /// Adds the next entry.
    pub(super) fn add(&mut self, store: &Store, entry: &Entry<'_>) -> io::Result<()> {
        self.first.get_or_insert(entry.order);
        self.entries += 1;
        let level = entry.level.map_or(0, |level| level as u8 + 1);
        let length = |text: &str| u32::try_from(text.len()).map_err(io::Error::other);
        let flags = level | (u8::from(entry.zone_known) << 4) | (u8::from(entry.cut) << 5);
        self.open.extend_from_slice(&entry.order.to_le_bytes());
        self.open.extend_from_slice(&entry.time.unwrap_or(i64::MIN).to_le_bytes());
        self.open.extend_from_slice(&entry.offset.to_le_bytes());
        self.open.extend_from_slice(&entry.line.to_le_bytes());
        self.open.push(flags);
        self.open.extend_from_slice(&length(entry.logger)?.to_le_bytes());
        self.open.extend_from_slice(&length(entry.text)?.to_le_bytes());
        self.open.extend_from_slice(entry.logger.as_bytes());
        self.open.extend_from_slice(entry.text.as_bytes());
        if self.open.len() >= CHUNK { self.put_away(store) } else { Ok(()) }
    }

    /// Puts away what is left.
    pub(super) fn put_away(&mut self, store: &Store) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.open);
        if bytes.is_empty() {
            return Ok(());
        }
        if store.memory.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= MEMORY {
            self.chunks.push(Chunk::Memory(bytes));
        } else {
            store.memory.fetch_sub(bytes.len(), Ordering::Relaxed);
            self.chunks.push(Chunk::Scratch(store.scratch.add(&bytes)?));
        }
        Ok(())
    }

    /// Forgets all entries.
    pub(super) fn clear(&mut self, store: &Store) {
        for chunk in &self.chunks {
            if let Chunk::Memory(bytes) = chunk {
                store.memory.fetch_sub(bytes.len(), Ordering::Relaxed);
            }
        }
        *self = Self::default();
    }

    /// Gives the entries back; `runs` are read at once.
    pub(super) fn read(self, store: &Store, runs: usize) -> RunReader<'_> {
        let buffer = (READ_BACK / runs.max(1)).clamp(LEAST_READ, CHUNK);
        RunReader { store, chunks: self.chunks.into_iter(), current: Box::new(io::empty()), buffer }
    }
}

/// The entries of a run on their way back.
pub(super) struct RunReader<'s> {
    store: &'s Store,
    chunks: std::vec::IntoIter<Chunk>,
    current: Box<dyn Read>,
    buffer: usize,
}

impl RunReader<'_> {
    /// The next entry.
    pub(super) fn next(&mut self) -> io::Result<Option<Kept>> {
        let mut numbers = [0; NUMBERS];
        while self.current.read(numbers.get_mut(..1).unwrap_or_default())? == 0 {
            self.current = match self.chunks.next() {
                None => return Ok(None),
                Some(Chunk::Memory(bytes)) => Box::new(Cursor::new(bytes)),
                Some(Chunk::Scratch(range)) => {
                    Box::new(BufReader::with_capacity(self.buffer, self.store.scratch.read(range)?))
                }
            };
        }
        self.current.read_exact(numbers.get_mut(1..).unwrap_or_default())?;
        let mut numbers = numbers.as_slice();
        let order = i64::from_le_bytes(take(&mut numbers)?);
        let time = i64::from_le_bytes(take(&mut numbers)?);
        let offset = i32::from_le_bytes(take(&mut numbers)?);
        let line = u64::from_le_bytes(take(&mut numbers)?);
        let [flags] = take(&mut numbers)?;
        let [logger, text] =
            [u32::from_le_bytes(take(&mut numbers)?), u32::from_le_bytes(take(&mut numbers)?)];
        Ok(Some(Kept {
            order,
            time: (time != i64::MIN).then_some(time),
            offset,
            zone_known: flags & 16 != 0,
            line,
            level: usize::from(flags & 7).checked_sub(1).and_then(|at| LogLevel::ALL.get(at)).copied(),
            cut: flags & 32 != 0,
            logger: self.text(logger)?,
            text: self.text(text)?,
        }))
    }

    fn text(&mut self, length: u32) -> io::Result<String> {
        let mut text = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.current.read_exact(&mut text)?;
        String::from_utf8(text).map_err(io::Error::other)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> io::Result<[u8; N]> {
    let (head, tail) = bytes.split_first_chunk::<N>().ok_or(io::ErrorKind::UnexpectedEof)?;
    *bytes = tail;
    Ok(*head)
}
