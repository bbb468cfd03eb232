//! Terms and their senses, found in one pass over a folded text, by form and by sound.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::sense::Sense;
use super::trie::{Place, Trie};
use super::{PackError, columns, fault};
use crate::text::syllable::Syllable;
use crate::text::{CharTable, Folded, Steps, is_ideograph, is_spaced_letter};

/// A term that stands in a text: its sense, the units it covers and what had to be undone to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// First unit.
    pub from: u32,
    /// One past the last unit.
    pub to: u32,
    /// What the term means here.
    pub sense: Sense,
    /// All steps that were needed.
    pub steps: Steps,
}

/// Where the letters and the senses of a term stand.
#[derive(Clone, Default)]
struct Term {
    letters: Range<u32>,
    senses: Range<u32>,
}

/// All terms of all packs.
pub struct Lexicon {
    terms: Vec<Term>,
    letters: Vec<char>,
    senses: Vec<Sense>,
    by_form: Trie,
    /// Terms by their syllables.
    by_sound: Trie,
    by_initials: FxHashMap<String, Vec<u32>>,
}

/// Collects the lines of the lexicons.
pub struct Builder<'a> {
    characters: &'a CharTable,
    folded: Folded,
    by_form: Trie,
    terms: Vec<Term>,
    letters: Vec<char>,
    /// Terms and their senses, in the order of the lines.
    senses: Vec<(u32, Sense)>,
}

impl<'a> Builder<'a> {
    /// An empty lexicon whose terms will be folded by `characters`.
    pub fn new(characters: &'a CharTable) -> Builder<'a> {
        let (terms, letters, senses) = (Vec::new(), Vec::new(), Vec::new());
        Builder { characters, folded: Folded::default(), by_form: Trie::default(), terms, letters, senses }
    }

    /// Adds one line: term, sense, bits, source, innocent uses.
    ///
    /// # Errors
    /// An unknown sense, a weight that is no number, an empty term, the same term and sense twice.
    pub fn add(&mut self, file: &str, line: usize, cells: &[&str]) -> Result<(), PackError> {
        let [term, sense, bits, _source, _innocent] = columns(file, line, cells)?;
        let Some(sense) = Sense::parse(sense) else {
            return Err(fault(file, line, &format!("no sense is called \"{sense}\"; the list is in pack/sense.rs")));
        };
        if !bits.parse().is_ok_and(|bits: f32| (-9.0..=9.0).contains(&bits)) {
            let message = format!("weight is not a number from -9 to 9: \"{bits}\"; give bits, such as 2.5");
            return Err(fault(file, line, &message));
        }
        self.characters.fold(term, &mut self.folded);
        let letters = self.folded.units.iter().map(|unit| unit.ch);
        if letters.len() == 0 {
            return Err(fault(file, line, "nothing is left of the term once symbols are folded away; take the line out"));
        }
        let next = self.terms.len() as u32;
        let number = self.by_form.insert(letters.clone().map(u32::from), next);
        if number == next {
            let start = self.letters.len() as u32;
            self.letters.extend(letters);
            self.terms.push(Term { letters: start..self.letters.len() as u32, senses: 0..0 });
        }
        self.senses.push((number, sense));
        Ok(())
    }

    /// The lexicon of all lines added. Of terms that sound alike the first is the one that is guessed.
    pub fn build(mut self) -> Lexicon {
        self.gather_senses();
        let Builder { characters, by_form, terms, letters, senses, .. } = self;
        let senses: Vec<Sense> = senses.into_iter().map(|(_, sense)| sense).collect();
        let mut by_sound = Trie::default();
        let mut by_initials: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (number, term) in terms.iter().enumerate() {
            let worth_hiding = senses[range(&term.senses)].iter().any(|sense| is_worth_hiding(*sense));
            let letters = &letters[range(&term.letters)];
            let sounds = letters.iter().map(|ch| u32::from(characters.syllable(*ch)));
            if !worth_hiding || letters.len() < 2 || sounds.clone().any(|sound| sound == 0) {
                continue;
            }
            if letters.len() > 2 || !letters.iter().any(|ch| FUNCTION_WORDS.contains(*ch)) {
                by_sound.insert(sounds, number as u32);
            }
            if (2..=3).contains(&letters.len()) {
                let initials: String = letters.iter().filter_map(|ch| characters.syllable_name(*ch).chars().next()).collect();
                by_initials.entry(initials).or_default().push(number as u32);
            }
        }
        Lexicon { terms, letters, senses, by_form, by_sound, by_initials }
    }

    /// Brings the senses of each term together, in the order of their lines, each once.
    fn gather_senses(&mut self) {
        self.senses.sort_by_key(|(term, _)| *term);
        let mut gathered: Vec<(u32, Sense)> = Vec::with_capacity(self.senses.len());
        for of_term in self.senses.chunk_by(|(a, _), (b, _)| a == b) {
            let start = gathered.len();
            for sense in of_term {
                if !gathered[start..].contains(sense) {
                    gathered.push(*sense);
                }
            }
            self.terms[of_term[0].0 as usize].senses = start as u32..gathered.len() as u32;
        }
        self.senses = gathered;
    }
}

fn range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Characters of grammar: a word of two syllables that holds one is too common to be guessed by sound.
const FUNCTION_WORDS: &str = "的了是在有我你他她它不人个这那就也都和与很到说要去会着没看自己过下上么为可以能还把被让从对里后得";

/// Senses that somebody has a reason to hide. Words of other senses are written as they are.
fn is_worth_hiding(sense: Sense) -> bool {
    use super::sense::Slot;
    matches!(
        sense.slot(),
        Slot::Child | Slot::Transfer | Slot::Consideration | Slot::Papers | Slot::Pregnancy | Slot::Surrogacy | Slot::Channel
    )
}

/// A match before longer ones have won over those they hold.
#[derive(Clone, Copy)]
struct Candidate {
    from: u32,
    to: u32,
    term: u32,
    steps: Steps,
}

/// Buffers for scanning; one a thread.
#[derive(Default)]
pub struct Scanner {
    places: Vec<Place>,
    candidates: Vec<Candidate>,
    guesses: Vec<Candidate>,
}

impl Lexicon {
    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms in the order of their lines, as folded text.
    pub fn terms(&self) -> impl Iterator<Item = String> + '_ {
        self.terms.iter().map(|term| self.letters_of(term).iter().collect())
    }

