//! Any bytes in; a panic where a law does not hold.
//!
//! Each module is a target: its `check` takes bytes as a fuzzer makes them up. [`chance`] makes bytes up for the tests,
//! which need neither a fuzzer nor a nightly compiler. `README.md` says how to run both.

pub mod assessment;
pub mod chance;
pub mod identifier;
pub mod ingest;
pub mod text;

/// Ends a post in the bytes of a target.
pub const POST_END: char = '\u{1D}';
/// Ends a field.
pub const FIELD_END: char = '\u{1E}';
