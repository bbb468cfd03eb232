//! The shape of the crate, read from its sources: stages use only stages above them, and nothing here touches files,
//! clock, network or chance.

use std::fs;
use std::path::{Path, PathBuf};

/// Each stage uses only stages above it.
const STAGES: [&str; 6] = ["units", "text", "pack", "post", "identifier", "assessment"];

/// Names from the world outside.
const OUTSIDE: [&str; 8] = ["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant", "rand", "thread_rng"];

/// A source file: its path below `src`, and its code without comments and tests.
struct Source {
    path: PathBuf,
    code: String,
}

impl Source {
    fn new(path: &str, content: &str) -> Source {
        Source { path: PathBuf::from(path), code: code(content) }
    }

    /// The stage that the file is part of; `lib` for the root.
    fn stage(&self) -> String {
        let first = self.path.components().next().expect("a path has a part");
        Path::new(first.as_os_str()).file_stem().expect("a part has a name").to_string_lossy().into_owned()
    }

    /// Modules between the file and the root of the crate.
    fn depth(&self) -> usize {
        let folders = self.path.components().count() - 1;
        folders + usize::from(!self.path.ends_with("mod.rs"))
    }

    /// First parts of all paths from the root of the crate.
    fn uses(&self) -> Vec<String> {
        let up = "super::".repeat(self.depth());
        let mut out = after(&self.code, "crate::");
        out.extend(after(&self.code, &up));
        out
    }

    /// Uses of stages that are not above this one.
    fn wrong_uses(&self) -> Vec<String> {
        let rank = |stage: &str| STAGES.iter().position(|known| *known == stage);
        let stage = self.stage();
        let Some(own) = rank(&stage) else { return Vec::new() };
        let wrong = |used: &String| *used != stage && rank(used).is_none_or(|used| used > own);
        self.uses().into_iter().filter(wrong).map(|used| format!("{}: {stage} uses {used}", self.path.display())).collect()
    }

    /// Names from outside that the code has.
    fn outside(&self) -> Vec<String> {
        let from_std = after(&self.code, "std::");
        let named = |name: &&str| match name.strip_prefix("std::") {
            Some(module) => from_std.iter().any(|used| used == module),
            None => words(&self.code).any(|word| word == *name),
        };
        OUTSIDE.into_iter().filter(named).map(|name| format!("{}: {name}", self.path.display())).collect()
    }
}

/// Code without comments and without items under `#[cfg(test)]`.
fn code(content: &str) -> String {
    let mut out = String::new();
    let mut skipped: Option<usize> = None; // the indent of the item that is left out
    for line in content.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(from) = skipped {
            let closes = indent == from && (trimmed.starts_with('}') || (!trimmed.starts_with('#') && trimmed.ends_with(';')));
            if closes {
                skipped = None;
            }
        } else if trimmed.starts_with("#[cfg(test)]") {
            skipped = Some(indent);
        } else if !trimmed.starts_with("//") {
            out.push_str(line.split(" // ").next().unwrap_or(""));
            out.push('\n');
        }
    }
    out
}

fn is_name(ch: char) -> bool {
    ch.is_alphanumeric() || ch == '_'
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|ch| !is_name(ch)).filter(|word| !word.is_empty())
}

/// What follows `prefix` wherever it begins a path: one name, or the first names of a group in braces.
fn after(code: &str, prefix: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        let rest = &code[at + prefix.len()..];
        if is_name(before) || before == ':' || rest.starts_with("super::") {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => out.extend(heads(group)),
            None => out.push(rest.chars().take_while(|ch| is_name(*ch)).collect()),
        }
    }
    out
}

