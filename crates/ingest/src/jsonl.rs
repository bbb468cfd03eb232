//! JSON lines: one object a line.

use std::borrow::Cow;
use std::fmt;
use std::str;
use std::sync::Arc;

use magpie_core::post::{Defect, Post, Record};
use magpie_core::units::Time;
use memchr::{memchr, memchr_iter, memmem};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::batch::{Batch, Body, RawBatch, Reason};
use crate::columns::Map;
use crate::error::IngestError;
use crate::options::Options;
use crate::source::Source;

/// Whole lines, as they came.
pub(crate) struct Lines {
    pub(crate) bytes: Vec<u8>,
    pub(crate) first_line: u64,
    pub(crate) count: usize,
}

/// Cuts a source into batches of whole lines.
pub(crate) struct Cutter {
    pub(crate) source: Source,
    line: u64,           // of the first unread byte
    wanted_bytes: usize, // how far to read ahead; more than usual within a long line
    skipping: bool,      // within a line that is set aside
    rows: usize,
    batch_bytes: usize,
    limit_bytes: usize,
}

impl Cutter {
    pub(crate) fn new(source: Source, options: &Options) -> Cutter {
        let batch_bytes = options.batch_bytes.max(1);
        Cutter {
            source,
            line: 1,
            wanted_bytes: batch_bytes,
            skipping: false,
            rows: options.batch_rows.max(1),
            batch_bytes,
            limit_bytes: options.line_limit_bytes,
        }
    }

    /// The next batch; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<RawBatch>, IngestError> {
        loop {
            self.source.fill(self.wanted_bytes);
            if self.skipping {
                self.skip_line();
                continue;
            }
            let unread = self.source.unread();
            let (size, lines) = whole_lines(unread, self.rows, self.batch_bytes);
            if size > 0 {
                self.wanted_bytes = self.batch_bytes;
                return Ok(Some(self.take(size, lines)));
            }
            let unread_bytes = unread.len();
            if self.source.ended() {
                return self.last();
            }
            if unread_bytes > self.limit_bytes {
                self.skipping = true;
                self.wanted_bytes = self.batch_bytes;
                return Ok(Some(RawBatch::rejected(&self.source.file, self.line, Reason::TooLong(self.limit_bytes))));
            }
            self.wanted_bytes = (unread_bytes * 2).min(self.limit_bytes.saturating_add(1));
        }
    }

    fn take(&mut self, size: usize, lines: usize) -> RawBatch {
        let bytes = self.source.unread()[..size].to_vec();
        self.source.consume(size);
        let body = Body::Lines(Lines { bytes, first_line: self.line, count: lines });
        self.line += lines as u64;
        RawBatch::new(&self.source.file, body)
    }

    /// Passes over what is read of a line, up to its end.
    fn skip_line(&mut self) {
        match memchr(b'\n', self.source.unread()) {
            Some(at) => self.source.consume(at + 1),
            None if self.source.ended() => self.source.consume_all(),
            None => return self.source.consume_all(),
        }
        self.line += 1;
        self.skipping = false;
    }

    /// What stands after the last line break: a line, or the stump that a broken stream left.
    fn last(&mut self) -> Result<Option<RawBatch>, IngestError> {
        if let Some(reason) = self.source.fault()? {
            self.source.consume_all();
            return Ok(Some(RawBatch::rejected(&self.source.file, self.line, reason)));
        }
        let size = self.source.unread().len();
        Ok((size > 0).then(|| self.take(size, 1)))
    }
}

/// How many bytes and lines at the start of `unread` make a batch; none if the first line is not whole.
fn whole_lines(unread: &[u8], rows: usize, batch_bytes: usize) -> (usize, usize) {
    let within = &unread[..unread.len().min(batch_bytes)];
    let (mut size, mut lines) = (0, 0);
    for at in memchr_iter(b'\n', within).take(rows) {
        size = at + 1;
        lines += 1;
    }
    if lines == 0 {
        return memchr(b'\n', &unread[within.len()..]).map_or((0, 0), |at| (within.len() + at + 1, 1));
    }
    (size, lines)
}

/// Reads lines into posts; blank lines are no records.
pub(crate) fn parse(lines: &Lines, file: &Arc<str>, options: &Options, batch: &mut Batch) {
    batch.posts.reserve(lines.count);
    // Text is checked once for all lines, and line by line only where that fails.
    let text = str::from_utf8(&lines.bytes).ok();
    let mut start = 0;
    for number in lines.first_line.. {
        if start >= lines.bytes.len() {
            break;
        }
        let end = memchr(b'\n', &lines.bytes[start..]).map_or(lines.bytes.len(), |at| start + at);
        let bytes = &lines.bytes[start..end];
        let line = match text {
            _ if bytes.len() > options.line_limit_bytes => Err(Reason::TooLong(options.line_limit_bytes)),
            Some(text) => Ok(&text[start..end]),
            None => str::from_utf8(bytes).map_err(|error| Reason::Bytes(error.valid_up_to() + 1)),
        };
        start = end + 1;
        match line {
            Ok(line) if line.trim_ascii().is_empty() => {}
            Ok(line) => batch.push(file, number, read(line, options)),
            Err(reason) => batch.push(file, number, Err(reason)),
        }
    }
}

