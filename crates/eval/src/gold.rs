//! Posts with labels: what an answer is held against (contract, section 5).

use serde::{Deserialize, Serialize};

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
