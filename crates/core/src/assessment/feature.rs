//! What the model weighs: features of a reading, each at its place.
//!
//! In: a [`Reading`], and for a reply what it answers. Out: feature keys with their spans, the same key for the same
//! feature in fit and in use. Start reading at [`collect`].

use super::reading::{FieldReading, Reading, Sign};
use crate::pack::Sense;
use crate::text::{Unit, is_spaced_letter};
use crate::units::Field;

/// A feature by number: a hash of its kind and its parts, stable across versions and machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// The key of a feature by its name in the model file, such as `b:give` or `c:抱走`.
    ///
    /// ```
    /// use magpie_core::assessment::feature::Key;
    ///
    /// assert!(Key::parse("o:child_male>amount_high").is_some());
    /// assert!(Key::parse("o:child_male").is_none());
    /// ```
    pub fn parse(name: &str) -> Option<Key> {
        let (letter, rest) = name.split_once(':')?;
        let mut letters = letter.chars();
        let kind = Kind::parse(letters.next()?).filter(|_| letters.next().is_none())?;
        let sense = |name: &str| Sense::parse(name).map(|sense| sense as u32);
        let chars = |text: &str| -> Vec<u32> { text.chars().map(u32::from).collect() };
        Some(match kind {
            Kind::Body | Kind::Who | Kind::Group => key(kind, &[sense(rest)?]),
            Kind::Order => {
                let (first, second) = rest.split_once('>')?;
                key(kind, &[sense(first)?, sense(second)?])
            }
            Kind::Both => {
                let (first, second) = rest.split_once('+')?;
                key(kind, &[sense(first)?, sense(second)?])
            }
            Kind::Form | Kind::Name => {
                let mut parts = vec![0];
                parts.extend(chars(rest));
                key(kind, &parts)
            }
            Kind::Reply => {
                let code = rest.chars().next()?.to_digit(10)?;
                let mut parts = vec![code];
                parts.extend(chars(&rest[1..]));
                key(kind, &parts)
            }
            Kind::Beside => {
                let (open, close) = (rest.find('[')?, rest.rfind(']')?);
                let sense = sense(rest.get(open + 1..close)?)?;
                let (side, token) = if open == 0 { (1, &rest[close + 1..]) } else { (0, &rest[..open]) };
                let mut parts = vec![sense, side];
                parts.extend(chars(token));
                key(kind, &parts)
            }
            Kind::Whole | Kind::Parent => key(kind, &chars(rest)),
        })
    }
}

/// Kinds of features. The letter is how the model file names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sense in text or title.
    Body,
    /// A sense in the name or bio of the account.
    Who,
    /// A sense in the name of the group.
    Group,
    /// A sense followed by another within a few words.
    Order,
    /// Two senses anywhere in the post.
    Both,
    /// A run of words or characters in text or title.
    Form,
    /// A run of words or characters in a name, bio or group.
    Name,
    /// A sense and the word or character beside it.
    Beside,
    /// A fact about the post that a reply answers.
    Parent,
    /// A run of words or characters in a reply, by what it answers.
    Reply,
    /// A fact about the post as a whole.
    Whole,
}

impl Kind {
    /// In the order of their numbers.
    const LETTERS: [(Kind, char); 11] = [
        (Kind::Body, 'b'),
        (Kind::Who, 'w'),
        (Kind::Group, 'g'),
        (Kind::Order, 'o'),
        (Kind::Both, 'a'),
        (Kind::Form, 'c'),
        (Kind::Name, 'n'),
        (Kind::Beside, 'x'),
        (Kind::Parent, 'p'),
        (Kind::Reply, 'r'),
        (Kind::Whole, 'd'),
    ];

    fn parse(letter: char) -> Option<Kind> {
        Kind::LETTERS.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind)
    }

    /// The letter that names the kind.
    pub fn letter(self) -> char {
        Kind::LETTERS[self as usize].1
    }
}

