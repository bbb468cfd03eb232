//! What the speed of a whole can be held against: a plain search for the same terms, and how often memory is asked for.
//!
//! `limits POSTS` reads JSON lines, like `magpie-eval bench`, which has the time of each step.

use std::alloc::System;
use std::hint::black_box;
use std::time::Instant;

use aho_corasick::{AhoCorasick, MatchKind};
use magpie_core::assessment::model::Model;
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{Assessor, Options, Scratch};
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::Packs;
use magpie_core::post::{Defaults, Post, Record, utc};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> std::io::Result<()> {
    let lines = std::fs::read_to_string(std::env::args().nth(1).expect("a file of posts"))?;
    let defaults = Defaults { source: Some("bench".to_owned()), timezone: utc() };
    let parse = || -> Vec<Post> { lines.lines().filter_map(|line| Record::from_json(line).ok()?.into_post(&defaults).ok()).collect() };
    let mut posts = Vec::new();
    per_post("parse", &lines, |count| {
        posts = parse();
        *count = posts.len();
    });
    let text_bytes: usize = posts.iter().map(|post| post.text.len()).sum();
    let packs = Packs::builtin();
    for (name, kind) in [("plain search, longest", MatchKind::LeftmostLongest), ("plain search, all", MatchKind::Standard)] {
        let terms = AhoCorasick::builder().match_kind(kind).build(packs.lexicon.terms()).expect("a few ten thousand terms");
        let seconds = per_post(name, &lines, |count| {
            for post in &posts {
                match kind {
                    MatchKind::Standard => black_box(terms.find_overlapping_iter(&post.text).count()),
                    _ => black_box(terms.find_iter(&post.text).count()),
                };
            }
            *count = posts.len();
        });
        println!("{:24} {:>8.1} MB/s of text", "", text_bytes as f64 / seconds / 1e6);
    }
    let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, packs);
    let assessor = Assessor::new(packs, Model::builtin(), &extractor, Options::default());
    let versions = serde_json::value::to_raw_value(&packs.versions()).expect("plain data");
    let (mut scratch, mut out) = (Scratch::default(), Vec::new());
    per_post("assess and write", &lines, |count| {
        for post in &posts {
            out.clear();
            for answer in assessor.assess(&[post], &mut scratch) {
                Row { post, assessment: &answer, with_mentions: true, thread: &[post], packs: &versions }.write(&mut out);
            }
        }
        *count = posts.len();
    });
    Ok(())
}

/// Runs a step that counts its posts, and prints speed and allocations; its seconds.
fn per_post(name: &str, lines: &str, step: impl FnOnce(&mut usize)) -> f64 {
    let (region, start, mut count) = (Region::new(COUNTED), Instant::now(), 0);
    step(&mut count);
    let (seconds, change) = (start.elapsed().as_secs_f64(), region.change());
    let posts = count.max(1) as f64;
    println!(
        "{name:24} {:>8.1} MB/s {:>10.0} posts/s {:>7.0} ns/post {:>6.2} allocations/post {:>6.2} grown {:>7.0} bytes/post",
        lines.len() as f64 / seconds / 1e6,
        posts / seconds,
        seconds / posts * 1e9,
        change.allocations as f64 / posts,
        change.reallocations as f64 / posts,
        change.bytes_allocated as f64 / posts,
    );
    seconds
}
