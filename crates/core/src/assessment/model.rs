//! The fitted weights: a readable table in, scores in bits out.
//!
//! A model is linear: every score is the sum of its features' weights, so that each reason's share is exact.
//! Start reading at [`Model::parse`].

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::feature::{Context, Found, Key, Sink, collect};
use super::reading::Reading;
use super::weights::{HEADS, ROW_BYTES, Row, Weights, read_rows, weights_of};
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
    weights: Weights,
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
        let mut rows_by_key: FxHashMap<u64, Row> = FxHashMap::default();
        let mut model = Model {
            weights: Weights::new(Vec::new()),
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
                "prior" => model.prior = scores(file, line, weights)?,
                _ => {
                    let key = Key::parse(name).ok_or_else(|| fault(file, line, &format!("\"{name}\" is not a feature")))?;
                    if rows_by_key.insert(key.0, scores(file, line, weights)?.map(hundredths)).is_some() {
                        return Err(fault(file, line, &format!("the feature \"{name}\" is there twice")));
                    }
                }
            }
        }
        model.weights = Weights::new(rows_by_key.into_iter().collect());
        Ok(model)
    }

    /// The model that is built in. Read once and kept.
    pub fn builtin() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| {
            let (header, _) = Model::header(BUILTIN).expect("the tests read the built-in model");
            Model { weights: Weights::of(&BUILTIN_WEIGHTS.0), ..header }
        })
    }

    /// The built-in model's bytes, for those who want to know whether it changed.
    pub fn builtin_bytes() -> &'static [u8] {
        BUILTIN
    }

    /// The model as a file; [`Model::from_bytes`] gives it back. The build script reads it too.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut keys: Vec<(u64, u32)> = self.weights.keys().collect();
        keys.sort();
        let mut out = MAGIC.to_vec();
        out.push(Head::COUNT as u8);
        for number in self.prior.iter().chain([&self.ordinary, &self.review, &self.review_thin, &self.review_weak, &self.alert]) {
            out.extend(number.to_le_bytes());
        }
        out.extend((keys.len() as u32).to_le_bytes());
        for (key, row) in keys {
            let others = || weights_of(self.weights.others(row)).zip(1_u8..).filter(|(weight, _)| *weight != 0);
            out.extend(key.to_le_bytes());
            out.extend(self.weights.first(row).to_le_bytes());
            out.push(others().count() as u8);
            for (weight, head) in others() {
                out.push(head);
                out.extend(weight.to_le_bytes());
            }
        }
        out
    }

    /// Reads what [`Model::to_bytes`] wrote; `None` where the bytes are of another version or cut.
    pub fn from_bytes(bytes: &[u8]) -> Option<Model> {
        let (header, rest) = Model::header(bytes)?;
        Some(Model { weights: Weights::new(read_rows(rest)?), ..header })
    }

    /// A model without features, and the bytes that hold them.
    fn header(bytes: &[u8]) -> Option<(Model, &[u8])> {
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
        let weights = Weights::new(Vec::new());
        Some((Model { weights, prior, ordinary, review, review_thin, review_weak, alert }, bytes.0))
    }

    /// How many features have a weight.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether no feature has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The weight of a feature for trade, in bits; 0 where it was not seen often enough to have one.
    pub fn trade_weight(&self, key: Key) -> f32 {
        self.weights.find(key.0).map_or(0.0, |row| bits(self.weights.first(row)))
    }

    /// The weight of a weighed feature for trade, in bits.
    pub fn trade_weight_of(&self, weighed: &Weighed) -> f32 {
        bits(self.weights.first(weighed.row))
    }

    /// Scores of all heads.
    pub fn scores(&self, weighed: &[Weighed]) -> Scores {
        const AT_ONCE: usize = 32;
        let mut scores = self.prior;
        let (trade, others) = scores.split_first_mut().expect("trade is the first head");
        for weighed in weighed.chunks(AT_ONCE) {
            // Rows lie far apart: copied first, they are waited for side by side and not in turn.
            let mut rows = [[0; ROW_BYTES]; AT_ONCE];
            rows.iter_mut().zip(weighed).for_each(|(row, weighed)| *row = *self.weights.others(weighed.row));
            for (row, weighed) in rows.iter().zip(weighed) {
                *trade += self.trade_weight_of(weighed);
                others.iter_mut().zip(weights_of(row)).for_each(|(score, weight)| *score += bits(weight));
            }
        }
        scores
    }
}

/// Reads `head=weight …`; 0 for a head that is not named.
fn scores(file: &str, line: usize, weights: &str) -> Result<Scores, PackError> {
    let mut scores = [0.0; Head::COUNT];
    for pair in weights.split(' ').filter(|pair| !pair.is_empty()) {
        let Some((head, weight)) = pair.split_once('=') else {
            return Err(fault(file, line, &format!("\"{pair}\" is not head=weight")));
        };
        let Some(head) = Head::parse(head) else {
            return Err(fault(file, line, &format!("no head is called \"{head}\"")));
        };
        scores[head as usize] = number(file, line, weight)?;
    }
    Ok(scores)
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
    found: Vec<Found>,
    /// Numbers of what was found, and the rows that they may have.
    guesses: Vec<(usize, u32)>,
    weighed: Vec<Weighed>,
    seen: Seen,
}

