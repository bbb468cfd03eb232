//! Values in the form in which they are compared.

use unicode_normalization::UnicodeNormalization as _;

/// Numbers as digits and `+`; names in lower case, without what leads to them.
pub fn normal(kind: &str, value: &str) -> String {
    let value: String = value.nfkc().collect();
    let value = value.trim();
    if matches!(kind, "phone" | "whatsapp" | "zalo" | "landline") {
        return value.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect();
    }
    let value = value.to_lowercase();
    match kind {
        "telegram" => {
            let bare = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or(&value);
            bare.strip_prefix("t.me/").unwrap_or(&value).trim_start_matches('@').to_owned()
        }
        "url" | "domain" => value.trim_end_matches('/').to_owned(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_without_what_leads_to_them() {
        for (kind, written, expected) in [
            ("phone", "+44 7700-900 123", "+447700900123"),
            ("phone", "０７７００ 900123", "07700900123"),
            ("telegram", "https://t.me/@Harbor_12", "harbor_12"),
            ("telegram", "https://example.org/a", "https://example.org/a"),
            ("url", "HTTPS://Example.org/", "https://example.org"),
            ("wechat", " Maple7 ", "maple7"),
        ] {
            assert_eq!(normal(kind, written), expected);
        }
    }
}
