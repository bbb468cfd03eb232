//! Weights in, reasons out: each share of the score at the words that brought it.

use super::feature::{Found, Kind};
use super::model::{Head, Model, Weighed};
use super::reading::{FieldReading, Reading, Sign};
use super::{Price, Reason};
use crate::pack::Sense;
use crate::post::Post;
use crate::text::{Steps, Unit};
use crate::units::{Field, Span};

/// The reasons of a post, heaviest first. Weights of features that share their words are added up: those that touch a
/// sense count for it, the others for the wording of their clause.
pub fn reasons(model: &Model, post: &Post, reading: &Reading, weighed: &[Weighed], trade_above: Option<(u32, &Post)>) -> Vec<Reason> {
    let mut fields: [Shares; 5] = Default::default();
    let (mut length, mut answered) = (0.0, 0.0);
    for weighed in weighed {
        let (found, weight) = (&weighed.found, model.trade_weight_of(weighed));
        match found.kind {
            Kind::Whole => length += weight,
            Kind::Parent => answered += weight,
            _ => fields[found.field as usize].add(reading.field(found.field), found, weight),
        }
    }
    let mut reasons = Vec::with_capacity(16);
    for field in Field::ALL {
        fields[field as usize].write(reading.field(field), field, &mut reasons);
    }
    let mut put = |code, weight: f32, of: &Post, number| {
        reasons.push(Reason { code, weight_bits: hundredths(weight), place: Some(whole(of)), steps: Steps::NONE, post: number });
    };
    put("length", length, post, None);
    match trade_above {
        Some((number, above)) => put("answers_trade", answered, above, Some(number)),
        None => put("answers_other", answered, post, None),
    }
    reasons.retain(|reason| reason.weight_bits != 0.0);
    let prior = hundredths(model.prior[Head::Trade as usize]);
    reasons.push(Reason { code: "prior", weight_bits: prior, place: None, steps: Steps::NONE, post: None });
    reasons.sort_by(|a, b| b.weight_bits.abs().total_cmp(&a.weight_bits.abs()).then(a.place.cmp(&b.place)).then(a.code.cmp(b.code)));
    reasons
}

/// A sense that weighs less than this is told as part of its clause.
const LEAST_BITS: f32 = 0.25;

fn hundredths(weight: f32) -> f32 {
    (weight * 100.0).round() / 100.0
}

/// Weights of one field, by sign and by clause.
#[derive(Default)]
struct Shares {
    signs: Vec<f32>,
    clauses: Vec<f32>,
    /// By unit: one more than the number of the sign that covers it, or 0.
    sign_at: Vec<u16>,
    /// By unit: the number of its clause.
    clause_at: Vec<u16>,
}

impl Shares {
    /// Lays out the field the first time that it is needed.
    fn prepare(&mut self, read: &FieldReading) {
        let units = &read.folded.units;
        self.signs = vec![0.0; read.signs.len()];
        self.sign_at = vec![0; units.len()];
        for (number, sign) in read.signs.iter().enumerate().take(usize::from(u16::MAX) - 1) {
            for slot in &mut self.sign_at[sign.from as usize..sign.to as usize] {
                if *slot == 0 {
                    *slot = number as u16 + 1;
                }
            }
        }
        let mut clause = 0u16;
        let clauses = units.iter().map(|unit| {
            let ends = matches!(unit.ch, ',' | '。' | '!' | '?' | '\n' | ';');
            let next = clause.saturating_add(u16::from(ends));
            std::mem::replace(&mut clause, next)
        });
        self.clause_at = clauses.collect();
        self.clauses = vec![0.0; usize::from(clause) + 1];
    }

    fn add(&mut self, read: &FieldReading, found: &Found, weight: f32) {
        if self.sign_at.is_empty() {
            self.prepare(read);
        }
        let sign = self.sign_at[found.from as usize..found.to as usize].iter().find(|sign| **sign > 0);
        match sign {
            Some(sign) => self.signs[usize::from(*sign) - 1] += weight,
            None => self.clauses[usize::from(self.clause_at[found.from as usize])] += weight,
        }
    }

