//! `magpie assess`: posts in, one row per post out, in input order, in bounded memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use magpie_core::post::Post;

use crate::engine::{Engine, last_border, newest, read, size_bytes};
use crate::options::Reading;
use crate::progress::Progress;

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  magpie assess posts.jsonl -o assessed.jsonl\n  zstd -dc posts.jsonl.zst | magpie assess - -o out.jsonl --as-of 2026-03-01T00:00:00+08:00\n  magpie assess table.csv --map text=content,author_id=uid --source forum.example.org -o out.jsonl"
)]
pub struct Args {
    /// File or folder of posts, or - for standard input
    input: PathBuf,
    /// File to write, or - for standard output
    #[arg(short, long)]
    output: PathBuf,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reading = &args.reading;
    reading.start_threads()?;
    let options = reading.ingest()?;
    let engine = Engine::new(reading)?;
    let inputs = [args.input.clone()];
    let as_of = match reading.as_of(&options)? {
        Some(time) => Some(time),
        None if args.input.as_os_str() == "-" => {
            anyhow::bail!("standard input is read once, so the newest post is not known; give --as-of TIME")
        }
        None => newest(&inputs, &options)?,
    };
    let mut out: Box<dyn Write> = match args.output.to_str() {
        Some("-") => Box::new(std::io::stdout().lock()),
        _ => {
            let file = File::create(&args.output).with_context(|| format!("cannot write {}", args.output.display()))?;
            Box::new(BufWriter::with_capacity(1 << 20, file))
        }
    };
    let mut progress = Progress::new(size_bytes(&inputs), reading.messages.quiet);
    let mut waiting: Vec<Post> = Vec::new();
    let counts = read(&inputs, &options, &mut progress, |batch| {
        for note in &batch.notes {
            reading.messages.note(&format!("{}: {}", note.file, note.remark));
        }
        for reject in &batch.rejects {
            reading.messages.note(&format!("{}:{}: {}", reject.file, reject.line, reject.reason));
        }
        waiting.extend(batch.posts.into_iter().map(|(post, _)| post));
        let ready = last_border(&waiting);
        // Small remainders wait for more, so that there is work for every thread.
        if ready >= 4_096 {
            write(&engine.rows(&waiting[..ready], as_of)?, &mut out)?;
            waiting.drain(..ready);
        }
        Ok(())
    })?;
    write(&engine.rows(&waiting, as_of)?, &mut out)?;
    out.flush().context("cannot finish the output")?;
    progress.finish();
    if reading.messages.json {
        println!("{}", serde_json::json!({"read": counts.read, "accepted": counts.accepted, "rejected": counts.rejected}));
    } else {
        reading.messages.note(&format!("read {}, accepted {}, set aside {}", counts.read, counts.accepted, counts.rejected));
    }
    Ok(reading.exit_code(counts.rejected))
}

fn write(parts: &[Vec<u8>], out: &mut dyn Write) -> anyhow::Result<()> {
    for part in parts {
        out.write_all(part).context("cannot write the output; is the disk full?")?;
    }
    Ok(())
}
