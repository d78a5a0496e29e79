//! What the fields of requests take beside values of their own type: `fields/coerce.rs`, in the words of a schema.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::operations;

/// Texts that are numbers.
const NUMBER: &str = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$";
/// Texts that are whole numbers.
const INTEGER: &str = r"^\s*[+-]?[0-9]+(\.0*)?\s*$";
/// Texts that are booleans, in any case.
const BOOLEAN: &str = r"^\s*([Tt]|[Tt][Rr][Uu][Ee]|[Yy]|[Yy][Ee][Ss]|[Oo][Nn]|1|[Ff]|[Ff][Aa][Ll][Ss][Ee]|[Nn]|[Nn][Oo]|[Oo][Ff][Ff]|0)\s*$";

/// Widens the schemas of all request bodies, and those of parameters that are booleans.
pub(super) fn describe(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for parameter in operations.flat_map(|operation| operation.parameters.iter_mut().flatten()) {
        if let RefOr::T(parameter) = parameter
            && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
            && object.schema_type == SchemaType::Type(Type::Boolean)
        {
            widen_scalar(object);
            allow_nothing(object, r"^\s*$");
        }
    }
    let names = of_requests(document, |_| true);
    let forms = of_requests(document, |kind| kind == "multipart/form-data");
    let schemas = document.components.iter_mut().flat_map(|all| &mut all.schemas);
    for (name, schema) in schemas.filter(|(name, _)| names.contains(*name)) {
        widen(schema);
        if forms.contains(name) {
            allow_empty(schema);
        }
    }
}

/// The names of schemas that describe what is sent as such a kind, those inside others included.
fn of_requests(document: &mut OpenApi, is_asked_for: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let operations = document.paths.paths.values_mut().flat_map(operations);
    let bodies = operations.filter_map(|operation| match &operation.request_body {
        Some(RefOr::T(body)) => Some(body),
        _ => None,
    });
    let mut next: Vec<String> = bodies
        .flat_map(|body| &body.content)
        .filter(|(kind, _)| is_asked_for(kind))
        .flat_map(|(_, content)| references(&serde_json::to_value(content).unwrap_or_default()))
        .collect();
    while let Some(name) = next.pop() {
        let schema = document
            .components
            .as_ref()
            .and_then(|all| all.schemas.get(&name));
        next.extend(references(&serde_json::to_value(schema).unwrap_or_default()));
        found.insert(name);
    }
    found
}

/// The schemas that one refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|path| path.rsplit('/').next()).map(str::to_owned);
            name.into_iter()
                .chain(members.values().flat_map(references))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn widen(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema {
        object.properties.values_mut().for_each(widen);
        widen_scalar(object);
    }
}

fn widen_scalar(object: &mut Object) {
    let SchemaType::Type(own) = object.schema_type.clone() else {
        return;
    };
    let has_form = object.enum_values.is_some() || object.pattern.is_some() || object.format.is_some();
    let (others, pattern) = match own {
        // What has to have some form is no number.
        Type::String if !has_form && object.content_media_type.is_empty() => (vec![Type::Number], None),
        Type::Number => (vec![Type::String], Some(NUMBER)),
        Type::Integer => (vec![Type::String], Some(INTEGER)),
        Type::Boolean => (vec![Type::Integer, Type::String], Some(BOOLEAN)),
        _ => return,
    };
    if own == Type::Boolean {
        object.minimum = Some(0.into());
        object.maximum = Some(1.into());
    }
    object.pattern = pattern.map(str::to_owned).or(object.pattern.take());
    object.schema_type = SchemaType::Array([vec![own], others].concat());
}

/// A form sends every field: those that need not come may be empty.
fn allow_empty(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(form)) = schema else {
        return;
    };
    for (name, field) in &mut form.properties {
        if let RefOr::T(Schema::Object(field)) = field
            && !form.required.contains(name)
        {
            allow_nothing(field, "^$");
        }
    }
}

fn allow_nothing(field: &mut Object, nothing: &str) {
    field.pattern = field.pattern.take().map(|pattern| format!("{nothing}|{pattern}"));
    field
        .enum_values
        .iter_mut()
        .for_each(|values| values.push("".into()));
}
