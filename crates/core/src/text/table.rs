//! The character table: how each character is folded, built once from pack data.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

use super::{Folded, Steps, Unit, is_ideograph};

/// What is done with a character, packed in 32 bits: an action, a payload, the steps it costs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Stays, or becomes another character.
    Map(char, Steps),
    /// Becomes several characters.
    Expand(u32, Steps),
    /// Is not there for a reader.
    Drop,
    /// A symbol that people put between characters.
    Noise,
    /// A symbol that may be noise or mean something: `-`, `~`, `.`, `/`.
    Soft,
    /// White space.
    Space,
}

const BMP: usize = 0x1_0000;
/// Mathematical letters; enclosed letters and flags; ideographs of old Korean and Taiwanese standards.
const COMPATIBILITY_BEYOND: [std::ops::RangeInclusive<u32>; 3] = [0x1D400..=0x1D7FF, 0x1F100..=0x1F1FF, 0x2F800..=0x2FA1F];
const PAIR_BITS: usize = 1 << 17;

/// How characters are folded. Build once, share between threads.
pub struct CharTable {
    actions: Vec<Action>,
    beyond: FxHashMap<char, Action>,
    expansions: Vec<Vec<char>>,
    joins: FxHashMap<(char, char), char>,
    /// Characters that are halves of others, one bit each.
    halves: Vec<u64>,
    /// Pairs that join, a bit by hash: most neighbours are halves of nothing together.
    pairs: Vec<u64>,
    /// Characters that stay as they are, one bit each.
    plain: Vec<u64>,
    words: FxHashSet<(char, char)>,
    term_pairs: FxHashSet<(char, char)>,
    syllables: Vec<u16>,
    syllable_names: Vec<String>,
}

/// One line of a pack's character table.
#[derive(Clone, Debug, Default)]
pub struct CharacterRow<'a> {
    /// The common form.
    pub ch: char,
    /// Its reading in pinyin without tone.
    pub pinyin: &'a str,
    /// Traditional and variant forms.
    pub variants: &'a str,
    /// The two parts it is split into, or nothing.
    pub parts: &'a str,
}

