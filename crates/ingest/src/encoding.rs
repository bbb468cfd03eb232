//! Text in any of four encodings in, UTF-8 out, as a stream.
//!
//! The encoding is guessed once: UTF-16 at the start, GB18030 where the first byte beyond ASCII comes.
//! A guess never loses a line: whole lines of UTF-8 in a GB18030 file stay as they are, and what an encoding
//! does not know becomes the byte FF, which no UTF-8 holds, so that its record is set aside later.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};
use memchr::{memchr, memrchr};

/// An encoding that is decoded, other than UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Encoding {
    Utf16Le,
    Utf16Be,
    Gb18030,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Gb18030 => "GB18030",
        })
    }
}

/// A guess rests on this much of a file.
const WINDOW_BYTES: usize = 64 << 10;

/// A longer line is decoded in parts.
const LINE_BYTES: usize = 1 << 20;

/// Bytes that no encoding knows stand as this one.
const BROKEN: u8 = 0xff;

/// Reads `source` as UTF-8.
pub(crate) struct Utf8Reader<R> {
    source: R,
    state: State,
    raw: Vec<u8>, // read from the source, not yet handed on or decoded
    out: Vec<u8>, // ready to be handed on, from `out_start`
    out_start: usize,
    fault: Option<io::Error>, // of a read ahead; due when `raw` is used up
    found: Arc<OnceLock<Encoding>>,
}

enum State {
    Start,
    /// Nothing beyond ASCII yet.
    Ascii,
    Utf8,
    Decoding {
        decoder: Box<Decoder>,
        encoding: Encoding,
        in_line: bool,
    },
    End,
}

impl<R: Read> Utf8Reader<R> {
    pub(crate) fn new(source: R) -> Utf8Reader<R> {
        Utf8Reader { source, state: State::Start, raw: Vec::new(), out: Vec::new(), out_start: 0, fault: None, found: Arc::default() }
    }

    /// Where the encoding will stand, once it is known and other than UTF-8.
    pub(crate) fn found(&self) -> Arc<OnceLock<Encoding>> {
        Arc::clone(&self.found)
    }

    fn read_source(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => self.source.read(buffer),
        }
    }

    /// Reads until `raw` holds `size` bytes or the source ends.
    fn read_ahead(&mut self, size: usize) {
        let missing = size.saturating_sub(self.raw.len()) as u64;
        if self.fault.is_none() {
            self.fault = self.source.by_ref().take(missing).read_to_end(&mut self.raw).err();
        }
    }

    /// Guesses at the first bytes of the file.
    fn start(&mut self) {
        self.read_ahead(WINDOW_BYTES);
        let (encoding, mark_bytes) = match self.raw[..] {
            [0xef, 0xbb, 0xbf, ..] => (None, 3),
            [0xff, 0xfe, ..] => (Some(Encoding::Utf16Le), 2),
            [0xfe, 0xff, ..] => (Some(Encoding::Utf16Be), 2),
            _ => (guess_utf16(&self.raw), 0),
        };
        self.raw.drain(..mark_bytes);
        match encoding {
            Some(encoding) => self.decode_as(encoding),
            None if self.raw.is_ascii() => self.hand_on(State::Ascii),
            None => self.leave_ascii(),
        }
    }

    /// Guesses where the first byte beyond ASCII stands in `raw`.
    fn leave_ascii(&mut self) {
        self.read_ahead(WINDOW_BYTES);
        if is_gb18030(&self.raw) { self.decode_as(Encoding::Gb18030) } else { self.hand_on(State::Utf8) }
    }

    fn decode_as(&mut self, encoding: Encoding) {
        let decoder = match encoding {
            Encoding::Utf16Le => UTF_16LE.new_decoder_without_bom_handling(),
            Encoding::Utf16Be => UTF_16BE.new_decoder_without_bom_handling(),
            Encoding::Gb18030 => GB18030.new_decoder_without_bom_handling(),
        };
        self.found.get_or_init(|| encoding);
        self.state = State::Decoding { decoder: Box::new(decoder), encoding, in_line: false };
    }

    fn hand_on(&mut self, state: State) {
        self.out = std::mem::take(&mut self.raw);
        self.out_start = 0;
        self.state = state;
    }

    /// Reads and decodes the next part into `out`.
    fn decode(&mut self) -> io::Result<()> {
        while self.raw.len() < LINE_BYTES && (self.raw.is_empty() || memchr(b'\n', &self.raw).is_none()) {
            let before = self.raw.len();
            self.read_ahead(before + WINDOW_BYTES);
            if self.raw.len() == before {
                break;
            }
        }
        self.out.clear();
        self.out_start = 0;
        let State::Decoding { decoder, encoding, in_line } = &mut self.state else { return Ok(()) };
        if self.raw.is_empty() {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            decode_part(decoder, &[], true, &mut self.out);
            self.state = State::End;
            return Ok(());
        }
        if *encoding != Encoding::Gb18030 {
            decode_part(decoder, &self.raw, false, &mut self.out);
            self.raw.clear();
            return Ok(());
        }
        let whole_bytes = memrchr(b'\n', &self.raw).map_or(self.raw.len(), |at| at + 1);
        for line in self.raw[..whole_bytes].split_inclusive(|byte| *byte == b'\n') {
            if !*in_line && std::str::from_utf8(line).is_ok() {
                self.out.extend_from_slice(line);
            } else {
                decode_part(decoder, line, false, &mut self.out);
            }
            *in_line = line.last() != Some(&b'\n');
        }
        self.raw.drain(..whole_bytes);
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = &self.out[self.out_start..];
            if !ready.is_empty() || buffer.is_empty() {
                let size = ready.len().min(buffer.len());
                buffer[..size].copy_from_slice(&ready[..size]);
                self.out_start += size;
                return Ok(size);
            }
            match self.state {
                State::Start => self.start(),
                State::Ascii => {
                    let size = self.read_source(buffer)?;
                    if buffer[..size].is_ascii() {
                        return Ok(size);
                    }
                    self.raw.extend_from_slice(&buffer[..size]);
                    self.leave_ascii();
                }
                State::Utf8 => return self.read_source(buffer),
                State::Decoding { .. } => self.decode()?,
                State::End => return Ok(0),
            }
        }
    }
}

