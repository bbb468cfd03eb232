//! Numbers that say what they are by their shape: papers, cards, phones.
//!
//! Start reading at [`papers`] and [`phones`].

use super::scan::{Link, Region, Text};
use super::{Found, Kind, Sink};
use crate::pack::CueKind;
use crate::text::Steps;

/// Digits of neighbouring groups read as one number.
pub(super) struct Number {
    /// One past the last group.
    pub next: usize,
    pub digits: [u8; 24],
    pub len: usize,
    /// Sizes of the groups.
    pub sizes: [u8; 24],
    pub count: usize,
    /// Whether a comma, slash or line break stands inside.
    pub loose: bool,
    /// Whether a symbol that means nothing stands inside.
    pub noisy: bool,
    /// Whether a blank stands inside.
    pub spaced: bool,
    /// Whether a dot stands inside.
    pub dotted: bool,
    /// Whether a sign of lists stands inside.
    pub listed: bool,
    /// Whether a bracket stands inside.
    pub bracketed: bool,
    /// Line breaks inside.
    pub breaks: u8,
}

impl Number {
    pub fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    pub fn sizes(&self) -> &[u8] {
        &self.sizes[..self.count]
    }

    pub fn text(&self) -> String {
        text(self.digits())
    }

    fn push(&mut self, digits: &[u8]) -> bool {
        let Some(room) = self.digits.get_mut(self.len..self.len + digits.len()) else { return false };
        if self.count >= self.sizes.len() {
            return false;
        }
        room.copy_from_slice(digits);
        self.len += digits.len();
        self.sizes[self.count] = digits.len() as u8;
        self.count += 1;
        true
    }
}