impl CharTable {
    /// Builds the table from a pack's characters, emoji and common words; `terms` are the lexicons' own words, which a
    /// split character may belong to.
    pub fn new<'a>(
        characters: impl IntoIterator<Item = CharacterRow<'a>>,
        emoji: impl IntoIterator<Item = (&'a str, &'a str)>,
        words: impl IntoIterator<Item = &'a str>,
        terms: impl IntoIterator<Item = &'a str>,
    ) -> CharTable {
        // What is joined is an ideograph, and so is one of two that it may belong to.
        let neighbours = |term: &'a str| {
            let pairs = term.chars().zip(term.chars().skip(1));
            pairs.filter(|(first, second)| is_ideograph(*first) || is_ideograph(*second))
        };
        let mut table = CharTable {
            actions: (0..BMP).map(|code| base_action(code as u32)).collect(),
            beyond: FxHashMap::default(),
            expansions: Vec::new(),
            joins: FxHashMap::default(),
            halves: vec![0; BMP / 64],
            pairs: vec![0; PAIR_BITS / 64],
            plain: vec![0; BMP / 64],
            words: words.into_iter().filter_map(pair).collect(),
            term_pairs: terms.into_iter().filter(|term| !term.is_ascii()).flat_map(neighbours).collect(),
            syllables: vec![0; BMP],
            syllable_names: vec![String::new()],
        };
        table.add_compatibility_forms();
        table.add_characters(characters);
        for (symbol, text) in emoji {
            let Some(first) = symbol.chars().next() else { continue };
            let letters: Vec<char> = text.chars().collect();
            let action = match letters[..] {
                [] => Action::Noise,
                [single] => Action::Map(single, Steps::EMOJI),
                _ => table.expansion(letters, Steps::EMOJI),
            };
            table.set(first, action);
        }
        table.follow_to_the_end();
        table.find_plain();
        table
    }

    /// Folds `original` into `out`, whose buffers are used again. Time is linear in the text.
    ///
    /// ```
    /// use magpie_core::pack::Packs;
    /// use magpie_core::text::Folded;
    ///
    /// let mut folded = Folded::default();
    /// Packs::builtin().characters.fold("領*養 ３個月", &mut folded);
    /// assert_eq!(folded.text(), "领养3个月");
    /// assert_eq!(folded.span(0, 2).slice("領*養 ３個月"), Some("領*養"));
    /// ```
    pub fn fold(&self, original: &str, out: &mut Folded) {
        self.fold_with(original, out, |ch| self.is_plain(ch));
    }

    /// Folds; characters that `is_plain` need no look at what they may become, be joined to or be kept apart by.
    fn fold_with(&self, original: &str, out: &mut Folded, is_plain: impl Fn(char) -> bool) {
        out.units.clear();
        let mut writer = Writer { table: self, units: &mut out.units, gap: Steps::NONE, pending: Pending::default(), latin: 0, foreign: 0 };
        let mut rest = writer.rest();
        for (at, ch) in original.char_indices() {
            let (start, end) = (at as u32, (at + ch.len_utf8()) as u32);
            if is_plain(ch)
                && let Some(after) = rest.before(self, ch)
            {
                writer.count(ch);
                writer.units.push(Unit { ch, start, end, steps: Steps::NONE, gap: Steps::NONE, spaced: false });
                rest = after;
                continue;
            }
            match self.action(ch) {
                Action::Map(to, steps) => writer.push(Unit { ch: to, start, end, steps, gap: Steps::NONE, spaced: false }),
                Action::Expand(index, steps) => {
                    for &to in &self.expansions[index as usize] {
                        match self.action(to) {
                            sign @ (Action::Noise | Action::Soft | Action::Space) => writer.hold(to, start, end, sign),
                            _ => writer.push(Unit { ch: to, start, end, steps, gap: Steps::NONE, spaced: false }),
                        }
                    }
                }
                Action::Drop => writer.gap = writer.gap.with(Steps::INVISIBLE),
                Action::Noise | Action::Soft | Action::Space => writer.hold(ch, start, end, self.action(ch)),
            }
            rest = writer.rest();
        }
        writer.flush(None);
        let (latin, foreign) = (writer.latin, writer.foreign);
        if foreign > 0 {
            read_confusables(&mut out.units);
        }
        out.latin = latin + foreign;
    }

    /// Lets each character become at once what it would become by and by: a compatibility form of a traditional
    /// character, such as U+F902, is read as the simplified one.
    fn follow_to_the_end(&mut self) {
        for code in (0..BMP as u32).chain(COMPATIBILITY_BEYOND.into_iter().flatten()) {
            let Some(ch) = char::from_u32(code) else { continue };
            if let Action::Map(to, steps) = self.action(ch)
                && to != ch
            {
                let (end, more) = self.end_of(to);
                self.set(ch, Action::Map(end, steps.with(more)));
            }
        }
        let mut expansions = std::mem::take(&mut self.expansions);
        for letter in expansions.iter_mut().flatten() {
            *letter = self.end_of(*letter).0;
        }
        self.expansions = expansions;
    }

    /// What a character becomes once nothing more is done with it, and the steps there.
    fn end_of(&self, ch: char) -> (char, Steps) {
        // No way is longer: a compatibility form of a variant of a variant.
        const LONGEST: usize = 4;
        let (mut last, mut steps) = (ch, Steps::NONE);
        for _ in 0..LONGEST {
            match self.action(last) {
                Action::Map(to, more) if to != last => (last, steps) = (to, steps.with(more)),
                _ => break,
            }
        }
        (last, steps)
    }

    fn find_plain(&mut self) {
        for code in 0..BMP {
            let Some(ch) = char::from_u32(code as u32) else { continue };
            if self.action(ch) == Action::Map(ch, Steps::NONE) {
                self.plain[code / 64] |= 1 << (code % 64);
            }
        }
    }

    #[inline]
    fn is_plain(&self, ch: char) -> bool {
        has(&self.plain, ch)
    }

    /// Whether two characters make a common word.
    pub fn is_word(&self, first: char, second: char) -> bool {
        self.words.contains(&(first, second))
    }

    /// The number of a character's syllable in pinyin without tone; 0 where it has none.
    pub fn syllable(&self, ch: char) -> u16 {
        self.syllables.get(ch as usize).copied().unwrap_or(0)
    }

    /// The syllable of a character by name; empty where it has none.
    pub fn syllable_name(&self, ch: char) -> &str {
        &self.syllable_names[usize::from(self.syllable(ch))]
    }

    /// The syllables by number; number 0 is none.
    pub fn syllable_names(&self) -> &[String] {
        &self.syllable_names
    }

    fn action(&self, ch: char) -> Action {
        match self.actions.get(ch as usize) {
            Some(action) => *action,
            None => self.beyond.get(&ch).copied().unwrap_or(Action::Map(ch, Steps::NONE)),
        }
    }

    fn set(&mut self, ch: char, action: Action) {
        match self.actions.get_mut(ch as usize) {
            Some(slot) => *slot = action,
            None => {
                self.beyond.insert(ch, action);
            }
        }
    }

    fn expansion(&mut self, letters: Vec<char>, steps: Steps) -> Action {
        self.expansions.push(letters);
        Action::Expand((self.expansions.len() - 1) as u32, steps)
    }

    /// Full-width, circled, parenthesised, mathematical and squared forms, and letters with marks.
    fn add_compatibility_forms(&mut self) {
        const BLOCKS: [std::ops::RangeInclusive<u32>; 12] = [
            0xA0..=0x24F,
            0x2B0..=0x2B8,
            0x1D2C..=0x1D6A,
            0x1E00..=0x1EFF,
            0x2070..=0x209F,
            0x2100..=0x218F,
            0x2460..=0x24FF,
            0x2E80..=0x2FDF,
            0x3200..=0x33FF,
            0xF900..=0xFAFF,
            0xFE30..=0xFE6F,
            0xFF00..=0xFFEF,
        ];
        for code in BLOCKS.into_iter().chain(COMPATIBILITY_BEYOND).flatten() {
            let Some(ch) = char::from_u32(code) else { continue };
            if !matches!(self.action(ch), Action::Map(..)) {
                continue;
            }
            let letters: Vec<char> = match code {
                // Black circled digits and squared letters have no compatibility form.
                0x24EB..=0x24F4 => (code - 0x24EB + 11).to_string().chars().collect(),
                0x24F5..=0x24FE => (code - 0x24F5 + 1).to_string().chars().collect(),
                0x1F130..=0x1F149 => vec![letter(code - 0x1F130)],
                0x1F150..=0x1F169 => vec![letter(code - 0x1F150)],
                0x1F170..=0x1F189 => vec![letter(code - 0x1F170)],
                0x1F1E6..=0x1F1FF => vec![letter(code - 0x1F1E6)],
                _ => ch.nfkd().filter(|part| !is_mark(*part)).flat_map(char::to_lowercase).map(plain_letter).collect(),
            };
            let steps = if ch.is_alphabetic() && code < 0x1F00 { Steps::NONE } else { Steps::WIDTH };
            let action = match letters[..] {
                [] => Action::Drop,
                [single] if single == ch => continue,
                [single] => match base_action(single as u32) {
                    Action::Map(to, _) => Action::Map(to, steps),
                    other => other,
                },
                // "(1)" is a circled 1.
                ['(', ref inner @ .., ')'] if !inner.is_empty() => {
                    let inner = inner.to_vec();
                    self.expansion(inner, steps)
                }
                _ => self.expansion(letters, steps),
            };
            self.set(ch, action);
        }
        for (from, to) in [('\u{0111}', 'd'), ('\u{0110}', 'd'), ('ø', 'o'), ('Ø', 'o'), ('ı', 'i'), ('ł', 'l'), ('Ł', 'l')] {
            self.set(from, Action::Map(to, Steps::NONE));
        }
        for (from, to) in SMALL_CAPITALS.chars().zip(SMALL_CAPITALS_READ.chars()) {
            self.set(from, Action::Map(to, Steps::CONFUSABLE));
        }
        // Tags and selectors that nobody sees.
        for code in 0xE0000..=0xE01EF {
            self.set(char::from_u32(code).expect("not a surrogate"), Action::Drop);
        }
        for digit in 0x2776..=0x2793 {
            let value = (digit - 0x2776) % 10 + 1;
            let letters: Vec<char> = value.to_string().chars().collect();
            let action = match letters[..] {
                [single] => Action::Map(single, Steps::WIDTH),
                _ => self.expansion(letters, Steps::WIDTH),
            };
            self.set(char::from_u32(digit).expect("dingbat digits"), action);
        }
    }

    fn add_characters<'a>(&mut self, characters: impl IntoIterator<Item = CharacterRow<'a>>) {
        let mut numbers: FxHashMap<String, u16> = FxHashMap::default();
        for row in characters {
            if !row.pinyin.is_empty() {
                let next = numbers.len() as u16 + 1;
                let number = *numbers.entry(row.pinyin.to_owned()).or_insert(next);
                if number == next {
                    self.syllable_names.push(row.pinyin.to_owned());
                }
                if let Some(slot) = self.syllables.get_mut(row.ch as usize) {
                    *slot = number;
                }
            }
            for variant in row.variants.chars() {
                self.set(variant, Action::Map(row.ch, Steps::TRADITIONAL));
            }
            let mut parts = row.parts.chars();
            while let (Some(first), Some(second)) = (parts.next(), parts.next()) {
                self.add_join(first, second, row.ch);
            }
        }
    }

    /// Two parts join to a character in either order, unless they are a common word as they stand.
    fn add_join(&mut self, first: char, second: char, joined: char) {
        for (a, b) in [(first, second), (second, first)] {
            if !self.is_word(a, b) && !self.joins.contains_key(&(a, b)) {
                self.joins.insert((a, b), joined);
                let bit = pair_bit(a, b);
                self.pairs[bit / 64] |= 1 << (bit % 64);
                for half in [a, b] {
                    if let Some(slot) = self.halves.get_mut(half as usize / 64) {
                        *slot |= 1 << (half as usize % 64);
                    }
                }
            }
        }
    }

    /// Whether a character may be half of another; `false` is certain.
    #[inline]
    fn is_half(&self, ch: char) -> bool {
        ch as usize >= BMP || has(&self.halves, ch)
    }

    /// Whether two neighbours may be the halves of a character; `false` is certain.
    #[inline]
    fn may_join(&self, first: char, second: char) -> bool {
        let bit = pair_bit(first, second);
        self.is_half(first) && has(&self.halves, second) && self.pairs[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The character that two neighbours are the halves of.
    fn join(&self, first: char, second: char) -> Option<char> {
        if !self.may_join(first, second) {
            return None;
        }
        self.joins.get(&(first, second)).copied()
    }

    /// Whether two characters belong together, as a common word or within a term.
    fn belong(&self, first: char, second: char) -> bool {
        self.is_word(first, second) || self.term_pairs.contains(&(first, second))
    }
}

/// Where folded units are written; closes gaps and joins halves on the way.
struct Writer<'a> {
    table: &'a CharTable,
    units: &'a mut Vec<Unit>,
    gap: Steps,
    pending: Pending,
    /// Letters of ASCII, and of scripts that hold look-alikes.
    latin: u32,
    foreign: u32,
}

