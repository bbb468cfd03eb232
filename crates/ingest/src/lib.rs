//! Files in, posts out.
//!
//! In: files, folders and streams of JSON lines, CSV or Parquet, plain, gzip or zstd; see [`Input`].
//! Out: [`Batch`]es of posts with their places, and of records set aside with file, line and reason.
//! Always: every record read is accepted or rejected, which [`Counts`] proves; the order of the input is kept;
//! memory is bounded by [`Options`], whatever the bytes; a record that is broken never stops the run.
//! Start reading at [`Reader`], then [`parse`]; `jsonl`, `csv` and `parquet` share one shape:
//! a sequential cutter of raw batches, and a pure `parse` that any thread may run.
//!
//! ```
//! use magpie_ingest::{Counts, Input, Options, Reader};
//!
//! let lines = r#"{"id":"1","source":"bbs.example.org","text":"hello"}
//! {"id":"2","source":"bbs.example.org"}
//! "#;
//! let mut reader = Reader::open([Input::stream("posts.jsonl", lines.as_bytes())], Options::default())?;
//! let mut counts = Counts::default();
//! while let Some(batch) = reader.next_batch()? {
//!     counts.add(&batch);
//!     for reject in &batch.rejects {
//!         assert_eq!((&*reject.file, reject.line), ("posts.jsonl", 2));
//!     }
//! }
//! assert_eq!((counts.read, counts.accepted, counts.rejected), (2, 1, 1));
//! # Ok::<(), magpie_ingest::IngestError>(())
//! ```

mod batch;
mod columns;
mod compression;
mod csv;
mod duplicates;
mod encoding;
mod error;
mod format;
mod input;
mod jsonl;
mod options;
mod parquet;
mod reader;
mod source;
mod thread;

pub use batch::{Batch, Counts, Note, Place, RawBatch, Reason, Reject, Remark, newest, parse};
pub use columns::{Column, Map, MapError};
pub use compression::Compression;
pub use duplicates::Duplicates;
pub use encoding::Encoding;
pub use error::IngestError;
pub use input::Input;
pub use options::Options;
pub use reader::Reader;
pub use thread::{Thread, ThreadNote, order};
