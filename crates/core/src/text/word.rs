//! Disguised words of Latin letters: `a d o p t`, `b.a.b.y`, `f0r`, `s@le`, `saaale`.
//!
//! A disguise is undone only where a word of the lexicons stands beneath it, so that other texts stay as they are. It is
//! undone after identifiers are read: a handle is what it is, letter by letter.
//! Start reading at [`WordReader::undo`].

use rustc_hash::{FxHashMap, FxHashSet};

use super::table::latin_look;
use super::{Folded, Steps, Unit, is_ideograph};

/// Knows the Latin words of the lexicons.
pub struct WordReader {
    /// Each with the number of times that terms hold it, less those that they hold it as two words, as `forsale`.
    words: FxHashMap<Box<str>, i32>,
    /// Words with signs or digits, such as `4d` or `m-pesa`, which are no disguise.
    signed: FxHashSet<Box<str>>,
    longest: usize,
}

/// Most letters of a run that is looked at.
const RUN_LIMIT: usize = 60;
/// Most letters of a run that may be read in two ways.
const OPEN_LIMIT: u32 = 5;

/// Most times that a letter is drawn out: more are a rule or a placeholder.
const REPEATED_LIMIT: usize = 10;

/// One letter as it may be read, and the units it stands for.
struct Letter {
    /// One reading, or two; an ASCII letter each.
    readings: [u8; 2],
    /// Whether the readings are the letter once and twice.
    repeated: bool,
    from: usize,
    to: usize,
    steps: Steps,
}

impl Letter {
    fn is_open(&self) -> bool {
        self.repeated || self.readings[0] != self.readings[1]
    }
}

/// What takes the place of units `from..to`.
struct Change {
    from: usize,
    to: usize,
    units: Vec<Unit>,
}

