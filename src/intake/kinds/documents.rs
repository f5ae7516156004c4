//! JSON that is no export: what it is by its keys. Nothing of its values is shown.

use super::{Id, Known};

/// Keys that have to be near the start, all of a row, and what has them.
const KEYS: &[(&[&str], Id, &str)] = &[
    (&["\"nbformat\""], Id::Script, "a notebook (Jupyter)"),
    (&["\"cells\"", "\"cell_type\""], Id::Script, "a notebook (Jupyter)"),
    (&["\"FeatureCollection\""], Id::Document, "a map (GeoJSON)"),
    (&["\"_postman_id\""], Id::Script, "a collection of calls (Postman)"),
    (&["\"openapi\":"], Id::Json, "a description of an interface (OpenAPI)"),
    (&["\"swagger\":"], Id::Json, "a description of an interface (OpenAPI)"),
    (&["\"lockfileVersion\""], Id::Script, "a list of packages (npm)"),
    (&["\"name\"", "\"version\"", "\"dependencies\""], Id::Script, "a list of packages (npm)"),
    (&["\"name\"", "\"version\"", "\"scripts\""], Id::Script, "a list of packages (npm)"),
    (&["\"terraform_version\""], Id::Settings, "a state of Terraform"),
    (&["deploymentTemplate.json"], Id::Settings, "a template of a deployment (Azure)"),
    (&["AWSTemplateFormatVersion"], Id::Settings, "a template of a deployment (AWS)"),
    (&["sarif"], Id::Output, "results of a scan of programs (SARIF)"),
    (&["\"mappings\"", "\"sources\""], Id::Script, "a map of program texts"),
    (&["\"compilerOptions\""], Id::Settings, "settings of a compiler (TypeScript)"),
    (&["\"runtimeTarget\""], Id::Settings, "a list of packages (.NET)"),
    (&["\"traceEvents\""], Id::Record, "a trace (Chrome)"),
    (&["json-schema.org"], Id::Json, "a schema (JSON)"),
    (&["\"kty\""], Id::Certificate, "public keys (JWK)"),
    (&["\"bomFormat\""], Id::Output, "a list of parts of a program (CycloneDX)"),
    (&["\"spdxVersion\""], Id::Output, "a list of parts of a program (SPDX)"),
];

pub(super) fn of(start: &str) -> Option<Known> {
    if !is_json(start) {
        return None;
    }
    let row = KEYS.iter().find(|(keys, ..)| keys.iter().all(|key| start.contains(key)));
    Some(
        row.map_or_else(
            || Known::new(Id::Json, "JSON of another kind"),
            |(_, id, name)| Known::new(*id, *name),
        ),
    )
}

/// Whether a text begins as an object or a list of JSON does.
fn is_json(start: &str) -> bool {
    let inner = start.strip_prefix(['{', '[']).map(str::trim_start);
    inner.is_some_and(|inner| {
        if start.starts_with('{') {
            return inner.starts_with(['"', '}']);
        }
        inner.starts_with(['{', '[', '"', ']', '-']) || inner.starts_with(|c: char| c.is_ascii_digit())
    })
}
