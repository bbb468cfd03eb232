//! One pass over the units of a field: where cues and digits stand. The rules work on what it finds.

use super::{Extractor, Kind};
use crate::pack::{CueKind, Packs};
use crate::text::{Steps, Unit, digit_value, is_ideograph};
use crate::units::Field;

pub(super) const DIGIT: u8 = 1;
pub(super) const LATIN: u8 = 2;
const CUE: u8 = 4;
const SOUND_WEI: u8 = 8;
const SOUND_XIN: u8 = 16;
const SOUND_KOU: u8 = 32;
/// May begin a word that speaks of a piece of a value.
const PART: u8 = 64;

/// What each character may be part of.
pub(super) fn classes(packs: &Packs) -> Vec<u8> {
    let sounds: Vec<u8> = packs
        .characters
        .syllable_names()
        .iter()
        .map(|name| match name.as_str() {
            "wei" => SOUND_WEI,
            "xin" | "xing" => SOUND_XIN,
            "kou" => SOUND_KOU,
            _ => 0,
        })
        .collect();
    let mut classes: Vec<u8> = (0..0x1_0000u32)
        .map(|code| {
            let Some(ch) = char::from_u32(code) else { return 0 };
            let base = if ch.is_ascii_alphabetic() {
                LATIN
            } else if digit(ch).is_some() {
                DIGIT
            } else {
                0
            };
            base | sounds[usize::from(packs.characters.syllable(ch))]
        })
        .collect();
    for cue in packs.channels.cues() {
        if let Some(class) = classes.get_mut(cue.letters[0] as usize) {
            *class |= CUE | if matches!(cue.kind, CueKind::First | CueKind::Rest) { PART } else { 0 };
        }
    }
    classes
}

/// The value of a digit of any script that posts are written in.
pub(super) fn digit(ch: char) -> Option<u8> {
    digit_value(ch).or_else(|| {
        let zero = match ch {
            '०'..='९' => '०',
            '٠'..='٩' => '٠',
            '۰'..='۹' => '۰',
            '০'..='৯' => '০',
            '๐'..='๙' => '๐',
            _ => return None,
        };
        Some((ch as u32 - zero as u32) as u8)
    })
}

/// A sign without width; folding leaves the wide forms of dots and dashes.
pub(super) fn narrow(ch: char) -> char {
    match ch {
        '！'..='～' => char::from_u32(ch as u32 - 0xFEE0).unwrap_or(ch),
        ch => ch,
    }
}

/// A cue in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct CueHit {
    pub from: usize,
    pub to: usize,
    pub kind: CueKind,
    pub ambiguous: bool,
    pub steps: Steps,
    pub region: Region,
}

/// Where the language of a cue is spoken, for numbers written without a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Unknown,
    China,
    Vietnam,
    Indonesia,
    Philippines,
    India,
    EastAfrica,
}

impl Region {
    fn of(language: &str) -> Region {
        match language {
            "zh" => Region::China,
            "vi" => Region::Vietnam,
            "id" => Region::Indonesia,
            "fil" => Region::Philippines,
            "hi" => Region::India,
            "sw" => Region::EastAfrica,
            _ => Region::Unknown,
        }
    }
}

/// Digits that touch each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub from: usize,
    pub to: usize,
    /// First digit in the buffer of digits; as many as units.
    pub at: usize,
}

impl Group {
    pub fn len(&self) -> usize {
        self.to - self.from
    }
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Words, or nothing that joins.
    None,
    Space,
    /// Symbols that mean nothing between digits.
    Noise,
    Newline,
    /// `-`, `.`, `/`, `~`, `(`, `,`, `、`.
    Soft(char),
}

/// Buffers of one pass.
#[derive(Default)]
pub(super) struct Scan {
    pub cues: Vec<CueHit>,
    pub groups: Vec<Group>,
    pub digits: Vec<u8>,
    pub claimed: Vec<bool>,
}

