//! Texts in, identifiers out: phone numbers, handles, addresses, and the numbers of papers, each at its span.
//!
//! In: the fields of one post, original and folded, by [`Extractor::extract`]; the posts of one thread, by
//! [`Extractor::join_parts`]. Out: [`Mention`]s. Always: a span slices its field on character boundaries; `raw` is that
//! slice, masked for papers and cards, whose `value` is a keyed hash; equal input gives equal mentions in equal order.
//! Start reading at [`Extractor::extract`].

mod address;
mod handle;
mod number;
mod part;
mod scan;

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sha2::Sha256;

pub use crate::pack::Kind;
use crate::pack::{Channels, Packs};
use crate::text::{Folded, Steps};
use crate::units::{Field, Span, hex};
pub use part::PostFields;
use scan::{Scan, Text};

/// What an extractor is built with.
#[derive(Clone)]
pub struct Options {
    /// Whether the mainland mobile prefixes 154, 163, 168 and 179, which nobody holds, count as assigned.
    pub test_numbers: bool,
    /// Key of the hashes that stand for the numbers of papers and cards.
    pub key: [u8; 32],
}

/// A piece of an identifier that is written in several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Source and id of the post, where it is another than the one that holds the mention.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_post")]
    pub post: Option<(String, String)>,
    /// Field of the piece.
    pub field: Field,
    /// Where it stands.
    #[serde(flatten, serialize_with = "write_span")]
    pub span: Span,
}

/// One identifier at one span of one post. `Debug` shows kind and place only.
#[derive(Clone, PartialEq)]
pub struct Mention {
    /// What it identifies.
    pub kind: Kind,
    /// Normal form; a keyed hash, in hexadecimal, where the kind is masked.
    pub value: String,
    /// As it is written; masked where the kind is.
    pub raw: String,
    /// Field it stands in.
    pub field: Field,
    /// Where it stands.
    pub span: Span,
    /// What had to be undone to read it.
    pub steps: Steps,
    /// How sure the reading is, a proportion in [0, 1], not a calibrated probability.
    pub confidence: f32,
    /// Its pieces in order of reading, where it is written in pieces; else empty.
    pub parts: Vec<Part>,
}

impl fmt::Debug for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mention");
        shown.field("kind", &self.kind).field("field", &self.field).field("span", &self.span).finish_non_exhaustive()
    }
}

impl Serialize for Mention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("raw", &self.raw)?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("start", &self.span.start)?;
        map.serialize_entry("end", &self.span.end)?;
        map.serialize_entry("steps", &self.steps.names().collect::<Vec<_>>())?;
        map.serialize_entry("confidence", &self.confidence)?;
        if !self.parts.is_empty() {
            map.serialize_entry("parts", &self.parts)?;
        }
        map.end()
    }
}

fn write_span<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("start", &span.start)?;
    map.serialize_entry("end", &span.end)?;
    map.end()
}

fn write_post<S: Serializer>(post: &Option<(String, String)>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    if let Some((source, id)) = post {
        map.serialize_entry("source", source)?;
        map.serialize_entry("id", id)?;
    }
    map.end()
}

/// Buffers that are used again from post to post.
#[derive(Default)]
pub struct Scratch {
    scan: Scan,
}

/// Reads identifiers. Build once, share between threads.
pub struct Extractor {
    options: Options,
    channels: Channels,
    classes: Vec<u8>,
}

impl Extractor {
    /// An extractor over the cues of `packs`.
    pub fn new(options: Options, packs: &Packs) -> Extractor {
        let classes = scan::classes(packs);
        Extractor { options, channels: packs.channels.clone(), classes }
    }

