//! Numbers in a text and what they count: sums, ages, weeks of a pregnancy, dates.
//!
//! In: a folded text. Out: quantities in order of place, not overlapping. Start reading at [`read`].

use crate::pack::Sense;
use crate::text::Folded;

/// A number, or a range of two, with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// First unit of the text.
    pub from: u32,
    /// One past the last unit.
    pub to: u32,
    /// What it counts.
    pub sense: Sense,
    /// Lower end: yuan, days of age, weeks of gestation, month times 100 plus day, year, or the bare number.
    pub min: f64,
    /// Upper end, equal to `min` where the text gives one number.
    pub max: f64,
    /// Currency of a sum, ISO 4217.
    pub currency: &'static str,
}

/// Yuan for one unit of a currency, rounded: good for the order of a price, not for accounts.
static CURRENCIES: [(&str, &str, f64); 34] = [
    ("人民币", "CNY", 1.0),
    ("元", "CNY", 1.0),
    ("块", "CNY", 1.0),
    ("rmb", "CNY", 1.0),
    ("美元", "USD", 7.1),
    ("美金", "USD", 7.1),
    ("usd", "USD", 7.1),
    ("dollars", "USD", 7.1),
    ("bucks", "USD", 7.1),
    ("港币", "HKD", 0.91),
    ("港纸", "HKD", 0.91),
    ("台币", "TWD", 0.22),
    ("euros", "EUR", 7.8),
    ("euro", "EUR", 7.8),
    ("eur", "EUR", 7.8),
    ("rm", "MYR", 1.6),
    ("ringgit", "MYR", 1.6),
    ("rp", "IDR", 0.00045),
    ("rupiah", "IDR", 0.00045),
    ("pesos", "PHP", 0.125),
    ("php", "PHP", 0.125),
    ("piso", "PHP", 0.125),
    ("vnd", "VND", 0.000_28),
    ("dong", "VND", 0.000_28),
    ("rupees", "INR", 0.085),
    ("rs", "INR", 0.085),
    ("inr", "INR", 0.085),
    ("ksh", "KES", 0.055),
    ("kes", "KES", 0.055),
    ("bob", "KES", 0.055),
    ("naira", "NGN", 0.0047),
    ("ngn", "NGN", 0.0047),
    ("cedis", "GHS", 0.6),
    ("ugx", "UGX", 0.0019),
];

/// Words for a multiple, longest first, with the currency they are said in where they imply one.
const MULTIPLES: [(&str, f64, &str); 17] = [
    ("万", 1e4, ""),
    ("w", 1e4, "CNY"),
    ("千", 1e3, ""),
    ("百", 1e2, ""),
    ("lakhs", 1e5, "INR"),
    ("lakh", 1e5, "INR"),
    ("lac", 1e5, "INR"),
    ("juta", 1e6, "IDR"),
    ("jt", 1e6, "IDR"),
    ("ribu", 1e3, "IDR"),
    ("trieu", 1e6, "VND"),
    ("tr", 1e6, "VND"),
    ("cu", 1e6, "VND"),
    ("grand", 1e3, ""),
    ("thousand", 1e3, ""),
    ("million", 1e6, ""),
    ("k", 1e3, ""),
];

/// Whether a unit may start with a character.
fn starts_unit(ch: char) -> bool {
    matches!(
        ch,
        '万' | '千' | '百' | '十' | '元' | '块' | '圆' | '个' | '月' | '岁' | '周' | '天' | '年' | '号' | '日' | '%' | '成' | '斤' | '人'
        | '美' | '港' | '台' | '公' | '厘' | '毫' | '克' | '平' | '米' | '码' | '寸' | '路' | '栋' | '室' | '度' | '片' | '袋' | '件' | '楼'
        | '几' | '$' | '€' | '-' | '~' | '到' | '至' | 'c'..='e' | 'g'..='p' | 'r'..='u' | 'w' | 'y'
    )
}

