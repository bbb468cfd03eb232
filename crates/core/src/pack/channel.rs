//! Words that say what a value beside them is: `channels.tsv`, read and checked.
//!
//! In: lines of cue, kind, whether the cue is ambiguous, source. Out: [`Channels`]. Always: a cue stands as folded text
//! stands. Start reading at [`Channels::at`].

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{PackError, columns, fault, rows};
use crate::text::{CharTable, Folded, Steps, Unit};

/// Kinds of identifier, named as in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Kind {
    Phone,
    Landline,
    Qq,
    QqGroup,
    Wechat,
    Alipay,
    BankCard,
    Email,
    Url,
    Domain,
    Telegram,
    Whatsapp,
    Line,
    Zalo,
    Facebook,
    Instagram,
    Weibo,
    Douyin,
    Xiaohongshu,
    Kuaishou,
    CryptoWallet,
    ResidentId,
    BirthCertificate,
}

impl Kind {
    const NAMES: [(&'static str, Kind); 23] = [
        ("phone", Kind::Phone),
        ("landline", Kind::Landline),
        ("qq", Kind::Qq),
        ("qq_group", Kind::QqGroup),
        ("wechat", Kind::Wechat),
        ("alipay", Kind::Alipay),
        ("bank_card", Kind::BankCard),
        ("email", Kind::Email),
        ("url", Kind::Url),
        ("domain", Kind::Domain),
        ("telegram", Kind::Telegram),
        ("whatsapp", Kind::Whatsapp),
        ("line", Kind::Line),
        ("zalo", Kind::Zalo),
        ("facebook", Kind::Facebook),
        ("instagram", Kind::Instagram),
        ("weibo", Kind::Weibo),
        ("douyin", Kind::Douyin),
        ("xiaohongshu", Kind::Xiaohongshu),
        ("kuaishou", Kind::Kuaishou),
        ("crypto_wallet", Kind::CryptoWallet),
        ("resident_id", Kind::ResidentId),
        ("birth_certificate", Kind::BirthCertificate),
    ];

    /// The kind's name in files.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Kind> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Whether values of this kind are never written in clear.
    pub fn is_masked(self) -> bool {
        matches!(self, Kind::ResidentId | Kind::BirthCertificate | Kind::BankCard)
    }
}

/// What a cue says about the value beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueKind {
    /// The value is an identifier of this kind.
    Is(Kind),
    /// The value is no contact: an order, a case, a model.
    Other,
    /// The number before or behind it is one of the messenger too.
    Same,
    /// The first piece of the value stands elsewhere, in the nickname or above.
    First,
    /// The last piece of a value follows.
    Rest,
}

/// A word that says what a value beside it is.
#[derive(Clone, Debug)]
pub struct Cue {
    /// The cue as folded text has it.
    pub letters: Vec<char>,
    /// What it says.
    pub kind: CueKind,
    /// Whether it has innocent readings, so that the value must follow at once.
    pub ambiguous: bool,
    /// Whether a plus must stand before it.
    pub plus: bool,
    /// Whether it is an emoji, so that the word it stands for is no cue.
    pub emoji: bool,
    /// Whether it is an alias, such as a plant for a messenger.
    pub alias: bool,
    /// BCP 47 tag of the pack that has it.
    pub language: String,
}

/// All cues, found by their first character.
#[derive(Clone, Default)]
pub struct Channels {
    cues: Vec<Cue>,
    /// Cues by their first character, longest first, each with its second character or NUL.
    by_first: FxHashMap<char, Vec<(u32, char)>>,
}

