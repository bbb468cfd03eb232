//! What the model weighs: features of a reading, each at its place.
//!
//! In: a [`Reading`], and for a reply what it answers. Out: feature keys with their spans, the same key for the same
//! feature in fit and in use. Start reading at [`collect`].

use super::reading::{FieldReading, Reading, Sign};
use crate::pack::Sense;
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
                let (side, ch) = if open == 0 { (1, &rest[close + 1..]) } else { (0, &rest[..open]) };
                key(kind, &[sense, side, u32::from(ch.chars().next()?)])
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
    /// A run of characters in text or title.
    Form,
    /// A run of characters in a name, bio or group.
    Name,
    /// A sense and the character beside it.
    Beside,
    /// A fact about the post that a reply answers.
    Parent,
    /// A run of characters in a reply, by what it answers.
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
        for sign in &read.signs {
            if !seen.iter().any(|(sense, ..)| *sense == sign.sense) {
                seen.push((sign.sense, field, sign.from, sign.to));
            }
        }
        if body.contains(&field) {
            order(read, field, sink);
            forms(read, field, Kind::Form, 3, 0, sink);
            beside(read, field, sink);
            if context.is_reply {
                let code = 1 + u32::from(context.under_trade) + 2 * u32::from(context.by_opener);
                forms(read, field, Kind::Reply, 2, code, sink);
            }
        } else {
            forms(read, field, Kind::Name, 2, 0, sink);
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

/// Runs of one to `longest` characters; digits count as one character each kind, so that a number teaches nothing.
fn forms(read: &FieldReading, field: Field, kind: Kind, longest: usize, code: u32, sink: &mut impl Sink) {
    let units = &read.folded.units;
    let start = KeyHash::new(kind).with(code);
    let letter = |at: usize| units.get(at).map(|unit| plain(unit.ch) as u32);
    // Each character is looked at once and handed on from place to place.
    let mut run = [letter(0), letter(1), letter(2)];
    for from in 0..units.len() {
        let mut hash = start;
        for (len, letter) in (1..=longest).zip(run.iter().map_while(|letter| *letter)) {
            hash = hash.with(letter);
            let key = hash.key();
            sink.name(key, &|| {
                let run: String = units[from..from + len].iter().map(|unit| plain(unit.ch)).collect();
                if code > 0 { format!("{}:{code}{run}", kind.letter()) } else { format!("{}:{run}", kind.letter()) }
            });
            sink.put(Found { key, kind, field, from: from as u32, to: (from + len) as u32 });
        }
        run = [run[1], run[2], letter(from + 3)];
    }
}

/// A character as features name it: digits are all alike, and blanks can be seen.
fn plain(ch: char) -> char {
    match ch {
        '0'..='9' => '0',
        ' ' => '␣',
        '\n' => '⏎',
        _ => ch,
    }
}

fn beside(read: &FieldReading, field: Field, sink: &mut impl Sink) {
    let units = &read.folded.units;
    let mut put = |sign: &Sign, side: u32, at: u32| {
        let ch = plain(units[at as usize].ch);
        let key = key(Kind::Beside, &[sign.sense as u32, side, ch as u32]);
        sink.name(key, &|| if side == 0 { format!("x:{ch}[{}]", sign.sense.name()) } else { format!("x:[{}]{ch}", sign.sense.name()) });
        sink.put(Found { key, kind: Kind::Beside, field, from: sign.from.min(at), to: sign.to.max(at + 1) });
    };
    for sign in &read.signs {
        if sign.from > 0 {
            put(sign, 0, sign.from - 1);
        }
        if (sign.to as usize) < units.len() {
            put(sign, 1, sign.to);
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

    #[test]
    fn every_name_leads_back_to_its_key() {
        let line =
            r#"{"id":"1","source":"s","text":"男孩出生3天[找]人家，补5万 \u3000加v","author_name":"湘送男宝","group_name":"送养群"}"#;
        let post = Record::from_json(line).and_then(|record| record.into_post(&Defaults { source: None, timezone: utc() })).expect("valid");
        let mut reading = super::super::reading::Reading::default();
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        reading.read(Packs::builtin(), &extractor, &post);
        let mut named = Named(Vec::new());
        collect(&reading, &Context { is_reply: true, under_trade: true, by_opener: false }, &mut named);
        assert!(named.0.len() > 50);
        for (key, name) in named.0 {
            assert_eq!(Key::parse(&name), Some(key), "{name}");
        }
    }
}
