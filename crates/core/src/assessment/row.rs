//! An assessment as files hold it (contract, section 3): one JSON object a post.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::to_writer;

use super::model::Head;
use super::place::Place;
use super::{Assessment, Child, Price, Reason};
use crate::post::Post;
use crate::text::Steps;
use crate::units::{Field, PostId};

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

impl Row<'_> {
    /// Appends the row as JSON: the bytes that serde gives, in a third of the time. Pieces that few rows have are left
    /// to serde.
    pub fn write(&self, out: &mut Vec<u8>) {
        const WRITTEN: &str = "writing to memory does not fail";
        let answer = self.assessment;
        text(out, "{\"post_id\":\"");
        out.extend_from_slice(&PostId::digits(&self.post.source, &self.post.id));
        text(out, "\",\"source\":");
        to_writer(&mut *out, &self.post.source).expect(WRITTEN);
        text(out, ",\"id\":");
        to_writer(&mut *out, &self.post.id).expect(WRITTEN);
        text(out, ",\"tier\":");
        name(out, Some(answer.tier.name()));
        text(out, ",\"risk\":");
        decimal(out, rounded(answer.risk), 4);
        text(out, ",\"class_scores\":");
        if answer.class_scores == [0.0; 9] {
            text(out, NO_CLASS_SCORES);
        } else {
            write_class_scores(&answer.class_scores, out);
        }
        text(out, ",\"classes\":");
        names(out, answer.classes.iter().map(|head| head.name()));
        text(out, ",\"lookalike\":");
        name(out, answer.lookalike.map(Head::name));
        text(out, ",\"route\":");
        name(out, Some(answer.route.name()));
        text(out, ",\"urgency\":");
        name(out, answer.urgency.map(super::Urgency::name));
        match answer.due {
            None => text(out, ",\"due_from\":null,\"due_to\":null"),
            Some((from, to)) => {
                text(out, ",\"due_from\":");
                name(out, date(from).as_deref());
                text(out, ",\"due_to\":");
                name(out, date(to).as_deref());
            }
        }
        text(out, ",\"disguise\":");
        decimal(out, f64::from(answer.disguise), 3);
        text(out, ",\"child\":");
        if answer.child == Child::default() {
            text(out, "{\"sex\":null,\"age_days_min\":null,\"age_days_max\":null,\"born\":null,\"count\":null}");
        } else {
            to_writer(&mut *out, &ChildRow(&answer.child)).expect(WRITTEN);
        }
        text(out, ",\"price\":");
        list(out, &answer.prices, |out, price| to_writer(out, &PriceRow(price)).expect(WRITTEN));
        text(out, ",\"places\":");
        list(out, &answer.places, |out, place| to_writer(out, &PlaceRow(place)).expect(WRITTEN));
        text(out, ",\"reasons\":");
        list(out, &answer.reasons, |out, reason| self.write_reason(reason, out));
        if self.with_mentions {
            text(out, ",\"mentions\":");
            list(out, &answer.mentions, |out, mention| to_writer(out, mention).expect(WRITTEN));
        }
        text(out, ",\"pack\":");
        text(out, self.packs.get());
        out.push(b'}');
    }

    fn write_reason(&self, reason: &Reason, out: &mut Vec<u8>) {
        if reason.post.is_some() {
            return to_writer(out, &ReasonRow(reason, self.thread)).expect("writing to memory does not fail");
        }
        text(out, "{\"code\":\"");
        text(out, reason.code);
        text(out, "\",\"weight_bits\":");
        decimal(out, hundredths(reason.weight_bits), 2);
        if let Some((field, span)) = reason.place {
            text(out, ",\"field\":\"");
            text(out, field.name());
            text(out, "\",\"start\":");
            number(out, u64::from(span.start));
            text(out, ",\"end\":");
            number(out, u64::from(span.end));
        }
        if reason.steps != Steps::NONE {
            text(out, ",\"steps\":");
            names(out, reason.steps.names());
        }
        out.push(b'}');
    }
}

/// The scores of a post that was not weighed, as nearly all posts of a forum are not.
const NO_CLASS_SCORES: &str = "{\"offer\":0.0,\"seek\":0.0,\"broker\":0.0,\"documents\":0.0,\"recruit\":0.0,\"surrogacy\":0.0,\
                               \"foster\":0.0,\"insider\":0.0,\"commission\":0.0}";

fn write_class_scores(scores: &[f32; 9], out: &mut Vec<u8>) {
    for (number, (head, score)) in Head::CLASSES.zip(scores).enumerate() {
        text(out, if number == 0 { "{\"" } else { ",\"" });
        text(out, Head::ALL[head].name());
        text(out, "\":");
        decimal(out, rounded(*score), 4);
    }
    out.push(b'}');
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// A name that holds nothing to escape, or null.
fn name(out: &mut Vec<u8>, name: Option<&str>) {
    match name {
        Some(name) => {
            out.push(b'"');
            text(out, name);
            out.push(b'"');
        }
        None => text(out, "null"),
    }
}

fn names<'a>(out: &mut Vec<u8>, names: impl Iterator<Item = &'a str>) {
    out.push(b'[');
    for (number, word) in names.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        name(out, Some(word));
    }
    out.push(b']');
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let from = write_digits(number, &mut digits);
    out.extend_from_slice(&digits[from..]);
}

/// Writes a number to the end of `digits`; where it begins.
fn write_digits(mut number: u64, digits: &mut [u8]) -> usize {
    let mut from = digits.len();
    loop {
        from -= 1;
        digits[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return from;
        }
    }
}

