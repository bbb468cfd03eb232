//! Laws of a whole row, of any post in any thread.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use magpie_core::assessment::model::{Model, probability};
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{Assessment, Assessor, Options, Route, Scratch, Tier};
use magpie_core::pack::Packs;
use magpie_core::post::{Post, Record, parse_time, utc};
use magpie_core::units::Field;
use serde_json::value::{RawValue, to_raw_value};

use crate::identifier::{check_mentions, check_secrets, extractor, secrets};
use crate::{FIELD_END, POST_END};

const POSTS_LIMIT: usize = 12;

/// Assesses a thread: posts end in [`POST_END`], their fields in [`FIELD_END`]. Fields are text, title, name, bio,
/// group, author, the number of the post above, the day.
pub fn check(bytes: &[u8]) {
    let original = String::from_utf8_lossy(bytes);
    let posts: Vec<Post> =
        original.split(POST_END).take(POSTS_LIMIT).enumerate().filter_map(|(number, post)| read_post(number, post)).collect();
    let thread: Vec<&Post> = posts.iter().collect();
    let as_of = parse_time("2026-03-01T00:00:00Z", &utc());
    let assessor = Assessor::new(Packs::builtin(), Model::builtin(), extractor(), Options { as_of, ..Options::default() });
    let mut scratch = Scratch::default();
    let answers = assessor.assess(&thread, &mut scratch);
    assert!(answers.len() == thread.len(), "an answer for each post");
    let rows = rows(&thread, &answers);
    for (at, row) in rows.iter().enumerate() {
        check_row(&thread, at, &answers[at], row);
    }
    let again = assessor.assess(&thread, &mut scratch);
    assert!(rows == self::rows(&thread, &again), "equal input gives other bytes");
}

fn read_post(number: usize, fields: &str) -> Option<Post> {
    let fields: Vec<&str> = fields.split(FIELD_END).collect();
    let field = |at: usize| fields.get(at).filter(|field| !field.is_empty()).map(|field| (*field).into());
    let day: Option<u32> = fields.get(7).and_then(|day| day.trim().parse().ok()).filter(|day| *day <= 400);
    let record = Record {
        id: Some(number.to_string().into()),
        source: Some("bbs.example.org".into()),
        thread_id: Some("t".into()),
        text: field(0),
        title: field(1),
        author_name: field(2),
        author_bio: field(3),
        group_name: field(4),
        author_id: field(5),
        parent_id: field(6),
        published_at: day.map(|day| format!("202{}-{:02}-{:02}T12:00:00Z", 4 + day / 336, day / 28 % 12 + 1, day % 28 + 1).into()),
        ..Record::default()
    };
    record.into_post(&magpie_core::post::Defaults { source: None, timezone: utc() }).ok()
}

fn rows(thread: &[&Post], answers: &[Assessment]) -> Vec<Vec<u8>> {
    static PACKS: OnceLock<Box<RawValue>> = OnceLock::new();
    let packs = PACKS.get_or_init(|| to_raw_value(&BTreeMap::from([("zh", "1")])).expect("plain data"));
    let mut rows = Vec::new();
    for (post, assessment) in thread.iter().zip(answers) {
        let mut out = Vec::new();
        Row { post, assessment, with_mentions: true, thread, packs }.write(&mut out);
        rows.push(out);
    }
    rows
}

fn check_row(thread: &[&Post], at: usize, answer: &Assessment, row: &[u8]) {
    let row = std::str::from_utf8(row).expect("a row is UTF-8");
    let read: serde_json::Value = serde_json::from_str(row).expect("a row is JSON");
    assert!((0.0..=1.0).contains(&answer.risk) && (0.0..=1.0).contains(&answer.disguise), "a share is beyond its limits");
    assert!(answer.class_scores.iter().all(|score| (0.0..=1.0).contains(score)), "a score is beyond its limits");
    check_tier(answer);
    let mut bits = 0.0;
    for reason in &answer.reasons {
        bits += reason.weight_bits;
        let post = reason.post.map_or(thread[at], |number| thread[number as usize]);
        assert!(reason.place.is_some() == (reason.code != "prior"), "a reason without a place");
        if let Some((field, span)) = reason.place {
            assert!(span.slice(post.field(field)).is_some_and(|slice| !slice.is_empty()), "a reason slices nothing");
        }
    }
    // The row rounds to four places, the reasons to a hundredth of a bit each.
    let summed = f64::from(probability(bits));
    assert!((summed - f64::from(answer.risk)).abs() < 1e-3, "the weights are not the score");
    assert!(read["reasons"].as_array().is_some_and(|reasons| reasons.len() == answer.reasons.len()), "a reason is not in the row");
    let text_of = |field: Field| thread[at].field(field);
    check_mentions(&answer.mentions, &text_of);
    check_secrets(&secrets(&answer.mentions, &text_of), row);
}

/// What always holds between tier, classes, look-alike and route.
fn check_tier(answer: &Assessment) {
    if answer.tier == Tier::Clear {
        assert!(answer.lookalike.is_some() && answer.classes.is_empty(), "a cleared post says why");
        return;
    }
    let classes: Vec<&str> = answer.classes.iter().map(|class| class.name()).collect();
    assert!(!classes.is_empty() && classes != ["commission"], "a post that is not cleared has a class");
    assert!(answer.lookalike.is_none(), "a post that is not cleared is no look-alike");
    assert!(answer.tier != Tier::Alert || answer.route != Route::Support, "who is in need is never on alert");
}
