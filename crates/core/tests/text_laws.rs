//! Laws of the normaliser, over strings that mix what people disguise words with.

use magpie_core::pack::Packs;
use magpie_core::text::{Folded, Steps};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const CASES: u32 = 5_000;
/// The same cases on every run: a fault that is found once is found again.
const SEED: u64 = 1;

fn fold(original: &str) -> Folded {
    let mut folded = Folded::default();
    Packs::builtin().characters.fold(original, &mut folded);
    folded
}

/// Folding twice is folding once; units are in order, do not overlap and slice the original.
fn assert_laws(text: &str) -> Result<(), TestCaseError> {
    let folded = fold(text);
    for unit in &folded.units {
        let slice = unit.span().slice(text);
        prop_assert!(slice.is_some_and(|slice| !slice.is_empty()), "{:?} in {:?}", unit, text);
    }
    for pair in folded.units.windows(2) {
        // The letters of one character, such as "10" of a circled 10, stand at the same place.
        let same = pair[0].span() == pair[1].span();
        prop_assert!(same || pair[0].end <= pair[1].start, "{:?} in {:?}", pair, text);
    }
    let once = folded.text();
    prop_assert_eq!(fold(&once).text(), once, "{:?}", text);
    Ok(())
}

/// Text with and without disguise, of pieces that meet each other in all ways.
fn disguised() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[送养宝女子儿男好孩领抱出生月钱万加微信电话要的一二三四五六七八九零]{1,4}",
        2 => "[\u{4E00}-\u{9FFF}]{1,3}",
        2 => "[a-zA-Z]{1,6}",
        2 => "[0-9]{1,6}",
        3 => r"[*|_^`丶·•‧∙・°¯´¨▪■□◆◇●★☆※→←↓↑♥♡☞╰╮▫◦§¦﹏〃¬\\=<>{}〆じ]{1,3}",
        2 => "[-~./+–—―‐‑−～&#]{1,2}",
        2 => "[，、。！？：；（）【】“”‘’「」,.!?:;()]{1,2}",
        2 => "[ \t\n\r\u{A0}\u{3000}]{1,2}",
        2 => "[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{2064}\u{FEFF}\u{FE0F}\u{AD}\u{300}-\u{30F}]{1,2}",
        2 => "[👶🧒👧👦👨👩🏠🏥🤰🍼💰💵😀🇨🇳]{1,2}",
        2 => "[！-～]{1,3}",
        2 => "[①-⑳⑴-⒇❶-❿㈠-㈩Ⓐ-ⓩ🄰-🅉🅰-🆉ⅰ-ⅻ㎏㏄½]{1,2}",
        2 => "[領養個歲錢發網買賣電話號聯係媽親雙歲國來們這裡]{1,3}",
        3 => "[亻口女子氵扌讠钅木月日马尔每小土⺅⼥⼦]{1,3}",
        1 => "[а-яα-ω]{1,3}",
        1 => "[éüñøłıßĀǎ]{1,2}",
        2 => "[\u{2E80}-\u{2FDF}\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}]{1,2}",
        2 => "[亻口女子氵扌讠👧🙏🏥🧧]{2,4}",
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Words and punctuation as people write them, and what is read: the same but for the width of the punctuation.
fn ordinary() -> impl Strategy<Value = (String, String)> {
    let word = prop::sample::select(vec![
        "今天", "天气", "很", "公园", "吃饭", "我们", "晚上", "电影", "朋友", "学校", "老师", "喜欢", "看书", "周末", "回家", "妈妈",
    ]);
    let latin = prop::sample::select(vec!["hello", "world", "phone", "lunch", "movie", "see you", "good night"]);
    let sign =
        prop::sample::select(vec![("，", ","), ("。", "。"), ("！", "!"), ("？", "?"), ("：", ":"), ("、", ","), (",", ","), ("", "")]);
    let clause = (prop::collection::vec(word, 1..6), prop::option::of(latin), sign);
    prop::collection::vec(clause, 0..8).prop_map(|clauses| {
        let (mut written, mut read) = (String::new(), String::new());
        for (words, latin, (sign, plain)) in clauses {
            let words = words.concat() + latin.unwrap_or("");
            written += &words;
            written += sign;
            read += &words;
            read += plain;
        }
        (written, read)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, rng_seed: RngSeed::Fixed(SEED), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn disguised_text_obeys_the_laws(text in disguised()) {
        assert_laws(&text)?;
    }

    #[test]
    fn any_text_obeys_the_laws(text in any::<String>()) {
        assert_laws(&text)?;
    }

    #[test]
    fn ordinary_text_stays_save_for_punctuation((written, read) in ordinary()) {
        let folded = fold(&written);
        prop_assert_eq!(folded.text(), read);
        // Full-width punctuation is narrowed; nothing else had to be undone.
        for unit in &folded.units {
            let narrowed = unit.steps == Steps::WIDTH && unit.ch.is_ascii_punctuation();
            prop_assert!((unit.steps.is_empty() || narrowed) && unit.gap.is_empty(), "{:?}", unit);
        }
    }
}

#[test]
fn every_character_folds_to_the_end() {
    let table = &Packs::builtin().characters;
    let (mut once, mut twice) = (Folded::default(), Folded::default());
    let mut open = Vec::new();
    for (before, after) in [("", ""), ("a", "b"), ("1", "2"), ("送", "宝"), ("扌", "女"), (" ", " ")] {
        for ch in '\u{0}'..=char::MAX {
            let text = format!("{before}{ch}{after}");
            table.fold(&text, &mut once);
            table.fold(&once.text(), &mut twice);
            if twice.text() != once.text() {
                open.push(format!("{before}U+{:04X}{after}", ch as u32));
            }
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn a_compatibility_ideograph_is_read_as_the_simplified_one() {
    for (written, read) in [("\u{F902}", "车"), ("\u{2F9E}", "车"), ("\u{2FB8}", "首"), ("\u{2F27}", "宀")] {
        assert_eq!(fold(written).text(), read);
    }
    assert_eq!(fold("\u{F902}").units[0].steps, Steps::WIDTH.with(Steps::TRADITIONAL));
}

#[test]
fn half_an_emoji_that_is_joined_stands_for_the_whole() {
    let text = "请扌🙏";
    let folded = fold(text);
    let slices: Vec<(char, Option<&str>)> = folded.units.iter().map(|unit| (unit.ch, unit.span().slice(text))).collect();
    assert_eq!(slices[0], ('请', Some("请")));
    assert!(slices[1..].iter().all(|(_, slice)| *slice == Some("扌🙏")), "{slices:?}");
}

#[test]
fn halves_beside_halves_are_joined_to_the_end() {
    for text in ["讠口八好", "子小每氵"] {
        let once = fold(text).text();
        assert_eq!(fold(&once).text(), once);
    }
    assert_eq!(fold("讠口八好").text(), "识好");
}

#[test]
fn all_halves_beside_each_other_obey_the_laws() {
    let halves: Vec<char> =
        "口女子木日月土寸马八又心力田人大小十言车门王目禾贝火山石白方立戈隹羊鸟虫糸讠氵扌亻纟钅辶攵阝宀刂忄礻衤每尔巳直青"
            .chars()
            .collect();
    let mut seed = 1_u64;
    for _ in 0..20_000 {
        let text: String = (0..6)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                halves[(seed >> 33) as usize % halves.len()]
            })
            .collect();
        assert_laws(&text).expect("the laws hold");
    }
}
