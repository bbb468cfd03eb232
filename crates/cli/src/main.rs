//! The `magpie` command.

mod assess;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "magpie", version, about = "Turns lawfully collected posts into leads that a person can check")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Assesses a file of posts, one row per post in input order; keeps nothing
    Assess(assess::Args),
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Assess(args) => assess::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("magpie: {error:#}");
            std::process::ExitCode::from(1)
        }
    }
}
