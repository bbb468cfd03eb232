//! Names of places and the words beside them: `places.tsv` and `place_words.tsv`, read and checked.
//!
//! In: lines of code, name, short name, level, read; lines of word, side, what it says. Out: [`PlaceNames`].
//! Always: a name stands as folded text stands, and stands for one division at least. Start reading at
//! [`PlaceNames::scan`].

use rustc_hash::FxHashMap;

use super::lexicon::cuts_word;
use super::trie::{Place as Start, Trie};
use super::{PackError, columns, fault, file_of, lines, rows};
use crate::text::{CharTable, Folded, Unit};

/// A division of a country: a province, a city, a county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Code of its country's list, such as `350300`.
    pub code: Box<str>,
    /// Its full name.
    pub name: Box<str>,
}

impl Division {
    /// The code without the noughts that stand for all of it: `3503`.
    pub fn stem(&self) -> &str {
        let mut stem = &*self.code;
        while stem.len() > 2 && stem.ends_with("00") {
            stem = &stem[..stem.len() - 2];
        }
        stem
    }

    /// Whether `other` is a part of it.
    pub fn holds(&self, other: &Division) -> bool {
        let (own, others) = (self.stem(), other.stem());
        own.len() < others.len() && others.starts_with(own)
    }
}

/// Where a name is read as a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// Wherever it stands.
    Anywhere,
    /// Where a place or a word of place stands beside it, for it has other meanings.
    Cue,
    /// Right behind the name of what holds it.
    Under,
}

impl Read {
    fn parse(word: &str) -> Option<Read> {
        match word {
            "" => Some(Read::Anywhere),
            "cue" => Some(Read::Cue),
            "under" => Some(Read::Under),
            _ => None,
        }
    }
}

/// What a word beside a name says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Whoever writes is there.
    Here,
    /// The child is there or comes from there.
    From,
    /// The child is brought there, or who takes it is there.
    To,
    /// The other side is there: where a seller wants buyers from.
    Theirs,
    /// Nothing; the word only keeps a shorter one from being read.
    Plain,
    /// The name is part of another thing's: a dish, a school, a street.
    Not,
}

impl Says {
    const NAMES: [(&'static str, Says); 6] = [
        ("here", Says::Here),
        ("from", Says::From),
        ("to", Says::To),
        ("theirs", Says::Theirs),
        ("plain", Says::Plain),
        ("not", Says::Not),
    ];

    fn parse(name: &str) -> Option<Says> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, says)| *says)
    }
}

/// A division that a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Its number.
    pub division: u32,
    /// Where the name is read so.
    pub read: Read,
    /// The next meaning of the name, or [`NONE`].
    next: u32,
}

const NONE: u32 = u32::MAX;
/// Edges for the built-in names.
const ROOM: usize = 1 << 15;

/// A name, or a word that only looks like one, at units of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAt {
    /// First unit.
    pub from: usize,
    /// One past the last unit.
    pub to: usize,
    /// First meaning, or [`NONE`] for a word that holds a name and is no place.
    first: u32,
}

/// Buffers for scanning; one a thread.
#[derive(Default)]
pub struct NameScanner {
    starts: Vec<Start>,
    /// What [`PlaceNames::scan`] found last: in order of place, the longest first.
    pub names: Vec<NameAt>,
}

/// All names of places.
pub struct PlaceNames {
    divisions: Vec<Division>,
    meanings: Vec<Meaning>,
    /// By number of the name: its first meaning.
    names: Vec<u32>,
    by_form: Trie,
    codes: FxHashMap<char, u32>,
    before: Words,
    behind: Words,
}

/// Words by the character that touches the name, longest first.
type Words = FxHashMap<char, Vec<(Box<[char]>, Says)>>;

