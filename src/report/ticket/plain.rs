//! Text without markup: as it was found, but for what could steer a screen or hide.

use super::markup::Markup;
use crate::text::escape::{neutral, one_line};

pub(super) struct Plain;

impl Markup for Plain {
    fn text(&self, text: &str) -> String {
        one_line(text)
    }

    fn bold(&self, text: &str) -> String {
        one_line(text)
    }

    fn code(&self, text: &str) -> String {
        one_line(text)
    }

    fn title(&self, text: &str) -> String {
        one_line(text)
    }

    fn heading(&self, text: &str) -> String {
        let text = one_line(text);
        format!("{text}\n{}", "-".repeat(text.chars().count()))
    }

    fn paragraph(&self, line: &str) -> String {
        line.to_owned()
    }

    fn list(&self, numbered: bool, lines: &[String]) -> String {
        let mark = |at: usize| if numbered { format!("{}.", at + 1) } else { "-".to_owned() };
        let items = lines.iter().enumerate().map(|(at, line)| format!("  {} {line}", mark(at)));
        items.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, text: &str) -> String {
        neutral(text).lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    }

    fn gap(&self) -> &'static str {
        "\n\n"
    }
}
