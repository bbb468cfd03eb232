//! Benchmarks: how long each step of reading takes on a file of posts.

use std::hint::black_box;
use std::time::Instant;

use magpie_core::assessment::feature::{self, Context};
use magpie_core::assessment::quantity;
use magpie_core::assessment::reading::Reading;
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::{Packs, Scanner};
use magpie_core::post::{Defaults, Post, Record, utc};
use magpie_core::text::Folded;
use magpie_core::units::Field;

/// Prints posts and megabytes per second of each step, one thread.
pub fn steps(lines: &str) {
    let packs = Packs::builtin();
    let defaults = Defaults { source: Some("bench".to_owned()), timezone: utc() };
    let bytes = lines.len();
    let parse = || -> Vec<Post> { lines.lines().filter_map(|line| Record::from_json(line).ok()?.into_post(&defaults).ok()).collect() };
    let posts = parse();
    let rate = |name: &str, run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{name:24} {:>10.0} posts/s {:>8.1} MB/s {:>7.0} ns/post",
            posts.len() as f64 / seconds,
            bytes as f64 / seconds / 1e6,
            seconds / posts.len() as f64 * 1e9
        );
    };
    rate("parse", &mut || drop(black_box(parse())));
    let mut folded = Folded::default();
    rate("fold text", &mut || {
        for post in &posts {
            packs.characters.fold(&post.text, &mut folded);
            black_box(&folded);
        }
    });
    let all: Vec<Folded> = posts
        .iter()
        .map(|post| {
            let mut folded = Folded::default();
            packs.characters.fold(&post.text, &mut folded);
            folded
        })
        .collect();
    let (mut scanner, mut hits, mut syllables) = (Scanner::default(), Vec::new(), Vec::new());
    rate("scan terms", &mut || {
        for folded in &all {
            hits.clear();
            packs.lexicon.scan(folded, &mut scanner, &mut hits);
        }
    });
    rate("read syllables", &mut || {
        for folded in &all {
            packs.pinyin.read(&packs.characters, folded, &mut syllables);
        }
    });
    rate("scan by sound", &mut || {
        for folded in &all {
            hits.clear();
            packs.pinyin.read(&packs.characters, folded, &mut syllables);
            packs.lexicon.scan_by_sound(&packs.characters, folded, &syllables, &mut scanner, &mut hits);
        }
    });
    let mut quantities = Vec::new();
    rate("read quantities", &mut || {
        for folded in &all {
            quantity::read(folded, &mut quantities);
        }
    });
    let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, packs);
    let (mut scratch, mut mentions) = (identifier::Scratch::default(), Vec::new());
    rate("extract identifiers", &mut || {
        for (post, folded) in posts.iter().zip(&all) {
            mentions.clear();
            extractor.extract(&[(Field::Text, &post.text, folded)], &mut scratch, &mut mentions);
        }
    });
    let mut reading = Reading::default();
    rate("read post", &mut || {
        for post in &posts {
            reading.read(packs, &extractor, post);
        }
    });
    let mut found = Vec::new();
    rate("read and find features", &mut || {
        for post in &posts {
            reading.read(packs, &extractor, post);
            found.clear();
            feature::collect(&reading, &Context::default(), &mut found);
            black_box(&found);
        }
    });
}

/// Prints how long a start takes: packs and model.
pub fn start() {
    let start = Instant::now();
    let packs = Packs::parse(magpie_core::pack::BUILTIN).expect("built in");
    println!("packs {:>8.1} ms, {} terms", start.elapsed().as_secs_f64() * 1e3, packs.lexicon.len());
    let start = Instant::now();
    let model = magpie_core::assessment::model::Model::builtin();
    println!("model {:>8.1} ms, {} features", start.elapsed().as_secs_f64() * 1e3, model.len());
}
