//! Inputs in, batches out.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

use rayon::prelude::*;

use crate::batch::{Batch, RawBatch, Remark, parse};
use crate::compression::{Disk, decompress, explain};
use crate::error::IngestError;
use crate::format::{Format, PARQUET_MAGIC, detect};
use crate::input::{Found, Input, Walk};
use crate::options::Options;
use crate::source::Source;
use crate::{csv, jsonl, parquet};

/// A format is guessed from this much of a file.
const WINDOW_BYTES: usize = 256 << 10;

/// Reads inputs one after the other, in order.
///
/// Holds one file open, and at most `line_limit_bytes` and a few batches in memory; of Parquet, what the decoder
/// needs for the pages of one batch. After an error the next call goes on with the next file.
pub struct Reader {
    walk: Walk,
    current: Option<Cutter>,
    options: Options,
    /// Made before the error that is due next.
    failed: Option<IngestError>,
}

/// The open file, by format.
#[allow(clippy::large_enum_variant)] // one at a time
enum Cutter {
    Lines(jsonl::Cutter),
    Cells(csv::Cutter),
    Rows(parquet::Cutter),
}

/// What opening a file comes to.
#[allow(clippy::large_enum_variant)]
enum Opened {
    Cutter(Cutter),
    /// There is nothing to cut, only something to say.
    Raw(RawBatch),
}

impl Reader {
    /// Starts to read; no file is opened yet.
    ///
    /// # Errors
    /// [`IngestError::Open`] for the first named path that is not there.
    pub fn open(inputs: impl IntoIterator<Item = Input>, options: Options) -> Result<Reader, IngestError> {
        Ok(Reader { walk: Walk::new(inputs)?, current: None, options, failed: None })
    }

