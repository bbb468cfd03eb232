//! Broken and hostile files: every record is accounted for, and reading goes on.

use std::fs;
use std::io::{self, Cursor, Read, Write};

use magpie_ingest::{Compression, Counts, Encoding, IngestError, Input, Options, Reader, Reason, Remark};

/// What a run came to. Texts stand for posts.
#[derive(Debug, Default, PartialEq)]
struct Run {
    texts: Vec<String>,
    lines: Vec<u64>,
    rejects: Vec<(u64, Reason)>,
    remarks: Vec<Remark>,
}

fn run(input: Input, options: Options) -> Result<Run, IngestError> {
    let mut reader = Reader::open([input], options)?;
    let (mut run, mut counts) = (Run::default(), Counts::default());
    while let Some(batch) = reader.next_batch()? {
        counts.add(&batch);
        for (post, place) in batch.posts {
            run.texts.push(post.text);
            run.lines.push(place.line);
        }
        run.rejects.extend(batch.rejects.into_iter().map(|reject| (reject.line, reject.reason)));
        run.remarks.extend(batch.notes.into_iter().map(|note| note.remark));
    }
    assert!(counts.balanced());
    assert_eq!(counts.read as usize, run.texts.len() + run.rejects.len());
    Ok(run)
}

fn read(bytes: impl Into<Vec<u8>>) -> Run {
    run(Input::stream("posts.jsonl", Cursor::new(bytes.into())), Options::default()).expect("a stream of records")
}

