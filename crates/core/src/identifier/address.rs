//! Addresses: e-mail, links, domains, wallets.
//!
//! Start reading at [`read`].

use super::scan::{self, Text};
use super::{Found, Kind, Sink};
use crate::text::{Steps, is_ideograph};

/// Reads the addresses of a field.
pub(super) fn read(sink: &mut Sink) {
    let text = sink.text;
    for at in 0..text.units.len() {
        match text.ch(at) {
            'h' if !text.before(at).is_ascii_alphanumeric() => {
                if let Some((found, profile)) = link(text, at) {
                    put_link(sink, found, profile);
                }
            }
            _ => {}
        }
    }
    for at in 0..text.units.len() {
        let mark = match text.ch(at) {
            '@' => 1,
            '艾' if text.starts(at, "艾特") => 2,
            '(' if text.starts(at, "(at)") => 4,
            '#' => 1,
            _ => continue,
        };
        if let Some(found) = email(text, at, mark).filter(|found| sink.is_free(found.from, found.to)) {
            if let Some(number) = qq_of(&found.value) {
                let Found { from, to, steps, confidence, .. } = found;
                sink.put(Found { kind: Kind::Qq, value: number, from, to, steps, confidence });
            }
            sink.put(found);
        }
    }
    let mut at = 0;
    while at < text.units.len() {
        let starts = text.ch(at).is_ascii_alphanumeric() && !text.before(at).is_ascii_alphanumeric();
        if starts && sink.is_free(at, at + 1) {
            if let Some(found) = wallet(text, at) {
                at = found.to;
                sink.put(found);
                continue;
            }
            if let Some((found, profile)) = bare_link(text, at).filter(|(found, _)| sink.is_free(found.from, found.to)) {
                at = found.to;
                put_link(sink, found, profile);
                continue;
            }
        }
        at += 1;
    }
}

fn put_link(sink: &mut Sink, found: Found, profile: Option<(Kind, String)>) {
    match profile {
        Some((kind, value)) => sink.put(Found { kind, value, ..found }),
        None => sink.put(found),
    }
}

/// The QQ number in an address of QQ mail.
fn qq_of(address: &str) -> Option<String> {
    let (local, host) = address.split_once('@')?;
    let number = matches!(host, "qq.com" | "vip.qq.com") && (5..=10).contains(&local.len()) && !local.starts_with('0');
    (number && local.bytes().all(|byte| byte.is_ascii_digit())).then(|| local.to_owned())
}

/// Top-level domains that a bare or broken domain may end in.
const ENDINGS: [&str; 14] = ["com", "net", "org", "cn", "edu", "gov", "info", "top", "xyz", "vip", "cc", "hk", "tw", "uk"];

/// Endings that are also words or file endings: they count behind a scheme, an at sign, "www" or a third label, or before
/// a path.
const MORE_ENDINGS: [&str; 50] = [
    "me", "io", "tv", "in", "id", "co", "us", "it", "la", "to", "ly", "gg", "im", "so", "club", "shop", "online", "site", "biz", "mobi",
    "jp", "kr", "ph", "vn", "ru", "de", "fr", "eu", "za", "ng", "ke", "my", "sg", "th", "app", "link", "store", "live", "wang", "ltd",
    "work", "pro", "fun", "ink", "icu", "asia", "example", "test", "au", "ca",
];

fn is_ending(label: &str, strict: bool) -> bool {
    ENDINGS.contains(&label) || (!strict && MORE_ENDINGS.contains(&label))
}