/// Whether one of [`MULTIPLES`] may start with a character; most characters end the matter here.
fn starts_multiple(ch: char) -> bool {
    matches!(ch, '万' | '千' | '百' | 'w' | 'l' | 'j' | 'r' | 't' | 'c' | 'g' | 'm' | 'k')
}

/// Whether one of [`CURRENCIES`] may start with a character.
fn starts_currency(ch: char) -> bool {
    matches!(ch, '人' | '元' | '块' | '美' | '港' | '台' | 'b'..='e' | 'g' | 'i' | 'k' | 'm' | 'n' | 'p' | 'r' | 'u' | 'v')
}

/// Whether one of [`MEASURES`] may start with a character.
fn starts_measure(ch: char) -> bool {
    matches!(
        ch,
        'c' | 'k'
            | 'm'
            | '公'
            | '厘'
            | '毫'
            | '克'
            | '平'
            | '码'
            | '寸'
            | '米'
            | '楼'
            | '号'
            | '路'
            | '栋'
            | '室'
            | '度'
            | '片'
            | '袋'
            | '件'
    )
}

/// Whether a unit of time, or of age, may start with a character: [`WEEKS`], [`DAYS`], [`AGES`].
fn starts_time(ch: char) -> bool {
    matches!(ch, '周' | '个' | '月' | '天' | '岁' | 'w' | 'm' | 'd' | 'y' | 't')
}

/// Units of a pregnancy or of a young child's age, with their length in weeks.
const WEEKS: [(&str, f64); 7] =
    [("周", 1.0), ("weeks", 1.0), ("wks", 1.0), ("个月", 4.345), ("月", 4.345), ("months", 4.345), ("mos", 4.345)];

/// Units of a newborn's age, with their length in days.
const DAYS: [(&str, f64); 5] = [("天", 1.0), ("days old", 1.0), ("days", 1.0), ("day old", 1.0), ("周大", 7.0)];

/// Years of age.
const AGES: [&str; 9] = ["周岁", "岁", "years old", "yrs old", "yo", "y/o", "tuoi", "tahun", "taong gulang"];

/// Words behind which a bare number is a price.
const PRICE_WORDS: [&str; 16] = ["补", "价", "要", "给", "付", "收", "男", "女", "定金", "押", "出", "打", "只要", "一口价", "最低", "补+"];

const MEASURES: [&str; 22] = [
    "cm", "kg", "ml", "mm", "公斤", "厘米", "毫升", "克", "平米", "平", "码", "寸", "米", "楼", "号楼", "路", "栋", "室", "度", "片", "袋",
    "件",
];

/// Reads the numbers of `folded` into `out`, whose buffer is used again.
pub fn read(folded: &Folded, out: &mut Vec<Quantity>) {
    out.clear();
    let text = Text { folded };
    let mut at = 0;
    while at < folded.units.len() {
        match text.number(at) {
            Some(number) => {
                let quantity = text.quantity(at, number);
                at = (quantity.to as usize).max(number.to).max(at + 1);
                // A numeral that counts nothing is most often part of a word.
                if quantity.sense != Sense::Number || folded.units[quantity.from as usize].ch.is_ascii_digit() {
                    out.push(quantity);
                }
            }
            None => at += 1,
        }
    }
}

#[derive(Clone, Copy)]
struct Number {
    value: f64,
    to: usize,
    /// Digits before the point; long runs are contacts and order numbers.
    digits: usize,
    multiplied: bool,
}

struct Text<'a> {
    folded: &'a Folded,
}