/// A feature at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which feature.
    pub key: Key,
    /// Its kind.
    pub kind: Kind,
    /// The field it stands in.
    pub field: Field,
    /// First unit of the folded field.
    pub from: u32,
    /// One past the last unit; equal to `from` for a fact about the whole.
    pub to: u32,
}

/// What a reply answers: what is known of the posts above it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context {
    /// Whether the post is a reply.
    pub is_reply: bool,
    /// Whether a post above it was found to be trade.
    pub under_trade: bool,
    /// Whether the author opened the thread.
    pub by_opener: bool,
}

/// Takes features as they are found.
pub trait Sink {
    /// A feature at its place.
    fn put(&mut self, found: Found);
    /// The name of a feature, for those who want to read the model; called before `put`.
    fn name(&mut self, _key: Key, _name: &dyn Fn() -> String) {}
}

impl Sink for Vec<Found> {
    fn put(&mut self, found: Found) {
        self.push(found);
    }
}

fn key(kind: Kind, parts: &[u32]) -> Key {
    parts.iter().fold(KeyHash::new(kind), |hash, part| hash.with(*part)).key()
}

/// The hash of a feature's first parts, from which those with more parts go on.
#[derive(Clone, Copy)]
struct KeyHash(u64);

impl KeyHash {
    fn new(kind: Kind) -> KeyHash {
        KeyHash(0x9E37_79B9_7F4A_7C15 ^ (kind.letter() as u64))
    }

    fn with(self, part: u32) -> KeyHash {
        KeyHash((self.0.rotate_left(5) ^ u64::from(part)).wrapping_mul(0x517C_C1B7_2722_0A95))
    }

