//! Bytes in, posts out: the only place where a record becomes a `Post`.
//!
//! In: the columns of one record, from JSON by [`Record::from_json`] or filled by a reader of another format.
//! Out: a [`Post`], or the [`Defect`] for which the record is set aside.
//! Always: a post has an id, a source, and a text, title or medium; its time lies in the years 1 to 9998.
//! Start reading at [`Record::into_post`].

use std::borrow::Cow;
use std::fmt;

use jiff::civil;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::units::{Field, PostId, Time};

/// Where a post was published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Channel {
    Forum,
    Comment,
    Chat,
    Classified,
    Profile,
    #[default]
    Web,
    Video,
    Email,
    Tip,
}

impl Channel {
    /// The channel of that name, if there is one.
    pub fn parse(name: &str) -> Option<Channel> {
        Some(match name {
            "forum" => Channel::Forum,
            "comment" => Channel::Comment,
            "chat" => Channel::Chat,
            "classified" => Channel::Classified,
            "profile" => Channel::Profile,
            "web" => Channel::Web,
            "video" => Channel::Video,
            "email" => Channel::Email,
            "tip" => Channel::Tip,
            _ => return None,
        })
    }
}

/// A file that belongs to a post; its bytes are never opened here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Path relative to the input file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Media type, such as `image/jpeg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
}

/// One published text with its source and time.
///
/// `Debug` shows ids only: texts and names never reach a log.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Post {
    pub source: String,
    pub id: String,
    pub channel: Channel,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_bio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_time")]
    pub published_at: Option<Time>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// A JSON object, kept as it came and never interpreted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Box<RawValueEq>>,
}

impl Post {
    /// The stable id of the post.
    pub fn post_id(&self) -> PostId {
        PostId::new(&self.source, &self.id)
    }

    /// The text of a field; empty where the post has none.
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Title => self.title.as_deref().unwrap_or(""),
            Field::Text => &self.text,
            Field::AuthorName => self.author_name.as_deref().unwrap_or(""),
            Field::AuthorBio => self.author_bio.as_deref().unwrap_or(""),
            Field::GroupName => self.group_name.as_deref().unwrap_or(""),
        }
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").field("post_id", &self.post_id()).field("text_bytes", &self.text.len()).finish_non_exhaustive()
    }
}

/// JSON text compared by its bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawValueEq(pub Box<RawValue>);

impl PartialEq for RawValueEq {
    fn eq(&self, other: &RawValueEq) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for RawValueEq {}

/// Why a record is set aside. The words name the column and the next step, never the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// Not JSON, or a column has another type.
    #[error("not a JSON object of the expected columns: {0}; check the line against the list of columns")]
    Json(String),
    /// A required column is missing or empty.
    #[error("column `{0}` is missing or empty; map it with --map {0}=COLUMN{hint}", hint = if *.0 == "source" { " or name it with --source NAME" } else { "" })]
    Missing(&'static str),
    /// Text, title and media are all empty.
    #[error("text, title and media are all empty; there is nothing to read")]
    Empty,
    /// Not one of the channels.
    #[error("channel is not one of forum, comment, chat, classified, profile, web, video, email, tip")]
    Channel,
    /// Not an RFC 3339 time, or outside the years 1 to 9998.
    #[error("published_at is not an RFC 3339 time in the years 1 to 9998, such as 2026-02-14T22:33:00+08:00")]
    Time,
    /// A field is longer than 4 GiB can index, or than the reader's limit.
    #[error("a field holds {0} bytes, more than the limit of {1}; split the record or raise --limit-line")]
    TooLong(usize, usize),
}

impl Defect {
    /// The defect of JSON that does not fit its column, with the place and without the content that serde quotes.
    pub fn json(error: &serde_json::Error) -> Defect {
        Defect::Json(describe(error))
    }
}

/// What a record takes over where a column is missing.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Source of records that name none.
    pub source: Option<String>,
    /// Zone of times written without an offset.
    pub timezone: TimeZone,
}

/// The columns of one record, not yet checked.
#[derive(Default, Deserialize)]
#[allow(missing_docs)]
pub struct Record<'a> {
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub source: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub channel: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub lang: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    pub author_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub author_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub author_bio: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub group_name: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    pub thread_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    pub parent_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub published_at: Option<Cow<'a, str>>,
    #[serde(default)]
    pub media: Option<Vec<Media>>,
    #[serde(default)]
    pub extra: Option<Box<RawValue>>,
}