impl Channels {
    pub(super) fn parse(characters: &CharTable, files: &[(&str, &str)]) -> Result<Channels, PackError> {
        let mut channels = Channels::default();
        let mut folded = Folded::default();
        for &(name, content) in files.iter().filter(|(name, _)| super::file_of(name) == "channels.tsv") {
            for (line, cells) in rows(content) {
                let [written, kind, ambiguous, source] = columns(name, line, &cells)?;
                let kind = match kind {
                    "other" => CueKind::Other,
                    "same" => CueKind::Same,
                    "first" => CueKind::First,
                    "rest" => CueKind::Rest,
                    known => CueKind::Is(Kind::parse(known).ok_or_else(|| {
                        fault(name, line, &format!("no kind is called \"{known}\"; give one of the contract, or other, same, first, rest"))
                    })?),
                };
                let ambiguous = match ambiguous {
                    "y" => true,
                    "n" => false,
                    _ => return Err(fault(name, line, &format!("\"{ambiguous}\" is not y or n"))),
                };
                let plus = written.starts_with('+');
                characters.fold(written.trim_start_matches('+'), &mut folded);
                let kept = written.chars().filter(|ch| !matches!(ch, '+' | '\u{FE0F}')).count();
                if folded.units.is_empty() || folded.units.len() < kept {
                    return Err(fault(name, line, &format!("\"{written}\" loses a symbol when folded; write the cue without it")));
                }
                channels.cues.push(Cue {
                    letters: folded.units.iter().map(|unit| unit.ch).collect(),
                    kind,
                    ambiguous,
                    plus,
                    emoji: folded.units.iter().any(|unit| unit.steps.has(Steps::EMOJI))
                        && folded.units.iter().all(|unit| unit.steps.has(Steps::EMOJI)),
                    alias: source.starts_with("alias"),
                    language: name.split('/').next().unwrap_or("").to_owned(),
                });
            }
        }
        for (index, cue) in channels.cues.iter().enumerate() {
            channels.by_first.entry(cue.letters[0]).or_default().push((index as u32, cue.letters.get(1).copied().unwrap_or('\0')));
        }
        let cues = &channels.cues;
        for list in channels.by_first.values_mut() {
            list.sort_by_key(|(index, _)| std::cmp::Reverse(cues[*index as usize].letters.len()));
        }
        Ok(channels)
    }

    /// All cues, in the order of the packs.
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// Whether a character may begin a cue.
    pub fn may_begin(&self, ch: char) -> bool {
        self.by_first.contains_key(&ch)
    }

    /// The cue of that number.
    pub fn cue(&self, index: u32) -> &Cue {
        &self.cues[index as usize]
    }

    /// The longest cue that begins at `at`, and one past its last unit. Latin letters of a short cue may be spaced.
    pub fn at(&self, units: &[Unit], at: usize, plus: impl Fn(usize) -> bool) -> Option<(u32, usize)> {
        let list = self.by_first.get(&units[at].ch)?;
        let letter = |at: usize| units.get(at).is_some_and(|unit: &Unit| unit.ch.is_ascii_alphabetic());
        // A sign may stand between the letters of a short cue.
        let next = units.get(at + 1).map_or('\0', |unit| unit.ch);
        let after = units.get(at + 2).filter(|_| !next.is_alphanumeric()).map_or('\0', |unit| unit.ch);
        list.iter().find_map(|&(index, second)| {
            if second != '\0' && second != next && second != after {
                return None;
            }
            let cue = &self.cues[index as usize];
            let end = self.match_letters(&cue.letters, units, at)?;
            let latin = cue.letters[0].is_ascii_alphabetic();
            let latin_end = cue.letters.last().is_some_and(char::is_ascii_alphabetic);
            let emoji = !cue.emoji || units[at].steps.has(Steps::EMOJI);
            let plus_ok = !cue.plus || plus(at);
            let from_word = |at: usize| units[at].steps.has(Steps::EMOJI);
            // "lxvx": the initials of "联系" may stand before.
            let lead = |at: usize| at >= 2 && units[at - 2].ch == 'l' && units[at - 1].ch == 'x' && (at == 2 || !letter(at - 3));
            let left = !latin || at == 0 || !letter(at - 1) || from_word(at) || from_word(at - 1) || lead(at);
            let right = !latin_end || !letter(end) || from_word(end - 1) || glues(&cue.letters) || from_word(end);
            (emoji && plus_ok && left && right).then_some((index, end))
        })
    }

    fn match_letters(&self, letters: &[char], units: &[Unit], at: usize) -> Option<usize> {
        let short = letters.len() <= 3 && letters.iter().all(char::is_ascii_alphabetic);
        let mut to = at;
        for (index, letter) in letters.iter().enumerate() {
            if index > 0
                && short
                && units.get(to).is_some_and(|unit| matches!(unit.ch, '*' | '|' | '-' | '.' | '~' | '^' | '_' | ' ' | '·'))
            {
                to += 1;
            }
            let unit = units.get(to)?;
            if unit.ch != *letter {
                return None;
            }
            // "vｘｉｙｏｕ": where the width changes, the handle begins.
            let wide = |unit: &Unit| unit.steps.has(Steps::WIDTH);
            if index > 0 && letter.is_ascii_alphabetic() && letters[index - 1].is_ascii_alphabetic() && wide(unit) != wide(&units[to - 1]) {
                return None;
            }
            to += 1;
        }
        Some(to)
    }
}

/// Whether a handle may be glued to a cue: "vxmaple88".
pub fn glues(letters: &[char]) -> bool {
    matches!(letters, ['v', 'x'] | ['w', 'x'] | ['加', 'v'] | ['加', 'v', 'x'] | ['加', 'w', 'x'] | ['加', 'q'] | ['加', 'q', 'q'] | ['v'])
}
