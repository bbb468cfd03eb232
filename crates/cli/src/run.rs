//! `magpie run`: files in, a workspace of posts, assessments and leads out.
//!
//! A workspace is a folder of JSON lines with a manifest. Tables are written whole beside the old ones; then the manifest
//! goes, the tables take their places, and a new manifest comes last: a run that was stopped is seen by the missing
//! manifest and done again, and running the same input again changes nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use magpie_core::assessment::{Assessment, Tier};
use magpie_core::identifier;
use magpie_core::post::{Post, format_time};
use magpie_core::units::{Field, Time, hex};
use magpie_ingest::{Counts, Duplicates, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::engine::{self, Engine, read, reading_digest, same_thread, size_bytes};
use crate::options::Reading;
use crate::progress::Progress;
use crate::summary::{self, Lead};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  magpie run posts.jsonl -w case-12 --basis \"order 12/2026 of the district court\"\n  magpie run export/ -w case-12 --basis \"user reports\" --as-of 2026-03-01T00:00:00+08:00 --json"
)]
pub struct Args {
    /// Files or folders of posts: JSON lines, CSV or Parquet, plain, gzip or zstd
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Folder of the workspace; made if it is not there
    #[arg(short, long)]
    workspace: PathBuf,
    /// Legal basis of the import, kept with it
    #[arg(long)]
    basis: String,
    /// Leads to print
    #[arg(long, default_value_t = 20)]
    leads: usize,
    #[command(flatten)]
    reading: Reading,
}

/// What a workspace was made from; equal manifests mean equal content.
#[derive(Serialize, Deserialize, PartialEq)]
struct Manifest {
    magpie: String,
    /// SHA-256 over packs and model.
    reading: String,
    packs: BTreeMap<String, String>,
    basis: String,
    as_of: Option<String>,
    options: String,
    inputs: BTreeMap<String, String>,
    read: u64,
    accepted: u64,
    rejected: u64,
    alerts: u64,
    reviews: u64,
    support: u64,
}

const MANIFEST: &str = "manifest.json";
/// Posts that are assessed and written at a time.
const PART: usize = 1 << 15;
const TABLES: [&str; 4] = ["posts", "assessments", "rejects", "leads"];

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reading = &args.reading;
    anyhow::ensure!(
        !args.basis.trim().is_empty(),
        "--basis is empty; name the legal basis of the import, such as an order or a user report"
    );
    reading.start_threads()?;
    let options = reading.ingest()?;
    let engine = Engine::new(reading)?;
    fs::create_dir_all(&args.workspace).with_context(|| format!("cannot make the workspace {}", args.workspace.display()))?;
    let mut manifest = Manifest {
        magpie: env!("CARGO_PKG_VERSION").to_owned(),
        reading: reading_digest(reading)?,
        packs: engine.packs.versions(),
        basis: args.basis.clone(),
        as_of: None,
        options: format!("{:?} {:?} {} {} {}", reading.source, reading.map, reading.timezone, reading.test_numbers, reading.prevalence),
        inputs: digests(&args.inputs)?,
        read: 0,
        accepted: 0,
        rejected: 0,
        alerts: 0,
        reviews: 0,
        support: 0,
    };
    let asked = reading.as_of(&options)?;
    manifest.as_of = asked.map(format_time);
    if let Some(known) = open(&args.workspace).filter(|known| known.is_same_input(&manifest)) {
        reading.messages.note("nothing is new: the workspace holds these inputs already");
        let leads = summary::read_leads(&args.workspace)?;
        tell(args, &known, &leads)?;
        return Ok(reading.exit_code(known.rejected));
    }
    let (posts, rejects, counts) = import(args, &options)?;
    let as_of = asked.or_else(|| posts.iter().filter_map(|(post, _)| post.published_at).max());
    (manifest.read, manifest.accepted, manifest.rejected) = (counts.read, counts.accepted, counts.rejected);
    let leads = analyse(args, &engine, posts, as_of, &rejects, &mut manifest)?;
    put_in_place(&args.workspace)?;
    let file = serde_json::to_vec_pretty(&manifest)?;
    write_whole(&args.workspace.join(MANIFEST), &file)?;
    tell(args, &manifest, &leads)?;
    Ok(reading.exit_code(counts.rejected))
}

