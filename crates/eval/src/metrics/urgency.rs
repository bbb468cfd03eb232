//! Whether urgency is right. Rows without an urgency are left out; no answer is the largest error.

use serde::Serialize;

use super::Confusion;
use super::estimate::share;
use super::pair::Pair;
use crate::gold::URGENCIES;

/// Figures of urgency.
#[derive(Clone, Debug, Serialize)]
pub struct Urgency {
    /// Rows that have one.
    pub rows: usize,
    /// Share that is right, second answers counted as right.
    pub accuracy: Option<f64>,
    /// Ranks between what is said and what is right, on average; 4 at most.
    pub mean_rank_error: Option<f64>,
    /// Rows with an answer.
    pub answered: usize,
    /// Right urgency, then the one said.
    pub confusion: Confusion,
}

/// Measures rows, leaving out those without an urgency.
pub fn measure(pairs: &[&Pair]) -> Urgency {
    let (mut rows, mut hits, mut answered, mut ranks) = (0, 0, 0, 0);
    let mut confusion = Confusion::new();
    for pair in pairs {
        let Some(gold) = &pair.gold().urgency else { continue };
        let said = pair.said("urgency");
        let right: Vec<&str> = std::iter::once(gold).chain(&pair.gold().urgency_alt).map(String::as_str).collect();
        rows += 1;
        hits += usize::from(said.is_some_and(|said| right.contains(&said)));
        answered += usize::from(said.and_then(rank).is_some());
        let nearest = said.and_then(rank).and_then(|said| right.iter().filter_map(|gold| rank(gold)).map(|gold| gold.abs_diff(said)).min());
        ranks += nearest.unwrap_or(URGENCIES.len() - 1);
        *confusion.entry(gold.clone()).or_default().entry(said.unwrap_or("null").to_owned()).or_default() += 1;
    }
    Urgency { rows, accuracy: share(hits as f64, rows), mean_rank_error: share(ranks as f64, rows), answered, confusion }
}

fn rank(urgency: &str) -> Option<usize> {
    URGENCIES.iter().position(|known| *known == urgency)
}