pub(super) fn text(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// The numbers that begin at group `first`, shortest first; stops where the groups are not joined, or after `most` digits.
pub(super) fn numbers(text: &Text, first: usize, most: usize, mut take: impl FnMut(&Number) -> bool) {
    let mut number = Number {
        next: first,
        digits: [0; 24],
        len: 0,
        sizes: [0; 24],
        count: 0,
        loose: false,
        noisy: false,
        spaced: false,
        dotted: false,
        listed: false,
        bracketed: false,
        breaks: 0,
    };
    loop {
        let group = &text.groups[number.next];
        if !number.push(text.digits_of(group)) || number.len > most {
            return;
        }
        number.next += 1;
        if take(&number) {
            return;
        }
        let Some(following) = text.groups.get(number.next) else { return };
        match text.link(group, following) {
            Link::None => return,
            Link::Newline => number.breaks += 1,
            Link::Soft('、') => number.listed = true,
            Link::Soft(',' | '/') => number.loose = true,
            Link::Noise => number.noisy = true,
            Link::Space => number.spaced = true,
            Link::Soft('.') => number.dotted = true,
            Link::Soft('(') => number.bracketed = true,
            Link::Soft(_) => {}
        }
    }
}

/// Resident cards, birth certificates and bank cards; they come first, so that nothing of them is read as something else.
pub(super) fn papers(sink: &mut Sink) {
    let text = sink.text;
    if text.groups.iter().map(|group| group.len()).sum::<usize>() < 9 {
        return;
    }
    for first in 0..text.groups.len() {
        let from = text.groups[first].from;
        if !sink.is_free(from, from + 1) {
            continue;
        }
        if let Some(found) = resident_id(text, first).or_else(|| bank_card(text, first)).or_else(|| birth_certificate(text, first)) {
            sink.put(found);
        }
    }
}

/// Joined by more than a blank to a number before it.
fn continues(text: &Text, first: usize) -> bool {
    let Some(before) = first.checked_sub(1) else { return false };
    matches!(text.link(&text.groups[before], &text.groups[first]), Link::Soft('-' | '.') | Link::Noise)
}

fn continued(text: &Text, next: usize) -> bool {
    next < text.groups.len() && matches!(text.link(&text.groups[next - 1], &text.groups[next]), Link::Soft('-' | '.') | Link::Noise)
}

fn letter_before(text: &Text, from: usize) -> bool {
    text.before(from).is_ascii_alphabetic() && text.gap(from).is_empty() && text.cue_before(from, 0, |_| true).is_none()
}

fn letter_after(text: &Text, to: usize) -> bool {
    text.ch(to).is_ascii_alphabetic() && text.gap(to).is_empty() && text.cue_from(to).is_none()
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    (1900..=2035).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn is_region(digits: &[u8]) -> bool {
    let code = digits[0] * 10 + digits[1];
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + u32::from(*digit))
}

fn resident_id(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    if letter_before(text, from) || continues(text, first) {
        return None;
    }
    let cue = text.cue_before(from, 20, |cue| cue.kind == CueKind::Is(Kind::ResidentId)).is_some();
    let mut found = None;
    numbers(text, first, 18, |number| {
        let digits = number.digits();
        let to = text.groups[number.next - 1].to;
        if number.len == 15
            && cue
            && !continued(text, number.next)
            && is_region(digits)
            && is_date(1900 + value(&digits[6..8]), value(&digits[8..10]), value(&digits[10..12]))
        {
            found = Some((number.text(), to, 0.9));
        }
        if number.len != 17 && number.len != 18 {
            return false;
        }
        if !is_region(digits) || !is_date(value(&digits[6..10]), value(&digits[10..12]), value(&digits[12..14])) {
            return false;
        }
        let check = {
            const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 = digits[..17].iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
            b"10X98765432"[(sum % 11) as usize]
        };
        let (end, last) = if number.len == 18 {
            (to, b'0' + digits[17])
        } else {
            let Some(end) = letter_x(text, to) else { return false };
            (end, b'X')
        };
        if letter_after(text, end) || (number.len == 18 && continued(text, number.next)) {
            return false;
        }
        let sure = last == check;
        if sure || cue || number.sizes().iter().all(|size| *size == 1) || number.count <= 3 {
            let mut written = super::number::text(&digits[..17]);
            written.push(char::from(last));
            found = Some((written, end, if sure { 1.0 } else { 0.9 }));
        }
        true
    });
    let (value, to, confidence) = found?;
    Some(Found { kind: Kind::ResidentId, value, from, to, steps: grouped(text, from, to), confidence })
}

/// One past an X that closes a card number, perhaps behind a symbol.
fn letter_x(text: &Text, at: usize) -> Option<usize> {
    let skip = usize::from(!text.ch(at).is_alphanumeric() && text.ch(at) != '\n');
    (text.ch(at + skip) == 'x').then_some(at + skip + 1)
}

/// The step of a number that is cut up by more than blanks and dashes.
fn grouped(text: &Text, from: usize, to: usize) -> Steps {
    let odd = text.units[from..to].iter().any(|unit| !unit.ch.is_alphanumeric() && !matches!(unit.ch, ' ' | '-' | '(' | ')' | '+'));
    if odd { Steps::SEPARATOR } else { Steps::NONE }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { u32::from(digit * 2 / 10 + digit * 2 % 10) } else { u32::from(*digit) })
        .sum();
    sum.is_multiple_of(10)
}

fn bank_card(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    if letter_before(text, from) || continues(text, first) || text.is_other(from) {
        return None;
    }
    let cue = text.cue_before(from, 24, |cue| cue.kind == CueKind::Is(Kind::BankCard)).is_some();
    let mut found = None;
    numbers(text, first, 19, |number| {
        let digits = number.digits();
        let to = text.groups[number.next - 1].to;
        let union = digits.starts_with(&[6, 2]) && number.len >= 16;
        let other = cue && number.len >= 15 && matches!(digits[0], 3..=6);
        if (union || other)
            && !number.loose
            && luhn(digits)
            && !letter_after(text, to)
            && !continued(text, number.next)
            && !text.is_counted(to)
        {
            let even =
                number.count == 1 || number.sizes().iter().all(|size| *size == 1) || number.sizes().iter().all(|size| *size >= 3) || cue;
            if even {
                found = Some((number.text(), to));
            }
        }
        false
    });
    let (value, to) = found?;
    Some(Found { kind: Kind::BankCard, value, from, to, steps: grouped(text, from, to), confidence: if cue { 1.0 } else { 0.9 } })
}

