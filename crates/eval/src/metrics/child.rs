//! Whether the child is read: scored where the text says it; what is said though the text does not is counted apart.

use serde::Serialize;
use serde_json::Value;

use super::estimate::{Count, share};
use super::pair::Pair;
use crate::gold::GoldChild;

/// Figures of the child.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Child {
    pub sex: Attribute,
    pub born: Attribute,
    pub count: Attribute,
}

/// One thing a text can say of a child.
#[derive(Clone, Debug, Serialize)]
pub struct Attribute {
    /// Share that is right.
    pub accuracy: Option<f64>,
    /// Rows whose text says it.
    pub rows: usize,
    /// Rows where it is said though the text does not, and rows whose text does not.
    pub said_though_not_in_text: [usize; 2],
}

/// Measures trade rows.
pub fn measure(pairs: &[&Pair]) -> Child {
    Child {
        sex: attribute(pairs, |child| child.sex.as_deref().map(Value::from), |child| sex(child.get("sex")?).map(Value::from)),
        born: attribute(pairs, |child| child.born.map(Value::from), |child| child.get("born").cloned()),
        count: attribute(pairs, |child| child.count.map(Value::from), |child| child.get("count").cloned()),
    }
}

fn attribute(pairs: &[&Pair], right: impl Fn(&GoldChild) -> Option<Value>, said: impl Fn(&Value) -> Option<Value>) -> Attribute {
    let (mut read, mut invented) = (Count::default(), Count::default());
    for pair in pairs {
        let Some(gold) = &pair.gold().child else { continue };
        let said = pair.answer.as_ref().and_then(|answer| said(answer.get("child")?)).filter(|said| !said.is_null());
        match right(gold) {
            Some(right) => read.add(said == Some(right)),
            None => invented.add(said.is_some()),
        }
    }
    Attribute { accuracy: share(read.hits as f64, read.rows), rows: read.rows, said_though_not_in_text: [invented.hits, invented.rows] }
}

fn sex(said: &Value) -> Option<&'static str> {
    match said.as_str()?.to_lowercase().as_str() {
        "m" | "male" | "boy" => Some("male"),
        "f" | "female" | "girl" => Some("female"),
        "mixed" | "both" => Some("mixed"),
        _ => None,
    }
}
