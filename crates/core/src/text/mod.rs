//! Posts in, readable text out: the normaliser that undoes a disguise and never forgets where it was.
//!
//! In: the original text of a field. Out: [`Folded`], characters that each know the bytes of the original they stand
//! for and the steps that made them; and views of it in
//! words ([`word`]) and syllables ([`syllable`]).
//! Always: folding twice is folding once; every unit slices the original on character boundaries; units are in order
//! and do not overlap; ordinary text comes out as it went in, save for case and width.
//! Start reading at [`CharTable::fold`].

pub mod syllable;
pub mod table;
pub mod word;

use std::fmt;

use crate::units::Span;
pub use table::CharTable;

/// What had to be undone to read a character; a set, one bit a step, weakest evidence last.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Steps(pub u16);

impl Steps {
    /// Nothing was undone.
    pub const NONE: Steps = Steps(0);
    /// Zero-width, bidi and variation characters were removed.
    pub const INVISIBLE: Steps = Steps(1);
    /// Full-width, circled and other compatibility forms were folded (NFKC).
    pub const WIDTH: Steps = Steps(1 << 1);
    /// Traditional or variant characters were simplified.
    pub const TRADITIONAL: Steps = Steps(1 << 2);
    /// Symbols between characters were removed.
    pub const SEPARATOR: Steps = Steps(1 << 3);
    /// An emoji was read as the word it stands for.
    pub const EMOJI: Steps = Steps(1 << 4);
    /// Two halves of a split character were joined.
    pub const SPLIT: Steps = Steps(1 << 5);
    /// A look-alike was read: a letter of another script, or a digit or sign in a word.
    pub const CONFUSABLE: Steps = Steps(1 << 6);
    /// Numerals of another script were read as digits.
    pub const NUMERAL: Steps = Steps(1 << 7);
    /// A channel was named by an alias, such as a plant for a messenger.
    pub const ALIAS: Steps = Steps(1 << 8);
    /// Pinyin in Latin letters was read as characters.
    pub const PINYIN: Steps = Steps(1 << 9);
    /// Initials were read as a word.
    pub const INITIALS: Steps = Steps(1 << 10);
    /// A homophone was read as another character.
    pub const HOMOPHONE: Steps = Steps(1 << 11);
    /// A value written in pieces was put together.
    pub const PARTS: Steps = Steps(1 << 12);
    /// A letter that was written many times over was read once or twice.
    pub const REPEATED: Steps = Steps(1 << 13);

    const NAMES: [&'static str; 14] = [
        "invisible",
        "width",
        "traditional",
        "separator",
        "emoji",
        "split",
        "confusable",
        "numeral",
        "alias",
        "pinyin",
        "initials",
        "homophone",
        "parts",
        "repeated",
    ];

    /// Both sets together.
    pub fn with(self, other: Steps) -> Steps {
        Steps(self.0 | other.0)
    }

    /// Whether all of `other` is in the set.
    pub fn has(self, other: Steps) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing was undone.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a step guessed, so that another reading is possible.
    pub fn is_lossy(self) -> bool {
        self.0 & (Steps::PINYIN.0 | Steps::INITIALS.0 | Steps::HOMOPHONE.0) != 0
    }

    /// The steps by name, in the order in which they are taken.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        (0..Self::NAMES.len()).filter(move |bit| self.0 >> bit & 1 == 1).map(|bit| Self::NAMES[bit])
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// One character as it is read, and where it stands in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The character as it is read.
    pub ch: char,
    /// First byte of what it stands for.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Steps that made the character itself.
    pub steps: Steps,
    /// Steps that closed the gap before it.
    pub gap: Steps,
    /// Whether white space stood in the gap before it.
    pub spaced: bool,
}

impl Unit {
    /// Where the character stands in the original.
    pub fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// A text as it is read. Holds personal data, so `Debug` shows its length only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// The characters in order.
    pub units: Vec<Unit>,
    /// How many of them may be Latin letters: fewer than three hide no word.
    pub(crate) latin: u32,
}

impl Folded {
    /// Whether there are letters enough to hide a word of Latin letters.
    pub fn may_hide_words(&self) -> bool {
        self.latin >= 3
    }

    /// The text as it is read.
    pub fn text(&self) -> String {
        self.units.iter().map(|unit| unit.ch).collect()
    }

    /// Where units `from..to` stand in the original.
    pub fn span(&self, from: usize, to: usize) -> Span {
        Span { start: self.units[from].start, end: self.units[to - 1].end }
    }

    /// All steps needed to read units `from..to` as one run.
    pub fn steps(&self, from: usize, to: usize) -> Steps {
        let inner = self.units[from + 1..to].iter().fold(Steps::NONE, |all, unit| all.with(unit.gap));
        self.units[from..to].iter().fold(inner, |all, unit| all.with(unit.steps))
    }
}

impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Folded({} units)", self.units.len())
    }
}

/// Whether a letter belongs to a script that puts blanks between its words.
pub fn is_spaced_letter(ch: char) -> bool {
    // Thai, Lao, Burmese and Khmer write on without blanks, as ideographs and kana do.
    !is_ideograph(ch)
        && ch.is_alphabetic()
        && !matches!(ch, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}')
}

/// Whether a character is a Chinese, Japanese or Korean ideograph.
pub fn is_ideograph(ch: char) -> bool {
    matches!(ch, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

/// The value of a digit in any of the scripts that stay as they are when folded: ASCII and Chinese numerals, capital
/// forms and the spoken forms of radio and telephone.
pub fn digit_value(ch: char) -> Option<u8> {
    Some(match ch {
        '0'..='9' => ch as u8 - b'0',
        '零' | '〇' | '洞' | '○' => 0,
        '一' | '壹' | '幺' | '么' | '妖' | '弌' => 1,
        '二' | '贰' | '两' | '弍' => 2,
        '三' | '叁' | '仨' | '弎' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' | '拐' => 7,
        '八' | '捌' => 8,
        '九' | '玖' | '勾' => 9,
        _ => return None,
    })
}
