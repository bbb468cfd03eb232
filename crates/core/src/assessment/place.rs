//! A post as it is read in, the places that it names out, and which side of a hand-over each is on.
//!
//! In: the folded fields, their signs, and the classes of the post. Out: [`Place`]s in order of field and span.
//! Always: of places that hold each other and are written one behind the other, the finest is told, at the span of all
//! of them; a name of several places is told only where something says which. Start reading at [`Reader::places`].

use super::reading::{FieldReading, Reading, Sign};
use crate::pack::place::{Division, Meaning, NameAt, NameScanner, PlaceNames, Read, Says};
use crate::pack::{Packs, Sense, Slot};
use crate::post::Post;
use crate::text::{CharTable, Steps, Unit, is_ideograph};
use crate::units::{Field, Span};

/// Which side of a hand-over a place is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Where the child or whoever gives it is.
    Origin,
    /// Where the child is brought, or whoever takes it is.
    Destination,
    /// Not said.
    Unknown,
}

impl Role {
    /// The role's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Role::Origin => "origin",
            Role::Destination => "destination",
            Role::Unknown => "unknown",
        }
    }

    fn opposite(self) -> Role {
        match self {
            Role::Origin => Role::Destination,
            Role::Destination => Role::Origin,
            Role::Unknown => Role::Unknown,
        }
    }
}

/// A place that a post names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Code of the division in its country's list.
    pub code: Box<str>,
    /// Full name of the division.
    pub name: Box<str>,
    /// Which side of a hand-over it is on.
    pub role: Role,
    /// Field in which it stands.
    pub field: Field,
    /// Where it stands in the original field.
    pub span: Span,
}

/// A name that is taken for a place, before all fields are read.
struct Found {
    field: Field,
    from: usize,
    to: usize,
    /// Numbers of the divisions it may stand for; one at least.
    divisions: Vec<u32>,
    before: Option<Says>,
    behind: Option<Says>,
}

/// Reads the places of a post.
pub struct Reader<'a> {
    names: &'a PlaceNames,
    characters: &'a CharTable,
    post: &'a Post,
    reading: &'a Reading,
}

/// What becomes of a name.
enum Verdict {
    /// A place that stands on its own.
    Place(Found),
    /// A part of the place right before it.
    Part(Vec<u32>),
    /// Another thing: what lies inside is no place either.
    Thing,
    /// Nothing known; shorter names from the same unit may do.
    Pass,
}

