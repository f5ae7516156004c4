//! The JSON forms: the view models as they are, whole. Their schema is `docs/report.schema.json`.

use super::RenderError;
use super::format::{Keep, OutputFormat, text};
use serde::Serialize;

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "json",
    extensions: &["json"],
    about: "Everything, for programs",
    keep: Keep::Evidence,
    render: |content| text(content, render, render),
};

/// Renders a report or a plan as indented JSON, one line feed at the end. Nothing is left out or shortened.
pub fn render(report: &impl Serialize) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}

/// The schema, made from the types; `BLESS=1` writes it.
#[cfg(test)]
pub(super) mod schema {
    use crate::finding::{Outcome, Severity};
    use crate::report::document::Document;
    use crate::report::model::{Report, SCHEMA};
    use schemars::generate::SchemaSettings;
    use schemars::transform::RecursiveTransform;
    use schemars::{Schema, SchemaGenerator, json_schema};
    use serde_json::{Map, Value, json};

    fn counts<'w>(words: impl IntoIterator<Item = &'w str>) -> Map<String, Value> {
        let count = json!({"type": "integer", "minimum": 0});
        words.into_iter().map(|word| (word.to_owned(), count.clone())).collect()
    }

    /// Numbers by severity; a severity without findings may be left out.
    pub(in crate::report) fn by_severity(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "properties": counts(Severity::ALL.map(Severity::word))})
    }

    /// Numbers by outcome; they add up to the total.
    pub(in crate::report) fn by_outcome(_: &mut SchemaGenerator) -> Schema {
        let words = [&Outcome::WORDS[..], &["total"]].concat();
        json_schema!({"type": "object", "required": words, "properties": counts(words)})
    }

    /// Objects hold nothing else than is described; words for readers of the source go.
    fn close(schema: &mut Schema) {
        schema.remove("format");
        if schema.get("properties").is_some() {
            schema.insert("additionalProperties".into(), false.into());
        }
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace("[`", "`").replace("`]", "`");
        }
    }

    #[test]
    fn the_schema_is_what_the_types_say() {
        let settings =
            SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(close));
        let mut generator = settings.into_generator();
        generator.subschema_for::<Document>();
        let mut schema = generator.into_root_schema_for::<Report>();
        schema.insert("title".into(), SCHEMA.replace("-report/", " report ").into());
        let about = "The JSON form of a report. The minor version grows when keys are added, the major version when \
                     one goes or changes its meaning. `Handout` is what `plan` and `checklist` write.";
        schema.insert("description".into(), about.into());
        let made = super::render(&schema).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(kept == made, "docs/report.schema.json is not what the types say: run the test with BLESS=1");
    }
}
