//! What a term can mean: the closed list of senses. Every lexicon maps its terms to these; the stages speak of senses,
//! never of terms, so that a language is added without a change of code.

/// The part of a trade, or of an innocent scene, that a sense belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Slot {
    Child,
    Pregnancy,
    Frame,
    Transfer,
    Consideration,
    Channel,
    Role,
    Papers,
    Surrogacy,
    Recruit,
    Foster,
    Insider,
    Conduct,
    Mitigating,
    Motive,
    Species,
    Modifier,
    Urgency,
    Place,
    Reply,
    Quantity,
}

macro_rules! senses {
    ($($name:ident $word:literal $slot:ident $meaning:literal;)*) => {
        /// What a term can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Sense {
            $(#[doc = $meaning] $name,)*
        }

        impl Sense {
            /// All senses, in the order of their numbers.
            pub const ALL: &'static [Sense] = &[$(Sense::$name),*];

            /// The sense's name in packs and in reasons.
            pub fn name(self) -> &'static str {
                match self { $(Sense::$name => $word,)* }
            }

            /// The slot it fills.
            pub fn slot(self) -> Slot {
                match self { $(Sense::$name => Slot::$slot,)* }
            }

            /// The sense of that name.
            pub fn parse(name: &str) -> Option<Sense> {
                match name {
                    $($word => Some(Sense::$name),)*
                    _ => None,
                }
            }

            /// What it means, in a few words.
            pub fn meaning(self) -> &'static str {
                match self { $(Sense::$name => $meaning,)* }
            }
        }
    };
}

