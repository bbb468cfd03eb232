//! Posts in, assessments out: what each post is found to be, with every reason at its span.
//!
//! In: the posts of one thread, or a post alone. Out: an [`Assessment`] each.
//! Always: the reasons' weights add up to the score; every reason but `prior` has a span; a post is cleared with the
//! reason why it is not trade; somebody in need is never put on alert; nothing calls a person a criminal.
//! Start reading at [`Assessor::assess`].

pub mod explain;
pub mod feature;
pub mod model;
pub mod quantity;
pub mod reading;
pub mod row;
pub mod urgency;

use crate::identifier::{Extractor, Mention};
use crate::pack::{Packs, Sense};
use crate::post::Post;
use crate::text::Steps;
use crate::units::{Field, Span, Time};
use feature::Context;
use model::{Head, Model, Scores, Weigher, probability};
use reading::Reading;

/// How soon a person should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Act today.
    Alert,
    /// A person should look.
    Review,
    /// Not trade, as far as the text says.
    Clear,
}

impl Tier {
    /// The tier's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Alert => "alert",
            Tier::Review => "review",
            Tier::Clear => "clear",
        }
    }
}

/// Who should see the post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// Investigators.
    Lead,
    /// Those who help people in need.
    Support,
    /// Nobody.
    None,
}

impl Route {
    /// The route's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Route::Lead => "lead",
            Route::Support => "support",
            Route::None => "none",
        }
    }
}

/// How soon a child is out of reach; the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// A born child on offer, or a hand-over within 7 days.
    ChildNow,
    /// Birth or hand-over within 30 days.
    DueSoon,
    /// Birth later than that.
    Pregnancy,
    /// No child in the text; the account was active in the last 30 days.
    ActiveActor,
    /// Long ago.
    Stale,
}

impl Urgency {
    /// The urgency's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Urgency::ChildNow => "child_now",
            Urgency::DueSoon => "due_soon",
            Urgency::Pregnancy => "pregnancy",
            Urgency::ActiveActor => "active_actor",
            Urgency::Stale => "stale",
        }
    }
}

/// Sex of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Sex {
    Male,
    Female,
    Mixed,
}

impl Sex {
    /// The sex's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Sex::Male => "male",
            Sex::Female => "female",
            Sex::Mixed => "mixed",
        }
    }
}

/// What a text says of a child.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Child {
    /// Sex, if it is said.
    pub sex: Option<Sex>,
    /// Age in days at the time of the post.
    pub age_days: Option<(u32, u32)>,
    /// Whether the child is born.
    pub born: Option<bool>,
    /// How many children.
    pub count: Option<u32>,
}

/// A sum that is asked, offered or paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Lower end, in yuan.
    pub cny_min: f64,
    /// Upper end, in yuan.
    pub cny_max: f64,
    /// ISO 4217.
    pub currency: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Where it stands in the text.
    pub span: Span,
}

/// One indicator, for (positive) or against (negative).
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What stands there: a sense, `wording`, or `prior`.
    pub code: &'static str,
    /// Weight in bits.
    pub weight_bits: f32,
    /// Where it stands; `None` for the prior alone.
    pub place: Option<(Field, Span)>,
    /// What had to be undone to read it.
    pub steps: Steps,
    /// Number, within the thread, of the post it stands in, where that is another.
    pub post: Option<u32>,
}

/// What a post is found to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// How soon a person should look.
    pub tier: Tier,
    /// Probability, at the prevalence asked for, that the post takes part in a trade.
    pub risk: f32,
    /// Probability of each class, given that the post is trade; in the order of [`Head::CLASSES`].
    pub class_scores: [f32; 9],
    /// Classes found; empty for a cleared post.
    pub classes: Vec<Head>,
    /// Why a cleared post is not trade.
    pub lookalike: Option<Head>,
    /// Who should see it.
    pub route: Route,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// First and last day on which a birth or hand-over is due, in days since 1970-01-01.
    pub due: Option<(i64, i64)>,
    /// Share of the text that had to be undone, in [0, 1].
    pub disguise: f32,
    /// What the text says of the child.
    pub child: Child,
    /// Sums in the text.
    pub prices: Vec<Price>,
    /// Indicators, heaviest first; the prior is among them.
    pub reasons: Vec<Reason>,
    /// Identifiers in the post.
    pub mentions: Vec<Mention>,
}

/// How posts are assessed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The moment that urgency is relative to.
    pub as_of: Option<Time>,
    /// Share of trade that risk is given for.
    pub prevalence: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options { as_of: None, prevalence: 0.5 }
    }
}

/// Buffers of one thread of execution.
#[derive(Default)]
pub struct Scratch {
    reading: Reading,
    weigher: Weigher,
}

/// Assesses posts with the weights of a model.
pub struct Assessor<'a> {
    packs: &'a Packs,
    model: &'a Model,
    extractor: &'a Extractor,
    options: Options,
}

