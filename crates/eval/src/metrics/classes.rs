//! Whether the classes of trade are named: F1 over all rows, so that classes on look-alikes count against it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, bootstrap};
use super::pair::Pair;
use crate::gold::CLASSES;

/// Figures of the classes.
#[derive(Clone, Debug, Serialize)]
pub struct Classes {
    /// Mean F1 of the classes that have rows.
    pub macro_f1: Estimate,
    /// The same over offer, seek and broker alone.
    pub role_f1: Estimate,
    /// Each class.
    pub by_class: BTreeMap<&'static str, Named>,
}

/// How one class is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Named {
    /// None where the class neither stands nor is said.
    pub f1: Option<f64>,
    /// Rows where it is said and stands.
    pub tp: usize,
    /// Rows where it is said and does not stand.
    pub fp: usize,
    /// Rows where it stands and is not said.
    #[serde(rename = "fn")]
    pub fn_: usize,
}

/// Offer, seek and broker.
const ROLES: usize = 3;

type Counts = [Named; CLASSES.len()];

/// Measures rows of both kinds. Classes on which careful readers differ are left out.
pub fn measure(pairs: &[&Pair]) -> Classes {
    let mut families: BTreeMap<&str, Counts> = BTreeMap::new();
    for pair in pairs {
        let family = families.entry(pair.family()).or_default();
        let (gold, said) = (pair.gold(), pair.classes());
        let has = |list: &[String], class: &str| list.iter().any(|known| known == class);
        for (named, class) in family.iter_mut().zip(CLASSES).filter(|(_, class)| !has(&gold.classes_alt, class)) {
            let (stands, said) = (has(&gold.classes, class), said.contains(class));
            named.tp += usize::from(stands && said);
            named.fp += usize::from(!stands && said);
            named.fn_ += usize::from(stands && !said);
        }
    }
    let all: Vec<&Counts> = families.values().collect();
    let by_class = CLASSES.iter().enumerate().map(|(number, class)| (*class, total(&all, number))).collect();
    Classes {
        macro_f1: bootstrap(&families, |drawn| macro_f1(drawn, CLASSES.len())),
        role_f1: bootstrap(&families, |drawn| macro_f1(drawn, ROLES)),
        by_class,
    }
}

fn total(families: &[&Counts], class: usize) -> Named {
    let mut sum = Named::default();
    for family in families {
        let named = family[class];
        sum = Named { f1: None, tp: sum.tp + named.tp, fp: sum.fp + named.fp, fn_: sum.fn_ + named.fn_ };
    }
    let wrong = sum.fp + sum.fn_;
    sum.f1 = (sum.tp + wrong > 0).then(|| 2.0 * sum.tp as f64 / (2 * sum.tp + wrong) as f64);
    sum
}

fn macro_f1(families: &[&Counts], classes: usize) -> Option<f64> {
    let scores: Vec<f64> =
        (0..classes).map(|class| total(families, class)).filter(|named| named.tp + named.fn_ > 0).filter_map(|named| named.f1).collect();
    super::estimate::share(scores.iter().sum(), scores.len())
}
