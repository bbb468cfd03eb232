//! Posts from files to assessments, as all commands read them.

use std::path::{Path, PathBuf};

use magpie_core::assessment::model::Model;
use magpie_core::assessment::row::Row;
use magpie_core::assessment::{self, Assessment, Assessor, Scratch};
use magpie_core::identifier::{self, Extractor};
use magpie_core::pack::{BUILTIN, Packs};
use magpie_core::post::Post;
use magpie_core::text::Folded;
use magpie_core::units::{Field, Time, hex};
use magpie_ingest::{Batch, Counts, IngestError, Input, RawBatch, Reader, parse};
use rayon::prelude::*;
use serde_json::value::RawValue;

use crate::options::{Reading, pack_files, packs};
use crate::progress::Progress;

/// Raw batches that are read before they are handed to the threads.
const BATCHES: usize = 8;
/// Posts that one thread of execution takes at a time.
const CHUNK: usize = 512;
/// Posts of one thread of talk are read together up to this many.
const THREAD_LIMIT: usize = 10_000;

/// All that is needed to assess posts.
pub struct Engine {
    pub packs: &'static Packs,
    pub extractor: Extractor,
    pub prevalence: f64,
    pub versions: Box<RawValue>,
}

impl Engine {
    pub fn new(reading: &Reading) -> anyhow::Result<Engine> {
        let (packs, _) = rayon::join(|| packs(reading.packs.as_deref()), Model::builtin);
        let packs = packs?;
        let options = identifier::Options { test_numbers: reading.test_numbers, key: hash_key() };
        Ok(Engine {
            packs,
            extractor: Extractor::new(options, packs),
            prevalence: reading.prevalence,
            versions: serde_json::value::to_raw_value(&packs.versions())?,
        })
    }

    /// A text that no stage reads, such as a link, with the numbers of papers and cards masked.
    pub fn mask(&self, text: &str) -> String {
        let (mut folded, mut mentions) = (Folded::default(), Vec::new());
        self.packs.characters.fold(text, &mut folded);
        self.extractor.extract(&[(Field::Text, text, &folded)], &mut identifier::Scratch::default(), &mut mentions);
        identifier::mask(text, &mentions, Field::Text).into_owned()
    }

    /// An assessor for the moment `as_of`.
    pub fn assessor(&self, as_of: Option<Time>) -> Assessor<'_> {
        Assessor::new(self.packs, Model::builtin(), &self.extractor, assessment::Options { as_of, prevalence: self.prevalence })
    }

    /// Assesses posts whose threads stand together, in parallel; the answers stand in the order of the posts.
    pub fn assess(&self, posts: &[Post], as_of: Option<Time>) -> Vec<Assessment> {
        let assessor = self.assessor(as_of);
        cut(posts, CHUNK)
            .par_iter()
            .map_init(Scratch::default, |scratch, chunk| {
                let threads = chunk.chunk_by(same_thread);
                threads.flat_map(|thread| assessor.assess(&thread.iter().collect::<Vec<_>>(), scratch)).collect::<Vec<_>>()
            })
            .flatten_iter()
            .collect()
    }

    /// Assesses posts whose threads stand together and writes their rows as JSON lines.
    pub fn rows(&self, posts: &[Post], as_of: Option<Time>) -> anyhow::Result<Vec<Vec<u8>>> {
        let assessor = self.assessor(as_of);
        cut(posts, CHUNK)
            .par_iter()
            .map_init(Scratch::default, |scratch, chunk| {
                let mut out = Vec::with_capacity(chunk.len() * 768);
                for thread in chunk.chunk_by(same_thread) {
                    let thread: Vec<&Post> = thread.iter().collect();
                    for (post, answer) in thread.iter().zip(&assessor.assess(&thread, scratch)) {
                        self.write_row(post, answer, &thread, &mut out)?;
                    }
                }
                Ok(out)
            })
            .collect()
    }

    /// Writes one row of `assessments`.
    pub fn write_row(&self, post: &Post, assessment: &Assessment, thread: &[&Post], out: &mut Vec<u8>) -> anyhow::Result<()> {
        Row { post, assessment, with_mentions: true, thread, packs: &self.versions }.write(out);
        out.push(b'\n');
        Ok(())
    }
}

