//! How much of the trade is found: the mean over families of the share found in each.

use super::estimate::{ByTier, Share};
use super::pair::{Pair, count};

/// Recall from either tier on.
pub type Recall = ByTier<Share>;

/// Measures trade rows.
pub fn measure(pairs: &[&Pair]) -> Recall {
    ByTier::measure(|at| Share::mean_of_families(&count(pairs, |pair| pair.found(at))))
}