impl PlaceNames {
    pub(super) fn parse(characters: &CharTable, files: &[(&str, &str)]) -> Result<PlaceNames, PackError> {
        let out = PlaceNames {
            divisions: Vec::new(),
            meanings: Vec::new(),
            names: Vec::new(),
            by_form: Trie::with_room(ROOM),
            codes: FxHashMap::default(),
            before: Words::default(),
            behind: Words::default(),
        };
        let mut builder = Builder { characters, folded: Folded::default(), by_code: FxHashMap::default(), out };
        let mut cells = Vec::new();
        for (name, content) in of_name(files, "places.tsv") {
            for (number, line) in lines(content) {
                cells.clear();
                cells.extend(line.split('\t'));
                builder.add_place(name, number, &cells)?;
            }
        }
        for (name, content) in of_name(files, "place_words.tsv") {
            for (line, cells) in rows(content) {
                builder.add_word(name, line, &cells)?;
            }
        }
        let mut out = builder.out;
        for list in out.before.values_mut().chain(out.behind.values_mut()) {
            list.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        Ok(out)
    }

    /// How many divisions there are.
    pub fn len(&self) -> usize {
        self.divisions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.divisions.is_empty()
    }

    /// The division of that number.
    pub fn division(&self, number: u32) -> &Division {
        &self.divisions[number as usize]
    }

    /// The divisions that a name may stand for; none for a word that holds a name and is no place.
    pub fn meanings(&self, name: &NameAt) -> impl Iterator<Item = Meaning> + '_ {
        let at = |number: u32| self.meanings.get(number as usize).copied();
        std::iter::successors(at(name.first), move |meaning| at(meaning.next))
    }

    /// Finds every name in `folded`, those that lie in each other too. Time is linear in the text.
    pub fn scan(&self, folded: &Folded, scanner: &mut NameScanner) {
        let NameScanner { starts, names } = scanner;
        names.clear();
        let units = &folded.units;
        self.by_form.places(units.iter().map(|unit| u32::from(unit.ch)), starts);
        for start in starts.iter() {
            let known = names.len();
            let from = start.at;
            let rest = units[from + start.len..].iter().map(|unit| u32::from(unit.ch));
            self.by_form.words_at(start, rest, |len, name| {
                if !cuts_word(folded, from, from + len) {
                    names.push(NameAt { from, to: from + len, first: self.names[name as usize] });
                }
            });
            names[known..].reverse();
        }
    }

    /// The division that a character stands for in a nickname.
    pub fn code(&self, ch: char) -> Option<u32> {
        self.codes.get(&ch).copied()
    }

    /// What the longest word that ends before unit `at` says. A colon may stand between.
    pub fn says_before(&self, units: &[Unit], at: usize) -> Option<Says> {
        let before = &units[..at];
        let before = match before {
            [rest @ .., last] if last.ch == ':' => rest,
            _ => before,
        };
        let list = self.before.get(&before.last()?.ch)?;
        list.iter().find(|(word, _)| ends_with(before, word)).map(|(_, says)| *says)
    }

    /// What the longest word that begins at unit `at` says, and one past its last unit.
    pub fn says_behind(&self, units: &[Unit], at: usize) -> Option<(Says, usize)> {
        let list = self.behind.get(&units.get(at)?.ch)?;
        list.iter().find(|(word, _)| starts_with(&units[at..], word)).map(|(word, says)| (*says, at + word.len()))
    }
}

fn starts_with(units: &[Unit], word: &[char]) -> bool {
    units.len() >= word.len() && units.iter().zip(word).all(|(unit, ch)| unit.ch == *ch)
}

fn ends_with(units: &[Unit], word: &[char]) -> bool {
    units.len() >= word.len() && starts_with(&units[units.len() - word.len()..], word)
}

fn of_name<'a>(files: &'a [(&'a str, &'a str)], wanted: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
    files.iter().copied().filter(move |(name, _)| file_of(name) == wanted)
}

/// Collects the lines of the tables.
struct Builder<'a> {
    characters: &'a CharTable,
    folded: Folded,
    by_code: FxHashMap<&'a str, u32>,
    out: PlaceNames,
}

