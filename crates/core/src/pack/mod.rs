//! Pack files in, what a language knows out: characters, terms and their senses, cues of contacts, names of places.
//!
//! In: the files of `packs/` as (name, content), so that this crate opens none itself.
//! Out: [`Packs`]. Always: every term stands as folded text stands; every fault names its file and line.
//! Start reading at [`Packs::parse`].

pub mod channel;
pub mod lexicon;
pub mod place;
pub mod sense;
mod trie;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::text::syllable::PinyinReader;
use crate::text::table::{CharTable, CharacterRow};
use crate::text::word::WordReader;
pub use channel::{Channels, Cue, CueKind, Kind};
pub use lexicon::{Hit, Lexicon, Scanner};
pub use place::PlaceNames;
pub use sense::{Sense, Slot};

/// The files of the built-in packs, name and content.
pub const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// A fault in a pack, with its file and line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("packs/{file}:{line}: {message}")]
pub struct PackError {
    /// File below `packs/`.
    pub file: String,
    /// Line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// `pack.toml`: who made a pack and when it was read by a fluent reader.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// BCP 47.
    pub language: String,
    /// ISO 15924.
    pub script: String,
    /// Semantic version.
    pub version: String,
    /// SPDX expression.
    pub license: String,
    /// Where it comes from.
    pub source: String,
    /// Day of the last review.
    pub reviewed: toml::value::Datetime,
}

/// All language packs of a run.
pub struct Packs {
    /// Manifests by language.
    pub manifests: BTreeMap<String, Manifest>,
    /// How characters are folded.
    pub characters: CharTable,
    /// How Latin letters are read as pinyin.
    pub pinyin: PinyinReader,
    words: OnceLock<WordReader>,
    /// Terms and their senses.
    pub lexicon: Lexicon,
    /// Words that say what a value beside them is.
    pub channels: Channels,
    places: OnceLock<PlaceNames>,
}

impl Packs {
    /// The packs that are built in. Read once and kept.
    pub fn builtin() -> &'static Packs {
        static PACKS: OnceLock<Packs> = OnceLock::new();
        PACKS.get_or_init(|| Packs::parse_but_places(BUILTIN).expect("the tests read the built-in packs"))
    }

    /// How disguised words of Latin letters are read; made when the first of them is met.
    pub fn words(&self) -> &WordReader {
        self.words.get_or_init(|| WordReader::new(self.lexicon.spaced_terms()))
    }

    /// Names of places, and words beside them. Those of the built-in packs are read when they are first asked for, in
    /// about a millisecond that a start does not wait for.
    pub fn places(&self) -> &PlaceNames {
        self.places.get_or_init(|| PlaceNames::parse(&self.characters, BUILTIN).expect("the tests read the built-in packs"))
    }

    /// Reads packs from their files: names as below `packs/`, such as `zh/lexicon.tsv`.
    ///
    /// # Errors
    /// The first fault, with file and line.
    pub fn parse(files: &[(&str, &str)]) -> Result<Packs, PackError> {
        let packs = Packs::parse_but_places(files)?;
        let places = PlaceNames::parse(&packs.characters, files)?;
        Ok(Packs { places: OnceLock::from(places), ..packs })
    }

    fn parse_but_places(files: &[(&str, &str)]) -> Result<Packs, PackError> {
        let mut manifests = BTreeMap::new();
        let (mut characters, mut emoji, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for &(name, content) in files {
            match file_of(name) {
                "pack.toml" => {
                    let manifest: Manifest =
                        toml::from_str(content).map_err(|error| fault(name, line_of(content, error.span()), error.message()))?;
                    if manifests.insert(manifest.language.clone(), manifest).is_some() {
                        return Err(fault(name, 0, "a second pack for this language; keep one folder a language"));
                    }
                }
                "characters.tsv" => {
                    for (line, cells) in rows(content) {
                        let [ch, pinyin, variants, parts] = columns(name, line, &cells)?;
                        let ch = single(name, line, ch)?;
                        characters.push(CharacterRow { ch, pinyin, variants, parts });
                    }
                }
                "emoji.tsv" => {
                    for (line, cells) in rows(content) {
                        let [symbol, text] = columns(name, line, &cells)?;
                        emoji.push((symbol, text));
                    }
                }
                "words.txt" => words.extend(lines(content).map(|(_, line)| line)),
                _ => {}
            }
        }
        let terms = files
            .iter()
            .filter(|(name, _)| file_of(name) == "lexicon.tsv")
            .flat_map(|(_, content)| lines(content))
            .filter_map(|(_, line)| pieces(line, b'\t').next());
        let characters = CharTable::new(characters, emoji, words, terms);
        let pinyin = PinyinReader::new(&characters);
        let mut builder = lexicon::Builder::new(&characters);
        let mut cells = Vec::new();
        for &(name, content) in files {
            if file_of(name) == "lexicon.tsv" {
                for (number, line) in lines(content) {
                    cells.clear();
                    cells.extend(pieces(line, b'\t'));
                    builder.add(name, number, &cells)?;
                }
            }
        }
        let lexicon = builder.build();
        let channels = Channels::parse(&characters, files)?;
        Ok(Packs { manifests, characters, pinyin, words: OnceLock::new(), lexicon, channels, places: OnceLock::new() })
    }

    /// Language and version of every pack, as outputs name them.
    pub fn versions(&self) -> BTreeMap<String, String> {
        self.manifests.iter().map(|(language, manifest)| (language.clone(), manifest.version.clone())).collect()
    }
}

