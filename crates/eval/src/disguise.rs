//! Disguises a text as its writers do: a share of its characters is disturbed by a few of eight methods.
//!
//! Used to teach the model that a disguise is no evidence of its own: trade and look-alikes are disguised alike.
//! Start reading at [`Disguiser::disguise`].

use std::collections::HashMap;

use crate::chance::Chance;
use crate::gold::GoldRow;

/// The ways in which a text is disturbed.
pub const METHODS: [&str; 8] = ["symbol", "zero_width", "traditional", "split", "initials", "emoji", "numeral", "homophone"];

const SYMBOLS: [char; 14] = ['*', '|', '~', '-', '_', '·', '^', '`', '.', '丶', ' ', '/', '+', '☆'];
const INVISIBLE: [char; 5] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}'];

/// Tables turned round: from the plain character to its disguises.
pub struct Disguiser {
    traditional: HashMap<char, Vec<char>>,
    parts: HashMap<char, String>,
    emoji: HashMap<String, Vec<String>>,
    sound: HashMap<char, String>,
    by_sound: HashMap<String, Vec<char>>,
    /// Words that somebody has a reason to hide.
    hidden: Vec<Vec<char>>,
}

impl Disguiser {
    /// Reads the tables of the Chinese pack. `hidden` are words that a writer would rather not be found by.
    pub fn new(files: &[(&str, &str)], hidden: Vec<String>) -> Disguiser {
        let content = |name: &str| files.iter().find(|(file, _)| *file == name).map_or("", |(_, content)| *content);
        let mut disguiser = Disguiser {
            traditional: HashMap::new(),
            parts: HashMap::new(),
            emoji: HashMap::new(),
            sound: HashMap::new(),
            by_sound: HashMap::new(),
            hidden: hidden.iter().map(|word| word.chars().collect()).collect(),
        };
        let lines = content("zh/characters.tsv").lines().filter(|line| !line.starts_with('#'));
        for (rank, line) in lines.enumerate() {
            let cells: Vec<&str> = line.split('\t').collect();
            let Some(ch) = cells[0].chars().next() else { continue };
            disguiser.sound.insert(ch, cells[1].to_owned());
            if rank < 1_800 {
                disguiser.by_sound.entry(cells[1].to_owned()).or_default().push(ch);
            }
            if !cells[2].is_empty() {
                disguiser.traditional.insert(ch, cells[2].chars().collect());
            }
            if !cells[3].is_empty() {
                disguiser.parts.insert(ch, cells[3].to_owned());
            }
        }
        for line in content("zh/emoji.tsv").lines().filter(|line| !line.starts_with('#')) {
            if let Some((symbol, text)) = line.split_once('\t').filter(|(_, text)| !text.is_empty()) {
                disguiser.emoji.entry(text.to_owned()).or_default().push(symbol.to_owned());
            }
        }
        disguiser
    }

    /// A copy of `row` with about `level` per cent of the letters, digits and characters of its text disturbed by three
    /// of the eight methods. Labels stay; contacts are rewritten from level 30 on and keep their value.
    pub fn disguise(&self, row: &GoldRow, level: u32, seed: u64) -> GoldRow {
        let mut copy = row.clone();
        let id = format!("{}x{level}", row.text("id"));
        let mut chance = Chance::named(seed, &id);
        let mut methods = METHODS;
        chance.shuffle(&mut methods);
        let protected: Vec<&str> = row.gold.mentions.iter().map(|mention| mention.value.trim_start_matches("+86")).collect();
        let text = self.disturb(row.text("text"), level, &methods[..3], &protected, &mut chance);
        copy.post.insert("text".to_owned(), text.into());
        for column in ["id", "author_id", "thread_id", "parent_id"] {
            if !row.text(column).is_empty() {
                copy.post.insert(column.to_owned(), format!("{}x{level}", row.text(column)).into());
            }
        }
        copy.gold.disguise = level;
        for mention in &mut copy.gold.mentions {
            mention.obfuscated |= level >= 30;
        }
        copy
    }

    fn disturb(&self, text: &str, level: u32, methods: &[&str], protected: &[&str], chance: &mut Chance) -> String {
        let letters: Vec<char> = text.chars().collect();
        let mut shield = vec![false; letters.len()];
        for value in protected.iter().filter(|value| !value.is_empty()) {
            let value: Vec<char> = value.chars().collect();
            for at in 0..letters.len().saturating_sub(value.len() - 1) {
                if letters[at..at + value.len()] == value[..] {
                    shield[at..at + value.len()].fill(true);
                }
            }
        }
        let mut hot = vec![false; letters.len()];
        for word in &self.hidden {
            for at in 0..letters.len().saturating_sub(word.len() - 1) {
                if letters[at..at + word.len()] == word[..] {
                    hot[at..at + word.len()].fill(true);
                }
            }
        }
        let share = f64::from(level) / 100.0;
        let mut out = String::with_capacity(text.len() * 2);
        let mut at = 0;
        while at < letters.len() {
            let ch = letters[at];
            if shield[at] {
                let end = (at..letters.len()).find(|index| !shield[*index]).unwrap_or(letters.len());
                self.contact(&letters[at..end], level, chance, &mut out);
                at = end;
                continue;
            }
            if !ch.is_alphanumeric() || chance.unit() >= share {
                out.push(ch);
                at += 1;
                continue;
            }
            let mut order: Vec<&str> = methods.to_vec();
            chance.shuffle(&mut order);
            at += order.into_iter().find_map(|method| self.apply(method, &letters[at..], hot[at], chance, &mut out)).unwrap_or_else(|| {
                out.push(ch);
                1
            });
        }
        out
    }

