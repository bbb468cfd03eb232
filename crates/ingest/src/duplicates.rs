//! Batches in, the same without records whose id is taken.

use rustc_hash::FxHashSet;

use crate::batch::{Batch, Reason, Reject};

/// The ids seen until now.
///
/// Holds the 128-bit hash of [`PostId`](magpie_core::units::PostId) of every post, so that ids are never confused
/// by chance or on purpose: 20 to 40 bytes of memory per post, at most 4 GB for 100 million.
#[derive(Default)]
pub struct Duplicates {
    seen: FxHashSet<u128>,
}

impl Duplicates {
    /// Moves posts whose `source` and `id` were seen before to the rejects of `batch`; the first one is kept.
    ///
    /// Batches must come in the order of the input, so that the same record is kept on every run.
    pub fn set_aside(&mut self, batch: &mut Batch) {
        let Batch { posts, rejects, .. } = batch;
        let before = rejects.len();
        posts.retain(|(post, place)| {
            let digits = post.post_id();
            let hash = u128::from_str_radix(digits.as_str(), 16).expect("a post id is 32 hexadecimal digits");
            let first = self.seen.insert(hash);
            if !first {
                rejects.push(Reject { file: place.file.clone(), line: place.line, reason: Reason::Duplicate });
            }
            first
        });
        if rejects.len() > before {
            rejects.sort_by_key(|reject| reject.line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counts, Input, Options, Reader};

    #[test]
    fn the_first_of_two_records_is_kept() {
        let lines = concat!(
            r#"{"id":"1","source":"a","text":"first"}"#,
            "\nbroken\n",
            r#"{"id":"1","source":"a","text":"second"}"#,
            "\nbroken\n",
            r#"{"id":"1","source":"b","text":"third"}"#,
            "\n",
        );
        let mut reader = Reader::open([Input::stream("-", lines.as_bytes())], Options::default()).expect("a stream opens");
        let (mut duplicates, mut counts) = (Duplicates::default(), Counts::default());
        let mut batch = reader.next_batch().expect("memory does not fail").expect("one batch");
        duplicates.set_aside(&mut batch);
        counts.add(&batch);
        let texts: Vec<&str> = batch.posts.iter().map(|(post, _)| post.text.as_str()).collect();
        assert_eq!(texts, ["first", "third"]);
        let lines: Vec<u64> = batch.rejects.iter().map(|reject| reject.line).collect();
        assert_eq!((lines, &batch.rejects[1].reason), (vec![2, 3, 4], &Reason::Duplicate));
        assert_eq!((counts.read, counts.accepted, counts.rejected), (5, 2, 3));
    }
}
