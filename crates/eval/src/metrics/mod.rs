//! Answers against gold: gold rows and rows of `assessments` in, figures with intervals out.
//!
//! Each file measures one thing and is read once to know the others: a type of figures, and `measure` over pairs of a
//! gold row and its answer. [`estimate`] makes the intervals. A post without an answer, or with two, is an error
//! in every figure: missed where it is trade, flagged at both tiers where it is not. Rows on which careful people
//! disagree are left out of all figures but form, spans and their own. Start reading at [`score`].

pub mod calibration;
pub mod child;
pub mod classes;
pub mod estimate;
pub mod false_positives;
pub mod form;
pub mod lookalike;
pub mod mentions;
pub mod pair;
pub mod ranking;
pub mod recall;
pub mod route;
pub mod spans;
pub mod urgency;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::gold::{CLASSES, GoldRow, LOOKALIKES};
use calibration::Calibration;
use child::Child;
use classes::Classes;
use estimate::At;
use false_positives::FalsePositives;
use form::Form;
use lookalike::Lookalike;
use mentions::Mentions;
use pair::{Pair, Problems};
use ranking::Ranking;
use recall::Recall;
use route::Route;
use spans::Spans;
use urgency::Urgency;

/// How sure a tool may be of a post.
pub const TIERS: [&str; 3] = ["alert", "review", "clear"];
/// Kinds of identifiers that are never written in clear.
pub const HASHED: [&str; 3] = ["resident_id", "birth_certificate", "bank_card"];
/// From this disguise on, in per cent, recall is told by method.
const DISGUISED: u32 = 30;

/// What is right, then what is said, then how often.
pub type Confusion = BTreeMap<String, BTreeMap<String, usize>>;

/// All figures. Undisguised rows alone, where a figure does not say otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct Scored {
    /// How the two files fit together.
    pub problems: Problems,
    /// Breaches of the closed lists, and identity numbers in clear; all rows.
    pub form: Form,
    /// Spans that hold or do not; all rows.
    pub spans: Spans,
    /// Trade found, by disguise in per cent.
    pub recall: BTreeMap<u32, Recall>,
    /// The same by class.
    pub recall_by_class: BTreeMap<&'static str, BTreeMap<u32, Recall>>,
    /// Trade found, by language.
    pub recall_by_lang: BTreeMap<String, Recall>,
    /// Trade found in threads.
    pub recall_threads: Recall,
    /// Trade found at disguise 30 and more, by method of disguise.
    pub recall_by_method: BTreeMap<String, Recall>,
    /// Look-alikes flagged.
    pub false_positives: Lookalikes,
    /// The same by disguise in per cent.
    pub false_positives_disguised: BTreeMap<u32, FalsePositives>,
    /// Classes named.
    pub classes: Classes,
    /// Look-alikes named.
    pub lookalike: Lookalike,
    /// Where posts go.
    pub route: Route,
    /// How urgent they are.
    pub urgency: Urgencies,
    /// The child read.
    pub child: Child,
    /// Identifiers read; all levels of disguise.
    pub mentions: Mentions,
    /// Whether risk is a probability.
    pub calibration: ByDisguise<Calibration>,
    /// Whether risk is a rank.
    pub ranking: Rankings,
    /// Rows on which careful people disagree, by tier.
    pub contested: Contested,
}

/// Look-alikes flagged.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Lookalikes {
    pub all: FalsePositives,
    pub by_lookalike: BTreeMap<&'static str, FalsePositives>,
}

/// Urgency of trade rows, of those that are found, and of people in need.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Urgencies {
    pub trade: Urgency,
    pub trade_found: Urgency,
    pub support: Urgency,
}

/// A figure over plain rows and over all.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ByDisguise<T> {
    pub undisguised: T,
    pub all: T,
}

/// The order by risk of plain and of disguised rows.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Rankings {
    pub undisguised: Option<Ranking>,
    pub disguised: Option<Ranking>,
}

/// Tiers of contested rows.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Contested {
    pub rows: usize,
    pub trade: BTreeMap<String, usize>,
    pub not_trade: BTreeMap<String, usize>,
}