    fn letters_of(&self, term: &Term) -> &[char] {
        &self.letters[range(&term.letters)]
    }

    /// The terms that are more than ideographs, as folded text.
    pub(super) fn spaced_terms(&self) -> impl Iterator<Item = String> + '_ {
        let terms = self.terms.iter().map(|term| self.letters_of(term));
        terms.filter(|letters| !letters.iter().all(|ch| is_ideograph(*ch))).map(|letters| letters.iter().collect())
    }

    /// Appends the terms of `folded`, in order of place, to `hits`. A term inside a longer one does not count: that is
    /// how "draw a pension" is kept from being read as "adopt".
    pub fn scan(&self, folded: &Folded, scanner: &mut Scanner, hits: &mut Vec<Hit>) {
        scanner.candidates.clear();
        let units = &folded.units;
        self.by_form.places(units.iter().map(|unit| u32::from(unit.ch)), &mut scanner.places);
        // The longest term from each place counts, unless one from an earlier place goes as far.
        let mut covered = 0;
        for place in &scanner.places {
            let from = place.at;
            let rest = units[from + place.len..].iter().map(|unit| u32::from(unit.ch));
            let mut longest = None;
            self.by_form.words_at(place, rest, |len, term| {
                if !cuts_word(folded, from, from + len) {
                    longest = Some((from + len, term));
                }
            });
            if let Some((to, term)) = longest.filter(|(to, _)| *to > covered) {
                covered = to;
                if scanner.candidates.last().is_some_and(|last| last.from as usize == from) {
                    scanner.candidates.pop();
                }
                scanner.candidates.push(Candidate { from: from as u32, to: to as u32, term, steps: Steps::NONE });
            }
        }
        for candidate in &scanner.candidates {
            let steps = folded.steps(candidate.from as usize, candidate.to as usize);
            self.push(candidate, steps, hits);
        }
    }

    /// Appends what sounds like a term but is written otherwise: homophones, pinyin, initials.
    ///
    /// What stands there as a common word is left alone, and so is what a known term already covers.
    pub fn scan_by_sound(
        &self,
        characters: &CharTable,
        folded: &Folded,
        syllables: &[Syllable],
        scanner: &mut Scanner,
        hits: &mut Vec<Hit>,
    ) {
        scanner.guesses.clear();
        self.by_sound.places(syllables.iter().map(|syllable| u32::from(syllable.sound)), &mut scanner.places);
        for place in &scanner.places {
            let rest = syllables[place.at + place.len..].iter().map(|syllable| u32::from(syllable.sound));
            self.by_sound.words_at(place, rest, |len, term| {
                let run = &syllables[place.at..place.at + len];
                if let Some(steps) = self.reading(characters, folded, run, self.letters_of(&self.terms[term as usize])) {
                    scanner.guesses.push(Candidate { from: run[0].from, to: run[len - 1].to, term, steps });
                }
            });
        }
        self.guess_initials(folded, &mut scanner.guesses);
        drop_contained(&mut scanner.guesses);
        let exact = std::mem::take(&mut scanner.candidates);
        for guess in &scanner.guesses {
            let covered = exact.iter().any(|known| known.from < guess.to && guess.from < known.to && known.to - known.from >= 2);
            if !covered {
                let steps = guess.steps.with(folded.steps(guess.from as usize, guess.to as usize));
                self.push(guess, steps, hits);
            }
        }
        scanner.candidates = exact;
    }

    /// The steps by which `run` is read as `letters`, or `None` where it is the term itself or ordinary words.
    fn reading(&self, characters: &CharTable, folded: &Folded, run: &[Syllable], letters: &[char]) -> Option<Steps> {
        let mut steps = Steps::NONE;
        for (syllable, letter) in run.iter().zip(letters) {
            if syllable.steps.has(Steps::PINYIN) {
                steps = steps.with(Steps::PINYIN);
            } else if syllable.ch != *letter {
                steps = steps.with(Steps::HOMOPHONE);
            }
        }
        if steps.is_empty() {
            return None;
        }
        if steps.has(Steps::HOMOPHONE) && reads_as_words(characters, folded, run[0].from as usize, run[run.len() - 1].to as usize, letters)
        {
            return None;
        }
        Some(steps)
    }

    fn guess_initials(&self, folded: &Folded, guesses: &mut Vec<Candidate>) {
        let units = &folded.units;
        let mut at = 0;
        while at < units.len() {
            if !units[at].ch.is_ascii_lowercase() {
                at += 1;
                continue;
            }
            let len = units[at..].iter().take_while(|unit| unit.ch.is_ascii_alphanumeric()).count();
            let beside = at > 0 && is_ideograph(units[at - 1].ch) || units.get(at + len).is_some_and(|unit| is_ideograph(unit.ch));
            if beside && (2..=3).contains(&len) {
                let initials: String = units[at..at + len].iter().map(|unit| unit.ch).collect();
                for &term in self.by_initials.get(&initials).into_iter().flatten() {
                    guesses.push(Candidate { from: at as u32, to: (at + len) as u32, term, steps: Steps::INITIALS });
                }
            }
            at += len.max(1);
        }
    }

    fn push(&self, candidate: &Candidate, steps: Steps, hits: &mut Vec<Hit>) {
        for &sense in &self.senses[range(&self.terms[candidate.term as usize].senses)] {
            hits.push(Hit { from: candidate.from, to: candidate.to, sense, steps });
        }
    }
}

