//! How soon: from the words and their dates, relative to the post's own time and to the moment of asking.

use super::model::{Head, Scores};
use super::quantity::Quantity;
use super::reading::{FieldReading, Reading};
use super::{Child, Urgency};
use crate::pack::Sense;
use crate::post::Post;
use crate::units::{Field, Time};

/// Days of a pregnancy from its first counted day.
const TERM_DAYS: f64 = 280.0;
const SOON_DAYS: i64 = 30;
/// A born child is out of reach of its post after half a year without news.
const REACH_DAYS: i64 = 180;

/// What is known of a post when its urgency is asked for.
pub struct Known<'a> {
    /// Classes found; empty for a post of somebody in need.
    pub classes: &'a [Head],
    /// What the post itself says of a child.
    pub child: Child,
    /// The urgency of the post it answers.
    pub above: Option<Urgency>,
}

/// The urgency of a post, and the days on which a birth is due.
pub fn decide(reading: &Reading, post: &Post, scores: &Scores, as_of: Option<Time>, known: &Known) -> (Urgency, Option<(i64, i64)>) {
    let now = as_of.or(post.published_at).map(Time::local_day);
    let written = post.published_at.map(Time::local_day).or(now);
    let age_days = now.zip(written).map_or(0, |(now, written)| now - written);
    let due = written.and_then(|written| due(reading, written));
    let mut urgency = said(scores, known);
    if matches!(urgency, Urgency::DueSoon | Urgency::Pregnancy)
        && let (Some((from, to)), Some(now)) = (due, now)
    {
        urgency = match (from + to) / 2 - now {
            days if days < -14 => Urgency::ChildNow,
            days if days <= SOON_DAYS => Urgency::DueSoon,
            _ => Urgency::Pregnancy,
        };
    }
    let reach = match urgency {
        Urgency::ChildNow | Urgency::DueSoon => REACH_DAYS,
        Urgency::Pregnancy => REACH_DAYS + TERM_DAYS as i64,
        _ => SOON_DAYS,
    };
    (if age_days > reach { Urgency::Stale } else { urgency }, due)
}

/// The urgency that the words say, before dates are looked at.
fn said(scores: &Scores, known: &Known) -> Urgency {
    let likeliest = Head::URGENCIES.max_by(|a, b| scores[*a].total_cmp(&scores[*b])).map(|head| Head::ALL[head]);
    let said = match likeliest {
        Some(Head::ChildNow) => Urgency::ChildNow,
        Some(Head::DueSoon) => Urgency::DueSoon,
        Some(Head::Pregnancy) => Urgency::Pregnancy,
        _ => Urgency::ActiveActor,
    };
    let offers = known.classes.contains(&Head::Offer);
    let wants_only = known.classes.iter().all(|class| matches!(class, Head::Seek | Head::Documents | Head::Commission));
    match (known.above, known.child.born) {
        // A reply that names no child of its own has the urgency of what it answers.
        (Some(above), None) if known.child.age_days.is_none() => above,
        _ if offers && known.child.born == Some(true) => Urgency::ChildNow,
        _ if offers && known.child.born == Some(false) && !matches!(said, Urgency::DueSoon) => Urgency::Pregnancy,
        // Who only wants a child, or papers, has none to be found with the post.
        (None, _) if wants_only && !known.classes.is_empty() && said == Urgency::ChildNow => Urgency::ActiveActor,
        _ => said,
    }
}

/// First and last day on which a birth is due, from weeks of gestation or a month of birth, counted from the day of the
/// post.
fn due(reading: &Reading, written: i64) -> Option<(i64, i64)> {
    for field in [Field::Text, Field::Title, Field::AuthorName] {
        for quantity in &reading.field(field).quantities {
            match quantity.sense {
                Sense::Gestation => {
                    let days = |weeks: f64| written + (TERM_DAYS - weeks * 7.0) as i64;
                    return Some((days(quantity.max) - 7, days(quantity.min) + 7));
                }
                Sense::AgeInfant if is_time_to_birth(reading.field(field), quantity) => {
                    return Some((written + quantity.min as i64 - 7, written + quantity.max as i64 + 7));
                }
                Sense::DueDate => {
                    let (month, day) = ((quantity.min / 100.0) as i8, (quantity.min % 100.0) as i8);
                    return next_date(written, month, day);
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether a span of time is what is left until a birth: "two months to go".
fn is_time_to_birth(read: &FieldReading, quantity: &Quantity) -> bool {
    let text = |from: usize, to: usize| -> String { read.folded.units[from..to].iter().map(|unit| unit.ch).collect() };
    let (from, to) = (quantity.from as usize, quantity.to as usize);
    let before = text(from.saturating_sub(3), from);
    let after = text(to, (to + 3).min(read.folded.units.len()));
    let waits = ["还有", "还差", "再过", "再有"].iter().any(|word| before.ends_with(word));
    let born = ["生", "就生", "后生", "产", "预产", "卸货", "到预", "to go"].iter().any(|word| after.trim_start().starts_with(word));
    waits && born || after.starts_with("后生") || after.starts_with("后产")
}

/// The next such month, or day of a month, from `written` on. A date up to two weeks past still counts as this one.
fn next_date(written: i64, month: i8, day: i8) -> Option<(i64, i64)> {
    let epoch = jiff::civil::date(1970, 1, 1);
    let today = epoch.checked_add(jiff::Span::new().try_days(written).ok()?).ok()?;
    let number = |date: jiff::civil::Date| epoch.until(date).map(|span| i64::from(span.get_days())).ok();
    (0..=1).find_map(|years| {
        let first = jiff::civil::Date::new(today.year() + years, month, if day > 0 { day } else { 1 }).ok()?;
        let last = if day > 0 { first } else { first.last_of_month() };
        let (from, to) = (number(first)?, number(last)?);
        (to >= written - 14).then_some((from, to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_next_one_of_its_name() {
        let day = |y, m, d| i64::from(jiff::civil::date(1970, 1, 1).until(jiff::civil::date(y, m, d)).expect("in range").get_days());
        let written = day(2026, 2, 20);
        assert_eq!(next_date(written, 3, 20), Some((day(2026, 3, 20), day(2026, 3, 20))));
        assert_eq!(next_date(written, 1, 0), Some((day(2027, 1, 1), day(2027, 1, 31))));
        assert_eq!(next_date(written, 2, 0), Some((day(2026, 2, 1), day(2026, 2, 28))));
        assert_eq!(next_date(written, 2, 30), None);
    }
}