impl<'a> Builder<'a> {
    fn add_place(&mut self, file: &str, line: usize, cells: &[&'a str]) -> Result<(), PackError> {
        let [code, name, short, level] = columns(file, line, cells)?;
        let Some(read) = Read::parse(cells.get(4).copied().unwrap_or("")) else {
            return Err(fault(
                file,
                line,
                &format!("\"{}\" is not cue or under; leave it empty for a name without other meanings", cells[4]),
            ));
        };
        match level {
            "province" | "city" | "county" => {
                let division = self.out.divisions.len() as u32;
                if self.by_code.insert(code, division).is_some() {
                    return Err(fault(file, line, &format!("\"{code}\" has a line already; give its other names the level folk")));
                }
                self.out.divisions.push(Division { code: code.into(), name: name.into() });
                if name != short {
                    self.add_name(file, line, name, division, Read::Anywhere)?;
                }
                if !short.is_empty() {
                    self.add_name(file, line, short, division, read)?;
                }
                Ok(())
            }
            "folk" => {
                let division = self.known(file, line, code)?;
                self.add_name(file, line, name, division, read)
            }
            "code" => {
                let division = self.known(file, line, code)?;
                self.out.codes.insert(super::single(file, line, name)?, division);
                Ok(())
            }
            _ => Err(fault(file, line, &format!("no level is called \"{level}\"; give province, city, county, folk or code"))),
        }
    }

    fn known(&self, file: &str, line: usize, code: &str) -> Result<u32, PackError> {
        let message = || format!("\"{code}\" is the code of no division above; give the division first");
        self.by_code.get(code).copied().ok_or_else(|| fault(file, line, &message()))
    }

    fn add_name(&mut self, file: &str, line: usize, name: &str, division: u32, read: Read) -> Result<(), PackError> {
        let number = self.number(file, line, name)?;
        let first = &mut self.out.names[number];
        let next = std::mem::replace(first, self.out.meanings.len() as u32);
        self.out.meanings.push(Meaning { division, read, next });
        Ok(())
    }

    /// The number of a name; a new one has no meaning.
    fn number(&mut self, file: &str, line: usize, name: &str) -> Result<usize, PackError> {
        self.fold(file, line, name)?;
        let next = self.out.names.len() as u32;
        let number = self.out.by_form.insert(self.folded.units.iter().map(|unit| u32::from(unit.ch)), next);
        if number == next {
            self.out.names.push(NONE);
        }
        Ok(number as usize)
    }

    fn add_word(&mut self, file: &str, line: usize, cells: &[&str]) -> Result<(), PackError> {
        let [word, side, says] = columns(file, line, cells)?;
        let Some(says) = Says::parse(says) else {
            return Err(fault(file, line, &format!("\"{says}\" is not one of here, from, to, theirs, plain, not")));
        };
        if side == "whole" {
            let number = self.number(file, line, word)?;
            return match (says, self.out.names[number]) {
                (Says::Not, NONE) => Ok(()),
                (Says::Not, _) => Err(fault(file, line, &format!("\"{word}\" is the name of a place; take one of the two lines out"))),
                _ => Err(fault(file, line, "a word that holds a name says not; leave it out where the name is one")),
            };
        }
        self.fold(file, line, word)?;
        let letters: Box<[char]> = self.folded.units.iter().map(|unit| unit.ch).collect();
        let (words, touching) = match side {
            "before" => (&mut self.out.before, letters[letters.len() - 1]),
            "behind" => (&mut self.out.behind, letters[0]),
            _ => return Err(fault(file, line, &format!("\"{side}\" is not before, behind or whole"))),
        };
        words.entry(touching).or_default().push((letters, says));
        Ok(())
    }

    fn fold(&mut self, file: &str, line: usize, word: &str) -> Result<(), PackError> {
        self.characters.fold(word, &mut self.folded);
        match self.folded.units.is_empty() {
            true => Err(fault(file, line, "nothing is left of the name once symbols are folded away; take the line out")),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BUILTIN, Packs};
    use super::*;

    const PLACES: &str = "350000\t福建省\t福建\tprovince\n350300\t莆田市\t莆田\tcity\n350300\t荔城\t\tfolk\tcue\n350000\t闽\t\tcode\n";

    fn parse(files: &[(&str, &str)]) -> Result<PlaceNames, PackError> {
        PlaceNames::parse(&Packs::parse(&[]).map(|packs| packs.characters)?, files)
    }

    fn message(places: &str, words: &str) -> String {
        let files = [("zh/place_words.tsv", words), ("zh/places.tsv", places)];
        parse(&files).err().expect("a fault").to_string()
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let places = |line: &str| message(&format!("{PLACES}{line}\n"), "");
        assert!(places("350300\t莆田\t\tcity").starts_with("packs/zh/places.tsv:5: \"350300\" has a line already"));
        assert!(places("360000\t赣\t\tcode").starts_with("packs/zh/places.tsv:5: \"360000\" is the code of no division above"));
        assert!(places("350000\t福建\t\ttown").starts_with("packs/zh/places.tsv:5: no level is called \"town\""));
        assert!(places("350500\t泉州市\t泉州\tcity\tsometimes").starts_with("packs/zh/places.tsv:5: \"sometimes\" is not cue or under"));
        assert!(places("350000\t福闽\t\tcode").starts_with("packs/zh/places.tsv:5: \"福闽\" is not one character"));
        assert!(places("350500\t泉州市").starts_with("packs/zh/places.tsv:5: 2 columns where 4 are needed"));
        assert!(places("350000\t**\t\tfolk").starts_with("packs/zh/places.tsv:5: nothing is left"));
        let words = |line: &str| message(PLACES, &format!("# words\n{line}\n"));
        assert!(words("在\tbefore\tthere").starts_with("packs/zh/place_words.tsv:2: \"there\" is not one of here"));
        assert!(words("在\tabove\there").starts_with("packs/zh/place_words.tsv:2: \"above\" is not before"));
        assert!(words("福建\twhole\tnot").starts_with("packs/zh/place_words.tsv:2: \"福建\" is the name of a place"));
        assert!(words("福建路\twhole\there").starts_with("packs/zh/place_words.tsv:2: a word that holds a name says not"));
    }

    #[test]
    fn a_division_holds_its_parts_and_not_itself() {
        let names = parse(&[("zh/places.tsv", PLACES)]).expect("valid");
        let (whole, part) = (names.division(0), names.division(1));
        assert_eq!((whole.stem(), part.stem(), names.len(), names.is_empty()), ("35", "3503", 2, false));
        assert_eq!((whole.holds(part), part.holds(whole), whole.holds(whole)), (true, false, false));
        assert_eq!((names.code('闽'), names.code('福')), (Some(0), None));
    }

    #[test]
    fn names_are_found_the_longest_first_and_words_beside_them_say_what_they_mean() {
        let words = "福建路\twhole\tnot\n到\tbefore\tto\n送到\tbefore\tfrom\n的\tbehind\tplain\n的来\tbehind\ttheirs\n";
        let names = parse(&[("zh/places.tsv", PLACES), ("zh/place_words.tsv", words)]).expect("valid");
        let characters = Packs::parse(&[]).expect("nothing to fault").characters;
        let mut folded = Folded::default();
        characters.fold("送到：福建省的来，福建路", &mut folded);
        let mut scanner = NameScanner::default();
        names.scan(&folded, &mut scanner);
        let found: Vec<(usize, usize, usize)> =
            scanner.names.iter().map(|name| (name.from, name.to, names.meanings(name).count())).collect();
        assert_eq!(found, [(3, 6, 1), (3, 5, 1), (9, 12, 0), (9, 11, 1)]);
        assert_eq!(names.says_before(&folded.units, 3), Some(Says::From));
        assert_eq!(names.says_behind(&folded.units, 6), Some((Says::Theirs, 8)));
        assert_eq!((names.says_before(&folded.units, 0), names.says_behind(&folded.units, 12)), (None, None));
    }

    #[test]
    fn every_builtin_name_is_found_as_it_is_written() {
        let packs = Packs::builtin();
        let (mut folded, mut scanner) = (Folded::default(), NameScanner::default());
        for (file, content) in of_name(BUILTIN, "places.tsv") {
            for (line, cells) in rows(content).filter(|(_, cells)| cells[3] != "code") {
                packs.characters.fold(cells[1], &mut folded);
                packs.places().scan(&folded, &mut scanner);
                let whole = scanner.names.iter().find(|name| (name.from, name.to) == (0, folded.units.len()));
                assert!(whole.is_some_and(|name| packs.places().meanings(name).count() > 0), "{file}:{line}");
            }
        }
        assert!(packs.places().len() > 3_000);
    }
}
