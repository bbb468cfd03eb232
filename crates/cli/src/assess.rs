//! `magpie assess`: posts in, one row per post out, in input order, in bounded memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use magpie_core::assessment::model::Model;
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{self, Assessor};
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::Packs;
use magpie_core::post::{Post, parse_time};
use magpie_core::units::Time;
use magpie_ingest::{Counts, Input, Options, RawBatch, Reader, parse};
use rayon::prelude::*;

#[derive(clap::Args)]
pub struct Args {
    /// File or folder of posts, or - for standard input
    input: PathBuf,
    /// File to write
    #[arg(short, long)]
    output: PathBuf,
    /// Moment that urgency is relative to
    #[arg(long)]
    as_of: Option<String>,
    /// Accept the mobile prefixes 154, 163, 168 and 179, which are assigned to nobody
    #[arg(long)]
    test_numbers: bool,
    /// Source of records that name none
    #[arg(long)]
    source: Option<String>,
    /// Share of trade that risk is given for
    #[arg(long, default_value_t = 0.5)]
    prevalence: f64,
    /// Threads to use; the output does not depend on it
    #[arg(long)]
    threads: Option<usize>,
}

/// Posts of one thread are read together up to this many.
const THREAD_LIMIT: usize = 10_000;

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("cannot start the threads asked for")?;
    }
    let mut options = Options::default();
    options.defaults.source = args.source.clone();
    let as_of: Option<Time> = match &args.as_of {
        Some(written) => Some(
            parse_time(written, &options.defaults.timezone)
                .context("--as-of is not an RFC 3339 time, such as 2026-03-01T00:00:00+08:00")?,
        ),
        None => None,
    };
    let packs = Packs::builtin();
    let model = Model::builtin();
    let extractor = Extractor::new(identifier::Options { test_numbers: args.test_numbers, key: [0; 32] }, packs);
    let assessor = Assessor::new(packs, model, &extractor, assessment::Options { as_of, prevalence: args.prevalence });
    let versions = serde_json::value::to_raw_value(&packs.versions())?;
    let mut out =
        BufWriter::with_capacity(1 << 20, File::create(&args.output).with_context(|| format!("cannot write {}", args.output.display()))?);
    let mut reader = Reader::open([Input::parse(&args.input.to_string_lossy())], options.clone())?;
    let mut counts = Counts::default();
    let mut waiting: Vec<Post> = Vec::new();
    loop {
        let raws: Vec<RawBatch> = std::iter::from_fn(|| reader.next_raw().transpose()).take(8).collect::<Result<_, _>>()?;
        let last = raws.is_empty();
        let batches: Vec<_> = raws.par_iter().map(|raw| parse(raw, &options)).collect();
        for batch in batches {
            counts.add(&batch);
            for reject in &batch.rejects {
                eprintln!("{}:{}: {}", reject.file, reject.line, reject.reason);
            }
            waiting.extend(batch.posts.into_iter().map(|(post, _)| post));
        }
        let ready = if last { waiting.len() } else { last_border(&waiting) };
        let chunks = cut(&waiting[..ready], 512);
        let parts: Vec<Vec<u8>> = chunks
            .par_iter()
            .map_init(State::default, |state, chunk| state.rows(chunk, &assessor, &versions))
            .collect::<anyhow::Result<_>>()?;
        for part in parts {
            out.write_all(&part)?;
        }
        waiting.drain(..ready);
        if last {
            break;
        }
    }
    out.flush()?;
    eprintln!("read {}, accepted {}, set aside {}", counts.read, counts.accepted, counts.rejected);
    Ok(ExitCode::SUCCESS)
}

#[derive(Default)]
struct State {
    scratch: assessment::Scratch,
}

impl State {
    fn rows(&mut self, posts: &[Post], assessor: &Assessor, versions: &serde_json::value::RawValue) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(posts.len() * 512);
        for thread in posts.chunk_by(same_thread) {
            let thread: Vec<&Post> = thread.iter().collect();
            let answers = assessor.assess(&thread, &mut self.scratch);
            for (post, answer) in thread.iter().zip(&answers) {
                serde_json::to_writer(&mut out, &Row { post, assessment: answer, with_mentions: true, thread: &thread, packs: versions })?;
                out.push(b'\n');
            }
        }
        Ok(out)
    }
}

fn same_thread(a: &Post, b: &Post) -> bool {
    a.thread_id.is_some() && a.thread_id == b.thread_id && a.source == b.source
}

/// Where the last thread begins, so that it is not cut while more of it may follow.
fn last_border(posts: &[Post]) -> usize {
    let from = posts.len().saturating_sub(THREAD_LIMIT);
    (from..posts.len()).rev().find(|at| *at == 0 || !same_thread(&posts[at - 1], &posts[*at])).unwrap_or(posts.len())
}

/// Cuts posts into pieces of about `size` that end where a thread ends.
fn cut(posts: &[Post], size: usize) -> Vec<&[Post]> {
    let mut pieces = Vec::new();
    let mut rest = posts;
    while !rest.is_empty() {
        let end = (size.min(rest.len())..rest.len()).find(|at| !same_thread(&rest[at - 1], &rest[*at])).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}