/// A letter and nine digits in a text about papers.
fn birth_certificate(text: &Text, first: usize) -> Option<Found> {
    let group = &text.groups[first];
    let at = group.from.checked_sub(1)?;
    let at = if matches!(text.ch(at), ' ' | '-' | '*' | '.') { at.checked_sub(1)? } else { at };
    if !text.ch(at).is_ascii_alphabetic() || text.before(at).is_ascii_alphanumeric() {
        return None;
    }
    // Where papers are spoken of, such a number is masked whatever else it may be called.
    text.cues.iter().find(|cue| cue.kind == CueKind::Is(Kind::BirthCertificate))?;
    let mut found = None;
    numbers(text, first, 9, |number| {
        let to = text.groups[number.next - 1].to;
        if number.len == 9 && !number.loose && !letter_after(text, to) && !continued(text, number.next) {
            found = Some((number.text(), to));
        }
        false
    });
    let (digits, to) = found?;
    let value = format!("{}{digits}", text.ch(at).to_ascii_uppercase());
    Some(Found { kind: Kind::BirthCertificate, value, from: at, to, steps: grouped(text, at, to), confidence: 0.95 })
}

/// How sure a mainland mobile number is assigned, by its prefix; source: network codes of the ministry, March 2023.
fn mobile_confidence(digits: &[u8], test_numbers: bool) -> Option<f32> {
    if digits.len() != 11 || digits[0] != 1 {
        return None;
    }
    match (digits[1], digits[2], digits[3]) {
        (3 | 8, ..) => Some(1.0),
        (4, 5..=9, _) => Some(1.0),
        (5, 4, _) | (6, 3 | 8, _) | (7, 9, _) => test_numbers.then_some(1.0),
        (5, ..) => Some(1.0),
        (6, 2 | 5 | 6 | 7, _) | (6, 1, 9) => Some(1.0),
        (7, 0..=3 | 5..=8, _) | (7, 4, 0..=2 | 9) => Some(1.0),
        (9, 0..=3 | 5..=9, _) => Some(1.0),
        (6, 4 | 9, _) | (9, 4, _) => Some(0.7),
        _ => None,
    }
}

/// The eleven digits of a mainland mobile number, without country code and trunk zero.
fn strip_mainland(digits: &[u8]) -> &[u8] {
    match digits {
        [0, 0, 8, 6, rest @ ..] | [8, 6, rest @ ..] if rest.len() == 11 => rest,
        [0, rest @ ..] if rest.len() == 11 => rest,
        _ => digits,
    }
}

