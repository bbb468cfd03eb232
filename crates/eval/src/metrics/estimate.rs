//! Figures with intervals.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chance::Chance;

/// Draws of a bootstrap.
const DRAWS: usize = 1000;
const SEED: u64 = 7;
/// Standard deviations of a two-sided interval of 95 %.
const DEVIATIONS: f64 = 1.959964;

/// From which tier on a post counts as found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum At {
    Review,
    Alert,
}

/// One figure for each tier from which a post counts as found.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ByTier<T> {
    pub review: T,
    pub alert: T,
}

impl<T> ByTier<T> {
    /// Measures at both.
    pub fn measure(figure: impl Fn(At) -> T) -> ByTier<T> {
        ByTier { review: figure(At::Review), alert: figure(At::Alert) }
    }
}

/// Hits among rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Count {
    pub hits: usize,
    pub rows: usize,
}

impl Count {
    /// Counts a row.
    pub fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.rows += 1;
    }

    /// Hits per row; none without rows.
    pub fn share(self) -> Option<f64> {
        share(self.hits as f64, self.rows)
    }
}

/// A figure with its interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// None where there is nothing to measure.
    pub value: Option<f64>,
    /// 95 %, bootstrap over families; none with fewer than two.
    pub interval: Option<[f64; 2]>,
    /// Families that the rows come from.
    pub families: usize,
}

/// A proportion with its interval and what it was counted from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Share {
    #[serde(flatten)]
    pub estimate: Estimate,
    #[serde(flatten)]
    pub count: Count,
}

impl Share {
    /// Each family weighs the same.
    pub fn mean_of_families(families: &BTreeMap<&str, Count>) -> Share {
        Share::new(families, |drawn| {
            let shares: f64 = drawn.iter().filter_map(|count| count.share()).sum();
            share(shares, drawn.len())
        })
    }

    /// Each row weighs the same.
    pub fn pooled(families: &BTreeMap<&str, Count>) -> Share {
        Share::new(families, |drawn| total(drawn.iter().copied()).share())
    }

    fn new(families: &BTreeMap<&str, Count>, figure: impl Fn(&[&Count]) -> Option<f64>) -> Share {
        Share { estimate: bootstrap(families, figure), count: total(families.values()) }
    }
}

/// A figure over families, and its interval by drawing as many families with replacement.
pub fn bootstrap<T>(families: &BTreeMap<&str, T>, figure: impl Fn(&[&T]) -> Option<f64>) -> Estimate {
    let items: Vec<&T> = families.values().collect();
    if items.is_empty() {
        return Estimate { value: None, interval: None, families: 0 };
    }
    let mut chance = Chance::new(SEED);
    let mut drawn = items.clone();
    let draws = if items.len() > 1 { DRAWS } else { 0 };
    let mut values: Vec<f64> = (0..draws)
        .filter_map(|_| {
            drawn.fill_with(|| items[chance.below(items.len())]);
            figure(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let interval = values.len().checked_sub(1).map(|last| {
        let at = last as f64;
        [values[(0.025 * at) as usize], values[(0.975 * at).ceil() as usize]]
    });
    Estimate { value: figure(&items), interval, families: items.len() }
}

/// Wilson's interval of 95 %; none without rows.
///
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
pub fn wilson(count: Count) -> Option<[f64; 2]> {
    let (share, rows, z) = (count.share()?, count.rows as f64, DEVIATIONS);
    let whole = 1.0 + z * z / rows;
    let middle = (share + z * z / (2.0 * rows)) / whole;
    let half = z * (share * (1.0 - share) / rows + z * z / (4.0 * rows * rows)).sqrt() / whole;
    Some([(middle - half).max(0.0), (middle + half).min(1.0)])
}

/// `sum` per row; none without rows.
pub fn share(sum: f64, rows: usize) -> Option<f64> {
    (rows > 0).then(|| sum / rows as f64)
}

fn total<'a>(counts: impl Iterator<Item = &'a Count>) -> Count {
    counts.fold(Count::default(), |sum, count| Count { hits: sum.hits + count.hits, rows: sum.rows + count.rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_agrees_with_the_textbook() {
        let near = |count, [low, high]: [f64; 2]| {
            let got = wilson(count).expect("has rows");
            assert!((got[0] - low).abs() < 1e-4 && (got[1] - high).abs() < 1e-4, "{got:?}");
        };
        near(Count { hits: 0, rows: 10 }, [0.0, 0.2775]);
        near(Count { hits: 5, rows: 10 }, [0.2366, 0.7634]);
        assert_eq!(wilson(Count::default()), None);
    }

    #[test]
    fn families_weigh_the_same_or_as_their_rows() {
        let families = BTreeMap::from([("a", Count { hits: 1, rows: 1 }), ("b", Count { hits: 1, rows: 3 })]);
        let mean = Share::mean_of_families(&families);
        assert_eq!(mean.estimate.value, Some(2.0 / 3.0));
        assert_eq!(mean.estimate.interval, Some([1.0 / 3.0, 1.0]));
        let pooled = Share::pooled(&families);
        assert_eq!((pooled.estimate.value, pooled.count), (Some(0.5), Count { hits: 2, rows: 4 }));
        assert_eq!(pooled, Share::pooled(&families), "the same draws each time");
    }

    #[test]
    fn one_family_has_no_interval_and_none_has_no_value() {
        let one = BTreeMap::from([("a", Count { hits: 1, rows: 2 })]);
        assert_eq!(Share::pooled(&one).estimate, Estimate { value: Some(0.5), interval: None, families: 1 });
        assert_eq!(Share::pooled(&BTreeMap::new()).estimate, Estimate { value: None, interval: None, families: 0 });
    }
}
