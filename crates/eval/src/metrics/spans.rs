//! Whether spans lie within the field they name, on character boundaries, not empty, and hold what they are said to.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::HASHED;
use super::pair::Pair;
use crate::gold::GoldRow;

/// Figures of the spans.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Spans {
    /// Things that ought to have a span.
    pub spans: usize,
    /// Those whose span does not hold.
    pub violations: usize,
    /// The same by what is wrong.
    pub by_kind: BTreeMap<String, usize>,
}

const FIELDS: [&str; 5] = ["text", "title", "author_name", "author_bio", "group_name"];
const LISTS: [(&str, &str); 4] = [("reason", "reasons"), ("mention", "mentions"), ("price", "price"), ("place", "places")];

/// Measures all rows. A reason may point into another post, or nowhere where it is the prior.
pub fn measure(pairs: &[&Pair]) -> Spans {
    let posts: HashMap<(&str, &str), &GoldRow> = pairs.iter().map(|pair| (pair.row.key(), pair.row)).collect();
    let mut out = Spans::default();
    for pair in pairs {
        for (what, list) in LISTS {
            for item in pair.listed(list) {
                out.spans += 1;
                if let Some(fault) = fault(item, what, pair.row, &posts) {
                    out.violations += 1;
                    *out.by_kind.entry(format!("{what}: {fault}")).or_default() += 1;
                }
            }
        }
    }
    out
}

fn fault(item: &Value, what: &str, row: &GoldRow, posts: &HashMap<(&str, &str), &GoldRow>) -> Option<&'static str> {
    if !item.is_object() {
        return Some("not an object");
    }
    let text = |key: &str| item[key].as_str();
    if what == "reason" && text("code") == Some("prior") && item["start"].is_null() {
        return None;
    }
    let mut within = row;
    if what == "reason" && item["post"].is_object() {
        let name = |key: &str| item["post"][key].as_str().unwrap_or_default();
        match posts.get(&(name("source"), name("id"))) {
            Some(other) => within = other,
            None => return Some("points to an unknown post"),
        }
    }
    let (Some(start), Some(end)) = (item["start"].as_i64(), item["end"].as_i64()) else { return Some("no span") };
    let field = text("field").filter(|field| !field.is_empty()).unwrap_or("text");
    if !FIELDS.contains(&field) {
        return Some("unknown field");
    }
    let whole = within.text(field);
    let place = |offset: i64| usize::try_from(offset).ok().filter(|offset| *offset <= whole.len());
    let (Some(start), Some(end)) = (place(start), place(end)) else { return Some("outside the field or empty") };
    if start >= end {
        return Some("outside the field or empty");
    }
    let Some(raw) = whole.get(start..end) else { return Some("not on a character boundary") };
    let masked = text("kind").is_some_and(|kind| HASHED.contains(&kind));
    let differs = what == "mention" && !masked && !item["raw"].is_null() && text("raw") != Some(raw);
    differs.then_some("raw is not the text of its span")
}
