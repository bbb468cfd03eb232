//! Weights by key, laid out as they are used: the build script writes the built-in ones, and nothing is built at start.
//!
//! In: keys, each with a row of weights. Out: [`Weights`], which finds the row of a key. Weighing a post is a matter of
//! cache lines: most keys have no row, which is seen in a bitmap, and of the others nearly all are found in the first
//! row that is looked at.
//!
//! The bytes: how many rows there are, then a bitmap of keys by word, the number of rows before each word, a tag for each
//! row, and the rows. The rows of a word stand together, the first key of each of its bits in the order of the bits, then
//! those whose bit was taken.

use std::borrow::Cow;

/// How many weights a row has.
pub const HEADS: usize = 33;

/// Weights in hundredths of a bit, by head.
pub type Row = [i16; HEADS];

const WORDS: usize = 1 << 14;
const WORD_BYTES: usize = 8;
const ROW_BYTES: usize = 8 + 2 * HEADS;
const STARTS: usize = 4 + WORDS * WORD_BYTES;
const TAGS: usize = STARTS + WORDS * 4;

/// Rows of weights by key.
pub struct Weights {
    bytes: Cow<'static, [u8]>,
    len: usize,
    /// The bitmap and the starts once more, as numbers.
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
        let mut bytes = (ordered.len() as u32).to_le_bytes().to_vec();
        bits.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        let mut start = 0_u32;
        for count in counts {
            bytes.extend(start.to_le_bytes());
            start += count;
        }
        bytes.extend(ordered.iter().map(|(_, _, key, _)| tag_of(*key)));
        for (_, _, key, row) in &ordered {
            bytes.extend(key.to_le_bytes());
            row.iter().for_each(|weight| bytes.extend(weight.to_le_bytes()));
        }
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
        let len = u32::from_le_bytes(*bytes.first_chunk().expect("a count")) as usize;
        assert_eq!(bytes.len(), TAGS + len * (1 + ROW_BYTES), "weights of another layout");
        let bits = bytes[4..STARTS].as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
        let starts = bytes[STARTS..TAGS].as_chunks().0.iter().map(|start| u32::from_le_bytes(*start));
        let (bits, starts): (Box<[u64]>, Box<[u32]>) = (bits.collect(), starts.collect());
        let (Ok(bits), Ok(starts)) = (bits.try_into(), starts.try_into()) else { unreachable!("as many as there are words") };
        Weights { bytes, len, bits, starts }
    }

    /// The bytes, for [`Weights::of`].
    #[allow(dead_code)] // for the build script
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether a key may have a row; `false` is certain.
    #[inline]
    pub fn may_hold(&self, key: u64) -> bool {
        self.bits[word_of(key)] >> bit_of(key) & 1 == 1
    }

    /// The number of a key's row.
    #[inline]
    pub fn find(&self, key: u64) -> Option<u32> {
        let (word, bit) = (word_of(key), bit_of(key));
        let bits = self.bits[word];
        if bits >> bit & 1 == 0 {
            return None;
        }
        let start = self.starts[word];
        let first = start + (bits & ((1 << bit) - 1)).count_ones();
        if self.is_at(first, key) {
            return Some(first);
        }
        (start + bits.count_ones()..self.end(word)).find(|row| self.is_at(*row, key))
    }

    /// The key of a row.
    #[inline]
    pub fn key(&self, row: u32) -> u64 {
        let bytes = self.row_bytes(row);
        u64::from_le_bytes(*bytes.first_chunk().expect("a row begins with its key"))
    }

    /// The weights of a row, by head.
    #[inline]
    pub fn row(&self, row: u32) -> impl ExactSizeIterator<Item = i16> + '_ {
        self.row_bytes(row)[8..].as_chunks().0.iter().map(|weight| i16::from_le_bytes(*weight))
    }

    /// One weight of a row.
    #[inline]
    pub fn weight(&self, row: u32, head: usize) -> i16 {
        let bytes = self.row_bytes(row);
        i16::from_le_bytes([bytes[8 + 2 * head], bytes[9 + 2 * head]])
    }

    #[inline]
    fn row_bytes(&self, row: u32) -> &[u8; ROW_BYTES] {
        &self.bytes[TAGS + self.len..].as_chunks().0[row as usize]
    }

    /// Whether the row is that of the key; the tag keeps most others from being read.
    #[inline]
    fn is_at(&self, row: u32, key: u64) -> bool {
        self.bytes[TAGS + row as usize] == tag_of(key) && self.key(row) == key
    }

    /// One past the last row of a word.
    fn end(&self, word: usize) -> u32 {
        self.starts.get(word + 1).copied().unwrap_or(self.len as u32)
    }
}

#[inline]
fn word_of(key: u64) -> usize {
    (key >> 30) as usize & (WORDS - 1)
}

#[inline]
fn bit_of(key: u64) -> u32 {
    (key >> 24) as u32 & 63
}

#[inline]
fn tag_of(key: u64) -> u8 {
    (key >> 56) as u8
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