/// Reads a host at `at`: labels with dots between, also "点" and "。" and dots in words. `spaced` lets blanks stand inside.
/// Gives the host and one past its last unit.
fn host(text: &Text, at: usize, spaced: bool, strict: bool) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut best = None;
    let mut to = at;
    let mut steps = 0;
    while steps < 80 {
        steps += 1;
        let ch = text.ch(to);
        if ch.is_ascii_alphanumeric()
            || ch == '-' && text.ch(to + 1).is_ascii_alphanumeric()
            || ch.is_alphabetic() && !is_ideograph(ch) && !name.is_empty()
        {
            name.push(ch);
            to += 1;
            let end = !text.ch(to).is_alphanumeric() || is_ideograph(text.ch(to));
            if end
                && let Some((_, ending)) = name.rsplit_once('.')
                && is_ending(ending, strict)
            {
                best = Some((name.clone(), to));
            }
            continue;
        }
        let dot = match ch {
            '.' => 1,
            '。' | '点' | '點' if (text.ch(to + 1).is_ascii_alphanumeric() || text.ch(to + 1) == ' ') => 1,
            '(' | ' ' if text.starts(to + 1, "dot") && matches!(text.ch(to + 4), ')' | ' ') => 5,
            '(' if text.starts(to + 1, ".)") || text.starts(to + 1, "点)") => 3,
            _ => 0,
        };
        if dot > 0 && !name.is_empty() && !name.ends_with('.') {
            name.push('.');
            to += dot;
            continue;
        }
        let next = text.ch(to + 1);
        match ch {
            '*' | '|' | '^' | '`' | '·' | '~' if next.is_ascii_alphanumeric() || next == '.' => to += 1,
            ' ' if spaced && (next.is_ascii_alphanumeric() || next == '.') && (best.is_none() || steps_short(text, to + 1)) => to += 1,
            ' ' if name.ends_with('.') && spaced => to += 1,
            // Folding drops a dot beside a sign or an ideograph.
            _ => break,
        }
        if best.is_some() && ch == ' ' {
            break;
        }
    }
    let (name, to) = best?;
    let fine = name.split('.').all(|label| !label.is_empty() && label.len() <= 63) && name.len() <= 253;
    fine.then_some((name, to))
}

fn steps_short(text: &Text, at: usize) -> bool {
    (at..at + 4).any(|at| !text.ch(at).is_ascii_alphanumeric())
}

fn is_local(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '.' | '_' | '-' | '+')
}

fn email(text: &Text, at: usize, mark: usize) -> Option<Found> {
    let mut right = at + mark;
    while text.ch(right) == ' ' {
        right += 1;
    }
    let (name, to) = host(text, right, false, false).or_else(|| host(text, right, true, false))?;
    if text.ch(at) == '#'
        && !["qq.com", "163.com", "126.com", "gmail.com", "foxmail.com", "outlook.com", "example.org", "example.com"]
            .contains(&name.as_str())
    {
        return None;
    }
    let (local, from) = local_part(text, at)?;
    let address = format!("{local}@{name}");
    let mut steps = Steps::NONE;
    if (from..to).any(|at| text.ch(at) == ' ' || text.ch(at) == '*') || mark > 1 || text.ch(at) == '#' {
        steps = Steps::SEPARATOR;
    }
    Some(Found { kind: Kind::Email, value: address, from, to, steps, confidence: if steps.is_empty() { 1.0 } else { 0.9 } })
}

/// What stands before the at sign at `at`: the local part and its first unit.
fn local_part(text: &Text, at: usize) -> Option<(String, usize)> {
    let mut from = at;
    while from > 0 && text.ch(from - 1) == ' ' {
        from -= 1;
    }
    let mut letters: Vec<char> = Vec::new();
    let (mut chunk, mut last, mut blanks) = (0, from, 0);
    let chinese = text.is_chinese();
    while from > 0 {
        let ch = text.ch(from - 1);
        if text.cues.iter().any(|cue| cue.to == from) && chunk == 0 && !letters.is_empty() {
            break;
        }
        if is_local(ch) {
            // Folding drops an underscore between digits.
            letters.push(ch);
            if text.gap(from - 1) == "_" && text.units[from - 1].gap.has(Steps::SEPARATOR) && text.before(from - 1).is_ascii_digit() {
                letters.push('_');
            }
            from -= 1;
            chunk += 1;
            last = from;
            continue;
        }
        let before = text.before(from - 1);
        match ch {
            '*' | '|' | '^' | '`' | '·' | '~' if before.is_ascii_alphanumeric() => from -= 1,
            ' ' if chinese && before.is_ascii_alphanumeric() && blanks < 12 => {
                blanks += 1;
                chunk = 0;
                from -= 1;
            }
            _ => break,
        }
    }
    let mut from = last;
    while letters.last().is_some_and(|ch| matches!(ch, '.' | '-' | '+' | '_')) {
        letters.pop();
        from += 1;
    }
    if letters.is_empty() || letters.len() > 64 {
        return None;
    }
    let local: String = letters.iter().rev().collect();
    (!local.contains("..")).then_some((local, from))
}

