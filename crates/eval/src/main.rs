//! `magpie-eval`: features, fit, benchmarks.
use std::collections::HashMap;
use std::io::Write;

use magpie_core::assessment::feature::{self, Context, Found, Key, Sink};
use magpie_core::assessment::reading::Reading;
use magpie_core::pack::Packs;
use magpie_core::post::{Defaults, Record};
use magpie_eval::gold::GoldRow;

#[derive(Default)]
struct Named {
    keys: Vec<Key>,
    names: HashMap<Key, String>,
}
impl Sink for Named {
    fn put(&mut self, found: Found) {
        self.keys.push(found.key);
    }
    fn name(&mut self, key: Key, name: &dyn Fn() -> String) {
        self.names.entry(key).or_insert_with(name);
    }
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let packs = Packs::builtin();
    let mut rows: Vec<GoldRow> = Vec::new();
    if args[0] == "corpus" {
        for file in &args[2..] {
            rows.extend(magpie_eval::corpus::parse(file, &std::fs::read_to_string(file)?, 1)?);
        }
        let hidden: Vec<String> = packs.lexicon.terms().filter(|t| (2..=4).contains(&t.chars().count())).collect();
        let disguiser = magpie_eval::disguise::Disguiser::new(magpie_core::pack::BUILTIN, hidden);
        let plain = rows.clone();
        for (i, row) in plain.iter().enumerate() {
            for level in [[10u32, 50], [30, 80]][i % 2] {
                rows.push(disguiser.disguise(row, level, 1));
            }
        }
    } else {
        for line in std::fs::read_to_string(&args[2])?.lines() {
            rows.push(serde_json::from_str(line)?);
        }
    }
    let mut out = std::io::BufWriter::new(std::fs::File::create(&args[1])?);
    let trade: HashMap<String, bool> = rows.iter().map(|r| (r.text("id").to_owned(), r.gold.trade)).collect();
    let authors: HashMap<String, String> = rows.iter().map(|r| (r.text("id").to_owned(), r.text("author_name").to_owned())).collect();
    let parents: HashMap<String, String> = rows.iter().map(|r| (r.text("id").to_owned(), r.text("parent_id").to_owned())).collect();
    let defaults = Defaults { source: Some("x".into()), timezone: magpie_core::post::utc() };
    let mut reading = Reading::default();
    for row in &rows {
        let json = serde_json::to_string(&row.post)?;
        let post = Record::from_json(&json)?.into_post(&defaults)?;
        reading.read(packs, &post);
        let mut sink = Named::default();
        let mut ctx = Context::default();
        if let Some(parent) = &post.parent_id {
            ctx.is_reply = true;
            let mut at = parent.clone();
            let mut root = at.clone();
            while !at.is_empty() {
                ctx.under_trade |= trade.get(&at).copied().unwrap_or(false);
                root = at.clone();
                at = parents.get(&at).cloned().unwrap_or_default();
            }
            ctx.by_opener = post.author_name.is_some() && authors.get(&root) == post.author_name.as_ref();
        }
        feature::collect(&reading, &ctx, &mut sink);
        sink.keys.sort();
        sink.keys.dedup();
        let names: Vec<&String> = sink.keys.iter().map(|k| &sink.names[k]).collect();
        serde_json::to_writer(&mut out, &serde_json::json!({"gold": row.gold, "id": row.text("id"), "text": row.text("text"), "name": row.text("author_name"), "features": names, "thread": row.text("thread_id")}))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