impl Text<'_> {
    fn ch(&self, at: usize) -> char {
        self.folded.units.get(at).map_or('\0', |unit| unit.ch)
    }

    fn starts(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(offset, ch)| self.ch(at + offset) == ch)
    }

    fn ends(&self, at: usize, word: &str) -> bool {
        let mut at = at;
        word.chars().rev().all(|ch| {
            at > 0 && {
                at -= 1;
                self.ch(at) == ch
            }
        })
    }

    /// The place after blanks.
    fn past_blank(&self, at: usize) -> usize {
        if self.ch(at) == ' ' { at + 1 } else { at }
    }

    /// The currency whose name stands at `at`, and the place after it.
    fn currency(&self, at: usize) -> Option<(&'static (&'static str, &'static str, f64), usize)> {
        if !starts_currency(self.ch(at)) {
            return None;
        }
        CURRENCIES.iter().find(|(word, ..)| self.is_word(at, word)).map(|entry| (entry, at + entry.0.chars().count()))
    }

    /// Whether `word` stands at `at` and, if it is Latin, ends there.
    fn is_word(&self, at: usize, word: &str) -> bool {
        self.starts(at, word) && (!word.is_ascii() || !self.ch(at + word.len()).is_ascii_alphabetic())
    }

    /// A number in digits or in Chinese numerals, without its unit.
    fn number(&self, at: usize) -> Option<Number> {
        let first = self.ch(at);
        if first.is_ascii_digit() {
            return Some(self.digits(at));
        }
        let chinese = matches!(first, '一' | '二' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '半' | '几');
        if chinese { self.chinese(at) } else { None }
    }

    fn digits(&self, at: usize) -> Number {
        let (mut value, mut to, mut digits) = (0.0, at, 0);
        loop {
            match self.ch(to) {
                ch if ch.is_ascii_digit() => {
                    value = value * 10.0 + f64::from(ch as u8 - b'0');
                    digits += 1;
                    to += 1;
                }
                // Thousands: a comma or point with three digits behind it.
                ',' | '.'
                    if digits <= 3
                        && digits > 0
                        && (1..=3).all(|step| self.ch(to + step).is_ascii_digit())
                        && !self.ch(to + 4).is_ascii_digit() =>
                {
                    to += 1
                }
                _ => break,
            }
        }
        if matches!(self.ch(to), '.' | '点') && self.ch(to + 1).is_ascii_digit() {
            let mut scale = 0.1;
            to += 1;
            while self.ch(to).is_ascii_digit() {
                value += f64::from(self.ch(to) as u8 - b'0') * scale;
                scale /= 10.0;
                to += 1;
            }
        }
        Number { value, to, digits, multiplied: false }
    }

    fn chinese(&self, at: usize) -> Option<Number> {
        let value_of = |ch: char| crate::text::digit_value(ch).filter(|_| !ch.is_ascii_digit() && ch != '么' && ch != '妖').map(f64::from);
        let (mut total, mut section, mut to) = (0.0, 0.0, at);
        let (mut last, mut unit) = (None, 1.0);
        let mut multiplied = false;
        loop {
            match self.ch(to) {
                '十' | '百' | '千' if self.ch(to + 1) != '分' => {
                    unit = match self.ch(to) {
                        '十' => 10.0,
                        '百' => 100.0,
                        _ => 1000.0,
                    };
                    section += last.take().unwrap_or(1.0) * unit;
                }
                '万' => {
                    section += last.take().unwrap_or(0.0);
                    total += if section == 0.0 { 1e4 } else { section * 1e4 };
                    section = 0.0;
                    unit = 1e4;
                    multiplied = true;
                }
                '半' if to == at || multiplied => {
                    last = None;
                    section += if multiplied { unit / 2.0 } else { 0.5 };
                    to += 1;
                    break;
                }
                '几' if last.is_none() => last = Some(5.0),
                ch => match value_of(ch) {
                    // "三五万" says three to five; "一三八" is a row of digits, not a number.
                    Some(_) if last.is_some() && !matches!(self.ch(to + 1), '万' | '千' | '百' | '个' | '十') => return None,
                    Some(digit) => last = Some(digit),
                    None => break,
                },
            }
            to += 1;
        }
        if let Some(digit) = last {
            // "两万八": the digit counts the next lower unit.
            section += if unit >= 100.0 { digit * unit / 10.0 } else { digit };
        }
        let value = total + section;
        (to > at).then_some(Number { value, to, digits: 1, multiplied })
    }

    /// What the number at `from` counts.
    fn quantity(&self, from: usize, number: Number) -> Quantity {
        let mut high = number;
        let mut low_value = number.value;
        // A range: "3-5万", "3到5万", "6w-7w".
        let mut after = self.past_multiple(number.to).0;
        if matches!(self.ch(after), '-' | '~' | '到' | '至' | '–' | '—')
            && number.digits <= 6
            && let Some(second) = self.number(after + 1).filter(|second| second.digits <= 6 && second.value >= number.value / 1e4)
        {
            low_value = number.value * self.past_multiple(number.to).1;
            high = second;
        }
        let range = high.to != number.to;
        after = self.past_blank(high.to);
        // Most spelled numerals are parts of words: what can be no unit ends the matter.
        if !self.ch(from).is_ascii_digit() && !number.multiplied && !range && !starts_unit(self.ch(after)) {
            return Quantity {
                from: from as u32,
                to: high.to as u32,
                sense: Sense::Number,
                min: high.value,
                max: high.value,
                currency: "",
            };
        }
        let make = |to: usize, sense: Sense, min: f64, max: f64, currency: &'static str| Quantity {
            from: from as u32,
            to: to as u32,
            sense,
            min: min.min(max),
            max: max.max(min),
            currency,
        };
        if high.digits >= 7 {
            return make(high.to, Sense::Number, high.value, high.value, "");
        }
        if let Some(quantity) = self.time(from, if range { low_value } else { high.value }, high, &make) {
            return quantity;
        }
        // Sums.
        let before_currency = self.currency_before(from);
        let (mut end, mut factor) = self.past_multiple(after);
        let mut multiplied = high.multiplied || factor != 1.0;
        let mut currency = self.multiple_currency(after);
        // "6w5", "3万8": a digit behind the multiple counts tenths of it.
        let mut extra = 0.0;
        if factor >= 1e3 && self.ch(end).is_ascii_digit() && !self.ch(end + 1).is_ascii_alphanumeric() {
            extra = f64::from(self.ch(end) as u8 - b'0') * factor / 10.0;
            end += 1;
        } else if factor == 1e4
            && let Some(tail) = self.number(end).filter(|tail| (1..=4).contains(&tail.digits) && tail.value < 1e4)
        {
            extra = if tail.value < 10.0 { tail.value * 1e3 } else { tail.value };
            end = tail.to;
            let (past, more) = self.past_multiple(end);
            if more != 1.0 {
                extra = tail.value * more;
                end = past;
            }
        }
        let mut rate = 1.0;
        if let Some(((_, code, per_unit), past)) = self.currency(self.past_blank(end)) {
            (currency, rate, end) = (code, *per_unit, past);
            multiplied = true;
        } else if let Some((code, per_unit)) = before_currency {
            (currency, rate) = (code, per_unit);
            multiplied = true;
        } else if !currency.is_empty() {
            rate = CURRENCIES.iter().find(|(_, code, _)| *code == currency).map_or(1.0, |(_, _, rate)| *rate);
        }
        if multiplied && !(factor == 1e2 && rate == 1.0 && currency.is_empty()) {
            if self.ch(end) == '钱' {
                end += 1;
            }
            let max = (high.value * factor + extra) * rate;
            // "8-10万": the multiple belongs to both ends.
            let min = if !range {
                max
            } else if low_value >= 1e3 {
                low_value * rate
            } else {
                low_value * factor * rate
            };
            factor = max;
            let sense = amount_sense(factor);
            return make(end, sense, min, max, if currency.is_empty() { "CNY" } else { currency });
        }
        if self.ch(after) == '%' || self.starts(after, "个点") || self.starts(after, "percent") || self.starts(after, "个百分点") {
            return make(after + 1, Sense::Percent, low_value, high.value, "");
        }
        if starts_measure(self.ch(after))
            && let Some(measure) = MEASURES.iter().find(|measure| self.is_word(after, measure))
        {
            return make(after + measure.chars().count(), Sense::Measure, low_value, high.value, "");
        }
        // The trade leaves out the ten thousands: "补8", "男10女8", "11个".
        let spelled = !self.ch(from).is_ascii_digit() && high.value < 10.0;
        let count = self.ch(after) == '个'
            && !spelled
            && !matches!(self.ch(after + 1), '月' | '孩' | '娃' | '宝' | '人' | '小' | '女' | '男' | '儿' | '点');
        let after_price_word = || PRICE_WORDS.iter().any(|word| self.ends(from, word));
        if high.value > 0.0 && high.value <= 60.0 && (count || after_price_word()) && !self.followed_by_unit(high.to) {
            return make(if count { after + 1 } else { high.to }, Sense::AmountBare, low_value * 1e4, high.value * 1e4, "CNY");
        }
        make(high.to, Sense::Number, low_value, high.value, "")
    }

    /// Ages, gestation, dates and years.
    fn time(
        &self,
        from: usize,
        low: f64,
        high: Number,
        make: &dyn Fn(usize, Sense, f64, f64, &'static str) -> Quantity,
    ) -> Option<Quantity> {
        let after = self.past_blank(high.to);
        let value = high.value;
        let pregnant_before = || {
            ["孕", "怀", "怀了", "怀孕", "孕期", "孕:", "肚子里", "肚里"].iter().any(|word| self.ends(from, word))
                || (from > 0 && self.ends(from - 1, "孕") && self.ch(from - 1) == ' ')
        };
        if self.ch(after) == '年' && (1930.0..=2035.0).contains(&value) {
            let sense = if value <= 2015.0 { Sense::YearPast } else { Sense::CalendarDate };
            return Some(make(after + 1, sense, low, value, ""));
        }
        if high.digits == 4
            && (1930.0..=2035.0).contains(&value)
            && matches!(self.ch(high.to), '.' | '-' | '/')
            && self.ch(high.to + 1).is_ascii_digit()
        {
            let sense = if value <= 2015.0 { Sense::YearPast } else { Sense::CalendarDate };
            return Some(make(high.to, sense, low, value, ""));
        }
        if !starts_time(self.ch(after)) {
            return None;
        }
        for (word, weeks) in WEEKS {
            if !self.is_word(after, word) || value > 45.0 {
                continue;
            }
            let end = after + word.chars().count();
            let pregnant_after =
                ["孕", "身孕", "了还没", "产检", "along", "pregnant", "preg"].iter().any(|word| self.starts(self.past_blank(end), word));
            let weeks_alone = word == "周" && (12.0..=42.0).contains(&value) && self.ch(end) != '岁' && self.ch(end) != '年';
            if (pregnant_before() || pregnant_after || weeks_alone) && word != "月" {
                return Some(make(end, Sense::Gestation, low * weeks, value * weeks, ""));
            }
            if matches!(word, "个月" | "months" | "mos") {
                return Some(make(end, Sense::AgeInfant, low * 30.4, value * 30.4, ""));
            }
        }
        if self.ch(after) == '月' && (1.0..=12.0).contains(&value) {
            let (mut end, mut day) = (after + 1, 0.0);
            if let Some(number) = self.number(end).filter(|number| number.value <= 31.0) {
                if matches!(self.ch(number.to), '号' | '日') {
                    day = number.value;
                    end = number.to + 1;
                } else if number.digits <= 2 && !self.followed_by_unit(number.to) {
                    day = number.value;
                    end = number.to;
                }
            }
            if self.ch(end) == '大' {
                return Some(make(end + 1, Sense::AgeInfant, value * 30.4, value * 30.4, ""));
            }
            let birth_after = [
                "生",
                "产",
                "预产",
                "份生",
                "份产",
                "份预产",
                "底生",
                "底产",
                "初生",
                "中旬生",
                "左右生",
                "出生",
                "到期",
                "份卸货",
                "卸货",
                "宝",
            ]
            .iter()
            .any(|word| self.starts(self.past_blank(end), word));
            let birth_before =
                ["预产期", "预产", "产期", "预产期是", "预产期在", "预产期:", "预产:"].iter().any(|word| self.ends(from, word));
            let sense = if birth_after || birth_before { Sense::DueDate } else { Sense::CalendarDate };
            return Some(make(end, sense, value * 100.0 + day, value * 100.0 + day, ""));
        }
        for (word, days) in DAYS {
            if self.is_word(after, word) && value <= 120.0 {
                return Some(make(after + word.chars().count(), Sense::AgeInfant, low * days, value * days, ""));
            }
        }
        for word in AGES {
            if self.is_word(after, word) && value <= 120.0 {
                let sense = match value {
                    value if value < 2.0 => Sense::AgeInfant,
                    value if value < 15.0 => Sense::AgeChild,
                    _ => Sense::AgeAdult,
                };
                return Some(make(after + word.chars().count(), sense, low * 365.25, value * 365.25, ""));
            }
        }
        None
    }

    /// The place after a multiple and its factor; the place itself and 1 where none stands there.
    fn past_multiple(&self, at: usize) -> (usize, f64) {
        let (mut at, mut factor) = (self.past_blank(at), 1.0);
        for _ in 0..2 {
            if !starts_multiple(self.ch(at)) {
                break;
            }
            let Some((word, multiple, _)) = MULTIPLES.iter().find(|(word, ..)| self.is_multiple(at, word)) else { break };
            at += word.chars().count();
            factor *= multiple;
        }
        (at, factor)
    }

    fn is_multiple(&self, at: usize, word: &str) -> bool {
        // "w5" keeps its digit, so a Latin multiple may be followed by one.
        self.starts(at, word)
            && (!word.is_ascii() || !self.ch(at + word.len()).is_ascii_alphabetic() || self.starts(at + word.len(), "usd"))
    }

    fn multiple_currency(&self, at: usize) -> &'static str {
        let at = self.past_blank(at);
        if !starts_multiple(self.ch(at)) {
            return "";
        }
        MULTIPLES.iter().find(|(word, ..)| self.is_multiple(at, word)).map_or("", |(_, _, currency)| *currency)
    }

    fn currency_before(&self, from: usize) -> Option<(&'static str, f64)> {
        let from = if from > 0 && self.ch(from - 1) == ' ' { from - 1 } else { from };
        let sign = match self.ch(from.wrapping_sub(1)) {
            '¥' => Some(("CNY", 1.0)),
            '$' => Some(("USD", 7.1)),
            '€' => Some(("EUR", 7.8)),
            '£' => Some(("GBP", 9.1)),
            '₱' => Some(("PHP", 0.125)),
            '₹' => Some(("INR", 0.085)),
            '₦' => Some(("NGN", 0.0047)),
            _ => None,
        };
        if sign.is_some() || !self.ch(from.wrapping_sub(1)).is_ascii_alphabetic() {
            return sign;
        }
        let whole = |word: &str| self.ends(from, word) && !(from > word.len() && self.ch(from - word.len() - 1).is_ascii_alphabetic());
        CURRENCIES.iter().find(|(word, ..)| word.is_ascii() && whole(word)).map(|(_, code, rate)| (*code, *rate))
    }

    fn followed_by_unit(&self, at: usize) -> bool {
        [
            "月", "岁", "天", "周", "号", "日", "点", "楼", "年", "斤", "个月", "小时", "分", "次", "厘", "cm", "kg", "胎", "孩", "码",
            "人", "位", "针", ":", ".",
        ]
        .iter()
        .any(|word| self.starts(at, word))
    }
}

