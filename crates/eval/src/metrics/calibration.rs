//! Whether risk is a probability: of the posts given 0.7, seven in ten should be trade.

use serde::Serialize;

use super::estimate::share;
use super::pair::Pair;

const BINS: usize = 10;

/// Figures of calibration.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// Rows of both kinds.
    pub rows: usize,
    /// Expected calibration error over ten bins of equal width.
    pub ece: Option<f64>,
    /// Mean squared error of risk.
    pub brier: Option<f64>,
    /// The bins from low to high; none where no row falls.
    pub bins: Vec<Option<Bin>>,
}

/// The rows whose risk falls into one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub rows: usize,
    /// Mean risk.
    pub risk: f64,
    /// Share of trade.
    pub trade: f64,
}

/// Measures rows of both kinds.
///
/// Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
pub fn measure(pairs: &[&Pair]) -> Calibration {
    let mut table = [(0, 0.0, 0.0); BINS];
    let mut squares = 0.0;
    for pair in pairs {
        let (risk, trade) = (pair.risk(), f64::from(u8::from(pair.gold().trade)));
        let (rows, risks, trades) = &mut table[((risk * BINS as f64) as usize).min(BINS - 1)];
        *rows += 1;
        *risks += risk;
        *trades += trade;
        squares += (risk - trade).powi(2);
    }
    Calibration {
        rows: pairs.len(),
        ece: share(table.iter().map(|(_, risks, trades)| (risks - trades).abs()).sum(), pairs.len()),
        brier: share(squares, pairs.len()),
        bins: table
            .iter()
            .map(|&(rows, risks, trades)| Some(Bin { rows, risk: share(risks, rows)?, trade: share(trades, rows)? }))
            .collect(),
    }
}
