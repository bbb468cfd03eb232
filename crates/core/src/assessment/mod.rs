//! Posts in, assessments out: what each post is found to be, with every reason at its span.
//!
//! In: the posts of one thread, or a post alone. Out: an [`Assessment`] each.
//! Always: the reasons' weights add up to the score; every reason but `prior` has a span; a post is cleared with the
//! reason why it is not trade; somebody in need is never put on alert; nothing calls a person a criminal.
//! Start reading at [`Assessor::assess`].

mod child;
pub mod explain;
pub mod feature;
pub mod model;
pub mod place;
pub mod quantity;
pub mod reading;
pub mod row;
pub mod urgency;
mod weights;

use crate::identifier::{self, Extractor, Mention, PostFields};
use crate::pack::place::NameScanner;
use crate::pack::{Packs, Sense};
use crate::post::Post;
use crate::text::{Folded, Steps, Unit, is_ideograph};
use crate::units::{Field, Span, Time};
use feature::Context;
use model::{Head, Model, Scores, Weigher, probability};
use place::{Place, Role};
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

impl Child {
    /// What is said of this child, and where nothing is, what is said of the other.
    fn or(self, other: Child) -> Child {
        Child {
            sex: self.sex.or(other.sex),
            age_days: self.age_days.or(other.age_days),
            born: self.born.or(other.born),
            count: self.count.or(other.count),
        }
    }
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
    /// Places in all fields, in order of field and span.
    pub places: Vec<Place>,
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
    names: NameScanner,
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
        if thread.len() == 1 {
            return vec![self.assess_under(thread, 0, Above::default(), &[], scratch)];
        }
        let parents = parents(thread);
        let mut answers: Vec<Option<Assessment>> = vec![None; thread.len()];
        let mut above: Vec<Above> = vec![Above::default(); thread.len()];
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
                    above[at] = match parents[at] {
                        None => Above { root: at, trade: None },
                        Some(parent) => {
                            let is_trade = answers[parent].as_ref().is_some_and(|answer| answer.tier != Tier::Clear);
                            Above { root: above[parent].root, trade: if is_trade { Some(parent) } else { above[parent].trade } }
                        }
                    };
                    answers[at] = Some(self.assess_under(thread, at, above[at], &answers, scratch));
                }
            }
        }
        let mut answers: Vec<Assessment> = answers.into_iter().flatten().collect();
        self.join_parts(thread, &mut answers);
        answers
    }

    /// Puts contacts together that one author spread over the messages of a thread.
    fn join_parts(&self, thread: &[&Post], answers: &mut [Assessment]) {
        if thread.len() < 2 {
            return;
        }
        let folded: Vec<[Folded; 5]> = thread
            .iter()
            .map(|post| {
                Field::ALL.map(|field| {
                    let mut folded = Folded::default();
                    self.packs.characters.fold(post.field(field), &mut folded);
                    folded
                })
            })
            .collect();
        let fields: Vec<[(Field, &str, &Folded); 5]> = thread
            .iter()
            .zip(&folded)
            .map(|(post, folded)| Field::ALL.map(|field| (field, post.field(field), &folded[field as usize])))
            .collect();
        let posts: Vec<PostFields> = thread
            .iter()
            .zip(&fields)
            .map(|(post, fields)| PostFields { source: &post.source, id: &post.id, author_id: post.author_id.as_deref(), fields })
            .collect();
        let mut mentions: Vec<Vec<Mention>> = answers.iter_mut().map(|answer| std::mem::take(&mut answer.mentions)).collect();
        self.extractor.join_parts(&posts, &mut mentions, &mut identifier::Scratch::default());
        for (answer, mentions) in answers.iter_mut().zip(mentions) {
            answer.mentions = mentions;
        }
    }

    fn assess_under(&self, thread: &[&Post], at: usize, above: Above, answers: &[Option<Assessment>], scratch: &mut Scratch) -> Assessment {
        let post = thread[at];
        let context = Context {
            is_reply: post.parent_id.is_some(),
            under_trade: above.trade.is_some(),
            by_opener: above.root != at && same_author(thread[above.root], post),
        };
        let trade_above = above.trade;
        scratch.reading.read(self.packs, self.extractor, post);
        let filled = Filled::of(&scratch.reading);
        let enough = slots_to_weigh(&scratch.reading.field(Field::Text).folded.units);
        if filled.slots < enough && !filled.core && !filled.distress && !context.under_trade {
            return self.ordinary(&mut scratch.reading);
        }
        let inherited = trade_above.and_then(|above| answers[above].as_ref());
        let above = trade_above.map(|above| (above as u32, thread[above]));
        self.judge(post, &context, filled, above, inherited, scratch)
    }

    /// A post that speaks of no child, pregnancy or papers and has at most one sign of a trade, or a brief one without any,
    /// is not weighed any further.
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
            places: Vec::new(),
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
        trade_above: Option<(u32, &Post)>,
        inherited: Option<&Assessment>,
        scratch: &mut Scratch,
    ) -> Assessment {
        let reading = &scratch.reading;
        let weighed = scratch.weigher.weigh(self.model, reading, context);
        let scores = self.model.scores(weighed);
        let reasons = explain::reasons(self.model, post, reading, weighed, trade_above);
        let bits: f32 = reasons.iter().map(|reason| reason.weight_bits).sum();
        let risk = probability(bits);
        let lookalike = best(&scores, Head::LOOKALIKES);
        let in_need = scores[Head::Support as usize] > 0.0 || lookalike == Head::PrivatePlacing;
        let tier = self.tier(risk, in_need, filled, context);
        let trade = tier != Tier::Clear;
        let route = match (trade, in_need) {
            (true, _) => Route::Lead,
            (false, true) => Route::Support,
            (false, false) => Route::None,
        };
        let classes = if trade { classes(&scores) } else { Vec::new() };
        let mut own = if route == Route::None { Child::default() } else { child::child(reading, &scores) };
        let (urgency, due) = if route == Route::None {
            (None, None)
        } else {
            let known = urgency::Known { classes: &classes, child: own, above: inherited.and_then(|above| above.urgency) };
            let (urgency, due) = urgency::decide(reading, post, &scores, self.options.as_of, &known);
            (Some(urgency), due)
        };
        if let Some(above) = inherited {
            own = own.or(above.child);
        }
        let writer = writer_side(&classes, (!trade).then_some(lookalike));
        let places = place::Reader::new(self.packs, post, reading).places(writer, &mut scratch.names);
        Assessment {
            tier,
            risk: probability(bits + self.shift()),
            class_scores: class_scores(&scores),
            classes,
            lookalike: (!trade).then_some(lookalike),
            route,
            urgency,
            due,
            disguise: explain::disguise(reading),
            child: own,
            prices: if route == Route::None { Vec::new() } else { explain::prices(reading) },
            places,
            reasons,
            mentions: std::mem::take(&mut scratch.reading.mentions),
        }
    }

    /// The tier of a post. A lead is about a child, a pregnancy or papers and fills a second slot, or stands under a
    /// trade in its thread; what is weaker than that has to be all the likelier. An alert fills a third slot.
    fn tier(&self, risk: f32, in_need: bool, filled: Filled, context: &Context) -> Tier {
        let limit = match filled {
            _ if context.under_trade => self.model.review,
            Filled { core: true, slots: 3.., .. } => self.model.review,
            Filled { core: true, slots: 2, .. } => self.model.review_thin,
            _ => self.model.review_weak,
        };
        if risk < limit {
            return Tier::Clear;
        }
        if risk >= self.model.alert && !in_need && filled.core && filled.slots >= 3 { Tier::Alert } else { Tier::Review }
    }
}