fn line(id: usize, text: &str) -> String {
    format!(r#"{{"id":"{id}","source":"bbs.example.org","text":"{text}"}}"#)
}

fn lines(count: usize) -> String {
    (1..=count).map(|id| line(id, "今天的天气一直很好") + "\n").collect()
}

#[test]
fn a_byte_that_is_not_utf8_costs_its_own_line() {
    let mut bytes = lines(3).into_bytes();
    let second = bytes.iter().position(|byte| *byte == b'\n').expect("three lines") + 1;
    bytes[second + 2] = 0xff;
    let run = read(bytes);
    assert_eq!(run.lines, [1, 3]);
    assert_eq!(run.rejects, [(2, Reason::Bytes(3))]);
    assert!(run.rejects[0].1.to_string().starts_with("byte 3 of the line"));
}

#[test]
fn other_encodings_are_decoded_and_said() {
    let text = format!("{}\nbroken\n{}", line(1, "你好，今天的天气一直很好"), line(2, "明天去公园"));
    let utf16 = |unit: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> { format!("{mark}{text}").encode_utf16().flat_map(unit).collect() };
    for (bytes, encoding) in [
        (utf16(u16::to_le_bytes, ""), Encoding::Utf16Le),
        (utf16(u16::to_le_bytes, "\u{feff}"), Encoding::Utf16Le),
        (utf16(u16::to_be_bytes, ""), Encoding::Utf16Be),
        (utf16(u16::to_be_bytes, "\u{feff}"), Encoding::Utf16Be),
        (encoding_rs::GB18030.encode(&text).0.into_owned(), Encoding::Gb18030),
    ] {
        let run = read(bytes);
        assert_eq!(run.texts, ["你好，今天的天气一直很好", "明天去公园"], "{encoding}");
        assert_eq!((run.lines, run.rejects.len()), (vec![1, 3], 1), "{encoding}");
        assert_eq!(run.remarks, [Remark::Decoded(encoding)]);
    }
}

#[test]
fn marks_line_ends_blanks_and_zero_bytes_are_harmless() {
    let text = format!("\u{feff}{}\r\n\r\n \t\n{}\r\n\0\0\n{{\"id\":\"\0\"}}\n{}", line(1, "a"), line(2, "b"), line(3, "c"));
    let run = read(text);
    assert_eq!(run.texts, ["a", "b", "c"]);
    assert_eq!(run.lines, [1, 4, 7]);
    assert_eq!(run.rejects.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn a_line_beyond_the_limit_is_set_aside_wherever_it_stands() {
    let long = line(2, &"x".repeat(5_000));
    for (text, accepted, rejected) in [
        (format!("{}\n{long}\n{}\n", line(1, "a"), line(3, "c")), vec![1, 3], 2),
        (format!("{long}\n{}", line(3, "c")), vec![2], 1),
        (format!("{}\n{long}", line(1, "a")), vec![1], 2),
    ] {
        for batch_bytes in [64, 1_000, 100_000] {
            let options = Options { line_limit_bytes: 2_000, batch_bytes, ..Options::default() };
            let run = run(Input::stream("-", Cursor::new(text.clone())), options).expect("lines");
            assert_eq!(run.lines, accepted, "{batch_bytes}");
            assert_eq!(run.rejects, [(rejected, Reason::TooLong(2_000))], "{batch_bytes}");
        }
    }
}

#[test]
fn nesting_of_any_depth_needs_no_stack() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_objects = format!("{}1{}", "{\"k\":".repeat(10_000), "}".repeat(10_000));
    let record = |column: &str, value: &str| format!("{{\"id\":\"1\",\"source\":\"s\",\"text\":\"t\",\"{column}\":{value}}}\n");
    let kept = [record("extra", &deep_objects), record("extra", &deep), record("unknown", &deep)].concat();
    assert_eq!(read(kept).lines, [1, 2, 3]);
    for column in ["media", "title", "author_id"] {
        assert_eq!(read(record(column, &deep)).rejects.len(), 1, "{column}");
    }
    assert_eq!(read(format!("{{}}\n{deep}")).rejects[1], (2, Reason::Array));

    let mapped = Options { map: "title=headline,author_id=uid".parse().expect("valid"), ..Options::default() };
    for (column, accepted) in [("extra", 1), ("unknown", 1), ("headline", 0), ("uid", 0), ("media", 0)] {
        let input = Input::stream("-", Cursor::new(record(column, &deep)));
        assert_eq!(run(input, mapped.clone()).expect("lines").texts.len(), accepted, "{column}");
    }
}

#[test]
fn a_compressed_bomb_keeps_what_came_before_it() {
    let plain = format!("{}{}", lines(3), " ".repeat(80 << 20));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(plain.as_bytes()).expect("memory does not fail");
    let zstd = zstd::encode_all(plain.as_bytes(), 3).expect("memory does not fail");
    for (bytes, kind) in [(gzip.finish().expect("memory does not fail"), Compression::Gzip), (zstd, Compression::Zstd)] {
        let run = read(bytes);
        assert_eq!(run.lines, [1, 2, 3]);
        // The blanks are one line beyond its limit before they are a bomb.
        let (_, last) = run.rejects.last().expect("the bomb is set aside");
        assert!(matches!(last, Reason::Bomb { compression, .. } if *compression == kind), "{last}");
    }
    let small = Options { decompressed_limit_bytes: 200, ..Options::default() };
    let bytes = zstd::encode_all(lines(9).as_bytes(), 3).expect("memory does not fail");
    let run = run(Input::stream("-", Cursor::new(bytes)), small).expect("lines");
    assert_eq!(run.lines, [1, 2]);
    assert_eq!(run.rejects, [(3, Reason::Bomb { compression: Compression::Zstd, size_bytes: 200 })]);
}

#[test]
fn a_truncated_stream_keeps_what_came_before_the_cut() {
    let plain: String = (0..2_000).map(|id| line(id, &format!("{}", id * 7_919 % 10_007)) + "\n").collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain.as_bytes()).expect("memory does not fail");
    let zstd = {
        let mut writer = zstd::Encoder::new(Vec::new(), 1).expect("memory does not fail");
        for part in plain.as_bytes().chunks(9_999) {
            writer.write_all(part).expect("memory does not fail");
            writer.flush().expect("memory does not fail");
        }
        writer.finish().expect("memory does not fail")
    };
    for (bytes, kind) in [(gzip.finish().expect("memory does not fail"), Compression::Gzip), (zstd, Compression::Zstd)] {
        assert_eq!(read(bytes.clone()).texts.len(), 2_000);
        let run = read(&bytes[..bytes.len() / 2]);
        assert!(run.texts.len() > 300, "{kind}: {}", run.texts.len());
        assert_eq!(run.rejects, [(run.texts.len() as u64 + 1, Reason::Damaged(kind))]);
        assert_eq!(read(&bytes[..5]).rejects, [(1, Reason::Damaged(kind))]);
    }
}

#[test]
fn times_outside_the_calendar_are_set_aside() {
    let timed = |time: &str| format!("{{\"id\":\"1\",\"source\":\"s\",\"text\":\"t\",\"published_at\":\"{time}\"}}\n");
    let run = read(
        [timed("0000-01-01T00:00:00Z"), timed("9999-12-31T23:59:59Z"), timed("0001-01-02T00:00:00Z"), timed("9998-12-31 00:00")].concat(),
    );
    assert_eq!((run.lines, run.rejects.len()), (vec![3, 4], 2));
}

#[test]
fn an_empty_file_is_a_note() {
    for bytes in [&b""[..], b"\n \r\n", b"\xef\xbb\xbf"] {
        assert_eq!(read(bytes), Run { remarks: vec![Remark::Empty], ..Run::default() });
    }
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()).finish();
    assert_eq!(read(gzip.expect("memory does not fail")).remarks, [Remark::Empty]);
}