/// Appends `part` to `out` as UTF-8.
fn decode_part(decoder: &mut Decoder, mut part: &[u8], last: bool, out: &mut Vec<u8>) {
    loop {
        let start = out.len();
        let room = decoder.max_utf8_buffer_length_without_replacement(part.len()).unwrap_or(part.len() * 4 + 16);
        out.resize(start + room, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(part, &mut out[start..], last);
        out.truncate(start + written);
        part = &part[read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => out.push(BROKEN),
        }
    }
}

/// UTF-16 without a mark: the first character is ASCII, and so are many, with their zero bytes on one side.
fn guess_utf16(window: &[u8]) -> Option<Encoding> {
    let pairs = window.chunks_exact(2);
    let count = pairs.len();
    let (mut high_zeros, mut low_zeros) = (0, 0);
    for pair in pairs {
        high_zeros += usize::from(pair[0] == 0);
        low_zeros += usize::from(pair[1] == 0);
    }
    let one_sided = |zeros: usize, others: usize| zeros * 10 >= count && zeros > others * 4;
    let (encoding, decoder) = match *window {
        [1..=0x7f, 0, ..] if one_sided(low_zeros, high_zeros) => (Encoding::Utf16Le, UTF_16LE),
        [0, 1..=0x7f, ..] if one_sided(high_zeros, low_zeros) => (Encoding::Utf16Be, UTF_16BE),
        _ => return None,
    };
    let (decoded, _) = decoder.decode_without_bom_handling(window);
    let broken = decoded.chars().filter(|character| *character == char::REPLACEMENT_CHARACTER).count();
    (broken <= 2 + count / 100).then_some(encoding)
}

/// GB18030 rather than UTF-8 with some broken lines: nine of ten lines beyond ASCII are valid in it, at most one
/// in ten is valid UTF-8, and most of its two-byte characters are the common ones of mainland Chinese, so that
/// Big5 and others are not taken for it.
fn is_gb18030(window: &[u8]) -> bool {
    // Bytes below 0x30 are never part of a longer sequence.
    let end = memrchr(b'\n', window).or_else(|| window.iter().rposition(|byte| *byte < 0x30));
    let whole = if window.len() < WINDOW_BYTES { window } else { &window[..end.unwrap_or(window.len())] };
    let (mut lines, mut utf8, mut gb18030, mut pairs, mut common) = (0, 0, 0, 0, 0);
    for line in whole.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        lines += 1;
        utf8 += usize::from(std::str::from_utf8(line).is_ok());
        let valid = GB18030.decode_without_bom_handling_and_without_replacement(line).is_some();
        gb18030 += usize::from(valid);
        let mut rest = line;
        while let [lead, tail @ ..] = rest {
            rest = tail;
            if let (0x81..=0xfe, [trail, after @ ..]) = (lead, tail) {
                rest = after;
                pairs += 1;
                common += usize::from(matches!(lead, 0xa1..=0xa3 | 0xb0..=0xd7) && *trail >= 0xa1);
            }
        }
    }
    gb18030 * 10 >= lines * 9 && utf8 * 10 <= lines && common * 10 >= pairs * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "{\"text\":\"你好，今天的天气一直很好\"}\n{\"text\":\"明天去公园走走😀\"}\n";

    fn read(bytes: &[u8]) -> (Vec<u8>, Option<Encoding>) {
        let mut reader = Utf8Reader::new(bytes);
        let found = reader.found();
        let mut out = Vec::new();
        reader.read_to_end(&mut out).expect("memory does not fail");
        (out, found.get().copied())
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = LINES.repeat(3_000);
        let marked = format!("\u{feff}{text}");
        for (bytes, encoding) in [
            (text.clone().into_bytes(), None),
            (marked.clone().into_bytes(), None),
            (utf16(&text, u16::to_le_bytes), Some(Encoding::Utf16Le)),
            (utf16(&marked, u16::to_le_bytes), Some(Encoding::Utf16Le)),
            (utf16(&text, u16::to_be_bytes), Some(Encoding::Utf16Be)),
            (utf16(&marked, u16::to_be_bytes), Some(Encoding::Utf16Be)),
            (gb18030(&text), Some(Encoding::Gb18030)),
        ] {
            let (out, found) = read(&bytes);
            assert_eq!(found, encoding);
            assert!(out == text.as_bytes(), "{encoding:?}");
        }
    }

    #[test]
    fn a_late_guess_sees_what_follows_ascii() {
        let ascii = "{\"text\":\"hello\"}\n".repeat(9_000);
        let (out, found) = read(&[ascii.as_bytes(), &gb18030(LINES)].concat());
        assert_eq!(found, Some(Encoding::Gb18030));
        assert!(out == format!("{ascii}{LINES}").as_bytes());
    }

    #[test]
    fn utf8_lines_in_a_gb18030_file_stay() {
        let bytes = [gb18030(&LINES.repeat(2_000)), LINES.as_bytes().to_vec(), gb18030(LINES)].concat();
        let (out, found) = read(&bytes);
        assert_eq!(found, Some(Encoding::Gb18030));
        assert!(out == LINES.repeat(2_002).as_bytes());
    }

    #[test]
    fn a_broken_line_of_utf8_or_big5_is_not_gb18030() {
        let broken = [LINES.as_bytes(), b"\"\xff\xfe\"\n", LINES.as_bytes()].concat();
        assert_eq!(read(&broken), (broken, None));
        let big5 = encoding_rs::BIG5.encode("你好，今天的天氣一直很好，我們明天去公園走走\n").0.into_owned();
        assert_eq!(read(&big5), (big5, None));
    }

    #[test]
    fn what_cannot_be_decoded_breaks_its_own_line_only() {
        let mut bytes = utf16(LINES, u16::to_le_bytes);
        bytes.extend([0x00, 0xd8, b'\n', 0, b'a', 0, b'b']);
        let (out, _) = read(&bytes);
        let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
        assert_eq!(&lines[2..], [&[BROKEN][..], &[b'a', BROKEN][..]]);
    }

    #[test]
    fn any_read_size_gives_the_same_bytes() {
        let bytes = gb18030(&LINES.repeat(40));
        let mut reader = Utf8Reader::new(&bytes[..]);
        let (mut out, mut small) = (Vec::new(), [0; 3]);
        while let Ok(size @ 1..) = reader.read(&mut small) {
            out.extend_from_slice(&small[..size]);
        }
        assert!(out == LINES.repeat(40).as_bytes());
    }
}
