//! The fitted weights: a readable table in, scores in bits out.
//!
//! A model is linear: every score is the sum of its features' weights, so that each reason's share is exact.
//! Start reading at [`Model::parse`].

use std::sync::OnceLock;

use super::feature::{Context, Found, Key, Sink, collect};
use super::reading::Reading;
use crate::pack::{PackError, fault, rows};

macro_rules! heads {
    ($($name:ident $word:literal;)*) => {
        /// What a score speaks for. All but `Trade` say which kind of trade, look-alike, urgency or child it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Head {
            $($name,)*
        }

        impl Head {
            /// All heads, in the order of their numbers.
            pub const ALL: &'static [Head] = &[$(Head::$name),*];

            /// The head's name in the model file; for classes, look-alikes and urgencies also in outputs.
            pub fn name(self) -> &'static str {
                match self { $(Head::$name => $word,)* }
            }
        }
    };
}

heads! {
    Trade "trade";
    Offer "offer";
    Seek "seek";
    Broker "broker";
    Documents "documents";
    Recruit "recruit";
    Surrogacy "surrogacy";
    Foster "foster";
    Insider "insider";
    Commission "commission";
    LawfulAdoption "lawful_adoption";
    PrivatePlacing "private_placing";
    RelativeSearch "relative_search";
    MissingChild "missing_child";
    News "news";
    LegalQuestion "legal_question";
    Parenting "parenting";
    Pet "pet";
    Goods "goods";
    FertilityMedicine "fertility_medicine";
    Fiction "fiction";
    Charity "charity";
    Other "other";
    Support "support";
    ChildNow "child_now";
    DueSoon "due_soon";
    Pregnancy "pregnancy";
    ActiveActor "active_actor";
    Male "male";
    Female "female";
    Mixed "mixed";
    Born "born";
    Unborn "unborn";
}

impl Head {
    /// Classes of trade.
    pub const CLASSES: std::ops::Range<usize> = Head::Offer as usize..Head::Commission as usize + 1;
    /// Look-alikes.
    pub const LOOKALIKES: std::ops::Range<usize> = Head::LawfulAdoption as usize..Head::Other as usize + 1;
    /// Urgencies that the words decide; `stale` follows from the date.
    pub const URGENCIES: std::ops::Range<usize> = Head::ChildNow as usize..Head::ActiveActor as usize + 1;
    /// Sexes of the child.
    pub const SEXES: std::ops::Range<usize> = Head::Male as usize..Head::Mixed as usize + 1;
    /// How many heads there are.
    pub const COUNT: usize = Head::ALL.len();

    /// The head of that name.
    pub fn parse(name: &str) -> Option<Head> {
        Head::ALL.iter().copied().find(|head| head.name() == name)
    }
}

/// Scores in bits, by head.
pub type Scores = [f32; Head::COUNT];

/// The fitted weights.
pub struct Model {
    features: Features,
    /// Scores of a post without features.
    pub prior: Scores,
    /// Score for trade, in bits, of a post without a single sign.
    pub ordinary: f32,
    /// Probability from which a person should look.
    pub review: f32,
    /// The same for a post that fills two slots only.
    pub review_thin: f32,
    /// The same for a post that does not speak of a child, a pregnancy or papers outright.
    pub review_weak: f32,
    /// Probability from which to act today.
    pub alert: f32,
}

impl Model {
    /// Reads a model file: lines `feature <tab> head=weight …`; the feature `prior` holds the intercepts, `review`,
    /// `review_thin`, `review_weak` and `alert` the limits of the tiers, `ordinary` the score of a post without signs.
    ///
    /// # Errors
    /// The first fault, with file and line.
    pub fn parse(file: &str, content: &str) -> Result<Model, PackError> {
        let mut model = Model {
            features: Features::default(),
            prior: [0.0; Head::COUNT],
            ordinary: -4.0,
            review: 0.5,
            review_thin: 0.7,
            review_weak: 0.9,
            alert: 0.9,
        };
        for (line, cells) in rows(content) {
            let [name, weights] = cells[..] else {
                return Err(fault(file, line, "needs a feature and its weights, separated by a tab"));
            };
            match name {
                "ordinary" => model.ordinary = number(file, line, weights)?,
                "review_thin" => model.review_thin = number(file, line, weights)?,
                "review_weak" => model.review_weak = number(file, line, weights)?,
                "review" => model.review = number(file, line, weights)?,
                "alert" => model.alert = number(file, line, weights)?,
                _ => model.add(file, line, name, weights)?,
            }
        }
        Ok(model)
    }