/// SHA-256 over packs and model: what the answers hang on besides the posts.
pub fn reading_digest(reading: &Reading) -> anyhow::Result<String> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    let mut add = |name: &str, content: &str| {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(content.as_bytes());
        hash.update([0]);
    };
    match &reading.packs {
        None => BUILTIN.iter().for_each(|(name, content)| add(name, content)),
        Some(folder) => pack_files(folder)?.iter().for_each(|(name, content)| add(name, content)),
    }
    hash.update(Model::builtin_bytes());
    Ok(hex(&hash.finalize()))
}

/// Key of the hashes that stand for numbers of papers and cards, from the environment variable `MAGPIE_HASH_KEY`.
/// Without it the key is known to everybody, and a hash of so few possible numbers can be turned back by trying them all.
fn hash_key() -> [u8; 32] {
    let mut key = [0; 32];
    if let Ok(written) = std::env::var("MAGPIE_HASH_KEY") {
        use sha2::{Digest, Sha256};
        key.copy_from_slice(&Sha256::digest(written.as_bytes()));
    }
    key
}

/// Reads inputs batch by batch and hands each batch of posts to `take`, in order.
pub fn read(
    inputs: &[PathBuf],
    options: &magpie_ingest::Options,
    progress: &mut Progress,
    mut take: impl FnMut(Batch) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    each_batch(
        inputs,
        options,
        |raw| parse(raw, options),
        |batch| {
            counts.add(&batch);
            progress.add(batch.bytes_read, batch.posts.len() as u64);
            take(batch)
        },
    )?;
    Ok(counts)
}

/// The time of the newest post of the inputs.
pub fn newest(inputs: &[PathBuf], options: &magpie_ingest::Options) -> anyhow::Result<Option<Time>> {
    let mut newest: Option<Time> = None;
    each_batch(
        inputs,
        options,
        |raw| magpie_ingest::newest(raw, options),
        |time| {
            newest = newest.max(time);
            Ok(())
        },
    )?;
    Ok(newest)
}

/// Reads inputs batch by batch; `make` runs on all threads, `take` gets what it made in order. The next batches are read
/// from the disk meanwhile.
fn each_batch<T: Send>(
    inputs: &[PathBuf],
    options: &magpie_ingest::Options,
    make: impl Fn(&RawBatch) -> T + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut reader = Reader::open(inputs.iter().map(|input| Input::parse(&input.to_string_lossy())), options.clone())?;
    let mut raws = next_batches(&mut reader)?;
    while !raws.is_empty() {
        let next = std::thread::scope(|scope| {
            let next = scope.spawn(|| next_batches(&mut reader));
            let made: Vec<T> = raws.par_iter().map(&make).collect();
            made.into_iter().try_for_each(&mut take)?;
            next.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(anyhow::Error::from)
        })?;
        raws = next;
    }
    Ok(())
}

fn next_batches(reader: &mut Reader) -> Result<Vec<RawBatch>, IngestError> {
    std::iter::from_fn(|| reader.next_raw().transpose()).take(BATCHES).collect()
}

/// The size of the inputs in bytes, where all of it is known.
pub fn size_bytes(inputs: &[PathBuf]) -> Option<u64> {
    inputs.iter().map(|input| size_of(input)).sum()
}

fn size_of(path: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

/// Whether two posts that follow each other belong to one thread.
pub fn same_thread(a: &Post, b: &Post) -> bool {
    a.thread_id.is_some() && a.thread_id == b.thread_id && a.source == b.source
}

/// Where the last thread begins, so that it is not cut while more of it may follow.
pub fn last_border(posts: &[Post]) -> usize {
    let from = posts.len().saturating_sub(THREAD_LIMIT);
    (from..posts.len()).rev().find(|at| *at == 0 || !same_thread(&posts[at - 1], &posts[*at])).unwrap_or(posts.len())
}

/// Cuts posts into pieces of about `size` that end where a thread ends.
pub fn cut(posts: &[Post], size: usize) -> Vec<&[Post]> {
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