impl<'a> Assessor<'a> {
    /// An assessor; cheap, for all that is large is borrowed.
    pub fn new(packs: &'a Packs, model: &'a Model, extractor: &'a Extractor, options: Options) -> Assessor<'a> {
        Assessor { packs, model, extractor, options }
    }

    /// Assesses the posts of one thread, each under what it answers; a single post is a thread of one. Posts may stand
    /// in any order; the answers stand in the order of the posts.
    pub fn assess(&self, thread: &[&Post], scratch: &mut Scratch) -> Vec<Assessment> {
        let parents = parents(thread);
        let mut answers: Vec<Option<Assessment>> = vec![None; thread.len()];
        for start in 0..thread.len() {
            // From the post upwards to the first one that has its answer, then down again.
            let mut path = vec![start];
            while let Some(parent) = parents[*path.last().expect("holds the start")] {
                if answers[parent].is_some() {
                    break;
                }
                path.push(parent);
            }
            while let Some(at) = path.pop() {
                if answers[at].is_none() {
                    let answer = self.assess_under(thread, at, &parents, &answers, scratch);
                    answers[at] = Some(answer);
                }
            }
        }
        answers.into_iter().flatten().collect()
    }

    fn assess_under(
        &self,
        thread: &[&Post],
        at: usize,
        parents: &[Option<usize>],
        answers: &[Option<Assessment>],
        scratch: &mut Scratch,
    ) -> Assessment {
        let post = thread[at];
        let mut context = Context { is_reply: post.parent_id.is_some(), ..Context::default() };
        let (mut above, mut trade_above) = (parents[at], None);
        let mut root = at;
        while let Some(parent) = above {
            if trade_above.is_none() && answers[parent].as_ref().is_some_and(|answer| answer.tier != Tier::Clear) {
                trade_above = Some(parent);
            }
            root = parent;
            above = parents[parent];
        }
        context.under_trade = trade_above.is_some();
        context.by_opener = root != at && same_author(thread[root], post);
        scratch.reading.read(self.packs, self.extractor, post);
        let filled = Filled::of(&scratch.reading);
        if filled.slots < 2 && !filled.core && !context.under_trade {
            return self.ordinary(&mut scratch.reading);
        }
        let inherited = trade_above.and_then(|above| answers[above].as_ref());
        self.judge(post, &context, filled, trade_above, inherited, scratch)
    }

    /// A post that speaks of no child, pregnancy or papers and has at most one sign of a trade is not weighed any further.
    fn ordinary(&self, reading: &mut Reading) -> Assessment {
        let bits = self.model.ordinary;
        Assessment {
            tier: Tier::Clear,
            risk: probability(bits + self.shift()),
            class_scores: [0.0; 9],
            classes: Vec::new(),
            lookalike: Some(Head::Other),
            route: Route::None,
            urgency: None,
            due: None,
            disguise: explain::disguise(reading),
            child: Child::default(),
            prices: Vec::new(),
            reasons: vec![Reason { code: "prior", weight_bits: bits, place: None, steps: Steps::NONE, post: None }],
            mentions: std::mem::take(&mut reading.mentions),
        }
    }

    /// What another prevalence than the fit's half adds to every score, in bits.
    fn shift(&self) -> f32 {
        (self.options.prevalence / (1.0 - self.options.prevalence)).log2() as f32
    }

    fn judge(
        &self,
        post: &Post,
        context: &Context,
        filled: Filled,
        trade_above: Option<usize>,
        inherited: Option<&Assessment>,
        scratch: &mut Scratch,
    ) -> Assessment {
        let reading = &scratch.reading;
        let weighed = scratch.weigher.weigh(self.model, reading, context);
        let scores = self.model.scores(weighed);
        let reasons = explain::reasons(self.model, post, reading, weighed, trade_above);
        let bits: f32 = reasons.iter().map(|reason| reason.weight_bits).sum();
        let risk = probability(bits);
        let in_need = scores[Head::Support as usize] > 0.0;
        let tier = self.tier(risk, in_need, filled, context);
        let trade = tier != Tier::Clear;
        let urgency_of =
            |scores: &Scores| urgency::decide(reading, post, scores, self.options.as_of, inherited.and_then(|above| above.urgency));
        let route = match (trade, in_need) {
            (true, _) => Route::Lead,
            (false, true) => Route::Support,
            (false, false) => Route::None,
        };
        let (urgency, due) = if route == Route::None { (None, None) } else { urgency_of(&scores) };
        Assessment {
            tier,
            risk: probability(bits + self.shift()),
            class_scores: class_scores(&scores),
            classes: if trade { classes(&scores) } else { Vec::new() },
            lookalike: (!trade).then(|| best(&scores, Head::LOOKALIKES)),
            route,
            urgency,
            due,
            disguise: explain::disguise(reading),
            child: if route == Route::None { Child::default() } else { child(reading, &scores, inherited) },
            prices: if route == Route::None { Vec::new() } else { explain::prices(reading) },
            reasons,
            mentions: std::mem::take(&mut scratch.reading.mentions),
        }
    }

    /// The tier of a post. A lead is about a child, a pregnancy or papers and fills a second slot, or stands under a
    /// trade in its thread; what is weaker than that has to be all the likelier. An alert fills a third slot.
    fn tier(&self, risk: f32, in_need: bool, filled: Filled, context: &Context) -> Tier {
        let firm = (filled.core && filled.slots >= 2) || context.under_trade;
        if risk < if firm { self.model.review } else { self.model.review_weak } {
            return Tier::Clear;
        }
        if risk >= self.model.alert && !in_need && filled.core && filled.slots >= 3 { Tier::Alert } else { Tier::Review }
    }
}

/// Which slots of a trade are filled in a reading.
#[derive(Clone, Copy)]
struct Filled {
    /// How many different ones.
    slots: u32,
    /// Whether one of them is a child, a pregnancy, papers, surrogacy, recruiting, fostering or an insider.
    core: bool,
}

impl Filled {
    /// A guess of two syllables fills nothing: too many ordinary words sound like a term.
    fn of(reading: &Reading) -> Filled {
        let (mut filled, mut core) = (0u64, false);
        for field in Field::ALL {
            for sign in &reading.field(field).signs {
                if sign.steps.is_lossy() && sign.to - sign.from < 3 {
                    continue;
                }
                let Some(slot) = sign.sense.fills() else { continue };
                core |= slot.is_core();
                filled |= 1 << slot as u32;
            }
        }
        Filled { slots: filled.count_ones(), core }
    }
}

/// The number of each post's parent within the thread. A parent that is not there, or that would close a cycle, is none.
fn parents(thread: &[&Post]) -> Vec<Option<usize>> {
    let mut parents: Vec<Option<usize>> = vec![None; thread.len()];
    if thread.len() < 2 {
        return parents;
    }
    let by_id: rustc_hash::FxHashMap<&str, usize> = thread.iter().enumerate().rev().map(|(at, post)| (post.id.as_str(), at)).collect();
    for (at, post) in thread.iter().enumerate() {
        let parent = post.parent_id.as_deref().and_then(|id| by_id.get(id)).copied().filter(|parent| *parent != at);
        let Some(parent) = parent else { continue };
        let mut above = Some(parent);
        while let Some(step) = above.filter(|step| *step != at) {
            above = parents[step];
        }
        if above.is_none() {
            parents[at] = Some(parent);
        }
    }
    parents
}

fn same_author(a: &Post, b: &Post) -> bool {
    match (&a.author_id, &b.author_id) {
        (Some(a), Some(b)) => a == b,
        _ => a.author_name.is_some() && a.author_name == b.author_name,
    }
}

fn best(scores: &Scores, heads: std::ops::Range<usize>) -> Head {
    heads.map(|head| Head::ALL[head]).max_by(|a, b| scores[*a as usize].total_cmp(&scores[*b as usize])).unwrap_or(Head::Other)
}

fn class_scores(scores: &Scores) -> [f32; 9] {
    let mut out = [0.0; 9];
    for (slot, head) in out.iter_mut().zip(Head::CLASSES) {
        *slot = probability(scores[head]);
    }
    out
}

/// Classes more likely than not; the likeliest where none is. `commission` never stands alone.
fn classes(scores: &Scores) -> Vec<Head> {
    let mut classes: Vec<Head> = Head::CLASSES.filter(|head| scores[*head] > 0.0).map(|head| Head::ALL[head]).collect();
    if classes.iter().all(|class| *class == Head::Commission) {
        let main = best(scores, Head::Offer as usize..Head::Commission as usize);
        classes.insert(0, main);
    }
    classes
}

/// What the text says of the child; a reply speaks of the child above it.
fn child(reading: &Reading, scores: &Scores, inherited: Option<&Assessment>) -> Child {
    let sex_head = best(scores, Head::SEXES);
    let sex = (scores[sex_head as usize] > 0.0).then_some(match sex_head {
        Head::Male => Sex::Male,
        Head::Female => Sex::Female,
        _ => Sex::Mixed,
    });
    let (born, unborn) = (scores[Head::Born as usize], scores[Head::Unborn as usize]);
    let born = (born.max(unborn) > 0.0).then_some(born >= unborn);
    let signs = || [Field::Title, Field::Text].into_iter().flat_map(|field| reading.field(field).signs.iter());
    let several = signs().any(|sign| sign.sense == Sense::ChildPair);
    let age_days = [Field::Title, Field::Text]
        .into_iter()
        .flat_map(|field| reading.field(field).quantities.iter())
        .find(|quantity| quantity.sense == Sense::AgeInfant || (quantity.sense == Sense::AgeChild && born == Some(true)))
        .map(|quantity| (quantity.min as u32, quantity.max as u32));
    let named = sex.is_some() || born.is_some() || age_days.is_some();
    let child = Child { sex, age_days, born, count: if several { Some(2) } else { named.then_some(1) } };
    match inherited {
        Some(above) if !named => above.child,
        _ => child,
    }
}
