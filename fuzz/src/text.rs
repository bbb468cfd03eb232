//! Laws of the normaliser.

use magpie_core::pack::Packs;
use magpie_core::text::Folded;

/// Folds a text.
pub fn fold(original: &str) -> Folded {
    let mut folded = Folded::default();
    Packs::builtin().characters.fold(original, &mut folded);
    folded
}

/// Folding twice is folding once, and so is undoing words; units stand in order, do not overlap and slice the original.
pub fn check(bytes: &[u8]) {
    let original = String::from_utf8_lossy(bytes);
    let folded = fold(&original);
    check_units(&folded, &original);
    let once = folded.text();
    assert!(fold(&once).text() == once, "folding twice is not folding once");
    let mut words = folded;
    Packs::builtin().words().undo(&mut words);
    check_units(&words, &original);
    let read = words.text();
    Packs::builtin().words().undo(&mut words);
    assert!(words.text() == read, "undoing words twice is not undoing them once");
}

fn check_units(folded: &Folded, original: &str) {
    for unit in &folded.units {
        let slice = unit.span().slice(original);
        assert!(slice.is_some_and(|slice| !slice.is_empty()), "a unit slices nothing");
    }
    for pair in folded.units.windows(2) {
        assert!(pair[0].span() == pair[1].span() || pair[0].end <= pair[1].start, "units overlap");
    }
}
