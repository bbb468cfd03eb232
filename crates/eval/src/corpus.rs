//! The written corpus: families of posts in a plain text format, read into gold rows.
//!
//! The format is described in `crates/eval/corpus/README.md`. Start reading at [`parse`].

use magpie_core::post::Channel;
use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::gold::{CLASSES, Gold, GoldChild, GoldMention, GoldRow, LOOKALIKES};

/// A line that is not in the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct CorpusError {
    /// File name.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

const URGENCIES: [&str; 6] = ["child_now", "due_soon", "pregnancy", "active_actor", "stale", "-"];
const POST_KEYS: [(&str, &str); 6] =
    [("name", "author_name"), ("bio", "author_bio"), ("group", "group_name"), ("title", "title"), ("channel", "channel"), ("lang", "lang")];

/// Labels of a family or a row, as key and value.
type Keys = Vec<(String, String)>;

/// Reads one file of the corpus. Contacts are filled from `seed` and the row's place, so that a row keeps its values
/// when others are added to another family.
///
/// # Errors
/// The first line that is not in the format.
pub fn parse(file: &str, content: &str, seed: u64) -> Result<Vec<GoldRow>, CorpusError> {
    let fault = |line: usize, message: String| CorpusError { file: file.to_owned(), line, message };
    let mut rows: Vec<GoldRow> = Vec::new();
    let mut family: Option<(String, Keys)> = None;
    let mut in_family = 0;
    // Ids of the posts above, by depth, and the thread's id.
    let mut above: Vec<String> = Vec::new();
    let mut lines = content.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(id) = line.strip_prefix("== ") {
            family = Some((id.trim().to_owned(), Vec::new()));
            in_family = 0;
            above.clear();
            continue;
        }
        let Some((name, defaults)) = family.as_mut() else {
            return Err(fault(number, "a line before the first family; start one with `== id`".to_owned()));
        };
        let depth = match line.split_once(' ') {
            Some(("-", _)) => Some(0),
            Some((marks, _)) if !marks.is_empty() && marks.bytes().all(|mark| mark == b'>') => Some(marks.len()),
            _ => None,
        };
        let Some(depth) = depth else {
            let Some((key, value)) = line.split_once(':') else {
                return Err(fault(number, "neither a post, a reply nor `key: value`".to_owned()));
            };
            defaults.push((key.trim().to_owned(), value.trim().to_owned()));
            continue;
        };
        if depth > above.len() {
            return Err(fault(number, "a reply to nothing; put `- ` in front of the post it answers".to_owned()));
        }
        let (keys, text) = row_keys(line[depth.max(1)..].trim_start(), defaults).map_err(|message| fault(number, message))?;
        in_family += 1;
        let id = format!("{name}-{in_family}");
        above.truncate(depth);
        let opens_thread = lines.peek().is_some_and(|(_, next)| next.starts_with('>'));
        let thread = (depth > 0 || opens_thread).then(|| above.first().unwrap_or(&id).clone());
        let row = gold_row(name, &id, thread.as_deref(), above.last().map(String::as_str), &keys, &text, seed)
            .map_err(|message| fault(number, message))?;
        above.push(id);
        rows.push(row);
    }
    Ok(rows)
}

/// Splits `{key=value; …} text`, over the defaults of the family.
fn row_keys(line: &str, defaults: &Keys) -> Result<(Keys, String), String> {
    let mut keys = defaults.clone();
    let mut text = line;
    if let Some((inner, rest)) = line.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        text = rest.trim_start();
        for part in inner.split(';').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("no `=` in `{}`", part.trim()))?;
            let key = key.trim();
            if key == "classes" || key == "benign" {
                keys.retain(|(known, _)| known != "classes" && known != "benign");
            }
            keys.retain(|(known, _)| known != key);
            keys.push((key.to_owned(), value.trim().to_owned()));
        }
    }
    Ok((keys, text.replace("\\n", "\n")))
}