#[test]
fn a_disk_that_fails_is_an_error_after_what_it_gave() {
    struct Failing(Cursor<String>);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the cable is out")),
                size => Ok(size),
            }
        }
    }
    let table = "id,source,text\n1,s,a\n2,s,b\n3,s".to_owned();
    for first in [lines(2) + "{\"id", table] {
        let inputs = [Input::stream("a", Failing(Cursor::new(first))), Input::stream("b", Cursor::new(lines(1)))];
        let mut reader = Reader::open(inputs, Options::default()).expect("streams open");
        assert_eq!(reader.next_batch().expect("what it gave").map(|batch| batch.posts.len()), Some(2));
        let error = reader.next_batch().expect_err("the disk fails");
        assert_eq!(error.to_string(), "a: reading failed: the cable is out; check the disk, then run again");
        assert_eq!(reader.next_batch().expect("the next file").map(|batch| batch.posts.len()), Some(1));
        assert!(reader.next_batch().expect("the end").is_none());
    }
}

#[test]
fn a_folder_is_read_in_order_with_a_word_on_what_is_not_posts() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| root.path().join(name);
    fs::write(at("a.jsonl"), lines(1)).expect("a file");
    fs::write(at("b.csv"), "id;source;text\n1;s;b\n").expect("a file");
    fs::write(at("c.txt"), zstd::encode_all(lines(1).as_bytes(), 1).expect("memory does not fail")).expect("a file");
    fs::write(at("d.jpg"), b"\xff\xd8\xff\xe0 not a post").expect("a file");
    fs::write(at("e.jsonl"), "").expect("a file");
    fs::write(at(".hidden.jsonl"), lines(9)).expect("a file");

    let run = run(Input::Path(root.path().to_owned()), Options::default()).expect("a folder");
    assert_eq!(run.texts, ["今天的天气一直很好", "b", "今天的天气一直很好"]);
    assert_eq!(run.remarks, [Remark::NotPosts, Remark::Empty]);
}

#[test]
fn a_named_file_of_no_known_format_is_an_error() {
    let error = run(Input::stream("notes.txt", &b"Some words."[..]), Options::default()).expect_err("not posts");
    assert!(error.to_string().starts_with("notes.txt: neither JSON lines"), "{error}");
}

#[test]
fn parallel_batches_are_those_of_one_thread() {
    let text: String = (0..20_000).map(|id| if id % 97 == 0 { "broken\n".to_owned() } else { line(id, "a") + "\n" }).collect();
    let open = || Reader::open([Input::stream("-", Cursor::new(text.clone()))], Options::default()).expect("a stream");
    let (mut one, mut many) = (open(), open());
    let mut counts = Counts::default();
    loop {
        let batches = many.next_batches(3).expect("memory does not fail");
        if batches.is_empty() {
            break;
        }
        for batch in batches {
            let same = one.next_batch().expect("memory does not fail").expect("as many batches");
            assert_eq!((&batch.posts, &batch.rejects), (&same.posts, &same.rejects));
            counts.add(&batch);
        }
    }
    assert!(one.next_batch().expect("memory does not fail").is_none());
    assert_eq!((counts.read, counts.bytes_read), (20_000, text.len() as u64));
}

#[test]
fn a_table_in_gb18030_is_read_under_its_own_names() {
    let table = "编号,内容,账号\n1,你好，今天的天气一直很好,u1\n2,明天去公园走走,u2\n";
    let mut options = Options { map: "id=编号,text=内容,author_id=账号".parse().expect("valid"), ..Options::default() };
    options.defaults.source = Some("bbs.example.org".to_owned());
    let bytes = encoding_rs::GB18030.encode(&table.replace('，', "、")).0.into_owned();
    let run = run(Input::stream("table.csv", Cursor::new(bytes)), options).expect("a table");
    assert_eq!(run.texts, ["你好、今天的天气一直很好", "明天去公园走走"]);
    assert_eq!(run.remarks, [Remark::Decoded(Encoding::Gb18030)]);
}

#[test]
fn a_truncated_table_keeps_whole_records() {
    let table: String =
        std::iter::once("id,source,text\n".to_owned()).chain((0..900).map(|id| format!("{id},s,\"a {}\"\n", id * 31 % 977))).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(table.as_bytes()).expect("memory does not fail");
    let bytes = gzip.finish().expect("memory does not fail");
    let run = read(&bytes[..bytes.len() - 400]);
    assert!(run.texts.len() > 300);
    assert_eq!(run.rejects, [(run.texts.len() as u64 + 2, Reason::Damaged(Compression::Gzip))]);
}