    fn add(&mut self, file: &str, line: usize, name: &str, weights: &str) -> Result<(), PackError> {
        let (mut trade, mut others) = (0, Vec::new());
        for pair in weights.split(' ').filter(|pair| !pair.is_empty()) {
            let Some((head, weight)) = pair.split_once('=') else {
                return Err(fault(file, line, &format!("\"{pair}\" is not head=weight")));
            };
            let Some(head) = Head::parse(head) else {
                return Err(fault(file, line, &format!("no head is called \"{head}\"")));
            };
            let weight = number(file, line, weight)?;
            match (name, head) {
                ("prior", head) => self.prior[head as usize] = weight,
                (_, Head::Trade) => trade = hundredths(weight),
                (_, head) => others.push((head, hundredths(weight))),
            }
        }
        if name == "prior" {
            return Ok(());
        }
        let key = Key::parse(name).ok_or_else(|| fault(file, line, &format!("\"{name}\" is not a feature")))?;
        if !self.features.insert(key, trade, &others) {
            return Err(fault(file, line, &format!("the feature \"{name}\" is there twice")));
        }
        Ok(())
    }

    /// The model that is built in. Read once and kept.
    pub fn builtin() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Model::from_bytes(BUILTIN).expect("the tests read the built-in model"))
    }

    /// The built-in model's bytes, for those who want to know whether it changed.
    pub fn builtin_bytes() -> &'static [u8] {
        BUILTIN
    }

    /// The model in a form that is read in a millisecond; [`Model::from_bytes`] gives it back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut keys: Vec<(Key, u32)> = self.features.records().map(|record| (self.features.key(record), record)).collect();
        keys.sort();
        let mut out = MAGIC.to_vec();
        out.push(Head::COUNT as u8);
        for number in self.prior.iter().chain([&self.ordinary, &self.review, &self.review_thin, &self.review_weak, &self.alert]) {
            out.extend(number.to_le_bytes());
        }
        out.extend((keys.len() as u32).to_le_bytes());
        for (key, record) in keys {
            out.extend(key.0.to_le_bytes());
            out.extend(self.features.trade(record).to_le_bytes());
            out.push(self.features.others(record).len() as u8);
            for (head, weight) in self.features.others(record) {
                out.push(head as u8);
                out.extend(weight.to_le_bytes());
            }
        }
        out
    }

    /// Reads what [`Model::to_bytes`] wrote; `None` where the bytes are of another version or cut.
    pub fn from_bytes(bytes: &[u8]) -> Option<Model> {
        let mut bytes = Bytes(bytes);
        if bytes.take(MAGIC.len())? != MAGIC || bytes.take(1)?[0] as usize != Head::COUNT {
            return None;
        }
        let mut prior = [0.0; Head::COUNT];
        for slot in &mut prior {
            *slot = bytes.float()?;
        }
        let (ordinary, review, review_thin) = (bytes.float()?, bytes.float()?, bytes.float()?);
        let (review_weak, alert) = (bytes.float()?, bytes.float()?);
        let count = u32::from_le_bytes(bytes.array()?) as usize;
        let mut model = Model { features: Features::with_capacity(count), prior, ordinary, review, review_thin, review_weak, alert };
        let mut others = Vec::new();
        for _ in 0..count {
            let key = Key(u64::from_le_bytes(bytes.array()?));
            let trade = i16::from_le_bytes(bytes.array()?);
            others.clear();
            for _ in 0..bytes.take(1)?[0] {
                let head = *Head::ALL.get(bytes.take(1)?[0] as usize)?;
                others.push((head, i16::from_le_bytes(bytes.array()?)));
            }
            model.features.insert(key, trade, &others);
        }
        Some(model)
    }

    /// How many features have a weight.
    pub fn len(&self) -> usize {
        self.features.count
    }

    /// Whether no feature has one.
    pub fn is_empty(&self) -> bool {
        self.features.count == 0
    }

    /// The weight of a feature for trade, in bits; 0 where it was not seen often enough to have one.
    pub fn trade_weight(&self, key: Key) -> f32 {
        self.features.get(key, self.features.look(key)).map_or(0.0, |record| bits(self.features.trade(record)))
    }

    /// The weight of a weighed feature for trade, in bits.
    pub fn trade_weight_of(&self, weighed: &Weighed) -> f32 {
        bits(self.features.trade(weighed.record))
    }

    /// Scores of all heads.
    pub fn scores(&self, weighed: &[Weighed]) -> Scores {
        let mut scores = self.prior;
        for weighed in weighed {
            scores[Head::Trade as usize] += self.trade_weight_of(weighed);
            for (head, weight) in self.features.others(weighed.record) {
                scores[head] += bits(weight);
            }
        }
        scores
    }
}

