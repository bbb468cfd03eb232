//! Posts in, rows out, one thread: what a profile of the whole is taken of.
//!
//! `rows POSTS [OUT]` reads JSON lines and writes an assessment a line.

use std::io::Write as _;

use magpie_core::assessment::model::Model;
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{Assessor, Options, Scratch};
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::Packs;
use magpie_core::post::{Defaults, Record, utc};

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let lines = std::fs::read_to_string(args.next().expect("a file of posts"))?;
    let mut file = args.next().map(std::fs::File::create).transpose()?;
    let packs = Packs::builtin();
    let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, packs);
    let assessor = Assessor::new(packs, Model::builtin(), &extractor, Options::default());
    let versions = serde_json::value::to_raw_value(&packs.versions()).expect("plain data");
    let defaults = Defaults { source: None, timezone: utc() };
    let (mut scratch, mut out, mut seconds) = (Scratch::default(), Vec::new(), std::time::Duration::ZERO);
    let (start, mut count) = (std::time::Instant::now(), 0);
    for line in lines.lines() {
        let Some(post) = Record::from_json(line).ok().and_then(|record| record.into_post(&defaults).ok()) else { continue };
        for answer in assessor.assess(&[&post], &mut scratch) {
            Row { post: &post, assessment: &answer, with_mentions: true, thread: &[&post], packs: &versions }.write(&mut out);
            out.push(b'\n');
        }
        count += 1;
        if out.len() > 1 << 18 {
            if let Some(file) = &mut file {
                file.write_all(&out)?;
            }
            out.clear();
        }
    }
    seconds += start.elapsed();
    if let Some(file) = &mut file {
        file.write_all(&out)?;
    }
    eprintln!("{count} posts, {:.0} ns a post", seconds.as_nanos() as f64 / f64::from(count.max(1)));
    Ok(())
}
