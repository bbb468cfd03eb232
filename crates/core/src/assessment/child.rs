//! The child: what a post says of it, in its own words.
//!
//! In: a reading and the scores of its heads. Out: [`Child`]. Start reading at [`child`].

use super::model::{Head, Scores};
use super::reading::{FieldReading, Reading};
use super::{Child, Sex, best};
use crate::pack::Sense;
use crate::units::Field;

/// What the post itself says of a child.
pub fn child(reading: &Reading, scores: &Scores) -> Child {
    let sex = sex(reading, scores);
    let (born, unborn) = (scores[Head::Born as usize], scores[Head::Unborn as usize]);
    let born = (born.max(unborn) > 0.0).then_some(born >= unborn);
    let mut quantities = [Field::Title, Field::Text].into_iter().flat_map(|field| reading.field(field).quantities.iter());
    let age_days = quantities
        .find(|quantity| quantity.sense == Sense::AgeInfant || (quantity.sense == Sense::AgeChild && born == Some(true)))
        .map(|quantity| (quantity.min as u32, quantity.max as u32));
    let several = [Field::Title, Field::Text].into_iter().any(|field| Sexes::said_in(reading.field(field)).several);
    let named = sex.is_some() || born.is_some() || age_days.is_some();
    Child { sex, age_days, born, count: if several { Some(2) } else { named.then_some(1) } }
}

/// The sex, where one sex alone is said; where both are, whose child is meant follows from the words around.
fn sex(reading: &Reading, scores: &Scores) -> Option<Sex> {
    let said = |fields: &[Field]| fields.iter().map(|field| Sexes::said_in(reading.field(*field))).fold(Sexes::default(), Sexes::or);
    let likeliest = best(scores, Head::SEXES);
    let guessed = match likeliest {
        Head::Male => Sex::Male,
        Head::Female => Sex::Female,
        _ => Sex::Mixed,
    };
    let own = said(&[Field::Title, Field::Text]);
    let said = if own == Sexes::default() { said(&[Field::AuthorName, Field::GroupName]) } else { own };
    match said {
        Sexes { male: true, female: false, several: false } => Some(Sex::Male),
        Sexes { male: false, female: true, several: false } => Some(Sex::Female),
        Sexes { male: true, female: true, .. } => Some(guessed),
        _ => (scores[likeliest as usize] > 0.0).then_some(guessed),
    }
}

/// The sexes that a field speaks of.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Sexes {
    male: bool,
    female: bool,
    several: bool,
}

impl Sexes {
    fn or(self, other: Sexes) -> Sexes {
        Sexes { male: self.male || other.male, female: self.female || other.female, several: self.several || other.several }
    }

    fn said_in(read: &FieldReading) -> Sexes {
        let mut sexes = bare(read);
        for sign in &read.signs {
            match sign.sense {
                Sense::ChildMale | Sense::ChildCodeMale => sexes.male = true,
                Sense::ChildFemale | Sense::ChildCodeFemale => sexes.female = true,
                Sense::ChildPair => sexes.several = true,
                _ => {}
            }
        }
        sexes
    }
}

/// A sex that stands for a child by itself: "男, 3 天", "是女的".
fn bare(read: &FieldReading) -> Sexes {
    let units = &read.folded.units;
    let is_word = |at: Option<usize>| at.and_then(|at| units.get(at)).is_some_and(|unit| unit.ch.is_alphabetic());
    let stands_alone = |at: usize| {
        let before = !is_word(at.checked_sub(1)) || "是个要送领求生s l".contains(units[at - 1].ch);
        let after = !is_word(Some(at + 1)) || units[at + 1].ch == '的' && !is_word(Some(at + 2));
        before && after
    };
    let says = |sex: char| (0..units.len()).any(|at| units[at].ch == sex && stands_alone(at));
    Sexes { male: says('男'), female: says('女'), several: false }
}