/// The time of the newest post of some lines.
pub(crate) fn newest(lines: &Lines, options: &Options) -> Option<Time> {
    let lines = lines.bytes.split(|byte| *byte == b'\n').filter(|line| may_hold_time(line) && line.len() <= options.line_limit_bytes);
    lines.filter_map(|line| read(str::from_utf8(line).ok()?, options).ok()?.published_at).max()
}

/// Whether a line may name the column of times; `false` is certain, for a name that is not written out is escaped.
fn may_hold_time(line: &[u8]) -> bool {
    memmem::find(line, b"published_at").is_some() || memmem::find(line, b"\\u").is_some()
}

fn read(line: &str, options: &Options) -> Result<Post, Reason> {
    let record = if options.map.is_empty() { Record::from_json(line) } else { from_mapped_json(line, &options.map) };
    match record {
        Ok(record) => Ok(record.into_post(&options.defaults)?),
        Err(_) if line.trim_ascii_start().starts_with('[') => Err(Reason::Array),
        Err(defect) => Err(defect.into()),
    }
}

/// Reads the columns from an object whose keys are those of a foreign table.
fn from_mapped_json<'a>(line: &'a str, map: &Map) -> Result<Record<'a>, Defect> {
    let mut json = serde_json::Deserializer::from_str(line);
    let record = Mapped(map).deserialize(&mut json).map_err(|error| Defect::json(&error))?;
    json.end().map_err(|error| Defect::json(&error))?;
    Ok(record)
}

struct Mapped<'m>(&'m Map);

impl<'de> DeserializeSeed<'de> for Mapped<'_> {
    type Value = Record<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Mapped<'_> {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Record<'de>, A::Error> {
        let mut record = Record::default();
        let mut seen = [false; crate::Column::ALL.len()];
        while let Some(Key(key)) = object.next_key()? {
            let Some(column) = self.0.column(&key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut seen[column as usize], true) {
                return Err(A::Error::custom("a column is there twice"));
            }
            if let Some(place) = column.text_of(&mut record) {
                *place = if column.takes_numbers() {
                    object.next_value::<TextOrNumber>()?.0
                } else {
                    object.next_value::<Option<Cow<'de, str>>>()?
                };
            } else if column == crate::Column::Media {
                record.media = object.next_value()?;
            } else {
                record.extra = object.next_value()?;
            }
        }
        Ok(record)
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// An id, which other programs often write as a number.
#[derive(serde::Deserialize)]
#[serde(from = "Option<Id<'a>>", bound(deserialize = "'de: 'a"))]
struct TextOrNumber<'a>(Option<Cow<'a, str>>);

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Id<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Natural(u64),
    Whole(i64),
}

impl<'a> From<Option<Id<'a>>> for TextOrNumber<'a> {
    fn from(id: Option<Id<'a>>) -> TextOrNumber<'a> {
        TextOrNumber(id.map(|id| match id {
            Id::Text(text) => text,
            Id::Natural(number) => number.to_string().into(),
            Id::Whole(number) => number.to_string().into(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_by_rows_and_by_bytes() {
        assert_eq!(whole_lines(b"a\nb\nc\n", 2, 100), (4, 2));
        assert_eq!(whole_lines(b"a\nb\nc\n", 9, 3), (2, 1));
        assert_eq!(whole_lines(b"long line\nb\n", 9, 3), (10, 1));
        assert_eq!(whole_lines(b"no end", 9, 3), (0, 0));
    }

    #[test]
    fn the_newest_time_is_that_of_the_posts() {
        let text = r#"{"id":"1","source":"s","text":"a","published_at":"2026-02-14T22:33:00+08:00"}
{"id":"2","source":"s","text":"b"}
{"id":"3","source":"s","text":"c","published\u005fat":"2026-02-15T22:33:00+08:00"}

{"id":"4","text":"no source","published_at":"2026-02-16T22:33:00+08:00"}
{"id":"5","source":"s","text":"d","published_at":"yesterday"}"#;
        let options = Options::default();
        for skip in 0..6 {
            let bytes = text.lines().skip(skip).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes();
            let lines = Lines { bytes, first_line: 1, count: 6 - skip };
            let mut batch = Batch::default();
            parse(&lines, &"test".into(), &options, &mut batch);
            let expected = batch.posts.iter().filter_map(|(post, _)| post.published_at).max();
            assert_eq!((newest(&lines, &options), expected.is_some()), (expected, skip < 3));
        }
    }

    #[test]
    fn a_mapped_object_reads_like_one_with_the_contracts_names() {
        let map: Map = "text=content,author_id=uid".parse().expect("valid");
        let foreign = r#"{"id":5,"source":"s","content":"a","text":"other","uid":-7,"extra":{"k":[1]},"parent_id":null}"#;
        let own = r#"{"id":"5","source":"s","text":"a","author_id":"-7","extra":{"k":[1]}}"#;
        let options = Options::default();
        let read_foreign = from_mapped_json(foreign, &map).and_then(|record| record.into_post(&options.defaults));
        let read_own = Record::from_json(own).and_then(|record| record.into_post(&options.defaults));
        assert!(read_own.is_ok());
        assert_eq!(read_foreign, read_own);
    }

    #[test]
    fn a_mapped_object_keeps_the_contracts_rules() {
        let map: Map = "text=content".parse().expect("valid");
        for line in [r#"{"id":"1","id":"2"}"#, r#"{"id":1.5}"#, r#"{"content":7}"#, r#"{"id":"1"} {"#, "[]", "{"] {
            assert!(from_mapped_json(line, &map).is_err(), "{line}");
        }
    }
}
