//! How many posts that are no trade are put before a person. No answer is an error.

use serde::Serialize;

use super::estimate::{ByTier, Share, wilson};
use super::pair::{Pair, count};

/// Share flagged, from either tier on.
pub type FalsePositives = ByTier<Flagged>;

/// A share of rows flagged.
#[derive(Clone, Debug, Serialize)]
pub struct Flagged {
    /// With its bootstrap over families.
    #[serde(flatten)]
    pub share: Share,
    /// The interval of 95 % that stays wide when nothing is flagged.
    pub wilson: Option<[f64; 2]>,
}

/// Measures rows that are no trade.
pub fn measure(pairs: &[&Pair]) -> FalsePositives {
    ByTier::measure(|at| {
        let share = Share::pooled(&count(pairs, |pair| pair.answer.is_none() || pair.found(at)));
        Flagged { wilson: wilson(share.count), share }
    })
}
