//! The fitted weights: a readable table in, scores in bits out.
//!
//! A model is linear: every score is the sum of its features' weights, so that each reason's share is exact.
//! Start reading at [`Model::parse`].

use rustc_hash::FxHashMap;

use super::feature::{Found, Key};
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
    rows: FxHashMap<Key, u32>,
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
    /// The same for a post that does not speak of a child, a pregnancy or papers outright.
    pub review_weak: f32,
    /// Probability from which to act today.
    pub alert: f32,
}

impl Model {
    /// Reads a model file: lines `feature <tab> head=weight …`; the feature `prior` holds the intercepts, `review`,
    /// `review_weak` and `alert` the limits of the tiers, `ordinary` the score of a post without signs.
    ///
    /// # Errors
    /// The first fault, with file and line.
    pub fn parse(file: &str, content: &str) -> Result<Model, PackError> {
        let mut model = Model {
            rows: FxHashMap::default(),
            trade: Vec::new(),
            starts: vec![0],
            others: Vec::new(),
            prior: [0.0; Head::COUNT],
            ordinary: -4.0,
            review: 0.5,
            review_weak: 0.9,
            alert: 0.9,
        };
        for (line, cells) in rows(content) {
            let [name, weights] = cells[..] else {
                return Err(fault(file, line, "needs a feature and its weights, separated by a tab"));
            };
            match name {
                "ordinary" => model.ordinary = number(file, line, weights)?,
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
        if self.rows.insert(key, self.trade.len() as u32).is_some() {
            return Err(fault(file, line, &format!("the feature \"{name}\" is there twice")));
        }
        self.trade.push(trade);
        self.starts.push(self.others.len() as u32);
        Ok(())
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
        self.rows.get(&key).map_or(0.0, |row| self.trade[*row as usize])
    }

    /// Scores of all heads. A feature counts once, however often it stands in the post.
    pub fn scores(&self, found: &[Found]) -> Scores {
        let mut scores = self.prior;
        for found in found {
            if let Some(&row) = self.rows.get(&found.key) {
                scores[Head::Trade as usize] += self.trade[row as usize];
                let entries = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
                for &(head, weight) in &self.others[entries] {
                    scores[head as usize] += weight;
                }
            }
        }
        scores
    }
}

/// The probability that a score in bits stands for.
pub fn probability(bits: f32) -> f32 {
    1.0 / (1.0 + (-bits).exp2())
}

fn number(file: &str, line: usize, written: &str) -> Result<f32, PackError> {
    written.trim().parse().map_err(|_| fault(file, line, &format!("weight is not a number: \"{written}\"; give bits, such as 2.5")))
}
