//! Posts of one thread in, the order in which they are read out.

use std::collections::HashMap;

use magpie_core::post::Post;

/// How the posts of a thread are read: each after the post it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Every index of the input once; answers follow their parent, siblings stand by time and id.
    pub order: Vec<usize>,
    /// For every index of the input, the post it answers; cycles are broken here.
    pub parents: Vec<Option<usize>>,
    /// What was not as it should be, by index.
    pub notes: Vec<ThreadNote>,
}

/// Something that is not as it should be in a thread. Indexes are those of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ThreadNote {
    /// The post answers one that is not there, and is read as a first post.
    MissingParent(usize),
    /// The post was the earliest of a cycle of answers, and is read as a first post.
    BrokenCycle(usize),
}

/// Orders the posts of one thread. Time is O(n log n), and any parents end: a cycle is broken at its earliest post.
///
/// A parent is looked up by `id` in the same source; of two posts with the same id the earliest is meant.
/// The order depends on the posts, not on the order in which they are given.
pub fn order(posts: &[&Post]) -> Thread {
    let mut by_rank: Vec<usize> = (0..posts.len()).collect();
    by_rank.sort_by_key(|&at| rank(posts[at], at));
    let mut by_id: HashMap<(&str, &str), usize> = HashMap::with_capacity(posts.len());
    for &at in &by_rank {
        by_id.entry((&posts[at].source, &posts[at].id)).or_insert(at);
    }

    let mut notes = Vec::new();
    let mut parents = vec![None; posts.len()];
    for (at, post) in posts.iter().enumerate() {
        if let Some(parent_id) = &post.parent_id {
            parents[at] = by_id.get(&(post.source.as_str(), parent_id.as_str())).copied();
            if parents[at].is_none() {
                notes.push(ThreadNote::MissingParent(at));
            }
        }
    }
    break_cycles(&by_rank, &mut parents, &mut notes);
    notes.sort();
    Thread { order: depth_first(&by_rank, &parents), parents, notes }
}

/// Posts without a time stand last.
fn rank(post: &Post, at: usize) -> (bool, Option<i64>, &str, &str, &str, usize) {
    let seconds = post.published_at.map(|time| time.unix_seconds);
    (seconds.is_none(), seconds, &post.source, &post.id, &post.text, at)
}

/// Follows the parents of each post, in order of rank, until a walk ends or meets itself.
fn break_cycles(by_rank: &[usize], parents: &mut [Option<usize>], notes: &mut Vec<ThreadNote>) {
    let mut ranks = vec![0; by_rank.len()];
    for (nth, &at) in by_rank.iter().enumerate() {
        ranks[at] = nth;
    }
    let mut walk_of: Vec<Option<usize>> = vec![None; parents.len()];
    for &start in by_rank {
        let mut at = start;
        while walk_of[at].is_none() {
            walk_of[at] = Some(start);
            match parents[at] {
                Some(parent) => at = parent,
                None => break,
            }
        }
        if walk_of[at] != Some(start) || parents[at].is_none() {
            continue; // joined an earlier walk, or ended at a first post
        }
        let mut earliest = at;
        let mut member = parents[at];
        while let Some(next) = member.filter(|next| *next != at) {
            if ranks[next] < ranks[earliest] {
                earliest = next;
            }
            member = parents[next];
        }
        parents[earliest] = None;
        notes.push(ThreadNote::BrokenCycle(earliest));
    }
}

fn depth_first(by_rank: &[usize], parents: &[Option<usize>]) -> Vec<usize> {
    let mut answers: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    let mut waiting: Vec<usize> = Vec::new(); // the next one last
    for &at in by_rank {
        match parents[at] {
            Some(parent) => answers[parent].push(at),
            None => waiting.push(at),
        }
    }
    waiting.reverse();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(at) = waiting.pop() {
        order.push(at);
        waiting.extend(answers[at].iter().rev());
    }
    order
}

#[cfg(test)]
mod tests {
    use magpie_core::post::{Defaults, Record};
    use proptest::prelude::*;

    use super::*;
    use crate::Options;

    fn post(id: &str, parent_id: Option<&str>, minute: u32) -> Post {
        let defaults: Defaults = Options::default().defaults;
        let record = Record {
            id: Some(id.to_owned().into()),
            source: Some("bbs.example.org".into()),
            text: Some("text".into()),
            parent_id: parent_id.map(|id| id.to_owned().into()),
            published_at: Some(format!("2026-01-01T00:{minute:02}:00Z").into()),
            ..Record::default()
        };
        record.into_post(&defaults).expect("a valid record")
    }

    fn order_of(posts: &[Post]) -> Thread {
        order(&posts.iter().collect::<Vec<_>>())
    }

    #[test]
    fn answers_follow_their_parents_by_time() {
        let posts = [post("c", Some("a"), 3), post("d", Some("b"), 4), post("a", None, 0), post("b", Some("a"), 1), post("e", None, 2)];
        let thread = order_of(&posts);
        assert_eq!(thread.order, [2, 3, 1, 0, 4]);
        assert_eq!(thread.notes, []);
    }

    #[test]
    fn a_missing_parent_is_noted() {
        let thread = order_of(&[post("a", Some("gone"), 0), post("b", Some("a"), 1)]);
        assert_eq!((thread.order, thread.notes), (vec![0, 1], vec![ThreadNote::MissingParent(0)]));
    }

    #[test]
    fn a_cycle_is_broken_at_its_earliest_post() {
        let posts = [post("tail", Some("b"), 0), post("b", Some("c"), 2), post("c", Some("b"), 1), post("own", Some("own"), 5)];
        let thread = order_of(&posts);
        assert_eq!(thread.order, [2, 1, 0, 3]);
        assert_eq!(thread.notes, [ThreadNote::BrokenCycle(2), ThreadNote::BrokenCycle(3)]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_answers_needs_no_stack() {
        let ids: Vec<String> = (0..100_000).map(|nth| nth.to_string()).collect();
        let posts: Vec<Post> = (0..ids.len()).map(|nth| post(&ids[nth], Some(&ids[(nth + 1) % ids.len()]), 0)).collect();
        let thread = order_of(&posts);
        assert_eq!((thread.order.len(), thread.notes.len()), (ids.len(), 1));
    }

    proptest! {
        #[test]
        fn every_post_is_read_once_and_after_its_parent(parents in prop::collection::vec(0_usize..12, 0..12), seed in 0_usize..12) {
            let posts: Vec<Post> = parents
                .iter()
                .enumerate()
                .map(|(nth, parent)| post(&nth.to_string(), Some(&parent.to_string()), (nth * 7 % 5) as u32))
                .collect();
            let thread = order_of(&posts);
            let place = |at: usize| thread.order.iter().position(|other| *other == at);
            for at in 0..posts.len() {
                prop_assert!(place(at).is_some());
                if let Some(parent) = thread.parents[at] {
                    prop_assert!(place(parent) < place(at));
                }
            }
            prop_assert_eq!(thread.order.len(), posts.len());

            let ids = |posts: &[Post]| -> Vec<String> {
                order_of(posts).order.iter().map(|&at| posts[at].id.clone()).collect()
            };
            let mut turned = posts.clone();
            turned.rotate_left(if posts.is_empty() { 0 } else { seed % posts.len() });
            prop_assert_eq!(ids(&posts), ids(&turned));
        }
    }
}
