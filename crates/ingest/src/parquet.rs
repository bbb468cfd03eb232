//! Parquet: rows in groups, each column apart.

use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Schema, TimeUnit};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use magpie_core::post::{Defect, Media, Post, Record, format_time};
use magpie_core::units::Time;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::RowGroupMetaData;
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::batch::{Batch, Body, RawBatch, Reason};
use crate::columns::Column;
use crate::csv::check_required;
use crate::error::IngestError;
use crate::options::Options;

/// Some rows, the columns of the contract only.
pub(crate) struct Rows {
    rows: RecordBatch,
    columns: Arc<[Column]>, // one per column of `rows`
    first_row: u64,
}

/// Cuts a file into batches of rows, one group of rows after the other.
pub(crate) struct Cutter {
    file: Arc<str>,
    table: Option<Table>, // none if the file cannot be decoded
    damage_said: bool,
    groups: Range<usize>,                     // not yet opened
    reader: Option<ParquetRecordBatchReader>, // of the group being read
    group_end: u64,                           // its last row
    columns: Arc<[Column]>,
    waiting: Option<RecordBatch>, // read, not yet cut
    row: u64,                     // the next one, from 1
    row_count: u64,
    batch_bytes: usize,
    file_bytes: u64,
    bytes_taken: u64,
}

/// A file whose schema is read.
struct Table {
    file: File,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    rows_at_once: usize,
}

impl Cutter {
    /// Reads the schema and finds the contract's columns. A file that cannot be decoded is set aside as a whole.
    ///
    /// # Errors
    /// [`IngestError::ColumnType`], [`IngestError::MissingColumn`] or [`IngestError::DuplicateColumn`].
    pub(crate) fn new(name: Arc<str>, file: File, options: &Options) -> Result<Cutter, IngestError> {
        let mut cutter = Cutter {
            file: name,
            table: None,
            damage_said: false,
            groups: 0..0,
            reader: None,
            group_end: 0,
            columns: Arc::default(),
            waiting: None,
            row: 1,
            row_count: 0,
            batch_bytes: options.batch_bytes.max(1),
            file_bytes: file.metadata().map_or(0, |metadata| metadata.len()),
            bytes_taken: 0,
        };
        let Some(metadata) = undamaged(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())) else {
            return Ok(cutter);
        };
        let layout = layout(&cutter.file, metadata.schema(), options)?;
        cutter.columns = layout.iter().map(|(column, _)| *column).collect();
        cutter.row_count = metadata.metadata().row_groups().iter().map(row_count).fold(0, u64::saturating_add);
        cutter.groups = 0..metadata.metadata().num_row_groups();
        cutter.table = undamaged(|| Table::open(file, &metadata, &layout, options));
        Ok(cutter)
    }

    /// The next batch; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<RawBatch>, IngestError> {
        if self.table.is_none() {
            let said = std::mem::replace(&mut self.damage_said, true);
            return Ok((!said).then(|| RawBatch::rejected(&self.file, 1, Reason::DamagedParquet)));
        }
        loop {
            if let Some(rows) = self.waiting.take() {
                return Ok(Some(self.cut(rows)));
            }
            let Some(reader) = &mut self.reader else {
                let Some(group) = self.groups.next() else { return Ok(None) };
                if !self.enter(group) {
                    return Ok(Some(self.leave_damaged()));
                }
                continue;
            };
            match undamaged(|| reader.next().transpose()) {
                Some(Some(rows)) => self.waiting = Some(rows).filter(|rows| rows.num_rows() > 0),
                Some(None) if self.row > self.group_end => self.reader = None,
                // It failed, or it ended before the rows that the file speaks of.
                _ => return Ok(Some(self.leave_damaged())),
            }
        }
    }

    /// Opens a group of rows; false if it is damaged.
    fn enter(&mut self, group: usize) -> bool {
        let Some(table) = &self.table else { return false };
        self.group_end = (self.row - 1).saturating_add(row_count(table.metadata.metadata().row_group(group)));
        self.reader = undamaged(|| table.group(group));
        self.reader.is_some()
    }

    /// Sets the rest of a group of rows aside.
    fn leave_damaged(&mut self) -> RawBatch {
        self.reader = None;
        let last_row = self.group_end.max(self.row);
        let raw = RawBatch::rejected(&self.file, self.row, Reason::DamagedRows { last_row });
        self.row = last_row.saturating_add(1);
        raw
    }

    /// Takes as many rows as fit a batch; the others wait.
    fn cut(&mut self, rows: RecordBatch) -> RawBatch {
        let count = rows_within(&rows, self.batch_bytes);
        if count < rows.num_rows() {
            self.waiting = Some(rows.slice(count, rows.num_rows() - count));
        }
        let rows = Rows { rows: rows.slice(0, count), columns: Arc::clone(&self.columns), first_row: self.row };
        self.row += count as u64;
        RawBatch::new(&self.file, Body::Rows(rows))
    }

    /// Bytes of the file behind the rows cut since the last call, as their share of all rows.
    pub(crate) fn bytes_read(&mut self) -> u64 {
        let rows = (self.row - 1).min(self.row_count);
        let share = u128::from(self.file_bytes) * u128::from(rows) / u128::from(self.row_count.max(1));
        let total = if self.row > self.row_count { self.file_bytes } else { share as u64 };
        total - std::mem::replace(&mut self.bytes_taken, total)
    }
}

