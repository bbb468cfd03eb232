//! Agreement with the independent scorer, on the labelled rows beside the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use magpie_core::assessment::model::Model;
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{self, Assessor, Scratch};
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::Packs;
use magpie_core::post::{Defaults, Post, Record, parse_time, utc};
use magpie_eval::chance::Chance;
use magpie_eval::{gold, metrics};
use serde_json::{Value, json};

#[test]
fn figures_agree_with_the_independent_scorer() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let (rows, scorer) = (shared.join("data/gold/dev.jsonl"), shared.join("tools/score_gold.py"));
    let python = Command::new("python3").arg("--version").output();
    if !rows.exists() || !scorer.exists() || !python.is_ok_and(|python| python.status.success()) {
        println!("skipped: needs ../shared/data, ../shared/tools and python3");
        return;
    }
    let content = std::fs::read_to_string(&rows).expect("labelled rows");
    let gold = gold::parse(&content).expect("gold rows");
    let predictions = assess(&content);
    for (name, predictions) in [("as assessed", predictions.clone()), ("damaged", damage(&predictions))] {
        let ours = serde_json::to_value(metrics::score(&gold, &lines(&predictions)).expect("answers")).expect("serializes");
        let theirs = run(&scorer, &rows, &lines(&predictions), name);
        let mut compared = 0;
        compare(&ours, &theirs, &mut Vec::new(), &mut compared);
        assert_eq!(ours["form"], theirs["form"], "{name}");
        assert_eq!(ours["route"]["support_alerts"], theirs["route"]["support_alerts"], "{name}");
        println!("{name}: {compared} figures agree");
        assert!(compared > 400, "{name}: only {compared} figures were compared");
    }
}

/// The rows that the product gives.
fn assess(content: &str) -> Vec<Value> {
    let defaults = Defaults { source: None, timezone: utc() };
    let read = |line| Record::from_json(line).expect("a record").into_post(&defaults).expect("a post");
    let posts: Vec<Post> = content.lines().map(read).collect();
    let packs = Packs::builtin();
    let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, packs);
    let options = assessment::Options { as_of: parse_time("2026-03-01T00:00:00+08:00", &utc()), prevalence: 0.5 };
    let assessor = Assessor::new(packs, Model::builtin(), &extractor, options);
    let versions = serde_json::value::to_raw_value(&packs.versions()).expect("versions");
    let mut scratch = Scratch::default();
    let mut rows = Vec::new();
    for thread in posts.chunk_by(|a, b| a.thread_id.is_some() && a.thread_id == b.thread_id && a.source == b.source) {
        let thread: Vec<&Post> = thread.iter().collect();
        for (post, assessment) in thread.iter().zip(&assessor.assess(&thread, &mut scratch)) {
            let row = Row { post, assessment, with_mentions: true, thread: &thread, packs: &versions };
            rows.push(serde_json::to_value(row).expect("serializes"));
        }
    }
    rows
}

/// The same rows with faults of every sort, so that the readings of faults are compared too.
fn damage(rows: &[Value]) -> Vec<Value> {
    let mut chance = Chance::new(11);
    let mut out = Vec::new();
    for row in rows {
        let mut row = row.clone();
        match chance.below(24) {
            0 => continue,
            1 => out.push(row.clone()),
            2 => row["tier"] = json!(null),
            3 => row["tier"] = json!("sure"),
            4 => row["risk"] = json!(1.5),
            5 => row["risk"] = json!("high"),
            6 => row["classes"] = json!(["offer", "unheard"]),
            7 => row["lookalike"] = json!("unheard"),
            8 => row["lookalike"] = json!(null),
            9 => row["route"] = json!("support"),
            10 => row["urgency"] = json!("soon"),
            11 => row["urgency"] = json!("stale"),
            12 => row["child"] = json!({"sex": "Boy", "born": true, "count": 2}),
            13 => row["child"] = json!(null),
            14 => row["mentions"] = json!([{"kind": "domain", "value": "example.org", "field": "text", "start": 1, "end": 2, "raw": "?"}]),
            15 => row["mentions"] = json!(null),
            16 => row["reasons"] = json!([{"code": "prior"}, {"code": "x"}, {"code": "x", "start": -1, "end": 4}, "x"]),
            17 => row["reasons"] = json!([{"code": "x", "start": 1, "end": 2}, {"code": "x", "field": "title", "start": 0, "end": 1}]),
            18 => row["reasons"] = json!([{"code": "x", "start": 0, "end": 1, "post": {"source": "?", "id": "?"}}]),
            19 => row["tier"] = json!("alert"),
            20 => {
                row["classes"] = json!(["broker", "seek"]);
                row["tier"] = json!("review");
            }
            _ => (),
        }
        out.push(row);
    }
    out.push(json!({"source": "elsewhere", "id": "1", "tier": "clear"}));
    out
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn run(scorer: &Path, gold: &Path, predictions: &str, name: &str) -> Value {
    let file = |kind: &str| -> PathBuf {
        std::env::temp_dir().join(format!("magpie-eval-{}-{}-{kind}.json", std::process::id(), name.replace(' ', "-")))
    };
    let (said, figures) = (file("predictions"), file("figures"));
    std::fs::write(&said, predictions).expect("a folder for temporary files");
    let done = Command::new("python3").arg(scorer).arg(gold).arg(&said).arg("--json").arg(&figures).output().expect("python3 runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let content = std::fs::read_to_string(&figures).expect("figures");
    for file in [said, figures] {
        std::fs::remove_file(file).expect("a file written here");
    }
    serde_json::from_str(&content).expect("figures")
}

/// Looks for each of their figures at its place among ours. Intervals by drawing hang on the draws and are left out.
fn compare(ours: &Value, theirs: &Value, place: &mut Vec<String>, compared: &mut usize) {
    match theirs {
        Value::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| *key != "ci") {
                place.push(key.clone());
                compare(ours, value, place, compared);
                place.pop();
            }
        }
        Value::Array(items) => {
            for (number, value) in items.iter().enumerate() {
                place.push(number.to_string());
                compare(ours, value, place, compared);
                place.pop();
            }
        }
        leaf => {
            let path = named_here(place);
            let found = path.iter().try_fold(ours, |value, key| match value {
                Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                other => other.get(key),
            });
            let same = match (found.and_then(Value::as_f64), leaf.as_f64()) {
                (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-9,
                _ => found.unwrap_or(&Value::Null) == leaf,
            };
            assert!(same, "{}: {found:?} here, {leaf} there", path.join("/"));
            *compared += 1;
        }
    }
}

/// Where a figure of theirs stands here.
fn named_here(place: &[String]) -> Vec<String> {
    let mut path = place.to_vec();
    let joined = path.join("/");
    if joined.starts_with("false_positives/by_genre") {
        path[1] = "by_lookalike".to_owned();
        if path[3] == "rows" {
            path.insert(3, "review".to_owned());
        }
    }
    let counts_rows = joined.starts_with("mentions/recall/") || joined.starts_with("mentions/precision/");
    for part in &mut path {
        match part.as_str() {
            "rate" => *part = "value".to_owned(),
            "mentions" | "reported" if counts_rows => *part = "rows".to_owned(),
            _ => (),
        }
    }
    if counts_rows {
        path[0] = "mentions".to_owned();
    }
    path.iter().flat_map(|part| part.split(" -> ")).map(|part| if part == "None" { "null" } else { part }.to_owned()).collect()
}
