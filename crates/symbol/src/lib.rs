//! ISO/IEC 18004 QR code symbols: contents in, modules out.

pub mod contents;
