//! An assessment as files hold it (contract, section 3): one JSON object a post.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::model::Head;
use super::{Assessment, Child, Price, Reason};
use crate::post::Post;
use crate::text::Steps;

/// One row of `assessments`, with the post's mentions inside.
pub struct Row<'a> {
    /// The post.
    pub post: &'a Post,
    /// What it is found to be.
    pub assessment: &'a Assessment,
    /// Whether the mentions stand inside the row.
    pub with_mentions: bool,
    /// The posts of its thread, for reasons that stand in another.
    pub thread: &'a [&'a Post],
    /// Language and version of the packs, as a JSON object.
    pub packs: &'a serde_json::value::RawValue,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = self.assessment;
        let names = |heads: &[Head]| heads.iter().map(|head| head.name()).collect::<Vec<_>>();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("post_id", &self.post.post_id())?;
        map.serialize_entry("source", &self.post.source)?;
        map.serialize_entry("id", &self.post.id)?;
        map.serialize_entry("tier", answer.tier.name())?;
        map.serialize_entry("risk", &rounded(answer.risk))?;
        map.serialize_entry("class_scores", &ClassScores(&answer.class_scores))?;
        map.serialize_entry("classes", &names(&answer.classes))?;
        map.serialize_entry("lookalike", &answer.lookalike.map(Head::name))?;
        map.serialize_entry("route", answer.route.name())?;
        map.serialize_entry("urgency", &answer.urgency.map(super::Urgency::name))?;
        map.serialize_entry("due_from", &answer.due.map(|(from, _)| date(from)))?;
        map.serialize_entry("due_to", &answer.due.map(|(_, to)| date(to)))?;
        map.serialize_entry("disguise", &answer.disguise)?;
        map.serialize_entry("child", &ChildRow(&answer.child))?;
        map.serialize_entry("price", &answer.prices.iter().map(PriceRow).collect::<Vec<_>>())?;
        map.serialize_entry("places", &[(); 0])?;
        map.serialize_entry("reasons", &answer.reasons.iter().map(|reason| ReasonRow(reason, self.thread)).collect::<Vec<_>>())?;
        if self.with_mentions {
            map.serialize_entry("mentions", &answer.mentions)?;
        }
        map.serialize_entry("pack", self.packs)?;
        map.end()
    }
}

struct ClassScores<'a>(&'a [f32; 9]);

impl Serialize for ClassScores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Head::CLASSES.map(|head| Head::ALL[head].name()).zip(self.0.iter().copied().map(rounded)))
    }
}

struct ChildRow<'a>(&'a Child);

impl Serialize for ChildRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("sex", &self.0.sex.map(super::Sex::name))?;
        map.serialize_entry("age_days_min", &self.0.age_days.map(|(min, _)| min))?;
        map.serialize_entry("age_days_max", &self.0.age_days.map(|(_, max)| max))?;
        map.serialize_entry("born", &self.0.born)?;
        map.serialize_entry("count", &self.0.count)?;
        map.end()
    }
}

struct PriceRow<'a>(&'a Price);

impl Serialize for PriceRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let price = self.0;
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("amount_cny_min", &price.cny_min.round())?;
        map.serialize_entry("amount_cny_max", &price.cny_max.round())?;
        map.serialize_entry("currency", price.currency)?;
        map.serialize_entry("purpose", price.purpose)?;
        map.serialize_entry("start", &price.span.start)?;
        map.serialize_entry("end", &price.span.end)?;
        map.end()
    }
}

struct ReasonRow<'a>(&'a Reason, &'a [&'a Post]);

impl Serialize for ReasonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reason = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", reason.code)?;
        map.serialize_entry("weight_bits", &hundredths(reason.weight_bits))?;
        if let Some((field, span)) = reason.place {
            map.serialize_entry("field", &field)?;
            map.serialize_entry("start", &span.start)?;
            map.serialize_entry("end", &span.end)?;
        }
        if reason.steps != Steps::NONE {
            map.serialize_entry("steps", &reason.steps.names().collect::<Vec<_>>())?;
        }
        if let Some(post) = reason.post.and_then(|number| self.1.get(number as usize)) {
            map.serialize_entry("post", &serde_json::json!({"source": post.source, "id": post.id}))?;
        }
        map.end()
    }
}

/// Four significant decimals are more than a probability means.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1e4).round() / 1e4
}

fn hundredths(value: f32) -> f64 {
    (f64::from(value) * 100.0).round() / 100.0
}

/// A day since 1970-01-01 as a date.
fn date(day: i64) -> Option<String> {
    let span = jiff::Span::new().try_days(day).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok().map(|date| date.to_string())
}
