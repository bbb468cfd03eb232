//! The targets over their seeds, over seeds that are changed, and over bytes that are made up: what every test run does.
//!
//! `MAGPIE_FUZZ_CASES` says how many cases a target is given; `MAGPIE_FUZZ_SEED` makes up others.

use std::path::Path;

use magpie_fuzz::chance::{self, Chance};

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|written| written.parse().ok()).unwrap_or(otherwise)
}

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("seeds are part of the source").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed can be read")).collect()
}

/// Gives cases to a target; where one fails, its bytes are told.
fn run(target: &str, make_up: fn(&mut Chance) -> Vec<u8>, check: fn(&[u8])) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty());
    seeds.iter().for_each(|seed| check(seed));
    let first = number("MAGPIE_FUZZ_SEED", 0);
    for case in 0..number("MAGPIE_FUZZ_CASES", 4_000) {
        let mut chance = Chance::new(first.wrapping_add(case));
        let mut bytes = make_up(&mut chance);
        if case % 2 == 0 {
            let made_up = std::mem::replace(&mut bytes, seeds[chance.below(seeds.len())].clone());
            chance::mutate(&mut chance, &mut bytes, &made_up);
        }
        if std::panic::catch_unwind(|| check(&bytes)).is_err() {
            panic!("{target}: case {case} of seed {first} breaks a law: {:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn text() {
    run("text", chance::text, magpie_fuzz::text::check);
}

#[test]
fn identifier() {
    run("identifier", chance::text, magpie_fuzz::identifier::check);
}

#[test]
fn assessment() {
    run("assessment", chance::text, magpie_fuzz::assessment::check);
}

#[test]
fn ingest() {
    run("ingest", chance::file, magpie_fuzz::ingest::check);
}