impl Scan {
    pub fn read(&mut self, extractor: &Extractor, original: &str, units: &[Unit]) {
        self.cues.clear();
        self.groups.clear();
        self.digits.clear();
        self.claimed.clear();
        let chinese = is_chinese(units);
        let mut at = 0;
        while at < units.len() {
            let class = extractor.class(units[at].ch);
            // Latin cues begin words; only the initials of "联系" may be glued before one.
            let inside = at > 0
                && units[at].ch.is_ascii_alphabetic()
                && units[at - 1].ch.is_ascii_alphabetic()
                && units[at - 1].ch != 'x'
                && !units[at].steps.has(Steps::EMOJI)
                && !units[at - 1].steps.has(Steps::EMOJI);
            if !inside
                && class & (CUE | SOUND_WEI | SOUND_KOU) != 0
                && let Some(hit) = cue_at(extractor, original, units, at)
            {
                // "微信wxmaple88": the name of the channel belongs to the handle.
                // Short words of other languages are pieces of handles in a Chinese text.
                if chinese
                    && !matches!(hit.region, Region::China | Region::Unknown)
                    && hit.to - hit.from <= 3
                    && units[at].ch.is_ascii_alphabetic()
                {
                    at += 1;
                    continue;
                }
                let latin = |at: usize| units.get(at).is_some_and(|unit| unit.ch.is_ascii_alphabetic());
                let inside = latin(at) && latin(hit.to) && hit.kind == CueKind::Is(Kind::Wechat);
                let led = inside
                    && self.cues.last().is_some_and(|last| {
                        last.kind == hit.kind
                            && !last.ambiguous
                            && units[last.to..at].iter().all(|unit| matches!(unit.ch, ':' | ' ' | '号' | '是'))
                    });
                if led {
                    at = hit.to;
                    continue;
                }
                self.cues.push(hit);
                at = hit.to;
                continue;
            }
            if class & DIGIT != 0 {
                at = self.group(extractor, units, at);
                continue;
            }
            at += 1;
        }
    }

    fn group(&mut self, extractor: &Extractor, units: &[Unit], from: usize) -> usize {
        let tight = |at: usize| !units[at].spaced && !units[at].gap.has(Steps::SEPARATOR);
        let mut to = from + 1;
        while to < units.len() && extractor.class(units[to].ch) & DIGIT != 0 && tight(to) {
            to += 1;
        }
        // A Chinese digit behind a number often begins the next word: "154…78一起", "99640705三个".
        let next = units.get(to).map_or('\0', |unit| unit.ch);
        let ascii = |at: usize| !is_ideograph(units[at].ch);
        let mut cut = to;
        if is_ideograph(next) && !"转找问聊加详联微薇扣我是或和备的在吧咨打姐哥妈".contains(next) {
            while cut > from + 1 && to - cut < 2 && !ascii(cut - 1) {
                cut -= 1;
            }
            if cut - from < 5 || !ascii(cut - 1) {
                cut = to;
            }
        }
        // And one before it ends the last: "就这一15412345678".
        let mut start = from;
        if cut - from > 11 {
            while start < cut && start - from < 2 && !ascii(start) {
                start += 1;
            }
            if cut - start != 11 || !ascii(start) {
                start = from;
            }
        }
        for (from, to) in [(from, start), (start, cut), (cut, to)] {
            if from < to {
                self.groups.push(Group { from, to, at: self.digits.len() });
                self.digits.extend(units[from..to].iter().filter_map(|unit| digit(unit.ch)));
            }
        }
        to
    }
}

