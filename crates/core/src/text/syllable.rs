//! A text by its sound: ideographs as syllables, and Latin letters as syllables where they are pinyin.
//!
//! Homophones and pinyin meet here: both are read by the sound they share with a term.

use super::{CharTable, Folded, Steps, is_ideograph};

/// One syllable and the units it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// Number of the syllable in the character table; 0 breaks a run.
    pub sound: u16,
    /// The ideograph, or `'\0'` for letters read as pinyin.
    pub ch: char,
    /// First unit.
    pub from: u32,
    /// One past the last unit.
    pub to: u32,
    /// [`Steps::PINYIN`] for letters.
    pub steps: Steps,
}

/// Reads Latin letters as pinyin.
pub struct PinyinReader {
    sounds: rustc_hash::FxHashMap<Vec<u8>, u16>,
    longest: usize,
}

impl PinyinReader {
    /// A reader of the table's syllables.
    pub fn new(table: &CharTable) -> PinyinReader {
        let sounds: rustc_hash::FxHashMap<Vec<u8>, u16> =
            table.syllable_names().iter().enumerate().skip(1).map(|(number, name)| (name.clone().into_bytes(), number as u16)).collect();
        let longest = sounds.keys().map(Vec::len).max().unwrap_or(0);
        PinyinReader { sounds, longest }
    }

    /// Writes the syllables of `folded` into `out`.
    pub fn read(&self, table: &CharTable, folded: &Folded, out: &mut Vec<Syllable>) {
        out.clear();
        let units = &folded.units;
        let mut at = 0;
        while at < units.len() {
            let ch = units[at].ch;
            if ch.is_ascii_lowercase() {
                let len = units[at..].iter().take_while(|unit| unit.ch.is_ascii_lowercase()).count();
                let beside = at > 0 && is_ideograph(units[at - 1].ch) || units.get(at + len).is_some_and(|unit| is_ideograph(unit.ch));
                if !(beside && (2..=24).contains(&len) && self.letters(folded, at, len, out)) {
                    out.push(Syllable { sound: 0, ch: '\0', from: at as u32, to: (at + len) as u32, steps: Steps::NONE });
                }
                at += len;
            } else {
                let sound = table.syllable(ch);
                out.push(Syllable { sound, ch, from: at as u32, to: at as u32 + 1, steps: Steps::NONE });
                at += 1;
            }
        }
    }

    /// Reads a whole run of letters as syllables, longest first; writes nothing unless all of it can be read.
    fn letters(&self, folded: &Folded, from: usize, len: usize, out: &mut Vec<Syllable>) -> bool {
        let letters: Vec<u8> = folded.units[from..from + len].iter().map(|unit| unit.ch as u8).collect();
        let mut cuts = Vec::new();
        if !self.cut(&letters, 0, &mut cuts) {
            return false;
        }
        let mut start = 0;
        for (end, sound) in cuts {
            out.push(Syllable { sound, ch: '\0', from: (from + start) as u32, to: (from + end) as u32, steps: Steps::PINYIN });
            start = end;
        }
        true
    }

    fn cut(&self, letters: &[u8], start: usize, cuts: &mut Vec<(usize, u16)>) -> bool {
        if start == letters.len() {
            return true;
        }
        for end in (start + 1..=letters.len().min(start + self.longest)).rev() {
            if let Some(&sound) = self.sounds.get(&letters[start..end]) {
                cuts.push((end, sound));
                if self.cut(letters, end, cuts) {
                    return true;
                }
                cuts.pop();
            }
        }
        false
    }
}
