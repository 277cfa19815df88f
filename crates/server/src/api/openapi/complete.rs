//! What holds for all routes and schemas, and is therefore written nowhere else.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};

/// Name of the schema of errors.
const ERROR: &str = "ErrorBody";
/// Name of the schema of errors of the neighbouring APIs.
const NEIGHBOUR_ERROR: &str = "NeighbourErrorBody";

/// Completes a document:
///
/// - what takes a token takes a session too;
/// - errors have a body (the form of the CBR API or of its neighbours, where a route does not say
///   another one), and any route may end with one;
/// - what answers always hold, though it may be null, is required in their schemas.
pub(super) fn complete(document: &mut OpenApi) {
    let session = serde_json::json!({"session": []});
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let security = operation.security.get_or_insert_default();
            let open = security
                .iter()
                .any(|way| as_value(way) == serde_json::json!({}));
            if !open && !security.iter().any(|way| as_value(way) == session) {
                security.push(SecurityRequirement::new::<_, [&str; 0], &str>(
                    "session",
                    [],
                ));
            }
        }
    }
    let cbr = |path: &str| crate::http::Family::of(path) == crate::http::Family::Cbr;
    for (path, item) in &mut document.paths.paths {
        let form = if cbr(path) { ERROR } else { NEIGHBOUR_ERROR };
        for operation in operations(item) {
            let body = || Content::new(Some(Ref::from_schema_name(form)));
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && status.starts_with(['4', '5'])
                    && response.content.is_empty()
                {
                    let json = "application/json".to_owned();
                    response.content.insert(json, body());
                }
            }
            let error = ResponseBuilder::new()
                .description("An error.")
                .content("application/json", body());
            operation
                .responses
                .responses
                .insert("default".to_owned(), error.build().into());
        }
    }
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            references(&as_value(&operation.request_body), &mut asked);
            references(&as_value(&operation.responses), &mut answered);
        }
    }
    let Some(components) = &mut document.components else {
        return;
    };
    components
        .schemas
        .insert(ERROR.to_owned(), RefOr::T(Schema::Object(error_body())));
    components.schemas.insert(
        NEIGHBOUR_ERROR.to_owned(),
        RefOr::T(Schema::Object(neighbour_error_body())),
    );
    let all = as_value(&components.schemas);
    for set in [&mut asked, &mut answered] {
        let mut open: Vec<String> = set.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let mut found = BTreeSet::new();
            references(&all[&name], &mut found);
            open.extend(found.into_iter().filter(|name| set.insert(name.clone())));
        }
    }
    for name in answered.difference(&asked) {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(name) {
            let nullable = object.properties.iter().filter(|(_, p)| may_be_null(p));
            let names: Vec<String> = nullable.map(|(name, _)| name.clone()).collect();
            for name in names {
                if !object.required.contains(&name) {
                    object.required.push(name);
                }
            }
        }
    }
}

fn error_body() -> utoipa::openapi::Object {
    let text = |what: &str| {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(what))
    };
    ObjectBuilder::new()
        .description(Some("An error of the CBR API and of ours."))
        .property("error_code", text("`BackupService.NNNN`."))
        .property(
            "error_msg",
            text("What happened and what to do, for people."),
        )
        .required("error_code")
        .required("error_msg")
        .build()
}

/// `{"itemNotFound": {"code": 404, "message": "..."}}`: one member, named after the kind.
fn neighbour_error_body() -> utoipa::openapi::Object {
    let kind = ObjectBuilder::new()
        .property(
            "code",
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)),
        )
        .property(
            "message",
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)),
        )
        .required("code")
        .required("message");
    ObjectBuilder::new()
        .description(Some(
            "An error of the identity, compute, volume and image APIs: one member, named after \
             the kind of error.",
        ))
        .additional_properties(Some(kind))
        .build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.head,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}

fn as_value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).expect("the document has text keys alone")
}

/// Names of the schemas that a part of the document refers to.
fn references(part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(map) => {
            if let Some(Value::String(text)) = map.get("$ref")
                && let Some(name) = text.strip_prefix("#/components/schemas/")
            {
                names.insert(name.to_owned());
            }
            map.values().for_each(|value| references(value, names));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, names)),
        _ => {}
    }
}

fn may_be_null(property: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::AnyValue => false,
    };
    match property {
        RefOr::T(Schema::Object(object)) => null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(may_be_null),
        RefOr::T(Schema::AnyOf(any)) => any.items.iter().any(may_be_null),
        _ => false,
    }
}
