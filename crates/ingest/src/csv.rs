//! CSV with a header row, under any of four delimiters.

use std::str;
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use magpie_core::post::{Post, Record};
use memchr::{memchr, memchr_iter};

use crate::batch::{Batch, Body, RawBatch, Reason, Reject};
use crate::columns::Column;
use crate::error::IngestError;
use crate::options::Options;
use crate::source::Source;

/// Whole records, their quotes undone. A cell reaches from the end before it to its own end.
#[derive(Default)]
pub(crate) struct Cells {
    text: Vec<u8>,
    text_len: usize,  // `text` and `ends` have room beyond these while they are filled
    ends: Vec<usize>, // one per cell, from the start of its record
    ends_len: usize,
    records: Vec<Start>,
    columns: Arc<[(Column, usize)]>,
    width: usize, // cells of a record
}

struct Start {
    line: u64,
    text: usize, // where the record starts in `text`
}

/// The first record of a table.
pub(crate) struct Header {
    /// Names of the columns, without blanks around them.
    pub(crate) names: Vec<String>,
    size: usize,
}

/// A header has no more columns than this.
const COLUMNS_LIMIT: usize = 4_096;

/// Quotes that are never closed are forgiven this often; each costs another look at the rest of a small file.
const OPEN_QUOTES_LIMIT: usize = 64;

/// Reads the first record of `text`, whole or cut off by the end of the file; `None` if it is not one.
pub(crate) fn header(text: &[u8], delimiter: u8) -> Option<Header> {
    let mut reader = reader(delimiter);
    let (mut out, mut ends) = (vec![0; text.len() + 1], [0; COLUMNS_LIMIT]);
    let (mut result, size, written, mut columns) = reader.read_record(text, &mut out, &mut ends);
    if result == ReadRecordResult::InputEmpty {
        let (at_end, _, _, more) = reader.read_record(b"\n", &mut out[written..], &mut ends[columns..]);
        (result, columns) = (at_end, columns + more);
    }
    if result != ReadRecordResult::Record {
        return None;
    }
    let mut start = 0;
    let mut names = Vec::with_capacity(columns);
    for end in &ends[..columns] {
        names.push(String::from_utf8_lossy(&out[start..*end]).trim().to_owned());
        start = *end;
    }
    Some(Header { names, size })
}

fn reader(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}

/// Cuts a source into batches of whole records.
pub(crate) struct Cutter {
    pub(crate) source: Source,
    reader: Reader,
    columns: Arc<[(Column, usize)]>,
    width: usize,
    line: u64, // of the first unread byte
    open_quotes: usize,
    rows: usize,
    batch_bytes: usize,
    limit_bytes: usize,
}

/// How far a record is read.
#[derive(Default)]
struct Scan {
    used: usize,    // bytes of the source, kept in case the record's quote is never closed
    written: usize, // bytes of its cells
    count: usize,   // its cells
    lost: usize,    // its cells beyond those of the header, only counted
    too_long: bool, // its start is no longer held
}

impl Scan {
    /// Lets what will not be used be written over.
    fn forget_overflow(&mut self, width: usize) {
        if self.too_long {
            self.written = 0;
        }
        if self.count > width {
            self.lost += self.count;
            self.count = 0;
        }
    }
}

/// What became of the next record.
enum Step {
    Record(Start),
    Blank,
    Reject(u64, Reason),
    End,
}

impl Cutter {
    /// Reads the header.
    ///
    /// # Errors
    /// [`IngestError::MissingColumn`] or [`IngestError::DuplicateColumn`].
    pub(crate) fn new(source: Source, delimiter: u8, options: &Options) -> Result<Cutter, IngestError> {
        let mut cutter = Cutter {
            source,
            reader: reader(delimiter),
            columns: Arc::default(),
            width: 0,
            line: 1,
            open_quotes: 0,
            rows: options.batch_rows.max(1),
            batch_bytes: options.batch_bytes.max(1),
            limit_bytes: options.line_limit_bytes,
        };
        cutter.skip_line_breaks();
        let header = header(cutter.source.unread(), delimiter).unwrap_or(Header { names: Vec::new(), size: 0 });
        let columns = layout(&cutter.source.file, &header.names, options)?;
        cutter.columns = columns.into();
        cutter.width = header.names.len();
        cutter.consume(header.size);
        Ok(cutter)
    }

