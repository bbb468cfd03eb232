//! Values that only a cue says what they are: messenger accounts, QQ numbers, handles.
//!
//! Start reading at [`read`].

use super::number::{self, numbers};
use super::scan::{CueHit, Link, Text, digit};
use super::{Found, Kind, Sink};
use crate::pack::CueKind;
use crate::text::{Steps, is_ideograph};

/// A value between a cue and the end of what belongs to it.
struct Handle {
    value: String,
    from: usize,
    to: usize,
    steps: Steps,
}

/// Where a value behind a cue begins.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    /// A colon, "id" or "is" stands between, so that a plain word is a value too.
    strong: bool,
    /// Nothing but blanks and signs stands between.
    direct: bool,
}

/// Reads the values behind cues, then those before cues.
pub(super) fn read(sink: &mut Sink) {
    let text = sink.text;
    for index in 0..text.cues.len() {
        let cue = text.cues[index];
        let CueKind::Is(kind) = cue.kind else { continue };
        if !sink.is_free(cue.from, cue.to) {
            continue;
        }
        let done = behind(sink, &cue, kind);
        if !done && !before(sink, &cue, kind) {
            far(sink, &cue, kind);
        }
    }
}

fn is_messenger(kind: Kind) -> bool {
    use Kind::{Alipay, Douyin, Facebook, Instagram, Kuaishou, Line, Qq, QqGroup, Telegram, Wechat, Weibo, Whatsapp, Xiaohongshu, Zalo};
    matches!(
        kind,
        Wechat | Qq | QqGroup | Telegram | Whatsapp | Line | Zalo | Alipay | Facebook | Instagram | Weibo | Douyin | Xiaohongshu | Kuaishou
    )
}

/// Reads the value behind a cue. Says whether there was one.
fn behind(sink: &mut Sink, cue: &CueHit, kind: Kind) -> bool {
    if !is_messenger(kind) {
        return false;
    }
    let text = sink.text;
    let Some(place) = skip(text, cue, kind) else { return false };
    take(sink, cue, kind, place)
}

/// Walks from a cue over words and signs that lead to its value.
fn skip(text: &Text, cue: &CueHit, kind: Kind) -> Option<Place> {
    let mut place = Place { at: cue.to, strong: false, direct: true };
    // A single letter is a cue of its own only, and in other words than Chinese ones only before a colon.
    if cue.to - cue.from == 1 && text.ch(cue.from).is_ascii_alphabetic() {
        let glued = text.ch(cue.to).is_ascii_alphabetic() && text.gap(cue.to).is_empty();
        if glued && cue.ambiguous && !begins_anew(text, cue)
            || !text.is_chinese() && text.ch(cue.to) != ':' && !text.plus_before(cue.from) && cue.from > 0
        {
            return None;
        }
    }
    let mut words = 0;
    for _ in 0..24 {
        let at = place.at;
        if at >= text.units.len() || words > 8 {
            return None;
        }
        // "微信/电话:" and "加微信 vx:": one value for both.
        if let Some(next) = text.cue_from(at) {
            let joined = match next.kind {
                CueKind::Is(other) => {
                    other == kind
                        || other == Kind::Phone
                        || (at > cue.to && matches!(text.before(at), '/' | '+' | '&'))
                        || text.gap(at).contains(['/', '、', '／'])
                }
                CueKind::Same => true,
                _ => false,
            };
            let glued = next.ambiguous
                && next.to == next.from + 1
                && !text.ch(next.to).is_ascii_digit()
                && text.ch(at).is_ascii_alphabetic()
                && text.ch(next.to).is_ascii_alphanumeric();
            if joined && !glued {
                place.at = next.to;
                place.direct = true;
                continue;
            }
            let piece = !ends_handle(text, at)
                && text.ch(next.to) != ':'
                && !text.ch(next.to).is_ascii_digit()
                && !text.ch(next.to + 1).is_ascii_digit();
            if !text.ch(at).is_ascii_alphabetic() || !glued && !piece {
                return None;
            }
        }
        let ch = text.ch(at);
        if digit(ch).is_some() && !(matches!(ch, '么' | '两' | '一') && !text.ch(at + 1).is_alphanumeric()) {
            return Some(place);
        }
        if ch.is_ascii_alphabetic() {
            let word = [
                "id", "is", "no", "number", "num", "me", "on", "at", "add", "my", "acc", "account", "nr", "hao", "contact", "only", "or",
                "chat", "here", "via", "dm", "pm", "us", "handle", "username", "name", "user", "link", "via", "ko", "saya", "ini", "nya",
                "cua", "toi", "em", "la", "so",
            ]
            .into_iter()
            .find(|word| {
                text.starts(at, word)
                    && !text.ch(at + word.len()).is_ascii_alphanumeric()
                    && !matches!(text.ch(at + word.len()), '_' | '-' | '*')
            });
            let foreign = |word: &&str| {
                !(text.is_chinese()
                    && matches!(*word, "la" | "so" | "em" | "toi" | "ko" | "ini" | "nya" | "cua" | "saya" | "us" | "dm" | "pm"))
            };
            let Some(word) = word.filter(foreign) else { return Some(place) };
            place.strong |= matches!(
                word,
                "id" | "is" | "no" | "number" | "num" | "acc" | "account" | "hao" | "handle" | "username" | "nr" | "la" | "so"
            );
            place.direct = false;
            place.at += word.len();
            words += 1;
            continue;
        }
        match ch {
            '@' if is_ideograph(text.ch(at + 1)) => return None,
            ':' | '=' | '@' | '>' => place.strong = true,
            ' ' | '\n' | '(' | '"' | '\'' | ',' | '-' | '~' | '.' | '/' | '+' | '_' | '*' | ')' | '|' | '#' | '^' => {}
            '号' | '码' | '是' | '为' | '搜' | '账' | '帐' => {
                place.strong = true;
            }
            '加' | '找' | '联' | '系' | '私' | '我' | '索' | '的' | '户' | '有' | '聊' | '人' | '本' | '同' | '步' | '进' | '名' | '就'
            | '也' | '她' | '他' | '这' | '个' | '戳' | '滴' | '在' | '看' | '下' | '新' | '现' | '用' | '扫' | '点' | '记' | '填'
            | '写' | '详' | '问' | '发' | '和' | '或' | '家' | '谈' | '咨' | '询' | '请' | '直' | '接' | '可' | '以' | '都' | '行' =>
            {
                place.direct = false;
                words += 1;
            }
            '。' | '!' | '?' | ';' | '%' | '¥' | '$' => return None,
            ch if !ch.is_alphanumeric() => {}
            _ => return None,
        }
        place.at += 1;
    }
    None
}

