//! Options that the commands share.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use magpie_core::pack::Packs;
use magpie_core::post::parse_time;
use magpie_core::units::Time;
use magpie_ingest::Map;

/// How messages on standard error are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// How posts are read and assessed.
#[derive(clap::Args)]
pub struct Reading {
    /// Moment that urgency is relative to [default: the newest post]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Zone of times written without an offset
    #[arg(long, value_name = "TZ", default_value = "Asia/Shanghai")]
    pub timezone: String,
    /// Source of records that name none
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Columns of a foreign table, such as text=content,author_id=uid
    #[arg(long, value_name = "MAP")]
    pub map: Option<String>,
    /// Folder of language packs, in place of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Accept the mobile prefixes 154, 163, 168 and 179, which are assigned to nobody
    #[arg(long)]
    pub test_numbers: bool,
    /// Share of trade that risk is given for
    #[arg(long, value_name = "P", default_value_t = 0.5, value_parser = proportion)]
    pub prevalence: f64,
    /// Threads to use; the output does not depend on it [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Longest record, in MiB; a longer one is set aside
    #[arg(long, value_name = "MIB", default_value_t = 16)]
    pub limit_line: usize,
    /// End with exit code 3 where records were set aside
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub messages: Messages,
}

/// What is said on standard error.
#[derive(clap::Args)]
pub struct Messages {
    /// Machine-readable output on standard output
    #[arg(long)]
    pub json: bool,
    /// No progress and no notes
    #[arg(long)]
    pub quiet: bool,
    /// How messages are written
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

impl Messages {
    /// Says something on standard error; never a text or an identifier of a post.
    pub fn note(&self, message: &str) {
        if self.quiet {
            return;
        }
        match self.log_format {
            LogFormat::Text => eprintln!("{message}"),
            LogFormat::Json => eprintln!("{}", serde_json::json!({ "message": message })),
        }
    }
}

impl Reading {
    /// Options of the reader of files.
    pub fn ingest(&self) -> anyhow::Result<magpie_ingest::Options> {
        let mut options = magpie_ingest::Options::default();
        options.defaults.source = self.source.clone();
        options.defaults.timezone = TimeZone::get(&self.timezone)
            .with_context(|| format!("--timezone {} is no zone of the time zone database; write it as Asia/Shanghai", self.timezone))?;
        if let Some(map) = &self.map {
            options.map = map.parse::<Map>().context("--map")?;
        }
        options.line_limit_bytes = self.limit_line.max(1) << 20;
        Ok(options)
    }

    /// The moment asked for.
    pub fn as_of(&self, options: &magpie_ingest::Options) -> anyhow::Result<Option<Time>> {
        let Some(written) = &self.as_of else { return Ok(None) };
        let time = parse_time(written, &options.defaults.timezone);
        time.map(Some).context("--as-of is not an RFC 3339 time, such as 2026-03-01T00:00:00+08:00")
    }

    /// Starts as many threads as were asked for.
    pub fn start_threads(&self) -> anyhow::Result<()> {
        match self.threads {
            Some(0) => anyhow::bail!("--threads 0 leaves nobody to work; give 1 or more"),
            Some(threads) => {
                rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("cannot start the threads asked for")
            }
            None => Ok(()),
        }
    }

    /// The exit code of a run that set `rejected` records aside.
    pub fn exit_code(&self, rejected: u64) -> ExitCode {
        ExitCode::from(if self.strict && rejected > 0 { 3 } else { 0 })
    }
}

/// The packs of a folder, or the built-in ones.
pub fn packs(folder: Option<&Path>) -> anyhow::Result<&'static Packs> {
    match folder {
        None => Ok(Packs::builtin()),
        Some(folder) => {
            let files = pack_files(folder)?;
            let named: Vec<(&str, &str)> = files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
            // Read once and used until the end of the process.
            Ok(Box::leak(Box::new(Packs::parse(&named)?)))
        }
    }
}

/// The files of a folder of packs, by their names below it.
pub fn pack_files(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    anyhow::ensure!(!files.is_empty(), "{} holds no packs; a pack is a folder with pack.toml and lexicon.tsv", folder.display());
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot open the packs at {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if matches!(ending, Some("tsv" | "txt" | "toml")) && !path.ends_with("model.tsv") {
            let content = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, content));
        }
    }
    Ok(())
}

fn proportion(written: &str) -> Result<f64, String> {
    match written.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("give a share between 0 and 1, such as 0.0001".to_owned()),
    }
}
