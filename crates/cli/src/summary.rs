//! Leads of kind `post`, and the summary that a newcomer reads.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use magpie_core::assessment::model::Head;
use magpie_core::assessment::{Assessment, Reason, Tier, Urgency};
use magpie_core::identifier::mask;
use magpie_core::post::Post;
use serde::{Deserialize, Serialize};

use crate::terminal::printable;

/// One thing for a person to look at (contract, section 3).
#[derive(Clone, Serialize, Deserialize)]
pub struct Lead {
    pub lead_id: String,
    pub kind: String,
    pub subject: Subject,
    /// The rank in this workspace; 1 is first.
    pub priority: u64,
    pub urgency: Option<String>,
    pub tier: String,
    pub risk: f32,
    pub what: String,
    pub why: Vec<String>,
    pub until: Option<String>,
    pub reasons: Vec<LeadReason>,
    pub status: String,
}

/// The post that a lead speaks of.
#[derive(Clone, Serialize, Deserialize)]
pub struct Subject {
    pub source: String,
    pub id: String,
}

/// An indicator of a lead.
#[derive(Clone, Serialize, Deserialize)]
pub struct LeadReason {
    pub code: String,
    pub weight_bits: f32,
}

/// Indicators told with a lead.
const REASONS_TOLD: usize = 4;

/// A lead before its place among the others is known.
pub struct Found {
    urgency: Option<Urgency>,
    tier: Tier,
    lead: Lead,
}

/// The leads among some posts, not yet in order.
pub fn found(posts: &[Post], assessments: &[Assessment]) -> Vec<Found> {
    let leads = posts.iter().zip(assessments).filter(|(_, answer)| answer.tier != Tier::Clear);
    leads.map(|(post, answer)| Found { urgency: answer.urgency, tier: answer.tier, lead: lead(post, answer) }).collect()
}

/// Leads in the order in which they should be looked at: the most urgent first, then the likeliest.
pub fn rank(mut found: Vec<Found>) -> Vec<Lead> {
    found.sort_by(|a, b| {
        (a.urgency.is_none(), a.urgency, a.tier)
            .cmp(&(b.urgency.is_none(), b.urgency, b.tier))
            .then(b.lead.risk.total_cmp(&a.lead.risk))
            .then_with(|| (&a.lead.subject.source, &a.lead.subject.id).cmp(&(&b.lead.subject.source, &b.lead.subject.id)))
    });
    (1..).zip(found).map(|(priority, found)| Lead { priority, ..found.lead }).collect()
}

fn lead(post: &Post, answer: &Assessment) -> Lead {
    Lead {
        lead_id: format!("post-{}", post.post_id().as_str()),
        kind: "post".to_owned(),
        subject: Subject { source: post.source.clone(), id: post.id.clone() },
        priority: 0,
        urgency: answer.urgency.map(|urgency| urgency.name().to_owned()),
        tier: answer.tier.name().to_owned(),
        risk: answer.risk,
        what: what(answer),
        why: answer
            .reasons
            .iter()
            .filter(|reason| reason.weight_bits > 0.0)
            .filter_map(|reason| quote(post, answer, reason))
            .take(REASONS_TOLD)
            .collect(),
        until: answer.due.map(|(from, to)| format!("{} to {}", date(from), date(to))),
        reasons: answer.reasons.iter().map(|reason| LeadReason { code: reason.code.to_owned(), weight_bits: reason.weight_bits }).collect(),
        status: "open".to_owned(),
    }
}

/// What a post is about, in a line: classes, child, price, places.
fn what(answer: &Assessment) -> String {
    let classes = answer.classes.iter().map(|class: &Head| class.name()).collect::<Vec<_>>().join(" + ");
    match scene(answer) {
        scene if scene.is_empty() => classes,
        scene => format!("{classes}: {scene}"),
    }
}

/// The child, the highest price and the places of a post; empty where it tells of none.
pub fn scene(answer: &Assessment) -> String {
    let child = &answer.child;
    let mut parts = Vec::new();
    if child.sex.is_some() || child.born.is_some() {
        let count = child.count.filter(|count| *count > 1).map_or(String::new(), |count| format!("{count} × "));
        let sex = child.sex.map_or("child", |sex| match sex.name() {
            "male" => "boy",
            "female" => "girl",
            _ => "boy and girl",
        });
        parts.push(format!("{count}{sex}"));
        parts.extend(child.born.map(|born| if born { "born" } else { "not yet born" }.to_owned()));
    }
    if let Some(price) = answer.prices.iter().max_by(|a, b| a.cny_max.total_cmp(&b.cny_max)) {
        parts.push(format!("sum {:.0} yuan ({})", price.cny_max, price.purpose));
    }
    for place in &answer.places {
        let told = format!("{} ({})", place.name, place.role.name());
        if !parts.contains(&told) {
            parts.push(told);
        }
    }
    parts.join(", ")
}

/// An indicator with the words it stands on; masked where they are numbers of papers or cards.
fn quote(post: &Post, answer: &Assessment, reason: &Reason) -> Option<String> {
    let (field, span) = reason.place?;
    let masked = mask(post.field(field), &answer.mentions, field);
    let words = masked.get(span.start as usize..span.end as usize)?;
    let words = printable(words);
    let words: String = if words.chars().count() > 24 { words.chars().take(23).chain(['…']).collect() } else { words };
    Some(format!("{} “{words}” {:+.1}", reason.code.replace('_', " "), reason.weight_bits))
}

fn date(day: i64) -> String {
    jiff::Span::new()
        .try_days(day)
        .ok()
        .and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span).ok())
        .map(|date| date.to_string())
        .unwrap_or_default()
}

/// Reads the leads of a workspace again.
pub fn read_leads(workspace: &Path) -> anyhow::Result<Vec<Lead>> {
    let path = workspace.join("leads.jsonl");
    let content = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    content
        .lines()
        .map(|line| {
            serde_json::from_str(line).with_context(|| format!("{} is damaged; delete manifest.json and run again", path.display()))
        })
        .collect()
}

/// The sums of a run.
pub struct Counts {
    pub read: u64,
    pub rejected: u64,
    pub alerts: u64,
    pub reviews: u64,
    pub support: u64,
}

/// The summary for people.
pub fn text(counts: &Counts, leads: &[Lead], most: usize, workspace: &Path) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} records read, {} set aside.", counts.read, counts.rejected);
    let _ = writeln!(
        out,
        "{} to act on today, {} for a person to look at, {} from people in need (for support services, not investigators).",
        counts.alerts, counts.reviews, counts.support
    );
    if leads.is_empty() {
        let _ = writeln!(out, "No leads.");
    } else {
        let _ = writeln!(out, "\nLeads, the most urgent first (indicators, not verdicts: a person decides):");
    }
    for lead in leads.iter().take(most) {
        let subject = printable(&format!("{}/{}", lead.subject.source, lead.subject.id));
        let urgency = lead.urgency.as_deref().unwrap_or("-").replace('_', " ");
        let _ = writeln!(out, "\n{:>3}. [{urgency}] {}  {subject}  {} {:.2}", lead.priority, lead.what, lead.tier, lead.risk);
        let until = lead.until.as_ref().map_or(String::new(), |until| format!(" | due {until}"));
        let _ = writeln!(out, "     {}{until}", lead.why.join(", "));
    }
    if leads.len() > most {
        let _ = writeln!(out, "\n… and {} more.", leads.len() - most);
    }
    let _ = writeln!(out, "\nFull output: {} (posts, assessments, leads, rejects as JSON lines)", workspace.display());
    out
}