/// Looks for a value after a stretch of words that end in a colon, or for a clear handle in the same clause.
fn far(sink: &mut Sink, cue: &CueHit, kind: Kind) {
    if !matches!(kind, Kind::Wechat | Kind::Qq | Kind::Telegram | Kind::QqGroup) || cue.ambiguous {
        return;
    }
    let text = sink.text;
    let mut at = cue.to;
    let end = text.units.len().min(cue.to + 16);
    while at < end {
        if at > cue.to && text.cue_from(at).is_some() {
            return;
        }
        match text.ch(at) {
            '。' | '!' | '?' | ';' | '\n' => return,
            ':' => {
                let place = Place { at: at + 1, strong: true, direct: false };
                let skip_blank = (at + 1..at + 3).take_while(|at| text.ch(*at) == ' ').count();
                take(sink, cue, kind, Place { at: place.at + skip_blank, ..place });
                return;
            }
            ch if ch.is_ascii_alphabetic() => {
                if kind == Kind::Wechat && text.is_chinese() {
                    let handle = handle(text, at, kind, true);
                    let clear = handle.filter(|handle| {
                        handle.value.bytes().filter(u8::is_ascii_digit).count() >= 2
                            && handle.value.bytes().take_while(u8::is_ascii_alphabetic).count() >= 3
                            && !is_model(&handle.value)
                    });
                    if let Some(handle) = clear.filter(|handle| sink.is_free(handle.from, handle.to) && !text.is_other(handle.from)) {
                        put_handle(sink, cue, kind, handle, 0.75);
                    }
                }
                return;
            }
            ch if digit(ch).is_some() && ch.is_ascii() => return,
            _ => at += 1,
        }
    }
}

