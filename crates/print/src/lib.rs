//! Print-ready pictures of QR code symbols at exact sizes.