/// Symbols and spaces read since the last character, kept until the next one says what they are.
#[derive(Default)]
struct Pending {
    held: Vec<(char, u32, u32, bool)>,
    spaced: bool,
}

/// What stands before a character that is plain, and may be written as it is.
#[derive(Clone, Copy)]
struct Rest {
    /// Whether the character may settle something: what is held, a gap, or two halves.
    open: bool,
    /// The last character, or NUL.
    last: char,
}

impl Rest {
    /// What stands before the next character once a plain one is written; `None` where it may settle or join anything.
    #[inline]
    fn before(self, table: &CharTable, ch: char) -> Option<Rest> {
        (!self.open && !table.may_join(self.last, ch)).then_some(Rest { open: false, last: ch })
    }
}

impl Writer<'_> {
    fn hold(&mut self, ch: char, start: u32, end: u32, action: Action) {
        let ch = if action == Action::Space { ' ' } else { ch };
        self.pending.spaced |= action == Action::Space;
        self.pending.held.push((ch, start, end, action == Action::Noise));
    }

    /// What a plain character would stand behind.
    fn rest(&self) -> Rest {
        let unit = |back: usize| self.units.len().checked_sub(back).map_or('\0', |at| self.units[at].ch);
        let open = !self.pending.held.is_empty() || self.pending.spaced || !self.gap.is_empty();
        Rest { open: open || self.table.may_join(unit(2), unit(1)), last: unit(1) }
    }

    #[inline]
    fn count(&mut self, ch: char) {
        match ch {
            'a'..='z' => self.latin += 1,
            '\u{370}'..='\u{52F}' => self.foreign += 1,
            _ => {}
        }
    }

    #[inline]
    fn push(&mut self, mut unit: Unit) {
        if !self.pending.held.is_empty() {
            self.flush(Some(unit.ch));
        }
        unit.gap = unit.gap.with(self.gap);
        unit.spaced = self.pending.spaced;
        self.gap = Steps::NONE;
        self.pending.spaced = false;
        self.count(unit.ch);
        if is_ideograph(unit.ch) && self.units.last().is_some_and(|last| self.table.is_half(last.ch)) {
            self.join(unit);
        } else {
            self.put(unit);
        }
    }

    /// Writes a unit and joins halves until none are left that could be: a character that is joined may be a half itself,
    /// and may make a word with a neighbour.
    fn join(&mut self, mut unit: Unit) {
        let mut waiting = Vec::new();
        loop {
            if let Some(joined) = self.join_with_last(unit) {
                self.units.pop();
                unit = joined;
            } else if let Some(joined) = self.join_last_two(unit) {
                self.units.truncate(self.units.len() - 2);
                waiting.push(std::mem::replace(&mut unit, joined));
            } else {
                self.put(unit);
                let Some(next) = waiting.pop() else { return };
                unit = next;
            }
        }
    }

    /// The character of which `unit` and the unit before it are the halves. Halves that are words of their own are joined
    /// only where the character belongs to a neighbour.
    fn join_with_last(&self, unit: Unit) -> Option<Unit> {
        let last = self.back(1)?;
        let joined = self.table.join(last.ch, unit.ch).filter(|_| is_ideograph(unit.ch))?;
        let certain = is_radical(last.ch) || is_radical(unit.ch);
        let wanted = certain || self.back(2).is_some_and(|before| self.table.belong(before.ch, joined));
        wanted.then(|| join_units(last, unit, joined))
    }

    /// The character of which the two units before `unit` are the halves, where they only now are seen to make a word.
    fn join_last_two(&self, unit: Unit) -> Option<Unit> {
        let (before, last) = (self.back(2)?, self.back(1)?);
        let joined = self.table.join(before.ch, last.ch).filter(|_| is_ideograph(unit.ch))?;
        let wanted = self.table.belong(joined, unit.ch) && !self.table.belong(last.ch, unit.ch);
        wanted.then(|| join_units(before, last, joined))
    }

    /// The unit that was written `steps` before the next one.
    fn back(&self, steps: usize) -> Option<Unit> {
        self.units.len().checked_sub(steps).map(|at| self.units[at])
    }

    /// Writes a unit. Where it shares bytes with the units before it, as when half of an emoji's word is joined to a
    /// neighbour, all of them stand for the whole.
    fn put(&mut self, mut unit: Unit) {
        let from = self.units.iter().rposition(|before| before.end <= unit.start).map_or(0, |at| at + 1);
        if from < self.units.len() {
            unit.start = unit.start.min(self.units[from].start);
            unit.end = unit.end.max(self.units[self.units.len() - 1].end);
            for before in &mut self.units[from..] {
                (before.start, before.end) = (unit.start, unit.end);
            }
        }
        self.units.push(unit);
    }

    /// Decides what the held symbols are, now that both sides are known: noise inside words, or signs of their own.
    fn flush(&mut self, next: Option<char>) {
        let held = std::mem::take(&mut self.pending.held);
        let last = self.units.last().map(|unit| unit.ch);
        let (Some(before), Some(after)) = (last, next) else {
            // At the border of a text only the plus of a number means something.
            for &(ch, start, end, _) in held.iter().filter(|(ch, ..)| *ch == '+' && next.is_some_and(|next| next.is_ascii_digit())) {
                self.units.push(Unit { ch, start, end, steps: Steps::NONE, gap: Steps::NONE, spaced: false });
            }
            self.pending.spaced = false;
            self.recycle(held);
            return;
        };
        let ideographs = is_ideograph(before) || is_ideograph(after);
        let punctuation = !before.is_alphanumeric() || !after.is_alphanumeric();
        if ideographs || punctuation {
            if held.iter().any(|(ch, ..)| *ch != ' ') {
                self.gap = self.gap.with(Steps::SEPARATOR);
            }
        } else {
            let mut emitted_space = false;
            for &(ch, start, end, noise) in &held {
                let strong = noise && before.is_ascii_digit() && after.is_ascii_digit();
                if strong || (ch == ' ' && emitted_space) {
                    self.gap = self.gap.with(Steps::SEPARATOR);
                    continue;
                }
                emitted_space = ch == ' ';
                let unit = Unit { ch, start, end, steps: Steps::NONE, gap: self.gap, spaced: false };
                self.gap = Steps::NONE;
                self.units.push(unit);
            }
            self.pending.spaced = false;
        }
        self.recycle(held);
    }

    fn recycle(&mut self, mut held: Vec<(char, u32, u32, bool)>) {
        held.clear();
        self.pending.held = held;
    }
}