/// Features and their weights, by key. Weighing a post is a matter of cache lines: most of its features have no weights,
/// which is seen in one look at four bytes, and all that is known of another lies side by side.
#[derive(Default)]
struct Features {
    /// Records of [`HEAD_WORDS`] words: the key in two, then the weight for trade below the number of other weights, in
    /// hundredths of a bit; then a word for each of these, the weight below its head.
    words: Vec<u32>,
    count: usize,
    /// A power of two, at most half of them taken: the top bits of the key above one more than where its record begins; 0
    /// where free.
    slots: Vec<u32>,
    /// A bit by key, in a table small enough to stay at hand.
    filter: Vec<u64>,
}

const FILTER_BITS: u32 = 20;
const HEAD_WORDS: usize = 3;
const RECORD_BITS: u32 = 22;
const RECORD: u32 = (1 << RECORD_BITS) - 1;

impl Features {
    fn with_capacity(count: usize) -> Features {
        let slots = vec![0; (count * 2).next_power_of_two()];
        Features { words: Vec::with_capacity(count * 8), count: 0, slots, filter: vec![0; 1 << (FILTER_BITS - 6)] }
    }

    /// Adds a feature with its weights unless its key is there; says whether it was not.
    fn insert(&mut self, key: Key, trade: i16, others: &[(Head, i16)]) -> bool {
        if self.get(key, self.look(key)).is_some() {
            return false;
        }
        let record = self.words.len() as u32;
        assert!(record < RECORD, "a model has fewer than half a million features");
        self.words.extend([key.0 as u32, (key.0 >> 32) as u32, (others.len() as u32) << 16 | u32::from(trade as u16)]);
        self.words.extend(others.iter().map(|(head, weight)| (*head as u32) << 16 | u32::from(*weight as u16)));
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            self.slots = vec![0; (self.count * 4).next_power_of_two()];
            let records: Vec<u32> = self.records().collect();
            records.into_iter().for_each(|record| self.take_slot(record));
        } else {
            self.take_slot(record);
        }
        true
    }

    fn take_slot(&mut self, record: u32) {
        let key = self.key(record);
        self.filter.resize(1 << (FILTER_BITS - 6), 0);
        let bit = filter_bit(key);
        self.filter[bit / 64] |= 1 << (bit % 64);
        let mut slot = self.home(key);
        while self.slots[slot] > 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = bits_of(key) | (record + 1);
    }

    /// Where the records begin, in the order in which they were added.
    fn records(&self) -> impl Iterator<Item = u32> + '_ {
        let first = (!self.words.is_empty()).then_some(0);
        std::iter::successors(first, |record| {
            Some(record + (HEAD_WORDS + self.others(*record).len()) as u32).filter(|next| (*next as usize) < self.words.len())
        })
    }

    #[inline]
    fn key(&self, record: u32) -> Key {
        let at = record as usize;
        Key(u64::from(self.words[at + 1]) << 32 | u64::from(self.words[at]))
    }

    #[inline]
    fn trade(&self, record: u32) -> i16 {
        self.words[record as usize + 2] as u16 as i16
    }

    /// Number of head and weight, in hundredths of a bit.
    #[inline]
    fn others(&self, record: u32) -> impl ExactSizeIterator<Item = (usize, i16)> + '_ {
        let from = record as usize + HEAD_WORDS;
        let count = (self.words[from - 1] >> 16) as usize;
        self.words[from..from + count].iter().map(|word| ((word >> 16) as usize, *word as u16 as i16))
    }

    #[inline]
    fn home(&self, key: Key) -> usize {
        key.0 as usize & (self.slots.len() - 1)
    }

    /// Whether the key may have a record; `false` is certain.
    #[inline]
    fn may_hold(&self, key: Key) -> bool {
        let bit = filter_bit(key);
        self.filter.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// What lies where the key is looked for first. Many keys can be looked at side by side before each is settled.
    #[inline]
    fn look(&self, key: Key) -> u32 {
        if self.slots.is_empty() { 0 } else { self.slots[self.home(key)] }
    }

    /// The record of a key that was looked at.
    #[inline]
    fn get(&self, key: Key, looked: u32) -> Option<u32> {
        let (mut held, mut slot) = (looked, None);
        while held > 0 {
            let record = (held & RECORD) - 1;
            if (held ^ bits_of(key)) & !RECORD == 0 && self.key(record) == key {
                return Some(record);
            }
            let next = (slot.unwrap_or_else(|| self.home(key)) + 1) & (self.slots.len() - 1);
            (held, slot) = (self.slots[next], Some(next));
        }
        None
    }
}

