//! Whether risk puts trade above look-alikes, whatever the tool's own thresholds.

use serde::Serialize;

use super::estimate::Share;
use super::pair::{Pair, count};

/// Figures of the order by risk.
#[derive(Clone, Debug, Serialize)]
pub struct Ranking {
    /// Probability that a trade row stands above a look-alike; ties count half.
    pub auroc: f64,
    /// Recall with one look-alike in 50 flagged.
    #[serde(rename = "recall_at_lookalike_fpr_0.02")]
    pub recall_at_one_in_50: Option<f64>,
    /// Recall with one look-alike in 200 flagged.
    #[serde(rename = "recall_at_lookalike_fpr_0.005")]
    pub recall_at_one_in_200: Option<f64>,
}

/// Measures trade rows against others; none where one side is empty.
pub fn measure(trade: &[&Pair], benign: &[&Pair]) -> Option<Ranking> {
    let mut others: Vec<f64> = benign.iter().map(|pair| pair.risk()).collect();
    others.sort_by(f64::total_cmp);
    let last = others.len().checked_sub(1).filter(|_| !trade.is_empty())?;
    let below: f64 = trade
        .iter()
        .map(|pair| {
            let risk = pair.risk();
            let (under, upto) = (others.partition_point(|other| *other < risk), others.partition_point(|other| *other <= risk));
            under as f64 + 0.5 * (upto - under) as f64
        })
        .sum();
    let recall_at = |share: f64| {
        let cut = others[last.saturating_sub((share * others.len() as f64) as usize)];
        Share::mean_of_families(&count(trade, |pair| pair.risk() > cut)).estimate.value
    };
    Some(Ranking {
        auroc: below / trade.len() as f64 / others.len() as f64,
        recall_at_one_in_50: recall_at(0.02),
        recall_at_one_in_200: recall_at(0.005),
    })
}