fn row_count(group: &RowGroupMetaData) -> u64 {
    u64::try_from(group.num_rows()).unwrap_or(0)
}

/// What the decoder returns; `None` if the file is damaged, which it reports by an error or, on some bytes, a panic.
fn undamaged<T, E>(decode: impl FnOnce() -> Result<T, E>) -> Option<T> {
    // Whatever was being decoded is dropped after a panic, so that no broken state is seen.
    catch_unwind(AssertUnwindSafe(decode)).ok().and_then(Result::ok)
}

impl Table {
    /// Opens the file with its texts as plain bytes, so that one broken text costs its own row, not all that follow.
    ///
    /// They come as views, which share the bytes of dictionaries: a long text that many rows repeat is held once.
    fn open(file: File, metadata: &ArrowReaderMetadata, layout: &[(Column, usize)], options: &Options) -> parquet::errors::Result<Table> {
        let mut types = metadata.parquet_schema().root_schema().get_fields().to_vec();
        let mut fields = metadata.schema().fields().to_vec();
        for (_, at) in layout {
            if is_text(fields[*at].data_type()) && types[*at].is_primitive() {
                types[*at] = Arc::new(unmarked(&types[*at])?);
                fields[*at] = Arc::new(fields[*at].as_ref().clone().with_data_type(DataType::BinaryView));
            }
        }
        let root = Type::group_type_builder(metadata.parquet_schema().name()).with_fields(types).build()?;
        let reading = ArrowReaderOptions::default()
            .with_parquet_schema(Arc::new(SchemaDescriptor::new(Arc::new(root))))
            .with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::load(&file, reading)?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), layout.iter().map(|(_, at)| *at));
        let rows_at_once = rows_at_once(&metadata, options);
        Ok(Table { file, metadata, mask, rows_at_once })
    }

    /// Reads one group of rows.
    fn group(&self, group: usize) -> parquet::errors::Result<ParquetRecordBatchReader> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.try_clone()?, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(self.rows_at_once)
            .build()
    }
}

/// The type of a text column without the mark that it is text, which the decoder would check a page at a time.
fn unmarked(text: &Type) -> parquet::errors::Result<Type> {
    let info = text.get_basic_info();
    Type::primitive_type_builder(text.name(), text.get_physical_type())
        .with_repetition(info.repetition())
        .with_id(info.has_id().then(|| info.id()))
        .build()
}

