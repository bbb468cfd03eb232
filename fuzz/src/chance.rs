//! Bytes that are made up: the same from the same seed, on every machine.

/// A small generator (xorshift64*).
pub struct Chance(u64);

impl Chance {
    /// A generator; any seed will do.
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number below `limit`, which is more than 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// Scraps of what posts, disguises and identifiers are made of. Numbers are assigned to nobody.
const WORDS: &[&str] = &[
    "送养",
    "领养",
    "女宝",
    "男孩",
    "出生",
    "20 天",
    "补偿",
    "四万",
    "加薇",
    "电话",
    "微信",
    "身份证",
    "银行卡号",
    "出生证",
    "编号",
    "qq",
    "群",
    "田力",
    "女未",
    "亻尔",
    "讠口八好",
    "扌",
    "🙏",
    "👶",
    "🍼",
    "🏥",
    "領養",
    "\u{F902}",
    "\u{2F9E}",
    "℃",
    "⒈",
    "⑩",
    "🅱",
    "🇨🇳",
    "ａｄ",
    "baby",
    "for sale",
    "adopt",
    "a d o p t",
    "b.a.b.y",
    "f0r",
    "s@le",
    "аdорt",
    "bayi",
    "cho con nuoi",
    "whatsapp",
    "telegram",
    "email",
    "110105190001010015",
    "11010519000101001X",
    "110105 19000101 0015",
    "6222020000000000006",
    "6222 0200 0000 0000 006",
    "U110000123",
    "154 1234 5678",
    "幺五四 1234 五六七八",
    "+44 7700 900123",
    "user@example.org",
    "https://example.org/a?b=",
    "www.example.org",
    "@",
    "t.me/",
    "0x",
    "wxid_",
    "*",
    "|",
    "·",
    "-",
    ".",
    "/",
    "~",
    " ",
    "  ",
    "\n",
    "\t",
    "\u{200B}",
    "\u{FE0F}",
    "\u{301}",
    "\u{0}",
    ",",
    "：",
    "，",
    "。",
    "（",
    ")",
    "#",
    "+",
    "还在吗",
    "想要",
    "前半",
    "后半",
    "下一条",
    "0",
    "1",
    "7",
    "X",
    "万",
    "元",
    "岁",
    "月",
    "个",
    "\u{1E}",
    "\u{1D}",
];

/// A text of scraps and of characters of any script.
pub fn text(chance: &mut Chance) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..chance.below(24) {
        match chance.below(8) {
            0 => text.extend(char::from_u32(chance.below(0x11_0000) as u32)),
            1 => text.extend(char::from_u32(0x4E00 + chance.below(0x5000) as u32)),
            2 => text.extend((0..chance.below(20)).map(|_| char::from(b'0' + chance.below(10) as u8))),
            _ => text += chance.one_of(WORDS),
        }
    }
    text.into_bytes()
}

/// Bytes of scraps that file formats are made of; the first says how they are read.
pub fn file(chance: &mut Chance) -> Vec<u8> {
    const SCRAPS: &[&[u8]] = &[
        b"{\"id\":\"1\",\"text\":\"a\"}\n",
        b"{\"id\":2,\"text\":\"\xe4\xbd\xa0\"}\n",
        b"id,text\n",
        b"1,a\n",
        b"{",
        b"}",
        b"[",
        b"\"",
        b",",
        b";",
        b"\t",
        b"|",
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"id",
        b"text",
        b"\\u0000",
        b"\\ud800",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xc4\xe3\xba\xc3",
        b"\x81\x30",
        b"PAR1",
        b"\x1f\x8b",
        b"\x28\xb5\x2f\xfd",
    ];
    let mut bytes = vec![chance.below(256) as u8];
    for _ in 0..chance.below(40) {
        match chance.below(6) {
            0 => bytes.extend((0..chance.below(40)).map(|_| chance.below(256) as u8)),
            1 => bytes.extend(std::iter::repeat_n(b'x', chance.below(700))),
            _ => bytes.extend(chance.one_of(SCRAPS)),
        }
    }
    bytes
}

/// Changes some bytes: some are flipped, cut out, doubled or taken from `other`.
pub fn mutate(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let to = at + chance.below((bytes.len() - at).min(16) + 1);
        match chance.below(4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let from = chance.below(other.len() + 1);
                let piece = &other[from..from + chance.below((other.len() - from).min(24) + 1)];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}
