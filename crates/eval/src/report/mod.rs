//! Figures for people to read.
//!
//! Start reading at [`figures`] (a terminal) and [`html`] (one page with plots).

mod figures;
mod held_out;
mod html;
mod plot;

pub use figures::figures;
pub use held_out::held_out;
pub use html::html;

use crate::metrics::estimate::{Estimate, Share};

/// A number with three decimals.
fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

/// A figure with its interval.
fn estimate(estimate: &Estimate) -> String {
    with_interval(estimate.value, estimate.interval)
}

/// A proportion with its interval.
fn share(share: &Share) -> String {
    estimate(&share.estimate)
}

fn with_interval(value: Option<f64>, interval: Option<[f64; 2]>) -> String {
    match interval {
        Some([low, high]) => format!("{} [{low:.3}, {high:.3}]", number(value)),
        None => number(value),
    }
}