/// Scores rows of `assessments` (JSON lines, `mentions` inside) against gold.
///
/// Time is O(rows), and of 1,000 draws over families for each figure with an interval. The same files give the same bytes.
///
/// # Errors
/// A line of `predictions` that is no JSON object.
pub fn score(gold: &[GoldRow], predictions: &str) -> anyhow::Result<Scored> {
    let (pairs, problems) = pair::join(gold, predictions)?;
    let everything: Vec<&Pair> = pairs.iter().collect();
    let (contested, clean) = split(&everything, |pair| pair.gold().contested);
    let (trade, benign) = split(&clean, |pair| pair.gold().trade);
    let plain = |pair: &Pair| pair.gold().disguise == 0;
    let (plain_all, _) = split(&clean, plain);
    let (plain_trade, disguised_trade) = split(&trade, plain);
    let (plain_benign, disguised_benign) = split(&benign, plain);
    let of_class = |class: &str| only(&trade, |pair| pair.gold().classes.iter().any(|known| known == class));
    let of_lookalike = |name: &str| only(&plain_benign, |pair| pair.gold().lookalike.as_deref() == Some(name));
    let (contested_trade, contested_other) = split(&contested, |pair| pair.gold().trade);
    Ok(Scored {
        problems,
        form: form::measure(&everything),
        spans: spans::measure(&everything),
        recall: by_level(&trade, recall::measure),
        recall_by_class: CLASSES.map(|class| (class, by_level(&of_class(class), recall::measure))).into(),
        recall_by_lang: by(&plain_trade, |pair| vec![lang(pair)], recall::measure),
        recall_threads: recall::measure(&only(&plain_trade, |pair| pair.row.post.contains_key("thread_id"))),
        recall_by_method: by(
            &only(&trade, |pair| pair.gold().disguise >= DISGUISED),
            |pair| pair.gold().disguise_methods.clone(),
            recall::measure,
        ),
        false_positives: Lookalikes {
            all: false_positives::measure(&plain_benign),
            by_lookalike: LOOKALIKES
                .iter()
                .map(|name| (*name, of_lookalike(name)))
                .filter(|(_, part)| !part.is_empty())
                .map(|(name, part)| (name, false_positives::measure(&part)))
                .collect(),
        },
        false_positives_disguised: by_level(&disguised_benign, false_positives::measure),
        classes: classes::measure(&plain_all),
        lookalike: lookalike::measure(&plain_benign),
        route: route::measure(&plain_all),
        urgency: Urgencies {
            trade: urgency::measure(&plain_trade),
            trade_found: urgency::measure(&only(&plain_trade, |pair| pair.found(At::Review))),
            support: urgency::measure(&only(&plain_benign, |pair| pair.gold().route == "support")),
        },
        child: child::measure(&plain_trade),
        mentions: mentions::measure(&clean),
        calibration: ByDisguise { undisguised: calibration::measure(&plain_all), all: calibration::measure(&clean) },
        ranking: Rankings {
            undisguised: ranking::measure(&plain_trade, &plain_benign),
            disguised: ranking::measure(&disguised_trade, &disguised_benign),
        },
        contested: Contested { rows: contested.len(), trade: tiers(&contested_trade), not_trade: tiers(&contested_other) },
    })
}

/// How many pairs stand at each tier.
fn tiers(pairs: &[&Pair]) -> BTreeMap<String, usize> {
    let mut tiers = BTreeMap::new();
    for pair in pairs {
        *tiers.entry(pair.tier_or_missing()).or_default() += 1;
    }
    tiers
}

fn lang(pair: &Pair) -> String {
    Some(pair.row.text("lang")).filter(|lang| !lang.is_empty()).unwrap_or("und").to_owned()
}

fn by_level<T>(pairs: &[&Pair], measure: impl Fn(&[&Pair]) -> T) -> BTreeMap<u32, T> {
    by(pairs, |pair| vec![pair.gold().disguise], measure)
}

/// Measures the pairs of each key apart; a pair may have several.
fn by<K: Ord + Clone, T>(pairs: &[&Pair], keys: impl Fn(&Pair) -> Vec<K>, measure: impl Fn(&[&Pair]) -> T) -> BTreeMap<K, T> {
    let all: BTreeSet<K> = pairs.iter().flat_map(|pair| keys(pair)).collect();
    all.into_iter().map(|key| (key.clone(), measure(&only(pairs, |pair| keys(pair).contains(&key))))).collect()
}

fn only<'p, 'a>(pairs: &[&'p Pair<'a>], test: impl Fn(&Pair<'a>) -> bool) -> Vec<&'p Pair<'a>> {
    pairs.iter().copied().filter(|pair| test(pair)).collect()
}

fn split<'p, 'a>(pairs: &[&'p Pair<'a>], test: impl Fn(&Pair<'a>) -> bool) -> (Vec<&'p Pair<'a>>, Vec<&'p Pair<'a>>) {
    pairs.iter().partition(|pair| test(pair))
}