/// Rows that are decoded at once: fewer where rows are long.
fn rows_at_once(metadata: &ArrowReaderMetadata, options: &Options) -> usize {
    let longest = metadata.metadata().row_groups().iter().map(|group| group.total_byte_size() / group.num_rows().max(1)).max();
    let row_bytes = usize::try_from(longest.unwrap_or(1)).unwrap_or(1).max(1);
    (options.batch_bytes / row_bytes).clamp(1, options.batch_rows.max(1))
}

/// How many rows fit a batch, at least one.
fn rows_within(rows: &RecordBatch, batch_bytes: usize) -> usize {
    let mut bytes = 0;
    for row in 0..rows.num_rows() {
        for column in rows.columns().iter().filter_map(|column| column.as_binary_view_opt()) {
            bytes += column.views()[row] as u32 as usize; // the low 32 bits of a view are its length
        }
        if bytes > batch_bytes {
            return row.max(1);
        }
    }
    rows.num_rows()
}

/// Finds the contract's columns, in the order of the file, and checks their types.
fn layout(file: &str, schema: &Schema, options: &Options) -> Result<Vec<(Column, usize)>, IngestError> {
    let mut columns: Vec<(Column, usize)> = Vec::new();
    for (at, field) in schema.fields().iter().enumerate() {
        let Some(column) = options.map.column(field.name()) else { continue };
        let name = || field.name().clone();
        if columns.iter().any(|(earlier, _)| *earlier == column) {
            return Err(IngestError::DuplicateColumn { file: file.to_owned(), column: name() });
        }
        let (fits, expected) = fits(column, field.data_type());
        if !fits {
            let found = field.data_type().to_string();
            return Err(IngestError::ColumnType { file: file.to_owned(), column: name(), expected, found });
        }
        columns.push((column, at));
    }
    let has = |column: Column| columns.iter().any(|(found, _)| *found == column);
    check_required(file, has, schema.fields().len(), options)?;
    Ok(columns)
}

