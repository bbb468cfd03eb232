//! The `magpie` command.
//!
//! Start reading at `assess` (stateless, streaming) and `run` (a workspace); both read posts by `engine`.

mod assess;
mod engine;
mod eval;
mod explain;
mod options;
mod packs;
mod progress;
mod run;
mod summary;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Keeps pages between batches, which the system's gives back and takes again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    name = "magpie",
    version,
    about = "Turns lawfully collected posts into leads that a person can check",
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 done but some records were set aside and --strict was asked for.\n\
                  Magpie lists indicators for and against; it never calls anyone a criminal. People decide."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Imports files or folders, analyses them and prints the leads in order of urgency
    Run(run::Args),
    /// Assesses a file of posts, one row per post in input order; keeps nothing
    Assess(assess::Args),
    /// Reads one text and shows what it is found to be, with every reason at its words
    Explain(explain::Args),
    /// Scores predictions against labelled posts and prints figures with intervals
    Eval(eval::Args),
    /// Language packs
    Packs {
        #[command(subcommand)]
        command: packs::Command,
    },
    /// Prints a completion script for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Assess(args) => assess::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Packs { command } => packs::run(&command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "magpie", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("magpie: {error:#}");
            ExitCode::from(1)
        }
    }
}