/// Whether letters or digits go on beyond a term that starts or ends with some: `homeland` holds no `home`, and
/// `U110000123` no `110`. Digits behind letters are another word, as in `vx154`, unless letters stand before them again.
pub(super) fn cuts_word(folded: &Folded, from: usize, to: usize) -> bool {
    let units = &folded.units;
    let joined = |left: usize| !units[left + 1].spaced;
    let letter = |at: usize| is_spaced_letter(units[at].ch);
    let digit = |at: usize| units[at].ch.is_ascii_digit();
    if from > 0 && joined(from - 1) {
        let before = from - 1;
        if letter(from) && (letter(before) || digit(before) && is_code(folded, before)) {
            return true;
        }
        if digit(from) && (digit(before) || letter(before)) {
            return true;
        }
    }
    to < units.len() && joined(to - 1) && (letter(to - 1) && letter(to) || digit(to - 1) && (digit(to) || letter(to)))
}

/// Whether the digits that end at `last` follow letters, as in a code.
fn is_code(folded: &Folded, last: usize) -> bool {
    let units = &folded.units;
    let digits = (0..=last).rev().take_while(|at| units[*at].ch.is_ascii_digit() && (*at == last || !units[at + 1].spaced)).count();
    let first = last + 1 - digits;
    first > 0 && is_spaced_letter(units[first - 1].ch) && !units[first].spaced
}

