//! One post as it is read: each field folded, its terms and quantities found.
//!
//! In: a post and the packs. Out: [`Reading`], whose buffers are used again from post to post.

use super::quantity::{self, Quantity};
use crate::pack::{Hit, Packs, Scanner, Sense};
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
    /// The same by sound.
    pub syllables: Vec<Syllable>,
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
    scanner: Scanner,
    hits: Vec<Hit>,
}

impl Reading {
    /// The reading of a field; empty where the post has none.
    pub fn field(&self, field: Field) -> &FieldReading {
        &self.fields[field as usize]
    }

    /// Reads all fields of `post`.
    pub fn read(&mut self, packs: &Packs, post: &Post) {
        for field in Field::ALL {
            let reading = &mut self.fields[field as usize];
            reading.signs.clear();
            reading.quantities.clear();
            reading.syllables.clear();
            packs.characters.fold(post.field(field), &mut reading.folded);
            if reading.folded.units.is_empty() {
                continue;
            }
            self.hits.clear();
            packs.lexicon.scan(&reading.folded, &mut self.scanner, &mut self.hits);
            packs.pinyin.read(&packs.characters, &reading.folded, &mut reading.syllables);
            packs.lexicon.scan_by_sound(&packs.characters, &reading.folded, &reading.syllables, &mut self.scanner, &mut self.hits);
            quantity::read(&reading.folded, &mut reading.quantities);
            let signs = self.hits.iter().map(|hit| Sign { from: hit.from, to: hit.to, sense: hit.sense, steps: hit.steps });
            reading.signs.extend(signs);
            reading.signs.extend(reading.quantities.iter().map(|q| Sign { from: q.from, to: q.to, sense: q.sense, steps: Steps::NONE }));
            reading.signs.sort();
            reading.signs.dedup_by_key(|sign| (sign.from, sign.to, sign.sense));
        }
    }
}