#[inline]
fn filter_bit(key: Key) -> usize {
    (key.0 >> 24) as usize & ((1 << FILTER_BITS) - 1)
}

/// The top bits of a key, where a slot has them.
#[inline]
fn bits_of(key: Key) -> u32 {
    (key.0 >> 32) as u32 & !RECORD
}

/// A feature that the model has weights for.
#[derive(Clone, Copy)]
pub struct Weighed {
    /// The feature at its place.
    pub found: Found,
    record: u32,
}

/// Buffers for weighing; one a thread of execution.
#[derive(Default)]
pub struct Weigher {
    found: Vec<Found>,
    looked: Vec<u32>,
    weighed: Vec<Weighed>,
    seen: Seen,
}

/// The records that a post has, in a table small enough to stay at hand.
#[derive(Default)]
struct Seen {
    /// A power of two, at least twice as many as records: the post that took the slot last, and its record.
    slots: Vec<(u32, u32)>,
    post: u32,
}

impl Seen {
    /// Forgets all, and makes room for `count` records.
    fn start(&mut self, count: usize) {
        self.post = self.post.wrapping_add(1);
        if self.post == 0 || count * 2 > self.slots.len() {
            self.slots = vec![(0, 0); (count * 2).next_power_of_two().max(self.slots.len()).max(512)];
            self.post = 1;
        }
    }

    /// Whether the record is a new one.
    #[inline]
    fn insert(&mut self, record: u32) -> bool {
        let mask = self.slots.len() - 1;
        let mut slot = (record.wrapping_mul(0x9E37_79B9) >> 12) as usize & mask;
        while self.slots[slot].0 == self.post {
            if self.slots[slot].1 == record {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = (self.post, record);
        true
    }
}

impl Weigher {
    /// The features of a reading that `model` has weights for. A feature counts once, at its first place.
    pub fn weigh(&mut self, model: &Model, reading: &Reading, context: &Context) -> &[Weighed] {
        self.weighed.clear();
        let mut looking = Looking { features: &model.features, found: &mut self.found, len: 0 };
        collect(reading, context, &mut looking);
        let found = &looking.found[..looking.len];
        self.looked.clear();
        self.looked.extend(found.iter().map(|found| model.features.look(found.key)));
        self.seen.start(found.len());
        for (found, looked) in found.iter().zip(&self.looked) {
            let Some(record) = model.features.get(found.key, *looked) else { continue };
            if self.seen.insert(record) {
                self.weighed.push(Weighed { found: *found, record });
            }
        }
        &self.weighed
    }
}

struct Looking<'a> {
    features: &'a Features,
    /// The first `len` may have weights; what lies behind them is written over.
    found: &'a mut Vec<Found>,
    len: usize,
}

impl Sink for Looking<'_> {
    fn put(&mut self, found: Found) {
        match self.found.get_mut(self.len) {
            Some(slot) => *slot = found,
            None => self.found.push(found),
        }
        // Added and not branched on, for it is as often so as not.
        self.len += usize::from(self.features.may_hold(found.key));
    }
}

