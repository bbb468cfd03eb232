//! Words of a post on a terminal.

/// The words on one line, without what a terminal would obey: a post must not move the cursor or hide a line.
pub fn printable(words: &str) -> String {
    words.chars().map(|ch| if ch.is_control() || is_direction(ch) { '·' } else { ch }).collect()
}

/// Marks that turn the direction of writing.
fn is_direction(ch: char) -> bool {
    matches!(ch, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_post_cannot_command_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d"), "a·[2Jb·c·d");
    }
}
