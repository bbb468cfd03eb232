//! One line of 200 MB: set aside without being held. Alone in its process, whose memory it measures.

#![cfg(target_os = "linux")]

use std::io::{self, Cursor, Read};

use magpie_ingest::{Input, Options, Reader, Reason};

#[test]
fn a_line_of_200_mb_is_never_held() -> Result<(), Box<dyn std::error::Error>> {
    let before = Cursor::new("{\"id\":\"1\",\"source\":\"s\",\"text\":\"");
    let after = Cursor::new("\"}\n{\"id\":\"2\",\"source\":\"s\",\"text\":\"b\"}\n");
    let long = before.chain(io::repeat(b'x').take(200_000_000)).chain(after);

    let mut reader = Reader::open([Input::stream("-", long)], Options::default())?;
    let (mut lines, mut rejects) = (Vec::new(), Vec::new());
    while let Some(batch) = reader.next_batch()? {
        lines.extend(batch.posts.iter().map(|(_, place)| place.line));
        rejects.extend(batch.rejects.into_iter().map(|reject| (reject.line, reject.reason)));
    }
    assert_eq!(lines, [2]);
    assert_eq!(rejects, [(1, Reason::TooLong(16 << 20))]);

    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM line")?;
    let peak_kb: u64 = peak.trim().trim_end_matches(" kB").parse()?;
    assert!(peak_kb < 100_000, "{peak_kb} kB");
    Ok(())
}
