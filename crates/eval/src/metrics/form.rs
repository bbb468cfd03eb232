//! What the closed lists of the contract rule out, and identity numbers in clear.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pair::{Answer, Pair};
use super::{HASHED, TIERS};
use crate::gold::{CLASSES, LOOKALIKES, ROUTES, URGENCIES};

/// Breaches by what they are.
pub type Form = BTreeMap<&'static str, usize>;

/// Measures all rows.
pub fn measure(pairs: &[&Pair]) -> Form {
    let mut form = Form::new();
    for pair in pairs {
        let Some(answer) = &pair.answer else { continue };
        for (name, broken) in breaches(answer) {
            if broken {
                *form.entry(name).or_default() += 1;
            }
        }
        let hashed = pair.gold().mentions.iter().filter(|mention| HASHED.contains(&mention.kind.as_str()));
        for _ in hashed.filter(|mention| answer.holds(&mention.value)) {
            *form.entry("identity number in clear").or_default() += 1;
        }
    }
    form
}

fn breaches(answer: &Answer) -> [(&'static str, bool); 8] {
    let outside = |key: &str, list: &[&str]| answer.get(key).is_some_and(|said| !is_one_of(said, list));
    let (clear, lookalike) = (answer.text("tier") == Some("clear"), answer.get("lookalike").is_some());
    [
        ("tier not in the list", answer.get("tier").is_none() || outside("tier", &TIERS)),
        ("risk not in [0, 1]", answer.risk().is_none()),
        ("class not in the list", answer.list("classes").iter().any(|class| !is_one_of(class, &CLASSES))),
        ("lookalike not in the list", outside("lookalike", &LOOKALIKES)),
        ("lookalike without tier clear", lookalike && !clear),
        ("clear without lookalike", clear && !lookalike),
        ("route not in the list", answer.get("route").is_none() || outside("route", &ROUTES)),
        ("urgency not in the list", outside("urgency", &URGENCIES)),
    ]
}

fn is_one_of(said: &Value, list: &[&str]) -> bool {
    said.as_str().is_some_and(|said| list.contains(&said))
}
