//! The fit: the written corpus in, the shipped model out.
//!
//! Families are never cut: cross-validation leaves out whole families, so that its figures speak of constructions that
//! the model has not seen. Start reading at [`fit`].

pub mod logistic;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use magpie_core::assessment::feature::{self, Context, Found, Key, Sink};
use magpie_core::assessment::model::Head;
use magpie_core::assessment::reading::Reading;
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::Packs;
use magpie_core::post::{Defaults, Record, utc};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::gold::GoldRow;
use logistic::{Matrix, Task};

/// How the model is fitted.
#[derive(Clone, Debug)]
pub struct Options {
    /// A feature needs to stand in this many families to get a weight.
    pub families_min: usize,
    /// Quadratic penalty on the weights for trade.
    pub penalty: f64,
    /// Quadratic penalty on the weights of the other heads.
    pub penalty_others: f64,
    /// Parts of the cross-validation.
    pub folds: u64,
    /// Weights nearer to nought than this, in bits, are left out.
    pub prune_bits: f64,
    /// The same for the heads other than trade.
    pub prune_others_bits: f64,
    /// Steps of the optimiser.
    pub iterations: usize,
}

impl Options {
    fn prune(&self, head: Head) -> f64 {
        if head == Head::Trade { self.prune_bits } else { self.prune_others_bits }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { families_min: 3, penalty: 33.0, penalty_others: 8.0, folds: 5, prune_bits: 0.03, prune_others_bits: 0.1, iterations: 80 }
    }
}

/// A fitted model and what cross-validation says of it.
pub struct Fitted {
    /// The model file.
    pub file: String,
    /// Score of each row, in bits, by a model that did not see its family.
    pub held_out_bits: Vec<f64>,
    /// F1 on plain rows of families not seen, for the heads that are decided alone.
    pub held_out_f1: Vec<(Head, f64)>,
}

/// Features by name, as the fit needs them.
#[derive(Default)]
struct Named {
    keys: Vec<Key>,
    names: FxHashMap<Key, String>,
}

impl Sink for Named {
    fn put(&mut self, found: Found) {
        self.keys.push(found.key);
    }

    fn name(&mut self, key: Key, name: &dyn Fn() -> String) {
        self.names.entry(key).or_insert_with(name);
    }
}

/// Fits all heads on `rows`.
///
/// # Errors
/// A row that is no valid post.
pub fn fit(packs: &Packs, rows: &[GoldRow], options: &Options) -> anyhow::Result<Fitted> {
    let (matrix, names) = features(packs, rows, options.families_min)?;
    let everything: Vec<u32> = (0..rows.len() as u32).collect();
    let folds: Vec<u64> = rows.iter().map(|row| crate::chance::Chance::named(7, &row.gold.family).bits() % options.folds).collect();
    let labels = Labels::new(rows);
    let penalty = |head: Head| if head == Head::Trade { options.penalty } else { options.penalty_others };
    let fit_head = |head: Head, take: &dyn Fn(u32) -> bool| {
        let task = task(&matrix, rows, &everything, take, |row| labels.of(head, row));
        let mut weights = logistic::fit(&matrix, &task, penalty(head), options.iterations);
        let least = options.prune(head) * std::f64::consts::LN_2;
        weights[..matrix.width].iter_mut().filter(|weight| weight.abs() < least).for_each(|weight| *weight = 0.0);
        weights
    };
    // Scores of rows whose families the model did not see, for the heads whose zero has to mean something.
    let jobs: Vec<(Head, u64)> =
        Head::ALL.iter().filter(|head| is_decided_alone(**head)).flat_map(|head| (0..options.folds).map(|fold| (*head, fold))).collect();
    let parts: FxHashMap<(Head, u64), Vec<f64>> =
        jobs.par_iter().map(|&(head, fold)| ((head, fold), fit_head(head, &|row| folds[row as usize] != fold))).collect();
    let held_out_of =
        |head: Head| -> Vec<f64> { (0..rows.len()).map(|row| logistic::score(&matrix, row, &parts[&(head, folds[row])])).collect() };
    let held_out = held_out_of(Head::Trade);
    let (slope, shift) = platt(rows, &held_out);
    let heads: Vec<Vec<f64>> = Head::ALL
        .par_iter()
        .map(|&head| {
            let mut weights = fit_head(head, &|_| true);
            if head == Head::Trade {
                weights.iter_mut().for_each(|weight| *weight *= slope);
                weights[matrix.width] += shift;
            } else if is_decided_alone(head) {
                weights[matrix.width] -= best_limit(rows, &held_out_of(head), |row| labels.of(head, row)).0;
            }
            weights
        })
        .collect();
    let bits = std::f64::consts::LN_2.recip();
    let held_out_bits = held_out.iter().map(|score| (score * slope + shift) * bits).collect();
    let held_out_f1 = Head::ALL
        .iter()
        .filter(|head| is_decided_alone(**head))
        .map(|&head| (head, best_limit(rows, &held_out_of(head), |row| labels.of(head, row)).1))
        .collect();
    Ok(Fitted { file: write(&names, &heads), held_out_bits, held_out_f1 })
}

