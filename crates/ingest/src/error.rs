//! What a caller must decide on; a broken record is a [`Reject`](crate::Reject) instead.

use std::io;

/// A file that cannot be opened, read or understood at all.
///
/// [`Reader`](crate::Reader) gives up only the file that is named: the next call goes on with the next file.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A named input is not there or not readable.
    #[error("{file}: cannot be opened: {error}; check the path and its permissions")]
    Open {
        /// The input as named.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// The disk or the stream failed while it was read.
    #[error("{file}: reading failed: {error}; check the disk, then run again")]
    Read {
        /// The input as named.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// Parquet that is compressed or streamed needs a temporary file, which failed.
    #[error("{file}: cannot be unpacked to a temporary file: {error}; free some space or set TMPDIR")]
    Spool {
        /// The input as named.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// A named input holds no known format.
    #[error("{file}: neither JSON lines, CSV with the contract's columns, nor Parquet; convert it, or name its columns with --map")]
    Format {
        /// The input as named.
        file: String,
    },
    /// A table has no column for a required field.
    #[error("{file}: none of the table's {found} columns is `{column}`; give it a header row or name it with --map{hint}",
        hint = if *column == "source" { ", or give --source NAME" } else { "" })]
    MissingColumn {
        /// The input as named.
        file: String,
        /// The contract's column.
        column: &'static str,
        /// How many columns the table has.
        found: usize,
    },
    /// A column that is needed has its name twice.
    #[error("{file}: two columns are named `{column}`; rename one of them")]
    DuplicateColumn {
        /// The input as named.
        file: String,
        /// The name in the file.
        column: String,
    },
    /// A Parquet column has a type that the field cannot be read from.
    #[error("{file}: column `{column}` has the type {found}, expected {expected}; cast it or map another column")]
    ColumnType {
        /// The input as named.
        file: String,
        /// The name in the file.
        column: String,
        /// What the field can be read from.
        expected: &'static str,
        /// The type in the file.
        found: String,
    },
}
