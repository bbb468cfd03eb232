//! Parquet: types that are read, types that are refused, files that are damaged.

use std::collections::HashMap;
use std::fs;
use std::io::{Cursor, Write};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};
use magpie_core::post::{Post, format_time};
use magpie_ingest::{Counts, IngestError, Input, Options, Reader, Reason};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

type Outcome = (Vec<Post>, Vec<(u64, Reason)>);

fn write(rows: &RecordBatch, group_rows: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(group_rows))
        .set_compression(parquet::basic::Compression::SNAPPY)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).expect("a valid schema");
    writer.write(rows).expect("memory does not fail");
    writer.into_inner().expect("memory does not fail")
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    write(
        &RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true))).expect("equal lengths"),
        1_000,
    )
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn read_with(bytes: Vec<u8>, options: Options) -> Result<Outcome, IngestError> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), &bytes).expect("a temporary file");
    let size = bytes.len() as u64;
    let mut reader = Reader::open([Input::Path(file.path().to_owned())], options)?;
    let (mut posts, mut rejects, mut counts) = (Vec::new(), Vec::new(), Counts::default());
    while let Some(batch) = reader.next_batch()? {
        counts.add(&batch);
        posts.extend(batch.posts.into_iter().map(|(post, _)| post));
        rejects.extend(batch.rejects.into_iter().map(|reject| (reject.line, reject.reason)));
    }
    assert!(counts.bytes_read <= size);
    Ok((posts, rejects))
}

fn read(bytes: Vec<u8>) -> Result<Outcome, IngestError> {
    let mut options = Options::default();
    options.defaults.source = Some("bbs.example.org".to_owned());
    read_with(bytes, options)
}