#[inline]
fn pair_bit(first: char, second: char) -> usize {
    let hash = (first as u32).wrapping_mul(0x9E37_79B9) ^ (second as u32).wrapping_mul(0x85EB_CA6B);
    (hash >> 15) as usize
}

#[inline]
fn has(bits: &[u64], ch: char) -> bool {
    bits.get(ch as usize / 64).is_some_and(|word| word >> (ch as usize % 64) & 1 == 1)
}

fn join_units(first: Unit, second: Unit, joined: char) -> Unit {
    let steps = first.steps.with(second.steps).with(second.gap).with(Steps::SPLIT);
    Unit { ch: joined, end: second.end, steps, ..first }
}

/// Letters of phonetic alphabets that look like Latin ones.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢɑɡɩ";
const SMALL_CAPITALS_READ: &str = "abcdefghijklmnopqrstuvwyzagi";

/// What is done with a character where no pack says otherwise.
fn base_action(code: u32) -> Action {
    let Some(ch) = char::from_u32(code) else { return Action::Drop };
    match ch {
        'A'..='Z' => Action::Map(ch.to_ascii_lowercase(), Steps::NONE),
        '*' | '|' | '_' | '^' | '`' | '丶' | '·' | '•' | '‧' | '∙' | '・' | '°' | '¯' | '´' | '¨' | '▪' | '■' | '□' | '◆' | '◇' | '●'
        | '★' | '☆' | '※' | '→' | '←' | '↓' | '↑' | '♥' | '♡' | '☞' | '╰' | '╮' | '▫' | '◦' | '§' | '¦' | '﹏' | '〃' | '¬' | '\\'
        | '=' | '<' | '>' | '{' | '}' | '〆' | 'じ' => Action::Noise,
        '-' | '~' | '.' | '/' | '+' | '–' | '—' | '―' | '‐' | '‑' | '−' | '～' | '&' | '#' => Action::Soft,
        '，' | '、' | '､' | '﹐' | '；' | ';' | '﹑' => Action::Map(',', Steps::NONE),
        '。' | '｡' | '．' => Action::Map(if ch == '．' { '.' } else { '。' }, Steps::NONE),
        '！' => Action::Map('!', Steps::NONE),
        '？' => Action::Map('?', Steps::NONE),
        '：' => Action::Map(':', Steps::NONE),
        '（' | '[' | '【' | '［' | '〔' => Action::Map('(', Steps::NONE),
        '）' | ']' | '】' | '］' | '〕' => Action::Map(')', Steps::NONE),
        '“' | '”' | '„' | '「' | '」' | '『' | '』' | '〝' | '〞' | '＂' => Action::Map('"', Steps::NONE),
        '‘' | '’' | '＇' => Action::Map('\'', Steps::NONE),
        '\n' | '\r' => Action::Map('\n', Steps::NONE),
        _ if ch.is_whitespace() => Action::Space,
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' => Action::Drop,
        _ if is_mark(ch) || ch.is_control() => Action::Drop,
        _ => {
            let mut lower = ch.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(single), None) => Action::Map(single, Steps::NONE),
                _ => Action::Map(ch, Steps::NONE),
            }
        }
    }
}