    /// Disturbs the start of `letters` by one method; says how many characters it took, or `None` where it has no way.
    fn apply(&self, method: &str, letters: &[char], hot: bool, chance: &mut Chance, out: &mut String) -> Option<usize> {
        let ch = letters[0];
        match method {
            "symbol" => {
                out.push(ch);
                out.push(*chance.pick(&SYMBOLS));
            }
            "zero_width" => {
                out.push(ch);
                out.push(*chance.pick(&INVISIBLE));
            }
            "traditional" => out.push(*chance.pick(self.traditional.get(&ch)?)),
            "split" => out.push_str(self.parts.get(&ch)?),
            "emoji" => {
                let taken = (1..=2.min(letters.len())).rev().find_map(|len| {
                    let word: String = letters[..len].iter().collect();
                    self.emoji.get(&word).map(|symbols| (len, symbols))
                });
                let (len, symbols) = taken?;
                let symbol: &String = chance.pick(symbols);
                out.push_str(symbol);
                return Some(len);
            }
            "numeral" => {
                let digit = ch.to_digit(10)?;
                let forms = [
                    ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"],
                    ["０", "１", "２", "３", "４", "５", "６", "７", "８", "９"],
                    ["⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"],
                ];
                out.push_str(forms[chance.below(3)][digit as usize]);
            }
            "homophone" => {
                if !hot && chance.unit() >= 0.12 {
                    return None;
                }
                let others: Vec<char> = self.by_sound.get(self.sound.get(&ch)?)?.iter().copied().filter(|other| *other != ch).collect();
                if others.is_empty() {
                    return None;
                }
                out.push(*chance.pick(&others));
            }
            "initials" => {
                let len =
                    self.hidden.iter().filter(|word| letters.starts_with(word)).map(Vec::len).filter(|len| (2..=3).contains(len)).max()?;
                for ch in &letters[..len] {
                    out.push(self.sound.get(ch)?.chars().next()?);
                }
                return Some(len);
            }
            _ => return None,
        }
        Some(1)
    }

    /// Rewrites a contact so that its value stays: other digits, spaces, symbols.
    fn contact(&self, value: &[char], level: u32, chance: &mut Chance, out: &mut String) {
        if level < 30 {
            out.extend(value);
            return;
        }
        let all_digits = value.iter().all(char::is_ascii_digit);
        match chance.below(if all_digits { 6 } else { 4 }) {
            0 => out.extend(value.iter().map(|ch| wide(*ch))),
            1 => {
                for (at, ch) in value.iter().enumerate() {
                    if at > 0 && chance.below(3) == 0 {
                        out.push(' ');
                    }
                    out.push(*ch);
                }
            }
            2 => out.extend(value),
            3 => {
                for (at, ch) in value.iter().enumerate() {
                    if at > 0 {
                        out.push('*');
                    }
                    out.push(*ch);
                }
            }
            4 => out.extend(value.iter().map(|ch| numeral(*ch))),
            _ => {
                for ch in value {
                    out.push(if chance.below(2) == 0 { numeral(*ch) } else { *ch });
                }
            }
        }
    }
}

fn wide(ch: char) -> char {
    if ch.is_ascii_graphic() { char::from_u32(ch as u32 + 0xFEE0).unwrap_or(ch) } else { ch }
}

fn numeral(ch: char) -> char {
    let digits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    ch.to_digit(10).map_or(ch, |digit| digits[digit as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use magpie_core::pack::{BUILTIN, Packs};
    use magpie_core::text::Folded;

    fn row(text: &str) -> GoldRow {
        let gold = crate::gold::Gold { route: "none".to_owned(), ..Default::default() };
        let post = serde_json::json!({"id": "1", "text": text}).as_object().expect("an object").clone();
        GoldRow { gold, post }
    }

    #[test]
    fn invisible_symbols_and_traditional_forms_are_undone_in_full() {
        let disguiser = Disguiser::new(BUILTIN, Vec::new());
        let text = "我们两口子想找一个健康的孩子";
        for method in ["zero_width", "traditional", "symbol"] {
            let mut chance = Chance::new(5);
            let disturbed = disguiser.disturb(text, 80, &[method], &[], &mut chance);
            assert_ne!(disturbed, text, "{method}");
            let mut folded = Folded::default();
            Packs::builtin().characters.fold(&disturbed, &mut folded);
            assert_eq!(folded.text(), text, "{method}: {disturbed}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let disguiser = Disguiser::new(BUILTIN, vec!["孩子".to_owned()]);
        let row = row("孩子15个月");
        assert_eq!(disguiser.disguise(&row, 50, 1).text("text"), disguiser.disguise(&row, 50, 1).text("text"));
        assert_eq!(disguiser.disguise(&row, 50, 1).text("id"), "1x50");
    }
}
