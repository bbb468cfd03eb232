//! Prints how fast a file of JSON lines is cut and read on one thread.
//!
//! `cargo run --release -p magpie-ingest --example speed [FILE]`; without a file, 2,000,000 lines are made up.

use std::error::Error;
use std::io::Cursor;
use std::time::Instant;

use magpie_ingest::{Counts, Input, Options, Reader, parse};

fn main() -> Result<(), Box<dyn Error>> {
    let open = || match std::env::args().nth(1) {
        Some(path) => Reader::open([Input::parse(&path)], Options::default()),
        None => Reader::open([Input::stream("made up", Cursor::new(made_up(2_000_000)))], Options::default()),
    };

    let mut reader = open()?;
    let start = Instant::now();
    let mut raws = Vec::new();
    while let Some(raw) = reader.next_raw()? {
        raws.push(raw);
    }
    let cut_seconds = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut counts = Counts::default();
    for raw in &raws {
        counts.add(&parse(raw, reader.options()));
    }
    let parse_seconds = start.elapsed().as_secs_f64();

    let rate = |seconds: f64| counts.read as f64 / seconds;
    println!("{} records, {} bytes, {} rejected", counts.read, counts.bytes_read, counts.rejected);
    println!("cut   {:>12.0} records/s", rate(cut_seconds));
    println!("parse {:>12.0} records/s", rate(parse_seconds));
    Ok(())
}

fn made_up(lines: usize) -> String {
    (0..lines)
        .map(|nth| {
            format!(
                "{{\"id\":\"{nth}\",\"source\":\"bbs.example.org\",\"channel\":\"forum\",\"author_id\":\"u{}\",\"thread_id\":\"t{}\",\"published_at\":\"2026-02-14T22:33:00+08:00\",\"text\":\"今天的天气一直很好，明天去公园走走，后天在家里看书，大后天再出门买菜，请大家多多关照\"}}\n",
                nth % 977,
                nth / 7
            )
        })
        .collect()
}
