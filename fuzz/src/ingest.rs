//! Laws of reading files: no panic, an end, and counts that add up.

use std::io::{Cursor, Write};

use magpie_ingest::{Counts, Duplicates, Input, Options, Reader};

/// The first byte says how the rest is packed and named, and how small batches are.
pub fn check(bytes: &[u8]) {
    let Some((&how, rest)) = bytes.split_first() else { return };
    let packed = match how % 4 {
        1 => gzip(rest),
        2 => zstd::encode_all(rest, 1).expect("memory does not fail"),
        _ => rest.to_vec(),
    };
    let name = ["a.jsonl", "a.csv", "a.parquet", "a"][usize::from(how / 4 % 4)];
    let small = Options { line_limit_bytes: 300, batch_bytes: 100, batch_rows: 7, ..options() };
    let counts = read(name, &packed, small);
    let whole = read(name, &packed, Options { line_limit_bytes: 300, ..options() });
    assert!((counts.read, counts.accepted, counts.rejected) == (whole.read, whole.accepted, whole.rejected), "batches change counts");
}

fn options() -> Options {
    let mut options = Options { decompressed_limit_bytes: 1 << 20, ..Options::default() };
    options.defaults.source = Some("bbs.example.org".to_owned());
    options
}

/// Reads to the end, over all errors.
fn read(name: &str, bytes: &[u8], options: Options) -> Counts {
    let mut reader = Reader::open([Input::stream(name, Cursor::new(bytes.to_vec()))], options).expect("a stream opens");
    let (mut counts, mut duplicates) = (Counts::default(), Duplicates::default());
    loop {
        match reader.next_batch() {
            Ok(Some(mut batch)) => {
                assert!(batch.posts.is_sorted_by_key(|(_, place)| place.line), "posts stand in order");
                assert!(batch.rejects.is_sorted_by_key(|reject| reject.line), "rejects stand in order");
                duplicates.set_aside(&mut batch);
                counts.add(&batch);
            }
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert!(counts.accepted + counts.rejected == counts.read, "a record is lost");
    counts
}

/// Bytes as gzip packs them.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("memory does not fail");
    packed.finish().expect("memory does not fail")
}
