//! Batches: raw ones, cut in order by one thread, and parsed ones, made by any thread.

use std::fmt;
use std::io;
use std::sync::Arc;

use magpie_core::post::{Defect, Post};
use magpie_core::units::Time;

use crate::compression::Compression;
use crate::encoding::Encoding;
use crate::options::Options;
use crate::{csv, jsonl, parquet};

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as named or found; `-` for standard input.
    pub file: Arc<str>,
    /// The line on which the record starts, from 1; in Parquet the row, from 1.
    pub line: u64,
}

/// A record that is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file as named or found.
    pub file: Arc<str>,
    /// The line or row, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a record, or the rest of a file, is set aside. The words never quote the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The columns break the contract.
    #[error(transparent)]
    Defect(#[from] Defect),
    /// The line is not text.
    #[error("byte {0} of the line is not valid in the file's encoding; convert the file to UTF-8")]
    Bytes(usize),
    /// A CSV cell is not text.
    #[error("byte {1} of column `{0}` is not valid in the file's encoding; convert the file to UTF-8")]
    CellBytes(&'static str, usize),
    /// The line is longer than the limit.
    #[error("the record is longer than the limit of {0} bytes; split it or raise --limit-line")]
    TooLong(usize),
    /// A line of JSON that is an array.
    #[error("the line is an array, not an object; write one object a line, such as with jq -c '.[]'")]
    Array,
    /// A CSV record with too few or too many cells.
    #[error("the record has {found} cells where the header has {expected}; check its quotes and delimiters")]
    Ragged {
        /// Cells of the record.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A quote that is open at the end of the file.
    #[error("a quote opened in this record is never closed; close it or double it")]
    OpenQuote,
    /// As before, once too often: the rest of the file is set aside with it.
    #[error("a quote opened in this record is never closed; the rest of the file is set aside with it: close the quote")]
    OpenQuoteRest,
    /// The id is taken.
    #[error("the id is taken by an earlier record of the same source, which is kept; give each record its own id")]
    Duplicate,
    /// The rest of the file is damaged.
    #[error("the {0} stream is damaged or ends early; what follows is set aside: fetch the file again")]
    Damaged(Compression),
    /// The file unfolds to far more than it holds.
    #[error(
        "the {compression} stream unfolds beyond the limit after {size_bytes} bytes; what follows is set aside: raise the limit if the file is trusted"
    )]
    Bomb {
        /// How it is compressed.
        compression: Compression,
        /// Bytes read from it until then.
        size_bytes: u64,
    },
    /// A Parquet file cannot be decoded at all.
    #[error("the Parquet file is damaged or not whole, and is set aside; write it again")]
    DamagedParquet,
    /// Rows of a Parquet file cannot be decoded.
    #[error("the Parquet data is damaged from here to row {last_row}, which is set aside; write the file again")]
    DamagedRows {
        /// The last row set aside, with all from that of the reject.
        last_row: u64,
    },
    /// A file found in a folder cannot be opened.
    #[error("the file or folder cannot be opened ({0}); check its permissions")]
    Unreadable(io::ErrorKind),
}

/// Something to know about a file that is not about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file as named or found.
    pub file: Arc<str>,
    /// What there is to know.
    pub remark: Remark,
}

/// What a [`Note`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The text was decoded from another encoding than UTF-8.
    Decoded(Encoding),
    /// The file holds no bytes, or blanks only.
    Empty,
    /// The folder leads back to one that holds it, and is not entered again.
    Loop,
    /// A pipe, socket or device in a folder, which is not opened.
    NotAFile,
    /// A file in a folder that holds no posts, such as a picture.
    NotPosts,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Decoded(encoding) => write!(f, "decoded from {encoding}"),
            Remark::Empty => f.write_str("empty, nothing to read"),
            Remark::Loop => f.write_str("a link back to a folder above, not followed"),
            Remark::NotAFile => f.write_str("not a regular file, passed over"),
            Remark::NotPosts => f.write_str("neither JSON lines, CSV with the contract's columns, nor Parquet, passed over"),
        }
    }
}

/// Whole records of one file, cut but not yet read.
pub struct RawBatch {
    pub(crate) file: Arc<str>,
    pub(crate) body: Body,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) notes: Vec<Note>,
    pub(crate) bytes_read: u64,
}

