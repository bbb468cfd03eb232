//! Whether a cleared post is told what it is instead.

use serde::Serialize;

use super::estimate::{Share, share};
use super::pair::{Pair, count};

/// Figures of the look-alikes named.
#[derive(Clone, Debug, Serialize)]
pub struct Lookalike {
    /// Share named, second answers counted as right.
    #[serde(flatten)]
    pub share: Share,
    /// Share named without second answers.
    pub strict: Option<f64>,
}

/// Measures rows that are no trade; only cleared ones are scored.
pub fn measure(pairs: &[&Pair]) -> Lookalike {
    let cleared: Vec<&Pair> = pairs.iter().copied().filter(|pair| pair.tier() == Some("clear")).collect();
    let strict = |pair: &Pair| pair.said("lookalike") == pair.gold().lookalike.as_deref();
    let second = |pair: &Pair| pair.said("lookalike").is_some_and(|said| pair.gold().lookalike_alt.iter().any(|alt| alt == said));
    Lookalike {
        share: Share::pooled(&count(&cleared, |pair| strict(pair) || second(pair))),
        strict: share(cleared.iter().filter(|pair| strict(pair)).count() as f64, cleared.len()),
    }
}
