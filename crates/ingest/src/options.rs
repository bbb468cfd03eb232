//! What a run may use up, and how it reads foreign tables.

use jiff::tz::TimeZone;
use magpie_core::post::Defaults;

use crate::columns::Map;

/// Limits and defaults of a run. Sizes are in bytes; every limit is there to keep memory and time bounded.
#[derive(Clone, Debug)]
pub struct Options {
    /// Source and time zone of records that name none.
    pub defaults: Defaults,
    /// Names of the columns in foreign tables.
    pub map: Map,
    /// Longest line or CSV record; a longer one is set aside without being held.
    pub line_limit_bytes: usize,
    /// Most rows of a batch.
    pub batch_rows: usize,
    /// Size at which a batch is closed; one long record may exceed it, up to `line_limit_bytes`.
    pub batch_bytes: usize,
    /// Most bytes that one compressed byte may unfold to, checked beyond the first 64 MiB.
    pub ratio_limit: u64,
    /// Most bytes that one compressed file may unfold to.
    pub decompressed_limit_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            defaults: Defaults { source: None, timezone: TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC) },
            map: Map::default(),
            line_limit_bytes: 16 << 20,
            batch_rows: 4_096,
            batch_bytes: 1 << 20,
            ratio_limit: 400,
            decompressed_limit_bytes: 256 << 30,
        }
    }
}
