//! The first bytes of a file in, its format out; the name is only a hint.

use crate::columns::{Column, Map};
use crate::csv;

/// What a text file is made of. Parquet is told apart before, by [`PARQUET_MAGIC`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    JsonLines,
    Csv { delimiter: u8 },
}

/// The first bytes of every Parquet file.
pub(crate) const PARQUET_MAGIC: [u8; 4] = *b"PAR1";

/// Tells what `window`, the start of the text of the file `name`, is made of.
///
/// An object opens JSON lines, a header with an id makes CSV. Only then does the name count, and last of all an
/// object on a later line, so that one broken line at the start does not hide a file.
pub(crate) fn detect(window: &[u8], name: &str, map: &Map) -> Option<Format> {
    let blank_bytes = window.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let text = &window[blank_bytes..];
    if text.first() == Some(&b'{') {
        return Some(Format::JsonLines);
    }
    let (delimiter, columns) = delimiter(text, map);
    if columns.contains(&Column::Id) {
        return Some(Format::Csv { delimiter });
    }
    match extension(name) {
        Some("jsonl" | "ndjson" | "json") => Some(Format::JsonLines),
        Some("csv" | "tsv" | "psv") => Some(Format::Csv { delimiter }),
        _ => {
            let mut lines = text.split(|byte| *byte == b'\n');
            lines.any(|line| line.first() == Some(&b'{')).then_some(Format::JsonLines)
        }
    }
}

/// The delimiter under which the header names most of the contract's columns, and these.
fn delimiter(text: &[u8], map: &Map) -> (u8, Vec<Column>) {
    let mut best = (b',', Vec::new());
    for delimiter in [b',', b'\t', b';', b'|'] {
        let names = csv::header(text, delimiter).map_or(Vec::new(), |header| header.names);
        let columns: Vec<Column> = names.iter().filter_map(|name| map.column(name)).collect();
        if columns.len() > best.1.len() {
            best = (delimiter, columns);
        }
    }
    best
}

/// The extension of a file name, without that of its compression.
fn extension(name: &str) -> Option<&str> {
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    plain.rsplit_once('.').map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_before_the_name() {
        let detect = |text: &str, name: &str| detect(text.as_bytes(), name, &Map::default());
        assert_eq!(detect("\n {\"id\":1}", "posts.csv"), Some(Format::JsonLines));
        assert_eq!(detect("id,text\n1,a\n", "posts.jsonl"), Some(Format::Csv { delimiter: b',' }));
        assert_eq!(detect("text;id;\"a,b\"\n", "-"), Some(Format::Csv { delimiter: b';' }));
        assert_eq!(detect("id\ttext", "-"), Some(Format::Csv { delimiter: b'\t' }));
        assert_eq!(detect("id|text", "-"), Some(Format::Csv { delimiter: b'|' }));
        assert_eq!(detect("broken\"}\n{\"id\":1}\n", "-"), Some(Format::JsonLines));
        assert_eq!(detect("a,b\n1,2\n", "posts.csv.gz"), Some(Format::Csv { delimiter: b',' }));
        assert_eq!(detect("broken", "posts.jsonl.zst"), Some(Format::JsonLines));
        assert_eq!(detect("Some words, and more.\n", "README.md"), None);
    }
}