/// A character of a link as it counts, without width.
fn narrow(ch: char) -> char {
    if ch == '。' { '.' } else { scan::narrow(ch) }
}

fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{AD}')
}

/// A link with a scheme at the unit `at`, with the profile it leads to.
fn link(text: &Text, at: usize) -> Option<(Found, Option<(Kind, String)>)> {
    // "h t t p s", with a sign or blank between.
    let mut to = at;
    let mut scheme = String::new();
    while scheme.len() < 5 && to < text.units.len() {
        let ch = text.ch(to);
        match ch {
            'h' | 't' | 'p' | 's' | 'x' => scheme.push(ch),
            ' ' | '*' | '|' | '^' | '·' | '~' | '`' if !scheme.is_empty() => {}
            _ => break,
        }
        to += 1;
    }
    let secure = match scheme.as_str() {
        "https" | "hxxps" => true,
        "http" | "hxxp" => false,
        _ => return None,
    };
    while text.ch(to) == ' ' {
        to += 1;
    }
    if text.ch(to) != ':' {
        return None;
    }
    let start = text.units[to].end as usize;
    let head = text.original.get(text.units[at].start as usize..start)?;
    let noise: Vec<char> = head.chars().map(narrow).filter(|ch| !ch.is_alphanumeric() && *ch != ':' && !is_invisible(*ch)).collect();
    let sign = noise.iter().copied().find(|ch| *ch != ' ');
    let mut spaced = noise.contains(&' ');
    let chinese = text.is_chinese();
    let mut body = String::new();
    let mut end = start;
    let letters = text.original[start..].char_indices().peekable();
    for (offset, raw) in letters {
        let ch = narrow(raw);
        if is_invisible(raw) || Some(ch) == sign {
            continue;
        }
        if ch == ' ' {
            let next: String =
                text.original[start + offset..].chars().skip(1).take_while(|ch| !ch.is_whitespace() && ch.is_ascii()).collect();
            let complete = body
                .trim_start_matches('/')
                .split('/')
                .next()
                .is_some_and(|host| host.rsplit_once('.').is_some_and(|(_, ending)| is_ending(&ending.to_lowercase(), false)));
            let short =
                next.len() <= 8 && !next.is_empty() && next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte));
            if !complete && short && body.len() < 60 || (spaced && chinese && short) {
                spaced = true;
                continue;
            }
            break;
        }
        let legal = ch.is_ascii_graphic() && !matches!(ch, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
            || ch.is_alphabetic() && !is_ideograph(ch) && !ch.is_ascii();
        let international = is_ideograph(ch)
            && !body.trim_start_matches('/').contains('/')
            && text.original[start + offset..].chars().take(12).take_while(|ch| is_ideograph(*ch) || *ch == '.').any(|ch| ch == '.');
        if !legal && !international
            || matches!(raw, '，' | '；' | '（' | '）' | '！' | '？' | '：' | '。' if !spaced && is_break(text.original, start + offset, raw))
        {
            break;
        }
        body.push(ch);
        end = start + offset + raw.len_utf8();
    }
    while let Some(last) =
        body.chars().last().filter(|ch| matches!(ch, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | ')' | ']' | '*' | '~' | '-'))
    {
        body.pop();
        // The trimmed sign may be wide.
        let cut = text.original[..end].char_indices().next_back().map_or(end, |(at, _)| at);
        let _ = last;
        end = cut;
    }
    let body = body.trim_start_matches('/');
    let (host, path) = match body.find(['/', '?', '#']) {
        Some(cut) => body.split_at(cut),
        None => (body, ""),
    };
    let host = host.to_lowercase();
    if !host.contains('.') || host.split('.').any(str::is_empty) {
        return None;
    }
    let last = (at..text.units.len()).take_while(|at| (text.units[*at].end as usize) <= end).last()?;
    let value = format!("{}://{host}{}", if secure { "https" } else { "http" }, if path == "/" { "" } else { path });
    let profile = profile(&host, path);
    let steps = if spaced || sign.is_some() || scheme.contains('x') { Steps::SEPARATOR } else { Steps::NONE };
    Some((Found { kind: Kind::Url, value, from: at, to: last + 1, steps, confidence: 1.0 }, profile))
}