    /// The next batch; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<RawBatch>, IngestError> {
        let mut cells = Cells { columns: Arc::clone(&self.columns), width: self.width, ..Cells::default() };
        let mut rejects = Vec::new();
        let mut ended = false;
        while !ended && cells.records.len() + rejects.len() < self.rows && cells.text_len < self.batch_bytes {
            match self.step(&mut cells) {
                Step::Record(start) => cells.records.push(start),
                Step::Blank => {}
                Step::Reject(line, reason) => rejects.push(Reject { file: Arc::clone(&self.source.file), line, reason }),
                Step::End => ended = true,
            }
        }
        if cells.records.is_empty() && rejects.is_empty() {
            let reason = self.source.fault()?;
            self.source.consume_all();
            return Ok(reason.map(|reason| RawBatch::rejected(&self.source.file, self.line, reason)));
        }
        cells.text.truncate(cells.text_len);
        cells.ends.truncate(cells.ends_len);
        let mut raw = RawBatch::new(&self.source.file, Body::Cells(cells));
        raw.rejects = rejects;
        Ok(Some(raw))
    }

    /// Appends the next record to `cells`, or says why there is none.
    fn step(&mut self, cells: &mut Cells) -> Step {
        self.skip_line_breaks();
        self.reader.reset();
        let line = self.line;
        let mut scan = Scan::default();
        let mut closed = false; // a line break was put after the last byte of the file
        loop {
            let input = if closed { &b"\n"[..] } else { &self.source.unread()[scan.used..] };
            if input.is_empty() {
                if self.read_on(&mut scan) {
                    continue;
                }
                if scan.too_long && self.source.failed() {
                    return Step::Reject(line, Reason::TooLong(self.limit_bytes));
                }
                if self.source.failed() || (scan.used == 0 && !scan.too_long) {
                    return Step::End; // a stump that a broken stream left stays unread
                }
                closed = true;
                continue;
            }
            scan.forget_overflow(self.width);
            let (text, ends) = cells.room(scan.written, scan.count);
            let (result, used, written, count) = self.reader.read_record(input, text, ends);
            scan.written += written;
            scan.count += count;
            if !closed {
                scan.used += used;
            } else if result == ReadRecordResult::InputEmpty {
                return self.open_quote(line, scan.too_long);
            }
            if result == ReadRecordResult::Record {
                break;
            }
        }
        self.consume(scan.used);
        let found = scan.lost + scan.count;
        if scan.too_long || scan.used > self.limit_bytes {
            Step::Reject(line, Reason::TooLong(self.limit_bytes))
        } else if found == self.width {
            let start = Start { line, text: cells.text_len };
            cells.text_len += scan.written;
            cells.ends_len += scan.count;
            Step::Record(start)
        } else if found == 1 && cells.text[cells.text_len..][..scan.written].trim_ascii().is_empty() {
            Step::Blank
        } else {
            Step::Reject(line, Reason::Ragged { found, expected: self.width })
        }
    }

    /// Reads on within a record, letting go of it once it is too long; false at the end of the file.
    fn read_on(&mut self, scan: &mut Scan) -> bool {
        if scan.used > self.limit_bytes {
            self.consume(scan.used);
            (scan.used, scan.too_long) = (0, true);
        }
        let more = !self.source.ended();
        if more {
            self.source.fill(scan.used + self.batch_bytes);
        }
        more
    }

    /// Sets aside the line that opened a quote and goes on after it, as long as its rest is still at hand.
    fn open_quote(&mut self, line: u64, too_long: bool) -> Step {
        self.open_quotes += 1;
        if too_long || self.open_quotes > OPEN_QUOTES_LIMIT {
            self.source.consume_all();
            return Step::Reject(line, Reason::OpenQuoteRest);
        }
        let unread = self.source.unread();
        self.consume(memchr(b'\n', unread).map_or(unread.len(), |at| at + 1));
        Step::Reject(line, Reason::OpenQuote)
    }

    fn skip_line_breaks(&mut self) {
        loop {
            if self.source.unread().is_empty() {
                self.source.fill(self.batch_bytes);
            }
            let unread = self.source.unread();
            let size = unread.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let more = size == unread.len() && size > 0;
            self.consume(size);
            if !more {
                return;
            }
        }
    }

    fn consume(&mut self, size: usize) {
        self.line += memchr_iter(b'\n', &self.source.unread()[..size]).count() as u64;
        self.source.consume(size);
    }
}