impl Manifest {
    fn is_same_input(&self, other: &Manifest) -> bool {
        self.magpie == other.magpie
            && self.reading == other.reading
            && self.options == other.options
            && self.inputs == other.inputs
            && self.as_of == other.as_of
            && self.basis == other.basis
    }
}

fn open(workspace: &Path) -> Option<Manifest> {
    serde_json::from_slice(&fs::read(workspace.join(MANIFEST)).ok()?).ok()
}

/// SHA-256 of every input file, by its path.
fn digests(inputs: &[PathBuf]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = inputs.to_vec();
    while let Some(path) = waiting.pop() {
        anyhow::ensure!(path.as_os_str() != "-", "standard input leaves nothing to come back to; save it to a file first");
        if path.is_dir() {
            let entries = fs::read_dir(&path).with_context(|| format!("cannot open {}", path.display()))?;
            for entry in entries {
                let entry = entry?;
                // Links to folders are left to the reader, which knows loops.
                if !entry.file_type()?.is_symlink() {
                    waiting.push(entry.path());
                }
            }
            continue;
        }
        let mut file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let len = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
            if len == 0 {
                break;
            }
            hash.update(&buffer[..len]);
        }
        out.insert(path.display().to_string(), hex(&hash.finalize()));
    }
    Ok(out)
}

type Imported = (Vec<(Post, Place)>, Vec<serde_json::Value>, Counts);

fn import(args: &Args, options: &magpie_ingest::Options) -> anyhow::Result<Imported> {
    let messages = &args.reading.messages;
    let mut progress = Progress::new(size_bytes(&args.inputs), messages.quiet);
    let (mut posts, mut rejects, mut duplicates) = (Vec::new(), Vec::new(), Duplicates::default());
    let mut counts = Counts::default();
    read(&args.inputs, options, &mut progress, |mut batch| {
        duplicates.set_aside(&mut batch);
        counts.add(&batch);
        for note in &batch.notes {
            messages.note(&format!("{}: {}", note.file, note.remark));
        }
        let told =
            batch.rejects.iter().map(|reject| json!({"file": &*reject.file, "line": reject.line, "reason": reject.reason.to_string()}));
        rejects.extend(told);
        posts.append(&mut batch.posts);
        Ok(())
    })?;
    progress.finish();
    Ok((posts, rejects, counts))
}

/// Assesses all posts, threads complete whatever the order of the rows, and writes the tables.
fn analyse(
    args: &Args,
    engine: &Engine,
    mut posts: Vec<(Post, Place)>,
    as_of: Option<Time>,
    rejects: &[serde_json::Value],
    manifest: &mut Manifest,
) -> anyhow::Result<Vec<Lead>> {
    posts.sort_by(|(a, _), (b, _)| {
        (&a.source, &a.thread_id, &a.published_at, &a.id).cmp(&(&b.source, &b.thread_id, &b.published_at, &b.id))
    });
    let (posts, places): (Vec<Post>, Vec<Place>) = posts.into_iter().unzip();
    let (mut posts_table, mut table) = (Table::create(&args.workspace, "posts")?, Table::create(&args.workspace, "assessments")?);
    let (mut found, mut from) = (Vec::new(), 0);
    for part in engine::cut(&posts, PART) {
        let assessments = engine.assess(part, as_of);
        for ((post, place), assessment) in part.iter().zip(&places[from..]).zip(&assessments) {
            posts_table.write(&post_row(engine, post, place, assessment)?)?;
        }
        from += part.len();
        let mut answers = assessments.iter();
        for thread in part.chunk_by(same_thread) {
            let refs: Vec<&Post> = thread.iter().collect();
            for (post, assessment) in refs.iter().zip(answers.by_ref()) {
                let mut line = Vec::new();
                engine.write_row(post, assessment, &refs, &mut line)?;
                table.write_line(&line)?;
            }
        }
        let count = |tier: Tier| assessments.iter().filter(|assessment| assessment.tier == tier).count() as u64;
        manifest.alerts += count(Tier::Alert);
        manifest.reviews += count(Tier::Review);
        manifest.support += assessments.iter().filter(|assessment| assessment.route.name() == "support").count() as u64;
        found.extend(summary::found(part, &assessments));
    }
    posts_table.finish()?;
    table.finish()?;
    let mut table = Table::create(&args.workspace, "rejects")?;
    for reject in rejects {
        table.write(reject)?;
    }
    table.finish()?;
    let leads = summary::rank(found);
    let mut table = Table::create(&args.workspace, "leads")?;
    for lead in &leads {
        table.write(lead)?;
    }
    table.finish()?;
    Ok(leads)
}