/// A mainland mobile number that begins at group `first`: eleven digits, place and confidence.
pub(super) fn mobile(text: &Text, first: usize, cued: bool) -> Option<(String, usize, f32)> {
    let from = text.groups[first].from;
    let test_numbers = text.extractor.options.test_numbers;
    let mut found = None;
    numbers(text, first, 15, |number| {
        if number.len < 11 {
            return false;
        }
        let digits = strip_mainland(number.digits());
        let Some(confidence) = mobile_confidence(digits, test_numbers) else { return number.len >= 15 };
        let prefix = number.len - digits.len();
        if prefix == 1 && number.sizes[0] == 1 && number.dotted && number.count == 2 {
            return true;
        }
        let to = text.groups[number.next - 1].to;
        let sizes: &[u8] = match number.sizes() {
            [first, rest @ ..] if prefix > 0 && usize::from(*first) == prefix => rest,
            sizes => sizes,
        };
        let next = text.groups.get(number.next).filter(|_| continued(text, number.next));
        let regular = match sizes {
            [11]
            | [13]
            | [15]
            | [12]
            | [3, 4, 4]
            | [3, 8]
            | [7, 4]
            | [4, 4, 3]
            | [4, 3, 4]
            | [3, 3, 5]
            | [5, 6]
            | [6, 5]
            | [3, 4, 2, 2]
            | [3, 2, 2, 2, 2]
            | [2, 3, 3, 3] => true,
            sizes => sizes.iter().all(|size| *size == 1),
        };
        let joined = sizes.len() > 1 && next.is_some();
        let dated = sizes.len() > 1 && sizes[0] == 4 && sizes[1] <= 2 && digits[1] == 9 && !cued;
        // A group that begins with zero counts nothing, and a long chain of one sign is no list.
        let zero = {
            let mut to = number.len - sizes.iter().map(|size| usize::from(*size)).sum::<usize>();
            let mut is_first = true;
            sizes.iter().any(|size| {
                let from = to;
                to += usize::from(*size);
                !std::mem::take(&mut is_first) && *size >= 2 && number.digits()[from] == 0
            })
        };
        let chain = sizes.len() >= 5 && !number.spaced && !number.dotted && number.breaks == 0;
        let breaks = number.breaks == 0 || number.breaks == 1 && (sizes.len() == 2 || cued);
        let listed = number.listed && sizes.len() < 4 || number.bracketed && prefix == 0 && text.before(from) != '(';
        let many = sizes.len() >= 6 && sizes.contains(&1) && sizes.contains(&3) && !number.loose;
        let irregular = !dated
            && (!number.loose || sizes.len() >= 4 && cued)
            && breaks
            && (cued || zero || chain || many || sizes.iter().any(|size| *size >= 4) || number.noisy);
        let apart = sizes.len() == 1
            || !text.groups.get(number.next).is_some_and(|next| {
                // A row of like numbers is a table, not a phone.
                next.len() <= 2 && sizes.iter().all(|size| *size <= 2) && text.link(&text.groups[number.next - 1], next) != Link::None
            });
        if (regular || irregular)
            && !listed
            && apart
            && !joined
            && !(next.is_some() && !cued)
            && !letter_after(text, to)
            && !text.is_counted(to)
        {
            found = Some((super::number::text(digits), to, if regular { confidence } else { confidence * 0.85 }));
            return true;
        }
        number.len >= 15
    });
    let (value, to, confidence) = found?;
    let bad_left = (letter_before(text, from) || matches!(text.before(from), '¥' | '$' | '€' | '£' | '%')) && text.gap(from).is_empty();
    let after_zero = text.before(from) == '.' && from >= 2 && text.ch(from - 2).is_ascii_digit();
    (!bad_left && !after_zero && !(continues(text, first) && !cued)).then_some((value, to, confidence))
}

/// Phones of all countries that are still free.
pub(super) fn phones(sink: &mut Sink) {
    let text = sink.text;
    let mut first = 0;
    while first < text.groups.len() {
        let group = &text.groups[first];
        first += 1;
        let index = first - 1;
        if !sink.is_free(group.from, group.from + 1) || text.is_other(group.from) {
            continue;
        }
        let found = foreign(text, index).or_else(|| mainland(text, index)).or_else(|| landline(text, index)).or_else(|| local(text, index));
        if let Some(found) = found.filter(|found| sink.is_free(found.from, found.to)) {
            while first < text.groups.len() && text.groups[first].from < found.to {
                first += 1;
            }
            sink.put(found);
        }
    }
}

fn contact_cue(text: &Text, from: usize, window: usize) -> bool {
    let phone = |kind| {
        matches!(kind, CueKind::Is(Kind::Phone | Kind::Wechat | Kind::Whatsapp | Kind::Zalo | Kind::Alipay | Kind::Line | Kind::Telegram))
    };
    text.cue_before(from, window, |cue| phone(cue.kind)).is_some()
}

pub(super) fn mainland(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    let (value, to, confidence) = mobile(text, first, contact_cue(text, from, 16))?;
    let from = with_plus(text, from);
    Some(Found { kind: Kind::Phone, value: format!("+86{value}"), from, to, steps: grouped(text, from, to), confidence })
}

/// The place of a plus that belongs to the number at `from`, where it is a unit; else `from`.
fn with_plus(text: &Text, from: usize) -> usize {
    match text.before(from) {
        '+' => from - 1,
        '(' if from >= 2 && text.ch(from - 2) == '+' => from - 2,
        _ => from,
    }
}