impl<'a> Reader<'a> {
    /// A reader of one post.
    pub fn new(packs: &'a Packs, post: &'a Post, reading: &'a Reading) -> Reader<'a> {
        Reader { names: packs.places(), characters: &packs.characters, post, reading }
    }

    /// The places of the post. `writer` is the side that whoever writes is on: [`Role::Origin`] in an offer,
    /// [`Role::Destination`] where a child is sought.
    pub fn places(&self, writer: Role, scanner: &mut NameScanner) -> Vec<Place> {
        let mut found = Vec::new();
        for field in Field::ALL {
            let read = self.reading.field(field);
            if !read.folded.units.is_empty() {
                let first = found.len();
                self.names.scan(&read.folded, scanner);
                self.read_field(field, &scanner.names, &mut found);
                if field == Field::AuthorName {
                    self.read_codes(first, &mut found);
                }
                self.share(&mut found[first..]);
            }
        }
        let known: Vec<u32> = found.iter().filter(|found| found.divisions.len() == 1).map(|found| found.divisions[0]).collect();
        let mut places: Vec<Place> = found.iter().filter_map(|found| self.place(found, &known, writer)).collect();
        places.sort_by_key(|place| (place.field, place.span));
        places
    }

    /// Takes names from left to right, from each unit the longest that is a place.
    fn read_field(&self, field: Field, names: &[NameAt], found: &mut Vec<Found>) {
        let (first, mut covered) = (found.len(), 0);
        for names in names.chunk_by(|a, b| a.from == b.from) {
            if names[0].from < covered {
                continue;
            }
            for name in names {
                let before = found[first..].last();
                match self.judge(field, name, before) {
                    Verdict::Place(place) => found.push(place),
                    Verdict::Part(divisions) => {
                        let behind = self.says_behind(field, name.to);
                        let whole = found.last_mut().expect("a part follows a place");
                        (whole.to, whole.divisions, whole.behind) = (name.to, divisions, behind);
                    }
                    Verdict::Thing => {
                        if before.is_some_and(|before| before.to == name.from) && self.names.meanings(name).next().is_some() {
                            found.pop();
                        }
                    }
                    Verdict::Pass => continue,
                }
                covered = name.to;
                break;
            }
        }
    }

    fn judge(&self, field: Field, name: &NameAt, before: Option<&Found>) -> Verdict {
        let meanings = || self.names.meanings(name);
        let behind = self.says_behind(field, name.to);
        if meanings().next().is_none() || behind == Some(Says::Not) {
            return Verdict::Thing;
        }
        let units = &self.reading.field(field).folded.units;
        let cut = self.cut(units, name);
        if let Some(before) = before.filter(|before| before.to == name.from) {
            let parts: Vec<u32> = meanings()
                .filter(|meaning| meaning.read == Read::Anywhere || !cut.1)
                .map(|meaning| meaning.division)
                .filter(|part| before.divisions.iter().any(|whole| self.holds(*whole, *part)))
                .collect();
            if !parts.is_empty() {
                return Verdict::Part(parts);
            }
        }
        let said_before = self.names.says_before(units, name.from).filter(|says| !matches!(says, Says::Plain | Says::Not));
        let cued = (said_before.is_some() || behind.is_some() || self.leads_on(field, name)) && !cut.0 && !cut.1;
        let may_stand = |meaning: &Meaning| match meaning.read {
            Read::Anywhere => !(cut.0 && cut.1),
            Read::Cue => cued,
            Read::Under => false,
        };
        let divisions: Vec<u32> = meanings().filter(may_stand).map(|meaning| meaning.division).collect();
        if divisions.is_empty() {
            return Verdict::Pass;
        }
        Verdict::Place(Found { field, from: name.from, to: name.to, divisions, before: said_before, behind })
    }

    /// Whether common words of two characters cut through the name's left and right border.
    fn cut(&self, units: &[Unit], name: &NameAt) -> (bool, bool) {
        let word = |left: usize| {
            let Some([first, second]) = units.get(left..left + 2) else { return false };
            second.gap.is_empty() && !second.spaced && self.characters.is_word(first.ch, second.ch)
        };
        let short = name.to - name.from == 2;
        (short && name.from > 0 && word(name.from - 1), short && word(name.to - 1))
    }

    /// Whether the name opens a title, text or nickname and stands apart from what follows, or a part of it follows.
    fn leads_on(&self, field: Field, name: &NameAt) -> bool {
        let read = self.reading.field(field);
        let apart = |unit: &Unit| unit.spaced || !unit.gap.is_empty() || !unit.ch.is_alphanumeric();
        let opens = name.from == 0 && field != Field::GroupName && read.folded.units.get(name.to).is_some_and(apart);
        opens && read.signs.iter().any(|sign| sign.sense.is_core()) || is_handed_over(read, name.to)
    }

    /// What stands behind a name: words of place, or the child.
    fn says_behind(&self, field: Field, to: usize) -> Option<Says> {
        let read = self.reading.field(field);
        let (mut at, mut said) = (to, None);
        while let Some((says, end)) = self.names.says_behind(&read.folded.units, at) {
            match says {
                Says::Here => said = Some(Says::Here),
                Says::Plain => {}
                Says::Not if at > to => break,
                says => return Some(says),
            }
            at = end;
        }
        let child = matches!(field, Field::Title | Field::Text) && (is_child(read, to) || is_child(read, at));
        if child { Some(Says::From) } else { said }
    }

    fn holds(&self, whole: u32, part: u32) -> bool {
        self.division(whole).holds(self.division(part))
    }

    fn division(&self, number: u32) -> &Division {
        self.names.division(number)
    }

    /// Codes of one character count where the nickname tells of a child or a hand-over, and where they stand apart from
    /// other words.
    fn read_codes(&self, first: usize, found: &mut Vec<Found>) {
        let read = self.reading.field(Field::AuthorName);
        let units = &read.folded.units;
        let marks = |sign: &&Sign| matches!(sign.sense.slot(), Slot::Child | Slot::Transfer | Slot::Pregnancy);
        let apart = |at: usize| units[at].spaced || !units[at].gap.is_empty() || !units[at].ch.is_alphanumeric();
        let letter = |at: usize| matches!(units[at].ch, 's' | 'l') && units.get(at + 1).is_none_or(|next| !next.ch.is_ascii_alphanumeric());
        for at in 0..units.len() {
            let Some(division) = self.names.code(units[at].ch) else { continue };
            let opens = at == 0 || apart(at) || !is_ideograph(units[at - 1].ch);
            let next = at + 1;
            let closes = next == units.len()
                || apart(next)
                || letter(next)
                || read.signs.iter().any(|sign| sign.from as usize == next && sign.sense.slot() == Slot::Transfer);
            let marked = read.signs.iter().filter(marks).any(|sign| sign.to as usize <= at || sign.from as usize > at);
            let taken = found[first..].iter().any(|found| (found.from..found.to).contains(&at));
            if opens && closes && marked && !taken {
                let place = Found { field: Field::AuthorName, from: at, to: next, divisions: vec![division], before: None, behind: None };
                found.push(place);
            }
        }
    }

    /// In a list of places, what is said before the first and behind the last holds for all.
    fn share(&self, found: &mut [Found]) {
        found.sort_by_key(|found| found.from);
        for at in (1..found.len()).rev() {
            let listed = self.are_listed(&found[at - 1], &found[at]);
            if listed && found[at - 1].before.is_none() && found[at - 1].behind.is_none() && found[at].before.is_none() {
                found[at - 1].behind = found[at].behind;
            }
        }
        for at in 1..found.len() {
            if self.are_listed(&found[at - 1], &found[at]) && found[at].before.is_none() && found[at].behind.is_none() {
                found[at].before = found[at - 1].before;
            }
        }
    }

    fn are_listed(&self, first: &Found, second: &Found) -> bool {
        let units = &self.reading.field(first.field).folded.units;
        match &units[first.to..second.from] {
            [] => true,
            [between] => matches!(between.ch, '和' | '或' | '/') || between.span().slice(self.post.field(first.field)) == Some("、"),
            _ => false,
        }
    }

    /// The place that a name stands for, if that can be told: the largest of its divisions, and of several the one that
    /// another place of the post holds.
    fn place(&self, found: &Found, known: &[u32], writer: Role) -> Option<Place> {
        let size = |number: u32| self.division(number).stem().len();
        let least = found.divisions.iter().map(|number| size(*number)).min()?;
        let mut largest: Vec<u32> = found.divisions.iter().copied().filter(|number| size(*number) == least).collect();
        if largest.len() > 1 {
            largest.retain(|part| known.iter().any(|whole| self.holds(*whole, *part)));
        }
        let [only] = largest[..] else { return None };
        let division = self.division(only);
        Some(Place {
            code: division.code.clone(),
            name: division.name.clone(),
            role: role(found, writer),
            field: found.field,
            span: self.reading.field(found.field).span(found.from as u32, found.to as u32),
        })
    }
}

/// The role that the words beside a name give it; the writer's own side where they say nothing else.
fn role(found: &Found, writer: Role) -> Role {
    match (found.before, found.behind) {
        (Some(Says::From), _) | (_, Some(Says::From)) => Role::Origin,
        (_, Some(Says::To)) => Role::Destination,
        (_, Some(Says::Theirs)) => writer.opposite(),
        (Some(Says::To), _) => Role::Destination,
        _ => writer,
    }
}

/// Whether a child is named at unit `at`, and no wish for one.
fn is_child(read: &FieldReading, at: usize) -> bool {
    let signs = || read.signs.iter().filter(|sign| sign.from as usize == at && !sign.steps.is_lossy());
    let child = |sign: &Sign| sign.sense.slot() == Slot::Child && sign.sense != Sense::Health;
    signs().any(child) && !signs().any(|sign| matches!(sign.sense.slot(), Slot::Transfer | Slot::Motive))
}

/// Whether a child or its hand-over follows at once.
fn is_handed_over(read: &FieldReading, at: usize) -> bool {
    let names = |sign: &Sign| matches!(sign.sense.slot(), Slot::Child | Slot::Transfer) && sign.steps == Steps::NONE;
    read.signs.iter().any(|sign| sign.from as usize == at && sign.sense != Sense::Health && names(sign))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::{Extractor, Options};
    use crate::post::{Defaults, Record, utc};

    fn post(columns: &serde_json::Value) -> Post {
        let line = columns.to_string();
        let record = Record::from_json(&line).expect("JSON");
        record.into_post(&Defaults { source: None, timezone: utc() }).expect("a post")
    }

    fn read(post: &Post, writer: Role) -> Vec<Place> {
        let extractor = Extractor::new(Options { test_numbers: true, key: [0; 32] }, Packs::builtin());
        let mut reading = Reading::default();
        reading.read(Packs::builtin(), &extractor, post);
        Reader::new(Packs::builtin(), post, &reading).places(writer, &mut NameScanner::default())
    }

    #[derive(serde::Deserialize)]
    struct Cases {
        case: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        text: String,
        #[serde(default)]
        title: String,
        #[serde(default)]
        author_name: String,
        #[serde(default)]
        author_bio: String,
        #[serde(default)]
        group_name: String,
        #[serde(default = "unknown")]
        writer: String,
        expected: Vec<Expected>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Expected {
        raw: String,
        code: String,
        role: String,
        #[serde(default = "text")]
        field: String,
    }

    fn unknown() -> String {
        "unknown".to_owned()
    }

    fn text() -> String {
        "text".to_owned()
    }

    #[test]
    fn every_case_is_read_as_written() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/place");
        let (mut cases, mut near_misses, mut faults) = (0, 0, Vec::new());
        for file in ["place.toml", "near_miss.toml"] {
            let content = std::fs::read_to_string(format!("{folder}/{file}")).expect("a case file is text");
            let parsed: Cases = toml::from_str(&content).unwrap_or_else(|error| panic!("{file}: {error}"));
            for case in parsed.case {
                cases += 1;
                near_misses += usize::from(case.expected.is_empty());
                let post = post(&serde_json::json!({
                    "id": "1", "source": "forum.example.org", "text": case.text, "title": case.title,
                    "author_name": case.author_name, "author_bio": case.author_bio, "group_name": case.group_name,
                }));
                let role = [Role::Origin, Role::Destination, Role::Unknown].into_iter().find(|role| role.name() == case.writer);
                let found: Vec<Expected> = read(&post, role.expect("a role"))
                    .iter()
                    .map(|place| Expected {
                        raw: place.span.slice(post.field(place.field)).expect("on boundaries").to_owned(),
                        code: place.code.to_string(),
                        role: place.role.name().to_owned(),
                        field: place.field.name().to_owned(),
                    })
                    .collect();
                if found != case.expected {
                    faults.push(format!("{}: {:?}: found {found:?}", case.name, case.text));
                }
            }
        }
        assert!(faults.is_empty(), "{} of {cases} cases fail:\n{}", faults.len(), faults.join("\n"));
        assert!(cases >= 80 && near_misses >= 45, "{cases} cases, {near_misses} near misses");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn a_place_slices_its_field(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12), writer in 0..3_usize) {
            let text = pieces.concat();
            let post = post(&serde_json::json!({"id": "1", "source": "s", "text": text, "title": "t", "author_name": text}));
            let places = read(&post, [Role::Origin, Role::Destination, Role::Unknown][writer]);
            for place in &places {
                prop_assert!(place.span.slice(post.field(place.field)).is_some_and(|raw| !raw.is_empty()));
            }
            for pair in places.windows(2) {
                prop_assert!(pair[0].field < pair[1].field || pair[0].span.end <= pair[1].span.start, "{:?}", places);
            }
        }
    }

    /// Pieces of places, cues, children and disguise, to meet each other in all ways.
    const PIECES: &[&str] = &[
        "福建",
        "莆田",
        "市",
        "涵江区",
        "朝阳",
        "区",
        "北京",
        "廣東",
        "吉林",
        "开封",
        "从",
        "到",
        "在",
        "坐标：",
        "来看",
        "可上门",
        "优先",
        "本地",
        "的",
        "女宝",
        "送",
        "湘",
        "S",
        "、",
        "，",
        " ",
        "*",
        "-",
        "\u{200B}",
        "重庆",
        "火锅",
        "银河",
        "南路",
        "①",
        "👶",
        "氵",
        "每",
        "口",
        "a",
    ];
}