/// Whether a wide sign at `at` ends a sentence rather than standing for a dot.
fn is_break(original: &str, at: usize, sign: char) -> bool {
    sign != '。' || !original[at + sign.len_utf8()..].starts_with(|ch: char| ch.is_ascii_alphanumeric())
}

/// A domain without a scheme, with a path or alone.
fn bare_link(text: &Text, at: usize) -> Option<(Found, Option<(Kind, String)>)> {
    if text.before(at) == '@' || text.before(at) == '.' {
        return None;
    }
    // Most words end without a dot.
    let end = (at..text.units.len()).find(|at| !matches!(text.ch(*at), 'a'..='z' | '0'..='9' | '-'))?;
    if !matches!(text.ch(end), '.' | '。' | '点' | '點' | '(' | ' ' | '*' | '|' | '^' | '`' | '·' | '~')
        || text.ch(end) == ' ' && !text.starts(end + 1, "dot")
    {
        return None;
    }
    let (name, to) = host(text, at, false, false)?;
    let labels: Vec<&str> = name.split('.').collect();
    let ending = labels.last()?;
    if labels.iter().rev().skip(1).all(|label| label.bytes().all(|byte| byte.is_ascii_digit())) && !matches!(*ending, "com" | "cn" | "net")
    {
        return None;
    }
    let start = text.units[to - 1].end as usize;
    let path: String = if text.original[start..].starts_with(['/', '／']) {
        text.original[start..]
            .chars()
            .map(narrow)
            .take_while(|ch| ch.is_ascii_graphic() && !matches!(ch, '"' | '<' | '>' | '\\' | ',' | ';' | ')'))
            .collect()
    } else {
        String::new()
    };
    let path = path.trim_end_matches(['.', '!', '?', ':', '\'', '*', '~']);
    let bytes: usize = text.original[start..].chars().take(path.chars().count()).map(char::len_utf8).sum();
    let has_path = path.len() > 1;
    let clear = is_ending(ending, true) || (labels.len() >= 3 && is_ending(ending, false) && labels[labels.len() - 2].len() >= 2);
    if !has_path && !clear || labels[labels.len() - 2].len() < 2 && !has_path {
        return None;
    }
    // "U.S.A", "a.m": a label of one letter is no name, save in "t.me/".
    if !has_path && labels[0].len() < 2 {
        return None;
    }
    let last = (to - 1..text.units.len()).take_while(|at| (text.units[*at].end as usize) <= start + bytes).last()?;
    let steps = if text.units[at..to].iter().any(|unit| matches!(unit.ch, '点' | '。' | '(' | ' ' | '*')) {
        Steps::SEPARATOR
    } else {
        Steps::NONE
    };
    let (from, to) = (at, last + 1);
    if has_path {
        let profile = profile(&name, path);
        Some((Found { kind: Kind::Url, value: format!("http://{name}{path}"), from, to, steps, confidence: 0.9 }, profile))
    } else {
        Some((Found { kind: Kind::Domain, value: name, from, to, steps, confidence: 0.9 }, None))
    }
}

