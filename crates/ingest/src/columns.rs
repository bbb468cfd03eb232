//! The columns of the contract, and where a foreign table keeps them.

use std::borrow::Cow;
use std::str::FromStr;

use magpie_core::post::{Defect, Record};

/// A column of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Column {
    Id,
    Source,
    Channel,
    Text,
    Title,
    Url,
    Lang,
    AuthorId,
    AuthorName,
    AuthorBio,
    GroupName,
    ThreadId,
    ParentId,
    PublishedAt,
    Media,
    Extra,
}

impl Column {
    /// All columns, in the order of the contract.
    pub const ALL: [Column; 16] = [
        Column::Id,
        Column::Source,
        Column::Channel,
        Column::Text,
        Column::Title,
        Column::Url,
        Column::Lang,
        Column::AuthorId,
        Column::AuthorName,
        Column::AuthorBio,
        Column::GroupName,
        Column::ThreadId,
        Column::ParentId,
        Column::PublishedAt,
        Column::Media,
        Column::Extra,
    ];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Source => "source",
            Column::Channel => "channel",
            Column::Text => "text",
            Column::Title => "title",
            Column::Url => "url",
            Column::Lang => "lang",
            Column::AuthorId => "author_id",
            Column::AuthorName => "author_name",
            Column::AuthorBio => "author_bio",
            Column::GroupName => "group_name",
            Column::ThreadId => "thread_id",
            Column::ParentId => "parent_id",
            Column::PublishedAt => "published_at",
            Column::Media => "media",
            Column::Extra => "extra",
        }
    }

    /// The column of that name, if there is one.
    pub fn parse(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Whether whole numbers are read as text: ids often are numbers in other programs.
    pub fn takes_numbers(self) -> bool {
        matches!(self, Column::Id | Column::AuthorId | Column::ThreadId | Column::ParentId)
    }

    /// The place of a text column in a record; `None` for `media` and `extra`, which are JSON.
    pub(crate) fn text_of<'r, 'a>(self, record: &'r mut Record<'a>) -> Option<&'r mut Option<Cow<'a, str>>> {
        Some(match self {
            Column::Id => &mut record.id,
            Column::Source => &mut record.source,
            Column::Channel => &mut record.channel,
            Column::Text => &mut record.text,
            Column::Title => &mut record.title,
            Column::Url => &mut record.url,
            Column::Lang => &mut record.lang,
            Column::AuthorId => &mut record.author_id,
            Column::AuthorName => &mut record.author_name,
            Column::AuthorBio => &mut record.author_bio,
            Column::GroupName => &mut record.group_name,
            Column::ThreadId => &mut record.thread_id,
            Column::ParentId => &mut record.parent_id,
            Column::PublishedAt => &mut record.published_at,
            Column::Media | Column::Extra => return None,
        })
    }

    /// Sets the column from a cell of a table; `media` and `extra` are JSON in the cell, and empty cells are nothing.
    pub(crate) fn set<'a>(self, record: &mut Record<'a>, cell: &'a str) -> Result<(), Defect> {
        if let Some(place) = self.text_of(record) {
            *place = Some(Cow::Borrowed(cell));
            return Ok(());
        }
        if cell.trim().is_empty() {
            return Ok(());
        }
        let read = match self {
            Column::Media => serde_json::from_str(cell).map(|media| record.media = media),
            _ => serde_json::from_str(cell).map(|extra| record.extra = extra),
        };
        read.map_err(|error| Defect::json(&error))
    }
}

/// Which column of a file holds which column of the contract.
///
/// A column that is not mapped keeps its own name, unless another one was mapped to that name.
///
/// ```
/// use magpie_ingest::{Column, Map};
///
/// let map: Map = "text=content,author_id=uid".parse()?;
/// assert_eq!(map.column("content"), Some(Column::Text));
/// assert_eq!(map.column("text"), None);
/// assert_eq!(map.column("id"), Some(Column::Id));
/// # Ok::<(), magpie_ingest::MapError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map(Vec<(Column, String)>);

/// What is wrong with a written [`Map`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Not of the form `text=content`.
    #[error("part {0} of the map is not of the form COLUMN=NAME; write it as text=content,author_id=uid")]
    Form(usize),
    /// No such column in the contract.
    #[error(
        "`{0}` is not a column of the contract; it has id, source, channel, text, title, url, lang, author_id, author_name, author_bio, group_name, thread_id, parent_id, published_at, media, extra"
    )]
    Column(String),
    /// A column or a name is there twice.
    #[error("part {0} of the map repeats a column or a name; use each once")]
    Twice(usize),
}

impl Map {
    /// Whether every column keeps its own name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The contract's column that a file's column holds.
    pub fn column(&self, name: &str) -> Option<Column> {
        if let Some((column, _)) = self.0.iter().find(|(_, own)| own == name) {
            return Some(*column);
        }
        let column = Column::parse(name)?;
        self.0.iter().all(|(mapped, _)| *mapped != column).then_some(column)
    }
}

impl FromStr for Map {
    type Err = MapError;

    fn from_str(written: &str) -> Result<Map, MapError> {
        let mut pairs: Vec<(Column, String)> = Vec::new();
        for (at, part) in written.split(',').enumerate().filter(|(_, part)| !part.trim().is_empty()) {
            let (column, name) = part.split_once('=').ok_or(MapError::Form(at + 1))?;
            let (column, name) = (column.trim(), name.trim());
            let known = Column::parse(column).ok_or_else(|| MapError::Column(column.to_owned()))?;
            if name.is_empty() {
                return Err(MapError::Form(at + 1));
            }
            if pairs.iter().any(|(other, own)| *other == known || own == name) {
                return Err(MapError::Twice(at + 1));
            }
            pairs.push((known, name.to_owned()));
        }
        Ok(Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.name()), Some(column));
        }
    }

    #[test]
    fn a_mapped_name_is_taken_from_its_own_column() {
        let map: Map = "text=title".parse().expect("valid");
        assert_eq!(map.column("title"), Some(Column::Text));
        assert_eq!(map.column("text"), None);
    }

    #[test]
    fn a_broken_map_says_which_part() {
        assert_eq!("text=a,uid".parse::<Map>(), Err(MapError::Form(2)));
        assert_eq!("body=a".parse::<Map>(), Err(MapError::Column("body".to_owned())));
        assert_eq!("text=a,title=a".parse::<Map>(), Err(MapError::Twice(2)));
        assert_eq!("".parse::<Map>(), Ok(Map::default()));
    }
}
