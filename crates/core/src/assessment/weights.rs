//! Weights by key, laid out as they are used: the build script writes the built-in ones, and nothing is built at start.
//!
//! In: keys, each with a row of weights. Out: [`Weights`], which finds the row of a key. Weighing a post is a matter of
//! cache lines: most keys have no row, which is seen in a bitmap, and of the others nearly all are found in the first
//! row that is looked at.
//!
//! The bytes: the rows without their first weight, a cache line each; then an entry for each row, its key above its first
//! weight; then a tag for each row; then a bitmap of keys by word, the number of rows before each word, and how many rows there are. The
//! rows of a word stand together, the first key of each of its bits in the order of the bits, then those whose bit was
//! taken.

use std::borrow::Cow;

/// How many weights a row has.
pub const HEADS: usize = 33;

/// Weights in hundredths of a bit, by head.
pub type Row = [i16; HEADS];

const WORDS: usize = 1 << 14;
/// Bytes of a row without its first weight.
pub const ROW_BYTES: usize = 2 * (HEADS - 1);
const TAIL_BYTES: usize = WORDS * 12 + 4;
/// Bits of an entry that hold the first weight.
const WEIGHT_BITS: u32 = 14;

/// Rows of weights by key.
pub struct Weights {
    bytes: Cow<'static, [u8]>,
    /// By row: what its word does not say of its key, above its first weight.
    entries: Vec<u64>,
    /// By row: some bits of its key.
    tags: Vec<u8>,
    bits: Box<[u64; WORDS]>,
    starts: Box<[u32; WORDS]>,
}

impl Weights {
    /// Lays out the rows of keys that are all different.
    pub fn new(mut rows: Vec<(u64, Row)>) -> Weights {
        rows.sort_by_key(|(key, _)| (word_of(*key), bit_of(*key), *key));
        // The first key of each bit stands before those whose bit was taken.
        let mut last = None;
        let mut ordered: Vec<(usize, bool, u64, Row)> = Vec::with_capacity(rows.len());
        for (key, row) in rows {
            let place = Some((word_of(key), bit_of(key)));
            ordered.push((word_of(key), last == place, key, row));
            last = place;
        }
        ordered.sort_by_key(|(word, taken, ..)| (*word, *taken));
        let (mut bits, mut counts) = (vec![0_u64; WORDS], vec![0_u32; WORDS]);
        for (word, _, key, _) in &ordered {
            bits[*word] |= 1 << bit_of(*key);
            counts[*word] += 1;
        }
        let mut bytes: Vec<u8> = ordered.iter().flat_map(|(.., row)| row[1..].iter().flat_map(|weight| weight.to_le_bytes())).collect();
        bytes.extend(ordered.iter().flat_map(|(_, _, key, row)| entry(*key, row[0]).to_le_bytes()));
        bytes.extend(ordered.iter().map(|(_, _, key, _)| tag_of(*key)));
        bits.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        let mut start = 0_u32;
        for count in counts {
            bytes.extend(start.to_le_bytes());
            start += count;
        }
        bytes.extend(start.to_le_bytes());
        Weights::laid_out(bytes.into())
    }

    /// What [`Weights::bytes`] gave, as it lies.
    ///
    /// # Panics
    /// If the bytes are not of this layout.
    pub fn of(bytes: &'static [u8]) -> Weights {
        Weights::laid_out(bytes.into())
    }

    fn laid_out(bytes: Cow<'static, [u8]>) -> Weights {
        let len = u32::from_le_bytes(*bytes.last_chunk().expect("a count")) as usize;
        assert_eq!(bytes.len(), len * (ROW_BYTES + 9) + TAIL_BYTES, "weights of another layout");
        let (entries, tail) = bytes[len * ROW_BYTES..].split_at(len * 8);
        let (tags, tail) = tail.split_at(len);
        let (bits, starts) = tail.split_at(WORDS * 8);
        let longs = |bytes: &[u8]| -> Vec<u64> { bytes.as_chunks().0.iter().map(|long| u64::from_le_bytes(*long)).collect() };
        let starts: Vec<u32> = starts[..WORDS * 4].as_chunks().0.iter().map(|start| u32::from_le_bytes(*start)).collect();
        let (Ok(bits), Ok(starts)) = (longs(bits).try_into(), starts.try_into()) else { unreachable!("as many as there are words") };
        Weights { entries: longs(entries), tags: tags.to_vec(), bytes, bits, starts }
    }

    /// The bytes, for [`Weights::of`].
    #[allow(dead_code)] // for the build script
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a key may have a row; `false` is certain.
    #[inline]
    pub fn may_hold(&self, key: u64) -> bool {
        self.bits[word_of(key)] >> bit_of(key) & 1 == 1
    }