impl WordReader {
    /// A reader of the Latin words in `terms`, which are folded.
    pub fn new(terms: impl IntoIterator<Item = String>) -> WordReader {
        let terms: Vec<String> = terms.into_iter().collect();
        let mut reader = WordReader { words: FxHashMap::default(), signed: FxHashSet::default(), longest: 0 };
        for word in terms.iter().flat_map(|term| term.split(' ')) {
            if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                reader.add(word);
            } else {
                word.split(|ch: char| !ch.is_ascii_alphanumeric()).for_each(|part| reader.add(part));
                reader.signed.insert(word.into());
            }
        }
        // A word that is more often written as two is not cut out of spaced letters.
        let mut both = String::new();
        for term in &terms {
            for (first, second) in term.split(' ').zip(term.split(' ').skip(1)) {
                both.clear();
                both.extend([first, second]);
                if let Some(count) = reader.words.get_mut(both.as_str()) {
                    *count -= 1;
                }
            }
        }
        reader
    }

    fn add(&mut self, word: &str) {
        if word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return;
        }
        match self.words.get_mut(word) {
            Some(count) => *count += 1,
            None => drop(self.words.insert(word.into(), 1)),
        }
        self.longest = self.longest.max(word.len());
    }

    /// Undoes what hides words of Latin letters. Time is linear in the text.
    ///
    /// ```
    /// use magpie_core::pack::Packs;
    /// use magpie_core::text::Folded;
    ///
    /// let packs = Packs::builtin();
    /// let mut folded = Folded::default();
    /// packs.characters.fold("b.a.b.y  f0r  s@le", &mut folded);
    /// packs.words().undo(&mut folded);
    /// assert_eq!(folded.text(), "baby for sale");
    /// assert_eq!(folded.span(0, 4).slice("b.a.b.y  f0r  s@le"), Some("b.a.b.y"));
    /// ```
    pub fn undo(&self, folded: &mut Folded) {
        if !folded.may_hide_words() {
            return;
        }
        let foreign = has_look_alikes_alone(&folded.units);
        // Where narrow gaps are closed, wider ones may be those between letters: at most a few times.
        loop {
            let changes = self.spaced_letters(&folded.units, foreign);
            if changes.is_empty() {
                break;
            }
            apply(&mut folded.units, changes);
        }
        let changes = self.chunks(&folded.units, foreign);
        apply(&mut folded.units, changes);
    }

    /// Letters that stand each by itself.
    fn spaced_letters(&self, units: &[Unit], foreign: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut at = 0;
        while at < units.len() {
            if !is_single(units, at) {
                at += 1;
                continue;
            }
            let mut places = vec![at];
            while let Some(next) = next_single(units, places[places.len() - 1]) {
                places.push(next);
            }
            at = places[places.len() - 1] + 1;
            changes.extend(self.join(units, &places, foreign));
        }
        changes
    }

    /// Joins single letters to words; a gap that is wider than others parts words.
    fn join(&self, units: &[Unit], mut places: &[usize], foreign: bool) -> Option<Change> {
        let digit = |at: usize| !units[at].ch.is_alphabetic();
        while let [first, rest @ ..] = places
            && digit(*first)
        {
            places = rest;
        }
        while let [rest @ .., last] = places
            && digit(*last)
        {
            places = rest;
        }
        let digits = places.iter().filter(|at| digit(**at)).count();
        if places.len() < 3 || places.len() > RUN_LIMIT || digits * 2 > places.len() {
            return None;
        }
        let narrow = places.windows(2).map(|pair| width(units, pair[0], pair[1])).min()?;
        if places.len() == 3 && narrow > 0 {
            return None; // "U S A", "I a m"
        }
        let mut out = Vec::new();
        let mut is_changed = false;
        let mut from = 0;
        while from < places.len() {
            let wide = |at: &usize| width(units, places[at - 1], places[*at]) > narrow;
            let to = (from + 1..places.len()).find(wide).unwrap_or(places.len());
            match self.words_of(units, &places[from..to], foreign) {
                Some(words) => {
                    is_changed = true;
                    out.extend(words);
                }
                None => out.extend_from_slice(&units[places[from]..=places[to - 1]]),
            }
            if to < places.len() {
                out.extend_from_slice(&units[places[to - 1] + 1..places[to]]);
            }
            from = to;
        }
        is_changed.then(|| Change { from: places[0], to: places[places.len() - 1] + 1, units: out })
    }

    /// Single letters as one or more words, with blanks between them.
    fn words_of(&self, units: &[Unit], places: &[usize], foreign: bool) -> Option<Vec<Unit>> {
        if places.len() < 3 || self.signed.contains(&*written(units, places[0], places[places.len() - 1] + 1)) {
            return None;
        }
        let letters: Vec<Letter> = places.iter().map(|at| letter(units, *at, foreign)).collect::<Option<_>>()?;
        let (written, lens) = readings(&letters, |written| self.cut(written))?;
        let mut out = Vec::with_capacity(places.len());
        let mut index = 0;
        for len in lens {
            if index > 0 {
                let blank = units[places[index - 1] + 1];
                out.push(Unit { ch: ' ', steps: Steps::SEPARATOR, ..blank });
            }
            for place in 0..len {
                let gap = if place > 0 { Steps::SEPARATOR } else { Steps::NONE };
                out.push(written_unit(units, &letters[index], written[index], gap));
                index += 1;
            }
        }
        Some(out)
    }

    /// Cuts letters into as few words as can be; none if some are left over or only short words are found.
    fn cut(&self, letters: &str) -> Option<Vec<usize>> {
        // Number of words and length of the last one, for each start of `letters`.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; letters.len() + 1];
        best[0] = Some((0, 0));
        for to in 1..=letters.len() {
            for from in to.saturating_sub(self.longest)..to {
                let Some((count, _)) = best[from] else { continue };
                let word = &letters[from..to];
                let known = if word.len() == 1 { matches!(word, "a" | "i") } else { self.words.get(word).is_some_and(|count| *count >= 0) };
                if known && best[to].is_none_or(|(fewest, _)| count + 1 < fewest) {
                    best[to] = Some((count + 1, to - from));
                }
            }
        }
        let mut lens = Vec::new();
        let mut to = letters.len();
        while to > 0 {
            lens.push(best[to]?.1);
            to -= lens[lens.len() - 1];
        }
        lens.reverse();
        (lens.iter().all(|len| *len >= 3) || lens.iter().any(|len| *len >= 4)).then_some(lens)
    }

    /// Runs of letters with signs between them.
    fn chunks(&self, units: &[Unit], foreign: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut at = 0;
        while at < units.len() {
            let mut to = at;
            let mut looks = Looks::default();
            while to < units.len() && !(to > at && units[to].spaced) && looks.take(units, at, to, foreign) {
                to += 1;
            }
            if to - at >= 3 && looks.letters >= 2 && looks.is_odd() && !is_address(units, at, to) {
                self.chunk(units, at, to, foreign, &mut changes);
            }
            at = to.max(at + 1);
        }
        changes
    }

    /// One chunk as a word, or each of its pieces as one.
    fn chunk(&self, units: &[Unit], mut from: usize, mut to: usize, foreign: bool, changes: &mut Vec<Change>) {
        let is_edge = |at: usize| is_sign(units[at].ch) || matches!(units[at].ch, '!');
        while from < to && is_edge(from) {
            from += 1;
        }
        while from < to && is_edge(to - 1) {
            to -= 1;
        }
        let written = written(units, from, to);
        if self.signed.contains(&*written) {
            return;
        }
        let places: Vec<usize> = (from..to).filter(|at| !is_sign(units[*at].ch)).collect();
        let is_whole = places.len() == to - from;
        if let Some(change) = self.word(units, &places, foreign).filter(|_| is_whole || !self.is_compound(&written)) {
            changes.push(change);
        } else if !is_whole {
            for piece in places.chunk_by(|a, b| a + 1 == *b) {
                changes.extend(self.word(units, piece, foreign));
            }
        }
    }

    /// Whether a chunk is words with hyphens between them.
    fn is_compound(&self, written: &str) -> bool {
        written.split('-').all(|piece| self.words.contains_key(piece))
    }

    /// Letters that may be a word, unless they are one as they stand or a number with a unit.
    fn word(&self, units: &[Unit], places: &[usize], foreign: bool) -> Option<Change> {
        let (&first, &last) = (places.first()?, places.last()?);
        if places.len() < 3 || places.len() > RUN_LIMIT {
            return None;
        }
        let is_digit = |at: &usize| units[*at].ch.is_ascii_digit();
        let leading = places.iter().take_while(|at| is_digit(at)).count();
        let trailing = places.iter().rev().take_while(|at| is_digit(at)).count();
        let real = places.iter().filter(|at| units[**at].ch.is_alphabetic()).count();
        if leading > 1 || (leading == 1 && places.len() < 4) || real < 2 || real * 2 < places.len() {
            return None;
        }
        // "note5" is the fifth note: a digit behind a word hides nothing, unless it is a vowel or others stand in it.
        let is_vowel = trailing == 1 && matches!(units[last].ch, '0' | '1');
        if trailing > 0 && !is_vowel && places.iter().filter(|at| is_digit(at)).count() == trailing && real + trailing == places.len() {
            return None;
        }
        let plain: String = places.iter().map(|at| units[*at].ch).collect();
        if self.signed.contains(&*plain) || (last + 1 - first == places.len() && self.words.contains_key(&*plain)) {
            return None;
        }
        let letters = squeezed(units, places, foreign)?;
        let (written, ()) = readings(&letters, |written| (written.len() >= 3 && self.words.contains_key(written)).then_some(()))?;
        let mut out = Vec::with_capacity(written.len() + 2);
        out.extend(first.checked_sub(1).and_then(|before| blank(units, before, first)));
        let mut written = written.into_iter().peekable();
        for (index, letter) in letters.iter().enumerate() {
            let ch = written.next()?;
            let gap = if index > 0 && letters[index - 1].to < letter.from { Steps::SEPARATOR } else { Steps::NONE };
            let mut unit = written_unit(units, letter, ch, gap);
            if letter.repeated && written.peek() == Some(&ch) {
                written.next();
                unit.end = units[letter.to - 2].end;
                out.push(unit);
                unit = Unit { start: units[letter.to - 1].start, end: units[letter.to - 1].end, gap: Steps::NONE, ..unit };
            }
            out.push(unit);
        }
        // A sign behind the blank brings its own, if it is read as a letter.
        out.extend(blank(units, last, last + 1).filter(|_| units[last + 1].ch.is_alphanumeric()));
        Some(Change { from: first, to: last + 1, units: out })
    }
}