senses! {
    Child "child" Child "a child, sex not said";
    ChildMale "child_male" Child "a boy";
    ChildFemale "child_female" Child "a girl";
    ChildPair "child_pair" Child "twins or several children";
    Newborn "newborn" Child "born within weeks: \"full month\", \"three days old\", \"just born\"";
    ChildCode "child_code" Child "a child in the trade's code, any sex";
    ChildCodeMale "child_code_male" Child "a boy in the trade's code";
    ChildCodeFemale "child_code_female" Child "a girl in the trade's code";
    Unborn "unborn" Child "the child before birth: \"the one in the belly\", \"due next month\"";
    Pregnant "pregnant" Pregnancy "being with child, gestation, due date";
    PregnantCare "pregnant_care" Frame "ordinary antenatal care: scans, hospital bag, birth classes";
    Abortion "abortion" Pregnancy "ending a pregnancy, or not ending it";
    Give "give" Transfer "gives a child away: places, hands over, lets go";
    Take "take" Transfer "takes a child in: adopts, takes home, raises as one's own";
    Seek "seek" Transfer "looks for something: wanted, anyone who has, waiting for one";
    Sell "sell" Transfer "sells, transfers, resells, passes on";
    Reserve "reserve" Transfer "reserved before birth, first come first served";
    Handover "handover" Transfer "hand-over and delivery: place, car, brought to the door";
    Money "money" Consideration "money in plain words: price, ten thousand, fee";
    MoneySoft "money_soft" Consideration "money in soft words: compensation, nutrition fee, thank-you, red envelope";
    PriceAsk "price_ask" Consideration "asks or leaves open the price";
    Bargain "bargain" Consideration "haggles";
    Deposit "deposit" Consideration "deposit, balance, instalment";
    NoMoney "no_money" Consideration "without money: free of charge, not a cent";
    Commission "commission" Consideration "a share or fee for bringing sides together";
    Pay "pay" Channel "how money moves: transfer, cash, code, escrow";
    Contact "contact" Channel "asks for contact in private, or names a channel";
    Stock "stock" Role "several children, supply, to choose from";
    Queue "queue" Role "queue, list, membership, group admission";
    Matchmake "matchmake" Role "brings sides together: go-between, agent, introduces";
    Guarantee "guarantee" Role "guarantees: success, refund, replacement";
    Papers "papers" Papers "birth certificate, registration, vaccination book, paternity test";
    PapersMake "papers_make" Papers "makes, sells or arranges papers";
    PapersReal "papers_real" Papers "says papers stand up: online, verifiable, real stamp";
    BorrowIdentity "borrow_identity" Papers "another's name or card at the hospital";
    Surrogacy "surrogacy" Surrogacy "surrogacy and its people";
    Gamete "gamete" Surrogacy "eggs, sperm or donors for money";
    Client "client" Surrogacy "client, package, plan, withdrew";
    RecruitCare "recruit_care" Recruit "free board, check-ups, waiting home for the pregnant";
    Induce "induce" Recruit "talks a pregnant woman round: keep it, I take care of it, do not abort";
    Foster "foster" Foster "fostering, boarding a child";
    Insider "insider" Insider "staff of ward or welfare body, someone inside";
    Secrecy "secrecy" Conduct "secrecy: nobody knows, change number, never see again";
    NoProcedure "no_procedure" Conduct "past the lawful procedure";
    Denial "denial" Conduct "denials and assurances: not a trafficker, no agents, sincere only";
    Indifferent "indifferent" Conduct "anyone may take it, quickly, far away";
    TakerCheck "taker_check" Mitigating "asks after the taker's home, visits, love";
    Hardship "hardship" Mitigating "poverty, illness, debt, alone, unmarried";
    Distress "distress" Mitigating "despair, asks for help";
    Childless "childless" Motive "childless, infertile, lost a child";
    WantSex "want_sex" Motive "wishes a certain sex, an heir, the pair";
    Lawful "lawful" Frame "lawful adoption procedure and its offices";
    Institution "institution" Frame "an institution speaking: notice, office hours";
    Support "support" Frame "help for people in need: hotline, subsidy, women's federation";
    Law "law" Frame "law, courts, lawyers, sentences";
    Police "police" Frame "police, rescue, reporting a crime";
    Report "report" Frame "reporting and exposure: journalist, according to, quoted";
    Warn "warn" Frame "warnings and denunciation";
    Question "question" Frame "asks: is it, how, may I";
    LegalAsk "legal_ask" Frame "asks about lawfulness or rights";
    Search "search" Frame "searches for relatives, DNA base, reunion";
    Lost "lost" Frame "missing or abducted child";
    Reward "reward" Frame "reward for word of somebody";
    Past "past" Frame "long ago: then, years, decades";
    Pet "pet" Species "animals, breeds, their care";
    Plant "plant" Species "plants, fields, \"adopted\" trees and cows";
    Goods "goods" Frame "things for sale: baby goods, second-hand, sizes, postage";
    Nanny "nanny" Frame "nannies, maternity nurses, care paid by wage";
    Fertility "fertility" Frame "reproductive medicine";
    Parenting "parenting" Frame "everyday life with children";
    Fiction "fiction" Frame "novels, plays, films";
    Game "game" Frame "games and role play";
    Joke "joke" Frame "jokes, laughter";
    Charity "charity" Frame "donations, sponsorship, volunteers";
    Job "job" Frame "jobs, wages, recruitment of staff";
    Pension "pension" Frame "pensions and social insurance";
    Marriage "marriage" Frame "matchmaking for marriage, bride price";
    Custody "custody" Frame "custody, child support, divorce";
    Housing "housing" Frame "flats, shops, vehicles";
    Medical "medical" Frame "illness, treatment, values";
    Ordinary "ordinary" Frame "everyday matters that share wording with the trade";
    Negation "negation" Modifier "not, without, never";
    Health "health" Child "healthy, checked, full term";
    TimeNear "time_near" Urgency "now, this week, at once";
    Regular "regular" Role "every month, all the time, long-term";
    Place "place" Place "from here, same city, province";
    ReplyBuy "reply_buy" Reply "short reply of a buyer: I want it, how much, still there";
    ReplySell "reply_sell" Reply "short reply of a seller: yes, write to me, still here";
    ReplyReport "reply_report" Reply "short reply of a bystander who scolds or reports";
    AmountLow "amount_low" Quantity "a sum below 3,000 yuan or its like";
    AmountMid "amount_mid" Quantity "a sum from 3,000 to 20,000 yuan or its like";
    AmountHigh "amount_high" Quantity "a sum from 20,000 to 400,000 yuan or its like, the range of reported sales";
    AmountHuge "amount_huge" Quantity "a sum above 400,000 yuan or its like";
    AmountBare "amount_bare" Quantity "a bare number where the trade leaves out the ten thousands";
    Percent "percent" Quantity "a share in per cent";
    AgeInfant "age_infant" Quantity "an age below two years";
    AgeChild "age_child" Quantity "an age from two to fourteen years";
    AgeAdult "age_adult" Quantity "an age from fifteen years";
    Gestation "gestation" Quantity "weeks or months of a pregnancy";
    DueDate "due_date" Quantity "a month or day of birth to come";
    YearPast "year_past" Quantity "a year long ago";
    CalendarDate "calendar_date" Quantity "a date";
    Measure "measure" Quantity "a length, weight or volume";
    Number "number" Quantity "any other number";
    Identifier "identifier" Channel "an identifier of a person: phone, handle, address";
}

impl Sense {
    /// The slot of a trade that the sense fills; `None` for what fits any talk: frames, modifiers, motives, times, numbers.
    pub fn fills(self) -> Option<Slot> {
        match self {
            Sense::AmountMid | Sense::AmountHigh | Sense::AmountHuge | Sense::AmountBare | Sense::Percent => Some(Slot::Consideration),
            Sense::Gestation | Sense::DueDate => Some(Slot::Pregnancy),
            _ => match self.slot() {
                Slot::Frame
                | Slot::Species
                | Slot::Modifier
                | Slot::Mitigating
                | Slot::Motive
                | Slot::Reply
                | Slot::Quantity
                | Slot::Place
                | Slot::Urgency => None,
                slot => Some(slot),
            },
        }
    }

    /// Whether the sense is what a trade is about: a child, a pregnancy, papers, or those who procure them.
    pub fn is_core(self) -> bool {
        // Every business has clients; only surrogacy itself is about a child.
        self != Sense::Client
            && self.fills().is_some_and(|slot| {
                matches!(
                    slot,
                    Slot::Child | Slot::Pregnancy | Slot::Papers | Slot::Surrogacy | Slot::Recruit | Slot::Foster | Slot::Insider
                )
            })
    }
}
