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
    rows: Rows,
    /// Weight for trade, in bits, by row.
    trade: Vec<f32>,
    /// First entry of a row in `others`.
    starts: Vec<u32>,
    /// Weights of the other heads.
    others: Vec<(Head, f32)>,
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
            rows: Rows::default(),
            trade: Vec::new(),
            starts: vec![0],
            others: Vec::new(),
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
        let mut trade = 0.0;
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
                (_, Head::Trade) => trade = weight,
                (_, head) => self.others.push((head, weight)),
            }
        }
        if name == "prior" {
            return Ok(());
        }
        let key = Key::parse(name).ok_or_else(|| fault(file, line, &format!("\"{name}\" is not a feature")))?;
        if !self.rows.insert(key) {
            return Err(fault(file, line, &format!("the feature \"{name}\" is there twice")));
        }
        self.trade.push(trade);
        self.starts.push(self.others.len() as u32);
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
        let mut keys: Vec<(Key, u32)> = self.rows.keys.iter().copied().zip(0..).collect();
        keys.sort();
        let mut out = MAGIC.to_vec();
        out.push(Head::COUNT as u8);
        for number in self.prior.iter().chain([&self.ordinary, &self.review, &self.review_thin, &self.review_weak, &self.alert]) {
            out.extend(number.to_le_bytes());
        }
        out.extend((keys.len() as u32).to_le_bytes());
        for (key, row) in keys {
            let row = row as usize;
            let entries = &self.others[self.starts[row] as usize..self.starts[row + 1] as usize];
            out.extend(key.0.to_le_bytes());
            out.extend(hundredths(self.trade[row]).to_le_bytes());
            out.push(entries.len() as u8);
            for (head, weight) in entries {
                out.push(*head as u8);
                out.extend(hundredths(*weight).to_le_bytes());
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
        let mut model = Model {
            rows: Rows::with_capacity(count),
            trade: Vec::with_capacity(count),
            starts: Vec::with_capacity(count + 1),
            others: Vec::with_capacity(count * 4),
            prior,
            ordinary,
            review,
            review_thin,
            review_weak,
            alert,
        };
        model.starts.push(0);
        for _ in 0..count {
            model.rows.insert(Key(u64::from_le_bytes(bytes.array()?)));
            model.trade.push(bytes.weight()?);
            for _ in 0..bytes.take(1)?[0] {
                let head = *Head::ALL.get(bytes.take(1)?[0] as usize)?;
                model.others.push((head, bytes.weight()?));
            }
            model.starts.push(model.others.len() as u32);
        }
        Some(model)
    }

    /// How many features have a weight.
    pub fn len(&self) -> usize {
        self.trade.len()
    }

    /// Whether no feature has one.
    pub fn is_empty(&self) -> bool {
        self.trade.is_empty()
    }

    /// The weight of a feature for trade, in bits; 0 where it was not seen often enough to have one.
    pub fn trade_weight(&self, key: Key) -> f32 {
        self.rows.get(key).map_or(0.0, |row| self.trade[row as usize])
    }

    /// The weight of a weighed feature for trade, in bits.
    pub fn trade_weight_of(&self, weighed: &Weighed) -> f32 {
        self.trade[weighed.row as usize]
    }

    /// Scores of all heads.
    pub fn scores(&self, weighed: &[Weighed]) -> Scores {
        let mut scores = self.prior;
        for weighed in weighed {
            let row = weighed.row as usize;
            scores[Head::Trade as usize] += self.trade[row];
            for &(head, weight) in &self.others[self.starts[row] as usize..self.starts[row + 1] as usize] {
                scores[head as usize] += weight;
            }
        }
        scores
    }
}

/// The number of each feature's row. Most features that a post has are in no row, so a slot holds bits of the key: what
/// is not there is seen in one look at four bytes.
#[derive(Default)]
struct Rows {
    keys: Vec<Key>,
    /// A power of two, at most half of them taken: the top bits of the key above one more than the row; 0 where free.
    slots: Vec<u32>,
}

