//! What the language of a node takes from the silence of its logs: a text that Windows, .NET or SQL Server translate
//! does not show up in English there.

use crate::knowledge::Signature;
use crate::rules::engine::prelude::*;

/// Facts that tell a language: its tag, or several joined by blanks.
const FACTS: [(&str, &str); 2] = [("os.language", "Windows"), ("net.language", ".NET")];

/// What has to be added to a pass that rests on the absence of `signatures`, or why there is none. Where no language is
/// known nothing is added: texts are searched for in English.
pub(crate) fn gap(cx: &Context, node: &Node, signatures: &[&Signature]) -> Result<String, MissingEvidence> {
    let Some((speaker, tag)) = foreign(cx, node) else { return Ok(String::new()) };
    // An error without texts of its own has those of the one that it is elsewhere.
    let with_texts: Vec<&Signature> = signatures
        .iter()
        .map(|&one| {
            let mut others = cx.knowledge.signatures.iter();
            others.find(|other| other.elsewhere.as_ref() == Some(&one.id)).unwrap_or(one)
        })
        .collect();
    let signatures = with_texts.as_slice();
    // What only the documentation calls so proves nothing by its absence in English either.
    let heard: Vec<&&Signature> =
        signatures.iter().filter(|one| one.is_literal() && !one.corroborating_only).collect();
    let deaf: Vec<&str> =
        heard.iter().filter(|one| !one.is_locale_independent()).map(|one| one.id.as_str()).collect();
    if deaf.is_empty() && !heard.is_empty() {
        let ids: Vec<&str> = heard.iter().map(|one| one.id.as_str()).collect();
        return Ok(format!(
            " of what is the same in every language ({}); {speaker} of the node speaks {tag}",
            ids.join(", ")
        ));
    }
    let ids: Vec<&str> =
        if deaf.is_empty() { signatures.iter().map(|one| one.id.as_str()).collect() } else { deaf };
    Err(MissingEvidence::of(
        &node.name,
        format!("error texts of {} in English", node.name),
        format!(
            "{speaker} of the node speaks {tag}, and the {} of {} {} known in English only",
            if ids.len() == 1 { "text" } else { "texts" },
            ids.join(", "),
            if ids.len() == 1 { "is" } else { "are" },
        ),
        EvidenceRequest::Nothing,
    ))
}

/// Who speaks another language than English on the node, and its tag.
fn foreign(cx: &Context, node: &Node) -> Option<(&'static str, String)> {
    FACTS.iter().find_map(|(path, speaker)| {
        cx.ask(path);
        let fact = node.fact(path);
        let tag = fact.value()?.split_whitespace().find(|tag| !is_english(tag))?;
        Some((*speaker, tag.to_owned()))
    })
}

fn is_english(tag: &str) -> bool {
    tag.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_told_by_its_tag() {
        for (tag, english) in
            [("en-US", true), ("EN", true), ("en_GB", true), ("de-DE", false), ("eng", false)]
        {
            assert_eq!(is_english(tag), english, "{tag}");
        }
    }
}
