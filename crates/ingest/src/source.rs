//! One file as a window of UTF-8 bytes: filled at the end, used up at the front.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::batch::{Note, Reason, Remark};
use crate::compression::{self, Compression};
use crate::encoding::{Encoding, Utf8Reader};
use crate::error::IngestError;

/// The text of one file, read ahead as far as its user asks.
pub(crate) struct Source {
    pub(crate) file: Arc<str>,
    bytes: Box<dyn Read + Send>,
    window: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    fault: Option<std::io::Error>, // of the stream; due when the window is used up
    compression: Option<Compression>,
    encoding: Arc<OnceLock<Encoding>>,
    encoding_noted: bool,
    disk_bytes: Arc<AtomicU64>,
    disk_bytes_taken: u64,
}

impl Source {
    /// `plain` is what `compression` left of the bytes that `disk_bytes` counts.
    pub(crate) fn new(file: Arc<str>, plain: compression::Bytes, compression: Option<Compression>, disk_bytes: Arc<AtomicU64>) -> Source {
        let text = Utf8Reader::new(plain);
        Source {
            file,
            encoding: text.found(),
            bytes: Box::new(text),
            window: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            fault: None,
            compression,
            encoding_noted: false,
            disk_bytes,
            disk_bytes_taken: 0,
        }
    }

    /// The bytes read and not yet used up.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.window[self.start..self.end]
    }

    /// Whether nothing follows the unread bytes.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads on until `size` bytes are unread or the stream ends; a failure ends it, see [`Source::fault`].
    pub(crate) fn fill(&mut self, size: usize) {
        while self.end - self.start < size && !self.ended {
            if self.window.len() < size * 2 {
                self.window.resize(size * 2, 0);
            }
            if self.window.len() - self.start < size {
                self.window.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            match self.bytes.read(&mut self.window[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(size) => self.end += size,
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(error);
                }
            }
        }
    }

    /// Uses up the first `size` unread bytes.
    pub(crate) fn consume(&mut self, size: usize) {
        self.start += size;
    }

    /// Uses up all unread bytes.
    pub(crate) fn consume_all(&mut self) {
        self.start = self.end;
    }

    /// Whether the stream ended early, for a reason not yet asked for.
    pub(crate) fn failed(&self) -> bool {
        self.fault.is_some()
    }

    /// Why the stream ended early, if it did: as a reason where its bytes are at fault, as an error where the disk is.
    pub(crate) fn fault(&mut self) -> Result<Option<Reason>, IngestError> {
        let Some(error) = self.fault.take() else { return Ok(None) };
        compression::explain(error, self.compression).map(Some).map_err(|error| IngestError::Read { file: self.file.to_string(), error })
    }

    /// The note on the encoding, once, when it is known.
    pub(crate) fn encoding_note(&mut self) -> Option<Note> {
        let encoding = *self.encoding.get()?;
        let first = !std::mem::replace(&mut self.encoding_noted, true);
        first.then(|| Note { file: Arc::clone(&self.file), remark: Remark::Decoded(encoding) })
    }

    /// Bytes taken from the disk since the last call.
    pub(crate) fn bytes_read(&mut self) -> u64 {
        let total = self.disk_bytes.load(Ordering::Relaxed);
        total - std::mem::replace(&mut self.disk_bytes_taken, total)
    }

    /// A source in memory.
    #[cfg(test)]
    pub(crate) fn of(bytes: &'static [u8]) -> Source {
        let disk = compression::Disk::new(Box::new(bytes));
        let count = Arc::clone(&disk.read_bytes);
        Source::new("test".into(), Box::new(disk), None, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_moves_on_without_losing_a_byte() {
        let text: &'static [u8] = b"one two three four five six seven";
        let mut source = Source::of(text);
        let mut seen = Vec::new();
        loop {
            source.fill(5);
            let size = source.unread().len().min(4);
            if size == 0 {
                break;
            }
            seen.extend_from_slice(&source.unread()[..size]);
            source.consume(size);
        }
        assert_eq!((seen.as_slice(), source.bytes_read()), (text, text.len() as u64));
    }
}
