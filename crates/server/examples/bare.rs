//! The peer of `scripts/bench load` and `redirect`: three routes of axum and nothing else, which answer what the service answers.
//!
//! ```text
//! cargo run --release -p qrstudio-server --example bare PORT FILE
//! ```
//!
//! `GET /` is a JSON text as long as that of `usage/`; `POST /` reads a JSON body and answers the file; `GET /q/…/` redirects.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;

const USAGE: &str = r#"{"key_prefix":"smk_aBc12dEf","plan":"starter","monthly_quota":500,"used_this_month":12,"remaining":488,"max_size_inches":8,"max_dpi":300,"allow_custom_logo":true,"max_active_dynamic_qrs":10,"max_bulk_items":50,"active_dynamic_qrs":3,"credits_remaining":0}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("which port?")?.parse()?;
    let picture = Bytes::from(std::fs::read(arguments.next().ok_or("which file?")?)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let usage = async || ([(CONTENT_TYPE, "application/json")], USAGE);
        let generate = async |body: Bytes| match serde_json::from_slice::<Value>(&body) {
            Ok(_) => Ok(([(CONTENT_TYPE, "image/png")], picture)),
            Err(_) => Err(StatusCode::BAD_REQUEST),
        };
        let redirect = async || (StatusCode::FOUND, [(LOCATION, "https://example.com/menu")]);
        let router = Router::new()
            .route("/", get(usage).post(generate))
            .route("/q/{short_id}/", get(redirect));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}
