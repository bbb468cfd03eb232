//! How soon: from the words and their dates, relative to the post's own time and to the moment of asking.

use super::Urgency;
use super::model::{Head, Scores};
use super::reading::Reading;
use crate::pack::Sense;
use crate::post::Post;
use crate::units::{Field, Time};

/// Days of a pregnancy from its first counted day.
const TERM_DAYS: f64 = 280.0;
const SOON_DAYS: i64 = 30;
/// A born child is out of reach of its post after half a year without news.
const REACH_DAYS: i64 = 180;

/// The urgency of a post, and the days on which a birth is due.
pub fn decide(
    reading: &Reading,
    post: &Post,
    scores: &Scores,
    as_of: Option<Time>,
    above: Option<Urgency>,
) -> (Option<Urgency>, Option<(i64, i64)>) {
    let now = as_of.or(post.published_at).map(Time::local_day);
    let written = post.published_at.map(Time::local_day).or(now);
    let age_days = now.zip(written).map_or(0, |(now, written)| now - written);
    let due = written.and_then(|written| due(reading, written));
    let said = Head::URGENCIES
        .max_by(|a, b| scores[*a].total_cmp(&scores[*b]))
        .map(|head| match Head::ALL[head] {
            Head::ChildNow => Urgency::ChildNow,
            Head::DueSoon => Urgency::DueSoon,
            Head::Pregnancy => Urgency::Pregnancy,
            _ => Urgency::ActiveActor,
        })
        .unwrap_or(Urgency::ActiveActor);
    let mut urgency = match (said, above) {
        // A reply that names no child of its own has the urgency of what it answers.
        (Urgency::ActiveActor, Some(above)) => above,
        _ => said,
    };
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
    (Some(if age_days > reach { Urgency::Stale } else { urgency }), due)
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