/// The name of a file without its folders.
fn file_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Lines of a table with their numbers, without comments and blank lines, split at tabs.
pub(crate) fn rows(content: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    lines(content).map(|(number, line)| (number, pieces(line, b'\t').collect()))
}

fn lines(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = pieces(content, b'\n').zip(1..).map(|(line, number)| (number, line.strip_suffix('\r').unwrap_or(line)));
    lines.filter(|(_, line)| !line.starts_with('#') && !line.trim_start().is_empty())
}

/// The pieces of a text between an ASCII sign, as `str::split` gives them, in a quarter of the time.
fn pieces(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr_iter(sign, text.as_bytes()).chain([text.len()]).map(move |end| {
        let piece = &text[start..end];
        start = end + 1;
        piece
    })
}

/// The first `N` cells of a line.
pub(crate) fn columns<'a, const N: usize>(file: &str, line: usize, cells: &[&'a str]) -> Result<[&'a str; N], PackError> {
    cells
        .get(..N)
        .and_then(|cells| cells.try_into().ok())
        .ok_or_else(|| fault(file, line, &format!("{} columns where {N} are needed; separate them by tabs", cells.len())))
}

pub(crate) fn fault(file: &str, line: usize, message: &str) -> PackError {
    PackError { file: file.to_owned(), line, message: message.to_owned() }
}

fn single(file: &str, line: usize, cell: &str) -> Result<char, PackError> {
    let mut letters = cell.chars();
    match (letters.next(), letters.next()) {
        (Some(ch), None) => Ok(ch),
        _ => Err(fault(file, line, &format!("\"{cell}\" is not one character"))),
    }
}

fn line_of(content: &str, span: Option<std::ops::Range<usize>>) -> usize {
    span.map_or(0, |span| content[..span.start].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_packs_can_be_read() {
        if let Err(error) = Packs::parse(BUILTIN) {
            panic!("{error}");
        }
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let lexicon = "# term\tsense\tbits\tsource\tinnocent\n送养\tgive\thigh\tpress\t-\n";
        let error = Packs::parse(&[("zh/lexicon.tsv", lexicon)]).err().expect("a word for a number");
        assert_eq!(error.to_string(), "packs/zh/lexicon.tsv:2: weight is not a number from -9 to 9: \"high\"; give bits, such as 2.5");
        let error = Packs::parse(&[("zh/lexicon.tsv", "送养\tgift\t1\tpress\t-\n")]).err().expect("an unknown sense");
        assert!(error.to_string().starts_with("packs/zh/lexicon.tsv:1: no sense is called \"gift\""), "{error}");
        let error = Packs::parse(&[("zh/characters.tsv", "养育\tyang\t\t\n")]).err().expect("two characters");
        assert_eq!((error.file.as_str(), error.line), ("zh/characters.tsv", 1));
    }
}