/// How many slots a text has to fill to be weighed. A brief one has room for few signs, and of languages that are
/// written in letters the packs know fewer words than of Chinese.
fn slots_to_weigh(units: &[Unit]) -> u32 {
    const BRIEF: usize = 60;
    const BRIEF_IN_LETTERS: usize = 160;
    let in_letters = || !units.is_empty() && !units.iter().any(|unit| is_ideograph(unit.ch));
    match units.len() {
        ..=BRIEF_IN_LETTERS if in_letters() => 0,
        ..=BRIEF => 1,
        _ => 2,
    }
}

/// What stands above a post in its thread.
#[derive(Clone, Copy, Default)]
struct Above {
    /// The post that opened the thread; the post itself where it opens one.
    root: usize,
    /// The nearest post above that was found to be trade.
    trade: Option<usize>,
}

/// Which slots of a trade are filled in a reading.
#[derive(Clone, Copy)]
struct Filled {
    /// How many different ones.
    slots: u32,
    /// Whether one of them is a child, a pregnancy, papers, surrogacy, recruiting, fostering or an insider.
    core: bool,
    /// Whether somebody asks for help, who must not be passed over as ordinary.
    distress: bool,
}

impl Filled {
    /// A guess of two syllables fills nothing: too many ordinary words sound like a term.
    fn of(reading: &Reading) -> Filled {
        let (mut filled, mut core, mut distress) = (0u64, false, false);
        for field in Field::ALL {
            for sign in &reading.field(field).signs {
                if sign.steps.is_lossy() && sign.to - sign.from < 3 {
                    continue;
                }
                distress |= sign.sense == Sense::Distress;
                let Some(slot) = sign.sense.fills() else { continue };
                core |= sign.sense.is_core();
                filled |= 1 << slot as u32;
            }
        }
        Filled { slots: filled.count_ones(), core, distress }
    }
}

