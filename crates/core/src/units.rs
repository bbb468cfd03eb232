//! Words that all stages share: fields, spans, times, ids.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A first-class text of a post: names and bios carry role markers and contacts as the text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Headline of the post.
    Title,
    /// Body of the post.
    Text,
    /// Display name of the account.
    AuthorName,
    /// Profile text of the account.
    AuthorBio,
    /// Name of the group, board or channel.
    GroupName,
}

impl Field {
    /// All fields, in the order in which they are read.
    pub const ALL: [Field; 5] = [Field::Title, Field::Text, Field::AuthorName, Field::AuthorBio, Field::GroupName];

    /// The field's name in files.
    pub fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Text => "text",
            Field::AuthorName => "author_name",
            Field::AuthorBio => "author_bio",
            Field::GroupName => "group_name",
        }
    }
}

/// A half-open range of byte offsets into the original text of one field, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The text of the span, or `None` where it does not fit `original`.
    pub fn slice(self, original: &str) -> Option<&str> {
        original.get(self.start as usize..self.end as usize)
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A moment with the offset it was written in, so that "today" means the writer's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// Offset east of UTC, in seconds.
    pub offset_seconds: i32,
}

impl Time {
    /// Days since 1970-01-01 on the writer's calendar.
    pub fn local_day(self) -> i64 {
        (self.unix_seconds + i64::from(self.offset_seconds)).div_euclid(86_400)
    }
}

/// Stable id of a post: the first 16 bytes of SHA-256 over source, NUL and id, in hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PostId(String);

impl PostId {
    /// The id of the post `id` of `source`; equal input gives equal ids on every machine.
    pub fn new(source: &str, id: &str) -> PostId {
        PostId(String::from_utf8_lossy(&PostId::digits(source, id)).into_owned())
    }

    /// The 32 hexadecimal digits of the post `id` of `source`, as ASCII.
    pub fn digits(source: &str, id: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(source.as_bytes());
        hash.update([0]);
        hash.update(id.as_bytes());
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(hash.finalize()) {
            pair.copy_from_slice(&hex_digits(byte));
        }
        digits
    }

    /// The 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hex_digits(*byte)).map(char::from).collect()
}

fn hex_digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_do_not_run_source_and_id_together() {
        assert_ne!(PostId::new("a", "bc"), PostId::new("ab", "c"));
    }

    #[test]
    fn a_span_slices_on_character_boundaries_only() {
        let text = "送宝";
        assert_eq!(Span { start: 0, end: 3 }.slice(text), Some("送"));
        assert_eq!(Span { start: 0, end: 2 }.slice(text), None);
        assert_eq!(Span { start: 0, end: 9 }.slice(text), None);
    }

    #[test]
    fn the_writers_day_follows_the_offset() {
        let late = Time { unix_seconds: 86_400 - 3_600, offset_seconds: 0 };
        let shanghai = Time { offset_seconds: 8 * 3_600, ..late };
        assert_eq!((late.local_day(), shanghai.local_day()), (0, 1));
    }
}