/// Reads a value of `kind` at `place`.
fn take(sink: &mut Sink, cue: &CueHit, kind: Kind, place: Place) -> bool {
    let text = sink.text;
    let at = if text.ch(place.at) == '@' { place.at + 1 } else { place.at };
    let steps = cue.steps.with(text.steps(cue.from, cue.to));
    let tight = at == cue.to && text.gap(at).is_empty();
    if let Some(first) = text.group_at(at).filter(|_| digit(text.ch(at)).is_some()) {
        return take_digits(sink, cue, kind, place, first, steps);
    }
    if !text.ch(at).is_ascii_alphabetic() || !sink.is_free(at, at + 1) {
        return false;
    }
    if matches!(kind, Kind::Qq | Kind::QqGroup | Kind::Whatsapp | Kind::Zalo | Kind::Alipay) {
        return false;
    }
    // "v" before letters belongs to the word, unless the case changes or a verb stands before it.
    let single = cue.to - cue.from == 1 && text.ch(cue.from).is_ascii_alphabetic();
    if single && tight && !begins_anew(text, cue) {
        return false;
    }
    let signs = (cue.to..at).any(|at| matches!(text.ch(at), '`' | '*' | '|' | '_' | '-' | '.' | '/' | '^' | '·' | '~'));
    if single && signs && !place.strong && !cue_says_add(text, cue) {
        return false;
    }
    let Some(handle) = handle(text, at, kind, place.strong || !cue.ambiguous || text.is_chinese()) else { return false };
    if !sink.is_free(handle.from, handle.to) {
        return false;
    }
    let mixed = handle.value.bytes().any(|byte| byte.is_ascii_digit());
    let verb = cue_says_add(text, cue);
    let at_sign = text.before(at) == '@';
    let digits = handle.value.bytes().filter(u8::is_ascii_digit).count();
    let fits = if mixed {
        let clear = place.strong || verb || at_sign;
        !cue.ambiguous || place.direct && (clear || kind != Kind::Telegram && handle.value.len() >= 6 && digits >= 2)
    } else {
        let next = text.ch(handle.to);
        let ends = !(next == ' ' && text.ch(handle.to + 1).is_ascii_alphabetic()) && !text.ch(handle.to).is_ascii_alphanumeric();
        let sign = (cue.to..at).any(|at| matches!(text.ch(at), ':' | '='));
        let colon = place.strong && (text.is_chinese() || sign || kind == Kind::Wechat);
        ends && !is_word(&handle.value) && (colon || at_sign || (text.is_chinese() && place.direct && verb))
            || (at_sign && !cue.ambiguous)
            || (colon && !is_word(&handle.value) && handle.value.contains('_'))
    };
    if single && tight {
        // "Vmaple88", and nothing behind it.
        let letters = handle.value.bytes().take_while(u8::is_ascii_alphabetic).count();
        let next = text.ch(handle.to);
        let closed = next == '\0' || is_ideograph(next) || matches!(next, '\n' | ',' | '。' | '!' | '(' | ')' | '?');
        let raw = text.original.get(text.units[handle.from].start as usize..text.units[handle.to - 1].end as usize).unwrap_or("");
        if raw.bytes().any(|byte| byte.is_ascii_uppercase())
            || letters < 4
            || digits < 2
            || letters + digits < handle.value.len()
            || !closed
        {
            return false;
        }
    }
    if !fits || is_model(&handle.value) || (!place.direct && cue.ambiguous) {
        return false;
    }
    if matches!(kind, Kind::Line | Kind::Facebook | Kind::Instagram | Kind::Weibo | Kind::Douyin | Kind::Xiaohongshu | Kind::Kuaishou)
        && !place.strong
        && !at_sign
        && !mixed
    {
        return false;
    }
    let confidence = if mixed && !cue.ambiguous { 0.97 } else { 0.85 };
    put_handle(sink, cue, kind, handle, confidence);
    true
}

fn put_handle(sink: &mut Sink, cue: &CueHit, kind: Kind, handle: Handle, confidence: f32) {
    let steps = cue.steps.with(sink.text.steps(cue.from, cue.to)).with(handle.steps);
    sink.put(Found { kind, value: handle.value, from: handle.from, to: handle.to, steps, confidence });
}

/// Whether a handle begins right behind the single letter of a cue: the case changes there, or the width.
fn begins_anew(text: &Text, cue: &CueHit) -> bool {
    let letter = |at: usize| text.units.get(at).and_then(|unit| text.original[unit.start as usize..].chars().next()).unwrap_or('\0');
    let (own, next) = (letter(cue.from), letter(cue.to));
    let upper = |ch: char| matches!(ch, 'A'..='Z' | 'Ａ'..='Ｚ');
    text.is_chinese() && (upper(own) && !upper(next) || own.is_ascii() != next.is_ascii())
}

/// Whether the cue says to add somebody: "加v", "+薇", or a verb stands before it.
fn cue_says_add(text: &Text, cue: &CueHit) -> bool {
    (cue.from..cue.to).any(|at| matches!(text.ch(at), '加' | '号' | '私' | '留'))
        || text.plus_before(cue.from)
        || matches!(text.before(cue.from), '加' | '我' | '佳' | '家' | '嘉' | '添' | '系' | '搜' | '找')
}

