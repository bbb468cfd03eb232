//! `magpie-eval`: the fit of the shipped model, and benchmarks.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use magpie_core::assessment::model::Model;
use magpie_core::pack::{BUILTIN, Packs};
use magpie_eval::disguise::Disguiser;
use magpie_eval::fit::{self, Options};
use magpie_eval::gold::GoldRow;
use magpie_eval::{corpus, report};

#[derive(Parser)]
#[command(about = "Fits and measures the shipped model")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fits the model from the written corpus and writes it as pack data
    Fit {
        /// Folder of the corpus
        #[arg(long, default_value = "crates/eval/corpus")]
        corpus: PathBuf,
        /// Model file to write
        #[arg(short, long, default_value = "packs/model.tsv")]
        output: PathBuf,
        /// Chance for contacts and disguises
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Probability from which a person should look
        #[arg(long, default_value_t = 0.5)]
        review: f64,
        /// The same for a post that fills two slots only
        #[arg(long, default_value_t = 0.7)]
        review_thin: f64,
        /// The same for a post that speaks of no child, pregnancy or papers outright
        #[arg(long, default_value_t = 0.9)]
        review_weak: f64,
        /// Probability from which to act today
        #[arg(long, default_value_t = 0.98)]
        alert: f64,
    },

    /// Prints how long each step takes on a file of posts
    Bench {
        /// Posts, JSON lines
        posts: PathBuf,
    },
    /// Prints the senses found in gold rows
    Signs {
        /// Gold rows
        gold: PathBuf,
    },
    /// Writes the corpus as gold rows, plain and disguised
    Corpus {
        /// Folder of the corpus
        #[arg(long, default_value = "crates/eval/corpus")]
        corpus: PathBuf,
        /// File to write
        #[arg(short, long)]
        output: PathBuf,
        /// Chance for contacts and disguises
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Leave out the disguised copies, and the labels: posts as a user would have them
        #[arg(long)]
        posts: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Fit { corpus, output, seed, review, review_thin, review_weak, alert } => {
            let rows = read_corpus(&corpus, seed)?;
            let fitted = fit::fit(Packs::builtin(), &rows, &Options::default())?;
            print!("{}", report::held_out(&rows, &fitted.held_out_bits));
            for (head, f1) in &fitted.held_out_f1 {
                print!("{} {f1:.3}; ", head.name());
            }
            println!("(F1 on plain rows of families not seen)");
            let head = format!(
                "# Weights in bits, fitted on the written corpus by `magpie-eval fit --seed {seed}`: {} rows. CC0-1.0.\nordinary\t-5\nreview\t{review}\nreview_thin\t{review_thin}\nreview_weak\t{review_weak}\nalert\t{alert}\n",
                rows.len()
            );
            let file = head + &fitted.file;
            let model = Model::parse("model.tsv", &file)?;
            fs::write(&output, file).with_context(|| format!("cannot write {}", output.display()))?;
            fs::write(output.with_extension("bin"), model.to_bytes()).context("cannot write the model's second form")?;
        }
        Command::Bench { posts } => {
            let lines = fs::read_to_string(&posts).with_context(|| format!("cannot read {}", posts.display()))?;
            magpie_eval::bench::start();
            magpie_eval::bench::steps(&lines);
        }
        Command::Signs { gold } => {
            let defaults = magpie_core::post::Defaults { source: Some("x".into()), timezone: magpie_core::post::utc() };
            let extractor = magpie_core::identifier::Extractor::new(
                magpie_core::identifier::Options { test_numbers: true, key: [0; 32] },
                Packs::builtin(),
            );
            let mut reading = magpie_core::assessment::reading::Reading::default();
            for line in fs::read_to_string(gold)?.lines() {
                let post = magpie_core::post::Record::from_json(line)?.into_post(&defaults)?;
                reading.read(Packs::builtin(), &extractor, &post);
                let mut out = Vec::new();
                for field in magpie_core::units::Field::ALL {
                    let read = reading.field(field);
                    for sign in &read.signs {
                        let text = read.span(sign.from, sign.to).slice(post.field(field)).unwrap_or("?");
                        out.push((field, sign.sense.name(), text.to_owned(), sign.steps.is_lossy()));
                    }
                }
                println!("{}", serde_json::to_string(&(&post.id, out))?);
            }
        }
        Command::Corpus { corpus, output, seed, posts } => {
            let rows = read_corpus(&corpus, seed)?;
            let lines: Vec<String> = if posts {
                rows.iter().filter(|row| row.gold.disguise == 0).map(|row| serde_json::to_string(&row.post)).collect::<Result<_, _>>()?
            } else {
                rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?
            };
            fs::write(&output, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", output.display()))?;
        }
    }
    Ok(())
}

/// All rows of the corpus, and two disguised copies of each.
fn read_corpus(folder: &PathBuf, seed: u64) -> anyhow::Result<Vec<GoldRow>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot open the corpus at {}; run this from the root of the repository", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    let mut rows = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        rows.extend(corpus::parse(&name, &fs::read_to_string(&path)?, seed)?);
    }
    let hidden: Vec<String> = Packs::builtin().lexicon.terms().filter(|term| (2..=4).contains(&term.chars().count())).collect();
    let disguiser = Disguiser::new(BUILTIN, hidden);
    let copies: Vec<GoldRow> = rows
        .iter()
        .enumerate()
        .flat_map(|(number, row)| [[10, 50], [30, 80]][number % 2].map(|level| disguiser.disguise(row, level, seed)))
        .collect();
    rows.extend(copies);
    Ok(rows)
}
