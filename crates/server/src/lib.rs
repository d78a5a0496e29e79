//! The QR Studio HTTP service.