/// Whether a column can be read from a type, and from which ones it can.
fn fits(column: Column, kind: &DataType) -> (bool, &'static str) {
    // A column of nulls has no type of its own in some writers.
    let text = is_text(kind) || *kind == DataType::Null;
    match column {
        Column::PublishedAt => {
            let time = matches!(kind, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64);
            (text || time, "text, a timestamp or a date")
        }
        Column::Media => (text || is_media(kind), "text with JSON, or a list of {path, sha256, mime}"),
        Column::Extra => (text, "text with a JSON object"),
        _ if column.takes_numbers() => (text || kind.is_integer(), "text or whole numbers"),
        _ => (text, "text"),
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true, // old writers do not mark text
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

fn is_media(kind: &DataType) -> bool {
    let (DataType::List(item) | DataType::LargeList(item)) = kind else { return false };
    let DataType::Struct(parts) = item.data_type() else { return false };
    parts.iter().all(|part| !MEDIA_PARTS.contains(&part.name().as_str()) || is_plain_text(part.data_type()))
}

fn is_plain_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

const MEDIA_PARTS: [&str; 3] = ["path", "sha256", "mime"];

/// Reads rows into posts.
pub(crate) fn parse(rows: &Rows, file: &Arc<str>, options: &Options, batch: &mut Batch) {
    for row in 0..rows.rows.num_rows() {
        batch.push(file, rows.first_row + row as u64, read(rows, row, options));
    }
}

fn read(rows: &Rows, row: usize, options: &Options) -> Result<Post, Reason> {
    let mut record = Record::default();
    for (column, values) in rows.columns.iter().zip(rows.rows.columns()) {
        if values.is_null(row) || *values.data_type() == DataType::Null {
            continue;
        }
        if let Some(texts) = values.as_binary_view_opt() {
            let text = str::from_utf8(texts.value(row)).map_err(|error| Reason::CellBytes(column.name(), error.valid_up_to() + 1))?;
            column.set(&mut record, text)?;
        } else if *column == Column::Media {
            record.media = media_at(values, row);
        } else if let Some(place) = column.text_of(&mut record) {
            let written = match column {
                Column::PublishedAt => time_at(values, row).ok_or(Defect::Time)?,
                _ => number_at(values, row).ok_or(Defect::Missing(column.name()))?,
            };
            *place = Some(Cow::Owned(written));
        }
    }
    Ok(record.into_post(&options.defaults)?)
}

fn number_at(values: &ArrayRef, row: usize) -> Option<String> {
    Some(match values.data_type() {
        DataType::Int8 => values.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => values.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => values.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => values.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt8 => values.as_primitive::<UInt8Type>().value(row).to_string(),
        DataType::UInt16 => values.as_primitive::<UInt16Type>().value(row).to_string(),
        DataType::UInt32 => values.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => values.as_primitive::<UInt64Type>().value(row).to_string(),
        _ => return None,
    })
}

/// A timestamp or date as RFC 3339; without an offset where the file gives no zone.
fn time_at(values: &ArrayRef, row: usize) -> Option<String> {
    let (unix_seconds, zone) = match values.data_type() {
        DataType::Timestamp(unit, zone) => {
            let seconds = match unit {
                TimeUnit::Second => values.as_primitive::<TimestampSecondType>().value(row),
                TimeUnit::Millisecond => values.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(1_000),
                TimeUnit::Microsecond => values.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000),
                TimeUnit::Nanosecond => values.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000_000),
            };
            (seconds, zone.as_deref())
        }
        DataType::Date32 => (i64::from(values.as_primitive::<Date32Type>().value(row)) * 86_400, None),
        DataType::Date64 => (values.as_primitive::<Date64Type>().value(row).div_euclid(1_000), None),
        _ => return None,
    };
    let moment = Timestamp::from_second(unix_seconds).ok()?;
    let Some(zone) = zone else {
        return Some(TimeZone::UTC.to_datetime(moment).to_string());
    };
    let offset_seconds = zone_of(zone)?.to_offset(moment).seconds();
    Some(format_time(Time { unix_seconds, offset_seconds }))
}

/// The zone of a timestamp column: a name, or an offset such as `+08:00`.
fn zone_of(written: &str) -> Option<TimeZone> {
    let sign = match written.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return TimeZone::get(written).ok(),
    };
    let (hours, minutes) = written[1..].split_once(':').unwrap_or((&written[1..], "0"));
    let seconds = hours.parse::<i32>().ok()?.checked_mul(3_600)?.checked_add(minutes.parse::<i32>().ok()?.checked_mul(60)?)?;
    jiff::tz::Offset::from_seconds(sign * seconds).ok().map(TimeZone::fixed)
}

fn media_at(values: &ArrayRef, row: usize) -> Option<Vec<Media>> {
    let items = match values.data_type() {
        DataType::List(_) => values.as_list::<i32>().value(row),
        DataType::LargeList(_) => values.as_list::<i64>().value(row),
        _ => return None,
    };
    let items = items.as_struct_opt()?;
    let [path, sha256, mime] = MEDIA_PARTS;
    let media_at = |nth| Media { path: part_at(items, path, nth), sha256: part_at(items, sha256, nth), mime: part_at(items, mime, nth) };
    Some((0..items.len()).filter(|nth| items.is_valid(*nth)).map(media_at).collect())
}

fn part_at(items: &StructArray, part: &str, nth: usize) -> Option<String> {
    let values = items.column_by_name(part).filter(|values| values.is_valid(nth))?;
    Some(match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().value(nth).to_owned(),
        DataType::LargeUtf8 => values.as_string::<i64>().value(nth).to_owned(),
        DataType::Utf8View => values.as_string_view().value(nth).to_owned(),
        _ => return None,
    })
}