const ROW_BITS: u32 = 20;

impl Rows {
    fn with_capacity(count: usize) -> Rows {
        Rows { keys: Vec::with_capacity(count), slots: vec![0; (count * 2).next_power_of_two()] }
    }

    /// Gives the key the next row, unless it has one; says whether it had none.
    fn insert(&mut self, key: Key) -> bool {
        if (self.keys.len() + 1) * 2 > self.slots.len() {
            let keys = std::mem::take(&mut self.keys);
            *self = Rows::with_capacity((keys.len() + 1) * 2);
            for key in keys {
                self.insert(key);
            }
        }
        assert!(self.keys.len() + 1 < 1 << ROW_BITS, "a model has fewer than a million features");
        let slot = self.slot(key);
        if self.slots[slot] > 0 {
            return false;
        }
        self.keys.push(key);
        self.slots[slot] = bits_of(key) | self.keys.len() as u32;
        true
    }

    #[inline]
    fn get(&self, key: Key) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        (self.slots[self.slot(key)] & ((1 << ROW_BITS) - 1)).checked_sub(1)
    }

    /// Where the key is, or the free slot where it would be.
    #[inline]
    fn slot(&self, key: Key) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = key.0 as usize & mask;
        loop {
            let held = self.slots[slot];
            if held == 0 || (held ^ bits_of(key)) >> ROW_BITS == 0 && self.keys[(held & ((1 << ROW_BITS) - 1)) as usize - 1] == key {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// The top bits of a key, where a slot has them.
#[inline]
fn bits_of(key: Key) -> u32 {
    (key.0 >> 32) as u32 >> ROW_BITS << ROW_BITS
}

/// A feature that the model has weights for.
#[derive(Clone, Copy)]
pub struct Weighed {
    /// The feature at its place.
    pub found: Found,
    row: u32,
}

/// Buffers for weighing; one a thread of execution.
#[derive(Default)]
pub struct Weigher {
    weighed: Vec<Weighed>,
    /// By row, the last post that had it.
    seen: Vec<u32>,
    post: u32,
}

impl Weigher {
    /// The features of a reading that `model` has weights for. A feature counts once, at its first place.
    pub fn weigh(&mut self, model: &Model, reading: &Reading, context: &Context) -> &[Weighed] {
        self.weighed.clear();
        self.seen.resize(model.len(), 0);
        self.post = self.post.wrapping_add(1);
        if self.post == 0 {
            self.seen.fill(0);
            self.post = 1;
        }
        collect(reading, context, &mut Weighing { model, weigher: self });
        &self.weighed
    }
}

struct Weighing<'a> {
    model: &'a Model,
    weigher: &'a mut Weigher,
}

impl Sink for Weighing<'_> {
    fn put(&mut self, found: Found) {
        let Some(row) = self.model.rows.get(found.key) else { return };
        if std::mem::replace(&mut self.weigher.seen[row as usize], self.weigher.post) != self.weigher.post {
            self.weigher.weighed.push(Weighed { found, row });
        }
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

    fn weight(&mut self) -> Option<f32> {
        self.array().map(|bytes| f32::from(i16::from_le_bytes(bytes)) / 100.0)
    }
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
    fn rows_are_those_of_a_map() {
        let mut rows = Rows::default();
        let mut map = std::collections::HashMap::new();
        let keys = || (0..3_000_u64).map(|number| Key((number * number % 2_003).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for key in keys() {
            let next = map.len() as u32;
            assert_eq!(rows.insert(key), !map.contains_key(&key));
            map.entry(key).or_insert(next);
        }
        for key in keys().flat_map(|key| [key, Key(key.0 ^ 1), Key(key.0 ^ 1 << 63)]) {
            assert_eq!(rows.get(key), map.get(&key).copied());
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