/// What a chunk holds that a plain word does not.
#[derive(Default)]
struct Looks {
    letters: usize,
    odd: bool,
    run: usize,
}

impl Looks {
    /// Takes the unit at `at` into a chunk from `from` on, if it may be part of one.
    fn take(&mut self, units: &[Unit], from: usize, at: usize, foreign: bool) -> bool {
        let unit = &units[at];
        let ch = unit.ch;
        if ch.is_ascii_lowercase() {
            self.letters += 1;
            self.run = if at > from && units[at - 1].ch == ch { self.run + 1 } else { 1 };
            self.odd |= self.run >= 3 || unit.steps.has(Steps::CONFUSABLE);
            return true;
        }
        let foreign_letter = foreign && latin_look(ch).is_some();
        self.letters += usize::from(foreign_letter);
        let taken = foreign_letter || digit_look(ch).is_some() || is_sign(ch) || ch.is_ascii_digit();
        self.odd |= taken;
        taken
    }

    fn is_odd(&self) -> bool {
        self.odd
    }
}

/// Calls `accept` with each way to read `letters` until one is taken; gives its letters and the answer.
fn readings<T>(letters: &[Letter], accept: impl Fn(&str) -> Option<T>) -> Option<(Vec<char>, T)> {
    let open = letters.iter().filter(|letter| letter.is_open()).count() as u32;
    if open > OPEN_LIMIT {
        return None;
    }
    for choice in 0..1_u32 << open {
        let mut written = String::with_capacity(letters.len() + open as usize);
        let mut bit = 0;
        for letter in letters {
            let second = letter.is_open() && choice >> bit & 1 == 1;
            bit += u32::from(letter.is_open());
            written.push(char::from(letter.readings[usize::from(second)]));
            if second && letter.repeated {
                written.push(char::from(letter.readings[1]));
            }
        }
        if let Some(answer) = accept(&written) {
            return Some((written.chars().collect(), answer));
        }
    }
    None
}

