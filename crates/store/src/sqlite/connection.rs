//! What SQLite says, in our words.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::StoreError;

/// An error of a running store.
pub(crate) fn error(error: &Error, path: &Path) -> StoreError {
    let detail = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::unavailable("another process holds the database file")
        }
        Some(ErrorCode::DiskFull) => {
            StoreError::unavailable(format!("the disk of {} is full", path.display()))
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::OperationInterrupted) => {
            StoreError::unavailable(detail)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(path, detail),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StoreError::FileAccess {
                path: path.to_owned(),
                detail,
            }
        }
        Some(ErrorCode::ConstraintViolation) => match error {
            Error::SqliteFailure(failure, Some(text)) if is_unique(failure.extended_code) => {
                StoreError::Duplicate { detail: text.clone() }
            }
            _ => StoreError::fault(detail),
        },
        _ if detail.contains("no such table") => StoreError::NotMigrated,
        _ => StoreError::fault(detail),
    }
}

/// The same while opening, when waiting in vain for another process means more.
pub(crate) fn error_while_opening(cause: &Error, path: &Path) -> StoreError {
    match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked {
            path: path.to_owned(),
        },
        _ => error(cause, path),
    }
}

fn damaged(path: &Path, detail: String) -> StoreError {
    StoreError::Damaged {
        path: path.to_owned(),
        detail,
    }
}

fn is_unique(extended_code: i32) -> bool {
    matches!(
        extended_code,
        rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
    )
}
