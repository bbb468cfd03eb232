//! Contacts in pieces: a half in the nickname, a half in the text, or in two messages of one author.
//!
//! Start reading at [`Extractor::join_parts`].

use super::scan::{CueHit, Scan, Text, digit};
use super::{Extractor, Kind, Mention, Part, Scratch};
use crate::pack::CueKind;
use crate::text::{Folded, Steps, is_ideograph};
use crate::units::{Field, Span};

/// One post of a thread, for [`Extractor::join_parts`].
#[derive(Clone, Copy)]
pub struct PostFields<'a> {
    /// Where it was published.
    pub source: &'a str,
    /// Its id there.
    pub id: &'a str,
    /// Who wrote it.
    pub author_id: Option<&'a str>,
    /// Its fields, original and folded.
    pub fields: &'a [(Field, &'a str, &'a Folded)],
}

/// A piece of a value.
#[derive(Clone, Debug)]
struct Piece {
    kind: Option<Kind>,
    value: String,
    field: Field,
    span: Span,
    raw: String,
    steps: Steps,
}

/// What a field has to offer and to ask for.
#[derive(Default)]
struct Pieces {
    /// Last words of the field: a cue and the start of a value.
    open: Option<Piece>,
    /// The end of the field, whatever stands before it.
    tail: Option<Piece>,
    /// What follows a word such as "后面接".
    rest: Option<Piece>,
    /// Whether the field says that a piece stands elsewhere.
    asks: bool,
    /// A piece that stands where the first half is asked for: "前面99640".
    head: Option<Piece>,
    /// The channel that the field names.
    channel: Option<Kind>,
    /// The whole field is a piece.
    bare: Option<Piece>,
}

impl Extractor {
    /// Joins the pieces of contacts that one author spread over the fields and messages of a thread.
    ///
    /// `posts` stand in the order of the thread, `mentions` beside them as [`Extractor::extract`] left them. A mention
    /// that turns out to be a piece is taken out; the whole is written to the post that holds its last piece.
    pub fn join_parts(&self, posts: &[PostFields], mentions: &mut [Vec<Mention>], scratch: &mut Scratch) {
        for last in 1..posts.len() {
            let Some(author) = posts[last].author_id else { continue };
            let body = |post: &PostFields| post.fields.iter().position(|(field, ..)| *field == Field::Text);
            let Some(own) = body(&posts[last]) else { continue };
            if posts[last].fields[own].2.units.len() > 60 {
                continue;
            }
            let earlier =
                (0..last).rev().filter(|index| posts[*index].author_id == Some(author) && posts[*index].source == posts[last].source);
            let second = self.pieces(posts[last].fields[own], &mut scratch.scan);
            for index in earlier.take(3) {
                let Some(other) = body(&posts[index]) else { continue };
                let first = self.pieces(posts[index].fields[other], &mut scratch.scan);
                let rest = second.rest.clone();
                let joined = match (&first.open, rest.or_else(|| second.bare.clone())) {
                    (Some(open), Some(rest)) => {
                        let sure = second.rest.is_some() || first.asks;
                        whole(open.kind, &open.value, &rest.value, self, sure).map(|values| (open.clone(), rest, values))
                    }
                    _ => None,
                };
                let Some((open, rest, values)) = joined else { continue };
                mentions[index].retain(|mention| !(mention.field == open.field && overlaps(mention.span, open.span)));
                mentions[last].retain(|mention| !(mention.field == rest.field && overlaps(mention.span, rest.span)));
                let post = Some((posts[index].source.to_owned(), posts[index].id.to_owned()));
                for (kind, value) in values {
                    let parts = vec![
                        Part { post: post.clone(), field: open.field, span: open.span },
                        Part { post: None, field: rest.field, span: rest.span },
                    ];
                    mentions[last].push(Mention {
                        kind,
                        value,
                        raw: rest.raw.clone(),
                        field: rest.field,
                        span: rest.span,
                        steps: open.steps.with(rest.steps).with(Steps::PARTS),
                        confidence: 0.8,
                        parts,
                    });
                }
                mentions[last].sort_by_key(|mention| (mention.field, mention.span, mention.kind));
                break;
            }
        }
    }