/// The rows that a post has, in a table small enough to stay at hand.
#[derive(Default)]
struct Seen {
    /// A power of two, at least twice as many as rows: the post that took the slot last, and its row.
    slots: Vec<(u32, u32)>,
    post: u32,
}

impl Seen {
    /// Forgets all, and makes room for `count` rows.
    fn start(&mut self, count: usize) {
        self.post = self.post.wrapping_add(1);
        if self.post == 0 || count * 2 > self.slots.len() {
            self.slots = vec![(0, 0); (count * 2).next_power_of_two().max(self.slots.len()).max(512)];
            self.post = 1;
        }
    }

    /// Whether the row is a new one.
    #[inline]
    fn insert(&mut self, row: u32) -> bool {
        let mask = self.slots.len() - 1;
        let mut slot = (row.wrapping_mul(0x9E37_79B9) >> 12) as usize & mask;
        while self.slots[slot].0 == self.post {
            if self.slots[slot].1 == row {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = (self.post, row);
        true
    }
}

impl Weigher {
    /// The features of a reading that `model` has weights for. A feature counts once, at its first place.
    pub fn weigh(&mut self, model: &Model, reading: &Reading, context: &Context) -> &[Weighed] {
        self.weighed.clear();
        let mut looking = Looking { weights: &model.weights, found: &mut self.found, len: 0 };
        collect(reading, context, &mut looking);
        let len = looking.len;
        // All are guessed before any is settled, for what settles them lies far apart.
        self.guesses.clear();
        for (at, found) in self.found[..len].iter().enumerate() {
            if let Some(guess) = model.weights.guess(found.key.0) {
                self.guesses.push((at, guess));
            }
        }
        self.seen.start(self.guesses.len());
        for &(at, guess) in &self.guesses {
            let found = self.found[at];
            let Some(row) = model.weights.settle(found.key.0, guess) else { continue };
            if self.seen.insert(row) {
                self.weighed.push(Weighed { found, row });
            }
        }
        &self.weighed
    }
}

struct Looking<'a> {
    weights: &'a Weights,
    /// The first `len` may have weights; what lies behind them is written over.
    found: &'a mut Vec<Found>,
    len: usize,
}

impl Sink for Looking<'_> {
    #[inline]
    fn put(&mut self, found: Found) {
        match self.found.get_mut(self.len) {
            Some(slot) => *slot = found,
            None => self.found.push(found),
        }
        // Added and not branched on, for it is as often so as not.
        self.len += usize::from(self.weights.may_hold(found.key.0));
    }
}

/// The built-in model, as `magpie-eval fit` writes it beside the readable `packs/model.tsv`.
const BUILTIN: &[u8] = include_bytes!("../../../../packs/model.bin");

/// Its weights, as the build script laid them out, with each row on a cache line.
static BUILTIN_WEIGHTS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/weights.bin")));

#[repr(align(64))]
struct Aligned<T: ?Sized>(T);

const _: () = assert!(Head::COUNT == HEADS && Head::Trade as usize == 0, "rows are laid out by head");

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
    fn weights_are_those_of_a_map() {
        let keys = || (0..3_000_u64).map(|number| (number * number % 2_003).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // Keys beside others, so that words, bits and tags are shared.
        let beside = |key: u64| [key, key ^ 1, key ^ 1 << 24, key ^ 1 << 56, key ^ 1 << 63];
        let mut map: FxHashMap<u64, Row> = FxHashMap::default();
        for key in keys().flat_map(|key| beside(key).into_iter().take(1 + key as usize % 3)) {
            map.insert(key, std::array::from_fn(|head| (key >> head) as i16 >> 3));
        }
        let weights = Weights::new(map.clone().into_iter().collect());
        let again = Weights::of(weights.bytes().to_vec().leak());
        for weights in [&weights, &again] {
            let mut known: Vec<(u64, u32)> = weights.keys().collect();
            known.sort();
            assert!(known.iter().map(|(key, _)| key).eq(map.keys().collect::<std::collections::BTreeSet<_>>()));
            for key in keys().flat_map(beside) {
                let row = weights.find(key);
                assert!(row.is_none() || weights.may_hold(key));
                assert_eq!(row.map(|row| weights.first(row)), map.get(&key).map(|row| row[0]));
                assert_eq!(row.map(|row| weights_of(weights.others(row)).collect::<Vec<_>>()), map.get(&key).map(|row| row[1..].to_vec()));
                assert_eq!(row.map(|row| (key, row)), known.iter().find(|(known, _)| *known == key).copied());
            }
        }
    }

    #[test]
    fn the_build_script_lays_out_the_built_in_model() {
        assert!(Model::from_bytes(BUILTIN).expect("valid").weights.bytes() == &BUILTIN_WEIGHTS.0);
    }

    #[test]
    fn a_row_is_seen_once_a_post() {
        let mut seen = Seen::default();
        for post in 1..200_u32 {
            let rows: Vec<u32> = (0..post * 7).map(|number| number * number % (post * 3) * 11).collect();
            let mut known = std::collections::HashSet::new();
            seen.start(rows.len());
            for row in rows {
                assert_eq!(seen.insert(row), known.insert(row), "post {post}");
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