/// The unit at `at` as a letter.
fn letter(units: &[Unit], at: usize, foreign: bool) -> Option<Letter> {
    let Unit { ch, steps, .. } = units[at];
    let confusable = steps.has(Steps::CONFUSABLE);
    let (readings, steps) = match ch {
        // Capitals of Greek: what is small `n`, `v`, `u` is large `H`, `N`, `Y`.
        'n' if confusable => ([b'n', b'h'], steps),
        'v' if confusable => ([b'v', b'n'], steps),
        'u' if confusable => ([b'u', b'y'], steps),
        'a'..='z' => ([ch as u8; 2], steps),
        _ => match (digit_look(ch), latin_look(ch).filter(|_| foreign)) {
            (Some(readings), _) => (readings, steps.with(Steps::CONFUSABLE)),
            (None, Some(latin)) => ([latin as u8; 2], steps.with(Steps::CONFUSABLE)),
            (None, None) => return None,
        },
    };
    Some(Letter { readings, repeated: false, from: at, to: at + 1, steps })
}

/// The units at `places` as letters; three and more that are alike are one or two.
fn squeezed(units: &[Unit], places: &[usize], foreign: bool) -> Option<Vec<Letter>> {
    let mut letters: Vec<Letter> = Vec::with_capacity(places.len());
    for alike in places.chunk_by(|a, b| units[*a].ch == units[*b].ch && a + 1 == *b) {
        let is_repeated = (3..=REPEATED_LIMIT).contains(&alike.len()) && units[alike[0]].ch.is_ascii_lowercase();
        if is_repeated {
            let one = letter(units, alike[0], foreign)?;
            let to = alike[alike.len() - 1] + 1;
            letters.push(Letter { readings: [one.readings[0]; 2], repeated: true, to, steps: one.steps.with(Steps::REPEATED), ..one });
        } else {
            for at in alike {
                letters.push(letter(units, *at, foreign)?);
            }
        }
    }
    Some(letters)
}

fn written(units: &[Unit], from: usize, to: usize) -> String {
    units[from..to].iter().map(|unit| unit.ch).collect()
}

fn written_unit(units: &[Unit], letter: &Letter, ch: char, gap: Steps) -> Unit {
    let (first, last) = (units[letter.from], units[letter.to - 1]);
    Unit { ch, start: first.start, end: last.end, steps: letter.steps, gap: first.gap.with(gap), spaced: first.spaced }
}

