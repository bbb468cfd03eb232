//! Gold rows and what was said of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::estimate::{At, Count};
use crate::gold::{Gold, GoldRow};

/// A gold row and its answer.
pub struct Pair<'a> {
    /// The post and its labels.
    pub row: &'a GoldRow,
    /// What was said; none where nothing was, or more than once.
    pub answer: Option<Answer>,
}

/// A row of `assessments`, read without trust: a wrong answer is an error of the tool that gave it, not of its reader.
pub struct Answer(Map<String, Value>);

/// How the two files fit together. All of these but the first two count as errors in every figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Problems {
    pub gold_rows: usize,
    pub predictions: usize,
    pub missing: usize,
    pub predicted_more_than_once: usize,
    pub not_in_gold: usize,
}

/// Joins gold rows to answers (JSON lines) by source and id.
///
/// # Errors
/// A line that is no JSON object.
pub fn join<'a>(gold: &'a [GoldRow], predictions: &str) -> anyhow::Result<(Vec<Pair<'a>>, Problems)> {
    let mut answers: HashMap<(String, String), (usize, Answer)> = HashMap::new();
    let mut read = 0;
    for (index, line) in predictions.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let answer = serde_json::from_str(line)
            .map(Answer)
            .map_err(|_| anyhow::anyhow!("predictions, line {}: no JSON object; give the rows of `magpie assess`", index + 1))?;
        let name = |key: &str| answer.text(key).unwrap_or_default().to_owned();
        let entry = (name("source"), name("id"));
        let times = answers.get(&entry).map_or(1, |(times, _)| times + 1);
        answers.insert(entry, (times, answer));
        read += 1;
    }
    let mut problems = Problems { gold_rows: gold.len(), predictions: read, missing: 0, predicted_more_than_once: 0, not_in_gold: 0 };
    let keys: HashSet<(&str, &str)> = gold.iter().map(GoldRow::key).collect();
    problems.not_in_gold = answers.keys().filter(|(source, id)| !keys.contains(&(source, id))).count();
    let pairs = gold.iter().map(|row| {
        let (source, id) = row.key();
        let answer = match answers.remove(&(source.to_owned(), id.to_owned())) {
            Some((1, answer)) => Some(answer),
            Some(_) => {
                problems.predicted_more_than_once += 1;
                None
            }
            None => {
                problems.missing += 1;
                None
            }
        };
        Pair { row, answer }
    });
    Ok((pairs.collect(), problems))
}

/// Counts by family the pairs for which `test` holds.
pub fn count<'a>(pairs: &[&Pair<'a>], test: impl Fn(&Pair<'a>) -> bool) -> BTreeMap<&'a str, Count> {
    let mut families = BTreeMap::new();
    for pair in pairs {
        let family: &mut Count = families.entry(pair.family()).or_default();
        family.add(test(pair));
    }
    families
}

impl<'a> Pair<'a> {
    /// The labels.
    pub fn gold(&self) -> &'a Gold {
        &self.row.gold
    }

    /// The family of the row.
    pub fn family(&self) -> &'a str {
        &self.row.gold.family
    }

    /// The tier as it was said.
    pub fn tier(&self) -> Option<&str> {
        self.said("tier")
    }

    /// The tier, or a word for its absence.
    pub fn tier_or_missing(&self) -> String {
        self.tier().filter(|tier| !tier.is_empty()).unwrap_or("missing").to_owned()
    }

    /// Whether the post was put before a person, at this tier or above.
    pub fn found(&self, at: At) -> bool {
        match self.tier() {
            Some("alert") => true,
            Some("review") => at == At::Review,
            _ => false,
        }
    }

    /// A text of the answer.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.answer.as_ref().and_then(|answer| answer.text(key))
    }

    /// A list of the answer.
    pub fn listed(&self, key: &str) -> &[Value] {
        self.answer.as_ref().map_or(&[], |answer| answer.list(key))
    }

    /// The classes said; a cleared post has none.
    pub fn classes(&self) -> BTreeSet<&str> {
        if self.tier() == Some("clear") { BTreeSet::new() } else { self.listed("classes").iter().filter_map(Value::as_str).collect() }
    }

    /// The probability of trade said; where none was, the one that is as wrong as can be.
    pub fn risk(&self) -> f64 {
        let worst = if self.gold().trade { 0.0 } else { 1.0 };
        self.answer.as_ref().and_then(Answer::risk).unwrap_or(worst)
    }
}

impl Answer {
    /// A column.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A column that is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// A column that is a list; empty where it is not.
    pub fn list(&self, key: &str) -> &[Value] {
        self.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The probability of trade, where it is one.
    pub fn risk(&self) -> Option<f64> {
        self.get("risk").and_then(Value::as_f64).filter(|risk| (0.0..=1.0).contains(risk))
    }

    /// Whether a value stands anywhere in the row.
    pub fn holds(&self, value: &str) -> bool {
        serde_json::to_string(&self.0).is_ok_and(|row| row.contains(value))
    }
}