/// Whether a head's score is held against nought; the others are held against each other.
fn is_decided_alone(head: Head) -> bool {
    let number = head as usize;
    !Head::LOOKALIKES.contains(&number) && !Head::URGENCIES.contains(&number)
}

/// The limit on held-out scores of plain rows at which F1 is highest, and that F1.
fn best_limit(rows: &[GoldRow], scores: &[f64], label: impl Fn(u32) -> Option<bool>) -> (f64, f64) {
    let mut scored: Vec<(f64, bool)> = (0u32..)
        .zip(rows.iter().zip(scores))
        .filter(|(_, (row, _))| row.gold.disguise == 0)
        .filter_map(|(number, (_, score))| label(number).map(|label| (*score, label)))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, label)| *label).count() as f64;
    let (mut hits, mut best, mut limit) = (0.0, 0.0, 0.0);
    for (said, (score, label)) in scored.iter().enumerate() {
        hits += f64::from(u8::from(*label));
        let f1 = 2.0 * hits / (said as f64 + 1.0 + positives);
        if f1 > best {
            (best, limit) = (f1, *score);
        }
    }
    (limit, best)
}

/// What each row says for each head.
struct Labels<'a> {
    rows: &'a [GoldRow],
    /// Whether a reply has its child and urgency from the post it answers, so that its own words say nothing of them.
    inherits: Vec<bool>,
}