/// The number of each post's parent within the thread. A parent that is not there is none; of a cycle, the last post of
/// the thread loses its parent. Time is linear.
fn parents(thread: &[&Post]) -> Vec<Option<usize>> {
    let by_id: rustc_hash::FxHashMap<&str, usize> = thread.iter().enumerate().rev().map(|(at, post)| (post.id.as_str(), at)).collect();
    let mut parents: Vec<Option<usize>> =
        thread.iter().map(|post| post.parent_id.as_deref().and_then(|id| by_id.get(id)).copied()).collect();
    // 0: not seen; otherwise one more than the start of the walk that saw it first.
    let mut seen = vec![0usize; thread.len()];
    for start in 0..thread.len() {
        let mut at = Some(start);
        while let Some(step) = at.filter(|step| seen[*step] == 0) {
            seen[step] = start + 1;
            at = parents[step];
        }
        if let Some(first) = at.filter(|step| seen[*step] == start + 1) {
            let (mut last, mut step) = (first, parents[first].unwrap_or(first));
            while step != first {
                last = last.max(step);
                step = parents[step].unwrap_or(first);
            }
            parents[last] = None;
            // The walk may go on over what it opened: nothing below it forms a cycle any more.
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

/// The likeliest class, and others beside it that are twice as likely as not. `commission` never stands alone.
fn classes(scores: &Scores) -> Vec<Head> {
    const TWICE: f32 = 1.0;
    let main = best(scores, Head::Offer as usize..Head::Commission as usize);
    let found = |head: Head| match head {
        Head::Commission => scores[head as usize] > 0.0,
        _ => head == main || scores[head as usize] > TWICE,
    };
    Head::CLASSES.map(|head| Head::ALL[head]).filter(|head| found(*head)).collect()
}

/// The side of a hand-over that whoever writes is on, as far as the classes tell. A parent who places a child without
/// signs of profit is where the child is.
fn writer_side(classes: &[Head], lookalike: Option<Head>) -> Role {
    let gives = classes.contains(&Head::Offer) || lookalike == Some(Head::PrivatePlacing);
    match (gives, classes.contains(&Head::Seek)) {
        (true, false) => Role::Origin,
        (false, true) => Role::Destination,
        _ => Role::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Defaults, Record, utc};

    fn post(columns: &str) -> Post {
        let line = format!(r#"{{"source":"chat.example.org","published_at":"2026-02-20T12:00:00+08:00",{columns}}}"#);
        let record = Record::from_json(&line).expect("JSON");
        record.into_post(&Defaults { source: None, timezone: utc() }).expect("a post")
    }

    fn assess(posts: &[Post]) -> Vec<Assessment> {
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let assessor = Assessor::new(Packs::builtin(), Model::builtin(), &extractor, Options::default());
        assessor.assess(&posts.iter().collect::<Vec<_>>(), &mut Scratch::default())
    }

    #[test]
    fn the_reasons_add_up_to_the_risk() {
        for text in ["男宝满月，补三万，有意私聊", "金毛满月，三百元补偿，有意私聊", "今天天气不错", ""] {
            let answer = &assess(&[post(&format!(r#""id":"1","title":"t","text":"{text}""#))])[0];
            let bits: f32 = answer.reasons.iter().map(|reason| reason.weight_bits).sum();
            assert!((probability(bits) - answer.risk).abs() < 1e-4, "{text}");
            assert!(answer.reasons.iter().all(|reason| reason.place.is_some() == (reason.code != "prior")), "{text}");
        }
    }

    #[test]
    fn another_prevalence_moves_the_log_odds() {
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let options = Options { prevalence: 0.01, ..Options::default() };
        let assessor = Assessor::new(Packs::builtin(), Model::builtin(), &extractor, options);
        let post = post(r#""id":"1","text":"男宝满月，补三万，有意私聊""#);
        let rare = assessor.assess(&[&post], &mut Scratch::default())[0].risk;
        let even = assess(&[post])[0].risk;
        let odds = |risk: f32| f64::from(risk / (1.0 - risk));
        assert!((odds(even) / odds(rare) / 99.0 - 1.0).abs() < 0.05, "{even} {rare}");
    }

    #[test]
    fn a_short_reply_is_read_under_its_offer() {
        let offer = post(r#""id":"1","thread_id":"t","author_id":"a","text":"男宝满月，家里养不起，补偿五万，可上门看""#);
        let bid = post(r#""id":"2","thread_id":"t","parent_id":"1","author_id":"b","text":"多少，还在吗""#);
        let answers = assess(&[bid.clone(), offer]);
        assert_eq!((answers[0].tier == Tier::Clear, answers[1].tier == Tier::Clear), (false, false));
        assert_eq!((answers[0].urgency, answers[0].child), (answers[1].urgency, answers[1].child));
        assert_eq!(answers[0].child.sex, Some(Sex::Male));
        assert!(answers[0].reasons.iter().any(|reason| reason.post == Some(1)), "the reason points to the offer");
        assert_eq!(assess(&[bid])[0].tier, Tier::Clear);
    }

    #[test]
    fn a_cycle_of_parents_is_cut_and_a_missing_parent_is_none() {
        let thread = [
            post(r#""id":"1","text":"a","parent_id":"3""#),
            post(r#""id":"2","text":"b","parent_id":"1""#),
            post(r#""id":"3","text":"c","parent_id":"2""#),
            post(r#""id":"4","text":"d","parent_id":"4""#),
            post(r#""id":"5","text":"e","parent_id":"9""#),
        ];
        assert_eq!(parents(&thread.iter().collect::<Vec<_>>()), [Some(2), Some(0), None, None, None]);
        assert_eq!(assess(&thread).len(), 5);
    }

    #[test]
    fn a_mother_in_need_is_routed_to_support_and_never_on_alert() {
        for text in [
            "怀孕七个月，他不见了，我一个人在外地，真的养不了，不要钱，想问问有没有正规的地方可以帮帮我和孩子",
            "产后两个月天天哭，没钱买奶粉，撑不下去了，谁能告诉我该找哪个部门求助",
        ] {
            let answer = &assess(&[post(&format!(r#""id":"1","text":"{text}""#))])[0];
            assert_ne!(answer.tier, Tier::Alert, "{text}");
            assert_eq!((answer.tier, answer.route), (Tier::Clear, Route::Support), "{text}");
        }
    }

    #[test]
    fn a_reply_has_the_urgency_of_the_birth_it_asks_about() {
        let offer = post(r#""id":"1","thread_id":"t","author_id":"a","text":"孕37周，男宝，家里养不起，补偿五万，月底就生，有意私聊""#);
        let bid = post(r#""id":"2","thread_id":"t","parent_id":"1","author_id":"b","text":"八万可以吗""#);
        let answers = assess(&[offer, bid]);
        assert_eq!((answers[0].urgency, answers[1].urgency), (Some(Urgency::DueSoon), Some(Urgency::DueSoon)));
    }

    #[test]
    fn an_offer_of_years_ago_is_stale() {
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let now = Time { unix_seconds: 1_772_294_400 + 3 * 365 * 86_400, offset_seconds: 0 };
        let assessor = Assessor::new(Packs::builtin(), Model::builtin(), &extractor, Options { as_of: Some(now), ..Options::default() });
        let offer = post(r#""id":"1","text":"男宝满月，家里养不起，补偿五万，可上门看""#);
        assert_eq!(assessor.assess(&[&offer], &mut Scratch::default())[0].urgency, Some(Urgency::Stale));
        assert_eq!(assess(&[offer])[0].urgency, Some(Urgency::ChildNow));
    }

    #[test]
    fn whoever_may_be_in_need_is_not_put_on_alert_however_high_the_risk() {
        let extractor = Extractor::new(identifier::Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let offer = post(r#""id":"1","text":"男宝满月，家里养不起，补偿五万，可上门看""#);
        for (support, tier) in
            [("support=-3 pet=1", Tier::Alert), ("support=3 pet=1", Tier::Review), ("support=-3 private_placing=1", Tier::Review)]
        {
            let model = Model::parse("model.tsv", &format!("prior\ttrade=12 offer=1 {support}\n")).expect("valid");
            let assessor = Assessor::new(Packs::builtin(), &model, &extractor, Options::default());
            assert_eq!(assessor.assess(&[&offer], &mut Scratch::default())[0].tier, tier, "{support}");
        }
    }

    #[test]
    fn the_writers_own_place_is_where_the_child_is_in_an_offer_and_where_it_goes_in_a_search() {
        let offer = post(r#""id":"1","author_name":"湘 送女宝","text":"坐标福建莆田，男宝满月，家里养不起，补偿五万，可上门看""#);
        let search = post(r#""id":"2","text":"坐标河南，结婚十年没孩子，想领养一个女宝，补偿五万，有意私聊""#);
        let places = |post: Post| {
            let answer = assess(&[post]).remove(0);
            assert_ne!(answer.tier, Tier::Clear);
            answer.places.into_iter().map(|place| (place.field, place.name, place.role)).collect::<Vec<_>>()
        };
        let expected = [(Field::Text, "莆田市".into(), Role::Origin), (Field::AuthorName, "湖南省".into(), Role::Origin)];
        assert_eq!(places(offer), expected);
        assert_eq!(places(search), [(Field::Text, "河南省".into(), Role::Destination)]);
        assert_eq!(assess(&[post(r#""id":"3","text":"福建今天下雨""#)])[0].places, [], "an ordinary post is not read that far");
    }

    #[test]
    fn a_parent_who_places_a_child_is_where_the_child_is_and_a_broker_is_nowhere() {
        assert_eq!(writer_side(&[Head::Offer, Head::Broker], None), Role::Origin);
        assert_eq!(writer_side(&[Head::Seek], None), Role::Destination);
        assert_eq!(writer_side(&[], Some(Head::PrivatePlacing)), Role::Origin);
        for classes in [&[Head::Broker][..], &[Head::Offer, Head::Seek]] {
            assert_eq!(writer_side(classes, None), Role::Unknown);
        }
    }

    #[test]
    fn a_brief_text_is_weighed_on_fewer_signs_than_a_long_one() {
        let slots = |text: &str| {
            let mut folded = Folded::default();
            Packs::builtin().characters.fold(text, &mut folded);
            slots_to_weigh(&folded.units)
        };
        assert_eq!((slots(&"天".repeat(60)), slots(&"天".repeat(61))), (1, 2));
        assert_eq!((slots(&"word ".repeat(32)), slots(&"word ".repeat(33)), slots("word 天")), (0, 2, 1));
        assert_eq!(slots(""), 1);
        let is_weighed = |text: &str| assess(&[post(&format!(r#""id":"1","text":"{text}""#))])[0].reasons.len() > 1;
        assert!(is_weighed("五万，明天") && !is_weighed("明天下雨") && !is_weighed(&format!("五万，{}", "明天下雨".repeat(20))));
    }

    #[test]
    fn a_further_class_has_to_be_twice_as_likely_as_not() {
        let mut scores = [-3.0; Head::COUNT];
        scores[Head::Offer as usize] = -1.0;
        assert_eq!(classes(&scores), [Head::Offer]);
        scores[Head::Broker as usize] = 1.1;
        scores[Head::Seek as usize] = 0.9;
        scores[Head::Commission as usize] = 0.1;
        assert_eq!(classes(&scores), [Head::Broker, Head::Commission]);
        scores[Head::Offer as usize] = 1.2;
        assert_eq!(classes(&scores), [Head::Offer, Head::Broker, Head::Commission]);
    }

    #[test]
    fn a_contact_in_two_messages_is_put_together() {
        let first = post(r#""id":"1","thread_id":"t","author_id":"a","text":"男宝满月，补偿五万，加我扣99640""#);
        let second = post(r#""id":"2","thread_id":"t","parent_id":"1","author_id":"a","text":"后面70531""#);
        let answers = assess(&[first, second]);
        let joined: Vec<&Mention> = answers[1].mentions.iter().filter(|mention| !mention.parts.is_empty()).collect();
        assert_eq!(joined.iter().map(|mention| mention.value.as_str()).collect::<Vec<_>>(), ["9964070531"]);
    }
}