/// Whether characters that sound like a term are there as words of their own: each of them that differs from the term
/// belongs to a common word with a neighbour, inside the run or beyond it.
fn reads_as_words(characters: &CharTable, folded: &Folded, from: usize, to: usize, letters: &[char]) -> bool {
    let units = &folded.units;
    let word = |at: usize| {
        at + 1 < units.len() && units[at + 1].gap.is_empty() && !units[at + 1].spaced && characters.is_word(units[at].ch, units[at + 1].ch)
    };
    let single = to - from == letters.len();
    (from..to)
        .enumerate()
        .filter(|(index, at)| !single || letters.get(*index) != Some(&units[*at].ch))
        .all(|(_, at)| (at > 0 && word(at - 1)) || word(at))
}

/// Sorts candidates by place and drops those that lie inside a longer one.
fn drop_contained(candidates: &mut Vec<Candidate>) {
    candidates.sort_by_key(|candidate| (candidate.from, std::cmp::Reverse(candidate.to), candidate.term));
    let mut longest: (u32, u32) = (0, 0);
    candidates.retain(|candidate| {
        let inside = candidate.to <= longest.1 && (candidate.from, candidate.to) != longest;
        if candidate.to > longest.1 {
            longest = (candidate.from, candidate.to);
        }
        !inside
    });
}

#[cfg(test)]
mod tests {
    use super::super::Packs;
    use super::*;

    fn packs() -> Packs {
        let characters = "领\tling\t領\t令页\n养\tyang\t養\t\n老\tlao\t\t\n金\tjin\t\t\n男\tnan\t\t田力\n宝\tbao\t寶\t\n南\tnan\t\t\n包\tbao\t\t\n书\tshu\t書\t\n难\tnan\t難\t\n保\tbao\t\t\n";
        let lexicon = "领养\ttake\t1\tpress\t-\n领养老金\tpension\t-2\tcommon\t-\n男宝\tchild_code_male\t2\tpress\t-\nrehome\tgive\t1\tpress\tpets\n110\tpolice\t-2\tpress\t-\n";
        let words = "书包\n难保\n";
        Packs::parse(&[("zh/characters.tsv", characters), ("zh/lexicon.tsv", lexicon), ("zh/words.txt", words)]).expect("valid")
    }

    fn senses(text: &str) -> Vec<(&'static str, String)> {
        let packs = packs();
        let mut folded = Folded::default();
        packs.characters.fold(text, &mut folded);
        let (mut scanner, mut hits, mut syllables) = (Scanner::default(), Vec::new(), Vec::new());
        packs.lexicon.scan(&folded, &mut scanner, &mut hits);
        packs.pinyin.read(&packs.characters, &folded, &mut syllables);
        packs.lexicon.scan_by_sound(&packs.characters, &folded, &syllables, &mut scanner, &mut hits);
        hits.iter()
            .map(|hit| {
                let span = folded.span(hit.from as usize, hit.to as usize);
                (hit.sense.name(), span.slice(text).expect("on boundaries").to_owned())
            })
            .collect()
    }

    #[test]
    fn the_longest_term_wins() {
        assert_eq!(senses("领养"), [("take", "领养".to_owned())]);
        assert_eq!(senses("领养老金"), [("pension", "领养老金".to_owned())]);
    }

    #[test]
    fn a_disguised_term_is_found_where_it_stands() {
        assert_eq!(senses("領*養"), [("take", "領*養".to_owned())]);
        assert_eq!(senses("有田力宝"), [("child_code_male", "田力宝".to_owned())]);
        assert_eq!(senses("有南包"), [("child_code_male", "南包".to_owned())]);
        assert_eq!(senses("有nanbao"), [("child_code_male", "nanbao".to_owned())]);
        assert_eq!(senses("有nb的"), [("child_code_male", "nb".to_owned())]);
    }

    #[test]
    fn a_common_word_is_no_homophone() {
        assert_eq!(senses("男书包"), []);
        assert_eq!(senses("难保"), []);
        assert_eq!(senses("难包"), [("child_code_male", "难包".to_owned())]);
    }

    #[test]
    fn latin_terms_stand_between_word_borders() {
        assert_eq!(senses("Rehome her"), [("give", "Rehome".to_owned())]);
        assert_eq!(senses("prehomeland"), []);
        assert_eq!(senses("rehome154"), [("give", "rehome".to_owned())]);
        assert_eq!(senses("20rehome"), [("give", "rehome".to_owned())]);
        assert_eq!(senses("a20rehome"), []);
    }

    #[test]
    fn terms_of_digits_stand_alone() {
        for text in ["打110了", "拨110,", "110", "call 110 now"] {
            assert_eq!(senses(text), [("police", "110".to_owned())], "{text}");
        }
        for text in ["U110000123", "1100", "0110", "a110", "110b", "154-1100-0110"] {
            assert_eq!(senses(text), [], "{text}");
        }
    }
}