impl<'a> Labels<'a> {
    fn new(rows: &'a [GoldRow]) -> Labels<'a> {
        let by_id: FxHashMap<&str, &GoldRow> = rows.iter().map(|row| (row.text("id"), row)).collect();
        let inherits = rows
            .iter()
            .map(|row| {
                let above = by_id.get(row.text("parent_id"));
                above.is_some_and(|above| above.gold.child == row.gold.child && above.gold.urgency == row.gold.urgency)
            })
            .collect();
        Labels { rows, inherits }
    }

    /// The label of a row for a head; `None` where the row says nothing about it.
    fn of(&self, head: Head, row: u32) -> Option<bool> {
        let number = head as usize;
        let gold = &self.rows[row as usize].gold;
        let inherits = self.inherits[row as usize];
        let child = gold.child.as_ref();
        if head == Head::Trade {
            return Some(gold.trade);
        }
        if Head::CLASSES.contains(&number) {
            return gold.trade.then(|| gold.classes.iter().any(|class| class == head.name()));
        }
        if Head::LOOKALIKES.contains(&number) {
            return (!gold.trade).then(|| gold.lookalike.as_deref() == Some(head.name()));
        }
        if head == Head::Support {
            return Some(gold.route == "support");
        }
        if Head::URGENCIES.contains(&number) {
            let urgency = gold.urgency.as_deref()?;
            return (urgency != "stale" && !inherits).then(|| urgency == head.name());
        }
        if Head::SEXES.contains(&number) {
            return (gold.trade && !inherits).then(|| child.and_then(|child| child.sex.as_deref()) == Some(head.name()));
        }
        let wanted = head == Head::Born;
        (gold.trade && !inherits).then(|| child.and_then(|child| child.born) == Some(wanted))
    }
}

fn task(matrix: &Matrix, rows: &[GoldRow], all: &[u32], take: &dyn Fn(u32) -> bool, label: impl Fn(u32) -> Option<bool>) -> Task {
    let mut task = Task { rows: Vec::new(), labels: Vec::new(), weights: Vec::new(), values: Vec::new() };
    for &row in all.iter().filter(|row| take(**row)) {
        if let Some(label) = label(row) {
            task.rows.push(row);
            task.labels.push(label);
            task.weights.push(1.0);
        }
    }
    task.values = values(matrix, rows, &task);
    task
}

/// What each feature counts: the more, the fewer families have it (inverse document frequency, with families in the
/// place of documents), so that what stands everywhere needs more evidence to get a weight.
fn values(matrix: &Matrix, rows: &[GoldRow], task: &Task) -> Vec<f64> {
    let mut seen = vec![0.0f64; matrix.width];
    let mut last = vec![u32::MAX; matrix.width];
    let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
    let mut order: Vec<u32> = task.rows.clone();
    order.sort_by_key(|row| (&rows[*row as usize].gold.family, *row));
    for row in order {
        let next = numbers.len() as u32;
        let number = *numbers.entry(rows[row as usize].gold.family.as_str()).or_insert(next);
        for &column in matrix.row(row as usize) {
            if std::mem::replace(&mut last[column as usize], number) != number {
                seen[column as usize] += 1.0;
            }
        }
    }
    (0..matrix.width).map(|column| (numbers.len() as f64 / seen[column].max(1.0)).ln().max(0.3) / 4.0).collect()
}

/// Features of some rows, and their names.
type Keys = (Vec<Vec<Key>>, FxHashMap<Key, String>);

/// Features of all rows, numbered; those of too few families are left out.
fn features(packs: &Packs, rows: &[GoldRow], families_min: usize) -> anyhow::Result<(Matrix, Vec<String>)> {
    let threads = Threads::new(rows);
    let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, packs);
    let defaults = Defaults { source: None, timezone: utc() };
    let chunks: Vec<Keys> = rows
        .par_chunks(rows.len().div_ceil(16).max(1))
        .map(|chunk| -> anyhow::Result<_> {
            let mut reading = Reading::default();
            let mut named = Named::default();
            let mut keys = Vec::with_capacity(chunk.len());
            for row in chunk {
                let line = serde_json::to_string(&row.post)?;
                let post = Record::from_json(&line)?.into_post(&defaults)?;
                reading.read(packs, &extractor, &post);
                named.keys.clear();
                feature::collect(&reading, &threads.context(row), &mut named);
                named.keys.sort();
                named.keys.dedup();
                keys.push(named.keys.clone());
            }
            Ok((keys, named.names))
        })
        .collect::<anyhow::Result<_>>()?;
    let mut names: BTreeMap<Key, String> = BTreeMap::new();
    let mut rows_keys = Vec::with_capacity(rows.len());
    for (keys, part) in chunks {
        rows_keys.extend(keys);
        names.extend(part);
    }
    let mut families: FxHashMap<Key, FxHashSet<&str>> = FxHashMap::default();
    for (keys, row) in rows_keys.iter().zip(rows) {
        for key in keys {
            families.entry(*key).or_default().insert(&row.gold.family);
        }
    }
    names.retain(|key, _| families[key].len() >= families_min);
    let numbers: FxHashMap<Key, u32> = names.keys().enumerate().map(|(number, key)| (*key, number as u32)).collect();
    let mut matrix = Matrix { starts: vec![0], columns: Vec::new(), width: names.len() };
    for keys in rows_keys {
        matrix.columns.extend(keys.iter().filter_map(|key| numbers.get(key)));
        matrix.starts.push(matrix.columns.len());
    }
    Ok((matrix, names.into_values().collect()))
}

/// What each reply answers, by the labels of the posts above it.
struct Threads<'a> {
    rows: FxHashMap<&'a str, &'a GoldRow>,
}