#[test]
fn every_kind_of_text_and_number_is_read() {
    let rows = table(vec![
        ("id", Arc::new(Int64Array::from(vec![7, -8]))),
        ("text", Arc::new(DictionaryArray::<Int32Type>::from_iter(["a", "b"]))),
        ("title", Arc::new(LargeStringArray::from(vec![Some("c"), None]))),
        ("author_name", Arc::new(StringViewArray::from(vec!["d", "a name of more than twelve bytes"]))),
        ("author_id", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
        ("thread_id", Arc::new(Int32Array::from(vec![1, 2]))),
        ("group_name", Arc::new(BinaryArray::from(vec![&b"e"[..], b"\xff"]))),
        ("extra", texts(&["{\"k\":[1]}", ""])),
        ("score", Arc::new(Float64Array::from(vec![0.5, 0.5]))),
    ]);
    let (posts, rejects) = read(rows).expect("a table");
    assert_eq!(posts.len(), 1);
    let post = &posts[0];
    assert_eq!((post.id.as_str(), post.text.as_str(), post.title.as_deref()), ("7", "a", Some("c")));
    assert_eq!((post.author_id.as_deref(), post.thread_id.as_deref()), (Some("18446744073709551615"), Some("1")));
    assert_eq!((post.author_name.as_deref(), post.group_name.as_deref()), (Some("d"), Some("e")));
    assert_eq!(post.extra.as_ref().map(|extra| extra.0.get()), Some("{\"k\":[1]}"));
    assert_eq!(rejects, [(2, Reason::CellBytes("group_name", 1))]);
}

#[test]
fn a_text_that_is_not_utf8_costs_its_own_row() {
    let text: String = (0..200).map(|_| "plain words ").collect();
    let good = table(vec![("id", texts(&["1", "2", "3"])), ("text", texts(&["one", "two QQQ", &text]))]);
    let at = good.windows(3).position(|part| part == b"QQQ").expect("a short text is stored as it is");
    let mut broken = good;
    broken[at] = 0xff;
    let (posts, rejects) = read(broken).expect("a table");
    assert_eq!(posts.iter().map(|post| post.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(rejects, [(2, Reason::CellBytes("text", 5))]);
}

#[test]
fn times_of_every_unit_are_read() {
    let second = 1_771_079_580; // 2026-02-14T14:33:00Z
    let (shanghai, utc) = ("2026-02-14T22:33:00+08:00", "2026-02-14T14:33:00+00:00");
    let local = "2026-02-14T14:33:00+08:00"; // without a zone the clock is read in the run's own
    let cases: Vec<(ArrayRef, &str)> = vec![
        (Arc::new(TimestampSecondArray::from(vec![second]).with_timezone("Asia/Shanghai")), shanghai),
        (Arc::new(TimestampMillisecondArray::from(vec![second * 1_000 + 999]).with_timezone("+08:00")), shanghai),
        (Arc::new(TimestampMicrosecondArray::from(vec![second * 1_000_000]).with_timezone("UTC")), utc),
        (Arc::new(TimestampNanosecondArray::from(vec![second * 1_000_000_000])), local),
        (Arc::new(Date32Array::from(vec![20_498])), "2026-02-14T00:00:00+08:00"),
        (texts(&["2026-02-14T22:33:00+08:00"]), shanghai),
    ];
    for (times, written) in cases {
        let kind = times.data_type().to_string();
        let rows = table(vec![("id", texts(&["1"])), ("text", texts(&["a"])), ("published_at", times)]);
        let (posts, rejects) = read(rows).expect("a table");
        assert_eq!(rejects, [], "{kind}");
        assert_eq!(posts[0].published_at.map(format_time).as_deref(), Some(written), "{kind}");
    }
}

#[test]
fn times_outside_the_calendar_cost_their_own_rows() {
    let times = Arc::new(TimestampSecondArray::from(vec![i64::MIN, -62_167_219_200, 253_402_300_799, 0, i64::MAX]));
    let rows = table(vec![("id", texts(&["1", "2", "3", "4", "5"])), ("text", texts(&["a"; 5])), ("published_at", times)]);
    let (posts, rejects) = read(rows).expect("a table");
    assert_eq!((posts.len(), rejects.len()), (1, 4));
}

#[test]
fn media_are_read_from_lists() {
    let parts = vec![Field::new("path", DataType::Utf8, true), Field::new("mime", DataType::Utf8, true)];
    let mut media = ListBuilder::new(StructBuilder::from_fields(parts, 1));
    media.values().field_builder::<StringBuilder>(0).expect("the path").append_value("a.jpg");
    media.values().field_builder::<StringBuilder>(1).expect("the type").append_null();
    media.values().append(true);
    media.append(true);
    let rows = table(vec![("id", texts(&["1"])), ("text", texts(&[""])), ("media", Arc::new(media.finish()))]);
    let (posts, _) = read(rows).expect("a table");
    assert_eq!((posts[0].media.len(), posts[0].media[0].path.as_deref()), (1, Some("a.jpg")));
}

#[test]
fn field_numbers_of_other_writers_do_no_harm() {
    let number = |field: Field, id: &str| field.with_metadata(HashMap::from([("PARQUET:field_id".to_owned(), id.to_owned())]));
    let schema = Schema::new(vec![
        number(Field::new("uid", DataType::Int64, false), "1"),
        number(Field::new("content", DataType::Utf8, false), "2"),
    ]);
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![5])), texts(&["a"])];
    let rows = write(&RecordBatch::try_new(Arc::new(schema), columns).expect("equal lengths"), 10);
    let mut options = Options { map: "id=uid,text=content".parse().expect("valid"), ..Options::default() };
    options.defaults.source = Some("bbs.example.org".to_owned());
    let (posts, rejects) = read_with(rows, options).expect("a table");
    assert_eq!((posts.len(), rejects), (1, vec![]));
}