    fn key(self) -> Key {
        Key((self.0 ^ self.0 >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Signs of order are counted up to this distance, in characters.
const WINDOW: u32 = 16;

/// Finds the features of a reading.
pub fn collect(reading: &Reading, context: &Context, sink: &mut impl Sink) {
    let body = [Field::Title, Field::Text];
    let mut seen: Vec<(Sense, Field, u32, u32)> = Vec::new();
    let mut tokens_of_field = Vec::new();
    for field in Field::ALL {
        let read = reading.field(field);
        if read.folded.units.is_empty() {
            continue;
        }
        let kind = match field {
            Field::Title | Field::Text => Kind::Body,
            Field::AuthorName | Field::AuthorBio => Kind::Who,
            Field::GroupName => Kind::Group,
        };
        senses(read, field, kind, sink);
        tokens(&read.folded.units, &mut tokens_of_field);
        for sign in &read.signs {
            if !seen.iter().any(|(sense, ..)| *sense == sign.sense) {
                seen.push((sign.sense, field, sign.from, sign.to));
            }
        }
        if body.contains(&field) {
            order(read, field, sink);
            forms(read, field, Kind::Form, 3, 0, &tokens_of_field, sink);
            beside(read, field, &tokens_of_field, sink);
            if context.is_reply {
                let code = 1 + u32::from(context.under_trade) + 2 * u32::from(context.by_opener);
                forms(read, field, Kind::Reply, 2, code, &tokens_of_field, sink);
            }
        } else {
            forms(read, field, Kind::Name, 2, 0, &tokens_of_field, sink);
        }
    }
    both(&mut seen, sink);
    whole(reading, context, sink);
}

fn senses(read: &FieldReading, field: Field, kind: Kind, sink: &mut impl Sink) {
    let mut known = [false; 256];
    for sign in &read.signs {
        if !std::mem::replace(&mut known[sign.sense as usize], true) {
            let key = key(kind, &[sign.sense as u32]);
            sink.name(key, &|| format!("{}:{}", kind.letter(), sign.sense.name()));
            sink.put(Found { key, kind, field, from: sign.from, to: sign.to });
        }
    }
}

fn order(read: &FieldReading, field: Field, sink: &mut impl Sink) {
    for (at, first) in read.signs.iter().enumerate() {
        for second in read.signs[at + 1..].iter().take_while(|second| second.from < first.to + WINDOW).take(12) {
            if second.from < first.to || first.sense == second.sense {
                continue;
            }
            let key = key(Kind::Order, &[first.sense as u32, second.sense as u32]);
            sink.name(key, &|| format!("o:{}>{}", first.sense.name(), second.sense.name()));
            sink.put(Found { key, kind: Kind::Order, field, from: first.from, to: second.to });
        }
    }
}

fn both(seen: &mut [(Sense, Field, u32, u32)], sink: &mut impl Sink) {
    seen.sort();
    for (at, first) in seen.iter().enumerate() {
        for second in &seen[at + 1..] {
            let key = key(Kind::Both, &[first.0 as u32, second.0 as u32]);
            sink.name(key, &|| format!("a:{}+{}", first.0.name(), second.0.name()));
            sink.put(Found { key, kind: Kind::Both, field: second.1, from: second.2, to: second.3 });
        }
    }
}

/// Runs of one to `longest` tokens, and words by how they begin; digits are all alike, so that a number teaches nothing.
fn forms(read: &FieldReading, field: Field, kind: Kind, longest: usize, code: u32, tokens: &[Token], sink: &mut impl Sink) {
    let units = &read.folded.units;
    let start = KeyHash::new(kind).with(code);
    let mut put = |from: u32, to: u32, hash: KeyHash, sign: &str| {
        let key = hash.key();
        sink.name(key, &|| {
            let run: String = symbols(&units[from as usize..to as usize]).collect();
            if code > 0 { format!("{}:{code}{run}{sign}", kind.letter()) } else { format!("{}:{run}{sign}", kind.letter()) }
        });
        sink.put(Found { key, kind, field, from, to });
    };
    for (at, first) in tokens.iter().enumerate() {
        let (mut hash, mut read_to) = (start, first.from);
        for token in tokens[at..].iter().take(longest) {
            hash = symbols(&units[read_to as usize..token.to as usize]).fold(hash, |hash, symbol| hash.with(symbol as u32));
            read_to = token.to;
            put(first.from, token.to, hash, "");
        }
        if first.is_word && first.to - first.from > STEM {
            let stem = first.from + STEM;
            let hash = symbols(&units[first.from as usize..stem as usize]).fold(start, |hash, symbol| hash.with(symbol as u32));
            put(first.from, stem, hash.with(u32::from('~')), "~");
        }
    }
}

/// Longer words are also known by this many of their first letters.
const STEM: u32 = 5;

/// A word in a script that parts its words, or a single character in one that does not.
#[derive(Clone, Copy)]
struct Token {
    from: u32,
    to: u32,
    is_word: bool,
}

fn tokens(units: &[Unit], out: &mut Vec<Token>) {
    out.clear();
    for (at, unit) in (0..).zip(units) {
        let is_word = parts_words(unit.ch);
        match out.last_mut() {
            Some(last) if is_word && last.is_word && last.to == at => last.to += 1,
            _ if unit.ch == ' ' && (at > 0 && parts_words(units[at as usize - 1].ch)) => {}
            _ => out.push(Token { from: at, to: at + 1, is_word }),
        }
    }
}

/// Whether a character belongs to a word of a script that parts its words by blanks; signs of Indic scripts are no letters.
fn parts_words(ch: char) -> bool {
    is_spaced_letter(ch) || matches!(ch, '\u{900}'..='\u{DFF}')
}

/// Characters as features name them: digits are all alike, blanks can be seen.
fn symbols(units: &[Unit]) -> impl Iterator<Item = char> {
    units.iter().map(|unit| match unit.ch {
        '0'..='9' => '0',
        ' ' => '␣',
        '\n' => '⏎',
        ch => ch,
    })
}

/// The token before and after each sign.
fn beside(read: &FieldReading, field: Field, tokens: &[Token], sink: &mut impl Sink) {
    let units = &read.folded.units;
    let mut put = |sign: &Sign, side: u32, token: Token| {
        let of_token = || symbols(&units[token.from as usize..token.to as usize]);
        let key =
            of_token().fold(KeyHash::new(Kind::Beside).with(sign.sense as u32).with(side), |hash, symbol| hash.with(symbol as u32)).key();
        sink.name(key, &|| {
            let (name, token) = (sign.sense.name(), of_token().collect::<String>());
            if side == 0 { format!("x:{token}[{name}]") } else { format!("x:[{name}]{token}") }
        });
        sink.put(Found { key, kind: Kind::Beside, field, from: sign.from.min(token.from), to: sign.to.max(token.to) });
    };
    for sign in &read.signs {
        let before = tokens.partition_point(|token| token.to <= sign.from);
        if before > 0 {
            put(sign, 0, tokens[before - 1]);
        }
        if let Some(after) = tokens.get(tokens.partition_point(|token| token.from < sign.to)) {
            put(sign, 1, *after);
        }
    }
}

fn whole(reading: &Reading, context: &Context, sink: &mut impl Sink) {
    let units = reading.field(Field::Text).folded.units.len();
    let length = match units {
        0..=4 => "len<5",
        5..=11 => "len<12",
        12..=24 => "len<25",
        25..=59 => "len<60",
        60..=119 => "len<120",
        _ => "len120+",
    };
    let mut put = |kind: Kind, fact: &str| {
        let parts: Vec<u32> = fact.chars().map(u32::from).collect();
        let key = key(kind, &parts);
        sink.name(key, &|| format!("{}:{fact}", kind.letter()));
        sink.put(Found { key, kind, field: Field::Text, from: 0, to: 0 });
    };
    put(Kind::Whole, length);
    if context.is_reply {
        put(
            Kind::Parent,
            match (context.under_trade, context.by_opener) {
                (true, true) => "trade, by its opener",
                (true, false) => "trade",
                (false, true) => "other, by its opener",
                (false, false) => "other",
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{self, Extractor};
    use crate::pack::Packs;
    use crate::post::{Defaults, Record, utc};

    struct Named(Vec<(Key, String)>);

    impl Sink for Named {
        fn put(&mut self, _found: Found) {}
        fn name(&mut self, key: Key, name: &dyn Fn() -> String) {
            self.0.push((key, name()));
        }
    }

    fn names(line: &str) -> Vec<(Key, String)> {
        let post = Record::from_json(line).and_then(|record| record.into_post(&Defaults { source: None, timezone: utc() })).expect("valid");
        let mut reading = super::super::reading::Reading::default();
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        reading.read(Packs::builtin(), &extractor, &post);
        let mut named = Named(Vec::new());
        collect(&reading, &Context { is_reply: true, under_trade: true, by_opener: false }, &mut named);
        named.0
    }

    #[test]
    fn words_are_tokens_in_letters_and_characters_are_in_chinese() {
        let names = names(r#"{"id":"1","source":"s","text":"Bringing him 抱回家 3 days"}"#);
        let forms: Vec<&str> = names.iter().filter_map(|(_, name)| name.strip_prefix("c:")).collect();
        for form in ["bringing", "bring~", "bringing␣him", "him抱", "抱回家", "回", "0␣days"] {
            assert!(forms.contains(&form), "{form} is not in {forms:?}");
        }
        assert!(!forms.iter().any(|form| form.starts_with("bri") && form.len() < 6), "letters are no tokens");
    }

    #[test]
    fn every_name_leads_back_to_its_key() {
        let line = r#"{"id":"1","source":"s","text":"男孩出生3天[找]人家，补5万 \u3000加v Bringing","author_name":"湘送男宝","group_name":"送养群"}"#;
        let named = names(line);
        assert!(named.len() > 50);
        for (key, name) in named {
            assert_eq!(Key::parse(&name), Some(key), "{name}");
        }
    }
}
