//! Words in, the words that begin at a place out.
//!
//! The words make a tree, whose edges lie in one hash table: it is built in milliseconds, and a step reads one cache
//! line. Where only one word goes on, its tail is kept as it is: most edges of a tree of words would be tails. A filter over
//! the first two symbols settles most places of a text without a look at the tree.

/// Words over symbols from 1 to 0x10FFFF, each with a value.
pub struct Trie {
    /// Edges by hash of node and symbol: a power of two of slots, at most three quarters of them taken.
    edges: Vec<Edge>,
    taken: usize,
    nodes: u32,
    tails: Vec<Tail>,
    /// The symbols of the tails.
    symbols: Vec<u32>,
    /// Three bits of a long by hash of the first two symbols of a word; for a word of one, of [`ALONE`] and it.
    filter: Vec<u64>,
}

/// A step from a node. The first symbol of a word is a node by itself, deeper ones have numbers beyond all symbols.
#[derive(Clone, Copy, Default)]
struct Edge {
    node: u32,
    /// 0 in a free slot.
    symbol: u32,
    /// The node behind it; [`TAIL`] and the number of a tail where one word goes on, 0 where none does.
    to: u32,
    /// One more than the value of the word that ends here, or 0.
    end: u32,
    /// Bits by hash of the symbols by which words go on, so that a step that leads nowhere reads no memory.
    goes_on: u32,
}

/// What is left of a word, and its value.
#[derive(Clone, Copy)]
struct Tail {
    from: u32,
    to: u32,
    value: u32,
}

/// A place where words may begin.
pub struct Place {
    /// Number of the first symbol.
    pub at: usize,
    /// How many symbols are looked up.
    pub len: usize,
    node: u32,
    symbol: u32,
    /// What lies where the edge is looked for first.
    edge: Edge,
}

/// The node before words of one symbol.
const ALONE: u32 = 0;
const FIRST_NODE: u32 = 0x11_0000;
const TAIL: u32 = 1 << 31;
/// Binary logarithm of the number of longs in a filter.
const FILTER_LONGS: u32 = 13;

impl Default for Trie {
    fn default() -> Trie {
        // Room for the built-in terms; a table of less is no faster to search, for only what is taken is read.
        Trie::with_room(1 << 17)
    }
}

impl Trie {
    /// A tree without words, with room for `edges` edges; a power of two.
    pub fn with_room(edges: usize) -> Trie {
        Trie {
            edges: vec![Edge::default(); edges],
            taken: 0,
            nodes: 0,
            tails: Vec::new(),
            symbols: Vec::new(),
            filter: vec![0; 1 << FILTER_LONGS],
        }
    }

    /// Adds a word unless it is there; the value of the word from then on. A word without symbols is never found.
    pub fn insert(&mut self, mut word: impl Iterator<Item = u32>, value: u32) -> u32 {
        let Some(first) = word.next() else { return value };
        let second = word.next();
        let (node, symbol) = second.map_or((ALONE, first), |second| (first, second));
        let hash = hash(node, symbol);
        (0..3).for_each(|number| self.filter[filter_long(hash)] |= 1 << filter_bit(hash, number));
        let mut slot = self.slot_or_add(node, symbol);
        let first = self.symbols.len();
        self.symbols.extend(word);
        for at in first..self.symbols.len() {
            match self.edges[slot].to {
                0 => {
                    self.put_tail(slot, Tail { from: at as u32, to: self.symbols.len() as u32, value });
                    return value;
                }
                to if to & TAIL != 0 => {
                    let tail = self.tails[(to ^ TAIL) as usize];
                    if self.symbols_of(tail) == &self.symbols[at..] {
                        self.symbols.truncate(first);
                        return tail.value;
                    }
                    slot = self.split_tail(slot, tail);
                }
                _ => {}
            }
            let symbol = self.symbols[at];
            self.edges[slot].goes_on |= symbol_bit(symbol);
            slot = self.slot_or_add(self.edges[slot].to, symbol);
        }
        self.symbols.truncate(first);
        let end = &mut self.edges[slot].end;
        if *end == 0 {
            *end = value + 1;
        }
        *end - 1
    }

    /// The symbols of a tail.
    #[inline]
    fn symbols_of(&self, tail: Tail) -> &[u32] {
        &self.symbols[tail.from as usize..tail.to as usize]
    }

    fn put_tail(&mut self, slot: usize, tail: Tail) {
        self.edges[slot].goes_on |= symbol_bit(self.symbols[tail.from as usize]);
        self.edges[slot].to = TAIL | self.tails.len() as u32;
        self.tails.push(tail);
    }

    /// Makes a node of the first symbol of a tail, so that another word can go on from `slot`; where that slot is then.
    fn split_tail(&mut self, slot: usize, tail: Tail) -> usize {
        let Edge { node, symbol, .. } = self.edges[slot];
        let to = FIRST_NODE + self.nodes;
        self.nodes += 1;
        self.edges[slot].to = to;
        let next = self.slot_or_add(to, self.symbols[tail.from as usize]);
        if tail.from + 1 == tail.to {
            self.edges[next].end = tail.value + 1;
        } else {
            self.put_tail(next, Tail { from: tail.from + 1, ..tail });
        }
        self.slot(node, symbol)
    }