fn amount_sense(yuan: f64) -> Sense {
    match yuan {
        yuan if yuan < 3_000.0 => Sense::AmountLow,
        yuan if yuan < 20_000.0 => Sense::AmountMid,
        yuan if yuan <= 400_000.0 => Sense::AmountHigh,
        _ => Sense::AmountHuge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Packs;

    fn quantities(text: &str) -> Vec<(Sense, f64, f64, String)> {
        let (mut folded, mut out) = (Folded::default(), Vec::new());
        Packs::builtin().characters.fold(text, &mut folded);
        read(&folded, &mut out);
        out.iter()
            .map(|q| (q.sense, q.min, q.max, folded.span(q.from as usize, q.to as usize).slice(text).expect("on boundaries").to_owned()))
            .collect()
    }

    fn first(text: &str) -> (Sense, f64, f64) {
        let all = quantities(text);
        let (sense, min, max, _) = all.first().unwrap_or_else(|| panic!("no quantity in {text}"));
        (*sense, min.round(), max.round())
    }

    #[test]
    fn no_word_starts_with_a_character_that_ends_the_matter() {
        let first = |word: &str| word.chars().next().expect("a word");
        assert!(MULTIPLES.iter().all(|(word, ..)| starts_multiple(first(word))));
        assert!(CURRENCIES.iter().all(|(word, ..)| starts_currency(first(word))));
        assert!(MEASURES.iter().all(|word| starts_measure(first(word))));
        assert!(WEEKS.iter().chain(&DAYS).all(|(word, _)| starts_time(first(word))));
        assert!(AGES.iter().all(|word| starts_time(first(word))));
        let units = MULTIPLES.iter().map(|(word, ..)| *word).chain(MEASURES);
        assert!(units.clone().filter(|word| !word.is_ascii()).all(|word| starts_unit(first(word))));
        let listed = "万千百十元块圆个月岁周天年号日%成斤人美港台公厘毫克平米码寸路栋室度片袋件楼几wkrmjtldeghinopscmuy$€-~到至";
        assert!(('\0'..'\u{FFFF}').all(|ch| starts_unit(ch) == listed.contains(ch)));
    }

    #[test]
    fn sums_are_read_in_yuan() {
        assert_eq!(first("补六万五"), (Sense::AmountHigh, 65_000.0, 65_000.0));
        assert_eq!(first("要6w5"), (Sense::AmountHigh, 65_000.0, 65_000.0));
        assert_eq!(first("8-10万"), (Sense::AmountHigh, 80_000.0, 100_000.0));
        assert_eq!(first("两万八"), (Sense::AmountHigh, 28_000.0, 28_000.0));
        assert_eq!(first("4万8千元"), (Sense::AmountHigh, 48_000.0, 48_000.0));
        assert_eq!(first("3,500元"), (Sense::AmountMid, 3_500.0, 3_500.0));
        assert_eq!(first("$5000"), (Sense::AmountHigh, 35_500.0, 35_500.0));
        assert_eq!(first("5 lakh"), (Sense::AmountHigh, 42_500.0, 42_500.0));
        assert_eq!(first("补8"), (Sense::AmountBare, 80_000.0, 80_000.0));
        assert_eq!(first("299元包邮"), (Sense::AmountLow, 299.0, 299.0));
    }

    #[test]
    fn ages_and_dates_are_not_sums() {
        assert_eq!(first("3个月"), (Sense::AgeInfant, 91.0, 91.0));
        assert_eq!(first("孕28周").0, Sense::Gestation);
        assert_eq!(first("怀了6个月").0, Sense::Gestation);
        assert_eq!(first("5岁").0, Sense::AgeChild);
        assert_eq!(first("十九岁").0, Sense::AgeAdult);
        assert_eq!(first("预产期3月20"), (Sense::DueDate, 320.0, 320.0));
        assert_eq!(first("5月生").0, Sense::DueDate);
        assert_eq!(first("1996年9月").0, Sense::YearPast);
        assert_eq!(first("3月1日体检"), (Sense::CalendarDate, 301.0, 301.0));
        assert_eq!(first("身高104.2cm").0, Sense::Measure);
        assert_eq!(first("15412345678").0, Sense::Number);
    }

    #[test]
    fn every_quantity_slices_its_text() {
        let all = quantities("男10女8，定金２千，6_8~万，满月");
        assert_eq!(all.iter().map(|q| q.3.as_str()).collect::<Vec<_>>(), ["10", "8", "２千", "6_8~万"]);
    }
}
