//! `magpie packs`: what the language packs hold.

use std::path::PathBuf;
use std::process::ExitCode;

use magpie_core::pack::Packs;

use crate::options::packs;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Reads all packs and names the first fault with its file and line
    Check {
        /// Folder of packs, in place of the built-in ones
        folder: Option<PathBuf>,
        /// Machine-readable output
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Check { folder, json } = command;
    let packs: &Packs = packs(folder.as_deref())?;
    if *json {
        println!("{}", serde_json::json!({"packs": packs.versions(), "terms": packs.lexicon.len(), "places": packs.places().len()}));
        return Ok(ExitCode::SUCCESS);
    }
    for manifest in packs.manifests.values() {
        println!("{:4} {} {}, reviewed {}: {}", manifest.language, manifest.version, manifest.license, manifest.reviewed, manifest.source);
    }
    println!("{} terms and {} places in {} packs, no faults", packs.lexicon.len(), packs.places().len(), packs.manifests.len());
    Ok(ExitCode::SUCCESS)
}