    /// Writes to `places` where in `symbols` words may begin, in order; all places where some do are among them. All are
    /// found before any is looked up, and looked up before any is followed, so that memory is read side by side and not in
    /// turn.
    #[inline]
    pub fn places(&self, symbols: impl Iterator<Item = u32>, places: &mut Vec<Place>) {
        places.clear();
        let edge = Edge::default();
        let mut before = ALONE;
        for (at, symbol) in symbols.enumerate() {
            if before != ALONE && self.may_hold(before, symbol) {
                places.push(Place { at: at - 1, len: 2, node: before, symbol, edge });
            }
            if self.may_hold(ALONE, symbol) {
                places.push(Place { at, len: 1, node: ALONE, symbol, edge });
            }
            before = symbol;
        }
        for place in places {
            place.edge = self.edges[self.home(place.node, place.symbol)];
        }
    }

    /// Calls `found` with length and value of each word that begins at `place`, the shortest first. `rest` are the symbols
    /// behind the `place.len` ones that are already looked up.
    #[inline]
    pub fn words_at(&self, place: &Place, mut rest: impl Iterator<Item = u32>, mut found: impl FnMut(usize, u32)) {
        let (mut edge, mut len) = (place.edge, place.len);
        if (edge.node, edge.symbol) != (place.node, place.symbol) {
            edge = self.edges[self.slot(place.node, place.symbol)];
        }
        loop {
            if edge.end > 0 {
                found(len, edge.end - 1);
            }
            let Some(symbol) = rest.next().filter(|symbol| edge.goes_on & symbol_bit(*symbol) != 0) else { return };
            if edge.to & TAIL != 0 {
                let tail = self.tails[(edge.to ^ TAIL) as usize];
                let symbols = self.symbols_of(tail);
                if symbols[0] == symbol && symbols[1..].iter().all(|symbol| rest.next() == Some(*symbol)) {
                    found(len + symbols.len(), tail.value);
                }
                return;
            }
            edge = self.edges[self.slot(edge.to, symbol)];
            len += 1;
        }
    }

    /// Whether a word may begin with these two; `false` is certain.
    #[inline]
    fn may_hold(&self, first: u32, second: u32) -> bool {
        let hash = hash(first, second);
        let long = self.filter[filter_long(hash)];
        // One bit settles most, and the others are looked at where it is set.
        long >> filter_bit(hash, 0) & 1 == 1 && (1..3).all(|number| long >> filter_bit(hash, number) & 1 == 1)
    }

    fn slot_or_add(&mut self, node: u32, symbol: u32) -> usize {
        let slot = self.slot(node, symbol);
        if self.edges[slot].symbol > 0 {
            return slot;
        }
        if (self.taken + 1) * 4 > self.edges.len() * 3 {
            let size = self.edges.len() * 2;
            for edge in std::mem::replace(&mut self.edges, vec![Edge::default(); size]).into_iter().filter(|edge| edge.symbol > 0) {
                let slot = self.slot(edge.node, edge.symbol);
                self.edges[slot] = edge;
            }
            return self.slot_or_add(node, symbol);
        }
        self.taken += 1;
        self.edges[slot] = Edge { node, symbol, ..Edge::default() };
        slot
    }

    /// Where an edge is looked for first.
    #[inline]
    fn home(&self, node: u32, symbol: u32) -> usize {
        (hash(node, symbol) >> 32) as usize & (self.edges.len() - 1)
    }

    /// Where the edge is, or the free slot where it would be.
    #[inline]
    fn slot(&self, node: u32, symbol: u32) -> usize {
        let mask = self.edges.len() - 1;
        let mut slot = self.home(node, symbol);
        loop {
            let edge = &self.edges[slot];
            if edge.symbol == 0 || (edge.node, edge.symbol) == (node, symbol) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }
}

#[inline]
fn symbol_bit(symbol: u32) -> u32 {
    1 << (symbol.wrapping_mul(0x9E37_79B9) >> 27)
}

#[inline]
fn filter_long(hash: u64) -> usize {
    (hash >> (64 - FILTER_LONGS)) as usize
}

#[inline]
fn filter_bit(hash: u64, number: u32) -> u64 {
    hash >> (45 - 6 * number) & 63
}

#[inline]
fn hash(a: u32, b: u32) -> u64 {
    (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_trie_finds_what_a_list_finds(
            words in prop::collection::vec(prop::collection::vec(1_u32..6, 1..5), 0..40),
            text in prop::collection::vec(0_u32..6, 0..30),
        ) {
            let mut trie = Trie::default();
            let mut list: Vec<&[u32]> = Vec::new();
            for word in &words {
                let value = trie.insert(word.iter().copied(), list.len() as u32);
                match list.iter().position(|known| *known == &word[..]) {
                    Some(known) => prop_assert_eq!(value as usize, known),
                    None => list.push(word),
                }
            }
            let mut places = Vec::new();
            trie.places(text.iter().copied(), &mut places);
            for from in 0..text.len() {
                let mut found = Vec::new();
                for place in places.iter().filter(|place| place.at == from) {
                    let rest = text[from + place.len..].iter().copied();
                    trie.words_at(place, rest, |len, value| found.push((len, value as usize)));
                }
                found.sort();
                let mut expected: Vec<(usize, usize)> =
                    list.iter().enumerate().filter(|(_, word)| text[from..].starts_with(word)).map(|(value, word)| (word.len(), value)).collect();
                expected.sort();
                prop_assert_eq!(&found, &expected);
            }
        }
    }

    #[test]
    fn a_trie_grows() {
        let mut trie = Trie::default();
        let word = |number: u32| [number / 100 + 1, number % 100 + 1].into_iter();
        for number in 0..5_000 {
            assert_eq!(trie.insert(word(number), number), number);
        }
        let mut places = Vec::new();
        for number in 0..5_000 {
            let mut found = Vec::new();
            trie.places(word(number), &mut places);
            trie.words_at(&places[0], std::iter::empty(), |len, value| found.push((len, value)));
            assert_eq!(found, [(2, number)]);
        }
    }
}