impl Cells {
    /// Where the rest of the current record goes, after its first `written` bytes and `count` cells.
    fn room(&mut self, written: usize, count: usize) -> (&mut [u8], &mut [usize]) {
        let (text, end) = (self.text_len + written, self.ends_len + count);
        if self.text.len() <= text {
            self.text.resize((text * 2).max(4_096), 0);
        }
        if self.ends.len() <= end {
            self.ends.resize((end * 2).max(256), 0);
        }
        (&mut self.text[text..], &mut self.ends[end..])
    }
}

/// Finds the contract's columns among `names`.
fn layout(file: &str, names: &[String], options: &Options) -> Result<Vec<(Column, usize)>, IngestError> {
    let columns: Vec<(Column, usize)> = names.iter().enumerate().filter_map(|(at, name)| Some((options.map.column(name)?, at))).collect();
    for (nth, (column, at)) in columns.iter().enumerate() {
        if columns[..nth].iter().any(|(earlier, _)| earlier == column) {
            return Err(IngestError::DuplicateColumn { file: file.to_owned(), column: names[*at].clone() });
        }
    }
    let has = |column: Column| columns.iter().any(|(found, _)| *found == column);
    check_required(file, has, names.len(), options)?;
    Ok(columns)
}

/// Checks that a table has the columns without which every one of its records would be set aside.
pub(crate) fn check_required(file: &str, has: impl Fn(Column) -> bool, found: usize, options: &Options) -> Result<(), IngestError> {
    let missing = if !has(Column::Id) {
        Column::Id
    } else if !has(Column::Source) && options.defaults.source.is_none() {
        Column::Source
    } else if !(has(Column::Text) || has(Column::Title) || has(Column::Media)) {
        Column::Text
    } else {
        return Ok(());
    };
    Err(IngestError::MissingColumn { file: file.to_owned(), column: missing.name(), found })
}

/// Reads records into posts.
pub(crate) fn parse(cells: &Cells, file: &Arc<str>, options: &Options, batch: &mut Batch) {
    batch.posts.reserve(cells.records.len());
    // Text is checked once for all cells, and cell by cell only where that fails.
    let text = str::from_utf8(&cells.text).ok();
    for (start, ends) in cells.records.iter().zip(cells.ends.chunks_exact(cells.width)) {
        batch.push(file, start.line, read(cells, text, start.text, ends, options));
    }
}

