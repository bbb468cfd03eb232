//! Any bytes in any format: no panic, an end, and counts that add up.

use std::io::{Cursor, Write};
use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use magpie_ingest::{Counts, Duplicates, Input, Options, Reader};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

/// Reads to the end, over all errors, and returns the sums; they are checked as they grow.
fn read(name: &str, bytes: Vec<u8>) -> Counts {
    let mut options = Options { line_limit_bytes: 300, batch_bytes: 100, batch_rows: 7, ..Options::default() };
    options.defaults.source = Some("bbs.example.org".to_owned());
    let mut reader = Reader::open([Input::stream(name, Cursor::new(bytes))], options).expect("a stream");
    let (mut counts, mut duplicates) = (Counts::default(), Duplicates::default());
    loop {
        match reader.next_batch() {
            Ok(Some(mut batch)) => {
                assert!(batch.posts.is_sorted_by_key(|(_, place)| place.line));
                assert!(batch.rejects.is_sorted_by_key(|reject| reject.line));
                duplicates.set_aside(&mut batch);
                counts.add(&batch);
            }
            Ok(None) => return counts,
            Err(_) => {}
        }
    }
}

/// Bytes, and scraps that formats are made of.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        prop::sample::select(vec![
            &b"{\"id\":\"1\",\"text\":\"a\"}"[..],
            b"{",
            b"}",
            b"[",
            b"\"",
            b"\"\"",
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\r",
            b"\0",
            b"id",
            b"text",
            b"\\u0000",
            b"\\ud800",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\xc4\xe3\xba\xc3",
            b"\xe4\xbd\xa0",
            b"\x81\x30",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..40),
        (0_usize..900).prop_map(|size| vec![b'x'; size]),
    ];
    prop::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

/// The places of all records, and what became of them.
fn outcome(bytes: &[u8], options: Options) -> Vec<String> {
    let mut reader = Reader::open([Input::stream("a", Cursor::new(bytes.to_vec()))], options).expect("a stream");
    let mut outcome = Vec::new();
    while let Some(batch) = reader.next_batch().expect("memory does not fail") {
        outcome.extend(batch.posts.iter().map(|(post, place)| format!("{:06} {}", place.line, post.text)));
        outcome.extend(batch.rejects.iter().map(|reject| format!("{:06} {}", reject.line, reject.reason)));
    }
    outcome.sort();
    outcome
}

fn parquet() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..50));
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..50).map(|id| format!("text {}", id % 7))));
        let rows = RecordBatch::try_from_iter([("id", ids), ("text", texts)]).expect("equal lengths");
        let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), None).expect("a valid schema");
        writer.write(&rows).expect("memory does not fail");
        writer.into_inner().expect("memory does not fail")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_json_lines(bytes in scraps()) {
        read("a.jsonl", bytes.clone());
        read("a.jsonl", [b"{\"id\":1}\n", &bytes[..]].concat());
    }

    #[test]
    fn of_tables(bytes in scraps(), delimiter in prop::sample::select(vec![",", ";", "\t", "|"])) {
        read("a.csv", bytes.clone());
        read("a.csv", [format!("id{delimiter}text\n").as_bytes(), &bytes[..]].concat());
    }

    #[test]
    fn of_compressed_streams(bytes in scraps(), cut in 0_usize..2_000, flip in 0_usize..2_000) {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&bytes).expect("memory does not fail");
        let zstd = zstd::encode_all(&bytes[..], 1).expect("memory does not fail");
        for mut packed in [gzip.finish().expect("memory does not fail"), zstd] {
            packed.truncate(packed.len().saturating_sub(cut % 40).max(4));
            let at = flip % packed.len();
            if flip % 3 == 0 && at > 3 {
                packed[at] ^= 0x41;
            }
            read("a.jsonl", packed);
        }
    }

    #[test]
    fn of_parquet(start in 4_usize..2_000, new in prop::collection::vec(any::<u8>(), 1..9), random in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = parquet().to_vec();
        let start = start % bytes.len();
        let end = (start + new.len()).min(bytes.len());
        bytes[start..end].copy_from_slice(&new[..end - start]);
        read("a.parquet", bytes);
        read("a.parquet", [b"PAR1", &random[..], b"PAR1"].concat());
    }

    #[test]
    fn of_lines_that_are_counted(parts in prop::collection::vec("[ a-z\"{}]{0,12}", 0..60)) {
        let text = parts.join("\n");
        let counts = read("a.jsonl", [b"{}\n", text.as_bytes()].concat());
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        prop_assert_eq!(counts.read, lines + 1);
    }

    #[test]
    fn in_batches_of_any_size_come_to_the_same(bytes in scraps(), batch_bytes in 1_usize..500, batch_rows in 1_usize..9) {
        for start in [&b"{}\n"[..], b"id,source,text\n"] {
            let bytes = [start, &bytes[..]].concat();
            let whole = Options { line_limit_bytes: 300, ..Options::default() };
            let parts = Options { batch_bytes, batch_rows, ..whole.clone() };
            prop_assert_eq!(outcome(&bytes, whole), outcome(&bytes, parts));
        }
    }
}
