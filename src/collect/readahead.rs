//! Reads ahead on another thread: a source that is slow to read, such as text that is redacted while it is read, is
//! prepared while the piece before it is hashed and compressed.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes of a piece.
const PIECE: usize = 256 * 1024;
/// Pieces that may wait.
const WAITING: usize = 4;

/// Runs `work` on a reader of `source`. Reading stops when `work` reads no more. With one thread it reads directly,
/// since reader and worker would wait for each other.
pub(super) fn read_ahead<T>(source: &mut (impl Read + Send), work: impl FnOnce(&mut dyn Read) -> T) -> T {
    if rayon::current_num_threads() < 2 {
        return work(source);
    }
    rayon::in_place_scope(|scope| {
        let (ready, pieces) = sync_channel(WAITING);
        scope.spawn(move |_| read_all(source, &ready));
        work(&mut ReadAhead { pieces, piece: io::Cursor::default() })
    })
}

/// Reads until the end, an error, or until the receiver is gone.
fn read_all(source: &mut impl Read, ready: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = source.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let ended = read.is_err() || piece.is_empty();
        // What was read before an error still counts.
        if !piece.is_empty() && ready.send(Ok(piece)).is_err() {
            return;
        }
        if let Err(error) = read {
            let _ = ready.send(Err(error));
        }
        if ended {
            return;
        }
    }
}

/// The pieces that were read, in order.
struct ReadAhead {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for ReadAhead {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.piece.read(target)?;
            if length > 0 || target.is_empty() {
                return Ok(length);
            }
            match self.pieces.recv() {
                Ok(piece) => self.piece = io::Cursor::new(piece?),
                Err(_) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives bytes in pieces of odd sizes, and then fails.
    struct Failing {
        left: usize,
        given: usize,
    }

    impl Read for Failing {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 {
                return Err(io::Error::other("the disk was pulled"));
            }
            let length = target.len().min(self.left).min(99_991);
            for byte in target.iter_mut().take(length) {
                *byte = u8::try_from(self.given % 251).unwrap();
                self.given += 1;
            }
            self.left -= length;
            Ok(length)
        }
    }

    #[test]
    fn everything_arrives_in_order() {
        let bytes: Vec<u8> = (0..3_000_001_u32).map(|number| u8::try_from(number % 251).unwrap()).collect();
        for length in [0, 1, PIECE, PIECE + 1, bytes.len()] {
            let mut all = Vec::new();
            read_ahead(&mut &bytes[..length], |source| source.read_to_end(&mut all)).unwrap();
            assert!(all == bytes[..length], "{length}");
        }
    }

    #[test]
    fn any_number_of_threads_suffices() {
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let bytes = vec![7; 10 * PIECE];
            let mut all = Vec::new();
            pool.install(|| read_ahead(&mut &bytes[..], |source| source.read_to_end(&mut all))).unwrap();
            assert!(all == bytes, "{threads}");
        }
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it() {
        let mut all = Vec::new();
        let read =
            read_ahead(&mut Failing { left: 1_000_000, given: 0 }, |source| source.read_to_end(&mut all));
        assert_eq!(read.unwrap_err().to_string(), "the disk was pulled");
        assert_eq!(all.len(), 1_000_000);
    }

    #[test]
    fn nothing_is_read_on_when_nobody_takes_it() {
        let mut endless = Failing { left: usize::MAX, given: 0 };
        let mut first = [0; 3];
        read_ahead(&mut endless, |source| source.read_exact(&mut first)).unwrap();
        assert_eq!(first, [0, 1, 2]);
        assert!(endless.given <= (WAITING + 3) * PIECE, "{}", endless.given);
    }
}