/// Words that follow a messenger's name and are no handle.
fn is_word(value: &str) -> bool {
    const WORDS: [&str; 74] = [
        "iphone",
        "android",
        "windows",
        "harmony",
        "official",
        "account",
        "accounts",
        "moments",
        "group",
        "groups",
        "channel",
        "channels",
        "message",
        "messages",
        "number",
        "please",
        "thanks",
        "contact",
        "payment",
        "wallet",
        "mini",
        "program",
        "programs",
        "sticker",
        "stickers",
        "download",
        "update",
        "version",
        "desktop",
        "mobile",
        "service",
        "support",
        "because",
        "before",
        "friend",
        "friends",
        "people",
        "always",
        "instead",
        "anytime",
        "available",
        "whatsapp",
        "telegram",
        "wechat",
        "weixin",
        "facebook",
        "instagram",
        "messenger",
        "follow",
        "following",
        "profile",
        "business",
        "customer",
        "email",
        "private",
        "public",
        "review",
        "reviews",
        "rules",
        "users",
        "status",
        "video",
        "videos",
        "voice",
        "calls",
        "photos",
        "pictures",
        "anyone",
        "someone",
        "everyone",
        "details",
        "directly",
        "privately",
        "seriously",
    ];
    WORDS.contains(&value)
}

/// Devices and versions: "微信iphone15", "微信v8.0.49".
fn is_model(value: &str) -> bool {
    let name = value.trim_end_matches(|ch: char| ch.is_ascii_digit() || ch == '_' || ch == '-');
    matches!(
        name,
        "ivox"
            | "ivoy"
            | "ivos"
            | "apormax"
            | "ersion"
            | "iphone"
            | "ipad"
            | "android"
            | "version"
            | "ver"
            | "v"
            | "windows"
            | "win"
            | "ios"
            | "mate"
            | "app"
            | "web"
            | "pc"
            | "mac"
            | "http"
            | "https"
            | "www"
            | "covid"
            | "mp"
            | "usb"
            | "page"
            | "room"
            | "top"
            | "vip"
            | "harmonyos"
            | "build"
            | "beta"
    )
}

fn take_digits(sink: &mut Sink, cue: &CueHit, kind: Kind, place: Place, first: usize, steps: Steps) -> bool {
    let text = sink.text;
    let from = text.groups[first].from;
    if !sink.is_free(from, from + 1) {
        return false;
    }
    if number::is_service(text, first) {
        return false;
    }
    let phone = number::mobile(text, first, true).map(|(value, to, confidence)| (value, to, confidence, true)).or_else(|| {
        matches!(kind, Kind::Wechat | Kind::Whatsapp | Kind::Line | Kind::Zalo | Kind::Alipay | Kind::Telegram)
            .then(|| number::foreign(text, first).or_else(|| number::local(text, first)))
            .flatten()
            .map(|found| (found.value, found.to, found.confidence, false))
    });
    if let Some((value, to, confidence, mainland)) = phone {
        if !sink.is_free(from, to) {
            return false;
        }
        let from = if text.before(from) == '+' { from - 1 } else { from };
        let odd = text.units[from..to].iter().any(|unit| !unit.ch.is_alphanumeric() && !matches!(unit.ch, ' ' | '-' | '(' | ')' | '+'));
        let steps = if odd { steps.with(Steps::SEPARATOR) } else { steps };
        let international = if mainland { format!("+86{value}") } else { value.clone() };
        let own = match kind {
            Kind::Wechat | Kind::Alipay => Some(value),
            Kind::Whatsapp | Kind::Zalo | Kind::Line | Kind::Telegram => Some(international.clone()),
            _ => None,
        };
        if let Some(value) = own {
            sink.put(Found { kind, value, from, to, steps, confidence: confidence * 0.95 });
        }
        sink.put(Found { kind: Kind::Phone, value: international, from, to, steps, confidence });
        return true;
    }
    if !matches!(
        kind,
        Kind::Wechat
            | Kind::Qq
            | Kind::QqGroup
            | Kind::Weibo
            | Kind::Douyin
            | Kind::Xiaohongshu
            | Kind::Kuaishou
            | Kind::Alipay
            | Kind::Line
    ) {
        return false;
    }
    let single_sure = place.strong || !cue.ambiguous;
    let least = match kind {
        Kind::Qq if single_sure => 5,
        Kind::QqGroup | Kind::Qq | Kind::Wechat => 6,
        _ if place.strong => 5,
        _ if cue.ambiguous => return false,
        _ => 6,
    };
    if cue.ambiguous && !place.direct {
        return false;
    }
    let most = match kind {
        Kind::Weibo | Kind::Douyin | Kind::Xiaohongshu | Kind::Kuaishou => 12,
        Kind::Alipay => 16,
        _ => 10,
    };
    let Some((value, to, even)) = account(text, first, least, most) else { return handle_of_digits(sink, cue, kind, place, first) };
    if value.starts_with('0') || !sink.is_free(from, to) || (kind == Kind::Alipay && !(value.starts_with("2088") && value.len() == 16)) {
        return false;
    }
    if kind == Kind::Line {
        return false;
    }
    if !even && value.len() < 7 || is_calendar(&value) && !(place.strong && kind != Kind::Wechat) {
        return false;
    }
    let odd = text.units[from..to].iter().any(|unit| !unit.ch.is_alphanumeric());
    let steps = if odd { steps.with(Steps::SEPARATOR) } else { steps };
    let confidence = if cue.ambiguous { 0.85 } else { 0.95 };
    if kind == Kind::Wechat {
        sink.put(Found { kind: Kind::Qq, value: value.clone(), from, to, steps, confidence: confidence * 0.9 });
    }
    sink.put(Found { kind, value, from, to, steps, confidence });
    true
}