/// A post as the workspace keeps it: numbers of papers and cards are masked.
fn post_row(engine: &Engine, post: &Post, place: &Place, assessment: &Assessment) -> anyhow::Result<serde_json::Value> {
    let mut row = serde_json::to_value(post)?;
    for field in Field::ALL {
        let masked = identifier::mask(post.field(field), &assessment.mentions, field);
        if let std::borrow::Cow::Owned(masked) = masked {
            row[field.name()] = masked.into();
        }
    }
    if let Some(url) = &post.url {
        row["url"] = engine.mask(url).into();
    }
    if let Some(extra) = &post.extra {
        let masked = engine.mask(extra.0.get());
        // A number that stood without quotes leaves no JSON behind; then the text itself is kept.
        row["extra"] = serde_json::from_str(&masked).unwrap_or_else(|_| masked.into());
    }
    row["post_id"] = json!(post.post_id());
    row["record"] = json!({"file": &*place.file, "line": place.line});
    Ok(row)
}

/// A table of JSON lines, written beside the one that it will replace.
struct Table {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Table {
    fn create(workspace: &Path, name: &str) -> anyhow::Result<Table> {
        let path = workspace.join(format!("{name}.jsonl"));
        let part = part_of(&path);
        let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        Ok(Table { path, out: BufWriter::new(file) })
    }

    fn write(&mut self, row: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        self.write_line(&line)
    }

    fn write_line(&mut self, line: &[u8]) -> anyhow::Result<()> {
        self.out.write_all(line).with_context(|| format!("cannot write {}; is the disk full?", self.path.display()))
    }

    fn finish(mut self) -> anyhow::Result<()> {
        let path = self.path.display();
        self.out.flush().and_then(|()| self.out.get_ref().sync_all()).with_context(|| format!("cannot finish {path}; is the disk full?"))
    }
}

/// Lets the finished tables take the places of the old ones.
fn put_in_place(workspace: &Path) -> anyhow::Result<()> {
    match fs::remove_file(workspace.join(MANIFEST)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).context("cannot renew the manifest"),
        _ => {}
    }
    for table in TABLES {
        let path = workspace.join(format!("{table}.jsonl"));
        fs::rename(part_of(&path), &path).with_context(|| format!("cannot put {} in its place", path.display()))?;
    }
    Ok(())
}

fn part_of(path: &Path) -> PathBuf {
    path.with_extension("part")
}

fn write_whole(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let part = part_of(path);
    fs::write(&part, content).with_context(|| format!("cannot write {}; is the disk full?", part.display()))?;
    fs::rename(&part, path).with_context(|| format!("cannot put {} in its place", path.display()))
}

fn tell(args: &Args, manifest: &Manifest, leads: &[Lead]) -> anyhow::Result<()> {
    if args.reading.messages.json {
        let told = json!({
            "workspace": args.workspace,
            "read": manifest.read,
            "accepted": manifest.accepted,
            "rejected": manifest.rejected,
            "alert": manifest.alerts,
            "review": manifest.reviews,
            "support": manifest.support,
            "leads": leads.iter().take(args.leads).collect::<Vec<_>>(),
        });
        println!("{told}");
        return Ok(());
    }
    let counts = summary::Counts {
        read: manifest.read,
        rejected: manifest.rejected,
        alerts: manifest.alerts,
        reviews: manifest.reviews,
        support: manifest.support,
    };
    print!("{}", summary::text(&counts, leads, args.leads, &args.workspace));
    Ok(())
}
