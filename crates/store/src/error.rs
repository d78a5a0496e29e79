//! The one error of the crate. Its variants name causes; its texts say what to do.

use std::path::PathBuf;

/// Why the store could not do something.
///
/// "Not found" is no error: such methods return an `Option`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database URL cannot be used.
    #[error("the database URL cannot be used: {reason}")]
    InvalidUrl {
        /// What is wrong with it, and what is right.
        reason: String,
    },
    /// The directory or the file of the SQLite database cannot be made, read or written.
    #[error(
        "cannot use the database file {}: {detail}. Give the user that runs QR Studio write access to it and to \
         its directory, or choose another data directory (QRSTUDIO_DATA_DIR)", path.display()
    )]
    FileAccess {
        /// The database file.
        path: PathBuf,
        /// The cause, in the operating system's or SQLite's words.
        detail: String,
    },
    /// The file is no SQLite database, or a broken one.
    #[error(
        "the database file {} is damaged: {detail}. Put a backup in its place, or move the file and its -wal and \
         -shm neighbours away to begin anew", path.display()
    )]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// The cause, in SQLite's words.
        detail: String,
    },
    /// The database belongs to another program.
    #[error("{place} holds the tables of another program; give QR Studio a database of its own")]
    Foreign {
        /// The file or server, without password.
        place: String,
    },
    /// Another process holds the SQLite database for longer than the time that was allowed for waiting.
    #[error(
        "the database file {} is locked by another process. Stop that process (a backup, a database tool, a second \
         server) and try again", path.display()
    )]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// PostgreSQL does not answer.
    #[error("cannot reach PostgreSQL at {server}: {detail}. Is it running, and are host and port right?")]
    Unreachable {
        /// The server, without password.
        server: String,
        /// The cause.
        detail: String,
    },
    /// PostgreSQL does not let us in.
    #[error(
        "PostgreSQL at {server} refuses the login: {detail}. Check user and password in the database URL, and \
         pg_hba.conf on the server (where that asks for TLS, add ?sslmode=require)"
    )]
    LoginRefused {
        /// The server, without password.
        server: String,
        /// The cause, in PostgreSQL's words.
        detail: String,
    },
    /// PostgreSQL has no such database.
    #[error("PostgreSQL at {server} has no database '{database}'. Create it: createdb {database}")]
    NoDatabase {
        /// The server, without password.
        server: String,
        /// The missing database.
        database: String,
    },
    /// The user may not do what the store needs.
    #[error(
        "PostgreSQL at {server} does not allow it: {detail}. Make the user the owner of the database: \
         ALTER DATABASE {database} OWNER TO <user>"
    )]
    MissingRights {
        /// The server, without password.
        server: String,
        /// The database.
        database: String,
        /// The cause, in PostgreSQL's words.
        detail: String,
    },
    /// The encrypted connection could not be made.
    #[error(
        "no TLS connection to PostgreSQL at {server}: {detail}. The server's certificate must be valid for its host \
         name; name a private authority with ?sslrootcert=<PEM file>"
    )]
    Tls {
        /// The server, without password.
        server: String,
        /// The cause.
        detail: String,
    },
    /// The server is older than the store can use.
    #[error("PostgreSQL at {server} is version {found}; QR Studio needs 15 or newer")]
    ServerTooOld {
        /// The server, without password.
        server: String,
        /// Its version.
        found: String,
    },
    /// A newer QR Studio has changed the tables so that this one cannot use them.
    #[error(
        "the database is at schema {found}, which needs a newer QR Studio than this one (it knows schema {known}). \
         Start the newer version, or put the backup from before the upgrade in place"
    )]
    NewerSchema {
        /// The number of its newest migration.
        found: i64,
        /// The number of ours.
        known: i64,
    },
    /// A migration was applied from a text other than ours.
    #[error(
        "migration {number} of the database is not the one of this QR Studio; was the program or the table qrstudio_migrations changed by hand?"
    )]
    ChangedMigration {
        /// Its number.
        number: i64,
    },
    /// The tables of this version are not there yet.
    #[error("the database is not prepared for this version: run `qrstudio migrate`")]
    NotMigrated,
    /// The store is away, busy or full at the moment; the same call may work later.
    #[error("the store is not available: {detail}")]
    Unavailable {
        /// The cause.
        detail: String,
    },
    /// A value that must be unique is there already.
    #[error("there is already such a row: {detail}")]
    Duplicate {
        /// The constraint, in the database's words.
        detail: String,
    },
    /// The store was closed before.
    #[error("the store is closed")]
    Closed,
    /// A mistake of ours or a broken row: a statement failed that must not.
    #[error("the store failed: {detail}")]
    Fault {
        /// The cause, for the log.
        detail: String,
    },
}

impl StoreError {
    /// Whether trying again later may help: an answer of 503, not 500.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::Locked { .. }
                | Self::Unreachable { .. }
                | Self::Closed
                | Self::LoginRefused { .. }
                | Self::Tls { .. }
        )
    }

    /// Whether the database itself is away or held by another process, and not one that refuses: whoever waits will
    /// find it as it was.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. } | Self::Locked { .. } | Self::Unreachable { .. }
        )
    }

    pub(crate) fn fault(detail: impl Into<String>) -> Self {
        Self::Fault {
            detail: detail.into(),
        }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::Unavailable {
            detail: detail.into(),
        }
    }
}