impl<'a> Threads<'a> {
    fn new(rows: &'a [GoldRow]) -> Threads<'a> {
        Threads { rows: rows.iter().map(|row| (row.text("id"), row)).collect() }
    }

    fn context(&self, row: &GoldRow) -> Context {
        let mut context = Context::default();
        let mut at = row;
        while let Some(&above) = self.rows.get(at.text("parent_id")) {
            context.is_reply = true;
            context.under_trade |= above.gold.trade;
            at = above;
        }
        context.by_opener = context.is_reply && !row.text("author_name").is_empty() && at.text("author_name") == row.text("author_name");
        context
    }
}

/// Slope and shift that make held-out scores probabilities at half trade, half look-alikes, in natural log-odds.
///
/// Source: Platt, "Probabilistic outputs for support vector machines", 1999.
fn platt(rows: &[GoldRow], scores: &[f64]) -> (f64, f64) {
    let count = |trade: bool| rows.iter().filter(|row| row.gold.trade == trade).count().max(1) as f64;
    let (positive, negative) = (count(true), count(false));
    let (mut slope, mut shift) = (1.0, 0.0);
    for _ in 0..200 {
        let (mut g, mut h) = ([0.0f64; 2], [[1e-9f64, 0.0], [0.0, 1e-9]]);
        for (row, score) in rows.iter().zip(scores) {
            let weight = if row.gold.trade { 0.5 / positive } else { 0.5 / negative };
            let p = 1.0 / (1.0 + (-(slope * score + shift)).exp());
            let error = p - f64::from(u8::from(row.gold.trade));
            let spread = weight * p * (1.0 - p);
            g[0] += weight * error * score;
            g[1] += weight * error;
            h[0][0] += spread * score * score;
            h[0][1] += spread * score;
            h[1][1] += spread;
        }
        let det = h[0][0] * h[1][1] - h[0][1] * h[0][1];
        let (da, db) = ((h[1][1] * g[0] - h[0][1] * g[1]) / det, (h[0][0] * g[1] - h[0][1] * g[0]) / det);
        slope -= da;
        shift -= db;
        if da.abs() + db.abs() < 1e-9 {
            break;
        }
    }
    (slope, shift)
}

/// The model file: features with their weights in bits.
fn write(names: &[String], heads: &[Vec<f64>]) -> String {
    let bits = std::f64::consts::LN_2.recip();
    let mut out = String::new();
    let mut line = |name: &str, column: usize, prune: bool| {
        let mut weights = String::new();
        for (head, head_weights) in Head::ALL.iter().zip(heads) {
            let weight = head_weights[column] * bits;
            if !prune || weight.abs() >= 0.005 {
                let _ = write!(weights, "{}{}={weight:.2}", if weights.is_empty() { "" } else { " " }, head.name());
            }
        }
        if !weights.is_empty() {
            let _ = writeln!(out, "{name}\t{weights}");
        }
    };
    line("prior", names.len(), false);
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    for column in order {
        line(&names[column], column, true);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_inherits_its_child_and_urgency_teaches_nothing_of_them() {
        let row = |id: &str, parent: Option<&str>, sex: &str| -> GoldRow {
            let gold = serde_json::json!({"family": "f", "trade": true, "classes": ["seek"], "route": "lead", "urgency": "child_now",
                "child": {"sex": sex, "born": true, "count": 1}});
            serde_json::from_value(serde_json::json!({"gold": gold, "source": "s", "id": id, "parent_id": parent, "text": "t"}))
                .expect("a row")
        };
        let rows = [row("1", None, "male"), row("2", Some("1"), "male"), row("3", Some("1"), "female")];
        let labels = Labels::new(&rows);
        let says = |head: Head| [0, 1, 2].map(|number| labels.of(head, number));
        assert_eq!(says(Head::Male), [Some(true), None, Some(false)]);
        assert_eq!(says(Head::Born), [Some(true), None, Some(true)]);
        assert_eq!(says(Head::ChildNow), [Some(true), None, Some(true)]);
        assert_eq!(says(Head::Seek), [Some(true); 3]);
    }
}
