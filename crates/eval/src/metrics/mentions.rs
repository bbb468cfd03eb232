//! Whether identifiers are read: per post the distinct kinds and values, exactly.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::HASHED;
use super::estimate::{Count, Share, share};
use super::pair::Pair;
use crate::gold::GoldMention;
use normal::normal;

mod normal;

/// Figures of the identifiers.
#[derive(Clone, Debug, Serialize)]
pub struct Mentions {
    /// Share found: of all, of those written plainly, of those written to hide, of those in two halves.
    pub recall: BTreeMap<&'static str, Share>,
    /// Share of what is reported that is right.
    pub precision: Share,
    /// Share whose value is found under any kind.
    pub recall_any_kind: Option<f64>,
    /// Each kind.
    pub kinds: BTreeMap<String, Kind>,
}

/// How one kind is read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Kind {
    /// Found, by the way it is written.
    pub recall: BTreeMap<&'static str, Hits>,
    /// Reported and right.
    pub right: usize,
    /// Reported and not right.
    pub wrong: usize,
    /// Share of what is reported that is right.
    pub precision: Option<f64>,
}

/// Hits among identifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Hits {
    pub hits: usize,
    pub of: usize,
}

type Families<'a> = BTreeMap<&'a str, Count>;
/// Kind and normal value.
type Value = (String, String);

/// Measures rows of both kinds.
pub fn measure(pairs: &[&Pair]) -> Mentions {
    let mut recall: BTreeMap<&str, Families> = BTreeMap::new();
    let mut precision = Families::new();
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let mut any_kind = Count::default();
    for pair in pairs {
        let matched = Matched::of(pair);
        for (gold, hit) in pair.gold().mentions.iter().zip(&matched.hits) {
            let style = if gold.obfuscated { "obfuscated" } else { "plain" };
            for group in [Some("all"), Some(style), gold.split.then_some("split over nickname and text")].into_iter().flatten() {
                recall.entry(group).or_default().entry(pair.family()).or_default().add(hit.exact);
            }
            let hits = kinds.entry(gold.kind.clone()).or_default().recall.entry(style).or_default();
            hits.hits += usize::from(hit.exact);
            hits.of += 1;
            any_kind.add(hit.value);
        }
        for (kind, right) in matched.reported {
            let entry = kinds.entry(kind).or_default();
            // An ignored report still names its kind.
            let Some(right) = right else { continue };
            entry.right += usize::from(right);
            entry.wrong += usize::from(!right);
            precision.entry(pair.family()).or_default().add(right);
        }
    }
    for kind in kinds.values_mut() {
        kind.precision = share(kind.right as f64, kind.right + kind.wrong);
    }
    Mentions {
        recall: recall.into_iter().map(|(group, families)| (group, Share::pooled(&families))).collect(),
        precision: Share::pooled(&precision),
        recall_any_kind: any_kind.share(),
        kinds,
    }
}

/// How the identifiers of one post match.
struct Matched {
    hits: Vec<Hit>,
    /// Kind, and whether it is right; none for what counts neither way.
    reported: Vec<(String, Option<bool>)>,
}

struct Hit {
    exact: bool,
    value: bool,
}

impl Matched {
    fn of(pair: &Pair) -> Matched {
        let golds = &pair.gold().mentions;
        let said: BTreeSet<Value> = pair.listed("mentions").iter().filter(|item| item.is_object()).map(value_of).collect();
        let mut used: BTreeSet<&Value> = BTreeSet::new();
        let mut hits = Vec::with_capacity(golds.len());
        for gold in golds {
            if HASHED.contains(&gold.kind.as_str()) {
                // The value is a keyed hash: the kind has to do.
                let got = said.iter().find(|value| value.0 == gold.kind && !used.contains(value));
                used.extend(got);
                hits.push(Hit { exact: got.is_some(), value: got.is_some() });
                continue;
            }
            let right = readings(gold);
            let bare = |value: &Value| value.1.trim_start_matches('+').to_owned();
            let values: BTreeSet<String> = right.iter().map(bare).collect();
            let got: Vec<&Value> = said.iter().filter(|value| right.contains(*value)).collect();
            hits.push(Hit { exact: !got.is_empty(), value: said.iter().any(|value| values.contains(&bare(value))) });
            used.extend(got);
        }
        // The host of a link or an address is neither asked for nor wrong.
        let hosts: BTreeSet<String> = golds.iter().filter(|gold| matches!(gold.kind.as_str(), "url" | "email")).map(host).collect();
        let reported = said.iter().map(|value| {
            let is_host = value.0 == "domain" && hosts.contains(&value.1);
            (value.0.clone(), if used.contains(value) { Some(true) } else { (!is_host).then_some(false) })
        });
        Matched { hits, reported: reported.collect() }
    }
}

fn value_of(item: &serde_json::Value) -> Value {
    let kind = item["kind"].as_str().unwrap_or("?").to_owned();
    let value = match &item["value"] {
        serde_json::Value::String(value) => normal(&kind, value),
        serde_json::Value::Null => String::new(),
        other => normal(&kind, &other.to_string()),
    };
    (kind, value)
}

fn readings(gold: &GoldMention) -> BTreeSet<Value> {
    let others = gold.alternatives.iter().map(|other| (other.kind.as_str(), other.value.as_str()));
    std::iter::once((gold.kind.as_str(), gold.value.as_str()))
        .chain(others)
        .map(|(kind, value)| (kind.to_owned(), normal(kind, value)))
        .collect()
}

fn host(gold: &GoldMention) -> String {
    let value = normal(&gold.kind, &gold.value);
    let bare = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let bare = bare.unwrap_or_else(|| value.rsplit_once('@').map_or(value.as_str(), |(_, host)| host));
    bare.split('/').next().unwrap_or_default().to_owned()
}