fn read(cells: &Cells, text: Option<&str>, start: usize, ends: &[usize], options: &Options) -> Result<Post, Reason> {
    let mut record = Record::default();
    for &(column, at) in cells.columns.iter() {
        let from = start + if at == 0 { 0 } else { ends[at - 1] };
        let to = start + ends[at];
        let cell = match text.and_then(|text| text.get(from..to)) {
            Some(cell) => cell,
            None => str::from_utf8(&cells.text[from..to]).map_err(|error| Reason::CellBytes(column.name(), error.valid_up_to() + 1))?,
        };
        column.set(&mut record, cell)?;
    }
    Ok(record.into_post(&options.defaults)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch;

    /// The texts accepted, and line and reason of what is not.
    type Outcome = (Vec<String>, Vec<(u64, Reason)>);

    fn read(table: &'static str, options: Options) -> Result<Outcome, IngestError> {
        let mut cutter = Cutter::new(Source::of(table.as_bytes()), b',', &options)?;
        let (mut texts, mut rejects) = (Vec::new(), Vec::new());
        while let Some(raw) = cutter.next()? {
            let batch = batch::parse(&raw, &options);
            texts.extend(batch.posts.into_iter().map(|(post, _)| post.text));
            rejects.extend(batch.rejects.into_iter().map(|reject| (reject.line, reject.reason)));
        }
        Ok((texts, rejects))
    }

    fn options() -> Options {
        let mut options = Options::default();
        options.defaults.source = Some("bbs.example.org".to_owned());
        options
    }

    #[test]
    fn quotes_breaks_and_blank_lines_are_read() {
        let table = "\r\nid , text\r\n1,\"a,\"\"b\"\"\r\nc\"\r\n\r\n   \r\n2,plain";
        let (texts, rejects) = read(table, options()).expect("a table");
        assert_eq!(texts, ["a,\"b\"\r\nc", "plain"]);
        assert_eq!(rejects, []);
    }

    #[test]
    fn ragged_records_are_set_aside_with_their_lines() {
        let (texts, rejects) = read("id,text\n1,a,x\n2,b\n3\n\"4\n\",d,,,,\n5,e\n", options()).expect("a table");
        assert_eq!(texts, ["b", "e"]);
        let ragged = |found| Reason::Ragged { found, expected: 2 };
        assert_eq!(rejects, [(2, ragged(3)), (4, ragged(1)), (5, ragged(6))]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line() {
        let (texts, rejects) = read("id,text\n1,a\n2,\"b\n3,c\n4,d\n", options()).expect("a table");
        assert_eq!(texts, ["a", "c", "d"]);
        assert_eq!(rejects, [(3, Reason::OpenQuote)]);
    }

    #[test]
    fn a_hostile_table_of_open_quotes_ends_soon() {
        let table: &'static str = String::leak(format!("id,text\n{}", "a\",\"\n".repeat(5_000)));
        let (texts, rejects) = read(table, options()).expect("a table");
        assert_eq!((texts.len(), rejects.len()), (0, OPEN_QUOTES_LIMIT + 1));
        assert_eq!(rejects.last(), Some(&(OPEN_QUOTES_LIMIT as u64 + 2, Reason::OpenQuoteRest)));
    }

    #[test]
    fn a_huge_cell_is_passed_over_without_being_held() {
        let table: &'static str = String::leak(format!("id,text\n1,\"{}\"\n2,b\n", "x\n".repeat(40_000)));
        let limited = Options { line_limit_bytes: 10_000, batch_bytes: 1_000, ..options() };
        let (texts, rejects) = read(table, limited).expect("a table");
        assert_eq!(texts, ["b"]);
        assert_eq!(rejects, [(2, Reason::TooLong(10_000))]);
    }

    #[test]
    fn a_table_without_its_columns_is_an_error() {
        let missing = |table| read(table, options()).expect_err("no header").to_string();
        assert!(missing("1,hello\n").contains("none of the table's 2 columns is `id`"));
        assert!(missing("id,words\n1,a\n").contains("`text`"));
        assert!(missing("id,text,text\n1,a,b\n").contains("two columns are named `text`"));
        let no_source = read("id,text\n", Options::default()).expect_err("no source").to_string();
        assert!(no_source.contains("--source NAME"), "{no_source}");
    }

    #[test]
    fn cells_hold_json_where_the_contract_has_objects() {
        let table = "id,text,media,extra\n1,,\"[{\"\"path\"\":\"\"a.jpg\"\"}]\",\n2,b,,\"{\"\"k\"\":1}\"\n3,c,,{\n";
        let (texts, rejects) = read(table, options()).expect("a table");
        assert_eq!(texts, ["", "b"]);
        assert_eq!(rejects.len(), 1);
    }
}