/// The blank between a letter and a sign that is read as one: beside a sign, folding writes none.
fn blank(units: &[Unit], left: usize, right: usize) -> Option<Unit> {
    let (before, after) = (units.get(left)?, units.get(right)?);
    let words = is_letter(before.ch) && is_letter(after.ch) && after.spaced && before.end < after.start;
    words.then_some(Unit { ch: ' ', start: before.end, end: after.start, steps: Steps::NONE, gap: Steps::NONE, spaced: false })
}

/// What a digit or sign looks like among letters.
fn digit_look(ch: char) -> Option<[u8; 2]> {
    Some(match ch {
        '0' => [b'o'; 2],
        '1' | '!' => [b'i', b'l'],
        '3' | '€' => [b'e'; 2],
        '4' | '@' => [b'a'; 2],
        '5' | '$' => [b's'; 2],
        '6' | '9' => [b'g'; 2],
        '7' => [b't'; 2],
        '8' => [b'b'; 2],
        _ => return None,
    })
}

/// Signs that people put into words.
fn is_sign(ch: char) -> bool {
    matches!(ch, '*' | '|' | '_' | '^' | '`' | '·' | '•' | '~' | '-' | '=' | '°' | '¨' | '´' | '‧' | '∙' | '・' | '★' | '☆' | '♥' | '♡')
}

/// Whether a chunk is part of an address: `s@le.com`.
fn is_address(units: &[Unit], from: usize, to: usize) -> bool {
    let mark = |at: usize| units.get(at).is_some_and(|unit| matches!(unit.ch, '.' | '/' | ':' | '@'));
    let letter = |at: usize| units.get(at).is_some_and(|unit| unit.ch.is_alphanumeric() && !unit.spaced);
    (mark(to) && !units[to].spaced && letter(to + 1)) || (from > 1 && mark(from - 1) && letter(from - 2) && !units[from].spaced)
}

/// Whether the letters of other scripts in a text all look Latin, so that a word of them alone may be a Latin one.
fn has_look_alikes_alone(units: &[Unit]) -> bool {
    let mut some = false;
    for unit in units.iter().filter(|unit| matches!(unit.ch, '\u{370}'..='\u{52F}')) {
        if latin_look(unit.ch).is_none() {
            return false;
        }
        some = true;
    }
    some
}

fn is_letter(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '@' | '$' | '€') || ch.is_alphabetic() && !is_ideograph(ch)
}

/// Whether a letter stands by itself.
fn is_single(units: &[Unit], at: usize) -> bool {
    let joined = |left: usize, right: usize| is_letter(units[left].ch) && is_letter(units[right].ch) && !units[right].spaced;
    is_letter(units[at].ch) && !(at > 0 && joined(at - 1, at)) && !(at + 1 < units.len() && joined(at, at + 1))
}

/// The next single letter behind one to three signs or blanks.
fn next_single(units: &[Unit], at: usize) -> Option<usize> {
    let is_gap = |ch: char| is_sign(ch) || matches!(ch, ' ' | '.' | ',' | '/' | '+' | '#' | '&');
    let gap = units[at + 1..].iter().take(4).take_while(|unit| is_gap(unit.ch)).count();
    let next = at + 1 + gap;
    ((1..=3).contains(&gap) && next < units.len() && is_single(units, next)).then_some(next)
}

/// How wide the gap between two single letters is: signs, then a blank, then more.
fn width(units: &[Unit], left: usize, right: usize) -> u8 {
    let gap = &units[left + 1..right];
    let is_spaced = units[right].spaced || gap.iter().any(|unit| unit.ch == ' ' || unit.spaced);
    let read: u32 = gap.iter().map(|unit| unit.end - unit.start).sum();
    let is_wide = units[right].start - units[left].end > read;
    match (is_spaced, gap.len() > 1 || is_wide) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }
}

/// Puts changes, which are in order and apart, into `units`.
fn apply(units: &mut Vec<Unit>, changes: Vec<Change>) {
    if changes.is_empty() {
        return;
    }
    let mut out = Vec::with_capacity(units.len());
    let mut from = 0;
    for change in changes {
        out.extend_from_slice(&units[from..change.from]);
        out.extend(change.units);
        from = change.to;
    }
    out.extend_from_slice(&units[from..]);
    *units = out;
}