fn cue_at(extractor: &Extractor, original: &str, units: &[Unit], at: usize) -> Option<CueHit> {
    let plus = |at: usize| plus_before(original, units, at);
    if let Some((index, to)) = extractor.channels.at(units, at, plus) {
        let cue = extractor.channels.cue(index);
        let steps = if cue.alias { Steps::ALIAS } else { Steps::NONE };
        return Some(CueHit { from: at, to, kind: cue.kind, ambiguous: cue.ambiguous, steps, region: Region::of(&cue.language) });
    }
    // Homophones: two characters that sound like the name.
    let next = units.get(at + 1)?;
    if !is_ideograph(units[at].ch) || !is_ideograph(next.ch) {
        return None;
    }
    let (first, second) = (extractor.class(units[at].ch), extractor.class(next.ch));
    let kind = match () {
        () if first & SOUND_WEI != 0 && second & SOUND_XIN != 0 => Kind::Wechat,
        () if first & SOUND_KOU != 0 && second & SOUND_KOU != 0 => Kind::Qq,
        () => return None,
    };
    let steps = Steps::ALIAS.with(Steps::HOMOPHONE);
    Some(CueHit { from: at, to: at + 2, kind: CueKind::Is(kind), ambiguous: true, steps, region: Region::China })
}

/// Whether a plus stands right before unit `at`, also where folding dropped it.
pub(super) fn plus_before(original: &str, units: &[Unit], at: usize) -> bool {
    if at > 0 && units[at - 1].ch == '+' {
        return true;
    }
    let start = if at == 0 { 0 } else { units[at - 1].end as usize };
    original.get(start..units[at].start as usize).is_some_and(|gap| gap.contains(['+', '＋', '➕', '﹢']))
}

/// Whether a text is Chinese: an eighth of it are ideographs, or ten of its characters.
pub(super) fn is_chinese(units: &[Unit]) -> bool {
    let ideographs = units.iter().filter(|unit| is_ideograph(unit.ch)).count();
    ideographs * 8 >= units.len().min(80)
}

/// A field with what the pass found.
pub(super) struct Text<'a> {
    pub extractor: &'a Extractor,
    pub field: Field,
    pub original: &'a str,
    pub units: &'a [Unit],
    pub cues: &'a [CueHit],
    pub groups: &'a [Group],
    pub digits: &'a [u8],
    /// Whether the words around are Chinese, so that Latin letters with blanks between are one value.
    pub chinese: bool,
}