    /// The number of a key's row.
    #[inline]
    pub fn find(&self, key: u64) -> Option<u32> {
        self.settle(key, self.guess(key)?)
    }

    /// The first row that may be that of a key, by what is at hand; `None` is certain.
    #[inline]
    pub fn guess(&self, key: u64) -> Option<u32> {
        let (word, bit) = (word_of(key), bit_of(key));
        let bits = self.bits[word];
        if bits >> bit & 1 == 0 {
            return None;
        }
        let start = self.starts[word];
        let first = start + (bits & ((1 << bit) - 1)).count_ones();
        if self.tags[first as usize] == tag_of(key) {
            return Some(first);
        }
        (start + bits.count_ones()..self.end(word)).find(|row| self.tags[*row as usize] == tag_of(key))
    }

    /// The row of a key, given the first that may be it.
    #[inline]
    pub fn settle(&self, key: u64, guess: u32) -> Option<u32> {
        if self.is_of(guess, key) {
            return Some(guess);
        }
        let word = word_of(key);
        (self.starts[word] + self.bits[word].count_ones()..self.end(word)).find(|row| self.is_of(*row, key))
    }

    /// The keys with the numbers of their rows, in no order.
    pub fn keys(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        let rows = (0..WORDS).flat_map(|word| (self.starts[word]..self.end(word)).map(move |row| (word, row)));
        rows.map(|(word, row)| (key_of(word, self.entries[row as usize] >> WEIGHT_BITS), row))
    }

    /// The weights of a row behind the first, by head, as they lie; [`weights_of`] reads them.
    #[inline]
    pub fn others(&self, row: u32) -> &[u8; ROW_BYTES] {
        &self.bytes.as_chunks().0[row as usize]
    }

    /// The first weight of a row.
    #[inline]
    pub fn first(&self, row: u32) -> i16 {
        // The lowest bits, with their sign.
        (self.entries[row as usize] as i16) << (16 - WEIGHT_BITS) >> (16 - WEIGHT_BITS)
    }

    /// Whether the row is that of a key of its word.
    #[inline]
    fn is_of(&self, row: u32, key: u64) -> bool {
        self.entries[row as usize] >> WEIGHT_BITS == rest_of(key)
    }

    /// One past the last row of a word.
    fn end(&self, word: usize) -> u32 {
        self.starts.get(word + 1).copied().unwrap_or(self.len() as u32)
    }
}

/// The weights that lie in a row.
#[inline]
pub fn weights_of(row: &[u8; ROW_BYTES]) -> impl ExactSizeIterator<Item = i16> + '_ {
    row.as_chunks().0.iter().map(|weight| i16::from_le_bytes(*weight))
}

#[inline]
fn word_of(key: u64) -> usize {
    (key >> 30) as usize & (WORDS - 1)
}

#[inline]
fn bit_of(key: u64) -> u32 {
    (key >> 24) as u32 & 63
}

/// What the word of a key does not say of it.
#[inline]
fn rest_of(key: u64) -> u64 {
    key >> 44 << 30 | key & ((1 << 30) - 1)
}

#[inline]
fn tag_of(key: u64) -> u8 {
    (key >> 56) as u8
}

fn key_of(word: usize, rest: u64) -> u64 {
    rest >> 30 << 44 | (word as u64) << 30 | rest & ((1 << 30) - 1)
}

fn entry(key: u64, weight: i16) -> u64 {
    assert!(weight.unsigned_abs() < 1 << (WEIGHT_BITS - 1), "a first weight of 81.92 bits or more");
    rest_of(key) << WEIGHT_BITS | u64::from(weight as u16) & ((1 << WEIGHT_BITS) - 1)
}

/// Reads the features of a model file from its count on: of each its key, its weight for trade, how many others follow,
/// and these with their heads. `None` where the bytes are cut or name a head that is not there.
pub fn read_rows(mut bytes: &[u8]) -> Option<Vec<(u64, Row)>> {
    fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (taken, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(*taken)
    }
    let count = u32::from_le_bytes(take(&mut bytes)?);
    let mut rows = Vec::new();
    for _ in 0..count {
        let (key, mut row) = (u64::from_le_bytes(take(&mut bytes)?), [0; HEADS]);
        row[0] = i16::from_le_bytes(take(&mut bytes)?);
        let [others] = take(&mut bytes)?;
        for _ in 0..others {
            let [head] = take(&mut bytes)?;
            *row.get_mut(usize::from(head))? = i16::from_le_bytes(take(&mut bytes)?);
        }
        rows.push((key, row));
    }
    Some(rows)
}
