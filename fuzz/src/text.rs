//! Laws of the normaliser.

use magpie_core::pack::Packs;
use magpie_core::text::Folded;

/// Folds a text.
pub fn fold(original: &str) -> Folded {
    let mut folded = Folded::default();
    Packs::builtin().characters.fold(original, &mut folded);
    folded
}

/// Folding twice is folding once; units stand in order, do not overlap and slice the original.
pub fn check(bytes: &[u8]) {
    let original = String::from_utf8_lossy(bytes);
    let folded = fold(&original);
    for unit in &folded.units {
        let slice = unit.span().slice(&original);
        assert!(slice.is_some_and(|slice| !slice.is_empty()), "a unit slices nothing");
    }
    for pair in folded.units.windows(2) {
        assert!(pair[0].span() == pair[1].span() || pair[0].end <= pair[1].start, "units overlap");
    }
    let once = folded.text();
    assert!(fold(&once).text() == once, "folding twice is not folding once");
}