/// The built-in model, as `magpie-eval fit` writes it beside the readable `packs/model.tsv`.
const BUILTIN: &[u8] = include_bytes!("../../../../packs/model.bin");

const MAGIC: &[u8] = b"magpie model 2\n";

/// A cursor over bytes.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn float(&mut self) -> Option<f32> {
        self.array().map(f32::from_le_bytes)
    }
}

/// A weight in bits, from hundredths.
fn bits(hundredths: i16) -> f32 {
    f32::from(hundredths) / 100.0
}

/// A weight in hundredths of a bit, as the model file has it.
fn hundredths(weight: f32) -> i16 {
    (weight * 100.0).round() as i16
}

/// The probability that a score in bits stands for.
pub fn probability(bits: f32) -> f32 {
    1.0 / (1.0 + (-bits).exp2())
}

fn number(file: &str, line: usize, written: &str) -> Result<f32, PackError> {
    written.trim().parse().map_err(|_| fault(file, line, &format!("weight is not a number: \"{written}\"; give bits, such as 2.5")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "review\t0.7\nprior\ttrade=-1.25 pet=0.5\nc:送\ttrade=0.31 offer=1.02\nb:pet\tpet=3.00\n";

    #[test]
    fn the_bytes_give_the_model_back() {
        let model = Model::parse("model.tsv", SAMPLE).expect("valid");
        let again = Model::from_bytes(&model.to_bytes()).expect("just written");
        let key = Key::parse("c:送").expect("a feature");
        assert_eq!((again.len(), again.trade_weight(key), again.prior, again.review), (2, 0.31, model.prior, 0.7));
        assert_eq!(Model::from_bytes(&model.to_bytes()[..40]).map(|model| model.len()), None);
    }

    #[test]
    fn features_are_those_of_a_map() {
        let mut features = Features::default();
        let mut map = std::collections::HashMap::new();
        let keys = || (0..3_000_u64).map(|number| Key((number * number % 2_003).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for key in keys() {
            let next = map.len() as u32;
            let (trade, others) = (next as i16, [(Head::Pet, -7), (Head::Born, next as i16)]);
            assert_eq!(features.insert(key, trade, &others[..next as usize % 3]), !map.contains_key(&key));
            map.entry(key).or_insert(next);
        }
        for key in keys().flat_map(|key| [key, Key(key.0 ^ 1), Key(key.0 ^ 1 << 63)]) {
            let record = features.get(key, features.look(key));
            assert!(record.is_none() || features.may_hold(key));
            assert_eq!(record.map(|record| features.trade(record)), map.get(&key).map(|next| *next as i16));
            let expected = [(Head::Pet as usize, -7), (Head::Born as usize, map.get(&key).map_or(0, |next| *next as i16))];
            let len = record.map_or(0, |record| features.trade(record) as usize % 3);
            assert_eq!(record.map_or(Vec::new(), |record| features.others(record).collect()), expected[..len]);
        }
    }

    #[test]
    fn a_record_is_seen_once_a_post() {
        let mut seen = Seen::default();
        for post in 1..200_u32 {
            let records: Vec<u32> = (0..post * 7).map(|number| number * number % (post * 3) * 11).collect();
            let mut known = std::collections::HashSet::new();
            seen.start(records.len());
            for record in records {
                assert_eq!(seen.insert(record), known.insert(record), "post {post}");
            }
        }
    }

    #[test]
    fn the_built_in_model_is_the_readable_one() {
        let readable = include_str!("../../../../packs/model.tsv");
        let model = Model::parse("model.tsv", readable).unwrap_or_else(|error| panic!("{error}"));
        assert!(model.to_bytes() == BUILTIN, "packs/model.bin is not packs/model.tsv; run `magpie-eval fit`");
    }

    #[test]
    fn a_fault_names_its_line() {
        let error = Model::parse("model.tsv", "prior\ttrade=0\nc:送\tsale=1\n").err().expect("an unknown head");
        assert_eq!(error.to_string(), "packs/model.tsv:2: no head is called \"sale\"");
    }
}