fn is_mark(ch: char) -> bool {
    matches!(ch, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{FE20}'..='\u{FE2F}')
}

fn letter(index: u32) -> char {
    (b'a' + index as u8) as char
}

fn plain_letter(ch: char) -> char {
    match ch {
        'đ' => 'd',
        'ø' => 'o',
        'ı' => 'i',
        'ł' => 'l',
        _ => ch,
    }
}

/// Parts of characters that are no words of their own: where one stands alone, somebody split a character.
fn is_radical(ch: char) -> bool {
    "亻氵扌忄纟钅讠饣犭礻衤阝艹辶刂冫宀疒攵彳廴虍罒爫冂勹匚卩厶廾彡戋弗勺亥尤丿巳尔圭亍幺皿隹夂冖丷⺀⺮朩丬灬攴殳豸酉".contains(ch)
        || ('\u{2E80}'..='\u{2FDF}').contains(&ch)
}

fn pair(word: &str) -> Option<(char, char)> {
    let mut letters = word.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(a), Some(b), None) => Some((a, b)),
        _ => None,
    }
}

/// Letters of other scripts that look Latin, read as Latin where they stand in a run with Latin letters or digits.
fn read_confusables(units: &mut [Unit]) {
    let in_run = |ch: char| ch.is_ascii_alphanumeric() || latin_look(ch).is_some();
    let mut from = 0;
    while from < units.len() {
        if !in_run(units[from].ch) {
            from += 1;
            continue;
        }
        let len = units[from..].iter().take_while(|unit| in_run(unit.ch)).count();
        let run = &mut units[from..from + len];
        if run.iter().any(|unit| unit.ch.is_ascii_alphanumeric()) {
            for unit in run {
                if let Some(latin) = latin_look(unit.ch) {
                    unit.ch = latin;
                    unit.steps = unit.steps.with(Steps::CONFUSABLE);
                }
            }
        }
        from += len;
    }
}