/// Country codes with the fewest and most digits of a national number.
const COUNTRIES: [(u16, usize, usize); 92] = [
    (1, 10, 10),
    (7, 10, 10),
    (20, 9, 10),
    (27, 9, 9),
    (30, 10, 10),
    (31, 9, 9),
    (32, 8, 9),
    (33, 9, 9),
    (34, 9, 9),
    (36, 8, 9),
    (39, 9, 10),
    (40, 9, 9),
    (41, 9, 9),
    (43, 9, 12),
    (44, 9, 10),
    (45, 8, 8),
    (46, 7, 10),
    (47, 8, 8),
    (48, 9, 9),
    (49, 9, 11),
    (51, 9, 9),
    (52, 10, 10),
    (53, 8, 8),
    (54, 10, 11),
    (55, 10, 11),
    (56, 9, 9),
    (57, 10, 10),
    (58, 10, 10),
    (60, 8, 10),
    (61, 9, 9),
    (62, 9, 12),
    (63, 10, 10),
    (64, 8, 10),
    (65, 8, 8),
    (66, 9, 9),
    (81, 9, 10),
    (82, 8, 10),
    (84, 9, 10),
    (90, 10, 10),
    (91, 10, 10),
    (92, 10, 10),
    (93, 9, 9),
    (94, 9, 9),
    (95, 8, 10),
    (98, 10, 10),
    (212, 9, 9),
    (213, 9, 9),
    (216, 8, 8),
    (221, 9, 9),
    (225, 10, 10),
    (233, 9, 9),
    (234, 10, 10),
    (237, 9, 9),
    (243, 9, 9),
    (244, 9, 9),
    (250, 9, 9),
    (251, 9, 9),
    (254, 9, 9),
    (255, 9, 9),
    (256, 9, 9),
    (258, 9, 9),
    (260, 9, 9),
    (263, 9, 9),
    (351, 9, 9),
    (353, 9, 9),
    (358, 7, 11),
    (359, 8, 9),
    (370, 8, 8),
    (371, 8, 8),
    (373, 8, 8),
    (374, 8, 8),
    (375, 9, 9),
    (380, 9, 9),
    (381, 8, 9),
    (385, 8, 9),
    (420, 9, 9),
    (421, 9, 9),
    (852, 8, 8),
    (853, 8, 8),
    (855, 8, 9),
    (856, 9, 10),
    (880, 10, 10),
    (886, 8, 9),
    (960, 7, 7),
    (961, 7, 8),
    (962, 9, 9),
    (964, 10, 10),
    (966, 9, 9),
    (971, 9, 9),
    (977, 10, 10),
    (992, 9, 9),
    (995, 9, 9),
];

/// The national digits of a number that begins with a country code, and the code.
fn split_country(digits: &[u8]) -> Option<(u16, &[u8])> {
    (1..=3).rev().filter(|len| digits.len() > *len).find_map(|len| {
        let code = value(&digits[..len]) as u16;
        let (_, least, most) = COUNTRIES.iter().find(|(known, ..)| *known == code)?;
        let mut national = &digits[len..];
        if national.first() == Some(&0) && code != 39 {
            national = &national[1..];
        }
        (*least..=*most).contains(&national.len()).then_some((code, national))
    })
}

