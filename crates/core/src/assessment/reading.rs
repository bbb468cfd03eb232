//! One post as it is read: each field folded, its terms and quantities found.
//!
//! In: a post and the packs. Out: [`Reading`], whose buffers are used again from post to post.

use super::quantity::{self, Quantity};
use crate::identifier::{self, Extractor, Mention};
use crate::pack::{Hit, Packs, Scanner, Sense, Slot};
use crate::post::Post;
use crate::text::syllable::Syllable;
use crate::text::{Folded, Steps};
use crate::units::{Field, Span};

/// A sense that stands in a field: a term of a lexicon, or a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sign {
    /// First unit of the folded field.
    pub from: u32,
    /// One past the last unit.
    pub to: u32,
    /// What stands there.
    pub sense: Sense,
    /// What had to be undone to read it.
    pub steps: Steps,
}

/// One field as it is read.
#[derive(Default)]
pub struct FieldReading {
    /// The characters.
    pub folded: Folded,
    syllables: Vec<Syllable>,
    /// Terms and quantities in order of place.
    pub signs: Vec<Sign>,
    /// Numbers and their units.
    pub quantities: Vec<Quantity>,
}

impl FieldReading {
    /// Where a run of units stands in the original.
    pub fn span(&self, from: u32, to: u32) -> Span {
        self.folded.span(from as usize, to as usize)
    }
}

/// A post as it is read; one per thread of execution, filled again for each post.
#[derive(Default)]
pub struct Reading {
    fields: [FieldReading; 5],
    /// Identifiers of the post.
    pub mentions: Vec<Mention>,
    scanner: Scanner,
    hits: Vec<Hit>,
    identifiers: identifier::Scratch,
}

impl Reading {
    /// The reading of a field; empty where the post has none.
    pub fn field(&self, field: Field) -> &FieldReading {
        &self.fields[field as usize]
    }

    /// Reads all fields of `post`.
    pub fn read(&mut self, packs: &Packs, extractor: &Extractor, post: &Post) {
        for field in Field::ALL {
            packs.characters.fold(post.field(field), &mut self.fields[field as usize].folded);
        }
        self.mentions.clear();
        let folded = Field::ALL.map(|field| (field, post.field(field), &self.fields[field as usize].folded));
        extractor.extract(&folded, &mut self.identifiers, &mut self.mentions);
        for field in Field::ALL {
            let folded = &mut self.fields[field as usize].folded;
            if folded.may_hide_words() {
                packs.words().undo(folded);
            }
            self.read_signs(packs, field);
        }
    }

    fn read_signs(&mut self, packs: &Packs, field: Field) {
        let reading = &mut self.fields[field as usize];
        reading.signs.clear();
        reading.quantities.clear();
        reading.syllables.clear();
        if reading.folded.units.is_empty() {
            return;
        }
        self.hits.clear();
        packs.lexicon.scan(&reading.folded, &mut self.scanner, &mut self.hits);
        quantity::read(&reading.folded, &mut reading.quantities);
        // A sound is no evidence of its own: it is listened for where a slot of a trade is filled in plain words.
        let filled = |sense: Sense| sense.fills().is_some();
        if self.hits.iter().any(|hit| filled(hit.sense)) || reading.quantities.iter().any(|quantity| filled(quantity.sense)) {
            packs.pinyin.read(&packs.characters, &reading.folded, &mut reading.syllables);
            packs.lexicon.scan_by_sound(&packs.characters, &reading.folded, &reading.syllables, &mut self.scanner, &mut self.hits);
        }
        let units = &reading.folded.units;
        let unit_at = |byte: u32| units.partition_point(|unit| unit.end <= byte) as u32;
        let identifiers: Vec<Sign> = self
            .mentions
            .iter()
            .filter(|mention| mention.field == field)
            .map(|mention| {
                let (from, to) = (unit_at(mention.span.start), unit_at(mention.span.end - 1) + 1);
                Sign { from, to: to.min(units.len() as u32), sense: Sense::Identifier, steps: Steps::NONE }
            })
            .filter(|sign| sign.from < sign.to)
            .collect();
        // Identifiers stand in order of place, so that the last one that starts before `to` decides.
        let apart = |from: u32, to: u32| {
            identifiers[..identifiers.partition_point(|sign| sign.from < to)].last().is_none_or(|sign| sign.to <= from)
        };
        let len = units.len() as u32;
        let hits = self.hits.iter().map(|hit| Sign { from: hit.from, to: hit.to, sense: hit.sense, steps: hit.steps });
        let quantities = reading.quantities.iter().map(|q| Sign { from: q.from, to: q.to, sense: q.sense, steps: Steps::NONE });
        reading.signs.extend(hits.filter(|sign| sign.sense.slot() != Slot::Reply || is_reply_alone(sign, len)));
        reading.signs.extend(quantities.filter(|sign| apart(sign.from, sign.to)));
        reading.signs.extend(&identifiers);
        reading.signs.sort();
        reading.signs.dedup_by_key(|sign| (sign.from, sign.to, sign.sense));
    }
}

/// Whether a short reply, such as "still there?", is most of its message; within a longer text its words mean nothing.
fn is_reply_alone(sign: &Sign, len: u32) -> bool {
    len <= 12 && 2 * (sign.to - sign.from) + 2 >= len
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Options;
    use crate::post::{Defaults, Record, utc};

    #[test]
    fn a_contact_is_a_sign_and_its_digits_count_nothing() {
        let line = r#"{"id":"1","source":"s","text":"电话 15412345678 还在"}"#;
        let post = Record::from_json(line).and_then(|record| record.into_post(&Defaults { source: None, timezone: utc() })).expect("valid");
        let extractor = Extractor::new(Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let mut reading = Reading::default();
        reading.read(Packs::builtin(), &extractor, &post);
        let senses: Vec<Sense> = reading.field(Field::Text).signs.iter().map(|sign| sign.sense).collect();
        assert!(senses.contains(&Sense::Identifier), "{senses:?}");
        assert!(!senses.contains(&Sense::Number), "{senses:?}");
    }
}