    /// Appends the identifiers of one post to `out`, ordered by field, place and kind. Time is linear in the text.
    ///
    /// ```
    /// use magpie_core::identifier::{Extractor, Kind, Options, Scratch};
    /// use magpie_core::pack::Packs;
    /// use magpie_core::text::Folded;
    /// use magpie_core::units::Field;
    ///
    /// let packs = Packs::builtin();
    /// let extractor = Extractor::new(Options { test_numbers: true, key: [0; 32] }, packs);
    /// let text = "联系幺五四 1234 五六七八";
    /// let mut folded = Folded::default();
    /// packs.characters.fold(text, &mut folded);
    /// let mut mentions = Vec::new();
    /// extractor.extract(&[(Field::Text, text, &folded)], &mut Scratch::default(), &mut mentions);
    /// assert_eq!((mentions[0].kind, mentions[0].value.as_str()), (Kind::Phone, "+8615412345678"));
    /// ```
    pub fn extract(&self, fields: &[(Field, &str, &Folded)], scratch: &mut Scratch, out: &mut Vec<Mention>) {
        let first = out.len();
        for &(field, original, folded) in fields {
            self.extract_field(field, original, folded, scratch, out);
        }
        if fields.len() > 1 {
            self.join_fields(fields, scratch, first, out);
        }
        if out.len() > first + 1 {
            out[first..].sort_by_key(|mention| (mention.field, mention.span, mention.kind));
        }
    }

    fn extract_field(&self, field: Field, original: &str, folded: &Folded, scratch: &mut Scratch, out: &mut Vec<Mention>) {
        if !self.is_worth_reading(&folded.units) {
            return;
        }
        scratch.scan.read(self, original, &folded.units);
        let Scan { cues, groups, digits, claimed, .. } = &mut scratch.scan;
        let text =
            Text { extractor: self, field, original, units: &folded.units, cues, groups, digits, chinese: scan::is_chinese(&folded.units) };
        if !text.has_candidates() {
            return;
        }
        let first = out.len();
        let mut sink = Sink { text: &text, claimed, out };
        number::papers(&mut sink);
        address::read(&mut sink);
        handle::read(&mut sink);
        number::phones(&mut sink);
        handle::same_number(&mut sink);
        hide_papers(&text, first, out);
        if out.len() > first + 1 {
            out[first..].sort_by_key(|mention| (mention.span, mention.kind));
            let mut last = None;
            let mut at = 0;
            out.retain(|mention| {
                let key = (at >= first).then_some((mention.span, mention.kind));
                at += 1;
                key.is_none() || last.replace(key) != Some(key)
            });
        }
    }