/// Handles of short-video accounts may begin with digits: "抖音号 88maple".
fn handle_of_digits(sink: &mut Sink, cue: &CueHit, kind: Kind, place: Place, first: usize) -> bool {
    let text = sink.text;
    if !matches!(kind, Kind::Douyin | Kind::Kuaishou | Kind::Xiaohongshu) || !place.strong {
        return false;
    }
    let Some(handle) = handle(text, text.groups[first].from, kind, true) else { return false };
    if handle.value.bytes().all(|byte| byte.is_ascii_digit()) || !sink.is_free(handle.from, handle.to) {
        return false;
    }
    put_handle(sink, cue, kind, handle, 0.85);
    true
}

fn is_calendar(value: &str) -> bool {
    let Ok(number) = value.parse::<u64>() else { return false };
    match value.len() {
        8 => (1950..=2035).contains(&(number / 10_000)) && (1..=12).contains(&(number / 100 % 100)) && (1..=31).contains(&(number % 100)),
        6 => (1990..=2035).contains(&(number / 100)) && (1..=12).contains(&(number % 100)),
        _ => false,
    }
}

/// An account number at group `first`: its digits, one past its last unit, and whether it is in one piece.
fn account(text: &Text, first: usize, least: usize, most: usize) -> Option<(String, usize, bool)> {
    let mut best: Option<(String, usize, bool)> = None;
    numbers(text, first, most, |number| {
        let last = &text.groups[number.next - 1];
        if number.count > 1 {
            let address = number.count <= 4 && number.sizes().iter().all(|size| *size <= 3);
            if number.bracketed || number.dotted && number.sizes().iter().any(|size| *size > 1) && address {
                return true;
            }
            let fragment = !text.is_counted(last.to) && !text.ch(last.to).is_ascii_alphabetic();
            // A whole number takes no more, save where all pieces are small.
            let whole = best.as_ref().is_some_and(|(value, ..)| value.len() >= 8 && number.count == 2) && last.len() >= 3;
            let date = text
                .groups
                .get(number.next)
                .is_some_and(|next| last.len() == 4 && matches!(text.link(last, next), Link::Soft('-' | '.' | '/')));
            if !fragment || whole || date {
                return true;
            }
        }
        let lone = |ch: char| ch == '\0' || ch == '\n' || is_ideograph(ch) || matches!(ch, ',' | '。' | '!' | '(' | ')');
        if number.breaks > 1 || number.breaks == 1 && !(last.len() >= 3 && lone(text.ch(last.to))) {
            return true;
        }
        let listed =
            number.listed && number.count < 3 || number.loose && number.count < 4 || number.dotted && number.count > 1 && number.count < 5;
        if number.len >= least
            && !listed
            && !text.is_counted(last.to)
            && !(text.ch(last.to).is_ascii_alphabetic() && text.gap(last.to).is_empty() && text.cue_from(last.to).is_none())
        {
            best = Some((number.text(), last.to, number.count == 1));
        }
        false
    });
    let (value, to, even) = best?;
    // A longer run of digits is something else.
    let group = &text.groups[first];
    if even && group.len() > most {
        return None;
    }
    let decimal = matches!(text.ch(to), '.' | ':') && text.ch(to + 1).is_ascii_digit();
    (!decimal).then_some((value, to, even))
}