impl Text<'_> {
    pub fn ch(&self, at: usize) -> char {
        self.units.get(at).map_or('\0', |unit| narrow(unit.ch))
    }

    /// The character before `at`; NUL at the start.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\0', |at| self.ch(at))
    }

    pub fn starts(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(offset, ch)| self.ch(at + offset) == ch)
    }

    pub fn ends(&self, at: usize, word: &str) -> bool {
        let len = word.chars().count();
        at >= len && self.starts(at - len, word)
    }

    /// Original text between the unit before `at` and the unit itself.
    pub fn gap(&self, at: usize) -> &str {
        if at == 0 || at >= self.units.len() {
            return "";
        }
        self.original.get(self.units[at - 1].end as usize..self.units[at].start as usize).unwrap_or("")
    }

    pub fn plus_before(&self, at: usize) -> bool {
        plus_before(self.original, self.units, at)
    }

    /// Steps undone in units `from..to`.
    pub fn steps(&self, from: usize, to: usize) -> Steps {
        let mut steps = Steps::NONE;
        for at in from..to {
            let unit = &self.units[at];
            steps = steps.with(unit.steps);
            if narrow(unit.ch) != unit.ch {
                steps = steps.with(Steps::WIDTH);
            }
            if at > from {
                steps = steps.with(unit.gap);
            }
            if !unit.ch.is_ascii() && digit(unit.ch).is_some() {
                steps = steps.with(Steps::NUMERAL);
            }
        }
        steps
    }

    pub fn digits_of(&self, group: &Group) -> &[u8] {
        &self.digits[group.at..group.at + group.len()]
    }

    /// The group that begins at unit `at`.
    pub fn group_at(&self, at: usize) -> Option<usize> {
        self.groups.binary_search_by_key(&at, |group| group.from).ok()
    }

    /// The last cue that ends at or before `at`, with only up to `window` units between.
    pub fn cue_before(&self, at: usize, window: usize, wanted: impl Fn(&CueHit) -> bool) -> Option<&CueHit> {
        let last = self.cues.partition_point(|cue| cue.to <= at);
        self.cues[..last].iter().rev().take_while(|cue| at - cue.to <= window).find(|cue| wanted(cue))
    }

    /// The cue that begins at `at`.
    pub fn cue_from(&self, at: usize) -> Option<&CueHit> {
        self.cues.binary_search_by_key(&at, |cue| cue.from).ok().map(|index| &self.cues[index])
    }

    /// Whether a cue for no contact stands right before `at`: "单号:".
    pub fn is_other(&self, at: usize) -> bool {
        self.cue_before(at, 4, |cue| cue.kind == CueKind::Other).is_some_and(|cue| {
            (cue.to..at).all(|at| !self.ch(at).is_alphanumeric() || matches!(self.ch(at), '是' | '为' | '号' | '码' | '的'))
        })
    }

    /// Whether the number that ends before `at` counts something: "50000元".
    pub fn is_counted(&self, at: usize) -> bool {
        let mut at = at;
        while matches!(self.ch(at), ' ' | '多' | '来' | '余') && self.units[at].gap == Steps::NONE {
            at += 1;
        }
        let ch = self.ch(at);
        if "元块万千百亿岁天月周年斤克米楼层栋室%‰℃度分秒点次个只条件套张份瓶袋盒人名位户家字美港日欧平毫公厘升胎孩娃期部台辆颗朵双棵"
            .contains(ch)
            && at < self.units.len()
        {
            return !self.units[at].gap.has(Steps::SEPARATOR);
        }
        let word = |word: &str| self.starts(at, word) && !self.ch(at + word.chars().count()).is_ascii_alphanumeric();
        [
            "k",
            "w",
            "cm",
            "kg",
            "mm",
            "ml",
            "g",
            "rmb",
            "usd",
            "yuan",
            "km",
            "mb",
            "gb",
            "px",
            "pcs",
            "dollars",
            "bucks",
            "weeks",
            "months",
            "years",
            "days",
            "naira",
            "pesos",
            "cny",
            "yrs",
            "hrs",
            "hours",
            "kes",
            "rp",
            "vnd",
            "lakh",
            "people",
            "members",
            "followers",
            "views",
            "am",
            "pm",
            "mg",
        ]
        .iter()
        .any(|unit| word(unit))
    }

    pub fn is_chinese(&self) -> bool {
        self.chinese
    }

    pub fn link(&self, first: &Group, second: &Group) -> Link {
        let between = &self.units[first.to..second.from];
        if between.is_empty() {
            let unit = &self.units[second.from];
            return match () {
                () if unit.spaced => Link::Space,
                () if unit.gap.has(Steps::SEPARATOR) => Link::Noise,
                () => Link::None,
            };
        }
        if between.len() > 4 {
            return Link::None;
        }
        let mut link = Link::Noise;
        for unit in between {
            let next = match narrow(unit.ch) {
                _ if unit.steps.has(Steps::EMOJI) => Link::Noise,
                ',' if self.original[unit.start as usize..].starts_with('、') => Link::Soft('、'),
                ' ' => Link::Space,
                '\n' => Link::Newline,
                '-' | '.' | '/' | '~' | '(' | ')' | ',' | '+' | '–' | '—' | '−' | '‐' | '‑' => {
                    Link::Soft(match narrow(unit.ch) {
                        ')' => '(',
                        '–' | '—' | '−' | '‐' | '‑' => '-',
                        ch => ch,
                    })
                }
                ch if ch.is_alphanumeric() => return Link::None,
                ':' | ';' | '。' | '!' | '?' | '%' | '$' | '¥' | '€' | '£' | '"' | '\'' => return Link::None,
                _ => Link::Noise,
            };
            link = match (link, next) {
                (_, Link::Newline) | (Link::Newline, _) => Link::Newline,
                (Link::Space, _) | (_, Link::Space) if between.len() > 1 && link != Link::Soft('(') && next != Link::Soft('(') => {
                    Link::Space
                }
                (Link::Noise, next) => next,
                (Link::Soft('('), _) => Link::Soft('('),
                (_, next) => next,
            };
        }
        link
    }

    /// Whether there is anything to read: digits, a channel, or a sign of an address.
    pub fn has_candidates(&self) -> bool {
        let channel = |cue: &CueHit| matches!(cue.kind, CueKind::Is(kind) if kind != Kind::Phone && kind != Kind::Email);
        let sign = |at: usize| match self.ch(at) {
            '@' | '点' | '。' | '艾' => true,
            '.' => self.ch(at + 1).is_ascii_alphanumeric() || self.ch(at + 1) == '*',
            // "(at)", "dot".
            '(' => self.ch(at + 1) == 'a' || self.ch(at + 1) == 'd' || self.ch(at + 1) == '.',
            'd' => self.ch(at + 1) == 'o' && self.ch(at + 2) == 't' && self.before(at) == ' ',
            _ => false,
        };
        self.digits.len() >= 5 || self.cues.iter().any(channel) || (0..self.units.len()).any(sign)
    }

    /// The region that a cue's language names.
    pub fn region(&self) -> Region {
        let regional = |cue: &&CueHit| !matches!(cue.region, Region::Unknown | Region::China);
        if self.cues.iter().any(|cue| cue.kind == CueKind::Is(Kind::Zalo)) {
            return Region::Vietnam;
        }
        self.cues.iter().find(regional).map_or(if self.is_chinese() { Region::China } else { Region::Unknown }, |cue| cue.region)
    }
}