/// The account that a link to a platform leads to.
fn profile(host: &str, path: &str) -> Option<(Kind, String)> {
    let host = host.trim_start_matches("www.").trim_start_matches("m.").trim_start_matches("mobile.");
    let path = path.split(['?', '#']).next().unwrap_or("");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let first = parts.first().copied().unwrap_or("").trim_start_matches(['@', '~']);
    let second = parts.get(1).copied().unwrap_or("");
    let named = |kind: Kind, value: &str| {
        let fine =
            !value.is_empty() && value.len() <= 64 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte));
        fine.then(|| (kind, value.to_lowercase()))
    };
    match host {
        "t.me" | "telegram.me" | "telegram.dog" => match first {
            "joinchat" | "s" | "c" => named(Kind::Telegram, second),
            _ => named(Kind::Telegram, first),
        },
        "wa.me" => phone(Kind::Whatsapp, first),
        "api.whatsapp.com" | "chat.whatsapp.com" => None,
        "line.me" => named(Kind::Line, parts.last().copied().unwrap_or("").trim_start_matches(['~', '@'])),
        "zalo.me" => phone(Kind::Zalo, first).or_else(|| named(Kind::Zalo, first)),
        "facebook.com" | "fb.com" | "fb.me" | "m.me" | "messenger.com" => match first {
            "groups" | "pages" | "people" | "watch" | "share" | "permalink.php" | "story.php" | "photo.php" | "profile.php" | "t" => None,
            _ => named(Kind::Facebook, first),
        },
        "instagram.com" | "instagr.am" => match first {
            "p" | "reel" | "stories" | "explore" | "tv" => None,
            _ => named(Kind::Instagram, first),
        },
        "weibo.com" | "weibo.cn" => match first {
            "u" | "n" | "p" => named(Kind::Weibo, second),
            _ if parts.len() == 1 => named(Kind::Weibo, first),
            _ => None,
        },
        "douyin.com" if first == "user" => named(Kind::Douyin, second),
        "xiaohongshu.com" if first == "user" => named(Kind::Xiaohongshu, parts.get(2).copied().unwrap_or("")),
        "kuaishou.com" if first == "profile" || first == "u" => named(Kind::Kuaishou, second),
        _ => None,
    }
}

fn phone(kind: Kind, written: &str) -> Option<(Kind, String)> {
    let digits = written.trim_start_matches('+');
    let fine = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fine.then(|| match digits.strip_prefix('0') {
        Some(rest) if kind == Kind::Zalo => (kind, format!("+84{rest}")),
        _ => (kind, format!("+{digits}")),
    })
}

/// A wallet at the unit `at`: Ethereum, Bitcoin or Tron, by shape and, where there is one, checksum.
fn wallet(text: &Text, at: usize) -> Option<Found> {
    if !matches!(text.ch(at), '0' | '1' | '3' | 'b' | 't') {
        return None;
    }
    let tight = |at: usize| text.ch(at).is_ascii_alphanumeric() && text.gap(at).is_empty();
    let to = (at + 1..text.units.len().min(at + 80)).take_while(|at| tight(*at)).last()? + 1;
    let len = to - at;
    if !(26..=62).contains(&len) {
        return None;
    }
    let span = text.original.get(text.units[at].start as usize..text.units[to - 1].end as usize)?;
    let address: String = span.chars().map(narrow).collect();
    let lower = address.to_ascii_lowercase();
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = match () {
        () if len == 42 && lower.strip_prefix("0x").is_some_and(hexadecimal) => lower,
        () if lower.starts_with("bc1") && len >= 42 && is_bech32(&lower) => lower,
        () if matches!(address.as_bytes()[0], b'1' | b'3' | b'T') && len <= 35 && is_base58_check(&address) => address,
        () => return None,
    };
    Some(Found { kind: Kind::CryptoWallet, value, from: at, to, steps: Steps::NONE, confidence: 1.0 })
}

/// Checks a Bech32 or Bech32m string. Source: BIP 173, BIP 350.
fn is_bech32(address: &str) -> bool {
    const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let Some((head, data)) = address.rsplit_once('1') else { return false };
    let mut check = 1u32;
    let mut push = |value: u32| {
        let top = check >> 25;
        check = (check & 0x1ff_ffff) << 5 ^ value;
        for (bit, generator) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].into_iter().enumerate() {
            if top >> bit & 1 == 1 {
                check ^= generator;
            }
        }
    };
    head.bytes().for_each(|byte| push(u32::from(byte >> 5)));
    push(0);
    head.bytes().for_each(|byte| push(u32::from(byte & 31)));
    for byte in data.bytes() {
        let Some(value) = LETTERS.iter().position(|letter| *letter == byte) else { return false };
        push(value as u32);
    }
    check == 1 || check == 0x2bc8_30a3
}

/// Checks the four bytes at the end of a Base58 address: the start of a double SHA-256.
fn is_base58_check(address: &str) -> bool {
    use sha2::{Digest, Sha256};
    const LETTERS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for letter in address.bytes() {
        let Some(mut carry) = LETTERS.iter().position(|known| *known == letter).map(|value| value as u32) else { return false };
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    Sha256::digest(Sha256::digest(&bytes[..21]))[..4] == bytes[21..]
}