/// Reads a handle at `at`, undoing blanks, signs and width.
fn handle(text: &Text, at: usize, kind: Kind, cued: bool) -> Option<Handle> {
    let (least, most) = match kind {
        Kind::Wechat => (6, 20),
        Kind::Telegram => (5, 32),
        Kind::Line => (4, 20),
        _ => (4, 30),
    };
    let dots = matches!(kind, Kind::Line | Kind::Facebook | Kind::Instagram | Kind::Douyin | Kind::Weibo);
    let mut chunks: Vec<(String, usize, usize)> = Vec::new();
    let (mut chunk, mut chunk_from) = (String::new(), at);
    let (mut noise, mut soft, mut unders) = (0, 0, 0);
    let mut to = at;
    while to < text.units.len() && chunk.len() <= most + 4 {
        let ch = text.ch(to);
        let next = text.ch(to + 1);
        if to > at && ends_handle(text, to) && (is_ideograph(ch) || text.before(to) == ' ') {
            break;
        }
        if to > at && text.gap(to) == "_" && text.before(to).is_ascii_digit() && ch.is_ascii_digit() {
            chunk.push('_');
            unders += 1;
        }
        if ch.is_ascii_alphanumeric() {
            chunk.push(ch);
        } else if let Some(value) = digit(ch) {
            // Chinese digits inside a handle come in rows.
            let before = text.before(to);
            let last = to > at && before.is_ascii_digit() && !next.is_alphanumeric() && next != ' ';
            let row = digit(next).is_some() || to > at && !before.is_ascii() && digit(before).is_some() || last;
            if !row || chunk.is_empty() || text.is_counted(to + 1) || text.is_counted(to + 2) && !next.is_ascii() {
                break;
            }
            chunk.push(char::from(b'0' + value));
        } else if matches!(ch, '_' | '-') && (next.is_ascii_alphanumeric() || matches!(next, '_')) {
            if ch == '_' {
                unders += 1;
            }
            chunk.push(ch);
        } else if matches!(ch, '*' | '|' | '^' | '·' | '•' | '`' | '☆' | '★' | '丶' | '~') && next.is_ascii_alphanumeric() {
            noise += 1;
        } else if ch == '.' && dots && next.is_ascii_alphanumeric() {
            chunk.push(ch);
        } else if matches!(ch, '.' | '/' | '+' | ',') && next.is_ascii_alphanumeric() {
            // Once it is a sign of its own, many times it is noise.
            let ahead = |step: usize| text.ch(to + step).is_ascii_alphanumeric();
            if soft == 0 && ahead(2) && ahead(3) && ahead(4) && repeats(text, to, ch) < 3 {
                break;
            }
            soft += 1;
        } else if ch == '\n' && chunk.len() + chunks.len() > 1 && goes_on(text, to + 1, most - chunk.len().min(most)) {
            noise += 1;
        } else if ch == ' ' && next.is_ascii_alphanumeric() {
            chunks.push((std::mem::take(&mut chunk), chunk_from, to));
            chunk_from = to + 1;
            if chunks.len() > 14 {
                break;
            }
        } else if is_emblem(text, to)
            && next.is_ascii_alphanumeric()
            && text.gap(to).is_empty()
            && text.gap(to + 1).chars().all(|ch| ch == '\u{FE0F}')
            && !leads_to_count(text, to + 1)
        {
            noise += 1;
        } else {
            break;
        }
        to += 1;
    }
    chunks.push((chunk, chunk_from, to));
    let pieces = chunks.len();
    let taken = chunks_taken(text, &chunks, least, cued);
    let mut value: String = chunks[..taken].iter().map(|(chunk, ..)| chunk.as_str()).collect();
    let mut to = chunks[taken - 1].2;
    let _ = pieces;
    if unders >= 3 && value.split('_').all(|part| part.len() <= 2) {
        value.retain(|ch| ch != '_');
    }
    if value.bytes().filter(|byte| *byte == b'-').count() >= 3 {
        value.retain(|ch| ch != '-');
        noise += 1;
    }
    while value.ends_with(['-', '_', '.']) {
        value.pop();
        to -= 1;
    }
    // "maple88-15412345678": the handle ends where a phone begins.
    if value.len() > most
        && let Some(cut) = value.find('-').filter(|cut| (least..=most).contains(cut))
        && taken == 1
        && noise == 0
        && soft == 0
    {
        value.truncate(cut);
        to = (at..to).find(|at| text.ch(*at) == '-').unwrap_or(to);
    }
    let letter_first = value.starts_with(|ch: char| ch.is_ascii_alphabetic())
        || matches!(kind, Kind::Line | Kind::Douyin | Kind::Kuaishou | Kind::Xiaohongshu);
    if !letter_first || !(least..=most).contains(&value.len()) {
        return None;
    }
    if matches!(text.ch(to), '@') || text.starts(to, ":/") || (text.ch(to) == '.' && text.ch(to + 1).is_ascii_alphanumeric() && !dots) {
        return None;
    }
    let steps = if taken > 1 || noise > 0 || soft > 0 { Steps::SEPARATOR } else { Steps::NONE };
    Some(Handle { value, from: at, to, steps })
}

