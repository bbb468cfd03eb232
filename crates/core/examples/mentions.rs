//! Holds the identifiers read from labelled posts (contract, section 5) against their labels, and takes the time.
//!
//! `cargo run --release -p magpie-core --example mentions -- GOLD.jsonl [show]`; with `show`, lists what differs.

use std::collections::BTreeMap;
use std::time::Instant;

use magpie_core::identifier::{Extractor, Mention, Options, PostFields, Scratch};
use magpie_core::pack::Packs;
use magpie_core::text::Folded;
use magpie_core::units::Field;
use serde_json::Value;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let show = arguments.next().is_some();
    let Ok(content) = std::fs::read_to_string(&path) else {
        println!("no labelled posts at \"{path}\", nothing measured; give the path of a gold file");
        return;
    };
    let rows: Vec<Value> = content.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let packs = Packs::builtin();
    let extractor = Extractor::new(Options { test_numbers: true, key: [0; 32] }, packs);
    let mut scratch = Scratch::default();
    let folded: Vec<Vec<(Field, &str, Folded)>> = rows.iter().map(|row| fold(packs, row)).collect();
    let fields: Vec<Vec<(Field, &str, &Folded)>> =
        folded.iter().map(|post| post.iter().map(|(field, original, folded)| (*field, *original, folded)).collect()).collect();
    let mut mentions: Vec<Vec<Mention>> = vec![Vec::new(); rows.len()];
    let start = Instant::now();
    for (post, out) in fields.iter().zip(&mut mentions) {
        extractor.extract(post, &mut scratch, out);
    }
    println!("{:.0} ns a post", start.elapsed().as_nanos() as f64 / rows.len().max(1) as f64);
    let ordinary: Vec<_> = (0..rows.len())
        .filter(|at| mentions[*at].is_empty() && (40..=80).contains(&fields[*at].iter().map(|field| field.2.units.len()).sum::<usize>()))
        .collect();
    let (start, mut out) = (Instant::now(), Vec::new());
    // Twenty times each, as a pipeline has just folded the post and finds it in its caches.
    for at in &ordinary {
        for _ in 0..20 {
            extractor.extract(&fields[*at], &mut scratch, &mut out);
        }
    }
    println!(
        "{:.0} ns a post of 40 to 80 characters without identifiers",
        start.elapsed().as_nanos() as f64 / 20.0 / ordinary.len().max(1) as f64
    );
    join_threads(&extractor, &rows, &fields, &mut mentions, &mut scratch);
    // By group: right, missing, extra.
    let mut counts: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for (row, found) in rows.iter().zip(&mentions) {
        let mut extra: Vec<&Mention> = found.iter().collect();
        for gold in row["gold"]["mentions"].as_array().into_iter().flatten() {
            let readings = std::iter::once(gold).chain(gold["alternatives"].as_array().into_iter().flatten());
            let readings: Vec<(&str, &str)> =
                readings.map(|gold| (gold["kind"].as_str().unwrap_or(""), gold["value"].as_str().unwrap_or(""))).collect();
            // A masked value is a hash, so its kind must do. A number may be read for two channels at one span.
            let same = |mention: &Mention| {
                readings.iter().any(|(kind, value)| mention.kind.name() == *kind && (mention.kind.is_masked() || mention.value == *value))
            };
            let hit = found.iter().any(&same);
            let spans: Vec<_> = found.iter().filter(|mention| same(mention)).map(|mention| (mention.field, mention.span)).collect();
            extra.retain(|mention| !same(mention) && !spans.contains(&(mention.field, mention.span)));
            let split = gold["field"].as_str().is_some_and(|field| field.contains('+'));
            let group = if split {
                "split"
            } else if gold["obfuscated"].as_bool().unwrap_or(false) {
                "disguised"
            } else {
                "plain"
            };
            for key in [group.to_owned(), format!("kind {}", readings[0].0)] {
                counts.entry(key).or_default()[usize::from(!hit)] += 1;
            }
            if !hit && show {
                println!("missing {:?} in {} {}", readings[0], row["author_name"], row["text"]);
            }
        }
        for mention in extra {
            counts.entry(format!("kind {}", mention.kind.name())).or_default()[2] += 1;
            counts.entry("all".to_owned()).or_default()[2] += 1;
            if show {
                println!("extra {} {} ({}) in {} {}", mention.kind.name(), mention.value, mention.raw, row["author_name"], row["text"]);
            }
        }
        counts.entry("all".to_owned()).or_default()[0] += row["gold"]["mentions"].as_array().map_or(0, Vec::len) as u32;
    }
    for (key, [right, missing, extra]) in counts {
        let (right, missing, extra) = (f64::from(right), f64::from(missing), f64::from(extra));
        println!(
            "{key:20} right {right:5} missing {missing:3} extra {extra:3}  recall {:.3}  precision {:.3}",
            right / (right + missing).max(1.0),
            right / (right + extra).max(1.0)
        );
    }
}

fn fold<'a>(packs: &Packs, row: &'a Value) -> Vec<(Field, &'a str, Folded)> {
    Field::ALL
        .into_iter()
        .filter_map(|field| {
            let original = row[field.name()].as_str()?;
            let mut folded = Folded::default();
            packs.characters.fold(original, &mut folded);
            Some((field, original, folded))
        })
        .collect()
}

fn join_threads(
    extractor: &Extractor,
    rows: &[Value],
    fields: &[Vec<(Field, &str, &Folded)>],
    mentions: &mut [Vec<Mention>],
    scratch: &mut Scratch,
) {
    let mut from = 0;
    while from < rows.len() {
        let thread = rows[from]["thread_id"].as_str();
        let len = if thread.is_none() { 1 } else { rows[from..].iter().take_while(|row| row["thread_id"].as_str() == thread).count() };
        let posts: Vec<PostFields> = (from..from + len)
            .map(|at| PostFields {
                source: rows[at]["source"].as_str().unwrap_or(""),
                id: rows[at]["id"].as_str().unwrap_or(""),
                author_id: rows[at]["author_id"].as_str(),
                fields: &fields[at],
            })
            .collect();
        extractor.join_parts(&posts, &mut mentions[from..from + len], scratch);
        from += len;
    }
}