impl<'a> Record<'a> {
    /// Reads the columns from one JSON object; columns that the contract does not know are passed over.
    ///
    /// # Errors
    /// [`Defect::Json`] with the place in the line, never its content.
    pub fn from_json(line: &'a str) -> Result<Record<'a>, Defect> {
        serde_json::from_str(line).map_err(|error| Defect::json(&error))
    }

    /// Checks the columns and makes the post.
    ///
    /// # Errors
    /// The first [`Defect`] found, in the order of the columns.
    pub fn into_post(self, defaults: &Defaults) -> Result<Post, Defect> {
        let id = filled(self.id).ok_or(Defect::Missing("id"))?;
        let source = filled(self.source).or_else(|| defaults.source.clone()).ok_or(Defect::Missing("source"))?;
        let channel = match filled(self.channel) {
            Some(name) => Channel::parse(&name).ok_or(Defect::Channel)?,
            None => Channel::default(),
        };
        let text = self.text.map(Cow::into_owned);
        let title = filled(self.title);
        let media = self.media.unwrap_or_default();
        if text.as_deref().is_none_or(str::is_empty) && title.is_none() && media.is_empty() {
            return Err(if text.is_none() { Defect::Missing("text") } else { Defect::Empty });
        }
        let published_at = match filled(self.published_at) {
            Some(written) => Some(parse_time(&written, &defaults.timezone).ok_or(Defect::Time)?),
            None => None,
        };
        Ok(Post {
            source,
            id,
            channel,
            text: text.unwrap_or_default(),
            title,
            url: filled(self.url),
            lang: filled(self.lang),
            author_id: filled(self.author_id),
            author_name: filled(self.author_name),
            author_bio: filled(self.author_bio),
            group_name: filled(self.group_name),
            thread_id: filled(self.thread_id),
            parent_id: filled(self.parent_id),
            published_at,
            media,
            extra: self.extra.map(|raw| Box::new(RawValueEq(raw))),
        })
    }
}

/// Reads an RFC 3339 time; one without an offset is read in `timezone`. A space may stand for the `T`.
pub fn parse_time(written: &str, timezone: &TimeZone) -> Option<Time> {
    let written = written.trim();
    let time = match written.parse::<jiff::Timestamp>() {
        Ok(moment) => Time { unix_seconds: moment.as_second(), offset_seconds: written_offset(written) },
        Err(_) => {
            let local: civil::DateTime = written.parse().ok()?;
            let moment = timezone.to_timestamp(local).ok()?;
            Time { unix_seconds: moment.as_second(), offset_seconds: timezone.to_offset(moment).seconds() }
        }
    };
    (-62_135_596_800..253_370_764_800).contains(&time.unix_seconds).then_some(time)
}

/// Coordinated universal time, for callers that have no zone of their own.
pub fn utc() -> TimeZone {
    TimeZone::UTC
}

/// Writes a time as RFC 3339 with its own offset.
pub fn format_time(time: Time) -> String {
    let offset = jiff::tz::Offset::from_seconds(time.offset_seconds).unwrap_or(jiff::tz::Offset::UTC);
    jiff::Timestamp::from_second(time.unix_seconds).map(|moment| moment.display_with_offset(offset).to_string()).unwrap_or_default()
}

fn write_time<S: serde::Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_str(&format_time(*time)),
        None => serializer.serialize_none(),
    }
}

/// The offset at the end of an RFC 3339 time, in seconds; 0 for `Z`.
fn written_offset(written: &str) -> i32 {
    let tail = written.as_bytes();
    let Some(sign_at) = tail.iter().rposition(|byte| matches!(byte, b'+' | b'-' | b'Z' | b'z')) else {
        return 0;
    };
    let digits: Vec<i32> = tail[sign_at + 1..].iter().filter(|byte| byte.is_ascii_digit()).map(|byte| i32::from(byte - b'0')).collect();
    let minutes = match digits[..] {
        [h1, h2, m1, m2, ..] => (h1 * 10 + h2) * 60 + m1 * 10 + m2,
        [h1, h2] => (h1 * 10 + h2) * 60,
        _ => 0,
    };
    if tail[sign_at] == b'-' { -minutes * 60 } else { minutes * 60 }
}

fn filled(column: Option<Cow<'_, str>>) -> Option<String> {
    column.filter(|value| !value.is_empty()).map(Cow::into_owned)
}

/// Ids are often written as numbers by other programs.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Option<Cow<'de, str>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a whole number")
        }
        fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Borrowed(value)))
        }
        fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(value.to_owned())))
        }
        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(value.to_string())))
        }
        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(value.to_string())))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Visitor)
}

/// Says what is wrong and where, without the content that serde quotes.
fn describe(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "the object ends early",
        serde_json::error::Category::Syntax => "syntax error",
        _ => "a column is twice there or has another type than the contract gives it",
    };
    format!("{kind} at byte {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults { source: None, timezone: TimeZone::get("Asia/Shanghai").expect("bundled zone") }
    }

    fn read(line: &str) -> Result<Post, Defect> {
        Record::from_json(line)?.into_post(&defaults())
    }

    #[test]
    fn a_full_record_becomes_a_post() {
        let post =
            read(r#"{"id":7,"source":"bbs.example.org","text":"你好","extra":{"a":[1]},"published_at":"2026-02-14T22:33:00+08:00"}"#)
                .expect("valid");
        assert_eq!((post.id.as_str(), post.channel), ("7", Channel::Web));
        assert_eq!(post.published_at.map(format_time).as_deref(), Some("2026-02-14T22:33:00+08:00"));
        assert_eq!(post.extra.expect("kept").0.get(), r#"{"a":[1]}"#);
    }

    #[test]
    fn each_broken_rule_has_its_reason() {
        assert_eq!(read(r#"{"source":"s","text":"t"}"#), Err(Defect::Missing("id")));
        assert_eq!(read(r#"{"id":"1","text":"t"}"#), Err(Defect::Missing("source")));
        assert_eq!(read(r#"{"id":"1","source":"s","text":""}"#), Err(Defect::Empty));
        assert_eq!(read(r#"{"id":"1","source":"s"}"#), Err(Defect::Missing("text")));
        assert_eq!(read(r#"{"id":"1","source":"s","text":"t","channel":"fax"}"#), Err(Defect::Channel));
        for time in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday"] {
            let line = format!(r#"{{"id":"1","source":"s","text":"t","published_at":"{time}"}}"#);
            assert_eq!(read(&line), Err(Defect::Time), "{time}");
        }
    }

    #[test]
    fn an_error_never_quotes_the_record() {
        let error = read(r#"{"id":"1","source":"s","text":["secret"]}"#).expect_err("wrong type");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_time_without_offset_is_read_in_the_zone() {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled zone");
        let time = parse_time("2026-03-01 00:00:00", &zone).expect("valid");
        assert_eq!(format_time(time), "2026-03-01T00:00:00+08:00");
    }
}
