//! The bytes of one entry of a zip, and whether more is behind where its content ends.

use super::problem::MemberError;
use super::zipped::{OpenZip, unreadable};
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{self, BufRead as _, BufReader, Read};
use zip::CompressionMethod;
use zip::read::ZipFile;

use super::file::SharedFile;

type Packed<'a> = BufReader<ZipFile<'a, SharedFile>>;

enum Unpacking<'a> {
    Stored(Box<Packed<'a>>),
    Deflated(Box<DeflateDecoder<Packed<'a>>>),
    /// Deflate64, which the zip crate reads and checks; whether more is behind its end is not known.
    #[cfg(feature = "report")]
    Deflated64(Box<ZipFile<'a, SharedFile>>),
}

/// The content of an entry on its way.
pub(super) struct EntryBytes<'a> {
    unpacking: Unpacking<'a>,
    ended: bool,
    /// What the archive says about the bytes, where nothing better does.
    checksum: Option<(Crc, u32)>,
}

impl<'a> EntryBytes<'a> {
    /// Opens an entry; `checksum`: fails at its end if that of the archive does not fit.
    pub(super) fn open(archive: &'a mut OpenZip, index: usize, checksum: bool) -> Result<Self, MemberError> {
        if let Some(bad) = unreadable(&archive.by_index_data(index).map_err(MemberError::damaged)?) {
            return Err(bad);
        }
        #[cfg(feature = "report")]
        if archive.by_index_data(index).is_ok_and(|entry| entry.compression() == CompressionMethod::Deflate64)
        {
            let entry = archive.by_index(index).map_err(MemberError::damaged)?;
            let unpacking = Unpacking::Deflated64(Box::new(entry));
            return Ok(Self { unpacking, ended: false, checksum: None });
        }
        let packed = archive.by_index_raw(index).map_err(MemberError::damaged)?;
        let checksum = checksum.then(|| (Crc::new(), packed.crc32()));
        let stored = packed.compression() == CompressionMethod::Stored;
        let packed = BufReader::with_capacity(32 * 1024, packed);
        let unpacking = if stored {
            Unpacking::Stored(Box::new(packed))
        } else {
            Unpacking::Deflated(Box::new(DeflateDecoder::new(packed)))
        };
        Ok(Self { unpacking, ended: false, checksum })
    }

    /// What is behind the end of the content, if all of the content was read and there is something.
    pub(super) fn behind(&mut self) -> io::Result<Option<&mut dyn Read>> {
        if !self.ended {
            return Ok(None);
        }
        let packed = match &mut self.unpacking {
            Unpacking::Stored(packed) => packed,
            Unpacking::Deflated(decoder) => decoder.get_mut(),
            #[cfg(feature = "report")]
            Unpacking::Deflated64(_) => return Ok(None),
        };
        Ok(if packed.fill_buf()?.is_empty() { None } else { Some(packed) })
    }
}

impl Read for EntryBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.unpacking {
            Unpacking::Stored(packed) => packed.read(buffer)?,
            Unpacking::Deflated(decoder) => decoder.read(buffer)?,
            #[cfg(feature = "report")]
            Unpacking::Deflated64(entry) => entry.read(buffer)?,
        };
        self.ended |= read == 0 && !buffer.is_empty();
        if let Some((sum, expected)) = &mut self.checksum {
            sum.update(buffer.get(..read).unwrap_or_default());
            if self.ended && sum.sum() != *expected {
                return Err(io::Error::other("its checksum does not fit"));
            }
        }
        Ok(read)
    }
}
