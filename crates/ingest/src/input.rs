//! Inputs in, files out: folders are walked in the order of their names.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::batch::{RawBatch, Reason, Remark};
use crate::error::IngestError;

/// What a caller names: a file, a folder or a stream.
pub enum Input {
    /// A file, or a folder that is searched with all below it; hidden files and folders are passed over.
    Path(PathBuf),
    /// Bytes from elsewhere, such as standard input.
    Stream {
        /// Stands for the file name in places and messages.
        name: String,
        /// The bytes, read once from start to end.
        bytes: Box<dyn Read + Send>,
    },
}

impl Input {
    /// Reads an argument of the command: a path, or `-` for standard input.
    pub fn parse(argument: &str) -> Input {
        if argument == "-" { Input::stream("-", io::stdin()) } else { Input::Path(PathBuf::from(argument)) }
    }

    /// A stream under a name.
    pub fn stream(name: &str, bytes: impl Read + Send + 'static) -> Input {
        Input::Stream { name: name.to_owned(), bytes: Box::new(bytes) }
    }
}

/// One step of a walk.
pub(crate) enum Found {
    /// A file to read. `named` is false for one found in a folder, which need not hold posts.
    File { file: Arc<str>, path: PathBuf, named: bool },
    /// A stream to read.
    Stream { file: Arc<str>, bytes: Box<dyn Read + Send> },
    /// A remark, or a folder set aside.
    Other(RawBatch),
}

/// Walks over all inputs, holding one folder listing per level.
pub(crate) struct Walk {
    inputs: VecDeque<Input>,
    folders: Vec<Folder>, // from the named one down to the one being read
}

struct Folder {
    real_path: PathBuf,
    entries: std::vec::IntoIter<PathBuf>,
}

impl Walk {
    /// Starts a walk.
    ///
    /// # Errors
    /// [`IngestError::Open`] for the first named path that is not there, before anything is read.
    pub(crate) fn new(inputs: impl IntoIterator<Item = Input>) -> Result<Walk, IngestError> {
        let inputs: VecDeque<Input> = inputs.into_iter().collect();
        for input in &inputs {
            if let Input::Path(path) = input {
                fs::metadata(path).map_err(|error| IngestError::Open { file: name_of(path).to_string(), error })?;
            }
        }
        Ok(Walk { inputs, folders: Vec::new() })
    }

    fn enter(&mut self, path: PathBuf, named: bool) -> Option<Found> {
        let file = name_of(&path);
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => return Some(unreadable(&file, &error)),
        };
        if !kind.is_dir() {
            return Some(if named || kind.is_file() {
                Found::File { file, path, named }
            } else {
                Found::Other(RawBatch::noted(&file, Remark::NotAFile))
            });
        }
        match Folder::open(&path) {
            Err(error) => Some(unreadable(&file, &error)),
            Ok(folder) if self.folders.iter().any(|above| above.real_path == folder.real_path) => {
                Some(Found::Other(RawBatch::noted(&file, Remark::Loop)))
            }
            Ok(folder) => {
                self.folders.push(folder);
                None
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let found = match self.folders.last_mut() {
                Some(folder) => match folder.entries.next() {
                    Some(path) => self.enter(path, false),
                    None => {
                        self.folders.pop();
                        None
                    }
                },
                None => match self.inputs.pop_front()? {
                    Input::Path(path) => self.enter(path, true),
                    Input::Stream { name, bytes } => Some(Found::Stream { file: name.into(), bytes }),
                },
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl Folder {
    fn open(path: &Path) -> io::Result<Folder> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                entries.push(entry.path());
            }
        }
        entries.sort();
        Ok(Folder { real_path: fs::canonicalize(path)?, entries: entries.into_iter() })
    }
}

fn unreadable(file: &Arc<str>, error: &io::Error) -> Found {
    Found::Other(RawBatch::rejected(file, 1, Reason::Unreadable(error.kind())))
}

fn name_of(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let walk = Walk::new([Input::Path(root.to_owned())]).expect("there");
        walk.map(|found| {
            let (file, sign) = match found {
                Found::File { file, .. } | Found::Stream { file, .. } => (file, ""),
                Found::Other(raw) if raw.rejects.is_empty() => (raw.file, "note "),
                Found::Other(raw) => (raw.file, "reject "),
            };
            format!("{sign}{}", file.strip_prefix(&*root.to_string_lossy()).expect("below the root"))
        })
        .collect()
    }

    #[test]
    fn a_folder_is_walked_in_order_without_hidden_files() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("b")).expect("a folder");
        fs::create_dir(root.path().join(".git")).expect("a folder");
        for file in ["c.jsonl", "b/2.csv", "b/1.csv", "a.jsonl", ".hidden.jsonl", ".git/x.jsonl"] {
            fs::write(root.path().join(file), "").expect("a file");
        }
        assert_eq!(names(root.path()), ["/a.jsonl", "/b/1.csv", "/b/2.csv", "/c.jsonl"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_loop_or_to_nowhere_and_sockets_are_reported_and_left() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("a")).expect("a folder");
        fs::write(root.path().join("a/1.jsonl"), "").expect("a file");
        std::os::unix::fs::symlink(root.path(), root.path().join("a/up")).expect("a link");
        std::os::unix::fs::symlink("nowhere", root.path().join("dangling")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).expect("a socket");
        assert_eq!(names(root.path()), ["/a/1.jsonl", "note /a/up", "reject /dangling", "note /socket"]);
    }

    #[test]
    fn a_named_path_that_is_not_there_fails_at_once() {
        let error = Walk::new([Input::parse("/nowhere/posts.jsonl")]).err().expect("not there");
        assert!(error.to_string().starts_with("/nowhere/posts.jsonl: cannot be opened"), "{error}");
    }
}
