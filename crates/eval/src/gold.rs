//! Posts with labels: what an answer is held against (contract, section 5).
//!
//! Start reading at [`parse`].

use std::collections::HashSet;
use std::ops::Not;

use serde::{Deserialize, Serialize};

/// What a trade post can be.
pub const CLASSES: [&str; 9] = ["offer", "seek", "broker", "documents", "recruit", "surrogacy", "foster", "insider", "commission"];
/// What else a post can be.
pub const LOOKALIKES: [&str; 13] = [
    "lawful_adoption",
    "private_placing",
    "relative_search",
    "missing_child",
    "news",
    "legal_question",
    "parenting",
    "pet",
    "goods",
    "fertility_medicine",
    "fiction",
    "charity",
    "other",
];
/// Where a post goes.
pub const ROUTES: [&str; 3] = ["lead", "support", "none"];
/// From the most to the least urgent.
pub const URGENCIES: [&str; 5] = ["child_now", "due_soon", "pregnancy", "active_actor", "stale"];

/// A line that is no gold row. It says nothing of what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct GoldError {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// A post with its labels. The post's own columns stay JSON, so that they reach the reader as a user's would.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoldRow {
    /// The labels.
    pub gold: Gold,
    /// The columns of the post.
    #[serde(flatten)]
    pub post: serde_json::Map<String, serde_json::Value>,
}

impl GoldRow {
    /// A column of the post as text; empty where it has none.
    pub fn text(&self, column: &str) -> &str {
        self.post.get(column).and_then(serde_json::Value::as_str).unwrap_or("")
    }

    /// What the post is called: source and id.
    pub fn key(&self) -> (&str, &str) {
        (self.text("source"), self.text("id"))
    }

    /// The first label outside the closed lists, or column that is missing.
    fn check(&self) -> Result<(), String> {
        let gold = &self.gold;
        let named = [("source", self.text("source")), ("id", self.text("id")), ("gold.family", gold.family.as_str())];
        if let Some((column, _)) = named.iter().find(|(_, value)| value.is_empty()) {
            return Err(format!("no `{column}`; give it as text"));
        }
        let closed: [(&str, &[&str], Vec<&String>); 4] = [
            ("classes", &CLASSES, gold.classes.iter().chain(&gold.classes_alt).collect()),
            ("lookalike", &LOOKALIKES, gold.lookalike.iter().chain(&gold.lookalike_alt).collect()),
            ("route", &ROUTES, vec![&gold.route]),
            ("urgency", &URGENCIES, gold.urgency.iter().chain(&gold.urgency_alt).collect()),
        ];
        match closed.iter().find(|(_, list, said)| said.iter().any(|said| !list.contains(&said.as_str()))) {
            Some((label, list, _)) => Err(format!("`gold.{label}` is outside the closed list; write one of {}", list.join(", "))),
            None => Ok(()),
        }
    }
}

/// Reads gold rows, JSON lines; blank lines are passed over.
///
/// # Errors
/// The first line that is no gold row, or that names a post a second time.
///
/// ```
/// let line = r#"{"id": "1", "source": "s", "text": "", "gold": {"family": "f", "trade": false, "route": "none"}}"#;
/// assert_eq!(magpie_eval::gold::parse(line).map(|rows| rows.len()), Ok(1));
/// ```
pub fn parse(content: &str) -> Result<Vec<GoldRow>, GoldError> {
    let mut rows: Vec<GoldRow> = Vec::new();
    let mut keys: HashSet<(String, String)> = HashSet::new();
    for (index, line) in content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fault = |message: String| GoldError { line: index + 1, message };
        let row: GoldRow = serde_json::from_str(line).map_err(|error| fault(explain(&error).to_owned()))?;
        row.check().map_err(fault)?;
        let (source, id) = row.key();
        if !keys.insert((source.to_owned(), id.to_owned())) {
            return Err(fault("the same source and id as a line above; give each post once".to_owned()));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What is wrong with a line, without its content, which a message of serde may hold.
fn explain(error: &serde_json::Error) -> &'static str {
    if error.is_data() {
        "no gold row; it needs `gold` with at least `family`, `trade` and `route`, each of its type"
    } else {
        "no JSON; write one object a line"
    }
}

/// What a post is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Gold {
    pub family: String,
    pub trade: bool,
    #[serde(default)]
    pub classes: Vec<String>,
    #[serde(default)]
    pub lookalike: Option<String>,
    pub route: String,
    #[serde(default)]
    pub urgency: Option<String>,
    #[serde(default)]
    pub child: Option<GoldChild>,
    #[serde(default)]
    pub mentions: Vec<GoldMention>,
    /// Share of the characters disturbed, in per cent.
    #[serde(default)]
    pub disguise: u32,
    /// Careful people disagree: left out of all figures.
    #[serde(default)]
    pub contested: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookalike_alt: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgency_alt: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes_alt: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disguise_methods: Vec<String>,
}

/// The child a text names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct GoldChild {
    #[serde(default)]
    pub sex: Option<String>,
    #[serde(default)]
    pub born: Option<bool>,
    #[serde(default)]
    pub count: Option<u32>,
}

/// An identifier that stands in a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct GoldMention {
    pub kind: String,
    pub value: String,
    #[serde(default)]
    pub obfuscated: bool,
    /// One half in the name, the other in the text.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub split: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<GoldAlternative>,
}

/// A second reading of a mention that is right too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct GoldAlternative {
    pub kind: String,
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line_and_never_what_stands_in_it() {
        let row = |gold: &str| format!(r#"{{"id": "1", "source": "s", "text": "secret", "gold": {gold}}}"#);
        let good = row(r#"{"family": "f", "trade": false, "route": "none"}"#);
        let faults = [
            ("{secret".to_owned(), "no JSON"),
            (row(r#"{"family": "f", "trade": "secret", "route": "none"}"#), "no gold row"),
            (row(r#"{"family": "f", "trade": true, "route": "secret"}"#), "`gold.route`"),
            (row(r#"{"family": "f", "trade": true, "route": "lead", "urgency_alt": ["secret"]}"#), "`gold.urgency`"),
            (row(r#"{"family": "", "trade": true, "route": "lead"}"#), "no `gold.family`"),
            (good.replace(r#""source": "s""#, r#""source": 1"#), "no `source`"),
            (good.clone(), "the same source and id"),
        ];
        for (line, expected) in faults {
            let error = parse(&format!("{good}\n\n{line}")).map(|rows| rows.len()).expect_err(expected);
            let message = error.to_string();
            assert!(message.starts_with(&format!("line 3: {expected}")), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