#[test]
fn a_column_of_the_wrong_type_is_named() {
    let part: (Arc<Field>, ArrayRef) = (Arc::new(Field::new("k", DataType::Utf8, true)), texts(&["v"]));
    let wrong: Vec<(&str, ArrayRef, &str)> = vec![
        ("text", Arc::new(Int32Array::from(vec![1])), "column `text` has the type Int32, expected text;"),
        ("id", Arc::new(Float64Array::from(vec![1.0])), "column `id` has the type Float64, expected text or whole numbers;"),
        ("published_at", Arc::new(Int64Array::from(vec![1])), "expected text, a timestamp or a date;"),
        ("extra", Arc::new(StructArray::from(vec![part])), "expected text with a JSON object;"),
    ];
    for (name, values, words) in wrong {
        let mut columns = vec![("id", texts(&["1"])), ("text", texts(&["a"]))];
        columns.retain(|(other, _)| *other != name);
        columns.push((name, values));
        let error = read(table(columns)).expect_err("a wrong type").to_string();
        assert!(error.contains(words), "{error}");
    }
    let error = read(table(vec![("text", texts(&["a"]))])).expect_err("no id").to_string();
    assert!(error.contains("none of the table's 1 columns is `id`"), "{error}");
}

#[test]
fn rows_are_counted_over_groups_and_batches() {
    let ids: Vec<String> = (0..5_000).map(|id| id.to_string()).collect();
    let long = "x".repeat(20_000);
    let words: Vec<&str> = (0..5_000).map(|id| if id % 999 == 500 { "" } else { long.as_str() }).collect();
    let rows = table(vec![("id", texts(&ids.iter().map(String::as_str).collect::<Vec<_>>())), ("text", texts(&words))]);
    assert!(rows.len() < 1 << 20, "the long text is held once in each group");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), &rows).expect("a temporary file");
    let mut options = Options::default();
    options.defaults.source = Some("bbs.example.org".to_owned());
    let mut reader = Reader::open([Input::Path(file.path().to_owned())], options).expect("a file");
    let (mut counts, mut rejected) = (Counts::default(), Vec::new());
    while let Some(batch) = reader.next_batch().expect("a table") {
        assert!(batch.posts.len() <= 210, "a batch holds 4 MiB: {}", batch.posts.len());
        rejected.extend(batch.rejects.iter().map(|reject| reject.line));
        counts.add(&batch);
    }
    assert_eq!((counts.read, counts.bytes_read), (5_000, rows.len() as u64));
    assert_eq!(rejected, [501, 1_500, 2_499, 3_498, 4_497]);
}

#[test]
fn compressed_and_streamed_parquet_is_unpacked_first() {
    let rows = table(vec![("id", texts(&["1"])), ("text", texts(&["a"])), ("source", texts(&["s"]))]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&rows).expect("memory does not fail");
    for bytes in [rows.clone(), gzip.finish().expect("memory does not fail")] {
        let mut reader = Reader::open([Input::stream("-", Cursor::new(bytes))], Options::default()).expect("a stream");
        let batch = reader.next_batch().expect("a table").expect("a batch");
        assert_eq!((batch.posts.len(), batch.rejects.len()), (1, 0));
    }
}

#[test]
fn damaged_files_are_set_aside_from_where_they_break() {
    let ids: Vec<String> = (0..3_000).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let good = table(vec![("id", texts(&ids)), ("text", texts(&ids))]);
    assert_eq!(read(good[..good.len() - 9].to_vec()).expect("set aside").1, [(1, Reason::DamagedParquet)]);
    assert_eq!(read(b"PAR1".to_vec()).expect("set aside").1, [(1, Reason::DamagedParquet)]);

    let mut broken = good.clone();
    let middle = good.len() / 2;
    broken[middle..middle + 2_000].fill(0xee);
    let (posts, rejects) = read(broken).expect("set aside");
    let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!((ids.len(), ids[0], ids[1_000], ids[1_999]), (2_000, "0", "2000", "2999"), "the other two groups are whole");
    assert_eq!(rejects, [(1_001, Reason::DamagedRows { last_row: 2_000 })]);
}

#[test]
fn a_table_without_rows_is_no_error() {
    assert_eq!(read(table(vec![("id", texts(&[])), ("text", texts(&[]))])).expect("a table"), (vec![], vec![]));
}
