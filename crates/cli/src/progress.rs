//! Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Seconds between two plain lines.
const PLAIN_SECONDS: u64 = 10;

pub struct Progress {
    bar: Option<ProgressBar>,
    plain: bool,
    last: Instant,
    start: Instant,
    posts: u64,
}

impl Progress {
    /// Progress over `bytes` of input, where that is known.
    pub fn new(bytes: Option<u64>, quiet: bool) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let (bar, template) = match bytes {
                Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left, {msg}"),
                None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec}, {msg}"),
            };
            bar.with_style(ProgressStyle::with_template(template).expect("a constant template"))
        });
        let now = Instant::now();
        Progress { bar, plain: !terminal && !quiet, last: now, start: now, posts: 0 }
    }

    /// Counts what was read since the last call.
    pub fn add(&mut self, bytes: u64, posts: u64) {
        self.posts += posts;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            bar.set_message(format!("{} posts", self.posts));
        } else if self.plain && self.last.elapsed() > Duration::from_secs(PLAIN_SECONDS) {
            self.last = Instant::now();
            eprintln!("{} posts, {:.0} posts/s", self.posts, self.posts as f64 / self.start.elapsed().as_secs_f64());
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