    /// Joins pieces that stand in two fields of one post, or in two places of one field.
    pub(super) fn join_fields(&self, fields: &[(Field, &str, &Folded)], scratch: &mut Scratch, first: usize, out: &mut Vec<Mention>) {
        let Some(&body) = fields.iter().find(|(field, ..)| *field == Field::Text) else { return };
        let alone = fields.iter().all(|(field, _, folded)| *field == Field::Text || folded.units.is_empty());
        if alone || !self.speaks_of_pieces(body.1, &body.2.units) {
            return;
        }
        let text = self.pieces(body, &mut scratch.scan);
        if text.rest.is_none() && !text.asks {
            return;
        }
        for &other in fields.iter().filter(|(field, ..)| *field != Field::Text) {
            let name = self.pieces(other, &mut scratch.scan);
            let name_piece = name.open.clone().or_else(|| name.tail.clone());
            let (open, rest) = match (&text.rest, &text.head, name_piece) {
                (Some(rest), _, Some(piece)) => (piece, rest.clone()),
                (None, Some(head), Some(piece)) => (head.clone(), piece),
                _ => continue,
            };
            let kind = open.kind.or(rest.kind).or(text.channel).or(name.channel);
            let Some(values) = whole(kind, &open.value, &rest.value, self, true) else { continue };
            let mut index = 0;
            out.retain(|mention| {
                index += 1;
                index <= first || ![&open, &rest].iter().any(|piece| piece.field == mention.field && overlaps(mention.span, piece.span))
            });
            for (kind, value) in values {
                out.push(Mention {
                    kind,
                    value,
                    raw: rest.raw.clone(),
                    field: rest.field,
                    span: rest.span,
                    steps: open.steps.with(rest.steps).with(Steps::PARTS),
                    confidence: 0.85,
                    parts: [&open, &rest].map(|piece| Part { post: None, field: piece.field, span: piece.span }).to_vec(),
                });
            }
            return;
        }
    }

    fn pieces(&self, (field, original, folded): (Field, &str, &Folded), scan: &mut Scan) -> Pieces {
        let units = &folded.units;
        if units.is_empty() {
            return Pieces::default();
        }
        scan.read(self, original, units);
        let Scan { cues, groups, digits, .. } = scan;
        let text = Text { extractor: self, field, original, units, cues, groups, digits, chinese: super::scan::is_chinese(units) };
        let channel = |cue: &CueHit| match cue.kind {
            CueKind::Is(kind @ (Kind::Qq | Kind::Wechat | Kind::Phone | Kind::QqGroup | Kind::Telegram)) => Some(kind),
            _ => None,
        };
        let mut pieces = Pieces { channel: cues.iter().find_map(channel), ..Pieces::default() };
        for cue in cues.iter() {
            match cue.kind {
                CueKind::Rest => {
                    pieces.asks = true;
                    if let Some(piece) = piece_behind(&text, cue.to, None) {
                        pieces.rest = Some(piece);
                    }
                }
                CueKind::First => {
                    pieces.asks = true;
                    if let Some(piece) = piece_behind(&text, cue.to, None).filter(|_| pieces.rest.is_none()) {
                        if text.ch(cue.from) == '前' || text.ch(cue.from) == '上' {
                            pieces.head = Some(piece);
                        } else {
                            pieces.rest = Some(piece);
                        }
                    }
                }
                _ => {}
            }
            if let Some(kind) = channel(cue)
                && let Some(piece) = piece_behind(&text, cue.to, Some(kind))
            {
                let end = text.units.iter().position(|unit| unit.end == piece.span.end).unwrap_or(0) + 1;
                // Open: nothing of weight follows.
                if units.len() - end <= 2 {
                    pieces.open = Some(piece.clone());
                }
                if pieces.head.is_none() {
                    pieces.head = Some(piece);
                }
            }
        }
        // The last run of letters and digits.
        let last = units.iter().rposition(|unit| is_value(unit.ch)).filter(|last| units.len() - last <= 3);
        if let Some(last) = last {
            let from = (0..=last).rev().take_while(|at| is_value(units[*at].ch)).last().unwrap_or(last);
            pieces.tail = Some(piece(&text, from, last + 1, None));
            if from <= 2 && units.len() - last <= 2 && units.len() <= 14 {
                pieces.bare = pieces.tail.clone();
            }
        }
        pieces
    }
}