/// The records of a [`RawBatch`], by format.
pub(crate) enum Body {
    Nothing,
    Lines(jsonl::Lines),
    Cells(csv::Cells),
    Rows(parquet::Rows),
}

impl RawBatch {
    pub(crate) fn new(file: &Arc<str>, body: Body) -> RawBatch {
        RawBatch { file: Arc::clone(file), body, rejects: Vec::new(), notes: Vec::new(), bytes_read: 0 }
    }

    /// A batch that holds one record, or the rest of a file, set aside.
    pub(crate) fn rejected(file: &Arc<str>, line: u64, reason: Reason) -> RawBatch {
        let mut raw = RawBatch::new(file, Body::Nothing);
        raw.rejects.push(Reject { file: Arc::clone(file), line, reason });
        raw
    }

    /// A batch that holds a remark only.
    pub(crate) fn noted(file: &Arc<str>, remark: Remark) -> RawBatch {
        let mut raw = RawBatch::new(file, Body::Nothing);
        raw.notes.push(Note { file: Arc::clone(file), remark });
        raw
    }
}

/// Records of one file, read. `posts` and `rejects` are each in the order of the file.
#[derive(Debug, Default)]
pub struct Batch {
    /// Accepted records and where they stand.
    pub posts: Vec<(Post, Place)>,
    /// Records set aside.
    pub rejects: Vec<Reject>,
    /// What else there is to know.
    pub notes: Vec<Note>,
    /// Records read, counted apart from the two lists.
    pub read: u64,
    /// Bytes taken from the disk or stream for this batch, compressed as they are there.
    pub bytes_read: u64,
}

impl Batch {
    /// Puts a read record into one of the two lists.
    pub(crate) fn push<E: Into<Reason>>(&mut self, file: &Arc<str>, line: u64, record: Result<Post, E>) {
        self.read += 1;
        let file = Arc::clone(file);
        match record {
            Ok(post) => self.posts.push((post, Place { file, line })),
            Err(reason) => self.rejects.push(Reject { file, line, reason: reason.into() }),
        }
    }
}

/// Reads the records of a raw batch. Pure: any thread may run it, with the same result.
///
/// Time and memory are linear in the size of `raw`; `options` must be those of its [`Reader`](crate::Reader).
pub fn parse(raw: &RawBatch, options: &Options) -> Batch {
    let mut batch = Batch {
        rejects: raw.rejects.clone(),
        notes: raw.notes.clone(),
        read: raw.rejects.len() as u64,
        bytes_read: raw.bytes_read,
        posts: Vec::new(),
    };
    match &raw.body {
        Body::Nothing => {}
        Body::Lines(lines) => jsonl::parse(lines, &raw.file, options, &mut batch),
        Body::Cells(cells) => csv::parse(cells, &raw.file, options, &mut batch),
        Body::Rows(rows) => parquet::parse(rows, &raw.file, options, &mut batch),
    }
    if !raw.rejects.is_empty() {
        batch.rejects.sort_by_key(|reject| reject.line);
    }
    batch
}

/// The time of the newest post of a raw batch: that of [`parse`], without making posts of lines that hold no time.
pub fn newest(raw: &RawBatch, options: &Options) -> Option<Time> {
    if let Body::Lines(lines) = &raw.body
        && options.map.is_empty()
    {
        return jsonl::newest(lines, options);
    }
    parse(raw, options).posts.iter().filter_map(|(post, _)| post.published_at).max()
}

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records read; the rest of a damaged file counts as one.
    pub read: u64,
    /// Records that became posts.
    pub accepted: u64,
    /// Records set aside.
    pub rejected: u64,
    /// Bytes taken from disks and streams.
    pub bytes_read: u64,
}

impl Counts {
    /// Adds a batch.
    ///
    /// # Panics
    /// If a record of the batch is in neither list or in both, which is a bug of ours.
    pub fn add(&mut self, batch: &Batch) {
        self.read += batch.read;
        self.accepted += batch.posts.len() as u64;
        self.rejected += batch.rejects.len() as u64;
        self.bytes_read += batch.bytes_read;
        assert!(self.balanced(), "accepted and rejected records add up to those read");
    }

    /// Whether accepted and rejected add up to read.
    pub fn balanced(&self) -> bool {
        self.accepted + self.rejected == self.read
    }
}