pub(super) fn latin_look(ch: char) -> Option<char> {
    Some(match ch {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'ё' => 'e',
        'һ' | 'н' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' | 'μ' => 'm',
        'η' => 'n',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' | 'ш' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'ζ' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::pack::Packs;
    use crate::text::Folded;

    fn assert_folds_as_the_long_way(text: &str) -> Result<(), TestCaseError> {
        let table = &Packs::builtin().characters;
        let (mut short, mut long) = (Folded::default(), Folded::default());
        table.fold(text, &mut short);
        table.fold_with(text, &mut long, |_| false);
        prop_assert_eq!(short.units, long.units);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn plain_characters_fold_as_the_long_way(text in "[领养送田力女子氵每宝的一了 *·.\u{200B}V信３ａ領🍼\u{4E00}-\u{9FFF}]{0,24}|\\PC{0,40}") {
            assert_folds_as_the_long_way(&text)?;
        }
    }

    #[test]
    fn letters_that_look_latin_stand_in_their_blocks() {
        let looks_latin = ('\0'..=char::MAX).filter(|ch| super::latin_look(*ch).is_some());
        assert!(looks_latin.into_iter().all(|ch| matches!(ch, 'µ' | '\u{370}'..='\u{52F}')));
    }

    #[test]
    fn halves_fold_as_the_long_way() {
        let table = &Packs::builtin().characters;
        let context = ["", "男", "送", "*", " ", "的", "a"];
        for &(first, second) in table.joins.keys() {
            for (before, after) in context.iter().flat_map(|before| context.iter().map(move |after| (before, after))) {
                assert_folds_as_the_long_way(&format!("{before}{first}{second}{after}")).expect("the same");
            }
        }
    }
}