    fn write(&mut self, read: &FieldReading, field: Field, reasons: &mut Vec<Reason>) {
        for (sign, weight) in read.signs.iter().zip(&self.signs) {
            if weight.abs() < LEAST_BITS {
                self.clauses[usize::from(self.clause_at[sign.from as usize])] += weight;
                continue;
            }
            let place = Some((field, read.span(sign.from, sign.to)));
            reasons.push(Reason { code: sign.sense.name(), weight_bits: hundredths(*weight), place, steps: sign.steps, post: None });
        }
        let mut from = 0;
        for (number, weight) in self.clauses.iter().enumerate() {
            let len = self.clause_at[from..].iter().take_while(|clause| usize::from(**clause) == number).count();
            if len > 0 {
                let place = Some((field, read.span(from as u32, (from + len) as u32)));
                reasons.push(Reason { code: "wording", weight_bits: hundredths(*weight), place, steps: Steps::NONE, post: None });
            }
            from += len;
        }
    }
}

/// The first field that has a text, whole.
fn whole(post: &Post) -> (Field, Span) {
    let field = [Field::Text, Field::Title, Field::AuthorName, Field::GroupName, Field::AuthorBio]
        .into_iter()
        .find(|field| !post.field(*field).is_empty())
        .unwrap_or(Field::Text);
    (field, Span { start: 0, end: post.field(field).len() as u32 })
}

/// Sums in text and title, and what each is for, as the words beside it say.
pub fn prices(reading: &Reading) -> Vec<Price> {
    let read = reading.field(Field::Text);
    let mut prices = Vec::new();
    for quantity in &read.quantities {
        if !matches!(quantity.sense, Sense::AmountLow | Sense::AmountMid | Sense::AmountHigh | Sense::AmountHuge | Sense::AmountBare) {
            continue;
        }
        let distance = |sign: &Sign| sign.from.saturating_sub(quantity.to).max(quantity.from.saturating_sub(sign.to));
        let purpose = read
            .signs
            .iter()
            .filter_map(|sign| purpose(sign.sense).map(|purpose| (distance(sign), purpose)))
            .filter(|(distance, _)| *distance <= 12)
            .min()
            .map_or("unknown", |(_, purpose)| purpose);
        prices.push(Price {
            cny_min: quantity.min,
            cny_max: quantity.max,
            currency: quantity.currency,
            purpose,
            span: read.span(quantity.from, quantity.to),
        });
    }
    prices
}

fn purpose(sense: Sense) -> Option<&'static str> {
    Some(match sense {
        Sense::Deposit => "deposit",
        Sense::Commission => "commission",
        Sense::Papers | Sense::PapersMake | Sense::PapersReal => "papers",
        Sense::Surrogacy | Sense::Client | Sense::Gamete => "surrogacy",
        Sense::MoneySoft => "compensation",
        Sense::Child
        | Sense::ChildMale
        | Sense::ChildFemale
        | Sense::ChildPair
        | Sense::ChildCode
        | Sense::ChildCodeMale
        | Sense::ChildCodeFemale
        | Sense::Newborn
        | Sense::Unborn => "child",
        _ => return None,
    })
}

/// Share of the text, in [0, 1], that had to be undone to read it. Forms that are a script of their own, such as
/// traditional characters throughout, are no disguise.
pub fn disguise(reading: &Reading) -> f32 {
    let hidden = Steps::INVISIBLE
        .with(Steps::SEPARATOR)
        .with(Steps::EMOJI)
        .with(Steps::SPLIT)
        .with(Steps::CONFUSABLE)
        .with(Steps::PINYIN)
        .with(Steps::INITIALS)
        .with(Steps::HOMOPHONE);
    let (mut undone, mut all) = (0usize, 0usize);
    for field in [Field::Title, Field::Text] {
        let read = reading.field(field);
        let units = &read.folded.units;
        all += units.len();
        let is_hidden = |unit: &Unit| unit.steps.with(unit.gap).0 & hidden.0 != 0;
        let mut traditional = 0;
        for unit in units {
            undone += usize::from(is_hidden(unit));
            traditional += usize::from(unit.steps.has(Steps::TRADITIONAL));
        }
        // Signs stand in order of place, so that what one covers is not counted again for the next.
        let mut counted = 0;
        for sign in read.signs.iter().filter(|sign| sign.steps.is_lossy()) {
            let (from, to) = (sign.from.max(counted), sign.to.max(counted));
            undone += units[from as usize..to as usize].iter().filter(|unit| !is_hidden(unit)).count();
            counted = to;
        }
        // Mixed forms: some of the characters that have a traditional form are written so, others are not.
        if traditional > 0 && traditional * 4 < units.len() {
            undone += traditional;
        }
    }
    if all == 0 { 0.0 } else { ((undone as f32 / all as f32).min(1.0) * 1000.0).round() / 1000.0 }
}