fn overlaps(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

fn is_value(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || (digit(ch).is_some() && !matches!(ch, '么' | '两' | '妖'))
}

fn piece(text: &Text, from: usize, to: usize, kind: Option<Kind>) -> Piece {
    let span = Span { start: text.units[from].start, end: text.units[to - 1].end };
    let value = text.units[from..to]
        .iter()
        .filter(|unit| is_value(unit.ch) || unit.ch == '_')
        .map(|unit| match digit(unit.ch) {
            Some(value) => char::from(b'0' + value),
            None => unit.ch,
        })
        .collect();
    Piece { kind, value, field: text.field, span, raw: span.slice(text.original).unwrap_or("").to_owned(), steps: text.steps(from, to) }
}

/// The run of letters and digits that follows `at` within a few words.
fn piece_behind(text: &Text, at: usize, kind: Option<Kind>) -> Option<Piece> {
    let mut from = at;
    while from < text.units.len() && from - at < 8 && !is_value(text.ch(from)) {
        let ch = text.ch(from);
        if matches!(ch, '。' | '!' | '?' | '\n') || (kind.is_some() && (is_ideograph(ch) && !"号是为加码".contains(ch) || ch == ','))
        {
            return None;
        }
        if text.cue_from(from).is_some_and(|cue| matches!(cue.kind, CueKind::Is(_))) && kind.is_some() {
            return None;
        }
        from += 1;
    }
    if from >= text.units.len() || !is_value(text.ch(from)) {
        return None;
    }
    let mut to = from;
    while to < text.units.len() {
        let ch = text.ch(to);
        let inner = matches!(ch, ' ' | '*' | '-' | '.' | '_' | '|' | '~') && is_value(text.ch(to + 1)) && text.cue_from(to + 1).is_none();
        if !is_value(ch) && !inner {
            break;
        }
        to += 1;
    }
    // A single Chinese digit is a word.
    let value = piece(text, from, to, kind);
    let chinese = text.units[from..to].iter().all(|unit| is_ideograph(unit.ch));
    (!(chinese && to - from < 2) && !text.is_counted(to)).then_some(value)
}

/// The values that two pieces make under a channel.
fn whole(kind: Option<Kind>, first: &str, rest: &str, extractor: &Extractor, sure: bool) -> Option<Vec<(Kind, String)>> {
    let value = format!("{first}{rest}");
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || rest.is_empty() || (!sure && !(digits && rest.len() >= 3 && first.len() <= 8)) {
        return None;
    }
    let mobile = digits && super::number::is_mobile(&value, extractor.options.test_numbers);
    let qq = digits && (5..=10).contains(&value.len()) && !value.starts_with('0');
    if !sure && !mobile && first.len() > 6 {
        return None;
    }
    Some(match kind {
        Some(Kind::Wechat) if mobile => vec![(Kind::Phone, format!("+86{value}")), (Kind::Wechat, value)],
        Some(Kind::Qq | Kind::Phone) | None if mobile => vec![(Kind::Phone, format!("+86{value}"))],
        Some(kind @ (Kind::Qq | Kind::QqGroup)) if qq && value.len() >= 6 => vec![(kind, value)],
        Some(Kind::Wechat) if qq && value.len() >= 6 => vec![(Kind::Qq, value.clone()), (Kind::Wechat, value)],
        Some(kind @ (Kind::Wechat | Kind::Telegram))
            if !digits && (6..=20).contains(&value.len()) && value.starts_with(|ch: char| ch.is_ascii_alphabetic()) =>
        {
            vec![(kind, value)]
        }
        _ => return None,
    })
}