fn gold_row(
    family: &str,
    id: &str,
    thread: Option<&str>,
    parent: Option<&str>,
    keys: &Keys,
    text: &str,
    seed: u64,
) -> Result<GoldRow, String> {
    let value = |key: &str| keys.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
    let listed = |key: &str, allowed: &[&str]| -> Result<Vec<String>, String> {
        let items = value(key).unwrap_or("").split(',').map(str::trim).filter(|item| !item.is_empty());
        items
            .map(|item| {
                if allowed.contains(&item) {
                    Ok(item.to_owned())
                } else {
                    Err(format!("{key}: `{item}` is not one of {}", allowed.join(" ")))
                }
            })
            .collect()
    };
    let classes = listed("classes", &CLASSES)?;
    let lookalike = listed("benign", &LOOKALIKES)?.pop();
    let trade = match (classes.is_empty(), &lookalike) {
        (false, None) => true,
        (true, Some(_)) => false,
        _ => return Err("needs `classes` or `benign`, and not both".to_owned()),
    };
    let route = match value("route") {
        Some(route) => route.to_owned(),
        None if trade => "lead".to_owned(),
        None if lookalike.as_deref() == Some("private_placing") => "support".to_owned(),
        None => "none".to_owned(),
    };
    let urgency = listed("urgency", &URGENCIES)?.pop().filter(|urgency| urgency != "-" && (trade || route == "support"));
    let mut chance = Chance::named(seed, id);
    let mut mentions = Vec::new();
    let mut post = Map::new();
    let mut put = |key: &str, value: String| post.insert(key.to_owned(), Value::String(value));
    put("id", id.to_owned());
    put("source", "corpus.example.org".to_owned());
    put("text", fill(text, &mut chance, &mut mentions));
    let known_channel = value("channel").is_none_or(|name| name.is_empty() || Channel::parse(name).is_some());
    if !known_channel {
        return Err("channel is not one of the contract's".to_owned());
    }
    for (key, column) in POST_KEYS {
        if let Some(value) = value(key).filter(|value| !value.is_empty()) {
            put(column, fill(value, &mut chance, &mut mentions));
        }
    }
    put("published_at", format!("{}+08:00", published_at(value("at"), &mut chance)));
    put("author_id", format!("u-{id}"));
    if let Some(thread) = thread {
        put("thread_id", thread.to_owned());
    }
    if let Some(parent) = parent {
        put("parent_id", parent.to_owned());
    }
    let gold = Gold {
        family: family.to_owned(),
        trade,
        child: value("child").filter(|_| trade || route == "support").map(child).transpose()?.flatten(),
        classes,
        lookalike,
        route,
        urgency,
        mentions,
        lookalike_alt: listed("alt", &LOOKALIKES)?,
        ..Gold::default()
    };
    Ok(GoldRow { gold, post })
}

fn published_at(at: Option<&str>, chance: &mut Chance) -> String {
    let clock = format!("{:02}:{:02}:00", 7 + chance.below(16), chance.below(60));
    match at.map(str::trim).filter(|at| !at.is_empty()) {
        Some(at) if at.len() >= 16 => at[..16].replace(' ', "T") + ":00",
        Some(at) if at.len() == 10 => format!("{at}T{clock}"),
        Some(at) if at.len() == 7 => format!("{at}-{:02}T{clock}", 1 + chance.below(28)),
        Some(at) => format!("{}-{:02}-{:02}T{clock}", &at[..4.min(at.len())], 1 + chance.below(12), 1 + chance.below(28)),
        None => format!("2026-02-{:02}T{clock}", 3 + chance.below(26)),
    }
}

fn child(value: &str) -> Result<Option<GoldChild>, String> {
    if value.is_empty() || value == "-" {
        return Ok(None);
    }
    let mut words = value.split_whitespace();
    let sex = match words.next() {
        Some("-") | None => None,
        Some(sex @ ("male" | "female" | "mixed")) => Some(sex.to_owned()),
        Some(other) => return Err(format!("child: `{other}` is not male, female, mixed or -")),
    };
    let born = match words.next() {
        Some("born") => Some(true),
        Some("unborn") => Some(false),
        Some("-") | None => None,
        Some(other) => return Err(format!("child: `{other}` is not born, unborn or -")),
    };
    let count = match words.next() {
        Some("-") | None => None,
        Some(count) => Some(count.parse().map_err(|_| format!("child: `{count}` is not a number"))?),
    };
    Ok(Some(GoldChild { sex, born, count }))
}