/// Whether a cue that begins at `at` ends a handle before it; two letters may be a piece of one.
fn ends_handle(text: &Text, at: usize) -> bool {
    text.cue_from(at).is_some_and(|cue| {
        let latin = text.ch(cue.from).is_ascii_alphabetic();
        !latin || cue.to - cue.from >= 3 || cue.to - cue.from == 2 && (!cue.ambiguous || text.ch(cue.to) == ':')
    })
}

/// How often the sign at `at` stands in the run of letters, digits and that sign.
fn repeats(text: &Text, at: usize, sign: char) -> usize {
    (at..at + 40).map(|at| text.ch(at)).take_while(|ch| ch.is_ascii_alphanumeric() || *ch == sign).filter(|ch| *ch == sign).count()
}

/// An emoji, or a symbol that is no punctuation.
fn is_emblem(text: &Text, at: usize) -> bool {
    let Some(unit) = text.units.get(at) else { return false };
    unit.steps.has(Steps::EMOJI) && is_ideograph(unit.ch) || !unit.ch.is_alphanumeric() && !text.ch(at).is_ascii() && unit.ch != '。'
}

/// Whether digits at `at` count something: "💰8万".
fn leads_to_count(text: &Text, at: usize) -> bool {
    let end = (at..text.units.len()).find(|at| !text.ch(*at).is_ascii_alphanumeric()).unwrap_or(text.units.len());
    text.ch(at).is_ascii_digit() && text.is_counted(end)
}

/// Whether the line that begins at `at` is the end of a handle: a few letters and digits, then nothing or ideographs.
fn goes_on(text: &Text, at: usize, most: usize) -> bool {
    let len = (at..text.units.len()).take_while(|at| text.ch(*at).is_ascii_alphanumeric()).count();
    let run = &text.units[at..at + len];
    let digits = run.iter().filter(|unit| unit.ch.is_ascii_digit()).count();
    let after = text.ch(at + len);
    let closed = after == '\0' || after == '\n' || is_ideograph(after) || matches!(after, ',' | '。' | '!' | '(' | ')');
    let cue = text.cue_from(at).is_some_and(|cue| cue.to - cue.from >= 2);
    (1..=most.min(14)).contains(&len) && digits > 0 && !(digits == len && len >= 5) && closed && !cue && !text.is_counted(at + len)
}