    /// The options of the run, for [`parse`].
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The next records, cut but not read; `None` at the end of the last input. See [`parse`].
    ///
    /// # Errors
    /// An [`IngestError`] ends the file it names, not the run.
    pub fn next_raw(&mut self) -> Result<Option<RawBatch>, IngestError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        loop {
            let Some(cutter) = &mut self.current else {
                let Some(found) = self.walk.next() else { return Ok(None) };
                match open(found, &self.options)? {
                    Opened::Cutter(cutter) => self.current = Some(cutter),
                    Opened::Raw(raw) => return Ok(Some(raw)),
                }
                continue;
            };
            match cutter.next() {
                Ok(Some(raw)) => return Ok(Some(raw)),
                Ok(None) => self.current = None,
                Err(error) => {
                    self.current = None;
                    return Err(error);
                }
            }
        }
    }

    /// The next records, read; `None` at the end of the last input.
    ///
    /// # Errors
    /// As [`Reader::next_raw`].
    pub fn next_batch(&mut self) -> Result<Option<Batch>, IngestError> {
        Ok(self.next_raw()?.map(|raw| parse(&raw, &self.options)))
    }

    /// Up to `count` next batches, read by all threads at once, in order; empty at the end of the last input.
    ///
    /// # Errors
    /// As [`Reader::next_raw`], after the batches before the error were returned.
    pub fn next_batches(&mut self, count: usize) -> Result<Vec<Batch>, IngestError> {
        let mut raws = VecDeque::with_capacity(count);
        while raws.len() < count {
            match self.next_raw() {
                Ok(Some(raw)) => raws.push_back(raw),
                Ok(None) => break,
                Err(error) if raws.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        let options = &self.options;
        Ok(raws.into_par_iter().map(|raw| parse(&raw, options)).collect())
    }
}

impl Cutter {
    fn next(&mut self) -> Result<Option<RawBatch>, IngestError> {
        match self {
            Cutter::Lines(cutter) => Ok(told(cutter.next()?, &mut cutter.source)),
            Cutter::Cells(cutter) => Ok(told(cutter.next()?, &mut cutter.source)),
            Cutter::Rows(cutter) => Ok(cutter.next()?.map(|mut raw| {
                raw.bytes_read = cutter.bytes_read();
                raw
            })),
        }
    }
}

/// Adds what the source alone knows: how far it is read, and its encoding.
fn told(raw: Option<RawBatch>, source: &mut Source) -> Option<RawBatch> {
    raw.map(|mut raw| {
        raw.bytes_read = source.bytes_read();
        raw.notes.extend(source.encoding_note());
        raw
    })
}

fn open(found: Found, options: &Options) -> Result<Opened, IngestError> {
    match found {
        Found::Other(raw) => Ok(Opened::Raw(raw)),
        Found::Stream { file, bytes } => open_bytes(file, bytes, true, options),
        Found::File { file, path, named } => {
            let mut disk = match File::open(&path) {
                Ok(disk) => disk,
                Err(error) if named => return Err(IngestError::Open { file: file.to_string(), error }),
                Err(error) => {
                    return Ok(Opened::Raw(RawBatch::rejected(&file, 1, crate::Reason::Unreadable(error.kind()))));
                }
            };
            let failed = |error| IngestError::Read { file: file.to_string(), error };
            let regular = disk.metadata().map_err(failed)?.is_file();
            if regular && starts_with_parquet_magic(&mut disk).map_err(failed)? {
                return Ok(Opened::Cutter(Cutter::Rows(parquet::Cutter::new(file, disk, options)?)));
            }
            open_bytes(file, Box::new(disk), named, options)
        }
    }
}

/// Looks at the start of a file and goes back to it.
fn starts_with_parquet_magic(disk: &mut File) -> io::Result<bool> {
    let mut magic = Vec::with_capacity(PARQUET_MAGIC.len());
    disk.by_ref().take(PARQUET_MAGIC.len() as u64).read_to_end(&mut magic)?;
    disk.rewind()?;
    Ok(magic == PARQUET_MAGIC)
}

fn open_bytes(file: Arc<str>, bytes: Box<dyn Read + Send>, named: bool, options: &Options) -> Result<Opened, IngestError> {
    let disk = Disk::new(bytes);
    let disk_bytes = Arc::clone(&disk.read_bytes);
    let failed = |error| IngestError::Read { file: file.to_string(), error };
    let (mut plain, compression) = decompress(disk, options).map_err(|error| failed(crate::compression::disk_error(error)))?;

    let mut magic = Vec::with_capacity(PARQUET_MAGIC.len());
    let broken = plain.by_ref().take(PARQUET_MAGIC.len() as u64).read_to_end(&mut magic).err();
    if let Some(error) = broken {
        let reason = explain(error, compression).map_err(failed)?;
        return Ok(Opened::Raw(RawBatch::rejected(&file, 1, reason)));
    }
    let mut whole: Box<dyn Read + Send> = Box::new(io::Cursor::new(magic.clone()).chain(plain));
    if magic == PARQUET_MAGIC {
        // Parquet is read from its end, so it cannot stay a stream.
        let mut spool = tempfile::tempfile().map_err(|error| IngestError::Spool { file: file.to_string(), error })?;
        return match spool_to(&mut spool, &mut whole) {
            Ok(()) => Ok(Opened::Cutter(Cutter::Rows(parquet::Cutter::new(file, spool, options)?))),
            Err(Spool::Write(error)) => Err(IngestError::Spool { file: file.to_string(), error }),
            Err(Spool::Read(error)) => {
                let reason = explain(error, compression).map_err(failed)?;
                Ok(Opened::Raw(RawBatch::rejected(&file, 1, reason)))
            }
        };
    }

    let mut source = Source::new(Arc::clone(&file), whole, compression, disk_bytes);
    source.fill(WINDOW_BYTES);
    let blank = source.unread().trim_ascii_start().is_empty();
    if blank && source.ended() {
        return Ok(Opened::Raw(match source.fault()? {
            Some(reason) => RawBatch::rejected(&file, 1, reason),
            None => RawBatch::noted(&file, Remark::Empty),
        }));
    }
    match detect(source.unread(), &file, &options.map) {
        Some(Format::JsonLines) => Ok(Opened::Cutter(Cutter::Lines(jsonl::Cutter::new(source, options)))),
        Some(Format::Csv { delimiter }) => Ok(Opened::Cutter(Cutter::Cells(csv::Cutter::new(source, delimiter, options)?))),
        None if named => Err(IngestError::Format { file: file.to_string() }),
        None => Ok(Opened::Raw(RawBatch::noted(&file, Remark::NotPosts))),
    }
}

enum Spool {
    Read(io::Error),
    Write(io::Error),
}

/// Copies a stream, telling apart which side failed.
fn spool_to(spool: &mut File, stream: &mut dyn Read) -> Result<(), Spool> {
    let mut part = vec![0; WINDOW_BYTES];
    loop {
        match stream.read(&mut part).map_err(Spool::Read)? {
            0 => return Ok(()),
            size => io::Write::write_all(spool, &part[..size]).map_err(Spool::Write)?,
        }
    }
}