/// Fills the placeholders of a text with invented values and says which.
fn fill(text: &str, chance: &mut Chance, mentions: &mut Vec<GoldMention>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some((kind, after)) = from[1..].split_once('>') else { break };
        match invent(kind, chance) {
            Some((written, value)) => {
                out.push_str(&written);
                mentions.push(GoldMention { kind: kind.to_owned(), value, obfuscated: false, split: false, alternatives: Vec::new() });
            }
            None => {
                out.push('<');
                out.push_str(kind);
                out.push('>');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// An invented contact of a kind: as it is written, and its normal form. Numbers are assigned to nobody.
fn invent(kind: &str, chance: &mut Chance) -> Option<(String, String)> {
    const WORDS: [&str; 16] = [
        "yunduo", "qingtuan", "mogutang", "baiguo", "heyexi", "nuomici", "suannai", "bohehua", "hupoyu", "zhuyegao", "maple", "lantern",
        "pebble", "harbor", "fern", "otter",
    ];
    let digits = |chance: &mut Chance, count: usize| -> String { (0..count).map(|_| char::from(b'0' + chance.below(10) as u8)).collect() };
    let handle = |chance: &mut Chance| {
        let length = 2 + chance.below(3);
        format!("{}{}", chance.pick(&WORDS), digits(chance, length))
    };
    Some(match kind {
        "phone" | "alipay" => {
            let number = format!("{}{}", ["154", "163", "168", "179"][chance.below(4)], digits(chance, 8));
            let written =
                if chance.below(4) == 0 { format!("{} {} {}", &number[..3], &number[3..7], &number[7..]) } else { number.clone() };
            (written, if kind == "phone" { format!("+86{number}") } else { number })
        }
        "whatsapp" | "zalo" => {
            let number = format!("+447700900{}", digits(chance, 3));
            (number.clone(), number)
        }
        "qq" | "qq_group" => {
            let number = format!("9{}", digits(chance, if kind == "qq" { 9 } else { 8 }));
            (number.clone(), number)
        }
        "wechat" | "line" => {
            let handle = handle(chance);
            (handle.clone(), handle)
        }
        "telegram" => {
            let handle = format!("{}_example{}", chance.pick(&WORDS), chance.below(90) + 10);
            (format!("@{handle}"), handle)
        }
        "email" => {
            let address = format!("{}@example.org", handle(chance));
            (address.clone(), address)
        }
        "url" => {
            let url = format!("https://{}.example.org/page{}", chance.pick(&WORDS), chance.below(100));
            (url.clone(), url)
        }
        "resident_id" => {
            let number = resident_id(chance);
            (number.clone(), number)
        }
        "bank_card" => {
            let number = bank_card(chance);
            (number.clone(), number)
        }
        "birth_certificate" => {
            let number = format!("{}{}", char::from(b'A' + chance.below(26) as u8), digits(chance, 9));
            (number.clone(), number)
        }
        _ => return None,
    })
}

/// A number with a right check digit over the impossible birth date 1900-01-01.
fn resident_id(chance: &mut Chance) -> String {
    let region = ["110105", "310104", "440305", "510104", "350302"][chance.below(5)];
    let first = format!("{region}19000101{:03}", chance.below(1000));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    format!("{first}{}", char::from(check))
}

/// Nineteen digits that start with 62 and pass Luhn's check.
fn bank_card(chance: &mut Chance) -> String {
    let mut digits: Vec<u32> = [6, 2, 0, 0, 0, 0].into_iter().chain((0..12).map(|_| chance.below(10) as u32)).collect();
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }).sum();
    digits.push((10 - sum % 10) % 10);
    digits.iter().map(u32::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
== of_rent
about: a price in soft words
classes: offer
urgency: child_now
child: male born 1
- 儿子满月，缺房租三万，加V<wechat>
- {benign=pet; name=猫舍} 猫满月
- 谁要
> {classes=seek} 我
>> 私
";

    #[test]
    fn families_rows_and_threads_are_read() {
        let rows = parse("t", SAMPLE, 1).expect("in the format");
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0].gold.classes, ["offer"]);
        assert_eq!(rows[0].gold.mentions.len(), 1);
        assert!(rows[0].text("text").ends_with(&rows[0].gold.mentions[0].value));
        assert_eq!((rows[1].gold.trade, rows[1].gold.lookalike.as_deref(), rows[1].text("author_name")), (false, Some("pet"), "猫舍"));
        assert_eq!(rows[4].text("parent_id"), rows[3].text("id"));
        assert_eq!(rows[4].text("thread_id"), rows[2].text("id"));
        assert_eq!(rows[0].text("thread_id"), "");
    }

    #[test]
    fn a_fault_names_its_line() {
        let error = parse("t", "== a\nclasses: ofer\n- x\n", 1).expect_err("no such class");
        assert_eq!((error.line, error.message.starts_with("classes: `ofer`")), (3, true));
        assert_eq!(parse("t", "== a\nbenign: pet\n> x\n", 1).expect_err("a reply to nothing").line, 3);
    }

    #[test]
    fn invented_numbers_pass_their_checks() {
        let mut chance = Chance::new(3);
        let card = bank_card(&mut chance);
        let sum: u32 = card
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, digit)| u32::from(digit - b'0') * (1 + at as u32 % 2))
            .map(|value| value / 10 + value % 10)
            .sum();
        assert_eq!((card.len(), sum % 10), (19, 0));
    }
}
