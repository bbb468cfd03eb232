//! `magpie eval`: predictions against gold.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::engine::Engine;
use crate::options::Reading;

#[derive(clap::Args)]
#[command(after_help = "Example:\n  magpie eval --gold gold.jsonl --test-numbers --as-of 2026-03-01T00:00:00+08:00 --html report.html")]
pub struct Args {
    /// Posts with labels
    #[arg(long)]
    gold: PathBuf,
    /// Rows of `magpie assess`; without them the gold posts are assessed here
    #[arg(long)]
    predictions: Option<PathBuf>,
    /// Report with plots to write
    #[arg(long)]
    html: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    args.reading.start_threads()?;
    let content = std::fs::read_to_string(&args.gold).with_context(|| format!("cannot read {}", args.gold.display()))?;
    let gold = magpie_eval::gold::parse(&content).with_context(|| format!("{}", args.gold.display()))?;
    let predictions = match &args.predictions {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
        None => predict(args)?,
    };
    let scored = magpie_eval::metrics::score(&gold, &predictions)?;
    if args.reading.messages.json {
        println!("{}", serde_json::to_string(&scored)?);
    } else {
        print!("{}", magpie_eval::report::figures(&scored));
    }
    if let Some(path) = &args.html {
        std::fs::write(path, magpie_eval::report::html(&scored)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Assesses the gold posts themselves; labels are not read, for the post's columns do not hold them.
fn predict(args: &Args) -> anyhow::Result<String> {
    let options = args.reading.ingest()?;
    let engine = Engine::new(&args.reading)?;
    let inputs = [args.gold.clone()];
    let as_of = match args.reading.as_of(&options)? {
        Some(time) => Some(time),
        None => crate::engine::newest(&inputs, &options)?,
    };
    let mut posts = Vec::new();
    let mut silent = crate::progress::Progress::new(None, true);
    crate::engine::read(&inputs, &options, &mut silent, |batch| {
        posts.extend(batch.posts.into_iter().map(|(post, _)| post));
        Ok(())
    })?;
    let rows = engine.rows(&posts, as_of)?.concat();
    String::from_utf8(rows).context("rows are UTF-8")
}
