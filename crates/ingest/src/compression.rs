//! Compressed bytes in, plain bytes out, never more than the limits allow.
//!
//! A zstd stream may ask for a window of up to 128 MiB of memory; one that asks for more counts as damaged.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::batch::Reason;
use crate::options::Options;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Compression {
    Gzip,
    Zstd,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        })
    }
}

/// Output up to this size is never called a bomb for its ratio.
const RATIO_FREE_BYTES: u64 = 64 << 20;

/// A stream of bytes that may break.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// Unfolds `disk` if its first bytes say that it is compressed, however its file is named.
pub(crate) fn decompress(mut disk: Disk, options: &Options) -> io::Result<(Bytes, Option<Compression>)> {
    let mut magic = Vec::with_capacity(4);
    disk.by_ref().take(4).read_to_end(&mut magic)?;
    let compression = match magic[..] {
        [0x1f, 0x8b, ..] => Some(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Compression::Zstd),
        _ => None,
    };
    let compressed_bytes = Arc::clone(&disk.read_bytes);
    let whole = Cursor::new(magic).chain(disk);
    let plain: Bytes = match compression {
        None => return Ok((Box::new(whole), None)),
        Some(Compression::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        Some(Compression::Zstd) => Box::new(zstd::stream::read::Decoder::new(whole)?),
    };
    let bounded = Bounded {
        plain,
        compressed_bytes,
        plain_bytes: 0,
        ratio_limit: options.ratio_limit,
        limit_bytes: options.decompressed_limit_bytes,
    };
    Ok((Box::new(bounded), compression))
}

/// Says whether a failed read is the fault of the bytes, as a reason, or of the disk, as the error.
pub(crate) fn explain(error: io::Error, compression: Option<Compression>) -> Result<Reason, io::Error> {
    let Some(compression) = compression else { return Err(disk_error(error)) };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(Fault::Limit(size_bytes)) => Ok(Reason::Bomb { compression, size_bytes: *size_bytes }),
        Some(Fault::Disk(_)) => Err(disk_error(error)),
        None => Ok(Reason::Damaged(compression)),
    }
}

/// The error as the disk gave it, without the mark.
pub(crate) fn disk_error(error: io::Error) -> io::Error {
    match error.downcast::<Fault>() {
        Ok(Fault::Disk(error)) => error,
        Ok(Fault::Limit(_)) => io::Error::other("limit"),
        Err(error) => error,
    }
}

/// Marks an error on its way through a decoder, which passes on what it does not make itself.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Disk(io::Error),
    #[error("more than the limit after {0} bytes")]
    Limit(u64),
}

/// The bytes as they lie on the disk or come from a stream, counted.
pub(crate) struct Disk {
    bytes: Bytes,
    /// Bytes read until now.
    pub(crate) read_bytes: Arc<AtomicU64>,
}

impl Disk {
    pub(crate) fn new(bytes: Bytes) -> Disk {
        Disk { bytes, read_bytes: Arc::default() }
    }
}

impl Read for Disk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.bytes.read(buffer) {
                Ok(size) => {
                    self.read_bytes.fetch_add(size as u64, Ordering::Relaxed);
                    return Ok(size);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io::Error::other(Fault::Disk(error))),
            }
        }
    }
}

/// Stops a bomb; what came before it has been handed out already.
struct Bounded {
    plain: Bytes,
    compressed_bytes: Arc<AtomicU64>,
    plain_bytes: u64,
    ratio_limit: u64,
    limit_bytes: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let compressed_bytes = self.compressed_bytes.load(Ordering::Relaxed).max(1);
        let by_ratio = compressed_bytes.saturating_mul(self.ratio_limit).max(RATIO_FREE_BYTES);
        let left = self.limit_bytes.min(by_ratio).saturating_sub(self.plain_bytes);
        if left == 0 {
            // A stream that ends exactly at the limit is whole.
            return match self.plain.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(Fault::Limit(self.plain_bytes))),
            };
        }
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let size = self.plain.read(&mut buffer[..room])?;
        self.plain_bytes += size as u64;
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: Vec<u8>, options: &Options) -> (Vec<u8>, Option<Result<Reason, io::ErrorKind>>) {
        let (mut plain, compression) = decompress(Disk::new(Box::new(Cursor::new(bytes))), options).expect("memory does not fail");
        let mut out = Vec::new();
        let outcome = plain.read_to_end(&mut out).err();
        (out, outcome.map(|error| explain(error, compression).map_err(|error| error.kind())))
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(plain).expect("memory does not fail");
        writer.finish().expect("memory does not fail")
    }

    #[test]
    fn members_that_follow_each_other_are_one_stream() {
        let both = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read(both, &Options::default()), (b"one two".to_vec(), None));
        let zstd = zstd::encode_all(&b"three"[..], 1).expect("memory does not fail");
        assert_eq!(read(zstd, &Options::default()), (b"three".to_vec(), None));
    }

    #[test]
    fn a_stream_that_ends_at_the_limit_is_whole() {
        let options = Options { decompressed_limit_bytes: 4, ..Options::default() };
        assert_eq!(read(gzip(b"four"), &options), (b"four".to_vec(), None));
        let bomb = Reason::Bomb { compression: Compression::Gzip, size_bytes: 4 };
        assert_eq!(read(gzip(b"fourth"), &options), (b"four".to_vec(), Some(Ok(bomb))));
    }

    #[test]
    fn a_ratio_is_checked_beyond_its_free_size() {
        let size = RATIO_FREE_BYTES as usize + (1 << 20);
        let (out, outcome) = read(gzip(&vec![b' '; size]), &Options::default());
        assert!(out.len() < size);
        assert!(matches!(outcome, Some(Ok(Reason::Bomb { .. }))));
    }
}