impl Extractor {
    pub(super) fn class(&self, ch: char) -> u8 {
        self.classes.get(ch as usize).copied().unwrap_or_else(|| if self.channels.may_begin(ch) { CUE } else { 0 })
    }

    /// A cheap look: whether letters and digits stand together, five or more, with digits among them, a sign or a cue.
    pub(super) fn is_worth_reading(&self, units: &[Unit]) -> bool {
        if !self.has_letters_and_digits(units) {
            return false;
        }
        let (mut run, mut digits, mut marks, mut cue) = (0u32, 0u32, 0u32, false);
        let mut before = 0u8;
        for unit in units {
            let class = self.classes.get(unit.ch as usize).copied().unwrap_or(CUE);
            cue |= class & (CUE | SOUND_WEI | SOUND_KOU) != 0 && class & before & LATIN == 0;
            before = class;
            if class & (DIGIT | LATIN) != 0 {
                run += 1;
                digits += u32::from(class & DIGIT);
                if run >= 5 && (digits >= 5 || cue || marks > 0) {
                    return true;
                }
            } else if is_ideograph(unit.ch) && !unit.steps.has(Steps::EMOJI) && unit.ch != '点' && unit.ch != '艾' && unit.ch != '特' {
                (run, digits) = (0, 0);
            } else if matches!(unit.ch, '@' | '.' | ':' | '点' | '。' | '#' | '．' | '＠') {
                marks += 1;
            }
        }
        // A value may stand before its cue.
        run >= 5 && (cue || marks > 0)
    }

    /// Whether there are five letters and digits at all, which most texts have not.
    fn has_letters_and_digits(&self, units: &[Unit]) -> bool {
        let class = |unit: &Unit| self.classes.get(unit.ch as usize).copied().unwrap_or(0);
        units.iter().filter(|unit| class(unit) & (DIGIT | LATIN) != 0).count() >= 5
    }

    /// Whether a text says that a piece of a value stands elsewhere.
    pub(super) fn speaks_of_pieces(&self, original: &str, units: &[Unit]) -> bool {
        (0..units.len()).any(|at| {
            self.class(units[at].ch) & PART != 0
                && self
                    .channels
                    .at(units, at, |at| plus_before(original, units, at))
                    .is_some_and(|(index, _)| matches!(self.channels.cue(index).kind, CueKind::First | CueKind::Rest))
        })
    }
}
