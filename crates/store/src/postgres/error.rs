//! What PostgreSQL and its driver say, in our words.

use std::error::Error as _;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::{
    Error,
    error::{DbError, SqlState},
};

use crate::StoreError;

/// How messages name the server and the database. No password.
pub(crate) struct Names {
    pub(crate) server: String,
    pub(crate) database: String,
}

impl Names {
    /// An error of the driver.
    pub(crate) fn error(&self, error: &Error) -> StoreError {
        match error.as_db_error() {
            Some(answer) => self.answer(answer),
            None => self.no_answer(error),
        }
    }

    /// An error of the pool.
    pub(super) fn pool_error(&self, error: &PoolError) -> StoreError {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                self.error(error)
            }
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => {
                StoreError::unavailable("all connections to PostgreSQL are busy")
            }
            PoolError::Timeout(_) => self.unreachable("it does not answer in time"),
            PoolError::Closed => StoreError::Closed,
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(HookError::Message(_)) => {
                StoreError::fault(error.to_string())
            }
        }
    }

    /// The server said no.
    fn answer(&self, answer: &DbError) -> StoreError {
        let server = self.server.clone();
        let detail = answer.message().to_owned();
        match *answer.code() {
            SqlState::UNIQUE_VIOLATION => StoreError::Duplicate {
                detail: answer.constraint().unwrap_or(&detail).to_owned(),
            },
            SqlState::UNDEFINED_TABLE => StoreError::NotMigrated,
            SqlState::DUPLICATE_TABLE => StoreError::Foreign {
                place: format!("database '{}' at {server} ({detail})", self.database),
            },
            SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                StoreError::LoginRefused { server, detail }
            }
            SqlState::INVALID_CATALOG_NAME => StoreError::NoDatabase {
                server,
                database: self.database.clone(),
            },
            SqlState::INSUFFICIENT_PRIVILEGE => StoreError::MissingRights {
                server,
                database: self.database.clone(),
                detail,
            },
            _ if is_passing(answer.code()) => {
                StoreError::unavailable(format!("PostgreSQL at {server}: {detail}"))
            }
            _ => StoreError::fault(format!("{detail} (SQLSTATE {})", answer.code().code())),
        }
    }

    /// The server said nothing.
    fn no_answer(&self, error: &Error) -> StoreError {
        let kind = error.to_string();
        let cause = error.source().map(ToString::to_string);
        let detail = cause.clone().unwrap_or_else(|| kind.clone());
        // The driver keeps its kinds to itself but for these words.
        if kind.starts_with("error connecting") || kind.starts_with("timeout") {
            self.unreachable(&detail)
        } else if kind.starts_with("error performing TLS") {
            StoreError::Tls {
                server: self.server.clone(),
                detail,
            }
        } else if kind.starts_with("authentication") || kind.starts_with("invalid configuration") {
            StoreError::LoginRefused {
                server: self.server.clone(),
                detail,
            }
        } else if error.is_closed() || kind.starts_with("error communicating") {
            StoreError::unavailable(format!(
                "the connection to PostgreSQL at {} broke: {detail}",
                self.server
            ))
        } else {
            StoreError::fault(format!("{kind}: {}", cause.unwrap_or_default()))
        }
    }

    fn unreachable(&self, detail: &str) -> StoreError {
        StoreError::Unreachable {
            server: self.server.clone(),
            detail: detail.to_owned(),
        }
    }
}

/// Whether the transaction of this error is undone for sure, by no fault of the unit, so that it may run again.
pub(super) fn may_run_again(error: &Error) -> bool {
    match error.as_db_error() {
        Some(answer) => {
            let code = answer.code();
            *code == SqlState::T_R_DEADLOCK_DETECTED
                || *code == SqlState::T_R_SERIALIZATION_FAILURE
                || *code == SqlState::ADMIN_SHUTDOWN
                || *code == SqlState::CRASH_SHUTDOWN
        }
        None => error.is_closed() || error.to_string().starts_with("error communicating"),
    }
}

/// Whether it will pass: shutdown and start (57P0x), cancelled by a time-out, no room, no lock, a standby.
fn is_passing(code: &SqlState) -> bool {
    let text = code.code();
    text.starts_with("53")
        || text.starts_with("57")
        || text.starts_with("08")
        || text.starts_with("40")
        || *code == SqlState::LOCK_NOT_AVAILABLE
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}
