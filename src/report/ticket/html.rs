//! HTML of seven elements: `p`, `strong`, `ul`, `ol`, `li`, `code` and `pre`, none with an attribute.
//!
//! Some systems look for mentions, references, addresses and placeholders in the finished text. An invisible joiner after
//! the sign keeps them from finding any.

use super::escapes::{JOINER, has_emoji};
use super::markup::Markup;
use crate::text::escape::{neutral, one_line};
use std::fmt::Write as _;

pub(super) struct Html {
    /// What is around the whole.
    pub(super) marks: (&'static str, &'static str),
    /// What is between two parts.
    pub(super) gap: &'static str,
}

impl Markup for Html {
    fn text(&self, text: &str) -> String {
        escaped(&one_line(text))
    }

    fn bold(&self, text: &str) -> String {
        format!("<strong>{}</strong>", self.text(text))
    }

    fn code(&self, text: &str) -> String {
        format!("<code>{}</code>", self.text(text))
    }

    fn title(&self, text: &str) -> String {
        self.heading(text)
    }

    fn heading(&self, text: &str) -> String {
        format!("<p>{}</p>", self.bold(text))
    }

    fn paragraph(&self, line: &str) -> String {
        format!("<p>{line}</p>")
    }

    fn list(&self, numbered: bool, lines: &[String]) -> String {
        let element = if numbered { "ol" } else { "ul" };
        format!("<{element}><li>{}</li></{element}>", lines.join("</li><li>"))
    }

    fn block(&self, text: &str) -> String {
        format!("<pre>{}</pre>", escaped(neutral(text).trim_end()))
    }

    fn gap(&self) -> &'static str {
        self.gap
    }

    fn marks(&self) -> (&'static str, &'static str) {
        self.marks
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let mut tail = text.chars().peekable();
    let emoji = has_emoji(text);
    while let Some(c) = tail.next() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Marks of ServiceNow begin with a bracket, placeholders of Zendesk with two braces.
            '\'' | '[' | ']' | '{' | '}' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c => safe.push(c),
        }
        let after = tail.peek().copied().unwrap_or(' ');
        let joins = match c {
            '{' => matches!(after, '{' | '%' | '#'),
            '@' | '#' => after.is_alphanumeric() || after == '_',
            ':' => after == '/' || (emoji && !after.is_whitespace()),
            'w' | 'W' => after == '.',
            _ => false,
        };
        if joins {
            safe.push(JOINER);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup_a_mention_a_reference_or_a_placeholder() {
        assert_eq!(escaped("WEB03 runs 11.6.000001 at 10:02:13"), "WEB03 runs 11.6.000001 at 10:02:13");
        assert_eq!(escaped("<b a='x'>&[code]"), "&lt;b a=&#39;x&#39;&gt;&amp;&#91;code&#93;");
        let joined = |text: &str| escaped(text).replace(JOINER, "|");
        assert_eq!(joined("@all #12 a@b C# "), "@|all #|12 a@|b C# ");
        assert_eq!(joined("https://x www.y :+1:"), "https:|//x www|.y :|+1:");
        assert_eq!(joined("{{ticket.id}} {x}"), "&#123;|&#123;ticket.id&#125;&#125; &#123;x&#125;");
    }
}
