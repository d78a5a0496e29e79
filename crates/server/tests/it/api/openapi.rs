use std::collections::BTreeSet;

use qrstudio_store::PlanName;
use serde_json::{Value, json};

use crate::studio::Studio;

async fn document() -> Value {
    Studio::new().await.get("/api/openapi.json").await.json()
}

/// Every operation with its path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[tokio::test]
async fn it_is_openapi_3_1_and_describes_every_route() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let names: Vec<_> = operations(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "post /api/auth/login/",
            "post /api/auth/logout/",
            "delete /api/auth/me/",
            "get /api/auth/me/",
            "patch /api/auth/me/",
            "post /api/auth/password/change/",
            "post /api/auth/password/reset/",
            "post /api/auth/password/reset/confirm/",
            "post /api/auth/refresh/",
            "post /api/auth/signup/",
            "post /api/auth/verify-email/",
            "get /api/health/",
            "get /api/status/",
            "get /api/v1/dynamic/",
            "post /api/v1/dynamic/",
            "delete /api/v1/dynamic/{short_id}/",
            "get /api/v1/dynamic/{short_id}/",
            "patch /api/v1/dynamic/{short_id}/",
            "get /api/v1/dynamic/{short_id}/analytics/",
            "post /api/v1/generate/",
            "post /api/v1/generate/bulk/",
            "delete /api/v1/jobs/{id}/",
            "get /api/v1/jobs/{id}/",
            "get /api/v1/jobs/{id}/result/",
            "get /api/v1/keys/",
            "post /api/v1/keys/",
            "delete /api/v1/keys/{id}/",
            "post /api/v1/keys/{id}/rotate/",
            "get /api/v1/usage/",
            "get /api/v1/usage/me/",
            "post /api/v1/validate/",
            "get /api/v1/webhooks/",
            "post /api/v1/webhooks/",
            "delete /api/v1/webhooks/{id}/",
            "get /api/v1/webhooks/{id}/",
            "patch /api/v1/webhooks/{id}/",
            "get /api/v1/webhooks/{id}/deliveries/",
            "post /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver/",
            "post /api/v1/webhooks/{id}/rotate/",
            "post /api/v1/webhooks/{id}/test/"
        ]
    );
}

#[tokio::test]
async fn every_operation_documents_its_failures_and_the_request_id() {
    let document = document().await;
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let mut expected: BTreeSet<&str> = ["426", "500"].into();
        if operation.get("security").is_some() {
            expected.extend(["401", "503"]);
        }
        if operation.get("requestBody").is_some() {
            expected.extend(["400", "408", "413", "415"]);
        }
        for status in expected {
            let body = &responses
                .get(status)
                .unwrap_or_else(|| panic!("{name} lacks {status}"))["content"];
            assert!(
                body["application/json"]["schema"].is_object(),
                "{name} {status} has no body"
            );
        }
        for (status, response) in responses {
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{name} {status} has no request id"
            );
            assert!(
                !response["description"].as_str().unwrap().is_empty(),
                "{name} {status}"
            );
        }
        assert!(
            operation["summary"].is_string() && operation["tags"].is_array(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_reference_in_it_leads_somewhere() {
    fn check(document: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|member| check(document, member));
            }
            Value::Array(items) => items.iter().for_each(|item| check(document, item)),
            _ => {}
        }
    }
    let document = document().await;
    check(&document, &document);
}

#[tokio::test]
async fn it_shows_the_fields_that_are_read_and_no_others() {
    let document = document().await;
    let read: BTreeSet<_> = qrstudio_server::render::FIELDS.into();
    // Files come in forms alone.
    let without_files = &read - &qrstudio_server::render::FILE_FIELDS.into();
    for (name, fields) in [("GenerateForm", read), ("GenerateRequest", without_files)] {
        let schema = &document["components"]["schemas"][name];
        let shown: BTreeSet<_> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(shown, fields, "{name}");
        assert_eq!(schema["required"], json!(["size_inches"]), "{name}");
    }
}

/// What is sent is coerced, what is answered is not: no schema can say both.
#[tokio::test]
async fn no_schema_describes_a_request_and_an_answer() {
    fn collect<'a>(document: &'a Value, value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref")
                    && found.insert(reference)
                {
                    collect(document, document.pointer(&reference[1..]).unwrap(), found);
                }
                members
                    .values()
                    .for_each(|member| collect(document, member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(document, item, found)),
            _ => {}
        }
    }
    let document = document().await;
    let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for (_, operation) in operations(&document) {
        collect(&document, &operation["requestBody"], &mut sent);
        collect(&document, &operation["responses"], &mut answered);
    }
    assert!(sent.len() > 10 && answered.len() > 10);
    assert_eq!(sent.intersection(&answered).collect::<Vec<_>>(), [&""; 0]);
}

#[tokio::test]
async fn it_tells_what_fields_are_coerced_from() {
    let document = document().await;
    let field =
        |schema: &str, name: &str| document["components"]["schemas"][schema]["properties"][name].clone();
    for (schema, name, types) in [
        ("GenerateRequest", "size_inches", json!(["number", "string"])),
        ("GenerateRequest", "dpi", json!(["integer", "string"])),
        ("GenerateRequest", "data", json!(["string", "number"])),
        (
            "GenerateRequest",
            "logo_clear_zone",
            json!(["boolean", "integer", "string"]),
        ),
        // A number is no colour and no choice.
        ("GenerateRequest", "color", json!("string")),
        ("GenerateRequest", "pattern", json!("string")),
        ("VariantRequest", "weight", json!(["integer", "string"])),
        ("Variant", "weight", json!("integer")),
    ] {
        assert_eq!(field(schema, name)["type"], types, "{schema} {name}");
    }
    let choices = |schema| field(schema, "format")["enum"].clone();
    assert_eq!(
        (choices("GenerateRequest"), choices("GenerateForm")),
        (json!(["png", "svg"]), json!(["png", "svg", ""]))
    );
}

#[tokio::test]
async fn every_choice_that_it_shows_is_taken() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let document = document().await;
    for (field, schema) in document["components"]["schemas"]["GenerateRequest"]["properties"]
        .as_object()
        .unwrap()
    {
        let choices = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .chain(schema.get("default"));
        for choice in choices {
            let answer = studio
                .generate(&key, json!({"data": "x", "size_inches": 2, field: choice}))
                .await;
            let refused = answer.status == 400 && answer.json().get(field).is_some();
            assert!(!refused, "{field}: {choice}: {}", answer.line());
        }
    }
}

#[tokio::test]
async fn operations_have_names_of_their_own() {
    let document = document().await;
    let names: BTreeSet<_> = operations(&document)
        .iter()
        .map(|(_, it)| it["operationId"].to_string())
        .collect();
    assert_eq!(names.len(), operations(&document).len());
}

#[tokio::test]
async fn its_text_is_reviewed() {
    let document = document().await;
    insta::assert_json_snapshot!(document, { ".info.version" => "[version]" });
}
