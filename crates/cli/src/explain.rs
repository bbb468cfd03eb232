//! `magpie explain`: one text, coloured at its signs, and a waterfall of its reasons.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context as _;
use magpie_core::assessment::{Assessment, Reason, Scratch, Tier};
use magpie_core::identifier::mask;
use magpie_core::post::{Post, Record};
use magpie_core::units::Field;

use crate::engine::Engine;
use crate::options::Reading;
use crate::summary::scene;
use crate::terminal::printable;

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  magpie explain \"a post\"\n  magpie explain --name \"nickname\" --group \"group name\" \"a post\" --json"
)]
pub struct Args {
    /// The text
    text: String,
    /// Title of the post
    #[arg(long, default_value = "")]
    title: String,
    /// Display name of the account
    #[arg(long, default_value = "")]
    name: String,
    /// Profile text of the account
    #[arg(long, default_value = "")]
    bio: String,
    /// Name of the group
    #[arg(long, default_value = "")]
    group: String,
    #[command(flatten)]
    reading: Reading,
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const PLAIN: &str = "\x1b[0m";
/// Weight of a full bar in the waterfall.
const BAR_BITS: f32 = 4.0;

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = args.reading.ingest()?;
    let engine = Engine::new(&args.reading)?;
    let columns = serde_json::json!({
        "id": "1", "source": "explain", "text": args.text, "title": args.title, "author_name": args.name,
        "author_bio": args.bio, "group_name": args.group, "published_at": args.reading.as_of,
    })
    .to_string();
    let post = Record::from_json(&columns)?.into_post(&options.defaults).context("the post cannot be read")?;
    let answers = engine.assessor(args.reading.as_of(&options)?).assess(&[&post], &mut Scratch::default());
    let answer = answers.first().context("no answer")?;
    if args.reading.messages.json {
        let mut line = Vec::new();
        engine.write_row(&post, answer, &[&post], &mut line)?;
        print!("{}", String::from_utf8_lossy(&line));
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", text(&post, answer, std::io::stdout().is_terminal()));
    Ok(ExitCode::SUCCESS)
}

fn text(post: &Post, answer: &Assessment, colour: bool) -> String {
    let mut out = String::new();
    for field in Field::ALL {
        if !post.field(field).is_empty() {
            let _ = writeln!(out, "{:12} {}", field.name(), coloured(post, answer, field, colour));
        }
    }
    let classes: Vec<&str> = answer.classes.iter().map(|class| class.name()).collect();
    let found = match (answer.tier, answer.lookalike) {
        (Tier::Clear, Some(lookalike)) => format!("clear: {}", lookalike.name().replace('_', " ")),
        _ => format!("{}: {}", answer.tier.name(), classes.join(", ")),
    };
    let urgency = answer.urgency.map_or("", |urgency| urgency.name()).replace('_', " ");
    let _ = writeln!(
        out,
        "\n{found}   risk {:.3}   route {}   {urgency}   disguise {:.2}\n{}",
        answer.risk,
        answer.route.name(),
        answer.disguise,
        match scene(answer) {
            scene if scene.is_empty() => scene,
            scene => format!("{scene}\n"),
        }
    );
    let mut sum = 0.0;
    let (mut prior, mut rest): (Vec<&Reason>, Vec<&Reason>) = answer.reasons.iter().partition(|reason| reason.place.is_none());
    rest.sort_by(|a, b| b.weight_bits.total_cmp(&a.weight_bits));
    prior.extend(rest);
    for reason in prior {
        sum += reason.weight_bits;
        let words = reason.place.and_then(|(field, span)| {
            mask(post.field(field), &answer.mentions, field).get(span.start as usize..span.end as usize).map(printable)
        });
        let steps: Vec<&str> = reason.steps.names().collect();
        let bar = "█".repeat((reason.weight_bits.abs() / BAR_BITS * 16.0).min(32.0).ceil() as usize);
        let (on, off) = match (colour, reason.weight_bits > 0.0) {
            (true, true) => (RED, PLAIN),
            (true, false) => (GREEN, PLAIN),
            _ => ("", ""),
        };
        let _ = writeln!(
            out,
            "{:+6.2} {:+7.2}  {on}{bar:<16}{off} {} {}{}",
            reason.weight_bits,
            sum,
            reason.code,
            words.unwrap_or_default(),
            if steps.is_empty() { String::new() } else { format!("  ({})", steps.join(", ")) }
        );
    }
    let _ = writeln!(out, "{:>6} {sum:+7.2}  bits", "");
    out
}

/// The text of a field with its signs coloured: for the trade in red, against it in green; marked by brackets where there
/// are no colours.
fn coloured(post: &Post, answer: &Assessment, field: Field, colour: bool) -> String {
    let shown = mask(post.field(field), &answer.mentions, field);
    let mut spans: Vec<(usize, usize, f32)> = answer
        .reasons
        .iter()
        .filter(|reason| !matches!(reason.code, "wording" | "length" | "thread"))
        .filter_map(|reason| {
            reason.place.filter(|(at, _)| *at == field).map(|(_, span)| (span.start as usize, span.end as usize, reason.weight_bits))
        })
        .collect();
    spans.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.abs().total_cmp(&a.2.abs())));
    let (mut out, mut at) = (String::new(), 0);
    for (start, end, weight) in spans {
        if start < at {
            continue;
        }
        out.push_str(&printable(&shown[at..start]));
        let (on, off) = match (colour, weight > 0.0) {
            (true, true) => (RED, PLAIN),
            (true, false) => (GREEN, PLAIN),
            (false, true) => ("[", "]"),
            (false, false) => ("(", ")"),
        };
        let _ = write!(out, "{on}{}{off}", printable(&shown[start..end]));
        at = end;
    }
    out.push_str(&printable(&shown[at..]));
    out
}