/// A number with its country code, behind a plus or two zeros.
pub(super) fn foreign(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    let plus =
        text.plus_before(from) || (text.before(from) == '(' && from >= 2 && (text.ch(from - 2) == '+' || text.plus_before(from - 1)));
    let head = text.digits_of(&text.groups[first]);
    // Without a plus: two zeros, or a code of its own in front, as in "852 5123 4567".
    let zeros = head.starts_with(&[0, 0]) && head.len() >= 3;
    let bare = matches!(head, [8, 5, 2 | 3] | [8, 8, 6]) || matches!(head, [8, 5, 2 | 3, 4..=9, ..]) && head.len() == 11;
    let bracketed = matches!(text.before(from), '(') && matches!(text.ch(text.groups[first].to), ')') && bare;
    let near = contact_cue(text, from, 12);
    // "whatsapp 447700900123".
    let messenger = text.cue_before(from, 4, |cue| matches!(cue.kind, CueKind::Is(Kind::Whatsapp | Kind::Zalo | Kind::Line))).is_some();
    let cued = (messenger || near && !text.is_chinese())
        && head.len() >= 11
        && !head.starts_with(&[0])
        && mobile_confidence(head, true).is_none()
        && head.len() <= 13
        && !head.starts_with(&[8, 6])
        && !head.starts_with(&[1]);
    if !plus && !zeros && !bracketed && !(bare && (near || head.len() == 3)) && !cued {
        return None;
    }
    if letter_before(text, with_plus(text, from)) && !near {
        return None;
    }
    let mut found = None;
    numbers(text, first, 17, |number| {
        let digits = if zeros { &number.digits()[2..] } else { number.digits() };
        if digits.len() < 8 {
            return false;
        }
        let to = text.groups[number.next - 1].to;
        if digits.starts_with(&[8, 6]) && digits.len() == 13 {
            return true; // read by `mainland`
        }
        // "+15412345678" behind a Chinese word is a mainland number with a plus for "add".
        if number.count == 1 && digits.len() == 11 && mobile_confidence(digits, true).is_some() && (text.is_chinese() || !plus) {
            return true;
        }
        if number.loose && number.count > 1 && !number.digits[..1].is_empty() && !plus {
            return true;
        }
        if let Some((code, national)) = split_country(digits) {
            let ok = match code {
                1 => national[0] >= 2 && national[3] >= 2,
                852 => matches!(national[0], 2..=9),
                853 => matches!(national[0], 2 | 6 | 8),
                _ => true,
            };
            let ragged = text.groups.get(number.next).is_some_and(|next| {
                text.link(&text.groups[number.next - 1], next) != Link::None && next.len() >= 3 && number.count > 1 && digits.len() < 10
            });
            if ok && !letter_after(text, to) && !text.is_counted(to) && !ragged {
                found = Some((code, super::number::text(national), to));
            }
        }
        digits.len() >= 15
    });
    let (code, national, to) = found?;
    let from = with_plus(text, from);
    Some(Found {
        kind: Kind::Phone,
        value: format!("+{code}{national}"),
        from,
        to,
        steps: grouped(text, from, to),
        confidence: if plus { 1.0 } else { 0.85 },
    })
}

/// Whether a service number such as 400-100-0123 begins at group `first`.
pub(super) fn is_service(text: &Text, first: usize) -> bool {
    matches!(text.digits_of(&text.groups[first]), [4 | 8, 0, 0]) && landline(text, first).is_some()
}

/// Mainland landlines and 400 and 800 numbers.
fn landline(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    if letter_before(text, from) || continues(text, first) {
        return None;
    }
    let cue = text.cue_before(from, 14, |cue| cue.kind == CueKind::Is(Kind::Phone)).is_some();
    let mut found = None;
    numbers(text, first, 16, |number| {
        let mut digits = number.digits();
        let to = text.groups[number.next - 1].to;
        let mut sizes = number.sizes();
        let mut national = [0; 24];
        if let [8, 6, rest @ ..] = digits
            && text.plus_before(from)
            && sizes.len() > 1
        {
            let zero = usize::from(rest.first() != Some(&0));
            national[zero..zero + rest.len()].copy_from_slice(rest);
            digits = &national[..zero + rest.len()];
            sizes = &sizes[1..];
        }
        if letter_after(text, to) || text.is_counted(to) || number.loose || continued(text, number.next) && number.len < 10 {
            return false;
        }
        let free = matches!(digits, [4 | 8, 0, 0, ..]) && digits.len() == 10 && (matches!(sizes, [3, 3, 4] | [3, 4, 3]) || cue);
        if free && !continued(text, number.next) {
            found = Some((super::number::text(digits), to));
            return true;
        }
        let area = match digits {
            [0, 1, 0, ..] | [0, 2, 0..=5 | 7..=9, ..] => 3,
            [0, 3..=9, ..] if digits.len() >= 4 => 4,
            _ => return digits.len() >= 12,
        };
        let rest = digits.len().saturating_sub(area);
        let fits = (area == 3 && rest == 8) || (area == 4 && (rest == 7 || rest == 8));
        // The area stands apart, or a cue says what the number is.
        let apart = usize::from(sizes[0]) == area || (digits.as_ptr() == national.as_ptr() && usize::from(sizes[0]) + 1 == area);
        if fits
            && digits[area] >= 2
            && (apart && (!number.spaced || cue) || cue && text.region() == Region::China)
            && !continued(text, number.next)
        {
            found = Some((format!("+86{}", super::number::text(&digits[1..])), to));
            return true;
        }
        false
    });
    let (value, to) = found?;
    Some(Found {
        kind: Kind::Landline,
        value,
        from: with_plus(text, from),
        to,
        steps: grouped(text, from, to),
        confidence: if cue { 1.0 } else { 0.9 },
    })
}

