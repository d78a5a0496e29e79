//! What QR Studio keeps, in SQLite or PostgreSQL.
