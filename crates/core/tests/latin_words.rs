//! Disguised words of Latin letters have the senses of the plain ones; ordinary texts stay as they are.

use magpie_core::pack::{Packs, Scanner, Sense};
use magpie_core::text::{Folded, Steps};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn read(text: &str) -> Folded {
    let packs = Packs::builtin();
    let mut folded = Folded::default();
    packs.characters.fold(text, &mut folded);
    packs.words().undo(&mut folded);
    folded
}

fn senses(text: &str) -> Vec<Sense> {
    let mut hits = Vec::new();
    Packs::builtin().lexicon.scan(&read(text), &mut Scanner::default(), &mut hits);
    hits.iter().map(|hit| hit.sense).collect()
}

/// Phrases in English, Vietnamese, Indonesian and Filipino that have senses.
const PHRASES: [&str; 12] = [
    "baby for sale",
    "adopt",
    "newborn available",
    "adoption fee",
    "pregnant",
    "birth certificate",
    "cho con nuoi",
    "bán con",
    "adopsi bayi",
    "bayi laki laki",
    "paampon",
    "benta baby",
];

/// A name, and what is made of a phrase.
type Disguise = (&'static str, fn(&str) -> String);

/// A disguise by letters: each letter becomes what the table says.
fn letters(text: &str, from: &str, to: &str) -> String {
    text.chars().map(|ch| from.chars().position(|known| known == ch).and_then(|at| to.chars().nth(at)).unwrap_or(ch)).collect()
}

fn between(text: &str, sign: &str, blank: &str) -> String {
    let word = |word: &str| word.chars().map(String::from).collect::<Vec<_>>().join(sign);
    text.split(' ').map(word).collect::<Vec<_>>().join(blank)
}

fn repeated(text: &str) -> String {
    text.chars().flat_map(|ch| std::iter::repeat_n(ch, if "aeou".contains(ch) { 4 } else { 1 })).collect()
}

#[test]
fn a_disguised_word_has_the_senses_of_the_plain_one() {
    const ABC: &str = "abcdefghijklmnopqrstuvwxyz";
    let disguises: [Disguise; 18] = [
        ("blanks", |text| between(text, " ", "  ")),
        ("blanks alone", |text| between(text, " ", " ")),
        ("dots", |text| between(text, ".", " ")),
        ("dots, wide", |text| between(text, ".", "  ")),
        ("hyphens", |text| between(text, "-", " ")),
        ("underscores", |text| between(text, "_", " ")),
        ("stars", |text| between(text, "*", " ")),
        ("zero width", |text| between(text, "\u{200B}", " ")),
        ("digits", |text| letters(text, "os", "05")),
        ("digits and signs", |text| letters(text, "ao", "@0")),
        ("more digits", |text| letters(text, "i", "1")),
        ("cyrillic", |text| letters(text, "aeopcy", "аеорсу")),
        ("greek", |text| letters(text, "aoip", "αοιρ")),
        ("full width", |text| letters(text, ABC, "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ")),
        ("mathematical", |text| letters(text, ABC, "𝐚𝐛𝐜𝐝𝐞𝐟𝐠𝐡𝐢𝐣𝐤𝐥𝐦𝐧𝐨𝐩𝐪𝐫𝐬𝐭𝐮𝐯𝐰𝐱𝐲𝐳")),
        ("small capitals", |text| letters(text, "abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")),
        ("repeated", repeated),
        ("accents", |text| letters(text, "aeiou", "áèïõū")),
    ];
    let mut lost = Vec::new();
    for phrase in PHRASES {
        let plain = senses(phrase);
        assert!(!plain.is_empty(), "{phrase} has no sense");
        for (name, disguise) in disguises {
            let written = disguise(phrase);
            if senses(&written) != plain {
                lost.push(format!("{name}: {written} -> {}", read(&written).text()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn a_word_in_pieces_is_read() {
    for (written, words) in [
        ("ad-opt", "adopt"),
        ("a d o p t  b.a.b.y", "adopt baby"),
        ("ba*by f0r s@le", "baby for sale"),
        ("b4by_f0r_s4le", "baby_for_sale"),
        ("@dopt $ale!", "adopt sale!"),
        ("B A B Y  F O R  S A L E", "baby for sale"),
        ("wanna a.d.o.p.t today", "wanna adopt today"),
        ("ΝEWΒORΝ", "newborn"),
    ] {
        assert_eq!(read(written).text(), words);
    }
    let folded = read("s@le f0r b a b y");
    assert!(folded.units[1].steps.has(Steps::CONFUSABLE));
    assert_eq!(folded.span(9, 13).slice("s@le f0r b a b y"), Some("b a b y"));
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "a b c",
        "a b c d e f g",
        "u s a",
        "i a m",
        "r u ok",
        "plan a, b, c or d",
        "1 2 3 4 5 6",
        "vitamin b 12 and c",
        "10am 3pm 1st 2nd 3rd 4th 100k 5kg",
        "room 5on 60rang b2b 4u 2nite gr8",
        "s@le.com is a site",
        "mail to b4by@example.org",
        "www.b4by.example",
        "re-home pre-order on-line",
        "hmmm aaah noooo!!!",
        "x.y.z",
        "note5 ni8 ch4 size xxxxxxxxxxxxxxxl to3",
        "order 4b5y7 of 2020",
        "привет мама, как дела",
        "4d scan 23andme",
    ] {
        let mut folded = Folded::default();
        Packs::builtin().characters.fold(text, &mut folded);
        assert_eq!(read(text).text(), folded.text());
    }
}

#[test]
fn terms_are_left_alone() {
    for term in Packs::builtin().lexicon.terms() {
        assert_eq!(read(&term).text(), term);
    }
}

fn latin() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[abdeoprtsyl4@30$1!]{1,6}",
        3 => prop::sample::select(vec!["baby", "adopt", "sale", "f0r", "s@le", "b a b y", "a.d.o.p.t", "cho con", "baaaby"]).prop_map(str::to_owned),
        2 => "[abdoptsyi] ",
        2 => r"[-.*_|~, ·]{1,2}",
        1 => "[аеорсуαοι]{1,3}",
        1 => "[送宝女\u{200B}\u{301}！]",
        1 => "\\PC{0,2}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_obey_the_laws_of_text(text in latin()) {
        let folded = read(&text);
        for unit in &folded.units {
            prop_assert!(unit.span().slice(&text).is_some_and(|slice| !slice.is_empty()), "{:?}", unit);
        }
        for pair in folded.units.windows(2) {
            prop_assert!(pair[0].span() == pair[1].span() || pair[0].end <= pair[1].start, "{:?}", pair);
        }
        let mut twice = folded.clone();
        Packs::builtin().words().undo(&mut twice);
        prop_assert_eq!(twice.text(), folded.text());
    }
}