/// The first name of each path of a group, up to the brace that closes it.
fn heads(group: &str) -> Vec<String> {
    let (mut out, mut depth, mut head) = (Vec::new(), 0, String::new());
    for ch in group.chars() {
        match ch {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => out.push(std::mem::take(&mut head)),
            _ if depth == 0 && !ch.is_whitespace() => head.push(ch),
            _ => {}
        }
    }
    out.push(head);
    out.iter().filter_map(|path| path.split("::").next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut out, mut waiting) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let content = fs::read_to_string(&path).expect("sources are UTF-8");
                let below = path.strip_prefix(&root).expect("it was found below");
                out.push(Source::new(&below.to_string_lossy().replace('\\', "/"), &content));
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn the_crate_has_the_stages_and_no_others() {
    let sources = sources();
    let root = sources.iter().find(|source| source.path == Path::new("lib.rs")).expect("there is a lib.rs");
    let mut named: Vec<&str> = root.code.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut stages = STAGES;
    named.sort_unstable();
    stages.sort_unstable();
    assert_eq!(named, stages, "a new stage needs its place in STAGES");
    let strange: Vec<String> =
        sources.iter().map(Source::stage).filter(|stage| stage != "lib" && !STAGES.contains(&stage.as_str())).collect();
    assert_eq!(strange, none());
}

#[test]
fn a_stage_uses_only_stages_above_it() {
    let sources = sources();
    assert_eq!(sources.iter().flat_map(Source::wrong_uses).collect::<Vec<_>>(), none());
    // The paths are read at all.
    let uses =
        |stage: &str, used: &str| sources.iter().any(|source| source.stage() == stage && source.uses().iter().any(|name| name == used));
    assert!(uses("pack", "text") && uses("identifier", "pack") && uses("assessment", "identifier"));
}

#[test]
fn no_source_touches_files_clock_network_or_chance() {
    assert_eq!(sources().iter().flat_map(Source::outside).collect::<Vec<_>>(), none());
}

#[test]
fn a_planted_use_of_a_later_stage_is_seen() {
    let planted = [
        ("text/mod.rs", "use crate::assessment::Assessment;\n"),
        ("text/mod.rs", "use crate::{units::Span, identifier::{Kind, mask}};\n"),
        ("text/table.rs", "fn f() {\n    crate::identifier::mask(x);\n}\n"),
        ("text/table.rs", "pub use super::super::pack::Packs;\n"),
        ("text/mod.rs", "use super::pack::Packs;\n"),
        ("units.rs", "use super::text::Steps;\n"),
        ("identifier/mod.rs", "#[cfg(test)]\nmod tests {\n}\nuse crate::assessment::Tier;\n"),
        ("identifier/mod.rs", "#[cfg(test)]\nuse crate::units::Span;\nuse crate::assessment::Tier;\n"),
    ];
    for (path, content) in planted {
        assert_eq!(Source::new(path, content).wrong_uses().len(), 1, "{path}: {content}");
    }
    let allowed = [
        ("pack/mod.rs", "use crate::text::Folded;\n"),
        ("text/table.rs", "use super::Folded;\nuse crate::units::Span;\n"),
        ("text/mod.rs", "//! See `crate::assessment`.\n#[cfg(test)]\nmod tests {\n    use crate::assessment::Tier;\n}\n"),
        ("text/mod.rs", "fn f() {\n    other_crate::assessment::f(); // crate::pack\n}\n"),
    ];
    for (path, content) in allowed {
        assert_eq!(Source::new(path, content).wrong_uses(), none(), "{path}: {content}");
    }
}

#[test]
fn a_planted_name_from_outside_is_seen() {
    let planted = [
        "use std::fs;\n",
        "use std::{fmt, net::TcpStream};\n",
        "fn f() {\n    std::env::var(\"X\");\n}\n",
        "use std::time::{Duration, Instant};\n",
        "let now = SystemTime::now();\n",
        "use rand::Rng;\n",
        "let mut chance = thread_rng();\n",
        "fn f() {\n    std::process::exit(1);\n}\n",
        "#[cfg(test)]\nmod tests {\n    use std::fmt;\n}\n\nuse std::fs;\n",
    ];
    for content in planted {
        assert!(!Source::new("text/mod.rs", content).outside().is_empty(), "{content}");
    }
    let allowed = [
        "/// Reads no `std::fs`.\nuse std::fmt;\n",
        "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        "let operand = instantly(brand);\n",
    ];
    for content in allowed {
        assert_eq!(Source::new("text/mod.rs", content).outside(), none(), "{content}");
    }
}