/// Numbers without a country code; the cue and the shape say which country.
pub(super) fn local(text: &Text, first: usize) -> Option<Found> {
    let from = text.groups[first].from;
    if letter_before(text, from) || continues(text, first) || matches!(text.before(from), '¥' | '$' | '€' | '£' | '₦' | '₱' | '₹')
    {
        return None;
    }
    let cue = contact_cue(text, from, 12);
    let region = text.region();
    let mut found = None;
    numbers(text, first, 13, |number| {
        let digits = number.digits();
        if digits.len() < 8 {
            return false;
        }
        let to = text.groups[number.next - 1].to;
        if letter_after(text, to) || text.is_counted(to) || number.loose && !cue {
            return false;
        }
        let alone =
            text.groups.get(number.next).is_none_or(|next| text.link(&text.groups[number.next - 1], next) == Link::None || next.len() > 5)
                || number.sizes().len() > 1;
        let sizes = number.sizes();
        let dashed = number.count > 1 && !number.spaced && !number.noisy && !continued(text, number.next);
        let bracket = text.before(from) == '(';
        let us = digits.len() == 10 && digits[0] >= 2 && digits[3] >= 2;
        let code = match digits {
            [..] if us && matches!(sizes, [3, 3, 4]) && (dashed && !dotted(text, from, to) || bracket || cue) => Some((1, digits)),
            [6..=9, ..] if digits.len() == 10 && cue && region == Region::India => Some((91, digits)),
            [6..=9, ..] if cue && matches!(sizes, [5, 5]) => Some((91, digits)),
            [..] if us && cue && region == Region::Unknown && number.count == 1 => Some((1, digits)),
            [0, 7, ..] if cue && digits.len() == 10 && matches!(region, Region::Unknown | Region::EastAfrica) => Some((254, &digits[1..])),
            [0, 1, ..] if cue && digits.len() == 10 && region == Region::EastAfrica => Some((254, &digits[1..])),
            [0, 3 | 5 | 7 | 8 | 9, ..] if cue && digits.len() == 10 && region == Region::Vietnam => Some((84, &digits[1..])),
            [0, 9, ..] if cue && digits.len() == 11 && matches!(region, Region::Philippines | Region::Unknown) => Some((63, &digits[1..])),
            [0, 9, ..]
                if digits.len() == 10
                    && matches!(region, Region::China)
                    && (cue || text.ends(from, "台湾"))
                    && matches!(sizes, [10] | [4, 3, 3] | [4, 6]) =>
            {
                Some((886, &digits[1..]))
            }
            [0, 8, ..] if cue && (10..=13).contains(&digits.len()) && region == Region::Indonesia => Some((62, &digits[1..])),
            [0, 1, ..] if cue && (10..=11).contains(&digits.len()) && region == Region::Indonesia => Some((60, &digits[1..])),
            [0, 7, 0..=9, ..] if digits.len() == 11 && region == Region::Unknown && (cue || matches!(sizes, [5, 6] | [5, 3, 3])) => {
                Some((44, &digits[1..]))
            }
            [0, 8 | 9, 0 | 1, ..] if cue && digits.len() == 11 && region == Region::Unknown => Some((234, &digits[1..])),
            [4..=9, ..] if digits.len() == 8 && (text.ends(from, "香港") || text.ends(from, "香港电话") || text.ends(from, "香港:")) => {
                Some((852, digits))
            }
            _ => None,
        };
        if let Some((code, national)) = code.filter(|_| alone) {
            found = Some((format!("+{code}{}", super::number::text(national)), to));
        }
        found.is_some()
    });
    let (value, to) = found?;
    Some(Found { kind: Kind::Phone, value, from, to, steps: grouped(text, from, to), confidence: 0.85 })
}

fn dotted(text: &Text, from: usize, to: usize) -> bool {
    text.units[from..to].iter().any(|unit| unit.ch == '.')
}

/// Whether `digits` are an assigned mainland mobile number.
pub(super) fn is_mobile(digits: &str, test_numbers: bool) -> bool {
    let digits: Vec<u8> = digits.bytes().map(|byte| byte - b'0').collect();
    mobile_confidence(&digits, test_numbers).is_some()
}