/// How many of the blank-separated chunks are one handle.
fn chunks_taken(text: &Text, chunks: &[(String, usize, usize)], least: usize, cued: bool) -> usize {
    if chunks.len() == 1 || !cued {
        return 1;
    }
    let next = text.ch(chunks[chunks.len() - 1].2);
    let closed = next == '\0'
        || is_ideograph(next)
        || !next.is_ascii()
        || matches!(next, ',' | '!' | '(' | ')' | '\n' | '"' | '。' | '?' | ':' | '@');
    let chinese = text.is_chinese() && closed;
    let is_plain = |chunk: &str| chunk.len() >= 4 && chunk.bytes().all(|byte| byte.is_ascii_alphabetic());
    let complete = |value: &str| {
        value.len() >= least && value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let mut value = chunks[0].0.clone();
    let mut taken = 1;
    while taken < chunks.len() {
        let (chunk, from, to) = &chunks[taken];
        let cue = ends_handle(text, *from)
            || matches!(
                chunk.as_str(),
                "tel"
                    | "qq"
                    | "vx"
                    | "wx"
                    | "tg"
                    | "id"
                    | "or"
                    | "and"
                    | "call"
                    | "is"
                    | "me"
                    | "to"
                    | "for"
                    | "on"
                    | "in"
                    | "at"
                    | "the"
                    | "pls"
                    | "my"
                    | "we"
                    | "no"
                    | "if"
                    | "ok"
                    | "thx"
                    | "so"
                    | "only"
                    | "any"
                    | "dm"
                    | "pm"
            );
        if cue
            || value.len() + chunk.len() > 20
            || chunk.bytes().all(|byte| byte.is_ascii_digit()) && text.is_counted(*to)
            || (taken + 1 == chunks.len() && matches!(text.ch(*to), ':' | '@'))
        {
            break;
        }
        let digits = chunk.bytes().all(|byte| byte.is_ascii_digit());
        let join = if chinese {
            // A phone or QQ number behind a whole handle is its own.
            !(complete(&value) && (digits && chunk.len() >= 5 || is_plain(chunk)))
        } else if complete(&value) {
            chunk.len() <= 3 && chunk.bytes().any(|byte| byte.is_ascii_digit()) && taken >= 2
        } else {
            !is_plain(chunk) || value.len() < 3 && chunk.bytes().any(|byte| byte.is_ascii_digit())
        };
        if !join {
            break;
        }
        value.push_str(chunk);
        taken += 1;
    }
    taken
}

/// Reads the value right before a cue: "maple88（微信）", "99640705是QQ".
fn before(sink: &mut Sink, cue: &CueHit, kind: Kind) -> bool {
    if !matches!(kind, Kind::Wechat | Kind::Qq | Kind::Telegram | Kind::Whatsapp) || cue.from == 0 {
        return false;
    }
    let text = sink.text;
    if cue.to - cue.from == 1 && text.ch(cue.from).is_ascii_alphabetic() && (text.ch(cue.to).is_ascii_alphabetic() || !text.is_chinese()) {
        return false;
    }
    let mut at = cue.from;
    let mut steps = 0;
    let mut linked = false;
    while at > 0 && steps < 8 {
        let word = ["on", "is my", "is our", "is the", "my"]
            .into_iter()
            .find(|word| text.ends(at, word) && !text.before(at - word.len()).is_ascii_alphanumeric());
        if let Some(word) = word {
            at -= word.len();
            linked = true;
        } else if matches!(text.before(at), ' ' | '(' | '是' | '我' | '的' | '这' | '为' | '-') {
            linked |= matches!(text.before(at), '(' | '是');
            at -= 1;
        } else {
            break;
        }
        steps += 1;
    }
    let to = at;
    while at > 0
        && (text.before(at).is_ascii_alphanumeric() || matches!(text.before(at), '_') || at < to && text.before(at) == '-')
        && (at == to || text.gap(at).is_empty())
    {
        at -= 1;
    }
    if at == to || !sink.is_free(at, to) || text.is_other(at) || matches!(text.before(at), '.' | '¥' | '$' | '@' | '/' | ':') && !linked {
        return false;
    }
    let value: String = text.units[at..to].iter().map(|unit| unit.ch).collect();
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let cue_steps = cue.steps.with(text.steps(cue.from, cue.to));
    if cue.ambiguous && !linked {
        return false;
    }
    if digits {
        let Some(first) = text.group_at(at) else { return false };
        if kind == Kind::Qq && linked && (6..=10).contains(&value.len()) && !value.starts_with('0') && !is_calendar(&value) {
            sink.put(Found { kind, value, from: at, to, steps: cue_steps, confidence: 0.8 });
            return true;
        }
        if kind == Kind::Wechat && linked && number::mobile(text, first, true).is_some_and(|(_, end, _)| end == to) {
            sink.put(Found { kind, value: value.clone(), from: at, to, steps: cue_steps, confidence: 0.9 });
            sink.put(Found { kind: Kind::Phone, value: format!("+86{value}"), from: at, to, steps: cue_steps, confidence: 1.0 });
            return true;
        }
        return false;
    }
    let mixed = value.bytes().filter(u8::is_ascii_digit).count() >= 2 && value.starts_with(|ch: char| ch.is_ascii_alphabetic());
    let fits = match kind {
        Kind::Wechat => mixed && (6..=20).contains(&value.len()),
        Kind::Telegram => (5..=32).contains(&value.len()) && (mixed && linked || text.before(at) == '@'),
        _ => false,
    };
    if !fits || !linked || is_model(&value) {
        return false;
    }
    sink.put(Found { kind, value, from: at, to, steps: cue_steps, confidence: 0.8 });
    true
}

/// "微信同号": the phone beside it is a WeChat account too.
pub(super) fn same_number(sink: &mut Sink) {
    let text = sink.text;
    for cue in text.cues.iter().filter(|cue| cue.kind == CueKind::Same) {
        let (from, to) = (text.units[cue.from].start, text.units[cue.to - 1].end);
        let near = |mention: &super::Mention| {
            let gap = if mention.span.end <= from { from - mention.span.end } else { mention.span.start.saturating_sub(to) };
            mention.field == text.field && mention.kind == Kind::Phone && gap <= 24
        };
        let Some(phone) = sink.out.iter().rev().find(|mention| near(mention)).cloned() else { continue };
        let value = phone.value.strip_prefix("+86").unwrap_or(&phone.value).to_owned();
        let known =
            sink.out.iter().any(|mention| mention.kind == Kind::Wechat && mention.span == phone.span && mention.field == phone.field);
        if !known {
            sink.out.push(super::Mention { kind: Kind::Wechat, value, confidence: phone.confidence * 0.9, ..phone });
        }
    }
}