    /// The keyed hash of a value that is never written in clear.
    fn hash(&self, kind: Kind, value: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.options.key).expect("any length is a key");
        mac.update(kind.name().as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

/// What a rule found: a value at units `from..to`.
struct Found {
    kind: Kind,
    value: String,
    from: usize,
    to: usize,
    steps: Steps,
    confidence: f32,
}

/// Where rules put what they find; no unit is used twice.
struct Sink<'a, 'b> {
    text: &'a Text<'a>,
    claimed: &'b mut Vec<bool>,
    out: &'b mut Vec<Mention>,
}

impl Sink<'_, '_> {
    fn is_free(&self, from: usize, to: usize) -> bool {
        !self.claimed[from.min(self.claimed.len())..to.min(self.claimed.len())].contains(&true)
    }

    fn claim(&mut self, from: usize, to: usize) {
        if self.claimed.len() < to {
            self.claimed.resize(to, false);
        }
        self.claimed[from..to].fill(true);
    }

    /// Takes the units and writes the mention. Where two rules read the same, the first is kept once all have spoken.
    fn put(&mut self, found: Found) {
        self.claim(found.from, found.to);
        let Found { kind, value, from, to, steps, confidence } = found;
        let span = Span { start: self.text.units[from].start, end: self.text.units[to - 1].end };
        let raw = span.slice(self.text.original).unwrap_or("");
        let steps = steps.with(self.text.steps(from, to));
        let (value, raw) = if kind.is_masked() { (self.text.extractor.hash(kind, &value), masked(raw)) } else { (value, raw.to_owned()) };
        let field = self.text.field;
        self.out.push(Mention { kind, value, raw, field, span, steps, confidence, parts: Vec::new() });
    }
}

/// Masks numbers of papers and cards inside other mentions from `first` on, such as a link that holds one. A mention is
/// dropped where its value cannot be told without the number.
fn hide_papers(text: &Text, first: usize, out: &mut Vec<Mention>) {
    let papers: Vec<Span> = out[first..].iter().filter(|mention| mention.kind.is_masked()).map(|mention| mention.span).collect();
    if papers.is_empty() || papers.len() == out.len() - first {
        return;
    }
    let hidden = mask(text.original, &out[first..], text.field).into_owned();
    let mut kept = 0..first;
    out.retain_mut(|mention| kept.next().is_some() || mention.kind.is_masked() || hide_in(text, &papers, &hidden, mention));
}

/// Masks `papers` in one mention; says whether its value could be masked.
fn hide_in(text: &Text, papers: &[Span], hidden: &str, mention: &mut Mention) -> bool {
    for paper in papers.iter().filter(|paper| paper.start < mention.span.end && mention.span.start < paper.end) {
        let units = text.units.iter().filter(|unit| paper.start <= unit.start && unit.end <= paper.end);
        let secret: String = units.map(|unit| unit.ch).collect();
        let Some(at) = mention.value.to_ascii_lowercase().find(&secret) else { return false };
        mention.value.replace_range(at..at + secret.len(), &masked(&secret));
        mention.raw = mention.span.slice(hidden).unwrap_or("").to_owned();
    }
    true
}

/// `text` with all but its first two characters and its last one starred, a star a byte, so that offsets stay.
fn masked(text: &str) -> String {
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let mut out = String::with_capacity(text.len());
    for (index, (at, ch)) in text.char_indices().enumerate() {
        if index < 2 || at == last {
            out.push(ch);
        } else {
            out.extend(std::iter::repeat_n('*', ch.len_utf8()));
        }
    }
    out
}

/// `original` of `field` with the numbers of papers and cards masked. Its length in bytes stays, so offsets hold.
pub fn mask<'a>(original: &'a str, mentions: &[Mention], field: Field) -> Cow<'a, str> {
    let own = mentions.iter().filter(|mention| mention.kind.is_masked() && mention.field == field).map(|mention| mention.span);
    let mut out = Cow::Borrowed(original);
    for span in own {
        if let Some(secret) = span.slice(original) {
            let hidden = masked(secret);
            out.to_mut().replace_range(span.start as usize..span.end as usize, &hidden);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn extractor() -> Extractor {
        Extractor::new(Options { test_numbers: true, key: [7; 32] }, Packs::builtin())
    }

    pub(super) fn read(extractor: &Extractor, fields: &[(Field, &str)]) -> Vec<Mention> {
        let folded: Vec<(Field, &str, Folded)> = fields.iter().map(|&(field, original)| (field, original, fold(original))).collect();
        let fields: Vec<(Field, &str, &Folded)> = folded.iter().map(|(field, original, folded)| (*field, *original, folded)).collect();
        let mut out = Vec::new();
        extractor.extract(&fields, &mut Scratch::default(), &mut out);
        out
    }

    #[test]
    fn a_country_code_within_a_group_is_no_group_of_its_own() {
        read(&extractor(), &[(Field::Text, "86147354507+44 7700 900123")]);
    }

    #[test]
    fn a_link_shows_no_paper() {
        let text = "看 https://example.org/a?b=11010519000101001X 的";
        let mentions = read(&extractor(), &[(Field::Text, text)]);
        assert!(mentions.iter().any(|mention| mention.kind == Kind::ResidentId), "{mentions:?}");
        let link = mentions.iter().find(|mention| mention.kind == Kind::Url).expect("a link");
        assert_eq!(link.raw, "https://example.org/a?b=11***************X");
        assert!(!serde_json::to_string(&mentions).expect("plain data").to_lowercase().contains("0519000101001"));
    }

    #[test]
    fn papers_are_never_written_in_clear() {
        let text = "身份证 110105190001010015 已办";
        let mentions = read(&extractor(), &[(Field::Text, text)]);
        let [mention] = &mentions[..] else { panic!("one card in {mentions:?}") };
        assert_eq!(mention.kind, Kind::ResidentId);
        assert_eq!(mention.raw, "11***************5");
        assert_eq!(mention.value.len(), 64);
        assert!(!serde_json::to_string(mention).expect("plain data").contains("19000101"));
        assert!(!format!("{mention:?}").contains("1101"));
        assert_eq!(mask(text, &mentions, Field::Text), "身份证 11***************5 已办");
        assert_eq!(mask(text, &mentions, Field::Title), text);
        let other = Extractor::new(Options { test_numbers: true, key: [8; 32] }, Packs::builtin());
        assert_ne!(read(&other, &[(Field::Text, text)])[0].value, mention.value);
    }

    #[test]
    fn test_numbers_count_only_when_asked_for() {
        let strict = Extractor::new(Options { test_numbers: false, key: [7; 32] }, Packs::builtin());
        assert!(read(&strict, &[(Field::Text, "电话15412345678")]).is_empty());
        assert_eq!(read(&extractor(), &[(Field::Text, "电话15412345678")]).len(), 1);
    }

    #[derive(serde::Deserialize)]
    struct Cases {
        case: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        text: String,
        author_name: Option<String>,
        author_bio: Option<String>,
        expected: Vec<Expected>,
    }

    #[derive(serde::Deserialize)]
    struct Expected {
        kind: Kind,
        value: String,
        raw: Option<String>,
    }

    #[test]
    fn every_case_is_read_as_written() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/identifier");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("cases are part of the source").flatten().map(|entry| entry.path()).collect();
        files.sort();
        let extractor = extractor();
        let (mut cases, mut near_misses, mut faults) = (0, 0, Vec::new());
        for file in files {
            let content = std::fs::read_to_string(&file).expect("a case file is text");
            let parsed: Cases = toml::from_str(&content).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            for case in parsed.case {
                cases += 1;
                near_misses += usize::from(case.expected.is_empty());
                let mut fields = vec![(Field::Text, case.text.as_str())];
                fields.extend(case.author_name.as_deref().map(|name| (Field::AuthorName, name)));
                fields.extend(case.author_bio.as_deref().map(|bio| (Field::AuthorBio, bio)));
                let found = read(&extractor, &fields);
                let mut missing: Vec<&Expected> = case.expected.iter().collect();
                let mut extra = Vec::new();
                for mention in &found {
                    let same = |expected: &&Expected| {
                        let value =
                            if expected.kind.is_masked() { extractor.hash(expected.kind, &expected.value) } else { expected.value.clone() };
                        expected.kind == mention.kind
                            && value == mention.value
                            && expected.raw.as_ref().is_none_or(|raw| *raw == mention.raw)
                    };
                    match missing.iter().position(same) {
                        Some(at) => drop(missing.remove(at)),
                        None => extra.push(format!("{} {} ({})", mention.kind.name(), mention.value, mention.raw)),
                    }
                }
                if !missing.is_empty() || !extra.is_empty() {
                    let missing: Vec<String> =
                        missing.iter().map(|expected| format!("{} {}", expected.kind.name(), expected.value)).collect();
                    faults.push(format!("{}: {:?}: missing {missing:?}, extra {extra:?}", case.name, case.text));
                }
            }
        }
        assert!(faults.is_empty(), "{} of {cases} cases fail:\n{}", faults.len(), faults.join("\n"));
        assert!(cases >= 250 && near_misses >= 120, "{cases} cases, {near_misses} near misses");
    }

    #[test]
    fn a_contact_in_two_messages_is_put_together() {
        let extractor = extractor();
        let texts = [("a", "价格好说，加我扣99640"), ("b", "多少"), ("a", "后面70531")];
        let folded: Vec<Folded> = texts.iter().map(|(_, text)| fold(text)).collect();
        let fields: Vec<[(Field, &str, &Folded); 1]> =
            texts.iter().zip(&folded).map(|((_, text), folded)| [(Field::Text, *text, folded)]).collect();
        let posts: Vec<PostFields> = texts
            .iter()
            .zip(&fields)
            .zip(["1", "2", "3"])
            .map(|(((author, _), fields), id)| PostFields { source: "chat.example.org", id, author_id: Some(author), fields })
            .collect();
        let mut scratch = Scratch::default();
        let mut mentions: Vec<Vec<Mention>> = vec![Vec::new(); 3];
        for (post, out) in posts.iter().zip(&mut mentions) {
            extractor.extract(post.fields, &mut scratch, out);
        }
        extractor.join_parts(&posts, &mut mentions, &mut scratch);
        assert!(mentions[0].is_empty() && mentions[1].is_empty());
        let [whole] = &mentions[2][..] else { panic!("one contact in {:?}", mentions[2]) };
        assert_eq!((whole.kind, whole.value.as_str(), whole.raw.as_str()), (Kind::Qq, "9964070531", "70531"));
        assert!(whole.steps.has(Steps::PARTS));
        assert_eq!(whole.parts[0].post, Some(("chat.example.org".to_owned(), "1".to_owned())));
        assert_eq!(whole.parts[0].span.slice(texts[0].1), Some("99640"));
        let row = serde_json::to_value(whole).expect("plain data");
        assert_eq!(row["parts"][0]["post"]["id"], "1");
        assert_eq!(row["parts"][1]["start"], 6);
    }

    fn fold(original: &str) -> Folded {
        let mut folded = Folded::default();
        Packs::builtin().characters.fold(original, &mut folded);
        folded
    }

    /// Texts that are likely to go wrong: pieces of identifiers, signs and scripts in any order.
    fn any_text() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let piece = prop_oneof![
            "[0-9]{1,12}",
            "[a-z_-]{1,8}",
            "[一二三四五六七八九零幺洞两]{1,11}",
            "\\PC{0,4}",
            prop::sample::select(vec![
                " ",
                "\n",
                "*",
                "-",
                ".",
                "。",
                "点",
                "@",
                ":",
                "：",
                "/",
                "//",
                "+",
                "(",
                ")",
                "、",
                "\u{200b}",
                "⑩",
                "①",
                "１",
                "ａ",
                "．",
                "＠",
                "微信",
                "加v",
                "薇",
                "扣扣",
                "扣",
                "🐧",
                "QQ",
                "群",
                "tg",
                "t.me/",
                "https://",
                "example.org",
                "身份证",
                "出生证",
                "K",
                "卡号",
                "62",
                "110105",
                "19000101",
                "154",
                "86",
                "0x",
                "bc1",
                "后面接",
                "看昵称",
                "同号",
                "电话",
                "wa",
                "line id",
                "元",
                "万",
                "❤",
                "✈️",
                "号",
                "艾特",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 3000, ..Default::default() })]

        #[test]
        fn every_span_slices_its_field(text in any_text(), name in any_text()) {
            let found = read(extractor_once(), &[(Field::Text, &text), (Field::AuthorName, &name)]);
            for mention in &found {
                let original = if mention.field == Field::Text { &text } else { &name };
                let slice = mention.span.slice(original);
                proptest::prop_assert!(slice.is_some_and(|slice| !slice.is_empty()));
                let slice = slice.unwrap_or("");
                proptest::prop_assert!(mention.kind.is_masked() && mention.raw == masked(slice) || mention.raw == slice);
                proptest::prop_assert!(!mention.value.is_empty() && (0.0..=1.0).contains(&mention.confidence));
            }
            let hidden = mask(&text, &found, Field::Text);
            proptest::prop_assert_eq!(hidden.len(), text.len());
            proptest::prop_assert_eq!(found, read(extractor_once(), &[(Field::Text, &text), (Field::AuthorName, &name)]));
        }

        #[test]
        fn any_string_can_be_read(text in "\\PC{0,80}") {
            read(extractor_once(), &[(Field::Text, &text), (Field::Title, &text)]);
        }

        #[test]
        fn plain_words_name_nobody(text in "[的我你他她们是在有这来去好很大小家孩子妈爸天今明昨想吃饭说话了吗呢吧，。！？]{0,80}") {
            proptest::prop_assert!(read(extractor_once(), &[(Field::Text, &text)]).is_empty());
        }
    }

    fn extractor_once() -> &'static Extractor {
        static EXTRACTOR: std::sync::OnceLock<Extractor> = std::sync::OnceLock::new();
        EXTRACTOR.get_or_init(extractor)
    }
}
