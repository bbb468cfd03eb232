//! Weights in, reasons out: each share of the score at the words that brought it.

use super::feature::{Found, Kind};
use super::model::{Head, Model};
use super::reading::{FieldReading, Reading, Sign};
use super::{Price, Reason};
use crate::pack::Sense;
use crate::post::Post;
use crate::text::Steps;
use crate::units::{Field, Span};

/// The reasons of a post, heaviest first. Weights of features that share their words are added up: those that touch a
/// sense count for it, the others for the wording of their clause.
pub fn reasons(model: &Model, post: &Post, reading: &Reading, found: &[Found], trade_above: Option<usize>) -> Vec<Reason> {
    let mut shares: Vec<Share> = Vec::new();
    let mut put = |share: Share| match shares.iter_mut().find(|known| known.same_place(&share)) {
        Some(known) => known.weight += share.weight,
        None => shares.push(share),
    };
    for found in found {
        let weight = model.trade_weight(found.key);
        if weight != 0.0 {
            put(share(post, reading, found, weight, trade_above));
        }
    }
    let mut reasons: Vec<Reason> = shares
        .into_iter()
        .map(|share| Reason {
            code: share.code,
            weight_bits: (share.weight * 100.0).round() / 100.0,
            place: Some((share.field, share.span)),
            steps: share.steps,
            post: share.post,
        })
        .filter(|reason| reason.weight_bits != 0.0)
        .collect();
    let prior = (model.prior[Head::Trade as usize] * 100.0).round() / 100.0;
    reasons.push(Reason { code: "prior", weight_bits: prior, place: None, steps: Steps::NONE, post: None });
    reasons.sort_by(|a, b| b.weight_bits.abs().total_cmp(&a.weight_bits.abs()).then(a.place.cmp(&b.place)).then(a.code.cmp(b.code)));
    reasons
}

struct Share {
    code: &'static str,
    field: Field,
    span: Span,
    steps: Steps,
    post: Option<u32>,
    weight: f32,
}

impl Share {
    fn same_place(&self, other: &Share) -> bool {
        self.code == other.code && self.field == other.field && self.span == other.span && self.post == other.post
    }
}

fn share(post: &Post, reading: &Reading, found: &Found, weight: f32, trade_above: Option<usize>) -> Share {
    let read = reading.field(found.field);
    if found.kind == Kind::Whole || read.folded.units.is_empty() {
        let (field, span) = whole(post);
        let code = if trade_above.is_some() { "thread" } else { "wording" };
        return Share { code, field, span, steps: Steps::NONE, post: None, weight };
    }
    let (code, from, to, steps) = match sign_at(read, found) {
        Some(sign) => (sign.sense.name(), sign.from, sign.to, sign.steps),
        None => {
            let (from, to) = clause(read, found.from);
            ("wording", from, to, Steps::NONE)
        }
    };
    Share { code, field: found.field, span: read.span(from, to), steps, post: None, weight }
}

/// The sign that a feature speaks of: the one it overlaps most.
fn sign_at<'a>(read: &'a FieldReading, found: &Found) -> Option<&'a Sign> {
    let overlap = |sign: &Sign| sign.to.min(found.to).saturating_sub(sign.from.max(found.from));
    read.signs.iter().filter(|sign| overlap(sign) > 0).max_by_key(|sign| (overlap(sign), std::cmp::Reverse(sign.from)))
}

/// The units between two marks of punctuation around `at`.
fn clause(read: &FieldReading, at: u32) -> (u32, u32) {
    let ends = |ch: char| matches!(ch, ',' | '。' | '!' | '?' | '\n' | ';');
    let units = &read.folded.units;
    let at = at as usize;
    let from = units[..at].iter().rposition(|unit| ends(unit.ch)).map_or(0, |border| border + 1);
    let to = units[at..].iter().position(|unit| ends(unit.ch)).map_or(units.len(), |border| at + border);
    (from as u32, to.max(at + 1) as u32)
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
        let guessed = |at: usize| read.signs.iter().any(|sign| sign.steps.is_lossy() && (sign.from as usize..sign.to as usize).contains(&at));
        let lossy = read.signs.iter().any(|sign| sign.steps.is_lossy());
        undone += (0..units.len()).filter(|at| units[*at].steps.with(units[*at].gap).0 & hidden.0 != 0 || lossy && guessed(*at)).count();
        let traditional = units.iter().filter(|unit| unit.steps.has(Steps::TRADITIONAL)).count();
        // Mixed forms: some of the characters that have a traditional form are written so, others are not.
        if traditional > 0 && traditional * 4 < units.len() {
            undone += traditional;
        }
    }
    if all == 0 { 0.0 } else { ((undone as f32 / all as f32).min(1.0) * 1000.0).round() / 1000.0 }
}
