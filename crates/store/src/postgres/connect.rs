//! Making connections.

use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{NoTls, config::SslMode};

use super::{error::Names, tls};
use crate::{Options, StoreError, url::PostgresUrl};

/// The oldest PostgreSQL that the statements are tested on.
const OLDEST: i64 = 150_000;

/// A pool of at most `size` connections, which are made as they are needed.
pub(super) fn pool(
    url: &PostgresUrl,
    names: &Names,
    options: &Options,
    size: usize,
) -> Result<Pool, StoreError> {
    let mut config = url.config.clone();
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(options.connect_timeout);
    }
    if config.get_application_name().is_none() {
        config.application_name("qrstudio");
    }
    // A server that vanished without a word is noticed.
    config
        .keepalives_idle(Duration::from_secs(30))
        .tcp_user_timeout(options.call_timeout);
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, recycling)
    } else {
        Manager::from_config(
            config,
            tls::connector(url.root_certificates.as_deref(), names)?,
            recycling,
        )
    };
    let session = session(options);
    Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(options.call_timeout))
        .create_timeout(Some(options.connect_timeout))
        .recycle_timeout(Some(options.connect_timeout))
        .post_create(Hook::async_fn(move |client, _| {
            let session = session.clone();
            Box::pin(async move { client.batch_execute(&session).await.map_err(HookError::Backend) })
        }))
        .build()
        .map_err(|error| StoreError::fault(error.to_string()))
}

/// What every connection sets: the server gives up where we would, and holds no lock for a client that is gone.
fn session(options: &Options) -> String {
    let milliseconds = options.call_timeout.as_millis().clamp(1, 3_600_000);
    format!(
        "SET statement_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = {milliseconds}; \
         SET client_min_messages = warning"
    )
}

pub(super) async fn check_version(client: &Object, names: &Names) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('server_version_num')::BIGINT, current_setting('server_version')";
    let row = client
        .query_one(sql, &[])
        .await
        .map_err(|error| names.error(&error))?;
    let number: i64 = row.try_get(0).map_err(|error| names.error(&error))?;
    if number < OLDEST {
        let found = row.try_get(1).map_err(|error| names.error(&error))?;
        return Err(StoreError::ServerTooOld {
            server: names.server.clone(),
            found,
        });
    }
    Ok(())
}
