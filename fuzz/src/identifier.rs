//! Laws of the extractor: spans slice, and masks hold.

use magpie_core::identifier::{Extractor, Mention, Options, Scratch, mask};
use magpie_core::pack::Packs;
use magpie_core::text::Folded;
use magpie_core::units::Field;
use std::sync::OnceLock;

use crate::FIELD_END;
use crate::text::fold;

/// An extractor that takes test numbers.
pub fn extractor() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(|| Extractor::new(Options { test_numbers: true, key: [7; 32] }, Packs::builtin()))
}

/// Reads the fields of one post, which end in [`FIELD_END`].
pub fn check(bytes: &[u8]) {
    let original = String::from_utf8_lossy(bytes);
    let texts: Vec<(Field, &str)> = Field::ALL.into_iter().zip(original.split(FIELD_END)).collect();
    let folded: Vec<Folded> = texts.iter().map(|(_, text)| fold(text)).collect();
    let fields: Vec<(Field, &str, &Folded)> = texts.iter().zip(&folded).map(|((field, text), folded)| (*field, *text, folded)).collect();
    let (mut scratch, mut mentions, mut again) = (Scratch::default(), Vec::new(), Vec::new());
    extractor().extract(&fields, &mut scratch, &mut mentions);
    extractor().extract(&fields, &mut scratch, &mut again);
    assert!(mentions == again, "equal input gives other mentions");
    let text_of = |field: Field| texts.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| *text);
    check_mentions(&mentions, &text_of);
    let shown = serde_json::to_string(&mentions).expect("plain data");
    check_secrets(&secrets(&mentions, &text_of), &shown);
    for (field, text) in texts {
        check_mask(text, &mentions, field);
    }
}

/// Spans slice their fields, and what is masked shows its first two characters and its last at most.
pub fn check_mentions<'a>(mentions: &[Mention], text_of: &impl Fn(Field) -> &'a str) {
    for mention in mentions {
        let slice = mention.span.slice(text_of(mention.field)).expect("a span slices its field");
        assert!(!slice.is_empty() && mention.raw.len() == slice.len(), "raw is not as long as its span");
        for part in &mention.parts {
            assert!(part.post.is_some() || part.span.slice(text_of(part.field)).is_some(), "a part slices nothing");
        }
        if mention.kind.is_masked() {
            assert!(mention.value.len() == 64 && mention.value.bytes().all(|byte| byte.is_ascii_hexdigit()), "a value is no hash");
            let shown = mention.raw.chars().filter(|ch| *ch != '*').count();
            assert!(shown <= 3, "more is shown than the ends");
        } else {
            let hidden = mask(text_of(mention.field), mentions, mention.field);
            assert!(mention.span.slice(&hidden) == Some(&mention.raw), "raw is not what stands there");
        }
    }
}

/// What must be nowhere in clear: letters and digits of the numbers of papers and cards, as they are read. A number that
/// also stands where it is no paper, such as within a longer one, is left out: masking follows the mentions.
pub fn secrets<'a>(mentions: &[Mention], text_of: &impl Fn(Field) -> &'a str) -> Vec<String> {
    let all: Vec<String> = Field::ALL.into_iter().map(|field| plain(text_of(field))).collect();
    let masked = mentions.iter().filter(|mention| mention.kind.is_masked());
    let numbers: Vec<String> = masked.map(|mention| plain(mention.span.slice(text_of(mention.field)).unwrap_or(""))).collect();
    let is_told_elsewhere = |number: &String| {
        let told: usize = all.iter().map(|text| text.matches(number.as_str()).count()).sum();
        told > numbers.iter().filter(|other| *other == number).count()
    };
    numbers.iter().filter(|number| number.len() >= 8 && !is_told_elsewhere(number)).cloned().collect()
}

/// `shown`, an output as it is or folded, holds no secret.
pub fn check_secrets(secrets: &[String], shown: &str) {
    if secrets.is_empty() {
        return;
    }
    let read = plain(shown);
    for secret in secrets {
        assert!(!shown.contains(secret) && !read.contains(secret), "a number of a paper or card is shown");
    }
}

/// Letters and digits of a text, as it is read.
fn plain(text: &str) -> String {
    fold(text).text().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A masked field is as long as before, and holds none of its secrets.
fn check_mask(text: &str, mentions: &[Mention], field: Field) {
    let hidden = mask(text, mentions, field);
    assert!(hidden.len() == text.len(), "masking moves offsets");
    for mention in mentions.iter().filter(|mention| mention.field == field) {
        let slice = mention.span.slice(&hidden).expect("masking keeps borders of characters");
        assert!(!mention.kind.is_masked() || slice == mention.raw, "a masked field shows more than the mention");
    }
}