/// A number that is rounded to `places` decimals, without trailing zeros but with one decimal at least.
fn decimal(out: &mut Vec<u8>, value: f64, places: u32) {
    // Rounded already, so that a half more than it is cut to the right digits.
    let scaled = value.abs() * 10_u64.pow(places) as f64 + 0.5;
    if scaled < 1.0 && value.is_sign_negative() || scaled >= 1e9 || scaled.is_nan() {
        return to_writer(out, &value).expect("writing to memory does not fail");
    }
    let (mut rest, mut places) = (scaled as u64, places as usize);
    while places > 1 && rest % 10 == 0 {
        rest /= 10;
        places -= 1;
    }
    let unit = 10_u64.pow(places as u32);
    let mut written = [b'0'; 24];
    let (whole, point) = (rest / unit, written.len() - places - 1);
    write_digits(rest % unit, &mut written[point + 1..]);
    written[point] = b'.';
    let mut from = write_digits(whole, &mut written[..point]);
    if value < 0.0 {
        from -= 1;
        written[from] = b'-';
    }
    out.extend_from_slice(&written[from..]);
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
        map.serialize_entry("places", &answer.places.iter().map(PlaceRow).collect::<Vec<_>>())?;
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

struct PlaceRow<'a>(&'a Place);

impl Serialize for PlaceRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &*place.code)?;
        map.serialize_entry("name", &*place.name)?;
        map.serialize_entry("role", place.role.name())?;
        if place.field != Field::Text {
            map.serialize_entry("field", &place.field)?;
        }
        map.serialize_entry("start", &place.span.start)?;
        map.serialize_entry("end", &place.span.end)?;
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

#[cfg(test)]
mod tests {
    use super::super::place::Role;
    use super::super::{Route, Sex, Tier, Urgency};
    use super::*;
    use crate::post::{Defaults, Record, utc};
    use crate::units::Span;

    #[test]
    fn a_decimal_is_written_as_serde_writes_it() {
        let written = |value: f64, places: u32| {
            let mut out = Vec::new();
            decimal(&mut out, value, places);
            String::from_utf8(out).expect("digits")
        };
        for number in -20_000..=20_000_i32 {
            let risk = (f64::from(number) / 1e4 * 1e4).round() / 1e4;
            assert_eq!(written(risk, 4), serde_json::json!(risk).to_string());
            let weight = hundredths(number as f32 / 100.0);
            assert_eq!(written(weight, 2), serde_json::json!(weight).to_string());
        }
        for number in 0..=1000_u16 {
            let disguise = f32::from(number) / 1000.0;
            assert_eq!(written(f64::from(disguise), 3), serde_json::to_string(&disguise).expect("a number"));
        }
        assert_eq!((written(-0.0, 2), written(f64::NAN, 2)), ("-0.0".to_owned(), "null".to_owned()));
    }

    #[test]
    fn a_row_is_written_as_serde_writes_it() {
        let post = |id: &str| {
            let line = serde_json::json!({"id": id, "source": "bbs.\"example\".org", "text": "电话15412345678"}).to_string();
            Record::from_json(&line).and_then(|record| record.into_post(&Defaults { source: None, timezone: utc() })).expect("valid")
        };
        let (first, second) = (post("a\nb"), post("2"));
        let packs = serde_json::value::to_raw_value(&serde_json::json!({"zh": "1.0.0"})).expect("an object");
        let span = Span { start: 0, end: 6 };
        let reason = Reason { code: "prior", weight_bits: -1.5, place: None, steps: Steps::NONE, post: None };
        let plain = Assessment {
            tier: Tier::Clear,
            risk: 0.0312,
            class_scores: [0.0; 9],
            classes: Vec::new(),
            lookalike: Some(Head::Other),
            route: Route::None,
            urgency: None,
            due: None,
            disguise: 0.0,
            child: Child::default(),
            prices: Vec::new(),
            places: Vec::new(),
            reasons: vec![reason.clone()],
            mentions: Vec::new(),
        };
        let place = Some((Field::Text, span));
        let full = Assessment {
            tier: Tier::Alert,
            risk: 1.0,
            class_scores: [0.1234, 0.5, 1.0, 0.0, 0.00004, 0.9999, 0.25, 0.3, 0.1],
            classes: vec![Head::Offer, Head::Broker],
            lookalike: None,
            route: Route::Lead,
            urgency: Some(Urgency::ChildNow),
            due: Some((20_000, 20_031)),
            disguise: 0.123,
            child: Child { sex: Some(Sex::Male), age_days: Some((2, 3)), born: Some(true), count: Some(1) },
            prices: vec![Price { cny_min: 5e4, cny_max: 6e4, currency: "CNY", purpose: "child", span }; 2],
            places: [Field::Title, Field::Text]
                .map(|field| Place { code: "350300".into(), name: "莆田市".into(), role: Role::Origin, field, span })
                .into(),
            reasons: vec![
                Reason { weight_bits: 12.34, place, steps: Steps::EMOJI.with(Steps::PARTS), ..reason.clone() },
                Reason { place, post: Some(0), ..reason.clone() },
                reason,
            ],
            mentions: vec![crate::identifier::Mention {
                kind: crate::identifier::Kind::Phone,
                value: "+8615412345678".to_owned(),
                raw: "15412345678".to_owned(),
                field: Field::Text,
                span,
                steps: Steps::NONE,
                confidence: 0.9,
                parts: Vec::new(),
            }],
        };
        for (post, assessment) in [(&first, &plain), (&second, &full)] {
            for with_mentions in [false, true] {
                let row = Row { post, assessment, with_mentions, thread: &[&first, &second], packs: &packs };
                let mut out = Vec::new();
                row.write(&mut out);
                assert_eq!(String::from_utf8(out).expect("text"), serde_json::to_string(&row).expect("plain data"));
            }
        }
    }
}
