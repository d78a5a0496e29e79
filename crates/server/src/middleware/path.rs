//! One form for every path, so that it works with and without its trailing slash, and nobody is redirected: a
//! redirected POST loses its body in many clients.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Rewrites the path to the form that the routes are written in: a slash at the end, but not behind a file name
/// (a last segment with a dot).
pub(super) fn canonical(uri: &mut Uri) {
    let path = uri.path();
    let bare = path.strip_suffix('/').unwrap_or(path);
    let is_file = bare
        .rsplit('/')
        .next()
        .is_some_and(|segment| segment.contains('.'));
    let wanted = if is_file {
        bare.to_owned()
    } else {
        format!("{bare}/")
    };
    if wanted == path {
        return;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(path_and_query) = PathAndQuery::try_from(format!("{wanted}{query}")) else {
        return;
    };
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = Some(path_and_query);
    // Only the path changed, and to one that is valid; `OPTIONS *` and CONNECT targets have none and stay odd: 404.
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_form() {
        for (given, wanted) in [
            ("/", "/"),
            ("/api/v1/generate/", "/api/v1/generate/"),
            ("/api/v1/generate", "/api/v1/generate/"),
            ("/api/v1/usage?x=/1", "/api/v1/usage/?x=/1"),
            ("/api/openapi.json", "/api/openapi.json"),
            ("/api/openapi.json/?pretty", "/api/openapi.json?pretty"),
            ("/api/v1/generate//", "/api/v1/generate//"),
            ("http://host/api/health", "http://host/api/health/"),
            ("*", "*"),
        ] {
            let mut uri: Uri = given.parse().unwrap();
            canonical(&mut uri);
            assert_eq!(uri.to_string(), wanted, "{given}");
        }
    }
}
