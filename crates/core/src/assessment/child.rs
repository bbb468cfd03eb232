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
    let likelier = born >= unborn;
    let said_born = (born.max(unborn) > 0.0).then_some(likelier);
    let mut quantities = [Field::Title, Field::Text].into_iter().flat_map(|field| reading.field(field).quantities.iter());
    let age_days = quantities
        .find(|quantity| quantity.sense == Sense::AgeInfant || (quantity.sense == Sense::AgeChild && said_born == Some(true)))
        .map(|quantity| (quantity.min as u32, quantity.max as u32));
    // A child with an age is born, unless the words speak of one that is not.
    let born = said_born.or((age_days.is_some() && likelier).then_some(true));
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
        Sexes { male: true, female: false, .. } => Some(Sex::Male),
        Sexes { male: false, female: true, .. } => Some(Sex::Female),
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
        let before = !is_word(at.checked_sub(1)) || "是个要送领求生岁天月周sl".contains(units[at - 1].ch);
        let after = !is_word(Some(at + 1)) || units[at + 1].ch == '的' && !is_word(Some(at + 2));
        before && after
    };
    let says = |sex: char| (0..units.len()).any(|at| units[at].ch == sex && stands_alone(at));
    Sexes { male: says('男'), female: says('女'), several: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{self, Extractor};
    use crate::pack::Packs;
    use crate::post::{Defaults, Record, utc};

    fn reading(columns: &str) -> Reading {
        let line = format!(r#"{{"id":"1","source":"s",{columns}}}"#);
        let post =
            Record::from_json(&line).and_then(|record| record.into_post(&Defaults { source: None, timezone: utc() })).expect("a post");
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let mut reading = Reading::default();
        reading.read(Packs::builtin(), &extractor, &post);
        reading
    }

    fn scores(heads: &[(Head, f32)]) -> Scores {
        let mut scores = [-3.0; Head::COUNT];
        heads.iter().for_each(|(head, bits)| scores[*head as usize] = *bits);
        scores
    }

    #[test]
    fn one_sex_alone_is_the_childs_and_of_two_the_words_around_decide() {
        let female = scores(&[(Head::Female, -1.0)]);
        for (text, sex) in [
            ("男宝满月", Some(Sex::Male)),
            ("双胞胎男孩，刚生", Some(Sex::Male)),
            ("生了，女，六斤", Some(Sex::Female)),
            ("送养，0-1岁女", Some(Sex::Female)),
            ("是个男的", Some(Sex::Male)),
            ("家里有儿子，想要女儿", Some(Sex::Female)),
            ("男方不认账", None),
            ("孩子满月", None),
        ] {
            assert_eq!(child(&reading(&format!(r#""text":"{text}""#)), &female).sex, sex, "{text}");
        }
        assert_eq!(child(&reading(r#""text":"孩子满月""#), &scores(&[(Head::Male, 0.5)])).sex, Some(Sex::Male));
    }

    #[test]
    fn a_nickname_says_the_sex_where_the_text_says_none() {
        let named = r#""author_name":"湘 送女宝""#;
        assert_eq!(child(&reading(&format!(r#"{named},"text":"还在吗""#)), &scores(&[])).sex, Some(Sex::Female));
        assert_eq!(child(&reading(&format!(r#"{named},"text":"男宝还在吗""#)), &scores(&[])).sex, Some(Sex::Male));
    }

    #[test]
    fn a_child_with_an_age_is_born_unless_the_words_say_otherwise() {
        let post = reading(r#""text":"宝宝出生8天""#);
        assert_eq!(child(&post, &scores(&[(Head::Born, -1.0)])).born, Some(true));
        assert_eq!(child(&post, &scores(&[(Head::Unborn, -1.0)])).born, None);
        assert_eq!(child(&post, &scores(&[(Head::Unborn, 1.0)])).born, Some(false));
        assert_eq!(child(&reading(r#""text":"宝宝""#), &scores(&[(Head::Born, -1.0)])).born, None);
    }
}
